//! A whole portal in an archive, put back into either database, and the program killed while it does.

use crate::{
    claims::{insure, things},
    killed::{ENTRIES, statement},
    portal::Portal,
};
use flate2::read::GzDecoder;
use guichet_platform::{
    audit::head::{HeadKey, Signer},
    backup::{self, Checked, Folders, Progress},
    db::Db,
    on_both_databases,
    testing::{self, NOW, World},
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
    time::Duration,
};

fn quiet() -> Progress {
    Arc::new(|_| {})
}

/// Where a portal of a test has its files.
fn folders(world: &World) -> Folders {
    let uploads = world.folder().join("uploads");
    Folders { uploads, ..Folders::within(&world.folder().join("data")) }
}

async fn make(world: &World, name: &str) -> PathBuf {
    let target = world.folder().join(name);
    backup::make(&world.db, &folders(world), &target, NOW, quiet()).await.unwrap();
    target
}

/// Every member but the manifest, which says which database it came from, and the sums, which hold the manifest's.
fn members(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tar = tar::Archive::new(GzDecoder::new(File::open(archive).unwrap()));
    let mut members = BTreeMap::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        members.insert(name, bytes);
    }
    members.remove("manifest.json").unwrap();
    members.remove("SHA256SUMS").unwrap();
    members
}

/// Every table as text.
pub async fn tables(world: &World) -> BTreeMap<String, String> {
    let name = format!("tables-{}.tar.gz", fs::read_dir(world.folder()).unwrap().count());
    let members = members(&make(world, &name).await);
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for (name, bytes) in members {
        let Some(table) = name.strip_prefix("tables/").and_then(|name| name.split('/').next()) else { continue };
        tables.entry(table.to_owned()).or_default().push_str(&String::from_utf8_lossy(&bytes));
    }
    tables
}

/// Two customers with everything that the tests know of, files and signed heads with it.
async fn portal(world: World) -> Portal {
    let portal = Portal::new(world).await;
    insure(&portal).await;
    for number in ["1", "2"] {
        let cookie = portal.sign_in(number).await;
        things(&portal, &cookie).await;
    }
    sign(&portal.world, &portal.world.db).await;
    portal
}

async fn sign(world: &World, db: &Db) {
    let key = HeadKey::from_seed(&[3; 32]).unwrap();
    let signer = Signer::new(db.clone(), world.clock.clone(), key, folders(world).heads);
    signer.sign().await.unwrap().unwrap();
}

on_both_databases! {
    async fn a_portal_comes_back_on_either_database_as_it_was(world: World) {
        let portal = portal(world).await;
        let archive = make(&portal.world, "first.tar.gz").await;
        let first = members(&archive);
        for folder in ["tables/entry/", "tables/session/", "raw/", "uploads/", "audit-heads"] {
            assert!(first.keys().any(|name| name.starts_with(folder)), "nothing in {folder}");
        }
        let verdict = backup::check(&archive).unwrap();
        assert!(verdict.holds() && verdict.missing_documents.is_empty(), "{:?}", verdict.faults);
        let live = backup::compare(&portal.world.db, &verdict).await.unwrap();
        assert!(live.iter().all(|table| table.same), "{live:?}");
        let fresh = [Some(testing::sqlite().await), testing::postgres().await];
        for fresh in fresh.into_iter().flatten() {
            let checked = Checked::of(&archive).await.unwrap();
            let restored = backup::restore(&fresh.db, checked, &folders(&fresh), quiet()).await.unwrap();
            assert_eq!((restored.rows, restored.audit.finding), (verdict.rows, None));
            assert!(restored.audit.entries > 3 && restored.audit.heads == 2 && !restored.heads_kept);
            let again = make(&fresh, "again.tar.gz").await;
            let second = members(&again);
            assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
            for (name, bytes) in &first {
                assert!(second[name] == *bytes, "{name} is another on {:?}", fresh.db.dialect());
            }
        }
        // What happens next makes it another, and is said of the very tables.
        portal.sign_in("1").await;
        let live = backup::compare(&portal.world.db, &verdict).await.unwrap();
        let differing: Vec<_> = live.iter().filter(|table| !table.same).map(|table| table.table.as_str()).collect();
        assert!(differing.contains(&"session") && differing.contains(&"audit"), "{differing:?}");
        assert!(!differing.contains(&"entry") && !differing.contains(&"credential"), "{differing:?}");
    }

    async fn a_portal_that_is_used_meanwhile_is_backed_up_in_one_state(world: World) {
        let portal = portal(world).await;
        let (world, stop) = (&portal.world, tokio_util::sync::CancellationToken::new());
        let work = async {
            while !stop.is_cancelled() {
                portal.sign_in("1").await;
            }
        };
        let backups = async {
            for number in 0..3 {
                let archive = make(world, &format!("{number}.tar.gz")).await;
                assert!(backup::check(&archive).unwrap().holds());
                let fresh = testing::sqlite().await;
                let checked = Checked::of(&archive).await.unwrap();
                // Rows refer to each other and the log is a chain: two states would not hold.
                let restored = backup::restore(&fresh.db, checked, &folders(&fresh), quiet()).await.unwrap();
                assert_eq!(restored.audit.finding, None);
            }
            stop.cancel();
        };
        tokio::join!(work, backups);
    }
}

/// Runs the program on a data folder and a database.
fn guichet(folder: &Path, database: &[(&str, String)], words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guichet"));
    command
        .args(words)
        .env("GUICHET_DATABASE__URL", format!("sqlite:{}", folder.join("guichet.db").display()))
        .env("GUICHET_DATA__DIR", folder)
        .env("GUICHET_DATA__INBOX", folder.join("inbox"))
        .envs(database.iter().map(|(key, value)| (*key, value.as_str())))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(folder: &Path, database: &[(&str, String)], words: &[&str]) -> Output {
    guichet(folder, database, words).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Restores until it is done, and kills it ever later. After each cut the database is empty or whole.
fn restore_with_cuts(folder: &Path, database: &[(&str, String)], archive: &str) {
    let (mut wait, mut cut) = (40, 0);
    loop {
        let mut child = guichet(folder, database, &["restore", archive]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        wait += wait / 2;
        if child.try_wait().unwrap().is_some() {
            let done = child.wait_with_output().unwrap();
            assert!(done.status.success(), "{}", text(&done));
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        cut += 1;
        let looked = run(folder, database, &["verify", archive, "--live", "--json"]);
        // Before there is a database there is none to compare with.
        let Ok(found) = serde_json::from_slice::<serde_json::Value>(&looked.stdout) else { continue };
        let rows = |table: &str| {
            found["live"].as_array().unwrap().iter().find(|row| row["table"] == table).unwrap()["live"].clone()
        };
        if found["holds"] == true {
            break;
        }
        assert_eq!((rows("entry"), rows("account"), rows("audit")), (0.into(), 0.into(), 0.into()));
    }
    assert!(cut >= 3, "the program was too quick to be killed: {cut}");
    let same = run(folder, database, &["verify", archive, "--live"]);
    assert!(same.status.success(), "{}", text(&same));
    let refused = run(folder, database, &["restore", archive]);
    assert!(!refused.status.success() && text(&refused).contains("not empty"), "{}", text(&refused));
}

#[test]
fn a_restore_that_is_killed_at_any_moment_leaves_nothing_or_all() {
    let place = tempfile::tempdir().unwrap();
    let (from, file) = (place.path().join("from"), place.path().join("large.xml"));
    fs::write(&file, statement()).unwrap();
    let archive = place.path().join("backup.tar.gz").display().to_string();
    let nothing = run(&from, &[], &["backup", &archive]);
    assert!(!nothing.status.success() && text(&nothing).contains("no database"), "{}", text(&nothing));
    let imported = run(&from, &[], &["import", &file.display().to_string()]);
    assert!(imported.status.success(), "{}", text(&imported));
    let made = run(&from, &[], &["backup", &archive]);
    assert!(made.status.success(), "{}", text(&made));
    for word in [&format!("entry: {ENTRIES} rows"), "raw: 1 files", "sealing.key", "audit.key"] {
        assert!(text(&made).contains(word), "{word} in {}", text(&made));
    }
    let again = run(&from, &[], &["backup", &archive]);
    assert!(!again.status.success() && text(&again).contains("not overwritten"), "{}", text(&again));
    restore_with_cuts(&place.path().join("sqlite"), &[], &archive);
    if let Some(database) = postgres(place.path()) {
        restore_with_cuts(&place.path().join("postgres"), &database, &archive);
    }
    // A damaged one makes no database.
    let mut bytes = fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, bytes).unwrap();
    let empty = place.path().join("empty");
    let refused = run(&empty, &[], &["restore", &archive]);
    assert!(!refused.status.success() && text(&refused).contains("damaged"), "{}", text(&refused));
    assert!(!empty.exists());
    let told = run(&empty, &[], &["verify", &archive, "--json"]);
    assert_eq!(told.status.code(), Some(1), "{}", text(&told));
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["holds"], false);
    assert!(told["found"]["faults"][0]["member"].is_string(), "{told}");
}

/// A schema of this test's own on the test server, as the program is told of it.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration file")]
fn postgres(place: &Path) -> Option<Vec<(&'static str, String)>> {
    const ANEW: [&str; 2] = ["drop schema if exists guichet_restore_cut cascade", "create schema guichet_restore_cut"];
    let url = std::env::var("GUICHET_TEST_POSTGRES").ok().filter(|url| url != "off")?;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        for sql in ANEW {
            sqlx::query(sql).execute(&pool).await.unwrap();
        }
        pool.close().await;
    });
    let (before, host) = url.split_once('@').unwrap();
    let (user, password) = before.rsplit_once(':').unwrap();
    let file = place.join("password");
    fs::write(&file, password).unwrap();
    let url = format!("{user}@{host}?options[search_path]=guichet_restore_cut");
    Some(vec![("GUICHET_DATABASE__URL", url), ("GUICHET_DATABASE__PASSWORD_FILE", file.display().to_string())])
}

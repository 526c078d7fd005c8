//! What a backup promises, on both databases. The whole portal, with documents and files, is in server/tests/api/backup.rs.

use super::{
    BackupError, Checked, Folders, HEADS, MANIFEST, Progress, check, manifest::Manifest, restore, walk, write::Writer,
};
use crate::{
    audit::{self, Action, Actor, Entry},
    db::{Db, DbError, Dialect, whole},
    on, on_both_databases,
    scope::{KeeperScope, operator},
    testing::{self, NOW, World},
};
use futures::FutureExt as _;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

fn quiet() -> Progress {
    Arc::new(|_| {})
}

async fn make(world: &World, name: &str) -> PathBuf {
    let target = world.folder().join(name);
    super::make(&world.db, &Folders::within(world.folder()), &target, NOW, quiet()).await.unwrap();
    target
}

async fn write(db: &Db, sql: &'static str, id: u8) -> Result<(), DbError> {
    db.write(&operator(), move |tx| {
        async move {
            on!(tx, c => sqlx::query(sql).bind(vec![id; 16]).execute(&mut **c).await.map(|_| ())).map_err(DbError::from)
        }
        .boxed()
    })
    .await
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    let scope = operator();
    let read = db.read(&scope, move |tx| {
        async move { on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let (count,): (i64,) = read.await.unwrap();
    count
}

const PARTY: &str = "insert into party (id, kind, name) values ($1, 'person', 'Zoë')";
const CUSTOMER: &str =
    "insert into customer (id, party_id, number, since_day, created_at) values ($1, $1, 'ä', -1, 9007199254740993)";

/// A customer, an act, and a document with its bytes.
async fn fill(world: &World) {
    const RAW: &[u8] = b"a document";
    const DOCUMENT: &str = "insert into source_document (id, sha256, source, name, bytes, received_at, state)
        values ($1, $2, 'test', 'x', 10, 0, 'applied')";
    for id in [2, 1] {
        write(&world.db, PARTY, id).await.unwrap();
    }
    write(&world.db, CUSTOMER, 1).await.unwrap();
    audit::note(&world.db, Entry::new(Action::SessionBegun, Actor::Operator, NOW)).await.unwrap();
    let hash = crate::inbox::Sha256Hex::of(RAW);
    let folder = world.folder().join("raw").join(&hash.to_string()[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(hash.to_string()), RAW).unwrap();
    let bytes = hash.to_bytes();
    let scope = operator();
    let added = world.db.write(&scope, move |tx| {
        async move {
            on!(tx, c => sqlx::query(DOCUMENT).bind(vec![9_u8; 16]).bind(bytes).execute(&mut **c).await.map(|_| ()))
                .map_err(DbError::from)
        }
        .boxed()
    });
    added.await.unwrap();
}

const UNFENCED: &str = "select count(*) from pg_class t join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = current_schema() and t.relkind = 'r' and t.relname not like '\\_sqlx%'
    and not (t.relrowsecurity and t.relforcerowsecurity)";
const SWITCHED_OFF: &str = "select count(*) from pg_trigger g join pg_class t on t.oid = g.tgrelid
    join pg_namespace n on n.oid = t.relnamespace where n.nspname = current_schema() and g.tgenabled <> 'O'";

/// Every member of an archive.
fn members(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut members = BTreeMap::new();
    walk::walk(archive, &mut |member| {
        members.insert(member.name.to_owned(), member.bytes()?);
        Ok(())
    })
    .unwrap();
    members
}

/// An archive of these members, with sums that hold. Tables come in the order of the manifest.
fn pack(target: &Path, members: &BTreeMap<String, Vec<u8>>) {
    let manifest: Manifest = serde_json::from_slice(&members[MANIFEST]).unwrap();
    let mut writer = Writer::begin(target, NOW).unwrap();
    writer.add(MANIFEST, &members[MANIFEST]).unwrap();
    for table in manifest.tables {
        let prefix = format!("tables/{}/", table.name);
        for (name, bytes) in members.iter().filter(|(name, _)| name.starts_with(&prefix)) {
            writer.add(name, bytes).unwrap();
        }
    }
    for (name, bytes) in members.iter().filter(|(name, _)| !name.starts_with("tables/") && *name != MANIFEST) {
        writer.add(name, bytes).unwrap();
    }
    writer.finish().unwrap();
}

#[tokio::test]
async fn both_databases_have_the_same_tables_in_the_same_order_for_a_backup() {
    let Some(postgres) = testing::postgres().await else { return };
    let mut seen = Vec::new();
    for world in [testing::sqlite().await, postgres] {
        let scope = KeeperScope::new();
        let read = world.db.read(&scope, |tx| async move { whole::tables(tx).await }.boxed());
        seen.push(read.await.unwrap());
    }
    assert!(seen[0].len() > 50);
    assert_eq!(seen[0], seen[1]);
}

/// A later migration that makes a table and forgets the keeper fails here: it needs
/// `create policy keeper on … for select to guichet_keeper using (true)` and `grant select on … to guichet_keeper`.
#[tokio::test]
async fn the_keeper_sees_every_row_of_every_table() {
    const FORGOTTEN: &str = "select t.tablename::text from pg_tables t
        where t.schemaname = current_schema() and t.tablename not like '\\_sqlx%' and not (
          has_table_privilege('guichet_keeper', format('%I.%I', t.schemaname, t.tablename), 'select')
          and exists (select from pg_policies p where p.schemaname = t.schemaname and p.tablename = t.tablename
            and 'guichet_keeper' = any (p.roles) and p.cmd = 'SELECT' and p.qual = 'true'))";
    const RIGHTS: &str =
        "select count(*) from pg_tables t, (values ('insert'), ('update'), ('delete'), ('truncate')) as a (act)
        where t.schemaname = current_schema()
        and has_table_privilege('guichet_keeper', format('%I.%I', t.schemaname, t.tablename), a.act)";
    let Some(world) = testing::postgres().await else { return };
    let scope = operator();
    let read = world.db.read(&scope, |tx| {
        async move { on!(tx, c => sqlx::query_as(FORGOTTEN).fetch_all(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let forgotten: Vec<(String,)> = read.await.unwrap();
    assert!(forgotten.is_empty(), "the keeper cannot read, and so no backup has: {forgotten:?}");
    assert_eq!(count(&world.db, RIGHTS).await, 0, "the keeper may change something");
}

on_both_databases! {
    async fn an_archive_says_what_it_is_and_is_for_its_owner_alone(world: World) {
        const SECRET: &[u8] = b"a key that is nobody's business";
        fill(&world).await;
        for name in ["sealing.key", "audit.key", "pepper", "raw/pepper", "raw/ab/pepper", "uploads/pepper"] {
            let path = world.folder().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, SECRET).unwrap();
        }
        let archive = make(&world, "a.tar.gz").await;
        let verdict = check(&archive).unwrap();
        assert_eq!((verdict.faults.as_slice(), verdict.missing_documents.as_slice()), (&[][..], &[][..]));
        let manifest = verdict.manifest.unwrap();
        assert_eq!((manifest.form.as_str(), manifest.made_at), ("guichet-backup/1", NOW.millis()));
        assert_eq!(manifest.rows(), verdict.rows);
        let rows = |name: &str| manifest.tables.iter().find(|table| table.name == name).unwrap().rows;
        assert_eq!((rows("party"), rows("customer"), rows("audit"), rows("session")), (2, 1, 1, 0));
        let members = members(&archive);
        let customer = String::from_utf8(members["tables/customer/000001.jsonl"].clone()).unwrap();
        assert!(customer.starts_with("[\"created_at\",") && customer.contains("[9007199254740993,"), "{customer}");
        let party = String::from_utf8(members["tables/party/000001.jsonl"].clone()).unwrap();
        assert!(party.find("{\"x\":\"0101").unwrap() < party.find("{\"x\":\"0202").unwrap(), "{party}");
        let secret = |bytes: &Vec<u8>| bytes.windows(SECRET.len()).any(|piece| piece == SECRET);
        assert!(!members.values().any(secret), "a key went along");
        // One that was cut has left its beginning, and somebody may be at it.
        let left = world.folder().join("b.tar.gz.part");
        let file = std::fs::File::create(&left).unwrap();
        file.set_len(1 << 20).unwrap();
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
        file.lock().unwrap();
        let (target, folders) = (world.folder().join("b.tar.gz"), Folders::within(world.folder()));
        let busy = super::super::make(&world.db, &folders, &target, NOW, quiet()).await.err().unwrap();
        assert!(matches!(busy, BackupError::Busy(_)), "{busy}");
        drop(file);
        // The same state again is the same rows; the same place is not written to.
        let again = make(&world, "b.tar.gz").await;
        assert_eq!(self::members(&again), members);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&archive), mode(&again)), (0o600, 0o600));
        }
        let refused =
            super::super::make(&world.db, &Folders::within(world.folder()), &archive, NOW, quiet()).await.err().unwrap();
        assert!(matches!(refused, BackupError::Exists(_)), "{refused}");
        assert!(!world.folder().join("a.tar.gz.part").exists());
    }

    async fn a_restore_that_fails_at_its_very_end_leaves_an_empty_database(world: World) {
        let from = testing::sqlite().await;
        fill(&from).await;
        let archive = make(&from, "good.tar.gz").await;
        let mut members = members(&archive);
        // A token of a session that is nowhere: only the database can know, and it comes late.
        let told = "\"name\": \"superseded_token\",\n      \"rows\": 0";
        let manifest = String::from_utf8(members[MANIFEST].clone()).unwrap();
        assert!(manifest.contains(told));
        members.insert(MANIFEST.to_owned(), manifest.replace(told, &told.replace("0", "1")).into_bytes());
        let part = "[\"session_id\",\"superseded_at\",\"token_hash\"]\n[{\"x\":\"00\"},1,{\"x\":\"00\"}]\n";
        members.insert("tables/superseded_token/000001.jsonl".to_owned(), part.into());
        let bad = from.folder().join("bad.tar.gz");
        pack(&bad, &members);
        let folders = Folders::within(&world.folder().join("data"));
        let checked = Checked::of(&bad).await.unwrap();
        let failed = restore(&world.db, checked, &folders, quiet()).await.unwrap_err();
        assert!(matches!(failed, BackupError::Db(DbError::Sql(_))), "{failed}");
        assert_eq!(count(&world.db, "select count(*) from party").await, 0);
        assert_eq!(count(&world.db, "select count(*) from instance").await, 1);
        // Once more with the good one; then it is not empty any more.
        let restored = restore(&world.db, Checked::of(&archive).await.unwrap(), &folders, quiet()).await.unwrap();
        assert_eq!((restored.files, restored.audit.entries, restored.audit.finding), (1, 1, None));
        assert_eq!(count(&world.db, "select count(*) from party").await, 2);
        let checked = Checked::of(&archive).await.unwrap();
        let refused = restore(&world.db, checked, &folders, quiet()).await.unwrap_err();
        assert!(matches!(refused, BackupError::NotEmpty(_)), "{refused}");
        // What only lets itself be added to does so again.
        for sql in ["delete from audit where prev <> $1", "update audit set prev = $1", "delete from audit_tail where hash <> $1"] {
            assert!(write(&world.db, sql, 1).await.is_err(), "{sql}");
        }
        assert_eq!(count(&world.db, "select count(*) from audit").await, 1);
        if world.db.dialect() == Dialect::Postgres {
            assert_eq!(count(&world.db, UNFENCED).await, 0, "a table is not behind its policies any more");
            assert_eq!(count(&world.db, SWITCHED_OFF).await, 0, "a trigger is off");
        }
    }

    async fn a_fault_is_told_with_its_place(world: World) {
        fill(&world).await;
        let good = members(&make(&world, "good.tar.gz").await);
        let raw = good.keys().find(|name| name.starts_with("raw/")).unwrap().clone();
        let table = "tables/party/000001.jsonl".to_owned();
        let mut number = 0;
        let mut faults = |change: &dyn Fn(&mut BTreeMap<String, Vec<u8>>)| {
            let mut members = good.clone();
            change(&mut members);
            number += 1;
            let path = world.folder().join(format!("{number}.tar.gz"));
            pack(&path, &members);
            check(&path).unwrap()
        };
        assert!(faults(&|_| ()).holds());
        let wrong = faults(&|members| *members.get_mut(&raw).unwrap() = b"others".to_vec()).faults;
        assert!(wrong.len() == 1 && wrong[0].member == raw && wrong[0].what.contains("hash"), "{wrong:?}");
        let wrong = faults(&|members| members.get_mut(&table).unwrap().extend(b"[1,2]\n")).faults;
        assert!(wrong.len() == 1 && wrong[0].member == table && wrong[0].what.contains("line 4"), "{wrong:?}");
        let wrong = faults(&|members| members.get_mut(&table).unwrap().extend(b"[null,null,null,null]\n")).faults;
        assert!(wrong.len() == 1 && wrong[0].what.contains("2 rows were told, 3"), "{wrong:?}");
        let wrong = faults(&|members| drop(members.remove(&table))).faults;
        assert!(wrong.len() == 1 && wrong[0].what.contains("no part"), "{wrong:?}");
        let wrong = faults(&|members| drop(members.insert("etc/passwd".to_owned(), Vec::new()))).faults;
        assert!(wrong.len() == 1, "{wrong:?}");
        let gone = faults(&|members| drop(members.remove(&raw)));
        assert!(gone.holds() && gone.missing_documents.len() == 1);
    }
}

#[tokio::test]
async fn a_byte_that_is_flipped_anywhere_is_found_and_refused() {
    let world = testing::sqlite().await;
    fill(&world).await;
    std::fs::write(world.folder().join(HEADS), "not a head\n").unwrap();
    let archive = make(&world, "good.tar.gz").await;
    let good = std::fs::read(&archive).unwrap();
    assert!(check(&archive).unwrap().holds());
    let bad = world.folder().join("bad.tar.gz");
    let step = testing::attempts(good.len() / 150, 1).max(1);
    // The beginning and the end byte by byte, what is between them in steps.
    let places = (0..24).chain((24..good.len() - 24).step_by(step)).chain(good.len() - 24..good.len());
    for place in places {
        let mut bytes = good.clone();
        bytes[place] ^= 0xff;
        std::fs::write(&bad, bytes).unwrap();
        let verdict = check(&bad).unwrap();
        assert!(!verdict.holds(), "byte {place} of {}", good.len());
        assert!(matches!(Checked::of(&bad).await, Err(BackupError::Damaged(_))));
    }
    for length in [0, 1, 9, 10, good.len() / 2, good.len() - 1] {
        std::fs::write(&bad, &good[..length]).unwrap();
        assert!(!check(&bad).unwrap().holds(), "cut at {length}");
    }
    std::fs::write(&bad, [good.as_slice(), b"x"].concat()).unwrap();
    assert!(!check(&bad).unwrap().holds(), "a byte more");
}

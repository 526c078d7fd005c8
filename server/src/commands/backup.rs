//! `guichet backup`, `guichet restore` and `guichet verify`.

use super::{
    compose::{database_file, open_database},
    say,
};
use anyhow::{Context as _, bail};
use guichet_platform::{
    audit::{self, Action, Actor, Entry},
    backup::{self, Checked, Difference, Folders, Manifest, Progress, Step, Verdict},
    clock::{Clock as _, SystemClock},
    config::Config,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// `guichet backup`.
pub(super) async fn backup(config: Config, archive: PathBuf) -> anyhow::Result<ExitCode> {
    // Opening would make one, and an empty backup looks like a backup.
    if let Some(file) = database_file(&config).filter(|file| !file.exists()) {
        bail!("there is no database at {}", file.display());
    }
    if archive.exists() {
        bail!("{} is there already and is not overwritten", archive.display());
    }
    let db = open_database(&config).await?;
    let now = SystemClock.now();
    // Before the rows are read, so that the archive itself says that it was made.
    audit::note(&db, Entry::new(Action::DataExported, Actor::Operator, now)).await?;
    say(&format!("Backing up {} to {}.", config.database.url, archive.display()));
    let made = backup::make(&db, &Folders::of(&config), &archive, now, aloud()).await?;
    db.close().await;
    say("Reading it back.");
    let verdict = check(&archive).await?;
    if !verdict.holds() {
        report(&verdict);
        bail!("{} does not hold: do not rely on it", archive.display());
    }
    say_missing(&verdict);
    say(&format!(
        "Done: {} rows of {} tables and {} files, {} bytes. Every sum holds.",
        made.manifest.rows(),
        made.manifest.tables.len(),
        made.files,
        made.length
    ));
    say("It holds everything that customers may see: keep it as you keep the database.");
    say_apart(&config);
    Ok(ExitCode::SUCCESS)
}

/// `guichet restore`.
pub(super) async fn restore(config: Config, archive: PathBuf) -> anyhow::Result<ExitCode> {
    say(&format!("Checking {}.", archive.display()));
    let checked = Checked::of(&archive).await?;
    say(&words(checked.manifest()));
    say_missing(checked.verdict());
    let db = open_database(&config).await?;
    say(&format!("Every sum holds. Restoring into {} and {}.", config.database.url, config.data.dir.display()));
    let restored = backup::restore(&db, checked, &Folders::of(&config), aloud()).await?;
    db.close().await;
    say(&format!("Done: {} rows and {} files.", restored.rows, restored.files));
    if restored.heads_kept {
        say(&format!("{} was there already and is left as it was.", config.audit_heads().display()));
    }
    let audit = restored.audit;
    let code = match audit.finding {
        Some(finding) => {
            say(&format!("The audit log does NOT hold. First bad place: {finding}."));
            ExitCode::FAILURE
        }
        None => {
            say(&format!("The audit log holds: {} entries, {} signed heads.", audit.entries, audit.heads));
            ExitCode::SUCCESS
        }
    };
    say_apart(&config);
    say("Put them back, run `guichet audit verify`, then start the portal.");
    Ok(code)
}

/// `guichet verify`.
pub(super) async fn verify(config: Config, archive: PathBuf, live: bool, json: bool) -> anyhow::Result<ExitCode> {
    let verdict = check(&archive).await?;
    let tables = if live && verdict.holds() {
        if let Some(file) = database_file(&config).filter(|file| !file.exists()) {
            bail!("there is no database at {}", file.display());
        }
        let db = open_database(&config).await?;
        let tables = backup::compare(&db, &verdict).await?;
        db.close().await;
        Some(tables)
    } else {
        None
    };
    let differs = tables.iter().flatten().any(|table| !table.same);
    let good = verdict.holds() && verdict.missing_documents.is_empty() && !differs;
    if json {
        say(&json!({ "archive": archive, "holds": good, "found": verdict, "live": tables }).to_string());
    } else {
        report(&verdict);
        tables.iter().flatten().for_each(|table| say(&line(table)));
        if differs {
            say("The live database is another than the archive.");
        } else if tables.is_some() {
            say("The live database is the same, table by table.");
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn check(archive: &Path) -> anyhow::Result<Verdict> {
    let path = archive.to_owned();
    let checked = tokio::task::spawn_blocking(move || backup::check(&path)).await;
    Ok(checked.context("the check was given up after a fault")??)
}

fn aloud() -> Progress {
    Arc::new(|step: Step<'_>| match step {
        // Most tables of most portals are empty.
        Step::Table { rows: 0, .. } | Step::Files { files: 0, .. } => {}
        Step::Table { name, rows } => say(&format!("  {name}: {rows} rows")),
        Step::Files { folder, files, bytes } => say(&format!("  {folder}: {files} files, {bytes} bytes")),
    })
}

fn words(manifest: &Manifest) -> String {
    let at = jiff::Timestamp::from_millisecond(manifest.made_at).unwrap_or_default();
    let last = manifest.migrations.iter().max().copied().unwrap_or(0);
    format!(
        "Made at {at} by guichet {} from {}: {} rows of {} tables, schema {last:04}.",
        manifest.version,
        manifest.dialect,
        manifest.rows(),
        manifest.tables.len()
    )
}

fn report(verdict: &Verdict) {
    if let Some(manifest) = &verdict.manifest {
        say(&words(manifest));
    }
    for fault in &verdict.faults {
        say(&format!("WRONG {fault}."));
    }
    say_missing(verdict);
    if verdict.holds() {
        say(&format!("The archive holds: {} members, {} rows.", verdict.members, verdict.rows));
    } else {
        say("The archive does NOT hold.");
    }
}

fn say_missing(verdict: &Verdict) {
    for hash in &verdict.missing_documents {
        say(&format!("MISSING the document {hash}: its bytes were not in the data folder when the backup was made."));
    }
}

fn line(table: &Difference) -> String {
    let rows = |rows: Option<u64>| rows.map_or_else(|| "no table".to_owned(), |rows| format!("{rows} rows"));
    if table.same {
        format!("  {}: the same, {}", table.table, rows(table.live))
    } else {
        format!("  {}: DIFFERS, {} in the archive, {} live", table.table, rows(table.archive), rows(table.live))
    }
}

/// What no archive has, and what is lost without it.
fn say_apart(config: &Config) {
    let mut apart = vec![
        (Some(config.sealing_key()), "authenticator apps stop working without it"),
        (Some(config.audit_key()), "signs and proves the audit log"),
        (config.password.pepper_file.clone(), "no password works without it"),
        (config.hooks.secrets_dir.clone(), "the secrets of the webhooks"),
        (config.database.password_file.clone(), "the password of the database"),
        (config.mail.password_file.clone(), "the password of the mail server"),
    ];
    apart.retain(|(path, _)| path.is_some());
    say("Not in an archive, to be kept elsewhere:");
    for (path, why) in apart {
        say(&format!("  {}: {why}", path.unwrap_or_default().display()));
    }
    say("  the configuration file, the certificates of the proxy, and the files that wait in inbox and outbox");
}

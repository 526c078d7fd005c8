//! `guichet replay`.

use super::{compose, compose::feeds, say};
use anyhow::Context as _;
use futures::FutureExt as _;
use guichet_app::portfolio::feed::close_days;
use guichet_platform::{
    config::Config,
    db::{
        Db, DbError, DbOptions,
        digest::{self, Sum},
    },
    random::OsRandom,
    scope,
};
use guichet_types::{Date, Timestamp};
use std::{path::PathBuf, process::ExitCode};

/// Builds a database out of the raw store, and compares it with the one that lives.
pub(super) async fn replay(config: Config, into: Option<String>, check: bool) -> anyhow::Result<ExitCode> {
    let parts = compose(&config).await?;
    let scratch = Scratch(config.data.dir.join("replay-check.db"));
    scratch.clear();
    let url = into.clone().unwrap_or_else(|| format!("sqlite:{}", scratch.0.display()));
    let password = config.secrets.database_password.as_ref().map(|secret| secret.expose().clone());
    let options = DbOptions { url, password, client: config.database.client(), readers: 2, schema: None };
    let built = Db::open(&options, &OsRandom).await.context("the database to build does not open")?;
    let rebuilt = parts.inbox.rebuild(built.clone(), feeds).await.context("the raw store cannot be read again")?;
    say(&format!("Read {} documents, and {} of them again as was asked.", rebuilt.documents, rebuilt.readings));
    if rebuilt.erased > 0 {
        say(&format!("{} customers were erased, and are not brought back.", rebuilt.erased));
    }
    let mut same = true;
    if check {
        // Days close by themselves, with no document; both are brought to the same day.
        let now = parts.clock.now();
        let (live, other) = (settle(&parts.db, now).await?, settle(&built, now).await?);
        same = tell(&live, &other);
    }
    built.close().await;
    parts.db.close().await;
    if into.is_none() {
        scratch.clear();
    }
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the tables come to, with all days closed up to now.
async fn settle(db: &Db, now: Timestamp) -> Result<Vec<Sum>, DbError> {
    let today = Date::from_days(i32::try_from(now.millis().div_euclid(86_400_000)).unwrap_or(0));
    db.write(&scope::operator(), move |tx| close_days(tx, today, now).boxed()).await?;
    db.read(&scope::operator(), |tx| digest::sums(tx).boxed()).await
}

/// Says whether two databases hold the same.
fn tell(live: &[Sum], other: &[Sum]) -> bool {
    let hex = |hash: [u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (one, two) in live.iter().zip(other) {
        let word = if one == two { "equal" } else { "DIFFERENT" };
        say(&format!("{word}  {}: {} rows, {} when read again", one.table, one.rows, two.rows));
    }
    let (one, two) = (digest::hash(live), digest::hash(other));
    say(&format!("This database        {}", hex(one)));
    say(&format!("Read again           {}", hex(two)));
    one == two
}

/// A database for one check.
struct Scratch(PathBuf);

impl Scratch {
    fn clear(&self) {
        for end in ["", "-wal", "-shm", ".lock"] {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            // What is not there need not go.
            let _ = std::fs::remove_file(path);
        }
    }
}

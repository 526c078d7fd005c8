//! Customers who are signed in, and their open pages.

use crate::{Portal, wire::Events};
use anyhow::Context as _;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use guichet_platform::{
    clock::SystemClock,
    db::{Db, DbOptions},
    live,
    random::OsRandom,
    session::{SessionPolicy, Sessions},
};
use std::{fs, path::Path, sync::Arc};

/// Streams that are opened at once.
const AT_ONCE: usize = 64;

/// The portal's database.
///
/// # Errors
/// When it does not open.
pub async fn database(url: &str) -> anyhow::Result<Db> {
    Db::open(&DbOptions::at(url), &OsRandom).await.context("the database does not open")
}

/// Begins a session for each customer, and writes cookie and cursor of each as a line.
///
/// # Errors
/// When the database refuses, or a customer is missing.
pub async fn sign_in(url: &str, customers: usize, file: &Path) -> anyhow::Result<()> {
    let db = database(url).await?;
    let day = 86_400;
    let policy = SessionPolicy { idle_seconds: day, absolute_seconds: day, warning_seconds: 60 };
    let sessions = Sessions::new(db.clone(), Arc::new(SystemClock), Arc::new(OsRandom), policy);
    let mut lines = String::new();
    for number in 1..=customers {
        let number = number.to_string();
        let token = sessions.begin_unproved(&number).await?;
        let token = token.with_context(|| format!("there is no customer {number}"))?;
        let scope = sessions.resolve(&token).await?.context("the session does not hold")?.scope;
        let cursor = db.read(&scope, move |tx| async move { live::cursor(tx, &scope).await }.boxed()).await?;
        lines.push_str(&format!("__Host-guichet={} {cursor}\n", token.encode()));
    }
    db.close().await;
    fs::write(file, lines).with_context(|| format!("{} cannot be written", file.display()))
}

/// Opens a stream for every line of the file, on a page of this kind; each has said that it is there.
///
/// # Errors
/// When the portal does not give one.
pub async fn open(portal: &Portal, sessions: &Path, page: &str) -> anyhow::Result<Vec<Events>> {
    let lines = fs::read_to_string(sessions).with_context(|| format!("{} cannot be read", sessions.display()))?;
    let one = |line: String| async move {
        let (cookie, cursor) = line.split_once(' ').context("a line is cookie and cursor")?;
        let path = format!("/live?after={cursor}&page={page}");
        let mut events = Events::open(portal.server, &path, cookie).await?;
        events.next().await?.context("the stream ended at once")?;
        anyhow::Ok(events)
    };
    let lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    futures::stream::iter(lines).map(one).buffered(AT_ONCE).try_collect().await
}

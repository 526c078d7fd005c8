//! EPCIS events that are taken in: signed, kept, registered, read and applied.

use crate::{
    Portal, documents,
    figures::{Spread, Usage},
    pages, say,
    wire::Door,
};
use futures::FutureExt as _;
use guichet_platform::{
    db::{Db, DbError},
    on,
    scope::operator,
};
use std::time::Duration;
use tokio::time::Instant;

/// Parcels that the events are of.
const PARCELS: usize = 1_000;

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub events: usize,
    pub each: usize,
    pub connections: usize,
    pub from: usize,
}

/// Measures it.
///
/// # Errors
/// When the portal does not do its part.
pub async fn run(portal: &Portal, database: &str, load: &Load) -> anyhow::Result<()> {
    let db = pages::database(database).await?;
    let before = (Usage::of(portal.pid), Usage::own());
    let began = Instant::now();
    let hooks = load.events / load.each;
    let senders = (0..load.connections).map(|first| send(portal.clone(), *load, first, hooks));
    let mut taken = Spread::default();
    for spread in futures::future::join_all(senders).await {
        taken.merge(spread?);
    }
    let kept = began.elapsed();
    while open(&db).await? > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (took, now) = (began.elapsed(), (Usage::of(portal.pid), Usage::own()));
    let rate = |took: Duration| load.events as u128 * 1_000 / took.as_millis().max(1);
    say(&format!(
        "{} EPCIS events in {hooks} webhooks of {}: acknowledged at {} events/s, applied at {} events/s; a webhook's acknowledgement: {}",
        load.events,
        load.each,
        rate(kept),
        rate(took),
        taken.words()
    ))?;
    say(&format!(
        "processor: portal {}, load client {}; memory of the portal: {} MiB, then {} MiB",
        now.0.since(before.0),
        now.1.since(before.1),
        before.0.mebibytes(),
        now.0.mebibytes()
    ))
}

async fn send(portal: Portal, load: Load, first: usize, hooks: usize) -> anyhow::Result<Spread> {
    let (mut door, mut spread) = (Door::open(&portal, "carrier").await?, Spread::default());
    for hook in (first..hooks).step_by(load.connections) {
        let numbers = (0..load.each).map(|place| load.from + hook * load.each + place);
        let body = documents::epcis(numbers.map(|number| (number % PARCELS + 1, number)));
        let began = Instant::now();
        door.send(&format!("epcis-{}-{hook}", load.from), &body).await?;
        spread.note(began.elapsed());
    }
    Ok(spread)
}

/// Documents that are kept and not yet applied.
async fn open(db: &Db) -> anyhow::Result<i64> {
    const OPEN: &str = "select count(*) from source_document where state in ('received', 'applying')";
    let scope = operator();
    let read = db.read(&scope, |tx| {
        async move {
            let (count,): (i64,) = on!(tx, c => sqlx::query_as(OPEN).fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(count)
        }
        .boxed()
    });
    Ok(read.await?)
}

//! What the metrics say of sources: twice a minute, so that whoever watches the house hears of a file that did not come before a
//! customer asks for it.

use super::{health::facts, settings};
use crate::{
    clock::SharedClock,
    db::{Db, DbError},
    scope::operator,
    telemetry::{Metrics, SourceState},
};
use guichet_types::Timestamp;
use std::{collections::BTreeSet, time::Duration};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(30);

/// Measures all sources until it is told to stop.
pub async fn measure(db: Db, clock: SharedClock, metrics: Metrics, stop: CancellationToken) {
    let mut late = BTreeSet::new();
    loop {
        if let Err(error) = look(&db, &metrics, clock.now(), &mut late).await {
            tracing::warn!(%error, "The sources could not be measured");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Measures them once. `late` are those that were late before; becoming so, and being in time again, is logged once.
pub(super) async fn look(
    db: &Db,
    metrics: &Metrics,
    now: Timestamp,
    late: &mut BTreeSet<String>,
) -> Result<(), DbError> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    for source in settings::list(db, &operator()).await? {
        let since = facts(&source, now).late_since.filter(|_| !source.settings.paused);
        metrics.source(
            &source.key,
            SourceState {
                late_seconds: since.map_or(0, |since| (now.millis() - since.millis()) / 1_000),
                waiting: count(source.waiting),
                aside: count(source.aside),
            },
        );
        match since {
            Some(_) if late.insert(source.key.clone()) => {
                tracing::warn!(source = source.key, "A source is behind its objective");
            }
            None if late.remove(&source.key) => {
                tracing::info!(source = source.key, "A source is within its objective again");
            }
            _ => {}
        }
    }
    Ok(())
}

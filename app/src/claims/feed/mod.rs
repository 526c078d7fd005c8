//! How an insurer's document becomes rows and events of policies and claims.
//!
//! The document is read whole and held against its format before anything is written; one that is refused books nothing.
//! Then its records are applied in batches, each one transaction with the document's checkpoint and the events of what has
//! changed. Every record has a version: when the document says it was made, else when it came. A newer one takes the place of
//! an older one and never the other way round, so any order of documents makes the same rows.

mod apply;
mod notes;
mod shape;

use apply::Applier;
use futures::{FutureExt as _, future::BoxFuture};
use guichet_formats::{
    Class, Limits, correct,
    insurance::{self, Report, Reporter, record::Record},
};
use guichet_platform::{
    clock::SharedClock,
    db::{Db, DbError},
    inbox::{Feed, InboxError, Job, Outcome},
    scope::FeedScope,
    sources::aside::Correction,
};
use std::{ops::ControlFlow, path::Path, sync::Arc};

/// Records in one transaction.
const BATCH: usize = 500;
/// Largest document; it is read whole.
const MAX_BYTES: u64 = 256 << 20;

/// The feed as the inbox takes it.
#[must_use]
pub fn feed(clock: SharedClock) -> Arc<dyn Feed> {
    Arc::new(ClaimsFeed { clock, limits: Limits::default() })
}

/// Reads policies and claims.
#[derive(Clone, Debug)]
struct ClaimsFeed {
    clock: SharedClock,
    limits: Limits,
}

impl Feed for ClaimsFeed {
    fn name(&self) -> &'static str {
        "claims"
    }

    fn takes(&self, beginning: &[u8]) -> bool {
        insurance::detect(beginning).is_some()
    }

    fn report(&self, path: &Path) -> std::io::Result<serde_json::Value> {
        let report = insurance::report_bytes(&std::fs::read(path)?, &self.limits);
        serde_json::to_value(report).map_err(std::io::Error::other)
    }

    fn put_right(&self, bytes: &[u8], correction: &Correction) -> Option<Vec<u8>> {
        correct::put_right(bytes, &correction.place, &correction.was, &correction.becomes)
    }

    fn stands_at(&self, bytes: &[u8], place: &str, raw: &str) -> Option<String> {
        correct::stands_at(bytes, place, raw)
    }

    fn import(&self, db: Db, scope: FeedScope, job: Job) -> BoxFuture<'static, Result<Outcome, InboxError>> {
        import(db, scope, job, self.clock.clone(), self.limits.clone()).boxed()
    }
}

/// Every record of the document, and what is to be said of it.
fn read(path: &Path, limits: &Limits) -> std::io::Result<(Vec<Record>, Report)> {
    let bytes = std::fs::read(path)?;
    let (mut records, mut reporter) = (Vec::new(), Reporter::default());
    let outcome = match insurance::detect(&bytes) {
        Some(kind) => insurance::read(&bytes, kind, limits, &mut |record| {
            reporter.take(&record);
            records.push(record);
            ControlFlow::Continue(())
        }),
        None => Ok(()),
    };
    Ok((records, reporter.finish(outcome)))
}

async fn import(db: Db, scope: FeedScope, job: Job, clock: SharedClock, limits: Limits) -> Result<Outcome, InboxError> {
    let path = job.path.clone();
    let at = |error| InboxError::File { path: path.clone(), error };
    if tokio::fs::metadata(&job.path).await.map_err(at)?.len() > MAX_BYTES {
        let reason = Some("a document of policies or claims is at most 256 MiB; send several".to_owned());
        return Ok(Outcome { class: "reject", reason, records: 0, report: None, closed: false });
    }
    let file = job.path.clone();
    let (records, report) = tokio::task::spawn_blocking(move || read(&file, &limits))
        .await
        .map_err(|_| InboxError::Feed("reading was given up after a fault".to_owned()))?
        .map_err(at)?;
    let class = match report.class {
        Class::Accept => "accept",
        Class::Warn => "warn",
        Class::Reject => "reject",
    };
    // An accepted document needs no reason.
    let reason = Some(report.reason.clone()).filter(|reason| class != "accept" && !reason.is_empty());
    let told = serde_json::to_value(&report).ok();
    let count = report.counts.values().sum();
    let refused = report.refusal.is_some();
    let mut applier = Applier::new(&job, clock.now());
    applier = db.write(&scope, move |tx| async move { applier.begin(tx, report).await }.boxed()).await?;
    if refused {
        return Ok(Outcome { class, reason, records: 0, report: told, closed: false });
    }
    let mut records = records.into_iter();
    loop {
        let batch: Vec<Record> = records.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let work = applier;
        applier = db
            .write(&scope, move |tx| {
                async move {
                    let mut work = work;
                    work.take(tx, batch).await?;
                    Ok::<_, DbError>(work)
                }
                .boxed()
            })
            .await?;
    }
    Ok(Outcome { class, reason, records: count, report: told, closed: false })
}

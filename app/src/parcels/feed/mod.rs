//! How a carrier's document becomes rows and events of parcels.
//!
//! A document is read as a whole before anything is written, for a refusal in its last line means that nothing of it counts.
//! Then its records are applied in batches, each one transaction that also works out again where the parcels stand that it
//! touches, tells whoever follows them, and moves the document's checkpoint.
//!
//! What is told is kept with the time at which it was true; the state of a parcel is worked out from all of it. So the same
//! news twice changes nothing, and the order in which documents come does not matter.

mod apply;
mod contain;
mod notify;
mod settle;
mod told;

use apply::{Batch, Source};
use futures::{FutureExt as _, future::BoxFuture};
use guichet_formats::{
    Class, Limits, correct,
    parcel::{self, Record, Report, Reporter},
};
use guichet_platform::{
    clock::SharedClock,
    db::Db,
    inbox::{self, Feed, InboxError, Job, Outcome},
    scope::FeedScope,
    sources::aside::Correction,
};
use std::{ops::ControlFlow, path::Path, sync::Arc};

pub use settle::adopt;
pub(crate) use told::postcode_key;

/// Records in one transaction.
const BATCH: usize = 500;

/// The feed as the inbox takes it.
#[must_use]
pub fn feed(clock: SharedClock) -> Arc<dyn Feed> {
    Arc::new(ParcelsFeed { clock, limits: Limits::default() })
}

#[derive(Clone, Debug)]
struct ParcelsFeed {
    clock: SharedClock,
    limits: Limits,
}

impl Feed for ParcelsFeed {
    fn name(&self) -> &'static str {
        "parcels"
    }

    fn takes(&self, beginning: &[u8]) -> bool {
        parcel::detect(beginning).is_some()
    }

    fn report(&self, path: &Path) -> std::io::Result<serde_json::Value> {
        serde_json::to_value(parcel::report_bytes(&std::fs::read(path)?, &self.limits)).map_err(std::io::Error::other)
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

/// Everything that a document says, and the report on it.
fn read(path: &Path, limits: &Limits) -> std::io::Result<(Vec<Record>, Report)> {
    let bytes = std::fs::read(path)?;
    let (mut reporter, mut records) = (Reporter::default(), Vec::new());
    let Some(kind) = parcel::detect(&bytes) else { return Ok((records, parcel::report_bytes(&bytes, limits))) };
    let outcome = parcel::read(&bytes, kind, limits, &mut |record| {
        reporter.take(&record);
        records.push(record);
        ControlFlow::Continue(())
    });
    Ok((records, reporter.finish(outcome)))
}

async fn import(db: Db, scope: FeedScope, job: Job, clock: SharedClock, limits: Limits) -> Result<Outcome, InboxError> {
    let path = job.path.clone();
    let reading = tokio::task::spawn_blocking(move || read(&path, &limits)).await;
    let read = reading.map_err(|_| InboxError::Feed("reading was given up after a fault".to_owned()))?;
    let (records, report) = read.map_err(|error| InboxError::File { path: job.path.clone(), error })?;
    let class = match report.class {
        Class::Accept => "accept",
        Class::Warn => "warn",
        Class::Reject => "reject",
    };
    let mut outcome = Outcome {
        class,
        // An accepted document needs no reason.
        reason: Some(report.reason.clone()).filter(|reason| class != "accept" && !reason.is_empty()),
        records: report.event_count + report.shipment_count,
        report: serde_json::to_value(&report).ok(),
        closed: false,
    };
    let now = clock.now();
    let source = Source::new(&job, &records, clock);
    let kept = (report.findings, if class == "reject" { Vec::new() } else { quarantined(&records) });
    let mut through = usize::try_from(job.applied_records).unwrap_or(0).min(records.len());
    // What the reading found, and the first batch: most webhooks have no second one.
    let mut begin = Some((source.clone(), kept));
    loop {
        let end = if class == "reject" { through } else { (through + BATCH).min(records.len()) };
        let (begin, batch) = (begin.take(), Batch::new(source.clone(), records[through..end].to_vec()));
        let mark = end as u64;
        // The document is closed with its last batch; for most webhooks that is the first.
        outcome.closed = class == "reject" || end == records.len();
        let (closed, reason, records) = (outcome.closed, outcome.reason.clone(), outcome.records);
        db.write(&scope, move |tx| {
            async move {
                if let Some((source, kept)) = begin {
                    source.begin(tx, kept).await?;
                }
                batch.apply(tx).await?;
                apply::checkpoint(tx, job.document, mark).await?;
                if closed { inbox::close(tx, job.document, (class, records), reason, now).await } else { Ok(()) }
            }
            .boxed()
        })
        .await?;
        through = end;
        if outcome.closed {
            return Ok(outcome);
        }
    }
}

/// The report has the first hundred alone; none may be lost.
fn quarantined(records: &[Record]) -> Vec<guichet_formats::record::Quarantined> {
    let piece = |record: &Record| match record {
        Record::Quarantined(piece) => Some(piece.clone()),
        _ => None,
    };
    records.iter().filter_map(piece).collect()
}

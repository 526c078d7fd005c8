//! How documents of the securities family become rows and events: instruments, what is held and done, prices, rates.
//!
//! A document is read whole, then applied in transactions that repeat harmlessly: every row is keyed by what it is, and what must
//! be worked out again is marked in the transaction of its cause. So a cut at any moment is taken up by reading the document
//! once more. Bank statements in OFX are handed to the feed of accounts.

mod calendar;
mod daily;
mod guarded;
mod holdings;
mod instruments;
mod priced;
mod rates;
mod settle;
mod swift;

pub use settle::close_days;

use crate::accounts::feed::{apply_bank, insert_findings, insert_quarantined};
use futures::{FutureExt as _, future::BoxFuture};
use guichet_formats::{
    Limits, correct,
    record::{Finding, Record as BankRecord},
    securities::{
        self,
        record::{Daily, FxRate, Instrument, Quarantined, Quote, Record},
    },
};
use guichet_platform::{
    clock::SharedClock,
    db::{Db, DbError, Tx},
    inbox::{self, Feed, InboxError, Job, Outcome},
    on,
    scope::FeedScope,
    sources::aside::Correction,
};
use guichet_types::{Date, Id, Timestamp, kind};
use std::{ops::ControlFlow, path::Path, sync::Arc};

/// Rows in one step.
const BATCH: usize = 1_000;
/// A document of so many records is applied in one transaction; a larger one step by step, so that others get their turn.
const WHOLE: u64 = 4_000;

/// The feed as the inbox takes it.
#[must_use]
pub fn feed(clock: SharedClock) -> Arc<dyn Feed> {
    Arc::new(PortfolioFeed { clock, limits: Limits::default() })
}

#[derive(Clone, Debug)]
struct PortfolioFeed {
    clock: SharedClock,
    limits: Limits,
}

impl Feed for PortfolioFeed {
    fn name(&self) -> &'static str {
        "portfolio"
    }

    fn takes(&self, beginning: &[u8]) -> bool {
        securities::detect(beginning).is_some()
    }

    fn report(&self, path: &Path) -> std::io::Result<serde_json::Value> {
        serde_json::to_value(securities::report_bytes(&std::fs::read(path)?, &self.limits))
            .map_err(std::io::Error::other)
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

/// A document that is being applied.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub document: Id<kind::Document>,
    pub origin: String,
    pub received_at: Timestamp,
    pub now: Timestamp,
}

impl Arrival {
    /// Today in UTC: days before it are history.
    fn today(&self) -> Date {
        Date::from_days(i32::try_from(self.now.millis().div_euclid(86_400_000)).unwrap_or(0))
    }

    /// What only the database can tell of a document; said once.
    async fn note(&self, tx: &mut Tx, found: Found<'_>) -> Result<(), DbError> {
        const ADD: &str = "insert into finding
              (id, document_id, check_name, severity, place, expected, actual, message, found_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing";
        let parts = [b"note".as_slice(), self.document.as_bytes(), found.check.as_bytes(), found.place.as_bytes()];
        let id: Id<()> = tx.stable_id(&parts);
        on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(self.document.as_bytes().as_slice())
            .bind(found.check).bind(found.severity).bind(found.place).bind(&found.expected).bind(&found.actual)
            .bind(found.message).bind(self.now.millis()).execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }
}

/// A finding.
struct Found<'a> {
    check: &'a str,
    severity: &'a str,
    place: &'a str,
    expected: Option<String>,
    actual: Option<String>,
    message: &'a str,
}

/// The records of a document, put together by what they are.
#[derive(Default)]
struct Sorted {
    instruments: Vec<Instrument>,
    custody: Vec<Record>,
    quotes: Vec<Quote>,
    daily: Vec<Daily>,
    rates: Vec<FxRate>,
    bank: Vec<BankRecord>,
    findings: Vec<Finding>,
    aside: Vec<Quarantined>,
}

impl Sorted {
    fn take(&mut self, record: Record) {
        match record {
            Record::Instrument(instrument) => self.instruments.push(instrument),
            Record::Quote(quote) => self.quotes.push(quote),
            Record::Daily(daily) => self.daily.push(daily),
            Record::Rate(rate) => self.rates.push(rate),
            Record::Bank(record) => self.bank.push(record),
            Record::Finding(finding) => self.findings.push(finding),
            Record::Quarantined(piece) => self.aside.push(piece),
            custody => self.custody.push(custody),
        }
    }

    fn count(&self) -> u64 {
        let bank = self.bank.iter().filter(|record| matches!(record, BankRecord::Entry(_))).count();
        let own = self.instruments.len() + self.custody.len() + self.quotes.len() + self.daily.len() + self.rates.len();
        (bank + own) as u64
    }
}

fn read(path: &Path, limits: &Limits) -> std::io::Result<(securities::Report, Sorted)> {
    let mut sorted = Sorted::default();
    let report = securities::read_and_report(&std::fs::read(path)?, limits, &mut |record| {
        sorted.take(record);
        ControlFlow::Continue(())
    });
    Ok((report, sorted))
}

async fn import(db: Db, scope: FeedScope, job: Job, clock: SharedClock, limits: Limits) -> Result<Outcome, InboxError> {
    let path = job.path.clone();
    let fault = |_| InboxError::Feed("reading was given up after a fault".to_owned());
    let read = tokio::task::spawn_blocking(move || read(&path, &limits)).await.map_err(fault)?;
    let (report, mut sorted) = read.map_err(|error| InboxError::File { path: job.path.clone(), error })?;
    let class = report.class.as_str();
    let reason = Some(report.reason.clone()).filter(|reason| class != "accept" && !reason.is_empty());
    let records = if class == "reject" { 0 } else { sorted.count() };
    let (origin, now) = (job.name.clone(), clock.now());
    let arrival = Arrival { document: job.document, origin, received_at: job.received_at, now };
    let head = Head {
        format: report.format,
        version: report.version.clone(),
        findings: std::mem::take(&mut sorted.findings),
        aside: std::mem::take(&mut sorted.aside),
    };
    let mut outcome = Outcome { class, reason, records, report: serde_json::to_value(&report).ok(), closed: false };
    let bank = std::mem::take(&mut sorted.bank);
    if class == "reject" {
        db.write(&scope, move |tx| async move { head.note(tx, &arrival).await }.boxed()).await?;
    } else if bank.is_empty() && records <= WHOLE {
        // What comes many times a second: one transaction, one wait for the disk.
        let reason = outcome.reason.clone();
        let whole = async move |tx: &mut Tx| {
            head.note(tx, &arrival).await?;
            for step in sorted.steps() {
                step.apply(tx, &arrival).await?;
            }
            close_days(tx, arrival.today(), arrival.now).await?;
            inbox::close(tx, arrival.document, (class, records), reason, arrival.now).await
        };
        db.write(&scope, move |tx| Box::pin(async move { whole(tx).await })).await?;
        outcome.closed = true;
    } else {
        let first = arrival.clone();
        db.write(&scope, move |tx| async move { head.note(tx, &first).await }.boxed()).await?;
        for step in sorted.steps() {
            let arrival = arrival.clone();
            db.write(&scope, move |tx| async move { step.apply(tx, &arrival).await }.boxed()).await?;
        }
        let (today, now) = (arrival.today(), arrival.now);
        db.write(&scope, move |tx| close_days(tx, today, now).boxed()).await?;
        if !bank.is_empty() {
            apply_bank(&db, scope, &job, clock, bank).await?;
        }
    }
    Ok(outcome)
}

/// What is told of a document before its rows.
struct Head {
    format: Option<&'static str>,
    version: Option<String>,
    findings: Vec<Finding>,
    aside: Vec<Quarantined>,
}

impl Head {
    /// Notes what the reading found.
    async fn note(&self, tx: &mut Tx, arrival: &Arrival) -> Result<(), DbError> {
        const NOTE: &str =
            "update source_document set message_type = $2, version = $3, state = 'applying' where id = $1";
        on!(tx, c => sqlx::query(NOTE).bind(arrival.document.as_bytes().as_slice()).bind(self.format)
            .bind(self.version.as_deref()).execute(&mut **c).await.map(|_| ()))?;
        insert_findings(tx, arrival.document, arrival.received_at, &self.findings).await?;
        insert_quarantined(tx, arrival.document, arrival.received_at, &self.aside).await
    }
}

/// Records of one kind that are applied together.
enum Step {
    Instruments(Vec<Instrument>),
    Custody(Vec<Record>),
    Rates(Vec<FxRate>),
    Quotes(Vec<Quote>),
    Daily(Vec<Daily>),
}

impl Step {
    async fn apply(self, tx: &mut Tx, arrival: &Arrival) -> Result<(), DbError> {
        match self {
            Self::Instruments(rows) => instruments::describe_all(tx, arrival, rows).await,
            Self::Custody(rows) => holdings::apply(tx, arrival, rows).await,
            Self::Rates(rows) => rates::apply(tx, arrival, rows).await,
            Self::Quotes(rows) => guarded::apply(tx, arrival, rows).await,
            Self::Daily(rows) => daily::apply(tx, arrival, rows).await,
        }
    }
}

impl Sorted {
    /// Everything but bank statements, in the order in which it is applied: instruments first, for the rest names them.
    fn steps(mut self) -> Vec<Step> {
        self.rates.sort_by_key(|rate| rate.as_of);
        self.quotes.sort_by_key(|quote| quote.at);
        self.daily.sort_by_key(|daily| daily.date);
        let mut steps: Vec<Step> = batches(self.instruments).map(Step::Instruments).collect();
        // A snapshot is whole or not there.
        steps.extend(Some(self.custody).filter(|rows| !rows.is_empty()).map(Step::Custody));
        steps.extend(batches(self.rates).map(Step::Rates));
        steps.extend(batches(self.quotes).map(Step::Quotes));
        steps.extend(batches(self.daily).map(Step::Daily));
        steps
    }
}

fn batches<T>(rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || Some(rows.by_ref().take(BATCH).collect::<Vec<_>>()).filter(|batch| !batch.is_empty()))
}

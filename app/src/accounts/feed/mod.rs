//! How a bank's document becomes rows and events.
//!
//! Read twice: once to see whether it can be believed and what it adds up to, with nothing written; then again, in batches,
//! each one transaction that also moves the document's checkpoint. A cut at any moment is taken up behind the last commit.
//!
//! What a statement says is final. What a report or a notification says is counted on top until a statement has it or covers
//! its day; then the statement's own entry takes its place. Every id is made from what the thing is, so the same news twice,
//! or in another order, or under another name, makes the same rows.

mod again;
mod apply;
mod chain;
mod prepare;
pub(crate) mod rows;

use apply::Applier;
use futures::{FutureExt as _, future::BoxFuture};
use guichet_formats::{
    Class, Format, Limits, Refusal, Report, Reporter,
    bank_csv::{self, Mapping},
    correct, detect, read, read_zip,
    record::{Document, Record, StatementEnd, StatementHead, StatementKind},
};
use guichet_platform::{
    clock::SharedClock,
    db::{Db, DbError},
    inbox::{Feed, InboxError, Job, Outcome},
    scope::FeedScope,
    sources::{aside::Correction, mapping},
};
use guichet_types::Currency;
use prepare::Step;
pub(crate) use rows::{insert_findings, insert_quarantined};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read as _, Seek as _},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};
use tokio::sync::mpsc;

/// Records in one transaction.
const BATCH: usize = 4_000;

/// Why a table without a mapping is refused.
const NO_MAPPING: &str =
    "a bank's table is read by a mapping, and its source has none: make one, then read the file again";

/// Reads camt and MT documents, and banks' tables, into accounts.
#[derive(Clone, Debug)]
pub struct AccountsFeed {
    clock: SharedClock,
    limits: Limits,
}

impl AccountsFeed {
    /// With the default limits.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self { clock, limits: Limits::default() }
    }
}

/// What the first reading finds out about each statement before it is written.
#[derive(Clone, Debug, Default)]
struct Facts {
    end: StatementEnd,
    currency: Option<Currency>,
    /// The last one of its account in this document: the one that tells open pages.
    last_of_account: bool,
}

/// What the first reading finds out.
#[derive(Debug)]
struct Survey {
    report: Report,
    facts: Vec<Facts>,
    /// Nothing in it is final, so that reading it again from the start changes nothing.
    provisional: bool,
}

impl Feed for AccountsFeed {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn takes(&self, beginning: &[u8]) -> bool {
        detect(beginning) != Format::Unknown || bank_csv::detect(beginning)
    }

    fn report(&self, path: &Path) -> std::io::Result<serde_json::Value> {
        let beginning = beginning(path)?;
        let report = if detect(&beginning) == Format::Unknown {
            // Without a database there is no mapping but the one that is proposed.
            bank_csv::report_bytes(&std::fs::read(path)?, None, &self.limits)
        } else {
            survey(path, &self.limits, None)?.report
        };
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

/// The first bytes of a file.
fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::take(File::open(path)?, guichet_formats::ENOUGH as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Runs a file through its reader: a table through its mapping.
fn run(
    path: &Path,
    limits: &Limits,
    mapping: Option<&Mapping>,
    sink: guichet_formats::Sink<'_>,
) -> std::io::Result<Result<(), Refusal>> {
    if let Some(mapping) = mapping {
        return Ok(bank_csv::read(&std::fs::read(path)?, mapping, limits, sink));
    }
    let mut file = BufReader::with_capacity(256 * 1024, File::open(path)?);
    let format = detect(std::io::BufRead::fill_buf(&mut file)?);
    Ok(if format == Format::Zip {
        file.rewind()?;
        read_zip(file, limits, sink)
    } else {
        read(file, format, limits, sink)
    })
}

fn survey(path: &Path, limits: &Limits, mapping: Option<&Mapping>) -> std::io::Result<Survey> {
    let mut reporter = Reporter::default();
    let mut gathering = Gathering { provisional: true, ..Gathering::default() };
    let outcome = run(path, limits, mapping, &mut |record| {
        gathering.take(&record);
        reporter.take(&record);
        ControlFlow::Continue(())
    })?;
    let provisional = gathering.provisional;
    Ok(Survey { report: reporter.finish(outcome), facts: gathering.finish(), provisional })
}

/// Facts of statements, as the first reading goes over them.
#[derive(Default)]
struct Gathering {
    facts: Vec<Facts>,
    last: HashMap<String, usize>,
    provisional: bool,
}

impl Gathering {
    fn take(&mut self, record: &Record) {
        match record {
            Record::Document(document) => self.provisional &= document.message_type.kind() != StatementKind::Statement,
            Record::Statement(head) => {
                let account = head.account.as_ref();
                let balance = head.balances.first().map(|balance| balance.currency);
                let currency = account.and_then(|account| account.currency).or(balance);
                if let Some(account) = account {
                    self.last.insert(account.id.clone(), self.facts.len());
                }
                self.facts.push(Facts { currency, ..Facts::default() });
            }
            Record::Entry(entry) => {
                if let Some(facts) = self.facts.last_mut() {
                    facts.currency = facts.currency.or(Some(entry.currency));
                }
            }
            Record::StatementEnd(end) => {
                if let Some(facts) = self.facts.last_mut() {
                    let closing = end.closing.as_ref().or(end.opening.as_ref()).map(|balance| balance.currency);
                    facts.currency = facts.currency.or(closing);
                    facts.end = end.clone();
                }
            }
            Record::Finding(_) | Record::Quarantined(_) => {}
        }
    }

    fn finish(mut self) -> Vec<Facts> {
        for index in self.last.into_values() {
            self.facts[index].last_of_account = true;
        }
        self.facts
    }
}

/// Books the bank statements that another feed found in a document of its own, in one transaction.
///
/// # Errors
/// What the database says.
pub async fn apply_bank(
    db: &Db,
    scope: FeedScope,
    job: &Job,
    clock: SharedClock,
    records: Vec<Record>,
) -> Result<(), DbError> {
    let mut gathering = Gathering::default();
    records.iter().for_each(|record| gathering.take(record));
    let mut applier = Applier::new(job.document, job.received_at, clock, gathering.finish());
    let through = records.len() as u64;
    let steps = records.into_iter().map(Step::from).collect();
    let (document, now) = (job.document, applier.now());
    db.write(&scope, move |tx| {
        async move {
            // The document may have been applied before, to here.
            again::take_back(tx, document, now).await?;
            applier.take(tx, steps).await?;
            applier.checkpoint(tx, through).await
        }
        .boxed()
    })
    .await
}

/// What the second reading hands over: a run of records, and how many of the document lie before its end.
struct Batch {
    steps: Vec<Step>,
    through: u64,
}

/// Where a resumed reading begins: what had begun before the cut.
#[derive(Default)]
struct Begun {
    document: Option<Document>,
    statement: Option<(usize, StatementHead)>,
}

/// By which mapping a table is read; none for what is no table. Without one that fits, what becomes of the document.
async fn mapping_of(
    db: &Db,
    scope: FeedScope,
    job: &Job,
    clock: SharedClock,
) -> Result<Result<Option<Arc<Mapping>>, Outcome>, InboxError> {
    let at = |error| InboxError::File { path: job.path.clone(), error };
    let path = job.path.clone();
    if detect(&blocking(move || beginning(&path)).await?.map_err(at)?) != Format::Unknown {
        return Ok(Ok(None));
    }
    let (document, reading, now) = (job.document, job.reading, clock.now());
    let body = db.write(&scope, move |tx| mapping::of_document(tx, document, reading, now).boxed()).await?;
    let refused =
        |reason: String| Outcome { class: "reject", reason: Some(reason), records: 0, report: None, closed: false };
    Ok(match body.map(|body| serde_json::from_str::<Mapping>(&body)) {
        None => Err(refused(NO_MAPPING.to_owned())),
        Some(Err(error)) => Err(refused(format!("the mapping cannot be read: {error}"))),
        Some(Ok(mapping)) => Ok(Some(Arc::new(mapping))),
    })
}

async fn import(db: Db, scope: FeedScope, job: Job, clock: SharedClock, limits: Limits) -> Result<Outcome, InboxError> {
    let path = job.path.clone();
    let at = |error| InboxError::File { path: path.clone(), error };
    let mapping = match mapping_of(&db, scope, &job, clock.clone()).await? {
        Ok(mapping) => mapping,
        Err(outcome) => return Ok(outcome),
    };
    let (first, first_limits, by) = (job.path.clone(), limits.clone(), mapping.clone());
    let survey = blocking(move || survey(&first, &first_limits, by.as_deref())).await?.map_err(at)?;
    let class = match survey.report.class {
        Class::Accept => "accept",
        Class::Warn => "warn",
        Class::Reject => "reject",
    };
    // An accepted document needs no reason.
    let reason = Some(survey.report.reason.clone()).filter(|reason| class != "accept" && !reason.is_empty());
    let records = survey.report.entry_count;
    let told = serde_json::to_value(&survey.report).ok();
    let report = survey.report;
    let applier = Applier::new(job.document, job.received_at, clock.clone(), survey.facts);
    let head = (report.message_type.map(str::to_owned), report.version, report.message_id);
    let found = (report.findings, report.quarantined);
    if job.reading > 0 && job.applied_records == 0 {
        let read = (class != "reject").then_some((limits, mapping));
        again::apply(db, scope, &job, (applier, head, found), read).await?;
        let records = if class == "reject" { 0 } else { records };
        return Ok(Outcome { class, reason, records, report: told, closed: false });
    }
    let applier = db.write(&scope, move |tx| async move { applier.begin(tx, head, found).await }.boxed()).await?;
    if class == "reject" {
        return Ok(Outcome { class, reason, records: 0, report: told, closed: false });
    }
    let skip = if survey.provisional { 0 } else { job.applied_records };
    apply_all(db, scope, &job, (limits, mapping), applier, skip).await?;
    Ok(Outcome { class, reason, records, report: told, closed: false })
}

async fn apply_all(
    db: Db,
    scope: FeedScope,
    job: &Job,
    (limits, mapping): (Limits, Option<Arc<Mapping>>),
    mut applier: Applier,
    skip: u64,
) -> Result<(), InboxError> {
    let (sender, mut receiver) = mpsc::channel::<(Begun, Batch)>(1);
    let path = job.path.clone();
    let reader = tokio::task::spawn_blocking(move || send_batches(&path, &limits, mapping.as_deref(), skip, &sender));
    while let Some((begun, batch)) = receiver.recv().await {
        let work = applier;
        applier = db
            .write(&scope, move |tx| {
                async move {
                    let mut work = work;
                    work.resume(tx, begun.document, begun.statement).await?;
                    work.take(tx, batch.steps).await?;
                    work.checkpoint(tx, batch.through).await?;
                    Ok::<_, DbError>(work)
                }
                .boxed()
            })
            .await?;
    }
    let read = reader.await.map_err(|_| InboxError::Feed("reading was given up after a fault".to_owned()))?;
    let outcome = read.map_err(|error| InboxError::File { path: job.path.clone(), error })?;
    // The first reading had no refusal; only a disk that changes its mind can make one now.
    outcome.map_err(|refusal| InboxError::Feed(format!("the file reads otherwise than before: {refusal}")))
}

fn send_batches(
    path: &Path,
    limits: &Limits,
    mapping: Option<&Mapping>,
    skip: u64,
    sender: &mpsc::Sender<(Begun, Batch)>,
) -> std::io::Result<Result<(), Refusal>> {
    let (mut steps, mut through, mut begun, mut statements) =
        (Vec::with_capacity(BATCH), 0_u64, Begun::default(), 0_usize);
    let outcome = run(path, limits, mapping, &mut |record| {
        through += 1;
        let statement = matches!(record, Record::Statement(_));
        if through <= skip {
            match record {
                Record::Document(document) => begun.document = Some(document),
                Record::Statement(head) => begun.statement = Some((statements, head)),
                Record::StatementEnd(_) => begun.statement = None,
                _ => {}
            }
        } else {
            steps.push(Step::from(record));
        }
        statements += usize::from(statement);
        if steps.len() < BATCH {
            return ControlFlow::Continue(());
        }
        let batch = Batch { steps: std::mem::replace(&mut steps, Vec::with_capacity(BATCH)), through };
        match sender.blocking_send((std::mem::take(&mut begun), batch)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    if outcome.is_ok() && !steps.is_empty() {
        let _ = sender.blocking_send((begun, Batch { steps, through }));
    }
    Ok(outcome)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, InboxError> {
    let fault = |_| InboxError::Feed("reading was given up after a fault".to_owned());
    tokio::task::spawn_blocking(work).await.map_err(fault)
}

/// The feed as the inbox takes it.
#[must_use]
pub fn feed(clock: SharedClock) -> Arc<dyn Feed> {
    Arc::new(AccountsFeed::new(clock))
}

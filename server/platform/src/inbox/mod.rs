//! The back office's door for files: taken, hashed, kept, then read.
//!
//! The order is what makes a cut at any moment harmless. A file is renamed out of the inbox, hashed, given its row, moved
//! into the raw store under its hash, and only then read; a restart takes each step up where it was left. The same bytes
//! under any name are one document. What a document means is for the [`Feed`] of its domain.

mod hooks;
mod patched;
mod raw;
mod rebuild;
mod rehearse;
mod replay;
mod watch;

use crate::{
    audit::{Action, Actor, Entry, Outcome as Became, Thing},
    clock::SharedClock,
    db::{Db, DbError, Tx},
    on,
    scope::FeedScope,
    sources::{aside::Correction, counts},
    telemetry::Metrics,
};
use futures::{FutureExt as _, future::BoxFuture};
use guichet_types::{Id, Timestamp, kind};
use std::{
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use tokio::sync::Notify;

pub use hooks::{Delivery, Received};
pub use raw::{RawStore, Sha256Hex};
pub use rebuild::{MakeFeeds, Rebuilt};
pub use rehearse::{Change, Different, MOST as MOST_REHEARSED, Rehearsed};
pub use watch::watch;

/// What is said of a document whose source was told to wait.
const WAITS: &str = "its source is paused: it is kept, and applied when the source goes on";

/// Why a file that nobody takes is refused.
const NO_READER: &str = "no reader knows this kind of file: its content begins like none of the formats";

/// Why a document is refused that a reader has taken and the database has not. What it said stands in the log.
const UNFIT: &str = "it could not be applied: what it says does not fit what is there; the program's log says where";

/// Why a document could not be taken in. What is wrong with its content is not an error: it is stored with the document.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The file system.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        error: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Whatever a feed says.
    #[error("{0}")]
    Feed(String),
}

/// A document that is to be read.
#[derive(Clone, Debug)]
pub struct Job {
    /// The document.
    pub document: Id<kind::Document>,
    /// Its bytes, under their hash.
    pub path: PathBuf,
    /// The name that it came under; for people, never trusted.
    pub name: String,
    /// The key of its source.
    pub source: String,
    /// How often it was read before on request: nought for a document that has just come. A reading that was asked for begins
    /// from nothing: what an earlier one has made of the document must be taken back first.
    pub reading: u32,
    /// Records that an earlier run has applied and committed.
    pub applied_records: u64,
    /// When it came.
    pub received_at: Timestamp,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `accept`, `warn` or `reject`.
    pub class: &'static str,
    /// Why, when it was rejected.
    pub reason: Option<String>,
    /// Entries, events, rows: what the domain counts.
    pub records: u64,
    /// What the reader found, for whoever asked for the import; so that nobody has to read the document again.
    pub report: Option<serde_json::Value>,
    /// The feed has closed the document itself, by [`close`], in its last transaction.
    pub closed: bool,
}

/// A domain's reader of documents.
pub trait Feed: Send + Sync + 'static {
    /// Its name in logs.
    fn name(&self) -> &'static str;
    /// Whether it reads a document that begins with these bytes (at most 8 KiB).
    fn takes(&self, beginning: &[u8]) -> bool;
    /// Reads a document without writing anything: its class, its reason, its findings, and what the domain counts.
    ///
    /// # Errors
    /// When the file cannot be read. What is wrong with its content is in the report.
    fn report(&self, path: &Path) -> std::io::Result<serde_json::Value>;
    /// The bytes of a document with another text in the place of a piece that was kept aside. None where the piece cannot be
    /// told from the rest of the document.
    fn put_right(&self, _bytes: &[u8], _correction: &Correction) -> Option<Vec<u8>> {
        None
    }
    /// What stands in the document where a piece was kept aside, whole; what [`Feed::put_right`] replaces.
    fn stands_at(&self, _bytes: &[u8], _place: &str, _raw: &str) -> Option<String> {
        None
    }
    /// Reads and applies the document, in batches, each one transaction with its checkpoint.
    fn import(&self, db: Db, scope: FeedScope, job: Job) -> BoxFuture<'static, Result<Outcome, InboxError>>;
}

/// What [`Inbox::import`] says of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The document.
    pub document: Id<kind::Document>,
    /// The same bytes were applied before: nothing was done.
    pub duplicate: bool,
    /// What became of it; for a duplicate, what became of the first.
    pub outcome: Outcome,
}

/// Takes documents in, one after another.
#[derive(Clone)]
pub struct Inbox {
    db: Db,
    clock: SharedClock,
    raw: RawStore,
    feeds: Arc<[Arc<dyn Feed>]>,
    max_bytes: u64,
    metrics: Metrics,
    /// Rings when a webhook has put something in.
    bell: Arc<Notify>,
    /// The folder that is watched.
    folder: Arc<OnceLock<PathBuf>>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").field("raw", &self.raw).finish_non_exhaustive()
    }
}

impl Inbox {
    /// An inbox that keeps its bytes under `data` and reads with `feeds`. A file of more than `max_bytes` is kept and rejected.
    ///
    /// # Errors
    /// When the folders cannot be made.
    pub fn new(
        db: Db,
        clock: SharedClock,
        data: &Path,
        max_bytes: u64,
        feeds: Vec<Arc<dyn Feed>>,
        metrics: Metrics,
    ) -> Result<Self, InboxError> {
        Ok(Self {
            db,
            clock,
            raw: RawStore::new(data)?,
            feeds: feeds.into(),
            max_bytes,
            metrics,
            bell: Arc::default(),
            folder: Arc::default(),
        })
    }

    /// The raw store.
    #[must_use]
    pub const fn raw(&self) -> &RawStore {
        &self.raw
    }

    /// Reads a file without writing anything, by the feed that would take it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn report(feeds: &[Arc<dyn Feed>], path: &Path) -> std::io::Result<serde_json::Value> {
        let mut beginning = Vec::new();
        std::fs::File::open(path)?.take(raw::BEGINNING).read_to_end(&mut beginning)?;
        match feeds.iter().find(|feed| feed.takes(&beginning)) {
            Some(feed) => feed.report(path),
            None => Ok(serde_json::json!({ "class": "reject", "reason": NO_READER, "refusal": "unknown_format" })),
        }
    }

    /// The feeds, in the order in which they are asked.
    #[must_use]
    pub fn feeds(&self) -> &[Arc<dyn Feed>] {
        &self.feeds
    }

    /// Takes a file that lies elsewhere and stays there: the command line's way in.
    ///
    /// # Errors
    /// What the file system, the database or the feed says.
    pub async fn import(&self, source: &str, file: &Path) -> Result<Imported, InboxError> {
        let _turn = self.raw.turn().await?;
        let taken = self.raw.copy_in(source, file).await?;
        self.keep(source, &taken, name_of(file)).await
    }

    /// Takes a file out of the inbox folder.
    ///
    /// # Errors
    /// What the file system, the database or the feed says.
    pub async fn take(&self, source: &str, file: &Path) -> Result<Imported, InboxError> {
        let _turn = self.raw.turn().await?;
        let taken = self.raw.move_in(source, file).await?;
        self.keep(source, &taken, name_of(file)).await
    }

    /// Takes bytes that somebody of the institution offers in the browser, as if they had come from the source.
    ///
    /// # Errors
    /// What the file system, the database or the feed says.
    pub async fn offer(&self, source: &str, name: &str, bytes: Vec<u8>) -> Result<Imported, InboxError> {
        let _turn = self.raw.turn().await?;
        let (hash, size, now) = (Sha256Hex::of(&bytes), bytes.len() as u64, self.clock.now());
        self.raw.put(&hash, bytes.into()).await?;
        let known = self.register(source, &hash, size, name.to_owned(), now).await?;
        self.read_in(known, self.raw.path(&hash), name.to_owned(), now).await
    }

    /// What a run before this one left: files that were taken and not kept, documents that were kept and not applied.
    ///
    /// # Errors
    /// What the file system, the database or a feed says.
    pub async fn resume(&self) -> Result<u64, InboxError> {
        let _turn = self.raw.turn().await?;
        let mut count = 0;
        for taken in self.raw.taken().await? {
            let (source, name) = RawStore::name_taken(&taken);
            self.keep(&source, &taken, name).await?;
            count += 1;
        }
        Ok(count + self.apply_open().await?)
    }

    /// Applies the documents that are kept and not applied. Whoever calls it holds the turn.
    async fn apply_open(&self) -> Result<u64, InboxError> {
        const OPEN: &str =
            "select id, sha256, name, applied_records, received_at, source, readings from source_document
            where state in ('received', 'applying')
              and not exists (select 1 from source s where s.key = source_document.source and s.paused = 1)
            order by arrival, received_at, id";
        type Row = (Vec<u8>, Vec<u8>, String, i64, i64, String, i64);
        let open: Vec<Row> = self
            .db
            .read(&FeedScope::new(), |tx| {
                async move { on!(tx, c => sqlx::query_as(OPEN).fetch_all(&mut **c).await).map_err(DbError::from) }
                    .boxed()
            })
            .await?;
        let mut count = 0;
        for (id, sha256, name, applied, received_at, source, readings) in open {
            let Ok(document) = Id::try_from(id) else { continue };
            let path = self.raw.path(&Sha256Hex::from_bytes(&sha256));
            let applied_records = u64::try_from(applied).unwrap_or(0);
            let reading = u32::try_from(readings).unwrap_or(0);
            let received_at = Timestamp(received_at);
            self.apply(Job { document, path, name, source, reading, applied_records, received_at }).await?;
            count += 1;
        }
        Ok(count)
    }

    /// Gives a taken file its row and its place, and applies it.
    async fn keep(&self, source: &str, taken: &Path, name: String) -> Result<Imported, InboxError> {
        let (hash, bytes) = self.raw.hash(taken).await?;
        let now = self.clock.now();
        let known = self.register(source, &hash, bytes, name.clone(), now).await?;
        let path = if known.outcome().is_some() {
            self.raw.forget(taken).await?;
            self.raw.path(&hash)
        } else {
            self.raw.settle(taken, &hash).await?
        };
        self.read_in(known, path, name, now).await
    }

    /// Applies a document whose bytes are in their place, unless that was done or has to wait.
    async fn read_in(&self, known: Known, path: PathBuf, name: String, now: Timestamp) -> Result<Imported, InboxError> {
        let document = known.document;
        if let Some(outcome) = known.outcome() {
            return Ok(Imported { document, duplicate: true, outcome });
        }
        if known.paused {
            let outcome =
                Outcome { class: "accept", reason: Some(WAITS.to_owned()), records: 0, report: None, closed: false };
            return Ok(Imported { document, duplicate: false, outcome });
        }
        let applied_records = u64::try_from(known.applied_records).unwrap_or(0);
        let reading = u32::try_from(known.readings).unwrap_or(0);
        let source = known.source;
        let outcome =
            self.apply(Job { document, path, name, source, reading, applied_records, received_at: now }).await?;
        Ok(Imported { document, duplicate: false, outcome })
    }

    async fn register(
        &self,
        source: &str,
        hash: &Sha256Hex,
        bytes: u64,
        name: String,
        now: Timestamp,
    ) -> Result<Known, InboxError> {
        let arrival = Arrival { source: source.to_owned(), sha256: hash.to_bytes(), bytes, name, at: now };
        Ok(self.db.write(&FeedScope::new(), move |tx| async move { arrival.note(tx).await }.boxed()).await?)
    }

    async fn apply(&self, mut job: Job) -> Result<Outcome, InboxError> {
        let patched = self.patched(&job).await?;
        if let Some(patched) = &patched {
            job.path = patched.path().to_owned();
        }
        let beginning = self.raw.beginning(&job.path).await?;
        let document = job.document;
        let size = self.raw.size(&job.path).await?;
        let outcome = match self.feeds.iter().find(|feed| feed.takes(&beginning)) {
            _ if size > self.max_bytes => Outcome {
                class: "reject",
                reason: Some(format!("the file has {size} bytes; data.max_file_mebibytes allows {}", self.max_bytes)),
                records: 0,
                report: None,
                closed: false,
            },
            Some(feed) => match feed.import(self.db.clone(), FeedScope::new(), job.clone()).await {
                // One document that cannot be written must not keep those behind it waiting for ever.
                Err(InboxError::Db(error)) if error.is_of_the_data() => {
                    tracing::error!(document.id = %document, %error, "Document {document} cannot be applied");
                    let reason = Some(UNFIT.to_owned());
                    Outcome { class: "reject", reason, records: job.applied_records, report: None, closed: false }
                }
                outcome => outcome?,
            },
            None => {
                Outcome { class: "reject", reason: Some(NO_READER.to_owned()), records: 0, report: None, closed: false }
            }
        };
        drop(patched);
        let (class, records) = (outcome.class, outcome.records);
        if !outcome.closed {
            let (reason, now) = (outcome.reason.clone(), self.clock.now());
            self.db
                .write(&FeedScope::new(), move |tx| close(tx, document, (class, records), reason, now).boxed())
                .await?;
        }
        self.metrics.import_document(class);
        self.metrics.import_entries().inc_by(outcome.records);
        tracing::info!(
            document.id = %document, document.class = class, document.records = outcome.records,
            "Document {document} was read: {class}, {} records", outcome.records
        );
        Ok(outcome)
    }
}

/// A document that has come, before anybody knows whether it was there already.
struct Arrival {
    source: String,
    sha256: Vec<u8>,
    bytes: u64,
    name: String,
    at: Timestamp,
}

/// How far a document is.
struct Known {
    document: Id<kind::Document>,
    state: String,
    applied_records: i64,
    class: Option<String>,
    reason: Option<String>,
    source: String,
    readings: i64,
    paused: bool,
}

impl Known {
    /// What became of it, when it was read to its end.
    fn outcome(&self) -> Option<Outcome> {
        let class = match self.class.as_deref() {
            Some("accept") => "accept",
            Some("warn") => "warn",
            _ => "reject",
        };
        let over = self.state == "applied" || self.state == "rejected";
        over.then(|| Outcome { class, reason: self.reason.clone(), records: 0, report: None, closed: false })
    }
}

impl Arrival {
    /// Gives the document its row, or finds the one that the same bytes have.
    async fn note(self, tx: &mut Tx) -> Result<Known, DbError> {
        const ADD: &str = "insert into source_document (id, sha256, source, name, bytes, received_at, state, arrival)
            values ($1, $2, $3, $4, $5, $6, 'received', (select coalesce(max(arrival), 0) + 1 from source_document))
            on conflict (sha256) do nothing";
        const GET: &str = "select id, state, applied_records, class, reason, source, readings,
              (select count(*) from source s where s.key = source_document.source and s.paused = 1)
            from source_document where sha256 = $1";
        const AGAIN: &str = "insert into finding
              (id, document_id, check_name, severity, place, actual, message, found_at)
            values ($1, $2, 'duplicate_document', 'info', '', $3, 'The same bytes came again and were not read twice.', $4)
            on conflict (id) do nothing";
        let Self { source, sha256, bytes, name, at } = self;
        let id: Id<kind::Document> = tx.stable_id(&[b"document", &sha256]);
        let id = id.as_bytes().to_vec();
        on!(tx, c => sqlx::query(ADD).bind(&id).bind(&sha256).bind(&source).bind(&name)
            .bind(i64::try_from(bytes).unwrap_or(i64::MAX)).bind(at.millis())
            .execute(&mut **c).await.map(|_| ()))?;
        counts::arrived(tx, &source, &id, at).await?;
        type Row = (Vec<u8>, String, i64, Option<String>, Option<String>, String, i64, i64);
        let (id, state, applied_records, class, reason, source, readings, paused): Row =
            on!(tx, c => sqlx::query_as(GET).bind(&sha256).fetch_one(&mut **c).await)?;
        if state == "applied" {
            let finding: Id<()> = tx.stable_id(&[b"again", &sha256, name.as_bytes()]);
            on!(tx, c => sqlx::query(AGAIN).bind(finding.as_bytes().as_slice()).bind(&id).bind(&name)
                .bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
        }
        let document = Id::try_from(id).map_err(|_| DbError::Value("source_document.id"))?;
        Ok(Known { document, state, applied_records, class, reason, source, readings, paused: paused > 0 })
    }
}

/// Writes what became of a document. A feed that applies one in a single transaction says so in the same, which spares a
/// commit and the wait for the disk; else it is done behind it.
///
/// # Errors
/// What the database says.
pub async fn close(
    tx: &mut Tx,
    document: Id<kind::Document>,
    (class, records): (&'static str, u64),
    reason: Option<String>,
    now: Timestamp,
) -> Result<(), DbError> {
    const DONE: &str = "update source_document set state = $2, class = $3, reason = $4, applied_at = $5 where id = $1";
    let state = if class == "reject" { "rejected" } else { "applied" };
    on!(tx, c => sqlx::query(DONE).bind(document.as_bytes().as_slice()).bind(state).bind(class).bind(reason)
        .bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    counts::ended(tx, document, class, records, now).await?;
    if class == "reject" {
        let entry = Entry::new(Action::DocumentRefused, Actor::Feed, now).about(Thing::Document, document);
        tx.audit(entry.outcome(Became::Refused));
    }
    Ok(())
}

/// The last part of a path, for people; long names are cut.
fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().chars().take(200).collect()).unwrap_or_default()
}

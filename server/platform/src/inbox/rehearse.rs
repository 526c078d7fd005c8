//! A dry run: a file is read and applied as always, in a transaction that is rolled back, and what would be different is told.

use super::{
    Arrival, Inbox, InboxError, Job, Outcome, Sha256Hex, close,
    raw::{BEGINNING, at, blocking},
};
use crate::{
    db::{
        Db, DbError,
        digest::{COUNTED, Line, Shape},
    },
    on,
    scope::FeedScope,
    sources::aside::reopen,
};
use futures::FutureExt as _;
use guichet_types::Id;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// Longest file of a dry run, bytes: nobody else writes while it is applied.
pub const MOST: usize = 16 << 20;

/// Rows of a table that are compared.
const COMPARED: u32 = 20_000;

/// Rows of a table that are listed.
const LISTED: usize = 20;

/// What a file would do.
#[derive(Clone, Debug)]
pub struct Rehearsed {
    /// What would become of it.
    pub outcome: Outcome,
    /// The same bytes were read before: it would be read again.
    pub again: bool,
    /// What would be different, by table; those where nothing would be are left out.
    pub tables: Vec<Different>,
}

/// What would be different in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Different {
    /// The table.
    pub table: &'static str,
    /// Rows that would be new.
    pub new: u64,
    /// Rows that would be otherwise.
    pub changed: u64,
    /// Rows that would be gone.
    pub gone: u64,
    /// Rows that the file speaks of and that stay as they are.
    pub same: u64,
    /// The first of those that are not the same.
    pub rows: Vec<Change>,
}

/// A row that would be different: the columns that say something, before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// By name: what stands there, and what would. All columns of a row that is new or gone, else those that differ.
    pub columns: Vec<(String, Option<String>, Option<String>)>,
    /// What tells people which row it is: those columns that are words or figures and stay.
    pub about: Vec<(String, String)>,
}

impl Inbox {
    /// Reads and applies a file without anything coming of it, and tells what would be different. With a mapping, tables are
    /// read by it instead of by that of the source.
    ///
    /// # Errors
    /// What the file system, the database or the feed says.
    pub async fn rehearse(
        &self,
        source: String,
        name: String,
        bytes: Vec<u8>,
        mapping: Option<String>,
    ) -> Result<Rehearsed, InboxError> {
        if bytes.len() > MOST {
            return Err(InboxError::Feed(format!("a dry run takes files of at most {MOST} bytes")));
        }
        let _turn = self.raw.turn().await?;
        let beginning = bytes.get(..BEGINNING as usize).unwrap_or(&bytes).to_vec();
        let hash = Sha256Hex::of(&bytes);
        let size = bytes.len() as u64;
        let path = self.raw.path(&hash).with_added_extension("rehearsal.part");
        let guard = Gone(path.clone());
        let to = path.clone();
        blocking(move || {
            let folder = to.parent().unwrap_or(std::path::Path::new("."));
            fs::create_dir_all(folder).map_err(at(folder))?;
            fs::write(&to, &bytes).map_err(at(&to))
        })
        .await?;
        let (this, live) = (self.clone(), self.db.clone());
        let result = self
            .db
            .rehearse(&FeedScope::new(), move |stage| {
                async move {
                    let arrival = Arrival { source, sha256: hash.to_bytes(), bytes: size, name, at: this.clock.now() };
                    this.play(stage, live, arrival, (path, beginning), mapping).await
                }
                .boxed()
            })
            .await;
        drop(guard);
        result
    }

    async fn play(
        &self,
        stage: Db,
        live: Db,
        arrival: Arrival,
        (path, beginning): (PathBuf, Vec<u8>),
        mapping: Option<String>,
    ) -> Result<Rehearsed, InboxError> {
        const MAPPING: &str = "insert into reading (document_id, reading, mapping, asked_at) values ($1, $2, $3, $4)
            on conflict (document_id, reading) do update set mapping = excluded.mapping";
        let now = self.clock.now();
        let (name, source) = (arrival.name.clone(), arrival.source.clone());
        let (document, reading) = stage
            .write(&FeedScope::new(), move |tx| {
                async move {
                    let known = arrival.note(tx).await?;
                    let over = known.state == "applied" || known.state == "rejected";
                    let reading = if over { reopen(tx, known.document, now).await?.unwrap_or(0) } else { 0 };
                    if let Some(mapping) = mapping {
                        on!(tx, c => sqlx::query(MAPPING).bind(known.document.as_bytes().as_slice())
                            .bind(i64::from(reading)).bind(mapping).bind(now.millis())
                            .execute(&mut **c).await.map(|_| ()))?;
                    }
                    Ok::<_, DbError>((known.document, reading))
                }
                .boxed()
            })
            .await?;
        let job = Job { document, path, name, source, reading, applied_records: 0, received_at: now };
        let outcome = match self.feeds.iter().find(|feed| feed.takes(&beginning)) {
            Some(feed) => feed.import(stage.clone(), FeedScope::new(), job).await?,
            None => Outcome {
                class: "reject",
                reason: Some(super::NO_READER.to_owned()),
                records: 0,
                report: None,
                closed: false,
            },
        };
        let (class, reason, records) = (outcome.class, outcome.reason.clone(), outcome.records);
        if !outcome.closed {
            stage
                .write(&FeedScope::new(), move |tx| close(tx, document, (class, records), reason, now).boxed())
                .await?;
        }
        let tables = compare(&stage, &live, document).await?;
        Ok(Rehearsed { outcome, again: reading > 0, tables })
    }
}

/// Compares what the document touches with what stands there.
async fn compare(
    stage: &Db,
    live: &Db,
    document: Id<guichet_types::kind::Document>,
) -> Result<Vec<Different>, DbError> {
    let (mut tables, scope) = (Vec::new(), FeedScope::new());
    for counted in COUNTED {
        let Some(condition) = counted.touched else { continue };
        let after = stage.read(&scope, move |tx| {
            async move {
                let shape = Shape::of(tx, counted).await?;
                let lines = shape.touched(tx, condition, document.as_bytes(), COMPARED).await?;
                Ok::<_, DbError>((shape, lines))
            }
            .boxed()
        });
        let (shape, after) = after.await?;
        let (asked, keys) = (shape.clone(), after.clone());
        let before = live.read(&scope, move |tx| {
            async move {
                let lines = asked.touched(tx, condition, document.as_bytes(), COMPARED).await?;
                let mut before: BTreeMap<_, _> = lines.into_iter().map(|line| (line.key.clone(), line)).collect();
                for line in &keys {
                    if !before.contains_key(&line.key)
                        && let Some(found) = asked.same_key(tx, line).await?
                    {
                        before.insert(found.key.clone(), found);
                    }
                }
                Ok::<_, DbError>(before)
            }
            .boxed()
        });
        let different = differences(&shape, before.await?, after);
        if different.new + different.changed + different.gone + different.same > 0 {
            tables.push(different);
        }
    }
    Ok(tables)
}

fn differences(shape: &Shape, mut before: BTreeMap<Vec<Option<String>>, Line>, after: Vec<Line>) -> Different {
    let mut different = Different { table: shape.table(), ..Different::default() };
    for line in after {
        match before.remove(&line.key) {
            Some(old) if old == line => different.same += 1,
            Some(old) => {
                different.changed += 1;
                different.list(shape, Some(&old), Some(&line));
            }
            None => {
                different.new += 1;
                different.list(shape, None, Some(&line));
            }
        }
    }
    for old in before.into_values() {
        different.gone += 1;
        different.list(shape, Some(&old), None);
    }
    different
}

/// Columns that say nothing to people.
const INNER: [&str; 18] = [
    "id",
    "document_id",
    "statement_id",
    "account_id",
    "match_key",
    "search",
    "details",
    "position",
    "digest",
    "content",
    "anchor_document",
    "superseded_by",
    "key",
    "key_id",
    "claim_key",
    "ids",
    "party_id",
    "data",
];

impl Different {
    fn list(&mut self, shape: &Shape, old: Option<&Line>, new: Option<&Line>) {
        if self.rows.len() >= LISTED {
            return;
        }
        let cell = |line: Option<&Line>, at: usize| line.and_then(|line| line.cells.get(at)).cloned().flatten();
        let mut change = Change::default();
        for (at, name) in shape.names().enumerate() {
            let (was, is) = (cell(old, at), cell(new, at));
            let inner = INNER.contains(&name);
            if was != is && !inner {
                change.columns.push((name.to_owned(), was, is));
            } else if !inner && let Some(text) = is {
                change.about.push((name.to_owned(), text));
            }
        }
        self.rows.push(change);
    }
}

/// A file that goes away when it is dropped.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

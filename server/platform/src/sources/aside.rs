//! Pieces that were kept aside: looking at them, putting them right, letting them go.
//!
//! A piece is put right by saying what is to be read in its place. The document itself is never changed: it is read once more
//! with the corrections laid over it ([`crate::inbox::Inbox::replay`]), by today's reader and today's mapping.

use super::documents::Of;
use crate::{
    audit::Entry,
    db::{Db, DbError, Tx},
    on,
    scope::Scope,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// Longest text that is read in the place of a piece, bytes.
pub const MOST: usize = 64 << 10;

/// A piece.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Piece {
    /// Its id.
    pub id: Vec<u8>,
    /// The document that it stands in.
    pub document_id: Vec<u8>,
    /// The document's name.
    pub name: String,
    /// The document's source.
    pub source: String,
    /// Where it stands.
    pub place: String,
    /// Why it was kept aside.
    pub reason: String,
    /// What stands there, at most 4 KiB of it.
    pub raw: String,
    /// When it was found, milliseconds.
    pub found_at: i64,
    /// When it was done with, milliseconds.
    pub resolved_at: Option<i64>,
    /// `corrected`, `discarded`.
    pub resolution: Option<String>,
    /// Why it was let go.
    pub note: Option<String>,
}

/// Pieces that wait, the oldest first.
///
/// # Errors
/// What the database says.
pub async fn list(db: &Db, scope: &impl Scope, of: Of, most: u32) -> Result<Vec<Piece>, DbError> {
    const WAITING: &str =
        "select q.id, q.document_id, d.name, d.source, q.place, q.reason, q.raw, q.found_at, q.resolved_at,
          q.resolution, q.note
        from quarantine q join source_document d on d.id = q.document_id
        where q.resolved_at is null and (q.document_id = $1 or $2 = 1) and (d.source = $3 or $4 = 1)
        order by q.found_at, q.document_id, q.place, q.id limit $5";
    let read = db.read(scope, move |tx| {
        async move {
            let (document, source) = of.parts();
            let (any_document, any_source) = (i64::from(document.is_none()), i64::from(source.is_none()));
            let rows = on!(tx, c => sqlx::query_as(WAITING).bind(document.unwrap_or_default()).bind(any_document)
                .bind(source.unwrap_or_default()).bind(any_source).bind(i64::from(most)).fetch_all(&mut **c).await)?;
            Ok(rows)
        }
        .boxed()
    });
    read.await
}

/// One document's pieces of one kind: how many wait, and where the first and the last stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The first of them.
    pub first: Piece,
    /// Where the last stands, when there is more than one.
    pub last_place: Option<String>,
    /// How many.
    pub count: u64,
}

/// Puts pieces together that wait in one document for the same reason. What stands in quotes in a reason is the piece's own.
#[must_use]
pub fn group(pieces: Vec<Piece>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for piece in pieces {
        let same = |group: &&mut Group| {
            group.first.document_id == piece.document_id && bare(&group.first.reason) == bare(&piece.reason)
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.count += 1;
                group.last_place = Some(piece.place);
            }
            None => groups.push(Group { first: piece, last_place: None, count: 1 }),
        }
    }
    groups
}

/// A reason without what it quotes.
fn bare(reason: &str) -> String {
    reason.split('"').step_by(2).collect::<Vec<_>>().join("\"")
}

/// One piece.
///
/// # Errors
/// What the database says.
pub async fn find(db: &Db, scope: &impl Scope, id: Id<()>) -> Result<Option<Piece>, DbError> {
    const ONE: &str =
        "select q.id, q.document_id, d.name, d.source, q.place, q.reason, q.raw, q.found_at, q.resolved_at,
          q.resolution, q.note
        from quarantine q join source_document d on d.id = q.document_id where q.id = $1";
    let read = db.read(scope, move |tx| {
        async move {
            Ok(on!(tx, c => sqlx::query_as(ONE).bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)?)
        }
        .boxed()
    });
    read.await
}

/// Lets a piece go: it is not read, and nobody is asked about it again. `entry` is noted. False when it was done with.
///
/// # Errors
/// What the database says.
pub async fn discard(
    db: &Db,
    scope: &impl Scope,
    id: Id<()>,
    note: String,
    at: Timestamp,
    entry: Entry,
) -> Result<bool, DbError> {
    const DISCARD: &str = "update quarantine set resolved_at = $2, resolution = 'discarded', note = $3
        where id = $1 and resolved_at is null";
    let write = db.write(scope, move |tx| {
        async move {
            let done = on!(tx, c => sqlx::query(DISCARD).bind(id.as_bytes().as_slice()).bind(at.millis()).bind(note)
                .execute(&mut **c).await.map(|done| done.rows_affected()))?;
            if done > 0 {
                tx.audit(entry);
            }
            Ok(done > 0)
        }
        .boxed()
    });
    write.await
}

/// What is read in the place of something, in the order in which it was said.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Correction {
    /// Where it stands.
    pub place: String,
    /// What stands there.
    pub was: String,
    /// What is read.
    pub becomes: String,
}

/// Says what is to be read in the place of a piece, from the next reading of its document on. `entry` is noted.
///
/// # Errors
/// What the database says.
pub async fn correct(
    db: &Db,
    scope: &impl Scope,
    piece: Piece,
    correction: Correction,
    (at, by): (Timestamp, Option<[u8; 16]>),
    entry: Entry,
) -> Result<(), DbError> {
    const ADD: &str = "insert into correction (id, document_id, reading, place, was, becomes, made_at, made_by)
        values ($1, $2, (select d.readings + 1 from source_document d where d.id = $2), $3, $4, $5, $6, $7)
        on conflict (id) do update set becomes = excluded.becomes, made_at = excluded.made_at, made_by = excluded.made_by,
          reading = excluded.reading";
    const DONE: &str = "update quarantine set resolved_at = $2, resolution = 'corrected' where id = $1";
    let write = db.write(scope, move |tx| {
        async move {
            let Correction { place, was, becomes } = correction;
            let id: Id<()> = tx.stable_id(&[b"correction", &piece.document_id, place.as_bytes(), was.as_bytes()]);
            on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(&piece.document_id).bind(place).bind(was)
                .bind(becomes).bind(at.millis()).bind(by.as_ref().map(<[u8; 16]>::as_slice))
                .execute(&mut **c).await.map(|_| ()))?;
            on!(tx, c => sqlx::query(DONE).bind(&piece.id).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
            tx.audit(entry);
            Ok(())
        }
        .boxed()
    });
    write.await
}

/// The corrections that a reading of a document has.
pub(crate) async fn corrections(
    tx: &mut Tx,
    document: Id<kind::Document>,
    reading: u32,
) -> Result<Vec<Correction>, DbError> {
    const ALL: &str = "select place, was, becomes from correction where document_id = $1 and reading <= $2
        order by reading, made_at, id";
    Ok(on!(tx, c => sqlx::query_as(ALL).bind(document.as_bytes().as_slice()).bind(i64::from(reading))
        .fetch_all(&mut **c).await)?)
}

/// Prepares a document to be read again: what is known of its faults goes, but for what was let go. Gives back the number of
/// the reading; none when there is no such document or it was never read.
pub(crate) async fn reopen(tx: &mut Tx, document: Id<kind::Document>, at: Timestamp) -> Result<Option<u32>, DbError> {
    const OPEN: &str = "update source_document set state = 'received', applied_records = 0, readings = readings + 1
        where id = $1 and state in ('applied', 'rejected') returning readings";
    const FORGET: &str =
        "delete from quarantine where document_id = $1 and (resolution is null or resolution = 'corrected')";
    const FINDINGS: &str = "delete from finding where document_id = $1 and check_name <> 'duplicate_document'";
    const NOTE: &str = "insert into reading (document_id, reading, mapping, asked_at) values ($1, $2, null, $3)
        on conflict (document_id, reading) do nothing";
    let id = document.as_bytes().as_slice();
    let opened: Option<(i64,)> = on!(tx, c => sqlx::query_as(OPEN).bind(id).fetch_optional(&mut **c).await)?;
    let Some((reading,)) = opened else { return Ok(None) };
    on!(tx, c => sqlx::query(FORGET).bind(id).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(FINDINGS).bind(id).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(NOTE).bind(id).bind(reading).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(u32::try_from(reading).ok())
}

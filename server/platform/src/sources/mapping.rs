//! How tables are read: mappings by their id, and which of them a document was read by. What a mapping says is for the
//! reader of tables; here it is a text.

use super::hand;
use crate::{
    audit::Entry,
    db::{Db, DbError, Tx},
    identity::Proven,
    on,
    scope::Scope,
    staff::can,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// A mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMapping {
    /// Its id, in hexadecimal digits.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// What it says, JSON.
    pub body: String,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// All mappings, by their names.
///
/// # Errors
/// What the database says.
pub async fn list(db: &Db, scope: &impl Scope) -> Result<Vec<StoredMapping>, DbError> {
    const ALL: &str = "select id, name, body, changed_at from csv_mapping order by name, id";
    let read = db.read(scope, |tx| {
        async move {
            let rows: Vec<(Vec<u8>, String, String, i64)> =
                on!(tx, c => sqlx::query_as(ALL).fetch_all(&mut **c).await)?;
            let mapping = |(id, name, body, at): (Vec<u8>, String, String, i64)| {
                let id: Id<()> = Id::try_from(id).ok()?;
                Some(StoredMapping { id: id.to_string(), name, body, changed_at: Timestamp(at) })
            };
            Ok(rows.into_iter().filter_map(mapping).collect())
        }
        .boxed()
    });
    read.await
}

/// Writes a mapping under its id, for somebody who has just proved who they are: what a bank's files say hangs on it. `entry` is
/// noted with it.
///
/// # Errors
/// What the database says.
pub async fn save(
    db: &Db,
    grant: &Proven<can::Sources>,
    id: Id<()>,
    (name, body): (String, String),
    at: Timestamp,
    entry: Entry,
) -> Result<(), DbError> {
    const PUT: &str = "insert into csv_mapping (id, name, body, changed_at) values ($1, $2, $3, $4)
        on conflict (id) do update set name = excluded.name, body = excluded.body, changed_at = excluded.changed_at";
    let scope = hand(grant);
    let write = db.write(&scope, move |tx| {
        async move {
            on!(tx, c => sqlx::query(PUT).bind(id.as_bytes().as_slice()).bind(name).bind(body).bind(at.millis())
                .execute(&mut **c).await.map(|_| ()))?;
            tx.audit(entry);
            Ok(())
        }
        .boxed()
    });
    write.await
}

/// By which mapping a document is read: the one that this reading of it has noted, else the one of its source, which is then
/// noted. So a document that is read once more for another database is read in the same way.
///
/// # Errors
/// What the database says.
pub async fn of_document(
    tx: &mut Tx,
    document: Id<kind::Document>,
    reading: u32,
    at: Timestamp,
) -> Result<Option<String>, DbError> {
    const NOTED: &str = "select mapping from reading where document_id = $1 and reading = $2 and mapping is not null";
    const SETTINGS: &str = "select s.settings from source s join source_document d on d.source = s.key where d.id = $1";
    const BODY: &str = "select body from csv_mapping where id = $1";
    const NOTE: &str = "insert into reading (document_id, reading, mapping, asked_at) values ($1, $2, $3, $4)
        on conflict (document_id, reading) do update set mapping = excluded.mapping";
    let (id, reading) = (document.as_bytes().as_slice(), i64::from(reading));
    let noted: Option<(Option<String>,)> =
        on!(tx, c => sqlx::query_as(NOTED).bind(id).bind(reading).fetch_optional(&mut **c).await)?;
    if let Some((Some(body),)) = noted {
        return Ok(Some(body));
    }
    let settings: Option<(String,)> = on!(tx, c => sqlx::query_as(SETTINGS).bind(id).fetch_optional(&mut **c).await)?;
    let settings: super::SourceSettings =
        settings.and_then(|(text,)| serde_json::from_str(&text).ok()).unwrap_or_default();
    let Some(mapping) = settings.mapping.and_then(|id| id.parse::<Id<()>>().ok()) else { return Ok(None) };
    let body: Option<(String,)> =
        on!(tx, c => sqlx::query_as(BODY).bind(mapping.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    let Some((body,)) = body else { return Ok(None) };
    on!(tx, c => sqlx::query(NOTE).bind(id).bind(reading).bind(&body).bind(at.millis())
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(Some(body))
}

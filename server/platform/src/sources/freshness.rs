//! Where a value came from and how fresh it is, for customers: of documents that their own rows came in, and of sources,
//! which are nobody's.

use super::{
    health::facts,
    settings::{Carries, Source, SourceSettings},
};
use crate::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The source's name.
    pub source: String,
    /// The file or the message.
    pub document: String,
    /// What kind of message it was.
    pub message_type: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

/// Where a document came from; none when no row of the customer's is from it.
///
/// # Errors
/// What the database says.
pub async fn origin(tx: &mut Tx, _: &CustomerScope, document: &[u8]) -> Result<Option<Origin>, DbError> {
    const ORIGIN: &str = "select d.source, d.name, d.message_type, d.received_at, s.settings
        from source_document d left join source s on s.key = d.source where d.id = $1";
    type Row = (String, String, Option<String>, i64, Option<String>);
    let row: Option<Row> = on!(tx, c => sqlx::query_as(ORIGIN).bind(document).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(key, document, message_type, at, settings)| {
        let settings: SourceSettings = settings.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let source = settings.name.filter(|name| !name.is_empty()).unwrap_or(key);
        // A webhook's document has the source's name before its own.
        Origin { source, document, message_type, received_at: Timestamp(at) }
    }))
}

/// As [`origin`], by a document's id.
///
/// # Errors
/// What the database says.
pub async fn origin_of(
    tx: &mut Tx,
    scope: &CustomerScope,
    document: Id<kind::Document>,
) -> Result<Option<Origin>, DbError> {
    origin(tx, scope, document.as_bytes()).await
}

/// That something is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// As of when the rows are; none when nothing ever came.
    pub as_of: Option<Timestamp>,
    /// Since when something is missing.
    pub since: Timestamp,
}

/// Whether a source that brings these things is behind its objective. Of several that are, the one that is longest so.
///
/// # Errors
/// What the database says.
pub async fn late(
    tx: &mut Tx,
    _: &CustomerScope,
    carries: &[Carries],
    now: Timestamp,
) -> Result<Option<Late>, DbError> {
    const SOURCES: &str = "select key, settings, created_at, fresh_at from source";
    let rows: Vec<(String, String, i64, Option<i64>)> =
        on!(tx, c => sqlx::query_as(SOURCES).fetch_all(&mut **c).await)?;
    let late = rows.into_iter().filter_map(|(key, settings, created_at, fresh_at)| {
        let settings: SourceSettings = serde_json::from_str(&settings).ok()?;
        if !settings.carries.iter().any(|one| carries.contains(one)) {
            return None;
        }
        let source = Source {
            key,
            // Somebody has told it to wait; what it feeds is as old all the same.
            settings: SourceSettings { paused: false, ..settings },
            created_at: Timestamp(created_at),
            last_document: None,
            last_received_at: None,
            last_applied_at: None,
            fresh_at: fresh_at.map(Timestamp),
            last_class: None,
            waiting_since: None,
            waiting: 0,
            aside: 0,
            has_secret: false,
        };
        let since = facts(&source, now).late_since?;
        Some(Late { as_of: source.fresh_at, since })
    });
    Ok(late.min_by_key(|late| late.since))
}

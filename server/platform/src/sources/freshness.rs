//! Whether what a source feeds is late, for customers: sources are nobody's.

use super::{
    health::facts,
    settings::{Carries, Source, SourceSettings},
};
use crate::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::Timestamp;

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

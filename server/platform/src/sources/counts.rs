//! Records by source and minute: what was taken in, what was kept aside, what was refused.

use crate::{
    db::{Db, DbError, Tx},
    on,
    scope::Scope,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// Days for which minutes are kept: the longest chart has seven.
pub const KEPT_DAYS: i64 = 8;

const MINUTE: i64 = 60_000;

/// What came in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// When the stretch began.
    pub from: Timestamp,
    /// Documents that were read to their end.
    pub documents: u64,
    /// Records that were applied.
    pub accepted: u64,
    /// Pieces that were kept aside.
    pub quarantined: u64,
    /// Documents that were refused.
    pub rejected: u64,
}

/// Notes that a document arrived.
pub(crate) async fn arrived(tx: &mut Tx, source: &str, document: &[u8], at: Timestamp) -> Result<(), DbError> {
    const MARK: &str = "update source set last_document = $2, last_received_at = $3 where key = $1";
    super::settings::insert(tx, source, &super::SourceSettings::default(), at).await?;
    on!(tx, c => sqlx::query(MARK).bind(source).bind(document).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Notes that a document was read to its end, in the transaction that says so.
pub(crate) async fn ended(
    tx: &mut Tx,
    document: Id<kind::Document>,
    class: &str,
    records: u64,
    at: Timestamp,
) -> Result<(), DbError> {
    const RECORDS: &str = "update source_document set records = $2 where id = $1";
    const COUNT: &str = "insert into source_minute (source, minute, documents, accepted, quarantined, rejected)
        select d.source, $2, 1, $3, (select count(*) from quarantine q where q.document_id = d.id), $4
        from source_document d where d.id = $1
        on conflict (source, minute) do update set documents = source_minute.documents + 1,
          accepted = source_minute.accepted + excluded.accepted,
          quarantined = source_minute.quarantined + excluded.quarantined,
          rejected = source_minute.rejected + excluded.rejected";
    const MARK: &str = "update source set last_applied_at = $2, last_class = $3,
          fresh_at = case when $4 = 1 or fresh_at > (select d.received_at from source_document d where d.id = $1) then fresh_at
            else (select d.received_at from source_document d where d.id = $1) end
        where key = (select d.source from source_document d where d.id = $1)";
    let (id, rejected) = (document.as_bytes().as_slice(), i64::from(class == "reject"));
    let records = i64::try_from(records).unwrap_or(i64::MAX);
    on!(tx, c => sqlx::query(RECORDS).bind(id).bind(records).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(COUNT).bind(id).bind(at.millis().div_euclid(MINUTE)).bind(records).bind(rejected)
        .execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(MARK).bind(id).bind(at.millis()).bind(class).bind(rejected)
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// What came between two moments, in `bars` stretches of equal length; of one source, or of all.
///
/// # Errors
/// What the database says.
pub async fn throughput(
    db: &Db,
    scope: &impl Scope,
    source: Option<String>,
    (from, minutes, bars): (Timestamp, i64, i64),
) -> Result<Vec<Count>, DbError> {
    const READ: &str = "select (minute - $1) / $2, cast(sum(documents) as bigint), cast(sum(accepted) as bigint),
          cast(sum(quarantined) as bigint), cast(sum(rejected) as bigint)
        from source_minute where minute >= $1 and minute < $3 and (source = $4 or $5 = 1)
        group by 1 order by 1";
    let (minutes, bars) = (minutes.max(1), bars.max(1));
    let first = from.millis().div_euclid(MINUTE);
    let read = db.read(scope, move |tx| {
        async move {
            let (all, source) = (i64::from(source.is_none()), source.unwrap_or_default());
            let rows: Vec<(i64, i64, i64, i64, i64)> = on!(tx, c => sqlx::query_as(READ).bind(first).bind(minutes)
                .bind(first + minutes * bars).bind(source).bind(all).fetch_all(&mut **c).await)?;
            Ok::<_, DbError>(rows)
        }
        .boxed()
    });
    let mut counts: Vec<Count> =
        (0..bars).map(|bar| Count { from: Timestamp((first + bar * minutes) * MINUTE), ..Count::default() }).collect();
    for (bar, documents, accepted, quarantined, rejected) in read.await? {
        let Some(count) = usize::try_from(bar).ok().and_then(|bar| counts.get_mut(bar)) else { continue };
        let number = |number: i64| u64::try_from(number).unwrap_or(0);
        count.documents = number(documents);
        count.accepted = number(accepted);
        count.quarantined = number(quarantined);
        count.rejected = number(rejected);
    }
    Ok(counts)
}

/// Takes away minutes that no chart shows any more.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    const FORGET: &str = "delete from source_minute where minute < $1";
    let before = now.plus_seconds(-KEPT_DAYS * 86_400).millis().div_euclid(MINUTE);
    Ok(on!(tx, c => sqlx::query(FORGET).bind(before).execute(&mut **c).await.map(|done| done.rows_affected()))?)
}

//! Entries with all that is known of them: for their own page, and for files.

use super::{Account, Cursor, Entry, Filter, day, filter};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Date, Id, Money, Timestamp, kind};

/// An entry as it is listed, and what the list does not show.
#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Vec<u8>,
    day: i64,
    position: i64,
    status: String,
    amount: i64,
    currency: String,
    reversal: i64,
    value_day: Option<i64>,
    booked_at: Option<i64>,
    counterparty: Option<String>,
    remittance: Option<String>,
    code: Option<String>,
    r#final: i64,
}

impl TryFrom<EntryRow> for Entry {
    type Error = DbError;
    fn try_from(row: EntryRow) -> Result<Self, DbError> {
        let currency = row.currency.parse().map_err(|_| DbError::Value("entry.currency"))?;
        Ok(Self {
            id: row.id.try_into().map_err(|_| DbError::Value("entry.id"))?,
            day: day(row.day),
            position: row.position,
            status: row.status,
            amount: Money::new(row.amount, currency),
            reversal: row.reversal != 0,
            booked_at: row.booked_at.map(Timestamp),
            counterparty: row.counterparty,
            remittance: row.remittance,
            code: row.code,
        })
    }
}

/// Everything that is known of one entry.
#[derive(Clone, Debug)]
pub struct EntryDetail {
    /// As in the list.
    pub entry: Entry,
    /// The value date.
    pub value_day: Option<Date>,
    /// In a statement, or told ahead of one.
    pub is_final: bool,
    /// The bank's reference.
    pub servicer_ref: Option<String>,
    /// The other reference.
    pub entry_ref: Option<String>,
    /// The transactions behind it.
    pub details: Vec<guichet_formats::record::EntryDetail>,
    /// Where it came from: the file.
    pub source: String,
    /// Where in the file.
    pub place: String,
    /// When the file came.
    pub received_at: Timestamp,
    /// The message type of the file.
    pub message_type: Option<String>,
    /// The entry that took this one's place.
    pub superseded_by: Option<Id<kind::Entry>>,
    /// Still in the list.
    pub shown: bool,
}

#[derive(sqlx::FromRow)]
struct DetailRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    servicer_ref: Option<String>,
    entry_ref: Option<String>,
    details: String,
    place: String,
    superseded_by: Option<Vec<u8>>,
    shown: i64,
    source: String,
    received_at: i64,
    message_type: Option<String>,
}

/// An entry with all that is known of it, if it is on an account of the customer's.
///
/// # Errors
/// What the database says.
pub async fn find_entry(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    entry: Id<kind::Entry>,
) -> Result<Option<EntryDetail>, DbError> {
    const FIND: &str =
        "select e.id, e.day, e.position, e.status, e.amount, e.currency, e.reversal, e.value_day, e.booked_at,
          e.counterparty, e.remittance, e.code, e.final, e.servicer_ref, e.entry_ref, e.details, e.place,
          e.superseded_by, e.shown, d.name as source, d.received_at, d.message_type
        from entry e join holder h on h.account_id = e.account_id
        join source_document d on d.id = e.document_id
        where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.id = $3";
    let row: Option<DetailRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(entry.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(|row| {
        Ok(EntryDetail {
            value_day: row.entry.value_day.map(day),
            is_final: row.entry.r#final != 0,
            entry: row.entry.try_into()?,
            servicer_ref: row.servicer_ref,
            entry_ref: row.entry_ref,
            details: serde_json::from_str(&row.details).map_err(|_| DbError::Value("entry.details"))?,
            source: row.source,
            place: row.place,
            received_at: Timestamp(row.received_at),
            message_type: row.message_type,
            superseded_by: row.superseded_by.and_then(|id| id.try_into().ok()),
            shown: row.shown != 0,
        })
    })
    .transpose()
}

/// An entry with what a file of it needs.
#[derive(Clone, Debug)]
pub struct FullEntry {
    /// As in the list.
    pub entry: Entry,
    /// The value date.
    pub value_day: Option<Date>,
    /// The bank's reference.
    pub servicer_ref: Option<String>,
    /// The other reference.
    pub entry_ref: Option<String>,
    /// The transactions behind it.
    pub details: Vec<guichet_formats::record::EntryDetail>,
}

#[derive(sqlx::FromRow)]
struct FullRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    servicer_ref: Option<String>,
    entry_ref: Option<String>,
    details: String,
}

/// Booked entries after a cursor, the oldest first, at most `limit`: for files.
///
/// # Errors
/// What the database says.
pub async fn list_ascending(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: &Account,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<FullEntry>, DbError> {
    const LIST: &str = concat!(
        "select e.id, e.day, e.position, e.status, e.amount, e.currency, e.reversal, e.value_day, e.booked_at,
          e.counterparty, e.remittance, e.code, e.final, e.servicer_ref, e.entry_ref, e.details
        from entry e join holder h on h.account_id = e.account_id
        where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.shown = 1 and e.status = 'booked'
          and (e.day, e.position) > ($3, $4) ",
        filter::conditions!(),
        "order by e.day, e.position limit $5"
    );
    let (from, position) = after.map_or((i64::from(i32::MIN), -1), |c| (i64::from(c.day.days()), c.position));
    let f = filter.bound(account.currency);
    let rows: Vec<FullRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).bind(account.id.as_bytes().as_slice())
        .bind(from).bind(position).bind(limit).bind(f.from).bind(f.to).bind(f.direction).bind(&f.like).bind(f.amount)
        .bind(f.only).fetch_all(&mut **c).await)?;
    rows.into_iter()
        .map(|row| {
            Ok(FullEntry {
                value_day: row.entry.value_day.map(day),
                entry: row.entry.try_into()?,
                servicer_ref: row.servicer_ref,
                entry_ref: row.entry_ref,
                details: serde_json::from_str(&row.details).map_err(|_| DbError::Value("entry.details"))?,
            })
        })
        .collect()
}

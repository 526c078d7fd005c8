//! Entries as a list shows them: booked ones page by page, pending ones.

use super::{Account, Filter, day, filter};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Date, Id, Money, Timestamp, kind};

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its public id.
    pub id: Id<kind::Entry>,
    /// The day that it is listed under.
    pub day: Date,
    /// Its place within the day.
    pub position: i64,
    /// Booked, pending, told only.
    pub status: String,
    /// The amount, signed.
    pub amount: Money,
    /// Takes an earlier booking back.
    pub reversal: bool,
    /// The value date.
    pub value_day: Option<Date>,
    /// The instant of booking, where the bank gives one.
    pub booked_at: Option<Timestamp>,
    /// The other side.
    pub counterparty: Option<String>,
    /// What it is for.
    pub remittance: Option<String>,
    /// The bank's code.
    pub code: Option<String>,
    /// In a statement, or told ahead of one.
    pub is_final: bool,
    /// When it first came.
    pub first_seen_at: Timestamp,
}

#[derive(sqlx::FromRow)]
pub(super) struct EntryRow {
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
    first_seen_at: i64,
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
            value_day: row.value_day.map(day),
            booked_at: row.booked_at.map(Timestamp),
            counterparty: row.counterparty,
            remittance: row.remittance,
            code: row.code,
            is_final: row.r#final != 0,
            first_seen_at: Timestamp(row.first_seen_at),
        })
    }
}

/// Where a page begins: behind this day and position, going back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The day of the last entry before.
    pub day: Date,
    /// Its position.
    pub position: i64,
}

macro_rules! entry_columns {
    ($rest:literal) => {
        concat!(
            "select e.id, e.day, e.position, e.status, e.amount, e.currency, e.reversal, e.value_day, e.booked_at,
               e.counterparty, e.remittance, e.code, e.final, e.first_seen_at
             from entry e join holder h on h.account_id = e.account_id
             where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.shown = 1 ",
            $rest
        )
    };
}

/// Booked entries behind a cursor, the latest first, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn list_booked(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: &Account,
    filter: &Filter,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    const ALL: &str = entry_columns!(
        "and e.status = 'booked' and (e.day, e.position) < ($3, $4) order by e.day desc, e.position desc limit $5"
    );
    const SOME: &str = concat!(
        entry_columns!("and e.status = 'booked' and (e.day, e.position) < ($3, $4) "),
        filter::conditions!(),
        "order by e.day desc, e.position desc limit $5"
    );
    let (day, position) = before.map_or((i64::from(i32::MAX), i64::MAX), |c| (i64::from(c.day.days()), c.position));
    let id = account.id.as_bytes().as_slice();
    let rows: Vec<EntryRow> = if filter.is_empty() {
        on!(tx, c => sqlx::query_as(ALL).bind(scope.bytes()).bind(id).bind(day).bind(position).bind(limit)
            .fetch_all(&mut **c).await)?
    } else {
        let f = filter.bound(account.currency);
        on!(tx, c => sqlx::query_as(SOME).bind(scope.bytes()).bind(id).bind(day).bind(position).bind(limit)
            .bind(f.from).bind(f.to).bind(f.direction).bind(&f.like).bind(f.amount).bind(f.only)
            .fetch_all(&mut **c).await)?
    };
    rows.into_iter().map(Entry::try_from).collect()
}

/// Pending entries, the latest first; at most 200.
///
/// # Errors
/// What the database says.
pub async fn list_pending(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
) -> Result<Vec<Entry>, DbError> {
    const PENDING: &str = entry_columns!("and e.status = 'pending' order by e.day desc, e.position desc limit 200");
    let rows: Vec<EntryRow> = on!(tx, c => sqlx::query_as(PENDING).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// One entry in a list, if it is the customer's and shown.
///
/// # Errors
/// What the database says.
pub async fn find_listed(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    entry: Id<kind::Entry>,
) -> Result<Option<Entry>, DbError> {
    const FIND: &str = entry_columns!("and e.id = $3");
    let row: Option<EntryRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(entry.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Entry::try_from).transpose()
}

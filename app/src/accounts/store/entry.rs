//! Entries as a list shows them: booked ones page by page, pending ones.

use super::{Account, Filter, day, filter};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Currency, Date, Id, Money, Timestamp, kind};

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
    /// The instant of booking, where the bank gives one.
    pub booked_at: Option<Timestamp>,
    /// The other side.
    pub counterparty: Option<String>,
    /// What it is for.
    pub remittance: Option<String>,
    /// The bank's code.
    pub code: Option<String>,
}

/// The columns of `entry_columns!`, by their place: a list is read often, and a look-up by name for each value shows.
type Row = (Vec<u8>, i64, i64, String, i64, i64, Option<i64>, Option<String>, Option<String>, Option<String>);

/// Entries of an account in `currency`: what is in another one is kept aside when it comes.
fn entries(rows: Vec<Row>, currency: Currency) -> Result<Vec<Entry>, DbError> {
    let entry = |(id, of, position, status, amount, reversal, booked_at, counterparty, remittance, code): Row| {
        Ok(Entry {
            id: id.try_into().map_err(|_| DbError::Value("entry.id"))?,
            day: day(of),
            position,
            status,
            amount: Money::new(amount, currency),
            reversal: reversal != 0,
            booked_at: booked_at.map(Timestamp),
            counterparty,
            remittance,
            code,
        })
    };
    rows.into_iter().map(entry).collect()
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
            "select e.id, e.day, e.position, e.status, e.amount, e.reversal, e.booked_at,
               e.counterparty, e.remittance, e.code
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
    let (behind, position) = before.map_or((i64::from(i32::MAX), i64::MAX), |c| (i64::from(c.day.days()), c.position));
    let id = account.id.as_bytes().as_slice();
    let rows: Vec<Row> = if filter.is_empty() {
        on!(tx, c => sqlx::query_as(ALL).bind(scope.bytes()).bind(id).bind(behind).bind(position).bind(limit)
            .fetch_all(&mut **c).await)?
    } else {
        let f = filter.bound(account.currency);
        on!(tx, c => sqlx::query_as(SOME).bind(scope.bytes()).bind(id).bind(behind).bind(position).bind(limit)
            .bind(f.from).bind(f.to).bind(f.direction).bind(&f.like).bind(f.amount).bind(f.only)
            .fetch_all(&mut **c).await)?
    };
    entries(rows, account.currency)
}

/// Pending entries, the latest first; at most 200.
///
/// # Errors
/// What the database says.
pub async fn list_pending(tx: &mut Tx, scope: &CustomerScope, account: &Account) -> Result<Vec<Entry>, DbError> {
    const PENDING: &str = entry_columns!("and e.status = 'pending' order by e.day desc, e.position desc limit 200");
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(PENDING).bind(scope.bytes())
        .bind(account.id.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    entries(rows, account.currency)
}

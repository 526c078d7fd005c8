//! What running balances and charts are made of: nets of days and the bank's own closing balances.

use super::{Cursor, day};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Date, Id, kind};

/// What a day's shown booked entries add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayNet {
    /// The day.
    pub day: Date,
    /// Minor units, signed.
    pub net: i64,
    /// How many.
    pub entries: i64,
}

/// The nets of the days from `from` to `to`, both with, in order.
///
/// # Errors
/// What the database says.
pub async fn list_days(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    from: Date,
    to: Date,
) -> Result<Vec<DayNet>, DbError> {
    const DAYS: &str = "select d.day, d.net, d.entries from account_day d join holder h on h.account_id = d.account_id
        where h.customer_id = $1 and h.until_day is null and d.account_id = $2 and d.day between $3 and $4 order by d.day";
    let rows: Vec<(i64, i64, i64)> = on!(tx, c => sqlx::query_as(DAYS).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(i64::from(from.days())).bind(i64::from(to.days()))
        .fetch_all(&mut **c).await)?;
    Ok(rows.into_iter().map(|(d, net, entries)| DayNet { day: day(d), net, entries }).collect())
}

/// A balance that the bank itself gave for the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The day.
    pub day: Date,
    /// Minor units.
    pub balance: i64,
}

/// The bank's closing balances from `from` to `to` and the first one behind, in order of days; of a day with several, the
/// last.
///
/// # Errors
/// What the database says.
pub async fn list_closings(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    from: Date,
    to: Date,
) -> Result<Vec<Closing>, DbError> {
    const CLOSINGS: &str =
        "select s.closing_day, s.closing from statement s join holder h on h.account_id = s.account_id
        where h.customer_id = $1 and h.until_day is null and s.account_id = $2 and s.kind = 'statement'
          and s.closing is not null and s.closing_day >= $3 and s.closing_day <= coalesce((
            select min(n.closing_day) from statement n where n.account_id = $2 and n.kind = 'statement'
              and n.closing is not null and n.closing_day >= $4), $4)
        order by s.closing_day, coalesce(s.page, 0), coalesce(s.created_at, 0), s.id";
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(CLOSINGS).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(i64::from(from.days())).bind(i64::from(to.days()))
        .fetch_all(&mut **c).await)?;
    let mut closings: Vec<Closing> = Vec::with_capacity(rows.len());
    for (closing_day, balance) in rows {
        let closing = Closing { day: day(closing_day), balance };
        match closings.last_mut() {
            Some(last) if last.day == closing.day => *last = closing,
            _ => closings.push(closing),
        }
    }
    Ok(closings)
}

/// What the shown booked entries of one day add up to that stand above a position.
///
/// # Errors
/// What the database says.
pub async fn sum_above(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    at: Cursor,
) -> Result<i64, DbError> {
    const SUM: &str = "select cast(coalesce(sum(e.amount), 0) as bigint) from entry e
        join holder h on h.account_id = e.account_id
        where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.shown = 1 and e.status = 'booked'
          and e.day = $3 and e.position > $4";
    let (sum,): (i64,) = on!(tx, c => sqlx::query_as(SUM).bind(scope.bytes()).bind(account.as_bytes().as_slice())
        .bind(i64::from(at.day.days())).bind(at.position).fetch_one(&mut **c).await)?;
    Ok(sum)
}

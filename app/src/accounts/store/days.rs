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

/// A balance that the bank itself gave for the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The day.
    pub day: Date,
    /// Minor units.
    pub balance: i64,
}

/// What the balances of the days from `from` to `to` hang on: the bank's closing balances of these days and the first one
/// behind, of a day with several the last; and the nets of the days up to that first one behind, or up to now where there is
/// none. Both in order.
///
/// # Errors
/// What the database says.
pub async fn list_anchors(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    from: Date,
    to: Date,
) -> Result<(Vec<Closing>, Vec<DayNet>), DbError> {
    // One question for both: every question is a way to the database and back.
    const ANCHORS: &str = "with behind (day) as (
          select min(n.closing_day) from statement n where n.account_id = $2 and n.kind = 'statement'
            and n.closing is not null and n.closing_day >= $4),
        held (id) as (
          select h.account_id from holder h where h.customer_id = $1 and h.until_day is null and h.account_id = $2)
        select cast(0 as bigint) as what, d.day as day, d.net as amount, d.entries as entries, 0 as page, 0 as told, d.account_id as id
        from account_day d join held on held.id = d.account_id
        where d.day >= $3 and d.day <= coalesce((select day from behind), 2147483647)
        union all
        select 1, s.closing_day, s.closing, 0, coalesce(s.page, 0), coalesce(s.created_at, 0), s.id
        from statement s join held on held.id = s.account_id
        where s.kind = 'statement' and s.closing is not null and s.closing_day >= $3
          and s.closing_day <= coalesce((select day from behind), $4)
        order by 1, 2, 5, 6, 7";
    type Row = (i64, i64, i64, i64);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(ANCHORS).bind(scope.bytes()).bind(account.as_bytes().as_slice())
        .bind(i64::from(from.days())).bind(i64::from(to.days())).fetch_all(&mut **c).await)?;
    let (mut closings, mut nets) = (Vec::<Closing>::new(), Vec::new());
    for (what, of, amount, entries) in rows {
        if what == 0 {
            nets.push(DayNet { day: day(of), net: amount, entries });
            continue;
        }
        let closing = Closing { day: day(of), balance: amount };
        match closings.last_mut() {
            Some(last) if last.day == closing.day => *last = closing,
            _ => closings.push(closing),
        }
    }
    Ok((closings, nets))
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

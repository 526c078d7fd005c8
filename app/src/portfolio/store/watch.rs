//! The watch list: instruments that a customer looks at without holding them.

use super::{super::ledger::InstrumentId, Instrument, InstrumentRow};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::Timestamp;

/// Most instruments on a list.
pub const MOST: i64 = 50;

/// What the customer watches, by name.
///
/// # Errors
/// What the database says.
pub async fn list_watched(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Instrument>, DbError> {
    const LIST: &str = "select i.id, i.key, i.isin, i.name, i.ticker, i.mic, i.class, i.currency, i.country, i.region,
          i.issuer, i.price_unit, i.price_factor, i.maturity_day, i.coupon
        from watched w join instrument i on i.id = w.instrument_id where w.customer_id = $1 order by i.name, i.id limit 50";
    let rows: Vec<InstrumentRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Instrument::try_from).collect()
}

/// Puts an instrument on the list; false when there is no such instrument, or no room.
///
/// # Errors
/// What the database says.
pub async fn watch(
    tx: &mut Tx,
    scope: &CustomerScope,
    instrument: InstrumentId,
    now: Timestamp,
) -> Result<bool, DbError> {
    const COUNT: &str = "select count(*) from watched where customer_id = $1 and instrument_id <> $2";
    const ADD: &str = "insert into watched (customer_id, instrument_id, added_at)
        select $1, i.id, $3 from instrument i where i.id = $2 and i.isin is not null and i.described_at is not null
        on conflict (customer_id, instrument_id) do nothing";
    const THERE: &str = "select count(*) from watched where customer_id = $1 and instrument_id = $2";
    let id = instrument.as_bytes().as_slice();
    let (count,): (i64,) = on!(tx, c => sqlx::query_as(COUNT).bind(scope.bytes()).bind(id).fetch_one(&mut **c).await)?;
    if count >= MOST {
        return Ok(false);
    }
    on!(tx, c => sqlx::query(ADD).bind(scope.bytes()).bind(id).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    let (there,): (i64,) = on!(tx, c => sqlx::query_as(THERE).bind(scope.bytes()).bind(id).fetch_one(&mut **c).await)?;
    Ok(there > 0)
}

/// Takes an instrument off the list.
///
/// # Errors
/// What the database says.
pub async fn unwatch(tx: &mut Tx, scope: &CustomerScope, instrument: InstrumentId) -> Result<(), DbError> {
    const DROP: &str = "delete from watched where customer_id = $1 and instrument_id = $2";
    on!(tx, c => sqlx::query(DROP).bind(scope.bytes()).bind(instrument.as_bytes().as_slice()).execute(&mut **c).await
        .map(|_| ()))?;
    Ok(())
}

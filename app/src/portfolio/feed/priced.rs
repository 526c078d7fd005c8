//! What becomes of a price that the guard has judged: the latest one, the one of its day, the one that waits, or a refusal with
//! its flag and its finding.

use super::{
    super::ledger::InstrumentId,
    Arrival, Found,
    guarded::{Good, Offer, Run, rank},
    instruments::unit_word,
    settle,
};
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::quote_guard::Quoted;

pub(super) async fn put_latest(
    tx: &mut Tx,
    arrival: &Arrival,
    instrument: InstrumentId,
    offer: &Offer,
    version: i64,
) -> Result<(), DbError> {
    const PUT: &str =
        "insert into quote (instrument_id, price, currency, divisor, unit, kind, at, delay_seconds, source, mic,
          document_id, origin, place, received_at, version)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict (instrument_id) do update set price = excluded.price, currency = excluded.currency,
          divisor = excluded.divisor, unit = excluded.unit, kind = excluded.kind, at = excluded.at,
          delay_seconds = excluded.delay_seconds, source = excluded.source, mic = excluded.mic,
          document_id = excluded.document_id, origin = excluded.origin, place = excluded.place,
          received_at = excluded.received_at, version = excluded.version, waiting_price = null, waiting_at = null";
    on!(tx, c => sqlx::query(PUT).bind(instrument.as_bytes().as_slice()).bind(offer.price.amount.to_string())
        .bind(offer.price.currency.as_str()).bind(i64::from(offer.price.minor_divisor))
        .bind(unit_word(offer.price.unit)).bind(offer.word).bind(offer.at.millis()).bind(i64::from(offer.delay_seconds))
        .bind(&offer.source).bind(offer.mic.map(|mic| mic.to_string())).bind(arrival.document.as_bytes().as_slice())
        .bind(&arrival.origin).bind(&offer.place).bind(arrival.received_at.millis()).bind(version)
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

pub(super) async fn put_daily(
    tx: &mut Tx,
    arrival: &Arrival,
    instrument: InstrumentId,
    offer: &Offer,
) -> Result<(), DbError> {
    const KNOWN: &str = "select kind, at, price from quote_daily where instrument_id = $1 and day = $2";
    const PUT: &str = "insert into quote_daily (instrument_id, day, price, currency, divisor, unit, kind, at, source,
          document_id, place) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (instrument_id, day) do update set price = excluded.price, currency = excluded.currency,
          divisor = excluded.divisor, unit = excluded.unit, kind = excluded.kind, at = excluded.at,
          source = excluded.source, document_id = excluded.document_id, place = excluded.place";
    let (id, day) = (instrument.as_bytes().as_slice(), offer.day());
    let days = i64::from(day.days());
    let known: Option<(String, i64, String)> =
        on!(tx, c => sqlx::query_as(KNOWN).bind(id).bind(days).fetch_optional(&mut **c).await)?;
    let price = offer.price.amount.to_string();
    if let Some((kind, at, _)) = &known
        && (rank(kind), *at) >= (rank(offer.word), offer.at.millis())
    {
        return Ok(());
    }
    on!(tx, c => sqlx::query(PUT).bind(id).bind(days).bind(&price).bind(offer.price.currency.as_str())
        .bind(i64::from(offer.price.minor_divisor)).bind(unit_word(offer.price.unit)).bind(offer.word)
        .bind(offer.at.millis()).bind(&offer.source).bind(arrival.document.as_bytes().as_slice()).bind(&offer.place)
        .execute(&mut **c).await.map(|_| ()))?;
    let same = known.is_some_and(|(.., known)| known == price);
    if day < arrival.today() && !same {
        settle::mark_instrument(tx, instrument, day).await?;
    }
    Ok(())
}

pub(super) async fn put_waiting(
    tx: &mut Tx,
    run: &mut Run,
    instrument: InstrumentId,
    new: Quoted,
) -> Result<(), DbError> {
    const PUT: &str = "update quote set waiting_price = $2, waiting_at = $3, version = $4 where instrument_id = $1
        and (waiting_at is null or waiting_at <= $3)";
    let version = run.version(tx).await?;
    on!(tx, c => sqlx::query(PUT).bind(instrument.as_bytes().as_slice()).bind(new.price.to_string())
        .bind(new.at.millis()).bind(version).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Does not take a price: flags it, and keeps a finding.
pub(super) async fn refuse(
    tx: &mut Tx,
    arrival: &Arrival,
    run: &mut Run,
    instrument: InstrumentId,
    offer: &Offer,
    reason: &'static str,
    last: Option<Good>,
) -> Result<(), DbError> {
    const FLAG: &str = "insert into quote (instrument_id, refused_reason, refused_price, refused_at, version)
        values ($1, $2, $3, $4, $5) on conflict (instrument_id) do update set refused_reason = excluded.refused_reason,
          refused_price = excluded.refused_price, refused_at = excluded.refused_at, version = excluded.version
        where quote.refused_at is null or quote.refused_at < excluded.refused_at";
    let version = run.version(tx).await?;
    // A price of the future casts doubt on now, and not on what comes after it.
    let at = offer.at.min(arrival.now);
    on!(tx, c => sqlx::query(FLAG).bind(instrument.as_bytes().as_slice()).bind(reason)
        .bind(offer.price.amount.to_string()).bind(at.millis()).bind(version).execute(&mut **c).await.map(|_| ()))?;
    note(tx, arrival, offer, reason, last).await
}

pub(super) async fn note(
    tx: &mut Tx,
    arrival: &Arrival,
    offer: &Offer,
    reason: &'static str,
    last: Option<Good>,
) -> Result<(), DbError> {
    let (check, message) = match reason {
        "not_positive" => ("quote_not_positive", "A price of nought or below is not used."),
        "future" => ("quote_future", "A price from the future is not used."),
        "stale" => ("quote_stale", "The price is older than the last good one and is not shown."),
        "closed" => ("quote_closed", "A price of a day on which the market is shut is not used."),
        "hundredfold" => ("quote_hundredfold", "The price is about a hundred times the last good one, or a hundredth."),
        "unit" => ("quote_unit", "The price is in another unit (money or percent) than its instrument."),
        "currency" => ("quote_currency", "The price is in another currency than its instrument."),
        _ => ("quote_jump", "The price is far from the last good one; it waits for another that says the same."),
    };
    let found = Found {
        check,
        severity: if reason == "stale" { "info" } else { "warn" },
        place: &offer.place,
        expected: last.map(|last| last.quoted.price.to_string()),
        actual: Some(format!("{} {}", offer.quoted().price, offer.price.currency)),
        message,
    };
    arrival.note(tx, found).await
}

//! Instruments: described by one document, named by others, in whatever order they come.

use super::{super::ledger::InstrumentId, Arrival};
use guichet_formats::securities::record::Instrument;
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{Isin, PriceUnit};

/// The word of a unit.
pub(super) const fn unit_word(unit: PriceUnit) -> &'static str {
    match unit {
        PriceUnit::Currency => "currency",
        PriceUnit::Percent => "percent",
    }
}

/// Takes what a document says of instruments. Who was described by a later document stays as they are.
pub(super) async fn describe_all(tx: &mut Tx, arrival: &Arrival, instruments: Vec<Instrument>) -> Result<(), DbError> {
    for instrument in instruments {
        describe(tx, arrival, instrument).await?;
    }
    Ok(())
}

async fn describe(tx: &mut Tx, arrival: &Arrival, instrument: Instrument) -> Result<(), DbError> {
    const SET: &str = "update instrument set key = $2, isin = $3, name = $4, ticker = $5, mic = $6, class = $7, currency = $8,
          country = $9, region = $10, issuer = $11, issuer_lei = $12, price_unit = $13, price_factor = $14,
          minor_divisor = $15, maturity_day = $16, coupon = $17, ids = $18, described_at = $19, document_id = $20, place = $21
        where id = $1 and (described_at is null or described_at <= $19)";
    let isin = instrument.isin.map(|isin| isin.to_string());
    let key = isin.clone().unwrap_or_else(|| instrument.key.clone());
    let id = resolve(tx, &key).await?;
    let ids = serde_json::to_string(&instrument.ids).unwrap_or_else(|_| "[]".to_owned());
    // An issuer without a country of its own: the ISIN names one.
    let country = instrument.country.or_else(|| instrument.isin.and_then(|isin| isin.country().map(str::to_owned)));
    on!(tx, c => sqlx::query(SET).bind(id.as_bytes().as_slice()).bind(&key).bind(&isin).bind(&instrument.name)
        .bind(&instrument.ticker).bind(instrument.mic.map(|mic| mic.to_string())).bind(instrument.class.as_str())
        .bind(instrument.currency.map(|currency| currency.to_string())).bind(&country).bind(&instrument.region)
        .bind(&instrument.issuer).bind(&instrument.issuer_lei).bind(unit_word(instrument.price_unit))
        .bind(instrument.price_factor.to_string()).bind(i64::from(instrument.minor_unit_divisor))
        .bind(instrument.maturity.map(|day| i64::from(day.days()))).bind(instrument.coupon.map(|c| c.to_string()))
        .bind(ids).bind(arrival.received_at.millis()).bind(arrival.document.as_bytes().as_slice()).bind(&instrument.place)
        .execute(&mut **c).await.map(|_| ()))?;
    if instrument.key != key {
        name(tx, id, &instrument.key).await?;
    }
    Ok(())
}

/// The instrument of a name; a name that nobody has described yet makes one that is only named.
pub(super) async fn resolve(tx: &mut Tx, key: &str) -> Result<InstrumentId, DbError> {
    const FIND: &str = "select instrument_id from instrument_name where name = $1";
    const ADD: &str =
        "insert into instrument (id, key, isin, name, class, price_unit, price_factor, minor_divisor, ids)
        values ($1, $2, $3, $2, 'other', 'currency', '1', 1, '[]') on conflict (id) do nothing";
    let known: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(FIND).bind(key).fetch_optional(&mut **c).await)?;
    if let Some((id,)) = known {
        return id.try_into().map_err(|_| DbError::Value("instrument.id"));
    }
    let isin = key.parse::<Isin>().ok().map(|isin| isin.to_string());
    let id: InstrumentId = tx.stable_id(&[b"instrument", key.as_bytes()]);
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(key).bind(&isin).execute(&mut **c).await
        .map(|_| ()))?;
    name(tx, id, key).await?;
    Ok(id)
}

/// Notes another name. The first instrument of a name keeps it.
async fn name(tx: &mut Tx, id: InstrumentId, name: &str) -> Result<(), DbError> {
    const ADD: &str = "insert into instrument_name (name, instrument_id) values ($1, $2) on conflict (name) do nothing";
    on!(tx, c => sqlx::query(ADD).bind(name).bind(id.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// The one instrument of a ticker, at a market if one is named.
pub(super) async fn by_ticker(tx: &mut Tx, ticker: &str, mic: Option<&str>) -> Result<Option<InstrumentId>, DbError> {
    const FIND: &str = "select id from instrument where ticker = $1 and (mic = $2 or $3 = 0 or mic is null) limit 2";
    let rows: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(FIND).bind(ticker).bind(mic)
        .bind(i64::from(mic.is_some())).fetch_all(&mut **c).await)?;
    match <[_; 1]>::try_from(rows) {
        Ok([(id,)]) => id.try_into().map(Some).map_err(|_| DbError::Value("instrument.id")),
        Err(_) => Ok(None),
    }
}

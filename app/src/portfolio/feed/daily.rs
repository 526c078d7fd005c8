//! Histories of days with open, high, low and close: each close is a quote of its day, and goes past the same guard.

use super::{Arrival, Found, guarded, instruments};
use guichet_formats::securities::record::{Daily, Quote, QuoteKind};
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{PriceUnit, Timestamp};

/// Takes closes, the oldest first. A history that does not say of what it is cannot be used.
pub(super) async fn apply(tx: &mut Tx, arrival: &Arrival, days: Vec<Daily>) -> Result<(), DbError> {
    const UNIT: &str = "select price_unit from instrument where id = $1";
    for daily in days {
        let instrument = match &daily.symbol {
            Some(symbol) => instruments::by_ticker(tx, symbol, None).await?,
            None => None,
        };
        let Some(instrument) = instrument else {
            let found = Found {
                check: "unresolved_reference",
                severity: "warn",
                place: "",
                expected: None,
                actual: daily.symbol.clone(),
                message: "No instrument is known by this symbol alone; the prices of these days are not used.",
            };
            arrival.note(tx, found).await?;
            continue;
        };
        let (unit,): (String,) =
            on!(tx, c => sqlx::query_as(UNIT).bind(instrument.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
        let noon = Timestamp(i64::from(daily.date.days()) * 86_400_000 + 43_200_000);
        let quote = Quote {
            isin: None,
            mic: None,
            symbol: daily.symbol,
            currency: daily.currency,
            minor_unit_divisor: daily.minor_unit_divisor,
            unit: if unit == "percent" { PriceUnit::Percent } else { PriceUnit::Currency },
            price: daily.close,
            kind: QuoteKind::Close,
            at: daily.at.unwrap_or(noon),
            delay_seconds: 0,
            source: None,
            place: daily.place,
        };
        guarded::take(tx, arrival, instrument, quote).await?;
    }
    Ok(())
}

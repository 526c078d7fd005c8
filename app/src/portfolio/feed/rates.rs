//! Rates of exchange. A rate that is out of all proportion to its neighbours is not taken: it would move every valuation.

use super::{Arrival, Found, settle};
use guichet_formats::securities::record::FxRate;
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::Decimal;

/// How near a neighbour must be to say anything, in days.
const NEIGHBOUR: i64 = 10;

/// Takes rates. The first rate of a day stays: a central bank sets one.
pub(super) async fn apply(tx: &mut Tx, arrival: &Arrival, rates: Vec<FxRate>) -> Result<(), DbError> {
    const ADD: &str = "insert into fx_rate (base, quote, day, source, units, rate, document_id, place)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (base, quote, source, day) do nothing";
    let mut dirty = None;
    for rate in rates {
        if let Some(before) = out_of_proportion(tx, &rate).await? {
            let found = Found {
                check: "price_jump",
                severity: "warn",
                place: &rate.place,
                expected: Some(before.to_string()),
                actual: Some(format!("{} {}", rate.rate, rate.quote)),
                message: "The rate is out of all proportion to that of the day beside it and is not used.",
            };
            arrival.note(tx, found).await?;
            continue;
        }
        let added = on!(tx, c => sqlx::query(ADD).bind(rate.base.as_str()).bind(rate.quote.as_str())
            .bind(i64::from(rate.as_of.days())).bind(rate.source).bind(rate.units.to_string())
            .bind(rate.rate.to_string()).bind(arrival.document.as_bytes().as_slice()).bind(&rate.place)
            .execute(&mut **c).await.map(|done| done.rows_affected()))?;
        if added > 0 && rate.as_of < arrival.today() {
            dirty = Some(dirty.map_or(rate.as_of, |day: guichet_types::Date| day.min(rate.as_of)));
        }
    }
    match dirty {
        Some(day) => settle::mark_all(tx, day).await,
        None => Ok(()),
    }
}

/// The nearest rate of another day, if this one is more than two and a half times it, or less than two fifths.
async fn out_of_proportion(tx: &mut Tx, rate: &FxRate) -> Result<Option<Decimal>, DbError> {
    const NEAR: &str =
        "select rate from fx_rate where base = $1 and quote = $2 and source = $3 and day between $4 and $5
        and day <> $6 order by abs(day - $6), day limit 1";
    let day = i64::from(rate.as_of.days());
    let near: Option<(String,)> = on!(tx, c => sqlx::query_as(NEAR).bind(rate.base.as_str()).bind(rate.quote.as_str())
        .bind(rate.source).bind(day - NEIGHBOUR).bind(day + NEIGHBOUR).bind(day).fetch_optional(&mut **c).await)?;
    let Some(Ok(near)) = near.map(|(text,)| text.parse::<Decimal>()) else { return Ok(None) };
    let (small, large) = if near < rate.rate { (near, rate.rate) } else { (rate.rate, near) };
    let far = small.checked_mul(Decimal::new(25, 1)).is_ok_and(|bound| large > bound);
    Ok(far.then_some(near))
}

//! What does not add up in a record that can be read: it is told, and the record is handed on.

use super::{
    super::{
        fields::Fields,
        record::{AssetClass, CheckKind, Instrument, Position, Severity, Transaction, TransactionKind},
    },
    State, convert,
};
use crate::{Refusal, out::Told};
use guichet_types::{Decimal, check_cusip, check_figi, check_lei, check_sedol};

/// Check digits of the other identifiers, and what a bond must have.
pub(super) fn instrument(instrument: &Instrument, state: &mut State<'_, '_>) -> Result<(), Refusal> {
    let mut wrong = Vec::new();
    for (scheme, value) in &instrument.ids {
        let outcome = match scheme.as_str() {
            "CUSIP" => check_cusip(value),
            "SEDOL" => check_sedol(value),
            "FIGI" => check_figi(value),
            _ => Ok(()),
        };
        wrong.extend(outcome.err().map(|error| (scheme.as_str(), value.as_str(), error)));
    }
    if let Some(lei) = &instrument.issuer_lei {
        wrong.extend(check_lei(lei).err().map(|error| ("LEI", lei.as_str(), error)));
    }
    for (scheme, value, error) in wrong {
        let told = Told::new(&instrument.place, format!("The {scheme} does not check: {error}.")).actual(value);
        state.find(CheckKind::InvalidIdentifier, Severity::Warn, told)?;
    }
    let lacks_day = instrument.class == AssetClass::Bond && instrument.maturity.is_none();
    if lacks_day {
        let told = Told::new(&instrument.place, "A bond without a maturity; right only where it has none.");
        state.find(CheckKind::SchemaDeviation, Severity::Info, told)?;
    }
    Ok(())
}

/// Digits that a field is written with behind the point.
fn scale(fields: &Fields<'_>, name: &str) -> u8 {
    let text = fields.text(name).ok().flatten().unwrap_or_default();
    u8::try_from(text.split_once('.').map_or(0, |(_, behind)| behind.len()).min(17)).unwrap_or(0)
}

/// What a product may be off by: half a unit of the price's last digit for each of the quantity, and one of the amount's.
fn room(fields: &Fields<'_>, quantity: Decimal, factor: Decimal, divisor: Decimal, amount: &str) -> Option<Decimal> {
    let written = scale(fields, "price");
    // A price without decimals is exact more often than it is rounded.
    let half = if written == 0 { Decimal::ZERO } else { Decimal::new(5, written + 1) };
    let of_price = quantity.abs().checked_mul(half).ok()?.mul_div(factor, divisor, 12).ok()?;
    of_price.checked_add(Decimal::new(1, scale(fields, amount).max(2))).ok()
}

/// Tells a stated amount that is not quantity × price × factor / divisor. Of an instrument that the file does not describe
/// the price may be in percent.
fn tell_product(
    state: &mut State<'_, '_>,
    fields: &Fields<'_>,
    (key, quantity, price, minor): (&str, Decimal, Decimal, u32),
    (amount, stated): (&str, Decimal),
    place: &str,
) -> Result<(), Refusal> {
    let one = Decimal::new(1, 0);
    let by = |percent: u32| Decimal::new(i128::from(percent) * i128::from(minor), 0);
    let candidates = match state.known.get(key) {
        Some(known) => vec![(known.factor, by(known.percent))],
        None => vec![(one, by(1)), (one, by(100))],
    };
    let mut nearest = None;
    for (factor, divisor) in candidates {
        let Ok(product) = quantity.checked_mul(price).and_then(|product| product.mul_div(factor, divisor, 12)) else {
            continue;
        };
        let Some(room) = room(fields, quantity, factor, divisor, amount) else { continue };
        if product.abs().checked_sub(stated.abs()).is_ok_and(|off| off.abs() <= room) {
            return Ok(());
        }
        nearest.get_or_insert(product);
    }
    let message = format!("Quantity times price is not what {amount} says.");
    let told = Told::new(place, message)
        .expected(nearest.map_or_else(String::new, |n| n.rounded(4).to_string()))
        .actual(stated);
    state.find(CheckKind::ValueMismatch, Severity::Warn, told)
}

fn tell_instrument(state: &mut State<'_, '_>, key: &str, place: &str) -> Result<(), Refusal> {
    if state.known.is_empty() || state.known.contains_key(key) {
        return Ok(());
    }
    let told = Told::new(place, "The file describes instruments, but not this one.").actual(key);
    state.find(CheckKind::UnknownInstrument, Severity::Warn, told)
}

pub(super) fn position(position: &Position, fields: &Fields<'_>, state: &mut State<'_, '_>) -> Result<(), Refusal> {
    tell_instrument(state, &position.instrument, &position.place)?;
    if let (Some(price), Some(value)) = (position.price, position.market_value)
        && position.price_currency == position.value_currency
    {
        let product = (position.instrument.as_str(), position.quantity.0, price, position.price_minor_divisor);
        tell_product(state, fields, product, ("market_value", value), &position.place)?;
    }
    let blocked = position.blocked.is_some_and(|blocked| blocked.0.abs() > position.quantity.0.abs());
    if blocked {
        let told = Told::new(&position.place, "More is blocked than is held.");
        state.find(CheckKind::ValueMismatch, Severity::Warn, told)?;
    }
    Ok(())
}

pub(super) fn transaction(
    transaction: &Transaction,
    fields: &Fields<'_>,
    state: &mut State<'_, '_>,
) -> Result<(), Refusal> {
    use TransactionKind as K;
    let place = transaction.place.as_str();
    if let Some(key) = &transaction.instrument {
        tell_instrument(state, key, place)?;
    }
    if transaction.settle_date.is_some_and(|settle| settle < transaction.trade_date) {
        let told = Told::new(place, "It is settled before it is traded.").expected(transaction.trade_date);
        state.find(CheckKind::InvalidDate, Severity::Warn, told)?;
    }
    let (Some(gross), costs) = (transaction.gross, transaction.fees.checked_add(transaction.taxes)) else {
        return Ok(());
    };
    if let (K::Buy | K::Sell, Some(quantity), Some(price), Some(key)) =
        (transaction.kind, transaction.quantity, transaction.price, &transaction.instrument)
    {
        let quoted = convert::price_currency(fields, state.known.get(key), transaction.currency);
        if let Ok((currency, minor)) = quoted
            && currency == transaction.currency
        {
            tell_product(state, fields, (key, quantity.0, price, minor), ("gross", gross), place)?;
        }
    }
    let expected = match transaction.kind {
        K::Buy => costs.and_then(|costs| gross.checked_add(costs)).map(Decimal::negate),
        K::Sell | K::Dividend | K::Interest => costs.and_then(|costs| gross.checked_sub(costs)),
        _ => return Ok(()),
    };
    match (expected, transaction.net) {
        // Interest may be owed as well.
        (Ok(expected), Some(net)) if net != expected && !(transaction.kind == K::Interest && net.is_negative()) => {
            let told = Told::new(place, "Gross, fees and taxes are not the net.").expected(expected).actual(net);
            state.find(CheckKind::ValueMismatch, Severity::Warn, told)
        }
        _ => Ok(()),
    }
}

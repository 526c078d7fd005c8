//! Whether units, price and charges make the value and the total that are stated.

use super::{
    super::{node::Node, seclist::Securities, values::written_scale},
    convert::figure,
};
use crate::securities::record::{AssetClass, Position, Transaction, TransactionKind};
use guichet_types::Decimal;

/// 100 where a price is in percent or of a hundredth of a contract; the sign of what may be divided or multiplied.
pub(super) fn divisor(key: Option<&str>, name: &str, securities: &Securities) -> i128 {
    let class = key.and_then(|key| securities.known.get(key)).map(|(class, _)| *class);
    let special = matches!(class, Some(AssetClass::Bond | AssetClass::Option));
    if special || name.ends_with("DEBT") || name.ends_with("OPT") { 100 } else { 1 }
}

/// What quantity × price may be worth: bonds are quoted in percent (or, by some brokers, in money), options by the contract.
fn products(units: Decimal, price: Decimal, item: &Node, key: &str, securities: &Securities) -> Option<Vec<Decimal>> {
    let plain = units.checked_mul(price).ok()?.abs();
    let known = securities.known.get(key);
    let class = known.map(|(class, _)| *class);
    let mut products = vec![plain];
    if class == Some(AssetClass::Bond) || item.name.ends_with("DEBT") {
        products.push(plain.checked_mul(Decimal::new(1, 2)).ok()?);
    }
    if class == Some(AssetClass::Option) || item.name.ends_with("OPT") {
        let factor = known.map(|(_, factor)| *factor).filter(|factor| *factor > Decimal::new(1, 0));
        products.push(plain.checked_mul(factor.unwrap_or(Decimal::new(100, 0))).ok()?);
    }
    Some(products)
}

/// Half a unit of the last digit that each figure was written with, and a cent.
fn room(item: &Node, units: Decimal, price: Decimal) -> Decimal {
    let half = |name: &str| {
        let scale = item.leaf(name).ok().flatten().map_or(2, written_scale);
        Decimal::new(5, (scale + 1).min(18))
    };
    let of_price = units.abs().checked_mul(half("UNITPRICE")).unwrap_or_default();
    let of_units = price.abs().checked_mul(half("UNITS")).unwrap_or_default();
    // A figure without decimals is exact more often than it is rounded.
    let whole = |name: &str| item.leaf(name).ok().flatten().is_some_and(|text| written_scale(text) == 0);
    let mut room = Decimal::new(1, 2);
    for (name, more) in [("UNITPRICE", of_price), ("UNITS", of_units)] {
        if !whole(name) {
            room = room.checked_add(more).unwrap_or(room);
        }
    }
    room
}

fn is_near(a: Decimal, b: Decimal, room: Decimal) -> bool {
    a.checked_sub(b).is_ok_and(|off| off.abs() <= room)
}

/// The value that units and price make, where the stated one is another.
pub(super) fn expected_value(item: &Node, position: &Position, securities: &Securities) -> Option<Decimal> {
    let (units, price, stated) = (position.quantity.0, position.price?, position.market_value?);
    let products = products(units, price, item, &position.instrument, securities)?;
    let room = room(item, units, price);
    (!products.iter().any(|product| is_near(*product, stated.abs(), room))).then(|| products.last().copied())?
}

/// The total that units, price and charges make, where the stated one is another. Nought units or a nought price say nothing.
pub(super) fn expected_total(item: &Node, transaction: &Transaction, securities: &Securities) -> Option<Decimal> {
    use TransactionKind as K;
    if !matches!(transaction.kind, K::Buy | K::Sell | K::Reinvest) {
        return None;
    }
    let (units, price, stated) = (transaction.quantity?.0, transaction.price?, transaction.net?.abs());
    if units.is_zero() || price.is_zero() {
        return None;
    }
    let charges = ["MARKUP", "MARKDOWN", "ACCRDINT", "PENALTY"];
    let optional = charges.iter().filter_map(|name| figure(item, name).ok().flatten());
    let more = optional.fold(Decimal::ZERO, |sum, charge| sum.checked_add(charge.abs()).unwrap_or(sum));
    let costs = transaction.fees.checked_add(transaction.taxes).ok()?.abs();
    let room = room(item, units, price).checked_add(more).ok()?;
    let products = products(units, price, item, transaction.instrument.as_deref().unwrap_or_default(), securities)?;
    let fits = products.iter().any(|product| {
        is_near(*product, stated, room)
            || [product.checked_add(costs), product.checked_sub(costs)]
                .into_iter()
                .flatten()
                .any(|sum| is_near(sum, stated, room))
    });
    let expected = products.last()?;
    let expected = if transaction.kind == K::Sell { expected.checked_sub(costs) } else { expected.checked_add(costs) };
    (!fits).then_some(expected.ok()?)
}

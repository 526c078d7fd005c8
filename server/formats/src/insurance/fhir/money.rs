//! Amounts of FHIR: `Money` of R4 and R5 (`value`, `currency`) and of STU3 (`value`, `system`, `code`).

use crate::{insurance::record::Amount, json::Value};
use guichet_types::{Currency, Decimal};

/// An amount; the currency may be left out by the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Money {
    pub value: Decimal,
    pub currency: Option<Currency>,
}

impl Money {
    /// For a record, which shows no amount without a currency.
    pub fn amount(self) -> Option<Amount> {
        self.currency.map(|currency| Amount { value: self.value, currency })
    }
}

/// Reads an amount; none where there is none.
///
/// # Errors
/// When there is one that cannot be read for certain: the reason, for the operator.
pub(super) fn money(value: &Value) -> Result<Option<Money>, String> {
    let stated = value.get("value");
    if stated.is_null() {
        return Ok(None);
    }
    let number = stated.any_number().ok_or_else(|| format!("The amount {} cannot be read.", stated.to_json(60)))?;
    let word = match value.get("currency") {
        Value::Null => value.get("code"),
        word => word,
    };
    let currency = match word {
        Value::Null => None,
        Value::Text(text) => {
            Some(text.parse().map_err(|_| format!("The currency {text:?} of the amount {number} is no currency."))?)
        }
        other => return Err(format!("The currency {} of the amount {number} is no currency.", other.to_json(60))),
    };
    Ok(Some(Money { value: number, currency }))
}

/// The product, where it fits.
pub(super) fn times(one: Decimal, other: Decimal) -> Option<Decimal> {
    let (a, b) = (one.to_units(one.scale()).ok()?, other.to_units(other.scale()).ok()?);
    let scale = one.scale() + other.scale();
    (scale <= 18).then(|| Decimal::new(i128::from(a) * i128::from(b), scale))
}

/// The sum of amounts of one currency; none when they are of several or it does not fit.
pub(super) fn sum(amounts: impl IntoIterator<Item = Money>) -> Option<Money> {
    let mut amounts = amounts.into_iter();
    let first = amounts.next()?;
    amounts.try_fold(first, |sum, next| {
        let value = sum.value.checked_add(next.value).ok()?;
        (sum.currency == next.currency).then_some(Money { value, ..sum })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_product_is_exact(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000, s in 0_u8..6, t in 0_u8..6) {
            let product = times(Decimal::from_units(a, s), Decimal::from_units(b, t));
            prop_assert_eq!(product, Some(Decimal::new(i128::from(a) * i128::from(b), s + t)));
        }
    }
}

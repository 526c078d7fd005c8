//! Prices and quantities, and what a holding is worth: exact until the one rounding, half to even, at the smallest unit.

use crate::{Currency, Decimal, DecimalError, Money};
use std::{fmt, str::FromStr};

/// How many there are of an instrument: units, or the face amount where it is quoted in percent. Below nought is owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub Decimal);

/// What a price is counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PriceUnit {
    /// An amount of money for one unit.
    #[default]
    Currency,
    /// Percent of the face amount: bonds.
    Percent,
}

/// A price as it is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Price {
    /// The figure as the source gives it; `1234.5` of pence.
    pub amount: Decimal,
    /// The main currency: `GBP` where pence are quoted.
    pub currency: Currency,
    /// Money for a unit, or percent.
    pub unit: PriceUnit,
    /// How many of the quoted unit make one of the currency: 1, or 100 for pence.
    pub minor_divisor: u32,
}

/// The main currency of a quote and how many of the quoted unit make one of it. Feeds write pence as `GBp` or `GBX`, South
/// African cents as `ZAc` or `ZAC`, agorot as `ILA`, Kuwaiti fils as `KWF`; every other code stands for itself.
#[must_use]
pub fn quoted_currency(text: &str) -> Option<(Currency, u32)> {
    let (code, divisor) = match text {
        "GBp" | "GBX" | "GBx" => ("GBP", 100),
        "ZAc" | "ZAC" => ("ZAR", 100),
        "ILA" | "ILa" => ("ILS", 100),
        "KWF" => ("KWD", 1_000),
        _ => (text, 1),
    };
    code.parse().ok().map(|currency| (currency, divisor))
}

impl Price {
    /// A plain price: so much money for one unit.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency, unit: PriceUnit::Currency, minor_divisor: 1 }
    }

    /// A price whose currency is as a feed writes it (`GBp`).
    #[must_use]
    pub fn quoted(amount: Decimal, currency: &str) -> Option<Self> {
        let (currency, minor_divisor) = quoted_currency(currency)?;
        Some(Self { amount, currency, unit: PriceUnit::Currency, minor_divisor })
    }

    /// By what the figure is divided to get money: 100 for percent, times the divisor of the minor unit.
    fn divisor(self) -> Decimal {
        let percent = if self.unit == PriceUnit::Percent { 100 } else { 1 };
        Decimal::new(percent * i128::from(self.minor_divisor), 0)
    }

    /// What `quantity` is worth in the price's currency: quantity × price × `factor` / divisor, rounded once, half to even,
    /// at the smallest unit. `factor` is the instrument's price factor, 1 for most, the contract size of an option.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn value(self, quantity: Quantity, factor: Decimal) -> Result<Money, DecimalError> {
        self.value_in(quantity, factor, &Rate::same(self.currency))
    }

    /// The same in another currency. The value is not rounded before it is converted.
    ///
    /// # Errors
    /// When it does not fit, the rate is of another currency (`Syntax`), or is nought.
    pub fn value_in(self, quantity: Quantity, factor: Decimal, rate: &Rate) -> Result<Money, DecimalError> {
        if rate.from != self.currency {
            return Err(DecimalError::Syntax);
        }
        let gross = quantity.0.checked_mul(self.amount)?.checked_mul(factor)?;
        let value = gross.mul_div(rate.buys, rate.sells.checked_mul(self.divisor())?, rate.to.digits())?;
        Money::from_decimal(value, rate.to)
    }
}

/// A rate of exchange, kept as two numbers so that a cross rate loses nothing: `sells` of `from` are `buys` of `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    from: Currency,
    to: Currency,
    sells: Decimal,
    buys: Decimal,
}

impl Rate {
    /// A currency for itself.
    #[must_use]
    pub fn same(currency: Currency) -> Self {
        let one = Decimal::new(1, 0);
        Self { from: currency, to: currency, sells: one, buys: one }
    }

    /// One `from` is `rate` of `to`; none unless the rate is above nought.
    #[must_use]
    pub fn new(from: Currency, to: Currency, rate: Decimal) -> Option<Self> {
        (rate > Decimal::ZERO).then_some(Self { from, to, sells: Decimal::new(1, 0), buys: rate })
    }

    /// By way of the euro: one euro is `from_rate` of `from` and `to_rate` of `to` (1 for the euro itself), as the European
    /// Central Bank writes it. None unless both are above nought.
    #[must_use]
    pub fn by_euro(from: Currency, from_rate: Decimal, to: Currency, to_rate: Decimal) -> Option<Self> {
        let sound = from_rate > Decimal::ZERO && to_rate > Decimal::ZERO;
        sound.then_some(Self { from, to, sells: from_rate, buys: to_rate })
    }

    /// An amount in the other currency, rounded half to even at its smallest unit.
    ///
    /// # Errors
    /// When the amount is of another currency (`Syntax`), or the result does not fit.
    pub fn convert(&self, amount: Money) -> Result<Money, DecimalError> {
        Price::new(amount.to_decimal(), amount.currency).value_in(
            Quantity(Decimal::new(1, 0)),
            Decimal::new(1, 0),
            self,
        )
    }

    /// How much of `to` one `from` is, rounded half to even at `digits`. For showing; to convert, use the rate itself.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn shown(&self, digits: u8) -> Result<Decimal, DecimalError> {
        self.buys.mul_div(Decimal::new(1, 0), self.sells, digits)
    }
}

impl FromStr for Quantity {
    type Err = DecimalError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn c(text: &str) -> Currency {
        text.parse().unwrap_or(Currency::EUR)
    }

    const ONE: fn() -> Decimal = || Decimal::new(1, 0);

    #[test]
    fn a_share_a_bond_an_option_and_pence_are_valued() {
        let plain = Price::new(d("98.125"), Currency::EUR);
        assert_eq!(plain.value(Quantity(d("3")), ONE()), Ok(Money::new(29_438, Currency::EUR)), "294.375: to even");
        let bond = Price { unit: PriceUnit::Percent, ..plain };
        assert_eq!(bond.value(Quantity(d("10000")), ONE()), Ok(Money::new(981_250, Currency::EUR)));
        assert_eq!(plain.value(Quantity(d("2")), d("100")), Ok(Money::new(1_962_500, Currency::EUR)));
        let pence = Price::quoted(d("1234.5"), "GBp").unwrap_or(plain);
        assert_eq!(pence.value(Quantity(d("10")), ONE()), Ok(Money::new(12_345, c("GBP"))));
        let yen = Price::new(d("1250.5"), c("JPY"));
        assert_eq!(yen.value(Quantity(d("1")), ONE()), Ok(Money::new(1_250, c("JPY"))));
    }

    #[test]
    fn a_cross_rate_goes_by_the_euro_and_is_rounded_once() {
        // 100 USD at 1.1790 and 129.62: 100 × 129.62 / 1.1790 = 10994.06… yen.
        let rate = Rate::by_euro(c("USD"), d("1.1790"), c("JPY"), d("129.62"));
        assert_eq!(rate.map(|rate| rate.convert(Money::new(10_000, c("USD")))), Some(Ok(Money::new(10_994, c("JPY")))));
        assert_eq!(rate.map(|rate| rate.shown(6)), Some(Ok(d("109.940628"))));
        assert_eq!(rate.map(|rate| rate.convert(Money::new(1, Currency::EUR))), Some(Err(DecimalError::Syntax)));
        assert_eq!(Rate::by_euro(c("USD"), d("0"), c("JPY"), d("129.62")), None);
        assert_eq!(Rate::new(c("USD"), c("JPY"), d("-1")), None);
        let price = Price::new(d("0.333"), c("USD"));
        let rate = Rate::new(c("USD"), Currency::EUR, d("0.5")).unwrap_or(Rate::same(c("USD")));
        // 0.333 × 0.5 = 0.1665, which is 0.17; rounded to cents first it would be 0.165, which is 0.16.
        assert_eq!(price.value_in(Quantity(ONE()), ONE(), &rate), Ok(Money::new(17, Currency::EUR)));
    }

    #[test]
    fn minor_units_are_known_by_their_codes() {
        for (text, code, divisor) in
            [("GBp", "GBP", 100), ("GBX", "GBP", 100), ("ZAc", "ZAR", 100), ("ILA", "ILS", 100), ("EUR", "EUR", 1)]
        {
            assert_eq!(quoted_currency(text), Some((c(code), divisor)), "{text}");
        }
        assert_eq!(quoted_currency("eur"), None);
    }

    proptest! {
        #[test]
        fn a_pence_price_values_as_the_pound_price_does(price in 1_i64..1_000_000_000, quantity in 1_i64..1_000_000) {
            let pence = Price::quoted(Decimal::from_units(price, 3), "GBX").unwrap_or(Price::new(d("0"), c("GBP")));
            let pounds = Price::new(Decimal::from_units(price, 5), c("GBP"));
            let quantity = Quantity(Decimal::from_units(quantity, 2));
            prop_assert_eq!(pence.value(quantity, ONE()), pounds.value(quantity, ONE()));
        }
    }
}

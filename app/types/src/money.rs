//! Money: a whole number of a currency's smallest unit.

use crate::{Decimal, DecimalError};
use std::{fmt, str::FromStr};

/// An ISO 4217 currency code, three capital letters. Codes that are not in force are kept: old statements have them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// The text is not three letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrencyError;

impl fmt::Display for CurrencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a currency is three capital letters")
    }
}

impl std::error::Error for CurrencyError {}

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits behind the point of the smallest unit: ISO 4217 list one, "minor unit". Two where the list says nothing.
    #[must_use]
    pub const fn digits(self) -> u8 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err(CurrencyError),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of money: minor units (cents) of a currency, signed; below nought is owed by the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// The currency they are of.
    pub currency: Currency,
}

/// Why two amounts cannot be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// They are of two currencies.
    CurrencyMismatch,
    /// The result does not fit 64 bits.
    Overflow,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CurrencyMismatch => "the amounts are of two currencies",
            Self::Overflow => "the amount is too large",
        })
    }
}

impl std::error::Error for MoneyError {}

impl Money {
    /// `minor` smallest units of `currency`.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// From an exact decimal in major units.
    ///
    /// # Errors
    /// When the amount is finer than the currency's smallest unit, or too large.
    pub fn from_decimal(amount: Decimal, currency: Currency) -> Result<Self, DecimalError> {
        amount.to_units(currency.digits()).map(|minor| Self { minor, currency })
    }

    /// In major units.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_units(self.minor, self.currency.digits())
    }

    /// With every digit of the currency, point as decimal sign, no grouping: `-12.50`. For files, not for screens.
    #[must_use]
    pub fn to_plain(self) -> String {
        let digits = usize::from(self.currency.digits());
        let text = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, behind) = text.split_at(text.len() - digits);
        let sign = if self.minor < 0 { "-" } else { "" };
        if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{behind}") }
    }

    /// The sum, of one currency.
    ///
    /// # Errors
    /// When the currencies differ or the sum does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yen_has_no_cents_and_the_dinar_has_a_thousand() {
        let jpy = Money::new(1250, "JPY".parse().unwrap_or(Currency::EUR));
        let bhd = Money::new(-1250, "BHD".parse().unwrap_or(Currency::EUR));
        assert_eq!((jpy.to_plain().as_str(), bhd.to_plain().as_str()), ("1250", "-1.250"));
        assert_eq!(Money::new(-5, Currency::EUR).to_plain(), "-0.05");
    }

    #[test]
    fn two_currencies_are_never_added() {
        let usd = "USD".parse().unwrap_or(Currency::EUR);
        assert_eq!(Money::new(1, Currency::EUR).checked_add(Money::new(1, usd)), Err(MoneyError::CurrencyMismatch));
        assert_eq!(Money::new(i64::MAX, usd).checked_add(Money::new(1, usd)), Err(MoneyError::Overflow));
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        for text in ["", "EU", "EURO", "eur", "E1R"] {
            assert_eq!(text.parse::<Currency>(), Err(CurrencyError), "{text:?}");
        }
    }
}

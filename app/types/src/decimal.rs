//! An exact decimal number, as bank files write amounts: an integer and the number of digits behind the point.

use std::{cmp::Ordering, fmt, str::FromStr};

/// Most digits behind the point. ISO 20022 allows five; real files have shown thirteen.
const MAX_SCALE: u8 = 18;
/// Most digits in all; below the 38 that fit an `i128`, so that sums of a million amounts cannot overflow.
const MAX_DIGITS: usize = 30;

/// `mantissa / 10^scale`, always normalised: no trailing zero behind the point, and zero has no sign.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Nothing there.
    Empty,
    /// A character that has no place in a number.
    Syntax,
    /// More than 30 digits, or more than 18 behind the point.
    TooLong,
    /// A sum that does not fit.
    Overflow,
    /// More digits behind the point than the unit has.
    TooFine,
    /// A division by nought.
    DivisionByZero,
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the amount is empty",
            Self::Syntax => "the amount is not a number",
            Self::TooLong => "the amount has too many digits",
            Self::Overflow => "the sum is too large",
            Self::TooFine => "the amount is finer than the currency's smallest unit",
            Self::DivisionByZero => "a number cannot be divided by nought",
        })
    }
}

impl std::error::Error for DecimalError {}

impl Decimal {
    /// Nought.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };

    /// The number `mantissa / 10^scale`.
    #[must_use]
    pub fn new(mantissa: i128, scale: u8) -> Self {
        let (mut mantissa, mut scale) = (mantissa, scale);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self { mantissa, scale }
    }

    /// Reads digits with at most one `point` between or beside them, and an optional leading sign.
    /// `1,50` with `point = b','` is MT940's form, `1.50` with `b'.'` that of XML. No exponent, no grouping.
    ///
    /// # Errors
    /// When the text is empty, has another character, or is too long.
    pub fn parse(text: &str, point: u8) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.as_bytes() {
            [] => return Err(DecimalError::Empty),
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (mut mantissa, mut scale, mut count, mut seen, mut behind) = (0_i128, 0_u8, 0_usize, false, false);
        for &byte in digits {
            if byte == point && !behind {
                behind = true;
                continue;
            }
            if !byte.is_ascii_digit() {
                return Err(DecimalError::Syntax);
            }
            seen = true;
            count += usize::from(mantissa != 0 || byte != b'0');
            scale += u8::from(behind);
            if count > MAX_DIGITS || scale > MAX_SCALE {
                return Err(DecimalError::TooLong);
            }
            mantissa = mantissa * 10 + i128::from(byte - b'0');
        }
        if !seen {
            return Err(if behind || negative { DecimalError::Syntax } else { DecimalError::Empty });
        }
        Ok(Self::new(if negative { -mantissa } else { mantissa }, scale))
    }

    /// The number without its point: the integer of `mantissa / 10^scale`.
    #[must_use]
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// Digits behind the point.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Below nought?
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Nought?
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The same size, not below nought.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self { mantissa: self.mantissa.abs(), scale: self.scale }
    }

    /// The other sign.
    #[must_use]
    pub const fn negate(self) -> Self {
        Self { mantissa: -self.mantissa, scale: self.scale }
    }

    /// The integer at `scale` digits behind the point.
    fn at(self, scale: u8) -> Option<i128> {
        10_i128.checked_pow(u32::from(scale - self.scale)).and_then(|factor| self.mantissa.checked_mul(factor))
    }

    /// The exact sum.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, DecimalError> {
        let scale = self.scale.max(other.scale);
        let sum = match (self.at(scale), other.at(scale)) {
            (Some(a), Some(b)) => a.checked_add(b),
            _ => None,
        };
        sum.map(|mantissa| Self::new(mantissa, scale)).ok_or(DecimalError::Overflow)
    }

    /// The exact difference.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn checked_sub(self, other: Self) -> Result<Self, DecimalError> {
        self.checked_add(other.negate())
    }

    /// The whole number of units of `10^-digits`, as an `i64`; `12.5` at 2 digits is 1250.
    ///
    /// # Errors
    /// When the number is finer than the unit (never rounded), or too large.
    pub fn to_units(self, digits: u8) -> Result<i64, DecimalError> {
        if self.scale > digits {
            return Err(DecimalError::TooFine);
        }
        self.at(digits).and_then(|units| i64::try_from(units).ok()).ok_or(DecimalError::Overflow)
    }

    /// `units / 10^digits`.
    #[must_use]
    pub fn from_units(units: i64, digits: u8) -> Self {
        Self::new(i128::from(units), digits)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        match (self.at(scale), other.at(scale)) {
            (Some(a), Some(b)) => a.cmp(&b),
            // Only one side can overflow, and then it is the larger in size.
            (None, _) => self.mantissa.cmp(&0),
            (_, None) => 0.cmp(&other.mantissa),
        }
    }
}

/// Normalised: `-12.5`, `0`, `1000`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = usize::from(self.scale);
        if self.mantissa < 0 {
            f.write_str("-")?;
        }
        if scale == 0 {
            return f.write_str(&digits);
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, behind) = padded.split_at(padded.len() - scale);
        write!(f, "{whole}.{behind}")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text, b'.')
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_comma_is_a_point_only_where_the_format_says_so() {
        assert_eq!(Decimal::parse("1234,5", b',').map(|d| d.to_string()), Ok("1234.5".to_owned()));
        assert_eq!(Decimal::parse("1234,5", b'.'), Err(DecimalError::Syntax));
        assert_eq!(Decimal::parse("1.234,5", b','), Err(DecimalError::Syntax));
    }

    #[test]
    fn an_amount_without_digits_is_not_nought() {
        for text in ["", ".", "-", "-."] {
            assert!(Decimal::parse(text, b'.').is_err(), "{text:?}");
        }
        assert_eq!(Decimal::parse(".5", b'.'), Ok(Decimal::new(5, 1)));
        assert_eq!(Decimal::parse("5,", b','), Ok(Decimal::new(5, 0)));
    }

    #[test]
    fn an_amount_finer_than_the_unit_is_refused_and_never_rounded() {
        assert_eq!("0.005".parse::<Decimal>().and_then(|d| d.to_units(2)), Err(DecimalError::TooFine));
        assert_eq!("8.850".parse::<Decimal>().and_then(|d| d.to_units(2)), Ok(885));
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_the_same(mantissa in -1_000_000_000_000_000_000_i128..1_000_000_000_000_000_000, scale in 0_u8..12) {
            let number = Decimal::new(mantissa, scale);
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn a_sum_less_one_part_is_the_other(a in any::<i64>(), b in any::<i64>(), s in 0_u8..6, t in 0_u8..6) {
            let (a, b) = (Decimal::from_units(a, s), Decimal::from_units(b, t));
            let sum = a.checked_add(b);
            prop_assert_eq!(sum.and_then(|sum| sum.checked_sub(b)), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.checked_sub(b).map_or(Ordering::Equal, |d| d.cmp(&Decimal::ZERO)));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = Decimal::parse(&text, b'.');
            let _ = Decimal::parse(&text, b',');
        }
    }
}

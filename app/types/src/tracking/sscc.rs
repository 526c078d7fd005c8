//! The Serial Shipping Container Code of GS1: eighteen digits on a logistic unit.

use super::{NumberFormat, TrackingError, TrackingNumber, shape};
use std::{fmt, str::FromStr};

/// A checked SSCC: eighteen digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sscc(String);

impl Sscc {
    /// The eighteen digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the seventeen digits before the check digit, which an EPC leaves out: extension, company prefix, serial.
    ///
    /// # Errors
    /// When there are not seventeen digits.
    pub fn from_seventeen(digits: &str) -> Result<Self, TrackingError> {
        if !shape::digits(digits.as_bytes(), 17) {
            return Err(TrackingError::Syntax);
        }
        Ok(Self(format!("{digits}{}", char::from(shape::mod10_right(digits.as_bytes())))))
    }
}

/// Reads eighteen digits, or twenty with the application identifier `00` or `(00)` before them; spaces are taken out.
impl FromStr for Sscc {
    type Err = TrackingError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = TrackingNumber::normalise(text);
        let digits = match text.strip_prefix("(00)") {
            Some(rest) => rest,
            None if text.len() == 20 => text.strip_prefix("00").unwrap_or(&text),
            None => &text,
        };
        if digits.is_empty() {
            return Err(TrackingError::Empty);
        }
        if !shape::digits(digits.as_bytes(), 18) {
            return Err(TrackingError::Syntax);
        }
        let (data, found) = digits.split_at(17);
        let expected = char::from(shape::mod10_right(data.as_bytes()));
        match found.chars().next() {
            Some(found) if found != expected => {
                Err(TrackingError::CheckDigit { format: NumberFormat::Sscc, expected, found })
            }
            _ => Ok(Self(digits.to_owned())),
        }
    }
}

impl fmt::Display for Sscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

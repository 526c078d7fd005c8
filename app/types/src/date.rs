//! A civil date, without time and without zone: a booking date in Rouen is the same date in Tokyo.

use std::{fmt, str::FromStr};

/// A day of the proleptic Gregorian calendar, as days since 1970-01-01. Years 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// The year, month and day do not name a day (31 November), or the text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateError;

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such date")
    }
}

impl std::error::Error for DateError {}

/// Days of a month.
const fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Date {
    /// The day of a calendar date.
    ///
    /// # Errors
    /// When there is no such date.
    pub const fn new(year: i32, month: u8, day: u8) -> Result<Self, DateError> {
        if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) {
            return Err(DateError);
        }
        // Years counted from March, so that the leap day is the last of its year.
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month_of_year = (month as i32 + 9) % 12;
        let day_of_year = (153 * month_of_year + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Ok(Self(era * 146_097 + day_of_era - 719_468))
    }

    /// From days since 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Year, month 1–12, day 1–31.
    #[must_use]
    pub const fn ymd(self) -> (i32, u8, u8) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_of_year = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
        let month = if month_of_year < 10 { month_of_year + 3 } else { month_of_year - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month as u8, day as u8)
    }

    /// Monday is 1, Sunday is 7.
    #[must_use]
    pub const fn weekday(self) -> u8 {
        ((self.0 + 3).rem_euclid(7) + 1) as u8
    }

    /// So many days later, or earlier.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

/// ISO 8601: `2026-11-17`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads `2026-11-17`, nothing before or behind it.
impl FromStr for Date {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(DateError);
        }
        let number = |range: std::ops::Range<usize>| -> Result<i32, DateError> {
            bytes[range].iter().try_fold(0, |sum, digit| {
                if digit.is_ascii_digit() { Ok(sum * 10 + i32::from(digit - b'0')) } else { Err(DateError) }
            })
        };
        let part = |range| number(range).and_then(|n| u8::try_from(n).map_err(|_| DateError));
        Self::new(number(0..4)?, part(5..7)?, part(8..10)?)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
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
    fn the_epoch_is_a_thursday() {
        assert_eq!(Date::new(1970, 1, 1), Ok(Date::from_days(0)));
        assert_eq!(Date::from_days(0).weekday(), 4);
        assert_eq!(Date::new(2026, 11, 17).map(Date::weekday), Ok(2));
    }

    #[test]
    fn thirty_february_is_no_day() {
        assert_eq!(Date::new(2024, 2, 30), Err(DateError));
        assert!(Date::new(2024, 2, 29).is_ok() && Date::new(2000, 2, 29).is_ok());
        assert_eq!(Date::new(1900, 2, 29), Err(DateError));
        for text in ["2026-11-31", "2026-11-7", "2026/11/17", "+026-11-17", "2026-11-17Z", ""] {
            assert_eq!(text.parse::<Date>(), Err(DateError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn days_and_calendar_agree(days in -719_162_i32..2_932_897) {
            let date = Date::from_days(days);
            let (year, month, day) = date.ymd();
            prop_assert_eq!(Date::new(year, month, day), Ok(date));
            prop_assert_eq!(date.to_string().parse(), Ok(date));
        }
    }
}

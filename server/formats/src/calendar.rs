//! Dates and times as files write them.

use guichet_types::{Date, Timestamp};

/// A date and time of XML Schema, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The day as written, in the sender's own time.
    pub date: Date,
    /// The instant; a time without offset is taken as UTC.
    pub at: Timestamp,
}

/// Reads `xs:dateTime`: `2026-11-17T08:00:00.123+01:00`.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let date: Date = day.parse().ok()?;
    let rest = rest.strip_prefix('T')?;
    let (hour, minute, second) = (number(rest, 0)?, number(rest, 3)?, number(rest, 6)?);
    let colons = rest.as_bytes().get(2) == Some(&b':') && rest.as_bytes().get(5) == Some(&b':');
    let fits = (hour < 24 && minute < 60 && second < 60) || (hour, minute, second) == (24, 0, 0);
    if !colons || !fits {
        return None;
    }
    let mut rest = rest.get(8..)?;
    let mut millis = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        let padded = fraction.bytes().take(digits).chain(std::iter::repeat(b'0')).take(3);
        millis = padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        rest = &fraction[digits..];
    }
    let offset = zone(rest)?;
    let minutes = i64::from(date.days()) * 1_440 + hour * 60 + minute - offset;
    Some(Moment { date, at: Timestamp((minutes * 60 + second) * 1_000 + millis) })
}

/// Reads `xs:date`: `2026-11-17`, with or without a zone behind it.
pub(crate) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    zone(text.get(10..)?)?;
    text.get(..10)?.parse().ok()
}

/// A day out of whatever stands where a date is due: a date, or a date and time.
pub(crate) fn day_of_any(text: &str) -> Option<Date> {
    day(text).or_else(|| moment(text).map(|moment| moment.date)).or_else(|| {
        // `2024-03-07 10:00` and other tails: the day itself is plain.
        let text = text.trim();
        text.get(10..11).filter(|next| matches!(*next, "T" | " ")).and_then(|_| text.get(..10)?.parse().ok())
    })
}

/// Minutes that a zone is before UTC; nothing written is nought.
fn zone(text: &str) -> Option<i64> {
    match text {
        "" | "Z" => Some(0),
        _ => {
            let sign = match text.as_bytes()[0] {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let (hours, minutes) = (number(text, 1)?, number(text, 4)?);
            let fits = text.len() == 6
                && text.as_bytes()[3] == b':'
                && (hours < 14 && minutes < 60 || (hours, minutes) == (14, 0));
            fits.then_some(sign * (hours * 60 + minutes))
        }
    }
}

/// Two digits at a place.
fn number(text: &str, at: usize) -> Option<i64> {
    let digits = text.as_bytes().get(at..at + 2)?;
    digits.iter().all(u8::is_ascii_digit).then(|| i64::from(digits[0] - b'0') * 10 + i64::from(digits[1] - b'0'))
}

/// A six-digit date of SWIFT: years from 80 are of the last century.
pub(crate) fn swift_day(text: &str) -> Option<Date> {
    let (year, month, day) = (number(text, 0)?, number(text, 2)?, number(text, 4)?);
    let year = i32::try_from(if year < 80 { 2000 + year } else { 1900 + year }).ok()?;
    Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()
}

/// A month and day of SWIFT, in the year that brings it nearest to `near`: the entry date at the turn of a year.
pub(crate) fn swift_day_near(text: &str, near: Date) -> Option<Date> {
    let (month, day) = (u8::try_from(number(text, 0)?).ok()?, u8::try_from(number(text, 2)?).ok()?);
    let year = near.ymd().0;
    let candidates = [year, year - 1, year + 1].into_iter().filter_map(|year| Date::new(year, month, day).ok());
    candidates.min_by_key(|date| (date.days() - near.days()).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_the_instant_and_not_the_day() {
        let local = moment("2026-01-01T00:30:00+01:00");
        assert_eq!(local.map(|m| m.date.to_string()), Some("2026-01-01".to_owned()));
        assert_eq!(local.map(|m| m.at), moment("2025-12-31T23:30:00.000Z").map(|m| m.at));
        for text in [
            "2026-01-01",
            "2026-01-01T24:00:01",
            "2026-01-01T1:00:00",
            "2026-02-30T00:00:00",
            "2026-01-01T00:00:00+15:00",
            "2026-01-01T00:00:00ü",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn the_entry_date_follows_the_value_date_over_new_year() {
        let near = |text, near| swift_day(near).and_then(|near| swift_day_near(text, near)).map(|d| d.to_string());
        assert_eq!(near("0102", "251231"), Some("2026-01-02".to_owned()));
        assert_eq!(near("1231", "260102"), Some("2025-12-31".to_owned()));
        assert_eq!(near("0229", "240301"), Some("2024-02-29".to_owned()));
        assert_eq!(near("0230", "240301"), None);
        assert_eq!(swift_day("991231").map(|d| d.to_string()), Some("1999-12-31".to_owned()));
    }
}

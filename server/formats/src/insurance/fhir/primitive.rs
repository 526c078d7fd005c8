//! The primitive types of FHIR (R4, section 2.24.0.1): what a date, an instant, a code and an id may look like.

use crate::{calendar, insurance::record::When};
use guichet_types::Date;

/// `instant`: date and time to the second, with a zone.
pub(super) fn is_instant(text: &str) -> bool {
    zoned(text)
}

/// `dateTime`: a year, a month, a day, or a day and time with a zone.
pub(super) fn is_date_time(text: &str) -> bool {
    is_date(text) || zoned(text)
}

/// `date`: a year, a month, or a day.
pub(super) fn is_date(text: &str) -> bool {
    match text.len() {
        4 => format!("{text}-01-01").parse::<Date>().is_ok(),
        7 => format!("{text}-01").parse::<Date>().is_ok(),
        _ => text.parse::<Date>().is_ok(),
    }
}

fn zoned(text: &str) -> bool {
    // A leap second is a time, too.
    let plain = if text.get(16..19) == Some(":60") { text.replacen(":60", ":59", 1) } else { text.to_owned() };
    let behind = text.get(19..).unwrap_or_default();
    text.trim() == text
        && calendar::moment(&plain).is_some()
        && behind.ends_with(|c: char| c == 'Z' || c.is_ascii_digit())
        && (behind.ends_with('Z') || behind.contains(['+', '-']))
}

/// `code`: no blank at its ends, no two in a row, no other white space.
pub(super) fn is_code(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains("  ") && !text.contains(['\t', '\n', '\r'])
}

/// `id`: letters, digits, `-` and `.`, at most 64.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

/// A `date` or `dateTime` that names a day; a year or a month alone does not.
pub(super) fn when(text: &str) -> Option<When> {
    if let Ok(date) = text.parse() {
        return Some(When { date, at: None });
    }
    calendar::moment(text).map(|moment| When { date: moment.date, at: Some(moment.at) })
}

/// The day of the same.
pub(super) fn day(text: &str) -> Option<Date> {
    when(text).map(|when| when.date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_zone_and_a_date_need_not_be_whole() {
        for good in ["2020", "2020-02", "2020-02-29", "2020-02-29T10:00:00Z", "2020-02-29T10:00:00.123+01:00"] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in
            ["", "20", "2020-13", "2019-02-29", "2020-02-29T10:00:00", "2020-02-29T10:00Z", "IGNORED_FIELD", "2020-2-1"]
        {
            assert!(!is_date_time(bad) && !is_instant(bad), "{bad}");
        }
        assert!(!is_instant("2020-02-29") && is_instant("2016-12-31T23:59:60Z"));
    }

    #[test]
    fn an_id_and_a_code_have_no_odd_letters() {
        assert!(is_id("a-1.B") && !is_id("a_1") && !is_id("") && !is_id(&"a".repeat(65)));
        assert!(is_code("a b") && !is_code(" a") && !is_code("a  b") && !is_code(""));
    }
}

//! Empty cells and times as price feeds write them.

use crate::time;
use guichet_types::{Date, Timestamp};

/// Whether a cell says that there is nothing: empty, `null`, `NaN`, `N/A`, `-`.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "" | "null" | "nan" | "none" | "n/a" | "na" | "n/d" | "-")
}

/// A day, and the instant where the text has one: `2026-11-17`, `20261117`, `2026-11-17 17:30:00+01:00`,
/// `2026-11-17T16:30:00Z`. A time without offset tells no instant. `11/17/2026` and its like are not taken: nobody knows
/// which is the month.
pub(super) fn feed_time(text: &str) -> Option<(Date, Option<Timestamp>)> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]).parse().ok().map(|date| (date, None));
    }
    let moment = time::iso(text)?;
    // The abbreviation of a zone means one thing in one country and another in the next: CST. An hour of one digit may have
    // lost the other.
    let is_plain = moment.whole_day || text.as_bytes().get(13) == Some(&b':');
    if !is_plain || !text.ends_with(|last: char| last == 'Z' || last.is_ascii_digit()) {
        return None;
    }
    let date = text.get(..10)?.parse().ok()?;
    Some((date, moment.offset.map(|_| moment.at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read_with_and_without_an_offset() {
        let read = |text| feed_time(text).map(|(date, at)| (date.to_string(), at.map(Timestamp::millis)));
        let day = "2026-11-17".to_owned();
        assert_eq!(read("2026-11-17"), Some((day.clone(), None)));
        assert_eq!(read("20261117"), Some((day.clone(), None)));
        assert_eq!(read("2026-11-17 01:00:00"), Some((day.clone(), None)));
        let instant = Some(1_794_870_000_000);
        for text in ["2026-11-17 00:00:00+01:00", "2026-11-17T00:00:00+0100", "2026-11-17T00:00+01:00"] {
            assert_eq!(read(text), Some((day.clone(), instant)), "{text}");
        }
        for text in [
            "11/17/2026",
            "2026-02-30",
            "2026-11-17x",
            "2026-11-17 25:00:00",
            "2026-11-17 10:00 CST",
            "",
            "2026-11-17Tü",
            "2026-11-17 +",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}", near in "[0-9eE+.: T-]{0,40}") {
            let _ = (feed_time(&text), feed_time(&near));
            let _ = feed_time(&format!("2026-11-17 {text}"));
        }
    }
}

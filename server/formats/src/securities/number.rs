//! Numbers and times as price feeds write them.

use guichet_types::{Date, Decimal, DecimalError, Timestamp};

/// Digits behind the point that are kept of a feed's number. Feeds print floats, whose last digits are noise.
const KEPT: usize = 18;

/// A number with a point and perhaps an exponent: `1234.5`, `7.1e-05`. Digits beyond the eighteenth behind the point are
/// rounded off, half up in size.
pub(super) fn feed_number(text: &str) -> Result<Decimal, DecimalError> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => {
            let sign = exponent.strip_prefix('+').unwrap_or(exponent);
            let number = sign.parse::<i32>().ok().filter(|exponent| exponent.abs() <= 30);
            (digits, number.ok_or(DecimalError::Syntax)?)
        }
        None => (text, 0),
    };
    if exponent == 0 {
        return plain(digits);
    }
    let (sign, digits) = match digits.as_bytes().first() {
        Some(b'-') => ("-", &digits[1..]),
        Some(b'+') => ("", &digits[1..]),
        _ => ("", digits),
    };
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    if !(whole.bytes().chain(behind.bytes())).all(|byte| byte.is_ascii_digit()) || whole.len() + behind.len() == 0 {
        return Err(DecimalError::Syntax);
    }
    let all = format!("{whole}{behind}");
    let point = i32::try_from(whole.len()).map_err(|_| DecimalError::TooLong)? + exponent;
    let moved = match usize::try_from(point) {
        Ok(point) if point >= all.len() => format!("{all}{}", "0".repeat(point - all.len())),
        Ok(point) => format!("{}.{}", &all[..point], &all[point..]),
        Err(_) => format!("0.{}{all}", "0".repeat(point.unsigned_abs() as usize)),
    };
    plain(&format!("{sign}{moved}"))
}

fn plain(text: &str) -> Result<Decimal, DecimalError> {
    match text.split_once('.') {
        Some((whole, behind)) if behind.len() > KEPT && behind.bytes().all(|byte| byte.is_ascii_digit()) => {
            let kept: Decimal = format!("{whole}.{}", &behind[..KEPT]).parse()?;
            let up = behind.as_bytes()[KEPT] >= b'5';
            let unit = Decimal::new(if text.starts_with('-') { -1 } else { 1 }, KEPT as u8);
            if up { kept.checked_add(unit) } else { Ok(kept) }
        }
        _ => text.parse(),
    }
}

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
    let date: Date = text.get(..10)?.parse().ok()?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some((date, None));
    }
    let time = rest.strip_prefix(['T', ' '])?;
    // `+0100` is `+01:00`, and a time may be without seconds.
    let mut time = time.to_owned();
    let zone = time.rfind(['+', '-']).unwrap_or(time.len());
    if time.len() == zone + 5 && time.is_char_boundary(zone + 3) {
        time.insert(zone + 3, ':');
    }
    if time.as_bytes().get(5).is_none_or(|byte| *byte != b':') && time.is_char_boundary(5.min(time.len())) {
        time.insert_str(5.min(time.len()), ":00");
    }
    let moment = crate::calendar::moment(&format!("{date}T{time}"))?;
    let stated = time.ends_with('Z') || time.contains(['+', '-']);
    Some((date, stated.then_some(moment.at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Option<String> {
        feed_number(text).ok().map(|number| number.to_string())
    }

    #[test]
    fn exponents_and_the_noise_of_floats_are_read() {
        for (text, read) in [
            ("7.1e-05", Some("0.000071")),
            ("1.5E3", Some("1500")),
            ("-2e0", Some("-2")),
            ("-12.5e-1", Some("-1.25")),
            ("0.00012345678901234567", Some("0.000123456789012346")),
            ("19.59000015258789", Some("19.59000015258789")),
            ("1,5", None),
            ("1.2.3", None),
            ("e5", None),
            ("1e", None),
            ("1e999", None),
            ("", None),
            ("0x1", None),
            ("--1", None),
        ] {
            assert_eq!(number(text).as_deref(), read, "{text}");
        }
    }

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
        for text in
            ["11/17/2026", "2026-02-30", "2026-11-17x", "2026-11-17 25:00:00", "", "2026-11-17Tü", "2026-11-17 +"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}", numeric in "[0-9eE+.: T-]{0,40}") {
            let _ = (feed_number(&text), feed_time(&text), feed_number(&numeric), feed_time(&numeric));
            let _ = feed_time(&format!("2026-11-17 {text}"));
        }
    }
}

//! Numbers with an exponent, as JSON and price feeds write them, into exact decimals.

use guichet_types::{Decimal, DecimalError};

/// Digits behind the point that are kept of a rounded number.
const KEPT: usize = 18;

/// Whether it is a number by the grammar of JSON, RFC 8259 section 6: `-0.5e+3`.
pub(crate) fn is_json(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, behind) = mantissa.split_once('.').map_or((mantissa, None), |(w, b)| (w, Some(b)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && behind.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// An exact decimal, with or without an exponent; none when it is no number or does not fit.
pub(crate) fn exact(text: &str) -> Option<Decimal> {
    let (digits, exponent) = parts(text).filter(|(_, exponent)| exponent.abs() <= 18)?;
    moved(digits, exponent).ok()?.parse().ok()
}

/// A number with a point and perhaps an exponent: `1234.5`, `7.1e-05`. Digits beyond the eighteenth behind the point are
/// rounded off, half up in size: feeds print floats, whose last digits are noise.
pub(crate) fn rounded(text: &str) -> Result<Decimal, DecimalError> {
    let (digits, exponent) = parts(text).filter(|(_, exponent)| exponent.abs() <= 30).ok_or(DecimalError::Syntax)?;
    let text = moved(digits, exponent)?;
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

/// The digits and the exponent; none when the exponent is no number.
fn parts(text: &str) -> Option<(&str, i32)> {
    match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => Some((digits, exponent.parse().ok()?)),
        None => Some((text, 0)),
    }
}

/// Moves the point of a number by as many places as the exponent says, which the callers have bounded.
fn moved(digits: &str, exponent: i32) -> Result<String, DecimalError> {
    if exponent == 0 {
        return Ok(digits.to_owned());
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
    Ok(format!("{sign}{moved}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            assert_eq!(rounded(text).ok().map(|number| number.to_string()).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn json_has_a_grammar_of_its_own_for_numbers() {
        for text in ["0", "-0.5e+3", "10.50", "1E9", "2e-07"] {
            assert!(is_json(text), "{text}");
        }
        for text in ["", "01", "-01", "1.", ".5", "+1", "1e", "1e+", "-", "--1", "1.2.3", "0x1", "NaN", "1_0"] {
            assert!(!is_json(text), "{text}");
        }
    }

    #[test]
    fn an_exact_number_is_never_rounded() {
        for (text, read) in [
            ("0.1", Some("0.1")),
            ("1e2", Some("100")),
            ("12.50E-1", Some("1.25")),
            ("-1e-18", Some("-0.000000000000000001")),
            ("0.00012345678901234567", None),
            ("1.5e-18", None),
            ("1e400", None),
            ("1e-400", None),
            ("1e19", None),
            ("9999999999999999999999999999999", None),
        ] {
            assert_eq!(exact(text).map(|number| number.to_string()).as_deref(), read, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}", near in "[0-9eE+.-]{0,40}") {
            let _ = (exact(&text), exact(&near), rounded(&text), rounded(&near));
        }
    }
}

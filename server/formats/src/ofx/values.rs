//! Amounts, numbers and times as OFX writes them.

use guichet_types::{Date, Decimal, Timestamp};

/// An amount of money. OFX 1.6 §3.2.9.1: a point or a comma before the decimals, no grouping. Grouping that can mean only
/// one thing is read all the same, and the second value says so.
///
/// # Errors
/// When it is no number, or when nobody can tell what its comma means: `1,234` of a currency that has no third decimal.
pub(super) fn amount(text: &str, digits: u8) -> Result<(Decimal, bool), String> {
    let behind = text.split_once(',').map(|(_, behind)| behind);
    if behind.is_some_and(|behind| behind.len() == 3 && !text.contains('.')) && digits < 3 {
        return Err(format!("nobody can tell whether the comma of {text:?} is before decimals or between thousands"));
    }
    number(text)
}

/// A number of any kind: units, price, rate.
///
/// # Errors
/// When it is no number.
pub(super) fn number(text: &str) -> Result<(Decimal, bool), String> {
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    let (decimal, group) = match (points, commas) {
        (_, 0) if points < 2 => ('.', None),
        (0, 1) => (',', None),
        // The separator that comes last is that of the decimals, unless there are several of it.
        _ if points == 0 || (commas == 1 && text.rfind(',') > text.rfind('.')) => {
            if points == 0 {
                ('.', Some(','))
            } else {
                (',', Some('.'))
            }
        }
        _ if commas == 0 => (',', Some('.')),
        _ => ('.', Some(',')),
    };
    let plain = match group {
        None => text.to_owned(),
        Some(group) => {
            let (whole, _) = text.split_once(decimal).unwrap_or((text, ""));
            let mut parts = whole.trim_start_matches(['+', '-']).split(group);
            let grouped =
                parts.next().is_some_and(|first| (1..=3).contains(&first.len())) && parts.all(|part| part.len() == 3);
            if !grouped {
                return Err(format!("{text:?} is no number"));
            }
            text.replace(group, "")
        }
    };
    let number = Decimal::parse(&plain, decimal as u8).map_err(|error| format!("{error}: {text:?}"))?;
    Ok((number, group.is_some()))
}

/// Digits that are written behind the point or comma; `100.00` has two.
pub(super) fn written_scale(text: &str) -> u8 {
    let behind = text.rfind(['.', ',']).map_or(0, |at| text.len() - at - 1);
    u8::try_from(behind.min(18)).unwrap_or(18)
}

/// A date, and the instant where there is a time: OFX 1.6 §3.2.8.2, `YYYYMMDDHHMMSS.XXX[-5:EST]`. Without a zone the time is
/// of Greenwich. The day is the one that is written.
pub(super) fn time(text: &str) -> Option<(Date, Option<Timestamp>)> {
    let (stamp, zone) = match text.split_once('[') {
        Some((stamp, zone)) => (stamp, Some(zone)),
        None => (text, None),
    };
    let stamp = stamp.trim();
    let digits = |from: usize, to: usize| -> Option<u8> {
        let part = stamp.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let year = stamp.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let date = Date::new(year.parse().ok()?, digits(4, 6)?, digits(6, 8)?).ok()?;
    let rest = stamp.get(8..)?;
    if rest.is_empty() {
        return Some((date, None));
    }
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let sound = matches!(whole.len(), 4 | 6) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute) = (digits(8, 10)?, digits(10, 12)?);
    let second = if whole.len() == 6 { digits(12, 14)? } else { 0 };
    if !sound || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = match zone {
        None => 0,
        Some(zone) => minutes(zone.split_once(']').map_or(zone, |(zone, _)| zone))?,
    };
    let minutes = i64::from(date.days()) * 1_440 + i64::from(hour) * 60 + i64::from(minute) - offset;
    Some((date, Some(Timestamp((minutes * 60 + i64::from(second)) * 1_000))))
}

/// Minutes ahead of Greenwich: `-5:EST`, `+5.30:IST` (hours and minutes, or `5.5`), `0`.
fn minutes(zone: &str) -> Option<i64> {
    let number = zone.split(':').next()?.trim();
    let (sign, number) = match number.as_bytes().first()? {
        b'-' => (-1, &number[1..]),
        b'+' => (1, &number[1..]),
        _ => (1, number),
    };
    let (hours, part) = number.split_once('.').unwrap_or((number, ""));
    let hours: i64 = hours.parse().ok().filter(|hours| (0..=14).contains(hours))?;
    let part: i64 = match part {
        "" | "0" | "00" => 0,
        "5" | "50" | "30" => 30,
        "75" | "45" => 45,
        "25" | "15" => 15,
        _ => return None,
    };
    Some(sign * (hours * 60 + part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_only_when_it_can_mean_one_thing() {
        for (text, read) in [
            ("-530,86", Some("-530.86")),
            ("+1.5", Some("1.5")),
            ("1,234.56", Some("1234.56")),
            ("1.234,56", Some("1234.56")),
            ("1,234,567", Some("1234567")),
            ("1.234.567", Some("1234567")),
            ("1.000", Some("1")),
            ("0,00", Some("0")),
            ("-.5", Some("-0.5")),
            ("1,234", None),
            ("12,34.56", None),
            ("1,2,3", None),
            ("1.2.3", None),
            ("", None),
            ("-", None),
            ("1 000", None),
            ("$5", None),
            ("1e3", None),
            ("1234,567.8", None),
        ] {
            assert_eq!(amount(text, 2).ok().map(|(number, _)| number.to_string()).as_deref(), read, "{text}");
        }
        assert_eq!(amount("1,234", 3).map(|(number, _)| number.to_string()), Ok("1.234".to_owned()));
        assert_eq!(amount("1,234.56", 2).map(|(_, odd)| odd), Ok(true));
    }

    #[test]
    fn a_time_keeps_its_day_and_knows_its_zone() {
        let read = |text| time(text).map(|(date, at)| (date.to_string(), at.map(Timestamp::millis)));
        assert_eq!(read("20050831"), Some(("2005-08-31".to_owned(), None)));
        let instant = Some(1_125_535_913_000);
        for text in ["20050901005153", "20050831165153.000[-8:PST]", "20050901062153[5.30:IST]", "20050901062153[+5.5]"]
        {
            assert_eq!(read(text).and_then(|(_, at)| at), instant, "{text}");
        }
        for text in [
            "20120231",
            "00000000",
            "",
            "2011061",
            "2011-06-14",
            "20110614x",
            "201106142561",
            "20110614[x]9",
            "２０１１",
        ] {
            assert_eq!(read(text).map(|_| text).filter(|text| !text.contains('[')), None, "{text}");
        }
    }
}

//! Times as carriers, feeds and standards write them, exact to the millisecond; a time without a zone is told to be one.

use guichet_types::{Date, Timestamp};

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// UTC; without a zone, the local time as if it were UTC.
    pub at: Timestamp,
    /// Minutes east of UTC.
    pub offset: Option<i32>,
    /// Only a day was told.
    pub whole_day: bool,
}

const DAY: i64 = 86_400_000;

/// ISO 8601 as XML Schema's `dateTime` has it: `2026-11-17T08:15:00.5+01:00`; also without seconds, with a space for the `T`,
/// with `+0100`, and a day alone. None when it is no such time, or no day of the calendar.
pub(crate) fn iso(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (day, rest) = text.split_at_checked(10)?;
    let date: Date = day.parse().ok()?;
    if rest.is_empty() {
        return moment(date, 0, None, true);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let zone_at = rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone_at);
    let offset = match zone.trim() {
        "" => None,
        zone => Some(zone_offset(zone)?),
    };
    moment(date, clock_millis(clock)?, offset, false)
}

/// As [`iso`], and the zone has to be there: XML Schema's `dateTimeStamp`.
pub(crate) fn stamp(text: &str) -> Option<Moment> {
    iso(text).filter(|moment| moment.offset.is_some())
}

/// A day, a time and a zone that stand apart, in the forms of the carriers: `20141023` and `061500`, `April 28, 2015` and
/// `9:01 am`, `10/19/2015` (month first) and `2:39 PM`, `2011-02-03` and `11:59:59` and `EST`.
pub(crate) fn apart(day: &str, time: Option<&str>, zone: Option<&str>) -> Option<Moment> {
    let date = any_date(day.trim())?;
    let offset = match zone.map(str::trim).filter(|zone| !zone.is_empty()) {
        None => None,
        Some(zone) => Some(zone_offset(zone)?),
    };
    match time.map(str::trim).filter(|time| !time.is_empty()) {
        None => moment(date, 0, offset, true),
        Some(time) => moment(date, any_clock(time)?, offset, false),
    }
}

/// A day in any of the forms.
fn any_date(text: &str) -> Option<Date> {
    let number = |part: &str| (part.len() <= 4 && digits(part)).then(|| part.parse::<i32>().ok()).flatten();
    let of = |year: i32, month: i32, day: i32| Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok();
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    if text.len() == 8 && digits(text) {
        return of(number(&text[..4])?, number(&text[4..6])?, number(&text[6..])?);
    }
    if let [month, day, year] = text.split('/').collect::<Vec<_>>()[..] {
        return (year.len() == 4).then(|| of(number(year)?, number(month)?, number(day)?)).flatten();
    }
    // `April 28, 2015`
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let [month, day, year] = words[..] else { return None };
    (year.len() == 4).then(|| of(number(year)?, i32::from(month_named(month)?), number(day)?)).flatten()
}

/// The month that a word begins with the first three letters of: `April`, `apr.`.
pub(crate) fn month_named(word: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let begin = word.get(..3)?;
    (1..).zip(MONTHS).find(|(_, name)| begin.eq_ignore_ascii_case(name)).map(|(month, _)| month)
}

/// A time of the day in any of the forms, in milliseconds.
fn any_clock(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let half = [("am", 0), ("pm", 12), ("a.m.", 0), ("p.m.", 12)].into_iter().find_map(|(mark, add)| {
        let clock = lower.strip_suffix(mark)?.trim_end();
        Some((clock.to_owned(), add))
    });
    if let Some((clock, add)) = half {
        let millis = clock_millis(&clock)?;
        let hour = millis / 3_600_000;
        return (1..=12).contains(&hour).then(|| millis - hour * 3_600_000 + (hour % 12 + add) * 3_600_000);
    }
    if digits(text) && matches!(text.len(), 4 | 6) {
        let seconds = if text.len() == 6 { &text[4..] } else { "00" };
        return clock_millis(&format!("{}:{}:{seconds}", &text[..2], &text[2..4]));
    }
    clock_millis(text)
}

/// `08:15`, `08:15:00`, `08:15:00.591`. More than milliseconds are cut off. 24:00:00 is the end of the day.
fn clock_millis(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once(['.', ',']).map_or((text, ""), |(clock, fraction)| (clock, fraction));
    if text.len() != clock.len() && (fraction.is_empty() || !digits(fraction)) {
        return None;
    }
    let parts: Vec<&str> = clock.split(':').collect();
    let part = |index: usize, most: i64| -> Option<i64> {
        let text = parts.get(index)?;
        let fits = digits(text) && (text.len() == 2 || (index == 0 && text.len() == 1));
        fits.then(|| text.parse().ok()).flatten().filter(|number| *number <= most)
    };
    let seconds = match parts.len() {
        2 if fraction.is_empty() => 0,
        3 => part(2, 60)?,
        _ => return None,
    };
    let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let millis = (part(0, 24)? * 3_600 + part(1, 59)? * 60 + seconds.min(59)) * 1_000 + thousandths;
    (millis <= DAY).then_some(millis)
}

/// `Z`, `+01:00`, `+0100`, `-06`, `GMT-08:00`, and the abbreviations that North American carriers use.
fn zone_offset(zone: &str) -> Option<i32> {
    const NAMES: [(&str, i32); 18] = [
        ("Z", 0),
        ("UTC", 0),
        ("GMT", 0),
        ("NST", -210),
        ("NDT", -150),
        ("AST", -240),
        ("ADT", -180),
        ("EST", -300),
        ("EDT", -240),
        ("CST", -360),
        ("CDT", -300),
        ("MST", -420),
        ("MDT", -360),
        ("PST", -480),
        ("PDT", -420),
        ("AKST", -540),
        ("AKDT", -480),
        ("HST", -600),
    ];
    if let Some((_, minutes)) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(zone)) {
        return Some(*minutes);
    }
    let zone = zone.strip_prefix("GMT").or_else(|| zone.strip_prefix("UTC")).unwrap_or(zone);
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let (hours, minutes) = match (rest.len(), rest.split_once(':')) {
        (5, Some(both)) => both,
        (4, None) => rest.split_at_checked(2)?,
        (2, None) => (rest, "00"),
        _ => return None,
    };
    if hours.len() != 2 || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then_some(sign * total)
}

/// EPCIS `eventTimeZoneOffset`: a sign, hours to 14, a colon, minutes.
pub(crate) fn epcis_offset(text: &str) -> Option<i32> {
    (text.len() == 6 && text.starts_with(['+', '-'])).then(|| zone_offset(text)).flatten()
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn moment(date: Date, millis: i64, offset: Option<i32>, whole_day: bool) -> Option<Moment> {
    let local = i64::from(date.days()) * DAY + millis;
    let at = Timestamp(local - i64::from(offset.unwrap_or(0)) * 60_000);
    Some(Moment { at, offset, whole_day })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: Option<Moment>) -> Option<(i64, Option<i32>, bool)> {
        moment.map(|moment| (moment.at.millis(), moment.offset, moment.whole_day))
    }

    #[test]
    fn the_same_instant_is_read_from_every_form() {
        let instant = 1_571_662_736_000;
        for text in [
            "2019-10-21T14:58:56.000+02:00",
            "2019-10-21T12:58:56Z",
            "2019-10-21 15:58:56 +0300",
            "2019-10-21T08:28:56-04:30",
        ] {
            assert_eq!(at(iso(text)).map(|moment| moment.0), Some(instant), "{text}");
        }
        assert_eq!(at(apart("20191021", Some("125856"), None)), Some((instant, None, false)));
        assert_eq!(at(apart("10/21/2019", Some("12:58:56 PM"), None)), Some((instant, None, false)));
        assert_eq!(at(apart("October 21, 2019", Some("7:58:56 am"), Some("EST"))), Some((instant, Some(-300), false)));
        assert_eq!(at(apart("2019-10-21", None, None)), Some((1_571_616_000_000, None, true)));
    }

    #[test]
    fn midnight_and_noon_are_told_apart() {
        assert_eq!(any_clock("12:18 am"), Some(18 * 60_000));
        assert_eq!(any_clock("12:00 PM"), Some(43_200_000));
        assert_eq!(any_clock("13:00 pm"), None);
    }

    #[test]
    fn what_is_no_time_is_not_taken_for_one() {
        for text in [
            "22-07-2026",
            "2026-02-30T10:00:00Z",
            "2026-07-22T25:00:00Z",
            "2026-07-22T10:00:00+15:00",
            "2026-07-22T10:00",
            "2026-07-22T1o:00:00Z",
            "",
            "20260722T100000Z",
            "2026-07-22T10:00:00.Z",
            "2026-07-22T24:00:01Z",
        ] {
            assert_eq!(stamp(text), None, "{text}");
        }
        assert!(stamp("2006-11-07T13:00Z").is_some(), "seconds may be missing");
        for text in ["+2:00", "02:00", "+14:01", "+02:60", "+0200", "Z", ""] {
            assert_eq!(epcis_offset(text), None, "{text}");
        }
        assert_eq!(epcis_offset("-14:00"), Some(-840));
        for (day, time) in
            [("31/12/2019", "10:00"), ("2019-13-01", "10:00"), ("2019-10-21", "9 o'clock"), ("ä1-bc-2019", "1:00")]
        {
            assert_eq!(apart(day, Some(time), None), None, "{day} {time}");
        }
    }
}

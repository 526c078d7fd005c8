//! Days and times where a parcel is: by the offset that the carrier gave with them, not by the reader's clock.

use super::model::Span;
use crate::words::{Figures, Words};
use guichet_types::{Date, Timestamp};

/// A moment as a clock on the wall there shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The day there.
    pub day: Date,
    /// Minutes since midnight there.
    pub minutes: i32,
}

impl Local {
    /// `at`, so many minutes east of UTC.
    #[must_use]
    pub fn new(at: Timestamp, offset_minutes: i32) -> Self {
        const DAY: i64 = 86_400_000;
        let there = at.millis().saturating_add(i64::from(offset_minutes) * 60_000);
        let day = i32::try_from(there.div_euclid(DAY)).unwrap_or(0);
        Self { day: Date::from_days(day), minutes: i32::try_from(there.rem_euclid(DAY) / 60_000).unwrap_or(0) }
    }

    /// `14:05`.
    #[must_use]
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

/// A moment in a list: the time alone today, else the day and the time.
#[must_use]
pub fn moment(figures: &Figures, at: Timestamp, offset_minutes: Option<i32>, whole_day: bool) -> String {
    let offset = offset_minutes.unwrap_or(0);
    let (there, today) = (Local::new(at, offset), Local::new(figures.now(), offset).day);
    match (there.day == today, whole_day) {
        (true, false) => there.clock(),
        (_, true) => figures.short_weekday(there.day),
        (false, false) => format!("{}, {}", figures.short_weekday(there.day), there.clock()),
    }
}

/// The instant with its offset, as `<time datetime>` has it.
#[must_use]
pub fn machine(at: Timestamp, offset_minutes: Option<i32>) -> String {
    let offset = offset_minutes.unwrap_or(0);
    let there = Local::new(at, offset);
    let seconds = at.millis().div_euclid(1_000).rem_euclid(60);
    let sign = if offset < 0 { '-' } else { '+' };
    let east = offset.abs();
    let zone = offset_minutes.map_or(String::new(), |_| format!("{sign}{:02}:{:02}", east / 60, east % 60));
    format!("{}T{}:{seconds:02}{zone}", there.day, there.clock())
}

/// A day in words: today, tomorrow, or its weekday.
#[must_use]
pub fn day_word(w: Words, figures: &Figures, day: Date, today: Date) -> String {
    match day.days() - today.days() {
        0 => w.get("parcels-today"),
        1 => w.get("parcels-tomorrow"),
        -1 => w.get("parcels-yesterday"),
        _ => figures.short_weekday(day),
    }
}

/// A window in words: what leads to it, the figure, and how short it can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanWords {
    /// `Arriving today, between`.
    pub lead: String,
    /// `15:10–16:40`, or a day.
    pub figure: String,
    /// `today, 15:10–16:40`.
    pub short: String,
}

/// A window as the reader reads it.
#[must_use]
pub fn span(w: Words, figures: &Figures, span: &Span) -> SpanWords {
    let (end, today) = (Local::new(span.to, span.offset), Local::new(figures.now(), span.offset).day);
    let begin = span.from.map(|from| Local::new(from, span.offset));
    let late = span.to < figures.now();
    if span.whole_day {
        let figure = match begin.filter(|begin| begin.day != end.day) {
            Some(begin) => format!("{} – {}", figures.short_weekday(begin.day), figures.short_weekday(end.day)),
            None => figures.short_weekday(end.day),
        };
        let lead = if late { w.get("parcels-was-expected") } else { w.get("parcels-expected") };
        return SpanWords { lead, short: figure.clone(), figure };
    }
    // A window over midnight is one of the day on which it begins.
    let near = |from: Timestamp| span.to.seconds_since(from) < 12 * 3_600;
    let (figure, word, key) = match begin.filter(|begin| begin.day == end.day || span.from.is_some_and(near)) {
        Some(begin) => {
            let day = day_word(w, figures, begin.day, today);
            (format!("{}–{}", begin.clock(), end.clock()), day, "between")
        }
        None => (end.clock(), day_word(w, figures, end.day, today), "until"),
    };
    let lead = match (late, key) {
        (true, _) => w.with("parcels-was-expected-on", &[("day", &word)]),
        (false, "between") => w.with("parcels-arriving-between", &[("day", &word)]),
        (false, _) => w.with("parcels-arriving-until", &[("day", &word)]),
    };
    SpanWords { lead, short: format!("{word}, {figure}"), figure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_types::Locale;
    use jiff::tz::TimeZone;

    #[test]
    fn a_time_is_told_as_the_clock_there_shows_it() {
        // 2026-11-17T13:32:00Z
        let at = Timestamp(1_794_922_320_000);
        assert_eq!(Local::new(at, 60).clock(), "14:32");
        assert_eq!(Local::new(at, -300).clock(), "08:32");
        assert_eq!(Local::new(at, 660).day.to_string(), "2026-11-18");
        assert_eq!(machine(at, Some(-210)), "2026-11-17T10:02:00-03:30");
        assert_eq!(machine(at, None), "2026-11-17T13:32:00");
    }

    #[test]
    fn a_window_is_said_shortly() {
        let figures = Figures::new(Locale::En, TimeZone::UTC, Timestamp(1_794_922_320_000));
        let w = Words(Locale::En);
        let window = |from: i64, to: i64, whole_day| Span {
            from: Some(Timestamp(1_794_922_320_000).plus_seconds(from * 60)),
            to: Timestamp(1_794_922_320_000).plus_seconds(to * 60),
            offset: 60,
            whole_day,
            reason: None,
        };
        let today = span(w, &figures, &window(38, 128, false));
        assert_eq!((today.lead.as_str(), today.figure.as_str()), ("Arriving today, between", "15:10–16:40"));
        assert_eq!(span(w, &figures, &window(38 + 1_440, 128 + 1_440, false)).short, "tomorrow, 15:10–16:40");
        assert_eq!(span(w, &figures, &window(480, 660, false)).short, "today, 22:32–01:32");
        assert_eq!(span(w, &figures, &window(-120, -60, false)).lead, "Was expected today");
    }
}

//! When a market is shut all day, and which day it is there.

use guichet_types::{Date, Mic, Timestamp, quote_guard::Calendar};
use jiff::tz::TimeZone;

/// Trading places that never shut: the demonstration's own.
const ALWAYS_OPEN: [&str; 1] = ["XGUI"];

/// A market's calendar at an instant. A market that is not known, and none at all, rest on Saturday and Sunday in UTC.
pub(super) fn calendar(mic: Option<Mic>, at: Timestamp) -> Calendar<'static> {
    let zone = mic.and_then(|mic| mic.market()).and_then(|market| TimeZone::get(market.zone).ok());
    let offset = zone.map(|zone| {
        let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        zone.to_offset(at).seconds() / 60
    });
    let always = mic.is_some_and(|mic| ALWAYS_OPEN.contains(&mic.as_str()));
    let weekend = if always { [false; 7] } else { Calendar::WEEKDAYS };
    Calendar { offset_minutes: offset.unwrap_or(0), weekend, holidays: &[] }
}

/// No calendar: what a custodian says of a day holds for that day.
pub(super) const EVERY_DAY: Calendar<'static> = Calendar { offset_minutes: 0, weekend: [false; 7], holidays: &[] };

/// The day at the market.
pub(super) fn day_at(calendar: &Calendar<'_>, at: Timestamp) -> Date {
    let local = at.millis().saturating_add(i64::from(calendar.offset_minutes) * 60_000);
    Date::from_days(i32::try_from(local.div_euclid(86_400_000)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saturday_is_a_saturday_where_the_market_is() {
        // Saturday 21 November 2026, 00:30 UTC: still Friday in New York.
        let at = Timestamp(1_795_221_000_000);
        let new_york = calendar("XNAS".parse().ok(), at);
        assert!(!new_york.is_closed(at));
        assert_eq!(day_at(&new_york, at).to_string(), "2026-11-20");
        for shut in [calendar("XPAR".parse().ok(), at), calendar(None, at), calendar("ZZZZ".parse().ok(), at)] {
            assert!(shut.is_closed(at));
        }
        assert!(!calendar("XGUI".parse().ok(), at).is_closed(at));
    }
}

//! Whether a new quote may be shown. One wrong price frightens a customer more than a price that is a minute old, so a quote
//! that looks wrong waits until another one says the same. Pure: the clock and the calendar are given.

use crate::{Date, Decimal, Timestamp};

/// A price and its instant. Both quotes of a comparison are in the same unit: divide pence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The price.
    pub price: Decimal,
    /// When it was made, by its source.
    pub at: Timestamp,
}

/// When the market is shut all day.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    /// Minutes that local time is ahead of UTC.
    pub offset_minutes: i32,
    /// Days without trading each week, Monday first; all false for what trades always.
    pub weekend: [bool; 7],
    /// Other days without trading, in local time.
    pub holidays: &'a [Date],
}

impl Calendar<'_> {
    /// Saturday and Sunday off.
    pub const WEEKDAYS: [bool; 7] = [false, false, false, false, false, true, true];

    /// Is the market shut all day long at this instant?
    #[must_use]
    pub fn is_closed(&self, at: Timestamp) -> bool {
        let local = at.millis().saturating_add(i64::from(self.offset_minutes).saturating_mul(60_000));
        let Ok(days) = i32::try_from(local.div_euclid(86_400_000)) else { return true };
        // Beyond the calendar's years nothing trades either.
        if days.unsigned_abs() > 3_000_000 {
            return true;
        }
        let date = Date::from_days(days);
        self.weekend[usize::from(date.weekday() - 1) % 7] || self.holidays.contains(&date)
    }
}

/// What is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest move that needs no confirmation, in thousandths of the last good price: 400 is 40 %.
    pub jump_permille: u32,
    /// Seconds that a source's clock may be ahead of ours.
    pub ahead_seconds: i64,
    /// How far the ratio of two prices may be from 100 and still look like pence taken for pounds, in thousandths.
    pub hundredfold_permille: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { jump_permille: 400, ahead_seconds: 60, hundredfold_permille: 250 }
    }
}

/// Why a quote is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nought or below.
    NotPositive,
    /// Later than now.
    Future,
    /// Older than the last good quote.
    Stale,
    /// Of a day on which the market is shut.
    Closed,
    /// About a hundred times the last good price, or a hundredth of it. Repeating it does not confirm it: the unit is wrong.
    Hundredfold,
    /// Too far from the last good price. Keep it as the one that waits: a later quote near to it confirms it.
    Jump,
}

impl Reason {
    /// A word that does not change, to store and to translate by.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotPositive => "not_positive",
            Self::Future => "future",
            Self::Stale => "stale",
            Self::Closed => "closed",
            Self::Hundredfold => "hundredfold",
            Self::Jump => "jump",
        }
    }
}

/// The verdict on a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Show it; it is the last good one from now on, and nothing waits any more.
    Accept,
    /// Do not.
    Reject {
        /// Why.
        reason: Reason,
    },
}

/// Judges `new` by the last good quote and by the one that waits: the last that was rejected for its [`Reason::Jump`] since.
#[must_use]
pub fn judge(
    last: Option<Quoted>,
    waiting: Option<Quoted>,
    new: Quoted,
    now: Timestamp,
    calendar: &Calendar<'_>,
    limits: &Limits,
) -> Verdict {
    let reason = if new.price <= Decimal::ZERO {
        Some(Reason::NotPositive)
    } else if new.at > now.plus_seconds(limits.ahead_seconds) {
        Some(Reason::Future)
    } else if last.is_some_and(|last| new.at < last.at) {
        Some(Reason::Stale)
    } else if calendar.is_closed(new.at) {
        Some(Reason::Closed)
    } else {
        last.filter(|last| last.price > Decimal::ZERO).and_then(|last| judge_price(last, waiting, new, limits))
    };
    reason.map_or(Verdict::Accept, |reason| Verdict::Reject { reason })
}

fn judge_price(last: Quoted, waiting: Option<Quoted>, new: Quoted, limits: &Limits) -> Option<Reason> {
    if hundredfold(last.price, new.price, limits.hundredfold_permille) {
        return Some(Reason::Hundredfold);
    }
    if near(last.price, new.price, limits.jump_permille) {
        return None;
    }
    let confirmed = waiting.is_some_and(|waiting| {
        waiting.price > Decimal::ZERO && waiting.at < new.at && near(waiting.price, new.price, limits.jump_permille)
    });
    (!confirmed).then_some(Reason::Jump)
}

/// Is `b` within so many thousandths of `a`? What is too large to tell is not.
fn near(a: Decimal, b: Decimal, permille: u32) -> bool {
    let sides = (
        b.checked_sub(a).map(Decimal::abs).and_then(|off| off.checked_mul(Decimal::new(1_000, 0))),
        a.checked_mul(Decimal::new(i128::from(permille), 0)),
    );
    matches!(sides, (Ok(off), Ok(room)) if off <= room)
}

/// Is one about a hundred times the other?
fn hundredfold(a: Decimal, b: Decimal, permille: u32) -> bool {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    small.checked_mul(Decimal::new(100, 0)).is_ok_and(|hundred| near(hundred, large, permille))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;
    /// A Wednesday, noon UTC.
    const NOON: Timestamp = Timestamp(20_782 * DAY + DAY / 2);

    fn calendar() -> Calendar<'static> {
        Calendar { offset_minutes: 60, weekend: Calendar::WEEKDAYS, holidays: &[] }
    }

    fn quote(price: &str, seconds: i64) -> Quoted {
        Quoted { price: price.parse().unwrap_or_default(), at: NOON.plus_seconds(seconds) }
    }

    fn verdict(last: Option<Quoted>, waiting: Option<Quoted>, new: Quoted) -> Option<Reason> {
        match judge(last, waiting, new, NOON.plus_seconds(600), &calendar(), &Limits::default()) {
            Verdict::Accept => None,
            Verdict::Reject { reason } => Some(reason),
        }
    }

    #[test]
    fn each_kind_of_wrong_quote_has_its_reason() {
        let last = Some(quote("100", 0));
        for (price, seconds, reason) in [
            ("101", 1, None),
            ("140", 1, None),
            ("60", 0, None),
            ("0", 1, Some(Reason::NotPositive)),
            ("-1", 1, Some(Reason::NotPositive)),
            ("101", 661, Some(Reason::Future)),
            ("101", -1, Some(Reason::Stale)),
            ("140.1", 1, Some(Reason::Jump)),
            ("59", 1, Some(Reason::Jump)),
            ("9900", 1, Some(Reason::Hundredfold)),
            ("1.02", 1, Some(Reason::Hundredfold)),
        ] {
            assert_eq!(verdict(last, None, quote(price, seconds)), reason, "{price} {seconds}");
        }
        assert_eq!(verdict(None, None, quote("9900", 1)), None, "the first quote has nothing to be held against");
    }

    #[test]
    fn the_weekend_is_that_of_the_market_and_not_of_greenwich() {
        let saturday = 3 * 86_400 - 43_200;
        assert_eq!(verdict(None, None, quote("1", saturday - 86_400)), Some(Reason::Future));
        let judged = |seconds, calendar: &Calendar<'_>| {
            judge(None, None, quote("1", seconds), NOON.plus_seconds(900_000), calendar, &Limits::default())
        };
        let shut = Verdict::Reject { reason: Reason::Closed };
        assert_eq!(judged(saturday, &calendar()), shut);
        assert_eq!(judged(saturday - 1_800, &calendar()), shut, "an hour ahead of Greenwich it is Saturday already");
        assert_eq!(judged(saturday - 4_000, &calendar()), Verdict::Accept);
        let always = Calendar { weekend: [false; 7], ..calendar() };
        assert_eq!(judged(saturday, &always), Verdict::Accept);
        let holidays = [Date::from_days(20_782)];
        assert_eq!(judged(0, &Calendar { holidays: &holidays, ..calendar() }), shut);
    }

    #[test]
    fn a_jump_is_confirmed_by_a_later_quote_near_to_it_and_a_wrong_unit_never_is() {
        let last = Some(quote("100", 0));
        assert_eq!(verdict(last, Some(quote("50", 1)), quote("51", 2)), None);
        assert_eq!(verdict(last, Some(quote("50", 1)), quote("51", 1)), Some(Reason::Jump), "the same quote again");
        assert_eq!(verdict(last, Some(quote("250", 1)), quote("51", 2)), Some(Reason::Jump));
        assert_eq!(verdict(last, Some(quote("9900", 1)), quote("9901", 2)), Some(Reason::Hundredfold));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_above_nought_not_older_not_ahead_and_near_or_confirmed(
            last in (1_i64..1_000_000, -1_000_i64..1_000), waiting in (-10_i64..1_000_000, -1_000_i64..1_000),
            new in (-10_i64..1_000_000, -1_000_i64..1_000),
        ) {
            let make = |(price, seconds)| Quoted { price: Decimal::from_units(price, 2), at: NOON.plus_seconds(seconds) };
            let (last, waiting, new) = (make(last), make(waiting), make(new));
            if judge(Some(last), Some(waiting), new, NOON, &calendar(), &Limits::default()) == Verdict::Accept {
                prop_assert!(new.price > Decimal::ZERO && new.at >= last.at && new.at <= NOON.plus_seconds(60));
                prop_assert!(near(last.price, new.price, 400) || (near(waiting.price, new.price, 400) && waiting.at < new.at));
                prop_assert!(!hundredfold(last.price, new.price, 250));
            }
        }

        #[test]
        fn a_hundred_times_the_price_is_never_taken(price in 1_i64..1_000_000_000, up in any::<bool>()) {
            let (small, large) = (Decimal::from_units(price, 4), Decimal::from_units(price, 2));
            let (last, new) = if up { (small, large) } else { (large, small) };
            let (last, new) = (Quoted { price: last, at: NOON }, Quoted { price: new, at: NOON.plus_seconds(2) });
            let waiting = Quoted { at: NOON.plus_seconds(1), ..new };
            let verdict = judge(Some(last), Some(waiting), new, NOON.plus_seconds(2), &calendar(), &Limits::default());
            prop_assert_eq!(verdict, Verdict::Reject { reason: Reason::Hundredfold });
        }

        #[test]
        fn no_number_makes_it_panic(price in any::<i64>(), scale in 0_u8..18, at in any::<i64>(), now in any::<i64>()) {
            let new = Quoted { price: Decimal::from_units(price, scale), at: Timestamp(at) };
            let last = Quoted { price: Decimal::from_units(i64::MAX, 0), at: Timestamp(i64::MIN) };
            let _ = judge(Some(last), Some(new), new, Timestamp(now), &calendar(), &Limits::default());
        }
    }
}

//! What holds for a notice of loss: the causes that it can name, the days on which a policy is in force, and what looks like
//! the same loss reported twice.

use super::model::{Moment, PolicyHead};
use guichet_types::Date;

/// By what a loss came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A pipe, rain, a flood.
    Water,
    /// Fire, smoke, lightning.
    Fire,
    /// Wind and hail.
    Storm,
    /// A burglary or a theft.
    Theft,
    /// A pane.
    Glass,
    /// A collision of vehicles.
    Collision,
    /// Damage to somebody else.
    Liability,
    /// Something else.
    Other,
}

impl Cause {
    /// All of them, as they are offered.
    pub const ALL: [Self; 8] =
        [Self::Water, Self::Fire, Self::Storm, Self::Theft, Self::Glass, Self::Collision, Self::Liability, Self::Other];

    /// The word that is kept and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Fire => "fire",
            Self::Storm => "storm",
            Self::Theft => "theft",
            Self::Glass => "glass",
            Self::Collision => "collision",
            Self::Liability => "liability",
            Self::Other => "other",
        }
    }

    /// The cause of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }

    /// The cause that an insurer's own words speak of: `Kitchen water damage` is of water.
    #[must_use]
    pub fn in_words(words: &str) -> Option<Self> {
        let words = words.to_lowercase();
        words.split(|letter: char| !letter.is_alphanumeric()).find_map(Self::of)
    }
}

/// Whether a policy is in force on a day.
#[must_use]
pub fn in_force(policy: &PolicyHead, day: Date) -> bool {
    let begun = policy.start.is_none_or(|start| start <= day);
    let open = policy.end.is_none_or(|end| end >= day);
    // One that has ended was in force up to its end; without a day of its end nobody can say.
    let status = match policy.status.as_deref() {
        Some("quoted") => false,
        Some("lapsed" | "cancelled" | "expired") => policy.end.is_some(),
        _ => true,
    };
    begun && open && status
}

/// Whether two losses are within a day of each other: by the clock where both have a time, else by the calendar.
#[must_use]
pub fn within_a_day(one: Moment, other: Moment) -> bool {
    match (one.at, other.at) {
        (Some(one), Some(other)) => one.seconds_since(other).abs() <= 86_400,
        _ => (one.day.days() - other.day.days()).abs() <= 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_types::Timestamp;

    fn day(day: u8) -> Date {
        Date::new(2026, 11, day).unwrap()
    }

    #[test]
    fn a_policy_is_in_force_from_its_start_to_its_end() {
        let policy = |status: &str, end: Option<Date>| PolicyHead {
            status: Some(status.to_owned()),
            start: Some(day(5)),
            end,
            ..PolicyHead::default()
        };
        assert!(in_force(&policy("active", None), day(5)));
        assert!(!in_force(&policy("active", None), day(4)));
        assert!(!in_force(&policy("active", Some(day(9))), day(10)));
        assert!(in_force(&policy("cancelled", Some(day(9))), day(9)));
        assert!(!in_force(&policy("cancelled", None), day(9)));
        assert!(!in_force(&policy("quoted", None), day(9)));
        assert!(in_force(&PolicyHead::default(), day(9)));
    }

    #[test]
    fn two_losses_are_near_by_the_clock_or_by_the_calendar() {
        let at = |day_of_month, seconds| Moment {
            day: day(day_of_month),
            at: Some(Timestamp(1_794_000_000_000).plus_seconds(seconds)),
        };
        assert!(within_a_day(at(3, 0), at(4, 86_400)));
        assert!(!within_a_day(at(3, 0), at(4, 86_401)));
        assert!(within_a_day(at(3, 0), Moment { day: day(4), at: None }));
        assert!(!within_a_day(at(3, 0), Moment { day: day(5), at: None }));
    }

    #[test]
    fn an_insurers_words_say_the_cause() {
        assert_eq!(Cause::in_words("Kitchen water damage"), Some(Cause::Water));
        assert_eq!(Cause::in_words("watering can"), None);
    }
}

//! Signs that somebody works against the portal's controls: counted, logged, and noted in the audit log.
//!
//! Every sign counts in the metrics. A line in the log and an entry in the audit log are written once a minute at most for the
//! same sign at the same place, and a few times a minute for a sign in all: so whoever makes them cannot fill either. Entries
//! are written beside the request and never hold it up; when too many wait, further ones are counted alone.

use crate::{
    audit::{self, Action, Actor, Entry, Outcome},
    clock::SharedClock,
    db::Db,
    telemetry::Metrics,
};
use guichet_types::Timestamp;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

/// Seconds in which the same sign at the same place is noted once.
const SPAN_SECONDS: i64 = 60;
/// Entries of one sign in that time, from wherever.
const MOST: u32 = 20;
/// Places that are remembered.
const PLACES: usize = 4_096;
/// Entries that are being written at once.
const WRITERS: usize = 16;

/// What was seen. Each has a code that does not change, in the log and in the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// An answer was made with somebody else's data, and was not sent.
    Isolation,
    /// Somebody signed in asked for what is not theirs, or is not there.
    AccessRefused,
    /// Somebody asks for one thing after another that is not theirs.
    Harvest,
    /// A change that does not come from a page of ours.
    ForeignPage,
    /// Guessing was blocked for a while.
    GuessingBlocked,
    /// More requests than a person makes.
    TooFast,
}

impl Sign {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Isolation, Self::AccessRefused, Self::Harvest, Self::ForeignPage, Self::GuessingBlocked, Self::TooFast];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Isolation => "isolation",
            Self::AccessRefused => "access-refused",
            Self::Harvest => "harvest",
            Self::ForeignPage => "foreign-page",
            Self::GuessingBlocked => "guessing-blocked",
            Self::TooFast => "too-fast",
        }
    }

    const fn action(self) -> Action {
        match self {
            Self::Isolation => Action::IsolationAlarm,
            Self::AccessRefused => Action::AccessRefused,
            Self::Harvest => Action::HarvestAlarm,
            Self::ForeignPage => Action::ForeignPage,
            Self::GuessingBlocked => Action::GuessingBlocked,
            Self::TooFast => Action::PaceExceeded,
        }
    }
}

/// Raises alarms. Cheap to clone.
#[derive(Clone)]
pub struct Alarms(Arc<Inner>);

struct Inner {
    db: Db,
    clock: SharedClock,
    metrics: Metrics,
    noted: Mutex<Noted>,
    writers: Arc<Semaphore>,
}

impl fmt::Debug for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarms").finish_non_exhaustive()
    }
}

impl Alarms {
    /// Alarms that are written into this database and counted there.
    #[must_use]
    pub fn new(db: Db, clock: SharedClock, metrics: Metrics) -> Self {
        let (noted, writers) = (Mutex::default(), Arc::new(Semaphore::new(WRITERS)));
        Self(Arc::new(Inner { db, clock, metrics, noted, writers }))
    }

    /// Where they are counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Something was seen at a place: a route, a network, a customer. `more` says who did it and to whom; as it is given, it
    /// was nobody known, and refused.
    pub fn raise(&self, sign: Sign, place: &str, more: impl FnOnce(Entry) -> Entry) {
        let inner = &self.0;
        inner.metrics.alarm(sign.code());
        let now = inner.clock.now();
        if !inner.noted.lock().unwrap_or_else(PoisonError::into_inner).is_due(sign, place, now) {
            return;
        }
        tracing::warn!(
            security.event = sign.code(),
            "Something was done against the portal's controls; the audit log has it"
        );
        let Ok(permit) = inner.writers.clone().try_acquire_owned() else { return };
        let entry = more(Entry::new(sign.action(), Actor::Anonymous, now).outcome(Outcome::Refused));
        let db = inner.db.clone();
        // In a task of its own, which belongs to nobody's answer.
        tokio::spawn(async move {
            let _permit = permit;
            if let Err(error) = audit::note(&db, entry).await {
                tracing::error!(%error, security.event = sign.code(), "An alarm could not be written into the audit log");
            }
        });
    }
}

/// What was noted lately.
#[derive(Default)]
struct Noted {
    places: HashMap<(Sign, String), Timestamp>,
    /// Since when, and how many of it since then.
    counts: HashMap<Sign, (Timestamp, u32)>,
}

impl Noted {
    fn is_due(&mut self, sign: Sign, place: &str, now: Timestamp) -> bool {
        let over = |at: Timestamp| now.seconds_since(at) >= SPAN_SECONDS;
        let key = (sign, place.to_owned());
        if self.places.get(&key).is_some_and(|at| !over(*at)) {
            return false;
        }
        let (since, count) = self.counts.get(&sign).copied().filter(|(since, _)| !over(*since)).unwrap_or((now, 0));
        if count >= MOST {
            return false;
        }
        if self.places.len() >= PLACES {
            self.places.retain(|_, at| !over(*at));
        }
        self.counts.insert(sign, (since, count + 1));
        self.places.insert(key, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_noted_once_a_minute_at_a_place_and_a_few_times_in_all() {
        let mut noted = Noted::default();
        let at = |seconds: i64| Timestamp(seconds * 1_000);
        assert!(noted.is_due(Sign::ForeignPage, "192.0.2.1", at(0)));
        assert!(!noted.is_due(Sign::ForeignPage, "192.0.2.1", at(59)));
        assert!(noted.is_due(Sign::ForeignPage, "192.0.2.2", at(1)), "another place");
        assert!(noted.is_due(Sign::Harvest, "192.0.2.1", at(1)), "another sign");
        assert!(noted.is_due(Sign::ForeignPage, "192.0.2.1", at(60)));
        // A crowd of places in one minute is noted twenty times, and the minute after as often again.
        for minute in [10, 11] {
            let due = (0..100_000).filter(|place| noted.is_due(Sign::ForeignPage, &place.to_string(), at(minute * 60)));
            assert_eq!(due.count(), 20);
        }
        assert!(noted.places.len() <= PLACES);
    }

    #[test]
    fn every_sign_has_a_code_and_an_act_of_its_own() {
        let codes: std::collections::BTreeSet<_> = Sign::ALL.iter().map(|sign| sign.code()).collect();
        let acts: std::collections::BTreeSet<_> = Sign::ALL.iter().map(|sign| sign.action().as_str()).collect();
        assert_eq!((codes.len(), acts.len()), (Sign::ALL.len(), Sign::ALL.len()));
    }
}

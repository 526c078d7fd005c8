//! How fast a visitor may ask: more than any person does, and less than a machine would like.
//!
//! Two kinds of meters stand here. The *pace* counts every request of a customer, and every change. The *misses* count what was
//! asked for by an id and is not there or not theirs; both answer the same, so whoever walks through ids learns nothing, and
//! after a few dozen of them is slowed to a handful a minute and told of to the operators. What a network misses is counted
//! as well, so that many sessions of one network are no more than a few.
//!
//! The meters are in memory: they say how much this process bears, a restart forgets them, and each process has its own.

use super::Visitor;
use crate::web::network_of;
use guichet_platform::{
    alarm::{Alarms, Sign},
    audit::{Actor, Detail, Entry, Thing},
    clock::SharedClock,
    session::Session,
};
use guichet_types::{Id, Timestamp, kind};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// How much at once, and milliseconds in which one more is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// At once.
    pub burst: u32,
    /// Milliseconds for one more.
    pub each_millis: u32,
}

const fn bound(burst: u32, each_millis: u32) -> Bound {
    Bound { burst, each_millis }
}

/// The bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceBounds {
    /// Requests of a customer.
    pub requests: Bound,
    /// Changes of a customer: messages, orders, notices.
    pub changes: Bound,
    /// Misses of a customer.
    pub misses: Bound,
    /// Misses of a network.
    pub network_misses: Bound,
}

impl PaceBounds {
    /// As the portal has them.
    pub const HOUSE: Self = Self {
        requests: bound(600, 100),
        changes: bound(120, 1_000),
        misses: bound(40, 6_000),
        network_misses: bound(150, 2_000),
    };
    /// The same, with so many requests a second of a customer, sixty times as many at once. Above a thousand it is no bound.
    #[must_use]
    pub const fn with_requests(per_second: u32) -> Self {
        let per_second = if per_second == 0 { 1 } else { per_second };
        Self { requests: bound(per_second.saturating_mul(60), 1_000 / per_second), ..Self::HOUSE }
    }

    /// None at all: for measurements.
    pub const NONE: Self = {
        let none = bound(u32::MAX, 0);
        Self { requests: none, changes: none, misses: none, network_misses: none }
    };
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Count {
    Requests,
    Changes,
    Misses,
}

/// Whose.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Customer(Id<kind::Customer>),
    Network(String),
}

/// Meters that are kept. Above, those that are empty again are forgotten.
const METERS: usize = 20_000;

/// The meters. Cheap to clone.
#[derive(Clone)]
pub struct Pace(Arc<Inner>);

struct Inner {
    clock: SharedClock,
    alarms: Alarms,
    bounds: PaceBounds,
    /// When each is empty again.
    meters: Mutex<HashMap<(Count, Whose), Timestamp>>,
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("bounds", &self.0.bounds).finish_non_exhaustive()
    }
}

/// An entry of what somebody signed in did: they themselves, or they in a customer's place, whom it then concerns.
fn by(entry: Entry, session: &Session) -> Entry {
    let actor = match session.support {
        Some(_) => Actor::Support(*session.who().as_bytes()),
        None => Actor::Customer(session.who()),
    };
    entry.by(actor).concerning(session.scope.customer())
}

impl Pace {
    /// Meters with these bounds.
    #[must_use]
    pub fn new(clock: SharedClock, alarms: Alarms, bounds: PaceBounds) -> Self {
        Self(Arc::new(Inner { clock, alarms, bounds, meters: Mutex::default() }))
    }

    /// Counts a request before anything is looked up. `named` when its address names a thing. Gives the seconds to wait when
    /// it is one too many.
    #[must_use]
    pub fn ask(&self, visitor: &Visitor, change: bool, named: bool) -> Option<i64> {
        let bounds = &self.0.bounds;
        let now = self.0.clock.now();
        // Who looks in a customer's place has a meter of their own.
        let customer = visitor.session.as_ref().map(Session::who);
        let mut wait = None;
        if let Some((session, customer)) = visitor.session.as_ref().zip(customer) {
            let whose = Whose::Customer(customer);
            wait = wait.max(self.count(Count::Requests, &whose, bounds.requests, now));
            if change {
                wait = wait.max(self.count(Count::Changes, &whose, bounds.changes, now));
            }
            if wait.is_some() {
                self.0.alarms.raise(Sign::TooFast, &customer.to_string(), |entry| {
                    by(entry, session).from_where(&visitor.network, &visitor.agent)
                });
            }
        }
        if named {
            let own = customer.map(|customer| (Whose::Customer(customer), bounds.misses));
            let network = (Whose::Network(network_of(&visitor.network)), bounds.network_misses);
            for (whose, bound) in own.into_iter().chain([network]) {
                wait = wait.max(self.full(Count::Misses, &whose, bound, now));
            }
        }
        wait
    }

    /// What was asked for by its id was not there, or not theirs.
    pub fn missed(&self, visitor: &Visitor, route: &str) {
        let (bounds, alarms) = (&self.0.bounds, &self.0.alarms);
        let now = self.0.clock.now();
        let network = network_of(&visitor.network);
        let of_network = Whose::Network(network.clone());
        self.count(Count::Misses, &of_network, bounds.network_misses, now);
        if self.full(Count::Misses, &of_network, bounds.network_misses, now).is_some() {
            alarms.raise(Sign::Harvest, &network, |entry| {
                entry
                    .from_where(&visitor.network, &visitor.agent)
                    .detail(Detail::Count(bounds.network_misses.burst.into()))
            });
        }
        let Some(session) = &visitor.session else { return };
        let customer = session.who();
        let whose = Whose::Customer(customer);
        alarms.raise(Sign::AccessRefused, &format!("{customer} {route}"), |entry| {
            by(entry, session).about(Thing::Session, session.id).from_where(&visitor.network, &visitor.agent)
        });
        self.count(Count::Misses, &whose, bounds.misses, now);
        if self.full(Count::Misses, &whose, bounds.misses, now).is_some() {
            alarms.raise(Sign::Harvest, &customer.to_string(), |entry| {
                by(entry, session)
                    .about(Thing::Session, session.id)
                    .from_where(&visitor.network, &visitor.agent)
                    .detail(Detail::Count(bounds.misses.burst.into()))
            });
        }
    }

    /// Counts one; the seconds to wait when it is one too many, which is then not counted.
    fn count(&self, count: Count, whose: &Whose, bound: Bound, now: Timestamp) -> Option<i64> {
        let mut meters = self.0.meters.lock().unwrap_or_else(PoisonError::into_inner);
        if meters.len() >= METERS {
            meters.retain(|_, empty| *empty > now);
        }
        let key = (count, whose.clone());
        let empty = meters.get(&key).copied().unwrap_or(now).max(now);
        if let Some(wait) = over(bound, empty, now) {
            return Some(wait);
        }
        meters.insert(key, Timestamp(empty.millis() + i64::from(bound.each_millis)));
        None
    }

    /// The seconds to wait when there is no room for one more. Nothing is counted.
    fn full(&self, count: Count, whose: &Whose, bound: Bound, now: Timestamp) -> Option<i64> {
        let meters = self.0.meters.lock().unwrap_or_else(PoisonError::into_inner);
        over(bound, *meters.get(&(count, whose.clone()))?, now)
    }
}

/// Seconds until there is room for one more, when there is none now.
fn over(bound: Bound, empty: Timestamp, now: Timestamp) -> Option<i64> {
    let each = i64::from(bound.each_millis);
    // Room for one more of `each`.
    let late = empty.millis() - now.millis() + each - i64::from(bound.burst) * each;
    (late > 0).then(|| (late + 999) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_one_in_each_span() {
        let bound = bound(3, 2_000);
        let mut empty = Timestamp(0);
        for _ in 0..3 {
            assert_eq!(over(bound, empty, Timestamp(0)), None);
            empty = Timestamp(empty.millis() + 2_000);
        }
        assert_eq!(over(bound, empty, Timestamp(0)), Some(2));
        assert_eq!(over(bound, empty, Timestamp(1_999)), Some(1));
        assert_eq!(over(bound, empty, Timestamp(2_000)), None);
        assert_eq!(over(PaceBounds::NONE.requests, Timestamp(0), Timestamp(0)), None);
        assert_eq!(PaceBounds::with_requests(10), PaceBounds::HOUSE);
        assert_eq!(PaceBounds::with_requests(5_000).requests.each_millis, 0);
    }

    #[test]
    fn nobody_gets_to_two_hundred_misses_unseen() {
        let PaceBounds { misses, network_misses, .. } = PaceBounds::HOUSE;
        assert!(misses.burst < 200 && network_misses.burst < 200);
        // What a whole day of walking brings one customer.
        assert!(24 * 3_600 * 1_000 / misses.each_millis < 15_000);
    }
}

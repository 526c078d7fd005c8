//! Open live streams, counted: a browser needs one for its session, whatever its tabs, and a network a few of pages that need
//! no sign-in; a hundred are a fault or an attack.

use guichet_platform::telemetry::Metrics;
use guichet_types::{Id, kind};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// How many streams there may be at once.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// Of one session.
    pub session: usize,
    /// Of pages that need no sign-in, from one network.
    pub network: usize,
    /// Of pages that need no sign-in, in all.
    pub public: usize,
}

/// Whose stream it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Session(Id<kind::Session>),
    Network(String),
    Public,
}

/// Counts open streams. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Streams {
    limits: StreamLimits,
    open: Arc<Mutex<HashMap<Whose, usize>>>,
    metrics: Metrics,
}

impl Streams {
    /// With these limits.
    #[must_use]
    pub fn new(limits: StreamLimits, metrics: Metrics) -> Self {
        Self { limits, open: Arc::default(), metrics }
    }

    /// A place for a stream of this session; none when it has enough. Given back when it is dropped.
    #[must_use]
    pub fn enter(&self, session: Id<kind::Session>) -> Option<StreamPlace> {
        self.take(vec![(Whose::Session(session), self.limits.session)])
    }

    /// A place for a stream of somebody who is not signed in; none when their network has enough, or all of them together.
    #[must_use]
    pub fn enter_public(&self, network: &str) -> Option<StreamPlace> {
        let network = Whose::Network(network_of(network));
        self.take(vec![(network, self.limits.network), (Whose::Public, self.limits.public)])
    }

    fn take(&self, wanted: Vec<(Whose, usize)>) -> Option<StreamPlace> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted.iter().any(|(whose, most)| open.get(whose).is_some_and(|count| count >= most)) {
            return None;
        }
        let held: Vec<Whose> = wanted.into_iter().map(|(whose, _)| whose).collect();
        for whose in &held {
            *open.entry(whose.clone()).or_default() += 1;
        }
        self.metrics.live_streams().inc();
        Some(StreamPlace { streams: self.clone(), held })
    }
}

impl Streams {
    /// How many are open, of signed-in customers and of anybody.
    #[must_use]
    pub fn open(&self) -> usize {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().filter(|(whose, _)| !matches!(whose, Whose::Network(_))).map(|(_, count)| count).sum()
    }
}

/// The place of one open stream.
#[derive(Debug)]
pub struct StreamPlace {
    streams: Streams,
    held: Vec<Whose>,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        for whose in &self.held {
            if let Some(count) = open.get_mut(whose) {
                *count -= 1;
                if *count == 0 {
                    open.remove(whose);
                }
            }
        }
        self.streams.metrics.live_streams().dec();
    }
}

/// What stands for a network: an IPv4 address, or the first half of an IPv6 address, which is one household.
#[must_use]
pub fn network_of(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(six)) => match six.to_ipv4_mapped() {
            Some(four) => four.to_string(),
            None => six.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        },
        Ok(IpAddr::V4(four)) => four.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_platform::random::SeededRandom;

    #[test]
    fn a_household_is_one_network() {
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::9"));
        assert_ne!(network_of("2001:db8:1:2::9"), network_of("2001:db8:1:3::9"));
        assert_eq!(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
    }

    #[test]
    fn a_network_has_so_many_streams_and_all_of_them_together_too() {
        let limits = StreamLimits { session: 1, network: 2, public: 3 };
        let streams = Streams::new(limits, Metrics::new(&SeededRandom::new(1)));
        let first = streams.enter_public("192.0.2.7").unwrap();
        let _second = streams.enter_public("::ffff:192.0.2.7").unwrap();
        assert!(streams.enter_public("192.0.2.7").is_none());
        let _third = streams.enter_public("192.0.2.8").unwrap();
        assert!(streams.enter_public("192.0.2.9").is_none(), "there are three");
        let _session = streams.enter(Id::from_bytes([1; 16])).unwrap();
        assert!(streams.enter(Id::from_bytes([1; 16])).is_none());
        drop(first);
        assert!(streams.enter_public("192.0.2.9").is_some());
    }
}

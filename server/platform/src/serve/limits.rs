//! How many connections there may be, in all and from one network.

use super::Cidr;
use prometheus_client::metrics::gauge::Gauge;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts connections and says when it is enough.
#[derive(Debug)]
pub(super) struct Limits {
    all: usize,
    each: usize,
    /// Their clients are many; no network limit fits them.
    exempt: Vec<Cidr>,
    gauge: Gauge,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    networks: HashMap<Cidr, usize>,
}

/// A connection's place. Given back when it goes.
#[derive(Debug)]
pub(super) struct Place {
    limits: Arc<Limits>,
    network: Option<Cidr>,
}

impl Limits {
    pub(super) fn new(all: usize, each: usize, exempt: Vec<Cidr>, gauge: Gauge) -> Arc<Self> {
        Arc::new(Self { all, each, exempt, gauge, open: Mutex::default() })
    }

    /// A place for a connection from `address`; none when there is none left.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let exempt = self.exempt.iter().any(|network| network.contains(address));
        // A customer of an IPv6 provider has a /64 at the least, and a house or an office shares an IPv4 /24 at the most.
        let network = (!exempt).then(|| Cidr::around(address, 24, 64));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.all {
            return None;
        }
        if let Some(network) = network {
            let here = open.networks.entry(network).or_default();
            if *here >= self.each {
                return None;
            }
            *here += 1;
        }
        open.all += 1;
        drop(open);
        self.gauge.inc();
        Some(Place { limits: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(network) = self.network
            && let Some(here) = open.networks.get_mut(&network)
        {
            *here = here.saturating_sub(1);
            // Networks that are gone are forgotten, or the table would grow with every visitor there ever was.
            if *here == 0 {
                open.networks.remove(&network);
            }
        }
        drop(open);
        self.limits.gauge.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_share_and_no_more() {
        let gauge = Gauge::default();
        let limits = Limits::new(3, 2, vec!["10.0.0.1".parse().unwrap()], gauge.clone());
        let enter = |address: &str| limits.enter(address.parse().unwrap());
        let first = enter("192.0.2.1");
        let second = enter("192.0.2.2");
        assert!(first.is_some() && second.is_some());
        assert!(enter("192.0.2.3").is_none(), "the network has its share");
        let proxy = enter("10.0.0.1");
        assert!(proxy.is_some());
        assert!(enter("198.51.100.1").is_none(), "all places are taken");
        drop(first);
        assert!(enter("192.0.2.3").is_some());
        drop((second, proxy));
        assert_eq!(gauge.get(), 0);
        assert!(limits.open.lock().unwrap().networks.is_empty());
    }
}

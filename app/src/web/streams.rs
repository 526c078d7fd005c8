//! Open live streams, counted for each session: a browser needs one, whatever its tabs; a hundred are a fault or an attack.

use guichet_platform::telemetry::Metrics;
use guichet_types::{Id, kind};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts open streams. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Streams {
    most: usize,
    open: Arc<Mutex<HashMap<Id<kind::Session>, usize>>>,
    metrics: Metrics,
}

impl Streams {
    /// At most `most` for a session.
    #[must_use]
    pub fn new(most: usize, metrics: Metrics) -> Self {
        Self { most, open: Arc::default(), metrics }
    }

    /// A place for a stream of this session; none when it has enough. Given back when it is dropped.
    #[must_use]
    pub fn enter(&self, session: Id<kind::Session>) -> Option<StreamPlace> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(session).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        self.metrics.live_streams().inc();
        Some(StreamPlace { streams: self.clone(), session })
    }
}

/// The place of one open stream.
#[derive(Debug)]
pub struct StreamPlace {
    streams: Streams,
    session: Id<kind::Session>,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.session);
            }
        }
        self.streams.metrics.live_streams().dec();
    }
}

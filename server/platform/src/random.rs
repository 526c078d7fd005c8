//! Randomness as a parameter. Secrets come from the operating system; tests and simulations from a seed.

use guichet_types::Id;
use rand::{Rng as _, RngCore as _, SeedableRng as _, rngs::{OsRng, StdRng}, TryRngCore as _};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Gives random bytes.
pub trait Random: Send + Sync + fmt::Debug + 'static {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// Randomness that everybody shares.
pub type SharedRandom = Arc<dyn Random>;

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    #[expect(clippy::expect_used, reason = "a system without randomness must not hand out secrets")]
    fn fill(&self, buffer: &mut [u8]) {
        OsRng.try_fill_bytes(buffer).expect("the operating system gives random bytes");
    }
}

/// Bytes that repeat with the seed. Never for a secret.
#[derive(Debug)]
pub struct SeededRandom(Mutex<StdRng>);

impl SeededRandom {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A number below `bound`, which is above nought.
    pub fn below(&self, bound: u64) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random_range(0..bound.max(1))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

/// A fresh public id.
#[must_use]
pub fn random_id<K>(random: &dyn Random) -> Id<K> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    Id::from_bytes(bytes)
}

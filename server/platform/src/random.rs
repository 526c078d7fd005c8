//! Randomness as a parameter. Secrets come from the operating system; tests and simulations from a seed.

use guichet_types::Id;
use rand::{
    Rng as _, RngCore as _, SeedableRng as _, TryRngCore as _,
    rngs::{OsRng, StdRng},
};
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

/// A fresh secret of 256 bits, for a cookie or a link.
#[must_use]
pub fn token(random: &dyn Random) -> [u8; 32] {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    bytes
}

/// Up to a tenth more seconds, so that what failed together does not come back together.
#[must_use]
pub fn jittered(random: &dyn Random, seconds: i64) -> i64 {
    let mut byte = [0];
    random.fill(&mut byte);
    seconds + seconds * i64::from(byte[0]) / 2_560
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_types::kind::Account;

    #[test]
    fn a_seed_repeats_itself_and_the_system_does_not() {
        let ids = |random: &dyn Random| [random_id::<Account>(random), random_id::<Account>(random)];
        assert_eq!(ids(&SeededRandom::new(7)), ids(&SeededRandom::new(7)));
        assert_ne!(ids(&SeededRandom::new(7)), ids(&SeededRandom::new(8)));
        let [first, second] = ids(&OsRandom);
        assert_ne!(first, second);
        assert_ne!(token(&OsRandom), token(&OsRandom));
    }

    #[test]
    fn a_number_stays_below_its_bound() {
        let random = SeededRandom::new(1);
        assert!((0..1_000).all(|_| random.below(7) < 7));
        assert_eq!(random.below(0), 0);
    }
}

//! Secrets that must be read again: authenticator seeds, secrets of webhooks, a form that is kept for its sender. They are
//! sealed under a key that lies beside the other secrets and never in the database. The same key vouches for what the portal
//! gives out and gets back: the proof that a postcode was known, the secret of a shared link.
//!
//! A sealed value is bound to its place (table and row), so that it cannot be moved to another one, and says in its first byte
//! by what it is sealed. So the algorithm can be changed as the key can: `guichet keys rotate` seals everything anew.

use crate::{db::DbError, random::SharedRandom};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{
    Deserialize,
    de::{IntoDeserializer as _, value},
};
use sha2::{Digest as _, Sha256, Sha512};
use std::{fmt, str::FromStr, sync::Arc};
use zeroize::Zeroizing;

/// By what a value is sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// AES-256-GCM (NIST SP 800-38D).
    #[default]
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// ChaCha20-Poly1305 (RFC 8439).
    #[serde(rename = "chacha20-poly1305")]
    ChaCha20Poly1305,
}

impl Algorithm {
    /// The first byte of what is sealed by it.
    const fn mark(self) -> u8 {
        match self {
            Self::Aes256Gcm => 1,
            Self::ChaCha20Poly1305 => 2,
        }
    }

    const fn of_mark(mark: u8) -> Option<Self> {
        match mark {
            1 => Some(Self::Aes256Gcm),
            2 => Some(Self::ChaCha20Poly1305),
            _ => None,
        }
    }
}

impl FromStr for Algorithm {
    type Err = value::Error;

    fn from_str(text: &str) -> Result<Self, value::Error> {
        Self::deserialize(text.into_deserializer())
    }
}

/// The keys that are made of one key of the institution's, each for one purpose.
struct Keys {
    aes: LessSafeKey,
    chacha: LessSafeKey,
    /// As long as a block of the hash: HMAC takes such a key as it is.
    voucher: Zeroizing<[u8; 64]>,
}

impl Keys {
    #[expect(clippy::expect_used, reason = "both algorithms take a key of 32 bytes, and no other length comes here")]
    fn new(key: &[u8; 32]) -> Self {
        let aead = |algorithm, label: &[u8]| {
            LessSafeKey::new(UnboundKey::new(algorithm, &*derive(label, key)).expect("a key of 32 bytes"))
        };
        Self {
            aes: aead(&AES_256_GCM, b"guichet seal\0"),
            chacha: aead(&CHACHA20_POLY1305, b"guichet seal chacha\0"),
            voucher: Zeroizing::new(Sha512::new_with_prefix(b"guichet voucher\0").chain_update(key).finalize().into()),
        }
    }

    const fn aead(&self, algorithm: Algorithm) -> &LessSafeKey {
        match algorithm {
            Algorithm::Aes256Gcm => &self.aes,
            Algorithm::ChaCha20Poly1305 => &self.chacha,
        }
    }

    fn open(&self, algorithm: Algorithm, place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.aead(algorithm).open_in_place(nonce, Aad::from(place), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }

    fn voucher(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new((&*self.voucher).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac
    }
}

/// A key for one purpose, of the institution's.
fn derive(label: &[u8], key: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(Sha256::new().chain_update(label).chain_update(key).finalize().into())
}

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    algorithm: Algorithm,
    newest: Arc<Keys>,
    /// They open and never seal.
    before: Arc<[Keys]>,
    meter_key: Zeroizing<[u8; 32]>,
    random: SharedRandom,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<sealer>")
    }
}

impl Sealer {
    /// With the institution's key.
    #[must_use]
    pub fn new(key: &[u8; 32], random: SharedRandom) -> Self {
        Self {
            algorithm: Algorithm::default(),
            newest: Arc::new(Keys::new(key)),
            before: Arc::default(),
            meter_key: derive(b"guichet meter\0", key),
            random,
        }
    }

    /// The same, which seals by this algorithm. What was sealed by another one still opens.
    #[must_use]
    pub const fn by(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// The same, which also opens what was sealed with these keys.
    #[must_use]
    pub fn opening<'k>(mut self, before: impl IntoIterator<Item = &'k [u8; 32]>) -> Self {
        self.before = before.into_iter().map(Keys::new).collect();
        self
    }

    fn ring(&self) -> impl Iterator<Item = &Keys> {
        std::iter::once(&*self.newest).chain(&*self.before)
    }

    /// What only the same place can open again: the algorithm's mark, a nonce, the text with its tag.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "sealing fails for a text of 64 GiB alone, and what is not sealed must not be stored"
    )]
    pub fn seal(&self, place: &[u8], secret: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut text = secret.to_vec();
        let key = self.newest.aead(self.algorithm);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut text)
            .expect("a text shorter than 64 GiB");
        [&[self.algorithm.mark()], &nonce[..], &text].concat()
    }

    /// What was sealed for this place; none when it was not, or was changed.
    #[must_use]
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&mark, text) = sealed.split_first()?;
        let marked = Algorithm::of_mark(mark)
            .and_then(|algorithm| self.ring().find_map(|keys| keys.open(algorithm, place, text)));
        // Before values had a mark there was one algorithm.
        marked.or_else(|| self.ring().find_map(|keys| keys.open(Algorithm::Aes256Gcm, place, sealed)))
    }

    /// What was sealed for this place, sealed anew with the newest key and by the algorithm of today.
    ///
    /// # Errors
    /// When no key opens it.
    pub(crate) fn again(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DbError> {
        let opened = self.open(place, sealed);
        Ok(self.seal(place, &opened.ok_or(DbError::Value("a sealed value that no key of the ring opens"))?))
    }

    /// A short proof that this portal has said these things (HMAC-SHA-256, its first 128 bits).
    #[must_use]
    pub fn vouch(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut proof = [0; 16];
        proof.copy_from_slice(&self.newest.voucher(parts).finalize().into_bytes()[..16]);
        proof
    }

    /// Whether this portal has said these things, in a time that does not tell where another proof differs.
    #[must_use]
    pub fn vouches(&self, parts: &[&[u8]], proof: &[u8; 16]) -> bool {
        self.ring().any(|keys| keys.voucher(parts).verify_truncated_left(proof).is_ok())
    }

    /// A name for something that is counted, that says nothing about it.
    #[must_use]
    pub fn meter(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut hash = Sha256::new_with_prefix(*self.meter_key);
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    const PLACE: &[u8] = b"authenticator 1";
    const SEED: &[u8] = b"the seed";

    fn sealer(key: u8) -> Sealer {
        Sealer::new(&[key; 32], Arc::new(SeededRandom::new(1)))
    }

    fn opened(sealer: &Sealer, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        sealer.open(place, sealed).map(|text| text.to_vec())
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_alone_and_only_unchanged() {
        for algorithm in [Algorithm::Aes256Gcm, Algorithm::ChaCha20Poly1305] {
            let sealer = sealer(7).by(algorithm);
            let sealed = sealer.seal(PLACE, SEED);
            assert_eq!(opened(&sealer, PLACE, &sealed).as_deref(), Some(SEED));
            assert_eq!(opened(&sealer, b"authenticator 2", &sealed), None);
            for at in 0..sealed.len() {
                for bit in 0..8 {
                    let mut other = sealed.clone();
                    other[at] ^= 1 << bit;
                    assert_eq!(opened(&sealer, PLACE, &other), None, "{algorithm:?}, byte {at}, bit {bit}");
                }
                assert_eq!(opened(&sealer, PLACE, &sealed[..at]), None, "{algorithm:?}, cut at {at}");
            }
            assert_ne!(sealer.seal(PLACE, SEED), sealer.seal(PLACE, SEED), "never the same twice");
        }
    }

    #[test]
    fn an_older_key_opens_and_the_newest_seals() {
        let sealed = sealer(7).seal(PLACE, SEED);
        assert_eq!(opened(&sealer(8), PLACE, &sealed), None);
        let ring = sealer(8).opening([&[7; 32]]);
        assert_eq!(opened(&ring, PLACE, &sealed).as_deref(), Some(SEED));
        assert_eq!(opened(&ring, b"authenticator 2", &sealed), None);
        assert_eq!(opened(&sealer(7), PLACE, &ring.seal(PLACE, SEED)), None);
    }

    #[test]
    fn another_algorithm_takes_over_and_what_was_sealed_before_still_opens() {
        let (old, new) = (sealer(7), sealer(7).by(Algorithm::ChaCha20Poly1305));
        let (before, after) = (old.seal(PLACE, SEED), new.seal(PLACE, SEED));
        assert_eq!((before[0], after[0]), (1, 2), "a value says by what it is sealed");
        for sealed in [&before, &after] {
            assert_eq!(opened(&new, PLACE, sealed).as_deref(), Some(SEED));
            assert_eq!(opened(&old, PLACE, sealed).as_deref(), Some(SEED), "and the way back is open");
        }
        assert_eq!(opened(&new, PLACE, &before[1..]).as_deref(), Some(SEED), "a value of before there were marks");
        assert_eq!(opened(&new, PLACE, &after[1..]), None);
    }

    #[test]
    fn the_portal_vouches_for_what_it_has_said_and_for_nothing_else() {
        let sealer = sealer(7);
        let proof = sealer.vouch(&[b"track", b"76000"]);
        assert!(sealer.vouches(&[b"track", b"76000"], &proof));
        for other in [&[b"track" as &[u8], b"76001"][..], &[b"track76000"], &[b"track7", b"6000"], &[]] {
            assert!(!sealer.vouches(other, &proof), "{other:?}");
        }
        for bit in 0..128 {
            let mut other = proof;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!sealer.vouches(&[b"track", b"76000"], &other), "bit {bit}");
        }
        let new = self::sealer(8);
        assert!(!new.vouches(&[b"track", b"76000"], &proof));
        assert!(new.opening([&[7; 32]]).vouches(&[b"track", b"76000"], &proof));
    }
}

//! Secrets that must be read again: authenticator seeds, a form that is kept for its sender. AES-256-GCM under a key that
//! lies beside the other secrets and never in the database.
//!
//! A sealed value is bound to its place (table and customer), so that it cannot be moved to another row.

use crate::random::SharedRandom;
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

const NONCE: usize = 12;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    cipher: Arc<Aes256Gcm>,
    /// Of keys from before; they open and never seal.
    before: Arc<[Aes256Gcm]>,
    meter_key: Zeroizing<[u8; 32]>,
    random: SharedRandom,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<sealer>")
    }
}

/// A key for one purpose, of the institution's.
fn derive(label: &[u8], key: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    use sha2::{Digest as _, Sha256};
    Zeroizing::new(Sha256::new().chain_update(label).chain_update(key).finalize().into())
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new((&*derive(b"guichet seal\0", key)).into())
}

impl Sealer {
    /// With the institution's key.
    #[must_use]
    pub fn new(key: &[u8; 32], random: SharedRandom) -> Self {
        let cipher = Arc::new(cipher(key));
        Self { cipher, before: Arc::default(), meter_key: derive(b"guichet meter\0", key), random }
    }

    /// The same, which also opens what was sealed with these keys.
    #[must_use]
    pub fn opening<'k>(mut self, before: impl IntoIterator<Item = &'k [u8; 32]>) -> Self {
        self.before = before.into_iter().map(cipher).collect();
        self
    }

    /// What only the same place can open again.
    #[must_use]
    pub fn seal(&self, place: &[u8], secret: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        self.random.fill(&mut nonce);
        let sealed = self.cipher.encrypt(&nonce.into(), Payload { msg: secret, aad: place }).unwrap_or_default();
        [&nonce[..], &sealed].concat()
    }

    /// What was sealed for this place; none when it was not, or was changed.
    #[must_use]
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
        let mut ring = std::iter::once(&*self.cipher).chain(&*self.before);
        ring.find_map(|cipher| cipher.decrypt(nonce.into(), Payload { msg: text, aad: place }).ok()).map(Zeroizing::new)
    }

    /// A name for something that is counted, that says nothing about it.
    #[must_use]
    pub fn meter(&self, parts: &[&[u8]]) -> Vec<u8> {
        use sha2::{Digest as _, Sha256};
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

    #[test]
    fn what_is_sealed_opens_at_its_place_alone_and_only_unchanged() {
        let sealer = Sealer::new(&[7; 32], Arc::new(SeededRandom::new(1)));
        let sealed = sealer.seal(b"authenticator 1", b"the seed");
        assert_eq!(sealer.open(b"authenticator 1", &sealed).as_deref().map(Vec::as_slice), Some(&b"the seed"[..]));
        assert_eq!(sealer.open(b"authenticator 2", &sealed), None);
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert_eq!(sealer.open(b"authenticator 1", &other), None, "byte {at}");
        }
        let stranger = Sealer::new(&[8; 32], Arc::new(SeededRandom::new(1)));
        assert_eq!(stranger.open(b"authenticator 1", &sealed), None);
        let ring = Sealer::new(&[8; 32], Arc::new(SeededRandom::new(1))).opening([&[7; 32]]);
        assert_eq!(ring.open(b"authenticator 1", &sealed).as_deref().map(Vec::as_slice), Some(&b"the seed"[..]));
        assert_eq!(ring.open(b"authenticator 2", &sealed), None);
        assert_eq!(sealer.open(b"p", &ring.seal(b"p", b"the seed")), None, "the newest key seals");
        assert_ne!(sealer.seal(b"p", b"the seed"), sealer.seal(b"p", b"the seed"), "never the same twice");
    }
}

//! Passwords: argon2id, bounded so that a storm of sign-ins takes neither the machine's memory nor its time.
//!
//! A hash is a PHC string. With a pepper, a secret that is kept apart from the database, the string names the pepper it was
//! made with (`keyid`), so that hashes from before the pepper still hold and are renewed at the next sign-in, and a pepper
//! that was lost is told from a password that is wrong.

mod breached;
mod fresh;

use crate::{config, random::SharedRandom};
use argon2::{
    Algorithm, Argon2, KeyId, Params, ParamsBuilder, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::SaltString,
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{fmt, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

pub use breached::{Breached, BreachedError};
pub use fresh::Weak;

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest password that is looked at, bytes. Far longer than any that can be set.
const LONGEST: usize = 1_024;

/// What a hash costs.
#[derive(Clone, Copy, Debug)]
pub struct PasswordPolicy {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// How many are made at once; the rest wait for at most two seconds.
    pub permits: usize,
}

impl Default for PasswordPolicy {
    /// 64 MiB, 3 passes, one at a time.
    fn default() -> Self {
        Self { memory_kib: 65_536, passes: 3, lanes: 1, permits: 1 }
    }
}

impl From<&config::Password> for PasswordPolicy {
    fn from(section: &config::Password) -> Self {
        let config::Password { memory_kib, passes, lanes, .. } = *section;
        Self { memory_kib, passes, lanes, permits: section.permits() }
    }
}

/// Why a password could not be hashed or checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many at once; answer 503 with `Retry-After`.
    #[error("too many sign-ins at once")]
    Busy,
    /// The parameters or a stored hash make no sense.
    #[error("the password parameters or a stored hash make no sense")]
    Unusable,
    /// The stored hash was made with a pepper that is not configured.
    #[error("a stored password hash was made with another pepper than password.pepper_file holds")]
    Pepper,
    /// The file of leaked passwords cannot be asked; no password is set meanwhile.
    #[error("the file of password.breached_file cannot be asked")]
    Breached,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password.
    pub ok: bool,
    /// It is, and the cost or the pepper has changed since it was hashed: hash it again.
    pub needs_rehash: bool,
}

struct Inner {
    policy: PasswordPolicy,
    params: Params,
    pepper: Zeroizing<Vec<u8>>,
    /// The pepper from before and its name in hashes.
    before: Option<(KeyId, Zeroizing<Vec<u8>>)>,
    random: SharedRandom,
    permits: Arc<Semaphore>,
    /// A hash of nothing that anybody knows, for names that nobody has: checking it takes the same time.
    dummy: String,
    breached: Option<Breached>,
}

/// Hashes and checks passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("policy", &self.0.policy).finish_non_exhaustive()
    }
}

impl Passwords {
    /// Under `policy`, with a pepper that is kept apart from the database; an empty one is none.
    ///
    /// # Errors
    /// [`PasswordError::Unusable`] when the parameters make no sense.
    pub fn new(policy: PasswordPolicy, pepper: Vec<u8>, random: SharedRandom) -> Result<Self, PasswordError> {
        let params = params(policy, &pepper).ok_or(PasswordError::Unusable)?;
        let permits = Arc::new(Semaphore::new(policy.permits.clamp(1, Semaphore::MAX_PERMITS)));
        let pepper = Zeroizing::new(pepper);
        let mut inner =
            Inner { policy, params, pepper, before: None, random, permits, dummy: String::new(), breached: None };
        let mut secret = [0; 32];
        inner.random.fill(&mut secret);
        inner.dummy = inner.hash(&secret)?;
        Ok(Self(Arc::new(inner)))
    }

    /// The same, and none of these may be a new password. Right behind [`Passwords::new`], before it is cloned.
    #[must_use]
    pub fn refusing(mut self, breached: Breached) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.breached = Some(breached);
        }
        self
    }

    /// The same, which also checks hashes that were made with the pepper from before; they are renewed at the next sign-in. Right
    /// behind [`Passwords::new`], before it is cloned; an empty one is none.
    #[must_use]
    pub fn knowing(mut self, before: Vec<u8>) -> Self {
        if let (Some(inner), Some(id)) = (Arc::get_mut(&mut self.0), key_id(&before)) {
            inner.before = Some((id, Zeroizing::new(before)));
        }
        self
    }

    /// The name of today's pepper, as hashes have it; none without a pepper.
    #[must_use]
    pub fn pepper_id(&self) -> Option<String> {
        let id = self.0.params.keyid();
        (!id.is_empty()).then(|| STANDARD_NO_PAD.encode(id))
    }

    /// Whether a new password may be used. `context` is what a stranger could guess: names, address, number, institution.
    ///
    /// # Errors
    /// When the file of leaked passwords cannot be asked; otherwise why it may not be used.
    pub async fn check_new(&self, password: &str, context: &[String]) -> Result<Result<(), Weak>, PasswordError> {
        let (inner, password) = (self.0.clone(), Zeroizing::new(password.to_owned()));
        let context = context.to_vec();
        // The look at the file waits for a disk, and the estimate takes a while.
        let look = tokio::task::spawn_blocking(move || {
            let context: Vec<&str> = context.iter().map(String::as_str).collect();
            if let Err(weak) = fresh::check_new(&password, &context) {
                return Ok(Err(weak));
            }
            match inner.breached.as_ref().map(|breached| breached.holds(&password)).transpose() {
                Ok(Some(true)) => Ok(Err(Weak::Breached)),
                Ok(_) => Ok(Ok(())),
                Err(error) => {
                    tracing::error!(%error, "The file of password.breached_file cannot be asked; no password is set");
                    Err(PasswordError::Breached)
                }
            }
        });
        look.await.unwrap_or(Err(PasswordError::Unusable))
    }

    /// The hash of a password, as a PHC string. The password is wiped.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] when the wait for a turn is too long.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let password = Zeroizing::new(password);
        self.run(move |inner| inner.hash(password.as_bytes())).await
    }

    /// Checks a password against a hash, or against nothing in the same time. The password is wiped.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] when the wait for a turn is too long; otherwise the stored hash is at fault.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict, PasswordError> {
        let password = Zeroizing::new(password);
        self.run(move |inner| inner.verify(password.as_bytes(), stored.as_deref())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let wait = tokio::time::timeout(PATIENCE, self.0.permits.clone().acquire_owned());
        let permit = wait.await.map_err(|_| PasswordError::Busy)?.map_err(|_| PasswordError::Busy)?;
        let inner = self.0.clone();
        let work = move || {
            // Held here and not by the caller: whoever hangs up leaves the work behind, and its memory is still taken.
            let _permit = permit;
            work(&inner)
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(PasswordError::Unusable))
    }
}

/// Whether a text is an argon2id hash (PHC string) that costs no more than a sign-in may: what a back office brings must
/// not take the memory.
#[must_use]
pub fn is_activation_hash(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else { return false };
    let bounded = Params::try_from(&hash).is_ok_and(|params| {
        (8..=131_072).contains(&params.m_cost())
            && params.t_cost() <= 16
            && params.p_cost() <= 4
            && params.keyid().is_empty()
    });
    bounded && hash.algorithm == Algorithm::Argon2id.ident() && hash.salt.is_some() && hash.hash.is_some()
}

impl Inner {
    fn hash(&self, password: &[u8]) -> Result<String, PasswordError> {
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        let hashed = || {
            let salt = SaltString::encode_b64(&salt).ok()?;
            let argon = argon(self.params.clone(), &self.pepper)?;
            argon.hash_password(password, &salt).ok().map(|hash| hash.to_string())
        };
        hashed().ok_or(PasswordError::Unusable)
    }

    fn verify(&self, password: &[u8], stored: Option<&str>) -> Result<Verdict, PasswordError> {
        // What nobody can have set is no, but not sooner than any other no.
        let possible = (1..=LONGEST).contains(&password.len());
        let (password, stored) = if possible { (password, stored) } else { (&[][..], None) };
        let hash = PasswordHash::new(stored.unwrap_or(&self.dummy)).map_err(|_| PasswordError::Unusable)?;
        let made_with = Params::try_from(&hash).map_err(|_| PasswordError::Unusable)?;
        let pepper = match made_with.keyid() {
            [] => &[][..],
            id if id == self.params.keyid() => &self.pepper[..],
            id => match &self.before {
                Some((before, pepper)) if id == before.as_bytes() => &pepper[..],
                _ => return Err(PasswordError::Pepper),
            },
        };
        let argon = argon(made_with.clone(), pepper).ok_or(PasswordError::Unusable)?;
        let ok = argon.verify_password(password, &hash).is_ok() && stored.is_some();
        let current = hash.algorithm == Algorithm::Argon2id.ident()
            && (made_with.m_cost(), made_with.t_cost(), made_with.p_cost())
                == (self.params.m_cost(), self.params.t_cost(), self.params.p_cost())
            && made_with.keyid() == self.params.keyid();
        Ok(Verdict { ok, needs_rehash: ok && !current })
    }
}

fn params(policy: PasswordPolicy, pepper: &[u8]) -> Option<Params> {
    let mut builder = ParamsBuilder::new();
    builder.m_cost(policy.memory_kib).t_cost(policy.passes).p_cost(policy.lanes);
    if let Some(id) = key_id(pepper) {
        builder.keyid(id);
    }
    builder.build().ok()
}

/// What a pepper is called in hashes; none for none.
fn key_id(pepper: &[u8]) -> Option<KeyId> {
    if pepper.is_empty() {
        return None;
    }
    // Eight bytes tell one pepper from another and say nothing about it.
    let digest = Sha256::new().chain_update(b"guichet password pepper\0").chain_update(pepper).finalize();
    KeyId::new(digest.get(..8)?).ok()
}

fn argon(params: Params, pepper: &[u8]) -> Option<Argon2<'_>> {
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    const RIGHT: &str = "the counter never closes";
    const YES: Verdict = Verdict { ok: true, needs_rehash: false };
    const AGAIN: Verdict = Verdict { ok: true, needs_rehash: true };
    const NO: Verdict = Verdict { ok: false, needs_rehash: false };

    fn passwords(passes: u32, pepper: &str) -> Passwords {
        let policy = PasswordPolicy { memory_kib: 64, passes, lanes: 1, permits: 1 };
        Passwords::new(policy, pepper.into(), Arc::new(SeededRandom::new(1))).unwrap()
    }

    async fn verify(passwords: &Passwords, password: &str, phc: &str) -> Result<Verdict, PasswordError> {
        passwords.verify(password.to_owned(), Some(phc.to_owned())).await
    }

    #[tokio::test]
    async fn the_right_password_is_the_only_one() {
        let phc = passwords(1, "").hash(RIGHT.to_owned()).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
        assert_eq!(verify(&passwords(1, ""), RIGHT, &phc).await, Ok(YES));
        assert_eq!(verify(&passwords(2, ""), RIGHT, &phc).await, Ok(AGAIN));
        for wrong in ["the counter never close", "The counter never closes", "", &"a".repeat(2_000)] {
            assert_eq!(verify(&passwords(1, ""), wrong, &phc).await, Ok(NO), "{wrong}");
        }
        assert_eq!(verify(&passwords(1, ""), RIGHT, "$2b$10$nonsense").await, Err(PasswordError::Unusable));
    }

    #[tokio::test]
    async fn a_hash_knows_its_pepper() {
        let plain = passwords(1, "").hash(RIGHT.to_owned()).await.unwrap();
        let peppered = passwords(1, "pepper of the house").hash(RIGHT.to_owned()).await.unwrap();
        assert!(peppered.contains(",keyid=") && !peppered.contains("pepper of"), "{peppered}");
        let with_pepper = passwords(1, "pepper of the house");
        assert_eq!(verify(&with_pepper, RIGHT, &peppered).await, Ok(YES));
        assert_eq!(verify(&with_pepper, "wrong", &peppered).await, Ok(NO));
        assert_eq!(verify(&with_pepper, RIGHT, &plain).await, Ok(AGAIN), "from before the pepper");
        assert_eq!(verify(&passwords(1, ""), RIGHT, &peppered).await, Err(PasswordError::Pepper));
        assert_eq!(verify(&passwords(1, "another one"), RIGHT, &peppered).await, Err(PasswordError::Pepper));
        let both = passwords(1, "another one").knowing(b"pepper of the house".to_vec());
        assert_eq!(verify(&both, RIGHT, &peppered).await, Ok(AGAIN), "from before this pepper");
        assert_eq!(verify(&both, "wrong", &peppered).await, Ok(NO));
        let anew = both.hash(RIGHT.to_owned()).await.unwrap();
        assert!(anew.contains(&format!(",keyid={}", both.pepper_id().unwrap())), "{anew}");
        assert_eq!(verify(&passwords(1, "another one"), RIGHT, &anew).await, Ok(YES));
    }

    #[tokio::test]
    async fn a_password_that_has_leaked_cannot_be_chosen() {
        const LEAKED: &str = "eleven quiet harbours at noon";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("breached");
        let hash = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, LEAKED.as_bytes());
        let line: String = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        std::fs::write(&path, format!("{line}:3\r\n")).unwrap();
        assert_eq!(passwords(1, "").check_new(LEAKED, &[]).await, Ok(Ok(())), "without a file");
        let careful = passwords(1, "").refusing(Breached::open(&path).unwrap());
        assert_eq!(careful.check_new(LEAKED, &[]).await, Ok(Err(Weak::Breached)));
        assert_eq!(careful.check_new("twelve quiet harbours at noon", &[]).await, Ok(Ok(())));
        assert_eq!(careful.check_new("passwordpassword", &[]).await, Ok(Err(Weak::Common)));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(careful.check_new(LEAKED, &[]).await, Err(PasswordError::Breached));
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert_eq!(passwords(1, "").verify(String::new(), None).await, Ok(NO));
        assert_eq!(passwords(1, "pepper of the house").verify(RIGHT.to_owned(), None).await, Ok(NO));
    }

    #[tokio::test]
    async fn who_waits_for_too_long_is_told_to_come_back() {
        let passwords = passwords(1, "");
        let held = passwords.0.permits.clone().acquire_owned().await.unwrap();
        assert_eq!(passwords.hash(RIGHT.to_owned()).await, Err(PasswordError::Busy));
        drop(held);
        assert!(passwords.hash(RIGHT.to_owned()).await.is_ok());
    }

    #[test]
    fn parameters_that_make_no_sense_are_refused() {
        let policy = PasswordPolicy { memory_kib: 1, ..PasswordPolicy::default() };
        assert_eq!(
            Passwords::new(policy, Vec::new(), Arc::new(SeededRandom::new(1))).err(),
            Some(PasswordError::Unusable)
        );
    }
}

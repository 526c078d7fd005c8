//! Passwords: argon2id, bounded so that a storm of sign-ins cannot take the machine's memory.

use crate::random::SharedRandom;
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::SaltString,
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

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

/// Why a password could not be hashed or checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many at once.
    #[error("too many sign-ins at once")]
    Busy,
    /// The parameters or a stored hash make no sense.
    #[error("the password parameters or a stored hash make no sense")]
    Unusable,
}

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Fewer than 15 characters.
    Short,
    /// More than 256 characters.
    Long,
    /// Everybody's: on the list of common passwords, or one character over and over.
    Common,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password.
    pub ok: bool,
    /// The parameters have risen since it was hashed.
    pub needs_rehash: bool,
}

struct Inner {
    policy: PasswordPolicy,
    pepper: Vec<u8>,
    random: SharedRandom,
    permits: Semaphore,
    /// A hash of nothing that anybody knows, for names that nobody has: checking it takes the same time.
    dummy: String,
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
    /// Under `policy`, with a pepper that is kept apart from the database.
    ///
    /// # Errors
    /// When the parameters make no sense.
    pub fn new(policy: PasswordPolicy, pepper: Vec<u8>, random: SharedRandom) -> Result<Self, PasswordError> {
        let mut secret = [0; 32];
        random.fill(&mut secret);
        let dummy = hash(&policy, &pepper, &secret, &*random)?;
        let permits = Semaphore::new(policy.permits.max(1));
        Ok(Self(Arc::new(Inner { policy, pepper, random, permits, dummy })))
    }

    /// The hash of a password, as a PHC string.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] when too many are being made.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.run(move |inner| hash(&inner.policy, &inner.pepper, password.as_bytes(), &*inner.random)).await
    }

    /// Checks a password against a hash, or against nothing in the same time.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] when too many are being checked.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict, PasswordError> {
        self.run(move |inner| {
            let known = stored.is_some();
            let phc = stored.unwrap_or_else(|| inner.dummy.clone());
            let parsed = PasswordHash::new(&phc).map_err(|_| PasswordError::Unusable)?;
            let right = argon(&inner.policy, &inner.pepper)?.verify_password(password.as_bytes(), &parsed).is_ok();
            let made_with = Params::try_from(&parsed).ok();
            let current = made_with.is_some_and(|params| {
                params.m_cost() == inner.policy.memory_kib
                    && params.t_cost() == inner.policy.passes
                    && params.p_cost() == inner.policy.lanes
            });
            Ok(Verdict { ok: right && known, needs_rehash: right && known && !current })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let wait = tokio::time::timeout(Duration::from_secs(2), self.0.permits.acquire());
        let _permit = wait.await.map_err(|_| PasswordError::Busy)?.map_err(|_| PasswordError::Busy)?;
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || work(&inner)).await.unwrap_or(Err(PasswordError::Unusable))
    }
}

fn argon<'k>(policy: &PasswordPolicy, pepper: &'k [u8]) -> Result<Argon2<'k>, PasswordError> {
    let params = Params::new(policy.memory_kib, policy.passes, policy.lanes, None);
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params.map_err(|_| PasswordError::Unusable)?)
        .map_err(|_| PasswordError::Unusable)
}

fn hash(
    policy: &PasswordPolicy,
    pepper: &[u8],
    password: &[u8],
    random: &dyn crate::random::Random,
) -> Result<String, PasswordError> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Unusable)?;
    argon(policy, pepper)?
        .hash_password(password, &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| PasswordError::Unusable)
}

/// Long passwords that everybody thinks of.
const COMMON: [&str; 12] = [
    "passwordpassword", "correcthorsebatterystaple", "123456789012345", "1234567890123456", "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl", "iloveyouiloveyou", "aaaaaaaaaaaaaaa", "passwortpasswort", "motdepassemotdepasse",
    "letmeinletmeinletmein", "administratoradministrator",
];

/// Whether a new password may be used: long enough, and not everybody's. Nothing else is asked of it.
///
/// # Errors
/// Why it may not.
pub fn check_new(password: &str) -> Result<(), Weak> {
    let folded = password.to_lowercase();
    let first = password.chars().next();
    match password.chars().count() {
        0..15 => Err(Weak::Short),
        257.. => Err(Weak::Long),
        _ if COMMON.contains(&folded.as_str()) || password.chars().all(|letter| Some(letter) == first) => Err(Weak::Common),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn passwords(passes: u32) -> Passwords {
        let policy = PasswordPolicy { memory_kib: 64, passes, lanes: 1, permits: 1 };
        Passwords::new(policy, b"pepper".to_vec(), Arc::new(SeededRandom::new(1))).unwrap()
    }

    #[tokio::test]
    async fn the_right_password_is_the_only_one() {
        let phc = passwords(1).hash("the counter never closes".to_owned()).await.unwrap();
        let ok = passwords(1).verify("the counter never closes".to_owned(), Some(phc.clone())).await.unwrap();
        assert_eq!(ok, Verdict { ok: true, needs_rehash: false });
        let no = passwords(1).verify("the counter never close".to_owned(), Some(phc.clone())).await.unwrap();
        assert!(!no.ok);
        let risen = passwords(2).verify("the counter never closes".to_owned(), Some(phc)).await.unwrap();
        assert_eq!(risen, Verdict { ok: true, needs_rehash: true });
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert!(!passwords(1).verify(String::new(), None).await.unwrap().ok);
    }

    #[test]
    fn a_new_password_is_long_and_not_everybodys() {
        assert_eq!(check_new("short"), Err(Weak::Short));
        assert_eq!(check_new("CorrectHorseBatteryStaple"), Err(Weak::Common));
        assert_eq!(check_new(&"é".repeat(20)), Err(Weak::Common));
        assert_eq!(check_new("un mot de passe à moi seule"), Ok(()));
    }
}

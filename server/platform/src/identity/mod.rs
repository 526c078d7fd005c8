//! Who somebody is: factors, sign-in, the steps between, and proving it again for what matters.
//!
//! Everything that can be guessed goes through [`throttle`]; everything that changes how somebody signs in needs a
//! [`FactorRight`], which comes from a fresh proof or from the step that demanded the change, and from nowhere else. The
//! answers are the same, and take the same time, whether or not anybody has the name that was typed.

mod access;
mod activation;
mod approval;
mod authenticator;
mod contact;
mod device;
mod held;
mod keys;
mod notice;
mod passkey;
mod password;
mod profile;
mod recovery;
mod seal;
mod sign_in;
mod step;
mod step_up;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
mod throttle;

use crate::{
    alarm::Alarms,
    clock::SharedClock,
    db::{Db, DbError},
    password::{PasswordError, Passwords, Weak},
    random::SharedRandom,
    session::{SessionToken, Sessions},
};
use guichet_types::{Id, kind};
use std::{fmt, sync::Arc};
use webauthn_rs::{Webauthn, WebauthnBuilder, prelude::Url};

pub use access::Access;
pub use activation::{NewActivation, keep_activation, until_days};
pub use approval::Approval;
pub use authenticator::NewAuthenticator;
pub use contact::{ContactChange, ContactCode};
pub use held::HeldForm;
pub use keys::OlderPepper;
pub use notice::{Letters, Notice};
pub use passkey::{Challenge, PasskeyRow};
pub use profile::{Profile, Rules};
pub use recovery::RecoveryCodes;
pub use seal::{Algorithm, Sealer};
pub use sign_in::{Factors, SignIn};
pub use step::{Step, StepKind};
pub use step_up::{Contact, Desk, Devices, FactorRight, Payout, Proven, Purpose, Security, StepUp, link};
pub use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

/// Why identity could not answer. What somebody did wrong is no error: it is in the answers.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Too much at once; answer 503.
    #[error("too many sign-ins at once")]
    Busy,
    /// One network begins more than people do; answer 429.
    #[error("too many beginnings from one network")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A hash, a key or a stored secret is at fault.
    #[error("{0}")]
    Fault(String),
}

impl From<PasswordError> for IdentityError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            other => Self::Fault(other.to_string()),
        }
    }
}

/// Why a change of one's own access was refused; for its owner to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The code, the password or the passkey was not right, or was used before, or there were too many tries.
    Wrong,
    /// It took too long; begin again.
    Gone,
    /// The new password may not be used.
    Weak(Weak),
    /// It is no e-mail address.
    Address,
    /// It would leave its owner with too few factors.
    LastFactor,
}

/// The browser that asks.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// What it showed of sign-ins from before, one for each customer who uses it.
    pub devices: Vec<SessionToken>,
    /// The session that it shows now.
    pub before: Option<SessionToken>,
    /// Browser and system, in words.
    pub agent: String,
    /// Where from.
    pub network: String,
}

/// Somebody is in: the tokens for their browser.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Of the session.
    pub session: SessionToken,
    /// Of the browser, when it is a new one to its owner.
    pub device: Option<SessionToken>,
    /// Who.
    pub customer: Id<kind::Customer>,
}

/// A change of how somebody signs in: the tokens that hold from here on, and recovery codes to be shown once.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The tokens for the browser.
    pub entered: Entered,
    /// New recovery codes, when there are any.
    pub codes: Option<RecoveryCodes>,
}

/// What identity is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
    /// Sessions.
    pub sessions: Sessions,
    /// Passwords.
    pub passwords: Passwords,
    /// Seals what must be read again.
    pub sealer: Sealer,
    /// Whose rules hold.
    pub profile: Profile,
    /// The institution's name, as authenticators show it and as no password may hold it.
    pub institution: String,
    /// The only origin that passkeys are for.
    pub origin: String,
    /// Writes notices.
    pub letters: Arc<dyn Letters>,
    /// What is done against the portal's controls.
    pub alarms: Alarms,
}

/// Keeps who everybody is. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(crate) sessions: Sessions,
    passwords: Passwords,
    sealer: Sealer,
    rules: Rules,
    profile: Profile,
    institution: Arc<str>,
    passkeys: Arc<Webauthn>,
    letters: Arc<dyn Letters>,
    alarms: Alarms,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl Identity {
    /// Of these parts.
    ///
    /// # Errors
    /// When the origin is none that a passkey can be for.
    pub fn new(parts: Parts) -> Result<Self, IdentityError> {
        let fault =
            |error: &dyn fmt::Display| IdentityError::Fault(format!("passkeys do not work with this origin: {error}"));
        let origin = Url::parse(&parts.origin).map_err(|error| fault(&error))?;
        let host = origin.host_str().unwrap_or_default().to_owned();
        let passkeys = WebauthnBuilder::new(&host, &origin)
            .map(|builder| builder.rp_name(&parts.institution))
            .and_then(WebauthnBuilder::build)
            .map_err(|error| fault(&error))?;
        Ok(Self {
            db: parts.db,
            clock: parts.clock,
            random: parts.random,
            sessions: parts.sessions,
            passwords: parts.passwords,
            sealer: parts.sealer,
            rules: parts.profile.rules(),
            profile: parts.profile,
            institution: parts.institution.into(),
            passkeys: Arc::new(passkeys),
            letters: parts.letters,
            alarms: parts.alarms,
        })
    }

    /// The same, which writes its letters so.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn writing(self, letters: Arc<dyn Letters>) -> Self {
        Self { letters, ..self }
    }

    /// What seals secrets that must be read again.
    #[must_use]
    pub const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Whose rules hold.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// What they demand.
    #[must_use]
    pub const fn rules(&self) -> Rules {
        self.rules
    }

    /// Digits and letters for somebody to type, in groups of four: no 0, O, 1, I or L among them.
    fn code(&self, letters: usize) -> String {
        const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ?";
        let mut code = String::new();
        let mut count = 0;
        while count < letters {
            let mut byte = [0];
            self.random.fill(&mut byte);
            // The last place of the alphabet is none: drawn again, so that every letter is as likely as any other.
            let letter = ALPHABET[usize::from(byte[0] & 31)];
            if letter == b'?' {
                continue;
            }
            if count > 0 && count % 4 == 0 {
                code.push('-');
            }
            code.push(char::from(letter));
            count += 1;
        }
        code
    }
}

/// A code as somebody typed it: without what stands between, and with what looks alike read as it was meant.
fn typed_code(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// Addresses are compared without regard to case.
fn normal_email(text: &str) -> String {
    text.trim().to_lowercase()
}

fn id<K>(bytes: Vec<u8>) -> Result<Id<K>, DbError> {
    bytes.try_into().map_err(|_| DbError::Value("an id that is not 16 bytes"))
}

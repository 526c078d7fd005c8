//! Letters to customers: what each says, in three languages. Whoever causes one calls [`put`] in the transaction of the act.
//!
//! A letter holds no more of a person than it must: no name, no amount, no link. A code stands there as text to be typed;
//! everything else is "sign in to see". The one page is the demonstration's, which shows letters instead of sending them.

mod demo;
mod paper;

#[cfg(test)]
mod tests;

use crate::{
    web::Institution,
    words::{Figures, Words},
};
use guichet_platform::{
    db::{DbError, Tx},
    mail::{self, Address, Letter},
    random::Random,
};
use guichet_types::{Id, Locale, Timestamp, kind};

pub(crate) use demo::as_sent;
pub use demo::{link, routes};
pub use guichet_platform::mail::Rendered;

/// What a customer proves themselves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// The password.
    Password,
    /// A passkey.
    Passkey,
    /// An app that shows codes.
    Authenticator,
    /// The recovery codes.
    RecoveryCodes,
}

/// Why a letter is written, with what it has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion<'o> {
    /// Somebody signed in on a device that was not seen before.
    NewDevice {
        /// Browser and system in words.
        device: &'o str,
        /// When.
        at: Timestamp,
    },
    /// What the customer signs in with was added, changed or taken away.
    FactorChanged {
        /// Which.
        factor: Factor,
        /// When.
        at: Timestamp,
    },
    /// The customer's e-mail address was changed: to the old one and to the new one, and it names neither.
    AddressChanged {
        /// When.
        at: Timestamp,
    },
    /// A code to set a new password with.
    ResetCode {
        /// The code, as it is typed.
        code: &'o str,
        /// Until when it is good.
        until: Timestamp,
    },
    /// A code that proves an address, for a change of the address: one to the old, another to the new.
    AddressCode {
        /// The code, as it is typed.
        code: &'o str,
        /// Until when it is good.
        until: Timestamp,
    },
    /// A code to make a sign-in with, for a customer who has none yet.
    Invitation {
        /// The code, as it is typed.
        code: &'o str,
        /// Until when it is good.
        until: Timestamp,
    },
    /// Too many wrong tries: a way to sign in is blocked for a while.
    Blocked {
        /// When.
        at: Timestamp,
    },
    /// Somebody signed in with a recovery code.
    RecoveryUsed {
        /// How many are left.
        left: i64,
        /// When.
        at: Timestamp,
    },
    /// The access was set up anew with a code from the institution; to the address from before.
    Activated {
        /// When.
        at: Timestamp,
    },
    /// Somebody wanted to use this address, which serves another access; nothing was changed.
    AddressTaken,
    /// There is something new about a parcel.
    Parcel,
    /// There is something new about a claim.
    Claim,
}

impl Occasion<'_> {
    /// The operator's word for it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NewDevice { .. } => "new-device",
            Self::FactorChanged { .. } => "factor-changed",
            Self::AddressChanged { .. } => "address-changed",
            Self::ResetCode { .. } => "reset-code",
            Self::AddressCode { .. } => "address-code",
            Self::Invitation { .. } => "invitation",
            Self::Blocked { .. } => "blocked",
            Self::RecoveryUsed { .. } => "recovery-used",
            Self::Activated { .. } => "activated",
            Self::AddressTaken => "address-taken",
            Self::Parcel => "parcel",
            Self::Claim => "claim",
        }
    }

    /// When what it says is good for nothing any more.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::ResetCode { until, .. } | Self::AddressCode { until, .. } | Self::Invitation { until, .. } => {
                Some(*until)
            }
            _ => None,
        }
    }
}

/// Who a letter is for.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The customer.
    pub customer: Id<kind::Customer>,
    /// Their address: one that they have proved to be theirs, or are about to.
    pub address: Address,
    /// Their language.
    pub locale: Locale,
}

/// Writes a letter and puts it, in the transaction of the act that causes it. For the scope of the customer themselves, of
/// sign-in and of the back office.
///
/// # Errors
/// What the database says.
pub async fn put(
    tx: &mut Tx,
    random: &dyn Random,
    institution: &Institution,
    reader: &Reader,
    occasion: &Occasion<'_>,
    now: Timestamp,
) -> Result<Id<kind::Mail>, DbError> {
    let letter = Letter {
        customer: reader.customer,
        to: reader.address.clone(),
        locale: reader.locale,
        kind: occasion.kind(),
        content: letter(occasion, reader.locale, institution, now),
        expires_at: occasion.expires_at(),
    };
    mail::put(tx, random, &letter, now).await
}

/// What a letter is made of, before it is text or HTML.
pub(crate) struct Parts {
    subject: String,
    /// What has happened.
    lead: String,
    /// A code, and until when it is good.
    code: Option<(String, String)>,
    /// What is known of it, by name.
    facts: Vec<(String, String)>,
    /// What to do now.
    then: String,
    /// What stands below every letter.
    foot: [String; 3],
}

/// What a letter says, at `now`.
#[must_use]
pub fn letter(occasion: &Occasion<'_>, locale: Locale, institution: &Institution, now: Timestamp) -> Rendered {
    let w = Words(locale);
    let parts = parts(occasion, w, institution, &Figures::new(locale, institution.zone.clone(), now));
    Rendered::new(&parts.subject, &paper::text(&parts), &paper::html(&parts, w, &institution.name))
}

fn parts(occasion: &Occasion<'_>, w: Words, institution: &Institution, figures: &Figures) -> Parts {
    let house = institution.name.as_str();
    let host = institution.host.as_str();
    // A letter is read another day: the date in full, and the clock of the house.
    let moment = |at: Timestamp| format!("{}, {}", figures.date(figures.local(at).0), figures.time(at));
    let when = |at: Timestamp| (w.get("letter-when"), moment(at));
    let good = |code: &str, until: Timestamp| {
        Some((code.to_owned(), w.with("letter-code-until", &[("moment", &moment(until))])))
    };
    let (subject, lead, code, facts, then) = match *occasion {
        Occasion::NewDevice { device, at } => (
            w.get("letter-device-subject"),
            w.with("letter-device", &[("house", house)]),
            None,
            vec![when(at), (w.get("letter-on"), device.to_owned())],
            w.get("letter-not-you"),
        ),
        Occasion::FactorChanged { factor, at } => (
            w.get("letter-factor-subject"),
            match factor {
                Factor::Password => w.get("letter-factor-password"),
                Factor::Passkey => w.get("letter-factor-passkey"),
                Factor::Authenticator => w.get("letter-factor-authenticator"),
                Factor::RecoveryCodes => w.get("letter-factor-recovery"),
            },
            None,
            vec![when(at)],
            w.get("letter-not-you"),
        ),
        Occasion::AddressChanged { at } => (
            w.get("letter-address-subject"),
            w.with("letter-address", &[("house", house)]),
            None,
            vec![when(at)],
            w.get("letter-not-you"),
        ),
        Occasion::ResetCode { code, until } => (
            w.get("letter-reset-subject"),
            w.get("letter-reset"),
            good(code, until),
            Vec::new(),
            w.get("letter-code-not-you"),
        ),
        Occasion::AddressCode { code, until } => (
            w.get("letter-confirm-subject"),
            w.get("letter-confirm"),
            good(code, until),
            Vec::new(),
            w.get("letter-code-not-you"),
        ),
        Occasion::Invitation { code, until } => (
            w.get("letter-invitation-subject"),
            w.with("letter-invitation", &[("house", house), ("host", host)]),
            good(code, until),
            Vec::new(),
            w.get("letter-invitation-then"),
        ),
        Occasion::Blocked { at } => (
            w.get("letter-blocked-subject"),
            w.get("letter-blocked"),
            None,
            vec![when(at)],
            w.get("letter-blocked-then"),
        ),
        Occasion::RecoveryUsed { left, at } => (
            w.get("letter-recovery-subject"),
            w.count("letter-recovery", u64::try_from(left).unwrap_or(0), &[]),
            None,
            vec![when(at)],
            w.get("letter-not-you"),
        ),
        Occasion::Activated { at } => (
            w.get("letter-activated-subject"),
            w.with("letter-activated", &[("house", house)]),
            None,
            vec![when(at)],
            w.get("letter-activated-then"),
        ),
        Occasion::AddressTaken => (
            w.get("letter-taken-subject"),
            w.with("letter-taken", &[("house", house)]),
            None,
            Vec::new(),
            w.get("letter-taken-then"),
        ),
        Occasion::Parcel => {
            (w.get("letter-parcel-subject"), w.get("letter-parcel"), None, Vec::new(), w.get("letter-sign-in"))
        }
        Occasion::Claim => {
            (w.get("letter-claim-subject"), w.get("letter-claim"), None, Vec::new(), w.get("letter-sign-in"))
        }
    };
    let foot = [w.with("letter-no-link", &[("host", host)]), w.get("letter-never-asks"), w.get("letter-no-answer")];
    Parts { subject, lead, code, facts, then, foot }
}

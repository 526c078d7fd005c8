//! What somebody is told by mail about their own access, in the transaction of what happened. Mail goes to addresses whose
//! owner has shown that they read it, and to one more: the address that is being confirmed.

use super::Identity;
use crate::{
    audit::{Action, Detail, Entry},
    db::{DbError, Tx},
    mail::{self, Address, Letter, Rendered},
    on,
};
use guichet_types::{Id, Locale, Timestamp, kind};

/// What happened.
#[derive(Clone, PartialEq, Eq)]
pub enum Notice {
    /// A sign-in from a browser that was not seen before.
    NewDevice {
        /// Browser and system, in words.
        agent: String,
        /// Where from.
        network: String,
    },
    /// Too many wrong tries; a factor is blocked for a while.
    Blocked,
    /// Another password.
    PasswordChanged,
    /// A passkey more.
    PasskeyAdded {
        /// What its owner calls it.
        name: String,
    },
    /// A passkey less.
    PasskeyRemoved {
        /// What its owner called it.
        name: String,
    },
    /// An authenticator app.
    AuthenticatorAdded,
    /// No authenticator app any more.
    AuthenticatorRemoved,
    /// New recovery codes.
    CodesRenewed,
    /// A recovery code was used.
    RecoveryUsed {
        /// How many are left.
        left: i64,
    },
    /// Access was set up anew with an activation code.
    Activated,
    /// A code to choose another password.
    ResetCode {
        /// The code.
        code: String,
    },
    /// A code to confirm that the address may be replaced, or that the new one is read.
    ContactCode {
        /// The code.
        code: String,
    },
    /// Another address; told to the old one and to the new one.
    ContactChanged,
    /// Somebody wanted to use an address that belongs to another access; nothing was changed.
    ContactTaken,
}

impl Notice {
    /// A word for the operator.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NewDevice { .. } => "new-device",
            Self::Blocked => "blocked",
            Self::PasswordChanged => "password-changed",
            Self::PasskeyAdded { .. } => "passkey-added",
            Self::PasskeyRemoved { .. } => "passkey-removed",
            Self::AuthenticatorAdded => "authenticator-added",
            Self::AuthenticatorRemoved => "authenticator-removed",
            Self::CodesRenewed => "codes-renewed",
            Self::RecoveryUsed { .. } => "recovery-used",
            Self::Activated => "activated",
            Self::ResetCode { .. } => "reset-code",
            Self::ContactCode { .. } => "contact-code",
            Self::ContactChanged => "contact-changed",
            Self::ContactTaken => "contact-taken",
        }
    }

    /// What the audit log says of it, where it is an act of its own.
    const fn act(&self) -> Option<(Action, &'static str)> {
        Some(match self {
            Self::PasswordChanged => (Action::PasswordChanged, "password"),
            Self::PasskeyAdded { .. } => (Action::FactorAdded, "passkey"),
            Self::PasskeyRemoved { .. } => (Action::FactorRemoved, "passkey"),
            Self::AuthenticatorAdded => (Action::FactorAdded, "authenticator"),
            Self::AuthenticatorRemoved => (Action::FactorRemoved, "authenticator"),
            Self::CodesRenewed => (Action::FactorAdded, "recovery-codes"),
            Self::RecoveryUsed { .. } => (Action::RecoveryUsed, "recovery-code"),
            Self::Activated => (Action::ActivationUsed, "activation-code"),
            Self::ContactChanged => (Action::EmailChanged, "e-mail"),
            Self::NewDevice { .. }
            | Self::Blocked
            | Self::ResetCode { .. }
            | Self::ContactCode { .. }
            | Self::ContactTaken => return None,
        })
    }

    /// Whether it holds something that must not lie about for long.
    const fn has_code(&self) -> bool {
        matches!(self, Self::ResetCode { .. } | Self::ContactCode { .. })
    }
}

impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

/// Writes notices in the reader's language.
pub trait Letters: Send + Sync + std::fmt::Debug + 'static {
    /// The language for somebody who has chosen none.
    fn language(&self) -> Locale;
    /// The letter.
    fn write(&self, notice: &Notice, locale: Locale, at: Timestamp) -> Rendered;
}

impl Identity {
    /// Tells a customer at their confirmed address, or nobody when there is none; and the audit log in any case.
    pub(super) async fn tell(&self, tx: &mut Tx, customer: Id<kind::Customer>, notice: &Notice) -> Result<(), DbError> {
        const FIND: &str = "select email from credential where customer_id = $1 and email_confirmed_at is not null";
        if let Some((action, form)) = notice.act() {
            tx.audit(Entry::by_customer(action, customer, self.clock.now()).detail(Detail::Form(form)));
        }
        let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice())
            .fetch_optional(&mut **c).await)?;
        match row {
            Some((email,)) => self.tell_at(tx, customer, &email, notice).await,
            None => Ok(()),
        }
    }

    /// The work of a letter for nobody, so that an answer takes as long as with one.
    pub(super) async fn as_if_told(&self, tx: &mut Tx, notice: &Notice) -> Result<(), DbError> {
        const EMAIL: &str = "select email from credential where customer_id = $1 and email_confirmed_at is not null";
        const LOCALE: &str = "select locale from customer where id = $1";
        for sql in [EMAIL, LOCALE] {
            let _: Option<(Option<String>,)> =
                on!(tx, c => sqlx::query_as(sql).bind([0_u8; 16].as_slice()).fetch_optional(&mut **c).await)?;
        }
        self.letters.write(notice, self.letters.language(), self.clock.now());
        Ok(())
    }

    /// Tells somebody at an address that is being confirmed, or was until now theirs.
    pub(super) async fn tell_at(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        email: &str,
        notice: &Notice,
    ) -> Result<(), DbError> {
        const LOCALE: &str = "select locale from customer where id = $1";
        // An address from before addresses were looked at: there is nowhere to write to.
        let Ok(to) = email.parse::<Address>() else { return Ok(()) };
        let (chosen,): (Option<String>,) = on!(tx, c => sqlx::query_as(LOCALE).bind(customer.as_bytes().as_slice())
            .fetch_one(&mut **c).await)?;
        let locale = chosen.and_then(|tag| tag.parse().ok()).unwrap_or_else(|| self.letters.language());
        let now = self.clock.now();
        let letter = Letter {
            customer,
            to,
            locale,
            kind: notice.kind(),
            content: self.letters.write(notice, locale, now),
            expires_at: notice.has_code().then(|| now.plus_seconds(super::step::STEP_SECONDS)),
        };
        mail::put(tx, &*self.random, &letter, now).await.map(|_| ())
    }
}

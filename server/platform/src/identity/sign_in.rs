//! Signing in: a name and a password, then a second factor where there is one or has to be.
//!
//! Whatever is wrong, the answer is the same and takes the same time: one hash is computed for a name that nobody has, for a
//! wrong password and for somebody who is blocked.

use super::{
    Browser, Entered, Identity, IdentityError, Notice, Profile, Rules, id, normal_email,
    step::{Step, StepKind, StepState},
    throttle::{Account, Admission, Attempt, Guess},
};
use crate::{
    audit::{self, Action, Actor, Entry, Outcome},
    db::{DbError, Tx},
    on,
    scope::AUTH,
    session::{Method, SessionToken},
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

/// How a sign-in came out.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// Something was not right; which is not said (RTS Art. 4(3)(a)).
    Refused,
    /// In.
    Entered(Entered),
    /// The next step, and the token for the browser.
    Step(StepKind, SessionToken),
}

/// What somebody can prove who they are with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// A password.
    pub password: bool,
    /// Passkeys.
    pub passkeys: i64,
    /// An authenticator app.
    pub authenticator: bool,
    /// Recovery codes that were not used.
    pub recovery_codes: i64,
}

impl Factors {
    /// Whether there is something besides a password.
    #[must_use]
    pub const fn second(&self) -> bool {
        self.passkeys > 0 || self.authenticator
    }
}

/// What is known of a name before its password is looked at.
struct Asked {
    customer: Option<Id<kind::Customer>>,
    hash: Option<String>,
    attempt: Option<Attempt>,
}

impl Identity {
    /// Whose rules hold for somebody: the institution's people have stricter ones.
    pub(super) async fn rules_of(&self, tx: &mut Tx, customer: Id<kind::Customer>) -> Result<Rules, DbError> {
        let staff = crate::staff::is_staff(tx, customer).await?;
        Ok(if staff { Profile::Admin.rules() } else { self.rules })
    }

    /// What a customer can sign in with.
    pub(super) async fn factors(&self, tx: &mut Tx, customer: Id<kind::Customer>) -> Result<Factors, DbError> {
        const COUNT: &str = "select
            (select count(*) from credential where customer_id = $1 and password_hash is not null),
            (select count(*) from passkey where customer_id = $1),
            (select count(*) from authenticator where customer_id = $1),
            (select count(*) from recovery_code where customer_id = $1 and used_at is null)";
        let (password, passkeys, authenticator, recovery_codes): (i64, i64, i64, i64) = on!(tx, c =>
            sqlx::query_as(COUNT).bind(customer.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
        Ok(Factors { password: password > 0, passkeys, authenticator: authenticator > 0, recovery_codes })
    }

    /// A name (e-mail address or customer number) and a password.
    ///
    /// # Errors
    /// When it cannot be looked at: too much at once, or the database.
    pub async fn sign_in(
        &self,
        name: &str,
        password: String,
        next: &str,
        browser: Browser,
    ) -> Result<SignIn, IdentityError> {
        let asked = self.ask(name, &browser).await?;
        let verdict = self.passwords.verify(password.clone(), asked.hash.clone()).await?;
        let (Some(customer), Some(attempt), true) = (asked.customer, asked.attempt, verdict.ok) else {
            return self.refuse(asked.customer, &browser).await;
        };
        let rehashed = if verdict.needs_rehash { self.passwords.hash(password).await.ok() } else { None };
        let (this, next) = (self.clone(), next.to_owned());
        let outcome = self.db.write(&AUTH, move |tx| {
            async move {
                const REHASH: &str = "update credential set password_hash = $2 where customer_id = $1";
                this.forgive(tx, &attempt).await?;
                if let Some(hash) = rehashed {
                    on!(tx, c => sqlx::query(REHASH).bind(customer.as_bytes().as_slice()).bind(hash)
                        .execute(&mut **c).await.map(|_| ()))?;
                }
                this.after_password(tx, customer, next, browser).await
            }
            .boxed()
        });
        Ok(outcome.await?)
    }

    /// Who has the name, and whether a password may be tried; counted before it is looked at.
    async fn ask(&self, name: &str, browser: &Browser) -> Result<Asked, IdentityError> {
        const FIND: &str = "select r.customer_id, r.password_hash from credential r
            join customer c on c.id = r.customer_id where (r.email = $1 or c.number = $2) and c.disabled_at is null
              and not exists (select 1 from staff m where m.customer_id = c.id and m.inactive_at is not null)";
        let (email, number) = (normal_email(name), name.split_whitespace().collect::<String>());
        let (this, browser) = (self.clone(), browser.clone());
        let asked = self.db.write(&AUTH, move |tx| {
            async move {
                let row: Option<(Vec<u8>, Option<String>)> = on!(tx, c => sqlx::query_as(FIND).bind(&email).bind(number)
                    .fetch_optional(&mut **c).await)?;
                let (customer, hash) = match row {
                    Some((customer, hash)) => (Some(id(customer)?), hash),
                    None => (None, None),
                };
                let (account, device) = match customer {
                    Some(customer) => (Account::Of(customer), this.known_device(tx, customer, &browser).await?),
                    None => (Account::Named(email), None),
                };
                let device = device.map(|known| known.id);
                Ok::<_, DbError>(match this.admit(tx, Guess::Password, &account, device, &browser.network).await? {
                    Admission::Allowed(attempt) => {
                        this.warn_of_block(tx, customer, &attempt).await?;
                        Asked { customer, hash, attempt: Some(attempt) }
                    }
                    Admission::Blocked => Asked { customer, hash: None, attempt: None },
                })
            }
            .boxed()
        });
        Ok(asked.await?)
    }

    /// A refusal, with its entry in the audit log.
    pub(super) async fn refuse(
        &self,
        customer: Option<Id<kind::Customer>>,
        browser: &Browser,
    ) -> Result<SignIn, IdentityError> {
        let entry = Entry::new(Action::SessionRefused, Actor::Anonymous, self.clock.now())
            .from_where(&browser.network, &browser.agent)
            .outcome(Outcome::Refused);
        audit::note(&self.db, customer.into_iter().fold(entry, Entry::concerning)).await?;
        Ok(SignIn::Refused)
    }

    /// What came of a try, with its entry in the audit log when it was refused.
    pub(super) async fn noted(
        &self,
        outcome: SignIn,
        customer: Option<Id<kind::Customer>>,
        browser: &Browser,
    ) -> Result<SignIn, IdentityError> {
        match outcome {
            SignIn::Refused => self.refuse(customer, browser).await,
            other => Ok(other),
        }
    }

    /// Its owner hears of it when an account's factor is blocked for a while (RTS Art. 4(3)(b)).
    pub(super) async fn warn_of_block(
        &self,
        tx: &mut Tx,
        customer: Option<Id<kind::Customer>>,
        attempt: &Attempt,
    ) -> Result<(), DbError> {
        match customer {
            Some(customer) if attempt.last => self.tell(tx, customer, &Notice::Blocked).await,
            _ => Ok(()),
        }
    }

    async fn after_password(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        next: String,
        browser: Browser,
    ) -> Result<SignIn, DbError> {
        let (factors, rules) = (self.factors(tx, customer).await?, self.rules_of(tx, customer).await?);
        let state = StepState { next, ..StepState::default() };
        if !factors.second() {
            if rules.two_factors {
                return self.next_step(tx, StepKind::Protect, customer, &state).await;
            }
            return self.enter(tx, customer, browser, Method::Password, false).await.map(SignIn::Entered);
        }
        let trusted = self.known_device(tx, customer, &browser).await?.and_then(|known| known.trusted_until);
        if rules.trusted_days > 0 && trusted.is_some_and(|until| self.clock.now() < until) {
            return self.enter(tx, customer, browser, Method::PasswordOnTrusted, false).await.map(SignIn::Entered);
        }
        self.next_step(tx, StepKind::Second, customer, &state).await
    }

    pub(super) async fn next_step(
        &self,
        tx: &mut Tx,
        kind: StepKind,
        customer: Id<kind::Customer>,
        state: &StepState,
    ) -> Result<SignIn, DbError> {
        self.begin_step(tx, kind, Some(customer), state).await.map(|token| SignIn::Step(kind, token))
    }

    /// The second factor was right: in, or on to a new password when that is what it was for.
    pub(super) async fn after_second(
        &self,
        tx: &mut Tx,
        step: &Step,
        browser: Browser,
        method: Method,
        trust: bool,
    ) -> Result<SignIn, DbError> {
        let Some(customer) = step.customer else { return Ok(SignIn::Refused) };
        if !self.end_step(tx, step).await? {
            return Ok(SignIn::Refused);
        }
        if step.kind == StepKind::ResetSecond {
            let state = StepState { second: true, ..step.state.clone() };
            return self.next_step(tx, StepKind::NewPassword, customer, &state).await;
        }
        self.enter(tx, customer, browser, method, trust).await.map(SignIn::Entered)
    }
}

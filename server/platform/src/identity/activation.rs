//! First access, and access that was lost with every factor: by a code that the institution sends out of band, in a letter or
//! across the counter. Never by questions about somebody's life.
//!
//! The back office gives the hash of a code with the customer's record, or an operator makes one; a code is good once and
//! until its day.

use super::{
    Browser, Identity, IdentityError, Notice, Refusal, SignIn, Step, StepKind, id, normal_email,
    step::StepState,
    throttle::{Account, Admission, Guess},
    typed_code,
};
use crate::{
    db::{DbError, Tx},
    on,
    scope::{AUTH, FeedScope},
    session::{Method, SessionToken},
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// Letters of a code: twelve of 31 are 59 bits, behind five tries.
const LETTERS: usize = 12;

/// A code that was made for somebody, to be handed over.
#[derive(Clone)]
pub struct NewActivation {
    /// `ABCD-EFGH-JKMN`
    pub code: String,
    /// Until when it is good.
    pub until: Timestamp,
}

impl std::fmt::Debug for NewActivation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<activation>")
    }
}

/// Days for which a code that an operator makes is good.
#[must_use]
pub const fn until_days() -> i64 {
    14
}

const KEEP: &str = "insert into activation (customer_id, code_hash, until_at, created_at) values ($1, $2, $3, $4)
    on conflict (customer_id) do update
    set code_hash = excluded.code_hash, until_at = excluded.until_at, created_at = excluded.created_at, used_at = null
    where activation.code_hash <> excluded.code_hash";

/// Keeps the hash of a code that the back office brings; the same hash again changes nothing.
///
/// # Errors
/// What the database says.
pub async fn keep_activation(
    tx: &mut Tx,
    customer: Id<kind::Customer>,
    code_hash: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(KEEP).bind(customer.as_bytes().as_slice()).bind(code_hash).bind(until.millis())
        .bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

impl Identity {
    /// A fresh code, and its hash.
    pub(crate) async fn new_activation(&self) -> Result<(NewActivation, String), IdentityError> {
        let code = self.code(LETTERS);
        let hash = self.passwords.hash(typed_code(&code)).await?;
        let until = self.clock.now().plus_seconds(until_days() * 86_400);
        Ok((NewActivation { code, until }, hash))
    }

    /// Makes a code for a customer number, at the machine's own command line. None when there is no such customer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invite(&self, _operator: &FeedScope, number: &str) -> Result<Option<NewActivation>, IdentityError> {
        const FIND: &str = "select id from customer where number = $1";
        let (made, hash) = self.new_activation().await?;
        let (now, until) = (self.clock.now(), made.until);
        let number: String = number.split_whitespace().collect();
        let kept = self.db.write(&AUTH, move |tx| {
            async move {
                let row: Option<(Vec<u8>,)> =
                    on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_optional(&mut **c).await)?;
                let Some((customer,)) = row else { return Ok::<_, DbError>(false) };
                on!(tx, c => sqlx::query(KEEP).bind(customer).bind(hash).bind(until.millis()).bind(now.millis())
                    .execute(&mut **c).await.map(|_| ()))?;
                Ok(true)
            }
            .boxed()
        });
        Ok(kept.await?.then_some(made))
    }

    /// A customer number and the code from the letter. The answer is the same for a number that nobody has.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub async fn begin_activation(
        &self,
        number: &str,
        typed: &str,
        browser: Browser,
    ) -> Result<Result<SessionToken, Refusal>, IdentityError> {
        let number: String = number.split_whitespace().collect();
        let (this, by) = (self.clone(), browser.clone());
        let asked = self.db.write(&AUTH, move |tx| {
            async move {
                const FIND: &str = "select c.id, a.code_hash from customer c left join activation a
                    on a.customer_id = c.id and a.used_at is null and a.until_at > $2 where c.number = $1 and c.disabled_at is null
                      and not exists (select 1 from staff m where m.customer_id = c.id and m.inactive_at is not null)";
                let now = this.clock.now().millis();
                let row: Option<(Vec<u8>, Option<String>)> = on!(tx, c => sqlx::query_as(FIND).bind(&number).bind(now)
                    .fetch_optional(&mut **c).await)?;
                let (customer, hash) = match row {
                    Some((customer, hash)) => (Some(id::<kind::Customer>(customer)?), hash),
                    None => (None, None),
                };
                let device = match customer {
                    Some(customer) => this.known_device(tx, customer, &browser).await?.map(|known| known.id),
                    None => None,
                };
                let account = customer.map_or(Account::Named(number), Account::Of);
                Ok::<_, DbError>(match this.admit(tx, Guess::Activation, &account, device, &browser.network).await? {
                    Admission::Allowed(attempt) => (customer, hash, Some(attempt)),
                    Admission::Blocked => (customer, None, None),
                })
            }
            .boxed()
        });
        let (customer, hash, attempt) = asked.await?;
        let verdict = self.passwords.verify(typed_code(typed), hash).await?;
        let (Some(customer), Some(attempt), true) = (customer, attempt, verdict.ok) else {
            self.refuse(customer, &by).await?;
            return Ok(Err(Refusal::Wrong));
        };
        let this = self.clone();
        let token = self.db.write(&AUTH, move |tx| {
            async move {
                this.forgive(tx, &attempt).await?;
                this.begin_step(tx, StepKind::Activate, Some(customer), &StepState::default()).await
            }
            .boxed()
        });
        Ok(Ok(token.await?))
    }

    /// The address and the password that somebody chooses. The code is used up; every factor and session from before ends,
    /// for the institution has seen who it is.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn activate(
        &self,
        step: Step,
        email: &str,
        password: String,
        browser: Browser,
    ) -> Result<Result<SignIn, Refusal>, IdentityError> {
        let (StepKind::Activate, Some(customer)) = (step.kind, step.customer) else { return Ok(Err(Refusal::Gone)) };
        let email = normal_email(email);
        if email.parse::<crate::mail::Address>().is_err() {
            return Ok(Err(Refusal::Address));
        }
        let hash = match self.new_hash(customer, password).await? {
            Ok(hash) => hash,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (code, this) = (self.code(super::contact::LETTERS), self.clone());
        let code_hash = self.passwords.hash(typed_code(&code)).await?;
        let outcome = self.db.write(&AUTH, move |tx| {
            async move {
                const USE: &str = "update activation set used_at = $2 where customer_id = $1 and used_at is null";
                const CLEAR: [&str; 4] = [
                    "delete from passkey where customer_id = $1",
                    "delete from authenticator where customer_id = $1",
                    "delete from recovery_code where customer_id = $1",
                    "delete from device where customer_id = $1",
                ];
                let bytes = customer.as_bytes().as_slice();
                let now = this.clock.now().millis();
                let used = on!(tx, c => sqlx::query(USE).bind(bytes).bind(now).execute(&mut **c).await
                    .map(|done| done.rows_affected()))?;
                if used != 1 || !this.end_step(tx, &step).await? {
                    return Ok(Err(Refusal::Gone));
                }
                // Whoever had the access before hears of it at the address that they confirmed.
                this.tell(tx, customer, &Notice::Activated).await?;
                for sql in CLEAR {
                    on!(tx, c => sqlx::query(sql).bind(bytes).execute(&mut **c).await.map(|_| ()))?;
                }
                this.sessions.end_all(tx, customer, None).await?;
                this.first_contact(tx, customer, &email, &hash, &code, &code_hash).await?;
                if this.rules_of(tx, customer).await?.two_factors {
                    return this.next_step(tx, StepKind::Protect, customer, &StepState::default()).await.map(Ok);
                }
                let entered = this.enter(tx, customer, browser, Method::Password, false).await?;
                Ok::<_, DbError>(Ok(SignIn::Entered(entered)))
            }
            .boxed()
        });
        Ok(outcome.await?)
    }
}

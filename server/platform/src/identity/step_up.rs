//! Proving again who one is, for what matters: a proof is for one purpose, holds five minutes, and is a value without which
//! the act cannot be called.

use super::{
    Browser, Entered, Identity, IdentityError, Notice, Refusal,
    step::{Step, StepKind},
    throttle::{Account, Admission, Guess},
};
use crate::{
    audit::{Action, Entry, Thing},
    db::{DbError, Tx},
    on,
    scope::{AUTH, Grant, Right},
    session::{Method, Session, SessionToken},
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};
use sha2::{Digest as _, Sha256};
use std::{marker::PhantomData, ops::Deref};

/// Seconds for which a proof holds.
const PROOF_SECONDS: i64 = 300;

/// What a proof is for.
pub trait Purpose: Send + Sync + 'static {
    /// In the database and in the address of the page that asks.
    const NAME: &'static str;
}

/// Factors and the password.
#[derive(Clone, Copy, Debug)]
pub enum Security {}
/// The address that mail goes to.
#[derive(Clone, Copy, Debug)]
pub enum Contact {}
/// Ending sessions on other devices.
#[derive(Clone, Copy, Debug)]
pub enum Devices {}
/// What somebody of the institution does that lets somebody in, hands out, cannot be taken back, or holds for every customer.
#[derive(Clone, Copy, Debug)]
pub enum Desk {}
/// An amount that is to be paid to somebody.
#[derive(Clone, Copy, Debug)]
pub enum Payout {}

impl Purpose for Security {
    const NAME: &'static str = "security";
}
impl Purpose for Contact {
    const NAME: &'static str = "contact";
}
impl Purpose for Devices {
    const NAME: &'static str = "devices";
}
impl Purpose for Desk {
    const NAME: &'static str = "desk";
}
impl Purpose for Payout {
    const NAME: &'static str = "payout";
}

/// A fresh proof, for one purpose. Only [`Identity::proved`] and [`Identity::proved_for`] make one.
#[derive(Clone, Debug)]
pub struct StepUp<P> {
    pub(super) customer: Id<kind::Customer>,
    pub(super) session: Id<kind::Session>,
    purpose: PhantomData<fn() -> P>,
}

/// The right to change how somebody signs in: from a fresh proof, or from a sign-in that may not end without the change.
#[derive(Clone, Debug)]
pub struct FactorRight {
    pub(super) customer: Id<kind::Customer>,
    pub(super) session: Option<Id<kind::Session>>,
    pub(super) step: Option<Step>,
    pub(super) browser: Browser,
}

impl StepUp<Security> {
    /// The right that comes with it.
    #[must_use]
    pub fn right(&self) -> FactorRight {
        let (customer, session) = (self.customer, Some(self.session));
        FactorRight { customer, session, step: None, browser: Browser::default() }
    }
}

/// A right together with a fresh proof: what matters most takes this, so that it cannot be called with the right alone.
#[derive(Clone, Copy, Debug)]
pub struct Proven<R: Right>(Grant<R>);

impl<R: Right> Deref for Proven<R> {
    type Target = Grant<R>;
    fn deref(&self) -> &Grant<R> {
        &self.0
    }
}

impl StepUp<Desk> {
    /// The right of whoever has given the proof; none for the right of another person.
    #[must_use]
    pub fn with<R: Right>(&self, grant: Grant<R>) -> Option<Proven<R>> {
        (grant.who().as_bytes() == self.customer.as_bytes()).then_some(Proven(grant))
    }
}

#[cfg(any(test, feature = "testing"))]
impl<R: Right> Grant<R> {
    /// As if its owner had just proved who they are.
    #[must_use]
    pub const fn proven(self) -> Proven<R> {
        Proven(self)
    }
}

impl Step {
    /// The right of somebody who has given a password and must add a second factor.
    #[must_use]
    pub fn right(&self, browser: Browser) -> Option<FactorRight> {
        let customer = self.customer.filter(|_| self.kind == StepKind::Protect)?;
        Some(FactorRight { customer, session: None, step: Some(self.clone()), browser })
    }
}

/// What an amount and a payee are bound to: whoever changes either has another one (RTS Art. 5).
#[must_use]
pub fn link(amount: &str, payee: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [amount, payee] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

impl Identity {
    /// The proof that a session has given for this purpose, while it holds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn proved<P: Purpose>(&self, session: &Session) -> Result<Option<StepUp<P>>, IdentityError> {
        self.proof(session, P::NAME, Vec::new()).await
    }

    /// The proof that a session has given for this amount to this payee. Another amount or payee has none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn proved_for(
        &self,
        session: &Session,
        amount: &str,
        payee: &str,
    ) -> Result<Option<StepUp<Payout>>, IdentityError> {
        self.proof(session, Payout::NAME, link(amount, payee)).await
    }

    async fn proof<P>(
        &self,
        session: &Session,
        purpose: &'static str,
        linked: Vec<u8>,
    ) -> Result<Option<StepUp<P>>, IdentityError> {
        const FIND: &str = "select count(*) from step_up
            where session_id = $1 and purpose = $2 and proved_at > $3 and coalesce(linked, $5) = $4 and customer_id = $6";
        let since = self.clock.now().plus_seconds(-PROOF_SECONDS).millis();
        let (id, customer) = (session.id, session.scope.customer());
        let found: (i64,) = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(id.as_bytes().as_slice()).bind(purpose).bind(since)
                        .bind(linked).bind(Vec::<u8>::new()).bind(customer.as_bytes().as_slice())
                        .fetch_one(&mut **c).await)
                    .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        Ok((found.0 > 0).then_some(StepUp { customer, session: id, purpose: PhantomData }))
    }

    /// Proves it with the password, and a code where there is an authenticator. The session's token is another one after it.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub async fn prove(
        &self,
        session: &Session,
        purpose: &'static str,
        linked: Option<Vec<u8>>,
        password: String,
        code: String,
        browser: Browser,
    ) -> Result<Result<SessionToken, Refusal>, IdentityError> {
        const HASH: &str = "select password_hash from credential where customer_id = $1";
        let (this, customer, id, by) = (self.clone(), session.scope.customer(), session.id, browser.clone());
        let admitted = self.db.write(&AUTH, move |tx| {
            async move {
                let device = this.known_device(tx, customer, &browser).await?.map(|known| known.id);
                let account = Account::Of(customer);
                match this.admit(tx, Guess::Password, &account, device, &browser.network).await? {
                    Admission::Blocked => Ok::<_, DbError>((None, None)),
                    Admission::Allowed(attempt) => {
                        this.warn_of_block(tx, Some(customer), &attempt).await?;
                        let row: Option<(Option<String>,)> = on!(tx, c => sqlx::query_as(HASH)
                            .bind(customer.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
                        Ok((Some(attempt), row.and_then(|row| row.0)))
                    }
                }
            }
            .boxed()
        });
        let (attempt, hash) = admitted.await?;
        let verdict = self.passwords.verify(password, hash).await?;
        let (Some(attempt), true) = (attempt, verdict.ok) else {
            self.refuse(Some(customer), &by).await?;
            return Ok(Err(Refusal::Wrong));
        };
        let this = self.clone();
        let proved = self.db.write(&AUTH, move |tx| {
            async move {
                let factors = this.factors(tx, customer).await?;
                if factors.authenticator && !this.use_code(tx, customer, &code).await? {
                    // The attempt stands: a right password with a wrong code is a failure like any other.
                    return Ok(Err(Refusal::Wrong));
                }
                // Somebody who has passkeys alone beside the password proves it with one of them.
                if factors.passkeys > 0 && !factors.authenticator {
                    return Ok(Err(Refusal::Wrong));
                }
                this.forgive(tx, &attempt).await?;
                this.keep_proof(tx, id, customer, purpose, linked).await.map(Ok::<_, Refusal>)
            }
            .boxed()
        });
        let proved = proved.await.map_err(|error: DbError| error)?;
        if proved.is_err() {
            self.refuse(Some(customer), &by).await?;
        }
        Ok(proved)
    }

    /// Keeps a proof, and gives the session another token.
    pub(super) async fn keep_proof(
        &self,
        tx: &mut Tx,
        session: Id<kind::Session>,
        customer: Id<kind::Customer>,
        purpose: &str,
        linked: Option<Vec<u8>>,
    ) -> Result<SessionToken, DbError> {
        self.write_proof(tx, session, customer, purpose, linked).await?;
        self.sessions.rotate(tx, session).await
    }

    /// Keeps a proof for a session that has just begun.
    pub(super) async fn prove_now<P: Purpose>(
        &self,
        tx: &mut Tx,
        session: Id<kind::Session>,
        customer: Id<kind::Customer>,
    ) -> Result<(), DbError> {
        self.put_proof(tx, session, customer, P::NAME, None).await
    }

    /// As if whoever has this session had just proved who they are.
    ///
    /// # Errors
    /// What the database says.
    #[cfg(feature = "testing")]
    pub async fn plant_proof<P: Purpose>(&self, session: &Session) -> Result<(), IdentityError> {
        let (this, id, customer) = (self.clone(), session.id, session.scope.customer());
        let kept = self
            .db
            .write(&AUTH, move |tx| async move { this.write_proof(tx, id, customer, P::NAME, None).await }.boxed());
        Ok(kept.await?)
    }

    async fn write_proof(
        &self,
        tx: &mut Tx,
        session: Id<kind::Session>,
        customer: Id<kind::Customer>,
        purpose: &str,
        linked: Option<Vec<u8>>,
    ) -> Result<(), DbError> {
        self.put_proof(tx, session, customer, purpose, linked).await?;
        tx.audit(Entry::by_customer(Action::StepupPassed, customer, self.clock.now()).about(Thing::Session, session));
        Ok(())
    }

    async fn put_proof(
        &self,
        tx: &mut Tx,
        session: Id<kind::Session>,
        customer: Id<kind::Customer>,
        purpose: &str,
        linked: Option<Vec<u8>>,
    ) -> Result<(), DbError> {
        const KEEP: &str = "insert into step_up (session_id, purpose, linked, customer_id, proved_at)
            values ($1, $2, $3, $4, $5) on conflict (session_id, purpose) do update
            set linked = excluded.linked, proved_at = excluded.proved_at";
        on!(tx, c => sqlx::query(KEEP).bind(session.as_bytes().as_slice()).bind(purpose).bind(linked)
            .bind(customer.as_bytes().as_slice()).bind(self.clock.now().millis()).execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// A proof for an amount serves once.
    ///
    /// # Errors
    /// What the database says.
    pub async fn spend(&self, proof: StepUp<Payout>) -> Result<bool, IdentityError> {
        const SPEND: &str = "delete from step_up where session_id = $1 and purpose = $2";
        let session = proof.session;
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                on!(tx, c => sqlx::query(SPEND).bind(session.as_bytes().as_slice()).bind(Payout::NAME)
                    .execute(&mut **c).await.map(|done| done.rows_affected() == 1))
                .map_err(DbError::from)
            }
            .boxed()
        });
        Ok(done.await?)
    }

    /// How somebody signs in has changed: no browser is trusted any more, its owner hears of it, and the session has another
    /// token; or, at a step, is let in.
    pub(super) async fn factor_changed(
        &self,
        tx: &mut Tx,
        right: FactorRight,
        method: Method,
        notice: &Notice,
    ) -> Result<Result<Entered, Refusal>, DbError> {
        self.distrust(tx, right.customer).await?;
        self.tell(tx, right.customer, notice).await?;
        if let Some(session) = right.session {
            let session = self.sessions.rotate(tx, session).await?;
            return Ok(Ok(Entered { session, device: None, customer: right.customer }));
        }
        match &right.step {
            Some(step) if self.end_step(tx, step).await? => {
                self.enter(tx, right.customer, right.browser, method, false).await.map(Ok)
            }
            _ => Ok(Err(Refusal::Gone)),
        }
    }
}

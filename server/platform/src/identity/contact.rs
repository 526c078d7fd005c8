//! The address that mail goes to: confirmed where it is read, and changed only when both the old and the new one have
//! answered. What an address already serves for somebody else is never told.

use super::{Identity, IdentityError, Notice, Refusal, StepUp, id, normal_email, step_up, typed_code};
use crate::{
    db::{DbError, Tx},
    on,
    scope::AUTH,
    session::Session,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// Letters of a code that is sent by mail.
pub(super) const LETTERS: usize = 8;
/// Seconds in which both addresses have to answer.
const CHANGE_SECONDS: i64 = 600;
/// Wrong codes after which a change is over.
const TRIES: i64 = 5;

/// Which address a code was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactCode {
    /// The address until now.
    Old,
    /// The one that is to be.
    New,
}

/// A change that waits for its codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChange {
    /// The new address.
    pub email: String,
    /// The old one has answered, or there is none to ask.
    pub old_confirmed: bool,
    /// The new one has answered.
    pub new_confirmed: bool,
    /// When it is over.
    pub expires_at: Timestamp,
}

impl Identity {
    /// A first address, which takes its owner's word until the code has come back.
    pub(super) async fn first_contact(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        email: &str,
        password_hash: &str,
        code: &str,
        code_hash: &str,
    ) -> Result<(), DbError> {
        const SET: &str = "insert into credential
            (customer_id, email, password_hash, password_changed_at, email_confirmed_at) values ($1, $2, $3, $4, null)
            on conflict (customer_id) do update set email = excluded.email, password_hash = excluded.password_hash,
                password_changed_at = excluded.password_changed_at, email_confirmed_at = null";
        let taken = self.owner_of(tx, email).await?.is_some_and(|owner| owner != customer);
        // An address counts when it has answered. Until then there is none, so that nobody can take up somebody else's.
        let kept = format!("{customer}@unconfirmed.invalid");
        on!(tx, c => sqlx::query(SET).bind(customer.as_bytes().as_slice()).bind(kept).bind(password_hash)
            .bind(self.clock.now().millis()).execute(&mut **c).await.map(|_| ()))?;
        let notice = if taken { Notice::ContactTaken } else { Notice::ContactCode { code: code.to_owned() } };
        self.keep_change(tx, customer, email, None, code_hash).await?;
        self.tell_at(tx, customer, email, &notice).await
    }

    async fn owner_of(&self, tx: &mut Tx, email: &str) -> Result<Option<Id<kind::Customer>>, DbError> {
        const FIND: &str = "select customer_id from credential where email = $1";
        let row: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(FIND).bind(email).fetch_optional(&mut **c).await)?;
        row.map(|row| id(row.0)).transpose()
    }

    /// Keeps a change; without a code for the old address there is nobody there to ask.
    async fn keep_change(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        email: &str,
        old_hash: Option<&str>,
        new_hash: &str,
    ) -> Result<(), DbError> {
        const KEEP: &str = "insert into email_change (customer_id, email, old_hash, new_hash, old_at, expires_at)
            values ($1, $2, $3, $4, $5, $6) on conflict (customer_id) do update
            set email = excluded.email, old_hash = excluded.old_hash, new_hash = excluded.new_hash,
                old_at = excluded.old_at, new_at = null, tries = 0, expires_at = excluded.expires_at";
        let now = self.clock.now();
        let old_at = old_hash.is_none().then(|| now.millis());
        on!(tx, c => sqlx::query(KEEP).bind(customer.as_bytes().as_slice()).bind(email).bind(old_hash.unwrap_or(""))
            .bind(new_hash).bind(old_at).bind(now.plus_seconds(CHANGE_SECONDS).millis())
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// Begins to change the address: a code goes to the old one and another to the new one.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn begin_contact(
        &self,
        proof: &StepUp<step_up::Contact>,
        email: &str,
    ) -> Result<Result<(), Refusal>, IdentityError> {
        let email = normal_email(email);
        if email.parse::<crate::mail::Address>().is_err() {
            return Ok(Err(Refusal::Address));
        }
        let (old_code, new_code) = (self.code(LETTERS), self.code(LETTERS));
        let old_hash = self.passwords.hash(typed_code(&old_code)).await?;
        let new_hash = self.passwords.hash(typed_code(&new_code)).await?;
        let (this, customer) = (self.clone(), proof.customer);
        let begun = self.db.write(&AUTH, move |tx| {
            async move {
                const CONFIRMED: &str =
                    "select count(*) from credential where customer_id = $1 and email_confirmed_at is not null";
                let (confirmed,): (i64,) = on!(tx, c => sqlx::query_as(CONFIRMED)
                    .bind(customer.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
                let old = (confirmed > 0).then_some(old_hash.as_str());
                this.keep_change(tx, customer, &email, old, &new_hash).await?;
                this.tell(tx, customer, &Notice::ContactCode { code: old_code }).await?;
                let taken = this.owner_of(tx, &email).await?.is_some_and(|owner| owner != customer);
                let notice = if taken { Notice::ContactTaken } else { Notice::ContactCode { code: new_code } };
                this.tell_at(tx, customer, &email, &notice).await
            }
            .boxed()
        });
        begun.await?;
        Ok(Ok(()))
    }

    /// A code that came by mail. True when both have come and the address is another one from here on.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub async fn confirm_contact(
        &self,
        session: &Session,
        which: ContactCode,
        typed: &str,
    ) -> Result<Result<bool, Refusal>, IdentityError> {
        let (this, customer) = (self.clone(), session.scope.customer());
        let asked = self.db.write(&AUTH, move |tx| {
            async move {
                const TRY: &str = "update email_change set tries = tries + 1
                    where customer_id = $1 and expires_at > $2 and tries < $3 returning old_hash, new_hash";
                let row: Option<(String, String)> = on!(tx, c => sqlx::query_as(TRY)
                    .bind(customer.as_bytes().as_slice()).bind(this.clock.now().millis()).bind(TRIES)
                    .fetch_optional(&mut **c).await)?;
                Ok::<_, DbError>(row)
            }
            .boxed()
        });
        let hash = match (asked.await?, which) {
            (Some((old, _)), ContactCode::Old) if !old.is_empty() => Some(old),
            (Some((_, new)), ContactCode::New) => Some(new),
            (None, _) => return Ok(Err(Refusal::Gone)),
            (Some(_), ContactCode::Old) => None,
        };
        if !self.passwords.verify(typed_code(typed), hash).await?.ok {
            return Ok(Err(Refusal::Wrong));
        }
        let this = self.clone();
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                const OLD: &str = "update email_change set old_at = $2, tries = tries - 1 where customer_id = $1";
                const NEW: &str = "update email_change set new_at = $2, tries = tries - 1 where customer_id = $1";
                let (bytes, now) = (customer.as_bytes().as_slice(), this.clock.now().millis());
                let sql = if which == ContactCode::Old { OLD } else { NEW };
                on!(tx, c => sqlx::query(sql).bind(bytes).bind(now).execute(&mut **c).await.map(|_| ()))?;
                this.finish_contact(tx, customer).await
            }
            .boxed()
        });
        Ok(done.await?)
    }

    async fn finish_contact(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
    ) -> Result<Result<bool, Refusal>, DbError> {
        const TAKE: &str = "delete from email_change
            where customer_id = $1 and old_at is not null and new_at is not null returning email";
        const SET: &str = "update credential set email = $2, email_confirmed_at = $3 where customer_id = $1";
        let row: Option<(String,)> = on!(tx, c => sqlx::query_as(TAKE).bind(customer.as_bytes().as_slice())
            .fetch_optional(&mut **c).await)?;
        let Some((email,)) = row else { return Ok(Ok(false)) };
        if self.owner_of(tx, &email).await?.is_some_and(|owner| owner != customer) {
            return Ok(Err(Refusal::Gone));
        }
        self.tell(tx, customer, &Notice::ContactChanged).await?;
        on!(tx, c => sqlx::query(SET).bind(customer.as_bytes().as_slice()).bind(&email).bind(self.clock.now().millis())
            .execute(&mut **c).await.map(|_| ()))?;
        self.tell_at(tx, customer, &email, &Notice::ContactChanged).await?;
        Ok(Ok(true))
    }

    /// The change that waits, for its owner.
    ///
    /// # Errors
    /// What the database says.
    pub async fn contact_change(&self, session: &Session) -> Result<Option<ContactChange>, IdentityError> {
        const FIND: &str = "select email, old_at, new_at, expires_at from email_change
            where customer_id = $1 and expires_at > $2";
        let (customer, now) = (session.scope.customer(), self.clock.now().millis());
        let row: Option<(String, Option<i64>, Option<i64>, i64)> = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice()).bind(now)
                        .fetch_optional(&mut **c).await)
                    .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        Ok(row.map(|(email, old, new, expires)| ContactChange {
            email,
            old_confirmed: old.is_some(),
            new_confirmed: new.is_some(),
            expires_at: Timestamp(expires),
        }))
    }
}

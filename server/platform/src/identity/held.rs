//! A form that came when its session had just ended, or before its sender had proved again who they are: kept, sealed, until
//! they have (WCAG 2.2.5).
//!
//! It is bound to its customer; nobody else can open it, and it is never sent by itself.

use super::{Identity, IdentityError, id};
use crate::{
    db::{DbError, Tx},
    on,
    random::random_id,
    scope::AUTH,
    session::{Session, SessionToken},
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

/// Seconds for which a form is kept.
const HELD_SECONDS: i64 = 3_600;
/// Seconds after its end in which a session still says whose form it is.
const AFTER_SECONDS: i64 = 12 * 3_600;

/// A form that was kept.
#[derive(Clone)]
pub struct HeldForm {
    /// Where it was going.
    pub path: String,
    /// What it said: `application/x-www-form-urlencoded`.
    pub body: String,
}

impl std::fmt::Debug for HeldForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<held form>")
    }
}

pub(super) fn place(customer: Id<kind::Customer>, form: Id<kind::HeldForm>) -> Vec<u8> {
    [b"form ", customer.as_bytes().as_slice(), form.as_bytes().as_slice()].concat()
}

impl Identity {
    /// Keeps a form of a session that has run out. False when the token was never one, or was ended on purpose.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hold(&self, token: &SessionToken, path: &str, body: &[u8]) -> Result<bool, IdentityError> {
        const WHOSE: &str = "select customer_id from session
            where token_hash = $1 and revoked_at is null and last_human_at > $2";
        let (this, hash, path, body) = (self.clone(), token.hash(), path.to_owned(), body.to_vec());
        let kept = self.db.write(&AUTH, move |tx| {
            async move {
                let now = this.clock.now();
                let row: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(WHOSE).bind(hash)
                    .bind(now.plus_seconds(-AFTER_SECONDS).millis()).fetch_optional(&mut **c).await)?;
                let Some((customer,)) = row else { return Ok::<_, DbError>(false) };
                this.keep(tx, id(customer)?, path, &body).await?;
                Ok(true)
            }
            .boxed()
        });
        Ok(kept.await?)
    }

    /// Keeps a form until its sender has proved again who they are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hold_until_proved(&self, session: &Session, path: &str, body: &[u8]) -> Result<(), IdentityError> {
        let (this, customer) = (self.clone(), session.scope.customer());
        let (path, body) = (path.to_owned(), body.to_vec());
        let kept = self.db.write(&AUTH, move |tx| async move { this.keep(tx, customer, path, &body).await }.boxed());
        Ok(kept.await?)
    }

    async fn keep(&self, tx: &mut Tx, customer: Id<kind::Customer>, path: String, body: &[u8]) -> Result<(), DbError> {
        const KEEP: &str =
            "insert into held_form (id, customer_id, path, body, expires_at) values ($1, $2, $3, $4, $5)";
        const ONE: &str = "delete from held_form where customer_id = $1";
        let form: Id<kind::HeldForm> = random_id(&*self.random);
        let sealed = self.sealer.seal(&place(customer, form), body);
        let bytes = customer.as_bytes().as_slice();
        on!(tx, c => sqlx::query(ONE).bind(bytes).execute(&mut **c).await.map(|_| ()))?;
        on!(tx, c => sqlx::query(KEEP).bind(form.as_bytes().as_slice()).bind(bytes).bind(path).bind(sealed)
            .bind(self.clock.now().plus_seconds(HELD_SECONDS).millis()).execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// The form that was kept for this customer, until it is over or another one takes its place.
    ///
    /// # Errors
    /// What the database says.
    pub async fn held(&self, session: &Session) -> Result<Option<HeldForm>, IdentityError> {
        const FIND: &str = "select id, path, body from held_form where customer_id = $1 and expires_at > $2";
        let (customer, now) = (session.scope.customer(), self.clock.now().millis());
        let row: Option<(Vec<u8>, String, Vec<u8>)> = self
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
        let Some((form, path, sealed)) = row else { return Ok(None) };
        let body = self.sealer.open(&place(customer, id(form)?), &sealed);
        let body = body.and_then(|body| String::from_utf8(body.to_vec()).ok());
        Ok(body.map(|body| HeldForm { path, body }))
    }
}

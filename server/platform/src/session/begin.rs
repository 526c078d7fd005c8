//! Beginning a session, giving it another token, and ending what a copied token opened.
//!
//! All of it runs inside the transaction of the act that it belongs to: a sign-in, a proof, a changed factor.

use super::{SessionToken, Sessions, id};
use crate::{
    audit::{Action, Actor, Detail, Entry, Outcome, Thing},
    db::{DbError, Dialect, Tx},
    on,
    random::random_id,
    scope::AuthScope,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// Requests that were under way when the token changed may still come with the old one for this long.
const GRACE_SECONDS: i64 = 30;

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A password alone.
    Password,
    /// A password, on a browser that its owner has chosen to trust.
    PasswordOnTrusted,
    /// A password and a code of an authenticator app.
    PasswordAndCode,
    /// A password and a recovery code.
    PasswordAndRecovery,
    /// A passkey with user verification: two factors in one.
    Passkey,
}

impl Method {
    /// As the database has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordOnTrusted => "password+trusted",
            Self::PasswordAndCode => "password+code",
            Self::PasswordAndRecovery => "password+recovery",
            Self::Passkey => "passkey",
        }
    }

    /// Factors of different kinds.
    #[must_use]
    pub const fn factors(self) -> i64 {
        match self {
            Self::Password | Self::PasswordOnTrusted => 1,
            Self::PasswordAndCode | Self::PasswordAndRecovery | Self::Passkey => 2,
        }
    }
}

/// A session that is to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Whose.
    pub customer: Id<kind::Customer>,
    /// The session that the browser had before; it ends, so that a token planted by somebody else is worth nothing.
    pub before: Option<SessionToken>,
    /// Browser and system, in words.
    pub agent: String,
    /// Where from.
    pub network: String,
    /// How it was proved.
    pub method: Method,
    /// The browser.
    pub device: Id<kind::Device>,
}

impl Sessions {
    /// Begins a session for a customer who has proved who they are.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) async fn begin(
        &self,
        tx: &mut Tx,
        new: NewSession,
    ) -> Result<(SessionToken, Id<kind::Session>), DbError> {
        const ADD: &str = "insert into session
            (id, token_hash, customer_id, created_at, last_human_at, expires_at, agent, network, method, factors, device_id)
            values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)";
        const END: &str = "update session set revoked_at = $2 where token_hash = $1 and revoked_at is null";
        let token = SessionToken::fresh(&*self.random);
        let session: Id<kind::Session> = random_id(&*self.random);
        let now = self.clock.now();
        let staff = crate::staff::is_staff(tx, new.customer).await?;
        if staff {
            crate::staff::seen(tx, new.customer, now).await?;
        }
        let ends = now.plus_seconds(self.policy_for(staff).absolute_seconds);
        if let Some(before) = new.before {
            on!(tx, c => sqlx::query(END).bind(before.hash()).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
        }
        on!(tx, c => sqlx::query(ADD).bind(session.as_bytes().as_slice()).bind(token.hash())
            .bind(new.customer.as_bytes().as_slice()).bind(now.millis()).bind(ends.millis())
            .bind(&new.agent).bind(&new.network).bind(new.method.name()).bind(new.method.factors())
            .bind(new.device.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
        tx.audit(
            Entry::by_customer(Action::SessionBegun, new.customer, now)
                .about(Thing::Session, session)
                .from_where(&new.network, &new.agent)
                .detail(Detail::Form(new.method.name())),
        );
        Ok((token, session))
    }

    /// Begins a session for a customer number without any proof: for measurements with thousands of customers, in builds for
    /// testing alone. None when there is no such customer.
    ///
    /// # Errors
    /// What the database says.
    #[cfg(feature = "testing")]
    pub async fn begin_unproved(&self, number: &str) -> Result<Option<SessionToken>, DbError> {
        const FIND: &str = "select id from customer where number = $1";
        let (this, number) = (self.clone(), number.to_owned());
        let begun = self.db.write(&crate::scope::AUTH, move |tx| {
            async move {
                let row: Option<(Vec<u8>,)> =
                    on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_optional(&mut **c).await)?;
                let Some((customer,)) = row else { return Ok(None) };
                let new = NewSession {
                    customer: id(customer)?,
                    before: None,
                    agent: "Load".to_owned(),
                    network: "127.0.0.1".to_owned(),
                    method: Method::Password,
                    device: random_id(&*this.random),
                };
                this.begin(tx, new).await.map(|(token, _)| Some(token))
            }
            .boxed()
        });
        begun.await
    }

    /// Gives a session another token. The one before is remembered, so that a copy of it is found out.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) async fn rotate(&self, tx: &mut Tx, session: Id<kind::Session>) -> Result<SessionToken, DbError> {
        const KEEP: &str = "insert into superseded_token (token_hash, session_id, superseded_at)
            select token_hash, id, $2 from session where id = $1";
        const SET: &str = "update session set token_hash = $2 where id = $1";
        let (token, now) = (SessionToken::fresh(&*self.random), self.clock.now());
        on!(tx, c => sqlx::query(KEEP).bind(session.as_bytes().as_slice()).bind(now.millis())
            .execute(&mut **c).await.map(|_| ()))?;
        on!(tx, c => sqlx::query(SET).bind(session.as_bytes().as_slice()).bind(token.hash())
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(token)
    }

    /// Ends every session of a customer's but one.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) async fn end_all(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        but: Option<Id<kind::Session>>,
    ) -> Result<(), DbError> {
        const END: &str = "update session set revoked_at = $2
            where customer_id = $1 and revoked_at is null and ($3 is null or id <> $3)";
        const END_POSTGRES: &str = "update session set revoked_at = $2
            where customer_id = $1 and revoked_at is null and ($3::bytea is null or id <> $3)";
        let sql = if tx.dialect() == Dialect::Postgres { END_POSTGRES } else { END };
        let but = but.map(|session| session.as_bytes().to_vec());
        on!(tx, c => sqlx::query(sql).bind(customer.as_bytes().as_slice()).bind(self.clock.now().millis()).bind(but)
            .execute(&mut **c).await.map(|_| ()))?;
        crate::live::wake(tx, customer).await
    }

    /// The session of a token that a newer one has replaced, while requests with it may be under way. After that the
    /// session ends, for whoever has it.
    pub(super) async fn superseded(&self, token: &SessionToken) -> Result<Option<Id<kind::Session>>, DbError> {
        const FIND: &str = "select t.session_id, t.superseded_at, s.customer_id
            from superseded_token t join session s on s.id = t.session_id
            where t.token_hash = $1 and s.revoked_at is null";
        const END: &str = "update session set revoked_at = $2 where id = $1 and revoked_at is null";
        let hash = token.hash();
        let found: Option<(Vec<u8>, i64, Vec<u8>)> = self
            .db
            .glance(&AuthScope::new(), move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(hash).fetch_optional(&mut **c).await).map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        let Some((session, at, customer)) = found else { return Ok(None) };
        let (session, customer): (Id<kind::Session>, Id<kind::Customer>) = (id(session)?, id(customer)?);
        let now = self.clock.now();
        if now.seconds_since(Timestamp(at)) <= GRACE_SECONDS {
            return Ok(Some(session));
        }
        tracing::warn!(%session, "A session token that had been replaced was shown again; the session has ended");
        self.db
            .write(&AuthScope::new(), move |tx| {
                async move {
                    on!(tx, c => sqlx::query(END).bind(session.as_bytes().as_slice()).bind(now.millis())
                        .execute(&mut **c).await.map(|_| ()))?;
                    tx.audit(
                        Entry::new(Action::SessionEnded, Actor::System, now)
                            .concerning(customer)
                            .about(Thing::Session, session)
                            .outcome(Outcome::Refused)
                            .detail(Detail::Reason("copied-token")),
                    );
                    crate::live::wake(tx, customer).await
                }
                .boxed()
            })
            .await?;
        Ok(None)
    }
}

//! Sessions of signed-in customers: our own, opaque, in the database.
//!
//! The browser holds 256 random bits; the database holds their hash. A session ends by idleness, by age, by the customer's
//! own hand, and with it every scope that was made from it. Only what a person does counts as activity: callers say so by
//! calling [`Sessions::human`], and nothing else moves the idle clock.

use crate::{
    clock::SharedClock,
    db::{Db, DbError, Tx},
    on,
    random::{SharedRandom, random_id},
    scope::{AuthScope, CustomerScope, FeedScope},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt as _;
use guichet_types::{Id, Locale, Theme, Timestamp, kind};
use sha2::{Digest, Sha256};
use std::fmt;

/// How long a session lasts.
#[derive(Clone, Copy, Debug)]
pub struct SessionPolicy {
    /// Seconds without a human act.
    pub idle_seconds: i64,
    /// Seconds in all.
    pub absolute_seconds: i64,
    /// How long before the idle end the customer is warned, in seconds.
    pub warning_seconds: i64,
}

/// The secret in the customer's cookie: 32 random bytes, base64url without padding. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken([u8; 32]);

impl SessionToken {
    /// For the cookie.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// From the cookie; none when it is not one of ours.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<session token>")
    }
}

/// A session that holds, and who it is of.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its public id, for the list of sessions.
    pub id: Id<kind::Session>,
    /// The right to read and write what is the customer's.
    pub scope: CustomerScope,
    /// The customer's name.
    pub name: String,
    /// How the customer is greeted.
    pub given_name: Option<String>,
    /// The customer number.
    pub number: String,
    /// Customer since, days since 1970-01-01.
    pub since_day: i64,
    /// The customer's own choice of language.
    pub locale: Option<Locale>,
    /// The customer's own choice of theme.
    pub theme: Theme,
    /// The last human act.
    pub last_human_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
}

/// A session in the customer's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its public id.
    pub id: Id<kind::Session>,
    /// Browser and system, in words.
    pub agent: String,
    /// The network address that it was last begun from.
    pub network: String,
    /// When it began.
    pub created_at: Timestamp,
    /// The last human act.
    pub last_human_at: Timestamp,
}

/// What signing in needs to know of somebody.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Who it is.
    pub customer: Id<kind::Customer>,
    /// The password as a PHC string.
    pub password_hash: String,
}

/// Human acts closer together than this are written once.
const HUMAN_GRAIN_SECONDS: i64 = 10;

/// Keeps sessions.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    clock: SharedClock,
    random: SharedRandom,
    policy: SessionPolicy,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Sessions {
    /// Sessions in `db` under `policy`.
    #[must_use]
    pub const fn new(db: Db, clock: SharedClock, random: SharedRandom, policy: SessionPolicy) -> Self {
        Self { db, clock, random, policy }
    }

    /// The policy in force.
    #[must_use]
    pub const fn policy(&self) -> SessionPolicy {
        self.policy
    }

    /// Who signs in with this e-mail address or customer number.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_credential(&self, name: &str) -> Result<Option<Credential>, DbError> {
        const FIND: &str = "select r.customer_id, r.password_hash from credential r
            join customer c on c.id = r.customer_id where r.email = $1 or c.number = $2";
        let (email, number) = (normal_email(name), name.split_whitespace().collect::<String>());
        self.db
            .read(&AuthScope::new(), move |tx| {
                async move {
                    let row: Option<(Vec<u8>, String)> = on!(tx, c => sqlx::query_as(FIND).bind(email).bind(number)
                        .fetch_optional(&mut **c).await)?;
                    row.map(|(customer, password_hash)| Ok(Credential { customer: id(customer)?, password_hash }))
                        .transpose()
                }
                .boxed()
            })
            .await
    }

    /// Keeps a newly made hash for somebody whose parameters have risen.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rehash(&self, customer: Id<kind::Customer>, password_hash: String) -> Result<(), DbError> {
        const SET: &str = "update credential set password_hash = $2 where customer_id = $1";
        self.db
            .write(&AuthScope::new(), move |tx| {
                async move {
                    on!(tx, c => sqlx::query(SET).bind(customer.as_bytes().as_slice()).bind(password_hash)
                        .execute(&mut **c).await.map(|_| ()))
                    .map_err(DbError::from)
                }
                .boxed()
            })
            .await
    }

    /// Begins a session for a customer who has proved who they are. A session that the browser had before is ended in the
    /// same transaction, so that a token planted by somebody else is worth nothing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(
        &self,
        customer: Id<kind::Customer>,
        before: Option<SessionToken>,
        agent: String,
        network: String,
    ) -> Result<SessionToken, DbError> {
        const ADD: &str = "insert into session
            (id, token_hash, customer_id, created_at, last_human_at, expires_at, agent, network)
            values ($1, $2, $3, $4, $4, $5, $6, $7)";
        const END: &str = "update session set revoked_at = $2 where token_hash = $1 and revoked_at is null";
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes);
        let token = SessionToken(bytes);
        let session: Id<kind::Session> = random_id(&*self.random);
        let now = self.clock.now();
        let ends = now.plus_seconds(self.policy.absolute_seconds);
        let hash = token.hash();
        self.db
            .write(&AuthScope::new(), move |tx| {
                async move {
                    if let Some(before) = before {
                        on!(tx, c => sqlx::query(END).bind(before.hash()).bind(now.millis())
                            .execute(&mut **c).await.map(|_| ()))?;
                    }
                    on!(tx, c => sqlx::query(ADD).bind(session.as_bytes().as_slice()).bind(hash)
                        .bind(customer.as_bytes().as_slice()).bind(now.millis()).bind(ends.millis())
                        .bind(agent).bind(network).execute(&mut **c).await.map(|_| ()))?;
                    Ok::<_, DbError>(())
                }
                .boxed()
            })
            .await?;
        Ok(token)
    }

    /// The session of a token, when it holds now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn resolve(&self, token: &SessionToken) -> Result<Option<Session>, DbError> {
        const FIND: &str = "select s.id, s.customer_id, p.name, p.given_name, c.number, c.since_day, c.locale, c.theme,
              s.last_human_at, s.expires_at
            from session s join customer c on c.id = s.customer_id join party p on p.id = c.party_id
            where s.token_hash = $1 and s.revoked_at is null";
        type Row = (Vec<u8>, Vec<u8>, String, Option<String>, String, i64, Option<String>, Option<String>, i64, i64);
        let hash = token.hash();
        let row: Option<Row> = self
            .db
            .glance(&AuthScope::new(), move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(hash).fetch_optional(&mut **c).await).map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        let Some((session, customer, name, given_name, number, since_day, locale, theme, human, expires)) = row else {
            return Ok(None);
        };
        let session = Session {
            id: id(session)?,
            scope: CustomerScope::new(id(customer)?),
            name,
            given_name,
            number,
            since_day,
            locale: locale.and_then(|tag| tag.parse().ok()),
            theme: theme.and_then(|name| name.parse().ok()).unwrap_or_default(),
            last_human_at: Timestamp(human),
            expires_at: Timestamp(expires),
        };
        Ok((self.clock.now() < self.ends_at(&session)).then_some(session))
    }

    /// When a session ends if nobody does anything.
    #[must_use]
    pub fn ends_at(&self, session: &Session) -> Timestamp {
        session.expires_at.min(session.last_human_at.plus_seconds(self.policy.idle_seconds))
    }

    /// A person did something. Gives back when the session now ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn human(&self, session: &Session) -> Result<Timestamp, DbError> {
        const TOUCH: &str = "update session set last_human_at = $3
            where id = $1 and customer_id = $2 and revoked_at is null and last_human_at < $3";
        let now = self.clock.now();
        let mut moved = session.clone();
        if now.seconds_since(session.last_human_at) >= HUMAN_GRAIN_SECONDS {
            let (id, scope) = (session.id, session.scope);
            self.db
                .write(&AuthScope::new(), move |tx| {
                    async move {
                        on!(tx, c => sqlx::query(TOUCH).bind(id.as_bytes().as_slice()).bind(scope.bytes()).bind(now.millis())
                            .execute(&mut **c).await.map(|_| ()))
                        .map_err(DbError::from)
                    }
                    .boxed()
                })
                .await?;
            moved.last_human_at = now;
        }
        Ok(self.ends_at(&moved))
    }

    /// The customer's sessions that hold, the latest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<SessionRow>, DbError> {
        const LIST: &str = "select id, agent, network, created_at, last_human_at from session
            where customer_id = $1 and revoked_at is null and expires_at > $2 and last_human_at > $3
            order by last_human_at desc, id limit 100";
        let now = self.clock.now();
        let idle = now.plus_seconds(-self.policy.idle_seconds);
        let rows: Vec<(Vec<u8>, String, String, i64, i64)> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
            .bind(now.millis()).bind(idle.millis()).fetch_all(&mut **c).await)?;
        rows.into_iter()
            .map(|(session, agent, network, created, human)| {
                Ok(SessionRow {
                    id: id(session)?,
                    agent,
                    network,
                    created_at: Timestamp(created),
                    last_human_at: Timestamp(human),
                })
            })
            .collect()
    }

    /// Ends one session of the customer's own. False when there is none such.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke(&self, scope: &CustomerScope, session: Id<kind::Session>) -> Result<bool, DbError> {
        const END: &str =
            "update session set revoked_at = $3 where customer_id = $1 and id = $2 and revoked_at is null";
        self.end(scope, END, session).await.map(|ended| ended > 0)
    }

    /// Ends every session of the customer's own but this one. Gives back how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_others(&self, scope: &CustomerScope, but: Id<kind::Session>) -> Result<u64, DbError> {
        const END: &str =
            "update session set revoked_at = $3 where customer_id = $1 and id <> $2 and revoked_at is null";
        self.end(scope, END, but).await
    }

    async fn end(&self, scope: &CustomerScope, sql: &'static str, session: Id<kind::Session>) -> Result<u64, DbError> {
        let (scope, now) = (*scope, self.clock.now());
        self.db
            .write(&scope, move |tx| {
                async move {
                    let ended = on!(tx, c => sqlx::query(sql).bind(scope.bytes()).bind(session.as_bytes().as_slice())
                        .bind(now.millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
                    // Open streams look at their session when they are woken, on every node.
                    crate::live::wake(tx, scope.customer()).await?;
                    Ok::<_, DbError>(ended)
                }
                .boxed()
            })
            .await
    }

    /// Gives a customer number an e-mail address and a password to sign in with, or new ones. False when there is no such
    /// customer. All sessions of the customer end.
    ///
    /// # Errors
    /// What the database says; a unique violation when another customer has the address.
    pub async fn set_credential(
        &self,
        _operator: &FeedScope,
        number: &str,
        email: &str,
        hash: String,
    ) -> Result<bool, DbError> {
        const FIND: &str = "select id from customer where number = $1";
        const SET: &str = "insert into credential (customer_id, email, password_hash, password_changed_at)
            values ($1, $2, $3, $4) on conflict (customer_id) do update
            set email = excluded.email, password_hash = excluded.password_hash,
                password_changed_at = excluded.password_changed_at";
        const END: &str = "update session set revoked_at = $2 where customer_id = $1 and revoked_at is null";
        let (number, email, now) = (number.to_owned(), normal_email(email), self.clock.now().millis());
        self.db
            .write(&AuthScope::new(), move |tx| {
                async move {
                    let found: Option<(Vec<u8>,)> =
                        on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_optional(&mut **c).await)?;
                    let Some((customer,)) = found else { return Ok::<_, DbError>(false) };
                    on!(tx, c => sqlx::query(SET).bind(&customer).bind(email).bind(hash).bind(now)
                        .execute(&mut **c).await.map(|_| ()))?;
                    on!(tx, c => sqlx::query(END).bind(&customer).bind(now).execute(&mut **c).await.map(|_| ()))?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }
}

/// Addresses are compared without regard to case.
fn normal_email(text: &str) -> String {
    text.trim().to_lowercase()
}

fn id<K>(bytes: Vec<u8>) -> Result<Id<K>, DbError> {
    bytes.try_into().map_err(|_| DbError::Value("an id that is not 16 bytes"))
}

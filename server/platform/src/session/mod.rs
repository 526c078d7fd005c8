//! Sessions of signed-in customers: our own, opaque, in the database.
//!
//! The browser holds 256 random bits; the database holds their hash. A session ends by idleness, by age, by the customer's
//! own hand, and with it every scope that was made from it. Only what a person does counts as activity: callers say so by
//! calling [`Sessions::human`], and nothing else moves the idle clock. The token is another one after every proof of who
//! somebody is; whoever shows one that was replaced ends the session.

mod begin;
mod own;

pub use begin::{Method, NewSession};

use crate::{
    clock::SharedClock,
    db::{Db, DbError},
    on, owner,
    random::SharedRandom,
    scope::{AuthScope, CustomerScope},
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

/// The secret in a cookie of the customer's: 32 random bytes, base64url without padding. Never printed, never stored.
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

    /// 32 fresh bytes.
    pub(crate) fn fresh(random: &dyn crate::random::Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// What the database keeps of it.
    pub(crate) fn hash(&self) -> Vec<u8> {
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
    /// How many factors of different kinds stood behind it: one or two.
    pub factors: i64,
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

/// What a [`Session`] is read from.
macro_rules! session_columns {
    () => {
        "select s.id, s.customer_id, p.name, p.given_name, c.number, c.since_day, c.locale, c.theme,
            s.last_human_at, s.expires_at, s.factors
         from session s join customer c on c.id = s.customer_id join party p on p.id = c.party_id"
    };
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

    /// The session of a token, when it holds now. A token that a newer one has replaced holds for a little longer, for
    /// requests that were under way; after that somebody has a copy of it, and the session ends for both.
    ///
    /// # Errors
    /// What the database says.
    pub async fn resolve(&self, token: &SessionToken) -> Result<Option<Session>, DbError> {
        const BY_TOKEN: &str = concat!(session_columns!(), " where s.token_hash = $1 and s.revoked_at is null");
        const BY_ID: &str = concat!(session_columns!(), " where s.id = $1 and s.revoked_at is null");
        match self.find(BY_TOKEN, token.hash()).await? {
            Some(session) => Ok(self.shown(token, session)),
            None => match self.superseded(token).await? {
                Some(session) => {
                    let session = self.find(BY_ID, session.as_bytes().to_vec()).await?;
                    Ok(session.and_then(|session| self.shown(token, session)))
                }
                None => Ok(None),
            },
        }
    }

    /// A session that was found by its token, when it holds; the answer's ledger hears whose token it is.
    fn shown(&self, token: &SessionToken, session: Session) -> Option<Session> {
        owner::note_session(&token.hash(), session.scope.customer());
        self.holds_now(session)
    }

    fn holds_now(&self, session: Session) -> Option<Session> {
        (self.clock.now() < self.ends_at(&session)).then_some(session)
    }

    async fn find(&self, sql: &'static str, key: Vec<u8>) -> Result<Option<Session>, DbError> {
        type Row =
            (Vec<u8>, Vec<u8>, String, Option<String>, String, i64, Option<String>, Option<String>, i64, i64, i64);
        let row: Option<Row> = self
            .db
            .glance(&AuthScope::new(), move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(sql).bind(key).fetch_optional(&mut **c).await).map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        let Some((session, customer, name, given_name, number, since_day, locale, theme, human, expires, factors)) =
            row
        else {
            return Ok(None);
        };
        Ok(Some(Session {
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
            factors,
        }))
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
}

fn id<K>(bytes: Vec<u8>) -> Result<Id<K>, DbError> {
    bytes.try_into().map_err(|_| DbError::Value("an id that is not 16 bytes"))
}

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
    identity::Profile,
    on, owner,
    random::SharedRandom,
    scope::{AuthScope, CustomerScope, StaffScope},
    staff::{self, Capabilities, Capability, Support},
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
    /// The right to read and write what is the customer's; in a customer's place, to read what is theirs.
    pub scope: CustomerScope,
    /// What somebody of the institution may do.
    pub staff: Option<StaffScope>,
    /// Somebody of the institution looks in a customer's place: the scope is that customer's, name and number too.
    pub support: Option<Support>,
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

impl Session {
    /// Who signed in: whose place they look in does not matter.
    #[must_use]
    pub fn who(&self) -> Id<kind::Customer> {
        self.staff.map_or_else(|| self.scope.customer(), |staff| Id::from_bytes(*staff.who().as_bytes()))
    }
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
            s.last_human_at, s.expires_at, s.factors, r.capabilities
         from session s join customer c on c.id = s.customer_id join party p on p.id = c.party_id
           left join staff m on m.customer_id = c.id left join role r on r.id = m.role"
    };
}

#[derive(sqlx::FromRow)]
struct SessionColumns {
    id: Vec<u8>,
    customer_id: Vec<u8>,
    name: String,
    given_name: Option<String>,
    number: String,
    since_day: i64,
    locale: Option<String>,
    theme: Option<String>,
    last_human_at: i64,
    expires_at: i64,
    factors: i64,
    capabilities: Option<String>,
}

/// Neither ended nor of somebody who may come in no more.
macro_rules! holds {
    () => {
        " and s.revoked_at is null and c.disabled_at is null and m.inactive_at is null"
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

const BY_ID: &str = concat!(session_columns!(), " where s.id = $1", holds!());

impl Sessions {
    /// Sessions in `db` under `policy`.
    #[must_use]
    pub const fn new(db: Db, clock: SharedClock, random: SharedRandom, policy: SessionPolicy) -> Self {
        Self { db, clock, random, policy }
    }

    /// The policy in force for customers.
    #[must_use]
    pub const fn policy(&self) -> SessionPolicy {
        self.policy
    }

    /// The policy for a customer, or for one of the institution's people, who have the profile `admin`.
    const fn policy_for(&self, staff: bool) -> SessionPolicy {
        if staff {
            let rules = Profile::Admin.rules();
            let (idle_seconds, absolute_seconds) = (rules.idle_seconds, rules.absolute_seconds);
            SessionPolicy { idle_seconds, absolute_seconds, ..self.policy }
        } else {
            self.policy
        }
    }

    /// The session of a token, when it holds now. A token that a newer one has replaced holds for a little longer, for
    /// requests that were under way; after that somebody has a copy of it, and the session ends for both.
    ///
    /// # Errors
    /// What the database says.
    pub async fn resolve(&self, token: &SessionToken) -> Result<Option<Session>, DbError> {
        const BY_TOKEN: &str = concat!(session_columns!(), " where s.token_hash = $1", holds!());
        let session = match self.find(BY_TOKEN, token.hash()).await? {
            Some(session) => Some(session),
            None => match self.superseded(token).await? {
                Some(session) => self.find(BY_ID, session.as_bytes().to_vec()).await?,
                None => None,
            },
        };
        let Some(session) = session.and_then(|session| self.holds_now(session)) else { return Ok(None) };
        let session = self.in_whose_place(session).await?;
        // The answer's ledger hears whose token it is.
        owner::note_session(&token.hash(), session.scope.customer());
        Ok(Some(session))
    }

    /// The same session as it is now, when it still holds: for what stays open long after it was asked for.
    ///
    /// # Errors
    /// What the database says.
    pub async fn still(&self, session: &Session) -> Result<Option<Session>, DbError> {
        let now = self.find(BY_ID, session.id.as_bytes().to_vec()).await?;
        match now.and_then(|session| self.holds_now(session)) {
            Some(session) => self.in_whose_place(session).await.map(Some),
            None => Ok(None),
        }
    }

    /// A session; of somebody of the institution, in the place of the customer that they look after now.
    async fn in_whose_place(&self, session: Session) -> Result<Session, DbError> {
        const WHO: &str = "select p.name, p.given_name, c.number, c.since_day
            from customer c join party p on p.id = c.party_id where c.id = $1";
        let Some(may) = session.staff.map(|staff| staff.capabilities()) else { return Ok(session) };
        let (looks, tries) = (may.has(Capability::Customers), may.has(Capability::Configure));
        if !looks && !tries {
            return Ok(session);
        }
        let Some(support) = staff::support_of(&self.db, session.id, self.clock.now()).await? else {
            return Ok(session);
        };
        let customer = support.customer;
        let scope = AuthScope::new();
        let read = self.db.glance(&scope, move |tx| {
            async move {
                let row: (String, Option<String>, String, i64) = on!(tx, c => sqlx::query_as(WHO)
                    .bind(customer.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>(row)
            }
            .boxed()
        });
        let (name, given_name, number, since_day) = read.await?;
        // Who may look at customers no more is in their own place again.
        if !looks && !number.starts_with(staff::TRIAL) {
            return Ok(session);
        }
        let scope = CustomerScope::only_to_look(customer);
        Ok(Session { scope, support: Some(support), name, given_name, number, since_day, ..session })
    }

    fn holds_now(&self, session: Session) -> Option<Session> {
        (self.clock.now() < self.ends_at(&session)).then_some(session)
    }

    async fn find(&self, sql: &'static str, key: Vec<u8>) -> Result<Option<Session>, DbError> {
        let row: Option<SessionColumns> = self
            .db
            .glance(&AuthScope::new(), move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(sql).bind(key).fetch_optional(&mut **c).await).map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        let Some(row) = row else { return Ok(None) };
        let customer: Id<kind::Customer> = id(row.customer_id)?;
        let may = row.capabilities.map(|words| Capabilities::of_words(&words));
        Ok(Some(Session {
            id: id(row.id)?,
            scope: CustomerScope::new(customer),
            staff: may.map(|may| StaffScope::new(Id::from_bytes(*customer.as_bytes()), may)),
            support: None,
            name: row.name,
            given_name: row.given_name,
            number: row.number,
            since_day: row.since_day,
            locale: row.locale.and_then(|tag| tag.parse().ok()),
            theme: row.theme.and_then(|name| name.parse().ok()).unwrap_or_default(),
            last_human_at: Timestamp(row.last_human_at),
            expires_at: Timestamp(row.expires_at),
            factors: row.factors,
        }))
    }

    /// When a session ends if nobody does anything.
    #[must_use]
    pub fn ends_at(&self, session: &Session) -> Timestamp {
        session
            .expires_at
            .min(session.last_human_at.plus_seconds(self.policy_for(session.staff.is_some()).idle_seconds))
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
            let (id, who) = (session.id, session.who());
            self.db
                .write(&AuthScope::new(), move |tx| {
                    async move {
                        on!(tx, c => sqlx::query(TOUCH).bind(id.as_bytes().as_slice()).bind(who.as_bytes().as_slice())
                            .bind(now.millis()).execute(&mut **c).await.map(|_| ()))
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

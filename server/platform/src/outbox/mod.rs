//! What customers do that the back office must hear of: instructions, notices of loss, uploads, messages.
//!
//! A message is written in the transaction of the act, so that neither is there without the other. The [`Courier`] forwards
//! it, signed, and tries again until it is taken or given up; the back office answers by document ([`answers`]), and then it
//! is accepted or refused. Every step is told to the customer's open pages. Nothing fails in silence: what is given up is an
//! error in the log, a number in the metrics and a state on the page.

pub mod answers;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod certificates;
mod courier;
mod post;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;

use crate::{
    db::{DbError, Tx},
    live::publish,
    on,
    random::{Random, random_id},
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};
use std::fmt;

pub use courier::{Courier, Route, backoff_seconds};
pub use post::Poster;

/// Who is to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// Whoever carries parcels.
    Carrier,
    /// Whoever settles claims.
    Insurer,
}

impl Destination {
    /// Its word in the database, in folders and in the names of secrets.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Carrier => "carrier",
            Self::Insurer => "insurer",
        }
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Received by the portal; not yet with the back office.
    Waiting,
    /// The back office has it.
    Forwarded,
    /// The back office does what it asks.
    Accepted,
    /// The back office does not.
    Refused,
    /// It could not be forwarded, and is no longer tried.
    Dead,
}

impl State {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Forwarded, Self::Accepted, Self::Refused, Self::Dead];

    /// The database's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Forwarded => "forwarded",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Dead => "dead",
        }
    }

    /// From the database's word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// Who is to hear of it.
    pub destination: Destination,
    /// What it is: the domain and the act, `parcels.instruction`. The customer's pages get live events of this topic.
    pub topic: &'static str,
    /// The thing that it is about; the subject of those events.
    pub subject: Vec<u8>,
    /// What it says. No secret of the customer's that the receiver need not know.
    pub data: serde_json::Value,
}

/// Puts a message into the outbox, in the transaction of the act. Gives back its id, which is also its `webhook-id`.
///
/// # Errors
/// What the database says.
pub async fn put(
    tx: &mut Tx,
    scope: &CustomerScope,
    random: &dyn Random,
    message: Message,
    now: Timestamp,
) -> Result<Id<kind::Message>, DbError> {
    const ADD: &str =
        "insert into outbox (id, customer_id, destination, topic, subject, payload, state, next_at, created_at)
        values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $7)";
    let id: Id<kind::Message> = random_id(random);
    // The form that Standard Webhooks recommends, section "Payload structure".
    let payload = serde_json::json!({
        "type": message.topic, "id": id.to_string(), "timestamp": Rfc3339(now).to_string(), "data": message.data,
    });
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(scope.bytes()).bind(message.destination.as_str())
        .bind(message.topic).bind(&message.subject).bind(payload.to_string()).bind(now.millis())
        .execute(&mut **c).await.map(|_| ()))?;
    tx.sends();
    Ok(id)
}

/// Moves a message on and tells the customer's pages. False when it was not in a state that this follows.
async fn settle(
    tx: &mut Tx,
    id: &[u8],
    state: State,
    answer: Option<&str>,
    error: Option<&str>,
    now: Timestamp,
) -> Result<bool, DbError> {
    const FORWARDED: &str = "update outbox set state = $2, answer = $3, last_error = $4, forwarded_at = $5
        where id = $1 and state = 'waiting' returning customer_id, topic, subject";
    // An answer may overtake our own note that the message was taken.
    const ANSWERED: &str = "update outbox set state = $2, answer = $3, last_error = $4, answered_at = $5
        where id = $1 and state in ('waiting', 'forwarded') returning customer_id, topic, subject";
    let sql = if state == State::Forwarded { FORWARDED } else { ANSWERED };
    let row: Option<(Vec<u8>, String, Vec<u8>)> = on!(tx, c => sqlx::query_as(sql).bind(id).bind(state.as_str())
        .bind(answer).bind(error).bind(now.millis()).fetch_optional(&mut **c).await)?;
    let Some((customer, topic, subject)) = row else { return Ok(false) };
    let customer = Id::try_from(customer).map_err(|_| DbError::Value("outbox.customer_id"))?;
    publish(tx, customer, &topic, &subject, Some(id), now).await?;
    Ok(true)
}

/// An instant as RFC 3339 in UTC.
struct Rfc3339(Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jiff::Timestamp::from_millisecond(self.0.millis()).unwrap_or_default().fmt(f)
    }
}

//! How far something that the customer sent has come: what the outbox says of its message.

use guichet_platform::{
    db::{DbError, Tx},
    on,
    outbox::State,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};

/// How far a message to the insurer has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub message: Id<kind::Message>,
    /// How far.
    pub state: State,
    /// When the state began.
    pub at: Timestamp,
    /// What the insurer said to it.
    pub answer: Option<String>,
}

/// The columns of [`SentRow`], of a `left join outbox o`.
macro_rules! sent_columns {
    () => {
        "o.id as message, o.state as sent_state, coalesce(o.answered_at, o.forwarded_at, o.created_at) as sent_at, o.answer"
    };
}
pub(super) use sent_columns;

/// A message as the database has it; nothing of it where there is none.
#[derive(sqlx::FromRow)]
pub(super) struct SentRow {
    message: Option<Vec<u8>>,
    sent_state: Option<String>,
    sent_at: Option<i64>,
    answer: Option<String>,
}

impl SentRow {
    pub fn sent(self) -> Result<Option<Sent>, DbError> {
        let (Some(message), Some(state), Some(at)) = (self.message, self.sent_state, self.sent_at) else {
            return Ok(None);
        };
        Ok(Some(Sent {
            message: super::id(message, "outbox.id")?,
            state: State::from_name(&state).ok_or(DbError::Value("outbox.state"))?,
            at: Timestamp(at),
            answer: self.answer,
        }))
    }
}

/// What a message of the customer's said that could not be passed on: its topic and data.
///
/// # Errors
/// What the database says.
pub async fn dead_message(
    tx: &mut Tx,
    scope: &CustomerScope,
    message: Id<kind::Message>,
) -> Result<Option<(String, serde_json::Value)>, DbError> {
    // What it said is taken out of it after some time; then there is nothing left to send again.
    const GET: &str = "select topic, payload from outbox where id = $1 and customer_id = $2 and state = 'dead'
        and payload <> '{}'";
    let row: Option<(String, String)> = on!(tx, c => sqlx::query_as(GET).bind(message.as_bytes().as_slice())
        .bind(scope.bytes()).fetch_optional(&mut **c).await)?;
    let Some((topic, payload)) = row else { return Ok(None) };
    let mut payload: serde_json::Value = super::value(&payload, "outbox.payload")?;
    Ok(Some((topic, payload["data"].take())))
}

/// Holds the customer's row until the transaction ends, so that two acts at once are counted one after the other.
///
/// # Errors
/// What the database says.
pub async fn lock_customer(tx: &mut Tx, scope: &CustomerScope) -> Result<(), DbError> {
    const LOCK: &str = "update customer set live_seq = live_seq where id = $1";
    on!(tx, c => sqlx::query(LOCK).bind(scope.bytes()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

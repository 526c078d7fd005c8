//! What the customer writes to the insurer.

use super::{
    id,
    sent::{Sent, SentRow, sent_columns},
};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};

/// A message of the customer's.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its id, which the insurer gives back with it.
    pub id: Id<kind::Letter>,
    /// What.
    pub body: String,
    /// When.
    pub sent_at: Timestamp,
    /// How far it has come.
    pub sent: Option<Sent>,
}

#[derive(sqlx::FromRow)]
struct LetterRow {
    id: Vec<u8>,
    body: String,
    written_at: i64,
    #[sqlx(flatten)]
    sent: SentRow,
}

/// The customer's messages on a claim, oldest first.
///
/// # Errors
/// What the database says.
pub async fn list_letters(tx: &mut Tx, scope: &CustomerScope, claim: Id<kind::Claim>) -> Result<Vec<Letter>, DbError> {
    const LIST: &str = concat!(
        "select l.id, l.body, l.sent_at as written_at, ",
        sent_columns!(),
        " from claim_letter l left join outbox o on o.id = l.message_id
        where l.customer_id = $1 and l.claim_id = $2 order by l.sent_at, l.id limit 500"
    );
    let rows: Vec<LetterRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
        .bind(claim.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    let letter = |row: LetterRow| {
        Ok(Letter {
            id: id(row.id, "claim_letter.id")?,
            body: row.body,
            sent_at: Timestamp(row.written_at),
            sent: row.sent.sent()?,
        })
    };
    rows.into_iter().map(letter).collect()
}

/// Keeps a message. False when the form that it came with was sent before.
///
/// # Errors
/// What the database says.
pub async fn insert_letter(
    tx: &mut Tx,
    scope: &CustomerScope,
    letter: Id<kind::Letter>,
    (claim, body): (Id<kind::Claim>, &str),
    message: Id<kind::Message>,
    now: Timestamp,
) -> Result<bool, DbError> {
    const ADD: &str = "insert into claim_letter (id, customer_id, claim_id, body, sent_at, message_id)
        values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    let added = on!(tx, c => sqlx::query(ADD).bind(letter.as_bytes().as_slice()).bind(scope.bytes())
        .bind(claim.as_bytes().as_slice()).bind(body).bind(now.millis()).bind(message.as_bytes().as_slice())
        .execute(&mut **c).await.map(|done| done.rows_affected()))?;
    Ok(added == 1)
}

/// Puts a new message in the place of one that could not be passed on. False when it was not a letter's of this claim.
///
/// # Errors
/// What the database says.
pub async fn resend_letter(
    tx: &mut Tx,
    scope: &CustomerScope,
    claim: Id<kind::Claim>,
    from: Id<kind::Message>,
    to: Id<kind::Message>,
) -> Result<bool, DbError> {
    const SET: &str = "update claim_letter set message_id = $4
        where customer_id = $1 and claim_id = $2 and message_id = $3";
    let set = on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(claim.as_bytes().as_slice())
        .bind(from.as_bytes().as_slice()).bind(to.as_bytes().as_slice()).execute(&mut **c).await
        .map(|done| done.rows_affected()))?;
    Ok(set > 0)
}

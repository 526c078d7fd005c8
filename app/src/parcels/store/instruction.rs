//! What recipients ask of the carrier, and how far it has come.

use super::super::model::Wish;
use guichet_platform::{
    db::{DbError, Tx},
    on,
    outbox::{self, Destination, Message, State},
    random::Random,
    scope::CustomerScope,
};
use guichet_types::{Date, Id, Timestamp, kind};

/// A wish on its way to the carrier.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// What is asked.
    pub wish: Wish,
    /// In the customer's words: who, where.
    pub detail: Option<String>,
    /// On which day.
    pub day: Option<Date>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// How far it is.
    pub state: State,
    /// Why the carrier refuses, in its words.
    pub answer: Option<String>,
}

/// What is to be asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The parcel.
    pub parcel: Id<kind::Parcel>,
    /// Its number, for the carrier.
    pub number: String,
    /// Its carrier's code.
    pub carrier: String,
    /// What is asked.
    pub wish: Wish,
    /// Who, where.
    pub detail: Option<String>,
    /// On which day.
    pub day: Option<Date>,
    /// The form that it came with: the same form twice asks once.
    pub form: Id<()>,
}

/// Asks the carrier, in one transaction with the message that carries it. False when this very form was sent before.
///
/// # Errors
/// What the database says.
pub async fn ask(
    tx: &mut Tx,
    scope: &CustomerScope,
    random: &dyn Random,
    ask: Ask,
    now: Timestamp,
) -> Result<bool, DbError> {
    const KNOWN: &str = "select 1 from parcel_instruction where id = $1";
    const ADD: &str = "insert into parcel_instruction
          (id, shipment_id, customer_id, wish, detail, day, message_id, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let id: Id<()> = tx.stable_id(&[b"instruction", ask.parcel.as_bytes(), scope.bytes(), ask.form.as_bytes()]);
    let known: Option<(i32,)> =
        on!(tx, c => sqlx::query_as(KNOWN).bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    if known.is_some() {
        return Ok(false);
    }
    let mut data = serde_json::json!({ "number": ask.number, "carrier": ask.carrier, "wish": ask.wish.as_str() });
    if let Some(detail) = &ask.detail {
        data["detail"] = detail.as_str().into();
    }
    if let Some(day) = ask.day {
        data["day"] = day.to_string().into();
    }
    let message = Message {
        destination: Destination::Carrier,
        topic: crate::parcels::live::INSTRUCTION,
        subject: ask.parcel.as_bytes().to_vec(),
        data,
    };
    let message = outbox::put(tx, scope, random, message, now).await?;
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(ask.parcel.as_bytes().as_slice())
        .bind(scope.bytes()).bind(ask.wish.as_str()).bind(&ask.detail).bind(ask.day.map(|day| i64::from(day.days())))
        .bind(message.as_bytes().as_slice()).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(true)
}

/// The latest thing that the customer has asked of a parcel's carrier.
///
/// # Errors
/// What the database says.
pub async fn latest_instruction(
    tx: &mut Tx,
    scope: &CustomerScope,
    parcel: Id<kind::Parcel>,
) -> Result<Option<Instruction>, DbError> {
    const LATEST: &str = "select i.wish, i.detail, i.day, i.created_at, o.state, o.answer
        from parcel_instruction i join outbox o on o.id = i.message_id
        where i.customer_id = $1 and i.shipment_id = $2 order by i.created_at desc, i.id desc limit 1";
    type Row = (String, Option<String>, Option<i64>, i64, String, Option<String>);
    let row: Option<Row> = on!(tx, c => sqlx::query_as(LATEST).bind(scope.bytes()).bind(parcel.as_bytes().as_slice())
        .fetch_optional(&mut **c).await)?;
    row.map(|(wish, detail, day, created, state, answer)| {
        Ok(Instruction {
            wish: Wish::from_name(&wish).ok_or(DbError::Value("parcel_instruction.wish"))?,
            detail,
            day: day.and_then(|day| i32::try_from(day).ok()).map(Date::from_days),
            created_at: Timestamp(created),
            state: State::from_name(&state).ok_or(DbError::Value("outbox.state"))?,
            answer,
        })
    })
    .transpose()
}

//! Notices of loss: in the making, and as they were submitted.

use super::{
    id, json,
    sent::{Sent, SentRow, sent_columns},
    value,
};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Date, Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};

/// What a customer says of a loss, as far as they have come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeData {
    /// The step that comes next, from 1.
    pub step: u8,
    /// By what: a word of [`Cause`](crate::claims::rules::Cause).
    pub cause: Option<String>,
    /// The day.
    pub day: Option<Date>,
    /// Minutes since midnight, where the customer knows them.
    pub minute: Option<i64>,
    /// When that was.
    pub at: Option<Timestamp>,
    /// Where.
    pub place: String,
    /// What happened.
    pub text: String,
    /// A guess of the damage.
    pub amount: Option<Money>,
    /// Somebody else has part in it.
    pub others: Option<String>,
    /// Where the customer is reached.
    pub phone: String,
    /// The account that the money is to go to.
    pub pay_to: Option<String>,
}

/// A notice in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id, which will be the notice's.
    pub id: Id<kind::Claim>,
    /// The policy.
    pub policy: Id<kind::Policy>,
    /// The policy's number.
    pub policy_number: String,
    /// What was said so far.
    pub data: NoticeData,
    /// When it was last saved.
    pub changed_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct DraftRow {
    id: Vec<u8>,
    policy_id: Vec<u8>,
    policy_number: String,
    data: String,
    changed_at: i64,
}

impl TryFrom<DraftRow> for Draft {
    type Error = DbError;
    fn try_from(row: DraftRow) -> Result<Self, DbError> {
        Ok(Self {
            id: id(row.id, "claim_draft.id")?,
            policy: id(row.policy_id, "claim_draft.policy_id")?,
            policy_number: row.policy_number,
            data: value(&row.data, "claim_draft.data")?,
            changed_at: Timestamp(row.changed_at),
        })
    }
}

macro_rules! drafts {
    ($rest:literal) => {
        concat!(
            "select t.id, t.policy_id, p.number as policy_number, t.data, t.changed_at from claim_draft t
               join policy p on p.id = t.policy_id
               join policy_holder h on h.policy_id = p.id and h.customer_id = t.customer_id
             where t.customer_id = $1",
            $rest
        )
    };
}

/// The customer's notices in the making, the latest first.
///
/// # Errors
/// What the database says.
pub async fn list_drafts(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Draft>, DbError> {
    const LIST: &str = drafts!(" order by t.changed_at desc, t.id limit 20");
    let rows: Vec<DraftRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Draft::try_from).collect()
}

/// One of them.
///
/// # Errors
/// What the database says.
pub async fn find_draft(tx: &mut Tx, scope: &CustomerScope, draft: Id<kind::Claim>) -> Result<Option<Draft>, DbError> {
    const FIND: &str = drafts!(" and t.id = $2");
    let row: Option<DraftRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(draft.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Draft::try_from).transpose()
}

/// Begins one.
///
/// # Errors
/// What the database says.
pub async fn insert_draft(
    tx: &mut Tx,
    scope: &CustomerScope,
    draft: Id<kind::Claim>,
    policy: Id<kind::Policy>,
    data: &NoticeData,
    now: Timestamp,
) -> Result<(), DbError> {
    const ADD: &str = "insert into claim_draft (id, customer_id, policy_id, data, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $5)";
    let data = json(data)?;
    on!(tx, c => sqlx::query(ADD).bind(draft.as_bytes().as_slice()).bind(scope.bytes())
        .bind(policy.as_bytes().as_slice()).bind(data).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Keeps what was said. False when there is no such draft.
///
/// # Errors
/// What the database says.
pub async fn save_draft(
    tx: &mut Tx,
    scope: &CustomerScope,
    draft: Id<kind::Claim>,
    data: &NoticeData,
    now: Timestamp,
) -> Result<bool, DbError> {
    const SET: &str = "update claim_draft set data = $3, changed_at = $4 where customer_id = $1 and id = $2";
    let data = json(data)?;
    let set = on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(draft.as_bytes().as_slice()).bind(data)
        .bind(now.millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
    Ok(set == 1)
}

/// Holds a draft until the transaction ends. False when it is gone: submitted, or thrown away.
///
/// # Errors
/// What the database says.
pub async fn lock_draft(tx: &mut Tx, scope: &CustomerScope, draft: Id<kind::Claim>) -> Result<bool, DbError> {
    const LOCK: &str = "update claim_draft set changed_at = changed_at where customer_id = $1 and id = $2";
    let held = on!(tx, c => sqlx::query(LOCK).bind(scope.bytes()).bind(draft.as_bytes().as_slice())
        .execute(&mut **c).await.map(|done| done.rows_affected()))?;
    Ok(held == 1)
}

/// Throws a draft away, with its files. Gives back where their bytes are; none when there is no such draft.
///
/// # Errors
/// What the database says.
pub async fn delete_draft(
    tx: &mut Tx,
    scope: &CustomerScope,
    draft: Id<kind::Claim>,
) -> Result<Option<Vec<String>>, DbError> {
    const FILES: &str = "delete from claim_upload where customer_id = $1 and draft_id = $2 returning stored";
    const DROP: &str = "delete from claim_draft where customer_id = $1 and id = $2";
    let key = draft.as_bytes().as_slice();
    let files: Vec<(Option<String>,)> =
        on!(tx, c => sqlx::query_as(FILES).bind(scope.bytes()).bind(key).fetch_all(&mut **c).await)?;
    let gone = on!(tx, c => sqlx::query(DROP).bind(scope.bytes()).bind(key).execute(&mut **c).await
        .map(|done| done.rows_affected()))?;
    Ok((gone == 1).then(|| files.into_iter().filter_map(|(stored,)| stored).collect()))
}

/// A notice as it was submitted.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id; its claim has the same, where there was none before.
    pub id: Id<kind::Claim>,
    /// The policy.
    pub policy: Id<kind::Policy>,
    /// The policy's number.
    pub policy_number: String,
    /// The reference that the customer was given.
    pub reference: String,
    /// What was said.
    pub data: NoticeData,
    /// When.
    pub submitted_at: Timestamp,
    /// The insurer's claim.
    pub claim: Option<Id<kind::Claim>>,
    /// How far it has come.
    pub sent: Option<Sent>,
}

#[derive(sqlx::FromRow)]
struct NoticeRow {
    id: Vec<u8>,
    policy_id: Vec<u8>,
    policy_number: Option<String>,
    reference: String,
    data: String,
    submitted_at: i64,
    claim_id: Option<Vec<u8>>,
    #[sqlx(flatten)]
    sent: SentRow,
}

impl TryFrom<NoticeRow> for Notice {
    type Error = DbError;
    fn try_from(row: NoticeRow) -> Result<Self, DbError> {
        Ok(Self {
            id: id(row.id, "claim_notice.id")?,
            policy: id(row.policy_id, "claim_notice.policy_id")?,
            policy_number: row.policy_number.unwrap_or_default(),
            reference: row.reference,
            data: value(&row.data, "claim_notice.data")?,
            submitted_at: Timestamp(row.submitted_at),
            claim: row.claim_id.map(|claim| id(claim, "claim_notice.claim_id")).transpose()?,
            sent: row.sent.sent()?,
        })
    }
}

macro_rules! notices {
    ($rest:literal) => {
        concat!(
            "select n.id, n.policy_id, p.number as policy_number, n.reference, n.data, n.submitted_at, n.claim_id, ",
            sent_columns!(),
            " from claim_notice n left join policy p on p.id = n.policy_id left join outbox o on o.id = n.message_id
            where n.customer_id = $1",
            $rest
        )
    };
}

/// The customer's notices, the latest first.
///
/// # Errors
/// What the database says.
pub async fn list_notices(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Notice>, DbError> {
    const LIST: &str = notices!(" order by n.submitted_at desc, n.id limit 200");
    let rows: Vec<NoticeRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// The notice of this id, or the one that the claim of this id came of.
///
/// # Errors
/// What the database says.
pub async fn find_notice(
    tx: &mut Tx,
    scope: &CustomerScope,
    notice: Id<kind::Claim>,
) -> Result<Option<Notice>, DbError> {
    const FIND: &str = notices!(" and (n.id = $2 or n.claim_id = $2) order by n.submitted_at limit 1");
    let row: Option<NoticeRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(notice.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Notice::try_from).transpose()
}

/// Keeps a notice. Whoever calls it holds its draft.
///
/// # Errors
/// What the database says.
pub async fn insert_notice(
    tx: &mut Tx,
    scope: &CustomerScope,
    draft: &Draft,
    reference: &str,
    message: Id<kind::Message>,
    now: Timestamp,
) -> Result<(), DbError> {
    const ADD: &str = "insert into claim_notice (id, customer_id, policy_id, reference, data, submitted_at, message_id)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let data = json(&draft.data)?;
    on!(tx, c => sqlx::query(ADD).bind(draft.id.as_bytes().as_slice()).bind(scope.bytes())
        .bind(draft.policy.as_bytes().as_slice()).bind(reference).bind(data).bind(now.millis())
        .bind(message.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Puts a new message in the place of one that could not be passed on. False when it was not this notice's.
///
/// # Errors
/// What the database says.
pub async fn resend_notice(
    tx: &mut Tx,
    scope: &CustomerScope,
    notice: Id<kind::Claim>,
    from: Id<kind::Message>,
    to: Id<kind::Message>,
) -> Result<bool, DbError> {
    const SET: &str = "update claim_notice set message_id = $4
        where customer_id = $1 and (id = $2 or claim_id = $2) and message_id = $3";
    let set = on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(notice.as_bytes().as_slice())
        .bind(from.as_bytes().as_slice()).bind(to.as_bytes().as_slice()).execute(&mut **c).await
        .map(|done| done.rows_affected()))?;
    Ok(set > 0)
}

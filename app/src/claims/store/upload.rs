//! Files that customers send, and how far each has come.

use super::{
    id,
    sent::{Sent, SentRow, sent_columns},
};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::{CustomerScope, PublicScope},
};
use guichet_types::{Id, Timestamp, kind};

/// A file of the customer's.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its public id.
    pub id: Id<kind::Upload>,
    /// The name that it came under; for people, never trusted.
    pub name: String,
    /// Its type by content; none when it was refused.
    pub media: Option<String>,
    /// Its size as it is kept, or as it came when it was refused.
    pub bytes: i64,
    /// SHA-256 of what is kept, in hexadecimal digits.
    pub sha256: Option<String>,
    /// Where the bytes are in the store of files.
    pub stored: Option<String>,
    /// Why it was not taken: a word of [`Refused`](crate::claims::upload::Refused).
    pub refused: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// The insurer's request that it answers.
    pub request: Option<Id<kind::ClaimPart>>,
    /// How far the message about it has come.
    pub sent: Option<Sent>,
}

#[derive(sqlx::FromRow)]
struct UploadRow {
    id: Vec<u8>,
    request_id: Option<Vec<u8>>,
    name: String,
    media: Option<String>,
    bytes: i64,
    sha256: Option<Vec<u8>>,
    stored: Option<String>,
    refused: Option<String>,
    received_at: i64,
    #[sqlx(flatten)]
    sent: SentRow,
}

impl TryFrom<UploadRow> for Upload {
    type Error = DbError;
    fn try_from(row: UploadRow) -> Result<Self, DbError> {
        Ok(Self {
            id: id(row.id, "claim_upload.id")?,
            name: row.name,
            media: row.media,
            bytes: row.bytes,
            sha256: row.sha256.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()),
            stored: row.stored,
            refused: row.refused,
            received_at: Timestamp(row.received_at),
            request: row.request_id.map(|request| id(request, "claim_upload.request_id")).transpose()?,
            sent: row.sent.sent()?,
        })
    }
}

macro_rules! uploads {
    ($rest:literal) => {
        concat!(
            "select u.id, u.request_id, u.name, u.media, u.bytes, u.sha256, u.stored, u.refused, u.received_at, ",
            sent_columns!(),
            " from claim_upload u left join outbox o on o.id = u.message_id where u.customer_id = $1",
            $rest
        )
    };
}

/// The customer's files on a claim, or on a draft (they have ids of one kind), oldest first.
///
/// # Errors
/// What the database says.
pub async fn list_uploads(tx: &mut Tx, scope: &CustomerScope, claim: Id<kind::Claim>) -> Result<Vec<Upload>, DbError> {
    const LIST: &str = uploads!(" and (u.claim_id = $2 or u.draft_id = $2) order by u.received_at, u.id limit 500");
    let rows: Vec<UploadRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
        .bind(claim.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Upload::try_from).collect()
}

/// One file of the customer's on a claim or a draft.
///
/// # Errors
/// What the database says.
pub async fn find_upload(
    tx: &mut Tx,
    scope: &CustomerScope,
    claim: Id<kind::Claim>,
    upload: Id<kind::Upload>,
) -> Result<Option<Upload>, DbError> {
    const FIND: &str = uploads!(" and (u.claim_id = $2 or u.draft_id = $2) and u.id = $3");
    let row: Option<UploadRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(claim.as_bytes().as_slice()).bind(upload.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Upload::try_from).transpose()
}

/// What a customer has taken of the room that there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Files on the claim, refused ones too.
    pub claim_files: i64,
    /// Bytes kept for the claim.
    pub claim_bytes: i64,
    /// Files of the customer's in all, refused ones too.
    pub all_files: i64,
    /// Bytes kept for the customer in all.
    pub all_bytes: i64,
}

/// Counts it.
///
/// # Errors
/// What the database says.
pub async fn count_usage(tx: &mut Tx, scope: &CustomerScope, claim: Id<kind::Claim>) -> Result<Usage, DbError> {
    const COUNT: &str = "select
          cast(coalesce(sum(case when claim_id = $2 or draft_id = $2 then 1 else 0 end), 0) as bigint),
          cast(coalesce(sum(case when (claim_id = $2 or draft_id = $2) and stored is not null then bytes else 0 end), 0) as bigint),
          count(*), cast(coalesce(sum(case when stored is not null then bytes else 0 end), 0) as bigint)
        from claim_upload where customer_id = $1";
    let (claim_files, claim_bytes, all_files, all_bytes): (i64, i64, i64, i64) = on!(tx, c => sqlx::query_as(COUNT)
        .bind(scope.bytes()).bind(claim.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
    Ok(Usage { claim_files, claim_bytes, all_files, all_bytes })
}

/// A file that has come, taken or not.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Its id.
    pub id: Id<kind::Upload>,
    /// The claim, or the draft.
    pub claim: Id<kind::Claim>,
    /// It is for a draft.
    pub is_draft: bool,
    /// The request that it answers.
    pub request: Option<Id<kind::ClaimPart>>,
    /// Its name, cut and cleaned.
    pub name: String,
    /// Its type; none when it was refused.
    pub media: Option<&'static str>,
    /// Its size.
    pub bytes: i64,
    /// SHA-256 of what is kept.
    pub sha256: Option<Vec<u8>>,
    /// Where the bytes are.
    pub stored: Option<String>,
    /// Why it was not taken.
    pub refused: Option<&'static str>,
    /// When it came.
    pub received_at: Timestamp,
    /// The message about it.
    pub message: Option<Id<kind::Message>>,
    /// SHA-256 of the secret in its link.
    pub token_hash: Option<[u8; 32]>,
    /// How long the link holds.
    pub token_until: Option<Timestamp>,
}

/// Writes it.
///
/// # Errors
/// What the database says.
pub async fn insert_upload(tx: &mut Tx, scope: &CustomerScope, new: &NewUpload) -> Result<(), DbError> {
    const ADD: &str = "insert into claim_upload (id, customer_id, draft_id, claim_id, request_id, name, media, bytes,
          sha256, stored, refused, received_at, message_id, token_hash, token_until)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let claim = new.claim.as_bytes().as_slice();
    let (draft, claim) = if new.is_draft { (Some(claim), None) } else { (None, Some(claim)) };
    on!(tx, c => sqlx::query(ADD).bind(new.id.as_bytes().as_slice()).bind(scope.bytes()).bind(draft).bind(claim)
        .bind(new.request.as_ref().map(|request| request.as_bytes().as_slice())).bind(&new.name).bind(new.media)
        .bind(new.bytes).bind(new.sha256.as_deref()).bind(new.stored.as_deref()).bind(new.refused)
        .bind(new.received_at.millis()).bind(new.message.as_ref().map(|message| message.as_bytes().as_slice()))
        .bind(new.token_hash.as_ref().map(|hash| hash.as_slice())).bind(new.token_until.map(Timestamp::millis))
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Takes a file away again, while its notice is a draft, or where it was refused. Gives back where its bytes are.
///
/// # Errors
/// What the database says.
pub async fn delete_upload(
    tx: &mut Tx,
    scope: &CustomerScope,
    claim: Id<kind::Claim>,
    upload: Id<kind::Upload>,
) -> Result<Option<Option<String>>, DbError> {
    const DROP: &str = "delete from claim_upload where customer_id = $1 and id = $3
        and (draft_id = $2 or claim_id = $2 and refused is not null) returning stored";
    let row: Option<(Option<String>,)> = on!(tx, c => sqlx::query_as(DROP).bind(scope.bytes())
        .bind(claim.as_bytes().as_slice()).bind(upload.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(stored,)| stored))
}

/// The files of a draft are those of its notice from now on, and go out with its message.
///
/// # Errors
/// What the database says.
pub async fn attach_to_notice(
    tx: &mut Tx,
    scope: &CustomerScope,
    notice: Id<kind::Claim>,
    message: Id<kind::Message>,
) -> Result<(), DbError> {
    const SET: &str = "update claim_upload set claim_id = $2, draft_id = null,
          message_id = case when stored is null then null else $3 end
        where customer_id = $1 and draft_id = $2";
    on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(notice.as_bytes().as_slice())
        .bind(message.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Gives a file the link that its message has.
///
/// # Errors
/// What the database says.
pub async fn link_upload(
    tx: &mut Tx,
    scope: &CustomerScope,
    upload: Id<kind::Upload>,
    hash: [u8; 32],
    until: Timestamp,
) -> Result<(), DbError> {
    const SET: &str = "update claim_upload set token_hash = $3, token_until = $4 where customer_id = $1 and id = $2";
    on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(upload.as_bytes().as_slice()).bind(hash.as_slice())
        .bind(until.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Puts a new message in the place of one that could not be passed on. False when it was of no file of this claim.
///
/// # Errors
/// What the database says.
pub async fn resend_upload(
    tx: &mut Tx,
    scope: &CustomerScope,
    claim: Id<kind::Claim>,
    from: Id<kind::Message>,
    to: Id<kind::Message>,
    until: Timestamp,
) -> Result<bool, DbError> {
    const SET: &str = "update claim_upload set message_id = $4, token_until = $5
        where customer_id = $1 and claim_id = $2 and message_id = $3";
    let set = on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(claim.as_bytes().as_slice())
        .bind(from.as_bytes().as_slice()).bind(to.as_bytes().as_slice()).bind(until.millis())
        .execute(&mut **c).await.map(|done| done.rows_affected()))?;
    Ok(set > 0)
}

/// What somebody with the secret of a file's link gets.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its id.
    pub id: Id<kind::Upload>,
    /// Whose it is, for the audit log.
    pub customer: Id<kind::Customer>,
    /// Its type.
    pub media: String,
    /// Where the bytes are.
    pub stored: String,
}

/// The file of a link, while the link holds.
///
/// # Errors
/// What the database says.
pub async fn fetch_shared(
    tx: &mut Tx,
    _scope: &PublicScope,
    hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<Fetched>, DbError> {
    const GET: &str = "select id, customer_id, media, stored from claim_upload
        where token_hash = $1 and token_until > $2 and stored is not null and media is not null";
    type Row = (Vec<u8>, Vec<u8>, String, String);
    let row: Option<Row> = on!(tx, c => sqlx::query_as(GET).bind(hash.as_slice()).bind(now.millis())
        .fetch_optional(&mut **c).await)?;
    row.map(|(id, customer, media, stored)| {
        let id = Id::try_from(id).map_err(|_| DbError::Value("claim_upload.id"))?;
        let customer = Id::try_from(customer).map_err(|_| DbError::Value("claim_upload.customer_id"))?;
        Ok(Fetched { id, customer, media, stored })
    })
    .transpose()
}

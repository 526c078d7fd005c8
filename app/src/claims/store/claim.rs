//! Claims with everything that the insurer told of them.

use super::{Source, Versioned, id, newest, value};
use crate::claims::model::{ClaimHead, Item, Milestone, Note, Paper, Part, Payment, Request};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Date, Id, Timestamp, kind};

/// What the customer is asked for, with its id.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its public id.
    pub id: Id<kind::ClaimPart>,
    /// What.
    pub request: Request,
    /// When the portal heard of it.
    pub seen_at: Timestamp,
}

/// A message of the insurer's, with when it came.
#[derive(Clone, Debug)]
pub struct Written {
    /// What.
    pub note: Note,
    /// When the portal heard of it; its time, where it gives none.
    pub seen_at: Timestamp,
}

/// A claim that the customer is party to.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its public id.
    pub id: Id<kind::Claim>,
    /// The loss, the handler, what comes next.
    pub head: ClaimHead,
    /// Its steps, oldest first, by when they happened.
    pub milestones: Vec<Milestone>,
    /// The settlement.
    pub items: Vec<Item>,
    /// What was paid, oldest first.
    pub payments: Vec<Payment>,
    /// What the customer is asked for.
    pub requests: Vec<Asked>,
    /// Papers that the insurer has.
    pub papers: Vec<Paper>,
    /// What was written, as the insurer has it.
    pub messages: Vec<Written>,
    /// Where it came from; none while it is only the customer's own notice.
    pub source: Option<Source>,
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    id: Vec<u8>,
    key_id: Vec<u8>,
    data: String,
    place: String,
    file: Option<String>,
    received_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct PartRow {
    id: Vec<u8>,
    claim_key: Vec<u8>,
    data: String,
    as_of: i64,
    document_id: Vec<u8>,
    seen_at: i64,
}

macro_rules! claims {
    ($rest:literal) => {
        concat!(
            "select m.id, m.key_id, m.data, m.place, d.name as file, d.received_at from claim m
               join claim_party p on p.claim_id = m.id left join source_document d on d.id = m.document_id
             where p.customer_id = $1",
            $rest
        )
    };
}

macro_rules! parts {
    ($rest:literal) => {
        concat!(
            "select q.id, q.claim_key, q.data, q.as_of, q.document_id, q.seen_at from claim_part q
               join claim m on m.key_id = q.claim_key join claim_party p on p.claim_id = m.id
             where p.customer_id = $1",
            $rest,
            " order by q.claim_key, q.position, q.id"
        )
    };
}

/// The customer's claims, the one that last changed first.
///
/// # Errors
/// What the database says.
pub async fn list_claims(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Claim>, DbError> {
    const LIST: &str = claims!(" order by m.changed_at desc, m.number, m.id limit 200");
    const PARTS: &str = parts!("");
    let rows: Vec<ClaimRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    let parts: Vec<PartRow> = on!(tx, c => sqlx::query_as(PARTS).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(|row| assemble(row, &parts)).collect()
}

/// One claim, if the customer is party to it.
///
/// # Errors
/// What the database says.
pub async fn find_claim(tx: &mut Tx, scope: &CustomerScope, claim: Id<kind::Claim>) -> Result<Option<Claim>, DbError> {
    const FIND: &str = claims!(" and m.id = $2");
    const PARTS: &str = parts!(" and m.id = $2");
    let key = claim.as_bytes().as_slice();
    let row: Option<ClaimRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes()).bind(key).fetch_optional(&mut **c).await)?;
    let Some(row) = row else { return Ok(None) };
    let parts: Vec<PartRow> =
        on!(tx, c => sqlx::query_as(PARTS).bind(scope.bytes()).bind(key).fetch_all(&mut **c).await)?;
    assemble(row, &parts).map(Some)
}

fn assemble(row: ClaimRow, parts: &[PartRow]) -> Result<Claim, DbError> {
    let (mut milestones, mut items, mut payments) = (Vec::new(), Vec::new(), Vec::new());
    let (mut requests, mut papers, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts.iter().filter(|part| part.claim_key == row.key_id) {
        let seen_at = Timestamp(part.seen_at);
        match value(&part.data, "claim_part.data")? {
            Part::Milestone(part) => milestones.push(part),
            Part::Item(item) => {
                items.push(Versioned { part: item, version: (part.as_of, part.document_id.clone()) });
            }
            Part::Payment(part) => payments.push(part),
            Part::Request(request) => {
                requests.push(Asked { id: id(part.id.clone(), "claim_part.id")?, request, seen_at });
            }
            Part::Document(part) => papers.push(part),
            Part::Message(note) => messages.push(Written { note, seen_at }),
            Part::Object(_) | Part::Coverage(_) | Part::Premium(_) | Part::Party(_) => {}
        }
    }
    // What has no time stands behind what has one, in the order in which it was told.
    let last = (Date::from_days(i32::MAX / 2), i64::MAX);
    milestones.sort_by_key(|step: &Milestone| step.at.map_or(last, |at| at.order()));
    payments.sort_by_key(|payment: &Payment| payment.at.map_or(last, |at| at.order()));
    Ok(Claim {
        id: id(row.id, "claim.id")?,
        head: value(&row.data, "claim.data")?,
        milestones,
        items: newest(items),
        payments,
        requests,
        papers,
        messages,
        source: Some(Source {
            file: row.file.unwrap_or_default(),
            place: row.place,
            received_at: Timestamp(row.received_at.unwrap_or_default()),
        }),
    })
}

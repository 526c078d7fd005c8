//! Policies with what is insured, against what, and their papers.

use super::{Source, Versioned, id, newest, value};
use crate::claims::model::{Coverage, Object, Paper, Part, Person, PolicyHead, Premium};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};

/// A policy that the customer holds.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its public id.
    pub id: Id<kind::Policy>,
    /// The contract.
    pub head: PolicyHead,
    /// What is insured.
    pub objects: Vec<Object>,
    /// Against what.
    pub coverages: Vec<Coverage>,
    /// Premiums, by the day they are due.
    pub premiums: Vec<Premium>,
    /// Who stands on it.
    pub people: Vec<Person>,
    /// Its papers.
    pub papers: Vec<Paper>,
    /// Where it came from.
    pub source: Source,
}

#[derive(sqlx::FromRow)]
struct PolicyRow {
    id: Vec<u8>,
    data: String,
    place: String,
    file: Option<String>,
    received_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct PartRow {
    policy_id: Vec<u8>,
    data: String,
    as_of: i64,
    document_id: Vec<u8>,
}

macro_rules! policies {
    ($rest:literal) => {
        concat!(
            "select p.id, p.data, p.place, d.name as file, d.received_at from policy p
               join policy_holder h on h.policy_id = p.id left join source_document d on d.id = p.document_id
             where h.customer_id = $1",
            $rest
        )
    };
}

macro_rules! parts {
    ($rest:literal) => {
        concat!(
            "select q.policy_id, q.data, q.as_of, q.document_id from policy_part q
               join policy_holder h on h.policy_id = q.policy_id
             where h.customer_id = $1",
            $rest,
            " order by q.policy_id, q.position, q.id"
        )
    };
}

/// The customer's policies, those in force first.
///
/// # Errors
/// What the database says.
pub async fn list_policies(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Policy>, DbError> {
    const LIST: &str = policies!(" order by p.number, p.id limit 200");
    const PARTS: &str = parts!("");
    let rows: Vec<PolicyRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    let parts: Vec<PartRow> = on!(tx, c => sqlx::query_as(PARTS).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    let mut policies = rows.into_iter().map(|row| assemble(row, &parts)).collect::<Result<Vec<Policy>, DbError>>()?;
    policies.sort_by_key(|policy| !matches!(policy.head.status.as_deref(), Some("active" | "paid_up") | None));
    Ok(policies)
}

/// One policy, if the customer holds it.
///
/// # Errors
/// What the database says.
pub async fn find_policy(
    tx: &mut Tx,
    scope: &CustomerScope,
    policy: Id<kind::Policy>,
) -> Result<Option<Policy>, DbError> {
    const FIND: &str = policies!(" and p.id = $2");
    const PARTS: &str = parts!(" and q.policy_id = $2");
    let key = policy.as_bytes().as_slice();
    let row: Option<PolicyRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes()).bind(key).fetch_optional(&mut **c).await)?;
    let Some(row) = row else { return Ok(None) };
    let parts: Vec<PartRow> =
        on!(tx, c => sqlx::query_as(PARTS).bind(scope.bytes()).bind(key).fetch_all(&mut **c).await)?;
    assemble(row, &parts).map(Some)
}

fn assemble(row: PolicyRow, parts: &[PartRow]) -> Result<Policy, DbError> {
    let (mut objects, mut coverages, mut people) = (Vec::new(), Vec::new(), Vec::new());
    let (mut premiums, mut papers) = (Vec::new(), Vec::new());
    for part in parts.iter().filter(|part| part.policy_id == row.id) {
        let version = (part.as_of, part.document_id.clone());
        match value(&part.data, "policy_part.data")? {
            Part::Object(part) => objects.push(Versioned { part, version }),
            Part::Coverage(part) => coverages.push(Versioned { part, version }),
            Part::Party(part) => people.push(Versioned { part, version }),
            Part::Premium(part) => premiums.push(part),
            Part::Document(part) => papers.push(part),
            Part::Milestone(_) | Part::Item(_) | Part::Payment(_) | Part::Request(_) | Part::Message(_) => {}
        }
    }
    premiums.sort_by_key(|premium: &Premium| premium.due);
    Ok(Policy {
        id: id(row.id, "policy.id")?,
        head: value(&row.data, "policy.data")?,
        objects: newest(objects),
        coverages: newest(coverages),
        people: newest(people),
        premiums,
        papers,
        source: Source {
            file: row.file.unwrap_or_default(),
            place: row.place,
            received_at: Timestamp(row.received_at.unwrap_or_default()),
        },
    })
}

//! Searching the log, for somebody of the institution who may read it.

use super::Action;
use crate::{
    db::{DbError, Tx},
    on,
    scope::StaffScope,
};
use guichet_types::Timestamp;

/// What is looked for. What is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// This was done.
    pub action: Option<Action>,
    /// By this kind of actor.
    pub actor: Option<String>,
    /// About the data of the customer of this number.
    pub number: Option<String>,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this one.
    pub to: Option<Timestamp>,
    /// Before this entry, for the next page.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: i64,
}

/// An entry, with the names of who is in it where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What kind of actor.
    pub actor_kind: String,
    /// Who.
    pub actor_name: Option<String>,
    /// What was done.
    pub action: String,
    /// How it came out.
    pub outcome: String,
    /// The number of the customer whose data it is.
    pub customer: Option<String>,
    /// From where.
    pub network: Option<String>,
    /// With what.
    pub device: Option<String>,
    /// A little more.
    pub detail: Option<String>,
    /// The reason that somebody gave for a look in a customer's place.
    pub reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Columns {
    seq: i64,
    at: i64,
    actor_kind: String,
    actor_name: Option<String>,
    action: String,
    outcome: String,
    customer: Option<String>,
    network: Option<String>,
    device: Option<String>,
    detail: Option<String>,
    reason: Option<String>,
}

/// The entries that were looked for, the latest first.
///
/// # Errors
/// What the database says.
pub async fn search(tx: &mut Tx, _scope: &StaffScope, search: &Search) -> Result<Vec<Line>, DbError> {
    // Who of the institution looks after their own access does it as everybody does.
    const LIST: &str = "select a.seq, a.at,
          case when m.customer_id is not null and a.actor_kind = 'customer' then 'staff' else a.actor_kind end as actor_kind,
          p.name as actor_name, a.action, a.outcome, w.number as customer, a.network, a.device, a.detail,
          case when a.action = 'support.begun' then (select max(v.reason) from support_view v
            where v.customer_id = a.customer_id and v.begun_at = a.at and v.staff_id = a.actor_id) end as reason
        from audit a left join customer c on c.id = a.actor_id left join party p on p.id = c.party_id
          left join staff m on m.customer_id = a.actor_id left join customer w on w.id = a.customer_id
        where a.seq < $1 and a.at >= $2 and a.at < $3 and ($4 = '' or a.action = $4)
          and ($5 = '' or $5 = case when m.customer_id is not null and a.actor_kind = 'customer' then 'staff'
            else a.actor_kind end)
          and ($6 = '' or w.number = $6)
        order by a.seq desc limit $7";
    let rows: Vec<Columns> = on!(tx, c => sqlx::query_as(LIST)
        .bind(search.before.unwrap_or(i64::MAX))
        .bind(search.from.map_or(0, |at| at.millis()))
        .bind(search.to.map_or(i64::MAX, |at| at.millis()))
        .bind(search.action.map_or("", Action::as_str))
        .bind(search.actor.as_deref().unwrap_or_default())
        .bind(search.number.as_deref().unwrap_or_default())
        .bind(search.limit)
        .fetch_all(&mut **c).await)?;
    let line = |row: Columns| Line {
        seq: row.seq,
        at: Timestamp(row.at),
        actor_kind: row.actor_kind,
        actor_name: row.actor_name,
        action: row.action,
        outcome: row.outcome,
        customer: row.customer,
        network: row.network,
        device: row.device,
        detail: row.detail,
        reason: row.reason,
    };
    Ok(rows.into_iter().map(line).collect())
}

//! Reading the log: by the customer whom it is about, and by an operator.

use super::{Action, Thing, chain::Row};
use crate::{
    db::{DbError, Tx},
    on,
    scope::{CustomerScope, FeedScope},
};
use guichet_types::{Id, Timestamp, kind};

/// An entry as the customer whom it is about may see it. Where others were when they did it is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where it stands, for the next page. It tells nothing of how many entries others have.
    pub place: Place,
    /// When it was.
    pub at: Timestamp,
    /// `customer`, `staff`, `operator`, `feed`, `system` or `anonymous`.
    pub actor: String,
    /// The customer did it.
    pub own: bool,
    /// What was done; none when a later version has written it.
    pub action: Option<Action>,
    /// To which thing.
    pub subject: Option<(Thing, Id<()>)>,
    /// It was done.
    pub done: bool,
    /// From where, for what the customer or somebody in their name did.
    pub network: Option<String>,
    /// With what, for the same.
    pub device: Option<String>,
    /// A little more: `form=csv`.
    pub detail: Option<String>,
}

/// A place in the list of one customer: the entry's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// As it stands in an address.
    #[must_use]
    pub fn encode(&self) -> String {
        super::head::to_hex(&self.0)
    }

    /// From an address; none when it is not one.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        super::head::from_hex(text).filter(|bytes| bytes.len() == 32).map(Self)
    }
}

/// The number of a place, if it is in the customer's list.
///
/// # Errors
/// What the database says.
pub async fn find_place(tx: &mut Tx, scope: &CustomerScope, place: &Place) -> Result<Option<i64>, DbError> {
    const FIND: &str = "select seq from audit where customer_id = $1 and hash = $2";
    let row: Option<(i64,)> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes()).bind(&place.0)
        .fetch_optional(&mut **c).await)?;
    Ok(row.map(|(seq,)| seq))
}

/// What is about the customer, the latest first, before a number.
///
/// # Errors
/// What the database says.
pub async fn list_own(tx: &mut Tx, scope: &CustomerScope, before: i64, limit: i64) -> Result<Vec<Seen>, DbError> {
    const LIST: &str = "select seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, outcome,
          network, device, detail, prev, hash
        from audit where customer_id = $1 and seq < $2 order by seq desc limit $3";
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).bind(before).bind(limit)
        .fetch_all(&mut **c).await)?;
    rows.into_iter().map(|row| seen(row, scope)).collect()
}

fn seen(row: Row, scope: &CustomerScope) -> Result<Seen, DbError> {
    let own = row.actor_kind == "customer" && row.actor_id.as_deref() == Some(scope.bytes());
    let tells = own || row.actor_kind == "anonymous";
    let subject = match (row.subject_kind.as_deref().and_then(Thing::from_name), row.subject_id) {
        (Some(subject), Some(id)) => Some((subject, Id::try_from(id).map_err(|_| DbError::Value("audit.subject_id"))?)),
        _ => None,
    };
    Ok(Seen {
        place: Place(row.hash),
        at: Timestamp(row.at),
        own,
        action: Action::from_name(&row.action),
        subject,
        done: row.outcome == "done",
        network: row.network.filter(|_| tells),
        device: row.device.filter(|_| tells),
        detail: row.detail,
        actor: row.actor_kind,
    })
}

/// What an operator asks for.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// About this customer alone.
    pub customer: Option<Id<kind::Customer>>,
    /// From this instant on.
    pub from: Timestamp,
    /// Before this one.
    pub to: Timestamp,
}

/// The entries of a filter behind a number, in their order.
///
/// # Errors
/// What the database says.
pub async fn list(
    tx: &mut Tx,
    _scope: &FeedScope,
    filter: Filter,
    after: i64,
    limit: i64,
) -> Result<Vec<Row>, DbError> {
    const ALL: &str = "select seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, outcome,
          network, device, detail, prev, hash
        from audit where at >= $1 and at < $2 and seq > $3 order by seq limit $4";
    const OF_ONE: &str = "select seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, outcome,
          network, device, detail, prev, hash
        from audit where at >= $1 and at < $2 and seq > $3 and customer_id = $5 order by seq limit $4";
    let (from, to) = (filter.from.millis(), filter.to.millis());
    let rows = match filter.customer {
        None => on!(tx, c => sqlx::query_as(ALL).bind(from).bind(to).bind(after).bind(limit).fetch_all(&mut **c).await),
        Some(customer) => on!(tx, c => sqlx::query_as(OF_ONE).bind(from).bind(to).bind(after).bind(limit)
            .bind(customer.as_bytes().as_slice()).fetch_all(&mut **c).await),
    };
    rows.map_err(DbError::from)
}

//! Live events: numbered for each customer in the transaction of the change, and a bell that says "look again".
//!
//! The number is bumped under the customer's row lock, so commit order is number order; a global counter could be read out
//! of order and an event skipped for ever. The bus carries no data: a stream that is woken reads behind its cursor.

use crate::{
    db::{Db, DbError, Dialect, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The bell: one channel for each customer with an open stream, with the number of the latest event that it has rung for, and
/// one for each thing that somebody watches who is not signed in. A change is heard more than once, here and from the
/// database; it wakes nobody twice.
#[derive(Clone, Debug, Default)]
pub struct Bus {
    bells: Arc<Mutex<HashMap<[u8; 16], watch::Sender<i64>>>>,
    things: Arc<Mutex<HashMap<[u8; 16], watch::Sender<()>>>>,
}

impl Bus {
    /// A bell that rings when this customer may have something new.
    #[must_use]
    pub fn listen(&self, customer: Id<kind::Customer>) -> watch::Receiver<i64> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        // Streams come and go; a bell without listeners is forgotten when the map is next touched for its customer.
        if bells.len() > 1_024 && bells.len().is_power_of_two() {
            bells.retain(|_, bell| bell.receiver_count() > 0);
        }
        bells.entry(*customer.as_bytes()).or_insert_with(|| watch::channel(0).0).subscribe()
    }

    /// A bell that rings when this thing, of no customer, may have something new. It need not exist.
    #[must_use]
    pub fn listen_to<K>(&self, thing: Id<K>) -> watch::Receiver<()> {
        let mut bells = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        // Anybody can name a thing that there is not; the bells of those who are gone go with them.
        bells.retain(|_, bell| bell.receiver_count() > 0);
        bells.entry(*thing.as_bytes()).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// Wakes the streams of a customer, or of a thing, on this node: for an event, unless the bell has rung for that one;
    /// without a number always.
    pub fn ring<K>(&self, id: Id<K>, seq: Option<i64>) {
        if let Some(bell) = self.things.lock().unwrap_or_else(PoisonError::into_inner).get(id.as_bytes()) {
            bell.send_replace(());
        }
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bell) = bells.get(id.as_bytes()) else { return };
        match seq {
            Some(seq) => drop(bell.send_if_modified(|rung| {
                let newer = seq > *rung;
                *rung = seq.max(*rung);
                newer
            })),
            None => bell.send_modify(|_| {}),
        }
    }

    /// Wakes every stream of a thing on this node.
    pub fn ring_things(&self) {
        for bell in self.things.lock().unwrap_or_else(PoisonError::into_inner).values() {
            bell.send_replace(());
        }
    }

    /// Wakes every stream on this node.
    pub fn ring_all(&self) {
        for bell in self.bells.lock().unwrap_or_else(PoisonError::into_inner).values() {
            bell.send_modify(|_| {});
        }
        self.ring_things();
    }
}

/// An event as it is stored: what happened to what. Its words are found when it is sent, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The customer's number for it.
    pub seq: i64,
    /// The domain and the happening: `accounts.entry`.
    pub topic: String,
    /// The id of the thing that it happened to.
    pub subject: Vec<u8>,
    /// The id of the part that is new, where there is one.
    pub detail: Option<Vec<u8>>,
    /// When.
    pub at: Timestamp,
}

/// Writes an event for a customer, in the transaction of the change that it tells of.
///
/// # Errors
/// What the database says.
pub async fn publish(
    tx: &mut Tx,
    customer: Id<kind::Customer>,
    topic: &str,
    subject: &[u8],
    detail: Option<&[u8]>,
    at: Timestamp,
) -> Result<(), DbError> {
    const BUMP: &str = "update customer set live_seq = live_seq + 1 where id = $1 returning live_seq";
    const ADD: &str =
        "insert into live_event (customer_id, seq, topic, subject, detail, at) values ($1, $2, $3, $4, $5, $6)";
    let id = customer.as_bytes().as_slice();
    let (seq,): (i64,) = on!(tx, c => sqlx::query_as(BUMP).bind(id).fetch_one(&mut **c).await)?;
    on!(tx, c => sqlx::query(ADD).bind(id).bind(seq).bind(topic).bind(subject).bind(detail).bind(at.millis())
        .execute(&mut **c).await.map(|_| ()))?;
    tell(tx, customer, Some(seq)).await
}

/// Wakes the streams of a customer, or of a thing, on every node, once the transaction is committed.
///
/// # Errors
/// What the database says.
pub async fn wake<K>(tx: &mut Tx, id: Id<K>) -> Result<(), DbError> {
    tell(tx, id, None).await
}

async fn tell<K>(tx: &mut Tx, id: Id<K>, seq: Option<i64>) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Postgres {
        let payload = seq.map_or_else(|| id.to_string(), |seq| format!("{id} {seq}"));
        on!(tx, c => sqlx::query("select pg_notify('guichet_live', $1)").bind(payload)
            .execute(&mut **c).await.map(|_| ()))?;
    }
    tx.moved(id, seq);
    Ok(())
}

/// What a stream finds behind its cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Events that follow the cursor without a gap; none when there is nothing new.
    Events(Vec<StoredEvent>),
    /// The cursor is older than what is kept, or of another life of the database: the page must be read again.
    Reset(i64),
}

/// The customer's latest number: the cursor of a page that is read in the same transaction.
///
/// # Errors
/// What the database says.
pub async fn cursor(tx: &mut Tx, scope: &CustomerScope) -> Result<i64, DbError> {
    const GET: &str = "select live_seq from customer where id = $1";
    let (seq,): (i64,) = on!(tx, c => sqlx::query_as(GET).bind(scope.bytes()).fetch_one(&mut **c).await)?;
    Ok(seq)
}

/// At most `limit` events behind `after`.
///
/// # Errors
/// What the database says.
pub async fn behind(tx: &mut Tx, scope: &CustomerScope, after: i64, limit: i64) -> Result<Behind, DbError> {
    const GET: &str = "select seq, topic, subject, detail, at from live_event
        where customer_id = $1 and seq > $2 order by seq limit $3";
    type Row = (i64, String, Vec<u8>, Option<Vec<u8>>, i64);
    let latest = cursor(tx, scope).await?;
    if after == latest {
        return Ok(Behind::Events(Vec::new()));
    }
    let rows: Vec<Row> =
        on!(tx, c => sqlx::query_as(GET).bind(scope.bytes()).bind(after).bind(limit).fetch_all(&mut **c).await)?;
    if rows.first().is_none_or(|row| row.0 != after + 1) {
        return Ok(Behind::Reset(latest));
    }
    let event = |(seq, topic, subject, detail, at)| StoredEvent { seq, topic, subject, detail, at: Timestamp(at) };
    Ok(Behind::Events(rows.into_iter().map(event).collect()))
}

/// Forgets events from before `before`.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    const DROP: &str = "delete from live_event where at < $1";
    Ok(on!(tx, c => sqlx::query(DROP).bind(before.millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?)
}

/// Rings the bell for changes that another process made: `LISTEN` on PostgreSQL; on SQLite, a look at the file's version
/// five times a second. Runs until told to stop.
pub async fn hear_others(db: Db, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            result = db.hear() => {
                if let Err(error) = result {
                    tracing::warn!(%error, "The bell of the database is not heard; trying again in a second");
                }
            }
        }
        // Whatever rang while nobody listened.
        db.bus().ring_all();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bell_rings_once_for_an_event_however_often_it_is_heard_of() {
        let bus = Bus::default();
        let customer = Id::from_bytes([1; 16]);
        let mut bell = bus.listen(customer);
        let mut rang = || {
            let rang = bell.has_changed().is_ok_and(|changed| changed);
            bell.mark_unchanged();
            rang
        };
        bus.ring(customer, Some(3));
        assert!(rang());
        bus.ring(customer, Some(3));
        bus.ring(customer, Some(2));
        assert!(!rang(), "told before");
        bus.ring(customer, Some(4));
        assert!(rang());
        bus.ring(customer, None);
        assert!(rang(), "something that has no number, like a session that ended");
        bus.ring_all();
        assert!(rang());
        bus.ring(Id::<kind::Customer>::from_bytes([2; 16]), Some(9));
        assert!(!rang(), "of somebody else");
    }
}

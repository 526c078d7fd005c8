//! What the audit log promises, on both databases.

mod chained;
mod encoding;
mod tamper;

use super::{Action, Actor, Detail, Entry, Outcome, Thing, chain::Row, head::HeadKey, head::Signer};
use crate::{
    db::{Db, DbError},
    on,
    random::SeededRandom,
    scope::{AuthScope, CustomerScope, operator},
    testing::World,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// A customer, of whom there need be no row.
pub(super) fn customer(number: u8) -> Id<kind::Customer> {
    Id::from_bytes([number; 16])
}

/// Some entry or other, another for each number.
pub(super) fn some_entry(number: u64) -> Entry {
    let action = Action::ALL[usize::try_from(number).unwrap() % Action::ALL.len()];
    let at = Timestamp(1_794_922_320_000 + i64::try_from(number).unwrap() * 977);
    let who = customer(u8::try_from(number % 5).unwrap());
    let entry = match number % 4 {
        0 => Entry::by_customer(action, who, at).from_where("192.0.2.18", "Firefox, Linux"),
        1 => Entry::new(action, Actor::Operator, at).concerning(who).detail(Detail::Count(number)),
        2 => Entry::new(action, Actor::Anonymous, at).outcome(Outcome::Refused).from_where("2001:db8::7", "–"),
        _ => Entry::by_customer(action, who, at).detail(Detail::Form("csv")),
    };
    entry.about(Thing::ALL[usize::try_from(number).unwrap() % Thing::ALL.len()], Id::<()>::from_bytes([7; 16]))
}

/// Writes an entry as whoever may.
pub(super) async fn write(db: &Db, entry: Entry) -> Result<(), DbError> {
    super::note(db, entry).await
}

/// A signer with a key of its own, into a file of the world's folder.
pub(super) fn signer(world: &World) -> Signer {
    let key = HeadKey::open(&world.folder().join("audit.key"), &*world.random).unwrap();
    Signer::new(world.db.clone(), world.clock.clone(), key, world.folder().join("audit-heads"))
}

/// Everything, as the database has it.
pub(super) async fn all(db: &Db) -> Vec<Row> {
    const ALL: &str = "select seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, outcome,
          network, device, detail, prev, hash from audit order by seq";
    let feed = operator();
    let read = db.read(&feed, |tx| {
        async move { on!(tx, c => sqlx::query_as(ALL).fetch_all(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    read.await.unwrap()
}

pub(super) fn seeded(seed: u64) -> SeededRandom {
    SeededRandom::new(seed)
}

pub(super) fn auth() -> AuthScope {
    AuthScope::new()
}

pub(super) fn scope(number: u8) -> CustomerScope {
    CustomerScope::new(customer(number))
}

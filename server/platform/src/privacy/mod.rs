//! What the law gives a customer: all that is kept of them, as one file; and its end, as far as nothing has to be kept.
//!
//! - [`export`] hands out what the database gives them ([`crate::db`]): the same list of tables and conditions that isolates them
//!   from others, so that a new table is in the file without anybody thinking of it; and their files.
//! - [`erase`] takes away what they have done and chosen here, and every grant that leads to records of the back office. Those
//!   records stay for as long as the institution has to keep them, reachable by nobody. [`DECISIONS`] says of every table which
//!   it is; a test fails when a table has no decision.
//! - [`sweep`] takes away what has been kept for long enough, once an hour.
//!
//! What is erased stays erased: what the back office says of the same number later is given to nobody ([`is_erased`]), and what
//! it says again of a parcel's recipient is left out ([`hide`]). The audit log is never changed.

mod decisions;
mod erase;
mod export;
mod parcels;
mod sweep;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;

pub use decisions::{DECISIONS, Fate, Kept};
pub use erase::{Erased, erase};
pub use export::{Export, ExportError, export};
pub use parcels::{ERASED, Side, hide, hush};
pub use sweep::{Swept, sweep};

use crate::{
    db::{Db, DbError, Tx},
    on,
    scope::AUTH,
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

/// The number of a customer; none when there is no such customer, or it is somebody of the institution.
async fn number_of(db: &Db, customer: Id<kind::Customer>) -> Result<Option<String>, DbError> {
    const FIND: &str = "select number from customer where id = $1
        and not exists (select 1 from staff m where m.customer_id = customer.id)";
    let read = db.glance(&AUTH, move |tx| {
        async move {
            let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice())
                .fetch_optional(&mut **c).await)?;
            Ok::<_, DbError>(row.map(|(number,)| number))
        }
        .boxed()
    });
    read.await
}

/// Whether the customer of a number, as the back office writes it, was erased, and nobody has been invited under it since. For the
/// back office's hand.
///
/// # Errors
/// What the database says.
pub async fn is_erased(tx: &mut Tx, number: &str) -> Result<bool, DbError> {
    const FIND: &str = "select count(*) from customer where id = $1 and erased_at is not null
        and not exists (select 1 from customer n where n.number = $2)";
    let number: String = number.split_whitespace().collect();
    // The id of a customer is made of their number, so that it is known after the number is gone.
    let id: Id<kind::Customer> = tx.stable_id(&[b"customer", number.as_bytes()]);
    let (found,): (i64,) =
        on!(tx, c => sqlx::query_as(FIND).bind(id.as_bytes().as_slice()).bind(&number).fetch_one(&mut **c).await)?;
    Ok(found > 0)
}

async fn run(tx: &mut Tx, statements: impl IntoIterator<Item = &'static str>, key: &[u8]) -> Result<(), DbError> {
    for sql in statements {
        on!(tx, c => sqlx::query(sql).bind(key).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

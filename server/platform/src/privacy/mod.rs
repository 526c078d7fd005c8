//! What the law gives a customer: all that is kept of them, as one file; and its end, as far as nothing has to be kept.
//!
//! - [`export`] hands out what the database gives them ([`crate::db`]): the same list of tables and conditions that isolates them
//!   from others, so that a new table is in the file without anybody thinking of it; and their files.
//! - [`erase`] takes away what they have done and chosen here, and every grant that leads to records of the back office. Those
//!   records stay for as long as the institution has to keep them, reachable by nobody. [`DECISIONS`] says of every table which
//!   it is; a test fails when a table has no decision.
//! - [`sweep`] takes away what has been kept for long enough, once an hour.
//!
//! What is erased stays erased: what the back office says of the same number later is given to nobody ([`whose`]), and what
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
pub(crate) use erase::take_out;
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

/// Whom a number of the back office's stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This customer.
    Of(Id<kind::Customer>),
    /// Nobody yet: this is who they will be.
    ToCome(Id<kind::Customer>),
    /// Somebody who was erased; nobody has been invited under it since.
    Erased,
}

/// Whom a number, as the back office writes it, stands for. For the back office's hand.
///
/// # Errors
/// What the database says.
pub async fn whose(tx: &mut Tx, number: &str) -> Result<Whose, DbError> {
    const FIND: &str = "select id, number, erased_at from customer where number = $1 or id = $2";
    let number: String = number.split_whitespace().collect();
    // The id of a customer is made of their number, so that it is known before they come and after the number is gone.
    let made: Id<kind::Customer> = tx.stable_id(&[b"customer", number.as_bytes()]);
    let rows: Vec<(Vec<u8>, String, Option<i64>)> =
        on!(tx, c => sqlx::query_as(FIND).bind(&number).bind(made.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    let Some((id, _, erased)) = rows.iter().find(|row| row.1 == number).or_else(|| rows.first()) else {
        return Ok(Whose::ToCome(made));
    };
    match erased {
        Some(_) => Ok(Whose::Erased),
        None => Ok(Whose::Of(id.clone().try_into().map_err(|_| DbError::Value("customer.id"))?)),
    }
}

async fn run(tx: &mut Tx, statements: impl IntoIterator<Item = &'static str>, key: &[u8]) -> Result<(), DbError> {
    for sql in statements {
        on!(tx, c => sqlx::query(sql).bind(key).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

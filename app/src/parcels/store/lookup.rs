//! Look-ups without sign-in, counted: so many of one number and so many from one network.

use crate::web::network_of;
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::{Named, PublicScope},
};
use guichet_types::{Id, Timestamp};

/// What is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The word that a number alone tells: on its page, and by the page's stream.
    Coarse,
    /// The journey, with a postcode.
    Detail,
    /// A stream of what was looked up already: it proves that by a secret that is too long to be guessed.
    Stream,
}

impl Look {
    /// How many in a span from one network, and of one number.
    const fn limits(self) -> (i64, i64) {
        match self {
            Self::Coarse => (120, 120),
            // A postcode has too many values to be found ten at a time.
            Self::Detail => (30, 10),
            Self::Stream => (120, 120),
        }
    }
}

/// Look-ups are counted over so many seconds.
const SPAN_SECONDS: i64 = 600;

/// Counts a look-up. False when it is one too many; the answer is then the same for every number.
///
/// # Errors
/// What the database says.
pub async fn is_allowed(
    tx: &mut Tx,
    scope: &PublicScope,
    look: Look,
    network: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let what = match scope.named() {
        Named::Parcel(number) => number.as_bytes(),
        Named::Share(hash) => hash,
    };
    let name: &[u8] = match look {
        Look::Coarse => b"coarse",
        Look::Detail => b"detail",
        Look::Stream => b"stream",
    };
    let (of_network, of_number) = look.limits();
    let network = network_of(network);
    let by_network = count(tx, &[b"lookup", name, b"network", network.as_bytes()], now).await?;
    let by_number = count(tx, &[b"lookup", name, b"number", what], now).await?;
    Ok((by_network <= of_network) & (by_number <= of_number))
}

async fn count(tx: &mut Tx, parts: &[&[u8]], now: Timestamp) -> Result<i64, DbError> {
    const COUNT: &str = "insert into parcel_lookup (bucket, began_at, count) values ($1, $2, 1)
        on conflict (bucket) do update
        set count = case when parcel_lookup.began_at <= $3 then 1 else parcel_lookup.count + 1 end,
            began_at = case when parcel_lookup.began_at <= $3 then excluded.began_at else parcel_lookup.began_at end
        returning count";
    let bucket: Id<()> = tx.stable_id(parts);
    let (count,): (i64,) = on!(tx, c => sqlx::query_as(COUNT).bind(bucket.as_bytes().as_slice()).bind(now.millis())
        .bind(now.plus_seconds(-SPAN_SECONDS).millis()).fetch_one(&mut **c).await)?;
    Ok(count)
}

/// Forgets counts that are over.
///
/// # Errors
/// What the database says.
pub async fn forget_lookups(tx: &mut Tx, _scope: &PublicScope, now: Timestamp) -> Result<(), DbError> {
    const DROP: &str = "delete from parcel_lookup where began_at < $1";
    on!(tx, c => sqlx::query(DROP).bind(now.plus_seconds(-2 * SPAN_SECONDS).millis()).execute(&mut **c).await
        .map(|_| ()))?;
    Ok(())
}

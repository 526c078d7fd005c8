//! Look-ups without sign-in, counted: so many of one number and so many from one network.

use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::{Named, PublicScope},
};
use guichet_types::{Id, Timestamp};
use std::net::IpAddr;

/// What is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The word that a number alone tells.
    Coarse,
    /// The journey, with a postcode.
    Detail,
}

impl Look {
    /// How many in a span from one network, and of one number.
    const fn limits(self) -> (i64, i64) {
        match self {
            Self::Coarse => (60, 60),
            // A postcode has too many values to be found ten at a time.
            Self::Detail => (30, 10),
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
    let Named::Parcel(number) = scope.named() else { return Ok(false) };
    let name: &[u8] = match look {
        Look::Coarse => b"coarse",
        Look::Detail => b"detail",
    };
    let (of_network, of_number) = look.limits();
    let network = network_of(network);
    let by_network = count(tx, &[b"lookup", name, b"network", network.as_bytes()], now).await?;
    let by_number = count(tx, &[b"lookup", name, b"number", number.as_bytes()], now).await?;
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

/// What stands for a network: an IPv4 address, or the first half of an IPv6 address, which is one household.
fn network_of(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(six)) => match six.to_ipv4_mapped() {
            Some(four) => four.to_string(),
            None => six.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        },
        Ok(IpAddr::V4(four)) => four.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn a_household_is_one_network() {
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::9"));
        assert_ne!(network_of("2001:db8:1:2::9"), network_of("2001:db8:1:3::9"));
        assert_eq!(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
    }
}

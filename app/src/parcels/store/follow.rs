//! Following a parcel that was not told to be the customer's.

use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};

/// The customer follows a parcel. The right to do so was shown with its number and postcode.
///
/// # Errors
/// What the database says.
pub async fn follow(
    tx: &mut Tx,
    scope: &CustomerScope,
    parcel: Id<kind::Parcel>,
    now: Timestamp,
) -> Result<(), DbError> {
    const ADD: &str = "insert into parcel_follower (customer_id, shipment_id, role, since_at)
        values ($1, $2, 'shared', $3) on conflict do nothing";
    on!(tx, c => sqlx::query(ADD).bind(scope.bytes()).bind(parcel.as_bytes().as_slice()).bind(now.millis())
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// The customer no longer follows a parcel that they added themselves. False when there is no such row.
///
/// # Errors
/// What the database says.
pub async fn unfollow(tx: &mut Tx, scope: &CustomerScope, parcel: Id<kind::Parcel>) -> Result<bool, DbError> {
    const DROP: &str = "delete from parcel_follower where customer_id = $1 and shipment_id = $2 and role = 'shared'";
    let gone = on!(tx, c => sqlx::query(DROP).bind(scope.bytes()).bind(parcel.as_bytes().as_slice())
        .execute(&mut **c).await.map(|done| done.rows_affected()))?;
    Ok(gone > 0)
}

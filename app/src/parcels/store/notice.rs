//! What customers want to be told of a parcel, and what they were told.

use super::super::model::About;
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};

/// Something that a customer wants to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub about: About,
    /// When it was told last.
    pub told_at: Option<Timestamp>,
}

/// What the customer wants to be told of a parcel, on open pages.
///
/// # Errors
/// What the database says.
pub async fn list_notices(
    tx: &mut Tx,
    scope: &CustomerScope,
    parcel: Id<kind::Parcel>,
) -> Result<Vec<Notice>, DbError> {
    const LIST: &str = "select about, told_at from parcel_notice
        where customer_id = $1 and shipment_id = $2 and way = 'page' order by about";
    let rows: Vec<(String, Option<i64>)> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
        .bind(parcel.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    let notice = |(about, told): (String, Option<i64>)| {
        Some(Notice { about: About::from_name(&about)?, told_at: told.map(Timestamp) })
    };
    Ok(rows.into_iter().filter_map(notice).collect())
}

/// Keeps what the customer wants to be told of a parcel that they follow. What they wanted before and still want stays as it
/// was told.
///
/// # Errors
/// What the database says.
pub async fn keep_notices(
    tx: &mut Tx,
    scope: &CustomerScope,
    parcel: Id<kind::Parcel>,
    wanted: &[About],
    now: Timestamp,
) -> Result<(), DbError> {
    const ADD: &str = "insert into parcel_notice (customer_id, shipment_id, about, way, since_at)
        values ($1, $2, $3, 'page', $4) on conflict do nothing";
    const DROP: &str =
        "delete from parcel_notice where customer_id = $1 and shipment_id = $2 and about = $3 and way = 'page'";
    let key = parcel.as_bytes().as_slice();
    for about in About::ALL {
        if wanted.contains(&about) {
            on!(tx, c => sqlx::query(ADD).bind(scope.bytes()).bind(key).bind(about.as_str()).bind(now.millis())
                .execute(&mut **c).await.map(|_| ()))?;
        } else {
            on!(tx, c => sqlx::query(DROP).bind(scope.bytes()).bind(key).bind(about.as_str())
                .execute(&mut **c).await.map(|_| ()))?;
        }
    }
    Ok(())
}

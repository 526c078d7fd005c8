//! Links that show a parcel to whoever has them, until they end or are taken back.

use guichet_platform::{
    db::{DbError, Tx},
    identity::Sealer,
    live::wake,
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};
use sha2::{Digest as _, Sha256};

/// The secret of a link. Only its hash is stored; it cannot be shown again.
#[derive(Clone, PartialEq, Eq)]
pub struct ShareSecret([u8; 16]);

impl std::fmt::Debug for ShareSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<secret of a link>")
    }
}

impl ShareSecret {
    /// As it stands in an address.
    #[must_use]
    pub fn encode(&self) -> String {
        Id::<()>::from_bytes(self.0).to_string()
    }

    /// From an address.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        text.parse::<Id<()>>().ok().map(|id| Self(*id.as_bytes()))
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// A link that holds.
#[derive(Clone, Debug)]
pub struct Share {
    /// Its public id.
    pub id: Id<kind::ParcelShare>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// Makes a link. The same form sent twice makes the same link once; then the second value is false.
///
/// # Errors
/// What the database says.
pub async fn share(
    tx: &mut Tx,
    scope: &CustomerScope,
    sealer: &Sealer,
    parcel: Id<kind::Parcel>,
    form: &Id<()>,
    (now, ends_at): (Timestamp, Timestamp),
) -> Result<(ShareSecret, bool), DbError> {
    const ADD: &str = "insert into parcel_share (id, token_hash, shipment_id, customer_id, created_at, ends_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    let of = [parcel.as_bytes().as_slice(), scope.bytes(), form.as_bytes()];
    let id: Id<kind::ParcelShare> = tx.stable_id(&[b"share", of[0], of[1], of[2]]);
    let secret = ShareSecret(sealer.vouch(&[b"share-secret", of[0], of[1], of[2]]));
    let made = on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(secret.hash().as_slice())
        .bind(parcel.as_bytes().as_slice()).bind(scope.bytes()).bind(now.millis()).bind(ends_at.millis())
        .execute(&mut **c).await.map(|done| done.rows_affected()))?;
    Ok((secret, made > 0))
}

/// The customer's links to a parcel that still hold, the latest first.
///
/// # Errors
/// What the database says.
pub async fn list_shares(
    tx: &mut Tx,
    scope: &CustomerScope,
    parcel: Id<kind::Parcel>,
    now: Timestamp,
) -> Result<Vec<Share>, DbError> {
    const LIST: &str = "select id, created_at, ends_at from parcel_share
        where customer_id = $1 and shipment_id = $2 and revoked_at is null and ends_at > $3
        order by created_at desc, id limit 50";
    let rows: Vec<(Vec<u8>, i64, i64)> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
        .bind(parcel.as_bytes().as_slice()).bind(now.millis()).fetch_all(&mut **c).await)?;
    rows.into_iter()
        .map(|(id, created, ends)| {
            let id = Id::try_from(id).map_err(|_| DbError::Value("parcel_share.id"))?;
            Ok(Share { id, created_at: Timestamp(created), ends_at: Timestamp(ends) })
        })
        .collect()
}

/// Takes a link of the customer's back. False when there is none.
///
/// # Errors
/// What the database says.
pub async fn revoke_share(
    tx: &mut Tx,
    scope: &CustomerScope,
    parcel: Id<kind::Parcel>,
    share: Id<kind::ParcelShare>,
    now: Timestamp,
) -> Result<bool, DbError> {
    const REVOKE: &str = "update parcel_share set revoked_at = coalesce(revoked_at, $4)
        where id = $3 and customer_id = $1 and shipment_id = $2";
    let done = on!(tx, c => sqlx::query(REVOKE).bind(scope.bytes()).bind(parcel.as_bytes().as_slice())
        .bind(share.as_bytes().as_slice()).bind(now.millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
    // A page that is open by this link is over.
    wake(tx, parcel).await?;
    Ok(done > 0)
}

//! What anybody can see of a parcel: with its number alone a word; with the postcode or a shared link the journey, without a
//! name, a street or the carrier's free words.

use super::{
    event::{Event, EventRow, latest_first},
    parcel::{Parcel, ParcelRow},
};
use guichet_platform::{
    db::{DbError, Tx},
    identity::Sealer,
    on,
    scope::{Named, PublicScope},
};
use guichet_types::{Id, ParcelStatus, Timestamp, kind};
use sha2::{Digest as _, Sha256};

/// All that the number alone tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coarse {
    /// Where it stands.
    pub status: ParcelStatus,
    /// Since when.
    pub at: Option<Timestamp>,
    /// Minutes east of UTC there.
    pub offset: Option<i32>,
    /// In which country.
    pub country: Option<String>,
}

/// A parcel with its journey, for somebody who is not signed in.
#[derive(Clone, Debug)]
pub struct Public {
    /// The parcel, without names.
    pub parcel: Parcel,
    /// What happened, the latest first, without names, free words and houses.
    pub events: Vec<Event>,
}

const fn number_of(scope: &PublicScope) -> Option<&std::sync::Arc<str>> {
    match scope.named() {
        Named::Parcel(number) => Some(number),
        Named::Share(_) => None,
    }
}

/// What the number alone tells.
///
/// # Errors
/// What the database says.
pub async fn find_coarse(tx: &mut Tx, scope: &PublicScope) -> Result<Option<Coarse>, DbError> {
    const FIND: &str = "select status, status_at, status_offset, status_country from shipment where number = $1";
    let Some(number) = number_of(scope) else { return Ok(None) };
    let row: Option<(String, Option<i64>, Option<i64>, Option<String>)> =
        on!(tx, c => sqlx::query_as(FIND).bind(&**number).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(status, at, offset, country)| Coarse {
        status: status.parse().unwrap_or(ParcelStatus::Unknown),
        at: at.map(Timestamp),
        offset: offset.and_then(|offset| i32::try_from(offset).ok()),
        country,
    }))
}

/// The parcel, for somebody who knows its number and its recipient's postcode. The same work is done whether there is such a
/// parcel or not, and nothing else of it is read before the postcode is right.
///
/// # Errors
/// What the database says.
pub async fn knows_postcode(
    tx: &mut Tx,
    scope: &PublicScope,
    postcode: &str,
) -> Result<Option<Id<kind::Parcel>>, DbError> {
    let Some(number) = number_of(scope) else { return Ok(None) };
    let (id, stored) = postcode_of(tx, number).await?;
    let known = stored.is_some();
    let right = same(stored.as_deref().unwrap_or("no postcode"), postcode);
    Ok(id.filter(|_| known & right))
}

/// A parcel by its number, and the postcode that it goes to. For comparing alone.
async fn postcode_of(tx: &mut Tx, number: &str) -> Result<(Option<Id<kind::Parcel>>, Option<String>), DbError> {
    const FIND: &str = "select s.id, s.recipient_postcode from shipment s where s.number = $1";
    let row: Option<(Vec<u8>, Option<String>)> =
        on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_optional(&mut **c).await)?;
    let (id, stored) = row.unzip();
    Ok((id.and_then(|id| Id::try_from(id).ok()), stored.flatten().filter(|stored| !stored.is_empty())))
}

/// What proves later that the postcode of a parcel was known once: the portal vouches for number and postcode, until a moment. So the postcode itself stands in no address, and one that is corrected ends what it opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the portal vouches by.
    pub seal: Id<()>,
    /// Until when it proves anything.
    pub until: Timestamp,
}

/// Does something with what is vouched for.
fn vouched<T>(number: &str, postcode: &str, until: Timestamp, by: impl FnOnce(&[&[u8]]) -> T) -> T {
    by(&[b"track-proof", number.as_bytes(), postcode.as_bytes(), &until.millis().to_le_bytes()])
}

/// The proof for somebody who has shown that they know the postcode.
#[must_use]
pub fn prove(sealer: &Sealer, scope: &PublicScope, postcode: &str, until: Timestamp) -> Option<Proof> {
    let seal = vouched(number_of(scope)?, postcode, until, |parts| sealer.vouch(parts));
    Some(Proof { seal: Id::from_bytes(seal), until })
}

/// The parcel, for whoever has a proof that holds. The same work is done whether there is such a parcel or not.
///
/// # Errors
/// What the database says.
pub async fn holds(
    tx: &mut Tx,
    scope: &PublicScope,
    sealer: &Sealer,
    proof: &Proof,
    now: Timestamp,
) -> Result<Option<Id<kind::Parcel>>, DbError> {
    let Some(number) = number_of(scope).cloned() else { return Ok(None) };
    let (id, stored) = postcode_of(tx, &number).await?;
    let known = stored.is_some();
    let right = vouched(&number, stored.as_deref().unwrap_or("no postcode"), proof.until, |parts| {
        sealer.vouches(parts, proof.seal.as_bytes())
    });
    Ok(id.filter(|_| known & right & (now < proof.until)))
}

/// What a stream of this number is woken by, whether there is such a parcel or not.
#[must_use]
pub fn bell_of(tx: &Tx, scope: &PublicScope) -> Option<Id<kind::Parcel>> {
    number_of(scope).map(|number| super::parcel_id(tx, number))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (Sha256::digest(one), Sha256::digest(other));
    one.iter().zip(other.iter()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// The parcel behind a link that still holds.
///
/// # Errors
/// What the database says.
pub async fn find_shared(
    tx: &mut Tx,
    scope: &PublicScope,
    now: Timestamp,
) -> Result<Option<(Id<kind::Parcel>, Timestamp)>, DbError> {
    const FIND: &str = "select shipment_id, ends_at from parcel_share
        where token_hash = $1 and revoked_at is null and ends_at > $2";
    let Named::Share(hash) = scope.named() else { return Ok(None) };
    let row: Option<(Vec<u8>, i64)> =
        on!(tx, c => sqlx::query_as(FIND).bind(hash.as_slice()).bind(now.millis()).fetch_optional(&mut **c).await)?;
    Ok(row.and_then(|(id, ends)| Some((Id::try_from(id).ok()?, Timestamp(ends)))))
}

/// The parcel and its journey, once the right to it is shown by [`knows_postcode`] or [`find_shared`] in this transaction.
///
/// # Errors
/// What the database says.
pub async fn read_public(tx: &mut Tx, _scope: &PublicScope, id: Id<kind::Parcel>) -> Result<Option<Public>, DbError> {
    const PARCEL: &str = "select s.id, s.number, s.carrier, s.service, null as reference, null as sender_name, s.sender_city,
          null as recipient_name, null as recipient_city, s.recipient_country, s.promised, s.arrival, s.previous, s.status,
          s.reason, s.status_at, s.status_offset, s.stops, null as source, s.seen_at, null as measures,
          null as handover_code, null as role
        from shipment s where s.id = $1";
    // Degrees to a tenth: a town, not a house.
    const EVENTS: &str =
        "select e.at, e.offset_minutes, e.whole_day, e.status, e.reason, null as code, null as subcode,
          null as words, null as place_name, e.place_city, e.place_country, e.place_lat / 100000 * 100000 as place_lat,
          e.place_lon / 100000 * 100000 as place_lon, null as signed_by, e.stops, null as source, e.received_at,
          null as document
        from parcel_event e join shipment_event l on l.event_id = e.id where l.shipment_id = $1
        order by e.at desc, e.key desc limit 500";
    let key = id.as_bytes().as_slice();
    let parcel: Option<ParcelRow> = on!(tx, c => sqlx::query_as(PARCEL).bind(key).fetch_optional(&mut **c).await)?;
    let Some(parcel) = parcel.map(Parcel::try_from).transpose()? else { return Ok(None) };
    let rows: Vec<EventRow> = on!(tx, c => sqlx::query_as(EVENTS).bind(key).fetch_all(&mut **c).await)?;
    Ok(Some(Public { parcel, events: latest_first(rows) }))
}

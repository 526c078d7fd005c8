//! Parcels as a customer sees them.

use super::super::model::{Measures, Role, Span};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, ParcelReason, ParcelStatus, Timestamp, kind};

/// A parcel as it stands.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Its public id.
    pub id: Id<kind::Parcel>,
    /// The tracking number: capital letters and digits.
    pub number: String,
    /// Who carries it, in the carrier's code.
    pub carrier: String,
    /// The carrier's product.
    pub service: Option<String>,
    /// The sender's reference.
    pub reference: Option<String>,
    /// Who sends it; none for anybody who is not signed in.
    pub sender_name: Option<String>,
    /// From where.
    pub sender_city: Option<String>,
    /// Who gets it; none for anybody who is not signed in.
    pub recipient_name: Option<String>,
    /// Where it goes.
    pub recipient_city: Option<String>,
    /// Into which country.
    pub recipient_country: Option<String>,
    /// What was promised first.
    pub promised: Option<Span>,
    /// When it is expected.
    pub arrival: Option<Span>,
    /// When it was expected before.
    pub previous: Option<Span>,
    /// Where it stands.
    pub status: ParcelStatus,
    /// Why.
    pub reason: Option<ParcelReason>,
    /// Since when.
    pub status_at: Option<Timestamp>,
    /// Minutes east of UTC there.
    pub status_offset: Option<i32>,
    /// Stops of the van before this one.
    pub stops: Option<i64>,
    /// The document that last spoke of it as a whole.
    pub source: Option<String>,
    /// When the latest news came.
    pub seen_at: Timestamp,
    /// What is told of the parcel itself; nothing for anybody who is not signed in.
    pub measures: Measures,
    /// What the recipient shows to the driver: for them alone, while the van has it.
    pub handover_code: Option<String>,
    /// What the customer is to it.
    pub role: Role,
}

impl Parcel {
    /// Nothing more is to come.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.status.is_final()
    }

    /// The number in groups.
    #[must_use]
    pub fn grouped(&self) -> String {
        grouped(&self.number)
    }
}

/// A number as it is read out: two letters first where it begins with them, then groups of four.
#[must_use]
pub fn grouped(number: &str) -> String {
    match number.split_at_checked(2) {
        Some((head, rest))
            if head.bytes().all(|b| b.is_ascii_uppercase())
                && rest.bytes().next().is_some_and(|b| b.is_ascii_digit()) =>
        {
            format!("{head} {}", guichet_types::group_in_fours(rest))
        }
        _ => guichet_types::group_in_fours(number),
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct ParcelRow {
    id: Vec<u8>,
    number: String,
    carrier: String,
    service: Option<String>,
    reference: Option<String>,
    sender_name: Option<String>,
    sender_city: Option<String>,
    recipient_name: Option<String>,
    recipient_city: Option<String>,
    recipient_country: Option<String>,
    promised: Option<String>,
    arrival: Option<String>,
    previous: Option<String>,
    status: String,
    reason: Option<String>,
    status_at: Option<i64>,
    status_offset: Option<i64>,
    stops: Option<i64>,
    source: Option<String>,
    seen_at: i64,
    measures: Option<String>,
    handover_code: Option<String>,
    role: Option<String>,
}

fn span(text: Option<String>) -> Option<Span> {
    text.and_then(|text| serde_json::from_str(&text).ok())
}

impl TryFrom<ParcelRow> for Parcel {
    type Error = DbError;
    fn try_from(row: ParcelRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.try_into().map_err(|_| DbError::Value("shipment.id"))?,
            number: row.number,
            carrier: row.carrier,
            service: row.service,
            reference: row.reference,
            sender_name: row.sender_name,
            sender_city: row.sender_city,
            recipient_name: row.recipient_name,
            recipient_city: row.recipient_city,
            recipient_country: row.recipient_country,
            promised: span(row.promised),
            arrival: span(row.arrival),
            previous: span(row.previous),
            status: row.status.parse().unwrap_or(ParcelStatus::Unknown),
            reason: row.reason.and_then(|reason| reason.parse().ok()),
            status_at: row.status_at.map(Timestamp),
            status_offset: row.status_offset.and_then(|offset| i32::try_from(offset).ok()),
            stops: row.stops,
            source: row.source,
            seen_at: Timestamp(row.seen_at),
            measures: row.measures.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
            handover_code: row.handover_code,
            role: Role::from_name(row.role.as_deref().unwrap_or_default()),
        })
    }
}

macro_rules! followed {
    ($rest:literal) => {
        concat!(
            "select s.id, s.number, s.carrier, s.service, s.reference, s.sender_name, s.sender_city, s.recipient_name,
               s.recipient_city, s.recipient_country, s.promised, s.arrival, s.previous, s.status, s.reason, s.status_at,
               s.status_offset, s.stops, s.seen_at, s.measures, f.role,
               case when f.role = 'recipient' and s.status = 'out_for_delivery'
                 then (select k.code from parcel_code k where k.shipment_id = s.id) end as handover_code,
               (select d.name from source_document d where d.id = s.document_id) as source
             from shipment s join (select shipment_id, min(role) as role from parcel_follower
               where customer_id = $1 group by shipment_id) f on f.shipment_id = s.id ",
            $rest
        )
    };
}

/// The customer's parcels: those on their way first, by when they are expected; then the others, the latest first.
///
/// # Errors
/// What the database says.
pub async fn list_parcels(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Parcel>, DbError> {
    const LIST: &str = followed!("order by coalesce(s.status_at, s.seen_at) desc, s.id limit 200");
    let rows: Vec<ParcelRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    let mut parcels = rows.into_iter().map(Parcel::try_from).collect::<Result<Vec<_>, _>>()?;
    // Stable: among those that are over, the order of the query stays.
    parcels.sort_by_key(|parcel| {
        let expected = parcel.arrival.as_ref().map_or(Timestamp(i64::MAX), |arrival| arrival.to);
        if parcel.is_over() { (1, Timestamp(0)) } else { (0, expected) }
    });
    Ok(parcels)
}

/// One parcel, if the customer follows it.
///
/// # Errors
/// What the database says.
pub async fn find_parcel(tx: &mut Tx, scope: &CustomerScope, id: Id<kind::Parcel>) -> Result<Option<Parcel>, DbError> {
    const FIND: &str = followed!("where s.id = $2");
    let row: Option<ParcelRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes()).bind(id.as_bytes().as_slice())
        .fetch_optional(&mut **c).await)?;
    row.map(Parcel::try_from).transpose()
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn a_number_is_read_out_in_groups() {
        assert_eq!(grouped("GX447109284FR"), "GX 4471 0928 4FR");
        assert_eq!(grouped("376000000000000012"), "3760 0000 0000 0000 12");
        assert_eq!(grouped("1Z12345E0205271688"), "1Z12 345E 0205 2716 88");
    }
}

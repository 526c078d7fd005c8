//! What happened to a parcel.

use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, ParcelReason, ParcelStatus, Timestamp, kind};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Minutes east of UTC there; none: local time without a zone.
    pub offset: Option<i32>,
    /// A day, not a time.
    pub whole_day: bool,
    /// Where the parcel stood with it.
    pub status: ParcelStatus,
    /// Why.
    pub reason: Option<ParcelReason>,
    /// The carrier's code, with its finer code.
    pub code: Option<String>,
    /// The carrier's words.
    pub words: Option<String>,
    /// The place.
    pub place: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// Millionths of a degree north and east.
    pub spot: Option<(i64, i64)>,
    /// Who signed.
    pub signed_by: Option<String>,
    /// Stops of the van before this one.
    pub stops: Option<i64>,
    /// The document that told it, and the place in it.
    pub source: Option<(String, String)>,
    /// When it came.
    pub received_at: Timestamp,
}

#[derive(sqlx::FromRow)]
pub(super) struct EventRow {
    at: i64,
    offset_minutes: Option<i64>,
    whole_day: i64,
    status: String,
    reason: Option<String>,
    code: Option<String>,
    subcode: Option<String>,
    words: Option<String>,
    place_name: Option<String>,
    place_city: Option<String>,
    place_country: Option<String>,
    place_lat: Option<i64>,
    place_lon: Option<i64>,
    signed_by: Option<String>,
    stops: Option<i64>,
    document: Option<String>,
    source: Option<String>,
    received_at: i64,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        let code = match (row.code, row.subcode) {
            (Some(code), Some(finer)) => Some(format!("{code} {finer}")),
            (code, finer) => code.or(finer),
        };
        Self {
            at: Timestamp(row.at),
            offset: row.offset_minutes.and_then(|offset| i32::try_from(offset).ok()),
            whole_day: row.whole_day != 0,
            status: row.status.parse().unwrap_or(ParcelStatus::Unknown),
            reason: row.reason.and_then(|reason| reason.parse().ok()),
            code,
            words: row.words,
            place: row.place_name,
            city: row.place_city,
            country: row.place_country,
            spot: row.place_lat.zip(row.place_lon),
            signed_by: row.signed_by,
            stops: row.stops,
            source: row.document.zip(row.source),
            received_at: Timestamp(row.received_at),
        }
    }
}

/// What happened to a parcel that the customer follows, the latest first; at most 500.
///
/// # Errors
/// What the database says.
pub async fn list_events(tx: &mut Tx, scope: &CustomerScope, parcel: Id<kind::Parcel>) -> Result<Vec<Event>, DbError> {
    const LIST: &str = "select e.at, e.offset_minutes, e.whole_day, e.status, e.reason, e.code, e.subcode, e.words,
          e.place_name, e.place_city, e.place_country, e.place_lat, e.place_lon, e.signed_by, e.stops, e.source,
          e.received_at, (select d.name from source_document d where d.id = e.document_id) as document
        from parcel_event e join shipment_event l on l.event_id = e.id
        where l.shipment_id = $2
          and exists (select 1 from parcel_follower f where f.shipment_id = l.shipment_id and f.customer_id = $1)
        order by e.at desc, e.key desc limit 500";
    let rows: Vec<EventRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).bind(parcel.as_bytes().as_slice())
        .fetch_all(&mut **c).await)?;
    Ok(latest_first(rows))
}

/// Events in their order. Of two of the same moment, the one that comes later in the life of a parcel is the later one, and
/// of two of a van the nearer one.
pub(super) fn latest_first(rows: Vec<EventRow>) -> Vec<Event> {
    let mut events: Vec<Event> = rows.into_iter().map(Event::from).collect();
    let near = |event: &Event| event.stops.map_or(i64::MIN, |stops| -stops);
    events.sort_by_key(|event| std::cmp::Reverse((event.at, event.status, near(event))));
    events
}

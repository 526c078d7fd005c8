//! Writes what a document says: shipments as they are told, events as they are told, and what lies in what.

use super::{
    contain, settle,
    told::{Facts, country_key},
};
use crate::accounts::feed::rows::{insert_findings, insert_quarantined};
use guichet_formats::{
    parcel::{Record, ShipmentUpdate, TrackingEvent, record::Action},
    record::{CheckKind, Finding, Quarantined},
};
use guichet_platform::{
    clock::SharedClock,
    db::{DbError, Tx},
    inbox::Job,
    on,
    privacy::{self, Side, Whose},
};
use guichet_types::{Decimal, Id, Timestamp, kind};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Where news comes from, and when it was true.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub document: Id<kind::Document>,
    pub received_at: Timestamp,
    pub clock: SharedClock,
    /// When the document was written.
    created_at: Option<Timestamp>,
    /// The latest event that the document has of a number.
    newest: Arc<HashMap<String, Timestamp>>,
    head: (Option<String>, Option<String>, Option<String>),
}

impl Source {
    pub(super) fn new(job: &Job, records: &[Record], clock: SharedClock) -> Self {
        let mut newest: HashMap<String, Timestamp> = HashMap::new();
        let (mut created_at, mut head) = (None, (None, None, None));
        for record in records {
            match record {
                Record::Document(document) => {
                    created_at = document.created_at;
                    head = (Some(document.standard.to_owned()), document.version.clone(), document.id.clone());
                }
                Record::Event(event) => {
                    for number in &event.numbers {
                        let at = newest.entry(number.clone()).or_insert(event.at);
                        *at = event.at.max(*at);
                    }
                }
                _ => {}
            }
        }
        let (document, received_at) = (job.document, job.received_at);
        Self { document, received_at, clock, created_at, newest: Arc::new(newest), head }
    }

    /// When what the document says of a shipment was true: when it was written; else the latest event that it knows; else
    /// when it came.
    fn told_at(&self, number: &str) -> Timestamp {
        self.created_at.or_else(|| self.newest.get(number).copied()).unwrap_or(self.received_at)
    }

    /// Notes what reading found.
    pub(super) async fn begin(
        self,
        tx: &mut Tx,
        (findings, aside): (Vec<Finding>, Vec<Quarantined>),
    ) -> Result<(), DbError> {
        const NOTE: &str =
            "update source_document set message_type = $2, version = $3, message_id = $4, created_at = $5,
            state = 'applying' where id = $1";
        let (standard, version, id) = self.head;
        on!(tx, c => sqlx::query(NOTE).bind(self.document.as_bytes().as_slice()).bind(standard).bind(version).bind(id)
            .bind(self.created_at.map(Timestamp::millis)).execute(&mut **c).await.map(|_| ()))?;
        insert_findings(tx, self.document, self.received_at, &findings).await?;
        insert_quarantined(tx, self.document, self.received_at, &aside).await
    }
}

/// Moves the document's checkpoint.
pub(super) async fn checkpoint(tx: &mut Tx, document: Id<kind::Document>, through: u64) -> Result<(), DbError> {
    const MARK: &str = "update source_document set applied_records = $2 where id = $1";
    on!(tx, c => sqlx::query(MARK).bind(document.as_bytes().as_slice())
        .bind(i64::try_from(through).unwrap_or(i64::MAX)).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Records that are applied in one transaction.
pub(super) struct Batch {
    source: Source,
    records: Vec<Record>,
}

impl Batch {
    pub(super) fn new(source: Source, records: Vec<Record>) -> Self {
        Self { source, records }
    }

    pub(super) async fn apply(self, tx: &mut Tx) -> Result<(), DbError> {
        let Self { source, records } = self;
        let mut touched = BTreeSet::new();
        for record in records {
            match record {
                Record::Shipment(update) => {
                    tell(tx, &source, &update).await?;
                    touched.insert(update.number);
                }
                Record::Event(event) => touched.extend(happen(tx, &source, *event).await?),
                // Findings and pieces kept aside were written before.
                _ => {}
            }
        }
        for number in contain::with_contents(tx, touched).await? {
            settle::settle(tx, &source, &number).await?;
        }
        Ok(())
    }
}

/// Keeps what is said of a shipment.
async fn tell(tx: &mut Tx, source: &Source, update: &ShipmentUpdate) -> Result<(), DbError> {
    const ADD: &str = "insert into shipment_told (id, number, document_id, told_at, facts) values ($1, $2, $3, $4, $5)
        on conflict (id) do nothing";
    let mut facts = Facts::of(update);
    // The id is made of what was said, so that the same again is known also when somebody was taken out of it.
    let (told_at, said) = (source.told_at(&update.number), facts.text());
    let id: Id<()> =
        tx.stable_id(&[b"told", update.number.as_bytes(), &told_at.millis().to_le_bytes(), said.as_bytes()]);
    for side in [Side::Recipient, Side::Sender] {
        let (name, who) = match side {
            Side::Recipient => ("recipient", &facts.recipient),
            Side::Sender => ("sender", &facts.sender),
        };
        let Some(customer) = who.customer.clone() else { continue };
        match privacy::whose(tx, &customer).await? {
            Whose::Of(_) => continue,
            Whose::ToCome(_) => {
                unmapped(tx, source, &format!("{}/{name}", update.place), &customer).await?;
                continue;
            }
            Whose::Erased => {}
        }
        match side {
            Side::Recipient => facts.hide_recipient(),
            Side::Sender => facts.sender.hide(),
        }
    }
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(&update.number)
        .bind(source.document.as_bytes().as_slice()).bind(told_at.millis()).bind(facts.text())
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// A parcel of nobody who is known here is kept, and shown to nobody.
async fn unmapped(tx: &mut Tx, source: &Source, place: &str, customer: &str) -> Result<(), DbError> {
    const ADD: &str = "insert into finding (id, document_id, check_name, severity, place, actual, message, found_at)
        values ($1, $2, $3, 'warn', $4, $5, 'There is no customer of this number; the parcel is shown to nobody.', $6)
        on conflict (id) do nothing";
    let check = serde_json::to_value(CheckKind::UnmappedCustomer).ok();
    let check = check.as_ref().and_then(serde_json::Value::as_str).unwrap_or("unmapped_customer").to_owned();
    let id: Id<()> = tx.stable_id(&[b"unmapped", source.document.as_bytes(), place.as_bytes()]);
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(source.document.as_bytes().as_slice()).bind(check)
        .bind(place).bind(customer).bind(source.received_at.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// An event as it is written.
struct Row {
    id: Vec<u8>,
    told_at: i64,
    content: Vec<u8>,
    lat: Option<i64>,
    lon: Option<i64>,
    action: Option<&'static str>,
}

impl Row {
    fn new(tx: &Tx, source: &Source, event: &TrackingEvent) -> Self {
        let id: Id<kind::ParcelEvent> = tx.stable_id(&[b"parcel-event", event.key.as_bytes()]);
        let told_at = event.recorded_at.or(source.created_at).unwrap_or(source.received_at).millis();
        let mut hash = Sha256::new();
        let said = (&event.numbers, event.at, event.offset_minutes, event.status, event.reason, &event.code);
        let more = (&event.subcode, &event.text, &event.place, &event.signed_by, event.stops, &event.containment);
        hash.update(serde_json::to_vec(&(said, more)).unwrap_or_default());
        let degrees = |value: Option<Decimal>| value.and_then(|value| value.rounded(6).to_units(6).ok());
        let action = event.containment.as_ref().map(|containment| containment.action.as_str());
        Self {
            id: id.as_bytes().to_vec(),
            told_at,
            content: hash.finalize()[..16].to_vec(),
            lat: degrees(event.place.latitude),
            lon: degrees(event.place.longitude),
            action,
        }
    }
}

/// Keeps an event, or withdraws it. Gives back the numbers that it touches.
async fn happen(tx: &mut Tx, source: &Source, event: TrackingEvent) -> Result<BTreeSet<String>, DbError> {
    const WITHDRAW: &str = "update parcel_event set withdrawn = 1 where id = $1 and withdrawn = 0";
    const ADD: &str = "insert into parcel_event (id, at, offset_minutes, whole_day, status, reason, code, subcode, words,
          place_name, place_city, place_country, place_lat, place_lon, signed_by, stops, action, told_at, content,
          document_id, source, received_at, key, withdrawn)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
        on conflict (id) do update set at = excluded.at, offset_minutes = excluded.offset_minutes,
          whole_day = excluded.whole_day, status = excluded.status, reason = excluded.reason, code = excluded.code,
          subcode = excluded.subcode, words = excluded.words, place_name = excluded.place_name,
          place_city = excluded.place_city, place_country = excluded.place_country, place_lat = excluded.place_lat,
          place_lon = excluded.place_lon, signed_by = excluded.signed_by, stops = excluded.stops,
          action = excluded.action, told_at = excluded.told_at, content = excluded.content,
          document_id = excluded.document_id, source = excluded.source
        where (parcel_event.told_at, parcel_event.content) < (excluded.told_at, excluded.content)";
    let row = Row::new(tx, source, &event);
    let known = numbers_of(tx, &row.id).await?;
    let is_new = known.is_none();
    let mut touched: BTreeSet<String> = known.unwrap_or_default();
    let written = on!(tx, c => sqlx::query(ADD).bind(&row.id).bind(event.at.millis()).bind(event.offset_minutes.map(i64::from))
        .bind(i64::from(event.whole_day)).bind(event.status.as_str()).bind(event.reason.map(|reason| reason.as_str()))
        .bind(&event.code).bind(&event.subcode).bind(&event.text).bind(&event.place.name).bind(&event.place.city)
        .bind(event.place.country.as_deref().map(country_key)).bind(row.lat).bind(row.lon).bind(&event.signed_by)
        .bind(event.stops.map(i64::from)).bind(row.action).bind(row.told_at).bind(&row.content)
        .bind(source.document.as_bytes().as_slice()).bind(&event.source).bind(source.received_at.millis()).bind(&event.key)
        .bind(i64::from(event.withdrawn)).execute(&mut **c).await.map(|done| done.rows_affected()))?;
    if written > 0 {
        write_numbers(tx, &row.id, &event, is_new).await?;
    }
    if event.withdrawn {
        on!(tx, c => sqlx::query(WITHDRAW).bind(&row.id).execute(&mut **c).await.map(|_| ()))?;
    }
    touched.extend(event.numbers);
    Ok(touched)
}

/// The numbers that an event had; nothing when nobody has told it before.
async fn numbers_of(tx: &mut Tx, event: &[u8]) -> Result<Option<BTreeSet<String>>, DbError> {
    const GET: &str =
        "select n.number from parcel_event e left join parcel_event_number n on n.event_id = e.id where e.id = $1";
    let rows: Vec<(Option<String>,)> = on!(tx, c => sqlx::query_as(GET).bind(event).fetch_all(&mut **c).await)?;
    Ok((!rows.is_empty()).then(|| rows.into_iter().filter_map(|(number,)| number).collect()))
}

/// Writes what the event is about, and what it packs into what.
async fn write_numbers(tx: &mut Tx, id: &[u8], event: &TrackingEvent, is_new: bool) -> Result<(), DbError> {
    const CLEAR: [&str; 2] =
        ["delete from parcel_event_number where event_id = $1", "delete from parcel_containment where event_id = $1"];
    const NUMBER: &str = "insert into parcel_event_number (number, event_id) values ($1, $2) on conflict do nothing";
    const PACK: &str =
        "insert into parcel_containment (event_id, parent, child) values ($1, $2, $3) on conflict do nothing";
    for clear in CLEAR.into_iter().filter(|_| !is_new) {
        on!(tx, c => sqlx::query(clear).bind(id).execute(&mut **c).await.map(|_| ()))?;
    }
    for number in &event.numbers {
        on!(tx, c => sqlx::query(NUMBER).bind(number).bind(id).execute(&mut **c).await.map(|_| ()))?;
    }
    let Some(containment) = &event.containment else { return Ok(()) };
    let parent = containment.parent.clone().unwrap_or_default();
    let mut children = containment.children.clone();
    if children.is_empty() && containment.action == Action::Delete {
        children.push(String::new());
    }
    for child in children {
        on!(tx, c => sqlx::query(PACK).bind(id).bind(&parent).bind(child).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

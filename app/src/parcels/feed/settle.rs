//! Works out where a parcel stands by everything that was told of it, and tells whoever follows it when that is news.

use super::{
    apply::Source,
    contain::{self, Counted},
    notify::Before,
    told::{self, Facts, Sum, Who},
};
use crate::parcels::{live, model::Role, store};
use guichet_platform::{
    db::{DbError, Tx},
    live::{publish, wake},
    on,
    privacy::{self, Side, Whose},
};
use guichet_types::{Id, ParcelStatus, Sscc, Timestamp, TrackingNumber, kind};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// Rows that are written by one statement.
const ROWS: usize = 500;

/// A customer who has just become known gets the parcels that were told under their number, and is told so on open pages.
///
/// # Errors
/// What the database says.
pub async fn adopt(tx: &mut Tx, customer: Id<kind::Customer>, number: &str, now: i64) -> Result<(), DbError> {
    const ADOPT: [&str; 2] = [
        "insert into parcel_follower (customer_id, shipment_id, role, since_at)
         select $1, id, 'recipient', $3 from shipment where recipient_customer = $2 on conflict do nothing
         returning shipment_id",
        "insert into parcel_follower (customer_id, shipment_id, role, since_at)
         select $1, id, 'sender', $3 from shipment where sender_customer = $2 on conflict do nothing
         returning shipment_id",
    ];
    let mut adopted = BTreeSet::new();
    for sql in ADOPT {
        let rows: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(sql).bind(customer.as_bytes().as_slice()).bind(number)
            .bind(now).fetch_all(&mut **c).await)?;
        adopted.extend(rows.into_iter().map(|(shipment,)| shipment));
    }
    for shipment in adopted {
        publish(tx, customer, live::MOVED, &shipment, None, Timestamp(now)).await?;
    }
    Ok(())
}

/// Where a parcel stands by its events.
struct Standing {
    status: ParcelStatus,
    reason: Option<String>,
    at: Option<i64>,
    offset: Option<i64>,
    country: Option<String>,
    stops: Option<i64>,
}

/// The latest event decides, whenever it came; one that says nothing of where the parcel stands does not.
fn standing(events: &[Counted], facts: &Facts) -> Standing {
    let status = |event: &Counted| event.status.parse().unwrap_or(ParcelStatus::Unknown);
    let last = events.iter().rev().find(|event| status(event) != ParcelStatus::Unknown);
    match last {
        Some(last) => Standing {
            status: status(last),
            reason: last.reason.clone(),
            at: Some(last.at),
            offset: last.offset_minutes,
            country: last.place_country.clone(),
            stops: last.stops,
        },
        None => Standing {
            status: facts.status.unwrap_or(match events {
                [] => ParcelStatus::Announced,
                _ => ParcelStatus::Unknown,
            }),
            reason: facts.reason.map(|reason| reason.as_str().to_owned()),
            at: events.last().map(|event| event.at),
            offset: events.last().and_then(|event| event.offset_minutes),
            country: events.last().and_then(|event| event.place_country.clone()),
            stops: None,
        },
    }
}

/// Whether a number of which there are only events is one of a parcel, and not of an article or a place.
fn is_trackable(number: &str) -> bool {
    number.parse::<Sscc>().is_ok() || TrackingNumber::parse(number).is_ok()
}

/// Works a shipment out again. When anything that somebody can see has changed, it is written and told.
pub(super) async fn settle(tx: &mut Tx, source: &Source, number: &str) -> Result<(), DbError> {
    const TOLD: &str = "select facts, document_id from shipment_told where number = $1 order by told_at, id";
    const KNOWN: &str = "select digest from shipment where id = $1";
    let told: Vec<(String, Vec<u8>)> = on!(tx, c => sqlx::query_as(TOLD).bind(number).fetch_all(&mut **c).await)?;
    let events = contain::counted(tx, number).await?;
    let id = store::parcel_id(tx, number);
    let known: Option<(Vec<u8>,)> =
        on!(tx, c => sqlx::query_as(KNOWN).bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    if known.is_none() && told.is_empty() && (events.is_empty() || !is_trackable(number)) {
        return Ok(());
    }
    let document = told.last().map(|(_, document)| document.clone());
    let facts: Vec<Facts> = told.iter().filter_map(|(facts, _)| serde_json::from_str(facts).ok()).collect();
    stay_erased(tx, number, &facts).await?;
    let sum = told::sum(facts);
    let followers = granted(tx, &sum).await?;
    let digest = digest(&sum, &events, &followers);
    if known.is_some_and(|(known,)| known == digest) {
        return Ok(());
    }
    let before = Before::read(tx, id).await?;
    write(tx, source, (id, number), &sum, &events, document, &digest).await?;
    if sum.facts.recipient.erased {
        privacy::hush(tx, number).await?;
    }
    let mut concerned = grant(tx, id, &followers, source.clock.now()).await?;
    concerned.extend(following(tx, id).await?);
    for customer in concerned {
        publish(tx, customer, live::MOVED, id.as_bytes(), None, source.clock.now()).await?;
    }
    let now = standing(&events, &sum.facts);
    before.tell(tx, id, (now.status, now.stops), &sum, source.clock.now()).await?;
    // Whoever looks at it without being signed in.
    wake(tx, id).await?;
    Ok(())
}

/// What is told of somebody who was erased is not kept, whichever document told it.
async fn stay_erased(tx: &mut Tx, number: &str, told: &[Facts]) -> Result<(), DbError> {
    for (side, who) in
        [(Side::Recipient, (|facts| &facts.recipient) as fn(&Facts) -> &Who), (Side::Sender, |facts| &facts.sender)]
    {
        if told.iter().any(|facts| who(facts).erased) && told.iter().any(|facts| who(facts).is_told()) {
            privacy::hide(tx, number, side).await?;
        }
    }
    Ok(())
}

/// Who sees it by what was told.
async fn granted(tx: &mut Tx, sum: &Sum) -> Result<BTreeSet<(Id<kind::Customer>, Role)>, DbError> {
    let mut granted = BTreeSet::new();
    for (who, role) in [(&sum.facts.recipient, Role::Recipient), (&sum.facts.sender, Role::Sender)] {
        if let Some(number) = &who.customer
            && let Whose::Of(customer) = privacy::whose(tx, number).await?
        {
            granted.insert((customer, role));
        }
    }
    Ok(granted)
}

/// Everything that can be seen of it, as a hash.
fn digest(sum: &Sum, events: &[Counted], followers: &BTreeSet<(Id<kind::Customer>, Role)>) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(sum.facts.text());
    for span in [&sum.arrival, &sum.previous] {
        hash.update(serde_json::to_vec(span).unwrap_or_default());
    }
    for event in events {
        hash.update(&event.id);
        hash.update(&event.content);
    }
    for (customer, role) in followers {
        hash.update(customer.as_bytes());
        hash.update(role.as_str());
    }
    hash.finalize()[..16].to_vec()
}

async fn write(
    tx: &mut Tx,
    source: &Source,
    (id, number): (Id<kind::Parcel>, &str),
    sum: &Sum,
    events: &[Counted],
    document: Option<Vec<u8>>,
    digest: &[u8],
) -> Result<(), DbError> {
    const PUT: &str = "insert into shipment (id, number, carrier, service, reference, sender_name, sender_city,
          sender_country, sender_customer, recipient_name, recipient_city, recipient_country, recipient_postcode,
          recipient_customer, promised, arrival, previous, status, reason, status_at, status_offset, status_country, stops,
          document_id, seen_at, digest, measures)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
          $24, $25, $26, $27)
        on conflict (id) do update set carrier = excluded.carrier, service = excluded.service,
          reference = excluded.reference, sender_name = excluded.sender_name, sender_city = excluded.sender_city,
          sender_country = excluded.sender_country, sender_customer = excluded.sender_customer,
          recipient_name = excluded.recipient_name, recipient_city = excluded.recipient_city,
          recipient_country = excluded.recipient_country, recipient_postcode = excluded.recipient_postcode,
          recipient_customer = excluded.recipient_customer, promised = excluded.promised, arrival = excluded.arrival,
          previous = excluded.previous, status = excluded.status, reason = excluded.reason,
          status_at = excluded.status_at, status_offset = excluded.status_offset,
          status_country = excluded.status_country, stops = excluded.stops, document_id = excluded.document_id,
          seen_at = excluded.seen_at, digest = excluded.digest, measures = excluded.measures";
    const CODE: &str = "insert into parcel_code (shipment_id, code) values ($1, $2)
        on conflict (shipment_id) do update set code = excluded.code";
    const CLEAR: &str = "delete from shipment_event where shipment_id = $1";
    const COUNT: &str = "insert into shipment_event (shipment_id, event_id) ";
    let (facts, now) = (&sum.facts, standing(events, &sum.facts));
    let span = |span: &Option<_>| span.as_ref().and_then(|span| serde_json::to_string(span).ok());
    let key = id.as_bytes().as_slice();
    on!(tx, c => sqlx::query(PUT).bind(key).bind(number).bind(facts.carrier.as_deref().unwrap_or_default())
        .bind(&facts.service).bind(&facts.reference).bind(&facts.sender.name).bind(&facts.sender.city)
        .bind(&facts.sender.country).bind(&facts.sender.customer).bind(&facts.recipient.name).bind(&facts.recipient.city)
        .bind(&facts.recipient.country).bind(&facts.recipient.postcode).bind(&facts.recipient.customer)
        .bind(span(&facts.promised)).bind(span(&sum.arrival)).bind(span(&sum.previous)).bind(now.status.as_str())
        .bind(&now.reason).bind(now.at).bind(now.offset).bind(&now.country).bind(now.stops).bind(&document)
        .bind(source.received_at.millis()).bind(digest).bind(serde_json::to_string(&facts.measures).ok()).execute(&mut **c).await.map(|_| ()))?;
    if let Some(code) = &facts.handover_code {
        on!(tx, c => sqlx::query(CODE).bind(key).bind(code).execute(&mut **c).await.map(|_| ()))?;
    }
    on!(tx, c => sqlx::query(CLEAR).bind(key).execute(&mut **c).await.map(|_| ()))?;
    for events in events.chunks(ROWS) {
        on!(tx, c => {
            let mut count = sqlx::QueryBuilder::new(COUNT);
            count.push_values(events, |mut row, event| {
                row.push_bind(key).push_bind(event.id.as_slice());
            });
            count.build().execute(&mut **c).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Brings the follower rows in line with what was told. Gives back whose row is gone. Who was added by themselves stays.
async fn grant(
    tx: &mut Tx,
    id: Id<kind::Parcel>,
    granted: &BTreeSet<(Id<kind::Customer>, Role)>,
    now: Timestamp,
) -> Result<BTreeSet<Id<kind::Customer>>, DbError> {
    const HAVE: &str = "select customer_id, role from parcel_follower where shipment_id = $1 and role <> 'shared'";
    const DROP: &str = "delete from parcel_follower where shipment_id = $1 and customer_id = $2 and role = $3";
    const ADD: &str = "insert into parcel_follower (customer_id, shipment_id, role, since_at) values ($1, $2, $3, $4)
        on conflict do nothing";
    let key = id.as_bytes().as_slice();
    let have: Vec<(Vec<u8>, String)> = on!(tx, c => sqlx::query_as(HAVE).bind(key).fetch_all(&mut **c).await)?;
    let mut gone = BTreeSet::new();
    for (customer, role) in have {
        let customer = Id::try_from(customer).map_err(|_| DbError::Value("parcel_follower.customer_id"))?;
        if !granted.contains(&(customer, Role::from_name(&role))) {
            on!(tx, c => sqlx::query(DROP).bind(key).bind(customer.as_bytes().as_slice()).bind(&role)
                .execute(&mut **c).await.map(|_| ()))?;
            gone.insert(customer);
        }
    }
    for (customer, role) in granted {
        on!(tx, c => sqlx::query(ADD).bind(customer.as_bytes().as_slice()).bind(key).bind(role.as_str()).bind(now.millis())
            .execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(gone)
}

async fn following(tx: &mut Tx, id: Id<kind::Parcel>) -> Result<BTreeSet<Id<kind::Customer>>, DbError> {
    const WHO: &str = "select customer_id from parcel_follower where shipment_id = $1";
    let rows: Vec<(Vec<u8>,)> =
        on!(tx, c => sqlx::query_as(WHO).bind(id.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(|(id,)| id.try_into().map_err(|_| DbError::Value("parcel_follower.customer_id"))).collect()
}

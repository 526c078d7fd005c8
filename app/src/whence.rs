//! Where a value on a customer's page came from: the source, the file or message, the place in it and the time; and in words
//! when a source is late. One reading and one piece of page for every domain.

use crate::{
    web::Visitor,
    words::{Figures, Words},
};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
    sources::{
        Carries, SourceSettings,
        freshness::{self, Late},
    },
};
use guichet_types::{Id, Timestamp, kind};
use leptos::prelude::*;

/// A value that came from somewhere.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// An entry of an account.
    Entry(Id<kind::Entry>),
    /// The closing balance that an account's balance hangs on.
    Balance(Id<kind::Account>),
    /// The latest price of an instrument.
    Price(Id<kind::Instrument>),
    /// How a parcel stands.
    Parcel(Id<kind::Parcel>),
    /// What a claim says.
    Claim(Id<kind::Claim>),
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whence {
    /// The source's name, where it has one.
    pub source: Option<String>,
    /// The file or the message.
    pub document: String,
    /// Where in it.
    pub place: Option<String>,
    /// What kind of message.
    pub message_type: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

/// Where a value of the customer's came from; none where it is not theirs or nobody knows.
///
/// # Errors
/// What the database says.
pub async fn of(tx: &mut Tx, scope: &CustomerScope, value: Value) -> Result<Option<Whence>, DbError> {
    const ENTRY: &str = "select s.settings, d.source, d.name, e.place, d.message_type, d.received_at
        from entry e join holder h on h.account_id = e.account_id and h.customer_id = $1 and h.until_day is null
          join source_document d on d.id = e.document_id left join source s on s.key = d.source
        where e.id = $2";
    const BALANCE: &str = "select s.settings, d.source, d.name, null as place, d.message_type, d.received_at
        from account a join holder h on h.account_id = a.id and h.customer_id = $1 and h.until_day is null
          join source_document d on d.id = a.anchor_document left join source s on s.key = d.source
        where a.id = $2";
    // A price is nobody's; its row says what is to be known of it.
    const PRICE: &str = "select null as settings, q.source, q.origin as name, q.place, null as message_type, q.received_at
        from quote q where q.instrument_id = $2 and q.origin is not null and q.received_at is not null and $1 is not null";
    const PARCEL: &str = "select s.settings, d.source, d.name, null as place, d.message_type, d.received_at
        from shipment p join source_document d on d.id = p.document_id left join source s on s.key = d.source
        where p.id = $2 and exists (select 1 from parcel_follower f where f.shipment_id = p.id and f.customer_id = $1)";
    const CLAIM: &str = "select s.settings, d.source, d.name, m.place, d.message_type, d.received_at
        from claim m join claim_party p on p.claim_id = m.id and p.customer_id = $1
          join source_document d on d.id = m.document_id left join source s on s.key = d.source
        where m.id = $2";
    let (sql, id) = match value {
        Value::Entry(id) => (ENTRY, id.as_bytes().to_vec()),
        Value::Balance(id) => (BALANCE, id.as_bytes().to_vec()),
        Value::Price(id) => (PRICE, id.as_bytes().to_vec()),
        Value::Parcel(id) => (PARCEL, id.as_bytes().to_vec()),
        Value::Claim(id) => (CLAIM, id.as_bytes().to_vec()),
    };
    type Row = (Option<String>, Option<String>, String, Option<String>, Option<String>, i64);
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(sql).bind(scope.bytes()).bind(id).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(settings, key, document, place, message_type, at)| {
        let settings: SourceSettings = settings.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Whence {
            source: settings.name.filter(|name| !name.is_empty()).or(key),
            document,
            place: place.filter(|place| !place.is_empty()),
            message_type,
            received_at: Timestamp(at),
        }
    }))
}

/// Whether something that brings these is late.
///
/// # Errors
/// What the database says.
pub async fn late(
    tx: &mut Tx,
    scope: &CustomerScope,
    carries: &'static [Carries],
    now: Timestamp,
) -> Result<Option<Late>, DbError> {
    freshness::late(tx, scope, carries, now).await
}

/// "Where does this come from?", one tap away.
pub fn whence(w: Words, figures: &Figures, whence: Option<Whence>) -> impl IntoView + use<> {
    whence.map(|whence| {
        let pair = |label: String, value: Option<String>| {
            value.map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
        };
        view! {
            <details class="whence"><summary>{w.get("whence")}</summary>
                <dl class="kv small">
                    {pair(w.get("whence-source"), whence.source)}
                    {pair(w.get("whence-document"), Some(whence.document))}
                    {pair(w.get("whence-type"), whence.message_type)}
                    {pair(w.get("whence-place"), whence.place)}
                    {pair(w.get("whence-time"), Some(figures.moment(whence.received_at)))}
                </dl>
            </details>
        }
    })
}

/// What a page says when something is late: as of when it is, and since when something is missing.
pub fn late_note(visitor: &Visitor, figures: &Figures, late: Option<Late>) -> impl IntoView + use<> {
    let w = visitor.words();
    late.map(|late| {
        let since = figures.moment(late.since);
        let text = match late.as_of {
            Some(as_of) => w.with("whence-late", &[("moment", &figures.moment(as_of)), ("since", &since)]),
            None => w.with("whence-missing", &[("since", &since)]),
        };
        view! { <p class="alert" data-tone="warning" role="status"><span>{text}</span></p> }
    })
}

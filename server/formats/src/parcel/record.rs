//! The canonical records that every parcel format is read into.
//!
//! A reader gives one [`Record::Document`], then shipments and events in document order. Findings and quarantined pieces come
//! where they are met. When reading ends with a refusal, nothing that was handed on before may be kept.

use crate::record::{Finding, Quarantined};
use guichet_types::{Decimal, Money, ParcelReason, ParcelStatus, Timestamp};
use serde::Serialize;

/// One step of a document, in document order.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// The document itself; first, once.
    Document(Document),
    /// What the document says about one shipment.
    Shipment(Box<ShipmentUpdate>),
    /// Something that happened.
    Event(Box<TrackingEvent>),
    /// Something that is odd; the rest goes on.
    Finding(Finding),
    /// A piece that cannot be taken; the rest goes on.
    Quarantined(Quarantined),
}

/// The document as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// `epcis`, `carrier-tracking`, `parcels`.
    pub standard: &'static str,
    /// How it is written: `json`, `xml`, `csv`.
    pub format: &'static str,
    /// EPCIS: the schema version; own form: `parcels/1`; carriers: the version of their service where it says so.
    pub version: Option<String>,
    /// EPCIS: the type of the root, `EPCISDocument`. Carriers: none.
    pub root_type: Option<String>,
    /// Carriers: who answers, `easypost`, `fedex`; else none.
    pub provider: Option<&'static str>,
    /// The document's own identifier.
    pub id: Option<String>,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// Carriers: how the answer as a whole ended, in the carrier's word: `200`, `SUCCESS`.
    pub outcome: Option<String>,
}

/// A party to a shipment, as far as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Party {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The carrier's number of this customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The postcode as written, without outer spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166-1, two or three letters as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A window of time. A day without a time begins at its midnight and ends with its last second, in the zone as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// From, UTC; none where only the end is told.
    pub from: Option<Timestamp>,
    /// To, UTC.
    pub to: Timestamp,
    /// Minutes east of UTC; none where the document does not say, and UTC was taken.
    pub offset_minutes: Option<i32>,
    /// The end as the document has it.
    pub stated: String,
    /// The document names days, not times.
    pub whole_day: bool,
    /// Why it is not the window that was promised.
    pub reason: Option<ParcelReason>,
}

/// What a document says about one shipment. It says nothing about what it leaves out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShipmentUpdate {
    /// The carrier as the document names it; own form: the carrier's code.
    pub carrier: String,
    /// The tracking number, normalised: no spaces, capital letters.
    pub number: String,
    /// The number as the document writes it.
    pub stated_number: String,
    /// The sender's own id of this record.
    pub id: Option<String>,
    /// The service, in the carrier's words.
    pub service: Option<String>,
    /// The sender's reference: an order number.
    pub reference: Option<String>,
    /// Who sends.
    pub sender: Party,
    /// Who gets it.
    pub recipient: Party,
    /// What was promised first.
    pub promised: Option<Window>,
    /// What is expected now.
    pub estimated: Option<Window>,
    /// Where it stands as a whole; none where the document tells only events.
    pub status: Option<ParcelStatus>,
    /// Why.
    pub reason: Option<ParcelReason>,
    /// The carrier's own code for that, finer code, and text.
    pub code: Option<String>,
    /// The finer code.
    pub subcode: Option<String>,
    /// The carrier's text.
    pub text: Option<String>,
    /// When it was delivered, as the document writes it.
    pub delivered_at: Option<String>,
    /// Who signed.
    pub signed_by: Option<String>,
    /// What it weighs, in grams.
    pub grams: Option<i64>,
    /// Length, width and height in millimetres.
    pub size: Option<[i64; 3]>,
    /// Up to what it is insured.
    pub insured: Option<Money>,
    /// What the recipient shows to the driver, who then hands over; own form.
    pub handover_code: Option<String>,
    /// Carriers: how the answer for this number ended, `SUCCESS`.
    pub outcome: Option<String>,
    /// Events that the document has for it.
    pub event_count: u64,
    /// Where it stands in the document.
    pub place: String,
}

/// Where something happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The name of the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Region, state or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166-1, two or three letters as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Degrees north, exact as written, -90 to 90.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<Decimal>,
    /// Degrees east, exact as written, -180 to 180.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<Decimal>,
    /// Its identifier: an EPC or a GS1 Digital Link of a location, or the carrier's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Place {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What lies in what: EPCIS `parentID` and `childEPCs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Containment {
    /// The pallet, container or box; none when everything is taken apart.
    pub parent: Option<String>,
    /// What lies in it. None with `DELETE` means all.
    pub children: Vec<String>,
    /// They are packed, seen together, or unpacked.
    pub action: Action,
    /// For long: EPCIS `AssociationEvent`.
    pub lasting: bool,
}

/// EPCIS `action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// It begins.
    Add,
    /// It is seen.
    Observe,
    /// It ends.
    Delete,
}

impl Action {
    /// As the standard writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Observe => "OBSERVE",
            Self::Delete => "DELETE",
        }
    }
}

/// A typed link: EPCIS business transaction, source or destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What it is, the bare word where it is of the CBV: `po`, `desadv`, `owning_party`.
    pub kind: Option<String>,
    /// The identifier as it stands.
    pub id: String,
}

/// A quantity of a class of things, with its exact number as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quantity {
    /// EPC class or Digital Link.
    pub class: String,
    /// None: an unknown number.
    pub quantity: Option<Decimal>,
    /// UN/CEFACT Recommendation 20 code; none: pieces.
    pub unit: Option<String>,
}

/// A sensor's report; every figure as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SensorReading {
    /// `Temperature`, or a URI.
    pub kind: Option<String>,
    /// `value`, `stringValue`, `minValue`, … and what they say.
    pub values: Vec<(String, String)>,
    /// The unit, UN/CEFACT Recommendation 20.
    pub unit: Option<String>,
    /// When it was measured, or the end of the time over which.
    pub at: Option<Timestamp>,
    /// The sensor.
    pub device: Option<String>,
    /// `ALARM_CONDITION`, `ERROR_CONDITION`.
    pub exception: Option<String>,
}

/// What only EPCIS tells of an event.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EpcisFacts {
    /// `ObjectEvent`, …
    pub event_type: &'static str,
    /// `eventID`.
    pub event_id: Option<String>,
    /// `action`.
    pub action: Option<Action>,
    /// `bizStep` as written.
    pub biz_step: Option<String>,
    /// `disposition` as written.
    pub disposition: Option<String>,
    /// `persistentDisposition/set`, as written.
    pub dispositions_set: Vec<String>,
    /// `persistentDisposition/unset`, as written.
    pub dispositions_unset: Vec<String>,
    /// `eventTimeZoneOffset`.
    pub offset: String,
    /// `readPoint/id`.
    pub read_point: Option<String>,
    /// `bizLocation/id`.
    pub biz_location: Option<String>,
    /// `bizTransactionList`.
    pub transactions: Vec<Link>,
    /// `sourceList`.
    pub sources: Vec<Link>,
    /// `destinationList`.
    pub destinations: Vec<Link>,
    /// `quantityList`, `childQuantityList`, inputs and outputs.
    pub quantities: Vec<Quantity>,
    /// `sensorElementList`.
    pub sensors: Vec<SensorReading>,
    /// `errorDeclaration/reason`.
    pub error_reason: Option<String>,
    /// `transformationID`.
    pub transformation_id: Option<String>,
}

/// Something that happened to one or more parcels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackingEvent {
    /// What tells it apart, the same whenever it is read again: the carrier's event id (EPCIS `eventID`), else a SHA-256 over
    /// number, time in UTC, code and place. An event that withdraws another has the key of that one.
    pub key: String,
    /// The pieces that it is about, at least one unless EPCIS tells of quantities or places only. Tracking numbers are
    /// normalised, an SSCC is its eighteen digits, any other EPC is as written.
    pub numbers: Vec<String>,
    /// When it happened, UTC.
    pub at: Timestamp,
    /// Minutes east of UTC at the place; none: the document gives local time without a zone, and `at` is that time as if
    /// it were UTC.
    pub offset_minutes: Option<i32>,
    /// The document gives a day and no time; `at` is its midnight.
    pub whole_day: bool,
    /// The time as the document writes it.
    pub stated_time: String,
    /// When the carrier's system took it in.
    pub recorded_at: Option<Timestamp>,
    /// Where the parcel stands with it.
    pub status: ParcelStatus,
    /// Why.
    pub reason: Option<ParcelReason>,
    /// The carrier's code.
    pub code: Option<String>,
    /// The carrier's finer code, or its code for the reason.
    pub subcode: Option<String>,
    /// The carrier's text.
    pub text: Option<String>,
    /// Where.
    pub place: Place,
    /// Who signed.
    pub signed_by: Option<String>,
    /// Stops of the van before this one; own form.
    pub stops: Option<u32>,
    /// It never happened: an event with this key is to be withdrawn.
    pub withdrawn: bool,
    /// The keys of the events that replace it.
    pub corrected_by: Vec<String>,
    /// What lies in what.
    pub containment: Option<Containment>,
    /// What only EPCIS tells.
    pub epcis: Option<Box<EpcisFacts>>,
    /// Where it stands in the document.
    pub source: String,
}

//! Reads what is told of parcels: GS1 EPCIS, the answers and pushes of carriers, and our own plain form.
//!
//! Pure: bytes in, records and findings out. A document is read as a whole, for it is small; what it says of one parcel is
//! kept exact, down to the carrier's own words, and put beside one set of statuses and reasons.
//!
//! ```
//! use guichet_formats::{Limits, parcel};
//! let report = parcel::report_bytes(br#"{"guichet":"parcels/1","shipments":[{"carrier":"gx","number":"GX1",
//!     "events":[{"at":"2026-11-17T08:15:00+01:00","status":"delivered"}]}]}"#, &Limits::default());
//! assert_eq!((report.class.as_str(), report.event_count), ("accept", 1));
//! ```

mod carrier;
mod codes;
mod epcis;
mod ids;
mod measure;
mod out;
mod own;
pub mod record;
mod report;
mod tree;
mod xml;

pub use out::Sink;
pub use record::{Document, Record, ShipmentUpdate, TrackingEvent};
pub use report::{Report, Reporter};

use crate::{
    Limits, Refusal, decode,
    record::{CheckKind, Severity},
};
use out::Out;
use std::{collections::BTreeMap, ops::ControlFlow};
use tree::Tree;

/// The formats of this family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// EPCIS 2.0 in JSON-LD.
    EpcisJson,
    /// EPCIS 1.x and 2.0 in XML.
    EpcisXml,
    /// A carrier's or a tracking platform's answer or push, JSON.
    CarrierJson,
    /// The same in XML.
    CarrierXml,
    /// Our own plain form, JSON.
    OwnJson,
    /// Our own plain form, CSV.
    OwnCsv,
}

/// Tells the format by its first bytes, which may be cut anywhere; give it [`crate::ENOUGH`] or the whole. None when it is
/// of another family.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Kind> {
    let head = &head[..head.len().min(crate::ENOUGH)];
    let head = if head.first().is_some_and(u8::is_ascii_whitespace) { head.trim_ascii_start() } else { head };
    let text = decode::head(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let has = |word: &str| text.contains(word);
    if text.starts_with('<') {
        let root = root_name(text)?;
        if epcis::is_root(root) {
            return Some(Kind::EpcisXml);
        }
        let own = carrier::ROOTS.contains(&root) || (root == "Error" && has("<Number>") && has("<Source>"));
        let wrapped = root == "Envelope" && carrier::ROOTS.iter().any(|name| has(name));
        return (own || wrapped).then_some(Kind::CarrierXml);
    }
    if text.starts_with(['{', '[']) {
        if has("\"guichet\"") && has("\"parcels/") {
            return Some(Kind::OwnJson);
        }
        let events = ["ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"];
        let bare = events.iter().any(|name| has(&format!("\"{name}\"")));
        if has("\"epcisBody\"")
            || has("\"EPCISDocument\"")
            || has("\"EPCISQueryDocument\"")
            || (bare && has("\"eventTime\""))
        {
            return Some(Kind::EpcisJson);
        }
        // Claims and insurances of the same platform name a tracker too, and are of another family.
        let other = has("\"Claim\"") || has("\"Insurance\"");
        return (!other && carrier::KEYS.iter().any(|key| has(key))).then_some(Kind::CarrierJson);
    }
    text.lines().next().and_then(own::is_header).map(|_| Kind::OwnCsv)
}

/// The local name of the root element.
fn root_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        rest = if let Some(inner) = rest.strip_prefix("<?") {
            &inner[inner.find("?>")? + 2..]
        } else if let Some(inner) = rest.strip_prefix("<!--") {
            &inner[inner.find("-->")? + 3..]
        } else {
            break;
        };
    }
    let name = rest.strip_prefix('<')?;
    let name = &name[..name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(name.len())];
    Some(name.rsplit_once(':').map_or(name, |(_, local)| local))
}

/// Reads one document and hands its records to `sink`, in document order.
///
/// # Errors
/// When the document cannot be understood, is not what its standard asks for, or is the sender's word that there is
/// nothing. Records may have been handed on before; nothing of such a document may be kept.
pub fn read(bytes: &[u8], kind: Kind, limits: &Limits, sink: Sink<'_>) -> Result<(), Refusal> {
    let mut out = Out::new(sink, Record::Finding, Record::Quarantined);
    let outcome = read_into(bytes, kind, limits, &mut out);
    match outcome {
        Err(Refusal::Stopped) => Err(Refusal::Stopped),
        outcome => out.finish().and(outcome),
    }
}

fn read_into(bytes: &[u8], kind: Kind, limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let is_xml = matches!(kind, Kind::EpcisXml | Kind::CarrierXml);
    let (text, repaired) = tree::whole(bytes, is_xml, limits)?;
    if repaired {
        let told = "Some bytes are not of the encoding that the document claims; they were taken as Windows-1252.";
        out.note((CheckKind::SchemaDeviation, Severity::Warn), "", told, None)?;
    }
    match kind {
        Kind::EpcisJson => epcis::read_json(&tree::of_json(&text, limits)?, limits, out),
        Kind::CarrierJson => carrier::read(&tree::of_json(&text, limits)?, "json", limits, out),
        Kind::OwnJson => own::read(&tree::of_json(&text, limits)?, "json", limits, out),
        Kind::EpcisXml => {
            let root = xml::parse(&text, limits)?;
            match root.name.as_str() {
                name if epcis::is_root(name) => epcis::read_xml(&root, limits, out),
                name => Err(Refusal::UnknownFormat { found: format!("XML with the root {name:.60}") }),
            }
        }
        Kind::CarrierXml => {
            let root = xml::parse(&text, limits)?;
            let root = match (root.name.as_str(), root.child("Body").and_then(|body| body.children.first())) {
                ("Envelope", Some(inner)) => inner,
                _ => &root,
            };
            let tree = Tree::Object(BTreeMap::from([(root.name.clone(), root.tree())]));
            carrier::read(&tree, "xml", limits, out)
        }
        Kind::OwnCsv => {
            let tree = own::parse_csv(&text, limits)?;
            if !text.ends_with('\n') {
                let told = "The last row has no line end; the file may be cut off.";
                out.note((CheckKind::SchemaDeviation, Severity::Warn), "the end", told, None)?;
            }
            own::read(&tree, "csv", limits, out)
        }
    }
}

/// Reads what is in memory and reports on it; tells the format by itself.
#[must_use]
pub fn report_bytes(bytes: &[u8], limits: &Limits) -> Report {
    let mut reporter = Reporter::default();
    let outcome = match detect(bytes) {
        Some(kind) => read(bytes, kind, limits, &mut |record| {
            reporter.take(&record);
            ControlFlow::Continue(())
        }),
        None => Err(Refusal::UnknownFormat { found: "no document about parcels that is known here".to_owned() }),
    };
    reporter.finish(outcome)
}

//! Reads GS1 EPCIS, ISO/IEC 19987: 1.x and 2.0 in XML, 2.0 in JSON-LD; documents, query documents, and events on their own.
//!
//! A document is taken as a whole or not at all: that is the standard's own default for capture (`rollback`, EPCIS 2.0
//! section 12.6.1). Every event that is not as the standard asks is told, and then the document is refused.

mod epc;
mod event;
mod lists;
mod parts;
mod schema;
mod xml;

use super::{
    out::Out,
    record::{Document, Record},
    tree::Tree,
    xml::Element,
};
use crate::{
    Limits, Refusal,
    out::RAW,
    record::{CheckKind, Severity},
    time,
};
use parts::Notes;
use schema::EventType;
use std::collections::{BTreeMap, HashMap};

/// The roots.
const DOCUMENT: &str = "EPCISDocument";
const QUERY: &str = "EPCISQueryDocument";

/// Whether a name is a root of EPCIS.
pub(super) fn is_root(name: &str) -> bool {
    matches!(name, DOCUMENT | QUERY) || EventType::of(name).is_some()
}

fn invalid(place: &str, reason: impl Into<String>) -> Refusal {
    Refusal::Invalid { place: place.to_owned(), reason: reason.into() }
}

/// What is counted over all events.
struct Reading<'l> {
    limits: &'l Limits,
    events: u64,
    /// Keys that were met, each with whether it was withdrawn, and what the event said.
    seen: HashMap<(u64, bool), u64>,
    /// The first fault.
    fault: Option<(String, String)>,
    faulty: u64,
}

impl<'l> Reading<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self { limits, events: 0, seen: HashMap::new(), fault: None, faulty: 0 }
    }

    /// Takes one event.
    fn event(
        &mut self,
        members: &BTreeMap<String, Tree>,
        kind: &'static EventType,
        typed: bool,
        place: &str,
        mut notes: Notes,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        self.events += 1;
        if self.events > self.limits.max_entries {
            return Err(Refusal::TooLarge { what: "events", limit: self.limits.max_entries });
        }
        let event = event::read(members, kind, typed, place, &mut notes);
        for (check, severity, told, actual) in &notes.odd {
            out.note((*check, *severity), place, sentence(told), Some(actual))?;
        }
        if let Some(first) = notes.faults.first() {
            return self.faulty(place, first.clone(), &Tree::Object(members.clone()).show(RAW), &notes.faults, out);
        }
        let said = crate::hash64(&notes.said);
        match self.seen.insert((crate::hash64(&event.key), event.withdrawn), said) {
            Some(before) if before != said => {
                let told = "An earlier event of this document has the same eventID and says something else.";
                out.note((CheckKind::DuplicateEntry, Severity::Warn), place, told, Some(&event.key))?;
            }
            Some(_) => {
                let told = "An earlier event of this document is the same.";
                out.note((CheckKind::DuplicateEntry, Severity::Info), place, told, Some(&event.key))?;
            }
            None => {}
        }
        out.put(Record::Event(Box::new(event)))
    }

    fn faulty(
        &mut self,
        place: &str,
        first: String,
        raw: &str,
        all: &[String],
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        self.faulty += 1;
        self.fault.get_or_insert((place.to_owned(), first));
        out.quarantine(place, sentence(&all.join("; ")), raw)
    }

    fn finish(self, out: &mut Out<'_>) -> Result<(), Refusal> {
        if let Some((place, reason)) = self.fault {
            let (bad, all) = (self.faulty, self.events);
            return Err(invalid(
                &place,
                format!("{reason} ({bad} of {all} events are not as EPCIS asks, so none is taken)"),
            ));
        }
        if self.events == 0 {
            out.note((CheckKind::SchemaDeviation, Severity::Info), "", "The document has no events.", None)?;
        }
        Ok(())
    }
}

/// A note as a sentence.
fn sentence(told: &str) -> String {
    let mut letters = told.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The header of a document: version and date have to be there, and to be readable.
fn header(
    root: &str,
    format: &'static str,
    version: Option<&str>,
    created: Option<&str>,
    id: Option<&str>,
    due: bool,
) -> Result<Document, Refusal> {
    let bare = EventType::of(root).is_some();
    if due && !bare {
        match version.map(str::trim) {
            None | Some("") => return Err(invalid(root, "schemaVersion is missing")),
            Some(version) if !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
                return Err(invalid(root, format!("schemaVersion is no version: {version:.20?}")));
            }
            Some(_) => {}
        }
        if created.is_none_or(|text| text.trim().is_empty()) {
            return Err(invalid(root, "creationDate is missing"));
        }
    }
    let created_at = match created {
        None => None,
        Some(text) => match time::iso(text) {
            Some(moment) if !moment.whole_day => Some(moment.at),
            _ => return Err(invalid(root, format!("creationDate is no date and time: {text:.40?}"))),
        },
    };
    Ok(Document {
        standard: "epcis",
        format,
        version: version.map(|version| version.trim().to_owned()),
        root_type: Some(root.to_owned()),
        id: id.map(str::to_owned),
        created_at,
        ..Document::default()
    })
}

/// Reads EPCIS 2.0 in JSON.
pub(super) fn read_json(tree: &Tree, limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let text = |name: &str| tree.get(name).and_then(Tree::text);
    let root = text("type").or_else(|| text("isA")).unwrap_or_default();
    out.put(Record::Document(header(root, "json", text("schemaVersion"), text("creationDate"), text("id"), true)?))?;
    if !matches!(tree.get("@context"), Some(Tree::Text(_) | Tree::List(_) | Tree::Object(_))) {
        return Err(invalid(root, "@context is missing"));
    }
    let mut reading = Reading::new(limits);
    let (events, path) = match root {
        DOCUMENT => (
            tree.get("epcisBody").and_then(|body| body.get("eventList").or_else(|| body.get("event"))),
            "/epcisBody/eventList",
        ),
        QUERY => {
            let results = tree.get("epcisBody").and_then(|body| body.get("queryResults"));
            let results = results.ok_or_else(|| invalid("/epcisBody", "queryResults is missing"))?;
            if results.get("queryName").and_then(Tree::text).is_none_or(str::is_empty) {
                return Err(invalid("/epcisBody/queryResults", "queryName is missing"));
            }
            (
                results.get("resultsBody").and_then(|body| body.get("eventList")),
                "/epcisBody/queryResults/resultsBody/eventList",
            )
        }
        _ => (Some(tree), ""),
    };
    let events = match events {
        Some(Tree::List(events)) => events.as_slice(),
        Some(event @ Tree::Object(_)) => std::slice::from_ref(event),
        _ => return Err(invalid(path, "the list of events is missing")),
    };
    for (index, event) in events.iter().enumerate() {
        let place = format!("{path}[{index}]");
        let name = event.get("type").or_else(|| event.get("isA")).and_then(Tree::text).unwrap_or_default();
        match (event, EventType::of(name).filter(|kind| kind.name != "QuantityEvent")) {
            (Tree::Object(members), Some(kind)) => reading.event(members, kind, true, &place, Notes::default(), out)?,
            // An event of another vocabulary is what the standard calls an extended event.
            (Tree::Object(_), None) if name.contains(':') => {
                reading.events += 1;
                out.note(
                    (CheckKind::UnknownCode, Severity::Warn),
                    &place,
                    "An event of a type that the standard does not have is left out.",
                    Some(name),
                )?;
            }
            _ => {
                reading.events += 1;
                let told = format!("this is no event: its type is {name:.40?}");
                reading.faulty(&place, told.clone(), &event.show(RAW), &[told], out)?;
            }
        }
    }
    reading.finish(out)
}

/// Reads EPCIS 1.x and 2.0 in XML.
pub(super) fn read_xml(root: &Element, limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let place = format!("line {}", root.line);
    let attribute = |name: &str| root.attribute(name);
    let document = header(&root.name, "xml", attribute("schemaVersion"), attribute("creationDate"), None, true)?;
    out.put(Record::Document(document))?;
    // The schema of 2.0 is held to; senders of 1.x have always been freer with the order.
    let strict = root.namespace.ends_with(":xsd:2");
    if !root.namespace.starts_with("urn:epcglobal:epcis") && EventType::of(&root.name).is_none() {
        out.note(
            (CheckKind::SchemaDeviation, Severity::Warn),
            &place,
            "The namespace is not that of EPCIS.",
            Some(&root.namespace),
        )?;
    }
    let mut reading = Reading::new(limits);
    if let Some(kind) = EventType::of(&root.name) {
        xml_event(root, kind, strict, &mut reading, out)?;
        return reading.finish(out);
    }
    let body = root.child("EPCISBody").ok_or_else(|| invalid(&place, "EPCISBody is missing"))?;
    let list = if root.name == QUERY { results(body, out)? } else { body.child("EventList") };
    for child in list.map(|list| list.children.as_slice()).unwrap_or_default() {
        xml_entry(child, strict, 0, &mut reading, out)?;
    }
    reading.finish(out)
}

/// The events of an answer to a query.
fn results<'e>(body: &'e Element, out: &mut Out<'_>) -> Result<Option<&'e Element>, Refusal> {
    let place = |element: &Element| format!("line {}", element.line);
    let Some(results) = body.child("QueryResults") else {
        let first = body.children.first();
        let name = first.map_or("nothing", |first| first.name.as_str());
        if name.ends_with("Exception") {
            let reason = first.and_then(|first| first.child("reason")).map_or(name, |reason| reason.text.trim());
            return Err(Refusal::SenderError { reason: reason.chars().take(200).collect() });
        }
        return Err(invalid(&place(body), format!("there are no QueryResults, but {name:.60}: no events to take")));
    };
    if results.namespace.is_empty() {
        let told = "QueryResults is not in the namespace of EPCIS queries.";
        out.note((CheckKind::SchemaDeviation, Severity::Warn), &place(results), told, None)?;
    }
    if results.child("queryName").is_none_or(|name| name.text.trim().is_empty()) {
        out.note(
            (CheckKind::SchemaDeviation, Severity::Warn),
            &place(results),
            "QueryResults has no queryName.",
            None,
        )?;
    }
    let inner = results.child("resultsBody").ok_or_else(|| invalid(&place(results), "resultsBody is missing"))?;
    Ok(inner.child("EventList"))
}

/// A child of the list of events: an event, or an extension with events in it.
fn xml_entry(
    child: &Element,
    strict: bool,
    depth: usize,
    reading: &mut Reading<'_>,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    if let Some(kind) = EventType::of(&child.name).filter(|_| xml::is_own(&child.namespace)) {
        return xml_event(child, kind, strict, reading, out);
    }
    let place = format!("line {}", child.line);
    if child.name == "extension" && depth < 8 {
        for inner in &child.children {
            xml_entry(inner, strict, depth + 1, reading, out)?;
        }
        return Ok(());
    }
    let told = "An event of a type that is not read here is left out.";
    out.note((CheckKind::UnknownCode, Severity::Warn), &place, told, Some(&child.name))
}

fn xml_event(
    event: &Element,
    kind: &'static EventType,
    strict: bool,
    reading: &mut Reading<'_>,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    let shaped = xml::shape(event, kind, strict);
    let mut notes = Notes { faults: shaped.faults, ..Notes::default() };
    for told in shaped.odd {
        notes.odd(CheckKind::SchemaDeviation, told, "");
    }
    reading.event(&shaped.members, kind, false, &format!("line {}", event.line), notes, out)
}

//! Reads our own plain form, `parcels/1`, in JSON and CSV. What it has is in `docs/formats-parcels.md`.

mod csv;
mod parcel;
mod values;

use super::{
    codes,
    ids::{is_number, key_of},
    out::Out,
    record::{Document, Record, ShipmentUpdate, TrackingEvent},
    tree::Tree,
};
use crate::{
    Limits, Refusal,
    out::RAW,
    record::{CheckKind, Severity},
    time,
};
use guichet_types::{ParcelStatus, TrackingError, TrackingNumber};
use parcel::{handover_code, insured, size, weight};
use std::collections::HashSet;
use values::{keys, party, reason_of, spot, window};

pub(super) use csv::{is_header, parse as parse_csv};

/// The name and version of the form.
pub(super) const FORM: &str = "parcels/1";
/// Where a CSV row stands; never a key of the form.
const LINE: &str = "@line";

const DOCUMENT_KEYS: &[&str] = &["guichet", "id", "created", "carrier", "code_list", "shipments"];
const SHIPMENT_KEYS: &[&str] = &[
    "carrier",
    "number",
    "service",
    "reference",
    "sender",
    "recipient",
    "promised",
    "estimated",
    "weight_kg",
    "size",
    "insured",
    "handover_code",
    "code_list",
    "events",
    LINE,
];
const EVENT_KEYS: &[&str] =
    &["id", "at", "status", "reason", "code", "subcode", "text", "place", "signed_by", "stops", "withdrawn", LINE];

/// Reads a document. CSV comes in the same shape.
pub(super) fn read(tree: &Tree, format: &'static str, limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let form = tree.get("guichet").and_then(Tree::text).unwrap_or_default();
    if form != FORM {
        return Err(Refusal::UnknownFormat {
            found: format!("the form {form:.40?}; the one that is read here is {FORM}"),
        });
    }
    let created = tree.text_at("created");
    let created_at = match created.as_deref().map(time::stamp) {
        Some(None) => return Err(invalid("/created", "it is no date and time with an offset")),
        other => other.flatten().map(|moment| moment.at),
    };
    out.put(Record::Document(Document {
        standard: "parcels",
        format,
        version: Some(FORM.to_owned()),
        id: tree.text_at("id"),
        created_at,
        ..Document::default()
    }))?;
    keys(tree, DOCUMENT_KEYS, "", out)?;
    let Some(Tree::List(shipments)) = tree.get("shipments") else {
        return Err(invalid("/shipments", "the list of shipments is missing"));
    };
    let mut reading = Reading {
        limits,
        events: 0,
        seen: HashSet::new(),
        carrier: tree.text_at("carrier"),
        code_list: tree.text_at("code_list"),
    };
    for (index, shipment) in shipments.iter().enumerate() {
        reading.shipment(shipment, &place(shipment, || format!("/shipments[{index}]")), out)?;
    }
    Ok(())
}

fn invalid(place: &str, reason: &str) -> Refusal {
    Refusal::Invalid { place: place.to_owned(), reason: reason.to_owned() }
}

/// The line of a CSV row, else a path.
fn place(tree: &Tree, path: impl FnOnce() -> String) -> String {
    tree.get(LINE).and_then(Tree::text).map_or_else(path, |line| format!("line {line}"))
}

struct Reading<'l> {
    limits: &'l Limits,
    events: u64,
    seen: HashSet<u64>,
    carrier: Option<String>,
    code_list: Option<String>,
}

impl Reading<'_> {
    fn shipment(&mut self, tree: &Tree, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        let (Some(stated), Some(carrier)) =
            (tree.text_at("number"), tree.text_at("carrier").or_else(|| self.carrier.clone()))
        else {
            return out.quarantine(place, "The shipment has no number or no carrier.", tree.show(RAW));
        };
        let number = TrackingNumber::normalise(&stated);
        if !is_number(&number) {
            return out.quarantine(place, "The number has characters that no number has.", tree.show(RAW));
        }
        keys(tree, SHIPMENT_KEYS, place, out)?;
        // An own number may look like anything; only a postal number is held to its rule, for nobody else has that shape.
        if let Err(error @ TrackingError::CheckDigit { format: guichet_types::tracking::NumberFormat::S10, .. }) =
            TrackingNumber::parse(&number)
        {
            let told = format!("The number is doubtful: {error}.");
            out.note((CheckKind::InvalidIdentifier, Severity::Warn), place, told, Some(&number))?;
        }
        let none = Vec::new();
        let events = match tree.get("events") {
            None | Some(Tree::Null) => &none,
            Some(Tree::List(events)) => events,
            Some(_) => return out.quarantine(place, "The events are no list.", tree.show(RAW)),
        };
        let list = tree.text_at("code_list").or_else(|| self.code_list.clone());
        if let Some(list) = list.as_deref().filter(|list| !codes::is_list(list)) {
            out.note((CheckKind::UnknownCode, Severity::Warn), place, "There is no such list of codes.", Some(list))?;
        }
        let update = ShipmentUpdate {
            carrier: carrier.clone(),
            number: number.clone(),
            stated_number: stated,
            service: tree.text_at("service"),
            reference: tree.text_at("reference"),
            sender: party(tree, "sender", place, out)?,
            recipient: party(tree, "recipient", place, out)?,
            promised: window(tree, "promised", place, out)?,
            estimated: window(tree, "estimated", place, out)?,
            grams: weight(tree, place, out)?,
            size: size(tree, place, out)?,
            insured: insured(tree, place, out)?,
            handover_code: handover_code(tree, place, out)?,
            event_count: events.len() as u64,
            place: place.to_owned(),
            ..ShipmentUpdate::default()
        };
        out.put(Record::Shipment(Box::new(update)))?;
        for (index, event) in events.iter().enumerate() {
            let place = self::place(event, || format!("{place}/events[{index}]"));
            self.event(event, (&carrier, &number, list.as_deref()), &place, out)?;
        }
        Ok(())
    }

    fn event(
        &mut self,
        tree: &Tree,
        of: (&str, &str, Option<&str>),
        place: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        self.events += 1;
        if self.events > self.limits.max_entries {
            return Err(Refusal::TooLarge { what: "events", limit: self.limits.max_entries });
        }
        let (carrier, number, list) = of;
        let stated = tree.text_at("at").unwrap_or_default();
        let Some(moment) = time::stamp(&stated) else {
            let told = format!(
                "The event's time is no date and time with an offset, 2026-11-17T08:15:00+01:00: {stated:.60?}."
            );
            return out.quarantine(place, told, tree.show(RAW));
        };
        keys(tree, EVENT_KEYS, place, out)?;
        let (word, mut code, subcode) = (tree.text_at("status"), tree.text_at("code"), tree.text_at("subcode"));
        let by_code = list.map(|list| codes::meaning(list, code.as_deref(), subcode.as_deref()));
        let (mut status, mut reason) = by_code.unwrap_or_default();
        match word.as_deref().map(str::parse::<ParcelStatus>) {
            Some(Ok(known)) => status = known,
            Some(Err(_)) => {
                out.note(
                    (CheckKind::UnknownCode, Severity::Warn),
                    place,
                    "There is no such status; it is shown as an update.",
                    word.as_deref(),
                )?;
                code = code.or_else(|| word.clone());
            }
            None if by_code.is_some() && code.is_some() => {}
            None => return out.quarantine(place, "The event has no status.", tree.show(RAW)),
        }
        if let Some(word) = tree.text_at("reason") {
            reason = reason_of(&word, place, out)?;
        }
        let spot = spot(tree, place, out)?;
        let withdrawn = match tree.get("withdrawn") {
            None | Some(Tree::Null) => false,
            Some(Tree::Bool(value)) => *value,
            Some(Tree::Text(text)) if matches!(text.as_str(), "" | "true" | "false") => text == "true",
            Some(_) => return out.quarantine(place, "withdrawn is neither true nor false.", tree.show(RAW)),
        };
        let stops = match tree.text_at("stops").map(|text| text.parse::<u32>().map_err(|_| text)) {
            Some(Err(text)) => {
                let told = "The stops are no whole number; they are left out.";
                out.note((CheckKind::SchemaDeviation, Severity::Warn), place, told, Some(&text))?;
                None
            }
            stops => stops.and_then(Result::ok),
        };
        // Two carriers may number their events alike.
        let key = match tree.text_at("id") {
            Some(id) => key_of(&["id", carrier, &id]),
            None => {
                let at = moment.at.millis().to_string();
                let city = spot.city.as_deref().or(spot.name.as_deref()).unwrap_or_default();
                key_of(&[carrier, number, &at, status.as_str(), code.as_deref().unwrap_or_default(), city])
            }
        };
        if !self.seen.insert(crate::hash64(&key)) && !withdrawn {
            let told = "An earlier event of this document is the same.";
            out.note((CheckKind::DuplicateEntry, Severity::Warn), place, told, Some(&stated))?;
        }
        out.put(Record::Event(Box::new(TrackingEvent {
            key,
            numbers: vec![number.to_owned()],
            at: moment.at,
            offset_minutes: moment.offset,
            stated_time: stated,
            status,
            reason,
            code,
            subcode,
            text: tree.text_at("text"),
            place: spot,
            signed_by: tree.text_at("signed_by"),
            stops,
            withdrawn,
            source: place.to_owned(),
            ..TrackingEvent::default()
        })))
    }
}

//! Reads one EPCIS event: what the standard makes mandatory has to be there, what is odd is told, the rest is kept.

use super::{
    epc,
    lists::Lists,
    parts::{self, Notes},
    schema::{EventType, Kind},
};
use crate::{
    parcel::{
        codes,
        ids::key_of,
        record::{Action, Containment, EpcisFacts, Place, TrackingEvent},
        tree::Tree,
    },
    record::CheckKind,
    time,
};
use guichet_types::Timestamp;
use std::collections::BTreeMap;

/// Reads an event in the shape of JSON. `typed`: it is JSON, where a number is no text. The notes say what is wrong; with
/// a fault among them, the event must not be taken.
pub(super) fn read(
    members: &BTreeMap<String, Tree>,
    kind: &'static EventType,
    typed: bool,
    place: &str,
    notes: &mut Notes,
) -> TrackingEvent {
    let mut facts = EpcisFacts { event_type: kind.name, ..EpcisFacts::default() };
    let mut event = TrackingEvent { source: place.to_owned(), ..TrackingEvent::default() };
    for name in members.keys() {
        let known = kind.place(name).is_some() || matches!(name.as_str(), "type" | "@context" | "isA");
        if !known && !name.contains(':') {
            notes.odd(CheckKind::SchemaDeviation, "a property that an event of this type does not have", name);
        }
    }
    times(members, &mut event, &mut facts, notes);
    errors(members, &mut event, &mut facts, notes);
    let mut lists = Lists::default();
    for (name, of) in kind.properties {
        let Some(value) = members.get(*name) else { continue };
        match of {
            Kind::Uri => {
                let Some(uri) = parts::uri(value, name, notes) else { continue };
                if *name == "parentID" {
                    lists.parent = Some(number(&uri, notes))
                } else {
                    facts.transformation_id = Some(uri)
                }
            }
            Kind::Uris => {
                let uris = parts::uris(value, name, notes);
                let numbers = uris.iter().map(|uri| number(uri, notes)).collect();
                lists.put(name, numbers);
            }
            Kind::Quantities => {
                let quantities = parts::quantities(value, name, typed, notes);
                lists.quantities.push((name, quantities.len()));
                facts.quantities.extend(quantities);
            }
            Kind::Action => facts.action = parts::action(value, notes),
            Kind::Vocabulary if *name == "bizStep" => facts.biz_step = parts::uri_or_word(value, name, notes),
            Kind::Vocabulary => facts.disposition = parts::uri_or_word(value, name, notes),
            Kind::Location if *name == "readPoint" => facts.read_point = parts::location(value, name, notes),
            Kind::Location => facts.biz_location = parts::location(value, name, notes),
            Kind::Transactions => facts.transactions = parts::links(value, "bizTransaction", false, notes),
            Kind::Sources if *name == "sourceList" => facts.sources = parts::links(value, "source", true, notes),
            Kind::Sources => facts.destinations = parts::links(value, "destination", true, notes),
            Kind::Sensors => facts.sensors = parts::sensors(value, typed, notes),
            Kind::Persistent => {
                (facts.dispositions_set, facts.dispositions_unset) = parts::persistent(value, notes);
            }
            Kind::Any => ilmd(value, kind, &facts, members, typed, notes),
        }
    }
    lists.check(kind.name, &facts, members, notes);
    finish(event, facts, lists, notes)
}

/// `eventTime`, `eventTimeZoneOffset`, `recordTime`, `eventID`.
fn times(members: &BTreeMap<String, Tree>, event: &mut TrackingEvent, facts: &mut EpcisFacts, notes: &mut Notes) {
    let text = |name: &str| members.get(name).and_then(Tree::text).map(str::trim);
    event.stated_time = text("eventTime").unwrap_or_default().to_owned();
    facts.offset = text("eventTimeZoneOffset").unwrap_or_default().to_owned();
    for name in ["eventTime", "eventTimeZoneOffset"] {
        if text(name).is_none_or(str::is_empty) {
            notes.fault(format!("{name} is missing"));
        }
    }
    event.offset_minutes = time::epcis_offset(&facts.offset);
    if event.offset_minutes.is_none() && !facts.offset.is_empty() {
        notes.fault(format!("eventTimeZoneOffset is not written as +01:00: {:.40?}", facts.offset));
    }
    match time::iso(&event.stated_time).filter(|moment| !moment.whole_day) {
        Some(moment) => {
            event.at = moment.at;
            if let (None, Some(offset)) = (moment.offset, event.offset_minutes) {
                event.at = moment.at.plus_seconds(-i64::from(offset) * 60);
                notes.odd(
                    CheckKind::InvalidDate,
                    "eventTime has no zone; eventTimeZoneOffset was taken",
                    &event.stated_time,
                );
            }
        }
        None if event.stated_time.is_empty() => {}
        None => notes.fault(format!("eventTime is no date and time: {:.40?}", event.stated_time)),
    }
    if let Some(recorded) = text("recordTime") {
        event.recorded_at = stamp(recorded, "recordTime", notes);
    }
    if let Some(id) = members.get("eventID") {
        facts.event_id = parts::uri(id, "eventID", notes);
    }
    if let Some(info) = members.get("certificationInfo") {
        parts::uris(info, "certificationInfo", notes);
    }
}

fn stamp(text: &str, name: &str, notes: &mut Notes) -> Option<Timestamp> {
    let moment = time::stamp(text);
    if moment.is_none() {
        notes.fault(format!("{name} is no date and time with a zone: {text:.40?}"));
    }
    moment.map(|moment| moment.at)
}

/// `errorDeclaration`: the event never happened as it was told.
fn errors(members: &BTreeMap<String, Tree>, event: &mut TrackingEvent, facts: &mut EpcisFacts, notes: &mut Notes) {
    let Some(declaration) = members.get("errorDeclaration") else { return };
    let Tree::Object(declared) = declaration else {
        notes.fault("errorDeclaration is no object");
        return;
    };
    event.withdrawn = true;
    match declared.get("declarationTime").and_then(Tree::text) {
        None => notes.fault("errorDeclaration has no declarationTime"),
        Some(text) => {
            stamp(text.trim(), "declarationTime", notes);
        }
    }
    facts.error_reason = declared.get("reason").and_then(Tree::text).map(|text| text.trim().to_owned());
    if let Some(ids) = declared.get("correctiveEventIDs") {
        event.corrected_by = parts::uris(ids, "correctiveEventIDs", notes);
    }
}

/// Master data of an instance or a lot is told when it is made, and only then.
fn ilmd(
    value: &Tree,
    kind: &EventType,
    facts: &EpcisFacts,
    members: &BTreeMap<String, Tree>,
    typed: bool,
    notes: &mut Notes,
) {
    if typed && !matches!(value, Tree::Object(_)) {
        notes.fault("ilmd is no object");
    }
    if let (true, Tree::Object(inner)) = (typed, value) {
        for name in inner.keys().filter(|name| !name.contains(':')) {
            notes.odd(CheckKind::SchemaDeviation, "ilmd has a property without a prefix", name);
        }
    }
    let action = facts.action.or_else(|| parts::action(members.get("action")?, &mut Notes::default()));
    if kind.name == "ObjectEvent" && action.is_some_and(|action| action != Action::Add) {
        notes.fault("ilmd goes with the action ADD only");
    }
}

/// An identifier as the number that a parcel is known by.
fn number(uri: &str, notes: &mut Notes) -> String {
    let named = epc::read(uri);
    if let Some(fault) = named.fault {
        notes.identifier(fault, uri);
    }
    named.number
}

/// Puts the event together.
fn finish(mut event: TrackingEvent, facts: EpcisFacts, mut lists: Lists, notes: &mut Notes) -> TrackingEvent {
    let step = facts.biz_step.as_deref().map(|text| (text, codes::word(text, "bizstep", "BizStep")));
    let disposition = facts.disposition.as_deref().map(|text| (text, codes::word(text, "disp", "Disp")));
    if let Some((text, Some(word))) = step.filter(|(_, word)| word.is_none_or(|word| !codes::is_biz_step(word))) {
        notes.odd(CheckKind::UnknownCode, format!("the vocabulary has no business step {word:.60?}"), text);
    }
    if let Some((text, Some(word))) =
        disposition.filter(|(_, word)| word.is_none_or(|word| !codes::is_disposition(word)))
    {
        notes.odd(CheckKind::UnknownCode, format!("the vocabulary has no disposition {word:.60?}"), text);
    }
    (event.status, event.reason) =
        codes::biz_step_status(step.and_then(|(_, word)| word), disposition.and_then(|(_, word)| word));
    let plain = |pair: Option<(&str, Option<&str>)>| pair.map(|(text, word)| word.unwrap_or(text).to_owned());
    (event.code, event.subcode) = (plain(step), plain(disposition));
    if matches!(facts.event_type, "AggregationEvent" | "AssociationEvent") {
        event.containment = Some(Containment {
            parent: lists.parent.clone(),
            children: lists.children.clone(),
            action: facts.action.unwrap_or(Action::Observe),
            lasting: facts.event_type == "AssociationEvent",
        });
    }
    for list in [&mut lists.things, &mut lists.children, &mut lists.inputs, &mut lists.outputs] {
        list.sort();
        list.dedup();
    }
    let said = own_key(&event, &facts, &lists);
    notes.said.clone_from(&said);
    event.key = facts.event_id.clone().unwrap_or(said);
    let Lists { parent, things, children, inputs, outputs, .. } = lists;
    event.numbers = parent.into_iter().chain(things).chain(children).chain(inputs).chain(outputs).collect();
    let id = facts.biz_location.clone().or_else(|| facts.read_point.clone());
    event.place = Place { id, ..Place::default() };
    event.epcis = Some(Box::new(facts));
    event
}

/// A key for an event without an id: what happened to what, when, where. The same however the document is written; the
/// declaration that it was an error does not count, so that it is the key of the event it withdraws.
fn own_key(event: &TrackingEvent, facts: &EpcisFacts, lists: &Lists) -> String {
    let instant = event.at.millis().to_string();
    let mut parts: Vec<&str> = vec![
        facts.event_type,
        &instant,
        facts.action.map_or("", Action::as_str),
        event.code.as_deref().unwrap_or_default(),
        event.subcode.as_deref().unwrap_or_default(),
        facts.read_point.as_deref().unwrap_or_default(),
        facts.biz_location.as_deref().unwrap_or_default(),
        facts.transformation_id.as_deref().unwrap_or_default(),
        lists.parent.as_deref().unwrap_or_default(),
    ];
    for (name, list) in
        [("of", &lists.things), ("children", &lists.children), ("in", &lists.inputs), ("out", &lists.outputs)]
    {
        parts.push(name);
        parts.extend(list.iter().map(String::as_str));
    }
    let quantities: Vec<String> = facts
        .quantities
        .iter()
        .map(|quantity| format!("{} {:?} {:?}", quantity.class, quantity.quantity, quantity.unit))
        .collect();
    parts.extend(quantities.iter().map(String::as_str));
    parts.extend(facts.transactions.iter().map(|link| link.id.as_str()));
    let sensed: Vec<String> =
        facts.sensors.iter().map(|sensor| format!("{:?} {:?} {:?}", sensor.kind, sensor.at, sensor.values)).collect();
    parts.extend(sensed.iter().map(String::as_str));
    key_of(&parts)
}

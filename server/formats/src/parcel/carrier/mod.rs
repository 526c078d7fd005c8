//! Reads what carriers and tracking platforms answer or push about single parcels, JSON and XML, through one table.

mod json;
mod table;
mod when;
mod xml;

use super::{
    codes,
    ids::{is_number, key_of},
    measure,
    out::Out,
    record::{Document, Party, Place, Record, ShipmentUpdate, TrackingEvent, Window},
    tree::Tree,
};
use crate::{
    Limits, Refusal,
    out::RAW,
    record::{CheckKind, Severity},
};
use guichet_types::{ParcelStatus, TrackingError, TrackingNumber};
use std::collections::HashSet;
use table::{Answer, Size, Where};
use when::{day_or_time, when, window};

/// Names of elements and keys that only these answers have; for telling the format by the first bytes.
pub(super) const ROOTS: [&str; 6] = [
    "tracking-detail",
    "TrackReply",
    "TrackResponse",
    "TrackingResponse",
    "AmazonTrackingResponse",
    "TrackingEventHistory",
];
/// The same for JSON.
pub(super) const KEYS: [&str; 10] = [
    "\"tracking_code\"",
    "\"tracking_number\"",
    "\"trackings\"",
    "\"checkpoints\"",
    "\"trackResponse\"",
    "\"completeTrackResults\"",
    "\"trackingEvents\"",
    "\"TrackingNumber\"",
    "\"statusCode\"",
    "\"trackers\"",
];

/// Reads an answer. The tree of XML has the root element as its only member.
pub(super) fn read(tree: &Tree, format: &'static str, limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let Some(answer) = json::ANSWERS.iter().chain(xml::ANSWERS).find(|answer| (answer.is)(tree)) else {
        return Err(unknown(tree));
    };
    let outcome = tree.text_at(answer.outcome);
    out.put(Record::Document(Document {
        standard: "carrier-tracking",
        format,
        provider: Some(answer.provider),
        outcome: outcome.clone(),
        ..Document::default()
    }))?;
    if let Some(outcome) = outcome.filter(|outcome| !answer.good.is_empty() && !answer.good.contains(&outcome.as_str()))
    {
        let reason = tree.text_at(answer.error).unwrap_or(outcome);
        return Err(Refusal::SenderError { reason: reason.chars().take(200).collect() });
    }
    let mut reading = Reading { answer, seen: HashSet::new(), events: 0, limits };
    let (mut taken, mut errors) = (0_u64, Vec::new());
    let shipments = shipments(tree, answer.shipments);
    for (index, shipment) in shipments.iter().enumerate() {
        let place = format!("shipment {}", index + 1);
        match reading.shipment(shipment, &place, out)? {
            None => taken += 1,
            Some(error) => errors.push(error),
        }
    }
    match (taken, errors.into_iter().next().or_else(|| tree.text_at(answer.error))) {
        (0, Some(reason)) => Err(Refusal::SenderError { reason: reason.chars().take(200).collect() }),
        (0, None) if out.quarantined == 0 && shipments.is_empty() && !is_empty_list(tree) => {
            Err(Refusal::Invalid { place: answer.provider.to_owned(), reason: "there is no shipment in it".to_owned() })
        }
        _ => Ok(()),
    }
}

/// A shipment, and what it has in common with others.
struct Scope<'t> {
    own: &'t Tree,
    around: &'t Tree,
}

impl<'t> Scope<'t> {
    fn all(&self, path: &str) -> Vec<&'t Tree> {
        let mut ways = path.split('|').map(|way| match way.strip_prefix("^/") {
            Some(rest) => self.around.all(rest),
            None => self.own.all(way),
        });
        if path.is_empty() { Vec::new() } else { ways.find(|found| !found.is_empty()).unwrap_or_default() }
    }

    fn text_at(&self, path: &str) -> Option<String> {
        let found = self.all(path).into_iter().find_map(Tree::text)?.trim();
        (!found.is_empty()).then(|| found.to_owned())
    }
}

/// The shipments of an answer.
fn shipments<'t>(tree: &'t Tree, path: &str) -> Vec<Scope<'t>> {
    let (around, own) = path.split_once('>').unwrap_or((path, ""));
    tree.all(around)
        .into_iter()
        .flat_map(Tree::items)
        .flat_map(|around| around.all(own).into_iter().map(move |own| Scope { own, around }))
        .collect()
}

/// An honest empty list: a page of a list without hits.
fn is_empty_list(tree: &Tree) -> bool {
    ["data/trackings", "trackers"].into_iter().any(|path| {
        matches!(path.split('/').try_fold(tree, |tree, name| tree.get(name)), Some(Tree::List(items)) if items.is_empty())
    })
}

/// Neither of the answers: the error of a service, or something else.
fn unknown(tree: &Tree) -> Refusal {
    let error =
        tree.text_at("Error/Description|messages/message/description|errors/message|error/message|Fault/faultstring");
    match error {
        Some(reason) => Refusal::SenderError { reason: reason.chars().take(200).collect() },
        None => Refusal::UnknownFormat { found: "no answer of a carrier that is known here".to_owned() },
    }
}

struct Reading<'a> {
    answer: &'static Answer,
    seen: HashSet<u64>,
    events: u64,
    limits: &'a Limits,
}

impl Reading<'_> {
    /// Reads one shipment and its events. Gives the carrier's error for it, if there is one and nothing else.
    fn shipment(&mut self, tree: &Scope<'_>, place: &str, out: &mut Out<'_>) -> Result<Option<String>, Refusal> {
        let paths = &self.answer.shipment;
        let Some(stated) = tree.text_at(paths.number) else {
            out.quarantine(place, "There is no tracking number.", tree.own.show(RAW))?;
            return Ok(None);
        };
        let number = TrackingNumber::normalise(&stated);
        if !is_number(&number) {
            out.quarantine(place, "The tracking number has characters that no number has.", tree.own.show(RAW))?;
            return Ok(None);
        }
        let events: Vec<&Tree> =
            paths.events.split('+').flat_map(|path| tree.all(path)).flat_map(Tree::items).collect();
        let outcome = tree.text_at(paths.outcome);
        let well =
            outcome.as_deref().is_some_and(|outcome| matches!(outcome, "SUCCESS" | "NOTE" | "WARNING" | "success"));
        let error = tree.text_at(paths.error).filter(|_| !well && events.is_empty());
        if let Some(error) = &error {
            let told = "The carrier answers for this number with an error.";
            out.note((CheckKind::SenderError, Severity::Info), place, told, Some(&format!("{number}: {error}")))?;
        }
        let carrier = tree.text_at(paths.carrier).unwrap_or_else(|| self.answer.provider.to_owned());
        if error.is_none() {
            check_number(&number, self.answer.provider, place, out)?;
        }
        let (code, subcode) = (tree.text_at(paths.code), tree.text_at(paths.subcode));
        let (status, reason) = codes::meaning(self.answer.provider, code.as_deref(), subcode.as_deref());
        let named = |path: &str| tree.text_at(path);
        let spot = |at: &Where| Party {
            name: named(paths.recipient),
            customer: None,
            city: named(at.city),
            postal_code: named(at.postal_code),
            country: named(at.country),
        };
        let update = ShipmentUpdate {
            carrier,
            stated_number: stated,
            id: named(paths.id),
            service: named(paths.service),
            reference: named(paths.reference),
            sender: Party { name: named(paths.sender), customer: named(paths.sender_customer), ..Party::default() },
            recipient: spot(&paths.recipient_place),
            promised: self.window(tree, paths.promised, place, out)?,
            estimated: self.window(tree, paths.estimated, place, out)?,
            status: code.is_some().then_some(status),
            reason,
            code,
            subcode,
            text: named(paths.text),
            delivered_at: named(paths.delivered_at),
            grams: named(paths.weight.value).and_then(|value| {
                let unit = named(paths.weight.unit).unwrap_or_else(|| paths.weight.always.to_owned());
                measure::grams(&value, &unit)
            }),
            size: size(&named, &paths.size),
            insured: None,
            handover_code: None,
            signed_by: named(paths.signed_by),
            outcome,
            event_count: events.len() as u64,
            place: place.to_owned(),
            number,
        };
        let (carrier, number) = (update.carrier.clone(), update.number.clone());
        out.put(Record::Shipment(Box::new(update)))?;
        for (index, event) in events.into_iter().enumerate() {
            self.event(event, &carrier, &number, &format!("{place}, event {}", index + 1), out)?;
        }
        Ok(error)
    }

    fn window(&self, tree: &Scope<'_>, path: &str, place: &str, out: &mut Out<'_>) -> Result<Option<Window>, Refusal> {
        let Some(stated) = tree.text_at(path) else { return Ok(None) };
        match day_or_time(&stated) {
            Some(moment) => Ok(Some(window(moment, stated))),
            None => {
                let told = "The time of delivery is no time.";
                out.note((CheckKind::InvalidDate, Severity::Warn), place, told, Some(&stated))?;
                Ok(None)
            }
        }
    }

    fn event(
        &mut self,
        tree: &Tree,
        carrier: &str,
        number: &str,
        place: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        self.events += 1;
        if self.events > self.limits.max_entries {
            return Err(Refusal::TooLarge { what: "events", limit: self.limits.max_entries });
        }
        let paths = &self.answer.event;
        let (moment, stated_time) = match when(tree, paths.when) {
            Ok(read) => read,
            Err(reason) => return out.quarantine(place, reason, tree.show(RAW)),
        };
        let (code, subcode) = (tree.text_at(paths.code), tree.text_at(paths.subcode));
        let text = tree.text_at(paths.text);
        if code.is_none() && text.is_none() {
            return out.quarantine(place, "The event has neither a code nor a text.", tree.show(RAW));
        }
        let (status, reason) = codes::meaning(self.answer.provider, code.as_deref(), subcode.as_deref());
        if status == ParcelStatus::Unknown && code.as_deref().is_some_and(|code| !code.eq_ignore_ascii_case("unknown"))
        {
            let told = "A code that is not known here; it is shown as an update, in the carrier's words.";
            out.note((CheckKind::UnknownCode, Severity::Info), place, told, code.as_deref())?;
        }
        let spot = Place {
            name: tree.text_at(paths.place.name),
            city: tree.text_at(paths.place.city),
            region: tree.text_at(paths.place.region),
            postal_code: tree.text_at(paths.place.postal_code),
            country: tree.text_at(paths.place.country),
            ..Place::default()
        };
        let key = tree.text_at(paths.id).unwrap_or_else(|| {
            let at = moment.at.millis().to_string();
            let what = [code.as_deref(), subcode.as_deref(), text.as_deref()].map(Option::unwrap_or_default);
            let whence = [&spot.name, &spot.city, &spot.postal_code].map(|part| part.as_deref().unwrap_or_default());
            key_of(&[&[carrier, number, &at], &what[..], &whence[..]].concat())
        });
        if !self.seen.insert(crate::hash64(&key)) {
            let told = "An earlier event of this document is the same.";
            out.note((CheckKind::DuplicateEntry, Severity::Info), place, told, Some(&stated_time))?;
        }
        out.put(Record::Event(Box::new(TrackingEvent {
            key,
            numbers: vec![number.to_owned()],
            at: moment.at,
            offset_minutes: moment.offset,
            whole_day: moment.whole_day,
            stated_time,
            status,
            reason,
            code,
            subcode,
            text,
            place: spot,
            signed_by: tree.text_at(paths.signed_by),
            source: place.to_owned(),
            ..TrackingEvent::default()
        })))
    }
}

/// Length, width and height, where all three are told.
fn size(named: &impl Fn(&str) -> Option<String>, paths: &Size) -> Option<[i64; 3]> {
    let unit = named(paths.unit)?;
    let side = |path: &str| measure::millimetres(&named(path)?, &unit);
    let [length, width, height] = paths.sides;
    Some([side(length)?, side(width)?, side(height)?])
}

/// The carrier's own numbers check themselves. What the carrier itself says of a number is taken all the same: it may be one
/// of its test system.
fn check_number(number: &str, provider: &str, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let error = match TrackingNumber::parse(number) {
        Err(error @ TrackingError::CheckDigit { .. }) if own_shape(provider, error) => error,
        _ => return Ok(()),
    };
    out.note(
        (CheckKind::InvalidIdentifier, Severity::Info),
        place,
        format!("The tracking number is doubtful: {error}."),
        Some(number),
    )
}

/// Whether the shape whose check digit is wrong is one of this carrier.
fn own_shape(provider: &str, error: TrackingError) -> bool {
    let TrackingError::CheckDigit { format, .. } = error else { return false };
    let format = format.as_str();
    match provider {
        "canadapost" => format == "canada_post",
        "dhl_express" => format == "dhl_express",
        "ups" => format == "ups",
        "fedex" => format.starts_with("fedex"),
        "usps" => format.starts_with("usps"),
        _ => false,
    }
}

//! The parts of an EPCIS event: links, quantities, places, sensors. Each says what is wrong with it and keeps the rest.

use super::epc::{self, is_uri};
use crate::{
    parcel::{
        codes,
        record::{Action, Link, Quantity, SensorReading},
        tree::Tree,
    },
    record::{CheckKind, Severity},
    time,
};
use guichet_types::Decimal;

/// What is wrong with an event.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// With one of these, the event must not be taken.
    pub faults: Vec<String>,
    /// Odd: check, how grave, sentence, what is there.
    pub odd: Vec<(CheckKind, Severity, String, String)>,
    /// A key of what the event says, whatever its id is.
    pub said: String,
}

impl Notes {
    pub fn fault(&mut self, told: impl Into<String>) {
        self.faults.push(told.into());
    }

    pub fn odd(&mut self, check: CheckKind, told: impl Into<String>, actual: &str) {
        self.odd.push((check, Severity::Warn, told.into(), actual.to_owned()));
    }

    /// An identifier that cannot be right. Parcels go by their SSCC; of goods and places it is only worth knowing.
    pub fn identifier(&mut self, told: String, actual: &str) {
        let parcel = actual.starts_with("urn:epc:id:sscc:") || actual.contains("/00/");
        let severity = if parcel { Severity::Warn } else { Severity::Info };
        self.odd.push((CheckKind::InvalidIdentifier, severity, told, actual.to_owned()));
    }
}

/// One URI.
pub(super) fn uri(value: &Tree, name: &str, notes: &mut Notes) -> Option<String> {
    match value {
        Tree::Text(text) if is_uri(text.trim()) => Some(text.trim().to_owned()),
        Tree::Text(text) => {
            notes.fault(format!("{name} is no URI: {text:.60?}"));
            None
        }
        _ => {
            notes.fault(format!("{name} is no text"));
            None
        }
    }
}

/// A list of URIs; one alone is taken for a list of one.
pub(super) fn uris(value: &Tree, name: &str, notes: &mut Notes) -> Vec<String> {
    let found: Vec<String> = value.items().iter().filter_map(|item| uri(item, name, notes)).collect();
    let mut sorted: Vec<&String> = found.iter().collect();
    sorted.sort();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        notes.odd(CheckKind::DuplicateEntry, format!("{name} has an identifier twice"), pair[0]);
    }
    found
}

/// A vocabulary entry: a URI, or a bare word of CBV.
pub(super) fn uri_or_word(value: &Tree, name: &str, notes: &mut Notes) -> Option<String> {
    match value {
        Tree::Text(text) => {
            let text = text.trim();
            let word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !word && !is_uri(text) {
                notes.fault(format!("{name} is neither a word nor a URI: {text:.60?}"));
                return None;
            }
            Some(text.to_owned())
        }
        _ => {
            notes.fault(format!("{name} is no text"));
            None
        }
    }
}

/// `ADD`, `OBSERVE`, `DELETE`, and nothing else.
pub(super) fn action(value: &Tree, notes: &mut Notes) -> Option<Action> {
    match value.text() {
        Some("ADD") => Some(Action::Add),
        Some("OBSERVE") => Some(Action::Observe),
        Some("DELETE") => Some(Action::Delete),
        other => {
            notes.fault(format!("action is {:.40?} and not one of ADD, OBSERVE, DELETE", other.unwrap_or_default()));
            None
        }
    }
}

/// `{ "id": … }`.
pub(super) fn location(value: &Tree, name: &str, notes: &mut Notes) -> Option<String> {
    let Some(id) = value.get("id") else {
        notes.fault(format!("{name} has no id"));
        return None;
    };
    let id = uri(id, &format!("{name}/id"), notes)?;
    if let Some(fault) = epc::read(&id).fault {
        notes.identifier(fault, &id);
    }
    Some(id)
}

/// Business transactions, sources, destinations.
pub(super) fn links(value: &Tree, name: &str, kind_due: bool, notes: &mut Notes) -> Vec<Link> {
    let Tree::List(items) = value else {
        notes.fault(format!("the list of {name} is no list"));
        return Vec::new();
    };
    let mut links = Vec::new();
    for item in items {
        let Some(id) = item.get(name).and_then(Tree::text).map(str::trim).filter(|id| !id.is_empty()) else {
            notes.fault(format!("an entry of the list of {name} has no {name}"));
            continue;
        };
        if !is_uri(id) {
            notes.odd(CheckKind::SchemaDeviation, format!("{name} is no URI"), id);
        }
        let stated = item.get("type").and_then(Tree::text).map(str::trim);
        if stated.is_none() && kind_due {
            notes.fault(format!("an entry of the list of {name} has no type"));
        }
        let kind = stated.map(|kind| link_word(kind).to_owned());
        if kind_due
            && kind.as_deref().is_some_and(|kind| {
                !kind.contains(':') && !matches!(kind, "owning_party" | "possessing_party" | "location")
            })
        {
            notes.odd(
                CheckKind::UnknownCode,
                format!("the vocabulary has no such type of {name}"),
                &kind.clone().unwrap_or_default(),
            );
        }
        links.push(Link { kind, id: id.to_owned() });
    }
    links
}

/// The bare word of a type of a transaction, a source or a destination.
fn link_word(text: &str) -> &str {
    [("btt", "BTT"), ("sdt", "SDT")].into_iter().find_map(|(urn, web)| codes::word(text, urn, web)).unwrap_or(text)
}

/// Quantities of classes.
pub(super) fn quantities(value: &Tree, name: &str, typed: bool, notes: &mut Notes) -> Vec<Quantity> {
    let Tree::List(items) = value else {
        notes.fault(format!("{name} is no list"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        let Some(class) = item.get("epcClass").and_then(|class| uri(class, "epcClass", notes)) else {
            notes.fault(format!("an entry of {name} has no epcClass"));
            continue;
        };
        if let Some(fault) = epc::read(&class).fault {
            notes.identifier(fault, &class);
        }
        let quantity = match item.get("quantity") {
            None => None,
            Some(Tree::Number(text)) => decimal(text, notes),
            Some(Tree::Text(text)) if !typed => decimal(text, notes),
            Some(_) => {
                notes.fault(format!("a quantity of {name} is no number"));
                None
            }
        };
        let unit = item.get("uom").and_then(Tree::text).map(|unit| unit.trim().to_owned());
        if let Some(unit) = &unit
            && !((2..=3).contains(&unit.len()) && unit.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
        {
            notes.fault(format!("uom is no unit of Recommendation 20: {unit:.20?}"));
        }
        found.push(Quantity { class, quantity, unit });
    }
    found
}

fn decimal(text: &str, notes: &mut Notes) -> Option<Decimal> {
    let number = text.trim().parse().ok();
    if number.is_none() {
        notes.fault(format!("a quantity is no plain number: {text:.40?}"));
    }
    number
}

/// `set` and `unset`.
pub(super) fn persistent(value: &Tree, notes: &mut Notes) -> (Vec<String>, Vec<String>) {
    let words = |name: &str, notes: &mut Notes| -> Vec<String> {
        let items = value.get(name).map(Tree::items).unwrap_or_default();
        items.iter().filter_map(|item| uri_or_word(item, "persistentDisposition", notes)).collect()
    };
    if value.get("set").is_none() && value.get("unset").is_none() {
        notes.fault("persistentDisposition has neither set nor unset");
    }
    (words("set", notes), words("unset", notes))
}

/// Values of a sensor report, as the standard names them.
const NUMBERS: [&str; 7] = ["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"];
const TEXTS: [&str; 6] =
    ["stringValue", "booleanValue", "hexBinaryValue", "uriValue", "component", "coordinateReferenceSystem"];

/// All sensor reports, each with the time of its element.
pub(super) fn sensors(value: &Tree, typed: bool, notes: &mut Notes) -> Vec<SensorReading> {
    let Tree::List(elements) = value else {
        notes.fault("sensorElementList is no list");
        return Vec::new();
    };
    let mut readings = Vec::new();
    for element in elements {
        let metadata = element.get("sensorMetadata");
        let reports = element.get("sensorReport").map(Tree::items).unwrap_or_default();
        if reports.is_empty() {
            notes.fault("a sensorElement has no sensorReport");
        }
        let around = ["time", "endTime", "startTime"].into_iter().find_map(|name| metadata?.get(name)?.text());
        for report in reports {
            readings.push(sensor(report, around, metadata, typed, notes));
        }
    }
    readings
}

fn sensor(
    report: &Tree,
    around: Option<&str>,
    metadata: Option<&Tree>,
    typed: bool,
    notes: &mut Notes,
) -> SensorReading {
    let text = |name: &str| report.get(name).and_then(Tree::text).map(|text| text.trim().to_owned());
    let mut reading = SensorReading {
        kind: text("type"),
        unit: text("uom"),
        exception: text("exception"),
        ..SensorReading::default()
    };
    if reading.kind.is_none() && reading.exception.is_none() {
        notes.fault("a sensorReport has no type");
    }
    for name in NUMBERS {
        match report.get(name) {
            None => {}
            Some(Tree::Number(number)) => reading.values.push((name.to_owned(), number.clone())),
            Some(Tree::Text(number)) if !typed && is_float(number) => {
                reading.values.push((name.to_owned(), number.trim().to_owned()));
            }
            Some(other) => {
                notes.fault(format!("{name} of a sensorReport is no number: {:.40?}", other.text().unwrap_or_default()))
            }
        }
    }
    for name in TEXTS {
        match report.get(name) {
            None => {}
            Some(Tree::Bool(value)) => reading.values.push((name.to_owned(), value.to_string())),
            Some(other) => reading.values.extend(other.text().map(|text| (name.to_owned(), text.to_owned()))),
        }
    }
    let stated = report.get("time").and_then(Tree::text).or(around);
    reading.at = stated.and_then(time::stamp).map(|moment| moment.at);
    if let (None, Some(stated)) = (reading.at, stated) {
        notes.fault(format!("the time of a sensorReport is no date and time with a zone: {stated:.40?}"));
    }
    reading.device = text("deviceID").or_else(|| metadata?.get("deviceID")?.text().map(str::to_owned));
    reading
}

/// `xsd:double`: a plain number, perhaps with an exponent.
fn is_float(text: &str) -> bool {
    let text = text.trim();
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    number.parse::<Decimal>().is_ok()
        && exponent.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit())
}

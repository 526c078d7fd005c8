//! The CSV twin of our own form: a row for each event, brought into the shape of the JSON.

use super::{FORM, LINE};
use crate::{
    Limits, Refusal,
    csv::{Row, Rows},
    parcel::tree::{MAX_VALUES, Tree},
};
use std::collections::{BTreeMap, HashMap};

/// A column, and where its value goes: of the shipment or of the event.
const COLUMNS: [(&str, bool, &str); 40] = [
    ("carrier", false, "carrier"),
    ("number", false, "number"),
    ("service", false, "service"),
    ("reference", false, "reference"),
    ("code_list", false, "code_list"),
    ("sender_name", false, "sender/name"),
    ("sender_city", false, "sender/city"),
    ("recipient_name", false, "recipient/name"),
    ("recipient_customer", false, "recipient/customer"),
    ("recipient_postcode", false, "recipient/postcode"),
    ("recipient_city", false, "recipient/city"),
    ("recipient_country", false, "recipient/country"),
    ("promised_from", false, "promised/from"),
    ("promised_to", false, "promised/to"),
    ("estimated_from", false, "estimated/from"),
    ("estimated_to", false, "estimated/to"),
    ("estimated_reason", false, "estimated/reason"),
    ("weight_kg", false, "weight_kg"),
    ("length_cm", false, "size/length_cm"),
    ("width_cm", false, "size/width_cm"),
    ("height_cm", false, "size/height_cm"),
    ("insured_amount", false, "insured/amount"),
    ("insured_currency", false, "insured/currency"),
    ("handover_code", false, "handover_code"),
    ("event_id", true, "id"),
    ("event_at", true, "at"),
    ("event_status", true, "status"),
    ("event_reason", true, "reason"),
    ("event_code", true, "code"),
    ("event_subcode", true, "subcode"),
    ("event_text", true, "text"),
    ("event_signed_by", true, "signed_by"),
    ("event_stops", true, "stops"),
    ("event_withdrawn", true, "withdrawn"),
    ("place_name", true, "place/name"),
    ("place_city", true, "place/city"),
    ("place_postcode", true, "place/postcode"),
    ("place_country", true, "place/country"),
    ("place_lat", true, "place/lat"),
    ("place_lon", true, "place/lon"),
];

/// Whether the first line is the header of this form, with commas, semicolons or tabs.
pub(in crate::parcel) fn is_header(line: &str) -> Option<char> {
    [',', ';', '\t'].into_iter().find(|delimiter| {
        let has = |name: &str| line.split(*delimiter).any(|cell| cell.trim().trim_matches('"') == name);
        has("carrier") && has("number") && (has("event_at") || has("promised_to") || has("estimated_to"))
    })
}

/// Reads CSV into the shape of the JSON.
pub(in crate::parcel) fn parse(text: &str, limits: &Limits) -> Result<Tree, Refusal> {
    let first = text.lines().next().unwrap_or_default();
    let unknown =
        || Refusal::UnknownFormat { found: "a table without the columns carrier, number and event_at".to_owned() };
    let delimiter = is_header(first).ok_or_else(unknown)?;
    let mut rows = Rows::delimited(text, delimiter, limits);
    let header = rows.next().transpose()?.map(|row| row.cells).ok_or_else(unknown)?;
    let mut columns = Vec::new();
    for name in &header {
        let column = COLUMNS.iter().find(|(known, ..)| *known == name);
        let Some(column) = column else {
            return Err(Refusal::Invalid {
                place: "line 1".to_owned(),
                reason: format!("there is no column {name:.40?}"),
            });
        };
        if columns.iter().any(|other: &&(&str, bool, &str)| other.0 == column.0) {
            return Err(Refusal::Invalid {
                place: "line 1".to_owned(),
                reason: format!("the column {name} stands twice"),
            });
        }
        columns.push(column);
    }
    let mut shipments: Vec<(BTreeMap<String, Tree>, Vec<Tree>)> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    while let Some(Row { line, cells }) = rows.next().transpose()? {
        if line > MAX_VALUES as u64 {
            return Err(Refusal::TooLarge { what: "lines", limit: MAX_VALUES as u64 });
        }
        if cells.len() != columns.len() {
            let reason = format!("the row has {} cells where the header has {}", cells.len(), columns.len());
            return Err(Refusal::Invalid { place: format!("line {line}"), reason });
        }
        let (mut shipment, mut event) = (BTreeMap::new(), BTreeMap::new());
        for ((_, of_event, path), cell) in columns.iter().zip(cells) {
            if !cell.is_empty() {
                put(if *of_event { &mut event } else { &mut shipment }, path, cell);
            }
        }
        let text = |name: &str| shipment.get(name).and_then(Tree::text).unwrap_or_default().to_owned();
        let key = (text("carrier"), text("number"));
        // What a later row says of the shipment counts, and what it leaves empty stays.
        let index = *known.entry(key).or_insert_with(|| {
            shipments.push((BTreeMap::from([(LINE.to_owned(), Tree::Number(line.to_string()))]), Vec::new()));
            shipments.len() - 1
        });
        if let Some((members, events)) = shipments.get_mut(index) {
            for (name, value) in shipment {
                match (members.get_mut(&name), value) {
                    (Some(Tree::Object(before)), Tree::Object(more)) => before.extend(more),
                    (_, value) => {
                        members.insert(name, value);
                    }
                }
            }
            if !event.is_empty() {
                event.insert(LINE.to_owned(), Tree::Number(line.to_string()));
                events.push(Tree::Object(event));
            }
        }
    }
    let shipments = shipments.into_iter().map(|(mut members, events)| {
        members.insert("events".to_owned(), Tree::List(events));
        Tree::Object(members)
    });
    Ok(Tree::Object(BTreeMap::from([
        ("guichet".to_owned(), Tree::Text(FORM.to_owned())),
        ("shipments".to_owned(), Tree::List(shipments.collect())),
    ])))
}

/// Puts a value at a path of one or two names.
fn put(members: &mut BTreeMap<String, Tree>, path: &str, cell: String) {
    let value = Tree::Text(cell);
    match path.split_once('/') {
        None => {
            members.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let object = members.entry(outer.to_owned()).or_insert_with(|| Tree::Object(BTreeMap::new()));
            if let Tree::Object(object) = object {
                object.insert(inner.to_owned(), value);
            }
        }
    }
}

//! The CSV twin of our own form: a row for each event, brought into the shape of the JSON.

use super::{FORM, LINE};
use crate::{
    Limits, Refusal,
    parcel::tree::{MAX_VALUES, Tree},
};
use std::collections::{BTreeMap, HashMap};

/// A column, and where its value goes: of the shipment or of the event.
const COLUMNS: [(&str, bool, &str); 33] = [
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

/// Reads CSV after RFC 4180 into the shape of the JSON.
pub(in crate::parcel) fn parse(text: &str, limits: &Limits) -> Result<Tree, Refusal> {
    let first = text.lines().next().unwrap_or_default();
    let unknown =
        || Refusal::UnknownFormat { found: "a table without the columns carrier, number and event_at".to_owned() };
    let delimiter = is_header(first).ok_or_else(unknown)?;
    let mut rows = Rows { text, at: 0, line: 1, delimiter, limits };
    let header = rows.next()?.map(|(_, cells)| cells).ok_or_else(unknown)?;
    let mut columns = Vec::new();
    for name in &header {
        let name = name.trim();
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
    while let Some((line, cells)) = rows.next()? {
        if cells.len() == 1 && cells[0].trim().is_empty() {
            continue;
        }
        if cells.len() != columns.len() {
            let reason = format!("the row has {} cells where the header has {}", cells.len(), columns.len());
            return Err(Refusal::Invalid { place: format!("line {line}"), reason });
        }
        let (mut shipment, mut event) = (BTreeMap::new(), BTreeMap::new());
        for ((_, of_event, path), cell) in columns.iter().zip(cells) {
            let cell = cell.trim();
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
fn put(members: &mut BTreeMap<String, Tree>, path: &str, cell: &str) {
    let value = Tree::Text(cell.to_owned());
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

/// The rows of a table.
struct Rows<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    delimiter: char,
    limits: &'t Limits,
}

impl Rows<'_> {
    /// The next row and the line that it begins on.
    fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, Refusal> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let begin = self.line;
        if begin > MAX_VALUES as u64 {
            return Err(Refusal::TooLarge { what: "lines", limit: MAX_VALUES as u64 });
        }
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut letters = rest.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if quoted {
                match letter {
                    '"' if letters.peek().is_some_and(|(_, next)| *next == '"') => {
                        letters.next();
                        cell.push('"');
                    }
                    '"' => quoted = false,
                    other => {
                        self.line += u64::from(other == '\n');
                        cell.push(other);
                    }
                }
            } else if letter == '"' && cell.is_empty() {
                quoted = true;
            } else if letter == self.delimiter {
                cells.push(std::mem::take(&mut cell));
            } else if letter == '\n' {
                self.line += 1;
                self.at += at + 1;
                cells.push(cell.strip_suffix('\r').map(str::to_owned).unwrap_or(cell));
                return Ok(Some((begin, cells)));
            } else {
                cell.push(letter);
            }
            if cell.len() > self.limits.max_text || cells.len() > 200 {
                return Err(Refusal::TooLong { line: begin, what: "a row", limit: self.limits.max_text as u64 });
            }
        }
        if quoted {
            return Err(Refusal::Truncated { line: begin, open: "a quoted cell".to_owned() });
        }
        self.at = self.text.len();
        cells.push(cell.strip_suffix('\r').map(str::to_owned).unwrap_or(cell));
        Ok(Some((begin, cells)))
    }
}

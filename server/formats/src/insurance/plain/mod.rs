//! Our own plain forms: `{"guichet":"policies/1", …}` and `{"guichet":"claims/1", …}`, and the flat parts of both as CSV.
//!
//! They are written down, with complete examples, in `docs/formats-insurance.md`. What is not written there is not read, and
//! is told. A member or column whose name says that it is internal, or a reserve, is dropped before anything looks at it.

mod chain;
mod claims;
mod csv;
mod fields;
mod policies;

use super::{
    Out,
    record::{Document, Record},
    report::Figures,
};
use crate::{
    Limits, Refusal, calendar, decode,
    json::{self, Value},
    out::{RAW, Told},
    record::CheckKind,
};
use claims::Rows;
use fields::{Aside, Fields, drop_internal};
use std::collections::HashMap;

/// Reads one of the JSON forms.
pub(crate) fn read(bytes: &[u8], limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let (text, repaired) = decode::whole(bytes, false, limits.max_bytes)?;
    let mut root = json::parse(&text, &limits.into())?;
    let form = root.get("guichet").text().unwrap_or_default().to_owned();
    let list = match form.as_str() {
        "policies/1" => "policies",
        "claims/1" => "claims",
        _ => {
            return Err(Refusal::UnknownFormat {
                found: format!("the form {form:?}; policies/1 and claims/1 are read"),
            });
        }
    };
    begin(&form, &root, repaired, out)?;
    drop_internal(&mut root, "", out)?;
    let top = Fields { value: &root, place: "" };
    top.unknown(&["guichet", "insurer", "as_of", list], out)?;
    let Value::List(records) = root.get(list) else {
        return Err(Refusal::UnknownFormat { found: format!("{form} without the list {list:?}") });
    };
    let insurer = root.get("insurer").text().unwrap_or_default();
    let mut seen = HashMap::new();
    for (index, value) in records.iter().enumerate() {
        let place = format!("/{list}/{index}");
        if !fresh(value, &place, &mut seen, out)? {
            continue;
        }
        let outcome = if list == "policies" {
            policies::policy(value, insurer, &place, out)
        } else {
            claims::claim(value, insurer, &place, out)
        };
        settle(outcome, value, &place, out)?;
    }
    out.put(Record::Figures(Box::new(Figures::Plain)))
}

/// Reads one of the CSV forms: the name of the first column says which.
pub(crate) fn read_csv(bytes: &[u8], limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let (text, repaired) = decode::whole(bytes, false, limits.max_bytes)?;
    let table = csv::Table::open(&text, limits)?;
    let form = table.form.clone();
    if !matches!(form.as_str(), "policies/1" | "claims/1" | "milestones/1" | "payments/1") {
        let found = format!("the form {form:?}; policies/1, claims/1, milestones/1 and payments/1 are read");
        return Err(Refusal::UnknownFormat { found });
    }
    begin(&form, &Value::Null, repaired, out)?;
    let mut rows = Rows::default();
    let mut seen = HashMap::new();
    let all = table.rows(out)?;
    for (place, value) in &all {
        let is_whole = matches!(form.as_str(), "policies/1" | "claims/1");
        if is_whole && !fresh(value, place, &mut seen, out)? {
            continue;
        }
        let outcome = match form.as_str() {
            "policies/1" => policies::policy(value, "", place, out),
            "claims/1" => claims::claim(value, "", place, out),
            "milestones/1" => rows.milestone(value, place, out),
            _ => rows.payment(value, place, out),
        };
        settle(outcome, value, place, out)?;
    }
    rows.finish(out)?;
    out.put(Record::Figures(Box::new(Figures::Plain)))
}

fn begin(form: &str, root: &Value, repaired: bool, out: &mut Out<'_>) -> Result<(), Refusal> {
    let as_of = root.get("as_of").text();
    let created_at = as_of.and_then(calendar::moment).map(|moment| moment.at);
    let sender = root.get("insurer").owned();
    out.put(Record::Document(Document { format: "guichet", version: form.to_owned(), sender, created_at }))?;
    if as_of.is_some() && created_at.is_none() {
        out.warn(CheckKind::InvalidDate, Told::new("/as_of", "This is no date and time."))?;
    }
    if repaired {
        let told = Told::new("", "Some bytes are no UTF-8; they were taken as Windows-1252.");
        out.warn(CheckKind::SchemaDeviation, told)?;
    }
    Ok(())
}

/// Whether a policy or claim of this insurer and number comes for the first time. The same again is let go; another one of
/// the same number is kept aside, because nobody can say which is right.
fn fresh<'a>(
    value: &'a Value,
    place: &str,
    seen: &mut HashMap<(String, String, String), &'a Value>,
    out: &mut Out<'_>,
) -> Result<bool, Refusal> {
    let word = |name: &str| value.get(name).text().unwrap_or_default().to_owned();
    // Policies are told apart by their line as well; two claims of one number are one claim.
    let line = if value.get("policy").is_null() { word("line") } else { String::new() };
    let names = (word("insurer"), line, word("number"));
    match seen.insert(names, value) {
        None => Ok(true),
        Some(earlier) if earlier == value => {
            out.info(CheckKind::DuplicateEntry, Told::new(place, "The same record stands in the file twice."))?;
            Ok(false)
        }
        Some(_) => {
            out.quarantine(place, "Another record of the same number stands before it.", value.to_json(RAW))?;
            Ok(false)
        }
    }
}

/// Keeps aside what cannot be read.
fn settle(outcome: Result<(), Aside>, value: &Value, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    match outcome {
        Ok(()) => Ok(()),
        Err(Aside::Stop(refusal)) => Err(refusal),
        Err(Aside::Reason(reason)) => out.quarantine(place, reason, value.to_json(RAW)),
    }
}

/// The parts of a record, each on its own: one that cannot be read is kept aside, and the rest goes on.
fn parts(
    fields: &Fields<'_>,
    name: &str,
    out: &mut Out<'_>,
    mut one: impl FnMut(&Fields<'_>, usize, &mut Out<'_>) -> Result<(), Aside>,
) -> Result<(), Aside> {
    let value = fields.value.get(name);
    if !matches!(value, Value::Null | Value::List(_)) {
        return Err(Aside::Reason(format!("{name} is to be a list.")));
    }
    for (index, part) in value.list().iter().enumerate() {
        let place = format!("{}/{name}/{index}", fields.place);
        let outcome = one(&Fields { value: part, place: &place }, index, out);
        settle(outcome, part, &place, out)?;
    }
    Ok(())
}

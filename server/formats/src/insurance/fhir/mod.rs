//! HL7 FHIR in JSON: Claim, ClaimResponse, ExplanationOfBenefit and Coverage, alone, in a Bundle, or one a line (bulk data).
//!
//! The shapes of R4 are the measure; those of STU3 and R5 are read as well. Fields are read by their plain paths: the resources
//! are huge, and a portal needs little of them. Resources of other types are counted and left alone.

mod claim;
mod coverage;
mod figures;
mod money;
mod primitive;
mod references;
mod rules;
mod sums;
mod version;
mod walk;

pub use figures::{FhirFigures, MoneyFigures, PaymentFigures, ResourceFigures, TotalFigures};

use super::{
    Out,
    record::{Document, Record},
    report::Figures,
};
use crate::{
    Limits, Refusal, calendar, decode,
    json::{self, Bounds, Value},
    out::{RAW, Told},
    record::CheckKind,
};
use references::Known;
use version::Version;

/// The types that are read.
const READ: [&str; 4] = ["Claim", "ClaimResponse", "ExplanationOfBenefit", "Coverage"];

/// One resource and where it stands.
pub(crate) struct Resource<'a> {
    pub value: &'a Value,
    pub kind: &'a str,
    pub version: Version,
    /// JSON pointer; in bulk data with the line before it.
    pub place: String,
}

/// Reads the file.
pub(crate) fn read(bytes: &[u8], limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let (text, repaired) = decode::whole(bytes, false, limits.max_bytes)?;
    let mut figures = FhirFigures::default();
    if let Some(first) = first_of_many(&text, limits) {
        begin(&first, repaired, out)?;
        lines(&text, limits, &mut figures, out)?;
    } else {
        let root = json::parse(&text, &limits.into())?;
        begin(&root, repaired, out)?;
        if root.get("resourceType").text() == Some("Bundle") {
            bundle(&root, &mut figures, out)?;
        } else {
            figures.bundle_total = figures::echo(root.get("total"));
            resource(&root, "", &Known::default(), &mut figures, out)?;
        }
    }
    let (readable, types) = (figures.read_count, figures.types());
    let empty = figures.resource_count == 0;
    out.put(Record::Figures(Box::new(Figures::Fhir(figures))))?;
    if readable == 0 && !empty {
        return Err(Refusal::UnknownFormat {
            found: format!("FHIR, but nothing of insurance that is read here: {types}"),
        });
    }
    Ok(())
}

/// The first resource, where the file has one on each line.
fn first_of_many(text: &str, limits: &Limits) -> Option<Value> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (first, second) = (lines.next()?, lines.next()?);
    if !first.trim_end().ends_with('}') || !second.trim_start().starts_with('{') {
        return None;
    }
    json::parse(first, &limits.into()).ok()
}

fn begin(first: &Value, repaired: bool, out: &mut Out<'_>) -> Result<(), Refusal> {
    let inner = first.get("entry").list().iter().map(|entry| entry.get("resource")).find(|value| is_read(value));
    let version = Version::of(inner.unwrap_or(first));
    out.put(Record::Document(Document {
        format: "fhir-claims",
        version: version.as_str().to_owned(),
        sender: first.get("meta").get("source").owned(),
        created_at: first.get("meta").get("lastUpdated").text().and_then(calendar::moment).map(|moment| moment.at),
    }))?;
    if repaired {
        let told = Told::new("", "Some bytes are no UTF-8, as FHIR wants it; they were taken as Windows-1252.");
        out.warn(CheckKind::SchemaDeviation, told)?;
    }
    Ok(())
}

fn is_read(value: &Value) -> bool {
    value.get("resourceType").text().is_some_and(|kind| READ.contains(&kind))
}

/// Bulk data: one resource a line. A line that is broken is kept aside.
fn lines(text: &str, limits: &Limits, figures: &mut FhirFigures, out: &mut Out<'_>) -> Result<(), Refusal> {
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match json::parse(line, &Bounds { first_line: number, ..limits.into() }) {
            Ok(value) => resource(&value, &format!("line {number}"), &Known::default(), figures, out)?,
            Err(refusal) => out.quarantine(format!("line {number}"), refusal.to_string(), line)?,
        }
    }
    Ok(())
}

fn bundle(root: &Value, figures: &mut FhirFigures, out: &mut Out<'_>) -> Result<(), Refusal> {
    figures.bundle = true;
    figures.bundle_total = figures::echo(root.get("total"));
    rules::check("Bundle", root, Version::R4, "", out)?;
    walk::check_shallow(root, out)?;
    let known = Known::of_bundle(root);
    known.tell_twice(root, out)?;
    let mut matches = 0_u64;
    for (index, entry) in root.get("entry").list().iter().enumerate() {
        let place = format!("/entry/{index}/resource");
        let value = entry.get("resource");
        if !matches!(entry.get("search").get("mode").text(), Some("include" | "outcome")) {
            matches += 1;
        }
        if !value.is_null() {
            resource(value, &place, &known, figures, out)?;
        }
    }
    sums::bundle_total(root, matches, out)
}

/// One resource: counted, checked, and read when it is of a type that is.
fn resource(
    value: &Value,
    place: &str,
    known: &Known,
    figures: &mut FhirFigures,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    let shown = if place.is_empty() { "/" } else { place };
    let Some(kind) = value.get("resourceType").text() else {
        return out.quarantine(shown, "The resource does not say of what type it is.", value.to_json(RAW));
    };
    figures.take(kind, value);
    if !READ.contains(&kind) {
        return Ok(());
    }
    figures.read_count += 1;
    let resource = Resource { value, kind, version: Version::of(value), place: place.to_owned() };
    rules::check(kind, value, resource.version, place, out)?;
    walk::check(value, place, out)?;
    references::check(&resource, known, out)?;
    let outcome = match kind {
        "Coverage" => coverage::read(&resource, out)?,
        _ => match sums::check(&resource, out)? {
            Ok(()) => claim::read(&resource, known, out)?,
            Err(reason) => Err(reason),
        },
    };
    match outcome {
        Ok(()) => Ok(()),
        Err(reason) => out.quarantine(shown, reason, value.to_json(RAW)),
    }
}

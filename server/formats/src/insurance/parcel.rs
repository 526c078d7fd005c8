//! Claims and insurances of parcels: EasyPost API v2, one object, a list, or an event that carries one.
//!
//! The service writes amounts in US dollars without naming the currency; its documentation says so. A history is told oldest
//! first; one that is written newest first is turned round.

use super::{
    Out,
    record::{
        Amount, Claim, ClaimItem, ClaimMilestone, Document, Milestone, Outcome, Policy, PolicyStatus, Record, When, key,
    },
    report::Figures,
};
use crate::{
    Limits, Refusal, calendar, decode,
    json::{self, Value},
    out::{RAW, Told},
    record::CheckKind,
};
use guichet_types::{Currency, Decimal};
use serde::Serialize;
use std::collections::HashSet;

/// Objects that are told one by one.
const TOLD_OBJECTS: usize = 10_000;

/// What such a file counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ParcelFigures {
    /// Claims and insurances.
    pub object_count: u64,
    /// The first ten thousand.
    pub objects: Vec<ParcelObject>,
    /// Whether the list goes on, on another page.
    pub has_more: Option<bool>,
}

/// A claim or an insurance, as the file writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names are those of the service")]
pub struct ParcelObject {
    pub object: Option<String>,
    pub id: Option<String>,
    pub status: Option<String>,
    pub status_detail: Option<String>,
    pub r#type: Option<String>,
    pub requested_amount: Option<String>,
    pub insurance_amount: Option<String>,
    pub history: Vec<HistoryFigures>,
    pub tracking_code: Option<String>,
}

/// A step of the history, as the file writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct HistoryFigures {
    pub status: Option<String>,
    pub at: Option<String>,
}

/// Reads the file.
pub(crate) fn read(bytes: &[u8], limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    let (text, repaired) = decode::whole(bytes, false, limits.max_bytes)?;
    let root = json::parse(&text, &limits.into())?;
    let document = Document { format: "parcel-claims", version: "EasyPost API v2".to_owned(), ..Document::default() };
    out.put(Record::Document(document))?;
    if repaired {
        out.warn(
            CheckKind::SchemaDeviation,
            Told::new("", "Some bytes are no UTF-8; they were taken as Windows-1252."),
        )?;
    }
    if !root.get("error").is_null() {
        let said = root.get("error").get("message").text().unwrap_or("no reason is given");
        let found = format!("an error instead of data: {}", said.chars().take(200).collect::<String>());
        return Err(Refusal::UnknownFormat { found });
    }
    let mut figures = ParcelFigures::default();
    if let Value::Bool(more) = root.get("has_more") {
        figures.has_more = Some(*more);
    }
    let mut objects: Vec<(String, &Value)> = Vec::new();
    if root.get("object").text() == Some("Event") {
        objects.push(("/result".to_owned(), root.get("result")));
    } else if !root.list().is_empty() {
        objects.extend(root.list().iter().enumerate().map(|(index, value)| (format!("/{index}"), value)));
    } else if root.get("object").is_null() && (!root.get("claims").is_null() || !root.get("insurances").is_null()) {
        for name in ["claims", "insurances"] {
            let members = root.get(name).list().iter().enumerate();
            objects.extend(members.map(|(index, value)| (format!("/{name}/{index}"), value)));
        }
    } else {
        objects.push((String::new(), &root));
    }
    let mut seen = HashSet::new();
    for (place, value) in objects {
        let told = echo(value);
        if told.id.as_ref().is_some_and(|id| !seen.insert(id.clone())) {
            out.warn(CheckKind::DuplicateEntry, Told::new(&place, "Another object of the list has the same id."))?;
        }
        figures.object_count += 1;
        if figures.objects.len() < TOLD_OBJECTS {
            figures.objects.push(told.clone());
        }
        let outcome = match told.object.as_deref() {
            Some("Claim") => claim(value, &told, &place, out)?,
            Some("Insurance") => insurance(value, &told, &place, out)?,
            Some(other) => Err(format!("{other:?} is neither a claim nor an insurance.")),
            None => Err("The object does not say what it is.".to_owned()),
        };
        if let Err(reason) = outcome {
            out.quarantine(if place.is_empty() { "/" } else { &place }, reason, value.to_json(RAW))?;
        }
    }
    out.put(Record::Figures(Box::new(Figures::Parcel(figures))))
}

/// The object in the words of the file.
fn echo(value: &Value) -> ParcelObject {
    let word = |name: &str| match value.get(name) {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        _ => None,
    };
    let step = |step: &Value| HistoryFigures { status: step.get("status").owned(), at: step.get("timestamp").owned() };
    ParcelObject {
        object: word("object"),
        id: word("id"),
        status: word("status"),
        status_detail: word("status_detail"),
        r#type: word("type"),
        requested_amount: word("requested_amount"),
        insurance_amount: word("insurance_amount").or_else(|| word("amount")),
        history: value.get("history").list().iter().map(step).collect(),
        tracking_code: word("tracking_code"),
    }
}

/// The outcome of one object: a reason to keep it aside.
type Aside = Result<(), String>;

/// An amount in US dollars; none where there is none, an error where it cannot be read.
fn dollars(value: &Value, name: &str) -> Result<Option<Amount>, String> {
    let stated = value.get(name);
    if stated.is_null() {
        return Ok(None);
    }
    let number = stated.any_number().filter(|number| !number.is_negative());
    let number = number.ok_or_else(|| format!("{name} is no amount: {}", stated.to_json(60)))?;
    let currency: Currency = "USD".parse().map_err(|error| format!("{name}: {error}"))?;
    Ok(Some(Amount { value: number, currency }))
}

/// A time of the service.
fn time(value: &Value, name: &str, place: &str, out: &mut Out<'_>) -> Result<Option<When>, Refusal> {
    let stated = value.get(name);
    if stated.is_null() {
        return Ok(None);
    }
    let moment = stated.text().and_then(calendar::moment);
    if moment.is_none() {
        let told = Told::new(format!("{place}/{name}"), "This is no date and time.").actual(stated.to_json(60));
        out.warn(CheckKind::InvalidDate, told)?;
    }
    Ok(moment.map(|moment| When { date: moment.date, at: Some(moment.at) }))
}

/// A claim: `submitted`, then what comes of it.
fn claim(value: &Value, told: &ParcelObject, place: &str, out: &mut Out<'_>) -> Result<Aside, Refusal> {
    let (Some(id), Some(status)) = (told.id.as_deref(), told.status.as_deref()) else {
        return Ok(Err("The claim has no id or no status.".to_owned()));
    };
    let amounts = (|| {
        Ok((
            dollars(value, "requested_amount")?,
            dollars(value, "approved_amount")?,
            dollars(value, "insurance_amount")?,
        ))
    })();
    let (requested, approved, insured) = match amounts {
        Ok(amounts) => amounts,
        Err(reason) => return Ok(Err(reason)),
    };
    let claim_key = key(&["easypost", id]);
    let (milestone, outcome) = milestone(status, approved, requested);
    if milestone.is_none() {
        let told = Told::new(format!("{place}/status"), "The status is not one that is known.").actual(status);
        out.info(CheckKind::UnknownCode, told)?;
    }
    over(approved, requested, "approved_amount", "requested_amount", place, out)?;
    over(approved, insured, "approved_amount", "insurance_amount", place, out)?;
    let record = Claim {
        key: claim_key.clone(),
        claim_no: id.to_owned(),
        insurer: Some("easypost".to_owned()),
        policy_no: value.get("insurance_id").owned(),
        line: Some("parcel".to_owned()),
        cause: told.r#type.clone(),
        reported_at: time(value, "created_at", place, out)?,
        status: Some(status.to_owned()),
        sub_status: told.status_detail.clone(),
        outcome: Some(outcome),
        claimed: requested,
        place: if place.is_empty() { "/".to_owned() } else { place.to_owned() },
        ..Claim::default()
    };
    out.put(Record::Claim(record))?;
    history(value, status, &claim_key, place, out)?;
    if requested.is_some() || approved.is_some() {
        out.put(Record::ClaimItem(ClaimItem {
            key: key(&[&claim_key, "1"]),
            claim_key,
            seq: "1".to_owned(),
            description: told.tracking_code.clone(),
            submitted: requested,
            benefit: approved,
            place: if place.is_empty() { "/".to_owned() } else { place.to_owned() },
            ..ClaimItem::default()
        }))?;
    }
    Ok(Ok(()))
}

/// Tells when one amount is more than another that bounds it.
fn over(
    amount: Option<Amount>,
    bound: Option<Amount>,
    name: &str,
    bound_name: &str,
    place: &str,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    match (amount, bound) {
        (Some(amount), Some(bound)) if amount.value > bound.value => out.warn(
            CheckKind::ControlTotal,
            Told::new(format!("{place}/{name}"), format!("{name} is more than {bound_name}."))
                .expected(bound.value)
                .actual(amount.value),
        ),
        _ => Ok(()),
    }
}

/// The steps, oldest first.
fn history(value: &Value, status: &str, claim_key: &str, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let mut steps = Vec::new();
    for (index, step) in value.get("history").list().iter().enumerate() {
        let place = format!("{place}/history/{index}");
        let Some(word) = step.get("status").text() else {
            out.quarantine(&place, "A step of the history has no status.", step.to_json(RAW))?;
            continue;
        };
        let at = time(step, "timestamp", &place, out)?;
        steps.push((at, word.to_owned(), step.get("status_detail").owned(), place));
    }
    let instants: Vec<_> = steps.iter().filter_map(|(at, ..)| at.and_then(|when| when.at)).collect();
    if !instants.is_sorted() {
        if instants.is_sorted_by(|one, next| one >= next) {
            steps.reverse();
        } else {
            let told =
                Told::new(format!("{place}/history"), "The steps of the history are not in the order of their times.");
            out.warn(CheckKind::EventOrder, told)?;
            steps.sort_by_key(|(at, ..)| at.and_then(|when| when.at));
        }
    }
    if steps.last().is_some_and(|(_, last, ..)| last != status) {
        let told = Told::new(format!("{place}/status"), "The last step of the history is not the status.");
        out.info(CheckKind::EventOrder, told.actual(status))?;
    }
    for (at, word, note, place) in steps {
        let time = at.and_then(|when| when.at).map_or_else(String::new, |at| at.millis().to_string());
        out.put(Record::ClaimMilestone(ClaimMilestone {
            key: key(&[claim_key, &word, &time]),
            claim_key: claim_key.to_owned(),
            code: milestone(&word, None, None).0,
            stated: word,
            at,
            actor: None,
            note,
            place,
        }))?;
    }
    Ok(())
}

/// The service's word in ours.
fn milestone(status: &str, approved: Option<Amount>, requested: Option<Amount>) -> (Option<Milestone>, Outcome) {
    let less = matches!((approved, requested), (Some(a), Some(r)) if a.value < r.value && a.value > Decimal::ZERO);
    match status {
        "submitted" => (Some(Milestone::Reported), Outcome::Pending),
        "in_review" | "processing" | "pending" => (Some(Milestone::Registered), Outcome::Pending),
        "more_info_required" | "pending_documents" | "action_required" => {
            (Some(Milestone::DocumentsRequested), Outcome::Pending)
        }
        "approved" if less => (Some(Milestone::Partly), Outcome::Partial),
        "approved" => (Some(Milestone::Approved), Outcome::Approved),
        "rejected" | "denied" => (Some(Milestone::Declined), Outcome::Declined),
        "paid" => (Some(Milestone::PaymentIssued), Outcome::Settled),
        "closed" => (Some(Milestone::Closed), Outcome::Settled),
        "cancelled" | "canceled" => (Some(Milestone::Withdrawn), Outcome::Withdrawn),
        _ => (None, Outcome::Pending),
    }
}

/// An insurance: a contract over one parcel.
fn insurance(value: &Value, told: &ParcelObject, place: &str, out: &mut Out<'_>) -> Result<Aside, Refusal> {
    let (Some(id), Some(status)) = (told.id.as_deref(), told.status.as_deref()) else {
        return Ok(Err("The insurance has no id or no status.".to_owned()));
    };
    let limit = match dollars(value, "amount") {
        Ok(Some(limit)) => limit,
        Ok(None) => return Ok(Err("The insurance has no amount.".to_owned())),
        Err(reason) => return Ok(Err(reason)),
    };
    let known = match status {
        "purchased" => Some(PolicyStatus::Active),
        "new" | "pending" => Some(PolicyStatus::Quoted),
        "failed" | "cancelled" | "canceled" => Some(PolicyStatus::Cancelled),
        _ => None,
    };
    if known.is_none() {
        let told = Told::new(format!("{place}/status"), "The status is not one that is known.").actual(status);
        out.info(CheckKind::UnknownCode, told)?;
    }
    let (policy_key, at) = (key(&["easypost", "parcel", id]), if place.is_empty() { "/" } else { place });
    let start = time(value, "created_at", place, out)?;
    out.put(Record::Policy(Policy {
        key: policy_key.clone(),
        policy_no: id.to_owned(),
        insurer: value.get("provider").owned(),
        line: Some("parcel".to_owned()),
        product: told.tracking_code.clone(),
        status: known,
        status_stated: Some(status.to_owned()),
        start: start.map(|when| when.date),
        place: at.to_owned(),
        ..Policy::default()
    }))?;
    out.put(Record::Coverage(super::record::Coverage {
        key: key(&[&policy_key, "", "parcel"]),
        policy_key,
        code: "parcel".to_owned(),
        limit: Some(limit),
        place: at.to_owned(),
        ..super::record::Coverage::default()
    }))?;
    Ok(Ok(()))
}

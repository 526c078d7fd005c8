//! Claim, ClaimResponse and ExplanationOfBenefit → claim, milestone, items and payment (data-standards 5.4).

use super::{
    Resource,
    coverage::{coded, name},
    money::{Money, money},
    primitive::{day, when},
    references::Known,
};
use crate::{
    Refusal,
    insurance::{
        Out,
        record::{Amount, Claim, ClaimItem, ClaimMilestone, ClaimPayment, Milestone, Outcome, Record, key},
    },
    json::Value,
    out::Told,
    record::CheckKind,
};

/// The categories that are read, of the standard's own code system.
const CATEGORIES: [&str; 9] =
    ["submitted", "eligible", "deductible", "copay", "coinsurance", "noncovered", "discount", "benefit", "eligpercent"];

/// The category of an adjudication or a total, when it is one of the standard.
pub(super) fn category(concept: &Value) -> Option<&str> {
    concept
        .get("coding")
        .list()
        .iter()
        .filter_map(|coding| coding.get("code").text())
        .find(|code| CATEGORIES.contains(code))
}

/// Key and number of a resource by its own names: the first identifier, else its id.
pub(super) fn own_key(value: &Value, kind: &str) -> Option<(String, String)> {
    let identifier = value
        .get("identifier")
        .list()
        .iter()
        .find_map(|one| Some((one.get("system").text(), one.get("value").text()?)));
    if let Some((system, number)) = identifier {
        return Some((key(&[system.unwrap_or("fhir"), number]), number.to_owned()));
    }
    let id = value.get("id").text()?;
    Some((key(&["fhir", kind, id]), id.to_owned()))
}

/// Hands on the claim. The inner error is why it is kept aside.
pub(super) fn read(resource: &Resource<'_>, known: &Known, out: &mut Out<'_>) -> Result<Result<(), String>, Refusal> {
    let value = resource.value;
    let Some((claim_key, claim_no)) = the_claim(resource, known) else {
        return Ok(Err("The claim has no number: no identifier and no id.".to_owned()));
    };
    let place = if resource.place.is_empty() { "/".to_owned() } else { resource.place.clone() };
    let insurance = value.get("insurance");
    let focal =
        insurance.list().iter().find(|one| one.get("focal") == &Value::Bool(true)).or_else(|| insurance.list().first());
    let cover = focal.map_or_else(|| insurance.get("coverage"), |one| one.get("coverage"));
    let outcome_word = value.get("outcome").text().or_else(|| coded(value.get("outcome")).map(|(code, _)| code));
    let claimed = match value.get("total") {
        Value::List(totals) => single(totals, "submitted", &format!("{place}/total"), out)?,
        one => shown(read_money(one), &format!("{}/total", resource.place), out)?,
    };
    let created = value.get("created").text().and_then(when);
    out.put(Record::Claim(Claim {
        key: claim_key.clone(),
        claim_no,
        insurer: name(value.get("insurer")),
        policy_no: name(cover),
        line: coded(value.get("type")).map(|(code, _)| code.to_owned()),
        customer: value.get("patient").get("reference").owned(),
        loss_at: value.get("accident").get("date").text().and_then(when),
        reported_at: if resource.kind == "Claim" { created } else { None },
        status: value.get("status").owned(),
        sub_status: outcome_word.map(str::to_owned).or_else(|| value.get("disposition").owned()),
        outcome: match outcome_word {
            Some("partial") => Some(Outcome::Partial),
            // How a complete one came out, its items say.
            Some("complete") => None,
            _ => Some(Outcome::Pending),
        },
        claimed,
        place: place.clone(),
        ..Claim::default()
    }))?;
    milestone(resource, &claim_key, outcome_word, created, &place, out)?;
    for (name, short) in [("item", ""), ("addItem", "a")] {
        for (index, one) in value.get(name).list().iter().enumerate() {
            item(one, &claim_key, index, short, &format!("{}/{name}/{index}", resource.place), out)?;
        }
    }
    payment(value.get("payment"), &claim_key, &format!("{}/payment", resource.place), out)?;
    Ok(Ok(()))
}

/// The claim that the resource is about: itself, or the one that a response answers.
fn the_claim(resource: &Resource<'_>, known: &Known) -> Option<(String, String)> {
    let own = own_key(resource.value, resource.kind)?;
    let about = match resource.kind {
        "ClaimResponse" => resource.value.get("request"),
        "ExplanationOfBenefit" => resource.value.get("claim"),
        _ => return Some(own),
    };
    if let Some(number) = about.get("identifier").get("value").text() {
        let system = about.get("identifier").get("system").text().unwrap_or("fhir");
        return Some((key(&[system, number]), number.to_owned()));
    }
    let found = about.get("reference").text().and_then(|reference| known.claim(reference));
    Some(found.map_or_else(|| own.clone(), |key| (key.to_owned(), own.1.clone())))
}

fn read_money(value: &Value) -> Option<Money> {
    money(value).ok().flatten()
}

/// An amount for a record; one without a currency is told and not shown.
fn shown(money: Option<Money>, place: &str, out: &mut Out<'_>) -> Result<Option<Amount>, Refusal> {
    if let Some(money) = money.filter(|money| money.currency.is_none()) {
        let told = Told::new(place, "The amount has no currency, so it is not shown.").actual(money.value);
        out.warn(CheckKind::SchemaDeviation, told)?;
    }
    Ok(money.and_then(Money::amount))
}

/// The one amount of a category; several that differ are told, and none is taken.
fn single(list: &[Value], code: &str, place: &str, out: &mut Out<'_>) -> Result<Option<Amount>, Refusal> {
    let of_code = list.iter().filter(|one| category(one.get("category")) == Some(code));
    let mut found: Vec<Money> = of_code.filter_map(|one| read_money(one.get("amount"))).collect();
    found.dedup();
    if found.len() > 1 {
        let told =
            Told::new(place, format!("There are {} amounts of the category {code}, so none is taken.", found.len()));
        out.info(CheckKind::ControlTotal, told)?;
        return Ok(None);
    }
    shown(found.first().copied(), place, out)
}

fn milestone(
    resource: &Resource<'_>,
    claim_key: &str,
    outcome: Option<&str>,
    at: Option<crate::insurance::record::When>,
    place: &str,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    let code = match (resource.kind, outcome) {
        ("Claim", _) => Milestone::Reported,
        (_, Some("queued")) => Milestone::Registered,
        (_, Some("complete")) => Milestone::CoverageDecided,
        (_, Some("error")) => Milestone::DocumentsRequested,
        (_, Some("partial")) => Milestone::Partly,
        _ => return Ok(()),
    };
    let notes: Vec<&str> =
        resource.value.get("processNote").list().iter().filter_map(|note| note.get("text").text()).collect();
    let note = if notes.is_empty() { resource.value.get("disposition").owned() } else { Some(notes.join("\n")) };
    let stated = outcome.unwrap_or("claim").to_owned();
    let created = resource.value.get("created").text().unwrap_or_default();
    out.put(Record::ClaimMilestone(ClaimMilestone {
        key: key(&[claim_key, code.as_str(), created]),
        claim_key: claim_key.to_owned(),
        code: Some(code),
        stated,
        at,
        actor: None,
        note,
        place: place.to_owned(),
    }))
}

fn item(
    value: &Value,
    claim_key: &str,
    index: usize,
    short: &str,
    place: &str,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    let list = value.get("adjudication").list();
    let stated = ["sequence", "itemSequence", "sequenceLinkId"].into_iter().find_map(|name| match value.get(name) {
        Value::Number(text) | Value::Text(text) => Some(text.clone()),
        _ => None,
    });
    let seq = format!("{short}{}", stated.unwrap_or_else(|| (index + 1).to_string()));
    let service = ["productOrService", "service"].into_iter().find_map(|name| {
        let (code, system) = coded(value.get(name))?;
        let words =
            value.get(name).get("text").owned().or_else(|| value.get(name).get("coding").at(0).get("display").owned());
        Some((code.to_owned(), system.map(str::to_owned), words))
    });
    let (code, code_system, description) =
        service.map_or((None, None, None), |(code, system, words)| (Some(code), system, words));
    let dated = [value.get("servicedDate"), value.get("servicedPeriod").get("start")];
    let net = shown(read_money(value.get("net")), &format!("{place}/net"), out)?;
    let at = format!("{place}/adjudication");
    let reason = list.iter().find_map(|one| {
        let reason = one.get("reason");
        reason.get("text").owned().or_else(|| reason.get("coding").at(0).get("display").owned())
    });
    let item = ClaimItem {
        key: key(&[claim_key, &seq]),
        claim_key: claim_key.to_owned(),
        seq,
        code_system,
        code,
        description,
        service_date: dated.into_iter().find_map(|value| value.text().and_then(day)),
        submitted: single(list, "submitted", &at, out)?.or(net),
        eligible: single(list, "eligible", &at, out)?,
        deductible: single(list, "deductible", &at, out)?,
        copay: single(list, "copay", &at, out)?,
        benefit: single(list, "benefit", &at, out)?,
        reason,
        place: place.to_owned(),
    };
    out.put(Record::ClaimItem(item))
}

fn payment(value: &Value, claim_key: &str, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let Some(amount) = shown(read_money(value.get("amount")), place, out)? else { return Ok(()) };
    let date = value.get("date").text().unwrap_or_default();
    let stated = value.get("identifier").get("value").owned();
    let id = stated.unwrap_or_else(|| format!("{date} {} {}", amount.value, amount.currency));
    out.put(Record::ClaimPayment(ClaimPayment {
        key: key(&[claim_key, &id]),
        claim_key: claim_key.to_owned(),
        amount,
        at: when(date),
        method: coded(value.get("type")).map(|(code, _)| code.to_owned()),
        payee_masked: None,
        place: place.to_owned(),
    }))
}

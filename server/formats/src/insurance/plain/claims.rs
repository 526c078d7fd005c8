//! `claims/1`: claims with milestones, requests, settlement, payments, papers and messages; and the rows of milestones.csv
//! and payments.csv.

use super::{
    chain::{self, Step},
    fields::{Aside, Fields},
    parts,
    policies::document,
};
use crate::{
    Refusal,
    insurance::{
        Out,
        record::{
            Actor, Amount, Claim, ClaimItem, ClaimMessage, ClaimMilestone, ClaimPayment, ClaimRequest, Milestone,
            Outcome, Record, RequestKind, RequestState, key,
        },
    },
    json::Value,
    out::Told,
    record::CheckKind,
};
use guichet_types::{Currency, Decimal};
use std::collections::BTreeMap;

const CLAIM: &[&str] = &[
    "number",
    "insurer",
    "policy",
    "line",
    "customer",
    "loss_at",
    "loss_place",
    "cause",
    "reported_at",
    "status",
    "sub_status",
    "outcome",
    "currency",
    "claimed",
    "estimate",
    "handler",
    "next",
    "closed_at",
    "reopened_at",
    "notice",
    "milestones",
    "requests",
    "items",
    "payments",
    "documents",
    "messages",
];

/// Reads one claim with its parts.
pub(super) fn claim(value: &Value, insurer: &str, place: &str, out: &mut Out<'_>) -> Result<(), Aside> {
    let fields = Fields { value, place };
    fields.is_object()?;
    let number = fields.need("number")?;
    let insurer = fields.text("insurer")?.unwrap_or_else(|| insurer.to_owned());
    let currency = fields.currency(None)?;
    let (handler_place, next_place) = (format!("{place}/handler"), format!("{place}/next"));
    let handler = Fields { value: value.get("handler"), place: &handler_place };
    let next = Fields { value: value.get("next"), place: &next_place };
    let claim_key = key(&[&insurer, &number]);
    let claim = Claim {
        key: claim_key.clone(),
        claim_no: number,
        insurer: Some(insurer).filter(|insurer| !insurer.is_empty()),
        policy_no: fields.text("policy")?,
        line: fields.text("line")?,
        customer: fields.text("customer")?,
        loss_at: fields.when("loss_at", out)?,
        loss_place: fields.text("loss_place")?,
        cause: fields.text("cause")?,
        reported_at: fields.when("reported_at", out)?,
        status: fields.text("status")?,
        sub_status: fields.text("sub_status")?,
        outcome: fields.code("outcome", Outcome::of, out)?,
        claimed: fields.amount("claimed", currency)?,
        estimate: fields.amount("estimate", currency)?,
        handler_name: handler.text("name")?,
        handler_contact: handler.text("contact")?,
        next_actor: next.code("who", Actor::of, out)?,
        next_step: next.text("what")?,
        next_until: next.date("until", out)?,
        closed_at: fields.when("closed_at", out)?,
        reopened_at: fields.when("reopened_at", out)?,
        notice: fields.text("notice")?,
        place: place.to_owned(),
    };
    fields.unknown(CLAIM, out)?;
    handler.unknown(&["name", "contact"], out)?;
    next.unknown(&["who", "what", "until"], out)?;
    for (early, late, name) in
        [(claim.loss_at, claim.reported_at, "reported_at"), (claim.reported_at, claim.closed_at, "closed_at")]
    {
        if let (Some(early), Some(late)) = (early, late)
            && late.date < early.date
        {
            let told = Told::new(format!("{place}/{name}"), format!("{name} is before what it follows."));
            out.warn(CheckKind::InvalidDate, told.expected(early.date).actual(late.date))?;
        }
    }
    out.put(Record::Claim(claim))?;
    let mut steps = Vec::new();
    parts(&fields, "milestones", out, |part, _, out| {
        steps.push(milestone(part, &claim_key, out)?);
        Ok(())
    })?;
    chain::check(steps, out)?;
    parts(&fields, "requests", out, |part, _, out| request(part, &claim_key, out))?;
    let (mut granted, mut paid) = (Some(Decimal::ZERO), Decimal::ZERO);
    parts(&fields, "items", out, |part, index, out| {
        let benefit = item(part, &claim_key, index, currency, out)?;
        granted = granted.zip(benefit).and_then(|(sum, benefit)| sum.checked_add(benefit.value).ok());
        Ok(())
    })?;
    parts(&fields, "payments", out, |part, _, out| {
        let amount = payment(part, &claim_key, currency, out)?;
        paid = paid.checked_add(amount.value).unwrap_or(paid);
        Ok(())
    })?;
    if let Some(granted) = granted.filter(|granted| paid > *granted && !value.get("items").list().is_empty()) {
        let told = Told::new(format!("{place}/payments"), "More was paid than the settlement grants.");
        out.warn(CheckKind::ControlTotal, told.expected(granted).actual(paid))?;
    }
    parts(&fields, "documents", out, |part, _, out| document(part, &claim_key, Record::ClaimDocument, out))?;
    parts(&fields, "messages", out, |part, _, out| message(part, &claim_key, out))
}

fn milestone(fields: &Fields<'_>, claim_key: &str, out: &mut Out<'_>) -> Result<Step, Aside> {
    fields.is_object()?;
    let code = fields.need_code("code", Milestone::of)?;
    let stated = fields.need("at")?;
    let at =
        super::fields::when(&stated).ok_or_else(|| format!("at is no date, nor a time with an offset: {stated:?}."))?;
    fields.unknown(&["claim", "insurer", "id", "code", "at", "actor", "note"], out)?;
    let own = match fields.text("id")? {
        Some(id) => key(&[claim_key, &id]),
        None => key(&[claim_key, code.as_str(), &stated]),
    };
    let milestone = ClaimMilestone {
        key: own,
        claim_key: claim_key.to_owned(),
        code: Some(code),
        stated: code.as_str().to_owned(),
        at: Some(at),
        actor: fields.code("actor", Actor::of, out)?,
        note: fields.text("note")?,
        place: fields.place.to_owned(),
    };
    out.put(Record::ClaimMilestone(milestone))?;
    Ok(Step { code, at, place: fields.place.to_owned() })
}

fn request(fields: &Fields<'_>, claim_key: &str, out: &mut Out<'_>) -> Result<(), Aside> {
    fields.is_object()?;
    let (id, text) = (fields.need("id")?, fields.need("text")?);
    let kind = fields.need_code("kind", RequestKind::of)?;
    let state = fields.need_code("state", RequestState::of)?;
    let due = fields.date("due", out)?;
    fields.unknown(&["id", "kind", "text", "due", "state"], out)?;
    let (key, claim_key) = (key(&[claim_key, &id]), claim_key.to_owned());
    out.put(Record::ClaimRequest(ClaimRequest {
        key,
        claim_key,
        kind,
        text,
        due,
        state,
        place: fields.place.to_owned(),
    }))?;
    Ok(())
}

/// One line of the settlement: `eligible − deductible − copay = benefit`. Hands back the benefit.
fn item(
    fields: &Fields<'_>,
    claim_key: &str,
    index: usize,
    currency: Option<Currency>,
    out: &mut Out<'_>,
) -> Result<Option<Amount>, Aside> {
    fields.is_object()?;
    let currency = fields.currency(currency)?;
    let seq = fields.text("id")?.unwrap_or_else(|| (index + 1).to_string());
    let item = ClaimItem {
        key: key(&[claim_key, &seq]),
        claim_key: claim_key.to_owned(),
        seq,
        code_system: fields.text("code_system")?,
        code: fields.text("code")?,
        description: fields.text("text")?,
        service_date: fields.date("service_date", out)?,
        submitted: fields.amount("submitted", currency)?,
        eligible: fields.amount("eligible", currency)?,
        deductible: fields.amount("deductible", currency)?,
        copay: fields.amount("copay", currency)?,
        benefit: fields.amount("benefit", currency)?,
        reason: fields.text("reason")?,
        place: fields.place.to_owned(),
    };
    let known = [
        "id",
        "code_system",
        "code",
        "text",
        "service_date",
        "currency",
        "submitted",
        "eligible",
        "deductible",
        "copay",
        "benefit",
        "reason",
    ];
    fields.unknown(&known, out)?;
    let value = |amount: Option<Amount>| amount.map_or(Decimal::ZERO, |amount| amount.value);
    if let (Some(eligible), Some(benefit)) = (item.eligible, item.benefit) {
        let due =
            eligible.value.checked_sub(value(item.deductible)).and_then(|rest| rest.checked_sub(value(item.copay)));
        // A deductible may be more than the damage.
        let due = due.map(|due| due.max(Decimal::ZERO));
        if due != Ok(benefit.value) {
            let told = Told::new(
                format!("{}/benefit", fields.place),
                "Eligible less deductible and copay is not the benefit.",
            );
            let told = if let Ok(due) = due { told.expected(due) } else { told };
            out.warn(CheckKind::ControlTotal, told.actual(benefit.value))?;
        }
    }
    let asked = item.submitted.or(item.eligible);
    if let (Some(asked), Some(benefit)) = (asked, item.benefit) {
        if benefit.value > asked.value {
            let told = Told::new(format!("{}/benefit", fields.place), "The benefit is more than what was asked for.");
            out.warn(CheckKind::ControlTotal, told.expected(asked.value).actual(benefit.value))?;
        } else if benefit.value < asked.value && item.reason.is_none() {
            let told = Told::new(fields.place, "The item does not say why it is not all that was asked for.");
            out.info(CheckKind::SchemaDeviation, told)?;
        }
    }
    let benefit = item.benefit;
    out.put(Record::ClaimItem(item))?;
    Ok(benefit)
}

fn payment(
    fields: &Fields<'_>,
    claim_key: &str,
    currency: Option<Currency>,
    out: &mut Out<'_>,
) -> Result<Amount, Aside> {
    fields.is_object()?;
    let id = fields.need("id")?;
    let currency = fields.currency(currency)?;
    let amount = fields.amount("amount", currency)?.ok_or_else(|| Aside::Reason("amount is missing.".to_owned()))?;
    let at = fields.when("at", out)?;
    fields.unknown(&["claim", "insurer", "id", "amount", "currency", "at", "method", "payee"], out)?;
    out.put(Record::ClaimPayment(ClaimPayment {
        key: key(&[claim_key, &id]),
        claim_key: claim_key.to_owned(),
        amount,
        at,
        method: fields.text("method")?,
        payee_masked: fields.text("payee")?.map(|payee| masked(&payee)),
        place: fields.place.to_owned(),
    }))?;
    Ok(amount)
}

/// A name stays; what has as many digits as an account number is shortened to its last four.
fn masked(payee: &str) -> String {
    let digits = payee.chars().filter(char::is_ascii_digit).count();
    if digits < 6 {
        return payee.to_owned();
    }
    let letters: Vec<char> = payee.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let last: String = letters[letters.len().saturating_sub(4)..].iter().collect();
    format!("•••• {last}")
}

fn message(fields: &Fields<'_>, claim_key: &str, out: &mut Out<'_>) -> Result<(), Aside> {
    fields.is_object()?;
    let (id, text) = (fields.need("id")?, fields.need("text")?);
    let (from, at) = (fields.code("from", Actor::of, out)?, fields.when("at", out)?);
    fields.unknown(&["id", "from", "at", "text"], out)?;
    let (key, claim_key) = (key(&[claim_key, &id]), claim_key.to_owned());
    out.put(Record::ClaimMessage(ClaimMessage { key, claim_key, from, at, text, place: fields.place.to_owned() }))?;
    Ok(())
}

/// Rows of milestones.csv and payments.csv.
#[derive(Default)]
pub(super) struct Rows {
    steps: BTreeMap<String, Vec<Step>>,
    payments: BTreeMap<String, Value>,
}

impl Rows {
    /// A row of milestones.csv.
    pub fn milestone(&mut self, value: &Value, place: &str, out: &mut Out<'_>) -> Result<(), Aside> {
        let fields = Fields { value, place };
        let claim_key = claim_key(&fields)?;
        let step = milestone(&fields, &claim_key, out)?;
        self.steps.entry(claim_key).or_default().push(step);
        Ok(())
    }

    /// A row of payments.csv. Two payments of one id must be the same.
    pub fn payment(&mut self, value: &Value, place: &str, out: &mut Out<'_>) -> Result<(), Aside> {
        let fields = Fields { value, place };
        let claim_key = claim_key(&fields)?;
        let id = key(&[&claim_key, &fields.need("id")?]);
        match self.payments.get(&id) {
            Some(earlier) if earlier == value => {
                out.info(CheckKind::DuplicateEntry, Told::new(place, "The same payment stands in the file twice."))?;
                return Ok(());
            }
            Some(_) => return Err(Aside::Reason("Another payment of the same id stands before it.".to_owned())),
            None => {}
        }
        payment(&fields, &claim_key, None, out)?;
        self.payments.insert(id, value.clone());
        Ok(())
    }

    /// At the end: the milestones of each claim, one after the other.
    pub fn finish(self, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.steps.into_values().try_for_each(|steps| chain::check(steps, out))
    }
}

fn claim_key(fields: &Fields<'_>) -> Result<String, Aside> {
    Ok(key(&[&fields.text("insurer")?.unwrap_or_default(), &fields.need("claim")?]))
}

//! `policies/1`: contracts with their objects, coverages, premiums and papers.

use super::{
    fields::{Aside, Fields},
    parts,
};
use crate::{
    insurance::{
        Out,
        record::{
            ClaimDocument, Coverage, Frequency, InsuredObject, ObjectKind, Policy, PolicyStatus, PremiumItem,
            PremiumStatus, Record, key,
        },
    },
    json::Value,
    out::Told,
    record::CheckKind,
};
use guichet_types::{Currency, Date};

const POLICY: &[&str] = &[
    "number",
    "insurer",
    "line",
    "product",
    "status",
    "holder",
    "customer",
    "start",
    "end",
    "renewal",
    "currency",
    "premium_net",
    "tax",
    "premium_gross",
    "frequency",
    "next_due",
    "collection",
    "intermediary",
    "objects",
    "coverages",
    "premiums",
    "documents",
];

/// Reads one policy with its parts.
pub(super) fn policy(value: &Value, insurer: &str, place: &str, out: &mut Out<'_>) -> Result<(), Aside> {
    let fields = Fields { value, place };
    fields.is_object()?;
    let number = fields.need("number")?;
    let insurer = fields.text("insurer")?.unwrap_or_else(|| insurer.to_owned());
    let line = fields.text("line")?;
    let currency = fields.currency(None)?;
    let policy_key = key(&[&insurer, line.as_deref().unwrap_or_default(), &number]);
    let policy = Policy {
        key: policy_key.clone(),
        policy_no: number,
        insurer: Some(insurer).filter(|insurer| !insurer.is_empty()),
        line,
        product: fields.text("product")?,
        status: fields.code("status", PolicyStatus::of, out)?,
        status_stated: fields.text("status")?,
        holder: fields.text("holder")?,
        customer: fields.text("customer")?,
        start: fields.date("start", out)?,
        end: fields.date("end", out)?,
        renewal: fields.date("renewal", out)?,
        premium_net: fields.amount("premium_net", currency)?,
        tax: fields.amount("tax", currency)?,
        premium_gross: fields.amount("premium_gross", currency)?,
        frequency: fields.code("frequency", Frequency::of, out)?,
        next_due: fields.date("next_due", out)?,
        collection: fields.text("collection")?,
        intermediary: fields.text("intermediary")?,
        place: place.to_owned(),
    };
    fields.unknown(POLICY, out)?;
    check(&policy, place, out)?;
    out.put(Record::Policy(policy))?;
    let objects = value.get("objects").list().iter().filter_map(|object| object.get("id").text());
    let objects: Vec<String> = objects.map(str::to_owned).collect();
    parts(&fields, "objects", out, |part, _, out| object(part, &policy_key, out))?;
    parts(&fields, "coverages", out, |part, _, out| coverage(part, &policy_key, &objects, currency, out))?;
    parts(&fields, "premiums", out, |part, _, out| premium(part, &policy_key, currency, out))?;
    parts(&fields, "documents", out, |part, _, out| document(part, &policy_key, Record::PolicyDocument, out))
}

/// What must fit within a policy.
fn check(policy: &Policy, place: &str, out: &mut Out<'_>) -> Result<(), Aside> {
    if let (Some(start), Some(end)) = (policy.start, policy.end)
        && end < start
    {
        let told = Told::new(format!("{place}/end"), "The policy ends before it starts.");
        out.warn(CheckKind::InvalidDate, told.expected(start).actual(end))?;
    }
    if let (Some(net), Some(tax), Some(gross)) = (policy.premium_net, policy.tax, policy.premium_gross)
        && net.value.checked_add(tax.value) != Ok(gross.value)
    {
        let told = Told::new(format!("{place}/premium_gross"), "Net premium and tax do not make the gross premium.");
        let told = if let Ok(sum) = net.value.checked_add(tax.value) { told.expected(sum) } else { told };
        out.warn(CheckKind::ControlTotal, told.actual(gross.value))?;
    }
    Ok(())
}

fn object(fields: &Fields<'_>, policy_key: &str, out: &mut Out<'_>) -> Result<(), Aside> {
    fields.is_object()?;
    let id = fields.need("id")?;
    let mut attributes = Vec::new();
    let inner = Fields { value: fields.value.get("attributes"), place: fields.place };
    for (name, _) in inner.value.members() {
        attributes.extend(inner.text(name)?.map(|text| (name.clone(), text)));
    }
    let kind = fields.code("kind", ObjectKind::of, out)?.unwrap_or(ObjectKind::Other);
    fields.unknown(&["id", "kind", "description", "attributes"], out)?;
    out.put(Record::InsuredObject(InsuredObject {
        key: key(&[policy_key, &id]),
        policy_key: policy_key.to_owned(),
        kind,
        description: fields.text("description")?,
        attributes,
        place: fields.place.to_owned(),
    }))?;
    Ok(())
}

fn coverage(
    fields: &Fields<'_>,
    policy_key: &str,
    objects: &[String],
    currency: Option<Currency>,
    out: &mut Out<'_>,
) -> Result<(), Aside> {
    fields.is_object()?;
    let (code, object) = (fields.need("code")?, fields.text("object")?);
    let currency = fields.currency(currency)?;
    let known = ["code", "name", "object", "currency", "limit", "deductible", "premium", "from", "to"];
    let coverage = Coverage {
        key: key(&[policy_key, object.as_deref().unwrap_or_default(), &code]),
        policy_key: policy_key.to_owned(),
        object_key: object.as_ref().map(|object| key(&[policy_key, object])),
        code,
        name: fields.text("name")?,
        limit: fields.amount("limit", currency)?,
        deductible: fields.amount("deductible", currency)?,
        premium: fields.amount("premium", currency)?,
        from: fields.date("from", out)?,
        to: fields.date("to", out)?,
        place: fields.place.to_owned(),
    };
    if let Some(object) = object.filter(|object| !objects.contains(object)) {
        let told = Told::new(format!("{}/object", fields.place), "The policy has no object of this id.").actual(object);
        out.warn(CheckKind::UnresolvedReference, told)?;
    }
    fields.unknown(&known, out)?;
    out.put(Record::Coverage(coverage))?;
    Ok(())
}

fn premium(fields: &Fields<'_>, policy_key: &str, currency: Option<Currency>, out: &mut Out<'_>) -> Result<(), Aside> {
    fields.is_object()?;
    let due = fields.need("due")?;
    let due: Date = due.parse().map_err(|_| Aside::Reason(format!("due is no date: {due:?}.")))?;
    let currency = fields.currency(currency)?;
    let amount = fields.amount("amount", currency)?.ok_or_else(|| Aside::Reason("amount is missing.".to_owned()))?;
    let status = fields.code("status", PremiumStatus::of, out)?;
    fields.unknown(&["due", "amount", "currency", "status"], out)?;
    let (key, policy_key) = (key(&[policy_key, &due.to_string()]), policy_key.to_owned());
    out.put(Record::PremiumItem(PremiumItem { key, policy_key, due, amount, status, place: fields.place.to_owned() }))?;
    Ok(())
}

/// A paper of a policy or a claim.
pub(super) fn document(
    fields: &Fields<'_>,
    owner_key: &str,
    record: fn(ClaimDocument) -> Record,
    out: &mut Out<'_>,
) -> Result<(), Aside> {
    fields.is_object()?;
    let id = fields.need("id")?;
    let at = fields.when("at", out)?;
    fields.unknown(&["id", "kind", "name", "at", "file"], out)?;
    out.put(record(ClaimDocument {
        key: key(&[owner_key, &id]),
        owner_key: owner_key.to_owned(),
        kind: fields.text("kind")?,
        name: fields.text("name")?.unwrap_or(id),
        at,
        location: fields.text("file")?,
        place: fields.place.to_owned(),
    }))?;
    Ok(())
}

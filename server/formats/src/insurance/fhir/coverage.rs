//! Coverage → policy.

use super::{Resource, primitive::day};
use crate::{
    Refusal,
    insurance::{
        Out,
        record::{Policy, PolicyStatus, Record, key},
    },
    json::Value,
};

/// Hands on the policy. The inner error is why it is kept aside.
pub(super) fn read(resource: &Resource<'_>, out: &mut Out<'_>) -> Result<Result<(), String>, Refusal> {
    let value = resource.value;
    let number = [value.get("subscriberId"), value.get("identifier").at(0).get("value"), value.get("id")];
    let Some(number) = number.into_iter().find_map(Value::text) else {
        return Ok(Err("The coverage has no number: no subscriberId, no identifier and no id.".to_owned()));
    };
    let insurer = name(value.get("payor").at(0)).or_else(|| name(value.get("insurer")));
    let line = coded(value.get("type")).map(|(code, _)| code.to_owned());
    let status = value.get("status").text();
    let plan =
        value.get("class").list().iter().find(|class| coded(class.get("type")).is_some_and(|(code, _)| code == "plan"));
    out.put(Record::Policy(Policy {
        key: key(&[insurer.as_deref().unwrap_or_default(), line.as_deref().unwrap_or_default(), number]),
        policy_no: number.to_owned(),
        insurer,
        line,
        product: plan.and_then(|plan| plan.get("name").owned().or_else(|| plan.get("value").owned())),
        status: match status {
            Some("active") => Some(PolicyStatus::Active),
            Some("cancelled") => Some(PolicyStatus::Cancelled),
            Some("draft") => Some(PolicyStatus::Quoted),
            _ => None,
        },
        status_stated: status.map(str::to_owned),
        holder: name(value.get("policyHolder")),
        customer: value.get("beneficiary").get("reference").owned(),
        start: value.get("period").get("start").text().and_then(day),
        end: value.get("period").get("end").text().and_then(day),
        place: if resource.place.is_empty() { "/".to_owned() } else { resource.place.clone() },
        ..Policy::default()
    }))?;
    Ok(Ok(()))
}

/// How a reference names its target: in words, by an identifier, or by its address.
pub(super) fn name(reference: &Value) -> Option<String> {
    [reference.get("display"), reference.get("identifier").get("value"), reference.get("reference")]
        .into_iter()
        .find_map(Value::owned)
}

/// The first code of a concept, with its system.
pub(super) fn coded(concept: &Value) -> Option<(&str, Option<&str>)> {
    concept
        .get("coding")
        .list()
        .iter()
        .find_map(|coding| Some((coding.get("code").text()?, coding.get("system").text())))
}

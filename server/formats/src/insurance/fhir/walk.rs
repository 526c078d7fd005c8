//! Goes through a whole resource and holds each primitive to its type, by the name it has, and JSON to FHIR's own rules: no
//! empty texts, lists or objects, and no null (R4, section 2.6.2).

use super::primitive::{is_code, is_date, is_date_time, is_id, is_instant};
use crate::{Refusal, insurance::Out, json::Value, out::Told, record::CheckKind};

/// Checks a resource with all that is in it.
pub(super) fn check(value: &Value, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    members(value, place, true, out)
}

/// Checks the outermost of a Bundle only; its resources are checked one by one.
pub(super) fn check_shallow(value: &Value, out: &mut Out<'_>) -> Result<(), Refusal> {
    members(value, "", false, out)?;
    members(value.get("meta"), "/meta", true, out)
}

fn members(value: &Value, place: &str, deep: bool, out: &mut Out<'_>) -> Result<(), Refusal> {
    let is_resource = !value.get("resourceType").is_null();
    let is_money = !value.get("currency").is_null();
    if let (Some(start), Some(end)) = (value.get("start").text(), value.get("end").text()) {
        // Dates that are cut short compare as far as both go.
        let common = start.len().min(end.len()).min(10);
        if is_date_time(start) && is_date_time(end) && start.get(..common) > end.get(..common) {
            let told = Told::new(place, "The period ends before it starts.").expected(start).actual(end);
            out.warn(CheckKind::InvalidDate, told)?;
        }
    }
    for (name, inner) in value.members() {
        let place = format!("{place}/{name}");
        if let Some((kind, message)) = fault(name, inner, is_resource, is_money) {
            out.warn(kind, Told::new(&place, message).actual(inner.to_json(80)))?;
        }
        if deep {
            descend(inner, &place, out)?;
        }
    }
    Ok(())
}

fn descend(value: &Value, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    match value {
        Value::Object(_) => members(value, place, true, out),
        Value::List(list) => {
            for (index, inner) in list.iter().enumerate() {
                descend(inner, &format!("{place}/{index}"), out)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What is wrong with a member, if anything is.
fn fault(name: &str, value: &Value, is_resource: bool, is_money: bool) -> Option<(CheckKind, &'static str)> {
    use CheckKind::{InvalidDate, InvalidIdentifier, SchemaDeviation, UnknownCode};
    match value {
        Value::Null => return Some((SchemaDeviation, "FHIR knows no null.")),
        Value::List(list) if list.is_empty() => return Some((SchemaDeviation, "An empty list is to be left out.")),
        Value::Object(members) if members.is_empty() => {
            return Some((SchemaDeviation, "An empty object is to be left out."));
        }
        Value::Text(text) if text.trim().is_empty() => {
            return Some((SchemaDeviation, "An empty text is to be left out."));
        }
        _ => {}
    }
    let date = |fits: fn(&str) -> bool, message| match value {
        Value::Text(text) if fits(text) => None,
        Value::Text(_) | Value::Number(_) => Some((InvalidDate, message)),
        // Some names are also those of objects.
        _ => None,
    };
    match name {
        "lastUpdated" | "issued" | "valueInstant" => date(is_instant, "This is no instant: date, time and zone."),
        "created" | "authoredOn" | "valueDateTime" | "start" | "end" | "timestamp" => {
            date(is_date_time, "This is no date, or a time without a zone.")
        }
        "birthDate" | "valueDate" | "servicedDate" | "timingDate" => date(is_date, "This is no date."),
        _ if name == "date" || name.ends_with("Date") => date(is_date_time, "This is no date."),
        "id" if is_resource => {
            let fits = value.text().is_some_and(is_id);
            (!fits).then_some((InvalidIdentifier, "An id has letters, digits, `-` and `.`, at most 64."))
        }
        "reference" => match value {
            Value::Text(text) if text.contains(char::is_whitespace) => {
                Some((InvalidIdentifier, "A reference has no blank in it."))
            }
            Value::Number(_) | Value::Bool(_) => Some((SchemaDeviation, "A reference is a text.")),
            _ => None,
        },
        "status" | "use" | "outcome" | "language" | "code" => match value {
            Value::Text(text) if !is_code(text) => Some((UnknownCode, "A code has no blank at its ends.")),
            Value::Number(_) | Value::Bool(_) => Some((SchemaDeviation, "A code is a text.")),
            _ => None,
        },
        "focal" | "valueBoolean" | "preferred" => {
            (!matches!(value, Value::Bool(_))).then_some((SchemaDeviation, "This is to be true or false."))
        }
        "sequence" | "itemSequence" | "detailSequence" | "subDetailSequence" => {
            let fits = matches!(value, Value::Number(text) if text.parse::<u32>().is_ok_and(|number| number > 0));
            // Some names are also those of lists.
            (!fits && !matches!(value, Value::List(_)))
                .then_some((SchemaDeviation, "This is to be a whole number from 1."))
        }
        "value" if is_money => value
            .number()
            .is_none()
            .then_some((SchemaDeviation, "The value of an amount is a number of at most 30 digits.")),
        "factor" | "valueDecimal" => value.number().is_none().then_some((SchemaDeviation, "This is to be a number.")),
        _ => None,
    }
}

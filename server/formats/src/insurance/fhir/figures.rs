//! What a FHIR file counts, and the outer fields of each resource as the file writes them.

use super::money::money;
use crate::json::Value;
use guichet_types::{Currency, Decimal};
use serde::Serialize;
use std::collections::BTreeMap;

/// Resources that are told one by one.
const TOLD_RESOURCES: usize = 10_000;

/// What a FHIR file counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FhirFigures {
    /// Whether it is a Bundle.
    pub bundle: bool,
    /// The element `total` of the outermost resource, as it stands.
    pub bundle_total: Option<serde_json::Value>,
    /// Resources: entries of a Bundle, lines of bulk data, or one.
    pub resource_count: u64,
    /// By type.
    pub by_type: BTreeMap<String, u64>,
    /// The first ten thousand.
    pub resources: Vec<ResourceFigures>,
    /// Of the types that are read.
    #[serde(skip)]
    pub(crate) read_count: u64,
}

/// A resource. Dates are as the file writes them, amounts are normalised.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub struct ResourceFigures {
    #[serde(rename = "resourceType")]
    pub resource_type: String,
    pub id: Option<serde_json::Value>,
    pub status: Option<serde_json::Value>,
    pub r#use: Option<serde_json::Value>,
    pub outcome: Option<serde_json::Value>,
    pub created: Option<serde_json::Value>,
    pub disposition: Option<serde_json::Value>,
    pub item_count: u64,
    pub add_item_count: u64,
    pub identifiers: Vec<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<MoneyFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Vec<TotalFigures>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billable_period: Option<serde_json::Value>,
    pub period: Option<serde_json::Value>,
    pub subscriber_id: Option<serde_json::Value>,
    pub payor_count: u64,
}

/// An amount.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MoneyFigures {
    /// Normalised.
    pub value: Option<Decimal>,
    /// None where the file does not say.
    pub currency: Option<Currency>,
}

/// A total of one category.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TotalFigures {
    /// The first code of the category.
    pub category: Option<String>,
    /// Normalised.
    pub value: Option<Decimal>,
    /// None where the file does not say.
    pub currency: Option<Currency>,
}

/// What was paid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PaymentFigures {
    /// As the file writes it.
    pub date: Option<serde_json::Value>,
    /// None where there is none.
    pub amount: Option<MoneyFigures>,
}

impl FhirFigures {
    /// Takes a resource.
    pub(crate) fn take(&mut self, kind: &str, value: &Value) {
        self.resource_count += 1;
        *self.by_type.entry(kind.to_owned()).or_default() += 1;
        if self.resources.len() < TOLD_RESOURCES {
            self.resources.push(figures(kind, value));
        }
    }

    /// The types in words.
    pub(crate) fn types(&self) -> String {
        self.by_type.keys().take(5).map(|kind| kind.chars().take(60).collect::<String>()).collect::<Vec<_>>().join(", ")
    }
}

fn figures(kind: &str, value: &Value) -> ResourceFigures {
    let member = |name: &str| echo(value.get(name));
    let count = |name: &str| value.get(name).list().len() as u64;
    let (amount, categories) = match value.get("total") {
        Value::Null => (None, None),
        Value::List(list) => (None, Some(list.iter().map(total).collect())),
        one => (told(one), None),
    };
    let payment = value.get("payment");
    ResourceFigures {
        resource_type: kind.to_owned(),
        id: member("id"),
        status: member("status"),
        r#use: member("use"),
        outcome: member("outcome"),
        created: member("created"),
        disposition: member("disposition"),
        item_count: count("item"),
        add_item_count: count("addItem"),
        identifiers: value.get("identifier").list().iter().filter_map(|one| echo(one.get("value"))).collect(),
        total: amount,
        totals: categories,
        payment: (!payment.members().is_empty())
            .then(|| PaymentFigures { date: echo(payment.get("date")), amount: told(payment.get("amount")) }),
        billable_period: member("billablePeriod"),
        period: member("period"),
        subscriber_id: member("subscriberId"),
        payor_count: count("payor"),
    }
}

fn told(value: &Value) -> Option<MoneyFigures> {
    if value.is_null() {
        return None;
    }
    let money = money(value).ok().flatten();
    Some(MoneyFigures { value: money.map(|money| money.value), currency: money.and_then(|money| money.currency) })
}

fn total(value: &Value) -> TotalFigures {
    let money = money(value.get("amount")).ok().flatten();
    TotalFigures {
        category: value.get("category").get("coding").at(0).get("code").owned(),
        value: money.map(|money| money.value),
        currency: money.and_then(|money| money.currency),
    }
}

/// The JSON as it stands, for looking at: nothing is reckoned with its numbers.
pub(super) fn echo(value: &Value) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match value {
        Value::Null => return None,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(text) => text.parse().map_or_else(|_| Json::String(text.clone()), Json::Number),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(list) => Json::Array(list.iter().map(|one| echo(one).unwrap_or(Json::Null)).collect()),
        Value::Object(members) => {
            Json::Object(members.iter().map(|(name, one)| (name.clone(), echo(one).unwrap_or(Json::Null))).collect())
        }
    })
}

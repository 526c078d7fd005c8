//! What must add up in FHIR: a claim's total and its items, a Bundle's total and its entries (data-standards 1.4).
//!
//! The parts of an adjudication are looked at, too. The standard's own examples do not add up there, so that is told as
//! something worth knowing; only a benefit that is more than what was asked for must be shown.

use super::{
    Resource,
    money::{Money, money, sum, times},
};
use crate::{Refusal, insurance::Out, json::Value, out::Told, record::CheckKind};
use guichet_types::Decimal;

/// Checks the sums of a claim-like resource. The inner error is an amount that cannot be read: the resource is kept aside.
pub(super) fn check(resource: &Resource<'_>, out: &mut Out<'_>) -> Result<Result<(), String>, Refusal> {
    if let Err(reason) = readable(resource.value, "") {
        return Ok(Err(reason));
    }
    let items = resource.value.get("item").list();
    for (index, item) in items.iter().enumerate() {
        let place = format!("{}/item/{index}", resource.place);
        product(item, &place, out)?;
        parts(item, &place, out)?;
    }
    if let Value::Object(_) = resource.value.get("total") {
        claim_total(resource, items, out)?;
    }
    categories(resource, items, out)?;
    Ok(Ok(()))
}

/// Every amount of the resource must be one, wherever it stands.
fn readable(value: &Value, name: &str) -> Result<(), String> {
    match value {
        Value::Object(members) => {
            let is_money = !value.get("currency").is_null()
                || matches!(
                    name,
                    "net" | "unitPrice" | "amount" | "total" | "totalCost" | "totalBenefit" | "patientPaid"
                );
            if is_money && let Err(reason) = money(value) {
                return Err(format!("{name}: {reason}"));
            }
            members
                .iter()
                .filter(|(name, _)| name != "contained" && name != "extension")
                .try_for_each(|(name, inner)| readable(inner, name))
        }
        Value::List(list) => list.iter().try_for_each(|inner| readable(inner, name)),
        _ => Ok(()),
    }
}

fn read(value: &Value) -> Option<Money> {
    money(value).ok().flatten()
}

/// `total` is the sum of `item.net`, where each item has one.
fn claim_total(resource: &Resource<'_>, items: &[Value], out: &mut Out<'_>) -> Result<(), Refusal> {
    let place = format!("{}/total", resource.place);
    let nets: Vec<Money> = items.iter().filter_map(|item| read(item.get("net"))).collect();
    let Some(total) = read(resource.value.get("total")) else { return Ok(()) };
    if nets.is_empty() || nets.len() < items.len() {
        return Ok(());
    }
    if nets.iter().any(|net| net.currency != total.currency) {
        let told = Told::new(place, "The total and the items are of several currencies.");
        return out.warn(CheckKind::MixedCurrency, told);
    }
    match sum(nets) {
        Some(sum) if sum.value == total.value => Ok(()),
        sum => {
            let told = Told::new(place, "The total is not the sum of the items.").actual(total.value);
            let told = if let Some(sum) = sum { told.expected(sum.value) } else { told };
            out.warn(CheckKind::ControlTotal, told)
        }
    }
}

/// `net` is `quantity` × `unitPrice` × `factor`, and `tax` of R5.
fn product(item: &Value, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let (Some(net), Some(price)) = (read(item.get("net")), read(item.get("unitPrice"))) else { return Ok(()) };
    let one = Decimal::new(1, 0);
    let quantity = item.get("quantity").get("value").number().unwrap_or(one);
    let factor = item.get("factor").number().unwrap_or(one);
    let tax = read(item.get("tax")).map_or(Decimal::ZERO, |tax| tax.value);
    let exact = times(price.value, quantity).and_then(|product| times(product, factor));
    let Some(exact) = exact.and_then(|product| product.checked_add(tax).ok()) else { return Ok(()) };
    let off = exact.checked_sub(net.value).map_or(Decimal::ZERO, Decimal::abs);
    // A sender rounds the product to the smallest unit.
    let unit = Decimal::new(1, net.currency.map_or(2, guichet_types::Currency::digits));
    if off < unit {
        return Ok(());
    }
    let told = Told::new(format!("{place}/net"), "The net amount is not quantity times unit price times factor.");
    out.warn(CheckKind::ControlTotal, told.expected(exact).actual(net.value))
}

/// The amount of a category, when exactly one is given.
fn of_category(list: &[Value], code: &str) -> Option<Money> {
    let mut found = list
        .iter()
        .filter(|one| super::claim::category(one.get("category")) == Some(code))
        .filter_map(|one| read(one.get("amount")));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The parts of an item's adjudication.
fn parts(item: &Value, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let list = item.get("adjudication").list();
    let place = format!("{place}/adjudication");
    let Some(benefit) = of_category(list, "benefit") else { return Ok(()) };
    let asked = of_category(list, "eligible").or_else(|| of_category(list, "submitted"));
    let Some(asked) = asked.filter(|asked| asked.currency == benefit.currency) else { return Ok(()) };
    if benefit.value > asked.value {
        let told = Told::new(place, "The benefit is more than what it is a part of.");
        return out.warn(CheckKind::ControlTotal, told.expected(asked.value).actual(benefit.value));
    }
    let less = ["deductible", "copay", "coinsurance", "noncovered", "discount"];
    let less: Vec<Money> = less.iter().filter_map(|code| of_category(list, code)).collect();
    if less.iter().any(|part| part.currency != benefit.currency) {
        return Ok(());
    }
    let mut due = less.iter().try_fold(asked.value, |rest, part| rest.checked_sub(part.value).ok());
    let percent = list.iter().find(|one| super::claim::category(one.get("category")) == Some("eligpercent"));
    if let Some(percent) = percent.and_then(|one| one.get("value").number()) {
        // 80 and 0.80 are both written.
        let hundredth = if percent > Decimal::new(1, 0) { Decimal::new(1, 2) } else { Decimal::new(1, 0) };
        due = due.and_then(|due| times(due, percent)).and_then(|due| times(due, hundredth));
    }
    match due {
        Some(due) if due.checked_sub(benefit.value).is_ok_and(|off| off.abs() >= Decimal::new(1, 2)) => {
            let told = Told::new(place, "The parts of the adjudication do not make the benefit.");
            out.info(CheckKind::ControlTotal, told.expected(due).actual(benefit.value))
        }
        _ => Ok(()),
    }
}

/// `total` by category against the items, and the benefit against what was submitted.
fn categories(resource: &Resource<'_>, items: &[Value], out: &mut Out<'_>) -> Result<(), Refusal> {
    let totals = resource.value.get("total").list();
    let place = format!("{}/total", resource.place);
    if let (Some(benefit), Some(submitted)) = (of_category(totals, "benefit"), of_category(totals, "submitted"))
        && benefit.currency == submitted.currency
        && benefit.value > submitted.value
    {
        let told = Told::new(&place, "The benefit is more than what was submitted.");
        out.warn(CheckKind::ControlTotal, told.expected(submitted.value).actual(benefit.value))?;
    }
    for code in ["submitted", "eligible", "benefit"] {
        let Some(total) = of_category(totals, code) else { continue };
        let parts: Vec<Money> =
            items.iter().filter_map(|item| of_category(item.get("adjudication").list(), code)).collect();
        if parts.len() == items.len()
            && let Some(sum) = sum(parts)
            && sum != total
        {
            let told = Told::new(&place, format!("The total of {code} is not the sum of the items."));
            out.info(CheckKind::ControlTotal, told.expected(sum.value).actual(total.value))?;
        }
    }
    Ok(())
}

/// `Bundle.total` counts the matches of the whole search; a page may have fewer, never more.
pub(super) fn bundle_total(root: &Value, matches: u64, out: &mut Out<'_>) -> Result<(), Refusal> {
    let total = root.get("total");
    if total.is_null() {
        return Ok(());
    }
    let Some(number) = total.number().and_then(|number| number.to_units(0).ok()).and_then(|n| u64::try_from(n).ok())
    else {
        let told = Told::new("/total", "The total of a Bundle is a whole number.").actual(total.to_json(60));
        return out.warn(CheckKind::SchemaDeviation, told);
    };
    let kind = root.get("type").text().unwrap_or_default();
    if !matches!(kind, "searchset" | "history" | "") {
        let told = Told::new("/total", "Only a search and a history have a total.").actual(kind);
        out.warn(CheckKind::SchemaDeviation, told)?;
    }
    let relation = |name: &str| root.get("link").list().iter().any(|link| link.get("relation").text() == Some(name));
    // A search for the number alone has no entries at all.
    let page = ["next", "previous", "prev", "first", "last"].into_iter().any(relation) || matches == 0;
    if number < matches || (number > matches && !page) {
        let told = Told::new("/total", "The total of the Bundle is not the number of its entries.");
        return out.warn(CheckKind::ControlTotal, told.expected(matches).actual(number));
    }
    Ok(())
}

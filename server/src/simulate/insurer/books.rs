//! What the insurer has on its books when it opens, told from the day of its opening.

use guichet_types::{Date, Timestamp};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// The day of an instant where the insurer is.
pub(super) fn local(zone: &TimeZone, at: Timestamp) -> Date {
    let zoned = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned(zone.clone());
    Date::new(i32::from(zoned.year()), zoned.month().unsigned_abs(), zoned.day().unsigned_abs())
        .unwrap_or(Date::from_days(0))
}

/// An instant as documents have it.
pub(super) fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_string()
}

/// A time of a day where the insurer is.
fn at(zone: &TimeZone, day: Date, hour: i8, minute: i8) -> String {
    let (year, month, of_month) = day.ymd();
    let date = jiff::civil::date(i16::try_from(year).unwrap_or(1970), month.cast_signed(), of_month.cast_signed());
    let zoned = date.at(hour, minute, 0, 0).to_zoned(zone.clone());
    zoned.map(|zoned| zoned.timestamp().to_string()).unwrap_or_default()
}

/// The first of January of so many years before.
fn new_year(today: Date, ago: i32) -> String {
    format!("{:04}-01-01", today.ymd().0 - ago)
}

pub(super) fn policies(today: Date) -> Vec<Value> {
    let (start, renewal) = (new_year(today, 2), new_year(today, -1));
    vec![
        json!({
            "number": "HO-5582-119", "line": "home", "product": "Home Plus", "status": "active", "holder": "Inès Moreau",
            "customer": "44712208", "start": start, "renewal": renewal, "currency": "EUR",
            "premium_net": "198.35", "tax": "41.65", "premium_gross": "240.00", "frequency": "yearly", "next_due": renewal,
            "collection": "direct_debit", "intermediary": "Cabinet Lefèvre, Rouen",
            "objects": [{ "id": "1", "kind": "building", "description": "14 rue des Carmes, 76000 Rouen",
                "attributes": { "Living area": "78 m²", "Floor": "2", "Year built": "1934" } }],
            "coverages": [
                { "code": "WATER", "name": "Water damage", "object": "1", "limit": "50000.00", "deductible": "250.00" },
                { "code": "FIRE", "name": "Fire and smoke", "object": "1", "limit": "350000.00", "deductible": "250.00" },
                { "code": "THEFT", "name": "Theft and burglary", "object": "1", "limit": "20000.00", "deductible": "300.00" },
                { "code": "GLASS", "name": "Broken glass", "object": "1", "limit": "3000.00", "deductible": "80.00" }],
            "premiums": [
                { "due": new_year(today, 1), "amount": "228.00", "status": "paid" },
                { "due": new_year(today, 0), "amount": "240.00", "status": "paid" },
                { "due": renewal, "amount": "240.00", "status": "open" }],
            "documents": [
                { "id": "HO-D1", "kind": "policy", "name": "Policy HO-5582-119", "at": start },
                { "id": "HO-D2", "kind": "terms", "name": "Terms of Home Plus", "at": start }],
        }),
        json!({
            "number": "MO-7741-032", "line": "car", "product": "Car Comfort", "status": "active", "holder": "Inès Moreau",
            "customer": "44712208", "start": start, "renewal": renewal, "currency": "EUR",
            "premium_net": "39.26", "tax": "9.74", "premium_gross": "49.00", "frequency": "monthly",
            "collection": "direct_debit", "intermediary": "Cabinet Lefèvre, Rouen",
            "objects": [{ "id": "1", "kind": "vehicle", "description": "Renault Clio V",
                "attributes": { "Registration": "GD-482-RK", "First registered": "2021-06" } }],
            "coverages": [
                { "code": "TPL", "name": "Liability to others", "object": "1", "limit": "100000000.00" },
                { "code": "COLL", "name": "Own damage", "object": "1", "deductible": "350.00" },
                { "code": "GLASS", "name": "Broken glass", "object": "1", "deductible": "150.00" }],
            "documents": [{ "id": "MO-D1", "kind": "policy", "name": "Policy MO-7741-032", "at": start },
                { "id": "MO-D2", "kind": "card", "name": "Insurance card", "at": start }],
        }),
        json!({
            "number": "LI-3310-556", "line": "liability", "product": "Private liability", "status": "active",
            "holder": "Hugo Moreau", "customer": "44712209", "start": start, "renewal": renewal, "currency": "EUR",
            "premium_net": "58.00", "tax": "6.00", "premium_gross": "64.00", "frequency": "yearly", "next_due": renewal,
            "collection": "direct_debit",
            "coverages": [{ "code": "LIAB", "name": "Damage to others", "limit": "5000000.00", "deductible": "100.00" }],
            "documents": [{ "id": "LI-D1", "kind": "policy", "name": "Policy LI-3310-556", "at": start }],
        }),
    ]
}

pub(super) fn claims(zone: &TimeZone, today: Date) -> Vec<Value> {
    vec![kitchen(zone, today), windscreen(zone, today)]
}

/// The kitchen under water: assessed, an advance paid, the invoice asked for.
fn kitchen(zone: &TimeZone, today: Date) -> Value {
    let day = |ago: i32| today.plus_days(-ago);
    let due = today.plus_days(3).to_string();
    json!({
        "number": "CL-2091-7734", "policy": "HO-5582-119", "line": "home", "customer": "44712208",
        "cause": "Kitchen water damage", "loss_at": at(zone, day(15), 18, 30), "loss_place": "14 rue des Carmes",
        "reported_at": at(zone, day(15), 21, 14), "status": "open", "sub_status": "waiting for the invoice",
        "outcome": "pending", "currency": "EUR", "claimed": "3840.00",
        "handler": { "name": "Mathilde Roux", "contact": "Home claims, Rouen · Mon to Fri, 8:30–17:30 · 02 35 55 01 20" },
        "next": { "who": "customer", "what": "upload the repair invoice", "until": due },
        "milestones": [
            { "code": "reported", "at": at(zone, day(15), 21, 14), "actor": "customer" },
            { "code": "registered", "at": at(zone, day(14), 8, 40), "actor": "insurer" },
            { "code": "assessor_assigned", "at": at(zone, day(12), 10, 5), "actor": "insurer" },
            { "code": "inspection_done", "at": at(zone, day(8), 14, 0), "actor": "third_party", "note": "On site, with the list of damage" },
            { "code": "documents_requested", "at": at(zone, day(1), 13, 47), "actor": "insurer" }],
        "requests": [
            { "id": "R-0", "kind": "document", "text": "Plumber’s report", "state": "done" },
            { "id": "R-2", "kind": "document", "text": "Photos of the kitchen", "state": "done" },
            { "id": "R-1", "kind": "document", "text": "Repair invoice", "due": due, "state": "open" }],
        "items": [
            { "id": "1", "text": "Floor", "submitted": "1980.00", "eligible": "1980.00", "deductible": "250.00", "benefit": "1730.00",
              "reason": "Your excess" },
            { "id": "2", "text": "Lower cabinets", "submitted": "1540.00", "eligible": "1540.00", "benefit": "1540.00" },
            { "id": "3", "text": "Dishwasher, not covered", "submitted": "320.00", "eligible": "0.00", "benefit": "0.00",
              "reason": "Older than its cover" }],
        "payments": [{ "id": "P-1", "amount": "800.00", "at": day(5).to_string(), "method": "transfer", "payee": "FR76 3000 9021 4400 0481 2370 152" }],
        "documents": [
            { "id": "D-1", "kind": "report", "name": "Plumber’s report.pdf", "at": day(2).to_string() },
            { "id": "D-2", "kind": "photos", "name": "6 photos of the kitchen", "at": day(8).to_string() }],
        "messages": [
            { "id": "M-1", "from": "insurer", "at": at(zone, day(2), 17, 2), "text": "The assessor agrees with your list. The floor and the lower cabinets are covered, the dishwasher is older than its cover." },
            { "id": "M-2", "from": "customer", "at": at(zone, day(1), 9, 18), "text": "Thank you. Here is the plumber’s report. Can I start the floor this week?" },
            { "id": "M-3", "from": "insurer", "at": at(zone, day(1), 13, 47), "text": "Yes, go ahead. One more thing: please send me the repair invoice, then I can decide within two working days." }],
    })
}

/// A windscreen that was replaced in spring: decided, paid, closed.
fn windscreen(zone: &TimeZone, today: Date) -> Value {
    let day = |ago: i32| today.plus_days(-ago);
    json!({
        "number": "CL-1877-2210", "policy": "MO-7741-032", "line": "car", "customer": "44712208", "cause": "glass",
        "loss_at": day(190).to_string(), "loss_place": "A13, towards Rouen", "reported_at": at(zone, day(189), 9, 30),
        "status": "closed", "outcome": "settled", "currency": "EUR", "claimed": "640.00",
        "handler": { "name": "Olivier Perrin", "contact": "Car claims, Rouen" }, "closed_at": at(zone, day(176), 11, 0),
        "milestones": [
            { "code": "reported", "at": at(zone, day(189), 9, 30), "actor": "customer" },
            { "code": "registered", "at": at(zone, day(189), 9, 31), "actor": "insurer" },
            { "code": "partly", "at": at(zone, day(180), 15, 10), "actor": "insurer", "note": "Wiper blades wear out and are not covered." },
            { "code": "payment_issued", "at": at(zone, day(178), 8, 0), "actor": "insurer" },
            { "code": "closed", "at": at(zone, day(176), 11, 0), "actor": "insurer" }],
        "items": [
            { "id": "1", "text": "Windscreen and fitting", "submitted": "590.00", "eligible": "590.00", "deductible": "150.00",
              "benefit": "440.00", "reason": "Your excess" },
            { "id": "2", "text": "Wiper blades", "submitted": "50.00", "eligible": "0.00", "benefit": "0.00", "reason": "Wear and tear" }],
        "payments": [{ "id": "P-1", "amount": "440.00", "at": day(178).to_string(), "method": "transfer", "payee": "FR76 3000 9021 4400 0481 2370 152" }],
        "documents": [{ "id": "D-1", "kind": "invoice", "name": "Invoice of the workshop", "at": day(186).to_string() }],
    })
}

//! What a claim comes to, line by line, with the reason where less is paid than was asked for.

use super::{model::Item, store::Claim};
use guichet_types::{Currency, Money};

/// What a line of the settlement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// What was asked for.
    Claimed,
    /// Less, for a reason.
    Cut,
    /// What is covered.
    Covered,
    /// Less the excess.
    Excess,
    /// Less the customer's own share.
    Share,
    /// What is granted.
    Granted,
    /// Less what was paid.
    Paid,
    /// What is left.
    Expected,
}

/// A line: what it is, of what, why, how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub line: Line,
    /// The thing that it is about; for a payment, its place in the claim's list.
    pub what: Option<String>,
    /// The insurer's reason.
    pub reason: Option<String>,
    /// The payment that it is.
    pub payment: Option<usize>,
    /// The amount; less is below nought.
    pub amount: Money,
}

/// The settlement as far as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Its lines.
    pub rows: Vec<Row>,
    /// What is still expected; none when nobody has said.
    pub expected: Option<Money>,
    /// It is decided; before that every figure is an estimate.
    pub is_final: bool,
}

/// The currency that the settlement is in.
fn currency(claim: &Claim) -> Option<Currency> {
    let of_items = claim.items.iter().find_map(|item| item.submitted.or(item.eligible).or(item.benefit));
    of_items.or(claim.head.estimate).or(claim.head.claimed).map(|money| money.currency)
}

/// Adds up what the insurer tells. Lines of another currency are left out of the sum; they would make it wrong.
#[must_use]
pub fn settle(claim: &Claim) -> Settlement {
    let is_final = matches!(claim.head.outcome.as_deref(), Some("approved" | "partial" | "declined" | "settled"));
    let Some(currency) = currency(claim) else { return Settlement { is_final, ..Settlement::default() } };
    let of = |money: Option<Money>| money.filter(|money| money.currency == currency).map(|money| money.minor);
    let sum = |get: fn(&Item) -> Option<Money>| -> Option<i64> {
        let known: Vec<i64> = claim.items.iter().filter_map(|item| of(get(item))).collect();
        (!known.is_empty()).then(|| known.iter().fold(0, |sum, minor| i64::saturating_add(sum, *minor)))
    };
    let mut rows = Vec::new();
    let mut put = |line, what, reason, minor: i64| {
        rows.push(Row { line, what, reason, payment: None, amount: Money::new(minor, currency) });
    };
    let claimed = of(claim.head.claimed).or_else(|| sum(|item| item.submitted));
    if let Some(claimed) = claimed {
        put(Line::Claimed, None, None, claimed);
    }
    for item in &claim.items {
        let granted = of(item.eligible).or_else(|| of(item.benefit));
        if let (Some(submitted), Some(granted)) = (of(item.submitted), granted)
            && granted < submitted
        {
            put(Line::Cut, item.description.clone().or(item.code.clone()), item.reason.clone(), granted - submitted);
        }
    }
    let covered = sum(|item| item.eligible);
    if let Some(covered) = covered {
        put(Line::Covered, None, None, covered);
    }
    for (line, taken) in [(Line::Excess, sum(|item| item.deductible)), (Line::Share, sum(|item| item.copay))] {
        if let Some(taken) = taken.filter(|taken| *taken != 0) {
            put(line, None, None, -taken);
        }
    }
    let benefit = sum(|item| item.benefit);
    let due = benefit.or_else(|| of(claim.head.estimate));
    if let Some(benefit) = benefit.filter(|benefit| covered.is_none_or(|covered| covered != *benefit) && is_final) {
        put(Line::Granted, None, None, benefit);
    }
    let mut paid = 0_i64;
    for (index, payment) in claim.payments.iter().enumerate() {
        if let Some(minor) = of(Some(payment.amount)) {
            paid = paid.saturating_add(minor);
            let amount = Money::new(-minor, currency);
            rows.push(Row { line: Line::Paid, what: None, reason: None, payment: Some(index), amount });
        }
    }
    let expected = due.map(|due| Money::new((due - paid).max(0), currency));
    if let Some(amount) = expected {
        rows.push(Row { line: Line::Expected, what: None, reason: None, payment: None, amount });
    }
    Settlement { rows, expected, is_final }
}

//! What is odd about an entry that is booked all the same.

use super::super::{Context, node::Node};
use crate::{
    Refusal,
    out::Told,
    record::{CheckKind, Entry, EntryStatus, Severity},
};
use guichet_types::Currency;

/// `TRNTYPE`s of the standard.
const TYPES: [&str; 19] = [
    "CREDIT",
    "DEBIT",
    "INT",
    "DIV",
    "FEE",
    "SRVCHG",
    "DEP",
    "ATM",
    "POS",
    "XFER",
    "CHECK",
    "PAYMENT",
    "CASH",
    "DIRECTDEP",
    "DIRECTDEBIT",
    "REPEATPMT",
    "OTHER",
    "HOLD",
    "CORRECTION",
];

/// Tells what is odd about an entry that is booked all the same.
pub(super) fn entry(
    item: &Node,
    entry: &Entry,
    grouped: bool,
    repeated: bool,
    default: Currency,
    context: &mut Context<'_, '_>,
) -> Result<(), Refusal> {
    let place = || item.place();
    if grouped {
        let told = Told::new(place(), "The amount has separators between its thousands.").actual(entry.amount);
        context.find(CheckKind::SchemaDeviation, Severity::Warn, told)?;
    }
    if repeated {
        let told = Told::new(place(), "Another entry of this account has the same FITID.")
            .actual(entry.servicer_ref.as_deref().unwrap_or_default());
        context.find(CheckKind::DuplicateEntry, Severity::Info, told)?;
    }
    if entry.servicer_ref.is_none() && entry.status == EntryStatus::Booked {
        let told = Told::new(place(), "The entry has no FITID.");
        context.find(CheckKind::SchemaDeviation, Severity::Warn, told)?;
    }
    if entry.currency != default {
        let told = Told::new(place(), "The entry is of another currency than the account.").actual(entry.currency);
        context.find(CheckKind::MixedCurrency, Severity::Info, told)?;
    }
    if entry.amount.scale() > entry.currency.digits() {
        let told = Told::new(place(), "The amount is finer than the currency's smallest unit.").actual(entry.amount);
        context.find(CheckKind::TooFine, Severity::Warn, told)?;
    }
    let kind = entry.proprietary_code.as_deref().unwrap_or_default();
    let against = match kind {
        "DEBIT" | "PAYMENT" | "DIRECTDEBIT" | "FEE" | "SRVCHG" => {
            !entry.amount.is_negative() && !entry.amount.is_zero()
        }
        "CREDIT" | "DEP" | "DIRECTDEP" | "DIV" => entry.amount.is_negative(),
        _ => false,
    };
    if against {
        let told =
            Told::new(place(), "The sign of the amount is not that of its TRNTYPE; the sign counts.").actual(kind);
        context.find(CheckKind::SchemaDeviation, Severity::Info, told)?;
    }
    if !TYPES.contains(&kind) {
        let told = Told::new(place(), "The TRNTYPE is not one of the standard.").actual(kind);
        let severity = if kind.is_empty() { Severity::Warn } else { Severity::Info };
        context.find(CheckKind::UnknownCode, severity, told)?;
    }
    if let Some(action) = item.text("CORRECTACTION") {
        let told = Told::new(place(), "The entry corrects an earlier one: look at both.")
            .actual(format!("{action} {}", item.text("CORRECTFITID").unwrap_or_default()));
        context.find(CheckKind::DuplicateEntry, Severity::Warn, told)?;
    }
    Ok(())
}

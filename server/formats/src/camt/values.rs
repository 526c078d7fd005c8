//! The texts of camt as values.

use crate::record::EntryStatus;
use guichet_types::{Currency, Decimal};

/// An unsigned amount with its currency; an error says what is wrong with it.
pub(super) fn amount(text: &str, currency: &str) -> Result<(Decimal, Currency), String> {
    let number = Decimal::parse(text, b'.').map_err(|error| format!("{error}: {text:.40?}"))?;
    if number.is_negative() || text.starts_with('-') {
        return Err(format!("the amount has a sign: {text:.40?}"));
    }
    let currency = currency.trim().parse::<Currency>().map_err(|error| format!("{error}: {currency:.10?}"))?;
    Ok((number, currency))
}

/// Is it a credit? An error when it is neither.
pub(super) fn is_credit(text: &str) -> Result<bool, String> {
    match text {
        "CRDT" => Ok(true),
        "DBIT" => Ok(false),
        _ => Err(format!("the direction is neither CRDT nor DBIT: {text:.20?}")),
    }
}

/// A number with the sign of its direction.
pub(super) fn signed(amount: Decimal, credit: bool) -> Decimal {
    if credit { amount } else { amount.negate() }
}

/// The status of an entry; none for a code that the standard does not know.
pub(super) fn status(text: &str) -> Option<EntryStatus> {
    match text {
        "BOOK" => Some(EntryStatus::Booked),
        "PDNG" => Some(EntryStatus::Pending),
        "INFO" => Some(EntryStatus::Info),
        "FUTR" => Some(EntryStatus::Future),
        _ => None,
    }
}

/// `true` and `1` of `xs:boolean`.
pub(super) fn flag(text: &str) -> bool {
    matches!(text, "true" | "1")
}

/// A text that says something; placeholders of payment systems say nothing.
pub(super) fn said(text: &str) -> Option<String> {
    (!text.is_empty() && text != "NOTPROVIDED").then(|| text.to_owned())
}

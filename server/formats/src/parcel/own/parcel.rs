//! What our own form says of the parcel itself: weight, size, insured value, and the code for handing over.

use super::values::keys;
use crate::{
    Refusal,
    parcel::{
        measure::{grams, millimetres},
        out::Out,
        tree::Tree,
    },
    record::{CheckKind, Severity},
};
use guichet_types::{Currency, Decimal, Money};

const SIZE_KEYS: &[&str] = &["length_cm", "width_cm", "height_cm"];
const INSURED_KEYS: &[&str] = &["amount", "currency"];
const ODD: (CheckKind, Severity) = (CheckKind::SchemaDeviation, Severity::Warn);

pub(super) fn weight(tree: &Tree, place: &str, out: &mut Out<'_>) -> Result<Option<i64>, Refusal> {
    let Some(stated) = tree.text_at("weight_kg") else { return Ok(None) };
    let weight = grams(&stated, "kg");
    if weight.is_none() {
        out.note(ODD, place, "The weight is no number of kilograms; it is left out.", Some(&stated))?;
    }
    Ok(weight)
}

pub(super) fn size(tree: &Tree, place: &str, out: &mut Out<'_>) -> Result<Option<[i64; 3]>, Refusal> {
    let Some(tree) = tree.get("size").filter(|tree| !matches!(tree, Tree::Null)) else { return Ok(None) };
    let place = format!("{place}/size");
    keys(tree, SIZE_KEYS, &place, out)?;
    let side = |name: &str| tree.text_at(name).and_then(|text| millimetres(&text, "cm"));
    match (side("length_cm"), side("width_cm"), side("height_cm")) {
        (Some(length), Some(width), Some(height)) => Ok(Some([length, width, height])),
        _ => {
            out.note(ODD, &place, "A size needs three sides in centimetres; it is left out.", None)?;
            Ok(None)
        }
    }
}

pub(super) fn insured(tree: &Tree, place: &str, out: &mut Out<'_>) -> Result<Option<Money>, Refusal> {
    let Some(tree) = tree.get("insured").filter(|tree| !matches!(tree, Tree::Null)) else { return Ok(None) };
    let place = format!("{place}/insured");
    keys(tree, INSURED_KEYS, &place, out)?;
    let (amount, currency) = (tree.text_at("amount"), tree.text_at("currency"));
    let read = |amount: &str, currency: &str| {
        let (amount, currency): (Decimal, Currency) = (amount.parse().ok()?, currency.parse().ok()?);
        Money::from_decimal(amount, currency).ok().filter(|money| money.minor > 0)
    };
    let money = amount.as_deref().zip(currency.as_deref()).and_then(|(amount, currency)| read(amount, currency));
    if money.is_none() {
        let told = "The insured value needs an amount and a currency of ISO 4217; it is left out.";
        out.note(ODD, &place, told, amount.as_deref())?;
    }
    Ok(money)
}

/// Short, and of letters and digits, so that it can be read out at a door.
pub(super) fn handover_code(tree: &Tree, place: &str, out: &mut Out<'_>) -> Result<Option<String>, Refusal> {
    let Some(stated) = tree.text_at("handover_code") else { return Ok(None) };
    let good = (3..=12).contains(&stated.len()) && stated.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !good {
        // A secret, even where it is wrong: it is not repeated.
        let told = "A code for handing over has three to twelve letters and digits; it is left out.";
        out.note(ODD, place, told, None)?;
    }
    Ok(good.then_some(stated))
}

//! `SECLIST`: the instruments that positions and transactions name.

use super::{Context, node::Node, values};
use crate::{
    Refusal,
    out::Told,
    record::{CheckKind, Severity},
    securities::record::{AssetClass, Instrument, Record},
};
use guichet_types::{Decimal, Isin, PriceUnit, check_cusip};
use std::collections::HashMap;

/// What is known of the instruments of a file.
#[derive(Debug, Default)]
pub(super) struct Securities {
    /// By `UNIQUEID`: the class and the price factor.
    pub known: HashMap<String, (AssetClass, Decimal)>,
    /// Whether the file has a list at all.
    pub listed: bool,
}

/// Reads the list and hands its instruments on.
pub(super) fn read(root: &Node, context: &mut Context<'_, '_>) -> Result<Securities, Refusal> {
    let mut securities = Securities { listed: !root.all(&["SECLIST"]).is_empty(), ..Securities::default() };
    for node in root.all(&["STOCKINFO", "MFINFO", "DEBTINFO", "OPTINFO", "OTHERINFO"]) {
        let Some(info) = node.child("SECINFO") else {
            context.quarantine(node, "The instrument has no SECINFO.")?;
            continue;
        };
        let Some(key) = info.child("SECID").and_then(|id| id.text("UNIQUEID")) else {
            context.quarantine(node, "The instrument has no UNIQUEID.")?;
            continue;
        };
        let instrument = instrument(node, info, key);
        check_id(info, key, context)?;
        let known = (instrument.class, instrument.price_factor);
        if securities.known.insert(key.to_owned(), known).is_some() {
            let told = Told::new(node.place(), "The list has this instrument more than once.").actual(key);
            context.find(CheckKind::DuplicateEntry, Severity::Info, told)?;
        }
        context.out.put(Record::Instrument(instrument))?;
    }
    Ok(securities)
}

fn id_type(info: &Node) -> &str {
    info.child("SECID").and_then(|id| id.text("UNIQUEIDTYPE")).unwrap_or("OTHER")
}

/// Brokers write numbers of their own as CUSIP, so such a one is only worth a word; a wrong ISIN is a mistake.
fn check_id(info: &Node, key: &str, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
    let (reason, severity) = match id_type(info) {
        "ISIN" => (key.parse::<Isin>().err().map(|error| error.to_string()), Severity::Warn),
        "CUSIP" => (check_cusip(key).err().map(|error| error.to_string()), Severity::Info),
        _ => (None, Severity::Info),
    };
    match reason {
        None => Ok(()),
        Some(reason) => {
            let message = format!("The {} does not check: {reason}.", id_type(info));
            context.find(CheckKind::InvalidIdentifier, severity, Told::new(info.place(), message).actual(key))
        }
    }
}

fn instrument(node: &Node, info: &Node, key: &str) -> Instrument {
    let number = |name: &str| node.text(name).and_then(|text| values::number(text).ok()).map(|(number, _)| number);
    let class = match node.name.as_str() {
        "STOCKINFO" => AssetClass::Equity,
        "MFINFO" => AssetClass::Fund,
        "DEBTINFO" => AssetClass::Bond,
        "OPTINFO" => AssetClass::Option,
        _ => AssetClass::Other,
    };
    let is_bond = class == AssetClass::Bond;
    let factor = if class == AssetClass::Option { number("SHPERCTRCT") } else { None };
    let currency = info.child("CURRENCY").and_then(|currency| currency.text("CURSYM"));
    Instrument {
        key: key.to_owned(),
        isin: Some(key).filter(|_| id_type(info) == "ISIN").and_then(|key| key.parse().ok()),
        ids: vec![(id_type(info).to_owned(), key.to_owned())],
        name: info.text("SECNAME").unwrap_or(key).to_owned(),
        ticker: info.text("TICKER").map(str::to_owned),
        mic: None,
        class,
        currency: currency.and_then(|code| code.parse().ok()),
        country: None,
        region: None,
        issuer: None,
        issuer_lei: None,
        price_unit: if is_bond { PriceUnit::Percent } else { PriceUnit::Currency },
        price_factor: factor.unwrap_or(Decimal::new(1, 0)),
        minor_unit_divisor: 1,
        maturity: node.text("DTMAT").and_then(values::time).map(|(date, _)| date),
        coupon: number("COUPONRT"),
        place: node.place(),
    }
}

//! One position or transaction to its record. What cannot be read says which field it is.

use super::{
    super::{
        node::Node,
        seclist::Securities,
        values::{amount, number, time},
    },
    checks,
};
use crate::securities::record::{Position, Transaction, TransactionKind};
use guichet_types::{Currency, Date, Decimal, Quantity};

/// A number that may be missing, but not unreadable.
pub(super) fn figure(item: &Node, name: &str) -> Result<Option<Decimal>, String> {
    item.leaf(name)?
        .map(|text| number(text).map(|(number, _)| number).map_err(|error| format!("{name}: {error}")))
        .transpose()
}

/// An amount of money that may be missing, but not unreadable, and not of two meanings.
fn money(item: &Node, name: &str, currency: Currency) -> Result<Option<Decimal>, String> {
    let read =
        |text| amount(text, currency.digits()).map(|(amount, _)| amount).map_err(|error| format!("{name}: {error}"));
    item.leaf(name)?.map(read).transpose()
}

fn day(item: &Node, name: &str) -> Result<Option<Date>, String> {
    let text = item.leaf(name)?;
    text.map(|text| time(text).map(|(date, _)| date).ok_or_else(|| format!("{name} {text:?} is not in the calendar")))
        .transpose()
}

/// The currency of an item's amounts: `CURRENCY` is what they are of, `ORIGCURRENCY` only what they were of.
fn currency_of(item: &Node, default: Currency) -> Result<Currency, String> {
    match item.all(&["CURRENCY"]).first().map(|currency| currency.text("CURSYM").unwrap_or_default()) {
        None => Ok(default),
        Some(code) => code.parse().map_err(|error| format!("{error}: {code:?}")),
    }
}

pub(super) fn position(item: &Node, account: &str, default: Currency, as_of: Option<Date>) -> Result<Position, String> {
    if !item.closed {
        return Err("it has no end tag, so it may be cut".to_owned());
    }
    let missing = |name: &str| format!("{name} is missing");
    let currency = currency_of(item, default)?;
    Ok(Position {
        account: account.to_owned(),
        instrument: item.leaf("UNIQUEID")?.ok_or_else(|| missing("UNIQUEID"))?.to_owned(),
        quantity: Quantity(figure(item, "UNITS")?.ok_or_else(|| missing("UNITS"))?),
        as_of,
        sub_account: item.leaf("HELDINACCT")?.map(str::to_owned),
        price: figure(item, "UNITPRICE")?,
        price_currency: currency,
        price_minor_divisor: 1,
        price_as_of: day(item, "DTPRICEASOF").unwrap_or(None),
        market_value: money(item, "MKTVAL", currency)?,
        value_currency: currency,
        cost: None,
        cost_currency: currency,
        accrued_interest: None,
        blocked: None,
        place: item.place(),
    })
}

pub(super) fn transaction(
    item: &Node,
    account: &str,
    default: Currency,
    securities: &Securities,
) -> Result<Transaction, String> {
    use TransactionKind as K;
    if !item.closed {
        return Err("it has no end tag, so it may be cut".to_owned());
    }
    let bank = item.name == "INVBANKTRAN";
    let quantity = figure(item, "UNITS")?;
    let currency = currency_of(item, default)?;
    let net = money(item, if bank { "TRNAMT" } else { "TOTAL" }, currency)?;
    let paid = net.is_some_and(Decimal::is_negative);
    let kind = match item.name.as_str() {
        name if name.starts_with("BUY") => K::Buy,
        name if name.starts_with("SELL") => K::Sell,
        "INCOME" if item.leaf("INCOMETYPE")? == Some("INTEREST") => K::Interest,
        "INCOME" => K::Dividend,
        "MARGININTEREST" => K::Interest,
        "INVEXPENSE" => K::Fee,
        "REINVEST" => K::Reinvest,
        "SPLIT" => K::Split,
        "TRANSFER" => match item.leaf("TFERACTION")? {
            Some("IN") => K::TransferIn,
            Some("OUT") => K::TransferOut,
            _ => return Err("TFERACTION is neither IN nor OUT".to_owned()),
        },
        "INVBANKTRAN" => match item.leaf("TRNTYPE")?.unwrap_or_default() {
            "INT" => K::Interest,
            "DIV" => K::Dividend,
            "FEE" | "SRVCHG" => K::Fee,
            _ if paid => K::Withdrawal,
            _ => K::Deposit,
        },
        // Money or papers that move between the parts of one account change nothing of it as a whole.
        "RETOFCAP" | "CLOSUREOPT" | "JRNLFUND" | "JRNLSEC" => K::CorporateAction,
        other => return Err(format!("{other} is no transaction that the standard has")),
    };
    let needs_amount = !matches!(kind, K::Split | K::TransferIn | K::TransferOut | K::CorporateAction);
    if net.is_none() && needs_amount {
        return Err("TOTAL or TRNAMT is missing".to_owned());
    }
    let traded = matches!(kind, K::Buy | K::Sell | K::Reinvest);
    if quantity.is_none() && traded {
        return Err("UNITS is missing".to_owned());
    }
    let signed = |amount: Decimal, negative: bool| if negative { amount.abs().negate() } else { amount.abs() };
    let net = net.map(|net| match kind {
        K::Buy => signed(net, true),
        K::Sell => signed(net, false),
        _ => net,
    });
    let quantity = quantity.map(|units| match kind {
        K::Buy | K::Reinvest | K::TransferIn => signed(units, false),
        K::Sell | K::TransferOut => signed(units, true),
        _ => units,
    });
    let sum = |names: [&str; 3]| {
        names.iter().try_fold(Decimal::ZERO, |sum, name| {
            sum.checked_add(figure(item, name)?.unwrap_or_default()).map_err(|error| error.to_string())
        })
    };
    let instrument = item.leaf("UNIQUEID")?.map(str::to_owned);
    if instrument.is_none() && (traded || kind == K::Split) {
        return Err("UNIQUEID is missing".to_owned());
    }
    let price = figure(item, "UNITPRICE")?;
    let gross = match (quantity, price) {
        (Some(units), Some(price)) if traded && checks::divisor(instrument.as_deref(), &item.name, securities) == 1 => {
            units.checked_mul(price).ok().map(Decimal::abs)
        }
        _ => None,
    };
    let ratio = match (figure(item, "NUMERATOR")?, figure(item, "DENOMINATOR")?) {
        (Some(new), Some(old)) if !old.is_zero() => Some((new, old)),
        _ => None,
    };
    Ok(Transaction {
        account: account.to_owned(),
        reference: item.leaf("FITID")?.ok_or("FITID is missing")?.to_owned(),
        kind,
        stated_kind: item.name.clone(),
        instrument,
        trade_date: day(item, if bank { "DTPOSTED" } else { "DTTRADE" })?.ok_or("it has no date")?,
        settle_date: day(item, "DTSETTLE")?,
        quantity: quantity.map(Quantity),
        price,
        gross,
        fees: sum(["COMMISSION", "FEES", "LOAD"])?,
        taxes: sum(["TAXES", "WITHHOLDING", "STATEWITHHOLDING"])?,
        net,
        currency,
        ratio,
        text: item.leaf("MEMO")?.map(str::to_owned),
        place: item.place(),
    })
}

//! One object or row of our own form to its record. What cannot be read says which field it is.

use super::super::{
    fields::Fields,
    record::{AssetClass, Cash, Instrument, Portfolio, Position, Transaction, TransactionKind},
};
use super::Known;
use guichet_types::{Currency, Decimal, Isin, PriceUnit, Quantity};
use std::collections::HashMap;

/// `currency` or `percent`; nothing is `currency`.
pub(in crate::securities) fn price_unit(fields: &Fields<'_>, name: &str) -> Result<PriceUnit, String> {
    match fields.text(name)? {
        None | Some("currency") => Ok(PriceUnit::Currency),
        Some("percent") => Ok(PriceUnit::Percent),
        Some(other) => Err(format!("{name} {other:.20?} is neither currency nor percent")),
    }
}

pub(super) fn instrument(fields: &Fields<'_>, place: &str) -> Result<Instrument, String> {
    let isin: Option<Isin> = fields.parsed("isin")?;
    let key = fields.owned("id")?.or(isin.map(|isin| isin.to_string())).ok_or("there is neither id nor isin")?;
    let class = fields.needed("class")?;
    let class = AssetClass::ALL.into_iter().find(|known| known.as_str() == class);
    let (currency, minor) = fields.quoted("currency")?.ok_or("currency is missing")?;
    let factor = fields.number("price_factor")?.unwrap_or(Decimal::new(1, 0));
    if factor <= Decimal::ZERO {
        return Err("price_factor is not above nought".to_owned());
    }
    let country = fields.owned("country")?;
    if country.as_ref().is_some_and(|code| code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase())) {
        return Err("country is not two capital letters".to_owned());
    }
    let mut ids = Vec::new();
    for (name, scheme) in [("wkn", "WKN"), ("cusip", "CUSIP"), ("sedol", "SEDOL"), ("figi", "FIGI")] {
        ids.extend(fields.owned(name)?.map(|value| (scheme.to_owned(), value)));
    }
    Ok(Instrument {
        key,
        isin,
        ids,
        name: fields.needed("name")?.to_owned(),
        ticker: fields.owned("ticker")?,
        mic: fields.parsed("mic")?,
        class: class.ok_or("class is none of equity, fund, etf, bond, option, certificate, commodity, cash, other")?,
        currency: Some(currency),
        country,
        region: fields.owned("region")?,
        issuer: fields.owned("issuer")?,
        issuer_lei: fields.owned("issuer_lei")?,
        price_unit: price_unit(fields, "price_unit")?,
        price_factor: factor,
        minor_unit_divisor: minor,
        maturity: fields.day("maturity")?,
        coupon: fields.number("coupon")?,
        place: place.to_owned(),
    })
}

/// The account of an object (`currency`, `name`) or of a row (`account_currency`, `account_name`).
pub(super) fn portfolio(
    fields: &Fields<'_>,
    holders: Vec<String>,
    row: bool,
    place: &str,
) -> Result<Portfolio, String> {
    let (currency, name) = if row { ("account_currency", "account_name") } else { ("currency", "name") };
    let currency = match fields.currency(currency)? {
        // A row of a transaction may leave it out; the money is most often of the account's currency.
        None if row => fields.currency("currency")?.ok_or("account_currency is missing")?,
        other => other.ok_or("currency is missing")?,
    };
    Ok(Portfolio {
        account: fields.needed("account")?.to_owned(),
        stated: None,
        currency,
        holders,
        name: fields.owned(name)?,
        as_of: fields.day("as_of")?,
        from: fields.day("from")?,
        to: fields.day("to")?,
        place: place.to_owned(),
    })
}

/// The currency of a price: the one that stands beside it, else the instrument's, else `otherwise`.
pub(super) fn price_currency(
    fields: &Fields<'_>,
    known: Option<&Known>,
    otherwise: Currency,
) -> Result<(Currency, u32), String> {
    let of_instrument = known.and_then(|known| known.currency.map(|currency| (currency, known.minor)));
    Ok(fields.quoted("price_currency")?.or(of_instrument).unwrap_or((otherwise, 1)))
}

pub(super) fn position(
    fields: &Fields<'_>,
    of: &Portfolio,
    known: &HashMap<String, Known>,
    place: &str,
) -> Result<Position, String> {
    let instrument = fields.needed("instrument")?;
    let (price_currency, price_minor_divisor) = price_currency(fields, known.get(instrument), of.currency)?;
    let price = fields.number("price")?;
    if price.is_some_and(Decimal::is_negative) {
        return Err("the price is below nought".to_owned());
    }
    Ok(Position {
        account: of.account.clone(),
        instrument: instrument.to_owned(),
        quantity: Quantity(fields.number("quantity")?.ok_or("quantity is missing")?),
        as_of: Some(fields.day("as_of")?.or(of.as_of).ok_or("as_of is missing")?),
        sub_account: fields.owned("sub_account")?,
        price,
        price_currency,
        price_minor_divisor,
        price_as_of: fields.day("price_as_of")?,
        market_value: fields.number("market_value")?,
        value_currency: fields.currency("value_currency")?.unwrap_or(of.currency),
        cost: fields.number("cost")?,
        cost_currency: fields.currency("cost_currency")?.unwrap_or(of.currency),
        accrued_interest: fields.number("accrued_interest")?,
        blocked: fields.parsed("blocked")?,
        place: place.to_owned(),
    })
}

/// `2:1`: two new ones for one old one.
fn ratio(text: &str) -> Result<(Decimal, Decimal), String> {
    let wrong = || format!("ratio {text:.20?} is not like 2:1");
    let (new, old) = text.split_once(':').ok_or_else(wrong)?;
    let read =
        |text: &str| text.trim().parse::<Decimal>().ok().filter(|number| *number > Decimal::ZERO).ok_or_else(wrong);
    Ok((read(new)?, read(old)?))
}

pub(super) fn transaction(fields: &Fields<'_>, of: &Portfolio, place: &str) -> Result<Transaction, String> {
    use TransactionKind as K;
    let word = fields.needed("type")?;
    let kind = K::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| format!("type {word:.30?} is not known"))?;
    let instrument = fields.owned("instrument")?;
    let quantity = fields.number("quantity")?;
    let (gross, net) = (fields.number("gross")?, fields.number("net")?);
    let outgoing = matches!(kind, K::Sell | K::TransferOut);
    if quantity.is_some_and(Decimal::is_negative) && !outgoing && kind != K::CorporateAction {
        return Err("quantity is below nought".to_owned());
    }
    if gross.is_some_and(Decimal::is_negative) {
        return Err("gross is below nought".to_owned());
    }
    let moved = matches!(kind, K::Buy | K::Sell | K::Reinvest | K::TransferIn | K::TransferOut);
    if moved && quantity.is_none_or(Decimal::is_zero) {
        return Err("quantity is missing".to_owned());
    }
    if (moved || kind == K::Split) && instrument.is_none() {
        return Err("instrument is missing".to_owned());
    }
    let money = !matches!(kind, K::Split | K::TransferIn | K::TransferOut | K::CorporateAction | K::Reinvest);
    if money && net.is_none() {
        return Err("net is missing".to_owned());
    }
    let wrong_sign = match kind {
        K::Buy | K::Withdrawal => net.is_some_and(|net| net > Decimal::ZERO),
        K::Sell | K::Deposit => net.is_some_and(Decimal::is_negative),
        _ => false,
    };
    if wrong_sign {
        return Err(format!("net has the wrong sign for a {word}: paid is below nought, received above"));
    }
    let ratio = fields.text("ratio")?.map(ratio).transpose()?;
    if kind == K::Split && ratio.is_none() {
        return Err("ratio is missing".to_owned());
    }
    let signed = |quantity: Decimal| if outgoing { quantity.abs().negate() } else { quantity };
    Ok(Transaction {
        account: of.account.clone(),
        reference: fields.needed("reference")?.to_owned(),
        kind,
        stated_kind: word.to_owned(),
        instrument,
        trade_date: fields.day("trade_date")?.ok_or("trade_date is missing")?,
        settle_date: fields.day("settle_date")?,
        quantity: quantity.map(|quantity| Quantity(signed(quantity))),
        price: fields.number("price")?,
        gross,
        fees: fields.number("fees")?.unwrap_or_default(),
        taxes: fields.number("taxes")?.unwrap_or_default(),
        net,
        currency: fields.currency("currency")?.unwrap_or(of.currency),
        ratio,
        text: fields.owned("text")?,
        place: place.to_owned(),
    })
}

pub(super) fn cash(fields: &Fields<'_>, of: &Portfolio, place: &str) -> Result<Cash, String> {
    Ok(Cash {
        account: of.account.clone(),
        name: fields.text("name")?.unwrap_or("cash").to_owned(),
        amount: fields.number("amount")?.ok_or("amount is missing")?,
        currency: Some(fields.currency("currency")?.unwrap_or(of.currency)),
        as_of: fields.day("as_of")?.or(of.as_of),
        place: place.to_owned(),
    })
}

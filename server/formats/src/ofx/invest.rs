//! Investment statements: `INVSTMTRS` with its account, transactions, positions and balances.

use super::{
    Context, bank,
    scan::Node,
    seclist::Securities,
    values::{number, time, written_scale},
};
use crate::{
    Refusal,
    out::Told,
    record::{CheckKind, Severity},
    securities::{
        OfxPosition, OfxStatement,
        record::{AssetClass, Cash, Portfolio, Position, Record, Transaction, TransactionKind},
    },
};
use guichet_types::{Currency, Date, Decimal, Quantity};
use std::collections::BTreeMap;

/// Reads a statement and hands on what of it can be used.
pub(super) fn statement(
    node: &Node,
    securities: &Securities,
    context: &mut Context<'_, '_>,
) -> Result<OfxStatement, Refusal> {
    let from = node.child("INVACCTFROM");
    let mut read = OfxStatement {
        kind: "investment",
        account: from.and_then(|from| from.text("ACCTID")).map(str::to_owned),
        bank_id: from.and_then(|from| from.text("BROKERID")).map(str::to_owned),
        currency: node.text("CURDEF").and_then(|code| code.parse().ok()),
        ..OfxStatement::default()
    };
    bank::period(node, &mut read, context)?;
    let (Some(currency), Some(stated)) = (read.currency, read.account.clone()) else {
        let what = if read.currency.is_none() { "a readable currency (CURDEF)" } else { "an account (ACCTID)" };
        read.quarantined += 1;
        context.quarantine(node, &format!("The statement has no {what}."))?;
        return Ok(read);
    };
    let account = read.bank_id.as_ref().map_or_else(|| stated.clone(), |broker| format!("{broker}/{stated}"));
    let date = |text: Option<&str>| text.and_then(time).map(|(date, _)| date);
    let as_of = date(node.text("DTASOF"));
    context.out.put(Record::Portfolio(Portfolio {
        stated: (stated != account).then_some(stated),
        account: account.clone(),
        currency,
        holders: Vec::new(),
        name: None,
        as_of,
        from: date(read.from_date.as_deref()),
        to: date(read.to_date.as_deref()),
        place: node.place(),
    }))?;
    let mut of = Statement { account, currency, as_of, securities, read, context };
    of.transactions(node)?;
    of.positions(node)?;
    of.cash(node)?;
    Ok(of.read)
}

struct Statement<'s, 'o, 'a> {
    account: String,
    currency: Currency,
    as_of: Option<Date>,
    securities: &'s Securities,
    read: OfxStatement,
    context: &'s mut Context<'o, 'a>,
}

impl Statement<'_, '_, '_> {
    fn keep_aside(&mut self, node: &Node, reason: &str) -> Result<(), Refusal> {
        self.read.quarantined += 1;
        self.context.quarantine(node, reason)
    }

    fn transactions(&mut self, node: &Node) -> Result<(), Refusal> {
        let mut kinds = BTreeMap::new();
        for item in node.children.iter().filter(|child| child.name == "INVTRANLIST").flat_map(|list| &list.children) {
            if matches!(item.name.as_str(), "DTSTART" | "DTEND") {
                continue;
            }
            *kinds.entry(item.name.clone()).or_default() += 1;
            if let Some(entry) = item.child("STMTTRN") {
                self.read.entry_count += 1;
                self.read.missing_date += u64::from(entry.leaf("DTPOSTED") == Ok(None));
                let money = bank::money(entry, "TRNAMT", self.currency);
                bank::count(money.ok().map(|(amount, ..)| amount), &mut self.read);
            }
            match transaction(item, &self.account, self.currency, self.securities) {
                Ok(transaction) => self.take(item, transaction)?,
                Err(reason) => self.keep_aside(item, &format!("The transaction cannot be used: {reason}."))?,
            }
        }
        self.read.investment_tx = Some(kinds);
        Ok(())
    }

    fn take(&mut self, item: &Node, transaction: Transaction) -> Result<(), Refusal> {
        if self.context.is_repeated(&self.account, &transaction.reference) {
            self.read.duplicate_fitids += 1;
            let told = Told::new(item.place(), "Another transaction of this account has the same FITID.")
                .actual(&transaction.reference);
            self.context.find(CheckKind::DuplicateEntry, Severity::Info, told)?;
        }
        if let Some(key) = &transaction.instrument {
            self.tell_unknown(item, key)?;
        }
        if let Some(expected) = expected_total(item, &transaction, self.securities) {
            let told = Told::new(item.place(), "UNITS times UNITPRICE and the charges do not make the TOTAL.")
                .expected(expected)
                .actual(transaction.net.unwrap_or_default());
            self.context.find(CheckKind::ValueMismatch, Severity::Warn, told)?;
        }
        self.context.out.put(Record::Transaction(transaction))
    }

    fn tell_unknown(&mut self, item: &Node, key: &str) -> Result<(), Refusal> {
        if self.securities.known.contains_key(key) {
            return Ok(());
        }
        let severity = if self.securities.listed { Severity::Warn } else { Severity::Info };
        let told = Told::new(item.place(), "The SECLIST does not have this instrument.").actual(key);
        self.context.find(CheckKind::UnknownInstrument, severity, told)
    }

    fn positions(&mut self, node: &Node) -> Result<(), Refusal> {
        let lists = node.children.iter().filter(|child| child.name == "INVPOSLIST");
        let (mut told, mut count) = (Vec::new(), 0);
        for item in lists.flat_map(|list| &list.children) {
            count += 1;
            let figure = |name: &str| item.leaf(name).ok().flatten().and_then(|text| number(text).ok()).map(|(n, _)| n);
            told.push(OfxPosition {
                r#type: item.name.clone(),
                security_id: item.leaf("UNIQUEID").ok().flatten().map(str::to_owned),
                id_type: item.leaf("UNIQUEIDTYPE").ok().flatten().map(str::to_owned),
                units: figure("UNITS"),
                unit_price: figure("UNITPRICE"),
                market_value: figure("MKTVAL"),
            });
            match position(item, &self.account, self.currency, self.as_of) {
                Ok(position) => {
                    self.tell_unknown(item, &position.instrument)?;
                    if let Some(expected) = expected_value(item, &position, self.securities) {
                        let told = Told::new(item.place(), "UNITS times UNITPRICE is not the MKTVAL.")
                            .expected(expected)
                            .actual(position.market_value.unwrap_or_default());
                        self.context.find(CheckKind::ValueMismatch, Severity::Warn, told)?;
                    }
                    self.context.out.put(Record::Position(position))?;
                }
                Err(reason) => self.keep_aside(item, &format!("The position cannot be used: {reason}."))?,
            }
        }
        (self.read.positions, self.read.position_count) = (Some(told), Some(count));
        Ok(())
    }

    fn cash(&mut self, node: &Node) -> Result<(), Refusal> {
        let Some(balance) = node.child("INVBAL") else { return Ok(()) };
        let plain = ["AVAILCASH", "MARGINBALANCE", "SHORTBALANCE", "BUYPOWER"];
        let leaves = balance.children.iter().filter(|child| plain.contains(&child.name.as_str()));
        let leaves =
            leaves.map(|leaf| (leaf, leaf.name.as_str(), leaf.value.as_str(), Some(self.currency), self.as_of));
        let listed = balance.all(&["BAL"]).into_iter().map(|item| {
            let is_money = item.text("BALTYPE").is_none_or(|kind| kind == "DOLLAR");
            let date = item.text("DTASOF").and_then(time).map_or(self.as_of, |(date, _)| Some(date));
            let text = item.text("VALUE").unwrap_or_default();
            (item, item.text("NAME").unwrap_or("BAL"), text, is_money.then_some(self.currency), date)
        });
        let found: Vec<_> = leaves.chain(listed).collect();
        for (item, name, text, currency, as_of) in found {
            match number(text) {
                Ok((amount, _)) => self.context.out.put(Record::Cash(Cash {
                    account: self.account.clone(),
                    name: name.to_owned(),
                    amount,
                    currency,
                    as_of,
                    place: item.place(),
                }))?,
                Err(reason) => self.keep_aside(item, &format!("The balance {name} cannot be read: {reason}."))?,
            }
        }
        Ok(())
    }
}

/// A number that may be missing, but not unreadable.
fn figure(item: &Node, name: &str) -> Result<Option<Decimal>, String> {
    item.leaf(name)?
        .map(|text| number(text).map(|(number, _)| number).map_err(|error| format!("{name}: {error}")))
        .transpose()
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

fn position(item: &Node, account: &str, default: Currency, as_of: Option<Date>) -> Result<Position, String> {
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
        market_value: figure(item, "MKTVAL")?,
        value_currency: currency,
        cost: None,
        cost_currency: currency,
        accrued_interest: None,
        blocked: None,
        place: item.place(),
    })
}

fn transaction(item: &Node, account: &str, default: Currency, securities: &Securities) -> Result<Transaction, String> {
    use TransactionKind as K;
    if !item.closed {
        return Err("it has no end tag, so it may be cut".to_owned());
    }
    let bank = item.name == "INVBANKTRAN";
    let quantity = figure(item, "UNITS")?;
    let net = figure(item, if bank { "TRNAMT" } else { "TOTAL" })?;
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
        (Some(units), Some(price)) if traded && divisor(instrument.as_deref(), &item.name, securities) == 1 => {
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
        currency: currency_of(item, default)?,
        ratio,
        text: item.leaf("MEMO")?.map(str::to_owned),
        place: item.place(),
    })
}

/// 100 where a price is in percent or of a hundredth of a contract; the sign of what may be divided or multiplied.
fn divisor(key: Option<&str>, name: &str, securities: &Securities) -> i128 {
    let class = key.and_then(|key| securities.known.get(key)).map(|(class, _)| *class);
    let special = matches!(class, Some(AssetClass::Bond | AssetClass::Option));
    if special || name.ends_with("DEBT") || name.ends_with("OPT") { 100 } else { 1 }
}

/// What quantity × price may be worth: bonds are quoted in percent (or, by some brokers, in money), options by the contract.
fn products(units: Decimal, price: Decimal, item: &Node, key: &str, securities: &Securities) -> Option<Vec<Decimal>> {
    let plain = units.checked_mul(price).ok()?.abs();
    let known = securities.known.get(key);
    let class = known.map(|(class, _)| *class);
    let mut products = vec![plain];
    if class == Some(AssetClass::Bond) || item.name.ends_with("DEBT") {
        products.push(plain.checked_mul(Decimal::new(1, 2)).ok()?);
    }
    if class == Some(AssetClass::Option) || item.name.ends_with("OPT") {
        let factor = known.map(|(_, factor)| *factor).filter(|factor| *factor > Decimal::new(1, 0));
        products.push(plain.checked_mul(factor.unwrap_or(Decimal::new(100, 0))).ok()?);
    }
    Some(products)
}

/// Half a unit of the last digit that each figure was written with, and a cent.
fn room(item: &Node, units: Decimal, price: Decimal) -> Decimal {
    let half = |name: &str| {
        let scale = item.leaf(name).ok().flatten().map_or(2, written_scale);
        Decimal::new(5, (scale + 1).min(18))
    };
    let of_price = units.abs().checked_mul(half("UNITPRICE")).unwrap_or_default();
    let of_units = price.abs().checked_mul(half("UNITS")).unwrap_or_default();
    // A figure without decimals is exact more often than it is rounded.
    let whole = |name: &str| item.leaf(name).ok().flatten().is_some_and(|text| written_scale(text) == 0);
    let mut room = Decimal::new(1, 2);
    for (name, more) in [("UNITPRICE", of_price), ("UNITS", of_units)] {
        if !whole(name) {
            room = room.checked_add(more).unwrap_or(room);
        }
    }
    room
}

fn is_near(a: Decimal, b: Decimal, room: Decimal) -> bool {
    a.checked_sub(b).is_ok_and(|off| off.abs() <= room)
}

/// The value that units and price make, where the stated one is another.
fn expected_value(item: &Node, position: &Position, securities: &Securities) -> Option<Decimal> {
    let (units, price, stated) = (position.quantity.0, position.price?, position.market_value?);
    let products = products(units, price, item, &position.instrument, securities)?;
    let room = room(item, units, price);
    (!products.iter().any(|product| is_near(*product, stated.abs(), room))).then(|| products.last().copied())?
}

/// The total that units, price and charges make, where the stated one is another. Nought units or a nought price say nothing.
fn expected_total(item: &Node, transaction: &Transaction, securities: &Securities) -> Option<Decimal> {
    use TransactionKind as K;
    if !matches!(transaction.kind, K::Buy | K::Sell | K::Reinvest) {
        return None;
    }
    let (units, price, stated) = (transaction.quantity?.0, transaction.price?, transaction.net?.abs());
    if units.is_zero() || price.is_zero() {
        return None;
    }
    let charges = ["MARKUP", "MARKDOWN", "ACCRDINT", "PENALTY"];
    let optional = charges.iter().filter_map(|name| figure(item, name).ok().flatten());
    let more = optional.fold(Decimal::ZERO, |sum, charge| sum.checked_add(charge.abs()).unwrap_or(sum));
    let costs = transaction.fees.checked_add(transaction.taxes).ok()?.abs();
    let room = room(item, units, price).checked_add(more).ok()?;
    let products = products(units, price, item, transaction.instrument.as_deref().unwrap_or_default(), securities)?;
    let fits = products.iter().any(|product| {
        is_near(*product, stated, room)
            || [product.checked_add(costs), product.checked_sub(costs)]
                .into_iter()
                .flatten()
                .any(|sum| is_near(sum, stated, room))
    });
    let expected = products.last()?;
    let expected = if transaction.kind == K::Sell { expected.checked_sub(costs) } else { expected.checked_add(costs) };
    (!fits).then_some(expected.ok()?)
}

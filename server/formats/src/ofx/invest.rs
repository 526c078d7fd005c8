//! Investment statements: `INVSTMTRS` with its account, transactions, positions and balances.

mod checks;
mod convert;

use super::{
    Context, bank,
    node::Node,
    seclist::Securities,
    values::{number, time},
};
use crate::{
    Refusal,
    out::Told,
    record::{CheckKind, Severity},
    securities::{
        OfxPosition, OfxStatement,
        record::{Cash, Portfolio, Record, Transaction},
    },
};
use guichet_types::{Currency, Date};
use std::collections::{BTreeMap, HashSet};

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
            match convert::transaction(item, &self.account, self.currency, self.securities) {
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
        if let Some(expected) = checks::expected_total(item, &transaction, self.securities) {
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
        let (mut told, mut count, mut seen) = (Vec::new(), 0, HashSet::new());
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
            match convert::position(item, &self.account, self.currency, self.as_of) {
                Ok(position) => {
                    self.tell_unknown(item, &position.instrument)?;
                    let key = (position.instrument.clone(), position.sub_account.clone());
                    if !seen.insert(key) {
                        let told = Told::new(item.place(), "The account holds this instrument more than once.")
                            .actual(&position.instrument);
                        self.context.find(CheckKind::DuplicateEntry, Severity::Info, told)?;
                    }
                    if let Some(expected) = checks::expected_value(item, &position, self.securities) {
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

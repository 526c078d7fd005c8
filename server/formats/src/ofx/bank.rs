//! Bank and card statements: `STMTRS`, `CCSTMTRS`.

mod tell;

use super::{Context, node::Node, values};
use crate::{
    Refusal,
    out::Told,
    record::{
        AccountRef, Balance, Check, CheckKind, Entry, EntryDetail, EntryStatus, Record as Bank, Severity, StatementEnd,
        StatementHead,
    },
    securities::{OfxStatement, record::Record},
};
use guichet_types::{Currency, Date, Decimal, Iban};

/// Reads a statement and hands on what of it can be booked.
pub(super) fn statement(
    node: &Node,
    kind: &'static str,
    context: &mut Context<'_, '_>,
) -> Result<OfxStatement, Refusal> {
    let mut read = OfxStatement { kind, ..OfxStatement::default() };
    let from = node.child(if kind == "bank" { "BANKACCTFROM" } else { "CCACCTFROM" });
    let from = from.or_else(|| node.children.iter().find(|child| child.name.ends_with("ACCTFROM")));
    read.account = from.and_then(|from| from.text("ACCTID")).map(str::to_owned);
    read.bank_id = from.and_then(|from| from.text("BANKID")).map(str::to_owned);
    read.account_type = from.and_then(|from| from.text("ACCTTYPE")).map(str::to_owned);
    read.currency = node.text("CURDEF").and_then(|code| code.parse().ok());
    period(node, &mut read, context)?;
    let (Some(currency), Some(account)) = (read.currency, account(&read)) else {
        count_only(node, &mut read);
        let what = if read.currency.is_none() { "a readable currency (CURDEF)" } else { "an account (ACCTID)" };
        read.quarantined = read.entry_count.max(1);
        context.quarantine(node, &format!("The statement has no {what}."))?;
        return Ok(read);
    };
    let mut end = StatementEnd::default();
    let balances = balances(node, currency, &mut read, context)?;
    let period = (date_of(read.from_date.as_deref()), date_of(read.to_date.as_deref()));
    put(context, Bank::Statement(head(node, &account, period, balances)))?;
    for item in node.all(&["STMTTRN", "STMTTRNP"]) {
        entry(item, currency, &account.id, &mut read, &mut end, context)?;
    }
    end.quarantined = read.quarantined;
    end.duplicate_refs = read.duplicate_fitids;
    (end.balance_check, end.summary_check) = (Check::NotApplicable, Check::NotApplicable);
    put(context, Bank::StatementEnd(end))?;
    Ok(read)
}

fn put(context: &mut Context<'_, '_>, record: Bank) -> Result<(), Refusal> {
    context.out.put(Record::Bank(record))
}

/// The account as `BANKID/ACCTID`, because a number alone is of no bank; or its IBAN.
fn account(read: &OfxStatement) -> Option<AccountRef> {
    let stated = read.account.clone()?;
    let iban = stated.parse::<Iban>().ok();
    let (id, scheme) = match (&iban, &read.bank_id) {
        (Some(iban), _) => (iban.to_string(), "IBAN"),
        (None, Some(bank)) => (format!("{bank}/{stated}"), "OTHER"),
        (None, None) => (stated.clone(), if read.kind == "bank" { "OTHER" } else { "CARD" }),
    };
    let stated = (stated != id).then_some(stated);
    Some(AccountRef { id, scheme: scheme.to_owned(), currency: read.currency, name: None, bic: None, stated })
}

/// `DTSTART` and `DTEND`, as the file has them; a day that is none is told.
pub(super) fn period(node: &Node, read: &mut OfxStatement, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
    let list = node.children.iter().find(|child| matches!(child.name.as_str(), "BANKTRANLIST" | "INVTRANLIST"));
    read.from_date = list.and_then(|list| list.text("DTSTART")).map(str::to_owned);
    read.to_date = list.and_then(|list| list.text("DTEND")).map(str::to_owned);
    for text in [&read.from_date, &read.to_date].into_iter().flatten() {
        if values::time(text).is_none() {
            let told = Told::new(node.place(), "A date of the period is not in the calendar.").actual(text);
            context.find(CheckKind::InvalidDate, Severity::Info, told)?;
        }
    }
    if let (Some(from), Some(to)) = (date_of(read.from_date.as_deref()), date_of(read.to_date.as_deref()))
        && from > to
    {
        let told = Told::new(node.place(), "The period ends before it begins.").expected(from).actual(to);
        context.find(CheckKind::InvalidDate, Severity::Warn, told)?;
    }
    Ok(())
}

fn date_of(text: Option<&str>) -> Option<Date> {
    text.and_then(values::time).map(|(date, _)| date)
}

fn head(
    node: &Node,
    account: &AccountRef,
    period: (Option<Date>, Option<Date>),
    balances: Vec<Balance>,
) -> StatementHead {
    StatementHead {
        from: period.0,
        to: period.1,
        account: Some(account.clone()),
        balances,
        place: node.place(),
        ..StatementHead::default()
    }
}

/// `LEDGERBAL` is the booked balance of a moment (ISO code `ITBD`), `AVAILBAL` the available one (`ITAV`).
fn balances(
    node: &Node,
    currency: Currency,
    read: &mut OfxStatement,
    context: &mut Context<'_, '_>,
) -> Result<Vec<Balance>, Refusal> {
    let mut balances = Vec::new();
    for (name, code) in [("LEDGERBAL", "ITBD"), ("AVAILBAL", "ITAV")] {
        let found: Vec<&Node> = node.children.iter().filter(|child| child.name == name).collect();
        let Some(balance) = found.first() else {
            if code == "ITBD" {
                let told = Told::new(node.place(), "There is no LEDGERBAL.");
                context.find(CheckKind::SchemaDeviation, Severity::Info, told)?;
            }
            continue;
        };
        let text = balance.text("BALAMT").unwrap_or_default();
        let amount = match values::amount(text, currency.digits()) {
            _ if found.len() > 1 => Err("it is there more than once".to_owned()),
            other => other,
        };
        match amount {
            Err(reason) => {
                let told = Told::new(balance.place(), format!("{name} cannot be read: {reason}.")).actual(text);
                context.find(CheckKind::SchemaDeviation, Severity::Warn, told)?;
            }
            Ok((amount, _)) => {
                let date = balance.text("DTASOF").and_then(|text| date_of(Some(text)));
                if date.is_none() {
                    let told = Told::new(balance.place(), format!("{name} has no day that is in the calendar."));
                    context.find(CheckKind::InvalidDate, Severity::Info, told)?;
                }
                let slot = if code == "ITBD" { &mut read.ledger_balance } else { &mut read.available_balance };
                *slot = Some(amount);
                balances.push(Balance {
                    code: code.to_owned(),
                    subtype: None,
                    amount,
                    currency,
                    date,
                    tag: None,
                    direction_stated: true,
                });
            }
        }
    }
    Ok(balances)
}

/// What an entry of a statement that cannot be booked adds to the figures.
fn count_only(node: &Node, read: &mut OfxStatement) {
    for item in node.all(&["STMTTRN"]) {
        read.entry_count += 1;
        let amount = item.leaf("TRNAMT").ok().flatten().and_then(|text| values::amount(text, 2).ok());
        count(amount.map(|(amount, _)| amount), read);
    }
}

/// Counts and sums an amount. Sums that do not fit stay as they are.
pub(super) fn count(amount: Option<Decimal>, read: &mut OfxStatement) {
    match amount {
        None => read.bad_amounts += 1,
        Some(amount) if amount.is_negative() => {
            read.debit_count += 1;
            read.debit_sum = read.debit_sum.checked_add(amount.abs()).unwrap_or(read.debit_sum);
        }
        Some(amount) => {
            read.credit_count += 1;
            read.credit_sum = read.credit_sum.checked_add(amount).unwrap_or(read.credit_sum);
        }
    }
}

/// Amount and currency of an entry, or why it cannot be booked. `CURRENCY` says that the amount is of another currency;
/// `ORIGCURRENCY` only that it once was.
pub(super) fn money(item: &Node, leaf: &str, default: Currency) -> Result<(Decimal, Currency, bool), String> {
    let currency = match item.all(&["CURRENCY"]).first() {
        None => default,
        Some(other) => {
            let code = other.text("CURSYM").ok_or("CURRENCY has no CURSYM")?;
            code.parse().map_err(|error| format!("{error}: {code:?}"))?
        }
    };
    let text = item.leaf(leaf)?.ok_or_else(|| format!("{leaf} is missing or empty"))?;
    let (amount, grouped) = values::amount(text, currency.digits())?;
    Ok((amount, currency, grouped))
}

fn entry(
    item: &Node,
    default: Currency,
    account: &str,
    read: &mut OfxStatement,
    end: &mut StatementEnd,
    context: &mut Context<'_, '_>,
) -> Result<(), Refusal> {
    let pending = item.name == "STMTTRNP";
    let money = money(item, "TRNAMT", default);
    let amount = money.as_ref().ok().map(|(amount, ..)| *amount);
    let day = item.leaf(if pending { "DTTRAN" } else { "DTPOSTED" });
    if !pending {
        read.entry_count += 1;
        read.missing_date += u64::from(day == Ok(None));
        count(amount, read);
    }
    let fitid = item.leaf("FITID");
    let repeated = matches!(fitid, Ok(Some(fitid)) if context.is_repeated(account, fitid));
    read.duplicate_fitids += u64::from(repeated);
    let date = match &day {
        Ok(Some(text)) => values::time(text).ok_or_else(|| format!("the date {text:?} is not in the calendar")),
        Ok(None) => Err("it has no date".to_owned()),
        Err(reason) => Err(reason.clone()),
    };
    let (money, date, fitid) = match (money, date, fitid) {
        (Ok(money), Ok(date), Ok(fitid)) if item.closed => (money, date, fitid),
        (money, date, fitid) => {
            read.quarantined += 1;
            let reason = money.err().or(date.err()).or(fitid.err());
            let reason = reason.unwrap_or_else(|| "it has no end tag, so it may be cut".to_owned());
            return context.quarantine(item, &format!("The entry cannot be booked: {reason}."));
        }
    };
    let status = if pending { EntryStatus::Pending } else { EntryStatus::Booked };
    let entry = Entry {
        ordinal: u32::try_from(end.entry_count).unwrap_or(u32::MAX),
        amount: money.0,
        currency: money.1,
        reversal: false,
        status,
        status_stated: pending,
        booking_date: Some(date.0),
        booked_at: date.1,
        value_date: date_of(item.text("DTAVAIL")),
        entry_ref: item.text("REFNUM").or_else(|| item.text("CHECKNUM")).map(str::to_owned),
        servicer_ref: fitid.map(str::to_owned),
        domain_code: None,
        proprietary_code: item.text("TRNTYPE").map(str::to_owned),
        additional_info: None,
        details: vec![detail(item)],
        place: item.place(),
    };
    tell::entry(item, &entry, money.2, repeated, default, context)?;
    end.entry_count += 1;
    let negative = entry.amount.is_negative();
    *(if negative { &mut end.debit_count } else { &mut end.credit_count }) += 1;
    if status == EntryStatus::Booked && entry.currency == default {
        let sum = if negative { &mut end.sum_debit } else { &mut end.sum_credit };
        *sum = sum.checked_add(entry.amount.abs()).unwrap_or(*sum);
    }
    put(context, Bank::Entry(entry))
}

fn detail(item: &Node) -> EntryDetail {
    let payee = item.child("PAYEE").and_then(|payee| payee.text("NAME"));
    let to = item.children.iter().find(|child| matches!(child.name.as_str(), "BANKACCTTO" | "CCACCTTO"));
    let exchange = item
        .child("ORIGCURRENCY")
        .and_then(|original| Some(format!("{} {}", original.text("CURSYM")?, original.text("CURRATE")?)));
    EntryDetail {
        counterparty: item.text("NAME").or(payee).map(str::to_owned),
        counterparty_account: to.and_then(|to| to.text("ACCTID")).map(str::to_owned),
        remittance: item.text("MEMO").map(str::to_owned).into_iter().collect(),
        exchange,
        ..EntryDetail::default()
    }
}

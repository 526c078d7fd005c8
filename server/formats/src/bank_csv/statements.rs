//! Lines of an account as a statement: in the order of time, with the balances that the file gives, and their check.

use super::{
    mapping::{Holds, Mapping},
    rows::{Group, Line},
};
use crate::{
    Refusal,
    out::{Out, Told},
    record::{
        AccountRef, Balance, CheckKind, Entry, EntryDetail, EntryStatus, Record, Severity, StatementHead, StatementKind,
    },
    tell_balance, tell_entry,
    totals::Totals,
};
use guichet_types::{Currency, Date, Decimal, Iban, IbanError};

/// Hands on a statement for each account.
pub(super) fn put(groups: Vec<Group>, mapping: &Mapping, out: &mut Out<'_>) -> Result<(), Refusal> {
    let kind = match mapping.holds {
        Holds::Statement => StatementKind::Statement,
        Holds::Movements => StatementKind::Notification,
    };
    for group in groups {
        statement(group, kind, out)?;
    }
    Ok(())
}

fn statement(mut group: Group, kind: StatementKind, out: &mut Out<'_>) -> Result<(), Refusal> {
    if newest_first(&group.lines) {
        group.lines.reverse();
    }
    let currency = group.currency;
    let days: Vec<Date> = group.lines.iter().filter_map(day).collect();
    let (from, to) = (days.iter().min().copied(), days.iter().max().copied());
    let (opening, closing) = match balances(&group.lines, out)? {
        Some((opening, closing)) => {
            (Some(balance("OPBD", opening, currency, from)), Some(balance("CLBD", closing, currency, to)))
        }
        None => (None, None),
    };
    let place = group.lines.first().map_or(String::new(), |line| line.place.clone());
    out.put(Record::Statement(StatementHead {
        from,
        to,
        account: Some(account(&group.account, currency)),
        balances: opening.iter().cloned().collect(),
        place: place.clone(),
        ..StatementHead::default()
    }))?;
    let mut totals = Totals::new(kind, Some(currency));
    for (ordinal, line) in (0..).zip(group.lines) {
        let entry = entry(ordinal, line, currency);
        let seen = totals.take(&entry, !entry.amount.is_negative());
        tell_entry(&entry, seen, out)?;
        out.put(Record::Entry(entry))?;
    }
    totals.quarantined = group.aside;
    let end = totals.end(opening, closing.clone(), closing.into_iter().collect());
    tell_balance(&end, &place, out)?;
    out.put(Record::StatementEnd(end))
}

fn account(stated: &str, currency: Currency) -> AccountRef {
    let compact: String = stated.chars().filter(|c| !c.is_whitespace()).collect();
    let is_iban = matches!(compact.parse::<Iban>(), Ok(_) | Err(IbanError::CheckDigits));
    let (id, scheme) = if is_iban { (compact, "IBAN") } else { (stated.to_owned(), "OTHER") };
    let differs = (id != stated).then(|| stated.to_owned());
    AccountRef { id, scheme: scheme.to_owned(), currency: Some(currency), stated: differs, ..AccountRef::default() }
}

fn day(line: &Line) -> Option<Date> {
    line.booking_date.or(line.value_date)
}

/// Whether the file begins with its newest row. By the days; where there is one day alone, by which way the balances go.
fn newest_first(lines: &[Line]) -> bool {
    let days: Vec<Date> = lines.iter().filter_map(day).collect();
    let falls = days.windows(2).filter(|pair| pair[0] > pair[1]).count();
    let rises = days.windows(2).filter(|pair| pair[0] < pair[1]).count();
    if falls != rises {
        return falls > rises;
    }
    let fits = |pair: &&[Line], newer: usize| {
        let older = 1 - newer;
        let (Some(before), Some(after)) = (pair[older].balance, pair[newer].balance) else { return false };
        before.checked_add(pair[newer].amount).is_ok_and(|sum| sum == after)
    };
    let down = lines.windows(2).filter(|pair| fits(pair, 0)).count();
    let up = lines.windows(2).filter(|pair| fits(pair, 1)).count();
    down > up
}

/// The balance before the first line and behind the last, out of those that the lines have; none where no line has one. Where
/// two that follow each other do not fit the amounts between them, that is told.
fn balances(lines: &[Line], out: &mut Out<'_>) -> Result<Option<(Decimal, Decimal)>, Refusal> {
    let (mut opening, mut known, mut since) = (None, None::<Decimal>, Some(Decimal::ZERO));
    for line in lines.iter().filter(|line| !line.pending) {
        since = since.and_then(|sum| sum.checked_add(line.amount).ok());
        let (Some(balance), Some(sum)) = (line.balance, since) else { continue };
        match known.and_then(|known| known.checked_add(sum).ok()) {
            None if opening.is_none() => opening = balance.checked_sub(sum).ok(),
            Some(expected) if expected == balance => {}
            expected => out.finding(CheckKind::BalanceMismatch, Severity::Warn, || {
                Told::new(&line.place, "The balance is not the one before it and the amounts since.")
                    .expected(expected.map_or(String::new(), |expected| expected.to_string()))
                    .actual(balance)
            })?,
        }
        (known, since) = (Some(balance), Some(Decimal::ZERO));
    }
    let closing = known.zip(since).and_then(|(known, since)| known.checked_add(since).ok());
    Ok(opening.zip(closing))
}

fn balance(code: &str, amount: Decimal, currency: Currency, date: Option<Date>) -> Balance {
    Balance { code: code.to_owned(), subtype: None, amount, currency, date, tag: None, direction_stated: true }
}

fn entry(ordinal: u32, line: Line, currency: Currency) -> Entry {
    let detail = EntryDetail {
        counterparty: line.counterparty,
        counterparty_account: line.counterparty_account,
        remittance: if line.remittance.is_empty() { Vec::new() } else { vec![line.remittance.join(" ")] },
        ..EntryDetail::default()
    };
    Entry {
        ordinal,
        amount: line.amount,
        currency,
        reversal: false,
        status: if line.pending { EntryStatus::Pending } else { EntryStatus::Booked },
        status_stated: line.pending,
        booking_date: line.booking_date,
        booked_at: None,
        value_date: line.value_date,
        entry_ref: None,
        servicer_ref: line.reference,
        domain_code: None,
        proprietary_code: line.code,
        additional_info: None,
        details: if detail == EntryDetail::default() { Vec::new() } else { vec![detail] },
        place: line.place,
    }
}

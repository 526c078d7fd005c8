//! How the statements of one file follow each other: numbers, pages, and closing balance to opening balance.

use crate::{
    Refusal,
    out::{Out, Told},
    record::{Balance, CheckKind, Severity, StatementEnd, StatementHead},
};
use guichet_types::Date;
use std::collections::HashMap;

/// Accounts whose last statement is remembered.
const REMEMBERED: usize = 10_000;

/// The last statement of each account of the file.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    last: HashMap<String, Last>,
}

#[derive(Debug)]
struct Last {
    reference: Option<String>,
    number: Option<u64>,
    page: Option<u32>,
    /// It was a page, and more were to come.
    open: bool,
    closing: Option<Balance>,
}

impl Chains {
    /// Compares a statement with the one before it of the same account, and remembers it.
    pub fn follow(&mut self, head: &StatementHead, end: &StatementEnd, out: &mut Out<'_>) -> Result<(), Refusal> {
        let Some(account) = &head.account else { return Ok(()) };
        let opening = end.opening.clone();
        let key = format!(
            "{} {}",
            account.id,
            opening.as_ref().map(|b| b.currency).or(account.currency).map_or_else(String::new, |c| c.to_string())
        );
        let closing_tag = end.closing.as_ref().and_then(|balance| balance.tag.as_deref());
        let now = Last {
            reference: head.reference.clone(),
            number: number(head),
            page: head.page,
            open: closing_tag == Some("62M") || head.last_page == Some(false),
            closing: end.closing.clone(),
        };
        if let Some(last) = self.last.get(&key) {
            compare(last, &now, opening.as_ref(), &head.place, out)?;
        } else if self.last.len() >= REMEMBERED {
            return Ok(());
        }
        self.last.insert(key, now);
        Ok(())
    }
}

/// The number of a statement within its account; nought and no number mean that the sender does not count.
fn number(head: &StatementHead) -> Option<u64> {
    let camt = head.electronic_seq.as_deref().or(head.legal_seq.as_deref());
    let text = camt.or(head.statement_no.as_deref()).and_then(|text| text.split('/').next())?;
    text.trim().parse().ok().filter(|number| *number > 0)
}

fn compare(last: &Last, now: &Last, opening: Option<&Balance>, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let paged = last.open && last.number == now.number;
    if let (Some(before), Some(number)) = (last.number, now.number) {
        if number == before && !paged && last.page == now.page {
            // With the same reference it is the same statement again; a bank that does not count repeats its number only.
            let severity = if last.reference == now.reference { Severity::Warn } else { Severity::Info };
            out.finding(CheckKind::DuplicateDocument, severity, || {
                Told::new(place, format!("Statement {number} of this account stands in the file twice."))
            })?;
            return Ok(());
        }
        if number > before + 1 {
            out.finding(CheckKind::SequenceGap, Severity::Warn, || {
                Told::new(place, "Statement numbers leave one out.").expected(before + 1).actual(number)
            })?;
        }
    }
    if paged
        && let (Some(before), Some(page)) = (last.page, now.page)
        && page != before + 1
    {
        out.finding(CheckKind::PageChain, Severity::Warn, || {
            Told::new(place, "A page of the statement is missing.").expected(before + 1).actual(page)
        })?;
    }
    let (Some(before), Some(opening)) = (&last.closing, opening) else { return Ok(()) };
    if before.currency == opening.currency && before.amount != opening.amount && in_order(before.date, opening.date) {
        let check = if paged { CheckKind::PageChain } else { CheckKind::ContinuityBreak };
        out.finding(check, Severity::Warn, || {
            Told::new(place, "The opening balance is not the closing balance of the statement before.")
                .expected(before.amount)
                .actual(opening.amount)
        })?;
    }
    Ok(())
}

/// An older statement behind a newer one says nothing about the newer one's closing.
fn in_order(before: Option<Date>, opening: Option<Date>) -> bool {
    before.zip(opening).is_none_or(|(before, opening)| opening >= before)
}

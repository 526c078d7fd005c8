//! `TxsSummry`: what a statement claims of its entries, held against them.

use super::context::Context;
use crate::{
    Refusal,
    out::{Out, Told},
    record::{Check, CheckKind, Severity},
    totals::{Side, Totals},
};
use guichet_types::Decimal;

/// `TxsSummry` while it is read: what it claims of all, of credits, of debits.
#[derive(Default)]
pub(super) struct SummaryDraft {
    claims: [(Option<u64>, Option<Decimal>); 3],
    there: bool,
    unreadable: bool,
}

impl SummaryDraft {
    /// A text of the summary; false when it is none.
    pub fn leaf(&mut self, context: Context, text: &str) -> bool {
        let side = match context {
            Context::SummaryAllCount | Context::SummaryAllSum => 0,
            Context::SummaryCreditCount | Context::SummaryCreditSum => 1,
            Context::SummaryDebitCount | Context::SummaryDebitSum => 2,
            _ => return false,
        };
        self.there = true;
        if matches!(context, Context::SummaryAllSum | Context::SummaryCreditSum | Context::SummaryDebitSum) {
            self.claims[side].1 = Decimal::parse(text, b'.').ok();
            self.unreadable |= self.claims[side].1.is_none();
        } else {
            self.claims[side].0 = text.parse().ok();
            self.unreadable |= self.claims[side].0.is_none();
        }
        true
    }

    /// Whether the claims fit. `met` is the number of entries, readable or not.
    pub fn check(&self, totals: &Totals, met: u32) -> Check {
        if !self.there {
            return Check::NotApplicable;
        }
        let (credits, debits) = (totals.credits, totals.debits);
        let both = credits.sum.checked_add(debits.sum);
        let all = Side { count: u64::from(met), sum: both.unwrap_or(Decimal::ZERO) };
        let fits = self.claims.iter().zip([all, credits, debits]).all(|((count, sum), side)| {
            count.is_none_or(|count| count == side.count) && sum.is_none_or(|sum| sum.abs() == side.sum)
        });
        if fits && both.is_ok() && !self.unreadable { Check::Ok } else { Check::Mismatch }
    }

    /// Tells that they do not.
    pub fn tell(&self, totals: &Totals, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        out.finding(CheckKind::SummaryMismatch, Severity::Warn, || {
            let claim =
                self.claims.map(|(count, sum)| format!("{} entries, {}", text_of(count), text_of(sum))).join("; ");
            let Side { count: credits, sum: credit } = totals.credits;
            let Side { count: debits, sum: debit } = totals.debits;
            let met = format!("{} entries; {credits} entries, {credit}; {debits} entries, {debit}", credits + debits);
            Told::new(place, "The summary of the transactions does not fit the entries (all; credits; debits).")
                .expected(claim)
                .actual(met)
        })
    }
}

fn text_of<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| value.to_string())
}

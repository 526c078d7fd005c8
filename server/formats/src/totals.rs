//! What a statement's entries add up to, and whether that is what the statement says.

use crate::record::{Balance, Check, Entry, EntryStatus, StatementEnd, StatementKind};
use guichet_types::{Currency, Decimal};
use std::collections::HashSet;

/// Servicer references that are remembered within one statement; eight bytes each.
const REMEMBERED: usize = 200_000;

/// Sums of one statement while it is read.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub kind: Option<StatementKind>,
    /// The account's currency: as stated, else of the opening balance, else of the first entry.
    pub currency: Option<Currency>,
    pub entry_count: u64,
    pub quarantined: u64,
    pub duplicate_refs: u64,
    /// All entries, for the summary.
    pub credits: Side,
    pub debits: Side,
    /// Booked entries of the account's currency.
    sum_credit: Decimal,
    sum_debit: Decimal,
    overflow: bool,
    refs: HashSet<u64, std::hash::BuildHasherDefault<std::hash::DefaultHasher>>,
}

/// Number and sum of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Side {
    pub count: u64,
    pub sum: Decimal,
}

/// What taking an entry showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub duplicate: bool,
    pub other_currency: bool,
}

impl Totals {
    pub fn new(kind: StatementKind, currency: Option<Currency>) -> Self {
        Self { kind: Some(kind), currency, ..Self::default() }
    }

    /// Takes an entry; `credit` is its direction, which the sign of a nought does not tell.
    pub fn take(&mut self, entry: &Entry, credit: bool) -> Seen {
        self.entry_count += 1;
        let size = entry.amount.abs();
        let side = if credit { &mut self.credits } else { &mut self.debits };
        side.count += 1;
        self.overflow |= add(&mut side.sum, size);
        let currency = *self.currency.get_or_insert(entry.currency);
        if entry.status == EntryStatus::Booked && entry.currency == currency {
            let sum = if credit { &mut self.sum_credit } else { &mut self.sum_debit };
            self.overflow |= add(sum, size);
        }
        let duplicate = entry.servicer_ref.as_deref().is_some_and(|reference| !self.first_time(reference));
        self.duplicate_refs += u64::from(duplicate);
        Seen { duplicate, other_currency: entry.currency != currency }
    }

    /// Remembers a reference by its hash. Beyond the bound nothing new is remembered, so nothing is told wrongly.
    fn first_time(&mut self, reference: &str) -> bool {
        if reference.is_empty() || matches!(reference, "NONREF" | "NOTPROVIDED") {
            return true;
        }
        let hash = crate::hash64(reference);
        if self.refs.len() < REMEMBERED { self.refs.insert(hash) } else { !self.refs.contains(&hash) }
    }

    /// The end of the statement, with its check.
    pub fn end(&self, opening: Option<Balance>, closing: Option<Balance>, balances: Vec<Balance>) -> StatementEnd {
        let balance_check = self.check(opening.as_ref(), closing.as_ref());
        StatementEnd {
            balances,
            opening,
            closing,
            entry_count: self.entry_count,
            credit_count: self.credits.count,
            debit_count: self.debits.count,
            sum_credit: self.sum_credit,
            sum_debit: self.sum_debit,
            balance_check,
            summary_check: Check::NotApplicable,
            duplicate_refs: self.duplicate_refs,
            quarantined: self.quarantined,
        }
    }

    fn check(&self, opening: Option<&Balance>, closing: Option<&Balance>) -> Check {
        let (Some(opening), Some(closing)) = (opening, closing) else { return Check::NotApplicable };
        // A report within the day may tell balances and leave the entries out.
        if self.kind == Some(StatementKind::Intraday) && self.entry_count + self.quarantined == 0 {
            return Check::NotApplicable;
        }
        let same = opening.currency == closing.currency && self.currency.is_none_or(|own| own == opening.currency);
        let holds = !self.overflow
            && difference(opening.amount, closing.amount, self.sum_credit, self.sum_debit)
                .is_some_and(Decimal::is_zero);
        if same && holds && self.quarantined == 0 { Check::Ok } else { Check::Mismatch }
    }
}

/// Closing less opening less what was booked.
pub(crate) fn difference(opening: Decimal, closing: Decimal, credit: Decimal, debit: Decimal) -> Option<Decimal> {
    let booked = opening.checked_add(credit).and_then(|sum| sum.checked_sub(debit)).ok()?;
    closing.checked_sub(booked).ok()
}

/// Adds, and says whether the sum did not fit.
fn add(sum: &mut Decimal, more: Decimal) -> bool {
    match sum.checked_add(more) {
        Ok(total) => {
            *sum = total;
            false
        }
        Err(_) => true,
    }
}

/// The opening and the closing balance out of those of a statement: `OPBD`, else `PRCD`; `CLBD`. A final one is preferred
/// to one of a page, and one of the account's currency to another.
pub(crate) fn opening_and_closing<'a>(
    balances: impl Iterator<Item = &'a Balance> + Clone,
    currency: Option<Currency>,
) -> (Option<&'a Balance>, Option<&'a Balance>) {
    let rank = |balance: &Balance| {
        (
            u8::from(currency.is_some_and(|own| own != balance.currency)),
            u8::from(balance.subtype.as_deref() == Some("INTM")),
        )
    };
    let of = |code: &'static str| balances.clone().filter(move |balance| balance.code == code);
    let opening = of("OPBD").min_by_key(|b| rank(b)).or_else(|| of("PRCD").min_by_key(|b| rank(b)));
    // Of several closings the last one counts.
    let closing = of("CLBD").reduce(|best, next| if rank(next) <= rank(best) { next } else { best });
    (opening, closing)
}

//! An entry while it is read. It is told only when its amount, currency and direction are beyond doubt.

use super::{
    context::{Context, Role},
    statement::{self, StatementDraft},
    transaction::TransactionDraft,
    values,
};
use crate::{
    Refusal, calendar, ids,
    out::{Out, Told},
    record::{CheckKind, Entry, EntryDetail, EntryStatus, Record, Severity, StatementKind},
};
use guichet_types::{Currency, Date, Decimal, Timestamp};
use std::fmt::Write as _;

/// `Ntry` while it is read.
#[derive(Default)]
pub(super) struct EntryDraft {
    amount: Option<Result<(Decimal, Currency), String>>,
    credit: Option<Result<bool, String>>,
    /// Something that may stand once stands twice.
    twice: Option<&'static str>,
    reversal: bool,
    status: Option<String>,
    booking_date: Option<Date>,
    booked_at: Option<Timestamp>,
    value_date: Option<Date>,
    entry_ref: Option<String>,
    servicer_ref: Option<String>,
    codes: [String; 3],
    proprietary_code: Option<String>,
    additional_info: Option<String>,
    details: Vec<(EntryDetail, Option<bool>)>,
    transaction: TransactionDraft,
    in_transaction: bool,
    /// `Btch`: what is claimed, and where in `details` its transactions begin.
    batch: Option<(Option<u64>, Option<Decimal>, usize)>,
    batch_fault: Option<(String, String)>,
}

impl EntryDraft {
    pub fn begin(&mut self) {
        let codes = std::mem::take(&mut self.codes).map(|mut code| {
            code.clear();
            code
        });
        *self = Self { codes, ..Self::default() };
    }

    pub fn begin_batch(&mut self) {
        self.batch = Some((None, None, self.details.len()));
    }

    pub fn begin_transaction(&mut self) {
        self.transaction = TransactionDraft::default();
        self.in_transaction = true;
    }

    /// A text below the entry.
    pub fn leaf(
        &mut self,
        context: Context,
        role: Role,
        text: &str,
        currency: &str,
        line: u64,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        match context {
            Context::Amount => {
                self.twice = self.twice.or(self.amount.is_some().then_some("its amount"));
                self.amount = Some(values::amount(text, currency));
            }
            Context::Direction => {
                self.twice = self.twice.or(self.credit.is_some().then_some("its direction"));
                self.credit = Some(values::is_credit(text));
            }
            Context::Reversal => self.reversal = values::flag(text),
            Context::Status => self.status = values::said(text),
            Context::BookingDate => {
                self.booked_at = calendar::moment(text).map(|moment| moment.at);
                self.booking_date = statement::date(text, "BookgDt", line, out)?;
            }
            Context::ValueDate => self.value_date = statement::date(text, "ValDt", line, out)?,
            Context::EntryRef => self.entry_ref = values::said(text),
            Context::ServicerRef => self.servicer_ref = values::said(text),
            Context::DomainCode => self.codes[0].push_str(text),
            Context::FamilyCode => self.codes[1].push_str(text),
            Context::SubfamilyCode => self.codes[2].push_str(text),
            Context::ProprietaryCode => self.proprietary_code = values::said(text),
            Context::AdditionalInfo => self.additional_info = values::said(text),
            Context::BatchCount => {
                if let Some(batch) = &mut self.batch {
                    batch.0 = text.parse().ok();
                }
            }
            Context::BatchTotal => {
                if let Some(batch) = &mut self.batch {
                    batch.1 = Decimal::parse(text, b'.').ok();
                }
            }
            Context::Iban => {
                if let Some(fault) = ids::iban_fault(text) {
                    out.finding(CheckKind::InvalidIdentifier, Severity::Info, || {
                        Told::new(
                            format!("line {line}"),
                            format!("The IBAN of the other side does not check: {fault}."),
                        )
                        .actual(text)
                    })?;
                }
                self.transaction.side(role).account = values::said(text);
            }
            _ if self.in_transaction => self.transaction.leaf(context, role, text, currency),
            _ => {}
        }
        Ok(())
    }

    /// `TxDtls` ends.
    pub fn end_transaction(&mut self) {
        self.in_transaction = false;
        let entry_credit = matches!(self.credit, Some(Ok(true)));
        let draft = std::mem::take(&mut self.transaction);
        let stated = draft.credit;
        self.details.push((draft.finish(entry_credit), stated));
    }

    /// `NtryDtls` ends: a batch is held against its transactions.
    pub fn end_details(&mut self) {
        let Some((count, total, from)) = self.batch.take() else { return };
        let details = &self.details[from.min(self.details.len())..];
        if details.is_empty() {
            return;
        }
        if let Some(count) = count
            && count != details.len() as u64
        {
            self.batch_fault = Some((format!("{count} transactions"), format!("{}", details.len())));
        }
        if let (Some(total), Some(sum)) = (total, sum_of(details))
            && total.abs() != sum.abs()
        {
            self.batch_fault = Some((total.to_string(), sum.abs().to_string()));
        }
    }

    /// `Ntry` ends: it is told, or kept aside.
    pub fn end(
        &mut self,
        line: u64,
        raw: impl FnOnce() -> Vec<u8>,
        statement: &mut StatementDraft,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let mut path = String::with_capacity(statement.place().len() + 16);
        let ordinal = statement.ordinal;
        statement.ordinal += 1;
        let _ = write!(path, "{}/Ntry[{}]", statement.place(), ordinal + 1);
        let account = if statement.has_account() { Ok(()) } else { Err("the statement names no account".to_owned()) };
        let amount = self.amount.take().unwrap_or_else(|| Err("there is no amount".to_owned()));
        let credit = self.credit.take().unwrap_or_else(|| Err("there is no direction".to_owned()));
        let once = self.twice.map_or(Ok(()), |what| Err(format!("it states {what} twice")));
        let ((amount, currency), credit) = match (amount, credit, account, once) {
            (Ok(amount), Ok(credit), Ok(()), Ok(())) => (amount, credit),
            (Err(reason), ..) | (_, Err(reason), ..) | (_, _, Err(reason), _) | (.., Err(reason)) => {
                statement.totals.quarantined += 1;
                return out.quarantine(
                    format!("{path}, line {line}"),
                    format!("The entry is kept aside: {reason}."),
                    raw(),
                );
            }
        };
        let (status, status_stated) = self.status(statement.kind(), &path, out)?;
        let amount = values::signed(amount, credit);
        self.control(amount, currency, credit, &path, out)?;
        let entry = Entry {
            ordinal,
            amount,
            currency,
            reversal: self.reversal,
            status,
            status_stated,
            booking_date: self.booking_date,
            booked_at: self.booked_at,
            value_date: self.value_date,
            entry_ref: self.entry_ref.take(),
            servicer_ref: self.servicer_ref.take(),
            domain_code: self.domain_code(),
            proprietary_code: self.proprietary_code.take(),
            additional_info: self.additional_info.take(),
            details: std::mem::take(&mut self.details).into_iter().map(|(detail, _)| detail).collect(),
            place: path,
        };
        let seen = statement.totals.take(&entry, credit);
        crate::tell_entry(&entry, seen, out)?;
        out.put(Record::Entry(entry))
    }

    /// The status, and whether the file states it.
    fn status(&self, kind: StatementKind, path: &str, out: &mut Out<'_>) -> Result<(EntryStatus, bool), Refusal> {
        let Some(text) = &self.status else {
            let assumed = if kind == StatementKind::Intraday { EntryStatus::Pending } else { EntryStatus::Booked };
            return Ok((assumed, false));
        };
        if let Some(status) = values::status(text) {
            return Ok((status, true));
        }
        out.finding(CheckKind::UnknownCode, Severity::Warn, || {
            Told::new(path, "The status of the entry is not known; it is told as information and not as booked.")
                .actual(text)
        })?;
        Ok((EntryStatus::Info, true))
    }

    fn domain_code(&self) -> Option<String> {
        let parts: Vec<&str> = self.codes.iter().map(String::as_str).filter(|code| !code.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// Totals that the file states against the transactions. A bank may resolve a batch elsewhere, and may book net of
    /// charges, so this is worth knowing and no more.
    fn control(
        &mut self,
        amount: Decimal,
        currency: Currency,
        credit: bool,
        path: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        if let Some((expected, actual)) = self.batch_fault.take() {
            out.finding(CheckKind::ControlTotal, Severity::Info, || {
                Told::new(path, "The batch does not hold as much as it states.").expected(expected).actual(actual)
            })?;
        }
        if !self.details.is_empty()
            && self.details.iter().all(|(detail, _)| detail.currency == Some(currency))
            && let Some(sum) = sum_of(&self.details)
            && sum != amount
            && sum.abs() != amount.abs()
        {
            out.finding(CheckKind::ControlTotal, Severity::Info, || {
                Told::new(path, "The transactions do not add up to the entry.")
                    .expected(amount)
                    .actual(values::signed(sum.abs(), credit))
            })?;
        }
        Ok(())
    }
}

/// The signed sum of transactions, if every one has an amount.
fn sum_of(details: &[(EntryDetail, Option<bool>)]) -> Option<Decimal> {
    details
        .iter()
        .try_fold(Decimal::ZERO, |sum, (detail, _)| detail.amount.and_then(|amount| sum.checked_add(amount).ok()))
}

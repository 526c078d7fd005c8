//! An entry while it is read. It is told only when its amount, currency and direction are beyond doubt.

use super::{
    context::{Context, Role},
    statement::{self, StatementDraft},
    values,
};
use crate::{
    Refusal, calendar, ids,
    out::{Out, Told},
    record::{CheckKind, Entry, EntryDetail, EntryStatus, Record, Severity, StatementKind},
};
use guichet_types::{Currency, Date, Decimal, Timestamp};
use std::fmt::Write as _;

/// One side of a transaction.
#[derive(Default)]
struct Side {
    name: Option<String>,
    account: Option<String>,
    bic: Option<String>,
    private_id: Option<String>,
}

/// `TxDtls` while it is read.
#[derive(Default)]
struct TransactionDraft {
    detail: EntryDetail,
    amount: Option<(Decimal, Currency)>,
    credit: Option<bool>,
    debtor: Side,
    creditor: Side,
    instructed: Option<String>,
    rate: Option<String>,
}

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
    pub fn leaf(&mut self, context: Context, role: Role, text: &str, currency: &str, line: u64, out: &mut Out<'_>) -> Result<(), Refusal> {
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
                        Told::new(format!("line {line}"), format!("The IBAN of the other side does not check: {fault}.")).actual(text)
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
    pub fn end(&mut self, line: u64, raw: &[u8], statement: &mut StatementDraft, out: &mut Out<'_>) -> Result<(), Refusal> {
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
                return out.quarantine(format!("{path}, line {line}"), format!("The entry is kept aside: {reason}."), raw);
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
            Told::new(path, "The status of the entry is not known; it is told as information and not as booked.").actual(text)
        })?;
        Ok((EntryStatus::Info, true))
    }

    fn domain_code(&self) -> Option<String> {
        let parts: Vec<&str> = self.codes.iter().map(String::as_str).filter(|code| !code.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// Totals that the file states against the transactions. A bank may resolve a batch elsewhere, and may book net of
    /// charges, so this is worth knowing and no more.
    fn control(&mut self, amount: Decimal, currency: Currency, credit: bool, path: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
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
                Told::new(path, "The transactions do not add up to the entry.").expected(amount).actual(values::signed(sum.abs(), credit))
            })?;
        }
        Ok(())
    }
}

/// The signed sum of transactions, if every one has an amount.
fn sum_of(details: &[(EntryDetail, Option<bool>)]) -> Option<Decimal> {
    details.iter().try_fold(Decimal::ZERO, |sum, (detail, _)| detail.amount.and_then(|amount| sum.checked_add(amount).ok()))
}

impl TransactionDraft {
    fn side(&mut self, role: Role) -> &mut Side {
        if matches!(role, Role::Debtor | Role::UltimateDebtor) { &mut self.debtor } else { &mut self.creditor }
    }

    fn leaf(&mut self, context: Context, role: Role, text: &str, currency: &str) {
        let detail = &mut self.detail;
        match context {
            Context::TxAmount => self.amount = values::amount(text, currency).ok(),
            Context::TxDirection => self.credit = values::is_credit(text).ok(),
            Context::TxServicerRef => detail.servicer_ref = values::said(text),
            Context::InstructionId => detail.instruction_id = values::said(text),
            Context::EndToEndId => detail.end_to_end_id = values::said(text),
            Context::Uetr => detail.uetr = values::said(text),
            Context::TransactionId => detail.transaction_id = values::said(text),
            Context::MandateId => detail.mandate_id = values::said(text),
            Context::Unstructured => detail.remittance.extend(values::said(text)),
            Context::CreditorRefText => detail.creditor_references.extend(values::said(text)),
            Context::PurposeText => detail.purpose = values::said(text),
            Context::ReturnReasonText => detail.return_reason = values::said(text),
            Context::Instructed if self.instructed.is_none() => self.instructed = Some(format!("{text} {currency}")),
            Context::ExchangeRate if self.rate.is_none() => self.rate = values::said(text),
            Context::ChargeAmount if detail.charges.is_none() => detail.charges = Some(format!("{text} {currency}")),
            Context::PartyName => match role {
                Role::UltimateDebtor => detail.ultimate_debtor = values::said(text),
                Role::UltimateCreditor => detail.ultimate_creditor = values::said(text),
                _ => self.side(role).name = values::said(text),
            },
            Context::PartyIdText if role == Role::Creditor => self.creditor.private_id = values::said(text),
            Context::OtherId if matches!(role, Role::Debtor | Role::Creditor) => {
                let side = self.side(role);
                side.account = side.account.take().or_else(|| values::said(text));
            }
            Context::AgentBic => self.side(role).bic = values::said(text),
            _ => {}
        }
    }

    fn finish(self, entry_credit: bool) -> EntryDetail {
        let credit = self.credit.unwrap_or(entry_credit);
        let other = if credit { self.debtor } else { self.creditor };
        let mut detail = self.detail;
        // Instructed in the very currency and amount of the booking is no exchange.
        let same = self.amount.map(|(amount, currency)| format!("{amount} {currency}"));
        detail.exchange = match (self.instructed, self.rate) {
            (Some(instructed), Some(rate)) => Some(format!("{instructed}, {rate}")),
            (Some(instructed), None) if same.as_deref().and_then(|s| s.split_once(' ')).is_some_and(|(_, own)| !instructed.ends_with(own)) => Some(instructed),
            (None, Some(rate)) => Some(rate),
            _ => None,
        };
        detail.amount = self.amount.map(|(amount, _)| values::signed(amount, credit));
        detail.currency = self.amount.map(|(_, currency)| currency);
        detail.counterparty = other.name;
        detail.counterparty_account = other.account;
        detail.counterparty_bic = other.bic;
        detail.creditor_id = detail.creditor_id.or(if credit { None } else { other.private_id });
        detail
    }
}

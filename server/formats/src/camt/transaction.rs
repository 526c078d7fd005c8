//! A transaction behind an entry, while it is read.

use super::{
    context::{Context, Role},
    values,
};
use crate::record::EntryDetail;
use guichet_types::{Currency, Decimal};

/// One side of a transaction.
#[derive(Default)]
pub(super) struct Side {
    pub name: Option<String>,
    pub account: Option<String>,
    pub bic: Option<String>,
    pub private_id: Option<String>,
}

/// `TxDtls` while it is read.
#[derive(Default)]
pub(super) struct TransactionDraft {
    detail: EntryDetail,
    amount: Option<(Decimal, Currency)>,
    pub credit: Option<bool>,
    debtor: Side,
    creditor: Side,
    instructed: Option<String>,
    rate: Option<String>,
}

impl TransactionDraft {
    pub fn side(&mut self, role: Role) -> &mut Side {
        if matches!(role, Role::Debtor | Role::UltimateDebtor) { &mut self.debtor } else { &mut self.creditor }
    }

    pub fn leaf(&mut self, context: Context, role: Role, text: &str, currency: &str) {
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

    pub fn finish(self, entry_credit: bool) -> EntryDetail {
        let credit = self.credit.unwrap_or(entry_credit);
        let other = if credit { self.debtor } else { self.creditor };
        let mut detail = self.detail;
        // Instructed in the very currency and amount of the booking is no exchange.
        let same = self.amount.map(|(amount, currency)| format!("{amount} {currency}"));
        detail.exchange = match (self.instructed, self.rate) {
            (Some(instructed), Some(rate)) => Some(format!("{instructed}, {rate}")),
            (Some(instructed), None)
                if same
                    .as_deref()
                    .and_then(|s| s.split_once(' '))
                    .is_some_and(|(_, own)| !instructed.ends_with(own)) =>
            {
                Some(instructed)
            }
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

//! A statement while it is read: its head, its balances, its summary, and the checks at its end.

use super::{context::Context, summary::SummaryDraft, values};
use crate::{
    Refusal, calendar,
    chain::Chains,
    ids,
    out::{Out, Told},
    record::{AccountRef, Balance, Check, CheckKind, MessageType, Record, Severity, StatementHead, StatementKind},
    totals::{Totals, opening_and_closing},
};

/// `Bal` while it is read.
#[derive(Default)]
struct BalanceDraft {
    code: Option<String>,
    subtype: Option<String>,
    amount: String,
    currency: String,
    direction: Option<String>,
    date: Option<String>,
}

/// `Stmt`, `Rpt` or `Ntfctn` while it is read.
pub(super) struct StatementDraft {
    message: MessageType,
    head: StatementHead,
    account: AccountRef,
    begun: bool,
    balance: BalanceDraft,
    /// Balances behind the first entry, where the standard does not have them.
    late: Vec<Balance>,
    summary: SummaryDraft,
    pub totals: Totals,
    /// Entries met, readable or not.
    pub ordinal: u32,
}

impl Default for StatementDraft {
    fn default() -> Self {
        Self::new(MessageType::Camt053, 0)
    }
}

impl StatementDraft {
    /// The statement with this index in its message.
    pub fn new(message: MessageType, index: u64) -> Self {
        let path = match message {
            MessageType::Camt052 => "/Document/BkToCstmrAcctRpt/Rpt",
            MessageType::Camt054 => "/Document/BkToCstmrDbtCdtNtfctn/Ntfctn",
            _ => "/Document/BkToCstmrStmt/Stmt",
        };
        Self {
            message,
            head: StatementHead { place: format!("{path}[{}]", index + 1), ..StatementHead::default() },
            account: AccountRef::default(),
            begun: false,
            balance: BalanceDraft::default(),
            late: Vec::new(),
            summary: SummaryDraft::default(),
            totals: Totals::default(),
            ordinal: 0,
        }
    }

    pub fn place(&self) -> &str {
        &self.head.place
    }

    pub fn kind(&self) -> StatementKind {
        self.message.kind()
    }

    pub fn has_account(&self) -> bool {
        self.head.account.is_some()
    }

    /// The first entry comes, or the end: the head is told.
    pub fn begin(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        if !self.account.id.is_empty() {
            self.head.account = Some(std::mem::take(&mut self.account));
        }
        let stated = self.head.account.as_ref().and_then(|account| account.currency);
        let (opening, _) = opening_and_closing(self.head.balances.iter(), stated);
        let currency = opening.map(|balance| balance.currency).or(stated);
        self.totals = Totals::new(self.message.kind(), currency);
        if let Some(account) = &self.head.account
            && account.scheme == "IBAN"
            && let Some(fault) = ids::iban_fault(&account.id)
        {
            out.finding(CheckKind::InvalidIdentifier, Severity::Info, || {
                Told::new(&self.head.place, format!("The account's IBAN does not check: {fault}.")).actual(&account.id)
            })?;
        }
        out.put(Record::Statement(self.head.clone()))
    }

    /// A text directly or indirectly below the statement, but not below an entry.
    pub fn leaf(
        &mut self,
        context: Context,
        text: &str,
        currency: &str,
        line: u64,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        match context {
            Context::Reference => self.head.reference = values::said(text),
            Context::ElectronicSeq => self.head.electronic_seq = values::said(text),
            Context::LegalSeq => self.head.legal_seq = values::said(text),
            Context::Page => self.head.page = text.parse().ok(),
            Context::LastPage => self.head.last_page = Some(values::flag(text)),
            Context::Created => self.head.created_at = calendar::moment(text).map(|moment| moment.at),
            Context::From => self.head.from = date(text, &self.head.place, line, out)?,
            Context::To => self.head.to = date(text, &self.head.place, line, out)?,
            Context::Iban => {
                self.account = AccountRef { scheme: "IBAN".to_owned(), ..std::mem::take(&mut self.account) };
                self.account.id = text.chars().filter(|c| !c.is_whitespace()).collect();
                self.account.stated = (self.account.id != text).then(|| text.to_owned());
            }
            Context::OtherId if self.account.id.is_empty() => {
                text.clone_into(&mut self.account.id);
                // Some senders put an IBAN where any identification may stand.
                let scheme = if ids::iban_fault(text).is_none() { "IBAN" } else { "OTHER" };
                if self.account.scheme.is_empty() || scheme == "IBAN" {
                    scheme.clone_into(&mut self.account.scheme);
                }
            }
            Context::SchemeName if self.account.scheme != "IBAN" && !text.is_empty() => {
                text.clone_into(&mut self.account.scheme)
            }
            Context::AccountCurrency => self.account.currency = text.parse().ok(),
            Context::AccountName => self.account.name = values::said(text),
            Context::OwnerName if self.account.name.is_none() => self.account.name = values::said(text),
            Context::ServicerBic => self.account.bic = values::said(text),
            Context::BalanceCode => self.balance.code = values::said(text),
            Context::BalanceSubtypeCode => self.balance.subtype = values::said(text),
            Context::BalanceAmount => {
                text.clone_into(&mut self.balance.amount);
                currency.clone_into(&mut self.balance.currency);
            }
            Context::BalanceDirection => self.balance.direction = Some(text.to_owned()),
            Context::BalanceDate => self.balance.date = Some(text.to_owned()),
            _ if self.summary.leaf(context, text) => {}
            _ => {}
        }
        Ok(())
    }

    pub fn begin_balance(&mut self) {
        self.balance = BalanceDraft::default();
    }

    pub fn end_balance(&mut self, line: u64, out: &mut Out<'_>) -> Result<(), Refusal> {
        let draft = std::mem::take(&mut self.balance);
        let place = || format!("line {line}");
        let direction = draft.direction.as_deref().map(values::is_credit).transpose();
        let (amount, currency, credit) = match (values::amount(&draft.amount, &draft.currency), direction) {
            (Ok((amount, currency)), Ok(credit)) => (amount, currency, credit),
            (Err(reason), _) | (_, Err(reason)) => {
                let raw = format!("{} {} {}", draft.code.unwrap_or_default(), draft.currency, draft.amount);
                return out.quarantine(place(), format!("A balance cannot be read: {reason}."), raw.as_bytes());
            }
        };
        if credit.is_none() {
            out.finding(CheckKind::SchemaDeviation, Severity::Warn, || {
                Told::new(place(), "A balance does not say whether it is a credit or a debit; it is taken as a credit.")
            })?;
        }
        let date = match &draft.date {
            Some(text) => date(text, &self.head.place, line, out)?,
            None => None,
        };
        let balance = Balance {
            code: draft.code.unwrap_or_default(),
            subtype: draft.subtype,
            amount: values::signed(amount, credit.unwrap_or(true)),
            currency,
            date,
            tag: None,
            direction_stated: credit.is_some(),
        };
        if self.begun {
            self.late.push(balance)
        } else {
            self.head.balances.push(balance)
        }
        Ok(())
    }

    /// The statement ends: its checks.
    pub fn end(&mut self, chains: &mut Chains, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.begin(out)?;
        let place = self.head.place.clone();
        let balances = self.head.balances.iter().chain(&self.late);
        let (opening, closing) = opening_and_closing(balances, self.totals.currency);
        let (opening, closing) = (opening.cloned(), closing.cloned());
        let mut end = self.totals.end(opening, closing, std::mem::take(&mut self.late));
        end.summary_check = self.summary.check(&self.totals, self.ordinal);
        crate::tell_balance(&end, &place, out)?;
        if end.summary_check == Check::Mismatch {
            self.summary.tell(&self.totals, &place, out)?;
        }
        chains.follow(&self.head, &end, out)?;
        out.put(Record::StatementEnd(end))
    }
}

/// A day, or none and a finding.
pub(super) fn date(
    text: &str,
    place: &str,
    line: u64,
    out: &mut Out<'_>,
) -> Result<Option<guichet_types::Date>, Refusal> {
    let day = calendar::day_of_any(text);
    if day.is_none() {
        out.finding(CheckKind::InvalidDate, Severity::Warn, || {
            Told::new(format!("{place}, line {line}"), "A date that is not in the calendar; it is left out.")
                .actual(text.chars().take(40).collect::<String>())
        })?;
    }
    Ok(day)
}

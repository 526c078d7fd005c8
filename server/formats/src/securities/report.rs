//! What a file of this family says, in figures: for the operator, and for holding readers against known truth.

use super::{
    Kind,
    record::{Finding, Quarantined, Record, Severity},
};
use crate::{Class, Refusal, report::Head};
use guichet_types::{Currency, Decimal};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A file. The head is that of every family; the figures are those of the format.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Import it or not.
    pub class: Class,
    /// Why, one sentence.
    pub reason: String,
    /// The stable word of the refusal, if there is one.
    pub refusal: Option<&'static str>,
    /// `ofx`, `quotes`, `fx-rates`, `portfolio`; none when it is none of them.
    pub format: Option<&'static str>,
    /// As the file has it.
    pub version: Option<String>,
    /// What the format counts.
    #[serde(flatten)]
    pub figures: Figures,
    /// The first hundred of each kind.
    pub findings: Vec<Finding>,
    /// How many there are of each kind.
    pub finding_counts: BTreeMap<String, u64>,
    /// The first hundred pieces that were kept aside.
    pub quarantined: Vec<Quarantined>,
    /// How many were kept aside.
    pub quarantined_count: u64,
}

/// The figures of a format.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(untagged)]
pub enum Figures {
    /// OFX.
    Ofx(OfxFigures),
    /// Prices.
    Quotes(QuoteFigures),
    /// Rates of exchange.
    Rates(RateFigures),
    /// Instruments, positions and transactions in our own forms.
    Portfolio(PortfolioFigures),
    /// Nothing was read.
    #[default]
    Nothing,
}

/// Figures of OFX.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OfxFigures {
    /// `OFX`.
    pub message_type: &'static str,
    /// `VERSION` of the header: `102`, `211`; none without header.
    pub ofx_version: Option<String>,
    /// Bank, card and investment statements.
    pub statement_count: u64,
    /// Entries of bank and card statements, those that were kept aside too.
    pub entry_count: u64,
    /// `ACCTID` of each statement, sorted.
    pub accounts: BTreeSet<String>,
    /// `CURDEF` of each statement, sorted.
    pub currencies: BTreeSet<String>,
    /// Every `STATUS/CODE`, sorted.
    pub status_codes: BTreeSet<String>,
    /// Whether a `STATUS` says `ERROR`.
    pub error_severity: bool,
    /// `SECINFO`s.
    pub security_count: u64,
    /// Accounts that are listed without a statement.
    pub listed_accounts: u64,
    /// One by one.
    pub statements: Vec<OfxStatement>,
}

/// One statement of OFX. Sums are of what can be read, in the statement's currency.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub struct OfxStatement {
    /// `bank`, `creditcard`, `investment`.
    pub kind: &'static str,
    pub account: Option<String>,
    /// `BANKID`, or `BROKERID`.
    pub bank_id: Option<String>,
    pub account_type: Option<String>,
    pub currency: Option<Currency>,
    /// As the file has it.
    pub from_date: Option<String>,
    /// As the file has it.
    pub to_date: Option<String>,
    pub entry_count: u64,
    pub credit_count: u64,
    pub credit_sum: Decimal,
    pub debit_count: u64,
    pub debit_sum: Decimal,
    /// Entries without a readable amount.
    pub bad_amounts: u64,
    /// Entries without a date.
    pub missing_date: u64,
    /// Entries whose `FITID` an earlier one has.
    pub duplicate_fitids: u64,
    pub ledger_balance: Option<Decimal>,
    pub available_balance: Option<Decimal>,
    /// Investment statements only, as the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positions: Option<Vec<OfxPosition>>,
    /// How many there are of each kind of transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub investment_tx: Option<BTreeMap<String, u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_count: Option<u64>,
    /// Entries and positions that were kept aside.
    pub quarantined: u64,
}

/// One position of OFX.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub struct OfxPosition {
    /// `POSSTOCK`, …
    pub r#type: String,
    pub security_id: Option<String>,
    pub id_type: Option<String>,
    pub units: Option<Decimal>,
    pub unit_price: Option<Decimal>,
    pub market_value: Option<Decimal>,
}

/// Figures of prices.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QuoteFigures {
    /// `OHLC csv`, `quotes csv`, `quotes json`, `chart json`, …
    pub kind: &'static str,
    /// Rows or quotes, those that were kept aside too.
    pub row_count: u64,
    /// The names of the columns, as written.
    pub columns: Vec<String>,
    /// The earliest time, as written.
    pub first: Option<String>,
    /// The latest time, as written.
    pub last: Option<String>,
    /// `ascending`, `descending` or `mixed`.
    pub order: &'static str,
    /// The closing price of the latest time, as written.
    pub last_close: Option<String>,
    /// Rows without a closing price.
    pub null_close: u64,
    /// Rows whose time an earlier one has.
    pub duplicate_dates: u64,
    /// Symbols, where the file names them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub symbols: BTreeSet<String>,
    /// Currencies, where the file names them, as written.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub currencies: BTreeSet<String>,
}

/// Figures of rates of exchange.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RateFigures {
    /// `ECB xml`, `ECB csv`, `CNB txt`, `other central bank xml`.
    pub kind: &'static str,
    /// What the rates are of.
    pub base: Option<&'static str>,
    /// Days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_count: Option<u64>,
    /// The earliest day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_date: Option<String>,
    /// The latest day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_date: Option<String>,
    /// Different currencies.
    pub currency_count: u64,
    /// Of the latest day, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_usd: Option<String>,
    /// Of the latest day, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_jpy: Option<String>,
    /// Cells that say `N/A`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_values: Option<u64>,
    /// CNB: the first line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_line: Option<String>,
    /// CNB: the rates of the dollar, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<Vec<String>>,
    /// Another bank's XML: its root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Another bank's XML: how many elements it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elements: Option<u64>,
}

/// Figures of our own forms.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PortfolioFigures {
    /// `portfolio json`, `instruments csv`, `positions csv`, `transactions csv`.
    pub kind: &'static str,
    /// Instruments that were read.
    pub instrument_count: u64,
    /// Securities accounts.
    pub portfolio_count: u64,
    /// Positions that were read.
    pub position_count: u64,
    /// Transactions that were read.
    pub transaction_count: u64,
    /// Accounts, sorted.
    pub accounts: BTreeSet<String>,
    /// What the positions are worth as stated, by currency.
    pub value_by_ccy: BTreeMap<String, Decimal>,
}

/// Builds a report out of the records as they come.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    report: Report,
    head: Head,
    /// Records that can be used.
    useful: u64,
}

impl Reporter {
    pub fn new(kind: Option<Kind>) -> Self {
        let report = Report { format: kind.map(Kind::format), ..Report::default() };
        Self { report, ..Self::default() }
    }

    pub fn take(&mut self, record: &Record) {
        match record {
            Record::Finding(finding) => self.head.finding(finding),
            Record::Quarantined(piece) => self.head.aside(piece),
            // The frame of a bank statement is nothing by itself when every entry of it was kept aside.
            Record::Bank(crate::record::Record::Entry(_)) => self.useful += 1,
            Record::Bank(_) | Record::Portfolio(_) => {}
            _ => self.useful += 1,
        }
    }

    /// The report, with what reading came to.
    pub fn finish(mut self, outcome: Result<(), Refusal>, figures: Figures, version: Option<String>) -> Report {
        let report = &mut self.report;
        report.figures = figures;
        report.version = version;
        let is_empty = matches!(outcome, Err(Refusal::NoStatement));
        let nothing = self.useful == 0 && self.head.quarantined_count > 0;
        let nothing = nothing.then_some("Nothing can be used: every record is kept aside.");
        (report.class, report.reason, report.refusal) = self.head.verdict(outcome, nothing);
        // What the sender itself says is wrong comes before what we miss.
        if let Some(said) = self.head.first(Severity::Error).filter(|_| is_empty) {
            report.reason = said;
        }
        (report.findings, report.finding_counts) = (self.head.findings, self.head.finding_counts);
        (report.quarantined, report.quarantined_count) = (self.head.quarantined, self.head.quarantined_count);
        self.report
    }
}

//! The figures of a report.

use crate::record::{Check, Finding, Quarantined};
use guichet_types::{Currency, Date, Decimal};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be done with a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Import it.
    #[default]
    Accept,
    /// Import it, and show what is wrong with it.
    Warn,
    /// Do not import it.
    Reject,
}

impl Class {
    /// `accept`, `warn`, `reject`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Warn => "warn",
            Self::Reject => "reject",
        }
    }
}

/// Number and sums of one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CurrencySums {
    /// Credits.
    pub credit_count: u64,
    /// Their sum.
    pub credit_sum: Decimal,
    /// Debits.
    pub debit_count: u64,
    /// Their sum, not below nought.
    pub debit_sum: Decimal,
}

/// A balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BalanceReport {
    /// The ISO code, or a proprietary one; MT: the tag.
    pub r#type: String,
    /// Its subtype.
    pub subtype: Option<String>,
    /// Signed.
    pub amount: Decimal,
    /// Its currency.
    pub ccy: Currency,
    /// The day it is of.
    pub date: Option<Date>,
    /// `CRDT`, `DBIT`, or none where the file does not say.
    pub indicator: Option<&'static str>,
}

/// A statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names are those of the standards; see the records")]
pub struct StatementReport {
    pub id: Option<String>,
    pub reference: Option<String>,
    pub electronic_seq: Option<String>,
    pub legal_seq: Option<String>,
    pub statement_no: Option<String>,
    pub account: Option<String>,
    pub account_ccy: Option<Currency>,
    pub currency: Option<Currency>,
    pub from_date: Option<Date>,
    pub to_date: Option<Date>,
    pub balances: Vec<BalanceReport>,
    pub entry_count: u64,
    pub credit_count: u64,
    pub debit_count: u64,
    pub credit_sum: Decimal,
    pub debit_sum: Decimal,
    pub sums_by_ccy: BTreeMap<String, CurrencySums>,
    pub tx_details_count: u64,
    pub reversal_count: u64,
    pub status_counts: BTreeMap<&'static str, u64>,
    pub opening: Option<Decimal>,
    pub opening_type: Option<String>,
    pub closing: Option<Decimal>,
    pub closing_type: Option<String>,
    pub available: Option<Decimal>,
    pub balance_check: Check,
    pub balance_diff: Option<Decimal>,
    pub summary_check: Check,
    pub duplicate_entry_refs: u64,
    pub quarantined: u64,
}

/// A file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Import it or not.
    pub class: Class,
    /// Why, one sentence.
    pub reason: String,
    /// The stable word of the refusal, if there is one.
    pub refusal: Option<&'static str>,
    /// `camt`, `mt94x`, `csv`; none when nothing was read.
    pub format: Option<&'static str>,
    /// `camt.053.001.08`, `MT940`.
    pub version: Option<String>,
    /// `camt.053`, `MT940`.
    pub message_type: Option<&'static str>,
    /// Of the first message.
    pub message_id: Option<String>,
    /// Messages: more than one in a ZIP or an envelope.
    pub document_count: u64,
    /// Statements.
    pub statement_count: u64,
    /// Entries that can be booked.
    pub entry_count: u64,
    /// Accounts, as the file writes them, sorted.
    pub accounts: BTreeSet<String>,
    /// camt: of the entries; MT: of the balances. Sorted.
    pub currencies: BTreeSet<String>,
    /// The first ten thousand.
    pub statements: Vec<StatementReport>,
    /// The first hundred of each kind.
    pub findings: Vec<Finding>,
    /// How many there are of each kind.
    pub finding_counts: BTreeMap<String, u64>,
    /// The first hundred pieces that were kept aside.
    pub quarantined: Vec<Quarantined>,
    /// How many were kept aside.
    pub quarantined_count: u64,
}

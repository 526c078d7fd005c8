//! What a file says, in figures: for the operator, and for holding readers against known truth.

mod head;
mod shape;

pub(crate) use head::Head;
pub use shape::{BalanceReport, Class, CurrencySums, Report, StatementReport};

use crate::{
    Refusal,
    record::{Balance, Check, Entry, EntryStatus, MessageType, Record, StatementEnd, StatementHead},
    totals::difference,
};
use guichet_types::Decimal;

/// Statements that are told one by one. Beyond them only the totals of the file grow.
const STATEMENTS: usize = 10_000;

/// Builds a report out of the records as they come. Its memory does not grow with the entries.
#[derive(Debug, Default)]
pub struct Reporter {
    report: Report,
    statement: StatementReport,
    swift: bool,
    head: Head,
}

impl Reporter {
    /// Takes the next record.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::Document(document) => {
                self.swift = document.version.starts_with("MT");
                self.report.document_count += 1;
                if self.report.document_count == 1 {
                    self.report.format = Some(match document.message_type {
                        _ if self.swift => "mt94x",
                        MessageType::Csv | MessageType::CsvMovements => "csv",
                        _ => "camt",
                    });
                    self.report.version = Some(document.version.clone());
                    self.report.message_type = Some(document.message_type.as_str());
                    self.report.message_id.clone_from(&document.message_id);
                }
            }
            Record::Statement(head) => self.statement(head),
            Record::Entry(entry) => self.entry(entry),
            Record::StatementEnd(end) => self.end(end),
            Record::Finding(finding) => self.head.finding(finding),
            Record::Quarantined(piece) => self.head.aside(piece),
        }
    }

    fn statement(&mut self, head: &StatementHead) {
        let account = head.account.as_ref();
        let stated = account.map(|account| account.stated.clone().unwrap_or_else(|| account.id.clone()));
        if self.report.accounts.len() < STATEMENTS {
            self.report.accounts.extend(stated.clone());
        }
        self.statement = StatementReport {
            id: head.reference.clone(),
            reference: head.reference.clone(),
            electronic_seq: head.electronic_seq.clone(),
            legal_seq: head.legal_seq.clone(),
            statement_no: head.statement_no.clone(),
            account: stated,
            account_ccy: account.and_then(|account| account.currency),
            from_date: head.from,
            to_date: head.to,
            ..StatementReport::default()
        };
        self.balances(&head.balances);
    }

    fn balances(&mut self, balances: &[Balance]) {
        for balance in balances {
            if self.swift {
                self.report.currencies.insert(balance.currency.to_string());
            }
            if balance.code == "CLAV" && self.statement.available.is_none() {
                self.statement.available = Some(balance.amount);
            }
            self.statement.balances.push(BalanceReport {
                r#type: balance.tag.clone().unwrap_or_else(|| balance.code.clone()),
                subtype: balance.subtype.clone(),
                amount: balance.amount,
                ccy: balance.currency,
                date: balance.date,
                indicator: balance.direction_stated.then_some(if balance.amount.is_negative() {
                    "DBIT"
                } else {
                    "CRDT"
                }),
            });
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let statement = &mut self.statement;
        self.report.entry_count += 1;
        statement.entry_count += 1;
        let code = entry.currency.as_str();
        if !self.swift && !self.report.currencies.contains(code) {
            self.report.currencies.insert(code.to_owned());
        }
        if !statement.sums_by_ccy.contains_key(code) {
            statement.sums_by_ccy.insert(code.to_owned(), CurrencySums::default());
        }
        let size = entry.amount.abs();
        // A sum that does not fit stays as it is; the reader has told the mismatch.
        let add = |sum: &mut Decimal| *sum = sum.checked_add(size).unwrap_or(*sum);
        if let Some(sums) = statement.sums_by_ccy.get_mut(code) {
            if entry.amount.is_negative() {
                sums.debit_count += 1;
                add(&mut sums.debit_sum);
                add(&mut statement.debit_sum);
            } else {
                sums.credit_count += 1;
                add(&mut sums.credit_sum);
                add(&mut statement.credit_sum);
            }
        }
        statement.tx_details_count += entry.details.len() as u64;
        statement.reversal_count += u64::from(entry.reversal);
        let status = match entry.status {
            _ if !entry.status_stated => "NONE",
            EntryStatus::Booked => "BOOK",
            EntryStatus::Pending => "PDNG",
            EntryStatus::Info => "INFO",
            EntryStatus::Future => "FUTR",
        };
        *statement.status_counts.entry(status).or_default() += 1;
    }

    fn end(&mut self, end: &StatementEnd) {
        self.balances(&end.balances);
        let mut statement = std::mem::take(&mut self.statement);
        let kind = |balance: &Balance| balance.tag.clone().unwrap_or_else(|| balance.code.clone());
        statement.opening = end.opening.as_ref().map(|balance| balance.amount);
        statement.opening_type = end.opening.as_ref().map(kind);
        statement.closing = end.closing.as_ref().map(|balance| balance.amount);
        statement.closing_type = end.closing.as_ref().map(kind);
        statement.currency = end.opening.as_ref().or(end.closing.as_ref()).map(|balance| balance.currency);
        statement.balance_check = end.balance_check;
        statement.balance_diff = match (end.balance_check, statement.opening, statement.closing) {
            (Check::Mismatch, Some(opening), Some(closing)) => {
                difference(opening, closing, end.sum_credit, end.sum_debit)
            }
            _ => None,
        };
        statement.summary_check = end.summary_check;
        (statement.credit_count, statement.debit_count) = (end.credit_count, end.debit_count);
        if statement.sums_by_ccy.len() == 1 {
            // The sign of a nought does not tell; the end of the statement does.
            for sums in statement.sums_by_ccy.values_mut() {
                (sums.credit_count, sums.debit_count) = (end.credit_count, end.debit_count);
            }
        }
        statement.duplicate_entry_refs = end.duplicate_refs;
        statement.quarantined = end.quarantined;
        self.report.statement_count += 1;
        if self.report.statements.len() < STATEMENTS {
            self.report.statements.push(statement);
        }
    }

    /// The report, with what reading came to.
    #[must_use]
    pub fn finish(mut self, outcome: Result<(), Refusal>) -> Report {
        let report = &mut self.report;
        let all_aside = report.entry_count == 0 && report.statements.iter().any(|statement| statement.quarantined > 0);
        let nothing = if all_aside {
            Some("No entry can be booked: every one is kept aside.")
        } else {
            report.accounts.is_empty().then_some("No statement names an account.")
        };
        (report.class, report.reason, report.refusal) = self.head.verdict(outcome, nothing);
        (report.findings, report.finding_counts) = (self.head.findings, self.head.finding_counts);
        (report.quarantined, report.quarantined_count) = (self.head.quarantined, self.head.quarantined_count);
        self.report
    }
}

//! Reads anything at all as a bank's table. The fuzz target runs it too.

use guichet_formats::{
    Class, Limits, Report,
    bank_csv::{self, Column, DateOrder, Given, Holds, Mapping, Sign},
};

/// Reads anything by the mapping that is proposed for it, and by made ones; holds the figures to what must be true of them.
pub fn bank_csv_anything(bytes: &[u8]) -> Report {
    let limits = Limits { max_entries: 10_000, ..Limits::default() };
    let _ = bank_csv::detect(bytes);
    let column = |number| Some(Column::Number(number));
    let made = Mapping {
        booking_date: column(1),
        amount: column(3),
        currency: Some(Given::Column(Column::Number(4))),
        account: Some(Given::Column(Column::Number(5))),
        delimiter: ';',
        decimal: ',',
        remittance: vec![Column::Number(2)],
        ..Mapping::default()
    };
    let columns = Mapping { sign: Sign::Columns, debit: column(3), credit: column(2), ..made.clone() };
    let others = [
        made.clone(),
        Mapping { balance: column(3), holds: Holds::Statement, footer_rows: 2, quote: None, ..made.clone() },
        Mapping { header: false, skip_lines: 1, date_order: DateOrder::Ymd, delimiter: ',', ..columns },
        Mapping { encoding: Some("utf-16le".to_owned()), quote: Some('\''), sign: Sign::Inverted, ..made },
    ];
    for mapping in &others {
        check(&bank_csv::report_bytes(bytes, Some(mapping), &limits));
    }
    let report = bank_csv::report_bytes(bytes, None, &limits);
    check(&report);
    report
}

fn check(report: &Report) {
    let entries: u64 = report.statements.iter().map(|statement| statement.entry_count).sum();
    assert!(report.class == Class::Reject || entries == report.entry_count);
    assert!(report.statements.iter().all(|s| s.account.is_some()), "an entry without an account");
    assert!(report.quarantined.iter().all(|piece| !piece.reason.is_empty()), "kept aside without a reason");
}

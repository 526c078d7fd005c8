//! Reads anything at all. The fuzz targets run it too.

use guichet_formats::{Class, Limits, Report, report_bytes};

/// Reads anything, and holds the figures to what must always be true of them.
pub fn anything(bytes: &[u8]) -> Report {
    let report = report_bytes(bytes, &Limits { max_entries: 10_000, ..Limits::default() });
    let entries: u64 = report.statements.iter().map(|statement| statement.entry_count).sum();
    assert!(report.class == Class::Reject || entries == report.entry_count);
    assert!(report.statements.iter().all(|s| s.entry_count == 0 || s.account.is_some()), "an entry without an account");
    report
}

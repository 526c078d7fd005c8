//! Reads anything at all as securities. The fuzz targets run it too.

use guichet_formats::{
    Limits,
    record::Record as Bank,
    securities::{self, Report, detect, record::Record, report_bytes},
};
use guichet_types::Decimal;
use std::ops::ControlFlow;

/// Reads anything, and holds what is handed on to what must always be true of it.
pub fn anything(bytes: &[u8]) -> Report {
    let limits = Limits { max_entries: 10_000, ..Limits::default() };
    let mut account = false;
    let mut sink = |record| {
        match record {
            Record::Bank(Bank::Statement(head)) => account = head.account.is_some_and(|account| !account.id.is_empty()),
            Record::Bank(Bank::Entry(entry)) => assert!(account && entry.booking_date.is_some()),
            Record::Quote(quote) => assert!(quote.price > Decimal::ZERO && quote.minor_unit_divisor > 0),
            Record::Daily(day) => assert!(day.close > Decimal::ZERO),
            Record::Rate(rate) => assert!(rate.rate > Decimal::ZERO && rate.base != rate.quote),
            Record::Position(position) => assert!(!position.account.is_empty() && !position.instrument.is_empty()),
            Record::Transaction(one) => assert!(!one.account.is_empty() && !one.reference.is_empty()),
            _ => {}
        }
        ControlFlow::Continue(())
    };
    if let Some(kind) = detect(bytes) {
        let _ = securities::read(bytes, kind, &limits, &mut sink);
    }
    report_bytes(bytes, &limits)
}

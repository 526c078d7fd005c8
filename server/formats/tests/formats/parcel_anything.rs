//! Reads anything at all as every parcel format. The fuzz targets run it too.

use guichet_formats::{
    Class, Limits,
    parcel::{self, Kind, Record, Report, Reporter},
};
use std::ops::ControlFlow;

/// The formats.
#[cfg_attr(not(test), expect(dead_code, reason = "a fuzz target has one of its own"))]
pub const KINDS: [Kind; 6] =
    [Kind::EpcisJson, Kind::EpcisXml, Kind::CarrierJson, Kind::CarrierXml, Kind::OwnJson, Kind::OwnCsv];

/// Reads anything as one format, and holds what comes to what must always be true of it.
pub fn anything(bytes: &[u8], kind: Kind) -> Report {
    let limits = Limits { max_entries: 10_000, ..Limits::default() };
    let mut reporter = Reporter::default();
    let outcome = parcel::read(bytes, kind, &limits, &mut |record| {
        if let Record::Event(event) = &record {
            assert!(!event.key.is_empty() && !event.stated_time.is_empty(), "an event without a key or a time");
            assert!(event.epcis.is_some() || event.numbers.len() == 1, "an event without a number");
            assert!(event.offset_minutes.is_none_or(|minutes| minutes.abs() <= 14 * 60));
        }
        reporter.take(&record);
        ControlFlow::Continue(())
    });
    let report = reporter.finish(outcome);
    let told: u64 = report.statuses.values().sum();
    assert_eq!(told, report.event_count, "every event has a status");
    assert!(report.class == Class::Reject || report.standard.is_some());
    report
}

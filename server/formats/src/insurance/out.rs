//! Where the insurance readers put their records: stops when asked to, and does not drown anybody in findings.

use super::record::Record;
use crate::{
    Limits, Refusal,
    out::{RAW, TOLD, Told},
    record::{CheckKind, Finding, Quarantined, Severity},
};
use std::{collections::HashMap, ops::ControlFlow};

/// The taker of the records. It may stop the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Record) -> ControlFlow<()>;

/// Hands records on.
pub(crate) struct Out<'a> {
    sink: Sink<'a>,
    counts: HashMap<CheckKind, (u64, Severity)>,
    records: u64,
    max_records: u64,
}

impl<'a> Out<'a> {
    pub fn new(sink: Sink<'a>, limits: &Limits) -> Self {
        Self { sink, counts: HashMap::new(), records: 0, max_records: limits.max_entries }
    }

    pub fn put(&mut self, record: Record) -> Result<(), Refusal> {
        self.records += 1;
        if self.records > self.max_records {
            return Err(Refusal::TooLarge { what: "records", limit: self.max_records });
        }
        match (self.sink)(record) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Refusal::Stopped),
        }
    }

    /// Keeps a piece aside, with at most 4 KiB of it.
    pub fn quarantine(&mut self, place: &str, reason: impl Into<String>, raw: &str) -> Result<(), Refusal> {
        let mut end = raw.len().min(RAW);
        while !raw.is_char_boundary(end) {
            end -= 1;
        }
        let piece = Quarantined { place: place.to_owned(), reason: reason.into(), raw: raw[..end].to_owned() };
        self.put(Record::Quarantined(piece))
    }

    /// Tells a finding; after the first hundred of a kind they are only counted.
    pub fn finding(&mut self, check: CheckKind, severity: Severity, told: Told) -> Result<(), Refusal> {
        let (count, worst) = self.counts.entry(check).or_insert((0, severity));
        *count += 1;
        *worst = severity.max(*worst);
        if *count > TOLD {
            return Ok(());
        }
        let Told { place, message, expected, actual } = told;
        self.put(Record::Finding(Finding { check, severity, place, expected, actual, message }))
    }

    /// A finding that must be shown.
    pub fn warn(&mut self, check: CheckKind, told: Told) -> Result<(), Refusal> {
        self.finding(check, Severity::Warn, told)
    }

    /// A finding that is worth knowing.
    pub fn info(&mut self, check: CheckKind, told: Told) -> Result<(), Refusal> {
        self.finding(check, Severity::Info, told)
    }

    /// At the end: how many findings were not told one by one.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        let mut many: Vec<_> = self.counts.drain().filter(|(_, (count, _))| *count > TOLD).collect();
        many.sort_by_key(|(check, _)| format!("{check:?}"));
        for (check, (count, severity)) in many {
            let message = format!("There are {count} findings of this kind; the first {TOLD} are listed.");
            let finding = Finding { check, severity, place: String::new(), expected: None, actual: None, message };
            self.put(Record::Finding(finding))?;
        }
        Ok(())
    }
}

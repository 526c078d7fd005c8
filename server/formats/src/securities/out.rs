//! Where the readers of this family put their records: stops when asked to, and does not drown anybody in findings.

use super::record::{CheckKind, Finding, Quarantined, Record, Severity};
use crate::{
    Refusal,
    out::{RAW, TOLD, Told},
};
use std::ops::ControlFlow;

/// The taker of the records. It may stop the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Record) -> ControlFlow<()>;

/// Hands records on, and counts them against the bound of a file.
pub(crate) struct Out<'a> {
    sink: Sink<'a>,
    counts: Vec<(CheckKind, u64, Severity)>,
    records: u64,
    max_records: u64,
}

impl<'a> Out<'a> {
    pub fn new(sink: Sink<'a>, max_records: u64) -> Self {
        Self { sink, counts: Vec::new(), records: 0, max_records }
    }

    pub fn put(&mut self, record: Record) -> Result<(), Refusal> {
        self.records += 1;
        if self.records > self.max_records {
            return Err(Refusal::TooLarge { what: "entries", limit: self.max_records });
        }
        match (self.sink)(record) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Refusal::Stopped),
        }
    }

    pub fn quarantine(&mut self, place: &str, reason: impl Into<String>, raw: &str) -> Result<(), Refusal> {
        let cut = (0..=raw.len().min(RAW)).rev().find(|&end| raw.is_char_boundary(end)).unwrap_or(0);
        let raw = raw[..cut].to_owned();
        self.put(Record::Quarantined(Quarantined { place: place.to_owned(), reason: reason.into(), raw }))
    }

    /// Tells a finding, or counts it where a hundred of its kind have been told.
    pub fn finding(&mut self, check: CheckKind, severity: Severity, told: Told) -> Result<(), Refusal> {
        let index = self.counts.iter().position(|(kind, ..)| *kind == check).unwrap_or_else(|| {
            self.counts.push((check, 0, severity));
            self.counts.len() - 1
        });
        let (_, count, worst) = &mut self.counts[index];
        *count += 1;
        // A graver one than all before is told, whatever their number.
        let graver = severity > *worst;
        *worst = severity.max(*worst);
        if *count > TOLD && !graver {
            return Ok(());
        }
        let Told { place, message, expected, actual } = told;
        self.put(Record::Finding(Finding { check, severity, place, expected, actual, message }))
    }

    /// At the end: how many findings were not told one by one.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        for (check, count, severity) in std::mem::take(&mut self.counts) {
            if count > TOLD {
                let message = format!("There are {count} findings of this kind; the first {TOLD} are listed.");
                let finding = Finding { check, severity, place: String::new(), expected: None, actual: None, message };
                self.put(Record::Finding(finding))?;
            }
        }
        Ok(())
    }
}

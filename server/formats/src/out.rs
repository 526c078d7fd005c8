//! Where the readers put their records: stops when asked to, and does not drown anybody in findings.

use crate::{
    Refusal,
    record::{CheckKind, Finding, Quarantined, Record, Severity},
};
use std::ops::ControlFlow;

/// The taker of the records. It may stop the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Record) -> ControlFlow<()>;

/// Findings of one kind that are told one by one. After them only their number is.
pub(crate) const TOLD: u64 = 100;

/// Longest piece of a file that is kept with a quarantined entry.
pub(crate) const RAW: usize = 4 << 10;

/// All kinds, to count by.
const KINDS: [CheckKind; 17] = [
    CheckKind::BalanceMismatch,
    CheckKind::PageChain,
    CheckKind::SequenceGap,
    CheckKind::ContinuityBreak,
    CheckKind::SummaryMismatch,
    CheckKind::ControlTotal,
    CheckKind::DuplicateDocument,
    CheckKind::DuplicateEntry,
    CheckKind::InvalidDate,
    CheckKind::InvalidIdentifier,
    CheckKind::SchemaDeviation,
    CheckKind::UnknownCode,
    CheckKind::MixedCurrency,
    CheckKind::TooFine,
    CheckKind::UnmappedCustomer,
    CheckKind::EventOrder,
    CheckKind::UnresolvedReference,
];

/// Hands records on.
pub(crate) struct Out<'a> {
    sink: Sink<'a>,
    counts: [(u64, Severity); KINDS.len()],
}

impl<'a> Out<'a> {
    pub fn new(sink: Sink<'a>) -> Self {
        Self { sink, counts: [(0, Severity::Info); KINDS.len()] }
    }

    pub fn put(&mut self, record: Record) -> Result<(), Refusal> {
        match (self.sink)(record) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Refusal::Stopped),
        }
    }

    pub fn quarantine(&mut self, place: String, reason: String, raw: &[u8]) -> Result<(), Refusal> {
        let raw = String::from_utf8_lossy(&raw[..raw.len().min(RAW)]).into_owned();
        self.put(Record::Quarantined(Quarantined { place, reason, raw }))
    }

    /// Tells a finding, or counts it. `make` gives place, message, expected and actual, and runs only when it is told.
    pub fn finding(
        &mut self,
        check: CheckKind,
        severity: Severity,
        make: impl FnOnce() -> Told,
    ) -> Result<(), Refusal> {
        self.count(check, severity, 1);
        if self.counts[slot(check)].0 > TOLD {
            return Ok(());
        }
        let Told { place, message, expected, actual } = make();
        self.put(Record::Finding(Finding { check, severity, place, expected, actual, message }))
    }

    /// Counts findings that are not told.
    pub fn count(&mut self, check: CheckKind, severity: Severity, more: u64) {
        let (count, worst) = &mut self.counts[slot(check)];
        *count += more;
        *worst = severity.max(*worst);
    }

    /// At the end: how many findings were not told one by one.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        for (check, (count, severity)) in KINDS.into_iter().zip(self.counts) {
            if count > TOLD {
                let message = format!("There are {count} findings of this kind; the first {TOLD} are listed.");
                let finding = Finding { check, severity, place: String::new(), expected: None, actual: None, message };
                self.put(Record::Finding(finding))?;
            }
        }
        Ok(())
    }
}

/// What a finding says.
pub(crate) struct Told {
    pub place: String,
    pub message: String,
    pub expected: Option<String>,
    pub actual: Option<String>,
}

impl Told {
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), expected: None, actual: None }
    }

    pub fn expected(mut self, expected: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self
    }

    pub fn actual(mut self, actual: impl ToString) -> Self {
        self.actual = Some(actual.to_string());
        self
    }
}

/// The place of a kind in the counts.
fn slot(check: CheckKind) -> usize {
    KINDS.iter().position(|&kind| kind == check).unwrap_or(0)
}

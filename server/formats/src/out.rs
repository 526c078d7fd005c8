//! Where the readers of every family put their records: stops when asked to, and does not drown anybody in findings.

use crate::{
    Refusal,
    record::{CheckKind, Finding, Quarantined, Record, Severity},
};
use std::ops::ControlFlow;

/// The taker of the records. It may stop the reading.
pub type Sink<'a, R = Record> = &'a mut dyn FnMut(R) -> ControlFlow<()>;

/// Findings of one kind that are told one by one. After them only their number is.
pub(crate) const TOLD: u64 = 100;

/// Longest piece of a file that is kept with a quarantined entry.
pub(crate) const RAW: usize = 4 << 10;

/// Longest sentence or value that is told. What a file calls a name or a number may be megabytes.
const SENTENCE: usize = 1_000;

/// Hands the records of a family on, and counts.
pub(crate) struct Out<'a, R = Record> {
    sink: Sink<'a, R>,
    finding: fn(Finding) -> R,
    aside: fn(Quarantined) -> R,
    counts: Vec<(CheckKind, u64, Severity)>,
    records: u64,
    max_records: u64,
    /// Pieces that were kept aside.
    pub quarantined: u64,
}

impl<'a, R> Out<'a, R> {
    /// `finding` and `aside` say which records of the family those are.
    pub fn new(sink: Sink<'a, R>, finding: fn(Finding) -> R, aside: fn(Quarantined) -> R) -> Self {
        Self { sink, finding, aside, counts: Vec::new(), records: 0, max_records: u64::MAX, quarantined: 0 }
    }

    /// Refuses a file of more records.
    pub fn at_most(self, max_records: u64) -> Self {
        Self { max_records, ..self }
    }

    pub fn put(&mut self, record: R) -> Result<(), Refusal> {
        self.records += 1;
        if self.records > self.max_records {
            return Err(Refusal::TooLarge { what: "records", limit: self.max_records });
        }
        match (self.sink)(record) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Refusal::Stopped),
        }
    }

    /// Keeps a piece aside, with at most [`RAW`] bytes of it.
    pub fn quarantine(
        &mut self,
        place: impl Into<String>,
        reason: impl Into<String>,
        raw: impl AsRef<[u8]>,
    ) -> Result<(), Refusal> {
        self.quarantined += 1;
        let raw = String::from_utf8_lossy(beginning(raw.as_ref(), RAW)).into_owned();
        self.put((self.aside)(Quarantined { place: place.into(), reason: short(reason.into()), raw }))
    }

    /// Tells a finding, or counts it where a hundred of its kind have been told. `make` runs only when it is told.
    pub fn finding(
        &mut self,
        check: CheckKind,
        severity: Severity,
        make: impl FnOnce() -> Told,
    ) -> Result<(), Refusal> {
        let (before, worst) = self.add(check, severity);
        // A graver one than all before is told, whatever their number: it is what makes a file one to look at.
        if before >= TOLD && worst >= severity {
            return Ok(());
        }
        let Told { place, message, expected, actual } = make();
        self.put((self.finding)(Finding {
            check,
            severity,
            place,
            expected: expected.map(short),
            actual: actual.map(short),
            message: short(message),
        }))
    }

    /// As [`Self::finding`], of what has been said already.
    pub fn tell(&mut self, check: CheckKind, severity: Severity, told: Told) -> Result<(), Refusal> {
        self.finding(check, severity, || told)
    }

    /// A finding that must be shown.
    pub fn warn(&mut self, check: CheckKind, told: Told) -> Result<(), Refusal> {
        self.tell(check, Severity::Warn, told)
    }

    /// A finding that is worth knowing.
    pub fn info(&mut self, check: CheckKind, told: Told) -> Result<(), Refusal> {
        self.tell(check, Severity::Info, told)
    }

    /// Counts a finding. How many there were before, and how grave the gravest of them.
    fn add(&mut self, check: CheckKind, severity: Severity) -> (u64, Severity) {
        let Some((_, count, worst)) = self.counts.iter_mut().find(|(kind, ..)| *kind == check) else {
            self.counts.push((check, 1, severity));
            return (0, severity);
        };
        let before = (*count, *worst);
        (*count, *worst) = (*count + 1, severity.max(*worst));
        before
    }

    /// At the end: how many findings were not told one by one.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        for (check, count, severity) in std::mem::take(&mut self.counts) {
            if count > TOLD {
                let message = format!("There are {count} findings of this kind; the first {TOLD} are listed.");
                let finding = Finding { check, severity, place: String::new(), expected: None, actual: None, message };
                self.put((self.finding)(finding))?;
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

/// The beginning of a text, at most so many bytes.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn short(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(SENTENCE));
    text
}

/// The beginning of a piece, which may be in any encoding; a letter of UTF-8 is not cut.
fn beginning(raw: &[u8], most: usize) -> &[u8] {
    let goes_on = |end: &usize| raw.get(*end).is_none_or(|byte| byte & 0xc0 != 0x80);
    let end = (most.saturating_sub(3)..=most).rev().find(goes_on).unwrap_or(most);
    raw.get(..end).unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out of what is put in.
    fn read(put: impl FnOnce(&mut Out<'_>) -> Result<(), Refusal>) -> Vec<Record> {
        let mut records = Vec::new();
        let mut sink = |record| {
            records.push(record);
            ControlFlow::Continue(())
        };
        put(&mut Out::new(&mut sink, Record::Finding, Record::Quarantined)).unwrap();
        records
    }

    #[test]
    fn after_a_hundred_only_a_graver_finding_is_told() {
        let records = read(|out| {
            for number in 0..300 {
                out.info(CheckKind::TooFine, Told::new(number.to_string(), "odd"))?;
                out.warn(CheckKind::InvalidDate, Told::new("", "odd"))?;
            }
            out.warn(CheckKind::TooFine, Told::new("at last", "worse"))?;
            out.info(CheckKind::PageChain, Told::new("", "odd"))?;
            out.finish()
        });
        let told: Vec<_> = records
            .iter()
            .filter_map(|record| if let Record::Finding(told) = record { Some(told) } else { None })
            .collect();
        let of = |check: CheckKind| told.iter().filter(|finding| finding.check == check).count();
        assert_eq!([CheckKind::TooFine, CheckKind::InvalidDate, CheckKind::PageChain].map(of), [102, 101, 1]);
        let last = told.iter().rfind(|finding| finding.check == CheckKind::TooFine).unwrap();
        assert_eq!((last.severity, last.message.contains("301")), (Severity::Warn, true));
    }

    #[test]
    fn what_is_kept_aside_and_told_is_short_and_cuts_no_letter() {
        let records = read(|out| {
            for raw in ["€".repeat(RAW), format!("a{}", "𝄞".repeat(RAW)), "short".to_owned()] {
                out.quarantine("", "€".repeat(RAW), &raw)?;
            }
            out.quarantine("", "broken", [0xbf_u8; RAW + 9])
        });
        let lengths = records.iter().filter_map(|record| match record {
            Record::Quarantined(piece) => Some((piece.raw.len(), piece.reason.len(), piece.raw.contains('\u{fffd}'))),
            _ => None,
        });
        assert_eq!(
            lengths.collect::<Vec<_>>(),
            [(4_095, 999, false), (4_093, 999, false), (5, 999, false), (3 * RAW, 6, true)]
        );
    }

    #[test]
    fn a_file_of_too_many_records_is_refused() {
        let mut sink = |_| ControlFlow::Continue(());
        let mut out = Out::new(&mut sink, Record::Finding, Record::Quarantined).at_most(2);
        assert!(out.quarantine("", "", "").is_ok() && out.quarantine("", "", "").is_ok());
        assert!(matches!(out.quarantine("", "", ""), Err(Refusal::TooLarge { limit: 2, .. })));
        assert_eq!(out.quarantined, 3);
    }
}

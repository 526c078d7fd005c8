//! Where the parcel readers put their records: stops when asked to, and does not drown anybody in findings.

use super::record::Record;
use crate::{
    Refusal,
    out::{RAW, TOLD},
    record::{CheckKind, Finding, Quarantined, Severity},
};
use std::{collections::BTreeMap, ops::ControlFlow};

/// The taker of the records. It may stop the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Record) -> ControlFlow<()>;

/// Hands records on.
pub(super) struct Out<'a> {
    sink: Sink<'a>,
    counts: BTreeMap<&'static str, (u64, Severity, CheckKind)>,
    /// Pieces that were kept aside.
    pub quarantined: u64,
}

impl<'a> Out<'a> {
    pub fn new(sink: Sink<'a>) -> Self {
        Self { sink, counts: BTreeMap::new(), quarantined: 0 }
    }

    pub fn put(&mut self, record: Record) -> Result<(), Refusal> {
        match (self.sink)(record) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Refusal::Stopped),
        }
    }

    /// Keeps a piece aside. `raw` is the piece, or what is known of it.
    pub fn quarantine(&mut self, place: &str, reason: impl Into<String>, raw: &str) -> Result<(), Refusal> {
        self.quarantined += 1;
        let raw = cut(raw, RAW).to_owned();
        self.put(Record::Quarantined(Quarantined { place: place.to_owned(), reason: reason.into(), raw }))
    }

    /// Tells that something is odd; after a hundred of a kind they are only counted.
    pub fn tell(
        &mut self,
        (check, severity): (CheckKind, Severity),
        place: &str,
        message: impl Into<String>,
        actual: Option<&str>,
    ) -> Result<(), Refusal> {
        let (count, worst, _) = self.counts.entry(name(check)).or_insert((0, severity, check));
        *count += 1;
        *worst = severity.max(*worst);
        if *count > TOLD {
            return Ok(());
        }
        self.put(Record::Finding(Finding {
            check,
            severity,
            place: place.to_owned(),
            expected: None,
            actual: actual.map(|actual| cut(actual, 200).to_owned()),
            message: message.into(),
        }))
    }

    /// At the end: how many findings were not told one by one.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        for (count, severity, check) in std::mem::take(&mut self.counts).into_values() {
            if count > TOLD {
                let message = format!("There are {count} findings of this kind; the first {TOLD} are listed.");
                let finding = Finding { check, severity, place: String::new(), expected: None, actual: None, message };
                self.put(Record::Finding(finding))?;
            }
        }
        Ok(())
    }
}

/// A name to count by.
fn name(check: CheckKind) -> &'static str {
    match check {
        CheckKind::InvalidDate => "date",
        CheckKind::InvalidIdentifier => "identifier",
        CheckKind::UnknownCode => "code",
        CheckKind::DuplicateEntry => "duplicate",
        CheckKind::SenderError => "sender",
        _ => "schema",
    }
}

/// The beginning of a text, at most so many bytes.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

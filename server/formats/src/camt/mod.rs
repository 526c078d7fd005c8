//! Reads camt.052, camt.053 and camt.054, versions 01 to 14, as a stream.

mod context;
mod entry;
mod facets;
mod group;
mod machine;
mod schema;
mod statement;
mod summary;
mod transaction;
mod values;
mod walk;

use crate::{
    Limits, Refusal,
    decode::Utf8,
    guard::{Bound, Guard},
    out::{Out, Told},
    record::{CheckKind, Severity},
};
use machine::Machine;
use quick_xml::{
    Reader,
    errors::{Error, IllFormedError, SyntaxError},
    events::Event,
};
use std::io::BufRead;

/// Room for one step of the parser over the longest text: markup around it.
const SLACK: usize = 4 << 10;

/// Reads one message, or several in one envelope.
pub(crate) fn read<R: BufRead>(
    input: R,
    limits: &Limits,
    member: Option<&str>,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    let guard = Guard::new(Utf8::new(input, true)?, limits.max_text + SLACK, limits.max_bytes);
    let mut reader = Reader::from_reader(guard);
    reader.config_mut().check_end_names = true;
    let mut buffer = Vec::with_capacity(4 << 10);
    let mut machine = Machine::new(limits, member, out);
    loop {
        buffer.clear();
        reader.get_mut().mark();
        let line = reader.get_mut().line();
        machine.line = line;
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Err(refusal(&error, reader.get_mut(), limits, machine.innermost())),
        };
        match event {
            Event::Text(text) => machine.text(&text.into_inner())?,
            Event::Start(tag) => {
                machine.open(&tag)?;
                if machine.entry_begins {
                    machine.entry_begins = false;
                    let length = tag.len() + 2;
                    reader.get_mut().capture(length);
                }
            }
            Event::End(_) => {
                // Only an entry wants its raw text, and only when it cannot be read.
                let guard = reader.get_mut();
                machine.close(|| guard.captured().to_vec())?;
            }
            Event::Empty(tag) => {
                machine.open(&tag)?;
                machine.close(Vec::new)?;
            }
            Event::GeneralRef(reference) => {
                let name = reference.into_inner();
                machine.reference(&name)?;
            }
            Event::CData(text) => machine.text(&text.into_inner())?,
            Event::Comment(_) | Event::PI(_) => {}
            Event::Decl(_) => machine.declaration()?,
            Event::DocType(_) => return Err(Refusal::Dtd { line }),
            Event::Eof => break,
        }
    }
    if reader.get_ref().taken() == 0 {
        return Err(Refusal::UnknownFormat { found: "nothing".to_owned() });
    }
    if reader.get_ref().repaired() {
        machine.out().finding(CheckKind::SchemaDeviation, Severity::Warn, || {
            Told::new("", "Some bytes are not of the encoding that the file claims; they were taken as Windows-1252.")
        })?;
    }
    machine.finish()
}

/// What the parser's complaint means.
fn refusal<R: BufRead>(error: &Error, guard: &mut Guard<R>, limits: &Limits, open: String) -> Refusal {
    let line = guard.line();
    match (guard.exceeded, error) {
        (Some(Bound::Step), _) => Refusal::TooLong { line, what: "a text or tag", limit: limits.max_text as u64 },
        (Some(Bound::Bytes), _) => Refusal::TooLarge { what: "bytes", limit: limits.max_bytes },
        (None, Error::Io(error)) => Refusal::Io(std::io::Error::new(error.kind(), error.to_string())),
        (None, Error::Syntax(SyntaxError::InvalidBangMarkup)) => {
            Refusal::NotWellFormed { line, reason: error.to_string() }
        }
        (None, Error::Syntax(SyntaxError::UnclosedDoctype)) => Refusal::Dtd { line },
        (None, Error::Syntax(_) | Error::IllFormed(IllFormedError::MissingEndTag(_))) => {
            Refusal::Truncated { line, open }
        }
        (None, _) => Refusal::NotWellFormed { line, reason: error.to_string() },
    }
}

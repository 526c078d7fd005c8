//! Bank statements as tables, in whatever form a bank gives them: a [`Mapping`] says what the columns mean.
//!
//! The records are those of camt and MT940. A row without a readable date, amount, account or currency is kept aside with its
//! line and its reason, and the rest goes on. [`guess`] proposes a mapping by looking at a file; a file is booked only by a
//! mapping that somebody has confirmed, for a guess that is right a hundred times may be wrong with the money of the next.
//!
//! A file is held in memory, for it may begin with its newest row and is then turned round: at most [`MOST`] bytes.

mod cells;
mod columns;
mod fold;
mod guess;
mod mapping;
mod rows;
mod statements;

pub use guess::{Guess, guess};
pub use mapping::{Column, DateOrder, Fault, Given, Holds, Mapping, Sign};

use crate::{
    Limits, Refusal, Report, Reporter, Sink, decode,
    out::Out,
    record::{CheckKind, Document, MessageType, Record, Severity},
};
use columns::Columns;
use std::{borrow::Cow, ops::ControlFlow};

/// Longest file that is read, bytes.
pub const MOST: u64 = 256 << 20;

/// The account of a report on a file that does not name its own, before its mapping does.
pub const UNNAMED: &str = "not named in the file";

/// The currency of a report on a file that does not name its own: ISO 4217's code for none.
pub const NO_CURRENCY: &str = "XXX";

/// Reads a file through its mapping.
///
/// # Errors
/// When the mapping lacks something or does not fit the file, or when the file is too large or not what it should be.
pub fn read(bytes: &[u8], mapping: &Mapping, limits: &Limits, sink: Sink<'_>) -> Result<(), Refusal> {
    if let Some(fault) = mapping.faults().first() {
        return Err(Refusal::Mapping { reason: fault.to_string() });
    }
    let (text, repaired) = text_of(bytes, mapping.encoding.as_deref(), limits)?;
    let mut out = Out::new(sink, Record::Finding, Record::Quarantined);
    let message_type = match mapping.holds {
        Holds::Statement => MessageType::Csv,
        Holds::Movements => MessageType::CsvMovements,
    };
    out.put(Record::Document(Document {
        message_type,
        version: "csv".to_owned(),
        message_id: None,
        created_at: None,
        page: None,
        last_page: None,
        member: None,
    }))?;
    if repaired {
        out.finding(CheckKind::SchemaDeviation, Severity::Info, || {
            crate::out::Told::new("", "Some bytes are not of the encoding; they were taken as Windows-1252.")
        })?;
    }
    let (mut rows, header) = rows::open(&text, mapping, limits)?;
    let columns = Columns::find(mapping, header.as_deref())?;
    let gathered = rows::gather(&mut rows, &columns, mapping, header.as_ref().map(Vec::len), limits, &mut out)?;
    statements::put(gathered, mapping, &mut out)?;
    out.finish()
}

/// Reports on a file; without a mapping, by the one that [`guess`] proposes.
#[must_use]
pub fn report_bytes(bytes: &[u8], mapping: Option<&Mapping>, limits: &Limits) -> Report {
    let mut reporter = Reporter::default();
    let outcome = match mapping {
        Some(mapping) => read(bytes, mapping, limits, &mut |record| {
            reporter.take(&record);
            ControlFlow::Continue(())
        }),
        None => report_guessed(bytes, limits, &mut reporter),
    };
    reporter.finish(outcome)
}

/// What a file does not say is told and set to what cannot be mistaken for something.
fn report_guessed(bytes: &[u8], limits: &Limits, reporter: &mut Reporter) -> Result<(), Refusal> {
    let unknown = || Refusal::UnknownFormat { found: "a text that is no table with dates and amounts".to_owned() };
    let mut mapping = guess(bytes).filter(|guess| guess.sure).ok_or_else(unknown)?.mapping;
    let mut lacks = Vec::new();
    if mapping.account.is_none() {
        mapping.account = Some(Given::Fixed(UNNAMED.to_owned()));
        lacks.push("The file does not name its account; its mapping has to.");
    }
    if mapping.currency.is_none() {
        mapping.currency = Some(Given::Fixed(NO_CURRENCY.to_owned()));
        lacks.push("The file does not name its currency; its mapping has to.");
    }
    read(bytes, &mapping, limits, &mut |record| {
        let first = matches!(record, Record::Document(_));
        reporter.take(&record);
        for message in lacks.drain(..).take(if first { 2 } else { 0 }) {
            reporter.take(&Record::Finding(crate::record::Finding {
                check: CheckKind::SchemaDeviation,
                severity: Severity::Info,
                place: String::new(),
                expected: None,
                actual: None,
                message: message.to_owned(),
            }));
        }
        ControlFlow::Continue(())
    })
}

/// Whether a file that begins like this is a bank's table: one with a column of days and one of amounts.
#[must_use]
pub fn detect(beginning: &[u8]) -> bool {
    // A cut row would be an odd one.
    let end = beginning.iter().rposition(|&byte| byte == b'\n').filter(|_| beginning.len() >= crate::ENOUGH);
    guess(end.and_then(|end| beginning.get(..end)).unwrap_or(beginning)).is_some_and(|guess| guess.sure)
}

/// The file as text, and whether bytes had to be taken for what they are not.
fn text_of<'a>(bytes: &'a [u8], label: Option<&str>, limits: &Limits) -> Result<(Cow<'a, str>, bool), Refusal> {
    let limit = limits.max_bytes.min(MOST);
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge { what: "bytes", limit });
    }
    let Some(label) = label else {
        let (encoding, repaired) = guess::encoding(bytes);
        if encoding == encoding_rs::UTF_8 {
            return decode::whole(bytes, false, limit).map(|(text, repaired)| (Cow::Owned(text), repaired));
        }
        return Ok((encoding.decode(bytes).0, repaired));
    };
    let encoding = encoding_rs::Encoding::for_label(label.trim().as_bytes());
    let encoding = encoding.ok_or_else(|| Refusal::Encoding { label: label.chars().take(40).collect() })?;
    let (text, _, repaired) = encoding.decode(bytes);
    Ok((text, repaired))
}

/// The columns of a file under a mapping, as a mapping may name them: by name where a name is there once, else by number.
#[must_use]
pub fn columns(bytes: &[u8], mapping: &Mapping, limits: &Limits) -> Vec<(Column, String)> {
    let Ok((text, _)) = text_of(bytes, mapping.encoding.as_deref(), limits) else { return Vec::new() };
    let Ok((mut rows, header)) = rows::open(&text, mapping, limits) else { return Vec::new() };
    let (names, first) = match header {
        Some(header) => (header, rows.find_map(Result::ok)),
        None => (Vec::new(), rows.find_map(Result::ok)),
    };
    let cells = first.map(|row| row.cells).unwrap_or_default();
    (0..names.len().max(if names.is_empty() { cells.len() } else { 0 }))
        .map(|at| {
            let name = names.get(at).map_or("", |name| name.trim());
            let once = names.iter().filter(|other| other.trim() == name).count() == 1;
            let number = u16::try_from(at + 1).unwrap_or(u16::MAX);
            let column = if name.is_empty() || !once || name.starts_with('#') {
                Column::Number(number)
            } else {
                Column::Name(name.to_owned())
            };
            (column, cells.get(at).cloned().unwrap_or_default())
        })
        .collect()
}

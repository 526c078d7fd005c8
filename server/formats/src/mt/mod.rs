//! Reads SWIFT MT940 and MT942 as banks hand them out: with and without blocks, with CRLF, LF or `@@` between the lines.

mod account;
mod codewords;
mod details;
mod line61;
mod lines;
mod statement;
mod values;

use crate::{
    Limits, Refusal,
    decode::Utf8,
    guard::Guard,
    out::{Out, Told},
    record::{CheckKind, Severity},
};
use lines::Lines;
use statement::Reader;
use std::io::BufRead;

/// The tags that a customer statement has. What else looks like one is text: `:12:11` may be a time.
const TAGS: [&str; 21] = [
    "13", "13C", "13D", "20", "21", "25", "25P", "28", "28C", "34F", "60F", "60M", "61", "62F", "62M", "64", "65",
    "86", "90C", "90D", "NS",
];

/// A field: its tag and its lines.
#[derive(Debug, Default)]
struct Field {
    tag: &'static str,
    lines: Vec<String>,
    bytes: usize,
    line: u64,
}

/// Reads one file.
pub(crate) fn read<R: BufRead>(
    input: R,
    limits: &Limits,
    member: Option<&str>,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    let guard = Guard::new(Utf8::new(input, false)?, limits.max_text, limits.max_bytes);
    let mut lines = Lines::new(guard, limits)?;
    let mut reader = Reader::new(limits, member);
    let mut field: Option<Field> = None;
    while lines.next()? {
        let line = lines.text().trim_matches(['\u{1}', '\u{3}', '\u{feff}']);
        // Block ends stand on a line of their own; a dash within a text does not.
        let (ends, rest) = match line.strip_prefix("-}") {
            Some(rest) => (true, rest.trim_start_matches(['\u{1}', '\u{3}'])),
            None => (line.trim_end() == "-", if line.trim_end() == "-" { "" } else { line }),
        };
        if ends && let Some(field) = field.take() {
            reader.field(field, out)?;
        }
        let rest = block_text(rest, &mut reader);
        if let Some((tag, value)) = tag_of(rest) {
            if let Some(field) = field.take() {
                reader.field(field, out)?;
            }
            field = Some(Field { tag, lines: vec![value.to_owned()], bytes: value.len(), line: lines.number() });
        } else if let Some(field) = &mut field {
            field.bytes += rest.len() + 1;
            if field.bytes > limits.max_text {
                return Err(Refusal::TooLong { line: lines.number(), what: "a field", limit: limits.max_text as u64 });
            }
            field.lines.push(rest.to_owned());
        } else {
            reader.preamble(rest);
        }
    }
    if let Some(field) = field.take() {
        reader.field(field, out)?;
    }
    let repaired = lines.repaired();
    reader.finish(lines.number(), out)?;
    if repaired {
        // MT knows no encoding; what is not UTF-8 is what banks have always written.
        out.finding(CheckKind::SchemaDeviation, Severity::Info, || {
            Told::new("", "The text is not UTF-8; it was read as Windows-1252.")
        })?;
    }
    Ok(())
}

/// What stands in block 4 of a line that has block headers: `{1:…}{2:…}{4:` and what follows.
fn block_text<'a>(line: &'a str, reader: &mut Reader<'_>) -> &'a str {
    if !line.starts_with('{') {
        return line;
    }
    reader.header(line);
    match line.find("{4:") {
        Some(at) => &line[at + 3..],
        None => "",
    }
}

/// The tag that a line begins with, and its value.
fn tag_of(line: &str) -> Option<(&'static str, &str)> {
    let rest = line.strip_prefix(':')?;
    let (tag, value) = rest.split_at_checked(rest.find(':').filter(|at| (2..=3).contains(at))?)?;
    let tag = TAGS.iter().find(|known| **known == tag)?;
    Some((tag, &value[1..]))
}

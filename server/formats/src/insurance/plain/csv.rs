//! CSV (RFC 4180) into the same objects as the JSON forms: comma, semicolon or tab, quotes, line breaks within quotes.
//!
//! The first column is named after the form, `guichet:policies/1`, and holds the number of the policy or claim. A column
//! `handler_name` is the field `name` of `handler`.

use super::fields::is_internal;
use crate::{Limits, Refusal, insurance::Out, json::Value, out::Told, record::CheckKind};

/// Objects of a claim that a column name may begin with.
const INNER: [&str; 2] = ["handler", "next"];

/// A table whose header has been read.
pub(super) struct Table<'a> {
    /// `policies/1`.
    pub form: String,
    columns: Vec<String>,
    reader: Rows<'a>,
}

impl<'a> Table<'a> {
    /// Reads the header.
    pub fn open(text: &'a str, limits: &Limits) -> Result<Self, Refusal> {
        let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let separator = [',', ';', '\t'].into_iter().max_by_key(|&sign| head.matches(sign).count()).unwrap_or(',');
        let mut reader = Rows { text, at: 0, line: 1, separator, max_text: limits.max_text };
        let columns = reader.next()?.map(|(_, cells)| cells).unwrap_or_default();
        let columns: Vec<String> = columns.iter().map(|name| name.trim().to_owned()).collect();
        let form = columns.first().and_then(|name| name.strip_prefix("guichet:")).unwrap_or_default().to_owned();
        Ok(Self { form, columns, reader })
    }

    /// All rows as objects, each with its place. A row that has another number of cells than the header is kept aside.
    pub fn rows(mut self, out: &mut Out<'_>) -> Result<Vec<(String, Value)>, Refusal> {
        let mut names: Vec<String> = self.columns.clone();
        if let Some(first) = names.first_mut() {
            *first =
                if matches!(self.form.as_str(), "policies/1" | "claims/1") { "number" } else { "claim" }.to_owned();
        }
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) || name.is_empty() {
                let reason = format!("the column {name:?} stands twice or has no name");
                return Err(Refusal::UnknownFormat { found: format!("CSV in which {reason}") });
            }
            if is_internal(name) {
                let told = Told::new(format!("line 1, column {name}"), "What is internal is not read.");
                out.info(CheckKind::SchemaDeviation, told)?;
            }
        }
        let mut rows = Vec::new();
        while let Some((line, cells)) = self.reader.next()? {
            let place = format!("line {line}");
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if cells.len() != names.len() {
                let reason = format!("The row has {} cells; the header has {}.", cells.len(), names.len());
                out.quarantine(&place, reason, "")?;
                continue;
            }
            rows.push((place, object(&names, cells, self.form == "claims/1")));
        }
        Ok(rows)
    }
}

/// The row as an object: empty cells and internal columns are not there.
fn object(names: &[String], cells: Vec<String>, has_inner: bool) -> Value {
    let mut members: Vec<(String, Value)> = Vec::new();
    for (name, cell) in names.iter().zip(cells).filter(|(name, cell)| !is_internal(name) && !cell.trim().is_empty()) {
        let inner = name.split_once('_').filter(|(outer, _)| has_inner && INNER.contains(outer));
        let value = Value::Text(cell);
        match inner {
            None => members.push((name.clone(), value)),
            Some((outer, name)) => match members.iter_mut().find(|(own, _)| own == outer) {
                Some((_, Value::Object(inner))) => inner.push((name.to_owned(), value)),
                _ => members.push((outer.to_owned(), Value::Object(vec![(name.to_owned(), value)]))),
            },
        }
    }
    Value::Object(members)
}

struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    separator: char,
    max_text: usize,
}

impl Rows<'_> {
    /// The next row with the line that it begins on.
    fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, Refusal> {
        let (begin, mut cells, mut cell) = (self.line, Vec::new(), String::new());
        let (mut quoted, mut any) = (false, false);
        let mut letters = self.text[self.at..].chars().peekable();
        while let Some(letter) = letters.next() {
            self.at += letter.len_utf8();
            any = true;
            if cell.len() > self.max_text {
                return Err(Refusal::TooLong { line: self.line, what: "a cell", limit: self.max_text as u64 });
            }
            self.line += u64::from(letter == '\n');
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    self.at += 1;
                    cell.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if cell.is_empty() => quoted = true,
                letter if quoted => cell.push(letter),
                letter if letter == self.separator => cells.push(std::mem::take(&mut cell)),
                '\n' => {
                    cells.push(cell.trim_end_matches('\r').to_owned());
                    return Ok(Some((begin, cells)));
                }
                letter => cell.push(letter),
            }
        }
        if quoted {
            return Err(Refusal::Truncated { line: self.line, open: format!("a quote that begins on line {begin}") });
        }
        cells.push(cell.trim_end_matches('\r').to_owned());
        Ok(any.then_some((begin, cells)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insurance::record::Record;

    fn out<'a>(sink: crate::insurance::Sink<'a>) -> Out<'a> {
        Out::new(sink, Record::Finding, Record::Quarantined)
    }

    #[test]
    fn quotes_hold_separators_and_line_breaks() {
        let text = "guichet:claims/1;cause\r\n1;\"a;\"\"b\"\"\nc\"\r\n2;x";
        let table = Table::open(text, &Limits::default()).unwrap();
        let mut sink = |_| std::ops::ControlFlow::Continue(());
        let rows = table.rows(&mut out(&mut sink)).unwrap();
        let cause = |index: usize| rows[index].1.get("cause").owned();
        assert_eq!((cause(0), cause(1)), (Some("a;\"b\"\nc".to_owned()), Some("x".to_owned())));
        assert_eq!(rows[1].0, "line 4");
        let open = Table::open("guichet:claims/1;a\n1;\"x", &Limits::default()).unwrap();
        assert!(matches!(open.rows(&mut out(&mut sink)), Err(Refusal::Truncated { .. })));
    }
}

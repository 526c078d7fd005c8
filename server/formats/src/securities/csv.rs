//! Rows of comma-separated files, RFC 4180, with the line that each begins on.

use super::{
    Out,
    record::{CheckKind, Severity},
};
use crate::{Refusal, out::Told};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its cells, trimmed, without their quotes.
    pub cells: Vec<String>,
}

/// Tells that the last line has no end: its last cell may be cut, which nothing else would show.
pub(super) fn tell_open_end(text: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    if text.ends_with(['\n', '\r']) {
        return Ok(());
    }
    let told = Told::new(format!("line {}", text.lines().count()), "The last line has no end; it may be cut.");
    out.tell(CheckKind::SchemaDeviation, Severity::Info, told)
}

/// Cells of one row, at most.
const CELLS: usize = 1_000;

/// Reads rows one by one; blank lines are passed over.
pub(super) struct Rows<'a> {
    rest: &'a str,
    line: u64,
    delimiter: char,
}

impl<'a> Rows<'a> {
    /// Over a text; the delimiter is what the first line has most of: comma, semicolon or tab.
    pub fn new(text: &'a str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let count = |delimiter: char| first.matches(delimiter).count();
        let delimiter = [',', ';', '\t'].into_iter().rev().max_by_key(|&delimiter| count(delimiter)).unwrap_or(',');
        Self { rest: text, line: 1, delimiter }
    }

    /// A quoted cell: its text and what follows it. None where the closing quote is missing.
    fn quoted(rest: &str) -> Option<(String, &str)> {
        let (mut cell, mut rest) = (String::new(), rest);
        loop {
            let end = rest.find('"')?;
            cell.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => return Some((cell, rest)),
            }
        }
    }

    fn row(&mut self) -> Result<Row, (u64, String)> {
        let (start, whole) = (self.line, self.rest);
        let mut cells = Vec::new();
        loop {
            let trimmed = self.rest.trim_start_matches([' ', '\u{feff}']);
            let mut cell = String::new();
            if let Some(inside) = trimmed.strip_prefix('"') {
                let Some((text, after)) = Self::quoted(inside) else {
                    // Only this line is lost, not all that follows.
                    let end = whole.find('\n').map_or(whole.len(), |end| end + 1);
                    self.rest = &whole[end..];
                    self.line = start + 1;
                    return Err((start, "a quote is not closed".to_owned()));
                };
                cell = text;
                self.rest = after;
            }
            let end = self.rest.find([self.delimiter, '\n']).unwrap_or(self.rest.len());
            cell.push_str(&self.rest[..end]);
            cells.push(cell.trim().to_owned());
            let delimited = self.rest[end..].starts_with(self.delimiter);
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            if !delimited || cells.len() >= CELLS {
                break;
            }
        }
        let taken = &whole[..whole.len() - self.rest.len()];
        self.line += taken.matches('\n').count() as u64;
        Ok(Row { line: start, cells })
    }
}

impl Iterator for Rows<'_> {
    /// A row, or the line and the reason why it is none.
    type Item = Result<Row, (u64, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            match self.row() {
                Ok(row) if row.cells.iter().all(String::is_empty) => {}
                other => return Some(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u64, Vec<String>)> {
        Rows::new(text).filter_map(Result::ok).map(|row| (row.line, row.cells)).collect()
    }

    #[test]
    fn quotes_lines_and_delimiters_are_as_the_standard_has_them() {
        let rows = cells("\u{feff}a;b\r\n\r\n\"x;\"\"y\"\"\nz\"; 2 \r\n3;");
        let own = |line, a: &str, b: &str| (line, vec![a.to_owned(), b.to_owned()]);
        assert_eq!(rows, [own(1, "a", "b"), own(3, "x;\"y\"\nz", "2"), own(5, "3", "")]);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_one_line() {
        let rows: Vec<_> = Rows::new("a,b\n\"1,2\n3,4\n").collect();
        assert_eq!(rows.len(), 3);
        assert!(matches!(&rows[1], Err((2, _))) && rows[2].as_ref().is_ok_and(|row| row.line == 3));
    }
}

//! Rows of comma-separated files, RFC 4180: cells in quotes, line breaks within them, and the line that each row begins on.

use crate::{Limits, Refusal};

/// Cells of one row, at most.
const CELLS: usize = 1_000;

/// Rows that may be broken before what was read of one is passed over with it. Without this, every line of a hostile file
/// could have the reader look far ahead for the end of a quote.
const BROKEN: u32 = 1_000;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its cells, trimmed, without their quotes.
    pub cells: Vec<String>,
}

/// A row that cannot be read. Only its first line is lost: the reading goes on behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The line it begins on, from 1.
    pub line: u64,
    /// Where it is too broken("too_long"), the bound.
    limit: Option<u64>,
}

impl Broken {
    pub const fn reason(self) -> &'static str {
        if self.limit.is_some() { "it is too long" } else { "a quote is not closed" }
    }
}

impl From<Broken> for Refusal {
    fn from(Broken { line, limit }: Broken) -> Self {
        match limit {
            Some(limit) => Self::TooLong { line, what: "a row", limit },
            None => Self::Truncated { line, open: "a quoted cell".to_owned() },
        }
    }
}

/// Reads rows one by one; blank ones are passed over.
pub(crate) struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: char,
    quote: char,
    max_row: usize,
    broken: u32,
    /// Where the last row, or the last broken line, begins.
    begin: usize,
}

impl<'a> Rows<'a> {
    /// Over a text; the delimiter is what the first line has most of: comma, semicolon or tab.
    pub fn new(text: &'a str, limits: &Limits) -> Self {
        let first = first_line(text);
        let count = |delimiter: &char| first.matches(*delimiter).count();
        // Of several that it has equally many of, the last counts: the comma.
        let delimiter = ['\t', ';', ','].into_iter().max_by_key(count).unwrap_or(',');
        Self::delimited(text, delimiter, limits)
    }

    /// Over a text whose delimiter is known.
    pub fn delimited(text: &'a str, delimiter: char, limits: &Limits) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        Self { text, at: 0, line: 1, delimiter, quote: '"', max_row: limits.max_text, broken: 0, begin: 0 }
    }

    /// With another quote; a nought for none.
    pub fn quoted_by(self, quote: Option<char>) -> Self {
        Self { quote: quote.unwrap_or('\0'), ..self }
    }

    /// Passes over lines at the beginning, whatever stands in them.
    pub fn skip_lines(mut self, lines: u32) -> Self {
        for _ in 0..lines {
            let rest = self.rest();
            let Some(end) = rest.find('\n') else { break };
            self.at += end + 1;
            self.line += 1;
        }
        self
    }

    /// The last row as it stands in the text, without the end of its line.
    pub fn raw(&self) -> &'a str {
        self.text.get(self.begin..self.at).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn row(&mut self) -> Result<Row, Broken> {
        let (begin, line) = (self.at, self.line);
        self.begin = begin;
        let mut cells = Vec::new();
        loop {
            let cell = self.cell();
            let too_long = self.at - begin > self.max_row || cells.len() >= CELLS;
            let Some((cell, is_last)) = cell.filter(|_| !too_long) else {
                let limit = (too_long || self.rest().len() > self.max_row).then_some(self.max_row as u64);
                self.broken += 1;
                if self.broken < BROKEN {
                    self.at = begin;
                }
                self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
                self.count_lines(begin);
                return Err(Broken { line, limit });
            };
            cells.push(cell);
            if is_last {
                self.count_lines(begin);
                return Ok(Row { line, cells });
            }
        }
    }

    /// The next cell, and whether it is the last of its row. None where its closing quote is missing, or too far away.
    fn cell(&mut self) -> Option<(String, bool)> {
        let mut cell = String::new();
        if let Some(inside) = self.rest().trim_start_matches(' ').strip_prefix(self.quote) {
            self.at = self.text.len() - inside.len();
            self.quoted(&mut cell)?;
        }
        let rest = self.rest();
        let end = rest.find([self.delimiter, '\n']).unwrap_or(rest.len());
        cell.push_str(&rest[..end]);
        let is_last = !rest[end..].starts_with(self.delimiter);
        let next = if is_last { 1 } else { self.delimiter.len_utf8() };
        self.at += (end + next).min(rest.len());
        Some((cell.trim().to_owned(), is_last))
    }

    /// Takes what stands between quotes; a quote within is written twice.
    fn quoted(&mut self, cell: &mut String) -> Option<()> {
        loop {
            let near = self.rest();
            let near = &near[..near.floor_char_boundary(self.max_row)];
            let end = near.find(self.quote)?;
            cell.push_str(&near[..end]);
            self.at += end + self.quote.len_utf8();
            if cell.len() > self.max_row || !self.rest().starts_with(self.quote) {
                return Some(());
            }
            cell.push(self.quote);
            self.at += self.quote.len_utf8();
        }
    }

    fn count_lines(&mut self, begin: usize) {
        let taken = self.text.as_bytes().get(begin..self.at).unwrap_or_default();
        self.line += taken.iter().filter(|&&byte| byte == b'\n').count() as u64;
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.text.len() {
            match self.row() {
                Ok(row) if row.cells.iter().all(String::is_empty) => {}
                other => return Some(other),
            }
        }
        None
    }
}

/// The cells of the first line that is not blank, to tell a form by: of a file's beginning, which may be cut anywhere.
pub(crate) fn header(head: &str) -> Option<Vec<String>> {
    Rows::new(first_line(head), &Limits::default()).next()?.ok().map(|row| row.cells)
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str, max_text: usize) -> Vec<Result<(u64, String), (u64, &'static str)>> {
        let rows = Rows::new(text, &Limits { max_text, ..Limits::default() });
        rows.map(|row| row.map(|r| (r.line, r.cells.join("|"))).map_err(|b| (b.line, Refusal::from(b).code())))
            .collect()
    }

    fn row(line: u64, cells: &str) -> Result<(u64, String), (u64, &'static str)> {
        Ok((line, cells.to_owned()))
    }

    #[test]
    fn quotes_lines_and_delimiters_are_as_the_standard_has_them() {
        let text = "\u{feff}a;b\r\n\r\n\"x;\"\"y\"\"\nz\"; 2 \r\n;\n3;";
        assert_eq!(rows(text, 99), [row(1, "a|b"), row(3, "x;\"y\"\nz|2"), row(6, "3|")]);
        assert_eq!(rows("a\tb\n \"1\"\t\"\"\"\"\n", 99), [row(1, "a|b"), row(2, "1|\"")]);
        assert_eq!(rows("a\nb \"c\"", 99), [row(1, "a"), row(2, "b \"c\"")]);
        assert_eq!(header("\n \"a\" ,b\n1"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!((header(""), header("\"a")), (None, None));
    }

    #[test]
    fn a_row_that_is_broken_costs_one_line() {
        let broken = |code| Err((2, code));
        assert_eq!(rows("a,b\n\"1,2\n3,4\n", 99), [row(1, "a|b"), broken("truncated"), row(3, "3|4")]);
        assert_eq!(rows("a,b\n\"1,2\n3,4\n5,6", 8), [row(1, "a|b"), broken("too_long"), row(3, "3|4"), row(4, "5|6")]);
        assert_eq!(rows("a\n1234567890\n3", 8), [row(1, "a"), broken("too_long"), row(3, "3")]);
        assert_eq!(
            rows(&format!("a\n{}\n3", ",".repeat(2_000)), 9_999),
            [row(1, "a"), broken("too_long"), row(3, "3")]
        );
    }

    #[test]
    fn a_file_of_broken_rows_is_read_to_its_end() {
        // Each line begins a quote, and ends the one of the line before.
        let all = rows(&"a\",\",b\n".repeat(100_000), 64 << 10);
        assert!(all.len() > 1_000 && all.iter().all(Result::is_err), "{}", all.len());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a\", ;\r\nü]{0,60}", max_text in 0..20_usize) {
            let lines: Vec<u64> = rows(&text, max_text).into_iter().map(|row| row.map_or_else(|e| e.0, |r| r.0)).collect();
            prop_assert!(lines.is_sorted());
        }
    }
}

//! Proposes a mapping by looking at a file: how it is written, where its rows begin, and what its columns are. By the names
//! of the columns and by what stands in them; where the two disagree, what stands in them counts.

mod profile;
mod roles;
mod words;

use super::{fold::fold, mapping::Mapping};
use crate::{Limits, csv::Rows};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};
use profile::{LOOKED_AT, Profile};

/// A proposal.
#[derive(Clone, Debug)]
pub struct Guess {
    /// What is proposed. Account and currency may be missing; [`Mapping::faults`] tells.
    pub mapping: Mapping,
    /// The names of the columns, or `#1`, `#2` where there is no header.
    pub columns: Vec<String>,
    /// Whether names or contents say what days and amounts are; where not, it is a try for somebody to look at.
    pub sure: bool,
}

/// Bytes that are looked at.
const ENOUGH: usize = 256 << 10;

/// Rows before the header, at most.
const PREAMBLE: usize = 60;

/// Looks at a file, or at its beginning. None when it is no table with a column of days and one of amounts.
#[must_use]
pub fn guess(bytes: &[u8]) -> Option<Guess> {
    let bytes = bytes.get(..ENOUGH).unwrap_or(bytes);
    let (encoding, _) = encoding(bytes);
    let (text, _, _) = encoding.decode(bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['<', '{', '[']) || text.contains('\0') {
        return None;
    }
    let label = (encoding != UTF_8).then(|| encoding.name().to_ascii_lowercase());
    // The likeliest delimiter first; another one only where it gives no table.
    delimiters(text).into_iter().find_map(|delimiter| {
        let table = Table::find(text, delimiter, quote(text, delimiter))?;
        let columns = table.columns();
        let profiles: Vec<Profile> = (0..columns.len()).map(|at| table.profile(at)).collect();
        let mapping = Mapping {
            encoding: label.clone(),
            delimiter,
            quote: table.quote,
            skip_lines: table.skip_lines,
            header: table.header.is_some(),
            footer_rows: 0,
            ..Mapping::default()
        };
        let (mut mapping, sure) = roles::assign(mapping, table.header.as_deref(), &profiles, &table.preamble)?;
        mapping.footer_rows = table.footer(&mapping);
        Some(Guess { mapping, columns, sure })
    })
}

/// The encoding, and whether some bytes do not fit it.
pub(super) fn encoding(bytes: &[u8]) -> (&'static Encoding, bool) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding, false);
    }
    let head = bytes.get(..ENOUGH.min(4 << 10)).unwrap_or(bytes);
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    if head.len() >= 4 && zeros(1) * 4 > head.len() {
        return (UTF_16LE, false);
    }
    if head.len() >= 4 && zeros(0) * 4 > head.len() {
        return (UTF_16BE, false);
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => return (UTF_8, false),
        // Only the end is cut.
        Err(error) if error.error_len().is_none() => return (UTF_8, false),
        Err(_) => {}
    }
    // The one in which the names of the columns are words; the West where none tells.
    let known = |encoding: &'static Encoding| {
        let (text, _, broken) = encoding.decode(head);
        let cells = text.lines().take(PREAMBLE).flat_map(|line| line.split([',', ';', '\t', '|']));
        let words = cells.filter(|cell| words::is_known(&fold(cell))).count();
        (words * 2, usize::from(!broken))
    };
    let all = [WINDOWS_1252, WINDOWS_1250, WINDOWS_1251];
    let best = all.into_iter().rev().max_by_key(|encoding| known(encoding)).unwrap_or(WINDOWS_1252);
    (best, false)
}

/// Delimiters, the likeliest first: the one that makes the most rows equally wide, and wide.
fn delimiters(text: &str) -> Vec<char> {
    let mut scored: Vec<(usize, char)> = [';', '\t', '|', ',']
        .into_iter()
        .map(|delimiter| {
            let widths: Vec<usize> =
                sample(text, delimiter, quote(text, delimiter)).map(|row| row.cells.len()).collect();
            let mode = mode(&widths);
            let alike = widths.iter().filter(|&&width| width == mode).count();
            let score = if mode < 2 { 0 } else { alike * 1_000 / widths.len().max(1) * mode.min(30) };
            (score, delimiter)
        })
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, delimiter)| delimiter).collect()
}

/// The width that most rows have; of several, the widest.
fn mode(widths: &[usize]) -> usize {
    widths
        .iter()
        .copied()
        .max_by_key(|width| (widths.iter().filter(|other| *other == width).count(), *width))
        .unwrap_or(0)
}

/// The quote: the single one where cells stand in it and none in the double one.
fn quote(text: &str, delimiter: char) -> Option<char> {
    let around = |mark: char| {
        let cells = text.lines().take(50).flat_map(|line| line.split(delimiter)).map(str::trim);
        cells.filter(|cell| cell.len() > 1 && cell.starts_with(mark) && cell.ends_with(mark)).count()
    };
    Some(if around('"') == 0 && around('\'') > 3 { '\'' } else { '"' })
}

/// The rows that can be read.
fn sample(text: &str, delimiter: char, quote: Option<char>) -> impl Iterator<Item = crate::csv::Row> {
    let limits = Limits::default();
    Rows::delimited(text, delimiter, &limits).quoted_by(quote).take(LOOKED_AT + PREAMBLE).filter_map(Result::ok)
}

/// A table within a text.
struct Table {
    quote: Option<char>,
    header: Option<Vec<String>>,
    skip_lines: u32,
    /// Cells before the header.
    preamble: Vec<Vec<String>>,
    rows: Vec<Vec<String>>,
    width: usize,
}

impl Table {
    fn find(text: &str, delimiter: char, quote: Option<char>) -> Option<Self> {
        let all: Vec<_> = sample(text, delimiter, quote).collect();
        let widths: Vec<usize> = all.iter().map(|row| row.cells.len()).collect();
        let head = all.iter().take(PREAMBLE);
        // The header is the row with the most names that are known, and none of its cells is a figure.
        let named = |cells: &[String]| cells.iter().filter(|cell| words::is_known(&fold(cell))).count();
        let best = head
            .enumerate()
            .filter(|(_, row)| row.cells.len() >= 2 && !has_figures(&row.cells))
            .max_by_key(|(at, row)| (named(&row.cells), std::cmp::Reverse(*at)))
            .filter(|(_, row)| named(&row.cells) >= 2);
        // Without one, the rows begin with the first one that has both a day and an amount.
        let first = all.iter().position(|row| has_both(&row.cells));
        let (header, begin) = match (best, first) {
            (Some((at, _)), Some(first)) if at > first => (None, first),
            (Some((at, row)), _) => (Some(row.cells.clone()), at),
            // Names that nobody knows stand right above the first row.
            (None, Some(first)) => match first.checked_sub(1).map(|at| (at, &all[at])) {
                Some((at, row)) if row.cells.len() == widths[first] && !has_figures(&row.cells) => {
                    (Some(row.cells.clone()), at)
                }
                _ => (None, first),
            },
            (None, None) => return None,
        };
        let skip_lines = u32::try_from(all[begin].line.saturating_sub(1)).ok()?;
        let data = begin + usize::from(header.is_some());
        let rows: Vec<Vec<String>> = all[data..].iter().map(|row| row.cells.clone()).collect();
        let width = header.as_ref().map_or_else(|| mode(&widths[data..]), Vec::len);
        let preamble = all[..begin].iter().map(|row| row.cells.clone()).collect();
        (width >= 2).then_some(Self { quote, header, skip_lines, preamble, rows, width })
    }

    fn columns(&self) -> Vec<String> {
        let number = |at: usize| format!("#{}", at + 1);
        match &self.header {
            Some(header) => (0..self.width).map(|at| header.get(at).cloned().unwrap_or_else(|| number(at))).collect(),
            None => (0..self.width).map(number).collect(),
        }
    }

    fn profile(&self, at: usize) -> Profile {
        Profile::of(self.rows.iter().map(|row| row.get(at).map_or("", String::as_str)))
    }

    /// Rows at the end without a day: totals, notes. Only of a table that was seen whole.
    fn footer(&self, mapping: &Mapping) -> u32 {
        if self.rows.len() >= LOOKED_AT {
            return 0;
        }
        let column = mapping.booking_date.as_ref().or(mapping.value_date.as_ref());
        let at = column.and_then(|column| roles::place(column, self.header.as_deref()));
        let cell = |row: &Vec<String>| at.and_then(|at| row.get(at)).cloned().unwrap_or_default();
        let day = |row: &&Vec<String>| super::cells::date(&cell(row), mapping.date_order).is_some();
        let blank = |row: &&Vec<String>| super::cells::blank(&cell(row));
        let trailing = self.rows.iter().rev().take_while(|row| !day(row));
        // A row that goes on with the words of the one above has a blank day; a note or a sum is no row of the table.
        let rows: Vec<&Vec<String>> = trailing.collect();
        let odd = rows.iter().rposition(|row| !blank(row) || row.len() != self.width).map_or(0, |last| last + 1);
        if odd == self.rows.len() { 0 } else { u32::try_from(odd).unwrap_or(0) }
    }
}

/// Whether a row has a cell that is an amount with a fraction or a day: then it is no header.
fn has_figures(cells: &[String]) -> bool {
    cells.iter().any(|cell| {
        let profile = Profile::of(std::iter::once(cell.as_str()));
        profile.is_day() || (profile.is_amount() && profile.fractions > 0)
    })
}

/// Whether a row has a day and an amount.
fn has_both(cells: &[String]) -> bool {
    let profiles: Vec<Profile> = cells.iter().map(|cell| Profile::of(std::iter::once(cell.as_str()))).collect();
    profiles.iter().any(Profile::is_day) && profiles.iter().any(Profile::is_amount)
}

#[cfg(test)]
mod tests;

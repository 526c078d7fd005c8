//! What the cells of a column look like.

use super::super::{
    cells::{amount, blank, date},
    columns::indicator,
    mapping::DateOrder,
};
use super::words::{CAME, WENT, is_code};
use guichet_types::{Iban, IbanError};
use std::collections::HashSet;

/// Rows that are looked at.
pub(super) const LOOKED_AT: usize = 300;

/// A column, from what its cells are. Figures are numbers of cells that are not blank.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// Cells that are not blank.
    pub filled: usize,
    /// By order: days that can be read so.
    pub days: [usize; 3],
    /// Days between the first and the last, by order.
    pub span: [i64; 3],
    /// Amounts, with a point and with a comma.
    pub amounts: [usize; 2],
    /// Cells that prove a point, and a comma.
    pub proof: [usize; 2],
    /// Amounts with a written sign.
    pub signs: usize,
    /// Amounts with a fraction.
    pub fractions: usize,
    /// Currency codes.
    pub codes: usize,
    /// Words that tell a direction.
    pub directions: usize,
    /// IBANs, and other long numbers.
    pub ibans: usize,
    /// Different cells.
    pub distinct: usize,
    /// Letters in all.
    pub letters: usize,
    /// The first cell that is not blank.
    pub first: String,
    /// Bits of rows in which it is filled.
    pub rows: Vec<bool>,
}

pub(super) const ORDERS: [DateOrder; 3] = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];

impl Profile {
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut profile = Self::default();
        let mut distinct = HashSet::new();
        let mut ends: [Option<(i32, i32)>; 3] = [None; 3];
        for cell in cells.take(LOOKED_AT) {
            profile.rows.push(!blank(cell));
            if blank(cell) {
                continue;
            }
            profile.filled += 1;
            if profile.first.is_empty() {
                cell.clone_into(&mut profile.first);
            }
            distinct.insert(cell);
            for (at, order) in ORDERS.into_iter().enumerate() {
                if let Some(day) = date(cell, order).map(|day| day.days()) {
                    profile.days[at] += 1;
                    let (least, most) = ends[at].unwrap_or((day, day));
                    ends[at] = Some((least.min(day), most.max(day)));
                }
            }
            profile.figure(cell);
            profile.word(cell);
        }
        profile.span = ends.map(|ends| ends.map_or(0, |(least, most)| i64::from(most) - i64::from(least)));
        profile.distinct = distinct.len();
        profile
    }

    fn figure(&mut self, cell: &str) {
        for (at, (decimal, thousands)) in [('.', ','), (',', '.')].into_iter().enumerate() {
            // Long digits without a fraction are the number of something.
            if let Some(read) = amount(cell, decimal, Some(thousands))
                && (cell.contains(decimal) || read.size.mantissa() < 10_000_000)
            {
                self.amounts[at] += 1;
            }
        }
        self.signs += usize::from(cell.contains(['-', '−', '+', '(']));
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        // The last mark, with one, two or more than three digits behind it, is before the fraction.
        if let Some(at) = cell.rfind(['.', ',']) {
            let behind = digits(&cell[at + 1..]);
            let mark = usize::from(cell[at..].starts_with(','));
            let twice = cell[..at].contains(&cell[at..=at]);
            self.fractions += usize::from(behind > 0);
            self.proof[mark] += usize::from(behind > 0 && behind != 3 && !twice);
            self.proof[1 - mark] += usize::from(behind == 3 && twice);
        }
    }

    fn word(&mut self, cell: &str) {
        let upper = cell.len() == 3 && cell.bytes().all(|b| b.is_ascii_uppercase());
        self.codes += usize::from(upper && is_code(&cell.to_ascii_lowercase()));
        let word = indicator(cell);
        self.directions += usize::from(WENT.contains(&word.as_str()) || CAME.contains(&word.as_str()));
        self.letters += cell.chars().filter(|letter| letter.is_alphabetic()).count();
        let compact: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
        let iban = matches!(compact.parse::<Iban>(), Ok(_) | Err(IbanError::CheckDigits));
        let numbers = compact.bytes().filter(u8::is_ascii_digit).count();
        let number = compact.len() >= 6 && numbers * 2 >= compact.len() && !compact.contains([',', '.', ':']);
        self.ibans += usize::from(iban || number);
    }

    /// Whether most of the filled cells are so.
    fn mostly(&self, count: usize) -> bool {
        self.filled > 0 && count * 10 >= self.filled * 7
    }

    /// Whether it holds days. Words like "pending" may stand between them.
    pub fn is_day(&self) -> bool {
        self.mostly(self.days.into_iter().max().unwrap_or(0))
    }

    pub fn is_amount(&self) -> bool {
        !self.is_day() && self.mostly(self.amounts[0].max(self.amounts[1])) && self.letters <= self.filled * 4
    }

    pub fn is_code(&self) -> bool {
        self.mostly(self.codes)
    }

    /// Whether some cells are amounts; enough for a column that is called so.
    pub fn has_amounts(&self) -> bool {
        !self.is_day() && self.amounts[0].max(self.amounts[1]) > 0
    }

    pub fn is_direction(&self) -> bool {
        self.filled > 0 && self.directions == self.filled && self.distinct <= 4
    }

    pub fn is_account(&self) -> bool {
        self.mostly(self.ibans) && !self.is_day()
    }

    pub fn is_text(&self) -> bool {
        self.filled > 0 && !self.is_day() && !self.is_amount() && self.letters >= self.filled * 2
    }
}

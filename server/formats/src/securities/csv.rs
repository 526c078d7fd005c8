//! Tables of this family: a header, and rows that have as many cells. What is broken is kept aside.

use super::{
    Out,
    record::{CheckKind, Severity},
};
use crate::{
    Limits, Refusal,
    csv::{Row, Rows},
    out::Told,
};

/// Tells that the last line has no end: its last cell may be cut, which nothing else would show.
pub(super) fn tell_open_end(text: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    if text.ends_with(['\n', '\r']) {
        return Ok(());
    }
    let told = Told::new(format!("line {}", text.lines().count()), "The last line has no end; it may be cut.");
    out.tell(CheckKind::SchemaDeviation, Severity::Info, told)
}

/// A table whose header has been read.
pub(super) struct Table<'a> {
    /// The names of the columns.
    pub header: Vec<String>,
    /// Rows that were kept aside, as they are no rows of it.
    pub aside: u64,
    rows: Rows<'a>,
}

impl<'a> Table<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(text: &'a str, limits: &Limits, out: &mut Out<'_>) -> Result<Self, Refusal> {
        tell_open_end(text, out)?;
        let mut rows = Rows::new(text, limits);
        let Some(Ok(header)) = rows.next() else { return Err(Refusal::NoStatement) };
        Ok(Self { header: header.cells, aside: 0, rows })
    }

    /// The next row that has as many cells as the header.
    pub fn next(&mut self, out: &mut Out<'_>) -> Result<Option<Row>, Refusal> {
        while let Some(row) = self.next_of_any_width(out)? {
            if row.cells.len() == self.header.len() {
                return Ok(Some(row));
            }
            self.keep_aside(&row, out)?;
        }
        Ok(None)
    }

    /// The next row that can be read.
    pub fn next_of_any_width(&mut self, out: &mut Out<'_>) -> Result<Option<Row>, Refusal> {
        for row in self.rows.by_ref() {
            match row {
                Ok(row) => return Ok(Some(row)),
                Err(broken) => {
                    self.aside += 1;
                    let reason = format!("The row cannot be read: {}.", broken.reason());
                    out.quarantine(format!("line {}", broken.line), reason, "")?;
                }
            }
        }
        Ok(None)
    }

    /// Keeps a row aside whose number of cells does not fit.
    pub fn keep_aside(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.aside += 1;
        let reason = format!("The row has {} cells and the header {}.", row.cells.len(), self.header.len());
        out.quarantine(format!("line {}", row.line), reason, row.cells.join(","))
    }
}

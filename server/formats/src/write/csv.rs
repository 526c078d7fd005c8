//! Writes CSV after RFC 4180, for spreadsheets: numbers stay numbers, and no text is ever taken for a formula.

use crate::record::{AccountRef, Entry, EntryDetail, EntryStatus};
use std::io::{self, Write};

/// The columns, in English. Give the same number of words of your own for another language.
pub const HEADER: [&str; 16] = [
    "Account",
    "Booking date",
    "Value date",
    "Amount",
    "Currency",
    "Status",
    "Counterparty",
    "Counterparty account",
    "Purpose",
    "End-to-end reference",
    "Mandate",
    "Creditor identifier",
    "Bank reference",
    "Customer reference",
    "Bank code",
    "Information",
];

/// Writes rows.
pub struct Writer<W> {
    out: W,
    delimiter: u8,
}

impl<W: Write> Writer<W> {
    /// Begins with a header, with commas.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new<S: AsRef<str>>(out: W, header: &[S]) -> io::Result<Self> {
        Self::with_delimiter(out, b',', header)
    }

    /// Begins with a header, with another delimiter: `;` is what spreadsheets want where the comma is the decimal sign.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn with_delimiter<S: AsRef<str>>(out: W, delimiter: u8, header: &[S]) -> io::Result<Self> {
        let mut writer = Self { out, delimiter };
        for (index, cell) in header.iter().enumerate() {
            writer.text(index, cell.as_ref())?;
        }
        writer.out.write_all(b"\r\n")?;
        Ok(writer)
    }

    /// Writes an entry as one row.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn entry(&mut self, account: &AccountRef, entry: &Entry) -> io::Result<()> {
        let date = |date: Option<guichet_types::Date>| date.map_or_else(String::new, |date| date.to_string());
        let joined =
            |of: fn(&EntryDetail) -> Option<&str>| entry.details.iter().filter_map(of).collect::<Vec<_>>().join(" | ");
        let purpose: Vec<&str> = entry
            .details
            .iter()
            .flat_map(|d| d.remittance.iter().chain(&d.creditor_references))
            .map(String::as_str)
            .collect();
        let status = match entry.status {
            EntryStatus::Booked => "BOOK",
            EntryStatus::Pending => "PDNG",
            EntryStatus::Info => "INFO",
            EntryStatus::Future => "FUTR",
        };
        self.text(0, &account.id)?;
        self.number(&date(entry.booking_date))?;
        self.number(&date(entry.value_date))?;
        self.number(&entry.amount.to_string())?;
        let texts = [
            entry.currency.as_str(),
            status,
            &joined(|d| d.counterparty.as_deref()),
            &joined(|d| d.counterparty_account.as_deref()),
            &purpose.join(" "),
            &joined(|d| d.end_to_end_id.as_deref()),
            &joined(|d| d.mandate_id.as_deref()),
            &joined(|d| d.creditor_id.as_deref()),
            entry.servicer_ref.as_deref().unwrap_or_default(),
            entry.entry_ref.as_deref().unwrap_or_default(),
            entry.domain_code.as_deref().or(entry.proprietary_code.as_deref()).unwrap_or_default(),
            entry.additional_info.as_deref().unwrap_or_default(),
        ];
        texts.iter().try_for_each(|text| self.text(1, text))?;
        self.out.write_all(b"\r\n")
    }

    /// Writes a row of cells, each a number or a date (true), or a text.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn row(&mut self, cells: &[(bool, String)]) -> io::Result<()> {
        for (index, (plain, cell)) in cells.iter().enumerate() {
            if *plain && index > 0 {
                self.number(cell)?;
            } else {
                self.text(index, cell)?;
            }
        }
        self.out.write_all(b"\r\n")
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// A number or a date: as it is.
    fn number(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(&[self.delimiter])?;
        self.out.write_all(text.as_bytes())
    }

    /// A text: quoted where it must be, and with an apostrophe before what a spreadsheet would calculate.
    fn text(&mut self, index: usize, text: &str) -> io::Result<()> {
        if index > 0 {
            self.out.write_all(&[self.delimiter])?;
        }
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        let quoted = text
            .bytes()
            .any(|byte| byte == self.delimiter || matches!(byte, b'"' | b'\r' | b'\n' | b',' | b';' | b'\t'));
        if quoted {
            write!(self.out, "\"{guard}{}\"", text.replace('"', "\"\""))
        } else {
            write!(self.out, "{guard}{text}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_formula_and_no_cell_breaks_a_row() {
        let cells = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain", "a,b", "say \"hi\"", "two\nlines"];
        let out = Writer::new(Vec::new(), &cells).and_then(Writer::finish).unwrap_or_default();
        let expected = "'=1+1,'+1,'-1,'@x,\"'\tx\",\"'\rx\",plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}

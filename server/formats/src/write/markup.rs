//! Elements, one after the other, with their texts escaped.

use std::io::{self, Write};

/// Writes elements. In the old form of OFX a text has no end tag.
pub(super) struct Markup<W> {
    pub out: W,
    /// Texts end with a tag.
    pub closed: bool,
    /// Windows-1252 instead of UTF-8.
    pub narrow: bool,
}

impl<W: Write> Markup<W> {
    pub fn open(&mut self, name: &str) -> io::Result<()> {
        self.out.write_all(b"<")?;
        self.out.write_all(name.as_bytes())?;
        self.out.write_all(b">")
    }

    pub fn close(&mut self, name: &str) -> io::Result<()> {
        self.out.write_all(b"</")?;
        self.out.write_all(name.as_bytes())?;
        self.out.write_all(b">")
    }

    /// An element with a text; nothing when the text is empty.
    pub fn leaf(&mut self, name: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.open(name)?;
        self.text(text)?;
        if self.closed { self.close(name) } else { self.line() }
    }

    /// An element with at most so many letters.
    pub fn short(&mut self, name: &str, text: Option<&str>, most: usize) -> io::Result<()> {
        text.map_or(Ok(()), |text| self.leaf(name, cut(text.trim(), most)))
    }

    /// An amount with its currency.
    pub fn amount(&mut self, name: &str, amount: &str, currency: &str) -> io::Result<()> {
        write!(self.out, "<{name} Ccy=\"{currency}\">{amount}</{name}>")
    }

    pub fn line(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        // Pieces without special letters go out as they are.
        let mut rest = text;
        while let Some(at) =
            rest.find(|c: char| matches!(c, '&' | '<' | '>' | '\u{fffe}' | '\u{ffff}') || c.is_control())
        {
            self.plain(&rest[..at])?;
            let letter = rest[at..].chars().next().unwrap_or(' ');
            self.out.write_all(match letter {
                '&' => b"&amp;",
                '<' => b"&lt;",
                '>' => b"&gt;",
                _ => b" ",
            })?;
            rest = &rest[at + letter.len_utf8()..];
        }
        self.plain(rest)
    }

    fn plain(&mut self, text: &str) -> io::Result<()> {
        if !self.narrow || text.is_ascii() {
            return self.out.write_all(text.as_bytes());
        }
        for letter in text.chars() {
            let mut utf8 = [0; 4];
            let (bytes, _, missing) = encoding_rs::WINDOWS_1252.encode(letter.encode_utf8(&mut utf8));
            self.out.write_all(if missing { b"?" } else { &bytes })?;
        }
        Ok(())
    }
}

/// The first so many letters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at])
}

/// Year, month, day, hour, minute, second, millisecond of an instant, in UTC.
pub(super) fn utc(at: guichet_types::Timestamp) -> (guichet_types::Date, i64, i64, i64, i64) {
    let (days, rest) = (at.millis().div_euclid(86_400_000), at.millis().rem_euclid(86_400_000));
    let date = guichet_types::Date::from_days(i32::try_from(days).unwrap_or(0));
    (date, rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60, rest % 1_000)
}

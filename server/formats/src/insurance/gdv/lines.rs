//! Records out of bytes: with line ends of any kind, or without.

use super::LENGTH;

/// What the letters are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Latin1,
    Utf8,
}

/// A record. Columns count from 1 and include both ends, as in the standard.
pub(super) struct Line {
    letters: Vec<char>,
    /// From 1; without line ends, the number of the record.
    pub number: u64,
    /// In bytes.
    pub raw_length: usize,
}

impl Line {
    /// The letters of the columns, as they stand; fewer where the record is shorter.
    pub fn raw(&self, from: usize, to: usize) -> String {
        let end = to.min(self.letters.len());
        self.letters.get(from.saturating_sub(1)..end).unwrap_or_default().iter().collect()
    }

    /// The text of the columns without blanks around it; none when there is nothing else.
    pub fn field(&self, from: usize, to: usize) -> Option<String> {
        let text = self.raw(from, to);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The letter of a column.
    pub fn letter(&self, column: usize) -> Option<char> {
        self.letters.get(column.saturating_sub(1)).copied().filter(|letter| !letter.is_whitespace())
    }

    /// In letters.
    pub fn length(&self) -> usize {
        self.letters.len()
    }

    /// All of it.
    pub fn text(&self) -> String {
        self.letters.iter().collect()
    }
}

/// Splits the file. Empty lines are left out.
pub(super) fn split(bytes: &[u8]) -> (Box<dyn Iterator<Item = Line> + '_>, Encoding) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // An end mark of old systems.
    let bytes = bytes.strip_suffix(b"\x1a").unwrap_or(bytes);
    let encoding =
        if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() { Encoding::Utf8 } else { Encoding::Latin1 };
    let broken = bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    let lines: Box<dyn Iterator<Item = Line> + '_> = if broken {
        // CRLF gives an empty line between the two, so lines are counted by what ends them.
        let feed = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
        Box::new((1..).zip(bytes.split(move |&byte| byte == feed)).filter_map(move |(number, raw)| {
            let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
            (!raw.trim_ascii().is_empty()).then(|| line(raw, number, encoding))
        }))
    } else if encoding == Encoding::Utf8 {
        let letters: Vec<char> = String::from_utf8_lossy(bytes).chars().collect();
        let chunks: Vec<Vec<char>> = letters.chunks(LENGTH).map(<[char]>::to_vec).collect();
        Box::new((1..).zip(chunks).map(|(number, letters)| {
            let raw_length = letters.iter().map(|letter| letter.len_utf8()).sum();
            Line { letters, number, raw_length }
        }))
    } else {
        Box::new((1..).zip(bytes.chunks(LENGTH)).map(move |(number, raw)| line(raw, number, encoding)))
    };
    (lines, encoding)
}

fn line(raw: &[u8], number: u64, encoding: Encoding) -> Line {
    let letters = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(raw).chars().collect(),
        Encoding::Latin1 => raw.iter().map(|&byte| char::from(byte)).collect(),
    };
    Line { letters, number, raw_length: raw.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_of_any_kind_or_none_give_the_same_records() {
        let records: Vec<String> = (1..=3).map(|number| format!("{number:<256}")).collect();
        for end in ["\n", "\r\n", "\r", ""] {
            let file = records.join(end);
            let (lines, _) = split(file.as_bytes());
            let found: Vec<_> = lines.map(|line| (line.number, line.field(1, 256))).collect();
            let want: Vec<_> = (1..=3).map(|number: u64| (number, Some(number.to_string()))).collect();
            assert_eq!(found, want, "{end:?}");
        }
    }

    #[test]
    fn columns_count_letters_and_not_bytes() {
        for (bytes, encoding) in [("aüb\n".as_bytes(), Encoding::Utf8), (b"a\xfcb\n", Encoding::Latin1)] {
            let (mut lines, found) = split(bytes);
            let line = lines.next().unwrap();
            assert_eq!(
                (found, line.raw(2, 2), line.raw(3, 9), line.letter(4)),
                (encoding, "ü".to_owned(), "b".to_owned(), None)
            );
        }
    }
}

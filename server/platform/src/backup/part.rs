//! Rows as text: one JSON array on a line, the same bytes whichever database they came from.
//!
//! An integer is a number, text is a string, bytes are `{"x":"<hexadecimal>"}`, nothing is `null`. The first line of every part
//! has the names of the columns.

use crate::{
    audit::head::{from_hex, to_hex},
    db::whole::{Cell, Table},
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;

/// Bytes after which a part is closed. One row more than that is in memory at most.
const PART: usize = 1 << 20;

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("x", &to_hex(bytes))?;
                map.end()
            }
        }
    }
}

fn cell(value: Value) -> Option<Cell> {
    Some(match value {
        Value::Null => Cell::Null,
        Value::Number(number) => Cell::Int(number.as_i64()?),
        Value::String(text) => Cell::Text(text),
        Value::Object(map) if map.len() == 1 => Cell::Bytes(from_hex(map.get("x")?.as_str()?)?),
        _ => return None,
    })
}

/// Writes rows into parts.
#[derive(Debug)]
pub(super) struct Lines {
    head: Vec<u8>,
    text: Vec<u8>,
}

impl Lines {
    pub(super) fn new(table: &Table) -> Self {
        let mut head = serde_json::to_vec(&table.column_names()).unwrap_or_default();
        head.push(b'\n');
        Self { text: head.clone(), head }
    }

    /// Adds a row. A part that is full comes back.
    pub(super) fn add(&mut self, row: &[Cell]) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_writer(&mut self.text, row)?;
        self.text.push(b'\n');
        Ok((self.text.len() >= PART).then(|| std::mem::replace(&mut self.text, self.head.clone())))
    }

    /// The last part; none when everything is out already. A table without rows has one part, with its columns.
    pub(super) fn end(self, first: bool) -> Option<Vec<u8>> {
        (first || self.text.len() > self.head.len()).then_some(self.text)
    }
}

/// A part, read.
#[derive(Debug)]
pub(super) struct Part {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Part {
    /// Reads a part.
    ///
    /// # Errors
    /// With the line and what is wrong there.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        let Some(text) = text.strip_suffix(b"\n") else { return Err("the last line has no end".to_owned()) };
        let mut lines = text.split(|byte| *byte == b'\n').enumerate();
        let head = lines.next().map(|(_, line)| line).unwrap_or_default();
        let columns: Vec<String> =
            serde_json::from_slice(head).map_err(|error| format!("line 1 has no names of columns: {error}"))?;
        let mut rows = Vec::new();
        for (at, line) in lines {
            let wrong = |what: &str| format!("line {}: {what}", at + 1);
            let values: Vec<Value> =
                serde_json::from_slice(line).map_err(|error| wrong(&format!("no JSON array: {error}")))?;
            if values.len() != columns.len() {
                return Err(wrong("more or fewer values than columns"));
            }
            let row: Option<Vec<Cell>> = values.into_iter().map(cell).collect();
            rows.push(row.ok_or_else(|| wrong("a value that is neither a number, text, bytes nor null"))?);
        }
        Ok(Self { columns, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_written_is_read_and_nothing_else_is() {
        let table = Table { name: "t".to_owned(), columns: Vec::new(), refers: BTreeSet::new() };
        let mut lines = Lines { head: b"[\"a\",\"b\",\"c\",\"d\"]\n".to_vec(), ..Lines::new(&table) };
        lines.text = lines.head.clone();
        let row =
            vec![Cell::Null, Cell::Int(i64::MIN), Cell::Text("é\n\"\u{1}".to_owned()), Cell::Bytes(vec![0, 255, 10])];
        assert_eq!(lines.add(&row).unwrap(), None);
        let text = lines.end(true).unwrap();
        let part = Part::read(&text).unwrap();
        assert_eq!((part.columns.len(), part.rows), (4, vec![row]));
        for wrong in [
            "",
            "[\"a\"]",
            "[1]\n",
            "[\"a\"]\n[]\n",
            "[\"a\"]\n[1.5]\n",
            "[\"a\"]\n[true]\n",
            "[\"a\"]\n[{\"x\":\"0\"}]\n",
            "[\"a\"]\n[{\"x\":\"00\",\"y\":1}]\n",
            "[\"a\"]\n[9223372036854775808]\n",
            "[\"a\"]\n\n",
        ] {
            assert!(Part::read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_part_is_closed_when_it_is_full_and_an_empty_table_has_one() {
        let table = Table { name: "t".to_owned(), columns: Vec::new(), refers: BTreeSet::new() };
        let mut lines = Lines::new(&table);
        let full = lines.add(&[Cell::Text("x".repeat(PART))]).unwrap().unwrap();
        assert!(full.len() > PART);
        assert!(lines.end(false).is_none());
        assert_eq!(Lines::new(&table).end(true).unwrap(), b"[]\n");
    }
}

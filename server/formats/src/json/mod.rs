//! A JSON reader of our own, because `serde_json` reads `0.1` as a float and takes the last of two equal names: neither will
//! do where a wrong amount must not pass. Numbers stay the text that they are written in.
//!
//! It is strict (RFC 8259) and bounded, and says on which line something is broken.

mod parse;
mod span;

pub(crate) use parse::parse;
pub(crate) use span::span;

use crate::{Limits, number};
use guichet_types::Decimal;
use std::fmt::Write as _;

/// How much a reading takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The line that the text begins on: not 1 where each line of a file is a document.
    pub first_line: u64,
    /// Objects and lists within each other.
    pub max_depth: usize,
    /// Bytes of a text or a number.
    pub max_text: usize,
    /// Values, all together.
    pub max_values: usize,
}

impl From<&Limits> for Bounds {
    /// Texts and values are bounded by the size of the file alone: an attachment of HL7 FHIR is one text of megabytes.
    fn from(limits: &Limits) -> Self {
        Self { first_line: 1, max_depth: limits.max_depth, max_text: usize::MAX, max_values: usize::MAX }
    }
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Value>),
    /// In the order of the file.
    Object(Vec<(String, Value)>),
}

/// What stands for "not there".
static NULL: Value = Value::Null;

impl Value {
    /// The member, or null.
    pub fn get(&self, name: &str) -> &Self {
        self.members().iter().find(|(own, _)| own == name).map_or(&NULL, |(_, value)| value)
    }

    /// The member; none where it is not there or null.
    pub fn find(&self, name: &str) -> Option<&Self> {
        Some(self.get(name)).filter(|value| !value.is_null())
    }

    /// The element, or null.
    pub fn at(&self, index: usize) -> &Self {
        self.list().get(index).unwrap_or(&NULL)
    }

    /// The members of an object; nothing for another value.
    pub fn members(&self) -> &[(String, Self)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// The elements of a list; nothing for another value.
    pub fn list(&self) -> &[Self] {
        if let Self::List(list) = self { list } else { &[] }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A text, or a number as it is written: senders put the one where the other is due.
    pub fn written(&self) -> Option<&str> {
        if let Self::Text(text) | Self::Number(text) = self { Some(text) } else { None }
    }

    pub fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// An exact number, written as a JSON number.
    pub fn number(&self) -> Option<Decimal> {
        if let Self::Number(text) = self { number::exact(text) } else { None }
    }

    /// An exact number, written as a number or as a text.
    pub fn any_number(&self) -> Option<Decimal> {
        self.written().and_then(number::exact)
    }

    /// As plain JSON again, cut off after `most` bytes or so.
    pub fn to_json(&self, most: usize) -> String {
        let mut out = String::new();
        self.write(&mut out, most);
        out
    }

    fn write(&self, out: &mut String, most: usize) {
        if out.len() > most {
            return;
        }
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => quote(text, out),
            Self::List(list) => {
                let begin = out.len();
                for value in list {
                    out.push(if out.len() == begin { '[' } else { ',' });
                    value.write(out, most);
                }
                out.push_str(if list.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                let begin = out.len();
                for (name, value) in members {
                    out.push(if out.len() == begin { '{' } else { ',' });
                    quote(name, out);
                    out.push(':');
                    value.write(out, most);
                }
                out.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

/// Writes a text in its quotes.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if u32::from(control) < 0x20 => {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        parse(text, &Bounds::from(&Limits::default())).unwrap()
    }

    #[test]
    fn a_number_stays_what_it_was() {
        let value = read("[0.10, 1e2, 12.50E-1, 123456789012345678901234567890]");
        let written: Vec<_> = value.list().iter().filter_map(Value::written).collect();
        assert_eq!(written, ["0.10", "1e2", "12.50E-1", "123456789012345678901234567890"]);
        let all: Vec<_> = value.list().iter().map(|value| value.number().map(|n| n.to_string())).collect();
        let want = ["0.1", "100", "1.25", "123456789012345678901234567890"];
        assert_eq!(all, want.map(|text| Some(text.to_owned())));
    }

    #[test]
    fn what_is_null_or_not_there_is_not_found() {
        let value = read(r#"{"a":null,"b":[7,"8"]}"#);
        assert_eq!((value.find("a"), value.find("c"), value.get("c")), (None, None, &Value::Null));
        let list = value.get("b");
        assert_eq!((list.at(0).text(), list.at(0).written(), list.at(1).written()), (None, Some("7"), Some("8")));
        assert_eq!((list.at(0).number(), list.at(1).number()), (list.at(0).any_number(), None));
        assert_eq!((list.at(9), value.at(0), value.list().len()), (&Value::Null, &Value::Null, 0));
    }

    #[test]
    fn what_is_written_again_reads_the_same() {
        let value = read("{\"a\":[null,true,false,1.50,[],\"\\\"\\\\\\u0001é𝄞\"],\"b\":{}}");
        assert_eq!(read(&value.to_json(usize::MAX)), value);
        assert_eq!(value.to_json(usize::MAX), "{\"a\":[null,true,false,1.50,[],\"\\\"\\\\\\u0001é𝄞\"],\"b\":{}}");
    }
}

//! A small JSON reader that keeps numbers as the text they are written in, so that 0.1 stays 0.1.
//!
//! It is strict (RFC 8259) and bounded: depth, bytes, and no name twice in one object, because two readers would then see two
//! different amounts.

mod parse;

pub(crate) use parse::parse;

use crate::{Limits, Refusal, decode::Utf8};
use guichet_types::Decimal;
use std::fmt::Write as _;

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
        match self {
            Self::Object(members) => members.iter().find(|(own, _)| own == name).map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
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

    pub fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// An exact number, written as a JSON number.
    pub fn number(&self) -> Option<Decimal> {
        if let Self::Number(text) = self { decimal(text) } else { None }
    }

    /// An exact number, written as a number or as a text.
    pub fn any_number(&self) -> Option<Decimal> {
        match self {
            Self::Number(text) | Self::Text(text) => decimal(text),
            _ => None,
        }
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
                out.push('[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    value.write(out, most);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    value.write(out, most);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
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

/// An exact decimal, with or without an exponent; none when it is no number or does not fit.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let Some(at) = text.find(['e', 'E']) else { return text.parse().ok() };
    let (mantissa, exponent): (Decimal, i32) = (text[..at].parse().ok()?, text[at + 1..].parse().ok()?);
    if !(-18..=18).contains(&exponent) {
        return None;
    }
    let digits = i128::from(mantissa.to_units(mantissa.scale()).ok()?);
    let scale = i32::from(mantissa.scale()) - exponent;
    match u8::try_from(scale) {
        Ok(scale) if scale <= 18 => Some(Decimal::new(digits, scale)),
        Ok(_) => None,
        Err(_) => Some(Decimal::new(digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?, 0))
            .filter(|number| number.to_units(0).is_ok()),
    }
}

/// The whole as UTF-8, and whether bytes had to be taken as Windows-1252.
///
/// # Errors
/// When there is too much of it.
pub(crate) fn utf8(bytes: &[u8], limits: &Limits) -> Result<(String, bool), Refusal> {
    if bytes.len() as u64 > limits.max_bytes {
        return Err(Refusal::TooLarge { what: "bytes", limit: limits.max_bytes });
    }
    let mut input = Utf8::new(bytes, false)?;
    let (mut text, mut piece) = (String::new(), Vec::new());
    loop {
        input.next_piece(&mut piece)?;
        if piece.is_empty() {
            return Ok((text, input.repaired));
        }
        text.push_str(&String::from_utf8_lossy(&piece));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, Refusal> {
        parse(text, 1, &Limits::default())
    }

    #[test]
    fn a_number_stays_what_it_was() {
        let value = read("[0.1, 1e2, 12.50E-1, 123456789012345678901234567890]").unwrap();
        let all: Vec<_> = value.list().iter().map(|value| value.number().map(|n| n.to_string())).collect();
        let want = ["0.1", "100", "1.25", "123456789012345678901234567890"];
        assert_eq!(all, want.map(|text| Some(text.to_owned())));
        for text in ["01", "1.", ".5", "+1", "1e", "-", "1.2.3", "0x1", "NaN", "1_0"] {
            assert!(read(text).is_err(), "{text}");
        }
        for text in ["1e400", "1e-400", "9999999999999999999999999999999", "1e19"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_line() {
        assert!(matches!(read("{\"a\":1,\n\"a\":2}"), Err(Refusal::Json { line: 2, .. })));
        assert!(matches!(read("{\"a\":[1,\n2"), Err(Refusal::Truncated { line: 2, .. })));
        assert!(matches!(read(&"[".repeat(100_000)), Err(Refusal::TooDeep { limit: 64, .. })));
        for text in ["", "{", "tru", "nul", "{\"a\"}", "[1,]", "{\"a\":1,}", "\"\\x\"", "\"\\ud800\"", "\"\n\"", "1 2"]
        {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_written_again_reads_the_same() {
        let text = "{\"a\":[null,true,false,1.50,\"\\\"\\\\\\u0001é𝄞\"],\"b\":{}}";
        let value = read(text).unwrap();
        assert_eq!(read(&value.to_json(usize::MAX)).unwrap(), value);
        assert_eq!(read("\"\\ud834\\udd1e\"").unwrap(), Value::Text("𝄞".to_owned()));
    }
}

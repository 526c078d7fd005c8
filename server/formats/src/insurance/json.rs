//! A small JSON reader that keeps numbers as the text they are written in, so that 0.1 stays 0.1.
//!
//! It is strict (RFC 8259) and bounded: depth, bytes, and no name twice in one object, because two readers would then see two
//! different amounts.

use crate::{Limits, Refusal, decode::Utf8};
use guichet_types::Decimal;
use std::{collections::HashSet, fmt::Write as _};

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

/// Reads one JSON text; `line` is the line that it begins on.
///
/// # Errors
/// When it is no JSON, ends in the middle, lies too deep or has a name twice.
pub(crate) fn parse(text: &str, line: u64, limits: &Limits) -> Result<Value, Refusal> {
    let mut parser = Parser { text, at: 0, line, max_depth: limits.max_depth };
    parser.space();
    let value = parser.value(0)?;
    parser.space();
    if parser.at < text.len() { Err(parser.broken("something stands after its end")) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    max_depth: usize,
}

impl Parser<'_> {
    fn here(&self) -> u64 {
        self.line + self.text.as_bytes()[..self.at].iter().filter(|&&byte| byte == b'\n').count() as u64
    }

    fn broken(&self, reason: impl Into<String>) -> Refusal {
        Refusal::Json { line: self.here(), reason: reason.into() }
    }

    fn ended(&self, open: &str) -> Refusal {
        Refusal::Truncated { line: self.here(), open: open.to_owned() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Refusal> {
        if depth > self.max_depth {
            return Err(Refusal::TooDeep { line: self.here(), limit: self.max_depth });
        }
        match self.peek() {
            None => Err(self.ended("the JSON")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Refusal> {
        self.at += 1;
        let mut members: Vec<(String, Value)> = Vec::new();
        let mut names = HashSet::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            match self.peek() {
                Some(b'"') => {}
                None => return Err(self.ended("an object")),
                Some(_) => return Err(self.broken("a name in quotes is due")),
            }
            let name = self.string()?;
            if !names.insert(name.clone()) {
                return Err(self.broken(format!("the name {:?} stands twice in one object", short(&name))));
            }
            self.space();
            match self.peek() {
                Some(b':') => self.at += 1,
                None => return Err(self.ended("an object")),
                Some(_) => return Err(self.broken("a colon is due")),
            }
            self.space();
            members.push((name, self.value(depth + 1)?));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Object(members));
                }
                None => return Err(self.ended("an object")),
                Some(_) => return Err(self.broken("a comma or the end of the object is due")),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Refusal> {
        self.at += 1;
        let mut list = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(list));
        }
        loop {
            self.space();
            list.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::List(list));
                }
                None => return Err(self.ended("a list")),
                Some(_) => return Err(self.broken("a comma or the end of the list is due")),
            }
        }
    }

    fn number(&mut self) -> Result<Value, Refusal> {
        let rest = &self.text[self.at..];
        let end = rest.find(|letter: char| !matches!(letter, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let number = &rest[..end.unwrap_or(rest.len())];
        if !is_number(number) {
            return Err(self.broken(format!("{:?} is no number", short(number))));
        }
        self.at += number.len();
        Ok(Value::Number(number.to_owned()))
    }

    fn word(&mut self) -> Result<Value, Refusal> {
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            let rest = &self.text[self.at..];
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
            if word.starts_with(rest) {
                return Err(self.ended("a word"));
            }
        }
        Err(self.broken("a value is due"))
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(|letter: char| matches!(letter, '"' | '\\') || u32::from(letter) < 0x20) else {
                return Err(self.ended("a text"));
            };
            out.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.broken("a text has a line break or a control sign in it")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Refusal> {
        let letter = self.text.as_bytes().get(self.at + 1).copied().ok_or_else(|| self.ended("a text"))?;
        self.at += 2;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.four()?;
                let code = if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    let low = self.four()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(self.broken("half a letter"));
                    }
                    0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                } else {
                    high
                };
                char::from_u32(code).ok_or_else(|| self.broken("half a letter"))?
            }
            _ => return Err(self.broken("an escape that JSON does not know")),
        })
    }

    fn four(&mut self) -> Result<u32, Refusal> {
        let Some(digits) = self.text.as_bytes().get(self.at..self.at + 4) else { return Err(self.ended("a text")) };
        let code = digits.iter().try_fold(0, |sum, &digit| Some(sum * 16 + char::from(digit).to_digit(16)?));
        let code = code.ok_or_else(|| self.broken("an escape without four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The grammar of RFC 8259, section 6.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, behind) = mantissa.split_once('.').map_or((mantissa, None), |(w, b)| (w, Some(b)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && behind.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
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

//! The grammar of RFC 8259, strictly, and within bounds.

use super::Value;
use crate::{Limits, Refusal};
use std::collections::HashSet;

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

/// The grammar of section 6.
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

//! Reads JSON after RFC 8259 into a tree: numbers stay text, a key that stands twice is refused, and depth is bounded.

use super::tree::{MAX_VALUES, Tree};
use crate::{Limits, Refusal};
use std::collections::BTreeMap;

/// Reads one JSON value and nothing behind it.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Tree, Refusal> {
    let mut parser = Parser { text, at: 0, values: 0, depth: 0, limits };
    parser.blank();
    if parser.at == text.len() {
        return Err(Refusal::UnknownFormat { found: "nothing".to_owned() });
    }
    let value = parser.value()?;
    parser.blank();
    if parser.at < text.len() { Err(parser.broken("something stands behind the value")) } else { Ok(value) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    values: usize,
    depth: usize,
    limits: &'t Limits,
}

impl Parser<'_> {
    fn line(&self) -> u64 {
        1 + self.text.as_bytes()[..self.at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count() as u64
    }

    fn broken(&self, reason: &str) -> Refusal {
        if self.at >= self.text.len() {
            return Refusal::Truncated { line: self.line(), open: "the JSON".to_owned() };
        }
        Refusal::Json { line: self.line(), reason: reason.to_owned() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Refusal> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.broken(&format!("a {} is missing", char::from(byte))))
    }

    fn word(&mut self, word: &str, value: Tree) -> Result<Tree, Refusal> {
        let rest = &self.text[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        if word.starts_with(rest) {
            self.at = self.text.len();
        }
        Err(self.broken("a word that JSON does not know"))
    }

    /// Calls itself for what lies within; the depth is bounded.
    fn value(&mut self) -> Result<Tree, Refusal> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Refusal::TooLarge { what: "values", limit: MAX_VALUES as u64 });
        }
        match self.peek() {
            Some(b'{' | b'[') => {
                self.depth += 1;
                if self.depth > self.limits.max_depth {
                    return Err(Refusal::TooDeep { line: self.line(), limit: self.limits.max_depth });
                }
                let value = if self.peek() == Some(b'{') { self.object() } else { self.list() };
                self.depth -= 1;
                value
            }
            Some(b'"') => Ok(Tree::Text(self.string()?)),
            Some(b't') => self.word("true", Tree::Bool(true)),
            Some(b'f') => self.word("false", Tree::Bool(false)),
            Some(b'n') => self.word("null", Tree::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.broken("a value is missing")),
        }
    }

    fn object(&mut self) -> Result<Tree, Refusal> {
        self.at += 1;
        let mut members = BTreeMap::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Tree::Object(members));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.broken("a name is missing"));
            }
            let name = self.string()?;
            self.blank();
            self.expect(b':')?;
            self.blank();
            let value = self.value()?;
            if members.contains_key(&name) {
                return Err(self.broken(&format!("the name {name:.40?} stands twice in one object")));
            }
            members.insert(name, value);
            self.blank();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.expect(b'}')?;
            return Ok(Tree::Object(members));
        }
    }

    fn list(&mut self) -> Result<Tree, Refusal> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Tree::List(items));
        }
        loop {
            self.blank();
            items.push(self.value()?);
            self.blank();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.expect(b']')?;
            return Ok(Tree::List(items));
        }
    }

    fn number(&mut self) -> Result<Tree, Refusal> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if text.len() > 100 {
            return Err(Refusal::TooLong { line: self.line(), what: "a number", limit: 100 });
        }
        if !is_number(text) {
            return Err(self.broken("a number that is none"));
        }
        Ok(Tree::Number(text.to_owned()))
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            if out.len() > self.limits.max_text {
                return Err(Refusal::TooLong { line: self.line(), what: "a text", limit: self.limits.max_text as u64 });
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                _ => return Err(self.broken("a control character in a text")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Refusal> {
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex()?;
                let code = if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    let low = self.hex()?;
                    let pair = (0xdc00..0xe000).contains(&low);
                    if pair { 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) } else { high }
                } else {
                    high
                };
                char::from_u32(code).ok_or_else(|| self.broken("half of a letter"))?
            }
            _ => return Err(self.broken("an escape that JSON does not know")),
        })
    }

    fn hex(&mut self) -> Result<u32, Refusal> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let Some(code) = code else {
            if self.at + 4 > self.text.len() {
                self.at = self.text.len();
            }
            return Err(self.broken("an escape that JSON does not know"));
        };
        self.at += 4;
        Ok(code)
    }
}

/// `-0.5e+3`: what RFC 8259 calls a number.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) =
        text.split_once(['e', 'E']).map_or((text, None), |(number, exponent)| (number, Some(exponent)));
    let (whole, behind) = number.split_once('.').map_or((number, None), |(whole, behind)| (whole, Some(behind)));
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && behind.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Tree, &'static str> {
        parse(text, &Limits::default()).map_err(|refusal| refusal.code())
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        assert_eq!(
            read(" [0.10, -477979.89, 1e3] ").map(|tree| tree.show(100)),
            Ok("[0.10,-477979.89,1e3]".to_owned())
        );
        for text in ["[01]", "[1.]", "[.5]", "[+1]", "[1e]", "[--1]", "[NaN]"] {
            assert_eq!(read(text), Err("json"), "{text}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        assert_eq!(read(r#"{"a":1,"a":2}"#), Err("json"));
    }

    #[test]
    fn escapes_are_read_and_half_letters_are_not() {
        assert_eq!(read(r#""\ud83d\udce6 \u00fc\n""#), Ok(Tree::Text("📦 ü\n".to_owned())));
        for text in [r#""\ud83d""#, r#""\ud83d\u0041""#, r#""\x""#, "\"\u{1}\"", r#""\u00g0""#] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_is_called_so() {
        let whole = r#"{"a":[true,null,"b\u00fc"],"c":-1.5}"#;
        for end in 1..whole.len() {
            assert_eq!(read(&whole[..end]), Err("truncated"), "{}", &whole[..end]);
        }
        assert_eq!(read(&format!("{whole}x")), Err("json"));
        assert_eq!(read(&"[".repeat(100_000)), Err("too_deep"));
    }
}

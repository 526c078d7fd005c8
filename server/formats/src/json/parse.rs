//! The grammar of RFC 8259, strictly, and within bounds.

use super::{Bounds, Value};
use crate::{Refusal, number::is_json, out::cut};
use std::collections::HashSet;

/// Reads one JSON text and nothing behind it.
///
/// # Errors
/// When it is no JSON, ends in the middle, is beyond a bound or has a name twice in one object: which of the two would be
/// right is not known.
pub(crate) fn parse(text: &str, bounds: &Bounds) -> Result<Value, Refusal> {
    let mut parser = Parser { text, at: 0, depth: 0, values: 0, bounds };
    parser.space();
    let value = parser.value()?;
    parser.space();
    if parser.at < text.len() { Err(parser.broken("something stands after its end")) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    values: usize,
    bounds: &'a Bounds,
}

impl<'a> Parser<'a> {
    fn line(&self) -> u64 {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        self.bounds.first_line + before.iter().filter(|&&byte| byte == b'\n').count() as u64
    }

    /// What is broken; at the end of the text, everything is broken because it was cut off.
    fn broken(&self, reason: impl Into<String>) -> Refusal {
        if self.at >= self.text.len() {
            return Refusal::Truncated { line: self.line(), open: "the JSON".to_owned() };
        }
        Refusal::Json { line: self.line(), reason: reason.into() }
    }

    fn too_long(&self, what: &'static str) -> Refusal {
        Refusal::TooLong { line: self.line(), what, limit: self.bounds.max_text as u64 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over a sign, if it is the next.
    fn takes(&mut self, sign: u8) -> bool {
        let is_next = self.peek() == Some(sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Calls itself for what lies within; the depth is bounded.
    fn value(&mut self) -> Result<Value, Refusal> {
        self.values += 1;
        if self.values > self.bounds.max_values {
            return Err(Refusal::TooLarge { what: "values", limit: self.bounds.max_values as u64 });
        }
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Refusal>) -> Result<Value, Refusal> {
        self.depth += 1;
        if self.depth > self.bounds.max_depth {
            return Err(Refusal::TooDeep { line: self.line(), limit: self.bounds.max_depth });
        }
        self.at += 1;
        self.space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Behind an element: whether another one follows.
    fn goes_on(&mut self, end: u8) -> Result<bool, Refusal> {
        self.space();
        if self.takes(b',') {
            self.space();
            return Ok(true);
        }
        if self.takes(end) { Ok(false) } else { Err(self.broken("a comma or an end is due")) }
    }

    fn object(&mut self) -> Result<Value, Refusal> {
        let (mut members, mut names) = (Vec::new(), HashSet::new());
        let mut more = !self.takes(b'}');
        while more {
            if self.peek() != Some(b'"') {
                return Err(self.broken("a name in quotes is due"));
            }
            let name = self.string()?;
            if !names.insert(name.clone()) {
                return Err(self.broken(format!("the name {:?} stands twice in one object", cut(&name, 40))));
            }
            self.space();
            if !self.takes(b':') {
                return Err(self.broken("a colon is due"));
            }
            self.space();
            members.push((name, self.value()?));
            more = self.goes_on(b'}')?;
        }
        Ok(Value::Object(members))
    }

    fn list(&mut self) -> Result<Value, Refusal> {
        let mut list = Vec::new();
        let mut more = !self.takes(b']');
        while more {
            list.push(self.value()?);
            more = self.goes_on(b']')?;
        }
        Ok(Value::List(list))
    }

    fn number(&mut self) -> Result<Value, Refusal> {
        let rest = self.rest();
        let end = rest.find(|letter: char| !matches!(letter, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let number = &rest[..end.unwrap_or(rest.len())];
        if number.len() > self.bounds.max_text {
            return Err(self.too_long("a number"));
        }
        self.at += number.len();
        if !is_json(number) {
            return Err(self.broken(format!("{:?} is no number", cut(number, 40))));
        }
        Ok(Value::Number(number.to_owned()))
    }

    fn word(&mut self) -> Result<Value, Refusal> {
        let rest = self.rest();
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
            if word.starts_with(rest) {
                self.at = self.text.len();
            }
        }
        Err(self.broken("a value is due"))
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find(|letter: char| matches!(letter, '"' | '\\') || u32::from(letter) < 0x20);
            let plain = &rest[..end.unwrap_or(rest.len())];
            if out.len() + plain.len() > self.bounds.max_text {
                return Err(self.too_long("a text"));
            }
            out.push_str(plain);
            self.at += plain.len();
            if self.takes(b'"') {
                return Ok(out);
            }
            if !self.takes(b'\\') {
                return Err(self.broken("a text has a line break or a control sign in it"));
            }
            out.push(self.escape()?);
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char, Refusal> {
        let plain = match self.peek() {
            Some(sign @ (b'"' | b'\\' | b'/')) => char::from(sign),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.letter();
            }
            _ => return Err(self.broken("an escape that JSON does not know")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// What stands behind `\u`. Half a pair makes no letter, and what the sender meant is not known.
    fn letter(&mut self) -> Result<char, Refusal> {
        let mut code = self.four()?;
        if (0xd800..0xdc00).contains(&code) && self.takes(b'\\') && self.takes(b'u') {
            let low = self.four()?;
            let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or_else(|| self.broken("half a letter"))?;
            code = 0x1_0000 + ((code - 0xd800) << 10) + low;
        }
        char::from_u32(code).ok_or_else(|| self.broken("half a letter"))
    }

    fn four(&mut self) -> Result<u32, Refusal> {
        let digits = self.rest().as_bytes();
        let digits = &digits[..digits.len().min(4)];
        if digits.len() < 4 {
            self.at = self.text.len();
        }
        let code = digits.iter().try_fold(0, |sum, &digit| Some(sum * 16 + char::from(digit).to_digit(16)?));
        let code = code.filter(|_| digits.len() == 4);
        let code = code.ok_or_else(|| self.broken("an escape without four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use proptest::prelude::*;

    fn code(text: &str) -> Result<Value, &'static str> {
        parse(text, &Bounds::from(&Limits::default())).map_err(|refusal| refusal.code())
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let words = ["[01]", "[.5]", "[1.]", "[--1]", "[NaN]", "[0x1]", "[1_0]", "[nul]", "[tru!]", "['a']"];
        let broken = ["{\"a\"}", "[1,]", "{\"a\":1,}", "{1:2}", "[1] x", "{\"a\":1,\"b\":2,\"a\":3}", "[1 2]", "{,}"];
        for text in words.into_iter().chain(broken) {
            assert_eq!(code(text), Err("json"), "{text}");
        }
        for text in ["\\x", "\n", "\u{1}", "\\u00g0", "\\ud83d", "\\ud83d\\u0041", "\\ud83d\\n", "\\udce6"] {
            assert_eq!(code(&format!("\"{text}\"")), Err("json"), "{text}");
        }
    }

    #[test]
    fn escapes_are_read() {
        let read = Ok(Value::Text("📦 ü\"\\/\u{8}\u{c}\n\r\t".to_owned()));
        assert_eq!(code(r#" "\ud83d\udce6 \u00FC\"\\\/\b\f\n\r\t" "#), read);
    }

    #[test]
    fn what_is_cut_off_is_called_so() {
        let whole = r#"{"a":[true,null,"b\u00fc\ud83d\udce6"],"c":-1.5}"#;
        assert!(code(whole).is_ok());
        for end in 0..whole.len() {
            assert_eq!(code(&whole[..end]), Err("truncated"), "{}", &whole[..end]);
        }
    }

    #[test]
    fn the_line_is_told() {
        let bounds = Bounds { first_line: 7, ..Bounds::from(&Limits::default()) };
        assert!(matches!(parse("{\"a\":1,\n\"a\":2}", &bounds), Err(Refusal::Json { line: 8, .. })));
        assert!(matches!(parse("{\"a\":[1,\n2", &bounds), Err(Refusal::Truncated { line: 8, .. })));
    }

    #[test]
    fn nothing_goes_beyond_a_bound() {
        let bounds = Bounds { first_line: 1, max_depth: 3, max_text: 5, max_values: 4 };
        let code = |text: &str| parse(text, &bounds).map_err(|refusal| refusal.code()).map(|_| "read");
        for (text, outcome) in [
            ("[[[[1]]]]", Err("too_deep")),
            ("[{\"a\":[{}]}]", Err("too_deep")),
            ("[\"12345\", 12345]", Ok("read")),
            ("\"123\\n56\"", Err("too_long")),
            ("123456", Err("too_long")),
            ("[1,2,3]", Ok("read")),
            ("[1,2,3,4]", Err("too_large")),
        ] {
            assert_eq!(code(text), outcome, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(any in ".{0,60}", near in r#"[\[\]{}:,"\\udbefalstrn0-9.ü -]{0,60}"#) {
            let _ = (code(&any), code(&near));
        }
    }
}

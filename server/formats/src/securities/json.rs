//! A JSON reader that keeps numbers as they are written: `0.1` stays `0.1`, and no float ever holds a price.

use crate::Refusal;

/// A value; numbers are their text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value of a key; none where it is not there or null.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
        .filter(|value| **value != Self::Null)
    }

    /// A text, or a number as its text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The pairs of an object; none of anything else.
    pub fn pairs(&self) -> &[(String, Self)] {
        if let Self::Object(pairs) = self { pairs } else { &[] }
    }
}

/// Reads a whole document.
///
/// # Errors
/// When it is no JSON (with the line), ends in the middle, lies too deep, or has the same key twice in one object: which of
/// the two would be right is not known.
pub(super) fn parse(text: &str, max_depth: usize) -> Result<Json, Refusal> {
    let mut reader = Reader { text, at: 0, depth: 0, max_depth };
    let value = reader.value()?;
    reader.blanks();
    if reader.at < text.len() { Err(reader.broken("something follows behind the end")) } else { Ok(value) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    max_depth: usize,
}

impl Reader<'_> {
    fn line(&self) -> u64 {
        self.text.as_bytes()[..self.at.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1
    }

    fn broken(&self, reason: &str) -> Refusal {
        if self.at >= self.text.len() {
            return Refusal::Truncated { line: self.line(), open: "the JSON value".to_owned() };
        }
        Refusal::Json { line: self.line(), reason: reason.to_owned() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Json, Refusal> {
        self.blanks();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.broken("a value is due here"))
            }
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json, Refusal>) -> Result<Json, Refusal> {
        self.at += 1;
        self.depth += 1;
        if self.depth > self.max_depth {
            return Err(Refusal::TooDeep { line: self.line(), limit: self.max_depth });
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Whether another item follows: true behind a comma, false behind the end.
    fn goes_on(&mut self, end: u8) -> Result<bool, Refusal> {
        self.blanks();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.broken("a comma or an end is due here")),
        }
    }

    fn list(&mut self) -> Result<Json, Refusal> {
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            if !self.goes_on(b']')? {
                return Ok(Json::List(items));
            }
        }
    }

    fn object(&mut self) -> Result<Json, Refusal> {
        let mut pairs: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(pairs));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.broken("a key is due here"));
            }
            let key = self.string()?;
            if !seen.insert(key.clone()) {
                return Err(self.broken("the same key is there twice in one object"));
            }
            self.blanks();
            if self.peek() != Some(b':') {
                return Err(self.broken("a colon is due here"));
            }
            self.at += 1;
            let value = self.value()?;
            pairs.push((key, value));
            if !self.goes_on(b'}')? {
                return Ok(Json::Object(pairs));
            }
        }
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - from
    }

    fn number(&mut self) -> Result<Json, Refusal> {
        let from = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let mut sound = whole > 0 && (!zero || whole == 1);
        if self.peek() == Some(b'.') {
            self.at += 1;
            sound &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            sound &= self.digits() > 0;
        }
        if sound {
            Ok(Json::Number(self.text[from..self.at].to_owned()))
        } else {
            Err(self.broken("this is no number"))
        }
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => self.escape(&mut out)?,
                _ => return Err(self.broken("a control character stands in a text")),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Refusal> {
        self.at += 1;
        let letter = self.peek();
        self.at += 1;
        out.push(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex()?;
                let mut code = first;
                if (0xd800..0xdc00).contains(&first) && self.text.as_bytes()[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let second = self.hex()?;
                    // Two halves that do not fit make no letter.
                    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400);
                    code = low.map_or(first, |low| 0x1_0000 + ((first - 0xd800) << 10) + low);
                }
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                self.at -= 1;
                return Err(self.broken("this escape is not known"));
            }
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Refusal> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let code =
            digits.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|d| u32::from_str_radix(d, 16).ok());
        self.at += if code.is_some() { 4 } else { 0 };
        code.ok_or_else(|| self.broken("an escape has four hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_as_they_are_written() {
        let value = parse(r#" {"a":[0.10, -1e-5 ,1234567890123456789012], "b":"\u00fc\ud83d\ude00\n","c":null} "#, 8);
        let value = value.unwrap_or_else(|error| panic!("{error}"));
        let list: Vec<_> = value.get("a").map_or(&[][..], Json::items).iter().filter_map(Json::text).collect();
        assert_eq!(list, ["0.10", "-1e-5", "1234567890123456789012"]);
        assert_eq!(value.get("b").and_then(Json::text), Some("ü😀\n"));
        assert_eq!(value.get("c"), None);
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_line() {
        for (text, code) in [
            ("", "truncated"),
            ("{\"a\":1", "truncated"),
            ("[1,]", "json"),
            ("{\"a\":1,\"a\":2}", "json"),
            ("[01]", "json"),
            ("[1] x", "json"),
            ("\"\\x\"", "json"),
            ("[nul]", "json"),
            ("\"\\u12", "json"),
            ("[[[[1]]]]", "too_deep"),
            ("1.", "truncated"),
            ("{1:2}", "json"),
            ("\"a\u{1}\"", "json"),
        ] {
            assert_eq!(parse(text, 3).err().map(|error| error.code()), Some(code), "{text}");
        }
        assert!(parse("[1,\n2,\nx]", 3).is_err_and(|error| error.to_string().starts_with("line 3")));
    }
}

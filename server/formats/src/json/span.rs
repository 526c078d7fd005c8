//! Where in a text the value stands that a JSON pointer (RFC 6901) names.

use std::ops::Range;

/// Values within each other, at most.
const DEEP: usize = 200;

/// The bytes of the value; none where it is not there, or the text is no JSON up to it.
pub(crate) fn span(bytes: &[u8], pointer: &str) -> Option<Range<usize>> {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let mut walk = Walk { bytes, at: 0 };
    walk.space();
    for step in &steps {
        walk.enter(step)?;
    }
    let begin = walk.at;
    walk.skip(0)?;
    Some(begin..walk.at)
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, sign: u8) -> Option<()> {
        self.space();
        (self.peek()? == sign).then(|| self.at += 1)?;
        self.space();
        Some(())
    }

    /// Goes to the member or element that a step names.
    fn enter(&mut self, step: &str) -> Option<()> {
        if self.peek()? == b'{' {
            self.takes(b'{')?;
            loop {
                let begin = self.at;
                self.text()?;
                let name: Option<String> = serde_json::from_slice(self.bytes.get(begin..self.at)?).ok();
                self.takes(b':')?;
                if name.as_deref() == Some(step) {
                    return Some(());
                }
                self.skip(0)?;
                self.takes(b',')?;
            }
        }
        let mut index: usize = step.parse().ok()?;
        self.takes(b'[')?;
        while index > 0 {
            self.skip(0)?;
            self.takes(b',')?;
            index -= 1;
        }
        (self.peek()? != b']').then_some(())
    }

    /// Goes behind a text in quotes.
    fn text(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Goes behind a value. Calls itself for what lies within, to a bounded depth.
    fn skip(&mut self, depth: usize) -> Option<()> {
        let end = match self.peek()? {
            b'"' => return self.text(),
            b'{' => b'}',
            b'[' => b']',
            _ => {
                let rest = self.bytes.get(self.at..)?;
                let end = rest.iter().position(|byte| b",]} \t\r\n".contains(byte)).unwrap_or(rest.len());
                self.at += end;
                return (end > 0).then_some(());
            }
        };
        if depth >= DEEP {
            return None;
        }
        self.at += 1;
        self.space();
        while self.peek()? != end {
            if end == b'}' {
                self.text()?;
                self.takes(b':')?;
            }
            self.skip(depth + 1)?;
            self.space();
            if self.peek()? == b',' {
                self.takes(b',')?;
            }
        }
        self.at += 1;
        Some(())
    }
}

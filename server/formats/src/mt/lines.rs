//! The lines of a file, one at a time: ended by LF, CRLF, or `@@` where a file has that (FinTS).

use crate::{
    Limits, Refusal,
    guard::{Bound, Guard},
};
use std::io::BufRead;

/// Reads lines.
pub(super) struct Lines<R> {
    input: Guard<R>,
    buffer: Vec<u8>,
    /// `@@` ends a line.
    at_signs: bool,
    number: u64,
    limit: u64,
    max_bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub fn new(mut input: Guard<R>, limits: &Limits) -> Result<Self, Refusal> {
        input.mark();
        let first = input.fill_buf()?;
        let at_signs = first.windows(3).any(|three| three == b"@@:");
        Ok(Self {
            input,
            buffer: Vec::new(),
            at_signs,
            number: 0,
            limit: limits.max_text as u64,
            max_bytes: limits.max_bytes,
        })
    }

    /// Reads the next line; false at the end.
    pub fn next(&mut self) -> Result<bool, Refusal> {
        self.buffer.clear();
        self.input.mark();
        let mut any = false;
        loop {
            let piece = match self.input.fill_buf() {
                Ok(piece) => piece,
                Err(error) => {
                    return Err(match self.input.exceeded {
                        Some(Bound::Step) => {
                            Refusal::TooLong { line: self.number + 1, what: "a line", limit: self.limit }
                        }
                        Some(Bound::Bytes) => Refusal::TooLarge { what: "bytes", limit: self.max_bytes },
                        None => Refusal::Io(error),
                    });
                }
            };
            if piece.is_empty() {
                break;
            }
            any = true;
            let end = piece.iter().position(|&byte| byte == b'\n' || (self.at_signs && byte == b'@'));
            let Some(end) = end else {
                let length = piece.len();
                self.buffer.extend_from_slice(piece);
                self.input.consume(length);
                continue;
            };
            let byte = piece[end];
            self.buffer.extend_from_slice(&piece[..end]);
            self.input.consume(end + 1);
            if byte == b'\n' {
                break;
            }
            // One `@` is a letter, two end the line.
            if self.input.fill_buf().is_ok_and(|next| next.first() == Some(&b'@')) {
                self.input.consume(1);
                break;
            }
            self.buffer.push(b'@');
        }
        self.number += u64::from(any);
        while self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(any)
    }

    pub fn text(&self) -> &str {
        // The input is valid UTF-8, and lines end at ASCII letters.
        std::str::from_utf8(&self.buffer).unwrap_or_default()
    }

    /// The number of the line, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    pub fn repaired(&self) -> bool {
        self.input.repaired()
    }
}

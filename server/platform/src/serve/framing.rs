//! Where a request ends, by the letter of RFC 9112.
//!
//! hyper takes what the standard lets it take: lines that end without a carriage return, a length beside `Transfer-Encoding`, a
//! length that stands twice. A proxy that reads the same bytes otherwise sees one request where hyper sees two, and the second
//! comes in unseen (request smuggling). So the bytes of HTTP/1 are followed here before hyper gets them. The first byte from which
//! on the end is unclear is spoiled: hyper refuses the request, and nothing behind it is read. HTTP/2 has frames and no such doubt.

use std::mem;

/// Of a line, as much as the two fields that count may take.
const KEPT: usize = 128;

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The first line of a request, or an empty line before it.
    First,
    /// The fields of the head.
    Fields,
    /// A body of a known length: what is still to come of it.
    Body(u64),
    /// The line with the size of a chunk.
    Size,
    /// A chunk: what is still to come of it.
    Chunk(u64),
    /// The end of line behind a chunk.
    Behind,
    /// The fields behind the last chunk.
    Trailers,
    /// Behind what is unclear.
    Over,
    /// HTTP/2.
    Free,
}

/// Follows one connection.
#[derive(Debug)]
pub(super) struct Framing {
    place: Place,
    /// Nothing has come yet.
    fresh: bool,
    /// The line, up to `KEPT` bytes.
    line: Vec<u8>,
    /// There was more of the line.
    cut: bool,
    /// A carriage return was the last byte.
    returned: bool,
    length: Option<u64>,
    chunked: bool,
}

impl Framing {
    pub(super) const fn new() -> Self {
        Self {
            place: Place::First,
            fresh: true,
            line: Vec::new(),
            cut: false,
            returned: false,
            length: None,
            chunked: false,
        }
    }

    /// Whether something was unclear, so that no more is to be read.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.place, Place::Over)
    }

    /// Follows what has come; gives back where it becomes unclear.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self.place {
                Place::Free => return None,
                Place::Over => return Some(at),
                Place::Body(left) | Place::Chunk(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
                    at += here;
                    self.place = match (self.place, left - here as u64) {
                        (Place::Body(_), 0) => Place::First,
                        (Place::Body(_), left) => Place::Body(left),
                        (_, 0) => Place::Behind,
                        (_, left) => Place::Chunk(left),
                    };
                }
                _ => {
                    if !self.takes(bytes[at]) {
                        self.place = Place::Over;
                        return Some(at);
                    }
                    at += 1;
                }
            }
        }
        None
    }

    /// Takes a byte of a line, unless it makes it unclear.
    fn takes(&mut self, byte: u8) -> bool {
        if mem::take(&mut self.returned) {
            return byte == b'\n' && self.ends_line();
        }
        match byte {
            b'\r' => self.returned = true,
            b'\n' => return false,
            _ if self.line.len() < KEPT => self.line.push(byte),
            _ => self.cut = true,
        }
        true
    }

    fn ends_line(&mut self) -> bool {
        let (mut line, cut) = (mem::take(&mut self.line), mem::take(&mut self.cut));
        let next = self.behind(&line, cut);
        // Its room is used again for the next one.
        line.clear();
        self.line = line;
        self.fresh = false;
        if let Some(next) = next {
            self.place = next;
        }
        next.is_some()
    }

    /// What comes behind a line; nothing when it leaves that unclear.
    fn behind(&mut self, line: &[u8], cut: bool) -> Option<Place> {
        match self.place {
            Place::First if line.is_empty() => Some(Place::First),
            Place::First if self.fresh && line == b"PRI * HTTP/2.0" => Some(Place::Free),
            Place::First => {
                (self.length, self.chunked) = (None, false);
                Some(Place::Fields)
            }
            Place::Fields if line.is_empty() => match (self.length, self.chunked) {
                (Some(_), true) => None,
                (None, true) => Some(Place::Size),
                (None | Some(0), false) => Some(Place::First),
                (Some(length), false) => Some(Place::Body(length)),
            },
            Place::Fields => self.field(line, cut).then_some(Place::Fields),
            Place::Size => match size(line)? {
                0 => Some(Place::Trailers),
                size => Some(Place::Chunk(size)),
            },
            Place::Behind => line.is_empty().then_some(Place::Size),
            Place::Trailers if line.is_empty() => Some(Place::First),
            Place::Trailers => name(line, cut).map(|_| Place::Trailers),
            Place::Body(_) | Place::Chunk(_) | Place::Over | Place::Free => None,
        }
    }

    /// Takes a field of the head, unless it leaves unclear how long the body is.
    fn field(&mut self, line: &[u8], cut: bool) -> bool {
        let Some(name) = name(line, cut) else { return false };
        let value = line.get(name.len() + 1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = if cut { None } else { number(value, 10) };
            return length.is_some() && self.length.replace(length.unwrap_or_default()).is_none();
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let only = value.eq_ignore_ascii_case(b"chunked") && !cut;
            return only && !mem::replace(&mut self.chunked, true);
        }
        true
    }
}

/// The name of a field. A line that begins with a space goes on with the one before, for some readers; a space behind the name is
/// part of it for some and of nothing for others.
fn name(line: &[u8], cut: bool) -> Option<&[u8]> {
    let end = line.iter().position(|byte| *byte == b':').or_else(|| cut.then_some(line.len()))?;
    let name = line.get(..end)?;
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    (!name.is_empty() && name.iter().all(is_token)).then_some(name)
}

/// The size of a chunk. What may stand behind it says nothing to anybody.
fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    number(digits.trim_ascii_end(), 16)
}

/// A number of digits alone: no sign, no space.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    let bare = text.bytes().all(|byte| char::from(byte).is_digit(radix));
    if bare { u64::from_str_radix(text, radix).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Where bytes become unclear, and where they end otherwise.
    fn followed(bytes: &[u8]) -> (Option<usize>, Place) {
        let mut framing = Framing::new();
        (framing.follow(bytes), framing.place)
    }

    #[test]
    fn a_request_is_followed_to_its_end() {
        for (bytes, place) in [
            ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", Place::First),
            ("\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\nx:\r\n\r\n", Place::First),
            ("POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nabc", Place::Body(2)),
            ("POST / HTTP/1.1\r\nContent-Length:\t5 \r\n\r\n\n\n\n\n\n", Place::First),
            ("POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n", Place::First),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n", Place::Size),
            ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5;a=\"b\"\r\n\n\n\n\n", Place::Chunk(1)),
            ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-sum: 1\r\n\r\n", Place::First),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\n\n", Place::Free),
        ] {
            assert_eq!(followed(bytes.as_bytes()), (None, place), "{bytes:?}");
        }
        let long = format!("GET / HTTP/1.1\r\n{}: {}\r\n\r\n", "x".repeat(9_000), "y".repeat(9_000));
        assert_eq!(followed(long.as_bytes()), (None, Place::First));
    }

    #[test]
    fn the_first_byte_that_leaves_the_end_unclear_is_found() {
        for (clear, unclear) in [
            ("GET / HTTP/1.1", "\nhost: a\n\n"),
            ("GET / HTTP/1.1\r\nx: a", "\n\r\n"),
            ("GET / HTTP/1.1\r\nx: a\r", "b\r\n\r\n"),
            ("GET / HTTP/1.1\r\nx: a\r\n b\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ncontent-length : 3\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 3\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ncontent-length: 3, 3\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ncontent-length: +3\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ncontent-length:\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ncontent-length: 18446744073709551616\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: xchunked\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r", "\n\r\n"),
            ("GET / HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r", "\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r", "\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n+5\r", "\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5", "\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5;a", "\nb"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n10000000000000000\r", "\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r", "\n"),
            ("GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n x: y\r", "\n"),
            ("\r\nPRI * HTTP/2.0\r\n\r\nSM", "\n"),
        ] {
            let found = followed(format!("{clear}{unclear}").as_bytes());
            assert_eq!(found, (Some(clear.len()), Place::Over), "{clear:?}");
        }
        let padded = format!("GET / HTTP/1.1\r\ncontent-length:{}3\r\n\r\n", " ".repeat(200));
        assert!(followed(padded.as_bytes()).0.is_some(), "a length that is out of sight");
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_bytes_come(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "GET / HTTP/1.1\r\n", "content-length: 3\r\n", "transfer-encoding: chunked\r\n", "x: y\r\n", "\r\n", "\n", "\r",
                " ", "3\r\n", "abc", "abc\r\n", "0\r\n", "0\r\n\r\n", ":", "PRI * HTTP/2.0\r\n", "\0",
            ]), 0..16),
            cuts in prop::collection::vec(1_usize..20, 1..20),
        ) {
            let bytes = pieces.concat().into_bytes();
            let whole = followed(&bytes);
            let mut framing = Framing::new();
            let (mut at, mut found) = (0, None);
            for cut in cuts.iter().cycle() {
                let end = (at + cut).min(bytes.len());
                found = framing.follow(&bytes[at..end]).map(|within| at + within);
                at = end;
                if found.is_some() || at == bytes.len() {
                    break;
                }
            }
            prop_assert_eq!((found, framing.place), whole);
        }
    }
}

//! Turns the bytes of a file into UTF-8, whatever they are written in, without holding more than one piece of them.
//!
//! Which encoding: a byte order mark, else the XML declaration, else UTF-8. Bytes that are no UTF-8 where UTF-8 should be are
//! taken as Windows-1252, one by one: that is what senders mean who copy names into a template.

use crate::Refusal;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, BufRead};

/// Size of a piece.
const PIECE: usize = 64 << 10;

/// The first bytes as text, for looking at only.
pub(crate) fn head(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match encoding_of(bytes) {
        Ok((encoding, bom)) => encoding.decode_without_bom_handling(&bytes[bom..]).0,
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The encoding and the length of the byte order mark.
fn encoding_of(head: &[u8]) -> Result<(&'static Encoding, usize), Refusal> {
    if let Some((encoding, bom)) = Encoding::for_bom(head) {
        return Ok((encoding, bom));
    }
    match head {
        [b'<', 0, ..] => return Ok((UTF_16LE, 0)),
        [0, b'<', ..] => return Ok((UTF_16BE, 0)),
        _ => {}
    }
    let declaration = head.strip_prefix(b"<?xml").and_then(|rest| rest.get(..rest.len().min(200)));
    let Some(label) = declaration.and_then(declared) else { return Ok((UTF_8, 0)) };
    match Encoding::for_label(label) {
        // The bytes before this were read as ASCII, so UTF-16 it is not.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok((UTF_8, 0)),
        Some(encoding) => Ok((encoding, 0)),
        None => Err(Refusal::Encoding { label: String::from_utf8_lossy(label).chars().take(40).collect() }),
    }
}

/// The value of `encoding="…"` in an XML declaration.
fn declared(declaration: &[u8]) -> Option<&[u8]> {
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = &declaration[..end];
    let at = declaration.windows(8).position(|word| word == b"encoding")? + 8;
    let mut rest = declaration[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *rest.first()?;
    rest = &rest[1..];
    Some(&rest[..rest.iter().position(|&byte| byte == quote)?])
}

/// A reader of valid UTF-8 over a reader of anything.
pub(crate) struct Utf8<R> {
    input: R,
    /// None: the bytes should be UTF-8 already.
    decoder: Option<Decoder>,
    /// Bytes at the end of the last piece that begin a letter which is not yet complete.
    carry: Vec<u8>,
    ended: bool,
    /// Whether a byte had to be taken as Windows-1252.
    pub repaired: bool,
}

impl<R: BufRead> Utf8<R> {
    /// Looks at the first bytes and settles the encoding. `xml` tells whether a declaration counts.
    pub fn new(mut input: R, xml: bool) -> Result<Self, Refusal> {
        let first = input.fill_buf()?;
        let (encoding, bom) = if xml { encoding_of(first)? } else { Encoding::for_bom(first).unwrap_or((UTF_8, 0)) };
        input.consume(bom);
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        Ok(Self { input, decoder, carry: Vec::new(), ended: false, repaired: false })
    }

    /// Fills `out` with the next piece, valid UTF-8. Leaves it empty at the end.
    pub fn next_piece(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        while out.is_empty() && !self.ended {
            let piece = match self.input.fill_buf() {
                Ok(piece) => &piece[..piece.len().min(PIECE)],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let taken = piece.len();
            self.ended = taken == 0;
            if let Some(decoder) = &mut self.decoder {
                let room = decoder.max_utf8_buffer_length(taken).unwrap_or(taken * 3 + 16);
                out.resize(room, 0);
                let (result, _, written, had_errors) = decoder.decode_to_utf8(piece, out, self.ended);
                debug_assert_eq!(result, CoderResult::InputEmpty, "the room is what the decoder asked for");
                self.repaired |= had_errors;
                out.truncate(written);
            } else {
                out.append(&mut self.carry);
                out.extend_from_slice(piece);
                self.repaired |= settle(out, &mut self.carry, self.ended);
            }
            self.input.consume(taken);
        }
        Ok(())
    }
}

/// The whole as text, and whether bytes had to be taken as Windows-1252. `xml` tells whether a declaration counts.
pub(crate) fn whole(bytes: &[u8], xml: bool, limit: u64) -> Result<(String, bool), Refusal> {
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge { what: "bytes", limit });
    }
    let mut input = Utf8::new(bytes, xml)?;
    let (mut text, mut piece) = (Vec::with_capacity(bytes.len()), Vec::new());
    loop {
        input.next_piece(&mut piece)?;
        if piece.is_empty() {
            break;
        }
        text.extend_from_slice(&piece);
    }
    // The decoder gives nothing but UTF-8.
    let text = String::from_utf8(text).map_err(|_| Refusal::Encoding { label: "UTF-8".to_owned() })?;
    Ok((text, input.repaired))
}

/// Makes `out` valid UTF-8: a letter that the end cuts goes to `carry`, bytes that are none are taken as Windows-1252.
fn settle(out: &mut Vec<u8>, carry: &mut Vec<u8>, ended: bool) -> bool {
    let Err(first) = std::str::from_utf8(out) else { return false };
    if first.error_len().is_none() && !ended {
        carry.extend_from_slice(&out[first.valid_up_to()..]);
        out.truncate(first.valid_up_to());
        return false;
    }
    let broken = std::mem::take(out);
    let mut rest = broken.as_slice();
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => {
                out.extend_from_slice(rest);
                return true;
            }
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                out.extend_from_slice(good);
                if error.error_len().is_none() && !ended {
                    carry.extend_from_slice(bad);
                    return true;
                }
                let (byte, after) = bad.split_at(1);
                out.extend_from_slice(WINDOWS_1252.decode_without_bom_handling(byte).0.as_bytes());
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    /// In small pieces, so that letters are cut.
    fn pieces(bytes: &[u8], size: usize, xml: bool) -> (String, bool) {
        let (mut out, mut piece) = (Vec::new(), Vec::new());
        let mut input = Utf8::new(BufReader::with_capacity(size, bytes), xml).unwrap_or_else(|e| panic!("{e}"));
        loop {
            input.next_piece(&mut piece).unwrap_or_else(|e| panic!("{e}"));
            if piece.is_empty() {
                return (String::from_utf8(out).unwrap_or_else(|e| panic!("{e}")), input.repaired);
            }
            out.extend_from_slice(&piece);
        }
    }

    fn all(bytes: &[u8]) -> String {
        pieces(bytes, 120, true).0
    }

    #[test]
    fn every_encoding_comes_out_as_utf8() {
        assert_eq!(all("\u{feff}<a>Zürich</a>".as_bytes()), "<a>Zürich</a>");
        assert_eq!(all(b"<a>Z\xfcrich \x80</a>"), "<a>Zürich €</a>");
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>Z\xfcrich</a>";
        assert!(all(latin).ends_with("<a>Zürich</a>"));
        let wide: Vec<u8> = "\u{feff}<a>Zürich €</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(all(&wide), "<a>Zürich €</a>");
        assert_eq!(all(&wide[2..]), "<a>Zürich €</a>");
    }

    #[test]
    fn a_letter_that_a_piece_cuts_is_whole_again() {
        let text = "äöü€𝄞".repeat(500);
        for size in 200..210 {
            assert!(pieces(text.as_bytes(), size, false) == (text.clone(), false), "{size}");
        }
    }

    #[test]
    fn an_encoding_that_nobody_knows_is_refused() {
        let file = &b"<?xml version='1.0' encoding='EBCDIC-37'?><a/>"[..];
        assert!(matches!(Utf8::new(file, true), Err(Refusal::Encoding { .. })));
    }
}

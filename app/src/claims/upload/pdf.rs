//! Whether a PDF only shows something. One that runs scripts, opens or holds files, or sends anything is refused; so is one
//! that cannot be looked into.
//!
//! Names are read with their escapes undone (`/J#61vaScript`), in the file itself and in its packed streams of objects. What
//! stands in other streams is data; there only names are looked for that chance does not write.

use super::Refused;
use flate2::read::ZlibDecoder;
use std::io::Read as _;

/// Names of what a PDF could do.
const ACTIVE: [&[u8]; 16] = [
    b"JavaScript",
    b"OpenAction",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"SubmitForm",
    b"ImportData",
    b"Rendition",
    b"JS",
    b"AA",
    b"XFA",
    b"GoToE",
    b"GoToR",
    b"Movie",
    b"Sound",
];
/// Names of so many letters do not come about by chance in packed data.
const NO_CHANCE: usize = 6;
/// What the packed objects of one file may unpack to, all together.
const MAX_UNPACKED: u64 = 64 << 20;
/// The end of a file is in its last bytes.
const TAIL: usize = 1_024;

/// Looks through the file.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refused> {
    let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
    let end = find(tail, b"%%EOF").map(|_| tail).and_then(|tail| {
        let last = tail.windows(5).rposition(|window| window == b"%%EOF")?;
        Some(&tail[last + 5..])
    });
    let Some(behind) = end else { return Err(Refused::Damaged) };
    // Another file that begins where this one ends.
    if !behind.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(Refused::Active);
    }
    let mut room = MAX_UNPACKED;
    let mut rest = bytes;
    loop {
        let Some(start) = find_stream(rest) else {
            return names(rest, 0);
        };
        let (head, body) = rest.split_at(start);
        names(head, 0)?;
        let length = find(body, b"endstream").unwrap_or(body.len());
        let (data, behind) = body.split_at(length);
        names(data, NO_CHANCE)?;
        let dictionary = &head[head.windows(3).rposition(|window| window == b"obj").unwrap_or(0)..];
        if has_name(dictionary, b"ObjStm") {
            unpack(dictionary, data, &mut room)?;
        }
        rest = behind;
    }
}

/// Looks through a packed stream of objects.
fn unpack(dictionary: &[u8], data: &[u8], room: &mut u64) -> Result<(), Refused> {
    let data = data.strip_prefix(b"stream").unwrap_or(data);
    let data = data.strip_prefix(b"\r\n").or_else(|| data.strip_prefix(b"\n")).unwrap_or(data);
    if !has_name(dictionary, b"Filter") {
        return names(data, 0);
    }
    // Any other way of packing, or several over each other, is nothing that honest programs write here.
    let filters = ["FlateDecode", "Fl"].iter().filter(|name| has_name(dictionary, name.as_bytes())).count();
    let others =
        ["ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode", "Crypt", "AHx", "A85", "LZW", "RL"];
    if filters != 1 || others.iter().any(|name| has_name(dictionary, name.as_bytes())) {
        return Err(Refused::Active);
    }
    let mut plain = Vec::new();
    ZlibDecoder::new(data).take(*room).read_to_end(&mut plain).map_err(|_| Refused::Damaged)?;
    *room -= plain.len() as u64;
    if *room == 0 {
        return Err(Refused::TooLarge);
    }
    names(&plain, 0)
}

/// Every name in a piece, of at least so many letters.
fn names(piece: &[u8], at_least: usize) -> Result<(), Refused> {
    for start in piece.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(index, _)| index + 1) {
        let name = name_at(&piece[start..]);
        if name.len() < at_least {
            continue;
        }
        if name == b"Encrypt" {
            return Err(Refused::Encrypted);
        }
        if ACTIVE.contains(&name.as_slice()) {
            return Err(Refused::Active);
        }
    }
    Ok(())
}

fn has_name(piece: &[u8], wanted: &[u8]) -> bool {
    piece.iter().enumerate().any(|(index, byte)| *byte == b'/' && name_at(&piece[index + 1..]) == wanted)
}

/// The name that begins here, its escapes undone; at most forty letters of it.
fn name_at(piece: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut letters = piece.iter().copied();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_whitespace() || letter == 0 || b"/<>[](){}%".contains(&letter) || name.len() == 40 {
            break;
        }
        if letter == b'#' {
            let mut ahead = letters.clone();
            let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
            if let (Some(high), Some(low)) = (digit(ahead.next()), digit(ahead.next())) {
                name.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                letters = ahead;
                continue;
            }
        }
        name.push(letter);
    }
    name
}

/// Where the next stream begins: the word behind a dictionary, and the end of its line.
fn find_stream(piece: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = find(&piece[from..], b"stream").map(|at| at + from) {
        let before = piece[..at].trim_ascii_end();
        let behind = &piece[at + 6..];
        if before.ends_with(b">>") && (behind.starts_with(b"\n") || behind.starts_with(b"\r")) {
            return Some(at);
        }
        from = at + 6;
    }
    None
}

fn find(piece: &[u8], wanted: &[u8]) -> Option<usize> {
    piece.windows(wanted.len()).position(|window| window == wanted)
}

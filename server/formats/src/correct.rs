//! Finds one record in a document again, and puts another text in its place.
//!
//! What one record is: where what was kept aside stands in the document word for word, and once, it is that; this is so for
//! XML elements and for lines. Else a line that is named by its number; else, in JSON, the value that a pointer like
//! `/entry/3/resource` names. Where none of these holds, the record cannot be told from the rest, and is not touched.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};
use std::ops::Range;

/// Bytes of a piece that readers keep, at most; one that is as long may have been cut.
const CUT: usize = crate::out::RAW - 4;

/// What stands in the document where a piece was kept aside. None where it cannot be told.
#[must_use]
pub fn stands_at(bytes: &[u8], place: &str, raw: &str) -> Option<String> {
    let (range, encoding) = find(bytes, place, raw)?;
    Some(encoding.decode_without_bom_handling(bytes.get(range)?).0.into_owned())
}

/// The document with another text in the place of what stands there. None where it cannot be told from the rest, or where the
/// document's encoding does not have the letters.
#[must_use]
pub fn put_right(bytes: &[u8], place: &str, was: &str, becomes: &str) -> Option<Vec<u8>> {
    let (range, encoding) = find(bytes, place, was)?;
    let (text, _, unmappable) = encoding.encode(becomes);
    if unmappable {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len() + text.len());
    out.extend_from_slice(bytes.get(..range.start)?);
    out.extend_from_slice(&text);
    out.extend_from_slice(bytes.get(range.end..)?);
    Some(out)
}

fn find(bytes: &[u8], place: &str, raw: &str) -> Option<(Range<usize>, &'static Encoding)> {
    let encodings: &[&'static Encoding] = match std::str::from_utf8(bytes) {
        Ok(_) => &[UTF_8],
        Err(_) => &[WINDOWS_1252, WINDOWS_1250, WINDOWS_1251],
    };
    let line = place.strip_prefix("line ").and_then(|number| number.parse::<usize>().ok());
    for encoding in encodings {
        let (text, _, unmappable) = encoding.encode(raw);
        if raw.trim().is_empty() || unmappable || raw.len() >= CUT {
            continue;
        }
        // At its line first: the same record may stand in the file twice.
        let begin = line.and_then(|line| line_at(bytes, line)).map(|range| range.start);
        if let Some(begin) = begin
            && bytes.get(begin..)?.starts_with(&text)
        {
            return Some((begin..begin + text.len(), encoding));
        }
        let mut at = bytes.windows(text.len()).enumerate().filter(|(_, window)| *window == &*text).map(|(at, _)| at);
        if let (Some(only), None) = (at.next(), at.next()) {
            return Some((only..only + text.len(), encoding));
        }
    }
    let encoding = encodings.first()?;
    let lines = !matches!(bytes.trim_ascii_start().first(), Some(b'<' | b'{' | b'[') | None);
    if lines && let Some(line) = line {
        return Some((line_at(bytes, line)?, encoding));
    }
    if place.starts_with('/') && std::str::from_utf8(bytes).is_ok() {
        return Some((crate::json::span(bytes, place)?, encoding));
    }
    None
}

/// A line by its number from 1, without its end.
fn line_at(bytes: &[u8], number: usize) -> Option<Range<usize>> {
    let mut begin = 0;
    for _ in 1..number {
        begin += bytes.get(begin..)?.iter().position(|&byte| byte == b'\n')? + 1;
    }
    let rest = bytes.get(begin..).filter(|rest| !rest.is_empty())?;
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let end = if rest.get(..end)?.ends_with(b"\r") { end - 1 } else { end };
    Some(begin..begin + end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_an_element_and_a_value_are_found_and_replaced_and_nothing_else_is() {
        let csv = b"a;b\r\n1;x\r\n1;x\r\n2;y".as_slice();
        assert_eq!(stands_at(csv, "line 3", "1;x").as_deref(), Some("1;x"));
        assert_eq!(put_right(csv, "line 3", "1;x", "1;z").as_deref(), Some(b"a;b\r\n1;x\r\n1;z\r\n2;y".as_slice()));
        assert_eq!(put_right(csv, "line 4", "", "3;q").as_deref(), Some(b"a;b\r\n1;x\r\n1;x\r\n3;q".as_slice()));
        assert_eq!(stands_at(csv, "line 9", ""), None);
        let xml = b"<a><b>1</b><b>2</b><b>2</b></a>".as_slice();
        assert_eq!(
            put_right(xml, "/a/b[1]", "<b>1</b>", "<b/>").as_deref(),
            Some(b"<a><b/><b>2</b><b>2</b></a>".as_slice())
        );
        assert_eq!(put_right(xml, "/a/b[2]", "<b>2</b>", "<b/>"), None, "there are two, and nobody can tell which");
        let json = br#" {"x": [1, {"y" : "]"}, {"z~/": [true, null]}]} "#.as_slice();
        assert_eq!(stands_at(json, "/x/1", "{}").as_deref(), Some(r#"{"y" : "]"}"#));
        assert_eq!(stands_at(json, "/x/2/z~0~1/1", "?").as_deref(), Some("null"));
        assert_eq!((stands_at(json, "/x/3", "?"), stands_at(json, "/y", "?")), (None, None));
        assert_eq!(
            put_right(json, "/x/0", "?", "7").as_deref(),
            Some(br#" {"x": [7, {"y" : "]"}, {"z~/": [true, null]}]} "#.as_slice())
        );
    }

    #[test]
    fn letters_of_another_encoding_stay_what_they_are() {
        let latin = b"Z\xfcrich;1\nBasel;x\n";
        assert_eq!(stands_at(latin, "line 1", "Zürich;1").as_deref(), Some("Zürich;1"));
        assert_eq!(
            put_right(latin, "line 2", "Basel;x", "Genève;2").as_deref(),
            Some(b"Z\xfcrich;1\nGen\xe8ve;2\n".as_slice())
        );
        assert_eq!(put_right(latin, "line 2", "Basel;x", "漢;2"), None);
    }

    proptest! {
        #[test]
        fn no_document_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), json in r#"[\[\]{}",:a1 \\]{0,80}"#,
                place in "(line [0-9]{1,2}|(/[a-z0-9~]{0,2}){0,4})", raw in ".{0,10}") {
            for bytes in [&bytes, json.as_bytes()] {
                let _ = (stands_at(bytes, &place, &raw), put_right(bytes, &place, &raw, "x"));
            }
        }
    }
}

//! The header of OFX and the encoding that it names.

use crate::Refusal;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The text of a file, and what its header says.
pub(super) struct Opened {
    pub text: String,
    /// Where `<OFX>` stands.
    pub body: usize,
    /// `VERSION`: `102`, `211`.
    pub version: Option<String>,
    /// What is odd about the encoding, and whether the declared one could not read the file at all.
    pub encoding: Option<(String, bool)>,
}

/// Whether a beginning, decoded, is of OFX.
pub(crate) fn is_ofx(head: &str) -> bool {
    let start = head.trim_start();
    start.starts_with("OFXHEADER")
        || body_of(head).is_some_and(|body| {
            // Anything may stand before it that a header consists of.
            let before = head[..body].trim();
            before.is_empty() || before.starts_with("<?") || before.starts_with("<!--") || before.contains("VERSION:")
        })
        || (start.starts_with("<?xml") && head.contains("<?OFX"))
}

fn body_of(text: &str) -> Option<usize> {
    text.as_bytes()
        .windows(5)
        .position(|five| five[..4].eq_ignore_ascii_case(b"<OFX") && matches!(five[4], b'>' | b' '))
}

/// Decodes a file by its header, and finds its body.
///
/// # Errors
/// When there is no `<OFX>` in it.
pub(super) fn open(bytes: &[u8]) -> Result<Opened, Refusal> {
    let (text, encoding) = decoded(bytes);
    let Some(body) = body_of(&text) else {
        return Err(Refusal::Truncated {
            line: text.lines().count().max(1) as u64,
            open: "the header of OFX".to_owned(),
        });
    };
    let head = &text[..body];
    let version = field(head.split_once("<?OFX").map_or(head, |(_, rest)| rest), "VERSION");
    Ok(Opened { version, body, encoding, text })
}

/// The value of `NAME:value` or `NAME="value"`.
fn field(head: &str, name: &str) -> Option<String> {
    let mut rest = head;
    while let Some(at) = rest.find(name) {
        rest = &rest[at + name.len()..];
        let value = rest.trim_start_matches([' ', '\t']);
        if let Some(value) = value.strip_prefix([':', '=']) {
            let value = value.trim_start_matches([' ', '\t', '"', '\'']);
            let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(value.len());
            // On a header of one line the next name follows without a gap: digits end where letters begin.
            let end = if value.starts_with(|c: char| c.is_ascii_digit()) && name == "VERSION" {
                value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len())
            } else {
                end
            };
            return Some(value[..end].to_owned()).filter(|value| !value.is_empty());
        }
    }
    None
}

fn decoded(bytes: &[u8]) -> (String, Option<(String, bool)>) {
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        let (text, had_errors) = encoding.decode_without_bom_handling(&bytes[bom..]);
        return (text.into_owned(), had_errors.then(|| ("Some bytes are not of the encoding.".to_owned(), true)));
    }
    if bytes.is_ascii() {
        return (String::from_utf8_lossy(bytes).into_owned(), None);
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2_048)]);
    let head = body_of(&head).map_or(&*head, |body| &head[..body]);
    let (name, declared) = declared(head);
    let utf8 = std::str::from_utf8(bytes).ok();
    match (declared, utf8) {
        (Some(encoding), Some(text)) if encoding == UTF_8 => (text.to_owned(), None),
        // Letters of several bytes that are UTF-8 to the last one are UTF-8, whatever the header says.
        (declared, Some(text)) => {
            // Five bytes stand for nothing in Windows-1252: then the declared encoding cannot read the file.
            let unreadable =
                declared.is_none() || bytes.iter().any(|byte| [0x81, 0x8d, 0x8f, 0x90, 0x9d].contains(byte));
            let message = format!("The header says {name}, but the text is UTF-8 and was read as that.");
            (text.to_owned(), Some((message, unreadable)))
        }
        (Some(encoding), None) if encoding != UTF_8 => {
            (encoding.decode_without_bom_handling(bytes).0.into_owned(), None)
        }
        (_, None) => {
            let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
            (text, Some((format!("The header says {name}, but the text is not; it was read as Windows-1252."), true)))
        }
    }
}

/// What the header declares: its words, and the encoding; none where it is ASCII or not known.
fn declared(head: &str) -> (String, Option<&'static Encoding>) {
    if head.contains("<?xml") || head.contains("<?OFX") {
        let name = field(head, "encoding").unwrap_or_else(|| "UTF-8".to_owned());
        let ascii = name.to_ascii_lowercase().contains("ascii");
        let encoding = Encoding::for_label(name.as_bytes()).filter(|_| !ascii);
        return (name, encoding);
    }
    let encoding = field(head, "ENCODING").unwrap_or_default();
    let charset = field(head, "CHARSET").unwrap_or_default();
    let of_encoding = matches!(encoding.to_ascii_uppercase().as_str(), "UTF-8" | "UTF8" | "UNICODE").then_some(UTF_8);
    let of_charset = match charset.as_str() {
        "" | "NONE" => None,
        "65001" => Some(UTF_8),
        "932" => Some(encoding_rs::SHIFT_JIS),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Encoding::for_label(format!("windows-{number}").as_bytes())
        }
        label => Encoding::for_label(label.as_bytes()),
    };
    (format!("ENCODING:{encoding} CHARSET:{charset}"), of_encoding.or(of_charset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, Option<bool>) {
        let opened = open(bytes).unwrap_or_else(|error| panic!("{error}"));
        (opened.text[opened.body + 5..].to_owned(), opened.encoding.map(|(_, grave)| grave))
    }

    #[test]
    fn the_version_is_found_in_every_kind_of_header() {
        for (header, version) in [
            ("OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n\r\n", Some("102")),
            ("OFXHEADER:100DATA:OFXSGMLVERSION:103SECURITY:NONEENCODING:USASCII", Some("103")),
            ("OFXHEADER: 100 VERSION: 151 ", Some("151")),
            ("<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\" VERSION=\"211\" SECURITY=\"NONE\"?>", Some("211")),
            ("<?xml version=\"1.0\"?>", None),
            ("\n\n", None),
        ] {
            let file = format!("{header}<OFX></OFX>");
            assert!(is_ofx(&file), "{header}");
            assert_eq!(open(file.as_bytes()).ok().and_then(|opened| opened.version).as_deref(), version, "{header}");
        }
        assert!(!is_ofx("<Document><OFX>") && !is_ofx("hello"));
    }

    #[test]
    fn the_encoding_is_the_declared_one_unless_the_bytes_say_otherwise() {
        let latin = "ENCODING:USASCII\nCHARSET:1252\n<OFX>";
        let with = |header: &str, tail: &[u8]| text(&[header.as_bytes(), tail].concat());
        assert_eq!(with(latin, b"Z\xfcrich \x80"), ("Zürich €".to_owned(), None));
        assert_eq!(with(latin, "Zürich".as_bytes()), ("Zürich".to_owned(), Some(false)));
        assert_eq!(with(latin, "Área".as_bytes()), ("Área".to_owned(), Some(true)));
        assert_eq!(with("ENCODING:UTF-8\nCHARSET:NONE\n<OFX>", "Área".as_bytes()), ("Área".to_owned(), None));
        assert_eq!(with("ENCODING:UTF-8\nCHARSET:NONE\n<OFX>", b"Z\xfcrich"), ("Zürich".to_owned(), Some(true)));
        assert_eq!(with("<?xml version='1.0'?><OFX>", "Zü".as_bytes()), ("Zü".to_owned(), None));
        assert_eq!(with("\u{feff}VERSION:1<OFX>", "Zü".as_bytes()), ("Zü".to_owned(), None));
    }
}

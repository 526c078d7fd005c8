//! Tells the format by content. A file's name is never asked.

use crate::decode;

/// A format, as the first bytes tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// ISO 20022 camt.052, camt.053, camt.054.
    Camt,
    /// SWIFT MT940, MT942.
    Mt94x,
    /// A ZIP archive; look into it with [`crate::read_zip`].
    Zip,
    /// XML of another kind, or one whose beginning does not tell.
    Xml,
    /// None of these.
    Unknown,
}

/// How many bytes are worth giving to [`detect`].
pub const ENOUGH: usize = 8 << 10;

/// Tells the format by its first bytes; give it [`ENOUGH`] or the whole.
#[must_use]
pub fn detect(first_bytes: &[u8]) -> Format {
    let head = &first_bytes[..first_bytes.len().min(ENOUGH)];
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Format::Zip;
    }
    let text = decode::head(head);
    let start = text.trim_start_matches(['\u{feff}', '\u{1}']).trim_start();
    if start.starts_with('<') {
        let camt = ["BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn", "camt.052", "camt.053", "camt.054"];
        return if camt.iter().any(|name| start.contains(name)) { Format::Camt } else { Format::Xml };
    }
    let swift = start.starts_with("{1:")
        || text.contains("{4:")
        || text.split(['\n', '\r']).flat_map(|line| line.split("@@")).any(|line| statement_tag(line.trim_start()));
    if swift { Format::Mt94x } else { Format::Unknown }
}

/// Does the line begin with a tag that only a customer statement has?
fn statement_tag(line: &str) -> bool {
    ["20", "25", "28", "28C", "60F", "60M", "61", "62F", "62M", "64", "34F", "13D"].iter().any(|tag| {
        line.strip_prefix(':').and_then(|rest| rest.strip_prefix(tag)).is_some_and(|rest| rest.starts_with(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_format() {
        for (content, format) in [
            (
                &b"\xef\xbb\xbf<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>"
                    [..],
                Format::Camt,
            ),
            (b"<x:Document><x:BkToCstmrStmt>", Format::Camt),
            (b"<\0D\0o\0c\0>\0", Format::Xml),
            (b"{1:F01AAAABBCC0000000000}{2:I940XXXX}{4:\r\n:20:1", Format::Mt94x),
            (b"\r\n:20:STARTUMSE\r\n:25:1", Format::Mt94x),
            (b"@@:20:STARTUMSE@@:25:1", Format::Mt94x),
            (b"ABNANL2A\n940\nABNANL2A\n:20:ABN AMRO BANK NV\n", Format::Mt94x),
            (b"PK\x03\x04....", Format::Zip),
            (b"date;amount\n1;2\n", Format::Unknown),
            (b"", Format::Unknown),
        ] {
            assert_eq!(detect(content), format, "{}", String::from_utf8_lossy(content));
        }
    }
}

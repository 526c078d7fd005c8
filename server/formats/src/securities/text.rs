//! The bytes of a whole file as text.

use super::{
    Out,
    record::{CheckKind, Severity},
};
use crate::{Limits, Refusal, decode::Utf8, out::Told};

/// Bytes of one file of this family; they are held in memory. Forty years of daily prices have one megabyte.
const WHOLE: u64 = 256 << 20;

/// Decodes by byte order mark, XML declaration (`xml`), UTF-8, and tells when bytes had to be taken as Windows-1252.
pub(super) fn whole(bytes: &[u8], xml: bool, limits: &Limits, out: &mut Out<'_>) -> Result<String, Refusal> {
    let limit = limits.max_bytes.min(WHOLE);
    if bytes.len() as u64 > limit {
        return Err(Refusal::TooLarge { what: "bytes", limit });
    }
    let mut input = Utf8::new(bytes, xml)?;
    let (mut all, mut piece) = (Vec::new(), Vec::new());
    loop {
        input.next_piece(&mut piece)?;
        if piece.is_empty() {
            break;
        }
        all.extend_from_slice(&piece);
    }
    if input.repaired {
        let told = Told::new("", "Some bytes are no UTF-8; they were taken as Windows-1252.");
        out.finding(CheckKind::SchemaDeviation, Severity::Warn, told)?;
    }
    String::from_utf8(all).map_err(|_| Refusal::Encoding { label: "UTF-8".to_owned() })
}

//! The bytes of a whole file as text.

use super::{
    Out,
    record::{CheckKind, Severity},
};
use crate::{Limits, Refusal, decode, out::Told};

/// Bytes of one file of this family; they are held in memory. Forty years of daily prices have one megabyte.
const WHOLE: u64 = 256 << 20;

/// Decodes by byte order mark, XML declaration (`xml`), UTF-8, and tells when bytes had to be taken as Windows-1252.
pub(super) fn whole(bytes: &[u8], xml: bool, limits: &Limits, out: &mut Out<'_>) -> Result<String, Refusal> {
    let (text, repaired) = decode::whole(bytes, xml, limits.max_bytes.min(WHOLE))?;
    if repaired {
        let told = Told::new("", "Some bytes are no UTF-8; they were taken as Windows-1252.");
        out.tell(CheckKind::SchemaDeviation, Severity::Warn, told)?;
    }
    Ok(text)
}

//! Reads a ZIP of statements, member by member, within bounds. Nothing is ever written to a disk, and a member's name is only
//! ever shown.

use crate::{
    Limits, Refusal, detect,
    detect::{ENOUGH, Format},
    out::{Out, Sink},
    read_into,
    record::Record,
};
use std::io::{self, BufRead, BufReader, Read, Seek};
use zip::ZipArchive;

/// A member may always unpack to this much, however well it packs.
const FREE: u64 = 1 << 20;

/// Reads every member of an archive. One that cannot be read refuses the whole: half a delivery must not be booked.
///
/// # Errors
/// When the archive is broken, tries to harm, or has a member that is refused.
pub fn read_zip<R: Read + Seek>(input: R, limits: &Limits, sink: Sink<'_>) -> Result<(), Refusal> {
    let refused = |reason: String| Refusal::Zip { reason };
    let mut archive = ZipArchive::new(input).map_err(|error| refused(error.to_string()))?;
    if archive.len() > limits.max_members {
        return Err(refused(format!("it has more than {} members", limits.max_members)));
    }
    let mut out = Out::new(sink, Record::Finding, Record::Quarantined);
    let (mut left, mut read) = (limits.max_unpacked, 0_usize);
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| refused(error.to_string()))?;
        if file.is_dir() {
            continue;
        }
        let name = harmless(file.name());
        let most = file.compressed_size().saturating_mul(limits.max_ratio).max(FREE).min(left);
        let counted = Counted { inner: file, left: most, exceeded: false };
        let mut member = BufReader::with_capacity(ENOUGH, counted);
        let outcome = match member.fill_buf() {
            Ok(head) => match detect(head) {
                Format::Zip => Err(refused("an archive within an archive".to_owned())),
                format => read_into(&mut member, format, limits, Some(&name), &mut out),
            },
            Err(error) => Err(Refusal::Io(error)),
        };
        let counted = member.into_inner();
        left = left.saturating_sub(most - counted.left);
        if counted.exceeded {
            return Err(refused(format!("{name} unpacks to more than is allowed")));
        }
        match outcome {
            Ok(()) => read += 1,
            Err(Refusal::Stopped) => return Err(Refusal::Stopped),
            Err(Refusal::Io(error)) => return Err(refused(format!("{name}: {error}"))),
            Err(refusal @ Refusal::Zip { .. }) => return Err(refusal),
            Err(refusal) => return Err(Refusal::Member { member: name, refusal: Box::new(refusal) }),
        }
    }
    if read == 0 {
        return Err(Refusal::NoStatement);
    }
    out.finish()
}

/// The only file of an archive, unpacked within bounds.
///
/// # Errors
/// When the archive is broken, has not one file, or unpacks to too much.
pub(crate) fn only_member(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let refused = |reason: String| Refusal::Zip { reason };
    let mut archive = ZipArchive::new(io::Cursor::new(bytes)).map_err(|error| refused(error.to_string()))?;
    if archive.len() != 1 {
        return Err(refused(format!("it has {} members, and one is due", archive.len())));
    }
    let file = archive.by_index(0).map_err(|error| refused(error.to_string()))?;
    let most = file.compressed_size().saturating_mul(limits.max_ratio).max(FREE).min(limits.max_unpacked);
    let mut counted = Counted { inner: file, left: most, exceeded: false };
    let mut text = Vec::new();
    counted.read_to_end(&mut text).map_err(|error| refused(error.to_string()))?;
    Ok(text)
}

/// Letters that can be shown anywhere; no paths.
fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String =
        last.chars().map(|c| if c.is_alphanumeric() || "._- ".contains(c) { c } else { '_' }).take(120).collect();
    if name.trim_matches('.').is_empty() { "member".to_owned() } else { name }
}

/// Stops when more comes out than may.
struct Counted<R> {
    inner: R,
    left: u64,
    exceeded: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // One byte more than allowed is asked for, to tell a file that just fits from one that goes on.
        let room = usize::try_from(self.left.saturating_add(1)).unwrap_or(usize::MAX).min(buf.len());
        let count = self.inner.read(&mut buf[..room])?;
        if count as u64 > self.left {
            self.exceeded = true;
            return Err(io::Error::other("more comes out than is allowed"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

//! Files under names that change with their content, so that a browser may keep them for ever, each with its compressed
//! siblings, so that the server never compresses the same bytes twice.

use crate::project;
use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the hashed files are served from, and the folder they lie in.
pub const FOLDER: &str = "pkg";

/// Files of `public/` by their path there, with the address each is served at.
pub type Names = BTreeMap<String, String>;

/// A short name for some bytes: 72 bits of their SHA-256, in letters that need no escaping in an address.
pub fn hash(bytes: &[u8]) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
    text.truncate(12);
    text
}

/// The folder a site is written to, and what has been written there so far.
pub struct Site {
    out: PathBuf,
    compress: bool,
    written: Vec<PathBuf>,
}

impl Site {
    /// Starts a site. Without `compress` the files stand alone, as a developer wants them.
    pub fn new(out: &Path, compress: bool) -> Self {
        Self { out: out.to_path_buf(), compress, written: Vec::new() }
    }

    /// Writes a file under its hashed name and returns its address.
    pub fn hashed(&mut self, stem: &str, extension: &str, bytes: &[u8]) -> Result<String> {
        let name = format!("{stem}.{}.{extension}", hash(bytes));
        self.put(&Path::new(FOLDER).join(&name), bytes)?;
        Ok(format!("/{FOLDER}/{name}"))
    }

    /// Writes a file under the name the world expects (`robots.txt`) and returns its address.
    pub fn plain(&mut self, name: &str, bytes: &[u8]) -> Result<String> {
        self.put(Path::new(name), bytes)?;
        Ok(format!("/{name}"))
    }

    /// The files written, without their siblings.
    pub fn written(&self) -> Vec<PathBuf> {
        self.written.iter().map(|name| self.out.join(name)).collect()
    }

    /// Removes what an earlier build has left in the folder of hashed files, and says how many files that was.
    pub fn sweep(&self) -> Result<usize> {
        let mut keep: Vec<PathBuf> = Vec::new();
        for path in self.written() {
            if self.compress && is_compressible(&path) {
                keep.extend([sibling(&path, ".br"), sibling(&path, ".gz")]);
            }
            keep.push(path);
        }
        let mut removed = 0;
        for path in project::files(&self.out.join(FOLDER))? {
            if !keep.contains(&path) {
                std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn put(&mut self, name: &Path, bytes: &[u8]) -> Result<()> {
        let path = self.out.join(name);
        let (br, gz) = (sibling(&path, ".br"), sibling(&path, ".gz"));
        let is_same = std::fs::read(&path).is_ok_and(|old| old == bytes);
        if self.compress && is_compressible(&path) {
            if !is_same || !br.is_file() {
                project::write(&br, &brotli(bytes)?)?;
            }
            if !is_same || !gz.is_file() {
                project::write(&gz, &gzip(bytes)?)?;
            }
        } else {
            // A stale sibling would be served in the file's place.
            for stale in [br, gz] {
                if stale.exists() {
                    std::fs::remove_file(stale)?;
                }
            }
        }
        if !is_same {
            project::write(&path, bytes)?;
        }
        self.written.push(name.to_path_buf());
        Ok(())
    }
}

/// Fonts and pictures are compressed already; doing it again makes them larger.
fn is_compressible(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["css", "js", "json", "svg", "txt", "wasm"].iter().any(|known| extension == *known)
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).context("brotli failed")?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::{brotli, gzip, hash};
    use std::io::Read;

    #[test]
    fn a_name_is_short_and_needs_no_escaping() {
        let name = hash(b"guichet");
        assert_eq!(name.len(), 12);
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert_ne!(name, hash(b"Guichet"));
    }

    #[test]
    fn what_is_compressed_comes_back() -> anyhow::Result<()> {
        let text = "the counter that never closes ".repeat(50);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(text.as_bytes())?, &mut back)?;
        assert_eq!(back, text.as_bytes());
        let mut back = String::new();
        flate2::read::GzDecoder::new(&*gzip(text.as_bytes())?).read_to_string(&mut back)?;
        assert_eq!(back, text);
        Ok(())
    }
}

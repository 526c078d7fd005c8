//! An archive as it is written: beside its place first, on the disk before it gets its name.

use super::{BackupError, SUMS, at};
use crate::audit::head::to_hex;
use flate2::{Compression, GzBuilder, write::GzEncoder};
use guichet_types::Timestamp;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, TryLockError},
    io::{self, BufWriter, Read, Write as _},
    path::{Path, PathBuf},
};

/// The first bytes of every archive: gzip, without a name, a time or a system.
pub(super) const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Writes an archive. What is not finished is gone when this is dropped.
pub(super) struct Writer {
    tar: tar::Builder<GzEncoder<BufWriter<File>>>,
    sums: String,
    target: PathBuf,
    part: Unfinished,
    at: u64,
}

/// The file that is not yet an archive.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After the rename there is nothing here any more.
        let _ = fs::remove_file(&self.0);
    }
}

impl Writer {
    /// Begins an archive, for its owner's eyes alone.
    pub(super) fn begin(target: &Path, now: Timestamp) -> Result<Self, BackupError> {
        if target.exists() {
            return Err(BackupError::Exists(target.to_owned()));
        }
        let part = target.with_added_extension("part");
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part).map_err(at(&part))?;
        // One that was cut may have left its beginning; one that is still writing has it locked.
        match file.try_lock() {
            Ok(()) => file.set_len(0).map_err(at(&part))?,
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(part)),
            Err(TryLockError::Error(error)) => return Err(BackupError::File { path: part, error }),
        }
        // One that was there may have been for others as well.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(at(&part))?;
        let gzip = GzBuilder::new().mtime(0).operating_system(255).write(BufWriter::new(file), Compression::default());
        Ok(Self {
            tar: tar::Builder::new(gzip),
            sums: String::new(),
            target: target.to_owned(),
            part: Unfinished(part),
            at: u64::try_from(now.millis() / 1_000).unwrap_or(0),
        })
    }

    /// Adds a member.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.add_from(name, bytes.len() as u64, bytes).map_err(at(&self.part.0))
    }

    /// Adds the first `size` bytes of a file as a member.
    pub(super) fn add_file(&mut self, name: &str, path: &Path, file: File, size: u64) -> Result<(), BackupError> {
        self.add_from(name, size, file).map_err(at(path))
    }

    fn add_from(&mut self, name: &str, size: u64, content: impl Read) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.at);
        let mut content = Hashing::new(content.take(size));
        self.tar.append_data(&mut header, name, &mut content)?;
        if content.bytes != size {
            return Err(io::Error::other("became shorter while it was copied"));
        }
        let sum = content.sum();
        self.sums.push_str(&format!("{}  {name}\n", to_hex(&sum)));
        Ok(())
    }

    /// Adds the sums, brings everything onto the disk, and gives the archive its name. Its length, in bytes.
    pub(super) fn finish(mut self) -> Result<u64, BackupError> {
        let sums = std::mem::take(&mut self.sums);
        self.add(SUMS, sums.as_bytes())?;
        let wrong = at(&self.part.0);
        let written = (|| {
            let mut buffer = self.tar.into_inner()?.finish()?;
            buffer.flush()?;
            let file = buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            file.metadata().map(|about| about.len())
        })();
        let length = written.map_err(wrong)?;
        if self.target.exists() {
            return Err(BackupError::Exists(self.target));
        }
        fs::rename(&self.part.0, &self.target).map_err(at(&self.target))?;
        let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
        Ok(length)
    }
}

/// Hashes what is read through it.
pub(super) struct Hashing<R> {
    content: R,
    hash: Sha256,
    pub bytes: u64,
}

impl<R> Hashing<R> {
    pub(super) fn new(content: R) -> Self {
        Self { content, hash: Sha256::new(), bytes: 0 }
    }

    /// The SHA-256 of all that was read.
    pub(super) fn sum(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

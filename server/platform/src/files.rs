//! Files that customers send: streamed to the disk, kept under random names, outside anything that is served.
//!
//! `part/` holds what is on its way; a file there goes away with its request. What is kept lies under `ab/abcd…`, a name that
//! says nothing of it and cannot be guessed; it gets there by a rename after its bytes are on the disk.

use crate::{
    random::{SharedRandom, token},
    scanner::{ScanError, Scanner, Verdict},
};
use bytes::Bytes;
use futures::Stream;
use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    fs,
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Semaphore,
};

/// Bytes that are read at once when a file is handed out.
const CHUNK: usize = 64 << 10;
/// Files that are looked into at once; a picture takes much memory while it is open.
const CHECKS: usize = 2;

/// Keeps files.
#[derive(Clone, Debug)]
pub struct FileStore {
    root: PathBuf,
    random: SharedRandom,
    checks: Arc<Semaphore>,
    scanner: Option<Scanner>,
}

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name in the store.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

impl FileStore {
    /// A store in this folder, which is made when it is first needed.
    #[must_use]
    pub fn new(root: &Path, random: SharedRandom) -> Self {
        Self { root: root.to_owned(), random, checks: Arc::new(Semaphore::new(CHECKS)), scanner: None }
    }

    /// The same, with every file looked through by a scanner.
    #[must_use]
    pub fn with_scanner(self, scanner: Option<Scanner>) -> Self {
        Self { scanner, ..self }
    }

    /// What the scanner says of what has come. Where there is none, everything is clean.
    ///
    /// # Errors
    /// When there is no verdict.
    pub async fn scan(&self, incoming: &mut Incoming) -> Result<Verdict, ScanError> {
        let Some(scanner) = &self.scanner else { return Ok(Verdict::Clean) };
        incoming.file.flush().await?;
        scanner.scan(fs::File::open(&incoming.path).await?).await
    }

    /// Sixty-four random hexadecimal digits.
    fn fresh_name(&self) -> String {
        token(&*self.random).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Begins a file that is on its way.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn begin(&self) -> io::Result<Incoming> {
        let folder = self.root.join("part");
        fs::create_dir_all(&folder).await?;
        let path = folder.join(self.fresh_name());
        let file = create(&path).await?;
        Ok(Incoming { file, path, bytes: 0 })
    }

    /// A turn to look into a file.
    pub async fn check_turn(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        self.checks.clone().acquire_owned().await.ok()
    }

    /// Keeps these bytes.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn keep(&self, bytes: &[u8]) -> io::Result<Kept> {
        let mut part = self.begin().await?;
        part.write(bytes).await?;
        part.file.sync_all().await?;
        let name = self.fresh_name();
        let folder = self.root.join(&name[..2]);
        fs::create_dir_all(&folder).await?;
        fs::rename(&part.path, folder.join(&name)).await?;
        fs::File::open(&folder).await?.sync_all().await?;
        Ok(Kept { name, bytes: bytes.len() as u64, sha256: Sha256::digest(bytes).into() })
    }

    /// Where a file is; none when the name is not one of ours.
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let ours = name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if ours { Ok(self.root.join(&name[..2]).join(name)) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// The size and the bytes of a file, as they are read.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn open(&self, name: &str) -> io::Result<(u64, impl Stream<Item = io::Result<Bytes>> + Send + 'static)> {
        streamed(fs::File::open(self.path(name)?).await?, ()).await
    }

    /// Whether there is a file of this name.
    pub(crate) async fn has(&self, name: &str) -> bool {
        match self.path(name) {
            Ok(path) => fs::try_exists(path).await.unwrap_or(false),
            Err(_) => false,
        }
    }

    /// A file, to be read where waiting is allowed.
    pub(crate) fn read(&self, name: &str) -> io::Result<std::fs::File> {
        std::fs::File::open(self.path(name)?)
    }

    /// Takes a file away. One that is not there is gone already.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)?).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The size and the bytes of an open file. `held` is let go with the stream.
async fn streamed<H: Send + 'static>(
    file: fs::File,
    held: H,
) -> io::Result<(u64, impl Stream<Item = io::Result<Bytes>> + Send + 'static)> {
    let size = file.metadata().await?.len();
    let stream = futures::stream::try_unfold((file, held), |(mut file, held)| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(chunk), (file, held))))
    });
    Ok((size, stream))
}

/// For the portal's own eyes alone.
async fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).await
}

/// A file on its way. It is gone when this is dropped.
#[derive(Debug)]
pub struct Incoming {
    file: fs::File,
    path: PathBuf,
    bytes: u64,
}

impl Incoming {
    /// The next piece.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece).await?;
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// How much has come.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The file, to be written where waiting is allowed.
    pub(crate) async fn writer(&self) -> io::Result<std::fs::File> {
        Ok(self.file.try_clone().await?.into_std().await)
    }

    /// The size and the bytes of what was written. It is gone when the stream is.
    pub(crate) async fn into_stream(self) -> io::Result<(u64, impl Stream<Item = io::Result<Bytes>> + Send + 'static)> {
        streamed(fs::File::open(&self.path).await?, self).await
    }

    /// Everything that has come.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn read(&mut self) -> io::Result<Vec<u8>> {
        self.file.flush().await?;
        fs::read(&self.path).await
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After a rename there is nothing here any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use futures::StreamExt as _;

    #[tokio::test]
    async fn a_file_is_kept_under_a_name_that_says_nothing_and_what_was_cut_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(&folder.path().join("uploads"), Arc::new(SeededRandom::new(1)));
        let kept = store.keep(b"hello").await.unwrap();
        assert_eq!((kept.name.len(), kept.bytes), (64, 5));
        let (size, stream) = store.open(&kept.name).await.unwrap();
        let bytes: Vec<u8> = Box::pin(stream).map(|chunk| chunk.unwrap().to_vec()).collect::<Vec<_>>().await.concat();
        assert_eq!((size, bytes.as_slice()), (5, b"hello".as_slice()));
        for name in ["", "../../etc/passwd", "part", &"0".repeat(64), &"G".repeat(64)] {
            assert!(store.open(name).await.is_err(), "{name}");
        }
        let mut cut = store.begin().await.unwrap();
        cut.write(b"half").await.unwrap();
        assert_eq!((cut.bytes(), cut.read().await.unwrap().as_slice()), (4, b"half".as_slice()));
        drop(cut);
        assert_eq!(std::fs::read_dir(folder.path().join("uploads/part")).unwrap().count(), 0);
        store.remove(&kept.name).await.unwrap();
        store.remove(&kept.name).await.unwrap();
        assert!(store.open(&kept.name).await.is_err());
    }
}

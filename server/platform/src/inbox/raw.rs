//! The raw store: every document's bytes under their hash, for ever.
//!
//! `data/taken/` holds what was taken and is not yet kept, `data/raw/ab/abcd…` what is kept. A file in `raw/` is complete:
//! it gets there by a rename after its bytes are on disk. One document is taken in at a time, whichever process does it: who
//! holds `data/import.lock` may know that whatever else lies in `taken/` was left by somebody who is gone.

use super::InboxError;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// How much of a document its readers are asked by, bytes.
pub(super) const BEGINNING: u64 = 8 << 10;

/// A SHA-256 as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// The hash of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_bytes(&Sha256::digest(bytes))
    }

    /// From its 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// From its 64 digits; none when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(digit)).then(|| Self(text.to_owned()))
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        (0..self.0.len() / 2).filter_map(|i| u8::from_str_radix(&self.0[i * 2..i * 2 + 2], 16).ok()).collect()
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the bytes are.
#[derive(Clone, Debug)]
pub struct RawStore {
    lock: PathBuf,
    taken: PathBuf,
    raw: PathBuf,
}

/// Distinguishes files that are taken by one process; the name as a whole only has to be free.
static COUNT: AtomicU64 = AtomicU64::new(0);

impl RawStore {
    /// A store under the data folder.
    ///
    /// # Errors
    /// When the folders cannot be made.
    pub fn new(data: &Path) -> Result<Self, InboxError> {
        let store = Self { lock: data.join("import.lock"), taken: data.join("taken"), raw: data.join("raw") };
        for folder in [&store.taken, &store.raw] {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        Ok(store)
    }

    /// Waits until nobody else takes documents in here; others wait until the file is dropped.
    pub(super) async fn turn(&self) -> Result<File, InboxError> {
        let path = self.lock.clone();
        blocking(move || {
            let file = File::options().create(true).append(true).open(&path).map_err(at(&path))?;
            file.lock().map_err(at(&path))?;
            Ok(file)
        })
        .await
    }

    /// Where the bytes of a hash are.
    #[must_use]
    pub fn path(&self, hash: &Sha256Hex) -> PathBuf {
        self.raw.join(&hash.0[..2]).join(&hash.0)
    }

    fn place(&self, source: &str, file: &Path) -> PathBuf {
        // A name stands on lines of its own elsewhere, and in front of people.
        let name = file.file_name().unwrap_or_default().to_string_lossy().replace(char::is_control, "_");
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        self.taken.join(format!("{}-{count}-@{source}@{name}", std::process::id()))
    }

    /// The source that a taken file came from, and the name under which it came.
    pub(super) fn name_taken(path: &Path) -> (String, String) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let rest = name.splitn(3, '-').nth(2).unwrap_or(&name);
        let (source, name) = rest.strip_prefix('@').and_then(|rest| rest.split_once('@')).unwrap_or(("inbox", rest));
        (source.to_owned(), name.to_owned())
    }

    pub(super) async fn move_in(&self, source: &str, file: &Path) -> Result<PathBuf, InboxError> {
        let (from, to) = (file.to_owned(), self.place(source, file));
        blocking(move || {
            match fs::rename(&from, &to) {
                // Another file system: copied whole under a hidden name first, so that a cut leaves nothing half.
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    copy(&from, &to)?;
                    fs::remove_file(&from).map_err(at(&from))?;
                }
                result => result.map_err(at(&from))?,
            }
            Ok(to)
        })
        .await
    }

    pub(super) async fn copy_in(&self, source: &str, file: &Path) -> Result<PathBuf, InboxError> {
        let (from, to) = (file.to_owned(), self.place(source, file));
        blocking(move || copy(&from, &to).map(|()| to)).await
    }

    /// Keeps bytes that came without a file. They are on the disk when this returns.
    pub(super) async fn put(&self, hash: &Sha256Hex, bytes: bytes::Bytes) -> Result<(), InboxError> {
        let to = self.path(hash);
        let part = to.with_added_extension(format!("{}.part", COUNT.fetch_add(1, Ordering::Relaxed)));
        blocking(move || {
            if to.exists() {
                return Ok(());
            }
            let folder = to.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder).map_err(at(folder))?;
            let mut file = File::create(&part).map_err(at(&part))?;
            file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(at(&part))?;
            fs::rename(&part, &to).map_err(at(&to))?;
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
        })
        .await
    }

    pub(super) async fn hash(&self, file: &Path) -> Result<(Sha256Hex, u64), InboxError> {
        let path = file.to_owned();
        blocking(move || {
            let mut file = File::open(&path).map_err(at(&path))?;
            let (mut hash, mut buffer, mut total) = (Sha256::new(), vec![0; 256 * 1024], 0_u64);
            loop {
                match file.read(&mut buffer).map_err(at(&path))? {
                    0 => break,
                    read => {
                        hash.update(&buffer[..read]);
                        total += read as u64;
                    }
                }
            }
            file.sync_all().map_err(at(&path))?;
            Ok((Sha256Hex::from_bytes(&hash.finalize()), total))
        })
        .await
    }

    /// Moves a taken file to its place and makes the move last.
    pub(super) async fn settle(&self, taken: &Path, hash: &Sha256Hex) -> Result<PathBuf, InboxError> {
        let (from, to) = (taken.to_owned(), self.path(hash));
        blocking(move || {
            if to.exists() {
                fs::remove_file(&from).map_err(at(&from))?;
                return Ok(to);
            }
            let folder = to.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder).map_err(at(folder))?;
            fs::rename(&from, &to).map_err(at(&to))?;
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
            Ok(to)
        })
        .await
    }

    pub(super) async fn forget(&self, taken: &Path) -> Result<(), InboxError> {
        let path = taken.to_owned();
        blocking(move || fs::remove_file(&path).map_err(at(&path))).await
    }

    /// Files that were taken and not kept; half copies are thrown away, their originals are still where they were.
    pub(super) async fn taken(&self) -> Result<Vec<PathBuf>, InboxError> {
        let folder = self.taken.clone();
        blocking(move || {
            let mut files = Vec::new();
            for item in fs::read_dir(&folder).map_err(at(&folder))? {
                let path = item.map_err(at(&folder))?.path();
                if path.extension().is_some_and(|end| end == "part") {
                    fs::remove_file(&path).map_err(at(&path))?;
                } else {
                    files.push(path);
                }
            }
            files.sort();
            Ok(files)
        })
        .await
    }

    pub(super) async fn size(&self, path: &Path) -> Result<u64, InboxError> {
        let path = path.to_owned();
        blocking(move || fs::metadata(&path).map(|about| about.len()).map_err(at(&path))).await
    }

    pub(super) async fn beginning(&self, path: &Path) -> Result<Vec<u8>, InboxError> {
        let path = path.to_owned();
        blocking(move || {
            let mut bytes = Vec::new();
            File::open(&path).and_then(|file| file.take(BEGINNING).read_to_end(&mut bytes)).map_err(at(&path))?;
            Ok(bytes)
        })
        .await
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), InboxError> {
    let part = to.with_added_extension("part");
    fs::copy(from, &part).map_err(at(from))?;
    File::open(&part).and_then(|file| file.sync_all()).map_err(at(&part))?;
    fs::rename(&part, to).map_err(at(to))
}

pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> InboxError + use<> {
    let path = path.to_owned();
    move |error| InboxError::File { path, error }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, InboxError> + Send + 'static,
) -> Result<T, InboxError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(InboxError::Feed("reading the file was given up after a fault".to_owned())))
}

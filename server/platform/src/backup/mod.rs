//! Backups: the whole portal in one archive, checked, and put back into an empty database of either kind.
//!
//! An archive is a gzip'd tar that any system can open. Every row of one state of the database is in it as text, in an order
//! and a writing that are the same for both databases, so that two backups of the same state can be compared member by member,
//! and one database can follow the other. Keys and secrets are never in it. Why it is so: docs/decisions/0016-backups.md.
//!
//! Memory does not grow with the database: rows are read as the database sends them and written in parts of a mebibyte; files
//! are copied in pieces. What grows is the list of sums: about 200 bytes for each file of the back office or of a customer.

mod check;
mod files;
mod make;
mod manifest;
mod part;
mod restore;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
mod walk;
mod write;

use crate::{config::Config, db::DbError};
use serde::Serialize;
use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use check::{Checked, Difference, Verdict, check, compare};
pub use make::{Made, make};
pub use manifest::{Manifest, TableCount};
pub use restore::{Restored, restore};

/// The member that says what the archive is.
const MANIFEST: &str = "manifest.json";
/// The last member: the SHA-256 of every member before it, as `sha256sum --check` reads them.
const SUMS: &str = "SHA256SUMS";
/// The member with the signed ends of the audit log.
const HEADS: &str = "audit-heads";

/// Where the files are that belong to the database.
#[derive(Clone, Debug)]
pub struct Folders {
    /// The documents of the back office, kept under their hashes.
    pub raw: PathBuf,
    /// Documents that were taken and are not yet kept.
    pub taken: PathBuf,
    /// The files of customers.
    pub uploads: PathBuf,
    /// The file with the signed ends of the audit log.
    pub heads: PathBuf,
}

impl Folders {
    /// As the configuration has them.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self { heads: config.audit_heads(), ..Self::within(&config.data.dir) }
    }

    /// Everything under one folder.
    #[must_use]
    pub fn within(data: &Path) -> Self {
        Self {
            raw: data.join("raw"),
            taken: data.join("taken"),
            uploads: data.join("uploads"),
            heads: data.join("audit-heads"),
        }
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A table is done.
    Table {
        /// Its name.
        name: &'a str,
        /// Its rows.
        rows: u64,
    },
    /// A folder of files is done.
    Files {
        /// `raw`, `taken` or `uploads`.
        folder: &'a str,
        /// How many.
        files: u64,
        /// Their bytes together.
        bytes: u64,
    },
}

/// Is told how far it has come.
pub type Progress = Arc<dyn Fn(Step<'_>) + Send + Sync>;

/// Something in an archive that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The member, or `archive` for the file as a whole.
    pub member: String,
    /// What is wrong.
    pub what: String,
}

impl Fault {
    fn new(member: &str, what: impl Into<String>) -> Self {
        Self { member: member.to_owned(), what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.member, self.what)
    }
}

/// Why it did not come about.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A file.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// There is something at the place of the archive.
    #[error("{0} is there already and is not overwritten")]
    Exists(PathBuf),
    /// Another backup is being written to the same place.
    #[error("{0} is being written by another backup")]
    Busy(PathBuf),
    /// The archive is not as it was written.
    #[error("the archive is damaged: {0}")]
    Damaged(Fault),
    /// It was made by a version with migrations that this one does not have.
    #[error("the archive was made by guichet {version}, whose database is newer than this program's: it has {}. \
        Restore it with that version", numbers(.migrations))]
    Newer {
        /// The version that made it.
        version: String,
        /// What it has and this one has not.
        migrations: Vec<i64>,
    },
    /// It was made by a version before this one.
    #[error("the archive was made by guichet {version}, whose database is older than this program's: it lacks {}. \
        Restore it with that version, then start this one, which brings it up to date", numbers(.migrations))]
    Older {
        /// The version that made it.
        version: String,
        /// What this one has and it has not.
        migrations: Vec<i64>,
    },
    /// A restore goes into an empty database alone.
    #[error("the database is not empty: there are rows in {0}. A backup is restored into a fresh one alone")]
    NotEmpty(String),
    /// The task that did it panicked.
    #[error("given up after a fault")]
    Fault,
}

fn numbers(migrations: &[i64]) -> String {
    let numbers: Vec<_> = migrations.iter().map(|number| format!("{number:04}")).collect();
    format!("migration {}", numbers.join(", "))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}

/// Off the threads that answer, for what waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(BackupError::Fault))
}

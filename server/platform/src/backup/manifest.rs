//! What an archive says of itself.

use super::BackupError;
use crate::db::migration_numbers;
use guichet_types::Timestamp;
use serde::{Deserialize, Serialize};

/// The form of the archive; another form gets another word.
pub(super) const FORM: &str = "guichet-backup/1";

/// What an archive says of itself, as `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `guichet-backup/1`.
    pub form: String,
    /// The version of the program that made it.
    pub version: String,
    /// The migrations that its database had. All of them and not the latest alone: two versions may have the same latest one.
    pub migrations: Vec<i64>,
    /// When it was made, milliseconds since 1970-01-01 UTC.
    pub made_at: i64,
    /// The database that it came from: `sqlite` or `postgres`.
    pub dialect: String,
    /// The tables, each behind those that it refers to.
    pub tables: Vec<TableCount>,
}

/// A table of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableCount {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

impl Manifest {
    /// Of this program.
    pub(super) fn new(dialect: &str, made_at: Timestamp, tables: Vec<TableCount>) -> Self {
        Self {
            form: FORM.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            migrations: migration_numbers(),
            made_at: made_at.millis(),
            dialect: dialect.to_owned(),
            tables,
        }
    }

    /// All rows together.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Whether this program can restore it: its database has the very same migrations.
    pub(super) fn fits(&self) -> Result<(), BackupError> {
        let ours = migration_numbers();
        let beyond = |some: &[i64], others: &[i64]| -> Vec<i64> {
            some.iter().filter(|number| !others.contains(number)).copied().collect()
        };
        let (newer, older) = (beyond(&self.migrations, &ours), beyond(&ours, &self.migrations));
        let version = self.version.clone();
        if !newer.is_empty() {
            return Err(BackupError::Newer { version, migrations: newer });
        }
        if !older.is_empty() {
            return Err(BackupError::Older { version, migrations: older });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_of_another_version_is_refused_in_a_sentence() {
        let mut manifest = Manifest::new("sqlite", Timestamp(0), Vec::new());
        manifest.fits().unwrap();
        let last = manifest.migrations.pop().unwrap();
        let older = manifest.fits().unwrap_err().to_string();
        assert!(older.contains("older") && older.contains(&format!("{last:04}")), "{older}");
        manifest.migrations.extend([last, 9_999]);
        let newer = manifest.fits().unwrap_err().to_string();
        assert!(newer.contains("newer") && newer.contains("9999"), "{newer}");
    }
}

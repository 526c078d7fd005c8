//! Whether an archive is what was written, whole and readable, and whether the live database is the same.

use super::{
    BackupError, Fault, HEADS, MANIFEST, blocking,
    files::{Place, place_of, stranger},
    make::parts,
    manifest::{FORM, Manifest},
    part::Part,
    walk::{Member, Sums, walk},
};
use crate::{
    audit::head::{from_hex, to_hex},
    db::{
        Db,
        whole::{self, Cell},
    },
    scope::KeeperScope,
};
use futures::FutureExt as _;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The table that has the hash of every document of the back office.
const DOCUMENTS: (&str, &str) = ("source_document", "sha256");

/// What was found in an archive.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdict {
    /// What it says of itself, when that can be read.
    pub manifest: Option<Manifest>,
    /// Members whose sums hold.
    pub members: u64,
    /// Rows that can be read.
    pub rows: u64,
    /// What is wrong. Where the archive cannot be read on, what is behind that place is not known.
    pub faults: Vec<Fault>,
    /// Documents of the back office that a row speaks of and whose bytes are not in it: they were not there when it was made.
    pub missing_documents: Vec<String>,
    #[serde(skip)]
    tables: BTreeMap<String, Content>,
}

impl Verdict {
    /// Whether all of it is as it was written.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// What a table holds, in short.
#[derive(Clone, Debug, Default)]
struct Content {
    rows: u64,
    hash: Sha256,
    columns: Vec<String>,
}

/// Reads an archive to its end and checks everything that can be checked without a database.
///
/// # Errors
/// When the file cannot be opened or read. What is wrong with it is in the verdict.
pub fn check(archive: &Path) -> Result<Verdict, BackupError> {
    let mut verdict = Verdict::default();
    let mut documents = BTreeSet::new();
    let walked = walk(archive, &mut |member| look(member, &mut verdict, &mut documents));
    match walked {
        Ok(sums) => hold(&mut verdict, &sums, documents),
        Err(BackupError::Damaged(fault)) => verdict.faults.push(fault),
        Err(error) => return Err(error),
    }
    Ok(verdict)
}

/// One member.
fn look(member: &mut Member<'_>, verdict: &mut Verdict, documents: &mut BTreeSet<Vec<u8>>) -> Result<(), BackupError> {
    let name = member.name.to_owned();
    let damaged = |what: String| BackupError::Damaged(Fault::new(&name, what));
    if name == MANIFEST {
        let manifest: Manifest =
            serde_json::from_slice(&member.bytes()?).map_err(|error| damaged(error.to_string()))?;
        if manifest.form != FORM {
            return Err(damaged(format!("the form {} is not {FORM}", manifest.form)));
        }
        verdict.manifest = Some(manifest);
        return Ok(());
    }
    match place_of(&name) {
        Some(Place::Table(table)) => {
            let text = member.bytes()?;
            let part = Part::read(&text).map_err(damaged)?;
            let content = verdict.tables.entry(table.to_owned()).or_default();
            if content.columns.is_empty() {
                content.columns.clone_from(&part.columns);
            } else if content.columns != part.columns {
                return Err(damaged("other columns than in the part before".to_owned()));
            }
            if table == DOCUMENTS.0
                && let Some(at) = part.columns.iter().position(|column| column == DOCUMENTS.1)
            {
                let hashes = part.rows.iter().filter_map(|row| match row.get(at) {
                    Some(Cell::Bytes(hash)) => Some(hash.clone()),
                    _ => None,
                });
                documents.extend(hashes);
            }
            let rows = part.rows.len() as u64;
            content.rows += rows;
            content.hash.update(&text);
            verdict.rows += rows;
            Ok(())
        }
        Some(Place::Raw(_) | Place::Taken(_) | Place::Upload(_)) => Ok(()),
        None if name == HEADS => Ok(()),
        None | Some(Place::Nowhere) => Err(BackupError::Damaged(stranger(&name))),
    }
}

/// What can be said when all has been read.
fn hold(verdict: &mut Verdict, sums: &Sums, mut documents: BTreeSet<Vec<u8>>) {
    verdict.members = sums.len() as u64 + 1;
    for (name, sum) in sums {
        match place_of(name) {
            Some(Place::Raw(hash)) => {
                if from_hex(hash).as_deref() != Some(sum.as_slice()) {
                    verdict.faults.push(Fault::new(name, format!("its bytes have the hash {}", to_hex(sum))));
                }
                documents.remove(sum.as_slice());
            }
            Some(Place::Taken(_)) => {
                documents.remove(sum.as_slice());
            }
            _ => {}
        }
    }
    verdict.missing_documents = documents.iter().map(|hash| to_hex(hash)).collect();
    let Some(manifest) = &verdict.manifest else {
        return verdict.faults.push(Fault::new(MANIFEST, "it is missing"));
    };
    let told: BTreeMap<_, _> = manifest.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
    for (name, rows) in &told {
        let there = verdict.tables.get(*name).map(|content| content.rows);
        if there != Some(*rows) {
            let there = there.map_or_else(|| "no part".to_owned(), |rows| format!("{rows} rows"));
            verdict
                .faults
                .push(Fault::new(&format!("tables/{name}"), format!("{rows} rows were told, {there} are there")));
        }
    }
    for name in verdict.tables.keys().filter(|name| !told.contains_key(name.as_str())) {
        verdict.faults.push(Fault::new(&format!("tables/{name}"), format!("{MANIFEST} does not speak of it")));
    }
}

/// An archive that holds and that this program can restore. There is no other way to [`super::restore`].
#[derive(Clone, Debug)]
pub struct Checked {
    pub(super) path: PathBuf,
    pub(super) verdict: Verdict,
    pub(super) manifest: Manifest,
}

impl Checked {
    /// Checks an archive.
    ///
    /// # Errors
    /// At the first fault, or when it is of another version.
    pub async fn of(archive: &Path) -> Result<Self, BackupError> {
        let path = archive.to_owned();
        let verdict = blocking(move || check(&path)).await?;
        if let Some(fault) = verdict.faults.first() {
            return Err(BackupError::Damaged(fault.clone()));
        }
        let missing = || BackupError::Damaged(Fault::new(MANIFEST, "it is missing"));
        let manifest = verdict.manifest.clone().ok_or_else(missing)?;
        manifest.fits()?;
        Ok(Self { path: archive.to_owned(), verdict, manifest })
    }

    /// What was found.
    #[must_use]
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What the archive says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

/// A table in the archive and in the live database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub table: String,
    /// Its rows in the archive; none when it is not there.
    pub archive: Option<u64>,
    /// Its rows in the live database; none when it is not there.
    pub live: Option<u64>,
    /// Whether every row is the same.
    pub same: bool,
}

/// Holds every table of an archive against the live database, in one state of it.
///
/// # Errors
/// What the database says.
pub async fn compare(db: &Db, verdict: &Verdict) -> Result<Vec<Difference>, BackupError> {
    let mut archive = verdict.tables.clone();
    let scope = KeeperScope::new();
    let read = db.read(&scope, move |tx| {
        async move {
            let mut found = Vec::new();
            for table in whole::tables(tx).await? {
                let mut hash = Sha256::new();
                let mut each = |_, part: Vec<u8>| {
                    hash.update(&part);
                    Ok(())
                };
                let live = parts(tx, &table, &mut each).await?;
                let there = archive.remove(&table.name);
                let same = there.as_ref().is_some_and(|there| there.hash.clone().finalize() == hash.finalize());
                let archive = there.map(|there| there.rows);
                found.push(Difference { table: table.name, archive, live: Some(live), same });
            }
            let gone = archive.into_iter().map(|(table, there)| Difference {
                table,
                archive: Some(there.rows),
                live: None,
                same: false,
            });
            found.extend(gone);
            Ok::<_, BackupError>(found)
        }
        .boxed()
    });
    read.await
}

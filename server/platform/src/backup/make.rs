//! A backup: one state of the database, and then the files that belong to it.
//!
//! Everything is read in one transaction that sees one state, however long it takes; the portal goes on meanwhile. The files
//! come after the rows, so every document that a row speaks of is there. What came in since is not in the rows, and a file of
//! it does no harm.

use super::{
    BackupError, Folders, MANIFEST, Progress, Step, blocking,
    files::{Heads, add_all},
    manifest::{Manifest, TableCount},
    part::Lines,
    write::Writer,
};
use crate::{
    db::{
        Db, DbError, Dialect, Tx,
        whole::{self, Table},
    },
    scope::KeeperScope,
};
use futures::FutureExt as _;
use guichet_types::Timestamp;
use std::path::Path;

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// What the archive says of itself.
    pub manifest: Manifest,
    /// Files in it.
    pub files: u64,
    /// The length of the archive, in bytes.
    pub length: u64,
}

/// Makes an archive of everything at `target`, which must not be there yet. `now` is what it says of when it was made.
///
/// Compressing blocks the thread that it runs on, for a mebibyte at a time: it is for a command, not for a page.
///
/// # Errors
/// What the database or the disk says. Nothing is left then.
pub async fn make(
    db: &Db,
    folders: &Folders,
    target: &Path,
    now: Timestamp,
    progress: Progress,
) -> Result<Made, BackupError> {
    let mut writer = Writer::begin(target, now)?;
    // Before the database, where each head is written first: so there is none in the file that is not in the rows.
    let heads = Heads::open(&folders.heads)?;
    let told = progress.clone();
    let scope = KeeperScope::new();
    let read = db.read(&scope, move |tx| {
        async move {
            let manifest = dump(tx, &mut writer, now, &told).await?;
            Ok::<_, BackupError>((writer, manifest))
        }
        .boxed()
    });
    let (mut writer, manifest) = read.await?;
    let folders = folders.clone();
    blocking(move || {
        if let Some(heads) = heads {
            heads.write(&mut writer)?;
        }
        let files = add_all(&mut writer, &folders, &progress)?;
        Ok(Made { manifest, files, length: writer.finish()? })
    })
    .await
}

async fn dump(tx: &mut Tx, writer: &mut Writer, now: Timestamp, progress: &Progress) -> Result<Manifest, BackupError> {
    let tables = whole::tables(tx).await?;
    let mut counts = Vec::new();
    for table in &tables {
        let rows = u64::try_from(whole::count(tx, table).await?).unwrap_or(0);
        counts.push(TableCount { name: table.name.clone(), rows });
    }
    let dialect = match tx.dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    let manifest = Manifest::new(dialect, now, counts);
    let mut text = serde_json::to_vec_pretty(&manifest).map_err(|_| DbError::Value("a manifest that is no JSON"))?;
    text.push(b'\n');
    writer.add(MANIFEST, &text)?;
    for (table, count) in tables.iter().zip(&manifest.tables) {
        let mut each = |number, part: Vec<u8>| writer.add(&format!("tables/{}/{number:06}.jsonl", table.name), &part);
        if parts(tx, table, &mut each).await? != count.rows {
            return Err(
                DbError::Value("a table that has other rows than a moment before in the same transaction").into()
            );
        }
        progress(Step::Table { name: &table.name, rows: count.rows });
    }
    Ok(manifest)
}

/// Gives a table to `each` in parts, numbered from one. Its rows.
pub(super) async fn parts(
    tx: &mut Tx,
    table: &Table,
    each: &mut (dyn FnMut(u32, Vec<u8>) -> Result<(), BackupError> + Send),
) -> Result<u64, BackupError> {
    let (mut lines, mut number, mut rows) = (Lines::new(table), 0, 0);
    whole::rows(tx, table, &mut |row| {
        rows += 1;
        if let Some(part) = lines.add(&row).map_err(|_| DbError::Value("a row that is no JSON"))? {
            number += 1;
            each(number, part)?;
        }
        Ok::<_, BackupError>(())
    })
    .await?;
    if let Some(part) = lines.end(number == 0) {
        each(number + 1, part)?;
    }
    Ok(rows)
}

//! A restore: an empty database and its files, filled from an archive that holds.
//!
//! Rows go in within one transaction, which is committed when the last file is in its place and every sum has held once more.
//! A cut before that leaves an empty database; files that are there already are put there again by the next try, and nobody
//! sees them without a row.

use super::{
    BackupError, Checked, Fault, Folders, HEADS, Progress, Step,
    files::{Place, place_of, put, stranger},
    part::Part,
    walk::walk,
};
use crate::{
    audit::{self, Verdict, VerifyError, head::PublicKey},
    db::{
        Db, DbError, Tx,
        whole::{self, Table},
    },
    on,
    scope::{OwnerScope, operator},
};
use futures::FutureExt as _;
use std::{collections::BTreeMap, path::PathBuf};
use tokio::sync::mpsc;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Rows.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// What the check of the audit log says. Its signed heads are checked with the keys that they name themselves; whether
    /// those are the institution's, `guichet audit verify` says, with the key that is kept apart.
    pub audit: Verdict,
    /// Whether a file of heads was there already; it is left as it is.
    pub heads_kept: bool,
}

/// Fills `db`, which must be empty, and the folders. Whoever has `db` open must open it anew: the key that it makes ids with is
/// another now.
///
/// # Errors
/// When the database is not empty, or what it or the disk says. The database is as empty as before then.
pub async fn restore(
    db: &Db,
    archive: Checked,
    folders: &Folders,
    progress: Progress,
) -> Result<Restored, BackupError> {
    let heads_kept = folders.heads.exists();
    let inner = folders.clone();
    let (rows, files) =
        db.write(&OwnerScope::new(), move |tx| async move { fill(tx, archive, inner, progress).await }.boxed()).await?;
    let keys = keys(db).await?;
    let heads = Some(folders.heads.as_path()).filter(|path| path.exists());
    let audit = audit::verify(db, &operator(), keys, heads).await.map_err(|error| match error {
        VerifyError::Db(error) => BackupError::Db(error),
        VerifyError::File { path, error } => BackupError::File { path, error },
    })?;
    Ok(Restored { rows, files, audit, heads_kept })
}

/// What the reading thread sends: a part of a table.
struct Rows {
    table: String,
    member: String,
    text: Vec<u8>,
}

async fn fill(tx: &mut Tx, archive: Checked, folders: Folders, progress: Progress) -> Result<(u64, u64), BackupError> {
    let tables = whole::tables(tx).await?;
    let opened = whole::open_up(tx, &tables).await?;
    if let Some(table) = whole::not_empty(tx, &tables).await? {
        return Err(BackupError::NotEmpty(table.to_owned()));
    }
    whole::clear(tx, &tables).await?;
    let by_name: BTreeMap<&str, &Table> = tables.iter().map(|table| (table.name.as_str(), table)).collect();
    let damaged = |member: &str, what: &str| BackupError::Damaged(Fault::new(member, what));
    let told = |table: &&Table| archive.manifest.tables.iter().any(|told| told.name == table.name);
    if let Some(table) = tables.iter().find(|table| !told(table)) {
        return Err(damaged(&format!("tables/{}", table.name), "the database has this table and the archive has not"));
    }
    let (send, mut receive) = mpsc::channel::<Rows>(1);
    let (path, told) = (archive.path.clone(), progress.clone());
    let reader = tokio::task::spawn_blocking(move || read(path, folders, send, told));
    let (mut all, mut current) = (0_u64, (String::new(), 0_u64));
    while let Some(Rows { table, member, text }) = receive.recv().await {
        let part = Part::read(&text).map_err(|what| damaged(&member, &what))?;
        let into = by_name.get(table.as_str()).ok_or_else(|| damaged(&member, "the database has no such table"))?;
        if into.column_names() != part.columns {
            return Err(damaged(&member, "its columns are not those of the database"));
        }
        whole::insert(tx, into, &part.rows).await?;
        if current.0 != table {
            tell(&progress, &current);
            current = (table, 0);
        }
        current.1 += part.rows.len() as u64;
        all += part.rows.len() as u64;
    }
    tell(&progress, &current);
    let files = reader.await.unwrap_or(Err(BackupError::Fault))?;
    // The archive may have been exchanged since it was checked; its sums have held again, and the count must as well.
    if all != archive.manifest.rows() {
        return Err(damaged("archive", "it has other rows than when it was checked"));
    }
    whole::shut(tx, opened).await?;
    Ok((all, files))
}

fn tell(progress: &Progress, (name, rows): &(String, u64)) {
    if !name.is_empty() {
        progress(Step::Table { name, rows: *rows });
    }
}

/// Reads the archive once more, on a thread of its own: sends the rows, puts the files in their places.
fn read(path: PathBuf, folders: Folders, send: mpsc::Sender<Rows>, progress: Progress) -> Result<u64, BackupError> {
    let mut counts = BTreeMap::<&'static str, (u64, u64)>::new();
    walk(&path, &mut |member| {
        let name = member.name.to_owned();
        if name == super::MANIFEST {
            return Ok(());
        }
        if name == HEADS {
            // One that is there may be the copy that was kept elsewhere, and knows more.
            return if folders.heads.exists() { Ok(()) } else { put(member, &folders.heads).map(|_| ()) };
        }
        let place = place_of(&name).ok_or_else(|| BackupError::Damaged(stranger(&name)))?;
        match (place, folders.target(place)) {
            (Place::Table(table), _) => {
                let rows = Rows { table: table.to_owned(), member: name.clone(), text: member.bytes()? };
                // Nobody receives any more: the reason is told there.
                send.blocking_send(rows).map_err(|_| BackupError::Fault)
            }
            (_, Some(target)) => {
                let count = counts.entry(folder_of(place)).or_default();
                count.0 += 1;
                count.1 += put(member, &target)?;
                Ok(())
            }
            (_, None) => Err(BackupError::Damaged(stranger(&name))),
        }
    })?;
    for (folder, (files, bytes)) in &counts {
        progress(Step::Files { folder, files: *files, bytes: *bytes });
    }
    Ok(counts.values().map(|(files, _)| files).sum())
}

const fn folder_of(place: Place<'_>) -> &'static str {
    match place {
        Place::Raw(_) => "raw",
        Place::Taken(_) => "taken",
        _ => "uploads",
    }
}

/// The keys that the signed heads name.
async fn keys(db: &Db) -> Result<Vec<PublicKey>, DbError> {
    const KEYS: &str = "select distinct key from audit_head";
    let scope = operator();
    let read = db.read(&scope, |tx| {
        async move { on!(tx, c => sqlx::query_as(KEYS).fetch_all(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let keys: Vec<(Vec<u8>,)> = read.await?;
    Ok(keys.into_iter().filter_map(|(key,)| key.try_into().ok()).collect())
}

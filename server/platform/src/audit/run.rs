//! Reads a chain out of the database, in pages and in one state, past the checker.

use super::{
    chain::Row,
    head::{Head, PublicKey},
    verify::{Checker, Fault, Finding, Verdict},
};
use crate::{
    db::{Db, DbError, Tx},
    on,
    scope::FeedScope,
};
use futures::FutureExt as _;
use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    iter::Peekable,
    path::{Path, PathBuf},
};

/// Entries that are read at once.
const PAGE: i64 = 1_000;

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The file of heads.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

/// Checks the whole chain against itself and against every signed head, in the table and in the file.
///
/// # Errors
/// When the database or the file cannot be read. What is wrong with the chain is in the verdict.
pub async fn verify(
    db: &Db,
    scope: &FeedScope,
    keys: Vec<PublicKey>,
    file: Option<&Path>,
) -> Result<Verdict, VerifyError> {
    // Looked at before the database, so that no head in it is newer than the state that is read.
    let lines = file.map(HeadFile::open).transpose()?;
    db.read(scope, move |tx| async move { read(tx, keys, lines).await }.boxed()).await
}

async fn read(tx: &mut Tx, keys: Vec<PublicKey>, mut lines: Option<HeadFile>) -> Result<Verdict, VerifyError> {
    const TAIL: &str = "select seq, hash from audit_tail where only_row = 1";
    const COUNT: &str = "select count(*), coalesce(max(seq), 0) from audit";
    let tail: Option<(i64, Vec<u8>)> =
        on!(tx, c => sqlx::query_as(TAIL).fetch_optional(&mut **c).await).map_err(DbError::from)?;
    let (count, last): (i64, i64) =
        on!(tx, c => sqlx::query_as(COUNT).fetch_one(&mut **c).await).map_err(DbError::from)?;
    let most = tail.as_ref().map_or(0, |(seq, _)| *seq).max(last).min(count.saturating_add(PAGE));
    let mut checker = Checker::new(keys, most);
    let mut lost = None;
    let mut after = i64::MIN;
    loop {
        let rows = rows(tx, after).await?;
        let whole = i64::try_from(rows.len()).unwrap_or(0) == PAGE;
        let upto = if whole { rows.last().map_or(i64::MAX, |row| row.seq) } else { i64::MAX };
        let in_table = heads(tx, after, upto).await?;
        let mut all = in_table.clone();
        while let Some(head) = lines.as_mut().map(|lines| lines.next_upto(upto)).transpose()?.flatten() {
            if !in_table.contains(&head) {
                lost = lost.or(Some(head.seq));
            }
            all.push(head);
        }
        all.sort_by_key(|head| head.seq);
        all.into_iter().for_each(|head| checker.head(head));
        let good = rows.into_iter().all(|row| checker.row(row));
        if !good || !whole {
            break;
        }
        after = upto;
    }
    let mut verdict = checker.end(tail.as_ref().map(|(seq, hash)| (*seq, hash.as_slice())));
    let single = |seq, fault| Finding { seq, to: seq, fault };
    let beside = lost
        .map(|seq| single(seq, Fault::HeadMissing))
        .or(lines.and_then(|lines| lines.broken).map(|seq| single(seq, Fault::HeadUnreadable)))
        // Entries that no number leads to.
        .or((verdict.entries != count).then(|| single(verdict.entries + 1, Fault::Inserted)));
    verdict.finding = verdict.finding.or(beside);
    Ok(verdict)
}

async fn rows(tx: &mut Tx, after: i64) -> Result<Vec<Row>, DbError> {
    const NEXT: &str = "select seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, outcome,
          network, device, detail, prev, hash
        from audit where seq > $1 order by seq limit $2";
    on!(tx, c => sqlx::query_as(NEXT).bind(after).bind(PAGE).fetch_all(&mut **c).await).map_err(DbError::from)
}

async fn heads(tx: &mut Tx, after: i64, upto: i64) -> Result<Vec<Head>, DbError> {
    const NEXT: &str =
        "select seq, hash, at, key, signature from audit_head where seq > $1 and seq <= $2 order by seq, key";
    on!(tx, c => sqlx::query_as(NEXT).bind(after).bind(upto).fetch_all(&mut **c).await).map_err(DbError::from)
}

/// The file of heads, read as far as it went when it was opened.
struct HeadFile {
    path: PathBuf,
    lines: Peekable<io::Lines<BufReader<io::Take<File>>>>,
    /// The number of the last head.
    last: i64,
    /// Behind which head there is a line that is none.
    broken: Option<i64>,
}

impl HeadFile {
    fn open(path: &Path) -> Result<Self, VerifyError> {
        let at = |error| VerifyError::File { path: path.to_owned(), error };
        let file = File::open(path).map_err(at)?;
        let length = file.metadata().map_err(at)?.len();
        let lines = BufReader::new(file.take(length)).lines().peekable();
        Ok(Self { path: path.to_owned(), lines, last: 0, broken: None })
    }

    /// The next head, when it is of no later entry than this.
    fn next_upto(&mut self, upto: i64) -> Result<Option<Head>, VerifyError> {
        while let Some(line) = self.lines.peek() {
            let head = match line {
                Ok(line) => Head::read(line),
                // No text at all.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => None,
                Err(error) => {
                    return Err(VerifyError::File {
                        path: self.path.clone(),
                        error: io::Error::other(error.to_string()),
                    });
                }
            };
            match head {
                Some(head) if head.seq > upto => return Ok(None),
                Some(head) if head.seq >= self.last => {
                    self.last = head.seq;
                    self.lines.next();
                    return Ok(Some(head));
                }
                _ => {
                    self.broken = self.broken.or(Some(self.last));
                    self.lines.next();
                }
            }
        }
        Ok(None)
    }
}

//! A document with corrections laid over it, as a file for one reading.

use super::{
    Inbox, InboxError, Job,
    raw::{at, blocking},
};
use crate::{
    scope::FeedScope,
    sources::aside::{Correction, corrections},
};
use futures::FutureExt as _;
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Longest document that can be put right, bytes: it is held in memory.
const MOST: u64 = 256 << 20;

/// A file that goes away when it is dropped.
#[derive(Debug)]
pub(super) struct Patched(PathBuf);

impl Patched {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, "A corrected copy of a document could not be taken away");
        }
    }
}

impl Inbox {
    /// The document as this reading of it has it; none where nothing was put right.
    pub(super) async fn patched(&self, job: &Job) -> Result<Option<Patched>, InboxError> {
        if job.reading == 0 {
            return Ok(None);
        }
        let (document, reading) = (job.document, job.reading);
        let scope = FeedScope::new();
        let read = self.db.read(&scope, move |tx| corrections(tx, document, reading).boxed());
        let corrections = read.await?;
        if corrections.is_empty() {
            return Ok(None);
        }
        if self.raw.size(&job.path).await? > MOST {
            return Err(InboxError::Feed("a document of more than 256 MiB cannot be put right".to_owned()));
        }
        let path = job.path.clone();
        let bytes = blocking(move || fs::read(&path).map_err(at(&path))).await?;
        let bytes = self.put_right(bytes, &corrections);
        let to = job.path.with_added_extension(format!("reading-{reading}.part"));
        blocking(move || {
            let mut file = fs::File::create(&to).map_err(at(&to))?;
            file.write_all(&bytes).map_err(at(&to))?;
            Ok(Some(Patched(to)))
        })
        .await
    }

    /// Lays corrections over a document, one after another. One that finds nothing to replace is passed over: the piece is then
    /// kept aside again, and seen.
    fn put_right(&self, bytes: Vec<u8>, corrections: &[Correction]) -> Vec<u8> {
        let beginning = bytes.get(..super::raw::BEGINNING as usize).unwrap_or(&bytes);
        let Some(feed) = self.feeds.iter().find(|feed| feed.takes(beginning)).cloned() else { return bytes };
        corrections.iter().fold(bytes, |bytes, correction| feed.put_right(&bytes, correction).unwrap_or(bytes))
    }

    /// What stands in a document where a piece was kept aside: the whole of it, as it can be replaced. None where it cannot.
    ///
    /// # Errors
    /// When the document cannot be read.
    pub async fn stands_at(&self, sha256: &[u8], place: &str, raw: &str) -> Result<Option<String>, InboxError> {
        let path = self.raw.path(&super::Sha256Hex::from_bytes(sha256));
        if self.raw.size(&path).await? > MOST {
            return Ok(None);
        }
        let bytes = blocking(move || fs::read(&path).map_err(at(&path))).await?;
        let beginning = bytes.get(..super::raw::BEGINNING as usize).unwrap_or(&bytes);
        let feed = self.feeds.iter().find(|feed| feed.takes(beginning));
        Ok(feed.and_then(|feed| feed.stands_at(&bytes, place, raw)))
    }
}

//! Watches the inbox folder. By looking, not by the system's notices: those do not come from a file share.

use super::{Inbox, InboxError};
use crate::sources::{INBOX, folder_key, is_name};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tokio_util::sync::CancellationToken;

/// How long to wait before what failed is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// Looks every `every`, takes each file whose size and time have stood still for one look, in the order of their names, and
/// goes on until told to stop. A sender who renames a finished `.part` or hidden file into place is never read half-way.
pub async fn watch(inbox: Inbox, folder: PathBuf, every: Duration, stop: CancellationToken) {
    let mut seen = HashMap::new();
    let mut resumed = false;
    // Another folder is not watched by the same inbox.
    let _ = inbox.folder.set(folder.clone());
    loop {
        if !resumed {
            match inbox.resume().await {
                Ok(0) => resumed = true,
                Ok(count) => {
                    resumed = true;
                    tracing::info!(documents = count, "Took up {count} documents that an earlier run left");
                }
                Err(error) => tracing::error!(%error, "What an earlier run left cannot be taken up; trying again"),
            }
        }
        if resumed {
            match look_through(&inbox, &folder, &mut seen).await {
                Ok(failed) => resumed = !failed,
                Err(error) => tracing::error!(%error, "The inbox cannot be read; trying again"),
            }
        }
        let pause = if resumed { every } else { every.max(RETRY) };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

impl Inbox {
    /// Makes the folder of a source within the folder that is watched. Nothing is done where none is.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn make_folder(&self, name: &str) -> Result<(), InboxError> {
        let Some(folder) = self.folder.get().filter(|_| is_name(name)) else { return Ok(()) };
        let path = folder.join(name);
        tokio::fs::create_dir_all(&path).await.map_err(|error| InboxError::File { path, error })
    }
}

type Seen = HashMap<PathBuf, (u64, Option<SystemTime>)>;

/// Looks into the folder, and into the folders within it: each is a source of its own.
async fn look_through(inbox: &Inbox, folder: &Path, seen: &mut Seen) -> Result<bool, InboxError> {
    let at = |error| InboxError::File { path: folder.to_owned(), error };
    let mut folders = vec![(INBOX.to_owned(), folder.to_owned())];
    let mut items = tokio::fs::read_dir(folder).await.map_err(at)?;
    while let Some(item) = items.next_entry().await.map_err(at)? {
        let name = item.file_name().to_string_lossy().into_owned();
        if is_name(&name) && item.file_type().await.is_ok_and(|kind| kind.is_dir()) {
            folders.push((folder_key(&name), item.path()));
        }
    }
    folders.sort();
    let (mut failed, mut now) = (false, Seen::new());
    for (source, folder) in folders {
        failed |= look(inbox, &source, &folder, seen, &mut now).await?;
    }
    *seen = now;
    Ok(failed)
}

/// Whether a file was taken and then could not be read to its end: it waits for the next look at what was left.
async fn look(inbox: &Inbox, source: &str, folder: &Path, seen: &mut Seen, all: &mut Seen) -> Result<bool, InboxError> {
    let at = |error| InboxError::File { path: folder.to_owned(), error };
    let mut files = tokio::fs::read_dir(folder).await.map_err(at)?;
    let mut now = Seen::new();
    while let Some(item) = files.next_entry().await.map_err(at)? {
        let name = item.file_name();
        let name = name.to_string_lossy();
        let unfinished = name.starts_with('.') || [".part", ".tmp", ".filepart"].iter().any(|end| name.ends_with(end));
        // A file can be gone again between the listing and the look.
        let Ok(about) = item.metadata().await else { continue };
        if about.is_file() && !unfinished {
            now.insert(item.path(), (about.len(), about.modified().ok()));
        }
    }
    let mut failed = false;
    let mut ready: Vec<_> =
        now.iter().filter(|(path, about)| seen.get(*path) == Some(about)).map(|(p, _)| p.clone()).collect();
    ready.sort();
    for path in ready {
        now.remove(&path);
        // One file that cannot be taken does not hold up the others.
        if let Err(error) = inbox.take(source, &path).await {
            tracing::error!(file = %path.display(), %error, "A file of the inbox cannot be taken in");
            failed = true;
        }
    }
    all.extend(now);
    Ok(failed)
}

//! The doors that a back office sends through, the same as any other's: a folder that the portal watches, or a webhook.

use anyhow::Context as _;
use guichet_platform::{clock::SharedClock, config::Secret, outbox::Poster};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Where documents go.
#[derive(Clone, Debug)]
pub enum Door {
    /// The inbox folder.
    Folder(PathBuf),
    /// A webhook.
    Hook(Box<Hook>),
}

/// A webhook, signed as Standard Webhooks 1.0 says.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Where to.
    pub address: http::Uri,
    /// What it is signed with.
    pub secret: Secret<String>,
    /// Posts it.
    pub poster: Poster,
    /// Stamps it.
    pub clock: SharedClock,
}

impl Door {
    /// Sends a document. `name` is the same when it is sent again.
    ///
    /// # Errors
    /// When the folder cannot be written, or the portal does not take the webhook.
    pub async fn send(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => drop_file(folder, name, &bytes),
            Self::Hook(hook) => hook
                .poster
                .post(&hook.address, &hook.secret, name, hook.clock.now(), bytes)
                .await
                .map_err(|reason| anyhow::anyhow!("{}: {reason}", hook.address)),
        }
    }
}

/// Puts a finished file into a folder: written under a hidden name, then renamed.
fn drop_file(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let hidden = folder.join(format!(".{name}"));
    let place = folder.join(name);
    let write = || {
        fs::create_dir_all(folder)?;
        let mut file = fs::File::create(&hidden)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&hidden, &place)
    };
    write().with_context(|| format!("{} cannot be written", place.display()))
}

/// What the portal has put into the outbox folder for this back office, oldest name first; each is taken away as it is read.
///
/// # Errors
/// When the folder cannot be read.
pub fn take_letters(folder: &Path) -> anyhow::Result<Vec<serde_json::Value>> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(files) => files.flatten().map(|file| file.path()).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", folder.display())),
    };
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    let mut letters = Vec::new();
    for path in paths {
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        letters.extend(serde_json::from_slice(&text).ok());
        fs::remove_file(&path).with_context(|| format!("{} cannot be taken away", path.display()))?;
    }
    Ok(letters)
}

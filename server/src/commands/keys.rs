//! `guichet keys rotate` and `guichet keys show`.

use super::{compose, say};
use anyhow::Context as _;
use guichet_platform::{config::Config, key_file, random::OsRandom, scope};

/// A new sealing key: put before the old one, everything sealed with it, and the old one taken away. At whatever point it is
/// interrupted, the file opens everything that is in the database, and doing it again ends it.
pub(super) async fn rotate(config: Config) -> anyhow::Result<()> {
    let path = config.sealing_key();
    key_file::rotate(&path, &OsRandom).with_context(|| format!("{} cannot be given a new key", path.display()))?;
    let parts = compose(&config).await?;
    let count = parts.identity.reseal(&scope::operator()).await?;
    parts.db.close().await;
    key_file::keep_newest(&path).with_context(|| format!("the old key cannot be taken out of {}", path.display()))?;
    say(&format!(
        "{count} sealed values are under a new key, which is in {}. Keep a copy of it apart.",
        path.display()
    ));
    say("A portal that runs has the old key still: start it anew now.");
    Ok(())
}

/// What still needs the pepper from before.
pub(super) async fn show(config: Config) -> anyhow::Result<()> {
    let parts = compose(&config).await?;
    let older = parts.identity.older_pepper(&scope::operator()).await?;
    parts.db.close().await;
    say(&format!("Passwords under an older pepper  {}", older.passwords));
    say(&format!("Unused codes under an older one  {}", older.codes));
    Ok(())
}

//! Configuration: one documented struct for each section, read once from a file and the environment.
//!
//! What is written where: the structs (`sections`) say what the program gets, the table of keys (`keys`) says what may be
//! written and is the source of the reference file, and `read` brings the two together. Everything wrong is told at once,
//! with its place, so that a start fails once and not once for each mistake. Secrets come only from files.

mod checks;
mod keys;
mod origin;
mod read;
mod reference;
mod secret;
mod sections;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use std::{
    fmt,
    path::{Path, PathBuf},
};

pub use origin::Origin;
pub use secret::Secret;
pub use sections::{
    Audit, Data, Database, Hooks, Institution, Live, Log, LogFormat, Mail, MailSecurity, MailTransport, Outbox,
    Password, Retention, Secrets, Server, Session, Uploads,
};

/// Everything that an operator can set. Every value has been checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who runs the portal.
    pub institution: Institution,
    /// Where and how it answers.
    pub server: Server,
    /// Where its records are.
    pub database: Database,
    /// Files and the back office's inbox.
    pub data: Data,
    /// What the back office sends by webhook.
    pub hooks: Hooks,
    /// Files that customers send.
    pub uploads: Uploads,
    /// Where what customers do goes to.
    pub outbox: Outbox,
    /// Letters to customers.
    pub mail: Mail,
    /// How long a customer stays signed in.
    pub session: Session,
    /// What a password hash costs.
    pub password: Password,
    /// The audit log.
    pub audit: Audit,
    /// What is logged.
    pub log: Log,
    /// Live streams.
    pub live: Live,
    /// How long what is kept of customers stays.
    pub retention: Retention,
    /// What the `…_file` keys lead to.
    #[serde(skip)]
    pub secrets: Secrets,
}

impl Config {
    /// Reads the file, where there is one, and then the environment, which wins: `GUICHET_SERVER__LISTEN` sets
    /// `server.listen`, and lists are separated by commas. Variables without `__` are somebody else's and ignored.
    ///
    /// # Errors
    /// Everything that is wrong: the file cannot be read or is not TOML; keys that do not exist; values that are not
    /// allowed; secrets that are not where they should be.
    pub fn load(path: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        read::load(path, env)
    }

    /// The file with the key that seals what must be read again.
    #[must_use]
    pub fn sealing_key(&self) -> PathBuf {
        self.session.key_file.clone().unwrap_or_else(|| self.data.dir.join("sealing.key"))
    }

    /// The file with the key of the audit log.
    #[must_use]
    pub fn audit_key(&self) -> PathBuf {
        self.audit.key_file.clone().unwrap_or_else(|| self.data.dir.join("audit.key"))
    }

    /// The file of the audit log's signed heads.
    #[must_use]
    pub fn audit_heads(&self) -> PathBuf {
        self.audit.heads_file.clone().unwrap_or_else(|| self.data.dir.join("audit-heads"))
    }

    /// A `guichet.toml` with every key, what it means, what it may be and its default, all commented out.
    #[must_use]
    pub fn reference() -> String {
        reference::render()
    }
}

impl Default for Config {
    /// As without a file and without an environment.
    #[expect(clippy::expect_used, reason = "the defaults are constants, and a test loads them")]
    fn default() -> Self {
        Self::load(None, std::iter::empty()).expect("the defaults hold")
    }
}

/// What is wrong with the configuration: one sentence for each problem, with its place. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The sentences, in the order of the file, then of the environment.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

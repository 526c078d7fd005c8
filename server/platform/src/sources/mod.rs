//! Sources: where documents come from, and what is known of each. How fresh they are, what could not be read, what was done
//! about it.
//!
//! A source is known by its key: `inbox` for the folder, `folder:NAME` for a folder within it, `hook:NAME` for a webhook,
//! `command` for the command line. Its row is made by the first document that comes from it, or by an operator. What an
//! operator says of it is [`SourceSettings`]; everything else is noted with the documents, in their own transactions.

pub mod aside;
pub mod counts;
pub mod documents;
pub mod freshness;
pub mod health;
pub mod mapping;
mod measure;
pub mod secret;
mod settings;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;

use crate::{
    scope::{FeedScope, Grant},
    staff::can,
};

pub use health::{Facts, Health};
pub use measure::measure;
pub use settings::{Carries, Source, SourceSettings, add, find, list, save};

/// The back office's own hand, for somebody of the institution who has the right to see to sources.
#[must_use]
pub const fn hand(_: &Grant<can::Sources>) -> FeedScope {
    FeedScope::new()
}

/// The source of the inbox folder itself.
pub const INBOX: &str = "inbox";

/// The key of a folder within the inbox.
#[must_use]
pub fn folder_key(name: &str) -> String {
    format!("folder:{name}")
}

/// The key of a webhook.
#[must_use]
pub fn hook_key(name: &str) -> String {
    format!("hook:{name}")
}

/// Whether a folder or a webhook may have this name: it stands in addresses and paths.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
}

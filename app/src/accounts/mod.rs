//! Accounts: what a customer holds, the statement of each, and every entry behind it.
//!
//! Screens: the list, the statement with its chart, filters and downloads, an entry in detail. Events: `accounts.entry` for
//! an entry told ahead of its statement, `accounts.statement` for a statement. The bank's closing balance is the anchor:
//! running balances hang on it, and what a bank tells within the day is counted on top until its statement has it.

#[cfg(feature = "ssr")]
pub mod download;
#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod glimpse;
#[cfg(feature = "ssr")]
pub mod live;
#[cfg(feature = "ssr")]
pub mod nature;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod statement;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(all(test, feature = "ssr"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;

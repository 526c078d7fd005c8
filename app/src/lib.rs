//! Everything a domain is, one folder per domain: what its screens show, its islands, its actions, its pages, its store and
//! its feed.
//!
//! Data flows one way: a back office's document is read by a domain's `feed`, which writes rows and events in one
//! transaction; `store` reads rows for a scope; `pages` turns them into HTML on the server; `islands` are the only code that
//! runs in a browser. Without the `ssr` feature only islands, models and the stubs of actions are left.

pub mod accounts;
pub mod auth;
pub mod live;

#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod overview;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod ui;
#[cfg(feature = "ssr")]
pub mod web;
#[cfg(feature = "ssr")]
pub mod words;

/// The domains, by the names of their folders. A test holds them to a stylesheet and texts of their own.
pub const DOMAINS: [&str; 5] = ["accounts", "auth", "home", "overview", "people"];

//! Portfolio: what a customer holds in securities, what it is worth now, and how it has done.
//!
//! Screens: the portfolio with its value, chart, parts and positions; a holding with its price, its transactions and where each
//! figure came from; an instrument; the watch list. Events: `portfolio.changed` when a custodian says something new. Prices are
//! no events: they come as the latest of each, at most four times a second.
//!
//! The way of a figure: `feed` takes what comes past the guard, `ledger` says what was held on a day, `days` what it was worth,
//! `book` what it is worth now.

#[cfg(feature = "ssr")]
pub mod book;
#[cfg(feature = "ssr")]
pub mod days;
#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod ledger;
#[cfg(feature = "ssr")]
pub mod live;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod prices;
#[cfg(feature = "ssr")]
pub mod quotes;
#[cfg(feature = "ssr")]
pub mod sheet;
#[cfg(feature = "ssr")]
pub mod spoken;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(all(test, feature = "ssr"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
#[cfg(feature = "ssr")]
pub mod ticker;

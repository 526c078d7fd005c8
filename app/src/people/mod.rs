//! The people behind the accounts: who is a customer, and what they hold.
//!
//! No screens of its own yet. Comes from the back office as a plain JSON document, by the same doors as everything else.

pub mod feed;

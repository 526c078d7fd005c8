//! Infrastructure without a word of Leptos or of a domain.
//!
//! What a domain needs to be safe without thinking of it: a database that only answers to a scope, transactions that are
//! never cancelled half-way, time and randomness as parameters, sessions, the live bus, the inbox that takes in what the
//! back office sends, the outbox that forwards what customers do, letters by e-mail, and the institution's own people.

pub mod alarm;
pub mod audit;
pub mod backup;
pub mod clock;
pub mod config;
pub mod db;
pub mod files;
pub mod identity;
pub mod inbox;
pub mod key_file;
pub mod live;
pub mod mail;
pub mod operations;
pub mod outbox;
pub mod owner;
pub mod password;
pub mod privacy;
pub mod random;
pub mod scanner;
pub mod scope;
pub mod serve;
pub mod session;
pub mod sources;
pub mod staff;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod webhook;

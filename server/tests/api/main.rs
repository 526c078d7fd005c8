//! The portal as a whole, in one process: the real router over a real database, asked as a browser asks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod asvs;
mod audit;
mod auth;
mod backup;
mod campaign;
mod canary;
mod claims;
mod fields;
mod framing;
mod harvest;
mod hooks;
mod killed;
mod live;
mod mail;
mod matrix;
mod owner;
mod pages;
mod parcels;
mod portal;
mod portfolio;
mod privacy;
mod source_pages;
mod sources;
mod staff;
mod sweep;
mod watch;

//! Campaigns against the isolation of customers. Each has a short form, which runs with every other test, and a full one by
//! `make campaign`, whose figures stand in `docs/security-evidence.md`.
//!
//! The oracle is the same in all of them: every personal field of a customer holds a word that stands nowhere else. Whatever
//! comes back is searched for such words, and one that is not the asker's is a leak.

mod cached;
mod cross;
mod crowd;
mod cut_off;
pub mod same_instant;
mod times;

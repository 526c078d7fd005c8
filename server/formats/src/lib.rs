//! Bytes in, canonical records out.
//!
//! Pure: no file, no clock, no database. Each reader is tolerant of what real senders write and strict about money: nothing
//! without a readable amount, direction, currency and account is ever handed on as an entry.

pub mod record;

//! What the database says of accounts, always to somebody: every function takes the scope, and every query goes through the
//! holder row that gives the right.

mod account;
mod days;
mod detail;
mod entry;
mod filter;

use guichet_types::Date;

pub use account::{Account, AccountKind, find_account, find_account_live, find_owner, list_accounts};
pub use days::{Closing, DayNet, list_anchors, sum_above};
pub use detail::{EntryDetail, FullEntry, find_entry, list_ascending};
pub use entry::{Cursor, Entry, list_booked, list_pending};
pub use filter::{Filter, Only, fold};

/// Days are stored as 64 bits and made of 32.
fn day(days: i64) -> Date {
    Date::from_days(i32::try_from(days).unwrap_or(0))
}

//! The database as a whole, for backups: which tables there are, every row of one, and an empty database filled anew.
//!
//! Nothing here knows a table by name but for the few that a migration puts rows into, so that a new table is in the next
//! backup without anybody's doing. The SQL is made of the names in the database's own catalogue, quoted.

mod catalogue;
mod load;
mod read;

pub(crate) use catalogue::{Table, tables};
pub(crate) use load::{clear, insert, not_empty, open_up, shut};
pub(crate) use read::{Cell, count, rows};

/// A name as SQL takes it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

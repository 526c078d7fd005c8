//! What can be made of a record before the database is asked: on the reader's own thread, beside the writing.

use super::rows::{EntryRow, days};
use guichet_formats::record::{Entry, Quarantined, Record};
use guichet_types::{Currency, Decimal, Money};

/// A record on its way to the database.
#[derive(Debug)]
pub(super) enum Step {
    /// An entry with everything that does not depend on its statement.
    Entry(Prepared),
    /// Anything else, as it was read.
    Record(Box<Record>),
}

/// An entry, nearly a row.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Its place in the statement.
    pub ordinal: i64,
    /// The day that it is listed under, where it has one of its own.
    pub day: Option<i64>,
    /// The row, or why there can be none.
    pub row: Result<Box<EntryRow>, Quarantined>,
    /// What it is worth as the file has it, for whoever keeps it aside.
    pub amount: (Decimal, Currency),
}

impl From<Record> for Step {
    fn from(record: Record) -> Self {
        match record {
            Record::Entry(entry) => Self::Entry(Prepared::new(entry)),
            record => Self::Record(Box::new(record)),
        }
    }
}

impl Prepared {
    fn new(entry: Entry) -> Self {
        let ordinal = i64::from(entry.ordinal);
        let day = entry.booking_date.or(entry.value_date).map(days);
        let amount = (entry.amount, entry.currency);
        let row = match Money::from_decimal(entry.amount, entry.currency) {
            Ok(money) => Ok(Box::new(EntryRow::new(entry, money.minor, day.unwrap_or(0)))),
            Err(error) => Err(Quarantined { place: entry.place, reason: error.to_string(), raw: raw(amount) }),
        };
        Self { ordinal, day, row, amount }
    }
}

/// An amount as it is kept aside. Made only then: nearly every entry is booked.
pub(super) fn raw((amount, currency): (Decimal, Currency)) -> String {
    format!("{amount} {currency}")
}

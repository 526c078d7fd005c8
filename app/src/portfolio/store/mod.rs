//! What the database says of portfolios. What is somebody's takes the scope and goes through the holder row that gives the
//! right; instruments and their prices are nobody's, and are read by whoever is signed in.

mod instrument;
mod portfolio;
mod quote;
mod transaction;
mod watch;

use guichet_platform::db::DbError;
use guichet_types::{Currency, Date, Decimal};

pub use instrument::{
    Instrument, InstrumentRow, find_instrument, list_daily, list_rates, list_splits, search_instruments,
};
pub use portfolio::{
    HoldingRow, Portfolio, find_portfolio, list_cash, list_days, list_holdings, list_portfolios, snapshot_origin,
};
pub use quote::{Latest, QuoteRow, Refused, latest_of, latest_since};
pub use transaction::{Transaction, list_transactions};
pub use watch::{list_watched, unwatch, watch};

/// Days are stored as 64 bits and made of 32.
pub(super) fn day(days: i64) -> Date {
    Date::from_days(i32::try_from(days).unwrap_or(0))
}

/// A decimal, as the database has it.
pub(super) fn decimal(text: &str, what: &'static str) -> Result<Decimal, DbError> {
    text.parse().map_err(|_| DbError::Value(what))
}

/// A decimal that may be missing.
pub(super) fn optional(text: Option<&str>, what: &'static str) -> Result<Option<Decimal>, DbError> {
    text.map(|text| decimal(text, what)).transpose()
}

/// A currency, as the database has it.
pub(super) fn currency(text: &str, what: &'static str) -> Result<Currency, DbError> {
    text.parse().map_err(|_| DbError::Value(what))
}

//! Prices and rates of exchange.

use guichet_types::{Currency, Date, Decimal, Isin, Mic, PriceUnit, Timestamp};
use serde::Serialize;

/// What a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum QuoteKind {
    Last,
    Close,
    Bid,
    Ask,
    Nav,
}

/// A price at an instant. Key: instrument or listing, source, kind, `at`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// The instrument, where the source knows it.
    pub isin: Option<Isin>,
    /// The market.
    pub mic: Option<Mic>,
    /// The source's own name of it.
    pub symbol: Option<String>,
    /// The main currency: `GBP` where pence are quoted.
    pub currency: Option<Currency>,
    /// By what the price is divided to get the currency.
    pub minor_unit_divisor: u32,
    /// Money for a unit, or percent.
    pub unit: PriceUnit,
    /// As quoted, above nought.
    pub price: Decimal,
    /// What it is.
    pub kind: QuoteKind,
    /// When it was made.
    pub at: Timestamp,
    /// How late it is by rule.
    pub delay_seconds: u32,
    /// Who says so.
    pub source: Option<String>,
    /// Where it stands in the file.
    pub place: String,
}

/// The prices of one day. Key: symbol and date.
#[derive(Clone, Debug, PartialEq)]
pub struct Daily {
    /// The source's name of the instrument; a plain history has none.
    pub symbol: Option<String>,
    /// The main currency, where the file says it.
    pub currency: Option<Currency>,
    /// By what prices are divided to get the currency.
    pub minor_unit_divisor: u32,
    /// The day at the market.
    pub date: Date,
    /// The instant that the file gives, where it gives one.
    pub at: Option<Timestamp>,
    /// First price.
    pub open: Option<Decimal>,
    /// Highest.
    pub high: Option<Decimal>,
    /// Lowest.
    pub low: Option<Decimal>,
    /// Last price, above nought. Days without one are not handed on.
    pub close: Decimal,
    /// Last price, adjusted for dividends and splits by the source.
    pub adj_close: Option<Decimal>,
    /// How many changed hands.
    pub volume: Option<Decimal>,
    /// Paid for one unit on this day.
    pub dividend: Option<Decimal>,
    /// New ones for one old one on this day.
    pub split: Option<Decimal>,
    /// Where it stands in the file.
    pub place: String,
}

/// A rate of exchange: `units` of `base` are `rate` of `quote`. Key: base, quote, `as_of`, source.
#[derive(Clone, Debug, PartialEq)]
pub struct FxRate {
    /// What one has.
    pub base: Currency,
    /// What one gets.
    pub quote: Currency,
    /// How many of `base` the rate is for: 1, or 100.
    pub units: Decimal,
    /// Above nought.
    pub rate: Decimal,
    /// The day it is of.
    pub as_of: Date,
    /// `ECB`, `CNB`.
    pub source: &'static str,
    /// Where it stands in the file.
    pub place: String,
}

//! The canonical records of instruments, holdings and prices, whatever format they came in (data standards, section 4.4).
//!
//! Amounts, prices and quantities are exact decimals as the file wrote them. An instrument is named by the key that the file
//! names it by ([`Instrument::key`]): an ISIN where there is one, else the sender's own number.

use crate::record as bank;
use guichet_types::{Currency, Date, Decimal, Isin, Mic, PriceUnit};
use serde::Serialize;

mod holdings;
mod prices;

pub use holdings::{Cash, Portfolio, Position, Transaction, TransactionKind};
pub use prices::{Daily, FxRate, Quote, QuoteKind};

pub use crate::record::{CheckKind, Finding, Quarantined, Severity};

/// One step of a document, in document order.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A bank or card statement out of OFX: its document, statement, entries and end.
    Bank(bank::Record),
    /// An instrument is described.
    Instrument(Instrument),
    /// A securities account begins; positions, transactions and cash behind it are its own.
    Portfolio(Portfolio),
    /// What is held.
    Position(Position),
    /// What was done.
    Transaction(Transaction),
    /// Money on a securities account.
    Cash(Cash),
    /// A price at an instant.
    Quote(Quote),
    /// The prices of a day.
    Daily(Daily),
    /// A rate of exchange.
    Rate(FxRate),
    /// Something that does not add up, or is not as the standard says; the rest goes on.
    Finding(Finding),
    /// A piece that cannot be used; the rest goes on.
    Quarantined(Quarantined),
}

impl Record {
    /// The record as the bank formats have it, for a taker of bank statements; none for what is not of a bank statement.
    #[must_use]
    pub fn into_bank(self) -> Option<bank::Record> {
        match self {
            Self::Bank(record) => Some(record),
            Self::Finding(finding) => Some(bank::Record::Finding(finding)),
            Self::Quarantined(piece) => Some(bank::Record::Quarantined(piece)),
            _ => None,
        }
    }
}

/// What kind of instrument it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AssetClass {
    Equity,
    Fund,
    Etf,
    Bond,
    Option,
    Certificate,
    Commodity,
    Cash,
    #[default]
    Other,
}

impl AssetClass {
    /// The word that our own forms write.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equity => "equity",
            Self::Fund => "fund",
            Self::Etf => "etf",
            Self::Bond => "bond",
            Self::Option => "option",
            Self::Certificate => "certificate",
            Self::Commodity => "commodity",
            Self::Cash => "cash",
            Self::Other => "other",
        }
    }

    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Equity,
        Self::Fund,
        Self::Etf,
        Self::Bond,
        Self::Option,
        Self::Certificate,
        Self::Commodity,
        Self::Cash,
        Self::Other,
    ];
}

/// An instrument. OFX: `SECINFO` and what surrounds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// What positions and transactions of the file call it.
    pub key: String,
    /// Its ISIN, checked.
    pub isin: Option<Isin>,
    /// Its other numbers, scheme and value: `CUSIP`, `WKN`, `SEDOL`, `FIGI`, or the sender's own.
    pub ids: Vec<(String, String)>,
    /// Its name.
    pub name: String,
    /// What the market calls it.
    pub ticker: Option<String>,
    /// Where it is listed first.
    pub mic: Option<Mic>,
    /// What it is.
    pub class: AssetClass,
    /// What it is priced in; none where the file does not say.
    pub currency: Option<Currency>,
    /// Country of the issuer, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Region, in the sender's words.
    pub region: Option<String>,
    /// Issuer's name.
    pub issuer: Option<String>,
    /// Issuer's LEI.
    pub issuer_lei: Option<String>,
    /// Money for a unit, or percent of the face amount.
    pub price_unit: PriceUnit,
    /// By what quantity × price is multiplied: 1, or the contract size of an option.
    pub price_factor: Decimal,
    /// By what a price is divided to get the currency: 1, or 100 where pence are quoted.
    pub minor_unit_divisor: u32,
    /// When a bond is paid back.
    pub maturity: Option<Date>,
    /// Yearly interest of a bond, percent.
    pub coupon: Option<Decimal>,
    /// Where it stands in the file.
    pub place: String,
}

//! The canonical records of instruments, holdings and prices, whatever format they came in (data standards, section 4.4).
//!
//! Amounts, prices and quantities are exact decimals as the file wrote them. An instrument is named by the key that the file
//! names it by ([`Instrument::key`]): an ISIN where there is one, else the sender's own number.

use crate::record as bank;
use guichet_types::{Currency, Date, Decimal, Isin, Mic, PriceUnit, Quantity, Timestamp};
use serde::Serialize;

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

/// A securities account.
#[derive(Clone, Debug, PartialEq)]
pub struct Portfolio {
    /// Its number; OFX: `BROKERID/ACCTID`.
    pub account: String,
    /// The number as the file has it, where `account` is not that very text.
    pub stated: Option<String>,
    /// What it is valued in.
    pub currency: Currency,
    /// Numbers of the customers who hold it; OFX has none.
    pub holders: Vec<String>,
    /// What it is called.
    pub name: Option<String>,
    /// The day that its positions are of.
    pub as_of: Option<Date>,
    /// First day of its transactions.
    pub from: Option<Date>,
    /// Last day of its transactions.
    pub to: Option<Date>,
    /// Where it stands in the file.
    pub place: String,
}

/// A holding. Key: account, instrument, `as_of`, `sub_account`.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// [`Portfolio::account`].
    pub account: String,
    /// [`Instrument::key`].
    pub instrument: String,
    /// Units, or face amount where it is quoted in percent.
    pub quantity: Quantity,
    /// The day it is of.
    pub as_of: Option<Date>,
    /// `CASH`, `MARGIN`, `SHORT`, …: one instrument may be held in several.
    pub sub_account: Option<String>,
    /// Price as quoted.
    pub price: Option<Decimal>,
    /// Its main currency.
    pub price_currency: Currency,
    /// By what the price is divided to get the currency, where the position says so itself (`GBp`).
    pub price_minor_divisor: u32,
    /// Its day.
    pub price_as_of: Option<Date>,
    /// Worth, as the sender says.
    pub market_value: Option<Decimal>,
    /// The currency of worth.
    pub value_currency: Currency,
    /// What was paid for it, all of it.
    pub cost: Option<Decimal>,
    /// The currency of the cost.
    pub cost_currency: Currency,
    /// Interest that has built up.
    pub accrued_interest: Option<Decimal>,
    /// How many of it cannot be sold now.
    pub blocked: Option<Quantity>,
    /// Where it stands in the file.
    pub place: String,
}

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum TransactionKind {
    Buy,
    Sell,
    Dividend,
    Interest,
    Reinvest,
    Split,
    Fee,
    Tax,
    TransferIn,
    TransferOut,
    Deposit,
    Withdrawal,
    CorporateAction,
}

impl TransactionKind {
    /// The word that our own forms write.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
            Self::Dividend => "dividend",
            Self::Interest => "interest",
            Self::Reinvest => "reinvest",
            Self::Split => "split",
            Self::Fee => "fee",
            Self::Tax => "tax",
            Self::TransferIn => "transfer_in",
            Self::TransferOut => "transfer_out",
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::CorporateAction => "corporate_action",
        }
    }

    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Buy,
        Self::Sell,
        Self::Dividend,
        Self::Interest,
        Self::Reinvest,
        Self::Split,
        Self::Fee,
        Self::Tax,
        Self::TransferIn,
        Self::TransferOut,
        Self::Deposit,
        Self::Withdrawal,
        Self::CorporateAction,
    ];
}

/// A transaction. Key: account and `reference`.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// [`Portfolio::account`].
    pub account: String,
    /// The sender's number of it, unique in the account; OFX: `FITID`.
    pub reference: String,
    /// What it does.
    pub kind: TransactionKind,
    /// What the file calls it: `BUYSTOCK`.
    pub stated_kind: String,
    /// [`Instrument::key`]; none for cash.
    pub instrument: Option<String>,
    /// The day of the trade.
    pub trade_date: Date,
    /// The day of settlement.
    pub settle_date: Option<Date>,
    /// Signed: bought and received above nought, sold and delivered below.
    pub quantity: Option<Quantity>,
    /// Price as quoted.
    pub price: Option<Decimal>,
    /// Before fees and taxes, not below nought.
    pub gross: Option<Decimal>,
    /// Not below nought; a rebate is below.
    pub fees: Decimal,
    /// Not below nought; a refund is below.
    pub taxes: Decimal,
    /// What the money account sees, signed: paid is below nought.
    pub net: Option<Decimal>,
    /// Of the amounts.
    pub currency: Currency,
    /// A split: so many new ones for so many old ones.
    pub ratio: Option<(Decimal, Decimal)>,
    /// The sender's words.
    pub text: Option<String>,
    /// Where it stands in the file.
    pub place: String,
}

/// Money on a securities account. OFX: `AVAILCASH`, `MARGINBALANCE`, `SHORTBALANCE` and `BALLIST`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cash {
    /// [`Portfolio::account`].
    pub account: String,
    /// What it is called.
    pub name: String,
    /// Signed.
    pub amount: Decimal,
    /// Its currency; none where the figure is a number or a percentage.
    pub currency: Option<Currency>,
    /// Its day.
    pub as_of: Option<Date>,
    /// Where it stands in the file.
    pub place: String,
}

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

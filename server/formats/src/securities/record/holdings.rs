//! Securities accounts: what is held, what was done, and the money beside it.

use guichet_types::{Currency, Date, Decimal, Quantity};
use serde::Serialize;

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
    /// [`super::Instrument::key`].
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
    /// [`super::Instrument::key`]; none for cash.
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

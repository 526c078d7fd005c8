//! Our own plain form for instruments, positions and transactions, which a custodian's integrator can write in an hour:
//! one JSON, or three CSV files with the same names. `docs/formats-portfolio.md` is its description, and a test reads the
//! examples there.

mod checks;
mod convert;
mod csv;
mod json;

pub(super) use convert::price_unit;
pub(super) use csv::{is_csv, read as read_csv};
pub(super) use json::{is_json, read as read_json};

use super::{
    Out, PortfolioFigures,
    fields::Fields,
    record::{CheckKind, Instrument, Portfolio, Position, Record, Severity, Transaction},
};
use crate::{Refusal, out::Told};
use guichet_types::{Currency, Decimal, PriceUnit};
use std::collections::HashMap;

/// Names of an instrument.
const INSTRUMENT: [&str; 19] = [
    "id",
    "isin",
    "wkn",
    "cusip",
    "sedol",
    "figi",
    "name",
    "ticker",
    "mic",
    "class",
    "currency",
    "country",
    "region",
    "issuer",
    "issuer_lei",
    "price_unit",
    "price_factor",
    "maturity",
    "coupon",
];
/// Names of a position.
const POSITION: [&str; 13] = [
    "instrument",
    "quantity",
    "as_of",
    "sub_account",
    "price",
    "price_currency",
    "price_as_of",
    "market_value",
    "value_currency",
    "cost",
    "cost_currency",
    "accrued_interest",
    "blocked",
];
/// Names of a transaction.
const TRANSACTION: [&str; 15] = [
    "reference",
    "type",
    "instrument",
    "trade_date",
    "settle_date",
    "quantity",
    "price",
    "price_currency",
    "gross",
    "fees",
    "taxes",
    "net",
    "currency",
    "ratio",
    "text",
];
/// Names of an account, which stand in each row of a CSV.
const ACCOUNT: [&str; 4] = ["account", "account_currency", "holders", "account_name"];

/// What is known of an instrument of the file, for valuing.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// What it is priced in, and how many of the quoted unit make one of it.
    currency: Option<Currency>,
    minor: u32,
    /// 100 where prices are in percent, else 1.
    percent: u32,
    /// By what quantity × price is multiplied.
    factor: Decimal,
}

/// What is known of a file while it is read.
struct State<'o, 'a> {
    out: &'o mut Out<'a>,
    figures: PortfolioFigures,
    known: HashMap<String, Known>,
    /// Positions and transactions by their keys, with what they say.
    seen: HashMap<String, String>,
}

impl<'o, 'a> State<'o, 'a> {
    fn new(kind: &'static str, out: &'o mut Out<'a>) -> Self {
        let figures = PortfolioFigures { kind, ..PortfolioFigures::default() };
        Self { out, figures, known: HashMap::new(), seen: HashMap::new() }
    }

    fn find(&mut self, check: CheckKind, severity: Severity, told: Told) -> Result<(), Refusal> {
        self.out.tell(check, severity, told)
    }

    fn keep_aside(&mut self, what: &str, reason: &str, fields: &Fields<'_>, place: &str) -> Result<(), Refusal> {
        self.out.quarantine(place, format!("The {what} cannot be used: {reason}."), fields.raw())
    }

    fn tell_unknown(&mut self, fields: &Fields<'_>, known: &[&str], place: &str) -> Result<(), Refusal> {
        for name in fields.unknown(known) {
            let told = Told::new(place, "The form has no such field; it is not read.").actual(name);
            self.find(CheckKind::SchemaDeviation, Severity::Warn, told)?;
        }
        Ok(())
    }

    /// Whether a key was there before: with the same words it is told, with others the new one is kept aside.
    fn is_repeated(&mut self, what: &str, key: String, fields: &Fields<'_>, place: &str) -> Result<bool, Refusal> {
        let raw = fields.raw();
        match self.seen.get(&key) {
            None => {
                self.seen.insert(key, raw);
                Ok(false)
            }
            Some(earlier) if *earlier == raw => {
                let told = Told::new(place, format!("The {what} is there more than once.")).actual(key);
                self.find(CheckKind::DuplicateEntry, Severity::Info, told)?;
                Ok(true)
            }
            Some(_) => {
                self.keep_aside(what, "it is there before and says something else", fields, place)?;
                Ok(true)
            }
        }
    }

    fn instrument(&mut self, fields: &Fields<'_>, place: &str) -> Result<(), Refusal> {
        self.tell_unknown(fields, &INSTRUMENT, place)?;
        let instrument: Instrument = match convert::instrument(fields, place) {
            Ok(instrument) => instrument,
            Err(reason) => return self.keep_aside("instrument", &reason, fields, place),
        };
        if self.is_repeated("instrument", format!("instrument {}", instrument.key), fields, place)? {
            return Ok(());
        }
        checks::instrument(&instrument, self)?;
        let known = Known {
            currency: instrument.currency,
            minor: instrument.minor_unit_divisor,
            percent: if instrument.price_unit == PriceUnit::Percent { 100 } else { 1 },
            factor: instrument.price_factor,
        };
        self.known.insert(instrument.key.clone(), known);
        if let Some(isin) = instrument.isin {
            self.known.insert(isin.to_string(), known);
        }
        self.figures.instrument_count += 1;
        self.out.put(Record::Instrument(instrument))
    }

    fn portfolio(&mut self, portfolio: Portfolio) -> Result<(), Refusal> {
        self.figures.portfolio_count += 1;
        self.figures.accounts.insert(portfolio.account.clone());
        self.out.put(Record::Portfolio(portfolio))
    }

    fn position(&mut self, fields: &Fields<'_>, of: &Portfolio, place: &str) -> Result<(), Refusal> {
        let position: Position = match convert::position(fields, of, &self.known, place) {
            Ok(position) => position,
            Err(reason) => return self.keep_aside("position", &reason, fields, place),
        };
        let key = format!(
            "position {} {} {:?} {:?}",
            position.account, position.instrument, position.as_of, position.sub_account
        );
        if self.is_repeated("position", key, fields, place)? {
            return Ok(());
        }
        checks::position(&position, fields, self)?;
        self.figures.position_count += 1;
        if let Some(value) = position.market_value {
            let sum = self.figures.value_by_ccy.entry(position.value_currency.to_string()).or_default();
            *sum = sum.checked_add(value).unwrap_or(*sum);
        }
        self.out.put(Record::Position(position))
    }

    fn transaction(&mut self, fields: &Fields<'_>, of: &Portfolio, place: &str) -> Result<(), Refusal> {
        let transaction: Transaction = match convert::transaction(fields, of, place) {
            Ok(transaction) => transaction,
            Err(reason) => return self.keep_aside("transaction", &reason, fields, place),
        };
        let key = format!("transaction {} {}", transaction.account, transaction.reference);
        if self.is_repeated("transaction", key, fields, place)? {
            return Ok(());
        }
        checks::transaction(&transaction, fields, self)?;
        self.figures.transaction_count += 1;
        self.out.put(Record::Transaction(transaction))
    }
}

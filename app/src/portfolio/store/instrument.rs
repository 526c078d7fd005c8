//! Instruments, their prices day by day, and rates of exchange.

use super::{
    super::{
        ledger::{DIGITS, InstrumentId},
        prices::{Prices, Rates},
    },
    currency, day, decimal, optional,
};
use guichet_formats::securities::record::AssetClass;
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::Scope,
};
use guichet_types::{Currency, Date, Decimal, Price, PriceUnit};
use std::collections::BTreeSet;

/// An instrument.
#[derive(Clone, Debug)]
pub struct Instrument {
    /// Its public id.
    pub id: InstrumentId,
    /// Its ISIN, or the sender's own number.
    pub key: String,
    /// Has it an ISIN?
    pub is_isin: bool,
    /// Its name.
    pub name: String,
    /// What its market calls it.
    pub ticker: Option<String>,
    /// Its first market.
    pub mic: Option<String>,
    /// What it is.
    pub class: AssetClass,
    /// What it is priced in.
    pub currency: Option<Currency>,
    /// Country of the issuer.
    pub country: Option<String>,
    /// Region, in the custodian's words.
    pub region: Option<String>,
    /// Issuer.
    pub issuer: Option<String>,
    /// Money for a unit, or percent of the face amount.
    pub unit: PriceUnit,
    /// By what quantity × price is multiplied.
    pub factor: Decimal,
    /// When a bond is paid back.
    pub maturity: Option<Date>,
    /// Yearly interest of a bond, percent.
    pub coupon: Option<Decimal>,
}

/// A row of `instrument`.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct InstrumentRow {
    pub id: Vec<u8>,
    pub key: String,
    pub isin: Option<String>,
    pub name: String,
    pub ticker: Option<String>,
    pub mic: Option<String>,
    pub class: String,
    pub currency: Option<String>,
    pub country: Option<String>,
    pub region: Option<String>,
    pub issuer: Option<String>,
    pub price_unit: String,
    pub price_factor: String,
    pub maturity_day: Option<i64>,
    pub coupon: Option<String>,
}

impl TryFrom<InstrumentRow> for Instrument {
    type Error = DbError;
    fn try_from(row: InstrumentRow) -> Result<Self, DbError> {
        let class = AssetClass::ALL.into_iter().find(|class| class.as_str() == row.class).unwrap_or_default();
        Ok(Self {
            id: row.id.try_into().map_err(|_| DbError::Value("instrument.id"))?,
            key: row.key,
            is_isin: row.isin.is_some(),
            name: row.name,
            ticker: row.ticker,
            mic: row.mic,
            class,
            currency: row.currency.as_deref().map(|text| currency(text, "instrument.currency")).transpose()?,
            country: row.country,
            region: row.region,
            issuer: row.issuer,
            unit: price_unit(&row.price_unit),
            factor: decimal(&row.price_factor, "instrument.price_factor")?,
            maturity: row.maturity_day.map(day),
            coupon: optional(row.coupon.as_deref(), "instrument.coupon")?,
        })
    }
}

/// From the database's word.
pub(super) fn price_unit(word: &str) -> PriceUnit {
    if word == "percent" { PriceUnit::Percent } else { PriceUnit::Currency }
}

/// One instrument.
///
/// # Errors
/// What the database says.
pub async fn find_instrument(
    tx: &mut Tx,
    _scope: &impl Scope,
    id: InstrumentId,
) -> Result<Option<Instrument>, DbError> {
    const FIND: &str = "select i.id, i.key, i.isin, i.name, i.ticker, i.mic, i.class, i.currency, i.country, i.region,
        i.issuer, i.price_unit, i.price_factor, i.maturity_day, i.coupon from instrument i where i.id = $1";
    let row: Option<InstrumentRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Instrument::try_from).transpose()
}

/// Instruments with an ISIN whose name, ticker or ISIN has the words in it; those that are described alone. What a custodian
/// made for one customer has no ISIN and is not found by others.
///
/// # Errors
/// What the database says.
pub async fn search_instruments(tx: &mut Tx, _scope: &impl Scope, words: &str) -> Result<Vec<Instrument>, DbError> {
    const FIND: &str = "select i.id, i.key, i.isin, i.name, i.ticker, i.mic, i.class, i.currency, i.country, i.region,
          i.issuer, i.price_unit, i.price_factor, i.maturity_day, i.coupon from instrument i
        where i.isin is not null and i.described_at is not null
          and (lower(i.name) like $1 escape '\\' or i.isin = $2 or upper(i.ticker) = $2)
        order by i.name, i.isin limit 20";
    let mut pattern = String::from("%");
    for letter in words.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    let exact = words.trim().to_uppercase();
    let rows: Vec<InstrumentRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(pattern).bind(exact).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Instrument::try_from).collect()
}

/// Prices of the days from `from` on.
///
/// # Errors
/// What the database says.
pub async fn list_daily(
    tx: &mut Tx,
    _scope: &impl Scope,
    instrument: InstrumentId,
    from: Date,
    prices: &mut Prices,
) -> Result<(), DbError> {
    const LIST: &str = "select day, price, currency, divisor, unit from quote_daily
        where instrument_id = $1 and day >= coalesce(
          (select max(b.day) from quote_daily b where b.instrument_id = $1 and b.day <= $2), $2) order by day";
    type Row = (i64, String, String, i64, String);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(instrument.as_bytes().as_slice())
        .bind(i64::from(from.days())).fetch_all(&mut **c).await)?;
    for (of, price, code, divisor, unit) in rows {
        let price = Price {
            amount: decimal(&price, "quote_daily.price")?,
            currency: currency(&code, "quote_daily.currency")?,
            unit: price_unit(&unit),
            minor_divisor: u32::try_from(divisor).unwrap_or(1),
        };
        prices.put(instrument, day(of), price);
    }
    Ok(())
}

/// Splits of an instrument.
///
/// # Errors
/// What the database says.
pub async fn list_splits(
    tx: &mut Tx,
    _scope: &impl Scope,
    instrument: InstrumentId,
    prices: &mut Prices,
) -> Result<(), DbError> {
    const LIST: &str = "select day, new_units, old_units from instrument_split where instrument_id = $1";
    let rows: Vec<(i64, String, String)> =
        on!(tx, c => sqlx::query_as(LIST).bind(instrument.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    for (of, new, old) in rows {
        prices.split(instrument, day(of), decimal(&new, "split.new_units")?, decimal(&old, "split.old_units")?);
    }
    Ok(())
}

/// The euro reference rates of some currencies, of the days from `from` on.
///
/// # Errors
/// What the database says.
pub async fn list_rates(
    tx: &mut Tx,
    _scope: &impl Scope,
    currencies: &BTreeSet<Currency>,
    from: Date,
) -> Result<Rates, DbError> {
    const LIST: &str = "select day, units, rate from fx_rate
        where base = 'EUR' and source = 'ECB' and quote = $1 and day >= $2";
    let mut rates = Rates::default();
    for code in currencies.iter().filter(|code| **code != Currency::EUR) {
        let rows: Vec<(i64, String, String)> = on!(tx, c => sqlx::query_as(LIST).bind(code.as_str())
            .bind(i64::from(from.days())).fetch_all(&mut **c).await)?;
        for (of, units, rate) in rows {
            let (units, rate) = (decimal(&units, "fx_rate.units")?, decimal(&rate, "fx_rate.rate")?);
            if let Ok(one) = rate.mul_div(Decimal::new(1, 0), units, DIGITS) {
                rates.put(*code, day(of), one);
            }
        }
    }
    Ok(rates)
}

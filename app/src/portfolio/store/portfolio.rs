//! Portfolios, what is in them, and what they were worth.

use super::{
    super::{days::DayValue, ledger::InstrumentId},
    Instrument, InstrumentRow, currency, day, decimal,
};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Currency, Date, Decimal, Id, Timestamp, kind};

/// A portfolio that the customer holds.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// Its public id.
    pub id: Id<kind::Portfolio>,
    /// Its number, as people know it.
    pub account: String,
    /// What it is valued in.
    pub currency: Currency,
    /// What it is called.
    pub name: Option<String>,
    /// The latest day for which the custodian gave what is held.
    pub as_of: Option<Date>,
    /// When the custodian last said something new of it.
    pub changed_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct PortfolioRow {
    id: Vec<u8>,
    account: String,
    currency: String,
    name: Option<String>,
    as_of_day: Option<i64>,
    changed_at: i64,
}

impl TryFrom<PortfolioRow> for Portfolio {
    type Error = DbError;
    fn try_from(row: PortfolioRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.try_into().map_err(|_| DbError::Value("portfolio.id"))?,
            account: row.account,
            currency: currency(&row.currency, "portfolio.currency")?,
            name: row.name,
            as_of: row.as_of_day.map(day),
            changed_at: Timestamp(row.changed_at),
        })
    }
}

macro_rules! portfolio_columns {
    ($rest:literal) => {
        concat!(
            "select p.id, coalesce(p.stated, p.account) as account, p.currency, p.name, p.as_of_day, p.changed_at
             from portfolio p join portfolio_holder h on h.portfolio_id = p.id join customer c on c.number = h.number
             where c.id = $1",
            $rest
        )
    };
}

/// The customer's portfolios.
///
/// # Errors
/// What the database says.
pub async fn list_portfolios(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Portfolio>, DbError> {
    const LIST: &str = portfolio_columns!(" order by p.account limit 50");
    let rows: Vec<PortfolioRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Portfolio::try_from).collect()
}

/// One portfolio, if the customer holds it.
///
/// # Errors
/// What the database says.
pub async fn find_portfolio(
    tx: &mut Tx,
    scope: &CustomerScope,
    id: Id<kind::Portfolio>,
) -> Result<Option<Portfolio>, DbError> {
    const FIND: &str = portfolio_columns!(" and p.id = $2");
    let row: Option<PortfolioRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Portfolio::try_from).transpose()
}

/// What is held of one instrument.
#[derive(Clone, Debug)]
pub struct HoldingRow {
    /// Of what.
    pub instrument: Instrument,
    /// How many.
    pub quantity: Decimal,
    /// What was paid for it, where somebody says so.
    pub cost: Option<(Decimal, Currency)>,
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    #[sqlx(flatten)]
    instrument: InstrumentRow,
    quantity: String,
    cost: Option<String>,
    cost_currency: Option<String>,
}

/// What is held in a portfolio, if the customer holds it.
///
/// # Errors
/// What the database says.
pub async fn list_holdings(
    tx: &mut Tx,
    scope: &CustomerScope,
    portfolio: Id<kind::Portfolio>,
) -> Result<Vec<HoldingRow>, DbError> {
    const LIST: &str = "select i.id, i.key, i.isin, i.name, i.ticker, i.mic, i.class, i.currency, i.country, i.region,
          i.issuer, i.price_unit, i.price_factor, i.maturity_day, i.coupon, o.quantity, o.cost, o.cost_currency
        from holding o join instrument i on i.id = o.instrument_id
        join portfolio_holder h on h.portfolio_id = o.portfolio_id join customer c on c.number = h.number
        where c.id = $1 and o.portfolio_id = $2 order by i.name, i.id";
    let rows: Vec<HeldRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
        .bind(portfolio.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    let held = |row: HeldRow| {
        let cost = match (row.cost, row.cost_currency) {
            (Some(cost), Some(code)) => {
                Some((decimal(&cost, "holding.cost")?, currency(&code, "holding.cost_currency")?))
            }
            _ => None,
        };
        let quantity = decimal(&row.quantity, "holding.quantity")?;
        Ok(HoldingRow { instrument: row.instrument.try_into()?, quantity, cost })
    };
    rows.into_iter().map(held).collect()
}

/// The money in a portfolio, if the customer holds it.
///
/// # Errors
/// What the database says.
pub async fn list_cash(
    tx: &mut Tx,
    scope: &CustomerScope,
    portfolio: Id<kind::Portfolio>,
) -> Result<Vec<(Currency, Decimal)>, DbError> {
    const LIST: &str = "select m.currency, m.amount from holding_cash m
        join portfolio_holder h on h.portfolio_id = m.portfolio_id join customer c on c.number = h.number
        where c.id = $1 and m.portfolio_id = $2 order by m.currency";
    let rows: Vec<(String, String)> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
        .bind(portfolio.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    rows.iter().map(|(code, amount)| Ok((currency(code, "cash.currency")?, decimal(amount, "cash.amount")?))).collect()
}

/// What a portfolio was worth, day by day, if the customer holds it.
///
/// # Errors
/// What the database says.
pub async fn list_days(
    tx: &mut Tx,
    scope: &CustomerScope,
    portfolio: Id<kind::Portfolio>,
) -> Result<Vec<DayValue>, DbError> {
    const LIST: &str = "select d.day, d.value, d.flow from portfolio_day d
        join portfolio_holder h on h.portfolio_id = d.portfolio_id join customer c on c.number = h.number
        where c.id = $1 and d.portfolio_id = $2 order by d.day";
    let rows: Vec<(i64, i64, i64)> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
        .bind(portfolio.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    Ok(rows.into_iter().map(|(of, value, flow)| DayValue { day: day(of), value, flow }).collect())
}

/// The file of the latest snapshot that has an instrument, and the place in it.
///
/// # Errors
/// What the database says.
pub async fn snapshot_origin(
    tx: &mut Tx,
    scope: &CustomerScope,
    portfolio: Id<kind::Portfolio>,
    instrument: InstrumentId,
) -> Result<Option<(Date, String, String, Timestamp)>, DbError> {
    const FIND: &str = "select s.day, s.origin, o.place, s.received_at from portfolio_position o
        join portfolio_snapshot s on s.portfolio_id = o.portfolio_id and s.day = o.day and s.what = 'positions'
        join portfolio_holder h on h.portfolio_id = o.portfolio_id join customer c on c.number = h.number
        where c.id = $1 and o.portfolio_id = $2 and o.instrument_id = $3 order by s.day desc limit 1";
    let row: Option<(i64, String, String, i64)> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(portfolio.as_bytes().as_slice()).bind(instrument.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(of, origin, place, at)| (day(of), origin, place, Timestamp(at))))
}

//! What follows from what has come: what is held now, what was paid for it, and what each day was worth.
//!
//! Whatever changes the past marks the portfolios that it is of, in its own transaction; here the marks are worked off. A portfolio
//! whose days end before yesterday is marked by the clock.

use super::super::{
    days::Valuer,
    ledger::{CashSnapshot, InstrumentId, Ledger, Line, Move, Snapshot},
    live,
    prices::Prices,
    store::{self, Instrument},
};
use guichet_formats::securities::record::TransactionKind;
use guichet_platform::{
    db::{DbError, Tx},
    live::publish,
    on,
    scope::operator,
};
use guichet_types::{Currency, Date, Decimal, Id, Price, Timestamp, kind};
use std::collections::{BTreeMap, BTreeSet};

/// The end of all days.
const LAST_DAY: Date = Date::from_days(2_900_000);

/// Marks one portfolio from a day on.
pub(super) async fn mark(tx: &mut Tx, id: Id<kind::Portfolio>, day: i64) -> Result<(), DbError> {
    const MARK: &str =
        "update portfolio set dirty_from = case when dirty_from < $2 then dirty_from else $2 end where id = $1";
    on!(tx, c => sqlx::query(MARK).bind(id.as_bytes().as_slice()).bind(day).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Marks every portfolio that has or had an instrument.
pub(super) async fn mark_instrument(tx: &mut Tx, instrument: InstrumentId, day: Date) -> Result<(), DbError> {
    const MARK: &str = "update portfolio set dirty_from = case when dirty_from < $2 then dirty_from else $2 end
        where id in (select portfolio_id from portfolio_position where instrument_id = $1
          union select portfolio_id from security_transaction where instrument_id = $1)";
    on!(tx, c => sqlx::query(MARK).bind(instrument.as_bytes().as_slice()).bind(i64::from(day.days()))
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Marks every portfolio: a rate of exchange has changed.
pub(super) async fn mark_all(tx: &mut Tx, day: Date) -> Result<(), DbError> {
    const MARK: &str = "update portfolio set dirty_from = case when dirty_from < $1 then dirty_from else $1 end";
    on!(tx, c => sqlx::query(MARK).bind(i64::from(day.days())).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Works off the marks, and values the days that have ended since.
///
/// # Errors
/// What the database says.
pub async fn close_days(tx: &mut Tx, today: Date, now: Timestamp) -> Result<(), DbError> {
    const DUE: &str = "select id, currency, dirty_from, valued_through from portfolio
        where dirty_from is not null or valued_through is null or valued_through < $1 order by id";
    type Row = (Vec<u8>, String, Option<i64>, Option<i64>);
    let yesterday = i64::from(today.days()) - 1;
    let due: Vec<Row> = on!(tx, c => sqlx::query_as(DUE).bind(yesterday).fetch_all(&mut **c).await)?;
    for (id, currency, dirty, valued) in due {
        let id = Id::try_from(id).map_err(|_| DbError::Value("portfolio.id"))?;
        let currency = currency.parse().map_err(|_| DbError::Value("portfolio.currency"))?;
        let from = dirty.unwrap_or(i64::MAX).min(valued.map_or(i64::MIN, |day| day + 1));
        work_out(tx, id, currency, from, today).await?;
        if dirty.is_some() {
            tell(tx, id, now).await?;
        }
    }
    Ok(())
}

async fn work_out(
    tx: &mut Tx,
    id: Id<kind::Portfolio>,
    currency: Currency,
    from: i64,
    today: Date,
) -> Result<(), DbError> {
    const LOCK: &str = "update portfolio set dirty_from = dirty_from where id = $1";
    const DONE: &str = "update portfolio set dirty_from = null, valued_through = $2, as_of_day = $3 where id = $1";
    const LAST: &str = "select max(day) from portfolio_day where portfolio_id = $1 and day < $2";
    const DROP: &str = "delete from portfolio_day where portfolio_id = $1 and day >= $2";
    const ADD: &str = "insert into portfolio_day (portfolio_id, day, value, flow) values ($1, $2, $3, $4)";
    // Takes the row's lock, so that two who close days at once do it one after the other.
    on!(tx, c => sqlx::query(LOCK).bind(id.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
    let ledger = read_ledger(tx, id).await?;
    let first = ledger.days().first().copied().unwrap_or(today);
    let instruments = read_instruments(tx, id).await?;
    let mut prices = Prices::default();
    for instrument in instruments.keys() {
        store::list_daily(tx, &operator(), *instrument, first, &mut prices).await?;
        store::list_splits(tx, &operator(), *instrument, &mut prices).await?;
    }
    for m in ledger.moves() {
        if let (Some(id), Some(amount)) = (m.instrument, m.price)
            && let Some((instrument, divisor)) = instruments.get(&id)
        {
            let of = instrument.currency.unwrap_or(m.currency);
            let price = Price { amount, currency: of, unit: instrument.unit, minor_divisor: *divisor };
            prices.put_trade(id, m.day, price);
        }
    }
    let mut currencies: BTreeSet<Currency> = prices.currencies();
    currencies.extend(ledger.currencies());
    currencies.insert(currency);
    let rates = store::list_rates(tx, &operator(), &currencies, first.plus_days(-40)).await?;
    write_holdings(tx, id, &ledger, &rates).await?;
    // What came on a day that could not be valued is counted to the next: so begin behind the last one that could.
    let key = id.as_bytes().as_slice();
    let (last,): (Option<i64>,) = on!(tx, c => sqlx::query_as(LAST).bind(key).bind(from).fetch_one(&mut **c).await)?;
    let begin = last.map_or(i64::from(first.days()), |day| day + 1);
    on!(tx, c => sqlx::query(DROP).bind(key).bind(begin).execute(&mut **c).await.map(|_| ()))?;
    let factors: BTreeMap<_, _> =
        instruments.into_iter().map(|(id, (instrument, _))| (id, instrument.factor)).collect();
    let valuer = Valuer { ledger: &ledger, factors: &factors, prices: &prices, rates: &rates, currency };
    let begin = Date::from_days(i32::try_from(begin).unwrap_or(0));
    for value in valuer.values(begin, today) {
        on!(tx, c => sqlx::query(ADD).bind(key).bind(i64::from(value.day.days())).bind(value.value).bind(value.flow)
            .execute(&mut **c).await.map(|_| ()))?;
    }
    let as_of = ledger.as_of().map(|day| i64::from(day.days()));
    on!(tx, c => sqlx::query(DONE).bind(key).bind(i64::from(today.days()) - 1).bind(as_of).execute(&mut **c).await
        .map(|_| ()))?;
    Ok(())
}

async fn write_holdings(
    tx: &mut Tx,
    id: Id<kind::Portfolio>,
    ledger: &Ledger,
    rates: &super::super::prices::Rates,
) -> Result<(), DbError> {
    const CLEAR: &str = "delete from holding where portfolio_id = $1";
    const CLEAR_CASH: &str = "delete from holding_cash where portfolio_id = $1";
    const ADD: &str = "insert into holding (portfolio_id, instrument_id, quantity, cost, cost_currency)
        values ($1, $2, $3, $4, $5)";
    const ADD_CASH: &str = "insert into holding_cash (portfolio_id, currency, amount) values ($1, $2, $3)";
    let key = id.as_bytes().as_slice();
    on!(tx, c => sqlx::query(CLEAR).bind(key).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(CLEAR_CASH).bind(key).execute(&mut **c).await.map(|_| ()))?;
    let convert = |amount: Decimal, from: Currency, to: Currency, day: Date| {
        if from == to {
            Some(amount)
        } else {
            rates.convert(amount, from, to, day).map(guichet_types::Money::to_decimal)
        }
    };
    let overflow = |_| DbError::Value("a quantity that does not fit");
    for (instrument, quantity) in ledger.held(LAST_DAY).map_err(overflow)? {
        let cost = ledger.cost(instrument, &convert);
        on!(tx, c => sqlx::query(ADD).bind(key).bind(instrument.as_bytes().as_slice()).bind(quantity.to_string())
            .bind(cost.map(|(cost, _)| cost.to_string())).bind(cost.map(|(_, currency)| currency.to_string()))
            .execute(&mut **c).await.map(|_| ()))?;
    }
    for (currency, amount) in ledger.cash(LAST_DAY).map_err(overflow)? {
        on!(tx, c => sqlx::query(ADD_CASH).bind(key).bind(currency.as_str()).bind(amount.to_string())
            .execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

fn date(days: i64) -> Date {
    Date::from_days(i32::try_from(days).unwrap_or(0))
}

async fn read_ledger(tx: &mut Tx, id: Id<kind::Portfolio>) -> Result<Ledger, DbError> {
    const LINES: &str = "select day, instrument_id, quantity, cost, cost_currency from portfolio_position
        where portfolio_id = $1 order by day, instrument_id, sub_account";
    const CASH: &str = "select day, currency, amount from portfolio_cash where portfolio_id = $1 order by day, name";
    type LineRow = (i64, Vec<u8>, String, Option<String>, String);
    let key = id.as_bytes().as_slice();
    let wrong = |_| DbError::Value("portfolio_position");
    let lines: Vec<LineRow> = on!(tx, c => sqlx::query_as(LINES).bind(key).fetch_all(&mut **c).await)?;
    let mut snapshots: BTreeMap<i64, Vec<Line>> = BTreeMap::new();
    for (day, instrument, quantity, cost, currency) in lines {
        let cost = cost.and_then(|cost| Some((cost.parse().ok()?, currency.parse().ok()?)));
        let instrument = Id::try_from(instrument).map_err(|_| DbError::Value("portfolio_position.instrument_id"))?;
        let quantity = quantity.parse().map_err(wrong)?;
        snapshots.entry(day).or_default().push(Line { instrument, quantity, cost });
    }
    let rows: Vec<(i64, String, String)> = on!(tx, c => sqlx::query_as(CASH).bind(key).fetch_all(&mut **c).await)?;
    let mut cash: BTreeMap<i64, Vec<(Currency, Decimal)>> = BTreeMap::new();
    for (day, currency, amount) in rows {
        let currency = currency.parse().map_err(|_| DbError::Value("portfolio_cash.currency"))?;
        cash.entry(day).or_default().push((currency, amount.parse().map_err(wrong)?));
    }
    let snapshots = snapshots.into_iter().map(|(day, lines)| Snapshot { day: date(day), lines }).collect();
    let cash = cash.into_iter().map(|(day, amounts)| CashSnapshot { day: date(day), amounts }).collect();
    Ok(Ledger::new(snapshots, cash, read_moves(tx, id).await?))
}

#[derive(sqlx::FromRow)]
struct MoveRow {
    day: i64,
    reference: String,
    kind: String,
    instrument_id: Option<Vec<u8>>,
    quantity: Option<String>,
    price: Option<String>,
    gross: Option<String>,
    net: Option<String>,
    currency: String,
    new_units: Option<String>,
    old_units: Option<String>,
}

async fn read_moves(tx: &mut Tx, id: Id<kind::Portfolio>) -> Result<Vec<Move>, DbError> {
    const MOVES: &str =
        "select day, reference, kind, instrument_id, quantity, price, gross, net, currency, new_units, old_units
        from security_transaction where portfolio_id = $1 order by day, reference";
    let rows: Vec<MoveRow> =
        on!(tx, c => sqlx::query_as(MOVES).bind(id.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    let number = |text: Option<String>| text.and_then(|text| text.parse::<Decimal>().ok());
    let row = |row: MoveRow| {
        Ok(Move {
            day: date(row.day),
            reference: row.reference,
            kind: TransactionKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == row.kind)
                .unwrap_or(TransactionKind::CorporateAction),
            instrument: row.instrument_id.and_then(|id| id.try_into().ok()),
            quantity: number(row.quantity).unwrap_or_default(),
            price: number(row.price),
            gross: number(row.gross),
            net: number(row.net),
            currency: row.currency.parse().map_err(|_| DbError::Value("security_transaction.currency"))?,
            ratio: number(row.new_units).zip(number(row.old_units)),
        })
    };
    rows.into_iter().map(row).collect()
}

/// Every instrument that the portfolio has or had, with how many of its quoted unit make one of its currency.
async fn read_instruments(
    tx: &mut Tx,
    id: Id<kind::Portfolio>,
) -> Result<BTreeMap<InstrumentId, (Instrument, u32)>, DbError> {
    const LIST: &str = "select i.id, i.minor_divisor from instrument i where i.id in (
        select instrument_id from portfolio_position where portfolio_id = $1
        union select instrument_id from security_transaction where portfolio_id = $1)";
    let rows: Vec<(Vec<u8>, i64)> =
        on!(tx, c => sqlx::query_as(LIST).bind(id.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    let mut instruments = BTreeMap::new();
    for (row, divisor) in rows {
        let Ok(id) = Id::try_from(row) else { continue };
        if let Some(instrument) = store::find_instrument(tx, &operator(), id).await? {
            instruments.insert(id, (instrument, u32::try_from(divisor).unwrap_or(1)));
        }
    }
    Ok(instruments)
}

/// Tells everybody who holds it.
async fn tell(tx: &mut Tx, id: Id<kind::Portfolio>, now: Timestamp) -> Result<(), DbError> {
    const CHANGED: &str = "update portfolio set changed_at = $2 where id = $1";
    const HOLDERS: &str = "select c.id from portfolio_holder h join customer c on c.number = h.number
        where h.portfolio_id = $1 order by c.id";
    let key = id.as_bytes().as_slice();
    on!(tx, c => sqlx::query(CHANGED).bind(key).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    let holders: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(HOLDERS).bind(key).fetch_all(&mut **c).await)?;
    for (customer,) in holders {
        let customer = Id::try_from(customer).map_err(|_| DbError::Value("customer.id"))?;
        publish(tx, customer, live::CHANGED, id.as_bytes(), None, now).await?;
    }
    Ok(())
}

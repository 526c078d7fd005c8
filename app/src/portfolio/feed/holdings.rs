//! What custodians say: portfolios, who holds them, what is in them and what was done.

use super::{Arrival, Found, guarded, instruments, settle};
use guichet_formats::securities::record::{Cash, Portfolio, Position, Record, Transaction, TransactionKind};
use guichet_platform::{
    db::{DbError, Tx},
    on,
    privacy::{self, Whose},
};
use guichet_types::{Date, Id, Price, PriceUnit, Timestamp, kind};
use std::collections::{BTreeMap, BTreeSet};

/// Everything is worked out again from the beginning.
const BEGINNING: i64 = -1_000_000;
/// Figures that OFX gives beside the money that is there.
const NO_MONEY: [&str; 3] = ["MARGINBALANCE", "SHORTBALANCE", "BUYPOWER"];

/// What a document says of one portfolio.
#[derive(Default)]
struct Told {
    heads: Vec<Portfolio>,
    positions: BTreeMap<Date, Vec<Position>>,
    cash: BTreeMap<Date, Vec<Cash>>,
    transactions: Vec<Transaction>,
}

/// Takes everything that a document says of portfolios, in one transaction.
pub(super) async fn apply(tx: &mut Tx, arrival: &Arrival, records: Vec<Record>) -> Result<(), DbError> {
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    let mut of_account: BTreeMap<String, Option<Date>> = BTreeMap::new();
    for record in records {
        match record {
            Record::Portfolio(head) => {
                of_account.insert(head.account.clone(), head.as_of);
                told.entry(head.account.clone()).or_default().heads.push(head);
            }
            Record::Position(position) => {
                let day = position.as_of.or_else(|| of_account.get(&position.account).copied().flatten());
                let told = told.entry(position.account.clone()).or_default();
                match day {
                    Some(day) => told.positions.entry(day).or_default().push(position),
                    None => without_day(tx, arrival, &position.place).await?,
                }
            }
            Record::Cash(cash) => {
                let day = cash.as_of.or_else(|| of_account.get(&cash.account).copied().flatten());
                let told = told.entry(cash.account.clone()).or_default();
                match day {
                    Some(day) => told.cash.entry(day).or_default().push(cash),
                    None => without_day(tx, arrival, &cash.place).await?,
                }
            }
            Record::Transaction(transaction) => {
                told.entry(transaction.account.clone()).or_default().transactions.push(transaction);
            }
            _ => {}
        }
    }
    for told in told.into_values() {
        portfolio(tx, arrival, told).await?;
    }
    Ok(())
}

async fn without_day(tx: &mut Tx, arrival: &Arrival, place: &str) -> Result<(), DbError> {
    let message = "Neither the line nor its account says of which day it is; it is not used.";
    let found = Found { check: "invalid_date", severity: "warn", place, expected: None, actual: None, message };
    arrival.note(tx, found).await
}

async fn portfolio(tx: &mut Tx, arrival: &Arrival, told: Told) -> Result<(), DbError> {
    let last = told.positions.keys().chain(told.cash.keys()).max().copied();
    let done = told.transactions.iter().map(|transaction| transaction.trade_date).max();
    let mut id = None;
    for head in &told.heads {
        let day = head.as_of.max(head.to).max(last).max(done);
        id = Some(put_head(tx, arrival, head, day.map_or(0, |day| i64::from(day.days()))).await?);
    }
    // Every reader hands on the head before what is its own.
    let Some(id) = id else { return Ok(()) };
    let mut dirty: Option<i64> = None;
    let mut mark = |day: Option<i64>| dirty = [dirty, day].into_iter().flatten().min();
    mark(transactions(tx, arrival, id, told.transactions).await?);
    let mut run = guarded::Run::default();
    for (day, positions) in told.positions {
        mark(snapshot(tx, arrival, id, day, positions, &mut run).await?);
    }
    for (day, cash) in told.cash {
        mark(money(tx, arrival, id, day, cash).await?);
    }
    if let Some(day) = dirty {
        settle::mark(tx, id, day).await?;
    }
    unmapped(tx, arrival, id).await
}

/// Currency, name and holders. Older news never takes the place of newer.
async fn put_head(tx: &mut Tx, arrival: &Arrival, head: &Portfolio, day: i64) -> Result<Id<kind::Portfolio>, DbError> {
    const ADD: &str = "insert into portfolio
          (id, account, stated, currency, name, head_day, head_at, document_id, origin, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $7) on conflict (id) do nothing";
    const SET: &str = "update portfolio set currency = $2, name = coalesce($3, name), head_day = $4, head_at = $5,
          document_id = $6, origin = $7 where id = $1 and (head_day < $4 or (head_day = $4 and head_at <= $5))";
    const NAME: &str = "update portfolio set name = $2 where id = $1 and name is null";
    const HOLDERS: &str = "update portfolio set holders_day = $2, holders_at = $3 where id = $1
        and (holders_day is null or holders_day < $2 or (holders_day = $2 and holders_at <= $3))";
    const CLEAR: &str = "delete from portfolio_holder where portfolio_id = $1";
    const HOLDER: &str = "insert into portfolio_holder (portfolio_id, number) values ($1, $2)
        on conflict (number, portfolio_id) do nothing";
    let id: Id<kind::Portfolio> = tx.stable_id(&[b"portfolio", head.account.as_bytes()]);
    let (key, at) = (id.as_bytes().as_slice(), arrival.received_at.millis());
    let document = arrival.document.as_bytes().as_slice();
    on!(tx, c => sqlx::query(ADD).bind(key).bind(&head.account).bind(&head.stated).bind(head.currency.as_str())
        .bind(&head.name).bind(day).bind(at).bind(document).bind(&arrival.origin).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(SET).bind(key).bind(head.currency.as_str()).bind(&head.name).bind(day).bind(at)
        .bind(document).bind(&arrival.origin).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(NAME).bind(key).bind(&head.name).execute(&mut **c).await.map(|_| ()))?;
    if head.holders.is_empty() {
        return Ok(id);
    }
    let newer = on!(tx, c => sqlx::query(HOLDERS).bind(key).bind(day).bind(at).execute(&mut **c).await
        .map(|done| done.rows_affected()))?;
    if newer > 0 {
        on!(tx, c => sqlx::query(CLEAR).bind(key).execute(&mut **c).await.map(|_| ()))?;
        for number in &head.holders {
            let number: String = number.split_whitespace().collect();
            // Whoever was erased is given nothing, and is named nowhere.
            if privacy::whose(tx, &number).await? == Whose::Erased {
                continue;
            }
            on!(tx, c => sqlx::query(HOLDER).bind(key).bind(number).execute(&mut **c).await.map(|_| ()))?;
        }
    }
    Ok(id)
}

/// Does this document give what there is of a day? A later document does, an earlier one no longer.
async fn takes_day(
    tx: &mut Tx,
    arrival: &Arrival,
    id: Id<kind::Portfolio>,
    what: &'static str,
    day: Date,
) -> Result<Option<i64>, DbError> {
    const KNOWN: &str = "select document_id, received_at from portfolio_snapshot
        where portfolio_id = $1 and what = $2 and day = $3";
    const PUT: &str = "insert into portfolio_snapshot (portfolio_id, what, day, document_id, origin, received_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (portfolio_id, what, day) do update
        set document_id = excluded.document_id, origin = excluded.origin, received_at = excluded.received_at";
    const BEFORE: &str = "select count(*) from portfolio_snapshot where portfolio_id = $1 and what = $2 and day < $3";
    let (key, days) = (id.as_bytes().as_slice(), i64::from(day.days()));
    let document = arrival.document.as_bytes().to_vec();
    let known: Option<(Vec<u8>, i64)> =
        on!(tx, c => sqlx::query_as(KNOWN).bind(key).bind(what).bind(days).fetch_optional(&mut **c).await)?;
    if let Some((by, at)) = known {
        let mine = (arrival.received_at, &document);
        if by == document || (Timestamp(at), &by) > mine {
            return Ok(None);
        }
    }
    on!(tx, c => sqlx::query(PUT).bind(key).bind(what).bind(days).bind(&document).bind(&arrival.origin)
        .bind(arrival.received_at.millis()).execute(&mut **c).await.map(|_| ()))?;
    let (before,): (i64,) =
        on!(tx, c => sqlx::query_as(BEFORE).bind(key).bind(what).bind(days).fetch_one(&mut **c).await)?;
    // The first snapshot says what was held before it too.
    Ok(Some(if before == 0 { BEGINNING } else { days }))
}

async fn snapshot(
    tx: &mut Tx,
    arrival: &Arrival,
    id: Id<kind::Portfolio>,
    day: Date,
    positions: Vec<Position>,
    run: &mut guarded::Run,
) -> Result<Option<i64>, DbError> {
    const CLEAR: &str = "delete from portfolio_position where portfolio_id = $1 and day = $2";
    const ADD: &str = "insert into portfolio_position (portfolio_id, day, instrument_id, sub_account, quantity, cost,
          cost_currency, accrued, blocked, document_id, place)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (portfolio_id, day, instrument_id, sub_account) do nothing";
    let Some(dirty) = takes_day(tx, arrival, id, "positions", day).await? else { return Ok(None) };
    let (key, days) = (id.as_bytes().as_slice(), i64::from(day.days()));
    on!(tx, c => sqlx::query(CLEAR).bind(key).bind(days).execute(&mut **c).await.map(|_| ()))?;
    let mut seen: BTreeSet<(Vec<u8>, String)> = BTreeSet::new();
    for position in positions {
        let instrument = instruments::resolve(tx, &position.instrument).await?;
        let mut sub = position.sub_account.clone().unwrap_or_default();
        // Two lines of one instrument without names of their own are two lots.
        while !seen.insert((instrument.as_bytes().to_vec(), sub.clone())) {
            sub.push('+');
        }
        let text = |decimal: Option<guichet_types::Decimal>| decimal.map(|decimal| decimal.to_string());
        on!(tx, c => sqlx::query(ADD).bind(key).bind(days).bind(instrument.as_bytes().as_slice()).bind(&sub)
            .bind(position.quantity.to_string()).bind(text(position.cost)).bind(position.cost_currency.as_str())
            .bind(text(position.accrued_interest)).bind(text(position.blocked.map(|blocked| blocked.0)))
            .bind(arrival.document.as_bytes().as_slice()).bind(&position.place).execute(&mut **c).await.map(|_| ()))?;
        if let Some(amount) = position.price {
            let price = Price {
                amount,
                currency: position.price_currency,
                unit: PriceUnit::Currency,
                minor_divisor: position.price_minor_divisor,
            };
            let of = position.price_as_of.unwrap_or(day);
            guarded::custodian(tx, arrival, run, instrument, (price, of), &position.place).await?;
        }
    }
    Ok(Some(dirty))
}

async fn money(
    tx: &mut Tx,
    arrival: &Arrival,
    id: Id<kind::Portfolio>,
    day: Date,
    cash: Vec<Cash>,
) -> Result<Option<i64>, DbError> {
    const CLEAR: &str = "delete from portfolio_cash where portfolio_id = $1 and day = $2";
    const ADD: &str = "insert into portfolio_cash (portfolio_id, day, name, currency, amount, document_id, place)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (portfolio_id, day, name, currency) do nothing";
    let money = cash.iter().filter_map(|cash| Some((cash, cash.currency?)));
    // Of OFX's figures only the money itself counts; what stands in its lists is told beside it.
    let ofx = cash.iter().any(|cash| cash.name == "AVAILCASH");
    let money: Vec<_> = money
        .filter(|(cash, _)| !NO_MONEY.contains(&cash.name.as_str()) && (!ofx || cash.name == "AVAILCASH"))
        .collect();
    if money.is_empty() {
        return Ok(None);
    }
    let Some(dirty) = takes_day(tx, arrival, id, "cash", day).await? else { return Ok(None) };
    let (key, days) = (id.as_bytes().as_slice(), i64::from(day.days()));
    on!(tx, c => sqlx::query(CLEAR).bind(key).bind(days).execute(&mut **c).await.map(|_| ()))?;
    for (cash, currency) in money {
        on!(tx, c => sqlx::query(ADD).bind(key).bind(days).bind(&cash.name).bind(currency.as_str())
            .bind(cash.amount.to_string()).bind(arrival.document.as_bytes().as_slice()).bind(&cash.place)
            .execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(Some(dirty))
}

/// Takes transactions. The first one of a reference stays; one that says something else is told.
async fn transactions(
    tx: &mut Tx,
    arrival: &Arrival,
    id: Id<kind::Portfolio>,
    transactions: Vec<Transaction>,
) -> Result<Option<i64>, DbError> {
    const ADD: &str = "insert into security_transaction (id, portfolio_id, reference, kind, stated_kind, instrument_id, day,
          settle_day, quantity, price, gross, fees, taxes, net, currency, new_units, old_units, text, document_id, origin,
          place, first_seen_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
        on conflict (portfolio_id, reference) do nothing";
    const SAME: &str =
        "select count(*) from security_transaction where portfolio_id = $1 and reference = $2 and kind = $3
        and day = $4 and coalesce(quantity, '') = $5 and coalesce(net, '') = $6";
    const SPLIT: &str =
        "insert into instrument_split (instrument_id, day, new_units, old_units) values ($1, $2, $3, $4)
        on conflict (instrument_id, day) do nothing";
    let mut dirty: Option<i64> = None;
    for transaction in transactions {
        let instrument = match &transaction.instrument {
            Some(key) => Some(instruments::resolve(tx, key).await?),
            None => None,
        };
        let row: Id<()> = tx.stable_id(&[b"security_transaction", id.as_bytes(), transaction.reference.as_bytes()]);
        let (key, day) = (id.as_bytes().as_slice(), i64::from(transaction.trade_date.days()));
        let text = |decimal: Option<guichet_types::Decimal>| decimal.map(|decimal| decimal.to_string());
        let quantity = text(transaction.quantity.map(|quantity| quantity.0));
        let (net, ratio) = (text(transaction.net), transaction.ratio);
        let added = on!(tx, c => sqlx::query(ADD).bind(row.as_bytes().as_slice()).bind(key).bind(&transaction.reference)
            .bind(transaction.kind.as_str()).bind(&transaction.stated_kind)
            .bind(instrument.map(|id| id.as_bytes().to_vec())).bind(day)
            .bind(transaction.settle_date.map(|day| i64::from(day.days()))).bind(&quantity)
            .bind(text(transaction.price)).bind(text(transaction.gross)).bind(transaction.fees.to_string())
            .bind(transaction.taxes.to_string()).bind(&net).bind(transaction.currency.as_str())
            .bind(text(ratio.map(|ratio| ratio.0))).bind(text(ratio.map(|ratio| ratio.1))).bind(&transaction.text)
            .bind(arrival.document.as_bytes().as_slice()).bind(&arrival.origin).bind(&transaction.place)
            .bind(arrival.received_at.millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
        if added == 0 {
            let (same,): (i64,) = on!(tx, c => sqlx::query_as(SAME).bind(key).bind(&transaction.reference)
                .bind(transaction.kind.as_str()).bind(day).bind(quantity.unwrap_or_default())
                .bind(net.unwrap_or_default()).fetch_one(&mut **c).await)?;
            if same == 0 {
                let found = Found {
                    check: "duplicate_entry",
                    severity: "warn",
                    place: &transaction.place,
                    expected: None,
                    actual: Some(transaction.reference),
                    message: "A transaction of this reference is there and says something else; a correction needs a \
                              reference of its own.",
                };
                arrival.note(tx, found).await?;
            }
            continue;
        }
        dirty = Some(dirty.map_or(day, |known| known.min(day)));
        if let (TransactionKind::Split, Some(instrument), Some((new, old))) = (transaction.kind, instrument, ratio) {
            on!(tx, c => sqlx::query(SPLIT).bind(instrument.as_bytes().as_slice()).bind(day).bind(new.to_string())
                .bind(old.to_string()).execute(&mut **c).await.map(|_| ()))?;
            settle::mark_instrument(tx, instrument, transaction.trade_date).await?;
        }
    }
    Ok(dirty)
}

/// A portfolio that no customer holds is kept and shown to nobody.
async fn unmapped(tx: &mut Tx, arrival: &Arrival, id: Id<kind::Portfolio>) -> Result<(), DbError> {
    const COUNT: &str = "select count(*) from portfolio_holder h join customer c on c.number = h.number
        where h.portfolio_id = $1";
    let (holders,): (i64,) =
        on!(tx, c => sqlx::query_as(COUNT).bind(id.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
    if holders > 0 {
        return Ok(());
    }
    let found = Found {
        check: "unmapped_customer",
        severity: "info",
        place: &id.to_string(),
        expected: None,
        actual: None,
        message: "A portfolio that no customer holds: it is kept and shown to nobody.",
    };
    arrival.note(tx, found).await
}

//! Prices, past the guard. A price that looks wrong moves nothing: the last good one stays, the page says that there is doubt,
//! and a finding is kept. The latest price goes to `quote`, the last of each day to `quote_daily`.

use super::{
    super::ledger::{DIGITS, InstrumentId},
    Arrival, Found,
    calendar::{EVERY_DAY, calendar, day_at},
    instruments,
    priced::{note, put_daily, put_latest, put_waiting, refuse},
    swift::Swift,
};
use guichet_formats::securities::record::{Quote, QuoteKind};
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{
    Currency, Date, Decimal, Mic, Price, Timestamp,
    quote_guard::{Calendar, Limits, Quoted, Reason, Verdict, judge},
};
use std::collections::HashMap;

/// How near a neighbour must be to judge a price of the past by, in days.
const NEIGHBOUR: i64 = 30;

/// A price that is offered.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub price: Price,
    /// `last`, `nav`, `close`, `custodian`.
    pub word: &'static str,
    pub at: Timestamp,
    pub delay_seconds: u32,
    pub source: Option<String>,
    pub mic: Option<Mic>,
    pub place: String,
    calendar: Calendar<'static>,
}

/// Of two prices of one day, or one instant, which counts.
pub(super) fn rank(word: &str) -> u8 {
    match word {
        "close" => 3,
        "nav" => 2,
        "last" => 1,
        _ => 0,
    }
}

impl Offer {
    /// What a market offers, and why it cannot be of the instrument.
    pub fn of(terms: &Terms, quote: Quote) -> (Self, Option<&'static str>) {
        let (currency, minor_divisor) = match quote.currency {
            Some(currency) => (currency, quote.minor_unit_divisor),
            None => (terms.currency.unwrap_or(Currency::EUR), terms.minor_divisor),
        };
        let mic = quote.mic.or(terms.mic);
        let offer = Self {
            price: Price { amount: quote.price, currency, unit: quote.unit, minor_divisor },
            word: match quote.kind {
                QuoteKind::Nav => "nav",
                QuoteKind::Close => "close",
                _ => "last",
            },
            at: quote.at,
            delay_seconds: quote.delay_seconds,
            source: quote.source,
            mic,
            place: quote.place,
            calendar: calendar(mic, quote.at),
        };
        let misfit = terms.misfit(&offer.price, quote.currency.is_none());
        (offer, misfit)
    }

    pub const fn calendar(&self) -> &Calendar<'static> {
        &self.calendar
    }

    pub fn day(&self) -> Date {
        day_at(&self.calendar, self.at)
    }

    pub fn quoted(&self) -> Quoted {
        Quoted { price: main_unit(self.price), at: self.at }
    }
}

/// Pence in pounds.
fn main_unit(price: Price) -> Decimal {
    let divisor = Decimal::new(i128::from(price.minor_divisor), 0);
    price.amount.mul_div(Decimal::new(1, 0), divisor, DIGITS).unwrap_or(price.amount)
}

/// What a run of prices carries along.
#[derive(Default)]
pub(super) struct Run {
    version: Option<i64>,
    /// By instrument: a price of the past that waits for one that says the same.
    waiting: HashMap<InstrumentId, Quoted>,
}

impl Run {
    /// One number for all that changes in this transaction, taken under the row lock, so that commit order is number order.
    pub async fn version(&mut self, tx: &mut Tx) -> Result<i64, DbError> {
        const BUMP: &str = "update quote_clock set version = version + 1 where only_row = 1 returning version";
        if let Some(version) = self.version {
            return Ok(version);
        }
        let (version,): (i64,) = on!(tx, c => sqlx::query_as(BUMP).fetch_one(&mut **c).await)?;
        self.version = Some(version);
        Ok(version)
    }
}

/// Takes quotes, the oldest first. Bids and asks are no price that anybody has paid.
pub(super) async fn apply(tx: &mut Tx, arrival: &Arrival, quotes: Vec<Quote>) -> Result<(), DbError> {
    let mut run = Run::default();
    let mut swift = Swift::read(tx, &quotes).await?;
    for quote in quotes.into_iter().filter(|quote| !matches!(quote.kind, QuoteKind::Bid | QuoteKind::Ask)) {
        let mic = quote.mic.map(|mic| mic.to_string());
        let instrument = match (quote.isin, &quote.symbol) {
            (Some(isin), _) => match swift.find(isin.as_str()) {
                Some(known) => Some(known),
                None => Some(instruments::resolve(tx, isin.as_str()).await?),
            },
            (None, Some(symbol)) => instruments::by_ticker(tx, symbol, mic.as_deref()).await?,
            (None, None) => None,
        };
        match instrument {
            Some(instrument) => {
                if let Some(quote) = swift.take(arrival, instrument, quote) {
                    swift.leave(tx, arrival, &mut run, instrument).await?;
                    market(tx, arrival, &mut run, instrument, quote).await?;
                }
            }
            None => {
                let found = Found {
                    check: "unresolved_reference",
                    severity: "info",
                    place: &quote.place,
                    expected: None,
                    actual: quote.symbol.clone(),
                    message: "No instrument, or more than one, is known by this symbol; its price is not used.",
                };
                arrival.note(tx, found).await?;
            }
        }
    }
    swift.write(tx, arrival, &mut run).await
}

/// Takes one price of a market.
pub(super) async fn take(
    tx: &mut Tx,
    arrival: &Arrival,
    instrument: InstrumentId,
    quote: Quote,
) -> Result<(), DbError> {
    market(tx, arrival, &mut Run::default(), instrument, quote).await
}

async fn market(
    tx: &mut Tx,
    arrival: &Arrival,
    run: &mut Run,
    instrument: InstrumentId,
    quote: Quote,
) -> Result<(), DbError> {
    let terms = Terms::of(tx, instrument).await?;
    let (offer, misfit) = Offer::of(&terms, quote);
    judge_offer(tx, arrival, run, instrument, offer, misfit).await
}

/// Takes the price that a custodian gives with a position. Any market's price of that day counts more.
pub(super) async fn custodian(
    tx: &mut Tx,
    arrival: &Arrival,
    run: &mut Run,
    instrument: InstrumentId,
    (price, day): (Price, Date),
    place: &str,
) -> Result<(), DbError> {
    let terms = Terms::of(tx, instrument).await?;
    let price = Price { unit: terms.unit, ..price };
    if price.amount <= Decimal::ZERO || terms.misfit(&price, false).is_some() {
        return Ok(());
    }
    let offer = Offer {
        price,
        word: "custodian",
        at: Timestamp(i64::from(day.days()) * 86_400_000),
        delay_seconds: 0,
        source: None,
        mic: None,
        place: place.to_owned(),
        calendar: EVERY_DAY,
    };
    judge_offer(tx, arrival, run, instrument, offer, None).await
}

/// How an instrument is quoted.
pub(super) struct Terms {
    currency: Option<Currency>,
    unit: guichet_types::PriceUnit,
    minor_divisor: u32,
    mic: Option<Mic>,
    described: bool,
}

impl Terms {
    async fn of(tx: &mut Tx, instrument: InstrumentId) -> Result<Self, DbError> {
        const FIND: &str =
            "select currency, price_unit, minor_divisor, mic, described_at from instrument where id = $1";
        type Row = (Option<String>, String, i64, Option<String>, Option<i64>);
        let (currency, unit, divisor, mic, described): Row =
            on!(tx, c => sqlx::query_as(FIND).bind(instrument.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
        Ok(Self::new(currency, &unit, divisor, mic, described))
    }

    pub fn new(
        currency: Option<String>,
        unit: &str,
        divisor: i64,
        mic: Option<String>,
        described: Option<i64>,
    ) -> Self {
        Self {
            currency: currency.and_then(|text| text.parse().ok()),
            unit: if unit == "percent" {
                guichet_types::PriceUnit::Percent
            } else {
                guichet_types::PriceUnit::Currency
            },
            minor_divisor: u32::try_from(divisor).unwrap_or(1),
            mic: mic.and_then(|text| text.parse().ok()),
            described: described.is_some(),
        }
    }

    /// Why a price cannot be of this instrument.
    fn misfit(&self, price: &Price, unnamed: bool) -> Option<&'static str> {
        if self.described && price.unit != self.unit {
            return Some("unit");
        }
        let other = self.currency.map_or(unnamed, |currency| currency != price.currency);
        other.then_some("currency")
    }
}

/// The latest price as it is kept, and the one that waits.
#[derive(sqlx::FromRow)]
pub(super) struct Kept {
    price: Option<String>,
    divisor: Option<i64>,
    kind: Option<String>,
    at: Option<i64>,
    mic: Option<String>,
    waiting_price: Option<String>,
    waiting_at: Option<i64>,
}

/// A good price: what it is in main units, when, of which day, and how much it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Good {
    pub quoted: Quoted,
    pub day: Date,
    pub rank: u8,
}

impl Kept {
    pub fn good(&self) -> Option<Good> {
        let amount: Decimal = self.price.as_deref()?.parse().ok()?;
        let divisor = Decimal::new(i128::from(self.divisor?), 0);
        let at = Timestamp(self.at?);
        let word = self.kind.as_deref().unwrap_or_default();
        let mic = self.mic.as_deref().and_then(|mic| mic.parse().ok());
        let calendar = if word == "custodian" { EVERY_DAY } else { calendar(mic, at) };
        let price = amount.mul_div(Decimal::new(1, 0), divisor, DIGITS).ok()?;
        Some(Good { quoted: Quoted { price, at }, day: day_at(&calendar, at), rank: rank(word) })
    }

    pub fn waiting(&self) -> Option<Quoted> {
        let price = self.waiting_price.as_deref()?.parse().ok()?;
        Some(Quoted { price, at: Timestamp(self.waiting_at?) })
    }
}

async fn judge_offer(
    tx: &mut Tx,
    arrival: &Arrival,
    run: &mut Run,
    instrument: InstrumentId,
    offer: Offer,
    misfit: Option<&'static str>,
) -> Result<(), DbError> {
    const KEPT: &str =
        "select price, divisor, kind, at, mic, waiting_price, waiting_at from quote where instrument_id = $1";
    let kept: Option<Kept> =
        on!(tx, c => sqlx::query_as(KEPT).bind(instrument.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    let last = kept.as_ref().and_then(Kept::good);
    if let Some(reason) = misfit {
        return refuse(tx, arrival, run, instrument, &offer, reason, last).await;
    }
    let (new, limits) = (offer.quoted(), Limits::default());
    if last.is_none_or(|last| (new.at, rank(offer.word)) > (last.quoted.at, last.rank)) {
        let comparable = match last {
            Some(last) => Some(in_units_of(tx, instrument, last, offer.day()).await?),
            None => None,
        };
        let waiting = kept.as_ref().and_then(Kept::waiting);
        return match judge(comparable, waiting, new, arrival.now, &offer.calendar, &limits) {
            Verdict::Accept => {
                let version = run.version(tx).await?;
                put_latest(tx, arrival, instrument, &offer, version).await?;
                put_daily(tx, arrival, instrument, &offer).await
            }
            Verdict::Reject { reason } => {
                if reason == Reason::Jump {
                    put_waiting(tx, run, instrument, new).await?;
                }
                refuse(tx, arrival, run, instrument, &offer, reason.code(), last).await
            }
        };
    }
    // The very price that is shown: nothing is new.
    if last.is_some_and(|last| last.quoted == new) {
        return Ok(());
    }
    // Of the past: it can still be the price of its day.
    let neighbour = neighbour(tx, instrument, &offer).await?;
    let waiting = run.waiting.get(&instrument).copied();
    match judge(neighbour, waiting, new, arrival.now, &offer.calendar, &limits) {
        Verdict::Accept => {
            run.waiting.remove(&instrument);
            put_daily(tx, arrival, instrument, &offer).await?;
            match last {
                Some(last) if offer.word == "last" && last.day == offer.day() && new.at < last.quoted.at => {
                    note(tx, arrival, &offer, Reason::Stale.code(), Some(last)).await
                }
                _ => Ok(()),
            }
        }
        Verdict::Reject { reason } => {
            if reason == Reason::Jump {
                run.waiting.insert(instrument, new);
            }
            // Of the same instant as the one that is shown: then that one is in doubt.
            if last.is_some_and(|last| last.quoted.at == new.at) {
                return refuse(tx, arrival, run, instrument, &offer, reason.code(), last).await;
            }
            note(tx, arrival, &offer, reason.code(), last).await
        }
    }
}

/// A good price in the units of another day, when there was a split between.
async fn in_units_of(tx: &mut Tx, instrument: InstrumentId, good: Good, day: Date) -> Result<Quoted, DbError> {
    const SPLITS: &str = "select new_units, old_units from instrument_split
        where instrument_id = $1 and day > $2 and day <= $3";
    let (from, to) = (good.day.min(day), good.day.max(day));
    if from == to {
        return Ok(good.quoted);
    }
    let splits: Vec<(String, String)> = on!(tx, c => sqlx::query_as(SPLITS).bind(instrument.as_bytes().as_slice())
        .bind(i64::from(from.days())).bind(i64::from(to.days())).fetch_all(&mut **c).await)?;
    let mut quoted = good.quoted;
    for (new, old) in splits {
        let (Ok(new), Ok(old)) = (new.parse::<Decimal>(), old.parse::<Decimal>()) else { continue };
        let (by, per) = if good.day <= day { (old, new) } else { (new, old) };
        quoted.price = quoted.price.mul_div(by, per, DIGITS).unwrap_or(quoted.price);
    }
    Ok(quoted)
}

/// The good price of the nearest day before, else behind, to judge a price of the past by.
async fn neighbour(tx: &mut Tx, instrument: InstrumentId, offer: &Offer) -> Result<Option<Quoted>, DbError> {
    const NEAR: &str = "select day, price, divisor from quote_daily
        where instrument_id = $1 and day between $2 and $3 and day <> $4
        order by case when day < $4 then 0 else 1 end, abs(day - $4) limit 1";
    let day = i64::from(offer.day().days());
    let near: Option<(i64, String, i64)> = on!(tx, c => sqlx::query_as(NEAR).bind(instrument.as_bytes().as_slice())
        .bind(day - NEIGHBOUR).bind(day + NEIGHBOUR).bind(day).fetch_optional(&mut **c).await)?;
    let Some((of, price, divisor)) = near else { return Ok(None) };
    let Ok(amount) = price.parse::<Decimal>() else { return Ok(None) };
    let divisor = Decimal::new(i128::from(divisor), 0);
    let price = amount.mul_div(Decimal::new(1, 0), divisor, DIGITS).unwrap_or(amount);
    let of = Date::from_days(i32::try_from(of).unwrap_or(0));
    // It is older than the price that is judged, whichever day it is of.
    let quoted = Quoted { price, at: Timestamp(offer.at.millis() - 1) };
    in_units_of(tx, instrument, Good { quoted, day: of, rank: 0 }, offer.day()).await.map(Some)
}

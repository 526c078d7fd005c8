//! A portfolio as it is shown: what is held, at the latest good prices, in the portfolio's currency.
//!
//! Read once, in one state of the database; after that a new price changes one figure in memory, and everything that hangs on it
//! is worked out anew. So the page and the live stream cannot disagree.

use super::{
    days::DayValue,
    ledger::{DIGITS, InstrumentId},
    prices::{Dated, Prices, Rates},
    store::{self, Instrument, Latest, Portfolio},
};
use guichet_formats::securities::{
    record::AssetClass,
    returns::{Grown, Point, Returns},
};
use guichet_platform::{
    db::{DbError, Tx},
    scope::CustomerScope,
};
use guichet_types::{Currency, Date, Decimal, Id, Money, Price, Quantity, kind};

/// One holding.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Of what.
    pub instrument: Instrument,
    /// How many.
    pub quantity: Decimal,
    /// What was paid for it, where somebody says so.
    pub cost: Option<(Decimal, Currency)>,
    /// The latest good price.
    pub latest: Option<Latest>,
    /// The price at the end of yesterday, in today's units.
    pub before: Option<Price>,
}

/// What a holding is worth. Nothing where a price or a rate is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Worth {
    /// In the currency of its price.
    pub own: Option<Money>,
    /// In the portfolio's currency.
    pub value: Option<Money>,
    /// The rate between the two.
    pub rate: Option<Dated>,
    /// Value less cost, in the portfolio's currency: counted in the currency of the cost, and converted as the value is.
    pub gain: Option<Money>,
    /// The gain as a fraction of the cost.
    pub gain_ratio: Option<Decimal>,
    /// How the price has moved since the end of yesterday, as a fraction.
    pub day_ratio: Option<Decimal>,
}

/// What all of it comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// Everything that can be valued.
    pub value: Money,
    /// How many holdings cannot.
    pub missing: usize,
    /// Of this, money.
    pub cash: Money,
    /// What the gains of holdings come to; nothing where no cost is known.
    pub gain: Option<Money>,
    /// How much more it is than at the end of yesterday, without what came from outside.
    pub today: Option<Money>,
    /// Time-weighted returns up to now.
    pub returns: Returns,
}

/// By what the parts of a portfolio are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aspect {
    /// Shares, funds, bonds.
    #[default]
    Class,
    /// Of the price.
    Currency,
    /// Of the issuer.
    Region,
}

/// A part of a portfolio.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The class's word, a currency, a region; empty where nobody says.
    pub key: String,
    /// Worth.
    pub value: Money,
    /// In thousandths of all.
    pub permille: i64,
}

/// A portfolio as it is shown.
#[derive(Clone, Debug)]
pub struct Book {
    /// The portfolio.
    pub portfolio: Portfolio,
    /// What is held, the largest first.
    pub holdings: Vec<Holding>,
    /// The money beside it.
    pub cash: Vec<(Currency, Decimal)>,
    /// Rates of the last weeks.
    pub rates: Rates,
    /// What it was worth on days before today, in order.
    pub days: Vec<DayValue>,
    /// How those days have grown; nothing where they say nothing.
    grown: Option<Grown>,
    /// What came from outside today.
    pub flow_today: i64,
    /// Today, where the institution is.
    pub today: Date,
}

impl Book {
    /// Reads a portfolio; nothing when the customer does not hold it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn read(
        tx: &mut Tx,
        scope: &CustomerScope,
        id: Id<kind::Portfolio>,
        today: Date,
    ) -> Result<Option<Self>, DbError> {
        let Some(portfolio) = store::find_portfolio(tx, scope, id).await? else { return Ok(None) };
        let mut holdings = Vec::new();
        for row in store::list_holdings(tx, scope, id).await? {
            let (latest, before) = priced(tx, scope, row.instrument.id, today).await?;
            let (instrument, quantity, cost) = (row.instrument, row.quantity, row.cost);
            holdings.push(Holding { instrument, quantity, cost, latest, before });
        }
        let cash = store::list_cash(tx, scope, id).await?;
        let priced = holdings.iter().filter_map(|holding: &Holding| Some(holding.latest.as_ref()?.price.currency));
        let paid = holdings.iter().filter_map(|holding| Some(holding.cost?.1));
        let currencies =
            priced.chain(paid).chain(cash.iter().map(|(code, _)| *code)).chain([portfolio.currency]).collect();
        let rates = store::list_rates(tx, scope, &currencies, today.plus_days(-40)).await?;
        let all = store::list_days(tx, scope, id).await?;
        let flow_today = all.iter().find(|value| value.day == today).map_or(0, |value| value.flow);
        let days: Vec<DayValue> = all.into_iter().filter(|value| value.day < today).collect();
        let points: Vec<Point> = days.iter().map(|day| point(*day, portfolio.currency)).collect();
        let grown = Grown::new(&points, today).ok();
        let mut book = Self { portfolio, holdings, cash, rates, days, grown, flow_today, today };
        let order = |holding: &Holding| std::cmp::Reverse(book.worth(holding).value.map_or(0, |value| value.minor));
        let mut keyed: Vec<_> = book.holdings.iter().cloned().map(|holding| (order(&holding), holding)).collect();
        keyed.sort_by_key(|(key, _)| *key);
        book.holdings = keyed.into_iter().map(|(_, holding)| holding).collect();
        Ok(Some(book))
    }

    /// Takes a new price; true when something here is of it.
    pub fn take(&mut self, latest: &Latest) -> bool {
        let mut taken = false;
        for holding in self.holdings.iter_mut().filter(|holding| holding.instrument.id == latest.instrument) {
            taken |= holding.latest.as_ref() != Some(latest);
            holding.latest = Some(latest.clone());
        }
        taken
    }

    /// What a holding is worth.
    #[must_use]
    pub fn worth(&self, holding: &Holding) -> Worth {
        let Some(latest) = &holding.latest else { return Worth::default() };
        let (price, quantity, factor) = (latest.price, Quantity(holding.quantity), holding.instrument.factor);
        let rate = self.rates.at(price.currency, self.portfolio.currency, self.today);
        let own = price.value(quantity, factor).ok();
        let value = rate.and_then(|dated| price.value_in(quantity, factor, &dated.rate).ok());
        let in_cost = holding.cost.and_then(|(cost, currency)| {
            let rate = self.rates.at(price.currency, currency, self.today)?.rate;
            let value = price.value_in(quantity, factor, &rate).ok()?.to_decimal();
            Some((value.checked_sub(cost).ok()?, cost, currency))
        });
        let gain = in_cost
            .and_then(|(gain, _, currency)| self.rates.convert(gain, currency, self.portfolio.currency, self.today));
        let gain_ratio = in_cost.and_then(|(gain, cost, _)| ratio(gain, cost));
        let day_ratio = holding.before.and_then(|before| moved(before, price));
        Worth { own, value, rate: rate.filter(|dated| dated.day.is_some()), gain, gain_ratio, day_ratio }
    }

    /// An amount of money in the portfolio's currency.
    #[must_use]
    pub fn cash_value(&self, (currency, amount): (Currency, Decimal)) -> Option<Money> {
        self.rates.convert(amount, currency, self.portfolio.currency, self.today)
    }

    /// What each holding is worth, in their order.
    #[must_use]
    pub fn worths(&self) -> Vec<Worth> {
        self.holdings.iter().map(|holding| self.worth(holding)).collect()
    }

    /// What all of it comes to.
    #[must_use]
    pub fn total(&self) -> Total {
        self.total_of(&self.worths())
    }

    /// What all of it comes to, when it is known what each holding is worth.
    #[must_use]
    pub fn total_of(&self, worths: &[Worth]) -> Total {
        let currency = self.portfolio.currency;
        let (mut value, mut missing, mut gain) = (0_i64, 0, None);
        for worth in worths {
            match worth.value {
                Some(money) => value = value.saturating_add(money.minor),
                None => missing += 1,
            }
            if let Some(one) = worth.gain {
                gain = Some(gain.unwrap_or(0_i64).saturating_add(one.minor));
            }
        }
        let mut cash = 0_i64;
        for money in &self.cash {
            match self.cash_value(*money) {
                Some(money) => cash = cash.saturating_add(money.minor),
                None => missing += 1,
            }
        }
        let value = value.saturating_add(cash);
        let today = self.days.last().filter(|_| missing == 0);
        let today = today.map(|before| value.saturating_sub(before.value).saturating_sub(self.flow_today));
        let money = |minor| Money::new(minor, currency);
        let returns = if missing == 0 { self.returns(value) } else { Returns::default() };
        Total {
            value: money(value),
            missing,
            cash: money(cash),
            gain: gain.map(money),
            today: today.map(money),
            returns,
        }
    }

    /// The days, and today at this value.
    #[must_use]
    pub fn series(&self, value: i64) -> Vec<DayValue> {
        let now = DayValue { day: self.today, value, flow: self.flow_today };
        self.days.iter().copied().chain([now]).collect()
    }

    fn returns(&self, value: i64) -> Returns {
        let digits = self.portfolio.currency.digits();
        let now = |grown: Grown| {
            grown.with(Decimal::from_units(value, digits), Decimal::from_units(self.flow_today, digits)).ok()
        };
        self.grown.and_then(now).unwrap_or_default()
    }

    /// Forgets the days that only charts show; what is worth how much stays the same.
    pub fn forget_days(&mut self) {
        self.days.drain(..self.days.len().saturating_sub(1));
        self.days.shrink_to_fit();
    }

    /// The parts by an aspect, the largest first.
    #[must_use]
    pub fn parts(&self, aspect: Aspect) -> Vec<Part> {
        self.parts_of(aspect, &self.worths())
    }

    /// The parts by an aspect, when it is known what each holding is worth.
    #[must_use]
    pub fn parts_of(&self, aspect: Aspect, worths: &[Worth]) -> Vec<Part> {
        let mut sums: Vec<(String, i64)> = Vec::new();
        let mut add = |key: String, minor: i64| match sums.iter_mut().find(|(known, _)| *known == key) {
            Some((_, sum)) => *sum = sum.saturating_add(minor),
            None => sums.push((key, minor)),
        };
        for (holding, worth) in self.holdings.iter().zip(worths) {
            let Some(value) = worth.value else { continue };
            let instrument = &holding.instrument;
            let key = match aspect {
                Aspect::Class => instrument.class.as_str().to_owned(),
                Aspect::Currency => {
                    holding.latest.as_ref().map_or_else(String::new, |latest| latest.price.currency.to_string())
                }
                Aspect::Region => instrument.region.clone().or_else(|| instrument.country.clone()).unwrap_or_default(),
            };
            add(key, value.minor);
        }
        for (currency, amount) in &self.cash {
            let Some(value) = self.cash_value((*currency, *amount)) else { continue };
            let key = match aspect {
                Aspect::Currency => currency.to_string(),
                Aspect::Class | Aspect::Region => AssetClass::Cash.as_str().to_owned(),
            };
            add(key, value.minor);
        }
        let all: i64 = sums.iter().map(|(_, sum)| sum).sum();
        sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let part = |(key, minor)| Part {
            key,
            value: Money::new(minor, self.portfolio.currency),
            permille: permille(minor, all),
        };
        sums.into_iter().map(part).collect()
    }
}

fn point(day: DayValue, currency: Currency) -> Point {
    let digits = currency.digits();
    Point { date: day.day, value: Decimal::from_units(day.value, digits), flow: Decimal::from_units(day.flow, digits) }
}

/// An instrument's latest price, and the one at the end of yesterday in today's units.
///
/// # Errors
/// What the database says.
pub async fn priced(
    tx: &mut Tx,
    scope: &CustomerScope,
    instrument: InstrumentId,
    today: Date,
) -> Result<(Option<Latest>, Option<Price>), DbError> {
    let latest = store::latest_of(tx, scope, instrument).await?;
    let yesterday = today.plus_days(-1);
    let mut prices = Prices::default();
    store::list_daily(tx, scope, instrument, yesterday, &mut prices).await?;
    store::list_splits(tx, scope, instrument, &mut prices).await?;
    let before = prices.at(instrument, yesterday);
    Ok((latest, before.and_then(|(_, price)| prices.adjusted(instrument, price, yesterday, today))))
}

/// How far a price has moved, as a fraction; nothing between two currencies.
#[must_use]
pub fn moved(before: Price, now: Price) -> Option<Decimal> {
    if before.currency != now.currency || before.unit != now.unit {
        return None;
    }
    let main = |price: Price| {
        price.amount.mul_div(Decimal::new(1, 0), Decimal::new(i128::from(price.minor_divisor), 0), DIGITS).ok()
    };
    let (before, now) = (main(before)?, main(now)?);
    ratio(now.checked_sub(before).ok()?, before)
}

fn ratio(part: Decimal, of: Decimal) -> Option<Decimal> {
    (of > Decimal::ZERO).then(|| part.mul_div(Decimal::new(1, 0), of, 6).ok()).flatten()
}

/// Thousandths, rounded half to even.
#[must_use]
pub fn permille(part: i64, all: i64) -> i64 {
    let thousand = Decimal::new(1_000, 0);
    let share = Decimal::from_units(part, 0).mul_div(thousand, Decimal::from_units(all, 0), 0);
    share.ok().and_then(|share| share.to_units(0).ok()).unwrap_or(0)
}

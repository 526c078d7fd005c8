//! Prices of days, splits, and rates of exchange: what a holding was worth on a day. Pure.

use super::ledger::{DIGITS, InstrumentId};
use guichet_types::{Currency, Date, Decimal, Money, Price, Quantity, Rate};
use std::collections::{BTreeMap, BTreeSet};

/// How long before a day a rate may be of: over weekends and holidays, not over years.
const RATE_DAYS: i32 = 31;

/// Rates of exchange in euro, as the European Central Bank writes them: so many units for one euro.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    by_currency: BTreeMap<Currency, BTreeMap<Date, Decimal>>,
}

/// A rate and the day that it is of; none for a currency itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The rate.
    pub rate: Rate,
    /// Its day: of a cross rate, that of the older half.
    pub day: Option<Date>,
}

impl Rates {
    /// Notes what one euro is.
    pub fn put(&mut self, currency: Currency, day: Date, units_for_one_euro: Decimal) {
        self.by_currency.entry(currency).or_default().insert(day, units_for_one_euro);
    }

    fn euro(&self, currency: Currency, day: Date) -> Option<(Decimal, Option<Date>)> {
        if currency == Currency::EUR {
            return Some((Decimal::new(1, 0), None));
        }
        let (of, rate) = self.by_currency.get(&currency)?.range(..=day).next_back()?;
        (of.days() >= day.days() - RATE_DAYS).then_some((*rate, Some(*of)))
    }

    /// The rate of a day, or the latest before it.
    #[must_use]
    pub fn at(&self, from: Currency, to: Currency, day: Date) -> Option<Dated> {
        if from == to {
            return Some(Dated { rate: Rate::same(from), day: None });
        }
        let ((sells, one), (buys, two)) = (self.euro(from, day)?, self.euro(to, day)?);
        let day = [one, two].into_iter().flatten().min();
        Some(Dated { rate: Rate::by_euro(from, sells, to, buys)?, day })
    }

    /// An amount in another currency, at its smallest unit.
    #[must_use]
    pub fn convert(&self, amount: Decimal, from: Currency, to: Currency, day: Date) -> Option<Money> {
        let one = Decimal::new(1, 0);
        Price::new(amount, from).value_in(Quantity(one), one, &self.at(from, to, day)?.rate).ok()
    }
}

/// Good prices of days, as they were quoted on them, and the splits between them.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    daily: BTreeMap<InstrumentId, BTreeMap<Date, Price>>,
    splits: BTreeMap<InstrumentId, BTreeMap<Date, (Decimal, Decimal)>>,
}

impl Prices {
    /// Notes the price of a day.
    pub fn put(&mut self, instrument: InstrumentId, day: Date, price: Price) {
        self.daily.entry(instrument).or_default().insert(day, price);
    }

    /// Notes the price of a trade, for days before anybody quotes a price.
    pub fn put_trade(&mut self, instrument: InstrumentId, day: Date, price: Price) {
        let days = self.daily.entry(instrument).or_default();
        if days.range(..=day).next().is_none() {
            days.insert(day, price);
        }
    }

    /// Notes a split: from this day on there are `new` for `old`.
    pub fn split(&mut self, instrument: InstrumentId, day: Date, new: Decimal, old: Decimal) {
        self.splits.entry(instrument).or_default().insert(day, (new, old));
    }

    /// The price of a day, or the latest before it, in units of that day.
    #[must_use]
    pub fn at(&self, instrument: InstrumentId, day: Date) -> Option<(Date, Price)> {
        let (of, price) = self.daily.get(&instrument)?.range(..=day).next_back()?;
        Some((*of, self.adjusted(instrument, *price, *of, day)?))
    }

    /// A price of one day in units of another, later one.
    #[must_use]
    pub fn adjusted(&self, instrument: InstrumentId, price: Price, from: Date, to: Date) -> Option<Price> {
        let mut amount = price.amount;
        if let Some(splits) = self.splits.get(&instrument) {
            for (_, (new, old)) in splits.iter().filter(|(day, _)| **day > from && **day <= to) {
                amount = amount.mul_div(*old, *new, DIGITS).ok()?;
            }
        }
        Some(Price { amount, ..price })
    }

    /// The currencies that prices are in.
    #[must_use]
    pub fn currencies(&self) -> BTreeSet<Currency> {
        self.daily.values().flat_map(BTreeMap::values).map(|price| price.currency).collect()
    }

    /// Every day's price, in units of the last day, for a chart.
    #[must_use]
    pub fn series(&self, instrument: InstrumentId, last: Date) -> Vec<(Date, Price)> {
        let days = self.daily.get(&instrument).into_iter().flatten();
        days.filter_map(|(day, price)| Some((*day, self.adjusted(instrument, *price, *day, last)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_types::Id;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn day(number: i32) -> Date {
        Date::new(2026, 11, 1).unwrap().plus_days(number - 1)
    }

    #[test]
    fn a_rate_holds_over_a_weekend_and_not_for_ever() {
        let usd = "USD".parse().unwrap();
        let mut rates = Rates::default();
        rates.put(usd, day(13), d("1.25"));
        let money = rates.convert(d("100"), usd, Currency::EUR, day(15)).unwrap();
        assert_eq!(money.minor, 8_000);
        assert_eq!(rates.at(usd, Currency::EUR, day(15)).unwrap().day, Some(day(13)));
        assert!(rates.at(usd, Currency::EUR, day(12)).is_none());
        assert!(rates.at(usd, Currency::EUR, day(13).plus_days(40)).is_none());
    }

    #[test]
    fn a_price_from_before_a_split_is_told_in_the_new_units() {
        let share = Id::from_bytes([1; 16]);
        let mut prices = Prices::default();
        prices.put(share, day(10), Price::new(d("400"), Currency::EUR));
        prices.split(share, day(12), d("4"), d("1"));
        assert_eq!(prices.at(share, day(11)).unwrap().1.amount, d("400"));
        assert_eq!(prices.at(share, day(12)).unwrap().1.amount, d("100"));
        prices.put(share, day(12), Price::new(d("101"), Currency::EUR));
        let series: Vec<_> = prices.series(share, day(13)).into_iter().map(|(_, price)| price.amount).collect();
        assert_eq!(series, [d("100"), d("101")]);
    }
}

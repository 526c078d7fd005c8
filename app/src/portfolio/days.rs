//! What a portfolio was worth at the end of each day, and what came from outside on it: what its return is worked out from.

use super::{
    ledger::{Held, InstrumentId, Ledger, Money as Cash},
    prices::{Prices, Rates},
};
use guichet_types::{Currency, Date, Decimal, Quantity};
use std::collections::BTreeMap;

/// The value of a day, in minor units of the portfolio's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayValue {
    /// The day.
    pub day: Date,
    /// Worth at its end.
    pub value: i64,
    /// Paid in from outside on it, less what was paid out.
    pub flow: i64,
}

/// What is needed to value days.
#[derive(Debug)]
pub struct Valuer<'a> {
    /// What is held.
    pub ledger: &'a Ledger,
    /// By what quantity × price is multiplied, of each instrument.
    pub factors: &'a BTreeMap<InstrumentId, Decimal>,
    /// Prices.
    pub prices: &'a Prices,
    /// Rates.
    pub rates: &'a Rates,
    /// The portfolio's currency.
    pub currency: Currency,
}

impl Valuer<'_> {
    /// Units at the prices of a day and money at its rates; none while a price or a rate is missing.
    fn worth(&self, held: &Held, cash: &Cash, day: Date) -> Option<i64> {
        let mut sum = 0_i64;
        for (instrument, quantity) in held {
            let (_, price) = self.prices.at(*instrument, day)?;
            let rate = self.rates.at(price.currency, self.currency, day)?.rate;
            let factor = self.factors.get(instrument).copied().unwrap_or(Decimal::new(1, 0));
            sum = sum.checked_add(price.value_in(Quantity(*quantity), factor, &rate).ok()?.minor)?;
        }
        for (currency, amount) in cash {
            sum = sum.checked_add(self.rates.convert(*amount, *currency, self.currency, day)?.minor)?;
        }
        Some(sum)
    }

    /// The values of the days from `from` to `to`, both with. A day that cannot be valued in full has none, and what came from
    /// outside on it is counted to the next one that can.
    #[must_use]
    pub fn values(&self, from: Date, to: Date) -> Vec<DayValue> {
        let events = self.ledger.days();
        let Some(first) = events.first().copied() else { return Vec::new() };
        let (mut held, mut cash) = (Held::new(), Cash::new());
        let (mut values, mut waiting, mut begun) = (Vec::new(), 0_i64, false);
        for day in (from.max(first).days()..=to.days()).map(Date::from_days) {
            let eventful = events.contains(&day);
            if begun && !eventful {
                // Nothing has been done.
            } else if !(begun && self.ledger.step(&mut held, &mut cash, day) == Ok(true)) {
                let (Ok(now), Ok(money)) = (self.ledger.held(day), self.ledger.cash(day)) else { continue };
                (held, cash, begun) = (now, money, true);
            }
            let flow = if eventful { self.flow(day) } else { Some(0) };
            match (self.worth(&held, &cash, day), flow) {
                (Some(value), Some(flow)) => {
                    values.push(DayValue { day, value, flow: flow.saturating_add(waiting) });
                    waiting = 0;
                }
                (_, flow) => waiting = waiting.saturating_add(flow.unwrap_or(0)),
            }
        }
        values
    }

    fn flow(&self, day: Date) -> Option<i64> {
        let (units, money) = self.ledger.flows(day).ok()?;
        self.worth(&units, &money, day)
    }
}

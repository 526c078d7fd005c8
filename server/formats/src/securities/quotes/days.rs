//! Days with open, high, low and close, whatever they are written in: what is handed on, kept aside, counted and told.

use super::super::{
    Out, QuoteFigures,
    number::is_nothing,
    record::{CheckKind, Daily, Record, Severity},
};
use crate::{Refusal, number::rounded, out::Told};
use guichet_types::{Date, Decimal, Timestamp, quoted_currency};
use std::collections::HashMap;

/// A move from one row to the next that is worth a word, in percent.
const JUMP: i128 = 40;

/// One day as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day<'a> {
    /// The time as written.
    pub written: &'a str,
    pub date: Date,
    pub at: Option<Timestamp>,
    pub symbol: Option<&'a str>,
    pub currency: Option<&'a str>,
    pub open: Option<&'a str>,
    pub high: Option<&'a str>,
    pub low: Option<&'a str>,
    pub close: Option<&'a str>,
    pub adj_close: Option<&'a str>,
    pub volume: Option<&'a str>,
    pub dividend: Option<&'a str>,
    pub split: Option<&'a str>,
    pub place: &'a str,
}

/// What is known of the rows so far.
#[derive(Debug, Default)]
pub(super) struct Days {
    first: Option<(i64, String)>,
    last: Option<(i64, String)>,
    last_close: Option<String>,
    rising: bool,
    falling: bool,
    before: Option<i64>,
    /// By symbol: the closing price of the row before.
    closes: HashMap<String, Decimal>,
    /// Symbol and time, with the closing price where there is one.
    seen: HashMap<(String, String), Option<Decimal>>,
}

impl Days {
    /// Takes a row whose time could be read. The caller has counted it.
    pub fn take(&mut self, day: &Day<'_>, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
        let key = day.at.map_or(i64::from(day.date.days()) * 86_400_000, Timestamp::millis);
        self.order(key);
        if self.first.as_ref().is_none_or(|(first, _)| key < *first) {
            self.first = Some((key, day.written.to_owned()));
        }
        let is_last = self.last.as_ref().is_none_or(|(last, _)| key >= *last);
        if is_last {
            self.last = Some((key, day.written.to_owned()));
            self.last_close = day.close.filter(|text| !is_nothing(text)).map(str::to_owned);
        }
        let symbol = day.symbol.unwrap_or_default().to_owned();
        let known = (symbol.clone(), day.written.to_owned());
        let earlier = self.seen.get(&known).copied();
        figures.duplicate_dates += u64::from(earlier.is_some());
        if day.close.is_none_or(is_nothing) {
            figures.null_close += 1;
            self.seen.entry(known).or_insert(None);
            let told = Told::new(day.place, "There is no closing price.").actual(day.written);
            return out.tell(CheckKind::MissingPrice, Severity::Info, told);
        }
        let daily = match daily(day) {
            Ok(daily) => daily,
            Err(reason) => {
                let raw = format!("{} {}", day.written, day.close.unwrap_or_default());
                return out.quarantine(day.place, format!("The day cannot be used: {reason}."), &raw);
            }
        };
        match earlier.flatten() {
            Some(close) if close != daily.close => {
                let reason = format!("This time is there before with another closing price: {close}.");
                let raw = format!("{} {}", day.written, daily.close);
                return out.quarantine(day.place, reason, &raw);
            }
            Some(_) => {
                let told = Told::new(day.place, "This time is there more than once.").actual(day.written);
                return out.tell(CheckKind::DuplicateEntry, Severity::Info, told);
            }
            None => {}
        }
        self.seen.insert(known, Some(daily.close));
        tell_bounds(&daily, out)?;
        if let Some(before) = self.closes.insert(symbol, daily.close) {
            tell_jump(before, &daily, out)?;
        }
        out.put(Record::Daily(daily))
    }

    fn order(&mut self, key: i64) {
        if let Some(before) = self.before.replace(key) {
            self.rising |= key > before;
            self.falling |= key < before;
        }
    }

    /// Puts what is known into the figures.
    pub fn finish(self, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
        figures.first = self.first.map(|(_, text)| text);
        figures.last = self.last.map(|(_, text)| text);
        figures.last_close = self.last_close;
        figures.order = match (self.rising, self.falling) {
            (true, true) => "mixed",
            (false, true) => "descending",
            _ => "ascending",
        };
        if self.rising && self.falling && figures.symbols.len() < 2 {
            let told = Told::new("", "The rows are in no order of time.");
            out.tell(CheckKind::OutOfOrder, Severity::Info, told)?;
        }
        if figures.row_count == 0 { Err(Refusal::NoStatement) } else { Ok(()) }
    }
}

fn daily(day: &Day<'_>) -> Result<Daily, String> {
    let number = |name: &str, text: Option<&str>| -> Result<Option<Decimal>, String> {
        let Some(text) = text.filter(|text| !is_nothing(text)) else { return Ok(None) };
        let number = rounded(text).map_err(|error| format!("{name} {text:.40?}: {error}"))?;
        if number.is_negative() { Err(format!("{name} {text:.40} is below nought")) } else { Ok(Some(number)) }
    };
    let close = number("the closing price", day.close)?.ok_or("there is no closing price")?;
    if close.is_zero() {
        return Err("the closing price is nought".to_owned());
    }
    let quoted = |code: &str| quoted_currency(code).ok_or_else(|| format!("{code:.10?} is no currency"));
    let currency = day.currency.map(quoted).transpose()?;
    Ok(Daily {
        symbol: day.symbol.map(str::to_owned),
        currency: currency.map(|(currency, _)| currency),
        minor_unit_divisor: currency.map_or(1, |(_, divisor)| divisor),
        date: day.date,
        at: day.at,
        open: number("open", day.open)?,
        high: number("high", day.high)?,
        low: number("low", day.low)?,
        close,
        // Adjusted prices of long ago can fall below nought.
        adj_close: day.adj_close.and_then(|text| rounded(text).ok()),
        volume: number("volume", day.volume)?,
        dividend: number("dividend", day.dividend)?,
        split: number("split", day.split)?,
        place: day.place.to_owned(),
    })
}

fn tell_bounds(daily: &Daily, out: &mut Out<'_>) -> Result<(), Refusal> {
    let below = daily.low.is_some_and(|low| daily.close < low) || daily.high.zip(daily.low).is_some_and(|(h, l)| h < l);
    let above = daily.high.is_some_and(|high| daily.close > high);
    if below || above {
        let told = Told::new(&daily.place, "The closing price is not between the lowest and the highest of the day.");
        out.tell(CheckKind::ValueMismatch, Severity::Info, told.actual(daily.close))?;
    }
    Ok(())
}

fn tell_jump(before: Decimal, daily: &Daily, out: &mut Out<'_>) -> Result<(), Refusal> {
    let off = daily.close.checked_sub(before).map(Decimal::abs).and_then(|off| off.checked_mul(Decimal::new(100, 0)));
    let room = before.checked_mul(Decimal::new(JUMP, 0));
    let is_jump = !matches!((off, room), (Ok(off), Ok(room)) if off <= room);
    if is_jump {
        let told =
            Told::new(&daily.place, format!("The closing price is more than {JUMP} % from that of the row before."));
        out.tell(CheckKind::PriceJump, Severity::Info, told.expected(before).actual(daily.close))?;
    }
    Ok(())
}

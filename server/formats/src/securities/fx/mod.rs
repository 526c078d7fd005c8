//! Rates of exchange of central banks: the euro reference rates of the European Central Bank as XML (`eurofxref-daily`,
//! `-hist-90d`, `-hist`) and CSV, and the daily rates of the Czech National Bank as text.

mod cnb;
mod ecb_csv;
mod ecb_xml;

pub(super) use cnb::read as read_cnb;
pub(super) use ecb_csv::read as read_csv;
pub(super) use ecb_xml::{detect as detect_xml, read as read_xml};

use super::{
    Kind, Out,
    record::{CheckKind, FxRate, Record, Severity},
    report::RateFigures,
};
use crate::{Refusal, csv::header, out::Told};
use guichet_types::{Currency, Date, Decimal};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which of the text forms it is.
pub(super) fn detect_text(head: &str) -> Option<Kind> {
    if cnb::is_cnb(head) {
        return Some(Kind::CnbText);
    }
    let header = header(head)?;
    let (first, codes) = header.split_first()?;
    let codes: Vec<_> = codes.iter().filter(|code| !code.is_empty()).collect();
    // The last name of a beginning that is cut may be cut too.
    let whole = if head.contains('\n') { codes.len() } else { codes.len().saturating_sub(1) };
    let named = whole > 0 && codes[..whole].iter().all(|code| code.parse::<Currency>().is_ok());
    (first.eq_ignore_ascii_case("date") && named).then_some(Kind::EcbCsv)
}

/// Rates of the European Central Bank while they are read.
#[derive(Debug, Default)]
struct Euro {
    days: BTreeSet<Date>,
    currencies: BTreeSet<String>,
    /// By day: the rates of dollar and yen, as written.
    dollar: BTreeMap<Date, String>,
    yen: BTreeMap<Date, String>,
    /// Day and currency, with the rate.
    seen: HashMap<(Date, Currency), Decimal>,
    /// By currency: the day and rate that were read last.
    before: HashMap<Currency, (Date, Decimal)>,
    rising: bool,
    falling: bool,
    last_day: Option<Date>,
}

impl Euro {
    /// A day begins.
    fn day(&mut self, date: Date, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        if let Some(last) = self.last_day {
            let (was_rising, was_falling) = (self.rising, self.falling);
            self.rising |= date > last;
            self.falling |= date < last;
            if (self.rising && self.falling) && !(was_rising && was_falling) {
                let told = Told::new(place, "The days are in no order.").actual(date);
                out.tell(CheckKind::OutOfOrder, Severity::Warn, told)?;
            }
        }
        if !self.days.insert(date) {
            let told = Told::new(place, "The day is there more than once.").actual(date);
            out.tell(CheckKind::DuplicateEntry, Severity::Warn, told)?;
        }
        if date.weekday() > 5 {
            let told = Told::new(place, "The day is of a weekend, when no rates are set.").actual(date);
            out.tell(CheckKind::InvalidDate, Severity::Info, told)?;
        }
        self.last_day = Some(date);
        Ok(())
    }

    /// A rate of a day: handed on, or kept aside.
    fn rate(&mut self, date: Date, code: &str, text: &str, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        let raw = format!("{date} {code} {text}");
        let Ok(currency) = code.parse::<Currency>() else {
            return out.quarantine(place, format!("{code:.10?} is no currency."), &raw);
        };
        let rate = match text.parse::<Decimal>() {
            Ok(rate) if rate > Decimal::ZERO && !text.starts_with('+') => rate,
            Ok(_) => return out.quarantine(place, "A rate is above nought.", &raw),
            Err(error) => return out.quarantine(place, format!("The rate cannot be read: {error}."), &raw),
        };
        if currency == Currency::EUR {
            return out.quarantine(place, "The euro has no rate in euro.", &raw);
        }
        if let Some(first) = self.seen.insert((date, currency), rate) {
            self.seen.insert((date, currency), first);
            return out.quarantine(place, format!("{currency} has another rate on this day: {first}."), &raw);
        }
        self.currencies.insert(code.to_owned());
        if code == "USD" {
            self.dollar.insert(date, text.to_owned());
        } else if code == "JPY" {
            self.yen.insert(date, text.to_owned());
        }
        if let Some((_, before)) = self.before.insert(currency, (date, rate)) {
            jump(before, rate, currency, place, out)?;
        }
        let units = Decimal::new(1, 0);
        let place = place.to_owned();
        out.put(Record::Rate(FxRate {
            base: Currency::EUR,
            quote: currency,
            units,
            rate,
            as_of: date,
            source: "ECB",
            place,
        }))
    }

    fn figures(&self, kind: &'static str) -> RateFigures {
        let last = self.days.last();
        let of = |rates: &BTreeMap<Date, String>| last.and_then(|last| rates.get(last)).cloned();
        RateFigures {
            kind,
            base: Some("EUR"),
            date_count: Some(self.days.len() as u64),
            first_date: self.days.first().map(ToString::to_string),
            last_date: last.map(ToString::to_string),
            currency_count: self.currencies.len() as u64,
            last_usd: of(&self.dollar),
            last_jpy: of(&self.yen),
            ..RateFigures::default()
        }
    }
}

/// Tells a rate that is far from the one of the neighbouring day: by a fifth is worth a word, five times is a warning.
fn jump(before: Decimal, now: Decimal, currency: Currency, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let (small, large) = if before < now { (before, now) } else { (now, before) };
    let times = |factor: Decimal| small.checked_mul(factor).is_ok_and(|bound| large > bound);
    if times(Decimal::new(12, 1)) {
        let severity = if times(Decimal::new(5, 0)) { Severity::Warn } else { Severity::Info };
        let told = Told::new(place, format!("The rate of {currency} is far from that of the day beside it."));
        out.tell(CheckKind::PriceJump, severity, told.expected(before).actual(now))?;
    }
    Ok(())
}

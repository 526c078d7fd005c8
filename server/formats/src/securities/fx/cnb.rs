//! The daily rates of the Czech National Bank: a line with the day, a line with names, then `země|měna|množství|kód|kurz`.
//! A rate is crowns for so many units of the currency.

use super::super::{
    Figures, Gathered, Out,
    csv::tell_open_end,
    record::{CheckKind, FxRate, Record, Severity},
    report::RateFigures,
};
use crate::{Refusal, out::Told, time::month_named};
use guichet_types::{Currency, Date, Decimal};
use std::collections::BTreeSet;

/// Whether a text begins like this.
pub(super) fn is_cnb(head: &str) -> bool {
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default().trim();
    let dated = first.split_once('#').is_some_and(|(day, _)| day_of(day).is_some());
    dated && lines.next().is_some_and(|names| names.matches('|').count() == 4)
}

/// `05.04.2016` or `05 Apr 2016`.
fn day_of(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.trim().split(['.', ' ']).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let month = month_named(month).or_else(|| month.parse().ok())?;
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// Reads a file.
pub(in crate::securities) fn read(text: &str, out: &mut Out<'_>, gathered: &mut Gathered) -> Result<(), Refusal> {
    tell_open_end(text, out)?;
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let date_line = lines.next().map(|(_, line)| line.trim().to_owned()).unwrap_or_default();
    let day = date_line.split_once('#').and_then(|(day, _)| day_of(day)).ok_or(Refusal::NoStatement)?;
    lines.next();
    let (mut codes, mut dollar) = (BTreeSet::new(), Vec::new());
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("line {}", index + 1);
        match rate(line, day, &place) {
            Err(reason) => out.quarantine(&place, reason, line)?,
            Ok((rate, text)) => {
                if !codes.insert(rate.base) {
                    out.quarantine(&place, format!("{} is there more than once.", rate.base), line)?;
                    continue;
                }
                if rate.base.as_str() == "USD" {
                    dollar.push(text);
                }
                out.put(Record::Rate(rate))?;
            }
        }
    }
    let figures = RateFigures {
        kind: "CNB txt",
        base: Some("CZK"),
        currency_count: codes.len() as u64,
        date_line: Some(date_line),
        usd: Some(dollar),
        ..RateFigures::default()
    };
    gathered.version = Some("CNB daily".to_owned());
    gathered.figures = Figures::Rates(figures);
    if day.weekday() > 5 {
        let told = Told::new("line 1", "The day is of a weekend, when no rates are set.").actual(day);
        out.tell(CheckKind::InvalidDate, Severity::Info, told)?;
    }
    if codes.is_empty() { Err(Refusal::NoStatement) } else { Ok(()) }
}

/// The rate of a line, and its text.
fn rate(line: &str, as_of: Date, place: &str) -> Result<(FxRate, String), String> {
    let cells: Vec<&str> = line.trim().split('|').map(str::trim).collect();
    let [_, _, units, code, text] = cells.as_slice() else { return Err("The line has not five parts.".to_owned()) };
    let base: Currency = code.parse().map_err(|_| format!("{code:.10?} is no currency."))?;
    let units: Decimal = units.parse().map_err(|error| format!("The number of units cannot be read: {error}."))?;
    // Crowns have at most a few thousand of a unit, so one comma or point is before decimals.
    let rate =
        Decimal::parse(&text.replace(',', "."), b'.').map_err(|error| format!("The rate cannot be read: {error}."))?;
    if rate <= Decimal::ZERO || units <= Decimal::ZERO {
        return Err("A rate and its number of units are above nought.".to_owned());
    }
    let quote = "CZK".parse().map_err(|_| "There is no crown.".to_owned())?;
    Ok((FxRate { base, quote, units, rate, as_of, source: "CNB", place: place.to_owned() }, (*text).to_owned()))
}

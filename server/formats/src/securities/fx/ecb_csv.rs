//! The euro reference rates as CSV: a day in each row, a currency in each column, `N/A` where there is no rate.

use super::Euro;
use crate::{
    Refusal,
    securities::{Figures, Gathered, Out, csv::Table, number::is_nothing},
    time::month_named,
};
use guichet_types::Date;

/// Reads a file.
pub(in crate::securities) fn read(
    mut table: Table<'_>,
    out: &mut Out<'_>,
    gathered: &mut Gathered,
) -> Result<(), Refusal> {
    let header = table.header.clone();
    let (mut euro, mut missing) = (Euro::default(), 0);
    let mut named: Vec<&str> = header.iter().map(String::as_str).collect();
    while named.last().is_some_and(|name| name.is_empty()) {
        named.pop();
    }
    let outcome = read_rows(&mut table, &named, &mut euro, &mut missing, out);
    let mut figures = euro.figures("ECB csv");
    figures.missing_values = Some(missing);
    figures.currency_count = named.len().saturating_sub(1) as u64;
    gathered.version = Some("ECB eurofxref csv".to_owned());
    gathered.figures = Figures::Rates(figures);
    outcome?;
    if euro.days.is_empty() { Err(Refusal::NoStatement) } else { Ok(()) }
}

fn read_rows(
    table: &mut Table<'_>,
    named: &[&str],
    euro: &mut Euro,
    missing: &mut u64,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    while let Some(row) = table.next_of_any_width(out)? {
        let (place, raw) = (format!("line {}", row.line), row.cells.join(","));
        let cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
        // Lines of the bank end with a comma, so a row that is shorter than the header is cut, perhaps within a rate.
        if cells.len() < table.header.len() || cells.iter().skip(named.len()).any(|cell| !cell.is_empty()) {
            table.keep_aside(&row, out)?;
            continue;
        }
        let Some(date) = day(cells[0]) else {
            out.quarantine(&place, format!("The day {:.40?} cannot be read.", cells[0]), &raw)?;
            continue;
        };
        euro.day(date, &place, out)?;
        for (code, cell) in named.iter().zip(cells).skip(1) {
            if is_nothing(cell) {
                *missing += 1;
            } else {
                euro.rate(date, code, cell, &place, out)?;
            }
        }
    }
    Ok(())
}

/// `2026-04-13`, or `13 April 2026` as the daily file has it.
fn day(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let mut words = text.split_ascii_whitespace();
    let day = words.next()?.parse().ok()?;
    let month = month_named(words.next()?)?;
    let year = words.next().filter(|year| year.len() == 4)?.parse().ok()?;
    if words.next().is_some() { None } else { Date::new(year, month, day).ok() }
}

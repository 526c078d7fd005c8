//! Prices: our own form, days with open, high, low and close as CSV, and the JSON of the usual feeds.

mod days;
mod feeds;
mod ohlc;
mod own;

use super::{Figures, Gathered, Out, QuoteFigures, csv::Table};
use crate::{Refusal, csv::header, json::Value};

/// Whether JSON is of a kind that is read here.
pub(super) fn is_json(head: &str) -> bool {
    own::is_json(head) || feeds::is_json(head)
}

/// Whether CSV is: by the names of its columns.
pub(super) fn is_csv(head: &str) -> bool {
    header(head).is_some_and(|header| own::is_csv(&header) || ohlc::is_csv(&header))
}

/// Reads JSON.
pub(super) fn read_json(json: &Value, out: &mut Out<'_>, gathered: &mut Gathered) -> Result<(), Refusal> {
    gathered.version = Some("JSON".to_owned());
    let mut figures = QuoteFigures::default();
    let outcome = if json.find("guichet").is_some() {
        own::read_json(json, out, &mut figures)
    } else {
        feeds::read(json, out, &mut figures)
    };
    gathered.figures = Figures::Quotes(figures);
    outcome
}

/// Reads CSV.
pub(super) fn read_csv(table: Table<'_>, out: &mut Out<'_>, gathered: &mut Gathered) -> Result<(), Refusal> {
    gathered.version = Some("CSV".to_owned());
    let mut figures = QuoteFigures { columns: table.header.clone(), ..QuoteFigures::default() };
    let outcome = if own::is_csv(&table.header) {
        own::read_csv(table, out, &mut figures)
    } else {
        ohlc::read(table, out, &mut figures)
    };
    gathered.figures = Figures::Quotes(figures);
    outcome
}

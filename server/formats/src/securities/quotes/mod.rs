//! Prices: our own form, days with open, high, low and close as CSV, and the JSON of the usual feeds.

mod days;
mod feeds;
mod ohlc;
mod own;

use super::{
    Figures, Gathered, Out, QuoteFigures,
    csv::{Rows, tell_open_end},
    text::whole,
};
use crate::{Limits, Refusal, json};

/// Whether JSON is of a kind that is read here.
pub(super) fn is_json(head: &str) -> bool {
    own::is_json(head) || feeds::is_json(head)
}

/// Whether CSV is: by the names of its columns.
pub(super) fn is_csv(head: &str) -> bool {
    let Some(line) = head.lines().find(|line| !line.trim().is_empty()) else { return false };
    let Some(Ok(header)) = Rows::new(line).next() else { return false };
    own::is_csv(&header.cells) || ohlc::is_csv(&header.cells)
}

/// Reads JSON.
pub(super) fn read_json(
    bytes: &[u8],
    limits: &Limits,
    out: &mut Out<'_>,
    gathered: &mut Gathered,
) -> Result<(), Refusal> {
    let text = whole(bytes, false, limits, out)?;
    let json = json::parse(text.trim_start_matches('\u{feff}'), &limits.into())?;
    gathered.version = Some("JSON".to_owned());
    let mut figures = QuoteFigures::default();
    let outcome = if json.find("guichet").is_some() {
        own::read_json(&json, out, &mut figures)
    } else {
        feeds::read(&json, out, &mut figures)
    };
    gathered.figures = Figures::Quotes(figures);
    outcome
}

/// Reads CSV.
pub(super) fn read_csv(
    bytes: &[u8],
    limits: &Limits,
    out: &mut Out<'_>,
    gathered: &mut Gathered,
) -> Result<(), Refusal> {
    let text = whole(bytes, false, limits, out)?;
    tell_open_end(&text, out)?;
    let mut rows = Rows::new(&text);
    let Some(Ok(header)) = rows.next() else { return Err(Refusal::NoStatement) };
    gathered.version = Some("CSV".to_owned());
    let mut figures = QuoteFigures { columns: header.cells.clone(), ..QuoteFigures::default() };
    let outcome = if own::is_csv(&header.cells) {
        own::read_csv(&header.cells, rows, out, &mut figures)
    } else {
        ohlc::read(&header.cells, rows, out, &mut figures)
    };
    gathered.figures = Figures::Quotes(figures);
    outcome
}

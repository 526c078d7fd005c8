//! Days as CSV: `Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits` and its like. Columns go by their names.

use super::{
    super::{Out, QuoteFigures, csv::Table, number::feed_time},
    days::{Day, Days},
};
use crate::Refusal;

/// Places of the columns.
#[derive(Debug, Default)]
struct Columns {
    time: Option<usize>,
    clock: Option<usize>,
    symbol: Option<usize>,
    currency: Option<usize>,
    open: Option<usize>,
    high: Option<usize>,
    low: Option<usize>,
    close: Option<usize>,
    adj_close: Option<usize>,
    volume: Option<usize>,
    dividend: Option<usize>,
    split: Option<usize>,
}

impl Columns {
    fn of(header: &[String]) -> Self {
        let names: Vec<String> = header.iter().map(|name| name.to_ascii_lowercase()).collect();
        let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let time = find(&["date", "datetime", "timestamp", "<date>", "<dtyyyymmdd>", "trade date", "trade_date"]);
        Self {
            clock: time.and(find(&["time", "<time>"])),
            time: time.or(find(&["time"])),
            symbol: find(&["symbol", "ticker", "<ticker>"]),
            currency: find(&["currency"]),
            open: find(&["open", "<open>", "1. open"]),
            high: find(&["high", "<high>", "2. high"]),
            low: find(&["low", "<low>", "3. low"]),
            close: find(&["close", "<close>", "4. close", "close/last"]),
            adj_close: find(&["adj close", "adj_close", "adjclose", "adjusted_close"]),
            volume: find(&["volume", "<vol>", "vol", "5. volume"]),
            dividend: find(&["dividends", "dividend", "dividend_amount"]),
            split: find(&["stock splits", "splits", "split", "split_coefficient"]),
        }
    }
}

/// Whether a header has a time and a closing price.
pub(super) fn is_csv(header: &[String]) -> bool {
    let columns = Columns::of(header);
    columns.time.is_some() && columns.close.is_some()
}

/// Reads the rows behind a header.
pub(super) fn read(mut table: Table<'_>, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
    let columns = Columns::of(&table.header);
    let (mut days, Some(time)) = (Days::default(), columns.time) else { return Err(Refusal::NoStatement) };
    figures.kind = "OHLC csv";
    while let Some(row) = table.next(out)? {
        figures.row_count += 1;
        let (place, raw) = (format!("line {}", row.line), row.cells.join(","));
        let cell = |column: Option<usize>| column.and_then(|at| row.cells.get(at)).map(String::as_str);
        let written = row.cells[time].as_str();
        let whole = cell(columns.clock).map_or_else(|| written.to_owned(), |clock| format!("{written} {clock}"));
        let Some((date, at)) = feed_time(&whole).or_else(|| feed_time(written)) else {
            out.quarantine(&place, format!("The time {written:.40?} cannot be read."), &raw)?;
            continue;
        };
        let symbol = cell(columns.symbol).filter(|symbol| !symbol.is_empty());
        figures.symbols.extend(symbol.map(str::to_owned));
        let currency = cell(columns.currency).filter(|currency| !currency.is_empty());
        figures.currencies.extend(currency.map(str::to_owned));
        let day = Day {
            written: if columns.clock.is_some() { &whole } else { written },
            date,
            at,
            symbol,
            currency,
            open: cell(columns.open),
            high: cell(columns.high),
            low: cell(columns.low),
            close: cell(columns.close),
            adj_close: cell(columns.adj_close),
            volume: cell(columns.volume),
            dividend: cell(columns.dividend),
            split: cell(columns.split),
            place: &place,
        };
        days.take(&day, out, figures)?;
    }
    figures.row_count += table.aside;
    days.finish(out, figures)
}

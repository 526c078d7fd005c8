//! The JSON of the usual feeds: a list of snapshots (`quoteResponse`), a chart (`chart`), and the daily series and single
//! quote of Alpha Vantage. Numbers are read as they are written.

use super::{
    super::{
        Out, QuoteFigures,
        number::{feed_time, is_nothing},
        record::{CheckKind, Quote, QuoteKind, Severity},
    },
    days::{Day, Days},
    own::Quotes,
};
use crate::{Refusal, json::Value, number::rounded, out::Told};
use guichet_types::{Date, Decimal, PriceUnit, Timestamp, quoted_currency};

pub(super) fn is_json(head: &str) -> bool {
    let chart = head.contains("\"chart\"") && (head.contains("\"result\"") || head.contains("\"error\""));
    let names = ["\"quoteResponse\"", "\"regularMarketPrice\"", "\"Global Quote\"", "\"Time Series (", "\"Meta Data\""];
    chart || names.iter().any(|name| head.contains(name))
}

/// Reads whichever it is.
pub(super) fn read(json: &Value, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
    if let Some(chart) = json.find("chart") {
        figures.kind = "chart json";
        let results = checked(chart, out)?;
        let mut days = Days::default();
        for (index, result) in results.iter().enumerate() {
            chart_days(result, index, &mut days, out, figures)?;
        }
        return days.finish(out, figures);
    }
    if let Some(series) = json.members().iter().find(|(name, _)| name.starts_with("Time Series (")) {
        figures.kind = "daily series json";
        return series_days(json, &series.1, out, figures);
    }
    if let Some(quote) = json.find("Global Quote") {
        figures.kind = "global quote json";
        return global_quote(quote, out, figures);
    }
    figures.kind = "quote json";
    let response = json.find("quoteResponse");
    let items = match (response, json) {
        (Some(response), _) => checked(response, out)?,
        (None, Value::List(items)) => items.as_slice(),
        (None, single) => std::slice::from_ref(single),
    };
    let mut quotes = Quotes::default();
    for (index, item) in items.iter().enumerate() {
        figures.row_count += 1;
        let place = format!("/quoteResponse/result/{index}");
        if item.find("regularMarketPrice").is_none() {
            figures.null_close += 1;
        }
        match snapshot(item, &place) {
            Ok((quote, written, price)) => {
                figures.currencies.extend(item.get("currency").written().map(str::to_owned));
                quotes.put(quote, &written, &price, out, figures)?;
            }
            Err(reason) => out.quarantine(&place, format!("The quote cannot be used: {reason}."), "")?,
        }
    }
    quotes.finish(figures)
}

/// The list of results, or what the feed says is wrong.
fn checked<'j>(response: &'j Value, out: &mut Out<'_>) -> Result<&'j [Value], Refusal> {
    if let Some(error) = response.find("error") {
        let word = |name: &str| error.get(name).written().unwrap_or_default();
        let told = Told::new(
            "/error",
            format!("The feed answered with an error: {} {:.200}", word("code"), word("description")),
        );
        out.tell(CheckKind::StatusReply, Severity::Error, told)?;
    }
    match response.find("result") {
        Some(Value::List(items)) if !items.is_empty() => Ok(items),
        _ => Err(Refusal::NoStatement),
    }
}

/// A figure, or the `raw` of one that comes with its formatted text.
fn figure<'j>(item: &'j Value, name: &str) -> Option<&'j str> {
    let value = item.find(name)?;
    value.find("raw").unwrap_or(value).written().filter(|text| !is_nothing(text))
}

fn seconds(text: &str) -> Option<Timestamp> {
    let seconds: i64 = text.parse().ok()?;
    // From 1900 to 2200; milliseconds, which some feeds write, would be beyond.
    (-2_208_988_800..7_258_118_400).contains(&seconds).then(|| Timestamp(seconds * 1_000))
}

fn snapshot(item: &Value, place: &str) -> Result<(Quote, String, String), String> {
    let symbol = item.get("symbol").written().ok_or("symbol is missing")?;
    let code = item.get("currency").written().ok_or("currency is missing")?;
    let (currency, minor_unit_divisor) = quoted_currency(code).ok_or_else(|| format!("{code:.10?} is no currency"))?;
    let text = figure(item, "regularMarketPrice").ok_or("regularMarketPrice is missing")?;
    let price = rounded(text).map_err(|error| format!("the price {text:.40?}: {error}"))?;
    if price <= Decimal::ZERO {
        return Err(format!("the price {price} is not above nought"));
    }
    let time = figure(item, "regularMarketTime").ok_or("regularMarketTime is missing")?;
    let at = seconds(time).ok_or_else(|| format!("the time {time:.40?} cannot be read"))?;
    let delay = figure(item, "exchangeDataDelayedBy").and_then(|minutes| minutes.parse::<u32>().ok()).unwrap_or(0);
    let quote = Quote {
        isin: None,
        mic: None,
        symbol: Some(symbol.to_owned()),
        currency: Some(currency),
        minor_unit_divisor,
        unit: PriceUnit::Currency,
        price,
        kind: QuoteKind::Last,
        at,
        delay_seconds: delay.saturating_mul(60),
        source: item.get("quoteSourceName").written().map(str::to_owned),
        place: place.to_owned(),
    };
    Ok((quote, time.to_owned(), text.to_owned()))
}

fn chart_days(
    result: &Value,
    index: usize,
    days: &mut Days,
    out: &mut Out<'_>,
    figures: &mut QuoteFigures,
) -> Result<(), Refusal> {
    let place = format!("/chart/result/{index}");
    let meta = result.get("meta");
    let (symbol, currency) = (meta.get("symbol").written(), meta.get("currency").written());
    figures.symbols.extend(symbol.map(str::to_owned));
    figures.currencies.extend(currency.map(str::to_owned));
    let offset: i64 = figure(meta, "gmtoffset").and_then(|text| text.parse().ok()).unwrap_or(0);
    let times = result.get("timestamp").list();
    let first = |list: &str| result.get("indicators").get(list).list().first();
    let (quote, adjusted) = (first("quote"), first("adjclose"));
    let column =
        |of: Option<&'_ Value>, name: &str| of.and_then(|of| of.find(name)).map(Value::list).map(<[Value]>::to_vec);
    let columns = ["open", "high", "low", "close", "volume"].map(|name| column(quote, name));
    let adj_close = column(adjusted, "adjclose");
    if let Some(closes) = &columns[3]
        && closes.len() != times.len()
    {
        let reason = format!("There are {} times and {} closing prices.", times.len(), closes.len());
        figures.row_count += 1;
        return out.quarantine(&place, reason, "");
    }
    for (row, time) in times.iter().enumerate() {
        figures.row_count += 1;
        let place = format!("{place}/{row}");
        let written = time.written().unwrap_or_default();
        let Some(at) = seconds(written) else {
            out.quarantine(&place, format!("The time {written:.40?} cannot be read."), "")?;
            continue;
        };
        let local = at.millis().saturating_add(offset.clamp(-86_400, 86_400) * 1_000).div_euclid(86_400_000);
        let Ok(date) = i32::try_from(local).map(Date::from_days) else { continue };
        let cell = |column: &'_ Option<Vec<Value>>| {
            column.as_ref().and_then(|c| c.get(row)).and_then(Value::written).map(str::to_owned)
        };
        let [open, high, low, close, volume] = columns.each_ref().map(cell);
        let adj_close = cell(&adj_close);
        days.take(
            &Day {
                written,
                date,
                at: Some(at),
                symbol,
                currency,
                open: open.as_deref(),
                high: high.as_deref(),
                low: low.as_deref(),
                close: close.as_deref(),
                adj_close: adj_close.as_deref(),
                volume: volume.as_deref(),
                dividend: None,
                split: None,
                place: &place,
            },
            out,
            figures,
        )?;
    }
    Ok(())
}

/// A figure of Alpha Vantage, whose names are numbered: `4. close`.
fn numbered<'j>(item: &'j Value, name: &str) -> Option<&'j str> {
    let bare = |key: &str| key.split_once(". ").is_some_and(|(_, bare)| bare.eq_ignore_ascii_case(name));
    item.members().iter().find(|(key, _)| bare(key)).and_then(|(_, value)| value.written())
}

fn series_days(json: &Value, series: &Value, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
    let symbol = json.find("Meta Data").and_then(|meta| numbered(meta, "Symbol"));
    figures.symbols.extend(symbol.map(str::to_owned));
    let mut days = Days::default();
    for (written, item) in series.members() {
        one_day(written, item, symbol, "close", &mut days, out, figures)?;
    }
    days.finish(out, figures)
}

fn global_quote(item: &Value, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
    let mut days = Days::default();
    let symbol = numbered(item, "symbol");
    figures.symbols.extend(symbol.map(str::to_owned));
    let written = numbered(item, "latest trading day").unwrap_or_default();
    one_day(written, item, symbol, "price", &mut days, out, figures)?;
    days.finish(out, figures)
}

fn one_day(
    written: &str,
    item: &Value,
    symbol: Option<&str>,
    close: &str,
    days: &mut Days,
    out: &mut Out<'_>,
    figures: &mut QuoteFigures,
) -> Result<(), Refusal> {
    figures.row_count += 1;
    let Some((date, at)) = feed_time(written) else {
        return out.quarantine(written, format!("The time {written:.40?} cannot be read."), "");
    };
    let day = Day {
        written,
        date,
        at,
        symbol,
        currency: None,
        open: numbered(item, "open"),
        high: numbered(item, "high"),
        low: numbered(item, "low"),
        close: numbered(item, close),
        adj_close: numbered(item, "adjusted close"),
        volume: numbered(item, "volume"),
        dividend: numbered(item, "dividend amount"),
        split: numbered(item, "split coefficient"),
        place: written,
    };
    days.take(&day, out, figures)
}

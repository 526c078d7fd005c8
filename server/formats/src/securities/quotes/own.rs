//! Our own plain form of quotes: JSON `{"guichet":"quotes/1","quotes":[…]}`, and a CSV with the same names as columns.

use super::super::{
    Out, QuoteFigures,
    csv::Table,
    fields::Fields,
    record::{CheckKind, Quote, QuoteKind, Record, Severity},
};
use crate::{Refusal, json::Value, out::Told};
use guichet_types::{Decimal, Timestamp};
use std::collections::HashMap;

/// Names of the form.
const NAMES: [&str; 10] =
    ["isin", "mic", "symbol", "currency", "price", "unit", "kind", "at", "delay_seconds", "source"];

pub(super) fn is_json(head: &str) -> bool {
    head.contains("\"guichet\"") && head.contains("\"quotes/1\"")
}

pub(super) fn is_csv(header: &[String]) -> bool {
    let has = |name: &str| header.iter().any(|column| column == name);
    has("price") && has("at") && (has("isin") || has("symbol"))
}

/// Reads the JSON form.
pub(super) fn read_json(json: &Value, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
    figures.kind = "quotes json";
    if json.get("guichet").written() != Some("quotes/1") {
        return Err(Refusal::UnknownFormat { found: "a form of ours that is not quotes/1".to_owned() });
    }
    let Some(Value::List(items)) = json.find("quotes") else { return Err(Refusal::NoStatement) };
    let mut quotes = Quotes::default();
    for (index, item) in items.iter().enumerate() {
        quotes.take(&Fields::Object(item), &format!("/quotes/{index}"), out, figures)?;
    }
    quotes.finish(figures)
}

/// Reads the CSV form.
pub(super) fn read_csv(mut table: Table<'_>, out: &mut Out<'_>, figures: &mut QuoteFigures) -> Result<(), Refusal> {
    figures.kind = "quotes csv";
    for name in table.header.iter().filter(|name| !NAMES.contains(&name.as_str())) {
        let told = Told::new("line 1", "The form has no such column; it is not read.").actual(name);
        out.tell(CheckKind::SchemaDeviation, Severity::Warn, told)?;
    }
    let mut quotes = Quotes::default();
    while let Some(row) = table.next(out)? {
        let fields = Fields::Row { header: &table.header, cells: &row.cells };
        quotes.take(&fields, &format!("line {}", row.line), out, figures)?;
    }
    figures.row_count += table.aside;
    quotes.finish(figures)
}

/// Quotes while they are read.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    seen: HashMap<String, Decimal>,
    first: Option<(Timestamp, String)>,
    last: Option<(Timestamp, String, String)>,
    rising: bool,
    falling: bool,
    before: Option<Timestamp>,
}

impl Quotes {
    fn take(
        &mut self,
        fields: &Fields<'_>,
        place: &str,
        out: &mut Out<'_>,
        figures: &mut QuoteFigures,
    ) -> Result<(), Refusal> {
        figures.row_count += 1;
        for name in fields.unknown(&NAMES) {
            let told = Told::new(place, "The form has no such field; it is not read.").actual(name);
            out.tell(CheckKind::SchemaDeviation, Severity::Warn, told)?;
        }
        if matches!(fields.text("price"), Ok(None)) {
            figures.null_close += 1;
        }
        match quote(fields, place) {
            Ok(quote) => {
                figures.currencies.extend(fields.text("currency").ok().flatten().map(str::to_owned));
                let written = fields.text("at").ok().flatten().unwrap_or_default();
                let price = fields.text("price").ok().flatten().unwrap_or_default();
                self.put(quote, written, price, out, figures)
            }
            Err(reason) => out.quarantine(place, format!("The quote cannot be used: {reason}."), fields.raw()),
        }
    }

    /// Hands a quote on, unless its key was there before.
    pub fn put(
        &mut self,
        quote: Quote,
        written: &str,
        price: &str,
        out: &mut Out<'_>,
        figures: &mut QuoteFigures,
    ) -> Result<(), Refusal> {
        figures.symbols.extend(quote.symbol.clone().or(quote.isin.map(|isin| isin.to_string())));
        let key = format!(
            "{:?} {:?} {:?} {:?} {:?} {}",
            quote.isin,
            quote.mic,
            quote.symbol,
            quote.source,
            quote.kind,
            quote.at.millis()
        );
        if let Some(earlier) = self.seen.get(&key) {
            figures.duplicate_dates += 1;
            if *earlier != quote.price {
                let reason = format!("The same quote is there before with another price: {earlier}.");
                return out.quarantine(&quote.place, reason, quote.price.to_string());
            }
            let told = Told::new(&quote.place, "The same quote is there more than once.");
            return out.tell(CheckKind::DuplicateEntry, Severity::Info, told);
        }
        self.seen.insert(key, quote.price);
        if let Some(before) = self.before.replace(quote.at) {
            self.rising |= quote.at > before;
            self.falling |= quote.at < before;
        }
        if self.first.as_ref().is_none_or(|(at, _)| quote.at < *at) {
            self.first = Some((quote.at, written.to_owned()));
        }
        if self.last.as_ref().is_none_or(|(at, ..)| quote.at >= *at) {
            self.last = Some((quote.at, written.to_owned(), price.to_owned()));
        }
        out.put(Record::Quote(quote))
    }

    pub fn finish(self, figures: &mut QuoteFigures) -> Result<(), Refusal> {
        figures.first = self.first.map(|(_, text)| text);
        (figures.last, figures.last_close) = self.last.map(|(_, text, price)| (text, price)).unzip();
        figures.order = match (self.rising, self.falling) {
            (true, true) => "mixed",
            (false, true) => "descending",
            _ => "ascending",
        };
        if figures.row_count == 0 { Err(Refusal::NoStatement) } else { Ok(()) }
    }
}

fn quote(fields: &Fields<'_>, place: &str) -> Result<Quote, String> {
    let (isin, symbol) = (fields.parsed("isin")?, fields.owned("symbol")?);
    if isin.is_none() && symbol.is_none() {
        return Err("there is neither isin nor symbol".to_owned());
    }
    let (currency, minor_unit_divisor) = fields.quoted("currency")?.ok_or("currency is missing")?;
    let price = fields.number("price")?.ok_or("price is missing")?;
    if price <= Decimal::ZERO {
        return Err(format!("the price {price} is not above nought"));
    }
    let kind = match fields.text("kind")?.unwrap_or("last") {
        "last" => QuoteKind::Last,
        "close" => QuoteKind::Close,
        "bid" => QuoteKind::Bid,
        "ask" => QuoteKind::Ask,
        "nav" => QuoteKind::Nav,
        other => return Err(format!("kind {other:.20?} is none of last, close, bid, ask, nav")),
    };
    Ok(Quote {
        isin,
        mic: fields.parsed("mic")?,
        symbol,
        currency: Some(currency),
        minor_unit_divisor,
        unit: super::super::portfolio::price_unit(fields, "unit")?,
        price,
        kind,
        at: fields.instant("at")?,
        delay_seconds: fields.parsed("delay_seconds")?.unwrap_or(0),
        source: fields.owned("source")?,
        place: place.to_owned(),
    })
}

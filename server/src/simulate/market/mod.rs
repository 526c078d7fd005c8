//! The market and the custodian behind it: instruments, two portfolios, a year of closes, reference rates, then prices every other
//! second. Now and then it sends a price that is wrong, as real ones do.
//!
//! Its truth is worked out of the day that it first opened on (`demo-market.jsonl`), so that it can be stopped and begun again.

mod books;
mod custody;

use super::{Door, Player, Stage};
use anyhow::Context as _;
use books::{PAPERS, Paper, close, euro, shown};
use custody::CUSTODY;
use guichet_platform::{clock::SharedClock, random::SeededRandom};
use guichet_types::{Date, Decimal, Mic, Timestamp};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{fs, io::Write as _, path::PathBuf};

/// How far the books go back.
const HISTORY_DAYS: i32 = 370;
/// Days of closes in one document.
const DAYS_A_DOCUMENT: i32 = 60;
/// A price strays at most so far from the last close, in hundred-thousandths.
const STRAY: i64 = 2_500;
/// Every so many ticks one price is wrong.
const WRONG: u64 = 45;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
enum Line {
    Opened { day: Date },
    Closed { day: Date },
}

/// The simulated market.
#[derive(Debug)]
pub(super) struct Market {
    clock: SharedClock,
    zone: TimeZone,
    door: Door,
    journal: PathBuf,
    random: SeededRandom,
    first: Date,
    closed: Option<Date>,
    /// How far each paper has strayed from its last close.
    stray: [i64; PAPERS.len()],
    ticks: u64,
}

impl Market {
    /// A market whose books begin a year before its first opening.
    pub(super) fn new(stage: Stage) -> anyhow::Result<Self> {
        let seed = stage.clock.now().millis().unsigned_abs();
        let mut market = Self {
            clock: stage.clock,
            zone: stage.zone,
            door: stage.door,
            journal: stage.memory.join("demo-market.jsonl"),
            random: SeededRandom::new(seed),
            first: Date::from_days(0),
            closed: None,
            stray: [0; PAPERS.len()],
            ticks: 0,
        };
        market.read_journal()?;
        Ok(market)
    }

    fn read_journal(&mut self) -> anyhow::Result<()> {
        if !self.journal.exists() {
            self.first = self.today().plus_days(-HISTORY_DAYS);
            return self.note(&Line::Opened { day: self.first });
        }
        let text =
            fs::read_to_string(&self.journal).with_context(|| format!("{} cannot be read", self.journal.display()))?;
        for line in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Opened { day } => self.first = day,
                Line::Closed { day } => self.closed = Some(day),
            }
        }
        Ok(())
    }

    fn note(&self, line: &Line) -> anyhow::Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&self.journal)?;
        writeln!(file, "{}", serde_json::to_string(line)?)?;
        file.sync_all().with_context(|| format!("{} cannot be written", self.journal.display()))
    }

    fn today(&self) -> Date {
        local(&self.zone, self.clock.now()).0
    }

    async fn send(&self, name: &str, document: &Value) -> anyhow::Result<()> {
        self.door.send(name, document.to_string().into_bytes()).await
    }

    /// Everything of the days from `from` to `through`: rates, instruments, portfolios, closes. The names of the documents
    /// are those of their days, so that what is sent again is known.
    async fn close(&mut self, from: Date, through: Date) -> anyhow::Result<()> {
        let span = format!("{from}-{through}");
        self.door.send(&format!("rates-{span}.xml"), rates(self.first, from, through).into_bytes()).await?;
        let instruments = json!({"guichet": "portfolio/1", "instruments": instruments()});
        self.send(&format!("instruments-{span}.json"), &instruments).await?;
        let list: Vec<Value> = CUSTODY.iter().map(|custody| custody.document(self.first, from, through)).collect();
        self.send(&format!("portfolios-{span}.json"), &json!({"guichet": "portfolio/1", "portfolios": list})).await?;
        let mut begin = from;
        while begin <= through {
            let end = begin.plus_days(DAYS_A_DOCUMENT - 1).min(through);
            let quotes = closes(self.first, begin, end);
            if !quotes.is_empty() {
                self.send(&format!("closes-{begin}-{end}.json"), &quotes_document(&quotes)).await?;
            }
            begin = end.plus_days(1);
        }
        self.note(&Line::Closed { day: through })?;
        self.closed = Some(through);
        Ok(())
    }

    /// Moves a few papers and tells their prices.
    async fn tick(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let yesterday = self.today().plus_days(-1);
        self.ticks += 1;
        let mut quotes = Vec::new();
        for (paper, Paper { nav, mic, delay_seconds, .. }) in PAPERS.iter().enumerate() {
            // The first tick tells them all, later ones a few.
            let chosen = self.ticks == 1 || self.random.below(3) == 0;
            if *nav || !chosen || !is_open(mic, now) {
                continue;
            }
            let step = i64::try_from(self.random.below(301)).unwrap_or(0) - 150;
            self.stray[paper] = (self.stray[paper] * 98 / 100 + step).clamp(-STRAY, STRAY);
            let base = close(paper, self.first, yesterday);
            let price = base + base * self.stray[paper] / 100_000;
            quotes.push(quote(paper, shown(price), "last", now.plus_seconds(-*delay_seconds)));
        }
        if self.ticks.is_multiple_of(WRONG) {
            quotes.push(self.wrong(now, yesterday));
        }
        if quotes.is_empty() {
            return Ok(());
        }
        self.send(&format!("tick-{}.json", now.millis()), &quotes_document(&quotes)).await
    }

    /// A price that must move nothing: a hundredfold, a jump, or one from the future.
    fn wrong(&self, now: Timestamp, yesterday: Date) -> Value {
        let paper = [0, 1, 3][usize::try_from(self.random.below(3)).unwrap_or(0)];
        let base = close(paper, self.first, yesterday);
        let at = now.plus_seconds(1);
        match self.ticks / WRONG % 3 {
            0 => quote(paper, shown(base / 100), "last", at),
            1 => quote(paper, shown(base * 3), "last", at),
            _ => quote(paper, shown(base), "last", now.plus_seconds(7_200)),
        }
    }
}

impl Player for Market {
    /// Closes the days that have ended, then tells of prices.
    async fn step(&mut self) -> anyhow::Result<()> {
        let yesterday = self.today().plus_days(-1);
        if self.closed.is_none_or(|closed| closed < yesterday) {
            let from = self.closed.map_or(self.first, |closed| closed.plus_days(1));
            return self.close(from, yesterday).await;
        }
        self.tick().await
    }
}

/// The day and the minute of an instant somewhere.
fn local(zone: &TimeZone, at: Timestamp) -> (Date, u16) {
    let zoned = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned(zone.clone());
    let date = Date::new(i32::from(zoned.year()), zoned.month().unsigned_abs(), zoned.day().unsigned_abs());
    let minute = u16::from(zoned.hour().unsigned_abs()) * 60 + u16::from(zoned.minute().unsigned_abs());
    (date.unwrap_or(Date::from_days(0)), minute)
}

/// A market that is known has its hours; the demonstration's own never shuts.
fn is_open(mic: &str, now: Timestamp) -> bool {
    let Some(market) = mic.parse::<Mic>().ok().and_then(|mic| mic.market()) else { return true };
    let Ok(zone) = TimeZone::get(market.zone) else { return false };
    let (day, minute) = local(&zone, now);
    day.weekday() <= 5 && (market.hours.0..market.hours.1).contains(&minute)
}

/// The instruments as the custodian describes them.
fn instruments() -> Vec<Value> {
    let one = |paper: &Paper| {
        let mut told = json!({
            "isin": paper.isin, "name": paper.name, "ticker": paper.ticker, "mic": paper.mic, "class": paper.class,
            "currency": paper.currency, "country": paper.country, "region": paper.region,
        });
        if paper.percent
            && let Some(told) = told.as_object_mut()
        {
            told.insert("price_unit".to_owned(), "percent".into());
            told.insert("maturity".to_owned(), "2031-06-30".into());
            told.insert("coupon".to_owned(), "2.5".into());
        }
        told
    };
    PAPERS.iter().map(one).collect()
}

fn quote(paper: usize, price: Decimal, kind: &str, at: Timestamp) -> Value {
    let Paper { isin, mic, currency, percent, delay_seconds, .. } = PAPERS[paper];
    json!({
        "isin": isin, "mic": mic, "currency": currency, "price": price.to_string(),
        "unit": if percent { "percent" } else { "currency" }, "kind": kind, "at": instant(at),
        "delay_seconds": delay_seconds, "source": "Demonstration market",
    })
}

fn quotes_document(quotes: &[Value]) -> Value {
    json!({"guichet": "quotes/1", "quotes": quotes})
}

/// An instant, in whole seconds.
fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.millis().div_euclid(1_000)).unwrap_or_default().to_string()
}

/// The closes of all papers on the trading days of a span, at five in the afternoon.
fn closes(first: Date, from: Date, through: Date) -> Vec<Value> {
    let mut quotes = Vec::new();
    for day in (from.days()..=through.days()).map(Date::from_days).filter(|day| day.weekday() <= 5) {
        let at = Timestamp(i64::from(day.days()) * 86_400_000 + 17 * 3_600_000);
        for (paper, Paper { nav, .. }) in PAPERS.iter().enumerate() {
            let kind = if *nav { "nav" } else { "close" };
            quotes.push(quote(paper, shown(close(paper, first, day)), kind, at));
        }
    }
    quotes
}

/// Euro reference rates as the European Central Bank writes them, the latest day first. The day before the first one is in it,
/// so that a book that opens on a weekend has a rate.
fn rates(first: Date, from: Date, through: Date) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" \
         xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\"><gesmes:subject>Reference rates</gesmes:subject>\
         <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>\n",
    );
    for day in (from.days() - 4..=through.days()).rev().map(Date::from_days).filter(|day| day.weekday() <= 5) {
        text.push_str(&format!("<Cube time=\"{day}\">"));
        for currency in ["USD", "GBP"] {
            text.push_str(&format!("<Cube currency=\"{currency}\" rate=\"{}\"/>", euro(currency, first, day)));
        }
        text.push_str("</Cube>\n");
    }
    text + "</Cube></gesmes:Envelope>"
}

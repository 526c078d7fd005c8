//! What the portfolio promises: golden figures worked by hand, and store and feed on SQLite and on PostgreSQL.

mod golden;
mod guard;
mod orders;

use super::{
    book::Book,
    feed,
    quotes::{Quotes, look},
    store,
};
use crate::{accounts, people};
use futures::FutureExt as _;
use guichet_platform::{
    clock::Clock as _,
    db::DbError,
    inbox::{Imported, Inbox},
    on,
    scope::{CustomerScope, operator},
    telemetry::Metrics,
    testing::World,
};
use guichet_types::{Date, Decimal, Id, kind};

const PARTIES: &str = r#"{"guichet": "parties/1", "customers": [
    {"number": "1", "name": "Inès Moreau", "since": "2017-03-04"},
    {"number": "2", "name": "Hugo Moreau", "since": "2019-09-16"}]}"#;

/// Euro reference rates: USD 1.25 and GBP 0.80, and on the 16th USD 1.20.
const RATES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube>
<Cube time="2026-11-16"><Cube currency="USD" rate="1.2000"/><Cube currency="GBP" rate="0.80000"/></Cube>
<Cube time="2026-11-09"><Cube currency="USD" rate="1.2500"/><Cube currency="GBP" rate="0.80000"/></Cube>
</Cube></gesmes:Envelope>"#;

const INSTRUMENTS: &str = r#"{"guichet": "portfolio/1", "instruments": [
    {"isin": "US0378331005", "name": "Apple Inc.", "ticker": "AAPL", "mic": "XNAS", "class": "equity", "currency": "USD",
     "country": "US", "region": "North America"},
    {"isin": "GB0002634946", "name": "BAE Systems", "ticker": "BA.", "mic": "XLON", "class": "equity", "currency": "GBp",
     "country": "GB", "region": "Europe"},
    {"isin": "DE000A1B2C35", "name": "Hafen Rouen 2.5 % 2031", "class": "bond", "currency": "EUR", "country": "DE",
     "price_unit": "percent", "maturity": "2031-06-30", "coupon": 2.5}]}"#;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(number: i32) -> Date {
    Date::new(2026, 11, 1).unwrap().plus_days(number - 1)
}

/// A quote of a day at so many minutes after midnight UTC, as JSON.
fn quote(isin: &str, currency: &str, price: &str, kind: &str, on: Date, minutes: i64) -> String {
    format!(
        r#"{{"isin": "{isin}", "currency": "{currency}", "price": "{price}", "kind": "{kind}",
            "at": "{on}T{:02}:{:02}:00Z", "source": "test feed"}}"#,
        minutes / 60,
        minutes % 60
    )
}

fn quotes(list: &[String]) -> String {
    format!(r#"{{"guichet": "quotes/1", "quotes": [{}]}}"#, list.join(","))
}

/// A custodian, a market, and the eyes of a customer.
struct House<'w> {
    world: &'w World,
    inbox: Inbox,
    files: std::cell::Cell<u32>,
}

impl<'w> House<'w> {
    async fn new(world: &'w World) -> Self {
        let clock = || world.clock.clone();
        let feeds = vec![people::feed::feed(clock()), feed::feed(clock()), accounts::feed::feed(clock())];
        let data = world.folder().join("data");
        let metrics = Metrics::new(&*world.random);
        let inbox = Inbox::new(world.db.clone(), world.clock.clone(), &data, 1 << 20, feeds, metrics).unwrap();
        let house = Self { world, inbox, files: std::cell::Cell::new(0) };
        house.send(PARTIES).await;
        house
    }

    async fn send(&self, text: &str) -> Imported {
        self.files.set(self.files.get() + 1);
        let path = self.world.folder().join(format!("file-{}", self.files.get()));
        std::fs::write(&path, text).unwrap();
        self.inbox.import("test", &path).await.unwrap()
    }

    async fn send_all(&self, texts: &[&str]) {
        for text in texts {
            let outcome = self.send(text).await.outcome;
            assert_ne!(outcome.class, "reject", "{outcome:?}: {text}");
        }
    }

    async fn scope(&self, number: &str) -> CustomerScope {
        self.world.scope_of(number).await
    }

    async fn portfolios(&self, scope: CustomerScope) -> Vec<store::Portfolio> {
        let read =
            self.world.db.read(&scope, move |tx| async move { store::list_portfolios(tx, &scope).await }.boxed());
        read.await.unwrap()
    }

    async fn open(&self, scope: CustomerScope, id: Id<kind::Portfolio>, today: Date) -> Option<Book> {
        let read = self.world.db.read(&scope, move |tx| async move { Book::read(tx, &scope, id, today).await }.boxed());
        read.await.unwrap()
    }

    /// The only portfolio of a customer, on the 17th.
    async fn book(&self, scope: CustomerScope) -> Book {
        let portfolios = self.portfolios(scope).await;
        assert_eq!(portfolios.len(), 1);
        self.open(scope, portfolios[0].id, day(17)).await.unwrap()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let scope = operator();
        let read = self.world.db.read(&scope, move |tx| {
            async move {
                let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>(count)
            }
            .boxed()
        });
        read.await.unwrap()
    }

    /// Everything that a customer can see of their portfolios, as text.
    async fn seen(&self, scope: CustomerScope) -> Vec<String> {
        let mut seen = Vec::new();
        for portfolio in self.portfolios(scope).await {
            let book = self.open(scope, portfolio.id, day(17)).await.unwrap();
            let total = book.total();
            seen.push(format!("{} {:?} {}", portfolio.account, portfolio.name, total.value.minor));
            for holding in &book.holdings {
                let worth = book.worth(holding);
                let latest = holding.latest.as_ref().map(|latest| (latest.price.amount.to_string(), latest.at));
                let value = (worth.value.map(|value| value.minor), worth.gain.map(|gain| gain.minor));
                seen.push(format!("{} {} {latest:?} {value:?}", holding.instrument.name, holding.quantity));
            }
            seen.extend(book.cash.iter().map(|(currency, amount)| format!("{currency} {amount}")));
            seen.extend(book.days.iter().map(|value| format!("{} {} {}", value.day, value.value, value.flow)));
            let id = portfolio.id;
            let read = self.world.db.read(&scope, move |tx| {
                async move { store::list_transactions(tx, &scope, id, None, 100).await }.boxed()
            });
            seen.extend(read.await.unwrap().iter().map(|t| format!("{} {} {:?}", t.day, t.reference, t.net)));
        }
        seen
    }

    async fn hub(&self) -> Quotes {
        let hub = Quotes::default();
        look(&self.world.db, &hub).await.unwrap();
        hub
    }
}

#[test]
fn the_clock_of_the_tests_stands_on_the_seventeenth() {
    let now = guichet_platform::clock::TestClock::new(guichet_platform::testing::NOW).now();
    assert_eq!(now.millis().div_euclid(86_400_000), i64::from(day(17).days()));
}

//! The latest price of every instrument, in memory, and who wants to hear of it.
//!
//! A quote is not an event: only the latest counts. Nothing is queued. A reader asks when it is ready, at most every
//! [`PACE`], and gets the latest of what has changed since it asked last; whoever is slow gets fewer and never older ones. What is
//! here comes from the database, so that several processes and a restart agree.

use super::{
    feed::close_days,
    ledger::InstrumentId,
    spoken::Spoken,
    store::{self, Latest},
};
use futures::FutureExt as _;
use guichet_platform::{clock::SharedClock, db::Db, scope::operator};
use guichet_types::{Date, Timestamp};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

/// A client hears of prices at most so often: four times a second.
pub const PACE: Duration = Duration::from_millis(250);
/// How often the database is asked while somebody listens.
const LOOK: Duration = Duration::from_millis(50);
/// How often somebody looks whether a day has ended.
const DAY_CHECK: Duration = Duration::from_secs(60);

/// The latest prices. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Quotes {
    latest: Arc<Mutex<HashMap<InstrumentId, Arc<Latest>>>>,
    version: Arc<watch::Sender<i64>>,
    spoken: Spoken,
}

impl Default for Quotes {
    fn default() -> Self {
        Self { latest: Arc::default(), version: Arc::new(watch::channel(0).0), spoken: Spoken::default() }
    }
}

impl Quotes {
    /// Puts newer prices in the place of older ones.
    pub fn put(&self, quotes: Vec<Latest>) {
        let mut version = *self.version.borrow();
        {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            for quote in quotes.into_iter().map(Arc::new) {
                version = version.max(quote.version);
                let known = latest.entry(quote.instrument).or_insert_with(|| quote.clone());
                if known.version < quote.version {
                    *known = quote;
                }
            }
        }
        self.version.send_if_modified(|known| {
            let newer = version > *known;
            *known = version.max(*known);
            newer
        });
    }

    /// A reader of some instruments. It begins with the latest of each.
    #[must_use]
    pub fn listen(&self, wanted: BTreeSet<InstrumentId>) -> Reader {
        let mut changed = self.version.subscribe();
        changed.mark_changed();
        Reader { quotes: self.clone(), wanted, seen: 0, changed, pace: PACE, told: None }
    }

    /// The number of the latest change that is known here.
    #[must_use]
    pub fn version(&self) -> i64 {
        *self.version.borrow()
    }

    fn is_heard(&self) -> bool {
        self.version.receiver_count() > 0
    }
}

/// Somebody who hears of some instruments.
#[derive(Debug)]
pub struct Reader {
    quotes: Quotes,
    wanted: BTreeSet<InstrumentId>,
    seen: i64,
    changed: watch::Receiver<i64>,
    pace: Duration,
    told: Option<Instant>,
}

impl Reader {
    /// Hears of other instruments from now on, beginning with the latest of each.
    pub fn want(&mut self, wanted: BTreeSet<InstrumentId>) {
        (self.wanted, self.seen) = (wanted, 0);
        self.changed.mark_changed();
    }

    /// The words of prices, for all who show them.
    #[must_use]
    pub fn spoken(&self) -> Spoken {
        self.quotes.spoken.clone()
    }

    /// Waits until something of what is wanted has changed, and until the pace allows it to be told; then gives the latest of
    /// each. Nothing is lost when it is given up while it waits.
    pub async fn next(&mut self) -> Vec<Arc<Latest>> {
        loop {
            if self.changed.changed().await.is_err() {
                // The portal is going down.
                std::future::pending::<()>().await;
            }
            // Given up from here on, the change must be seen again.
            self.changed.mark_changed();
            if let Some(told) = self.told {
                tokio::time::sleep_until(told + self.pace).await;
            }
            let version = *self.changed.borrow_and_update();
            let news: Vec<Arc<Latest>> = {
                let latest = self.quotes.latest.lock().unwrap_or_else(PoisonError::into_inner);
                let of = self.wanted.iter().filter_map(|id| latest.get(id));
                of.filter(|quote| quote.version > self.seen).cloned().collect()
            };
            self.seen = version.max(self.seen);
            if !news.is_empty() {
                self.told = Some(Instant::now());
                return news;
            }
        }
    }
}

/// Keeps the latest prices here as the database has them, and closes days as they end. Runs until told to stop.
pub async fn follow(db: Db, clock: SharedClock, quotes: Quotes, stop: CancellationToken) {
    let mut checked: Option<Timestamp> = None;
    loop {
        let now = clock.now();
        if checked.is_none_or(|at| now.millis() - at.millis() >= DAY_CHECK.as_millis() as i64) {
            checked = Some(now);
            let today = Date::from_days(i32::try_from(now.millis().div_euclid(86_400_000)).unwrap_or(0));
            if let Err(error) = db.write(&operator(), move |tx| close_days(tx, today, now).boxed()).await {
                tracing::warn!(%error, "The days of portfolios could not be closed; trying again in a minute");
            }
        }
        if quotes.is_heard()
            && let Err(error) = look(&db, &quotes).await
        {
            tracing::warn!(%error, "The latest prices could not be read; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Reads what has changed since the last look.
///
/// # Errors
/// What the database says.
pub async fn look(db: &Db, quotes: &Quotes) -> Result<(), guichet_platform::db::DbError> {
    let version = quotes.version();
    let news = db
        .glance(&operator(), move |tx| async move { store::latest_since(tx, &operator(), version).await }.boxed())
        .await?;
    quotes.put(news);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_formats::securities::record::QuoteKind;
    use guichet_types::{Currency, Decimal, Id, Price};

    fn quote(instrument: u8, price: i64, version: i64) -> Latest {
        Latest {
            instrument: Id::from_bytes([instrument; 16]),
            price: Price::new(Decimal::from_units(price, 2), Currency::EUR),
            kind: QuoteKind::Last,
            by_custodian: false,
            at: Timestamp(version),
            delay_seconds: 0,
            source: None,
            mic: None,
            origin: String::new(),
            place: String::new(),
            received_at: Timestamp(version),
            refused: None,
            version,
        }
    }

    fn wanted(instruments: &[u8]) -> BTreeSet<InstrumentId> {
        instruments.iter().map(|byte| Id::from_bytes([*byte; 16])).collect()
    }

    #[tokio::test]
    async fn a_slow_reader_gets_the_latest_alone() {
        let quotes = Quotes::default();
        let mut reader = quotes.listen(wanted(&[1, 2]));
        for version in 1..=1_000 {
            quotes.put(vec![quote(1, 100 + version, version)]);
        }
        quotes.put(vec![quote(2, 7, 1_001), quote(3, 9, 1_002)]);
        let news = reader.next().await;
        let prices: Vec<_> = news.iter().map(|quote| quote.price.amount.to_string()).collect();
        assert_eq!(prices, ["11", "0.07"], "one of each, and none that is not wanted");
        let more = tokio::time::timeout(Duration::from_millis(50), reader.next()).await;
        assert!(more.is_err(), "nothing was queued");
    }

    #[tokio::test]
    async fn nobody_hears_more_than_four_times_a_second() {
        let quotes = Quotes::default();
        let mut reader = quotes.listen(wanted(&[1]));
        let source = quotes.clone();
        let ticking = tokio::spawn(async move {
            for version in 1..=200 {
                source.put(vec![quote(1, version, version)]);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        let (began, mut heard, mut last) = (Instant::now(), 0, 0);
        while let Ok(news) = tokio::time::timeout(Duration::from_millis(600), reader.next()).await {
            assert!(news[0].version > last, "never an older one");
            last = news[0].version;
            heard += 1;
        }
        ticking.await.unwrap();
        let quarters = began.elapsed().as_millis() / 250 + 1;
        assert!(u128::from(heard as u64) <= quarters, "{heard} in {quarters} quarters of a second");
        assert_eq!(last, 200, "the last word arrives");
    }

    #[tokio::test]
    async fn what_is_given_up_while_waiting_is_told_the_next_time() {
        let quotes = Quotes::default();
        let mut reader = quotes.listen(wanted(&[1]));
        quotes.put(vec![quote(1, 1, 1)]);
        assert_eq!(reader.next().await[0].version, 1);
        quotes.put(vec![quote(1, 2, 2)]);
        // Given up before the pace allows it.
        assert!(tokio::time::timeout(Duration::from_millis(10), reader.next()).await.is_err());
        assert_eq!(reader.next().await[0].version, 2);
    }

    #[tokio::test]
    async fn an_older_price_never_takes_the_place_of_a_newer_one() {
        let quotes = Quotes::default();
        let mut reader = quotes.listen(wanted(&[1]));
        quotes.put(vec![quote(1, 5, 5)]);
        quotes.put(vec![quote(1, 4, 4)]);
        assert_eq!(reader.next().await[0].version, 5);
    }
}

//! Prices of now, many at a time: thousands come each second, and nearly all of them are the next good price of an instrument
//! that is known. Those are judged from what one question has read, and written by two statements. Whatever is not so plain
//! takes the way of [`super::guarded`], one by one.

use super::{
    super::ledger::InstrumentId,
    Arrival,
    guarded::{Good, Kept, Offer, Run, Terms, rank},
    instruments::unit_word,
};
use guichet_formats::securities::record::Quote;
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::quote_guard::{Limits, Verdict, judge};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is known of an instrument.
struct Known {
    terms: Terms,
    good: Good,
    waiting: Option<guichet_types::quote_guard::Quoted>,
}

/// The instruments that a batch names, with their latest prices, and the prices that are to be written.
#[derive(Default)]
pub(super) struct Swift {
    names: HashMap<String, InstrumentId>,
    known: HashMap<InstrumentId, Known>,
    /// The latest of each is enough.
    fresh: BTreeMap<InstrumentId, Offer>,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    id: Vec<u8>,
    currency: Option<String>,
    price_unit: String,
    minor_divisor: i64,
    listed: Option<String>,
    described_at: Option<i64>,
    #[sqlx(flatten)]
    kept: Kept,
}

impl Swift {
    /// Reads what is known of all that the quotes name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn read(tx: &mut Tx, quotes: &[Quote]) -> Result<Self, DbError> {
        const FIND: &str =
            "select n.name, i.id, i.currency, i.price_unit, i.minor_divisor, i.mic as listed, i.described_at,
              q.price, q.divisor, q.kind, q.at, q.mic, q.waiting_price, q.waiting_at
            from instrument_name n join instrument i on i.id = n.instrument_id
              left join quote q on q.instrument_id = i.id where n.name in (";
        let names: BTreeSet<String> =
            quotes.iter().filter_map(|quote| Some(quote.isin.as_ref()?.to_string())).collect();
        let mut swift = Self::default();
        if names.is_empty() {
            return Ok(swift);
        }
        let rows: Vec<Row> = on!(tx, c => {
            let mut find = sqlx::QueryBuilder::new(FIND);
            let mut list = find.separated(", ");
            for name in &names {
                list.push_bind(name.as_str());
            }
            find.push(")");
            find.build_query_as().fetch_all(&mut **c).await
        })?;
        for row in rows {
            let id = InstrumentId::try_from(row.id).map_err(|_| DbError::Value("instrument.id"))?;
            swift.names.insert(row.name, id);
            let terms = Terms::new(row.currency, &row.price_unit, row.minor_divisor, row.listed, row.described_at);
            if let Some(good) = row.kept.good() {
                swift.known.insert(id, Known { terms, good, waiting: row.kept.waiting() });
            }
        }
        Ok(swift)
    }

    /// The instrument of a number, when it is known.
    pub fn find(&self, isin: &str) -> Option<InstrumentId> {
        self.names.get(isin).copied()
    }

    /// Takes a price if it is the next good one of the day that is going on. Else gives it back.
    pub fn take(&mut self, arrival: &Arrival, instrument: InstrumentId, quote: Quote) -> Option<Quote> {
        let Some(known) = self.known.get_mut(&instrument) else { return Some(quote) };
        let (offer, misfit) = Offer::of(&known.terms, quote.clone());
        let (new, day, good) = (offer.quoted(), offer.day(), &known.good);
        let newer = (new.at, rank(offer.word)) > (good.quoted.at, good.rank);
        // A new day has a row of its own, and there may be a split before it; a day that is over changes what portfolios were worth.
        if misfit.is_some() || !newer || day != good.day || day < arrival.today() {
            return Some(quote);
        }
        match judge(Some(good.quoted), known.waiting, new, arrival.now, offer.calendar(), &Limits::default()) {
            Verdict::Accept => {
                known.good = Good { quoted: new, day, rank: rank(offer.word) };
                known.waiting = None;
                self.fresh.insert(instrument, offer);
                None
            }
            Verdict::Reject { .. } => Some(quote),
        }
    }

    /// Writes what has been taken of an instrument, and forgets what is known of it: something else takes it on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn leave(
        &mut self,
        tx: &mut Tx,
        arrival: &Arrival,
        run: &mut Run,
        instrument: InstrumentId,
    ) -> Result<(), DbError> {
        self.known.remove(&instrument);
        if self.fresh.contains_key(&instrument) { self.write(tx, arrival, run).await } else { Ok(()) }
    }

    /// Writes what has been taken.
    ///
    /// # Errors
    /// What the database says.
    pub async fn write(&mut self, tx: &mut Tx, arrival: &Arrival, run: &mut Run) -> Result<(), DbError> {
        if self.fresh.is_empty() {
            return Ok(());
        }
        let version = run.version(tx).await?;
        let fresh: Vec<(InstrumentId, Offer)> = std::mem::take(&mut self.fresh).into_iter().collect();
        put_latest(tx, arrival, &fresh, version).await?;
        put_daily(tx, arrival, &fresh).await
    }
}

async fn put_latest(
    tx: &mut Tx,
    arrival: &Arrival,
    fresh: &[(InstrumentId, Offer)],
    version: i64,
) -> Result<(), DbError> {
    const INTO: &str =
        "insert into quote (instrument_id, price, currency, divisor, unit, kind, at, delay_seconds, source, mic,
          document_id, origin, place, received_at, version) ";
    const OVER: &str =
        " on conflict (instrument_id) do update set price = excluded.price, currency = excluded.currency,
          divisor = excluded.divisor, unit = excluded.unit, kind = excluded.kind, at = excluded.at,
          delay_seconds = excluded.delay_seconds, source = excluded.source, mic = excluded.mic,
          document_id = excluded.document_id, origin = excluded.origin, place = excluded.place,
          received_at = excluded.received_at, version = excluded.version, waiting_price = null, waiting_at = null";
    on!(tx, c => {
        let mut put = sqlx::QueryBuilder::new(INTO);
        put.push_values(fresh, |mut row, (instrument, offer)| {
            row.push_bind(instrument.as_bytes().as_slice())
                .push_bind(offer.price.amount.to_string())
                .push_bind(offer.price.currency.as_str())
                .push_bind(i64::from(offer.price.minor_divisor))
                .push_bind(unit_word(offer.price.unit))
                .push_bind(offer.word)
                .push_bind(offer.at.millis())
                .push_bind(i64::from(offer.delay_seconds))
                .push_bind(offer.source.as_deref())
                .push_bind(offer.mic.map(|mic| mic.to_string()))
                .push_bind(arrival.document.as_bytes().as_slice())
                .push_bind(arrival.origin.as_str())
                .push_bind(offer.place.as_str())
                .push_bind(arrival.received_at.millis())
                .push_bind(version);
        });
        put.push(OVER);
        put.build().execute(&mut **c).await.map(|_| ())
    })?;
    Ok(())
}

/// The last price of each day stays: a close counts more than a running price, and a later one more than an earlier.
async fn put_daily(tx: &mut Tx, arrival: &Arrival, fresh: &[(InstrumentId, Offer)]) -> Result<(), DbError> {
    const INTO: &str = "insert into quote_daily (instrument_id, day, price, currency, divisor, unit, kind, at, source, document_id, place) ";
    const OVER: &str = " on conflict (instrument_id, day) do update set price = excluded.price, currency = excluded.currency,
          divisor = excluded.divisor, unit = excluded.unit, kind = excluded.kind, at = excluded.at,
          source = excluded.source, document_id = excluded.document_id, place = excluded.place
        where (case quote_daily.kind when 'close' then 3 when 'nav' then 2 when 'last' then 1 else 0 end, quote_daily.at)
          < (case excluded.kind when 'close' then 3 when 'nav' then 2 when 'last' then 1 else 0 end, excluded.at)";
    on!(tx, c => {
        let mut put = sqlx::QueryBuilder::new(INTO);
        put.push_values(fresh, |mut row, (instrument, offer)| {
            row.push_bind(instrument.as_bytes().as_slice())
                .push_bind(i64::from(offer.day().days()))
                .push_bind(offer.price.amount.to_string())
                .push_bind(offer.price.currency.as_str())
                .push_bind(i64::from(offer.price.minor_divisor))
                .push_bind(unit_word(offer.price.unit))
                .push_bind(offer.word)
                .push_bind(offer.at.millis())
                .push_bind(offer.source.as_deref())
                .push_bind(arrival.document.as_bytes().as_slice())
                .push_bind(offer.place.as_str());
        });
        put.push(OVER);
        put.build().execute(&mut **c).await.map(|_| ())
    })?;
    Ok(())
}

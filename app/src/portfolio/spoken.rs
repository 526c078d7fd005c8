//! Prices in words, once for each language and not once for each page that shows them.

use super::{
    book::moved,
    ledger::InstrumentId,
    pages::parts::{delta_percent, lamp, price_text},
    store::Latest,
};
use crate::{ui::fragment, web::Visitor, words::Figures};
use guichet_types::{Locale, Price, Timestamp};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// For so long the words of a price hold: how fresh it is changes with time, and in no finer steps than minutes.
const HOLDS_SECONDS: i64 = 30;

/// A price as pages show it.
#[derive(Debug)]
pub struct Words {
    version: i64,
    before: Option<Price>,
    made: Timestamp,
    /// The price.
    pub price: String,
    /// How fresh it is, as a fragment.
    pub lamp: String,
    /// How it has moved since the end of yesterday, as a fragment.
    pub day: String,
}

/// The words of prices, kept for whoever shows the same. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Spoken(Arc<Mutex<HashMap<(InstrumentId, Locale), Arc<Words>>>>);

impl Spoken {
    /// The words of a price for a reader; `before` is the price at the end of yesterday.
    #[must_use]
    pub fn of(&self, visitor: &Visitor, figures: &Figures, latest: &Latest, before: Option<Price>) -> Arc<Words> {
        let key = (latest.instrument, visitor.locale);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let holds = |words: &Arc<Words>| {
            (words.version, words.before) == (latest.version, before)
                && figures.now().seconds_since(words.made).abs() < HOLDS_SECONDS
        };
        if let Some(words) = known.filter(holds) {
            return words;
        }
        // Rendered without the lock: twice at worst.
        let ratio = before.and_then(|before| moved(before, latest.price));
        let words = Arc::new(Words {
            version: latest.version,
            before,
            made: figures.now(),
            price: price_text(figures, latest.price),
            lamp: fragment(|| lamp(visitor, figures, Some(latest))),
            day: fragment(|| delta_percent(visitor.words(), figures, ratio)),
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, words.clone());
        words
    }
}

//! What prices do to the open pages of one customer: their figures, worked out anew and sent only where they have changed.
//!
//! The holdings are read when the stream begins and when the custodian says something new; a price changes them in memory.
//! Nothing is queued: while a client has not taken the last message, no other is made, and the next one has the latest of all.
//! Only what the open pages show is worked out, and only what has moved is put into words.

use super::{
    book::{Book, Total, Worth, permille},
    ledger::InstrumentId,
    pages::{
        allocation::{part_figures, part_key, shown},
        parts::delta_percent,
        portfolio::{note, today},
        positions::{gain, gains, share},
        query::ASPECTS,
        summary,
    },
    quotes::{Quotes, Reader, look},
    sheet::{Watched, read_watched},
    store::{self, Latest},
};
use crate::{
    accounts::glimpse,
    live::shown::Shown,
    overview::everything::{Everything, held},
    ui::{Place, fragment},
    web::Visitor,
    words::{Figures, Sign},
};
use futures::FutureExt as _;
use guichet_platform::{
    db::{Db, DbError},
    scope::CustomerScope,
};
use guichet_types::{Date, Price, live::Op};
use leptos::prelude::*;
use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::Arc,
};

/// The prices of one customer's stream.
#[derive(Debug)]
pub struct Ticker {
    scope: CustomerScope,
    shown: Shown,
    /// The day that the holdings were read on.
    today: Date,
    books: Vec<Book>,
    watched: Vec<Watched>,
    /// What everything adds up to, where the overview is open.
    everything: Option<Everything>,
    reader: Reader,
    /// What the page has: by the hash of what follows it, the hash of what it has.
    sent: HashMap<u64, u64>,
    /// The price of each instrument that the page has.
    prices: HashMap<InstrumentId, Price>,
    /// Of what a price has come since the last message.
    moved: BTreeSet<InstrumentId>,
    due: bool,
}

impl Ticker {
    /// Begins with what the customer holds and watches, at the latest prices; nothing where no open page shows a price.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(
        db: &Db,
        quotes: &Quotes,
        scope: CustomerScope,
        shown: Shown,
        today: Date,
    ) -> Result<Option<Self>, DbError> {
        if !shown.has(Place::Portfolio) && !shown.has(Place::Overview) {
            return Ok(None);
        }
        // Nobody may have listened for a while.
        look(db, quotes).await?;
        let mut ticker = Self {
            scope,
            shown,
            today,
            books: Vec::new(),
            watched: Vec::new(),
            everything: None,
            reader: quotes.listen(BTreeSet::new()),
            sent: HashMap::new(),
            prices: HashMap::new(),
            moved: BTreeSet::new(),
            due: true,
        };
        ticker.reload(db, today).await?;
        Ok(Some(ticker))
    }

    /// Reads again what the customer holds and watches. What was sent before is not sent again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reload(&mut self, db: &Db, today: Date) -> Result<(), DbError> {
        let (scope, on_overview, on_portfolio) =
            (self.scope, self.shown.has(Place::Overview), self.shown.has(Place::Portfolio));
        let read = db.read(&scope, move |tx| {
            async move {
                let books = summary::read(tx, &scope, today).await?;
                let watched = if on_portfolio { read_watched(tx, &scope, today).await? } else { Vec::new() };
                let money = if on_overview { Some(glimpse::read(tx, &scope, today).await?) } else { None };
                Ok::<_, DbError>((books, watched, money))
            }
            .boxed()
        });
        let (mut books, watched, money) = read.await?;
        self.everything = money.map(|money| {
            let mut everything = Everything::new(today, &money, &books);
            everything.forget_days();
            everything
        });
        // Thousands of streams are open, and charts are not of this.
        books.iter_mut().for_each(Book::forget_days);
        (self.books, self.watched, self.today) = (books, watched, today);
        let held = self.books.iter().flat_map(|book| &book.holdings).map(|holding| holding.instrument.id);
        let wanted: BTreeSet<InstrumentId> = held.chain(self.watched.iter().map(|item| item.instrument.id)).collect();
        self.moved.clone_from(&wanted);
        self.reader.want(wanted);
        self.due = true;
        Ok(())
    }

    /// Reads again where another day has begun, or another instrument is watched than was.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freshen(&mut self, db: &Db, today: Date) -> Result<(), DbError> {
        let mut stale = today != self.today;
        if !stale && self.shown.has(Place::Portfolio) {
            let scope = self.scope;
            let read = db.glance(&scope, move |tx| async move { store::list_watched(tx, &scope).await }.boxed());
            let (now, before) = (read.await?, self.watched.iter().map(|item| item.instrument.id));
            stale = !now.iter().map(|instrument| instrument.id).eq(before);
        }
        if stale { self.reload(db, today).await } else { Ok(()) }
    }

    /// Waits for new prices of what is held or watched, at most four times a second.
    pub async fn next(&mut self) -> Vec<Arc<Latest>> {
        self.reader.next().await
    }

    /// Takes new prices.
    pub fn take(&mut self, news: &[Arc<Latest>]) {
        for latest in news {
            let mut taken = false;
            for book in &mut self.books {
                taken |= book.take(latest);
            }
            for item in self.watched.iter_mut().filter(|item| item.instrument.id == latest.instrument) {
                taken |= item.latest.as_ref() != Some(latest);
                item.latest = Some(Latest::clone(latest));
            }
            if taken {
                self.due = true;
                self.moved.insert(latest.instrument);
            }
        }
    }

    /// Is there something that the page may not have yet?
    #[must_use]
    pub const fn is_due(&self) -> bool {
        self.due
    }

    /// What has changed since it was last sent. It counts as sent.
    pub fn ops(&mut self, visitor: &Visitor, figures: &Figures) -> Vec<Op> {
        self.due = false;
        let (books, watched) = (std::mem::take(&mut self.books), std::mem::take(&mut self.watched));
        let mut moved = std::mem::take(&mut self.moved);
        let mut ops = Vec::new();
        let held_here = books.iter().flat_map(|book| &book.holdings).map(|held| (held.latest.as_ref(), held.before));
        let seen = held_here.chain(watched.iter().map(|item| (item.latest.as_ref(), item.before)));
        let seen: Vec<_> = seen.filter_map(|(latest, before)| Some((latest?, before))).collect();
        for book in &books {
            self.figures_of(visitor, figures, book, &moved, &mut ops);
        }
        for (latest, before) in seen {
            // What is held twice is told once.
            if moved.remove(&latest.instrument) {
                self.price(visitor, figures, latest, before, &mut ops);
            }
        }
        if let Some(everything) = self.everything.take() {
            let worth = held(&books);
            if self.is_new("everything", &worth) {
                ops.extend(everything.ops(visitor.words(), figures, &worth));
            }
            self.everything = Some(everything);
        }
        (self.books, self.watched) = (books, watched);
        ops
    }

    fn price(
        &mut self,
        visitor: &Visitor,
        figures: &Figures,
        latest: &Latest,
        yesterday: Option<Price>,
        ops: &mut Vec<Op>,
    ) {
        let id = latest.instrument;
        let words = self.reader.spoken().of(visitor, figures, latest, yesterday);
        let before = self.prices.insert(id, latest.price);
        if self.is_new(("price", id), &words.price) {
            let dir = before.and_then(|before| match before.amount.cmp(&latest.price.amount) {
                std::cmp::Ordering::Less => Some("up".to_owned()),
                std::cmp::Ordering::Greater => Some("down".to_owned()),
                std::cmp::Ordering::Equal => None,
            });
            ops.push(Op::Quote { key: format!("pf-price:{id}"), text: words.price.clone(), dir });
        }
        if self.is_new(("day", id), &words.day) {
            ops.push(Op::Html { key: format!("pf-day:{id}"), html: words.day.clone() });
        }
        if self.shown.has(Place::Portfolio) && self.is_new(("lamp", id), &words.lamp) {
            ops.push(Op::Html { key: format!("pf-lamp:{id}"), html: words.lamp.clone() });
        }
    }

    /// Everything of a portfolio that hangs on prices.
    fn figures_of(
        &mut self,
        visitor: &Visitor,
        figures: &Figures,
        book: &Book,
        moved: &BTreeSet<InstrumentId>,
        ops: &mut Vec<Op>,
    ) {
        let (w, id) = (visitor.words(), book.portfolio.id);
        let worths = book.worths();
        let total = book.total_of(&worths);
        if self.is_new(("total", id), total.value) {
            let (whole, minor) = figures.figure(total.value);
            let html = fragment(|| view! { {whole}<span class="figure__minor">{minor}</span> });
            ops.push(Op::Html { key: format!("pf-total:{id}"), html });
        }
        if self.is_new(("today", id), (total.today, total.returns.day)) {
            let html = fragment(|| today(w, figures, &total));
            ops.push(Op::Html { key: format!("pf-today:{id}"), html });
        }
        if !self.shown.has(Place::Portfolio) {
            return;
        }
        for (holding, worth) in book.holdings.iter().zip(&worths) {
            let instrument = holding.instrument.id;
            let key = |what: &str| format!("pf-{what}:{id}:{instrument}");
            if let Some(value) = worth.value {
                // A picture only where its figure changes.
                if self.is_new(("share", id, instrument), permille(value.minor, total.value.minor)) {
                    let html = fragment(|| share(w, figures, worth.value, total.value));
                    ops.push(Op::Html { key: key("share"), html });
                }
                if moved.contains(&instrument) && self.is_new(("worth", id, instrument), value) {
                    ops.push(Op::Text { key: key("worth"), text: figures.money(value, Sign::Negative) });
                }
            }
            if moved.contains(&instrument) && self.is_new(("gain", id, instrument), (worth.gain, worth.gain_ratio)) {
                ops.push(Op::Html { key: key("gain"), html: fragment(|| gain(figures, worth)) });
            }
        }
        self.totals_of(visitor, figures, book, &worths, &total, ops);
    }

    /// What stands beside the positions: the note, gains, returns, and the parts.
    fn totals_of(
        &mut self,
        visitor: &Visitor,
        figures: &Figures,
        book: &Book,
        worths: &[Worth],
        total: &Total,
        ops: &mut Vec<Op>,
    ) {
        let (w, id) = (visitor.words(), book.portfolio.id);
        let oldest = worths.iter().filter_map(|worth| worth.rate?.day).min();
        if self.is_new(("note", id), (total.missing, oldest)) {
            ops.push(Op::Text { key: format!("pf-note:{id}"), text: note(w, figures, book, total) });
        }
        if self.is_new(("gains", id), (total.value, total.gain)) {
            ops.push(Op::Text { key: format!("pf-gains:{id}"), text: gains(w, figures, total) });
        }
        let returns = total.returns;
        for (key, value) in [
            ("day", returns.day),
            ("week", returns.week),
            ("month", returns.month),
            ("ytd", returns.year_to_date),
            ("year", returns.year),
            ("all", returns.all),
        ] {
            if let Some(ratio) = value
                && self.is_new(("return", id, key), ratio.rounded(4))
            {
                let html = fragment(|| delta_percent(w, figures, value));
                ops.push(Op::Html { key: format!("pf-return:{id}:{key}"), html });
            }
        }
        for (aspect, word) in ASPECTS {
            for part in shown(book, book.parts_of(aspect, worths)) {
                if self.is_new(("part", id, word, &part.key), (part.value, part.permille)) {
                    let (amount, share) = part_figures(figures, &part);
                    let key = part_key(book, aspect, &part);
                    ops.push(Op::Text { key: format!("{key}:share"), text: share });
                    ops.push(Op::Text { key, text: amount });
                }
            }
        }
    }

    /// Notes what the page now has, by what follows it. Of both the hash is kept: what a page has is long, and pages are many.
    fn is_new(&mut self, key: impl Hash, what: impl Hash) -> bool {
        let what = hash(what);
        self.sent.insert(hash(key), what) != Some(what)
    }
}

fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

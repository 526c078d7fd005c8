//! What prices do to the open pages of one customer: their figures, worked out anew and sent only where they have changed.
//!
//! The holdings are read when the stream begins and when the custodian says something new; a price changes them in memory.
//! Nothing is queued: while a client has not taken the last message, no other is made, and the next one has the latest of all.

use super::{
    book::{Book, moved, permille},
    ledger::InstrumentId,
    pages::{
        allocation::{part_figures, part_key, shown_parts},
        parts::{delta_percent, lamp, price_text},
        portfolio::{note, today},
        positions::{gain, gains, share},
        query::ASPECTS,
    },
    quotes::{Quotes, Reader, look},
    sheet::{Watched, read_watched},
    store::{self, Latest},
};
use crate::{
    ui::fragment,
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
use std::collections::{BTreeSet, HashMap};

/// The prices of one customer's stream.
#[derive(Debug)]
pub struct Ticker {
    scope: CustomerScope,
    books: Vec<Book>,
    watched: Vec<Watched>,
    reader: Reader,
    /// What the page has, by what follows it.
    sent: HashMap<String, String>,
    /// The price of each instrument that the page has.
    shown: HashMap<InstrumentId, Price>,
    due: bool,
}

impl Ticker {
    /// Begins with what the customer holds and watches, at the latest prices.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(db: &Db, quotes: &Quotes, scope: CustomerScope, today: Date) -> Result<Self, DbError> {
        // Nobody may have listened for a while.
        look(db, quotes).await?;
        let mut ticker = Self {
            scope,
            books: Vec::new(),
            watched: Vec::new(),
            reader: quotes.listen(BTreeSet::new()),
            sent: HashMap::new(),
            shown: HashMap::new(),
            due: false,
        };
        ticker.reload(db, today).await?;
        Ok(ticker)
    }

    /// Reads what is held and watched once more.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reload(&mut self, db: &Db, today: Date) -> Result<(), DbError> {
        let scope = self.scope;
        let read = db.read(&scope, move |tx| {
            async move {
                let mut books = Vec::new();
                for portfolio in store::list_portfolios(tx, &scope).await? {
                    books.extend(Book::read(tx, &scope, portfolio.id, today).await?);
                }
                Ok::<_, DbError>((books, read_watched(tx, &scope, today).await?))
            }
            .boxed()
        });
        (self.books, self.watched) = read.await?;
        let held = self.books.iter().flat_map(|book| &book.holdings).map(|holding| holding.instrument.id);
        let wanted = held.chain(self.watched.iter().map(|item| item.instrument.id)).collect();
        self.reader.want(wanted);
        self.due = true;
        Ok(())
    }

    /// Waits for new prices of what is held or watched, at most four times a second.
    pub async fn next(&mut self) -> Vec<Latest> {
        self.reader.next().await
    }

    /// Takes new prices.
    pub fn take(&mut self, news: &[Latest]) {
        for latest in news {
            for book in &mut self.books {
                self.due |= book.take(latest);
            }
            for item in self.watched.iter_mut().filter(|item| item.instrument.id == latest.instrument) {
                self.due |= item.latest.as_ref() != Some(latest);
                item.latest = Some(latest.clone());
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
        let mut ops = Vec::new();
        let mut priced = BTreeSet::new();
        for index in 0..self.books.len() {
            let book = self.books[index].clone();
            for holding in &book.holdings {
                let worth = book.worth(holding);
                let id = holding.instrument.id;
                if priced.insert(id) {
                    self.price(visitor, figures, id, holding.latest.as_ref(), worth.day_ratio, &mut ops);
                }
            }
            self.figures_of(visitor, figures, &book, &mut ops);
        }
        for index in 0..self.watched.len() {
            let item = self.watched[index].clone();
            let id = item.instrument.id;
            if priced.insert(id) {
                let ratio = item.latest.as_ref().zip(item.before).and_then(|(now, before)| moved(before, now.price));
                self.price(visitor, figures, id, item.latest.as_ref(), ratio, &mut ops);
            }
        }
        ops
    }

    fn price(
        &mut self,
        visitor: &Visitor,
        figures: &Figures,
        id: InstrumentId,
        latest: Option<&Latest>,
        ratio: Option<guichet_types::Decimal>,
        ops: &mut Vec<Op>,
    ) {
        let Some(latest) = latest else { return };
        let text = price_text(figures, latest.price);
        let before = self.shown.insert(id, latest.price);
        if self.is_new(format!("pf-price:{id}"), &text) {
            let dir = before.and_then(|before| match before.amount.cmp(&latest.price.amount) {
                std::cmp::Ordering::Less => Some("up".to_owned()),
                std::cmp::Ordering::Greater => Some("down".to_owned()),
                std::cmp::Ordering::Equal => None,
            });
            ops.push(Op::Quote { key: format!("pf-price:{id}"), text, dir });
        }
        let w = visitor.words();
        self.html(format!("pf-lamp:{id}"), fragment(|| lamp(visitor, figures, Some(latest))), ops);
        self.html(format!("pf-day:{id}"), fragment(|| delta_percent(w, figures, ratio)), ops);
    }

    /// Everything of a portfolio that hangs on prices.
    fn figures_of(&mut self, visitor: &Visitor, figures: &Figures, book: &Book, ops: &mut Vec<Op>) {
        let (w, portfolio, total) = (visitor.words(), book.portfolio.id, book.total());
        for holding in &book.holdings {
            let worth = book.worth(holding);
            let key = |what: &str| format!("pf-{what}:{portfolio}:{}", holding.instrument.id);
            if let Some(value) = worth.value {
                self.text(key("worth"), figures.money(value, Sign::Negative), ops);
                // A picture only where its figure changes.
                let share_now = permille(value.minor, total.value.minor).to_string();
                if self.is_new(key("share"), &share_now) {
                    ops.push(Op::Html {
                        key: key("share"),
                        html: fragment(|| share(w, figures, worth.value, total.value)),
                    });
                }
            }
            self.html(key("gain"), fragment(|| gain(figures, &worth)), ops);
        }
        let (whole, minor) = figures.figure(total.value);
        let amount = fragment(|| view! { {whole}<span class="figure__minor">{minor}</span> });
        self.html(format!("pf-total:{portfolio}"), amount, ops);
        self.html(format!("pf-today:{portfolio}"), fragment(|| today(w, figures, &total)), ops);
        self.text(format!("pf-note:{portfolio}"), note(w, figures, book, &total), ops);
        self.text(format!("pf-gains:{portfolio}"), gains(w, figures, book), ops);
        let returns = total.returns;
        for (key, value) in [
            ("day", returns.day),
            ("week", returns.week),
            ("month", returns.month),
            ("ytd", returns.year_to_date),
            ("year", returns.year),
            ("all", returns.all),
        ] {
            if value.is_some() {
                let html = fragment(|| delta_percent(w, figures, value));
                self.html(format!("pf-return:{portfolio}:{key}"), html, ops);
            }
        }
        for (aspect, _) in ASPECTS {
            for part in shown_parts(book, aspect) {
                let (amount, share) = part_figures(figures, &part);
                let key = part_key(book, aspect, &part);
                self.text(key.clone(), amount, ops);
                self.text(format!("{key}:share"), share, ops);
            }
        }
    }

    fn is_new(&mut self, key: String, what: &str) -> bool {
        match self.sent.get_mut(&key) {
            Some(known) if known == what => false,
            Some(known) => {
                what.clone_into(known);
                true
            }
            None => {
                self.sent.insert(key, what.to_owned());
                true
            }
        }
    }

    fn text(&mut self, key: String, text: String, ops: &mut Vec<Op>) {
        if self.is_new(key.clone(), &text) {
            ops.push(Op::Text { key, text });
        }
    }

    fn html(&mut self, key: String, html: String, ops: &mut Vec<Op>) {
        if self.is_new(key.clone(), &html) {
            ops.push(Op::Html { key, html });
        }
    }
}

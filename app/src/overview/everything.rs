//! What everything adds up to: accounts and portfolios, now, yesterday, and at the beginning of the line.
//!
//! A price moves what portfolios are worth now and nothing else of it; so a stream keeps this in memory and asks for no row.

use crate::{
    accounts::glimpse::{self, Glimpse},
    portfolio::book::Book,
    ui::{fragment, spark},
    words::{Figures, Sign, Words},
};
use guichet_types::{Currency, Date, Money, live::Op};
use leptos::prelude::*;

/// What everything adds up to, but for what portfolios are worth now.
#[derive(Clone, Debug)]
pub struct Everything {
    booked: Vec<Money>,
    /// The currency of most of it, and how that has gone; nothing where nothing is held.
    line: Option<(Currency, Line)>,
}

/// The line of what is held in the main currency.
#[derive(Clone, Debug)]
struct Line {
    from: Date,
    /// At the end of each day before today.
    past: Vec<i64>,
    /// The accounts now.
    accounts: i64,
}

/// What portfolios are worth now.
#[must_use]
pub fn held(books: &[Book]) -> Vec<Money> {
    books.iter().map(|book| book.total().value).collect()
}

impl Everything {
    /// Of the accounts and portfolios of a customer.
    #[must_use]
    pub fn new(today: Date, money: &Glimpse, books: &[Book]) -> Self {
        let booked: Vec<Money> = money.accounts.iter().filter_map(|account| account.booked).collect();
        let main = glimpse::totals(booked.iter().copied().chain(held(books))).first().map(|total| total.currency);
        Self { booked, line: main.map(|main| (main, Line::new(today, money, books, main))) }
    }

    /// Forgets what only the picture of the line shows.
    pub fn forget_days(&mut self) {
        if let Some((_, line)) = &mut self.line {
            let (first, yesterday) = (line.past.first().copied(), line.past.last().copied());
            line.past = first.into_iter().chain(yesterday).collect();
        }
    }

    /// The total of each currency, the main one first.
    fn totals(&self, held: &[Money]) -> Vec<Money> {
        glimpse::totals(self.booked.iter().chain(held).copied())
    }

    /// The total and its change, as the stream puts them in their place.
    #[must_use]
    pub fn ops(&self, w: Words, figures: &Figures, held: &[Money]) -> Vec<Op> {
        let totals = self.totals(held);
        let Some(main) = totals.first() else { return Vec::new() };
        let (whole, minor) = figures.figure(*main);
        let amount = fragment(|| view! { {whole}<span class="figure__minor">{minor}</span> });
        vec![
            Op::Html { key: "everything-total".to_owned(), html: amount },
            Op::Html { key: "everything-moved".to_owned(), html: fragment(|| self.moved(w, figures, &totals, held)) },
        ]
    }

    /// How the total has moved, and what is held in other currencies.
    fn moved(&self, w: Words, figures: &Figures, totals: &[Money], held: &[Money]) -> impl IntoView + use<> {
        let others = totals.iter().skip(1).map(|total| figures.money(*total, Sign::Negative));
        let others = others.map(|total| view! { <span class="muted">{total}</span> }).collect_view();
        let changes = self.line.as_ref().and_then(|(currency, line)| {
            let now = line.now(*currency, held);
            let (first, yesterday) = (*line.past.first()?, *line.past.last()?);
            let change = |minor: i64| figures.money(Money::new(minor, *currency), Sign::Always);
            let today = now.saturating_sub(yesterday);
            let direction = match today {
                0 => None,
                1.. => Some(("up", w.get("up"))),
                _ => Some(("down", w.get("down"))),
            };
            let word = direction.clone().map(|(_, word)| view! { <span class="vh">{word}" "</span> });
            let since = [("amount", change(now.saturating_sub(first))), ("day", figures.short_date(line.from))];
            let since = since.each_ref().map(|(name, text)| (*name, text.as_str()));
            Some(view! {
                <span class="delta" data-dir=direction.map(|(dir, _)| dir)>{word}
                    {w.with("change-today", &[("amount", &change(today))])}</span>
                <span class="small muted">{w.with("change-since", &since)}</span>
            })
        });
        view! { {changes}{others} }
    }

    /// The total with its change of today, and its line; also what the stream puts in its place when an account has moved.
    pub fn view(&self, w: Words, figures: &Figures, held: &[Money]) -> impl IntoView + use<> {
        let totals = self.totals(held);
        let hero = totals
            .first()
            .map(|total| crate::ui::figure(figures, *total, "figure money", Some("everything-total".to_owned())));
        let picture = self.line.as_ref().map(|(currency, line)| {
            let days: Vec<i64> = line.past.iter().copied().chain([line.now(*currency, held)]).collect();
            let amount = |minor: Option<&i64>| {
                figures.money(Money::new(minor.copied().unwrap_or(0), *currency), Sign::Negative)
            };
            let (first, last) = (amount(days.first()), amount(days.last()));
            let summary = w.with(
                "total-summary",
                &[("days", &glimpse::DAYS.to_string()), ("first", &first), ("last", &last)],
            );
            view! {
                <div class="col-6">{spark(&days, summary)}
                    <p class="chart__x" aria-hidden="true"><span>{figures.short_date(line.from)}</span><span>{w.get("today")}</span></p></div>
            }
        });
        view! {
            <div class="stat col-6"><h2 class="label" id="net">{w.get("everything")}</h2>{hero}
                <p class="cluster gap-2" data-live="everything-moved">{self.moved(w, figures, &totals, held)}</p></div>
            {picture}
        }
    }
}

impl Line {
    fn new(today: Date, money: &Glimpse, books: &[Book], currency: Currency) -> Self {
        let from = today.plus_days(1 - glimpse::DAYS);
        let mut past = money.history.clone();
        let accounts = past.pop().unwrap_or(0);
        for book in books.iter().filter(|book| book.portfolio.currency == currency) {
            for (offset, sum) in past.iter_mut().enumerate() {
                let day = from.plus_days(i32::try_from(offset).unwrap_or(0));
                let until = book.days.partition_point(|value| value.day <= day);
                let value = until.checked_sub(1).and_then(|last| book.days.get(last)).map_or(0, |value| value.value);
                *sum = sum.saturating_add(value);
            }
        }
        Self { from, past, accounts }
    }

    fn now(&self, currency: Currency, held: &[Money]) -> i64 {
        let held = held.iter().filter(|money| money.currency == currency);
        held.fold(self.accounts, |sum, money| sum.saturating_add(money.minor))
    }
}

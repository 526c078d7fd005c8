//! The parts of a portfolio: a ring, and the figures beside it.

use super::parts::{class_word, key_of};
use crate::{
    portfolio::book::{Aspect, Book, Part},
    ui::{Slice, donut, slice_class},
    words::{Figures, Sign, Words},
};
use guichet_formats::securities::record::AssetClass;
use guichet_types::Decimal;
use leptos::prelude::*;

/// Parts that are shown one by one; what is behind them is "other".
const SHOWN: usize = 5;

/// The word of a part.
fn part_word(w: Words, aspect: Aspect, key: &str) -> String {
    let class = AssetClass::ALL.into_iter().find(|class| class.as_str() == key);
    match (aspect, class) {
        (Aspect::Class, Some(class)) | (Aspect::Region, Some(class @ AssetClass::Cash)) => class_word(w, class),
        (_, _) if key.is_empty() => w.get("portfolio-unknown"),
        _ => key.to_owned(),
    }
}

/// The shown parts: the largest ones, and the rest as one.
#[must_use]
pub fn shown_parts(book: &Book, aspect: Aspect) -> Vec<Part> {
    shown(book, book.parts(aspect))
}

/// Of all parts the ones that are shown.
#[must_use]
pub fn shown(book: &Book, parts: Vec<Part>) -> Vec<Part> {
    let mut parts: Vec<Part> = parts.into_iter().filter(|part| part.value.minor != 0).collect();
    if parts.len() > SHOWN {
        let rest = parts.split_off(SHOWN - 1);
        let value = rest.iter().fold(0_i64, |sum, part| sum.saturating_add(part.value.minor));
        let permille = rest.iter().map(|part| part.permille).sum();
        let currency = book.portfolio.currency;
        parts.push(Part { key: "other".to_owned(), value: guichet_types::Money::new(value, currency), permille });
    }
    parts
}

/// What an element of a part follows.
#[must_use]
pub fn part_key(book: &Book, aspect: Aspect, part: &Part) -> String {
    let word = super::query::ASPECTS.into_iter().find(|(known, _)| *known == aspect).map_or("", |(_, word)| word);
    format!("pf-part:{}:{word}:{}", book.portfolio.id, key_of(&part.key))
}

/// The amount and the share of a part.
#[must_use]
pub fn part_figures(figures: &Figures, part: &Part) -> (String, String) {
    let share = figures.percent(Decimal::from_units(part.permille, 3), 1, Sign::Negative);
    (figures.money(part.value, Sign::Negative), share)
}

/// The ring and its figures.
pub fn parts(w: Words, figures: &Figures, book: &Book, aspect: Aspect) -> impl IntoView + use<> {
    let shown = shown_parts(book, aspect);
    let invested: i64 = book.parts(Aspect::Class).iter().filter(|p| p.key != "cash").map(|p| p.permille).sum();
    let invested = figures.percent(Decimal::from_units(invested.min(1_000), 3), 1, Sign::Negative);
    let slices: Vec<Slice> = shown.iter().map(|part| Slice { permille: part.permille.max(0) }).collect();
    let spoken: Vec<String> = shown
        .iter()
        .map(|part| format!("{} {}", part_word(w, aspect, &part.key), part_figures(figures, part).1))
        .collect();
    let summary = w.with("portfolio-allocation-summary", &[("parts", &spoken.join(", "))]);
    let rows = shown
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let (amount, share) = part_figures(figures, part);
            let key = part_key(book, aspect, part);
            view! {
                <div><dt><svg class="key" viewBox="0 0 12 12" aria-hidden="true">
                        <rect class=slice_class(index) width="12" height="12" rx="3"></rect></svg>
                        {part_word(w, aspect, &part.key)}</dt>
                    <dd><span class="money" data-live=key.clone()>{amount}</span>"\u{2003}"
                        <b data-live=format!("{key}:share")>{share}</b></dd></div>
            }
        })
        .collect_view();
    view! { {donut(&slices, summary, w.get("portfolio-invested"), invested)}<dl class="kv">{rows}</dl> }
}

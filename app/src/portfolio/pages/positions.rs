//! The positions of a portfolio, the largest first, and the money beside them.

use super::parts::{delta_percent, instrument_line, lamp, price_text};
use crate::{
    portfolio::book::{Book, Holding, Total, Worth, permille},
    ui::icon,
    web::Visitor,
    words::{Figures, Sign, Words},
};
use guichet_types::{Currency, Decimal, Money};
use leptos::prelude::*;

/// The panel with the table.
pub fn panel(visitor: &Visitor, figures: &Figures, book: &Book) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = book.portfolio.id;
    let total = book.total();
    let rows =
        book.holdings.iter().map(|holding| row(visitor, figures, book, holding, total.value).into_any()).collect_view();
    let cash = book.cash.iter().map(|money| cash_row(w, figures, book, *money, total.value).into_any()).collect_view();
    let as_of = book.portfolio.as_of.map(|day| {
        w.with(
            "portfolio-as-of",
            &[("day", &figures.short_date(day)), ("moment", &figures.moment(book.portfolio.changed_at))],
        )
    });
    view! {
        <section class="panel" aria-labelledby="po">
            <div class="panel__head"><h2 id="po">{w.get("portfolio-positions")}</h2>
                <a class="chip" href=format!("/portfolio/{id}/download/csv") download
                    aria-label=w.get("portfolio-positions-csv")>{icon(visitor, "download")}"CSV"</a></div>
            <div class="table-wrap"><table class="table table--fold" role="table">
                <caption class="vh">{w.get("portfolio-positions-caption")}</caption>
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">{w.get("portfolio-name")}</th>
                    <th scope="col" role="columnheader" class="num">{w.get("portfolio-units-price")}</th>
                    <th scope="col" role="columnheader">{w.get("portfolio-quote")}</th>
                    <th scope="col" role="columnheader" class="num">{w.get("today")}</th>
                    <th scope="col" role="columnheader" class="num">{w.with("portfolio-value-in", &[("currency", book.portfolio.currency.as_str())])}</th>
                    <th scope="col" role="columnheader" class="num">{w.get("portfolio-gain")}</th>
                    <th scope="col" role="columnheader">{w.get("portfolio-share")}</th></tr></thead>
                <tbody role="rowgroup">{rows}{cash}</tbody>
            </table></div>
            <div class="panel__foot"><span data-live=format!("pf-gains:{id}")>{gains(w, figures, &total)}</span>
                <span class="small faint">{as_of}</span></div>
        </section>
    }
}

/// What all gains come to.
#[must_use]
pub fn gains(w: Words, figures: &Figures, total: &Total) -> String {
    let value = figures.money(total.value, Sign::Negative);
    match total.gain {
        Some(gain) => {
            w.with("portfolio-total-gain", &[("value", &value), ("gain", &figures.money(gain, Sign::Always))])
        }
        None => w.with("portfolio-total", &[("value", &value)]),
    }
}

/// A gain, and what it is of the cost.
pub fn gain(figures: &Figures, worth: &Worth) -> impl IntoView + use<> {
    let ratio = worth.gain_ratio.map(|ratio| figures.percent(ratio, 1, Sign::Always));
    let amount = worth.gain.map(|gain| view! { <span class="money">{figures.money(gain, Sign::Always)}</span> });
    let none = worth.gain.is_none().then(|| view! { <span class="faint">"–"</span> });
    view! { {amount}{none}{ratio.map(|ratio| view! { " "<small>{ratio}</small> })} }
}

/// The share of a value, as a bar and as a figure.
pub fn share(w: Words, figures: &Figures, value: Option<Money>, total: Money) -> impl IntoView + use<> {
    let share = value.map_or(0, |value| permille(value.minor, total.minor));
    let text = figures.percent(Decimal::from_units(share, 3), 1, Sign::Negative);
    view! {
        <progress max="1000" value=share.clamp(0, 1_000).to_string() aria-label=w.get("portfolio-share-label")></progress>
        <small>{text}</small>
    }
}

fn row(visitor: &Visitor, figures: &Figures, book: &Book, holding: &Holding, total: Money) -> impl IntoView + use<> {
    let w = visitor.words();
    let (portfolio, instrument) = (book.portfolio.id, &holding.instrument);
    let worth = book.worth(holding);
    let id = instrument.id;
    let key = |what: &str| format!("pf-{what}:{portfolio}:{id}");
    let price = holding.latest.as_ref().map(|latest| price_text(figures, latest.price));
    let value = worth.value.map(|value| figures.money(value, Sign::Negative)).unwrap_or_else(|| "–".to_owned());
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-fold="lead">
                <a href=format!("/portfolio/{portfolio}/holdings/{id}")>{instrument.name.clone()}</a>
                <small class="only-wide">{instrument_line(w, instrument)}</small></th>
            <td role="cell" class="num" data-fold="meta">{figures.decimal(holding.quantity, 0)}" × "
                <span class="quote" data-live=format!("pf-price:{id}")>{price}</span>
                <small class="only-narrow" data-live=format!("pf-lamp:{id}")>{lamp(visitor, figures, holding.latest.as_ref())}</small></td>
            <td role="cell"><span data-live=format!("pf-lamp:{id}")>{lamp(visitor, figures, holding.latest.as_ref())}</span></td>
            <td role="cell" class="num" data-fold="sub">
                <span data-live=format!("pf-day:{id}")>{delta_percent(w, figures, worth.day_ratio)}</span></td>
            <td role="cell" class="num" data-fold="value"><span class="money" data-live=key("worth")>{value}</span></td>
            <td role="cell" class="num"><span data-live=key("gain")>{gain(figures, &worth)}</span></td>
            <td role="cell" class="share"><span data-live=key("share")>{share(w, figures, worth.value, total)}</span></td>
        </tr>
    }
}

fn cash_row(
    w: Words,
    figures: &Figures,
    book: &Book,
    (currency, amount): (Currency, Decimal),
    total: Money,
) -> impl IntoView + use<> {
    let value = book.cash_value((currency, amount));
    let shown = value.map(|value| figures.money(value, Sign::Negative)).unwrap_or_else(|| "–".to_owned());
    let own = (currency != book.portfolio.currency)
        .then(|| super::parts::shown_money(figures, amount, currency, Sign::Negative));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-fold="lead">{w.get("portfolio-class-cash")}
                <small class="only-wide">{currency.to_string()}</small></th>
            <td role="cell" class="num" data-fold="meta">{own}</td>
            <td role="cell"></td><td role="cell"></td>
            <td role="cell" class="num" data-fold="value"><span class="money">{shown}</span></td>
            <td role="cell"></td>
            <td role="cell" class="share">{share(w, figures, value, total)}</td>
        </tr>
    }
}

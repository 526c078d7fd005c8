//! What was done: trades, dividends, splits, fees, money in and out.

use super::parts::{shown_money, transaction_word};
use crate::{
    portfolio::store::Transaction,
    ui::icon,
    web::Visitor,
    words::{Figures, Sign},
};
use guichet_types::{Decimal, Id, kind};
use leptos::prelude::*;

/// The latest transactions of a portfolio.
pub fn panel(
    visitor: &Visitor,
    figures: &Figures,
    portfolio: Id<kind::Portfolio>,
    transactions: &[Transaction],
) -> impl IntoView + use<> {
    let w = visitor.words();
    let body = if transactions.is_empty() {
        view! { <div class="panel__body"><p class="muted">{w.get("portfolio-transactions-none")}</p></div> }.into_any()
    } else {
        table(visitor, figures, Some(portfolio), transactions).into_any()
    };
    view! {
        <section class="panel" aria-labelledby="tx">
            <div class="panel__head"><h2 id="tx">{w.get("portfolio-transactions")}</h2>
                <a class="chip" href=format!("/portfolio/{portfolio}/download/transactions") download
                    aria-label=w.get("portfolio-transactions-csv")>{icon(visitor, "download")}"CSV"</a></div>
            {body}
        </section>
    }
}

/// A table of transactions; `portfolio` is named where each row leads to its instrument.
pub(super) fn table(
    visitor: &Visitor,
    figures: &Figures,
    portfolio: Option<Id<kind::Portfolio>>,
    transactions: &[Transaction],
) -> impl IntoView + use<> {
    let w = visitor.words();
    let rows =
        transactions.iter().map(|transaction| row(visitor, figures, portfolio, transaction).into_any()).collect_view();
    view! {
        <table class="table table--fold" role="table">
            <caption class="vh">{w.get("portfolio-transactions-caption")}</caption>
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader" class="wide">{w.get("portfolio-what")}</th>
                <th scope="col" role="columnheader">{w.get("portfolio-date")}</th>
                <th scope="col" role="columnheader" class="num">{w.get("portfolio-units-price")}</th>
                <th scope="col" role="columnheader" class="num">{w.get("portfolio-charges")}</th>
                <th scope="col" role="columnheader" class="num">{w.get("portfolio-amount")}</th></tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

fn row(
    visitor: &Visitor,
    figures: &Figures,
    portfolio: Option<Id<kind::Portfolio>>,
    transaction: &Transaction,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let word = transaction_word(w, transaction.kind);
    let name = transaction.name.clone().filter(|_| portfolio.is_some());
    let title = match (&name, transaction.instrument, portfolio) {
        (Some(name), Some(instrument), Some(portfolio)) => view! {
            <a href=format!("/portfolio/{portfolio}/holdings/{instrument}")>{format!("{word}: {name}")}</a>
        }
        .into_any(),
        _ => word.into_any(),
    };
    let source = w.with(
        "portfolio-transaction-source",
        &[
            ("reference", &transaction.reference),
            ("file", &transaction.origin),
            ("place", &transaction.place),
            ("moment", &figures.moment(transaction.first_seen_at)),
        ],
    );
    let text = transaction.text.clone().map(|text| format!("{text} · ")).unwrap_or_default();
    let units = match (&transaction.ratio, transaction.quantity) {
        (Some((new, old)), _) => format!("{new} : {old}"),
        (None, Some(quantity)) => {
            let quantity = figures.decimal(quantity.abs(), 0);
            match transaction.price {
                Some(price) => format!("{quantity} × {}", figures.decimal(price, 2)),
                None => quantity,
            }
        }
        (None, None) => String::new(),
    };
    // On the page of its instrument there is room to say where it came from.
    let clip = if portfolio.is_some() { "only-wide clip" } else { "only-wide" };
    let charges = transaction.fees.checked_add(transaction.taxes).unwrap_or(Decimal::ZERO);
    let charges = (!charges.is_zero()).then(|| shown_money(figures, charges, transaction.currency, Sign::Negative));
    let net = transaction.net.map(|net| shown_money(figures, net, transaction.currency, Sign::Always));
    let class = if transaction.net.is_some_and(|net| net > Decimal::ZERO) { "money money--in" } else { "money" };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-fold="lead">{title}<small class=clip>{text}{source}</small></th>
            <td role="cell" data-fold="meta">{figures.date(transaction.day)}</td>
            <td role="cell" class="num" data-fold="sub">{units}</td>
            <td role="cell" class="num">{charges}</td>
            <td role="cell" class="num" data-fold="value"><span class=class>{net}</span></td>
        </tr>
    }
}

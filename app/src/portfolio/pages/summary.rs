//! The portfolios on the overview: what each is worth now, and how it has moved today.

use super::{
    parts::{delta_percent, price_text},
    portfolio::{chart, portfolio_name, today},
    query::{PortfolioQuery, Range},
};
use crate::{
    portfolio::{book::Book, store},
    ui::figure,
    web::Visitor,
    words::Figures,
};
use guichet_platform::{
    db::{DbError, Tx},
    scope::CustomerScope,
};
use guichet_types::Date;
use leptos::prelude::*;

/// Holdings that are named on the overview.
const NAMED: usize = 3;

/// The customer's portfolios.
///
/// # Errors
/// What the database says.
pub async fn read(tx: &mut Tx, scope: &CustomerScope, today: Date) -> Result<Vec<Book>, DbError> {
    let mut books = Vec::new();
    for portfolio in store::list_portfolios(tx, scope).await? {
        books.extend(Book::read(tx, scope, portfolio.id, today).await?);
    }
    Ok(books)
}

/// A panel for one portfolio, as wide as `class` says.
pub fn panel(visitor: &Visitor, figures: &Figures, book: &Book, class: &'static str) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = book.portfolio.id;
    let total = book.total();
    let moves = book
        .holdings
        .iter()
        .take(NAMED)
        .map(|holding| {
            let instrument = holding.instrument.id;
            let price = holding.latest.as_ref().map(|latest| price_text(figures, latest.price));
            let ratio = book.worth(holding).day_ratio;
            view! {
                <div><dt>{holding.instrument.name.clone()}</dt>
                    <dd><span class="quote" data-live=format!("pf-price:{instrument}")>{price}</span>" "
                        <span data-live=format!("pf-day:{instrument}")>{delta_percent(w, figures, ratio)}</span></dd></div>
            }
        })
        .collect_view();
    let heading = format!("pf-{id}");
    let label = heading.clone();
    view! {
        <section class=class aria-labelledby=label>
            <div class="panel__head"><h2 id=heading><a href=format!("/portfolio/{id}")>{portfolio_name(w, &book.portfolio)}</a></h2></div>
            <div class="panel__body grid gap-7">
                <div class="col-5 stack">
                    <div class="stat">{figure(figures, total.value, "figure figure--md money", Some(format!("pf-total:{id}")))}
                        <span data-live=format!("pf-today:{id}")>{today(w, figures, &total)}</span></div>
                    <dl class="kv">{moves}</dl>
                </div>
                <div class="col-7" data-live=format!("pf-chart:{id}:small")>
                    {chart(w, figures, book, &PortfolioQuery::of_range(Range::Month), false).into_any()}</div>
            </div>
        </section>
    }
}

//! The portfolio: what it is worth now, how it has done, its parts and positions.

use super::{
    allocation, parts::delta_percent, parts::delta_today, positions, query::PortfolioQuery, transactions, watch,
};
use crate::{
    portfolio::{
        book::{Book, Total},
        sheet::Sheet,
        store::Portfolio,
    },
    ui::{LineChart, Place, app_page, figure, icon, line_chart, live_lamp},
    web::{Problem, Reason, Services, SignedIn, Visitor},
    whence,
    words::{Figures, Sign, Words},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, sources::Carries};
use guichet_types::{Id, Money, kind};
use leptos::prelude::*;

type Asked = Result<Query<PortfolioQuery>, axum::extract::rejection::QueryRejection>;

/// `GET /portfolio`: the only one, or the first of several.
pub(super) async fn first(State(services): State<Services>, who: SignedIn, query: Asked) -> Result<Response, Problem> {
    show(&services, &who, None, query).await
}

/// `GET /portfolio/{portfolio}`.
pub(super) async fn one(
    State(services): State<Services>,
    who: SignedIn,
    id: Result<Path<Id<kind::Portfolio>>, axum::extract::rejection::PathRejection>,
    query: Asked,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|_| Problem::new(Reason::NotFound, &who.visitor))?;
    show(&services, &who, Some(id), query).await
}

async fn show(
    services: &Services,
    who: &SignedIn,
    id: Option<Id<kind::Portfolio>>,
    query: Asked,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let Query(query) = query.map_err(|_| Problem::new(Reason::BadRequest, visitor))?;
    let (figures, scope) = (visitor.figures(services), who.session.scope);
    let today = figures.today();
    let now = services.clock.now();
    let read = services.db.read(&scope, move |tx| {
        async move {
            let late = whence::late(tx, &scope, &[Carries::Portfolio, Carries::Prices], now).await?;
            Ok::<_, DbError>((Sheet::read(tx, &scope, id, today).await?, late))
        }
        .boxed()
    });
    let (sheet, late) = read.await?;
    if id.is_some() && sheet.book.is_none() {
        return Err(Problem::new(Reason::NotFound, visitor));
    }
    let w = visitor.words();
    let title = w.get("nav-portfolio");
    let heading = sheet.book.as_ref().map_or_else(|| title.clone(), |book| portfolio_name(w, &book.portfolio));
    Ok(app_page(visitor, Place::Portfolio, &title, Some(sheet.live), || {
        let tabs = (sheet.portfolios.len() > 1).then(|| tabs(w, &sheet).into_any());
        let body = match &sheet.book {
            Some(book) => open(visitor, &figures, book, &sheet, &query).into_any(),
            None => view! { <div class="panel">{no_portfolio(visitor)}</div> }.into_any(),
        };
        view! {
            <div class="page-head"><div><h1>{heading}</h1></div>
                <span class="cluster nowrap gap-2">{live_lamp(visitor)}</span></div>
            <div class="stack">{whence::late_note(visitor, &figures, late)}{tabs}{body}{watch::panel(visitor, &figures, &sheet.watched).into_any()}</div>
        }
    }))
}

/// The custodian's name for it, or what it is.
#[must_use]
pub fn portfolio_name(w: Words, portfolio: &Portfolio) -> String {
    portfolio.name.clone().unwrap_or_else(|| w.get("nav-portfolio"))
}

fn tabs(w: Words, sheet: &Sheet) -> impl IntoView + use<> {
    let open = sheet.book.as_ref().map(|book| book.portfolio.id);
    let tab = |portfolio: &Portfolio| {
        let current = (open == Some(portfolio.id)).then_some("page");
        let name = format!("{} {}", portfolio_name(w, portfolio), portfolio.account);
        view! { <a href=format!("/portfolio/{}", portfolio.id) aria-current=current>{name}</a> }
    };
    let tabs = sheet.portfolios.iter().map(tab).collect_view();
    view! { <nav class="tabs" aria-label=w.get("portfolio-all")>{tabs}</nav> }
}

fn no_portfolio(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <div class="empty">
            <span class="glyph glyph--lg" aria-hidden="true">{icon(visitor, "chart-line")}</span>
            <h2>{w.get("portfolio-none")}</h2><p>{w.get("portfolio-none-text")}</p>
        </div>
    }
}

fn open(
    visitor: &Visitor,
    figures: &Figures,
    book: &Book,
    sheet: &Sheet,
    query: &PortfolioQuery,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = book.portfolio.id;
    view! {
        <div class="grid grid--fill">
            <section class="panel col-8" aria-labelledby="val">
                <div class="panel__body stack gap-5">
                    <div class="cluster between">
                        {value_now(visitor, figures, book).into_any()}{query.ranges(w, id).into_any()}
                    </div>
                    <div data-live=format!("pf-chart:{id}:{}", query.range().word())>{chart(w, figures, book, query, true).into_any()}</div>
                </div>
            </section>
            <section class="panel col-4" aria-labelledby="al">
                <div class="panel__head"><h2 id="al">{w.get("portfolio-allocation")}</h2></div>
                <div class="panel__body stack">{query.aspects(w, id).into_any()}
                    <div class="stack" data-live=format!("pf-parts:{id}:{}", query.aspect_word())>
                        {allocation::parts(w, figures, book, query.aspect()).into_any()}</div></div>
            </section>
        </div>
        <section class="panel" aria-labelledby="ret">
            <div class="panel__head"><h2 id="ret">{w.get("portfolio-returns")}</h2>
                <span class="small muted">{w.get("portfolio-returns-note")}</span></div>
            <div class="panel__body">{returns(w, figures, book).into_any()}</div>
        </section>
        <div data-live=format!("pf-positions:{id}")>{positions::panel(visitor, figures, book).into_any()}</div>
        <div data-live=format!("pf-transactions:{id}")>{transactions::panel(visitor, figures, id, &sheet.transactions).into_any()}</div>
    }
}

/// The figure that everything is about, and how it has moved today.
fn value_now(visitor: &Visitor, figures: &Figures, book: &Book) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = book.portfolio.id;
    let total = book.total();
    view! {
        <div class="stat"><h2 class="label" id="val">{w.get("portfolio-value-now")}</h2>
            {figure(figures, total.value, "figure money", Some(format!("pf-total:{id}")))}
            <span class="cluster gap-2">
                <span data-live=format!("pf-today:{id}")>{today(w, figures, &total)}</span>
                <span class="small muted" data-live=format!("pf-note:{id}")>{note(w, figures, book, &total)}</span>
            </span></div>
    }
}

/// How it has moved today.
pub fn today(w: Words, figures: &Figures, total: &Total) -> Option<impl IntoView + use<>> {
    delta_today(w, figures, total.today, total.returns.day)
}

/// What is missing, or how old the oldest of its rates is.
#[must_use]
pub fn note(w: Words, figures: &Figures, book: &Book, total: &Total) -> String {
    if total.missing > 0 {
        return w.count("portfolio-missing", total.missing as u64, &[]);
    }
    let rates = book.holdings.iter().filter_map(|holding| book.worth(holding).rate?.day);
    let cash =
        book.cash.iter().filter_map(|(currency, _)| book.rates.at(*currency, book.portfolio.currency, book.today)?.day);
    match rates.chain(cash).min() {
        Some(day) => w.with("portfolio-rates-of", &[("day", &figures.short_date(day))]),
        None => String::new(),
    }
}

/// Time-weighted returns.
fn returns(w: Words, figures: &Figures, book: &Book) -> impl IntoView + use<> {
    let id = book.portfolio.id;
    let all = book.total().returns;
    let item = |word: String, key: &'static str, value: Option<guichet_types::Decimal>| {
        let shown = delta_percent(w, figures, value);
        let none = value.is_none().then(|| view! { <span class="faint">"–"</span> });
        view! {
            <div class="stat"><dt class="label">{word}</dt>
                <dd data-live=format!("pf-return:{id}:{key}")>{shown}{none}</dd></div>
        }
    };
    view! {
        <dl class="stats">
            {item(w.get("portfolio-day"), "day", all.day)}{item(w.get("portfolio-week"), "week", all.week)}
            {item(w.get("portfolio-month"), "month", all.month)}{item(w.get("portfolio-ytd"), "ytd", all.year_to_date)}
            {item(w.get("portfolio-year"), "year", all.year)}{item(w.get("portfolio-ever"), "all", all.all)}
        </dl>
    }
}

/// The value over the chosen range, and the same as a table.
pub fn chart(
    w: Words,
    figures: &Figures,
    book: &Book,
    query: &PortfolioQuery,
    large: bool,
) -> Option<impl IntoView + use<>> {
    let currency = book.portfolio.currency;
    let from = query.range().from(book.today);
    let value = book.total().value.minor;
    let series = book.series(value);
    let points: Vec<_> =
        series.iter().filter(|value| value.day >= from).map(|value| (value.day, value.value)).collect();
    let (first, last) = (*points.first()?, *points.last()?);
    if points.len() < 2 {
        return None;
    }
    let money = |minor| figures.money(Money::new(minor, currency), Sign::Negative);
    let values = [("first", money(first.1)), ("last", money(last.1)), ("day", figures.date(first.0))];
    let values: Vec<(&str, &str)> = values.iter().map(|(key, text)| (*key, text.as_str())).collect();
    let chart = LineChart { points, summary: w.with("portfolio-chart-summary", &values), last: w.get("today"), large };
    let rows = chart
        .rows()
        .into_iter()
        .rev()
        .map(|(day, value)| {
            view! { <tr><th scope="row">{figures.date(day)}</th><td class="num money">{money(value)}</td></tr> }
        })
        .collect_view();
    let unit = 10_i64.pow(u32::from(currency.digits()));
    let label = |value| figures.axis(Money::new(value, currency));
    Some(view! {
        {line_chart(figures, &chart, unit, &label).into_any()}
        <details class="accordion"><summary class="small">{w.get("portfolio-chart-table")}</summary>
            <table class="table table--compact">
                <thead><tr><th scope="col">{w.get("portfolio-date")}</th>
                    <th scope="col" class="num">{w.get("portfolio-value")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    })
}

//! One holding, with its price, its transactions and where each figure came from; and an instrument without a holding.

use super::{
    parts::{
        class_word, delay_text, delta_percent, exact_moment, lamp, price_source, price_text, refusal_word, shown_money,
    },
    portfolio::portfolio_name,
    positions, transactions, watch,
};
use crate::{
    portfolio::{
        book::{Book, Holding, priced},
        ledger::InstrumentId,
        prices::Prices,
        sheet::read_watched,
        store::{self, Instrument, Latest, Transaction},
    },
    ui::{LineChart, Place, app_page, line_chart, live_lamp},
    web::{Problem, Reason, Services, SignedIn, Visitor},
    whence,
    words::{Figures, Sign, Words},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use guichet_types::{Date, Decimal, Id, Price, Timestamp, kind};
use leptos::prelude::*;

/// Transactions of one instrument on its page.
const TRANSACTIONS: i64 = 100;
/// Digits behind the point that a chart tells prices apart by.
const CHART_DIGITS: u8 = 4;

/// What the page of a holding shows.
struct Page {
    book: Book,
    holding: Option<Holding>,
    instrument: Instrument,
    latest: Option<Latest>,
    series: Vec<(Date, Price)>,
    transactions: Vec<Transaction>,
    origin: Option<(Date, String, String, Timestamp)>,
    live: i64,
}

/// `GET /portfolio/{portfolio}/holdings/{instrument}`: what is held, or was.
pub(super) async fn holding(
    State(services): State<Services>,
    who: SignedIn,
    ids: Result<Path<(Id<kind::Portfolio>, InstrumentId)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let not_found = || Problem::new(Reason::NotFound, visitor);
    let Path((portfolio, id)) = ids.map_err(|_| not_found())?;
    let (scope, figures) = (who.session.scope, visitor.figures(&services));
    let today = figures.today();
    let read = services.db.read(&scope, move |tx| {
        async move {
            let live = guichet_platform::live::cursor(tx, &scope).await?;
            let Some(book) = Book::read(tx, &scope, portfolio, today).await? else { return Ok(None) };
            let transactions = store::list_transactions(tx, &scope, portfolio, Some(id), TRANSACTIONS).await?;
            let holding = book.holdings.iter().find(|holding| holding.instrument.id == id).cloned();
            let origin = store::snapshot_origin(tx, &scope, portfolio, id).await?;
            // What was never here is not shown, whether there is such an instrument or not.
            if holding.is_none() && transactions.is_empty() && origin.is_none() {
                return Ok(None);
            }
            let Some(instrument) = store::find_instrument(tx, &scope, id).await? else { return Ok(None) };
            let latest = store::latest_of(tx, &scope, id).await?;
            let mut prices = Prices::default();
            store::list_daily(tx, &scope, id, today.plus_days(-366), &mut prices).await?;
            store::list_splits(tx, &scope, id, &mut prices).await?;
            let series = prices.series(id, today);
            let whence = whence::of(tx, &scope, whence::Value::Price(id)).await?;
            Ok::<_, DbError>(Some((
                Page { book, holding, instrument, latest, series, transactions, origin, live },
                whence,
            )))
        }
        .boxed()
    });
    let (page, whence) = read.await?.ok_or_else(not_found)?;
    let w = visitor.words();
    let title = page.instrument.name.clone();
    Ok(app_page(visitor, Place::Portfolio, &title, Some(page.live), || {
        let name = portfolio_name(w, &page.book.portfolio);
        let table = if page.transactions.is_empty() {
            view! { <div class="panel__body"><p class="muted">{w.get("portfolio-transactions-none")}</p></div> }
                .into_any()
        } else {
            transactions::table(visitor, &figures, None, &page.transactions).into_any()
        };
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/portfolio">{w.get("nav-portfolio")}</a></li>
                    <li><a href=format!("/portfolio/{portfolio}")>{name}</a></li>
                    <li aria-current="page">{page.instrument.name.clone()}</li></ol>
                <h1>{page.instrument.name.clone()}</h1></div>{live_lamp(visitor)}</div>
            <div class="stack">
                <div class="grid grid--fill">
                    <section class="panel col-7" aria-labelledby="price">
                        <div class="panel__body stack gap-5">{price_now(visitor, &figures, &page.instrument, page.latest.as_ref(),
                            page.holding.as_ref().and_then(|holding| page.book.worth(holding).day_ratio)).into_any()}
                            {whence::whence(w, &figures, whence).into_any()}
                            {price_chart(w, &figures, &page.series).into_any()}</div>
                    </section>
                    <section class="panel col-5" aria-labelledby="held">
                        <div class="panel__head"><h2 id="held">{w.get("portfolio-holding")}</h2></div>
                        <div class="panel__body">{held(w, &figures, &page)}</div>
                    </section>
                </div>
                <section class="panel" aria-labelledby="tx">
                    <div class="panel__head"><h2 id="tx">{w.get("portfolio-transactions")}</h2></div>{table}
                </section>
                {passport(visitor, &figures, &page.instrument, page.latest.as_ref(), page.origin.as_ref()).into_any()}
            </div>
        }
    }))
}

/// `GET /portfolio/instruments/{instrument}`: an instrument and its price, for whoever is signed in.
pub(super) async fn instrument(
    State(services): State<Services>,
    who: SignedIn,
    id: Result<Path<InstrumentId>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let not_found = || Problem::new(Reason::NotFound, visitor);
    let Path(id) = id.map_err(|_| not_found())?;
    let (scope, figures) = (who.session.scope, visitor.figures(&services));
    let today = figures.today();
    let read = services.db.read(&scope, move |tx| {
        async move {
            let live = guichet_platform::live::cursor(tx, &scope).await?;
            let found = store::find_instrument(tx, &scope, id).await?;
            // What a custodian made for one customer has no ISIN, and is for those who hold it.
            let Some(instrument) = found.filter(|instrument| instrument.is_isin) else { return Ok(None) };
            let (latest, before) = priced(tx, &scope, id, today).await?;
            let mut prices = Prices::default();
            store::list_daily(tx, &scope, id, today.plus_days(-366), &mut prices).await?;
            store::list_splits(tx, &scope, id, &mut prices).await?;
            let watched = read_watched(tx, &scope, today).await?.iter().any(|item| item.instrument.id == id);
            let whence = whence::of(tx, &scope, whence::Value::Price(id)).await?;
            Ok::<_, DbError>(Some((instrument, latest, before, prices.series(id, today), watched, (live, whence))))
        }
        .boxed()
    });
    let (instrument, latest, before, series, watched, (live, whence)) = read.await?.ok_or_else(not_found)?;
    let moved =
        latest.as_ref().zip(before).and_then(|(latest, before)| crate::portfolio::book::moved(before, latest.price));
    let w = visitor.words();
    let title = instrument.name.clone();
    Ok(app_page(visitor, Place::Portfolio, &title, Some(live), || {
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/portfolio">{w.get("nav-portfolio")}</a></li>
                    <li aria-current="page">{instrument.name.clone()}</li></ol>
                <h1>{instrument.name.clone()}</h1></div>
                <span class="cluster gap-2">{live_lamp(visitor)}{watch::button(visitor, &instrument, watched)}</span></div>
            <div class="stack">
                <section class="panel" aria-labelledby="price"><div class="panel__body stack gap-5">
                    {price_now(visitor, &figures, &instrument, latest.as_ref(), moved).into_any()}
                    {whence::whence(w, &figures, whence).into_any()}
                    {price_chart(w, &figures, &series).into_any()}</div></section>
                {passport(visitor, &figures, &instrument, latest.as_ref(), None).into_any()}
            </div>
        }
    }))
}

fn price_now(
    visitor: &Visitor,
    figures: &Figures,
    instrument: &Instrument,
    latest: Option<&Latest>,
    moved: Option<Decimal>,
) -> impl IntoView + use<> {
    let (w, id) = (visitor.words(), instrument.id);
    let price = latest.map(|latest| price_text(figures, latest.price)).unwrap_or_else(|| "–".to_owned());
    view! {
        <div class="stat"><h2 class="label" id="price">{w.get("portfolio-price")}</h2>
            <span class="figure figure--md"><span class="quote" data-live=format!("pf-price:{id}")>{price}</span></span>
            <span class="cluster gap-2"><span data-live=format!("pf-day:{id}")>{delta_percent(w, figures, moved)}</span>
                <span data-live=format!("pf-lamp:{id}")>{lamp(visitor, figures, latest)}</span></span></div>
    }
}

/// A price as a whole number, for a chart.
fn chart_value(price: Price) -> i64 {
    price.amount.rounded(CHART_DIGITS).to_units(CHART_DIGITS).unwrap_or(0)
}

fn price_chart(w: Words, figures: &Figures, series: &[(Date, Price)]) -> Option<impl IntoView + use<>> {
    let (first, last) = (*series.first()?, *series.last()?);
    if series.len() < 2 {
        return None;
    }
    let text = |price: Price| price_text(figures, price);
    let summary = w.with(
        "portfolio-chart-summary",
        &[("first", &text(first.1)), ("last", &text(last.1)), ("day", &figures.date(first.0))],
    );
    let points = series.iter().map(|(day, price)| (*day, chart_value(*price))).collect();
    let chart = LineChart { points, summary, last: figures.short_date(last.0), large: true };
    let label = |value: i64| figures.decimal(Decimal::from_units(value, CHART_DIGITS), 0);
    let of = |value: i64| text(Price { amount: Decimal::from_units(value, CHART_DIGITS), ..last.1 });
    let rows = chart.rows().into_iter().rev().map(|(day, value)| {
        view! { <tr><th scope="row">{figures.date(day)}</th><td class="num">{of(value)}</td></tr> }
    });
    let rows = rows.collect_view();
    Some(view! {
        {line_chart(figures, &chart, 1, &label).into_any()}
        <details class="accordion"><summary class="small">{w.get("portfolio-chart-table")}</summary>
            <table class="table table--compact">
                <thead><tr><th scope="col">{w.get("portfolio-date")}</th>
                    <th scope="col" class="num">{w.get("portfolio-price")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    })
}

fn pair(label: String, value: Option<String>) -> Option<impl IntoView + use<>> {
    value.filter(|value| !value.is_empty()).map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
}

/// What is held, and what it is worth.
fn held(w: Words, figures: &Figures, page: &Page) -> impl IntoView + use<> {
    let Some(holding) = &page.holding else {
        return view! { <p class="muted">{w.get("portfolio-no-longer")}</p> }.into_any();
    };
    let worth = page.book.worth(holding);
    let portfolio = page.book.portfolio.id;
    let key = |what: &str| format!("pf-{what}:{portfolio}:{}", holding.instrument.id);
    let value = worth.value.map(|value| figures.money(value, Sign::Negative)).unwrap_or_else(|| "–".to_owned());
    let rate = worth.rate.and_then(|dated| {
        let rate = figures.decimal(dated.rate.shown(6).ok()?, 4);
        Some(w.with("portfolio-rate", &[("rate", &rate), ("day", &figures.date(dated.day?))]))
    });
    let own = worth.own.filter(|own| Some(own.currency) != worth.value.map(|value| value.currency));
    let cost = holding.cost.map(|(cost, currency)| shown_money(figures, cost, currency, Sign::Negative));
    let average = holding.cost.and_then(|(cost, currency)| {
        let one = cost.mul_div(Decimal::new(1, 0), holding.quantity, 4).ok()?;
        Some(format!("{}\u{a0}{currency}", figures.decimal(one, 2)))
    });
    view! {
        <dl class="kv">
            {pair(w.get("portfolio-quantity"), Some(figures.decimal(holding.quantity, 0)))}
            <div><dt><b>{w.get("portfolio-value")}</b></dt><dd><b class="money" data-live=key("worth")>{value}</b></dd></div>
            {pair(w.get("portfolio-value-own"), own.map(|own| figures.money(own, Sign::Negative)))}
            {pair(w.get("portfolio-exchange-rate"), rate)}
            {pair(w.get("portfolio-cost"), cost.or_else(|| Some(w.get("portfolio-cost-unknown"))))}
            {pair(w.get("portfolio-cost-average"), average)}
            <div><dt>{w.get("portfolio-gain")}</dt><dd data-live=key("gain")>{positions::gain(figures, &worth)}</dd></div>
        </dl>
    }
    .into_any()
}

/// What the instrument is, and where its price came from.
fn passport(
    visitor: &Visitor,
    figures: &Figures,
    instrument: &Instrument,
    latest: Option<&Latest>,
    origin: Option<&(Date, String, String, Timestamp)>,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let refused = latest.and_then(|latest| latest.refused.as_ref()).map(|refused| {
        let price = figures.decimal(refused.price, 2);
        w.with(
            "portfolio-refused",
            &[
                ("price", &price),
                ("moment", &exact_moment(figures, refused.at)),
                ("reason", &refusal_word(w, &refused.reason)),
            ],
        )
    });
    let file = latest.map(|latest| {
        w.with(
            "portfolio-file",
            &[("file", &latest.origin), ("place", &latest.place), ("moment", &figures.moment(latest.received_at))],
        )
    });
    let custody = origin.map(|(day, file, place, at)| {
        w.with(
            "portfolio-custody-file",
            &[("day", &figures.date(*day)), ("file", file), ("place", place), ("moment", &figures.moment(*at))],
        )
    });
    let coupon =
        instrument.coupon.map(|coupon| w.with("portfolio-percent-a-year", &[("percent", &figures.decimal(coupon, 2))]));
    let number = if instrument.is_isin { "ISIN".to_owned() } else { w.get("portfolio-number") };
    view! {
        <section class="panel" aria-labelledby="pass">
            <div class="panel__head"><h2 id="pass">{w.get("portfolio-passport")}</h2></div>
            <div class="panel__body grid gap-7">
                <dl class="kv col-6">
                    {pair(w.get("portfolio-price-time"), latest.map(|latest| exact_moment(figures, latest.at)))}
                    {pair(w.get("portfolio-price-source"), latest.map(|latest| price_source(w, latest)))}
                    {pair(w.get("portfolio-price-delay"), latest.map(|latest| delay_text(w, latest)))}
                    {pair(w.get("portfolio-price-file"), file)}
                    {pair(w.get("portfolio-price-refused"), refused)}
                    {pair(w.get("portfolio-custodian"), custody)}
                </dl>
                <dl class="kv col-6">
                    {pair(number, Some(instrument.key.clone()))}
                    {pair(w.get("portfolio-class"), Some(class_word(w, instrument.class)))}
                    {pair(w.get("portfolio-ticker"), instrument.ticker.clone())}
                    {pair(w.get("portfolio-market"), instrument.mic.clone())}
                    {pair(w.get("portfolio-issuer"), instrument.issuer.clone())}
                    {pair(w.get("portfolio-country"), instrument.country.clone())}
                    {pair(w.get("portfolio-region"), instrument.region.clone())}
                    {pair(w.get("portfolio-maturity"), instrument.maturity.map(|day| figures.date(day)))}
                    {pair(w.get("portfolio-coupon"), coupon)}
                </dl>
            </div>
        </section>
    }
}

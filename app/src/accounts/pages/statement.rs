//! The statement of an account: the balance, its chart, and the movements below.

use super::{StatementQuery, account_name, as_of, movements, shown_identification};
use crate::{
    accounts::{
        statement::{self, Question, StatementPage},
        store::Account,
    },
    live::copy::CopyButton,
    ui::{self, Place, StepChart, app_page, figure, live_lamp, live_time, money, step_chart},
    web::{Problem, Reason, Services, SignedIn, Visitor},
    whence::{self, Whence},
    words::{Figures, Sign, Words},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{
    db::DbError,
    sources::{Carries, freshness::Late},
};
use guichet_types::{Id, Money, kind};
use leptos::prelude::*;

pub(super) async fn statement(
    State(services): State<Services>,
    who: SignedIn,
    account: Result<Path<Id<kind::Account>>, axum::extract::rejection::PathRejection>,
    query: Result<Query<StatementQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let Path(account) = account.map_err(|_| Problem::new(Reason::NotFound, visitor))?;
    let Query(query) = query.map_err(|_| Problem::new(Reason::BadRequest, visitor))?;
    let figures = visitor.figures(&services);
    let question = query.question(figures.today()).map_err(|reason| Problem::new(reason, visitor))?;
    let loaded = load(&services, &who, account, question).await?;
    let (page, origin, late) = loaded.ok_or_else(|| Problem::new(Reason::NotFound, visitor))?;
    let w = visitor.words();
    let title = account_name(w, &page.account);
    let heading = title.clone();
    Ok(app_page(visitor, Place::Accounts, &title, Some(page.live), || {
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/accounts">{w.get("nav-accounts")}</a></li>
                    <li aria-current="page">{heading.clone()}</li></ol>
                <h1>{heading}</h1></div>
                <span class="cluster nowrap gap-2">{live_lamp(visitor)}
                    <span class="small faint" data-live=format!("last:{}", page.account.id)>{last_entry(w, &figures, &page.account)}</span>
                </span></div>
            <div class="stack">
                {whence::late_note(visitor, &figures, late)}
                {balance_slip(visitor, &figures, &page, origin)}
                {movements::movements(visitor, &figures, &page, &query)}
            </div>
        }
    }))
}

async fn load(
    services: &Services,
    who: &SignedIn,
    account: Id<kind::Account>,
    question: Question,
) -> Result<Option<(StatementPage, Option<Whence>, Option<Late>)>, Problem> {
    let scope = who.session.scope;
    let (today, now) = (who.visitor.figures(services).today(), services.clock.now());
    let read = services.db.read(&scope, move |tx| {
        async move {
            let page = statement::read_page(tx, &scope, account, &question, today).await?;
            let origin = whence::of(tx, &scope, whence::Value::Balance(account)).await?;
            let late = whence::late(tx, &scope, &[Carries::Accounts], now).await?;
            Ok::<_, DbError>(page.map(|page| (page, origin, late)))
        }
        .boxed()
    });
    Ok(read.await?)
}

fn balance_slip(
    visitor: &Visitor,
    figures: &Figures,
    page: &StatementPage,
    origin: Option<Whence>,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let account = &page.account;
    let key = |what: &str| Some(format!("{what}:{}", account.id));
    let plain = account.identification.clone();
    let label = if account.scheme == "IBAN" { "IBAN".to_owned() } else { w.get("account-number") };
    view! {
        <section class="panel slip" aria-label=w.get("balance")>
            <div class="panel__body grid gap-7">
                <div class="col-4 stack gap-5" data-live=key("balances")>{balances(w, figures, account)}</div>
                <div class="col-8" data-live=key("chart")>{chart(w, figures, page)}</div>
            </div>
            <div class="panel__body">{whence::whence(w, figures, origin)}</div>
            <div class="slip__tear"></div>
            <div class="slip__stub">
                <span>{label}" "<span class="ref">{shown_identification(account)}</span></span>
                <span class="cluster gap-2">
                    <CopyButton text=plain label=w.get("copy") done=w.get("copied") icon=ui::icon_href(visitor, "copy")/>
                    <a class="button button--sm" href=format!("/accounts/{}/details", account.id)>
                        {ui::icon(visitor, "share-2")}{w.get("share-details")}</a>
                </span>
            </div>
        </section>
    }
}

/// When the bank last said something of the account, in words that the browser keeps true.
pub fn last_entry(w: Words, figures: &Figures, account: &Account) -> Option<impl IntoView + use<>> {
    account.booked_at.map(|at| view! { {w.get("last-entry")}" "{live_time(figures, at, None)} })
}

/// Booked, pending, overdraft, available, and where they come from.
pub fn balances(w: Words, figures: &Figures, account: &Account) -> impl IntoView + use<> {
    let overdraft = (account.overdraft > 0).then(|| {
        let amount = Money::new(account.overdraft, account.currency);
        view! { <div><dt>{w.get("overdraft")}</dt><dd>{money(figures, amount, Sign::Negative)}</dd></div> }
    });
    let source = account.anchor_day.map(|day| {
        let file = account.anchor_source.clone().unwrap_or_default();
        view! { <p class="hint">{w.with("balance-source", &[("day", &figures.date(day)), ("file", &file)])}</p> }
    });
    view! {
        <div class="stat">
            <span class="label">{w.get("booked-balance")}</span>
            {account.booked.map(|booked| figure(figures, booked, "figure money", None))}
            <small class="faint">{as_of(w, figures, account)}</small>
        </div>
        <dl class="kv">
            <div><dt>{w.get("pending")}</dt><dd>{money(figures, account.pending, Sign::Negative)}</dd></div>
            {overdraft}
            {account.available().map(|available| view! {
                <div><dt><b>{w.get("available")}</b></dt><dd><b>{money(figures, available, Sign::Negative)}</b></dd></div>
            })}
        </dl>
        {source}
    }
}

/// The balance over the last days, and the same as a table for whoever does not see it.
pub fn chart(w: Words, figures: &Figures, page: &StatementPage) -> Option<impl IntoView + use<>> {
    let (first, last) = (*page.chart.first()?, *page.chart.last()?);
    let amount = |minor| figures.money(Money::new(minor, page.account.currency), Sign::Negative);
    let lowest = page.chart.iter().enumerate().min_by_key(|(_, value)| **value)?;
    let lowest_day = page.chart_from.plus_days(i32::try_from(lowest.0).unwrap_or(0));
    let summary = w.with(
        "chart-summary",
        &[
            ("first", &amount(first)),
            ("day", &figures.short_date(page.chart_from)),
            ("lowest", &amount(*lowest.1)),
            ("lowest_day", &figures.short_date(lowest_day)),
            ("last", &amount(last)),
        ],
    );
    let chart = StepChart {
        from: page.chart_from,
        values: page.chart.clone(),
        currency: page.account.currency,
        summary,
        today: w.get("today"),
    };
    // A day on which nothing moved says nothing in a table.
    let mut rows = Vec::new();
    let mut before = None;
    for (index, value) in page.chart.iter().enumerate() {
        if before != Some(*value) {
            let day = page.chart_from.plus_days(i32::try_from(index).unwrap_or(0));
            rows.push(view! {
                <tr><th scope="row">{figures.weekday_date(day)}</th><td class="num money">{amount(*value)}</td></tr>
            });
        }
        before = Some(*value);
    }
    Some(view! {
        {step_chart(figures, &chart)}
        <details class="accordion"><summary class="small">{w.get("chart-as-table")}</summary>
            <table class="table table--compact">
                <thead><tr><th scope="col">{w.get("day")}</th><th scope="col" class="num">{w.get("balance")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    })
}

//! The overview page.

use crate::{
    accounts::{
        pages::{account_name, as_of, held_accounts, no_accounts},
        store::Account,
    },
    claims,
    ui::{Place, app_page, figure, live_lamp},
    web::{Access, Problem, Routes, Services, SignedIn, Visitor},
    words::{Figures, Sign},
};
use axum::{extract::State, response::Response, routing::get};
use guichet_types::{Currency, Money};
use leptos::prelude::*;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().get("/overview", Access::Customer, get(overview))
}

async fn overview(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    let (accounts, live) = held_accounts(&services, &who).await?;
    let ahead = claims::pages::read_ahead(&services, &who).await?;
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-overview");
    let name = who.session.given_name.clone().unwrap_or_else(|| who.session.name.clone());
    let (_, minutes) = figures.local(figures.now());
    let greeting = match minutes / 60 {
        5..12 => w.with("good-morning", &[("name", &name)]),
        12..18 => w.with("good-afternoon", &[("name", &name)]),
        _ => w.with("good-evening", &[("name", &name)]),
    };
    Ok(app_page(visitor, Place::Overview, &title, Some(live), || {
        view! {
            <div class="page-head"><div><h1>{greeting}</h1><p class="muted">{figures.weekday_date(figures.today())}</p></div>
                {live_lamp(visitor)}</div>
            <div class="stack"><div data-live="claims-alerts">{claims::pages::overview_alerts(visitor, &figures, &ahead)}</div>
            {if accounts.is_empty() {
                view! { <div class="panel">{no_accounts(visitor)}</div> }.into_any()
            } else {
                money_panel(visitor, &figures, &accounts).into_any()
            }}
            <div data-live="claims-overview">{claims::pages::overview_panel(visitor, &figures, &ahead)}</div></div>
        }
    }))
}

/// What the accounts of each currency add up to, the largest group first.
fn totals(accounts: &[Account]) -> Vec<Money> {
    let mut totals: Vec<(Currency, i64, usize)> = Vec::new();
    for booked in accounts.iter().filter_map(|account| account.booked) {
        match totals.iter_mut().find(|(currency, ..)| *currency == booked.currency) {
            Some((_, sum, count)) => (*sum, *count) = (sum.saturating_add(booked.minor), *count + 1),
            None => totals.push((booked.currency, booked.minor, 1)),
        }
    }
    totals.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    totals.into_iter().map(|(currency, sum, _)| Money::new(sum, currency)).collect()
}

fn money_panel(visitor: &Visitor, figures: &Figures, accounts: &[Account]) -> impl IntoView + use<> {
    let w = visitor.words();
    let mut totals = totals(accounts).into_iter();
    let hero = totals.next().map(|total| figure(figures, total, "figure money", None));
    let others =
        totals.map(|total| view! { <span class="muted">{figures.money(total, Sign::Negative)}</span> }).collect_view();
    let items = accounts.iter().map(|account| {
        let booked = account.booked.map(|booked| {
            let key = format!("booked:{}", account.id);
            view! { <dd class="figure figure--sm money" data-live=key>{figures.money(booked, Sign::Negative)}</dd> }
        });
        let note = if account.pending_count > 0 {
            let pending = figures.money(account.pending, Sign::Negative);
            w.with("pending-amount", &[("amount", &pending)])
        } else {
            as_of(w, figures, account)
        };
        view! {
            <div class="stat">
                <dt><a href=format!("/accounts/{}", account.id)>{account_name(w, account)}</a></dt>
                {booked}
                <dd class="small faint">{note}</dd>
            </div>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="panel band" aria-labelledby="net">
            <div class="panel__body stack gap-5">
                <div class="stat"><h2 class="label" id="net">{w.get("everything")}</h2>{hero}
                    <p class="cluster gap-2">{others}</p></div>
                <dl class="stats push">{items}</dl>
            </div>
        </section>
    }
}

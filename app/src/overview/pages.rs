//! The overview page: blocks that follow what the customer has.

use super::everything::{Everything, held};
use crate::{
    accounts::{
        glimpse::{self, Glimpse},
        pages::{account_name, as_of, no_accounts},
    },
    claims, parcels,
    portfolio::{book::Book, pages::summary},
    ui::{Place, app_page, live_lamp},
    web::{Access, Problem, Routes, Services, SignedIn, Visitor},
    whence,
    words::{Figures, Sign},
};
use axum::{extract::State, response::Response, routing::get};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, sources::Carries};
use leptos::{either::Either, prelude::*};

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().get("/overview", Access::Customer, get(overview))
}

async fn overview(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let (scope, today) = (who.session.scope, figures.today());
    let (read_figures, now) = (figures.clone(), services.clock.now());
    let read = services.db.read(&scope, move |tx| {
        async move {
            let live = guichet_platform::live::cursor(tx, &scope).await?;
            let books = summary::read(tx, &scope, today).await?;
            let parcels = parcels::store::list_parcels(tx, &scope).await?;
            let ahead = claims::pages::read_ahead(tx, &scope, &read_figures).await?;
            let late = whence::late(tx, &scope, &Carries::ALL, now).await?;
            Ok::<_, DbError>((glimpse::read(tx, &scope, today).await?, books, parcels, ahead, live, late))
        }
        .boxed()
    });
    let (money, books, parcels, ahead, live, late) = read.await?;
    let title = w.get("nav-overview");
    let name = who.session.given_name.clone().unwrap_or_else(|| who.session.name.clone());
    let (_, minutes) = figures.local(figures.now());
    let greeting = match minutes / 60 {
        5..12 => w.with("good-morning", &[("name", &name)]),
        12..18 => w.with("good-afternoon", &[("name", &name)]),
        _ => w.with("good-evening", &[("name", &name)]),
    };
    let parcel = parcels::pages::overview_panel(visitor, &figures, &parcels);
    let coming = parcel.is_some();
    // A block whose neighbour is missing takes the whole row.
    let beside = |alone: bool, whole: &'static str, part: &'static str| if alone { whole } else { part };
    let alone = books.len() != 1 || ahead.is_empty();
    Ok(app_page(visitor, Place::Overview, &title, Some(live), || {
        view! {
            <div class="page-head"><div><h1>{greeting}</h1><p class="muted">{figures.weekday_date(figures.today())}</p></div>
                {live_lamp(visitor)}</div>
            {whence::late_note(visitor, &figures, late)}
            {if money.accounts.is_empty() && books.is_empty() && parcels.is_empty() && ahead.is_empty() {
                Either::Left(view! { <div class="panel">{no_accounts(visitor)}</div> })
            } else {
                Either::Right(view! {
                    <div class="stack">
                        <div data-live="claims-alerts">{claims::pages::overview_alerts(visitor, &figures, &ahead)}</div>
                        <div class="grid grid--fill">
                            {money_panel(visitor, &figures, &money, &books, beside(!coming, "panel band", "panel band col-8"))}
                            {parcel.map(|panel| view! {
                                <section class="panel slip col-4" aria-labelledby="parcels-panel" data-live="parcels-panel">{panel}</section>
                            })}
                            {books.iter().map(|book| summary::panel(visitor, &figures, book, beside(alone, "panel", "panel col-5"))).collect_view()}
                            <div class=beside(alone, "stack", "stack col-7")>
                                <div class="stack" data-live="claims-overview">{claims::pages::overview_panel(visitor, &figures, &ahead)}</div>
                                {movements_panel(visitor, &figures, &money)}
                            </div>
                        </div>
                    </div>
                })
            }}
        }
    }))
}

/// What everything adds up to, how that has gone, and each account.
fn money_panel(
    visitor: &Visitor,
    figures: &Figures,
    money: &Glimpse,
    books: &[Book],
    class: &'static str,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = money.accounts.iter().map(|account| {
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
    let everything = Everything::new(figures.today(), money, books);
    view! {
        <section class=class aria-labelledby="net">
            <div class="panel__body stack gap-5">
                <div class="grid" data-live="everything">{everything.view(w, figures, &held(books))}</div>
                <dl class="stats push">{items}</dl>
            </div>
        </section>
    }
}

fn movements_panel(visitor: &Visitor, figures: &Figures, money: &Glimpse) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let first = money.latest.first().and_then(|(index, _)| money.accounts.get(*index))?;
    let href = format!("/accounts/{}", first.id);
    Some(view! {
        <section class="panel" aria-labelledby="tx">
            <div class="panel__head"><h2 id="tx">{w.get("latest-movements")}</h2><a href=href>{w.get("statement")}</a></div>
            <div class="list" data-live="latest">{glimpse::latest(visitor, figures, money)}</div>
        </section>
    })
}

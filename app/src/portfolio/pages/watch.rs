//! The watch list: a panel of the portfolio, a search, and the two changes.

use super::parts::{delta_percent, instrument_line, lamp, price_text};
use crate::{
    portfolio::{
        book::moved,
        ledger::InstrumentId,
        sheet::{Watched, read_watched},
        store::{self, Instrument},
    },
    ui::{Place, app_page, icon},
    web::{Problem, Reason, Services, SignedIn, Visitor, redirect_to},
    words::Figures,
};
use axum::{
    Form,
    extract::{Query, State},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The panel.
pub(super) fn panel(visitor: &Visitor, figures: &Figures, watched: &[Watched]) -> impl IntoView + use<> {
    let w = visitor.words();
    let rows = watched.iter().map(|item| row(visitor, figures, item).into_any()).collect_view();
    let none = watched.is_empty().then(|| {
        view! { <p class="muted">{w.get("portfolio-watch-none")}</p> }
    });
    view! {
        <section class="panel" aria-labelledby="wl">
            <div class="panel__head"><h2 id="wl">{w.get("portfolio-watch")}</h2></div>
            <div class="panel__body stack gap-2">{search(visitor, "")}{none}</div>
            <div class="list">{rows}</div>
        </section>
    }
}

fn row(visitor: &Visitor, figures: &Figures, item: &Watched) -> impl IntoView + use<> {
    let (w, id) = (visitor.words(), item.instrument.id);
    let latest = item.latest.as_ref();
    let price = latest.map(|latest| price_text(figures, latest.price)).unwrap_or_else(|| "–".to_owned());
    let ratio = latest.zip(item.before).and_then(|(latest, before)| moved(before, latest.price));
    view! {
        <div class="item">
            <span class="item__body"><b><a href=format!("/portfolio/instruments/{id}")>{item.instrument.name.clone()}</a></b>
                <small>{instrument_line(w, &item.instrument)}" · "<span data-live=format!("pf-lamp:{id}")>{lamp(visitor, figures, latest)}</span></small></span>
            <span class="item__end"><b class="quote" data-live=format!("pf-price:{id}")>{price}</b>
                <small data-live=format!("pf-day:{id}")>{delta_percent(w, figures, ratio)}</small></span>
            {button(visitor, &item.instrument, true)}
        </div>
    }
}

/// The button that puts an instrument on the list, or takes it off.
pub(super) fn button(visitor: &Visitor, instrument: &Instrument, watched: bool) -> impl IntoView + use<> {
    let w = visitor.words();
    let (action, glyph) = if watched { ("/portfolio/unwatch", "trash-2") } else { ("/portfolio/watch", "plus") };
    let name = [("name", instrument.name.as_str())];
    let label = if watched { w.with("portfolio-unwatch", &name) } else { w.with("portfolio-watch-add", &name) };
    view! {
        <form method="post" action=action>
            <input r#type="hidden" name="instrument" value=instrument.id.to_string()/>
            <button class="button button--icon" aria-label=label>{icon(visitor, glyph)}</button>
        </form>
    }
}

fn search(visitor: &Visitor, words: &str) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <form method="get" action="/portfolio/find" role="search" class="cluster">
            <div class="input-group"><label class="vh" for="find">{w.get("portfolio-find")}</label>
                {icon(visitor, "search")}
                <input class="input input--sm" id="find" name="q" r#type="search" maxlength="60" required
                    value=words.to_owned() placeholder=w.get("portfolio-find-placeholder")/></div>
            <button class="button button--sm">{w.get("portfolio-find-button")}</button>
        </form>
    }
}

/// What is looked for.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct FindQuery {
    q: String,
}

/// `GET /portfolio/find?q=`.
pub(super) async fn find(
    State(services): State<Services>,
    who: SignedIn,
    query: Result<Query<FindQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let Query(query) = query.map_err(|_| Problem::new(Reason::BadRequest, visitor))?;
    let words: String = query.q.trim().chars().take(60).collect();
    let (scope, figures) = (who.session.scope, visitor.figures(&services));
    let (today, asked) = (figures.today(), words.clone());
    let read = services.db.read(&scope, move |tx| {
        async move {
            let watched: BTreeSet<InstrumentId> =
                read_watched(tx, &scope, today).await?.into_iter().map(|item| item.instrument.id).collect();
            let found =
                if asked.is_empty() { Vec::new() } else { store::search_instruments(tx, &scope, &asked).await? };
            let cursor = guichet_platform::live::cursor(tx, &scope).await?;
            Ok::<_, DbError>((found, watched, cursor))
        }
        .boxed()
    });
    let (found, watched, cursor) = read.await?;
    let w = visitor.words();
    let title = w.get("portfolio-find");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Portfolio, &title, Some(cursor), || {
        let rows = found
            .iter()
            .map(|instrument| {
                view! {
                    <div class="item">
                        <span class="item__body"><b><a href=format!("/portfolio/instruments/{}", instrument.id)>{instrument.name.clone()}</a></b>
                            <small>{instrument_line(w, instrument)}</small></span>
                        {button(visitor, instrument, watched.contains(&instrument.id))}
                    </div>
                }
            })
            .collect_view();
        let none = found.is_empty().then(|| view! { <p class="muted">{w.get("portfolio-find-none")}</p> });
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/portfolio">{w.get("nav-portfolio")}</a></li>
                    <li aria-current="page">{heading.clone()}</li></ol><h1>{heading}</h1></div></div>
            <section class="panel" aria-label=title.clone()>
                <div class="panel__body stack gap-2">{search(visitor, &words)}{none}</div>
                <div class="list">{rows}</div>
            </section>
        }
    }))
}

/// Which instrument a change is about.
#[derive(Debug, serde::Deserialize)]
pub(super) struct WatchForm {
    instrument: InstrumentId,
}

type Posted = Result<Form<WatchForm>, axum::extract::rejection::FormRejection>;

/// `POST /portfolio/watch`.
pub(super) async fn add(State(services): State<Services>, who: SignedIn, form: Posted) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    let (scope, now) = (who.session.scope, services.clock.now());
    let added = services
        .db
        .write(&scope, move |tx| async move { store::watch(tx, &scope, form.instrument, now).await }.boxed())
        .await?;
    if added { Ok(redirect_to("/portfolio#wl")) } else { Err(Problem::new(Reason::NotFound, &who.visitor)) }
}

/// `POST /portfolio/unwatch`.
pub(super) async fn remove(State(services): State<Services>, who: SignedIn, form: Posted) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    let scope = who.session.scope;
    services
        .db
        .write(&scope, move |tx| async move { store::unwatch(tx, &scope, form.instrument).await }.boxed())
        .await?;
    Ok(redirect_to("/portfolio#wl"))
}

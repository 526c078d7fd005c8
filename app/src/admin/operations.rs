//! `GET /admin/operations`: whether the portal is well: queues, what failed, what is open, and how much is logged.

use super::{
    live::{Glance, Watched, html, live, open},
    parts::said,
};
use crate::{
    ui::{Desk, badge, icon, live_lamp, live_staff_page},
    web::{Access, Fields, May, Problem, Routes, Services, Sure, Visitor, redirect_to},
    words::Figures,
};
use axum::{
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use guichet_platform::{
    audit::Action,
    db::Dialect,
    operations::{Queues, queues},
    scope::Grant,
    staff::{Capability, can},
};
use guichet_types::Timestamp;
use leptos::prelude::*;

const OPERATE: Access = Access::Staff(Capability::Operate);
/// What the log can be set to with one click: the word for it, and the filter.
const LEVELS: [(&str, &str); 4] = [
    ("warn", "warn"),
    ("info", "info"),
    ("guichet=debug", "info,guichet_platform=debug,guichet_app=debug"),
    ("debug", "debug"),
];

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/admin/operations", OPERATE, get(page))
        .get("/admin/operations/live", OPERATE, get(watch))
        .post("/admin/operations/log", OPERATE, post(log))
        .post("/admin/operations/sessions", OPERATE, post(end_sessions))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct OperationsQuery {
    said: Option<String>,
}

async fn page(
    State(services): State<Services>,
    may: May<can::Operate>,
    Query(query): Query<OperationsQuery>,
) -> Result<Response, Problem> {
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let now = Now::read(&services, &may.grant).await;
    let title = w.get("nav-operations");
    let told = said(
        visitor,
        query.said.as_deref(),
        &[
            ("log", "operations-said-log", true),
            ("filter", "operations-said-filter", false),
            ("ended", "operations-said-ended", true),
        ],
    );
    let live = live("/admin/operations/live", "/admin/operations");
    Ok(live_staff_page(visitor, Desk::Operations, &title.clone(), live, || {
        view! {
            <div class="page-head"><div><div class="cluster gap-3"><h1>{title}</h1>{live_lamp(visitor)}</div>
                <p class="muted">{w.get("operations-intro")}</p></div><span data-live="operations-state">{state(visitor, &now)}</span></div>
            {told}
            <div class="grid">
                <div class="col-8 stack">{queue_panel(visitor, &figures, &now.queues)}
                    <section class="panel" aria-labelledby="de"><div class="panel__head"><h2 id="de">{w.get("operations-failed")}</h2></div>
                        <div data-live="operations-failed">{failed(visitor, &figures, &now.queues)}</div></section></div>
                <div class="col-4 stack">
                    <section class="panel" aria-labelledby="fa"><div class="panel__head"><h2 id="fa">{w.get("operations-now")}</h2></div>
                        <div class="panel__body"><dl class="kv" data-live="operations-facts">{facts(visitor, &figures, &services)}</dl></div></section>
                    {log_panel(visitor, &services)}
                    <section class="panel" aria-labelledby="es"><div class="panel__head"><h2 id="es">{w.get("operations-sessions")}</h2></div>
                        <form class="panel__body stack" method="post" action="/admin/operations/sessions">
                            <p class="hint">{w.get("operations-sessions-hint")}</p>
                            <button class="button button--danger">{icon(visitor, "log-out")}{w.get("operations-end-all")}</button></form></section>
                    <section class="panel" aria-labelledby="nt"><div class="panel__head"><h2 id="nt">{w.get("operations-notice")}</h2></div>
                        <div class="panel__body"><p class="small muted">{w.get("operations-notice-text")}</p></div></section>
                </div>
            </div>
        }
    }))
}

/// Whether the database answers, and what waits in it.
struct Now {
    healthy: bool,
    queues: Queues,
}

impl Now {
    async fn read(services: &Services, grant: &Grant<can::Operate>) -> Self {
        let queues = queues(&services.db, grant).await;
        Self { healthy: queues.is_ok(), queues: queues.unwrap_or_default() }
    }
}

/// `GET /admin/operations/live`: what the page shows, as it becomes different.
async fn watch(State(services): State<Services>, may: May<can::Operate>) -> Response {
    open(services, may, Operations)
}

struct Operations;

impl Watched for Operations {
    type Right = can::Operate;

    async fn look(
        &self,
        services: &Services,
        visitor: &Visitor,
        grant: &Grant<can::Operate>,
    ) -> Result<Glance, Problem> {
        let (now, figures) = (Now::read(services, grant).await, visitor.figures(services));
        let parts = vec![
            html("operations-state", || state(visitor, &now)),
            html("operations-queues", || queue_rows(visitor, &figures, &now.queues)),
            html("operations-failed", || failed(visitor, &figures, &now.queues)),
            html("operations-facts", || facts(visitor, &figures, services)),
        ];
        Ok(Glance { shape: String::new(), parts })
    }
}

fn state(visitor: &Visitor, now: &Now) -> impl IntoView + use<> {
    let w = visitor.words();
    if now.healthy {
        badge(visitor, "positive", Some("check"), w.get("operations-well")).into_any()
    } else {
        badge(visitor, "critical", Some("circle-alert"), w.get("operations-no-database")).into_any()
    }
}

fn facts(visitor: &Visitor, figures: &Figures, services: &Services) -> impl IntoView + use<> {
    let w = visitor.words();
    let database = match services.db.dialect() {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
    };
    let facts = [
        (w.get("operations-database"), database.to_owned()),
        (w.get("operations-release"), figures.number(services.house.now().release)),
        (w.get("operations-streams"), figures.number(i64::try_from(services.streams.open()).unwrap_or(0))),
        (w.get("operations-version"), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).into_iter().collect_view()
}

fn queue_rows(visitor: &Visitor, figures: &Figures, queues: &Queues) -> impl IntoView + use<> {
    let w = visitor.words();
    let rows = [
        (w.get("operations-documents"), queues.documents_open, queues.documents_oldest),
        (w.get("operations-outbox"), queues.outbox_waiting, queues.outbox_oldest),
        (w.get("operations-mail"), queues.mail_waiting, queues.mail_oldest),
    ];
    let rows = rows.map(|(name, count, oldest)| {
        let oldest = oldest.map_or_else(|| "–".to_owned(), |at: Timestamp| figures.moment(at));
        view! { <tr><th scope="row">{name}</th><td class="num">{figures.number(count)}</td><td class="num">{oldest}</td></tr> }
    });
    rows.into_iter().collect_view()
}

fn queue_panel(visitor: &Visitor, figures: &Figures, queues: &Queues) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <section class="panel" aria-labelledby="qu"><div class="panel__head"><h2 id="qu">{w.get("operations-queues")}</h2></div>
            <div class="table-wrap" tabindex="0"><table class="table table--compact"><thead><tr><th scope="col">{w.get("operations-queue")}</th>
                <th scope="col" class="num">{w.get("operations-waiting")}</th><th scope="col" class="num">{w.get("operations-oldest")}</th></tr></thead>
                <tbody data-live="operations-queues">{queue_rows(visitor, figures, queues)}</tbody></table></div></section>
    }
}

fn failed(visitor: &Visitor, figures: &Figures, queues: &Queues) -> impl IntoView + use<> {
    let w = visitor.words();
    let empty = queues.failed.is_empty();
    let rows = queues.failed.iter().map(|one| {
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "circle-alert")}</span>
                <span class="item__body"><b>{format!("{} · {}", one.queue, one.what)}</b><small>{one.error.clone()}</small></span>
                <span class="small muted">{figures.moment(one.at)}</span></div>
        }
    });
    let rows = rows.collect_view();
    view! {
        {empty.then(|| view! { <p class="panel__body muted">{w.get("operations-none-failed")}</p> })}
        <div class="list">{rows}</div>
    }
}

fn log_panel(visitor: &Visitor, services: &Services) -> impl IntoView + use<> {
    let w = visitor.words();
    let now = services.log.as_ref().map(guichet_platform::telemetry::LogHandle::filter).unwrap_or_default();
    let levels = LEVELS.map(|(word, filter)| view! { <button class="chip" name="filter" value=filter>{word}</button> });
    view! {
        <section class="panel" aria-labelledby="lg"><div class="panel__head"><h2 id="lg">{w.get("operations-log")}</h2></div>
            <form class="panel__body stack" method="post" action="/admin/operations/log">
                <p class="small">{w.get("operations-log-now")}" "<span class="ref">{now}</span></p>
                <div class="cluster gap-2">{levels}</div><p class="hint">{w.get("operations-log-hint")}</p></form></section>
    }
}

/// `POST /admin/operations/sessions`: signs every customer out.
async fn end_sessions(
    State(services): State<Services>,
    Sure { may, proven, .. }: Sure<can::Operate>,
) -> Result<Response, Problem> {
    let ended = services.identity.end_every_session(&proven).await;
    ended.map_err(|error| Problem::of_identity(error, &may.who.visitor))?;
    Ok(redirect_to("/admin/operations?said=ended"))
}

/// `POST /admin/operations/log`: until the program ends.
async fn log(State(services): State<Services>, may: May<can::Operate>, fields: Fields) -> Result<Response, Problem> {
    let filter = fields.get("filter").to_owned();
    let log = services.log.as_ref().filter(|_| LEVELS.iter().any(|(_, known)| *known == filter));
    let Some(log) = log else { return Ok(redirect_to("/admin/operations?said=filter")) };
    // Noted first: what cannot be noted is not done.
    services.note(&may.who.visitor, may.who.act(Action::LogChanged)).await?;
    if log.set_filter(&filter).is_err() {
        return Ok(redirect_to("/admin/operations?said=filter"));
    }
    Ok(redirect_to("/admin/operations?said=log"))
}

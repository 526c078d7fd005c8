//! `GET /admin/operations`: whether the portal is well: queues, what failed, what is open, and how much is logged.

use super::parts::said;
use crate::{
    ui::{Desk, badge, icon, staff_page},
    web::{Access, Fields, May, Problem, Routes, Services, Visitor, redirect_to},
    words::Figures,
};
use axum::{
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use futures::FutureExt as _;
use guichet_platform::{
    audit::Action,
    db::{DbError, Dialect},
    operations::{Queues, queues},
    staff::{Capability, can},
};
use guichet_types::Timestamp;
use leptos::prelude::*;

const OPERATE: Access = Access::Staff(Capability::Operate);
/// What the log can be set to with one click.
const LEVELS: [&str; 4] = ["warn", "info", "info,guichet_platform=debug,guichet_app=debug", "debug"];

pub(super) fn routes() -> Routes {
    Routes::default().get("/admin/operations", OPERATE, get(page)).post("/admin/operations/log", OPERATE, post(log))
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
    let queues = queues(&services.db, &may.grant).await;
    let healthy = queues.is_ok();
    let queues = queues.unwrap_or_default();
    let title = w.get("nav-operations");
    let told = said(
        visitor,
        query.said.as_deref(),
        &[("log", "operations-said-log", true), ("filter", "operations-said-filter", false)],
    );
    let database = match services.db.dialect() {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
    };
    let state = if healthy {
        badge(visitor, "positive", Some("check"), w.get("operations-well")).into_any()
    } else {
        badge(visitor, "critical", Some("circle-alert"), w.get("operations-no-database")).into_any()
    };
    let facts = [
        (w.get("operations-database"), database.to_owned()),
        (w.get("operations-release"), figures.number(services.house.now().release)),
        (w.get("operations-streams"), figures.number(i64::try_from(services.streams.open()).unwrap_or(0))),
        (w.get("operations-version"), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    Ok(staff_page(visitor, Desk::Operations, &title.clone(), || {
        view! {
            <div class="page-head"><div><h1>{title}</h1><p class="muted">{w.get("operations-intro")}</p></div>{state}</div>
            {told}
            <div class="grid">
                <div class="col-8 stack">{queue_panel(visitor, &figures, &queues)}{dead_panel(visitor, &figures, &queues)}</div>
                <div class="col-4 stack">
                    <section class="panel" aria-labelledby="fa"><div class="panel__head"><h2 id="fa">{w.get("operations-now")}</h2></div>
                        <div class="panel__body"><dl class="kv">{facts}</dl></div></section>
                    {log_panel(visitor, &services)}
                    <section class="panel" aria-labelledby="nt"><div class="panel__head"><h2 id="nt">{w.get("operations-notice")}</h2></div>
                        <div class="panel__body"><p class="small muted">{w.get("operations-notice-text")}</p></div></section>
                </div>
            </div>
        }
    }))
}

fn queue_panel(visitor: &Visitor, figures: &Figures, queues: &Queues) -> impl IntoView + use<> {
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
    view! {
        <section class="panel" aria-labelledby="qu"><div class="panel__head"><h2 id="qu">{w.get("operations-queues")}</h2></div>
            <div class="table-wrap" tabindex="0"><table class="table table--compact"><thead><tr><th scope="col">{w.get("operations-queue")}</th>
                <th scope="col" class="num">{w.get("operations-waiting")}</th><th scope="col" class="num">{w.get("operations-oldest")}</th></tr></thead>
                <tbody>{rows}</tbody></table></div></section>
    }
}

fn dead_panel(visitor: &Visitor, figures: &Figures, queues: &Queues) -> impl IntoView + use<> {
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
        <section class="panel" aria-labelledby="de"><div class="panel__head"><h2 id="de">{w.get("operations-failed")}</h2></div>
            {empty.then(|| view! { <p class="panel__body muted">{w.get("operations-none-failed")}</p> })}
            <div class="list">{rows}</div></section>
    }
}

fn log_panel(visitor: &Visitor, services: &Services) -> impl IntoView + use<> {
    let w = visitor.words();
    let now = services.log.as_ref().map(guichet_platform::telemetry::LogHandle::filter).unwrap_or_default();
    let levels = LEVELS.map(|level| view! { <button class="chip" name="filter" value=level>{level}</button> });
    view! {
        <section class="panel" aria-labelledby="lg"><div class="panel__head"><h2 id="lg">{w.get("operations-log")}</h2></div>
            <form class="panel__body stack" method="post" action="/admin/operations/log">
                <p class="small">{w.get("operations-log-now")}" "<span class="ref">{now}</span></p>
                <div class="cluster gap-2">{levels}</div><p class="hint">{w.get("operations-log-hint")}</p></form></section>
    }
}

/// `POST /admin/operations/log`: until the program ends.
async fn log(State(services): State<Services>, may: May<can::Operate>, fields: Fields) -> Result<Response, Problem> {
    let filter = fields.get("filter").to_owned();
    let known = LEVELS.contains(&filter.as_str());
    let set = known && services.log.as_ref().is_some_and(|log| log.set_filter(&filter).is_ok());
    if !set {
        return Ok(redirect_to("/admin/operations?said=filter"));
    }
    let entry = may.who.act(Action::LogChanged);
    let noted = services.db.write(&may.grant, move |tx| {
        async move {
            tx.audit(entry);
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    noted.await?;
    Ok(redirect_to("/admin/operations?said=log"))
}

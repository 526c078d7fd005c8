//! `GET /admin/audit`: the audit log, searched, and held against its chain and its signed heads.

use crate::{
    activity::words::title,
    ui::{Desk, alert, badge, encode, icon, staff_page},
    web::{Access, May, Problem, Routes, Services, Visitor},
    words::{Figures, Words},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::FutureExt as _;
use guichet_formats::write::csv::Writer;
use guichet_platform::{
    audit::{self, Action, Line, Search, Verdict},
    db::DbError,
    scope::operator,
    staff::{Capability, can},
};
use guichet_types::{Date, Timestamp};
use http::header;
use leptos::prelude::*;

const AUDIT: Access = Access::Staff(Capability::Audit);
/// Entries on a page, and in a file.
const PAGE: i64 = 50;
const FILE: i64 = 50_000;

pub(super) fn routes() -> Routes {
    Routes::default().get("/admin/audit", AUDIT, get(page)).get("/admin/audit/verify", AUDIT, get(verify)).get(
        "/admin/audit/csv",
        AUDIT,
        get(csv),
    )
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct AuditQuery {
    action: String,
    actor: String,
    customer: String,
    from: String,
    to: String,
    before: Option<i64>,
}

impl AuditQuery {
    fn search(&self, limit: i64, services: &Services) -> Search {
        let zone = &services.house.ground().zone;
        let day = |text: &str, plus: i32| {
            let date: Date = text.trim().parse().ok()?;
            let date = date.plus_days(plus);
            let (year, month, day) = date.ymd();
            let civil =
                jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
                    .ok()?;
            Some(Timestamp(civil.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
        };
        Search {
            action: Action::from_name(&self.action),
            actor: Some(self.actor.clone()).filter(|kind| !kind.is_empty()),
            number: Some(self.customer.split_whitespace().collect()).filter(|number: &String| !number.is_empty()),
            from: day(&self.from, 0),
            to: day(&self.to, 1),
            before: self.before,
            limit,
        }
    }

    fn here(&self) -> String {
        format!(
            "action={}&actor={}&customer={}&from={}&to={}",
            encode(&self.action),
            encode(&self.actor),
            encode(&self.customer),
            encode(&self.from),
            encode(&self.to)
        )
    }
}

/// Reading the log is noted in it.
async fn read(services: &Services, may: &May<can::Audit>, search: Search) -> Result<Vec<Line>, Problem> {
    let scope = *may.grant;
    services.note(&may.who.visitor, may.who.act(Action::AuditRead)).await?;
    let read = services.db.read(&may.grant, move |tx| async move { audit::search(tx, &scope, &search).await }.boxed());
    read.await.map_err(|error: DbError| Problem::from(error))
}

async fn page(
    State(services): State<Services>,
    may: May<can::Audit>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    shown(&services, &may, &query, None).await
}

/// `GET /admin/audit/verify`: every entry against the one before it, and every head.
async fn verify(State(services): State<Services>, may: May<can::Audit>) -> Result<Response, Problem> {
    let keys = services.audit_keys.to_vec();
    let verdict = audit::verify(&services.db, &operator(), keys, None).await.map_err(Problem::fault)?;
    shown(&services, &may, &AuditQuery::default(), Some(verdict)).await
}

async fn shown(
    services: &Services,
    may: &May<can::Audit>,
    query: &AuditQuery,
    verdict: Option<Verdict>,
) -> Result<Response, Problem> {
    let rows = read(services, may, query.search(PAGE + 1, services)).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(0);
    let rows: Vec<Line> = rows.into_iter().take(usize::try_from(PAGE).unwrap_or(0)).collect();
    let next = rows.last().filter(|_| more).map(|row| format!("/admin/audit?{}&before={}", query.here(), row.seq));
    let empty = rows.is_empty();
    let body = rows.iter().map(|row| line(visitor, &figures, row)).collect_view();
    let heading = w.get("nav-audit");
    let told = verdict.map(|verdict| {
        let entries = figures.number(verdict.entries);
        match verdict.finding {
            None => alert(visitor, Some("positive"), "shield-check", w.with("audit-holds", &[("n", &entries)])),
            Some(finding) => alert(
                visitor,
                Some("critical"),
                "circle-alert",
                w.with("audit-broken", &[("what", &finding.to_string())]),
            ),
        }
    });
    let csv = format!("/admin/audit/csv?{}", query.here());
    let form = filter(visitor, query);
    Ok(staff_page(visitor, Desk::Audit, &heading.clone(), || {
        view! {
            <div class="page-head"><div><h1>{heading}</h1><p class="muted">{w.get("audit-intro")}</p></div>
                <div class="cluster gap-2"><a class="button" href="/admin/audit/verify">{icon(visitor, "shield-check")}{w.get("audit-verify")}</a>
                    <a class="button" href=csv download="">{icon(visitor, "download")}"CSV"</a></div></div>
            {told}
            <section class="panel" aria-labelledby="au"><h2 class="vh" id="au">{w.get("nav-audit")}</h2>
                {form}
                {empty.then(|| view! { <p class="panel__body muted">{w.get("audit-none")}</p> })}
                {(!empty).then(|| view! {
                    <div class="table-wrap" tabindex="0"><table class="table table--compact table--fold" role="table"><thead role="rowgroup"><tr role="row">
                        <th scope="col" role="columnheader" class="num">{w.get("activity-when")}</th>
                        <th scope="col" role="columnheader">{w.get("activity-what")}</th>
                        <th scope="col" role="columnheader">{w.get("activity-who")}</th>
                        <th scope="col" role="columnheader">{w.get("audit-whose")}</th>
                        <th scope="col" role="columnheader">{w.get("audit-detail")}</th></tr></thead>
                        <tbody role="rowgroup">{body}</tbody></table></div>
                })}
                {next.map(|next| view! { <div class="panel__foot"><a class="button" href=next rel="next">{w.get("activity-more")}</a></div> })}
            </section>
        }
    }))
}

fn actor_name(w: Words, row: &Line) -> String {
    let kind = match row.actor_kind.as_str() {
        "customer" => w.get("audit-customer"),
        "staff" => w.get("audit-staff"),
        "support" => w.get("audit-support"),
        "operator" => w.get("audit-operator"),
        "feed" => w.get("audit-feed"),
        "system" => w.get("audit-system"),
        _ => w.get("audit-anonymous"),
    };
    match &row.actor_name {
        Some(name) => format!("{name} ({kind})"),
        None => kind,
    }
}

fn line(visitor: &Visitor, figures: &Figures, row: &Line) -> impl IntoView + use<> {
    let w = visitor.words();
    let what = title(w, Action::from_name(&row.action), 1);
    let tone = match row.outcome.as_str() {
        "done" => None,
        _ => Some(badge(visitor, "critical", None, w.get("audit-not-done"))),
    };
    let whose = row.customer.clone().unwrap_or_else(|| "–".to_owned());
    let detail: Vec<String> =
        [&row.reason, &row.detail, &row.device, &row.network].into_iter().flatten().cloned().collect();
    view! {
        <tr role="row"><td role="cell" class="num" data-fold="value"><time datetime=Figures::machine(row.at)>{figures.moment(row.at)}</time></td>
            <th scope="row" role="rowheader" data-fold="lead">{what}" "{tone}<small><span class="ref">{row.action.clone()}</span></small></th>
            <td role="cell" data-fold="meta">{actor_name(w, row)}</td><td role="cell">{whose}</td>
            <td role="cell" class="muted" data-fold="sub">{detail.join(" · ")}</td></tr>
    }
}

fn filter(visitor: &Visitor, query: &AuditQuery) -> impl IntoView + use<> {
    let w = visitor.words();
    let actions = Action::ALL.iter().map(|action| {
        let name = title(w, Some(*action), 1);
        view! { <option value=action.as_str() selected=action.as_str() == query.action>{name}</option> }
    });
    let actions = actions.collect_view();
    let kinds = [
        ("customer", w.get("audit-customer")),
        ("staff", w.get("audit-staff")),
        ("support", w.get("audit-support")),
        ("operator", w.get("audit-operator")),
        ("feed", w.get("audit-feed")),
        ("system", w.get("audit-system")),
        ("anonymous", w.get("audit-anonymous")),
    ];
    let kinds = kinds.map(|(kind, name)| view! { <option value=kind selected=kind == query.actor>{name}</option> });
    view! {
        <form class="panel__body cluster" method="get" action="/admin/audit">
            <div class="field"><label for="action">{w.get("activity-what")}</label><div class="select">
                <select class="input input--sm" id="action" name="action"><option value="">{w.get("audit-any")}</option>{actions}</select></div></div>
            <div class="field"><label for="actor">{w.get("activity-who")}</label><div class="select">
                <select class="input input--sm" id="actor" name="actor"><option value="">{w.get("audit-any")}</option>{kinds}</select></div></div>
            <div class="field"><label for="customer">{w.get("customer-number")}</label>
                <input class="input input--sm" id="customer" name="customer" value=query.customer.clone()/></div>
            <div class="field"><label for="from">{w.get("house-from")}</label>
                <input class="input input--sm" id="from" name="from" r#type="date" value=query.from.clone()/></div>
            <div class="field"><label for="to">{w.get("house-until")}</label>
                <input class="input input--sm" id="to" name="to" r#type="date" value=query.to.clone()/></div>
            <button class="button button--sm">{icon(visitor, "search")}{w.get("house-find")}</button></form>
    }
}

/// `GET /admin/audit/csv`: what was found, as a file.
async fn csv(
    State(services): State<Services>,
    may: May<can::Audit>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let rows = read(&services, &may, query.search(FILE, &services)).await?;
    let head = ["seq", "at", "actor", "actor_name", "action", "outcome", "customer", "network", "device", "detail"];
    let mut file = Writer::new(Vec::new(), &head).map_err(Problem::fault)?;
    for row in rows {
        let cells = [
            row.seq.to_string(),
            Figures::machine(row.at),
            row.actor_kind,
            row.actor_name.unwrap_or_default(),
            row.action,
            row.outcome,
            row.customer.unwrap_or_default(),
            row.network.unwrap_or_default(),
            row.device.unwrap_or_default(),
            row.detail.unwrap_or_default(),
        ];
        file.row(&cells.map(|cell| (true, cell))).map_err(Problem::fault)?;
    }
    let text = file.finish().map_err(Problem::fault)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, text).into_response())
}

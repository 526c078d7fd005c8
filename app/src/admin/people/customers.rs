//! `GET /admin/people`: customers by name, number or address, and how each comes in.

use super::{access_badge, people_tabs};
use crate::{
    admin::parts::said,
    ui::{Desk, encode, icon, staff_page},
    web::{Problem, Reason, Services, Staff, Visitor, redirect_to},
    words::Figures,
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use guichet_platform::staff::{Capability, CustomerFilter, CustomerPage, CustomerRow, can, find_customers};
use leptos::prelude::*;

/// Customers on a page.
const PAGE: i64 = 20;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct CustomerQuery {
    q: String,
    only: String,
    page: i64,
    said: Option<String>,
}

pub(super) async fn get(
    State(services): State<Services>,
    who: Staff,
    Query(query): Query<CustomerQuery>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let Some(grant) = who.scope.grant::<can::Customers>() else {
        // Whoever looks after staff alone has their page here.
        return match who.scope.capabilities().has(Capability::Staff) {
            true => Ok(redirect_to("/admin/people/staff")),
            false => Err(Problem::new(Reason::NotFound, visitor)),
        };
    };
    let filter = match query.only.as_str() {
        "disabled" => CustomerFilter::Disabled,
        "unconfirmed" => CustomerFilter::Unconfirmed,
        _ => CustomerFilter::All,
    };
    let page = query.page.clamp(0, 1_000_000);
    let found = find_customers(&services.db, &grant, &query.q, filter, (page, PAGE)).await?;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let told = said(visitor, query.said.as_deref(), &[("erased", "people-said-erased", true)]);
    let title = w.get("nav-people");
    let count = w.with("people-count", &[("n", &figures.number(found.total))]);
    let table = table(visitor, &figures, &found, &query.q);
    let here = |only: &str, page: i64| format!("/admin/people?q={}&only={only}&page={page}", encode(&query.q));
    let chip = |only: &'static str, label: String| {
        let on = query.only == only;
        let href = if on { here("", 0) } else { here(only, 0) };
        view! { <a class="chip" href=href aria-current=on.then_some("true")>{label}</a> }
    };
    let chips = (
        chip("disabled", w.with("people-only-disabled", &[("n", &figures.number(found.disabled))])),
        chip("unconfirmed", w.with("people-only-unconfirmed", &[("n", &figures.number(found.unconfirmed))])),
    );
    let (from, until) = (page * PAGE + 1, page * PAGE + i64::try_from(found.rows.len()).unwrap_or(0));
    let range = w.with(
        "people-range",
        &[("from", &figures.number(from)), ("to", &figures.number(until)), ("of", &figures.number(found.total))],
    );
    let before = (page > 0).then(|| view! { <a class="button button--sm" rel="prev" href=here(&query.only, page - 1)>{w.get("people-previous")}</a> });
    let next = (until < found.total).then(|| view! { <a class="button button--sm" rel="next" href=here(&query.only, page + 1)>{w.get("people-next")}</a> });
    let (q, only) = (query.q.clone(), query.only.clone());
    Ok(staff_page(visitor, Desk::People, &title.clone(), || {
        view! {
            <div class="page-head"><div><h1>{title}</h1><p class="muted">{count}</p></div></div>
            {people_tabs(visitor, "/admin/people")}
            {told}
            <section class="panel" aria-labelledby="cu"><h2 class="vh" id="cu">{w.get("people-customers")}</h2>
                <div class="panel__body cluster">
                    <form class="cluster grow" method="get" action="/admin/people" role="search">
                        <input r#type="hidden" name="only" value=only/>
                        <div class="input-group grow"><label class="vh" for="q">{w.get("people-search")}</label>{icon(visitor, "search")}
                            <input class="input input--sm" id="q" name="q" r#type="search" value=q placeholder=w.get("people-search")/></div>
                        <button class="button button--sm">{w.get("house-find")}</button></form>
                    {chips}</div>
                {table}
                <div class="panel__foot"><span>{range}</span><nav class="cluster gap-2" aria-label=w.get("people-pages")>{before}{next}</nav></div>
            </section>
        }
    }))
}

fn table(visitor: &Visitor, figures: &Figures, found: &CustomerPage, q: &str) -> impl IntoView + use<> {
    let w = visitor.words();
    if found.rows.is_empty() {
        return view! { <p class="panel__body muted">{w.with("people-none", &[("q", q)])}</p> }.into_any();
    }
    let rows = found.rows.iter().map(|row| line(visitor, figures, row)).collect_view();
    view! {
        <div class="table-wrap" tabindex="0"><table class="table table--fold" role="table"><thead role="rowgroup"><tr role="row">
            <th scope="col" role="columnheader">{w.get("people-customer")}</th><th scope="col" role="columnheader">{w.get("auth-email")}</th>
            <th scope="col" role="columnheader">{w.get("people-access")}</th>
            <th scope="col" role="columnheader" class="num">{w.get("people-seen")}</th></tr></thead>
            <tbody role="rowgroup">{rows}</tbody></table></div>
    }
    .into_any()
}

fn line(visitor: &Visitor, figures: &Figures, row: &CustomerRow) -> impl IntoView + use<> {
    let w = visitor.words();
    let href = format!("/admin/people/customers/{}", row.id);
    let seen = row.seen_at.map_or_else(|| w.get("people-never-seen"), |at| figures.moment(at));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-fold="lead"><a href=href>{row.name.clone()}</a><small>{row.number.clone()}</small></th>
            <td role="cell" data-fold="meta">{row.email.clone().unwrap_or_else(|| "–".to_owned())}</td>
            <td role="cell" data-fold="value">{access_badge(visitor, row.access)}</td>
            <td role="cell" class="num muted" data-fold="sub">{seen}</td></tr>
    }
}

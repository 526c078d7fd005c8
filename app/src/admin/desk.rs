//! `GET /admin`: the first page of the administration. What each of its parts is for, and where it stands.

use crate::{
    ui::{Desk, icon, staff_page},
    web::{Problem, Services, Staff},
};
use axum::{extract::State, response::Response};
use guichet_platform::staff::{Capability, can, no_customer_yet};
use leptos::prelude::*;

/// A part: its address, icon, the keys of its name and of what it is for, and what it takes.
type Part = (&'static str, &'static str, &'static str, &'static str, Capability);

const PARTS: [Part; 6] = [
    ("/admin/sources", "cable", "nav-sources", "desk-sources", Capability::Sources),
    ("/admin/brand", "palette", "nav-house", "desk-house", Capability::Configure),
    ("/admin/people", "users", "nav-people", "desk-customers", Capability::Customers),
    ("/admin/people/staff", "user-cog", "nav-staff", "desk-staff", Capability::Staff),
    ("/admin/audit", "scroll-text", "nav-audit", "desk-audit", Capability::Audit),
    ("/admin/operations", "sliders-horizontal", "nav-operations", "desk-operations", Capability::Operate),
];

pub(super) async fn get(State(services): State<Services>, who: Staff) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let w = visitor.words();
    let goes_on = who.scope.grant::<can::Sources>().is_some() && no_customer_yet(&services.db).await?;
    let goes_on = goes_on.then(|| {
        view! {
            <section class="panel panel--tint" aria-labelledby="go"><div class="panel__body stack"><h2 id="go">{w.get("setup-go-on")}</h2>
                <p>{w.get("setup-rest")}</p><div class="cluster"><a class="button button--primary" href="/admin/start">{w.get("continue")}</a></div></div></section>
        }
    });
    let name = who.session.given_name.clone().unwrap_or_else(|| who.session.name.clone());
    let title = w.get("nav-desk");
    let greeting = w.with("desk-greeting", &[("name", &name)]);
    let may = who.scope.capabilities();
    let parts = PARTS.into_iter().filter(|part| may.has(part.4)).map(|(href, glyph, name, text, _)| {
        view! {
            <a class="item" href=href><span class="glyph" aria-hidden="true">{icon(visitor, glyph)}</span>
                <span class="item__body"><b>{w.get(name)}</b><small>{w.get(text)}</small></span>
                {icon(visitor, "chevron-right")}</a>
        }
    });
    let parts = parts.collect_view();
    Ok(staff_page(visitor, Desk::Home, &title, || {
        view! {
            <div class="page-head"><div><h1>{greeting}</h1><p class="muted">{w.get("desk-intro")}</p></div></div>
            {goes_on}
            <section class="panel" aria-labelledby="parts">
                <div class="panel__head"><h2 id="parts">{w.get("desk-parts")}</h2></div>
                <div class="list">{parts}</div>
            </section>
        }
    }))
}

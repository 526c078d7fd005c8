//! People: customers as the counter sees them, the institution's own people, and what each role may do.

mod customers;
mod file;
mod staff;

use super::parts::tabs;
use crate::{
    ui::{badge, icon},
    web::{Access, Routes, Visitor},
};
use axum::routing::{get, post};
use guichet_platform::{
    identity::until_days,
    staff::{Access as In, Capability, Invitation},
};
use leptos::prelude::*;

const CUSTOMERS: Access = Access::Staff(Capability::Customers);
const ACCESS: Access = Access::Staff(Capability::Access);
const STAFF: Access = Access::Staff(Capability::Staff);
const PRIVACY: Access = Access::Staff(Capability::Privacy);

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/admin/people", Access::AnyStaff, get(customers::get))
        .get("/admin/people/customers/{customer}", CUSTOMERS, get(file::get))
        .post("/admin/people/customers/{customer}/look", CUSTOMERS, post(file::look))
        .post("/admin/people/customers/{customer}/invite", ACCESS, post(file::invite))
        .post("/admin/people/customers/{customer}/switch", ACCESS, post(file::switch))
        .post("/admin/people/customers/{customer}/sessions", ACCESS, post(file::sessions))
        .post("/admin/people/customers/{customer}/export", PRIVACY, post(file::export))
        .post("/admin/people/customers/{customer}/erase", PRIVACY, post(file::erase))
        .post("/admin/support/end", Access::AnyStaff, post(file::end_look))
        .get("/admin/people/staff", STAFF, get(staff::get))
        .post("/admin/people/staff/invite", STAFF, post(staff::invite))
        .post("/admin/people/staff/{person}/again", STAFF, post(staff::again))
        .post("/admin/people/staff/{person}/switch", STAFF, post(staff::switch))
        .post("/admin/people/staff/{person}/role", STAFF, post(staff::role))
        .post("/admin/people/roles/add", STAFF, post(staff::add_role))
        .post("/admin/people/roles/{role}", STAFF, post(staff::capabilities))
        .post("/admin/people/proposals/{proposal}", STAFF, post(staff::decide))
}

fn people_tabs(visitor: &Visitor, here: &'static str) -> impl IntoView + use<> {
    let may = visitor.session.as_ref().and_then(|session| session.staff).map(|staff| staff.capabilities());
    let may = may.unwrap_or_default();
    tabs(
        visitor,
        "nav-people",
        here,
        &[
            ("/admin/people", "people-customers", may.has(Capability::Customers)),
            ("/admin/people/staff", "nav-staff", may.has(Capability::Staff)),
            ("/admin/audit", "nav-audit", may.has(Capability::Audit)),
        ],
    )
}

fn access_badge(visitor: &Visitor, access: In) -> impl IntoView + use<> {
    let w = visitor.words();
    match access {
        In::Active => badge(visitor, "positive", Some("check"), w.get("people-active")),
        In::Never => badge(visitor, "outline", None, w.get("people-never")),
        In::Unconfirmed => badge(visitor, "warning", Some("mail"), w.get("people-unconfirmed")),
        In::Disabled => badge(visitor, "critical", Some("lock"), w.get("people-disabled")),
    }
}

/// A code, shown once to whoever hands it over.
fn invitation_panel(visitor: &Visitor, invitation: &Invitation) -> impl IntoView + use<> {
    let w = visitor.words();
    let host = visitor.institution.host.clone();
    let how =
        w.with("people-code-how", &[("address", &format!("{host}/activate")), ("days", &until_days().to_string())]);
    view! {
        <section class="panel panel--tint" aria-labelledby="code" role="status"><div class="panel__body stack">
            <div class="cluster gap-2">{icon(visitor, "key-round")}<h2 id="code">{w.get("people-code")}</h2></div>
            <dl class="kv"><div><dt>{w.get("people-number")}</dt><dd class="ref">{invitation.number.clone()}</dd></div>
                <div><dt>{w.get("people-code-word")}</dt><dd class="ref">{invitation.activation.code.clone()}</dd></div></dl>
            <p class="hint">{how}</p></div></section>
    }
}

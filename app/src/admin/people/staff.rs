//! `GET /admin/people/staff`: who works here, what each role may do, and what waits for a second person.

use super::{invitation_panel, people_tabs};
use crate::{
    admin::parts::said,
    ui::{Desk, badge, icon, staff_page},
    web::{May, Problem, Reason, Services, Sure, Visitor, redirect_to},
    words::{Figures, Words},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{
    db::DbError,
    staff::{
        Capabilities, Capability, Change, Invitation, NewPerson, Person, Proposal, ProposalKind, Role, can,
        list_people, list_proposals, list_roles,
    },
};
use guichet_types::{Id, kind};
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct StaffQuery {
    said: Option<String>,
}

struct Sheet {
    people: Vec<Person>,
    roles: Vec<Role>,
    proposals: Vec<Proposal>,
}

async fn read(services: &Services, may: &May<can::Staff>) -> Result<Sheet, Problem> {
    let scope = *may.grant;
    let read = services.db.read(&may.grant, move |tx| {
        async move {
            let (people, roles) = (list_people(tx, &scope).await?, list_roles(tx, &scope).await?);
            Ok(Sheet { people, roles, proposals: list_proposals(tx, &scope).await? })
        }
        .boxed()
    });
    read.await.map_err(|error: DbError| Problem::from(error))
}

pub(super) async fn get(
    State(services): State<Services>,
    may: May<can::Staff>,
    Query(query): Query<StaffQuery>,
) -> Result<Response, Problem> {
    page(&services, &may, query.said.as_deref(), None).await
}

async fn page(
    services: &Services,
    may: &May<can::Staff>,
    word: Option<&str>,
    invitation: Option<Invitation>,
) -> Result<Response, Problem> {
    let sheet = read(services, may).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let title = w.get("nav-people");
    let told = said(
        visitor,
        word,
        &[
            ("done", "people-said-done", true),
            ("proposed", "people-said-proposed", true),
            ("refused", "people-said-refused", false),
            ("form", "people-said-form", false),
        ],
    );
    let me = may.grant.who();
    let count = w.with(
        "people-staff-count",
        &[("people", &sheet.people.len().to_string()), ("roles", &sheet.roles.len().to_string())],
    );
    Ok(staff_page(visitor, Desk::People, &title.clone(), || {
        view! {
            <div class="page-head"><div><h1>{title}</h1><p class="muted">{count}</p></div></div>
            {people_tabs(visitor, "/admin/people/staff")}
            {told}
            <div class="stack">
                {invitation.map(|invitation| invitation_panel(visitor, &invitation))}
                {proposals(visitor, &figures, &sheet, me)}
                <div class="grid"><div class="col-8">{people(visitor, &figures, &sheet, me)}</div>
                    <div class="col-4">{invite_panel(visitor, &sheet)}</div></div>
                {roles(visitor, &sheet)}
            </div>
        }
    }))
}

/// What a role is called.
fn role_name(w: Words, id: &str, roles: &[Role]) -> String {
    match id {
        "administrator" => w.get("role-administrator"),
        "operator" => w.get("role-operator"),
        "agent" => w.get("role-agent"),
        "lead" => w.get("role-lead"),
        "privacy" => w.get("role-privacy"),
        "auditor" => w.get("role-auditor"),
        other => roles.iter().find(|role| role.id == other).map_or_else(|| other.to_owned(), |role| role.name.clone()),
    }
}

fn capability_name(w: Words, capability: Capability) -> String {
    match capability {
        Capability::Customers => w.get("can-customers"),
        Capability::Access => w.get("can-access"),
        Capability::Privacy => w.get("can-privacy"),
        Capability::Sources => w.get("can-sources"),
        Capability::Configure => w.get("can-configure"),
        Capability::Staff => w.get("can-staff"),
        Capability::Audit => w.get("can-audit"),
        Capability::Operate => w.get("can-operate"),
    }
}

fn role_options(w: Words, roles: &[Role], now: &str) -> impl IntoView + use<> {
    let option = |role: &Role| view! { <option value=role.id.clone() selected=role.id == now>{role_name(w, &role.id, roles)}</option> };
    roles.iter().map(option).collect_view()
}

fn people(visitor: &Visitor, figures: &Figures, sheet: &Sheet, me: Id<kind::Staff>) -> impl IntoView + use<> {
    let w = visitor.words();
    let rows = sheet.people.iter().map(|person| {
        let seen = person.seen_at.map_or_else(|| w.get("people-never-seen"), |at| figures.moment(at));
        let out = person.inactive_at.is_some();
        let state = match (out, person.seen_at) {
            (true, _) => badge(visitor, "critical", Some("lock"), w.get("people-out")),
            (false, None) => badge(visitor, "outline", None, w.get("people-invited")),
            (false, Some(_)) => badge(visitor, "positive", Some("check"), w.get("people-active")),
        };
        let (to, label) = if out { ("in", w.get("people-let-in")) } else { ("out", w.get("people-shut-out")) };
        let id = person.id;
        let select = format!("role-{id}");
        let acts = (id != me).then(|| view! {
            <div class="cluster gap-2">
                <form class="cluster gap-2" method="post" action=format!("/admin/people/staff/{id}/role")>
                    <label class="vh" for=select.clone()>{w.with("people-role-of", &[("name", &person.name)])}</label>
                    <span class="select"><select class="input input--sm" id=select name="role">{role_options(w, &sheet.roles, &person.role)}</select></span>
                    <input r#type="hidden" name="number" value=person.number.clone()/>
                    <button class="button button--sm">{w.get("people-change-role")}</button></form>
                <form method="post" action=format!("/admin/people/staff/{id}/again")><button class="button button--sm">{w.get("people-new-code")}</button></form>
                <form method="post" action=format!("/admin/people/staff/{id}/switch")><button class="button button--sm" name="to" value=to>{label}</button></form>
            </div>
        });
        let role = role_name(w, &person.role, &sheet.roles);
        let what = if person.title.is_empty() { role } else { format!("{} · {role}", person.title) };
        view! {
            <div class="item"><span class="glyph" data-tone="brand" aria-hidden="true">{icon(visitor, "contact-round")}</span>
                <div class="item__body stack gap-2"><div class="cluster between"><span class="item__body"><b>{person.name.clone()}</b><small>{what}</small>
                    <small class="muted">{format!("{} · {seen}", person.number)}</small></span>{state}</div>{acts}</div></div>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel" aria-labelledby="st"><div class="panel__head"><h2 id="st">{w.get("people-staff")}</h2></div>
            <div class="list">{rows}</div></section>
    }
}

fn invite_panel(visitor: &Visitor, sheet: &Sheet) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <section class="panel" aria-labelledby="in"><div class="panel__head"><h2 id="in">{w.get("people-invite")}</h2></div>
            <form class="panel__body stack" method="post" action="/admin/people/staff/invite">
                <div class="field"><label for="person">{w.get("name")}</label>
                    <input class="input" id="person" name="name" required maxlength="80"/></div>
                <div class="field"><label for="title">{w.get("people-title")}</label>
                    <input class="input" id="title" name="title" maxlength="80"/></div>
                <div class="field"><label for="new-role">{w.get("people-role")}</label>
                    <div class="select"><select class="input" id="new-role" name="role">{role_options(w, &sheet.roles, "agent")}</select></div></div>
                <p class="hint">{w.get("people-invite-hint")}</p>
                <button class="button button--primary">{icon(visitor, "user-plus")}{w.get("people-invite")}</button></form></section>
    }
}

fn proposals(
    visitor: &Visitor,
    figures: &Figures,
    sheet: &Sheet,
    me: Id<kind::Staff>,
) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    if sheet.proposals.is_empty() {
        return None;
    }
    let rows = sheet.proposals.iter().map(|one| {
        let text = match one.kind {
            ProposalKind::Role => w.with("people-wants-role", &[
                ("name", &one.subject),
                ("role", &role_name(w, &one.value, &sheet.roles)),
            ]),
            ProposalKind::Capabilities => {
                let names: Vec<_> = Capabilities::of_words(&one.value).each().map(|one| capability_name(w, one)).collect();
                w.with("people-wants-rights", &[
                    ("role", &role_name(w, &one.subject, &sheet.roles)),
                    ("rights", &names.join(", ")),
                ])
            }
            ProposalKind::Entry => w.with("people-wants-entry", &[("name", &one.subject)]),
            ProposalKind::Code => w.with("people-wants-code", &[("name", &one.subject)]),
        };
        let by = w.with("people-proposed", &[("name", &one.by_name), ("time", &figures.moment(one.at))]);
        let action = format!("/admin/people/proposals/{}", one.id);
        let agree = (one.by != me).then(|| view! { <button class="button button--sm button--primary" name="act" value="yes">{w.get("people-agree")}</button> });
        view! {
            <div class="item"><span class="item__body"><b>{text}</b><small>{by}</small></span>
                <form class="cluster gap-2" method="post" action=action>{agree}
                    <button class="button button--sm" name="act" value="no">{w.get("people-decline")}</button></form></div>
        }
    });
    let rows = rows.collect_view();
    Some(view! {
        <section class="panel panel--tint" aria-labelledby="wa"><div class="panel__head"><h2 id="wa">{w.get("people-waiting")}</h2></div>
            <div class="list">{rows}</div></section>
    })
}

fn roles(visitor: &Visitor, sheet: &Sheet) -> impl IntoView + use<> {
    let w = visitor.words();
    let heads = Capability::ALL.map(|one| view! { <th scope="col" class="mid">{capability_name(w, one)}</th> });
    let rows = sheet.roles.iter().map(|role| {
        let name = role_name(w, &role.id, &sheet.roles);
        let form = format!("form-{}", role.id);
        let cells = Capability::ALL.map(|one| {
            let label = format!("{name}: {}", capability_name(w, one));
            view! { <td class="mid"><label class="check check--cell"><input r#type="checkbox" name="can" value=one.word() form=form.clone()
                checked=role.capabilities.has(one) aria-label=label/></label></td> }
        });
        let people = w.count("people-with-role", role.people.unsigned_abs(), &[]);
        view! {
            <tr><th scope="row">{name.clone()}<small>{people}</small></th>{cells}
                <td><form method="post" id=form.clone() action=format!("/admin/people/roles/{}", role.id)>
                    <button class="button button--sm" aria-label=w.with("people-save-role", &[("name", &name)])>{w.get("house-save")}</button></form></td></tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel" id="roles" aria-labelledby="ro"><div class="panel__head"><h2 id="ro">{w.get("people-roles")}</h2></div>
            <div class="table-wrap" tabindex="0"><table class="table table--compact rights"><thead><tr><th scope="col">{w.get("people-role")}</th>{heads}
                <th scope="col"><span class="vh">{w.get("house-save")}</span></th></tr></thead><tbody>{rows}</tbody></table></div>
            <form class="panel__body cluster" method="post" action="/admin/people/roles/add">
                <div class="field"><label for="word">{w.get("people-role-word")}</label>
                    <input class="input input--sm" id="word" name="word" pattern="[a-z0-9\\-]{1,30}" required/></div>
                <div class="field"><label for="role-name">{w.get("people-role-name")}</label>
                    <input class="input input--sm" id="role-name" name="name" maxlength="60" required/></div>
                <button class="button button--sm">{icon(visitor, "plus")}{w.get("people-add-role")}</button></form>
            <div class="panel__foot"><span>{w.get("people-roles-foot")}</span></div></section>
    }
}

fn back(word: &str) -> Response {
    redirect_to(&format!("/admin/people/staff?said={word}"))
}

fn told(change: Change) -> Response {
    back(match change {
        Change::Done => "done",
        Change::Proposed => "proposed",
        Change::Refused => "refused",
    })
}

/// `POST /admin/people/staff/invite`.
pub(super) async fn invite(
    State(services): State<Services>,
    Sure { may, proven, fields }: Sure<can::Staff>,
) -> Result<Response, Problem> {
    let person = NewPerson {
        name: fields.get("name").to_owned(),
        role: fields.get("role").to_owned(),
        title: fields.get("title").to_owned(),
    };
    let made = services.identity.invite_person(&proven, person).await;
    match made.map_err(|error| Problem::of_identity(error, &may.who.visitor))? {
        Some(invitation) => page(&services, &may, None, Some(invitation)).await,
        None => Ok(back("form")),
    }
}

/// `POST /admin/people/staff/{person}/again`.
pub(super) async fn again(
    State(services): State<Services>,
    Path(person): Path<Id<kind::Staff>>,
    Sure { may, proven, .. }: Sure<can::Staff>,
) -> Result<Response, Problem> {
    let made = services.identity.invite_person_again(&proven, person).await;
    match made.map_err(|error| Problem::of_identity(error, &may.who.visitor))? {
        (_, Some(invitation)) => page(&services, &may, None, Some(invitation)).await,
        (Change::Refused, None) => Err(Problem::new(Reason::NotFound, &may.who.visitor)),
        (change, None) => Ok(told(change)),
    }
}

/// `POST /admin/people/staff/{person}/switch`.
pub(super) async fn switch(
    State(services): State<Services>,
    Path(person): Path<Id<kind::Staff>>,
    Sure { may, proven, fields }: Sure<can::Staff>,
) -> Result<Response, Problem> {
    let done = services.identity.switch_person(&proven, person, fields.get("to") == "in").await;
    Ok(told(done.map_err(|error| Problem::of_identity(error, &may.who.visitor))?))
}

/// `POST /admin/people/staff/{person}/role`.
pub(super) async fn role(
    State(services): State<Services>,
    Path(_person): Path<Id<kind::Staff>>,
    Sure { may, proven, fields }: Sure<can::Staff>,
) -> Result<Response, Problem> {
    let change = services.identity.change_role(&proven, fields.get("number"), fields.get("role")).await;
    Ok(told(change.map_err(|error| Problem::of_identity(error, &may.who.visitor))?))
}

/// `POST /admin/people/roles/{role}`.
pub(super) async fn capabilities(
    State(services): State<Services>,
    Path(role): Path<String>,
    Sure { may, proven, fields }: Sure<can::Staff>,
) -> Result<Response, Problem> {
    let words: Vec<&str> = fields.all("can").collect();
    let wanted = Capabilities::of_words(&words.join(" "));
    let change = services.identity.change_capabilities(&proven, &role, wanted).await;
    Ok(told(change.map_err(|error| Problem::of_identity(error, &may.who.visitor))?))
}

/// `POST /admin/people/roles/add`.
pub(super) async fn add_role(
    State(services): State<Services>,
    Sure { may, proven, fields }: Sure<can::Staff>,
) -> Result<Response, Problem> {
    let added = services.identity.add_role(&proven, fields.get("word"), fields.get("name")).await;
    let added = added.map_err(|error| Problem::of_identity(error, &may.who.visitor))?;
    Ok(back(if added { "done" } else { "form" }))
}

/// `POST /admin/people/proposals/{proposal}`. A new code is shown to whoever has agreed to it.
pub(super) async fn decide(
    State(services): State<Services>,
    Path(proposal): Path<Id<kind::Proposal>>,
    Sure { may, proven, fields }: Sure<can::Staff>,
) -> Result<Response, Problem> {
    let decided = services.identity.decide(&proven, proposal, fields.get("act") == "yes").await;
    match decided.map_err(|error| Problem::of_identity(error, &may.who.visitor))? {
        (_, Some(invitation)) => page(&services, &may, None, Some(invitation)).await,
        (change, None) => Ok(told(change)),
    }
}

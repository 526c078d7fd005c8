//! A customer at the counter: how they come in, a look in their place, and what the law gives them: all of it as a file, and
//! its end.

use super::{access_badge, invitation_panel, people_tabs};
use crate::{
    admin::parts::said,
    ui::{Desk, icon, staff_page},
    web::{Fields, May, Problem, Reason, Services, Staff, Sure, Visitor, redirect_to},
    words::Figures,
};
use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use guichet_platform::{
    audit::{Action, Thing},
    privacy,
    staff::{Access, Capability, CustomerFile, Invitation, SUPPORT_MINUTES, can, file_of},
};
use guichet_types::{Date, Id, kind};
use http::header;
use leptos::prelude::*;

type Whose = Result<Path<Id<kind::Customer>>, PathRejection>;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct FileQuery {
    said: Option<String>,
}

fn whose(visitor: &Visitor, path: Whose) -> Result<Id<kind::Customer>, Problem> {
    path.map(|Path(id)| id).map_err(|_| Problem::new(Reason::NotFound, visitor))
}

fn missing(visitor: &Visitor) -> Problem {
    Problem::new(Reason::NotFound, visitor)
}

/// `GET /admin/people/customers/{customer}`. Opening a file is noted, for the customer to see.
pub(super) async fn get(
    State(services): State<Services>,
    may: May<can::Customers>,
    path: Whose,
    Query(query): Query<FileQuery>,
) -> Result<Response, Problem> {
    let visitor = &may.who.visitor;
    let customer = whose(visitor, path)?;
    let file = file_of(&services.db, &may.grant, customer, visitor.now).await?.ok_or_else(|| missing(visitor))?;
    let entry = may.who.act(Action::SupportViewed).about(Thing::Customer, customer).concerning(customer);
    services.note(visitor, entry).await?;
    Ok(page(&services, &may.who, &file, query.said.as_deref(), None))
}

/// The page; with a code when one was just made.
fn page(
    services: &Services,
    who: &Staff,
    file: &CustomerFile,
    word: Option<&str>,
    invitation: Option<&Invitation>,
) -> Response {
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let may = who.scope.capabilities();
    let title = file.row.name.clone();
    let told = said(
        visitor,
        word,
        &[
            ("disabled", "people-said-disabled", true),
            ("enabled", "people-said-enabled", true),
            ("ended", "people-said-ended", true),
            ("reason", "people-said-reason", false),
            ("held", "people-said-held", false),
            ("number", "people-said-number", false),
        ],
    );
    let panels = (
        invitation.map(|invitation| invitation_panel(visitor, invitation)),
        facts(visitor, &figures, file),
        look_panel(visitor, file),
        may.has(Capability::Access).then(|| access_panel(visitor, file)),
        may.has(Capability::Privacy).then(|| privacy_panel(visitor, file)),
    );
    let number = file.row.number.clone();
    staff_page(visitor, Desk::People, &title.clone(), || {
        let (invitation, facts, look, access, privacy) = panels;
        view! {
            <div class="page-head"><div><h1>{title}</h1>
                <p class="muted">{w.get("customer-number")}" "<span class="ref">{number}</span></p></div>
                {access_badge(visitor, file.row.access)}</div>
            {people_tabs(visitor, "")}
            {told}
            <div class="grid"><div class="col-7 stack">{invitation}{facts}{look}</div>
                <div class="col-5 stack">{access}{privacy}</div></div>
        }
    })
}

fn facts(visitor: &Visitor, figures: &Figures, file: &CustomerFile) -> impl IntoView + use<> {
    let w = visitor.words();
    let since = Date::from_days(i32::try_from(file.since_day).unwrap_or(0));
    let yes = |on: bool| if on { w.get("people-yes") } else { w.get("people-no") };
    let code = file
        .code_until
        .map_or_else(|| w.get("people-no"), |at| w.with("people-code-until", &[("time", &figures.moment(at))]));
    let seen = file.row.seen_at.map_or_else(|| w.get("people-never-seen"), |at| figures.moment(at));
    let rows = [
        (w.get("auth-email"), file.row.email.clone().unwrap_or_else(|| "–".to_owned())),
        (w.get("customer-since"), figures.date(since)),
        (w.get("people-seen"), seen),
        (w.get("people-sessions"), figures.number(file.sessions)),
        (w.get("people-passkeys"), figures.number(file.passkeys)),
        (w.get("people-authenticator"), yes(file.authenticator)),
        (w.get("people-open-code"), code),
    ];
    let rows = rows.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <section class="panel" aria-labelledby="fa"><div class="panel__head"><h2 id="fa">{w.get("people-how-in")}</h2></div>
            <div class="panel__body"><dl class="kv">{rows}</dl></div></section>
    }
}

fn look_panel(visitor: &Visitor, file: &CustomerFile) -> impl IntoView + use<> {
    let w = visitor.words();
    let hint = w.with("people-look-hint", &[("minutes", &SUPPORT_MINUTES.to_string())]);
    view! {
        <section class="panel" aria-labelledby="lo"><div class="panel__head"><h2 id="lo">{w.get("people-look")}</h2></div>
            <form class="panel__body stack" method="post" action=format!("/admin/people/customers/{}/look", file.row.id)>
                <div class="field"><label for="reason">{w.get("people-reason")}</label>
                    <input class="input" id="reason" name="reason" required minlength="8" maxlength="300"/></div>
                <p class="hint">{hint}</p>
                <button class="button">{icon(visitor, "eye")}{w.get("people-look-begin")}</button></form></section>
    }
}

fn access_panel(visitor: &Visitor, file: &CustomerFile) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = file.row.id;
    let disabled = file.row.access == Access::Disabled;
    let (word, label) = if disabled { ("on", w.get("people-enable")) } else { ("off", w.get("people-disable")) };
    let class = if disabled { "button" } else { "button button--danger" };
    view! {
        <section class="panel" aria-labelledby="ac"><div class="panel__head"><h2 id="ac">{w.get("people-access")}</h2></div>
            <div class="panel__body stack">
                <form method="post" action=format!("/admin/people/customers/{id}/invite")>
                    <button class="button">{icon(visitor, "key-round")}{w.get("people-new-code")}</button></form>
                <form method="post" action=format!("/admin/people/customers/{id}/sessions")>
                    <button class="button">{icon(visitor, "log-out")}{w.get("people-end-sessions")}</button></form>
                <form method="post" action=format!("/admin/people/customers/{id}/switch")>
                    <button class=class name="to" value=word>{icon(visitor, "lock")}{label}</button></form>
            </div></section>
    }
}

fn privacy_panel(visitor: &Visitor, file: &CustomerFile) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = file.row.id;
    view! {
        <section class="panel" aria-labelledby="pr"><div class="panel__head"><h2 id="pr">{w.get("people-privacy")}</h2></div>
            <div class="panel__body stack">
                <form class="stack gap-2" method="post" action=format!("/admin/people/customers/{id}/export")>
                    <button class="button">{icon(visitor, "download")}{w.get("people-export")}</button>
                    <p class="hint">{w.get("people-export-hint")}</p></form>
                <form class="stack gap-2" method="post" action=format!("/admin/people/customers/{id}/erase")>
                    <div class="field"><label for="number">{w.get("people-erase-confirm")}</label>
                        <input class="input" id="number" name="number" required autocomplete="off"/></div>
                    <p class="hint">{w.get("people-erase-hint")}</p>
                    <button class="button button--danger">{w.get("people-erase")}</button></form>
            </div></section>
    }
}

/// `POST /admin/people/customers/{customer}/look`.
pub(super) async fn look(
    State(services): State<Services>,
    may: May<can::Customers>,
    path: Whose,
    fields: Fields,
) -> Result<Response, Problem> {
    let customer = whose(&may.who.visitor, path)?;
    let begun = services.identity.begin_support(&may.grant, may.who.session.id, customer, fields.get("reason")).await;
    match begun.map_err(|error| Problem::of_identity(error, &may.who.visitor))? {
        Some(_) => Ok(redirect_to("/overview")),
        None => Ok(redirect_to(&format!("/admin/people/customers/{customer}?said=reason"))),
    }
}

/// `POST /admin/support/end`.
pub(super) async fn end_look(State(services): State<Services>, visitor: Visitor) -> Result<Response, Problem> {
    let session = visitor.session.clone().ok_or_else(|| missing(&visitor))?;
    let support = session.support.clone().ok_or_else(|| missing(&visitor))?;
    services.identity.end_support(&session).await.map_err(|error| Problem::of_identity(error, &visitor))?;
    // Whoever tried the portal out has no list of customers to go back to.
    let looks_up = session.staff.is_some_and(|staff| staff.grant::<can::Customers>().is_some());
    let back = if looks_up { format!("/admin/people/customers/{}", support.customer) } else { "/admin".to_owned() };
    Ok(redirect_to(&back))
}

/// `POST /admin/people/customers/{customer}/invite`: a new code, shown once.
pub(super) async fn invite(
    State(services): State<Services>,
    path: Whose,
    Sure { may, proven, .. }: Sure<can::Access>,
) -> Result<Response, Problem> {
    let visitor = &may.who.visitor;
    let customer = whose(visitor, path)?;
    // Whoever may let customers in can look them up as well, or has no page to show a code on; then none is made.
    let Some(grant) = may.who.scope.grant::<can::Customers>() else { return Ok(redirect_to("/admin")) };
    let made = services.identity.invite_customer(&proven, customer).await;
    let made = made.map_err(|error| Problem::of_identity(error, visitor))?.ok_or_else(|| missing(visitor))?;
    let file = file_of(&services.db, &grant, customer, visitor.now).await?.ok_or_else(|| missing(visitor))?;
    Ok(page(&services, &may.who, &file, None, Some(&made)))
}

/// `POST /admin/people/customers/{customer}/switch`.
pub(super) async fn switch(
    State(services): State<Services>,
    path: Whose,
    Sure { may, proven, fields }: Sure<can::Access>,
) -> Result<Response, Problem> {
    let visitor = &may.who.visitor;
    let customer = whose(visitor, path)?;
    let on = fields.get("to") == "on";
    let done = services.identity.switch_customer(&proven, customer, on).await;
    if !done.map_err(|error| Problem::of_identity(error, visitor))? {
        return Err(missing(visitor));
    }
    let word = if on { "enabled" } else { "disabled" };
    Ok(redirect_to(&format!("/admin/people/customers/{customer}?said={word}")))
}

/// `POST /admin/people/customers/{customer}/sessions`.
pub(super) async fn sessions(
    State(services): State<Services>,
    may: May<can::Access>,
    path: Whose,
) -> Result<Response, Problem> {
    let visitor = &may.who.visitor;
    let customer = whose(visitor, path)?;
    let done = services.identity.end_sessions_of(&may.grant, customer).await;
    if !done.map_err(|error| Problem::of_identity(error, visitor))? {
        return Err(missing(visitor));
    }
    Ok(redirect_to(&format!("/admin/people/customers/{customer}?said=ended")))
}

/// `POST /admin/people/customers/{customer}/export`: all that is kept of them, as one file.
pub(super) async fn export(
    State(services): State<Services>,
    path: Whose,
    Sure { may, proven, .. }: Sure<can::Privacy>,
) -> Result<Response, Problem> {
    let visitor = &may.who.visitor;
    let customer = whose(visitor, path)?;
    let made = privacy::export(&services.db, &services.files, &proven, customer, visitor.now).await;
    let made = made.map_err(Problem::fault)?.ok_or_else(|| missing(visitor))?;
    let (size, stream) = made.open().await.map_err(Problem::fault)?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"customer.zip\"".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// `POST /admin/people/customers/{customer}/erase`: confirmed by their number.
pub(super) async fn erase(
    State(services): State<Services>,
    path: Whose,
    Sure { may, proven, fields }: Sure<can::Privacy>,
) -> Result<Response, Problem> {
    let visitor = &may.who.visitor;
    let customer = whose(visitor, path)?;
    let number: String = fields.get("number").split_whitespace().collect();
    let done = privacy::erase(&services.db, &services.files, &proven, customer, &number, visitor.now).await?;
    let back = |word: &str| Ok(redirect_to(&format!("/admin/people/customers/{customer}?said={word}")));
    match done {
        privacy::Erased::Done => Ok(redirect_to("/admin/people?said=erased")),
        privacy::Erased::Held(_) => back("held"),
        privacy::Erased::Unconfirmed => back("number"),
        privacy::Erased::Nobody => Err(missing(visitor)),
    }
}

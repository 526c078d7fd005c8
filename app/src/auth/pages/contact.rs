//! `/profile/email`: the address that mail goes to, and the codes that confirm another one.

use super::{
    frame::{code_field, fault, marks},
    refusal_text,
};
use crate::{
    ui::{Place, app_page, badge},
    web::{Problem, Services, SignedIn},
};
use axum::{extract::State, response::Response};
use guichet_platform::identity::{ContactChange, Refusal};
use leptos::prelude::*;

pub(super) async fn get(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    page(&services, &who, None).await
}

/// The page; after a refusal with its reason.
pub async fn page(services: &Services, who: &SignedIn, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let change = services.identity.contact_change(&who.session).await?;
    let email = services.identity.own_access(&who.session).await?.email;
    let visitor = &who.visitor;
    let w = visitor.words();
    let title = w.get("auth-email-change");
    let heading = title.clone();
    let text = refusal.map(|refusal| refusal_text(visitor, refusal));
    let (invalid, described) = marks(refusal == Some(Refusal::Address));
    let now = email.unwrap_or_else(|| w.get("auth-email-none"));
    let codes = change.map(|change| codes(who, &change, refusal == Some(Refusal::Wrong)));
    Ok(app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><div><h1>{heading}</h1><p class="muted">{w.get("auth-email-now")}" "<b>{now}</b></p></div></div>
            <div class="narrow stack">
                {fault(visitor, text)}
                {codes}
                <section class="panel"><form class="panel__body stack" method="post" action="/profile/email">
                    <div class="field"><label for="email">{w.get("auth-email-new")}</label>
                        <input class="input" id="email" name="email" r#type="email" autocomplete="email" required maxlength="254"
                            aria-invalid=invalid aria-describedby=described/>
                        <p class="hint">{w.get("auth-email-hint")}</p></div>
                    <button class="button button--primary">{w.get("auth-email-send")}</button>
                </form></section>
                <p class="small"><a href="/profile">{w.get("auth-back-to-profile")}</a></p>
            </div>
        }
    }))
}

/// The codes that are still waited for.
fn codes(who: &SignedIn, change: &ContactChange, wrong: bool) -> impl IntoView + use<> {
    let visitor = &who.visitor;
    let w = visitor.words();
    let done = |visitor| badge(visitor, "positive", Some("check"), w.get("auth-email-done"));
    let old = if change.old_confirmed {
        view! { <p class="cluster">{w.get("auth-email-old-code")}{done(visitor)}</p> }.into_any()
    } else {
        view! { <form class="stack gap-2" method="post" action="/profile/email/confirm">
        {code_field("old", w.get("auth-email-old-code"), false, wrong)}
        <button class="button">{w.get("auth-email-confirm")}</button></form> }
        .into_any()
    };
    let new = if change.new_confirmed {
        view! { <p class="cluster">{w.get("auth-email-new-code")}{done(visitor)}</p> }.into_any()
    } else {
        view! { <form class="stack gap-2" method="post" action="/profile/email/confirm">
        {code_field("new", w.get("auth-email-new-code"), false, wrong)}
        <button class="button">{w.get("auth-email-confirm")}</button></form> }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="codes-title">
            <div class="panel__head"><h2 id="codes-title">{w.with("auth-email-waiting", &[("email", &change.email)])}</h2></div>
            <div class="panel__body stack">{old}{new}{crate::mail::link(visitor)}</div>
        </section>
    }
}

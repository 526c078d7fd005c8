//! `/sign-in`: a passkey, or a name and a password.

use super::{
    frame::{fault, frame, marks},
    passkey::{Ceremony, button},
};
use crate::{
    ui::{alert, encode},
    web::Visitor,
};
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use leptos::prelude::*;

/// What the sign-in form sends.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// E-mail address or customer number.
    pub name: String,
    /// The password.
    pub password: String,
    /// Where the visitor was going.
    pub next: String,
}

impl std::fmt::Debug for SignInForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<sign-in form>")
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct SignInQuery {
    next: String,
    ended: Option<String>,
    held: Option<String>,
    out: Option<String>,
}

/// What stands above the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// It did not match, or there were too many tries.
    Refused,
    /// The session before has ended.
    Ended,
    /// It has ended, and the form that came too late is kept.
    Held,
}

pub(super) async fn get(visitor: Visitor, query: Result<Query<SignInQuery>, QueryRejection>) -> Response {
    let Query(query) = query.unwrap_or_default();
    if visitor.session.is_some() && query.out.is_none() {
        return crate::web::redirect_to(if query.next.is_empty() { "/overview" } else { &query.next });
    }
    let told = match (query.held, query.ended) {
        (Some(_), _) => Told::Held,
        (None, Some(_)) => Told::Ended,
        (None, None) => Told::Nothing,
    };
    sign_in_page(&visitor, &SignInForm { next: query.next, ..SignInForm::default() }, told)
}

/// The page; after a refusal with what was typed, but for the password.
pub fn sign_in_page(visitor: &Visitor, form: &SignInForm, told: Told) -> Response {
    let w = visitor.words();
    let refused = told == Told::Refused;
    let (invalid, described) = marks(refused);
    let ended = match told {
        Told::Ended => Some(w.get("session-ended")),
        Told::Held => Some(w.get("auth-session-ended-held")),
        Told::Nothing | Told::Refused => None,
    };
    let next = form.next.clone();
    let activate = if next.is_empty() { "/activate".to_owned() } else { format!("/activate?next={}", encode(&next)) };
    frame(visitor, &w.get("sign-in"), || {
        view! {
            {ended.map(|text| alert(visitor, None, "clock", text))}
            {fault(visitor, refused.then(|| w.get("sign-in-refused")))}
            <div class="stack gap-2">
                {button(visitor, &Ceremony::SignIn(&next), w.get("auth-passkey-continue"))}
                <p class="hint">{w.get("auth-passkey-hint")}</p>
            </div>
            <p class="event">{w.get("auth-or-password")}</p>
            <form class="stack" method="post" action="/sign-in">
                <input r#type="hidden" name="next" value=next/>
                <div class="field"><label for="name">{w.get("email-or-number")}</label>
                    <input class="input" id="name" name="name" autocomplete="username" required maxlength="254"
                        autocapitalize="none" spellcheck="false" value=form.name.clone()
                        aria-invalid=invalid aria-describedby=described/></div>
                <div class="field"><label for="password">{w.get("password")}</label>
                    <input class="input" id="password" name="password" r#type="password" required maxlength="1024"
                        autocomplete="current-password" aria-invalid=invalid aria-describedby=described/></div>
                <button class="button button--lg button--block">{w.get("continue")}</button>
            </form>
            <div class="cluster between small"><a href="/reset">{w.get("auth-lost")}</a>
                <a href=activate>{w.get("auth-first-time")}</a></div>
            {crate::mail::link(visitor)}
        }
    })
}

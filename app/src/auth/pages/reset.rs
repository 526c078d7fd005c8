//! A forgotten password, page by page.

use super::{
    frame::{code_field, fault, frame, password_field},
    refusal_text,
};
use crate::{
    auth::browser::Asking,
    web::{Visitor, redirect_to},
};
use axum::response::Response;
use guichet_platform::identity::{Refusal, StepKind};
use leptos::prelude::*;

pub(super) async fn begin(visitor: Visitor) -> Response {
    let w = visitor.words();
    frame(&visitor, &w.get("auth-reset"), || {
        view! {
            <p>{w.get("auth-reset-text")}</p>
            <form class="stack" method="post" action="/reset">
                <div class="field"><label for="email">{w.get("auth-email")}</label>
                    <input class="input" id="email" name="email" r#type="email" autocomplete="email" required maxlength="254"/></div>
                <button class="button button--primary button--lg button--block">{w.get("auth-reset-send")}</button>
            </form>
            <section class="stack gap-1"><h2 class="h3">{w.get("auth-reset-device")}</h2>
                <p class="muted">{w.get("auth-reset-device-text")}</p></section>
            <p class="small"><a href="/sign-in">{w.get("auth-back-to-sign-in")}</a></p>
        }
    })
}

fn at(asking: &Asking, kind: StepKind) -> bool {
    asking.step.as_ref().is_some_and(|step| step.kind == kind)
}

pub(super) async fn code(visitor: Visitor, asking: Asking) -> Response {
    if at(&asking, StepKind::Reset) { code_page(&visitor, false) } else { redirect_to("/reset") }
}

/// The code that was sent; the page is the same when nobody has the address.
pub fn code_page(visitor: &Visitor, wrong: bool) -> Response {
    let w = visitor.words();
    frame(visitor, &w.get("auth-reset-code"), || {
        view! {
            <p>{w.get("auth-reset-code-text")}</p>
            {fault(visitor, wrong.then(|| w.get("auth-wrong")))}
            <form class="stack" method="post" action="/reset/code">
                {code_field("code", w.get("auth-mailed-code"), false, wrong)}
                <button class="button button--primary button--lg button--block">{w.get("continue")}</button>
            </form>
            {crate::mail::link(visitor)}
            <p class="small"><a href="/reset">{w.get("auth-begin-again")}</a></p>
        }
    })
}

pub(super) async fn password(visitor: Visitor, asking: Asking) -> Response {
    if at(&asking, StepKind::NewPassword) { password_page(&visitor, None) } else { redirect_to("/reset") }
}

/// Another password.
pub fn password_page(visitor: &Visitor, refusal: Option<Refusal>) -> Response {
    let w = visitor.words();
    let text = refusal.map(|refusal| refusal_text(visitor, refusal));
    let invalid = text.is_some();
    frame(visitor, &w.get("auth-password-new"), || {
        view! {
            {fault(visitor, text)}
            <form class="stack" method="post" action="/reset/password">
                {password_field(w.get("auth-password-new"), Some(w.get("auth-password-hint")), "new-password", invalid)}
                <button class="button button--primary button--lg button--block">{w.get("continue")}</button>
            </form>
        }
    })
}

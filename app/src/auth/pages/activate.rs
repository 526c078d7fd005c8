//! First access, page by page.

use super::{
    frame::{code_field, fault, frame, marks, password_field},
    refusal_text,
};
use crate::{
    auth::browser::Asking,
    web::{Visitor, redirect_to},
};
use axum::response::Response;
use guichet_platform::identity::{Refusal, StepKind};
use leptos::prelude::*;

/// What the pages ask for.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ActivateForm {
    /// The customer number.
    pub number: String,
    /// The code from the letter.
    pub code: String,
    /// An e-mail address.
    pub email: String,
    /// A password.
    pub password: String,
}

impl std::fmt::Debug for ActivateForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<activation form>")
    }
}

pub(super) async fn begin(visitor: Visitor) -> Response {
    begin_page(&visitor, &ActivateForm::default(), false)
}

/// Customer number and code.
pub fn begin_page(visitor: &Visitor, form: &ActivateForm, wrong: bool) -> Response {
    let w = visitor.words();
    let (invalid, described) = marks(wrong);
    frame(visitor, &w.get("auth-activate"), || {
        view! {
            <p>{w.get("auth-activate-text")}</p>
            {fault(visitor, wrong.then(|| w.get("auth-wrong")))}
            <form class="stack" method="post" action="/activate">
                <div class="field"><label for="number">{w.get("customer-number")}</label>
                    <input class="input num" id="number" name="number" autocomplete="off" required maxlength="40"
                        value=form.number.clone() aria-invalid=invalid aria-describedby=described/></div>
                {code_field("code", w.get("auth-activate-code"), false, wrong)}
                <button class="button button--primary button--lg button--block">{w.get("continue")}</button>
            </form>
            <p class="small muted">{w.get("auth-activate-none")}</p>
            <p class="small"><a href="/sign-in">{w.get("auth-back-to-sign-in")}</a></p>
        }
    })
}

pub(super) async fn access(visitor: Visitor, asking: Asking) -> Response {
    let here = asking.step.as_ref().is_some_and(|step| step.kind == StepKind::Activate);
    if here { access_page(&visitor, &ActivateForm::default(), None) } else { redirect_to("/activate") }
}

/// Address and password.
pub fn access_page(visitor: &Visitor, form: &ActivateForm, refusal: Option<Refusal>) -> Response {
    let w = visitor.words();
    let text = refusal.map(|refusal| refusal_text(visitor, refusal));
    let (invalid, described) = marks(refusal == Some(Refusal::Address));
    let weak = matches!(refusal, Some(Refusal::Weak(_)));
    frame(visitor, &w.get("auth-access"), || {
        view! {
            <p>{w.get("auth-access-text")}</p>
            {fault(visitor, text)}
            <form class="stack" method="post" action="/activate/access">
                <div class="field"><label for="email">{w.get("auth-email")}</label>
                    <input class="input" id="email" name="email" r#type="email" autocomplete="email" required maxlength="254"
                        value=form.email.clone() aria-invalid=invalid aria-describedby=described/></div>
                {password_field(w.get("password"), Some(w.get("auth-password-hint")), "new-password", weak)}
                <button class="button button--primary button--lg button--block">{w.get("continue")}</button>
            </form>
        }
    })
}

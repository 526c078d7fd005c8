//! `/profile/password`: another password.

use super::{
    frame::{fault, password_field},
    refusal_text,
};
use crate::{
    auth::proved::Proved,
    ui::{Place, app_page},
    web::SignedIn,
};
use axum::response::Response;
use guichet_platform::identity::{Refusal, Security};
use leptos::prelude::*;

pub(super) async fn get(proved: Proved<Security>) -> Response {
    page(&proved.who, None)
}

/// The page; after a refusal with its reason.
pub fn page(who: &SignedIn, refusal: Option<Refusal>) -> Response {
    let visitor = &who.visitor;
    let w = visitor.words();
    let title = w.get("auth-password-change");
    let heading = title.clone();
    let text = refusal.map(|refusal| refusal_text(visitor, refusal));
    let invalid = text.is_some();
    app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                {fault(visitor, text)}
                <section class="panel"><form class="panel__body stack" method="post" action="/profile/password">
                    <input r#type="text" name="username" autocomplete="username" hidden value=who.session.number.clone()/>
                    {password_field(w.get("auth-password-new"), Some(w.get("auth-password-hint")), "new-password", invalid)}
                    <label class="check"><input r#type="checkbox" name="others" value="yes" checked/>
                        <span>{w.get("auth-password-others")}</span></label>
                    <button class="button button--primary">{w.get("save")}</button>
                </form></section>
                <p class="small"><a href="/profile#security">{w.get("auth-back-to-profile")}</a></p>
            </div>
        }
    })
}

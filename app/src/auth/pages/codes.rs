//! Recovery codes: shown once, and made anew on request.

use crate::{
    auth::proved::Proved,
    ui::{Place, alert, app_page},
    web::Visitor,
};
use axum::response::Response;
use guichet_platform::identity::{RecoveryCodes, Security};
use leptos::prelude::*;

pub(super) async fn get(proved: Proved<Security>) -> Response {
    let visitor = &proved.who.visitor;
    let w = visitor.words();
    let title = w.get("auth-codes-new");
    let heading = title.clone();
    app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                <section class="panel"><form class="panel__body stack" method="post" action="/profile/codes">
                    <p>{w.get("auth-codes-new-text")}</p>
                    <button class="button button--primary">{w.get("auth-codes-make")}</button>
                </form></section>
                <p class="small"><a href="/profile#security">{w.get("auth-back-to-profile")}</a></p>
            </div>
        }
    })
}

/// The codes, the only time that they are seen.
pub fn page(visitor: &Visitor, codes: &RecoveryCodes, next: &str) -> Response {
    let w = visitor.words();
    super::frame::frame(visitor, &w.get("auth-codes"), || list(visitor, &codes.0, next))
}

/// What is said about them, they, and the way on.
pub(super) fn list(visitor: &Visitor, codes: &[String], next: &str) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = codes.iter().map(|code| view! { <li><code>{code.clone()}</code></li> }).collect_view();
    view! {
        {alert(visitor, Some("warning"), "life-buoy", w.get("auth-codes-once"))}
        <p>{w.get("auth-codes-text")}</p>
        <ul class="codes" aria-label=w.get("auth-codes")>{items}</ul>
        <a class="button button--primary" id="codes-next" href=next.to_owned()>{w.get("auth-codes-kept")}</a>
    }
}

//! `/sign-in/protect`: nobody comes in here with one factor, so whoever has none but a password adds one now.

use super::{
    authenticator::setup,
    frame::{fault, frame},
    passkey::add_form,
};
use crate::{
    auth::browser::Asking,
    ui::icon,
    web::{Problem, Services, Visitor, redirect_to},
};
use axum::{extract::State, response::Response};
use guichet_platform::identity::FactorRight;
use leptos::prelude::*;

pub(super) async fn get(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
) -> Result<Response, Problem> {
    let right = asking.step.as_ref().and_then(|step| step.right(asking.browser.clone()));
    match right {
        Some(right) => page(&services, &visitor, &right, false).await,
        None => Ok(redirect_to("/sign-in?ended=1")),
    }
}

/// The page; after a code that was not right with a new seed.
pub async fn page(
    services: &Services,
    visitor: &Visitor,
    right: &FactorRight,
    wrong: bool,
) -> Result<Response, Problem> {
    let new = services.identity.new_authenticator(right).await?;
    let w = visitor.words();
    Ok(frame(visitor, &w.get("auth-protect"), || {
        view! {
            <p>{w.get("auth-protect-text")}</p>
            {fault(visitor, wrong.then(|| w.get("auth-wrong")))}
            <section class="panel" aria-labelledby="with-passkey">
                <div class="panel__head"><h2 id="with-passkey" class="cluster nowrap">{icon(visitor, "key-round")}
                    {w.get("auth-passkeys")}</h2></div>
                <div class="panel__body">{add_form(visitor)}</div>
            </section>
            <section class="panel" aria-labelledby="with-app">
                <div class="panel__head"><h2 id="with-app" class="cluster nowrap">{icon(visitor, "timer")}
                    {w.get("auth-authenticator")}</h2></div>
                <div class="panel__body">{setup(visitor, &new, "/sign-in/protect", wrong)}</div>
            </section>
        }
    }))
}

//! `/profile/authenticator`: an app that shows six figures.

use super::{
    frame::{code_field, fault},
    qr::picture,
};
use crate::{
    auth::proved::Proved,
    ui::{Place, app_page},
    web::{Problem, Services, SignedIn, Visitor},
};
use axum::{extract::State, response::Response};
use guichet_platform::identity::{FactorRight, NewAuthenticator, Security};
use leptos::prelude::*;

pub(super) async fn get(State(services): State<Services>, proved: Proved<Security>) -> Result<Response, Problem> {
    page(&services, &proved.who, &proved.proof.right(), false).await
}

/// The page; after a code that was not right with a new seed.
pub async fn page(services: &Services, who: &SignedIn, right: &FactorRight, wrong: bool) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let new = services.identity.new_authenticator(right).await?;
    let w = visitor.words();
    let title = w.get("auth-authenticator-set-up");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                {fault(visitor, wrong.then(|| w.get("auth-wrong")))}
                <section class="panel"><div class="panel__body">{setup(visitor, &new, "/profile/authenticator", wrong)}</div></section>
                <p class="small"><a href="/profile#security">{w.get("auth-back-to-profile")}</a></p>
            </div>
        }
    }))
}

/// The picture, the seed for those who type it, and the first code.
pub(super) fn setup(
    visitor: &Visitor,
    new: &NewAuthenticator,
    action: &'static str,
    wrong: bool,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let groups: Vec<String> =
        new.seed.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    view! {
        <div class="stack">
            <p>{w.get("auth-authenticator-scan")}</p>
            {picture(&new.address, w.get("auth-authenticator-picture"))}
            <details class="disclosure"><summary>{w.get("auth-authenticator-type")}</summary>
                <p class="num seed">{groups.join(" ")}</p></details>
            <form class="stack" method="post" action=action>
                <input r#type="hidden" name="seed" value=new.sealed.clone()/>
                {code_field("code", w.get("auth-authenticator-first"), true, wrong)}
                <button class="button button--primary">{w.get("auth-authenticator-confirm")}</button>
            </form>
        </div>
    }
}

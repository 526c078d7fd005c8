//! The second step, only after a password: a code of an authenticator app, a passkey, or one of the recovery codes.

use super::{
    frame::{code_field, fault, frame},
    passkey::{Ceremony, button},
};
use crate::{
    auth::browser::Asking,
    web::{Problem, Services, Visitor, redirect_to},
};
use axum::{extract::State, response::Response};
use guichet_platform::identity::{Factors, StepKind};
use leptos::prelude::*;

/// Which page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Six figures.
    Code,
    /// A recovery code.
    Recovery,
}

pub(super) async fn code(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
) -> Result<Response, Problem> {
    show(&services, &visitor, &asking, Way::Code, false).await
}

pub(super) async fn recovery(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
) -> Result<Response, Problem> {
    show(&services, &visitor, &asking, Way::Recovery, false).await
}

/// The page again, after a code that was not right.
pub async fn again(services: &Services, visitor: &Visitor, asking: &Asking, way: Way) -> Result<Response, Problem> {
    show(services, visitor, asking, way, true).await
}

async fn show(
    services: &Services,
    visitor: &Visitor,
    asking: &Asking,
    way: Way,
    wrong: bool,
) -> Result<Response, Problem> {
    let step = asking.step.as_ref().filter(|step| matches!(step.kind, StepKind::Second | StepKind::ResetSecond));
    let Some(step) = step else { return Ok(redirect_to("/sign-in?ended=1")) };
    let factors = services.identity.factors_of_step(step).await?;
    let trust = step.kind == StepKind::Second && services.identity.rules().trusted_days > 0;
    Ok(page(visitor, factors, way, trust.then(|| services.identity.rules().trusted_days), wrong))
}

fn page(visitor: &Visitor, factors: Factors, way: Way, trusted_days: Option<i64>, wrong: bool) -> Response {
    let w = visitor.words();
    let passkey = (factors.passkeys > 0 && way == Way::Code)
        .then(|| button(visitor, &Ceremony::SignIn(""), w.get("auth-passkey-use")));
    let trust = trusted_days.filter(|_| way == Way::Code).map(|days| {
        let words = w.with("auth-trust", &[("days", &days.to_string())]);
        view! { <label class="check"><input r#type="checkbox" name="trust" value="yes"/><span>{words}</span></label> }
    });
    let form = match way {
        Way::Code => factors.authenticator.then(|| {
            view! {
                <form class="panel" method="post" action="/sign-in/second"><div class="panel__body stack">
                    <p class="muted small">{w.get("auth-second-text")}</p>
                    {code_field("code", w.get("auth-second-code"), true, wrong)}
                    {trust}
                    <div class="cluster between"><button class="button button--primary">{w.get("sign-in")}</button>
                        <a class="small" href="/sign-in/recovery">{w.get("auth-use-recovery")}</a></div>
                </div></form>
            }
            .into_any()
        }),
        Way::Recovery => Some(
            view! {
                <form class="panel" method="post" action="/sign-in/recovery"><div class="panel__body stack">
                    <p class="muted small">{w.get("auth-recovery-text")}</p>
                    {code_field("code", w.get("auth-recovery-code"), false, wrong)}
                    <div class="cluster between"><button class="button button--primary">{w.get("sign-in")}</button>
                        <a class="small" href="/sign-in/second">{w.get("auth-use-code")}</a></div>
                </div></form>
            }
            .into_any(),
        ),
    };
    let other = (way == Way::Code && !factors.authenticator)
        .then(|| view! { <p class="small"><a href="/sign-in/recovery">{w.get("auth-use-recovery")}</a></p> });
    frame(visitor, &w.get("auth-second"), || {
        view! {
            {fault(visitor, wrong.then(|| w.get("auth-wrong")))}
            {passkey}
            {form}
            {other}
            <p class="small muted"><a href="/sign-in">{w.get("auth-begin-again")}</a></p>
        }
    })
}

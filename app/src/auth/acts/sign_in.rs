//! `POST /sign-in` and the second factor behind it.

use super::{super::browser::Asking, proceed, read};
use crate::{
    auth::pages::{
        second::{self, Way},
        sign_in::{SignInForm, Told, sign_in_page},
    },
    web::{Problem, Services, Visitor, redirect_to},
};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};

/// `POST /sign-in`: the same answer for a wrong password, for a name that nobody has and for somebody who is blocked.
pub async fn sign_in(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<SignInForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let outcome = services
        .identity
        .sign_in(&form.name, form.password.clone(), &form.next, asking.browser.clone())
        .await
        .inspect_err(|_| services.metrics.sign_in("busy"));
    let outcome = outcome.map_err(|error| Problem::of_identity(error, &visitor))?;
    // The page again, with its words; a status of failure would stand in the reader's console as an error of ours.
    Ok(proceed(&services, &asking, &outcome, &form.next)
        .unwrap_or_else(|| sign_in_page(&visitor, &form, Told::Refused)))
}

/// A code, and whether the browser is to be trusted.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
    trust: Option<String>,
}

impl std::fmt::Debug for CodeForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<code>")
    }
}

/// `POST /sign-in/second`: six figures of an authenticator app.
pub async fn code(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let Some(step) = asking.step.clone() else { return Ok(redirect_to("/sign-in?ended=1")) };
    let next = step.next().to_owned();
    let trust = form.trust.is_some();
    let outcome = services.identity.second_code(step, &form.code, trust, asking.browser.clone()).await;
    let outcome = outcome.map_err(|error| Problem::of_identity(error, &visitor))?;
    Ok(match proceed(&services, &asking, &outcome, &next) {
        Some(response) => response,
        None => second::again(&services, &visitor, &asking, Way::Code).await?,
    })
}

/// `POST /sign-in/recovery`: one of the ten codes.
pub async fn recovery(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let Some(step) = asking.step.clone() else { return Ok(redirect_to("/sign-in?ended=1")) };
    let outcome = services.identity.second_recovery(step, &form.code, asking.browser.clone()).await;
    let outcome = outcome.map_err(|error| Problem::of_identity(error, &visitor))?;
    // A factor was lost: its owner is led to where another one is added.
    Ok(match proceed(&services, &asking, &outcome, "/profile#security") {
        Some(response) => response,
        None => second::again(&services, &visitor, &asking, Way::Recovery).await?,
    })
}

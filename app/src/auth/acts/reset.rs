//! A forgotten password: an address, a code that is sent there, the second factor where there is one, another password.

use super::{
    super::browser::{Asking, to_step},
    proceed, read,
};
use crate::{
    auth::pages::reset,
    web::{Problem, Services, Visitor, redirect_to},
};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use guichet_platform::identity::{Refusal, StepKind};

/// What the pages ask for, one at a time.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct ResetForm {
    email: String,
    code: String,
    password: String,
}

impl std::fmt::Debug for ResetForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<reset form>")
    }
}

/// `POST /reset`: on to the code, whether or not anybody has the address.
pub async fn begin(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<ResetForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let token = services.identity.begin_reset(&form.email, asking.browser).await;
    let token = token.map_err(|error| Problem::of_identity(error, &visitor))?;
    Ok(to_step(StepKind::Reset, &token))
}

/// `POST /reset/code`
pub async fn code(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<ResetForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let Some(step) = asking.step.clone() else { return Ok(redirect_to("/reset")) };
    let outcome = services.identity.reset_code(step, &form.code, &asking.browser).await;
    match outcome.map_err(|error| Problem::of_identity(error, &visitor))? {
        Ok(outcome) => Ok(proceed(&services, &asking, &outcome, "").unwrap_or_else(|| redirect_to("/reset"))),
        Err(Refusal::Gone) => Ok(redirect_to("/reset")),
        Err(_) => Ok(reset::code_page(&visitor, true)),
    }
}

/// `POST /reset/password`
pub async fn password(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<ResetForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let Some(step) = asking.step.clone() else { return Ok(redirect_to("/reset")) };
    let outcome = services.identity.finish_reset(step, form.password, asking.browser.clone()).await;
    match outcome.map_err(|error| Problem::of_identity(error, &visitor))? {
        Ok(outcome) => Ok(proceed(&services, &asking, &outcome, "").unwrap_or_else(|| redirect_to("/reset"))),
        Err(Refusal::Gone) => Ok(redirect_to("/reset")),
        Err(refusal) => Ok(reset::password_page(&visitor, Some(refusal))),
    }
}

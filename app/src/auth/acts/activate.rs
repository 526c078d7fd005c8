//! First access: a customer number and the code from the institution's letter, then an address and a password.

use super::{
    super::browser::{Asking, to_step},
    proceed, read,
};
use crate::{
    auth::pages::activate::{self, ActivateForm},
    web::{Problem, Services, Visitor, redirect_to},
};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use guichet_platform::identity::{Refusal, StepKind};

/// `POST /activate`: the same answer for a number that nobody has.
pub async fn begin(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<ActivateForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let outcome = services.identity.begin_activation(&form.number, &form.code, asking.browser).await;
    match outcome.map_err(|error| Problem::of_identity(error, &visitor))? {
        Ok(token) => Ok(to_step(StepKind::Activate, &token)),
        Err(_) => Ok(activate::begin_page(&visitor, &form, true)),
    }
}

/// `POST /activate/access`
pub async fn access(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<ActivateForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let Some(step) = asking.step.clone() else { return Ok(redirect_to("/activate")) };
    let outcome = services.identity.activate(step, &form.email, form.password.clone(), asking.browser.clone()).await;
    match outcome.map_err(|error| Problem::of_identity(error, &visitor))? {
        Ok(outcome) => {
            Ok(proceed(&services, &asking, &outcome, "/profile/email").unwrap_or_else(|| redirect_to("/activate")))
        }
        Err(Refusal::Gone) => Ok(redirect_to("/activate")),
        Err(refusal) => Ok(activate::access_page(&visitor, &form, Some(refusal))),
    }
}

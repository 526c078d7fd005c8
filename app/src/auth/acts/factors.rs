//! Changes of how somebody signs in. Each takes a right that only a fresh proof gives, or the step that demands the change.

use super::{
    super::{
        browser::{Asking, changed},
        proved::Proved,
    },
    goal, read,
};
use crate::{
    auth::pages::{authenticator, password, protect},
    web::{Problem, Reason, Services, Visitor, redirect_to},
};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use guichet_platform::identity::{Changed, Refusal, Security};
use guichet_types::{Id, kind};

const HOME: &str = "/profile#security";

/// A new password.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    password: String,
    others: Option<String>,
}

impl std::fmt::Debug for PasswordForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<password form>")
    }
}

/// `POST /profile/password`
pub async fn password(
    State(services): State<Services>,
    proved: Proved<Security>,
    asking: Asking,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, Problem> {
    let visitor = &proved.who.visitor;
    let form = read(visitor, form)?;
    let outcome = services.identity.change_password(&proved.proof.right(), form.password, form.others.is_some()).await;
    match outcome.map_err(|error| Problem::of_identity(error, visitor))? {
        Ok(change) => Ok(changed(&services, visitor, &asking, &change, HOME)),
        Err(refusal) => Ok(password::page(&proved.who, Some(refusal))),
    }
}

/// The first code of an authenticator that is being added.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct AuthenticatorForm {
    seed: String,
    code: String,
}

impl std::fmt::Debug for AuthenticatorForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<authenticator form>")
    }
}

/// `POST /profile/authenticator`
pub async fn authenticator(
    State(services): State<Services>,
    proved: Proved<Security>,
    asking: Asking,
    form: Result<Form<AuthenticatorForm>, FormRejection>,
) -> Result<Response, Problem> {
    let visitor = &proved.who.visitor;
    let form = read(visitor, form)?;
    let right = proved.proof.right();
    let outcome = services.identity.add_authenticator(&right, &form.seed, &form.code).await;
    match outcome.map_err(|error| Problem::of_identity(error, visitor))? {
        Ok(change) => Ok(changed(&services, visitor, &asking, &change, HOME)),
        Err(_) => authenticator::page(&services, &proved.who, &right, true).await,
    }
}

/// `POST /sign-in/protect`: the same, for somebody who may not come in without a second factor.
pub async fn protect(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    form: Result<Form<AuthenticatorForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&visitor, form)?;
    let step = asking.step.as_ref();
    let Some((right, next)) = step.and_then(|step| Some((step.right(asking.browser.clone())?, step.next().to_owned())))
    else {
        return Ok(redirect_to("/sign-in?ended=1"));
    };
    let outcome = services.identity.add_authenticator(&right, &form.seed, &form.code).await;
    match outcome.map_err(|error| Problem::of_identity(error, &visitor))? {
        Ok(change) => {
            services.metrics.sign_in("accepted");
            Ok(changed(&services, &visitor, &asking, &change, goal(&next)))
        }
        Err(Refusal::Gone) => Ok(redirect_to("/sign-in?ended=1")),
        Err(_) => protect::page(&services, &visitor, &right, true).await,
    }
}

fn removed(
    services: &Services,
    visitor: &Visitor,
    asking: &Asking,
    outcome: Result<Changed, Refusal>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(change) => Ok(changed(services, visitor, asking, &change, HOME)),
        Err(Refusal::LastFactor) => Ok(redirect_to("/profile?last=1#security")),
        Err(_) => Err(Problem::new(Reason::NotFound, visitor)),
    }
}

/// `POST /profile/authenticator/remove`
pub async fn remove_authenticator(
    State(services): State<Services>,
    proved: Proved<Security>,
    asking: Asking,
) -> Result<Response, Problem> {
    let outcome = services.identity.remove_authenticator(&proved.proof.right()).await?;
    removed(&services, &proved.who.visitor, &asking, outcome)
}

/// Which passkey.
#[derive(Debug, serde::Deserialize)]
pub struct PasskeyForm {
    passkey: Id<kind::Passkey>,
}

/// `POST /profile/passkey/remove`: somebody else's is not there.
pub async fn remove_passkey(
    State(services): State<Services>,
    proved: Proved<Security>,
    asking: Asking,
    form: Result<Form<PasskeyForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&proved.who.visitor, form)?;
    let outcome = services.identity.remove_passkey(&proved.proof.right(), form.passkey).await?;
    removed(&services, &proved.who.visitor, &asking, outcome)
}

/// `POST /profile/codes`
pub async fn codes(
    State(services): State<Services>,
    proved: Proved<Security>,
    asking: Asking,
) -> Result<Response, Problem> {
    let visitor = &proved.who.visitor;
    let outcome = services.identity.renew_codes(&proved.proof.right()).await;
    match outcome.map_err(|error| Problem::of_identity(error, visitor))? {
        Ok(change) => Ok(changed(&services, visitor, &asking, &change, HOME)),
        Err(_) => Ok(redirect_to(HOME)),
    }
}

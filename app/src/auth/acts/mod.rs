//! What a visitor does about who they are. Plain forms: each answers with a page or sends the browser to one.
//!
//! Not leptos server functions: those put an error into the address, trust `Referer`, and have no origin check of their own.

pub(super) mod activate;
pub(super) mod confirm;
pub(super) mod contact;
pub(super) mod display;
pub(super) mod factors;
pub(super) mod passkey;
pub(super) mod reset;
pub(super) mod sessions;
pub(super) mod sign_in;

use super::browser::{Asking, let_in, to_step};
use crate::web::{Problem, Reason, Services, Visitor, redirect_to};
use axum::{Form, extract::rejection::FormRejection, response::Response};
use guichet_platform::identity::{Entered, SignIn};

/// A form, or a page that says that it cannot be read.
fn read<T>(visitor: &Visitor, form: Result<Form<T>, FormRejection>) -> Result<T, Problem> {
    form.map(|Form(form)| form).map_err(|_| Problem::new(Reason::BadRequest, visitor))
}

/// Where somebody who is in goes: where they were going, or home.
fn goal(next: &str) -> &str {
    if next.is_empty() { "/overview" } else { next }
}

/// In: the cookies, and on.
fn enter(services: &Services, asking: &Asking, entered: &Entered, next: &str) -> Response {
    services.metrics.sign_in("accepted");
    tracing::info!(sign_in.outcome = "accepted", "A customer signed in");
    let mut response = redirect_to(goal(next));
    let_in(services, &mut response, asking, entered);
    response
}

/// The answer to a sign-in that was not refused; none when it was.
fn proceed(services: &Services, asking: &Asking, outcome: &SignIn, next: &str) -> Option<Response> {
    match outcome {
        SignIn::Refused => {
            services.metrics.sign_in("refused");
            tracing::info!(sign_in.outcome = "refused", "A sign-in was refused");
            None
        }
        SignIn::Entered(entered) => Some(enter(services, asking, entered, next)),
        SignIn::Step(kind, token) => Some(to_step(*kind, token)),
    }
}

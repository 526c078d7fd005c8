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
use crate::web::{Problem, Reason, Services, Visitor, own_path, redirect_to};
use axum::{Form, extract::rejection::FormRejection, response::Response};
use guichet_platform::identity::{Entered, SignIn};

/// A form, or a page that says that it cannot be read.
fn read<T>(visitor: &Visitor, form: Result<Form<T>, FormRejection>) -> Result<T, Problem> {
    form.map(|Form(form)| form).map_err(|_| Problem::new(Reason::BadRequest, visitor))
}

/// Where somebody who is in goes: where they were going, or home. Never off the portal, for some answers make a link of it,
/// or give it to a script, and no redirect stands in between.
fn goal(next: &str) -> &str {
    if own_path(next) == next { next } else { "/overview" }
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

#[cfg(test)]
mod tests {
    use super::goal;

    #[test]
    fn whoever_is_in_stays_on_the_portal() {
        for path in ["", "https://evil.example", "//evil.example", "javascript:alert(1)", "/\\evil.example", "evil"] {
            assert_eq!(goal(path), "/overview", "{path:?}");
        }
        assert_eq!(goal("/accounts/a?q=b"), "/accounts/a?q=b");
    }
}

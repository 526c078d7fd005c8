//! Ending sessions, and staying in one. To end this one needs nothing; to end another one, a fresh proof: whoever has found an
//! open page must not be able to shut its owner out elsewhere.

use super::{
    super::{browser::set_cookie, proved::Proved},
    read,
};
use crate::web::{Problem, Reason, SESSION_COOKIE, Services, SignedIn, redirect_to};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::{IntoResponse, Response},
};
use guichet_platform::identity::Devices;
use guichet_types::{Id, kind};
use http::{HeaderValue, StatusCode};

/// `POST /api/sign-out`: the session ends on the server, and the browser forgets what it kept.
pub async fn sign_out(State(services): State<Services>, who: Option<SignedIn>) -> Result<Response, Problem> {
    if let Some(who) = who {
        // A look in a customer's place is over as well.
        let ended = services.identity.end_support(&who.session).await;
        ended.map_err(|error| Problem::of_identity(error, &who.visitor))?;
        services.sessions.leave(&who.session).await?;
    }
    let mut response = redirect_to("/sign-in?out=1");
    set_cookie(&mut response, SESSION_COOKIE, "", 0, false);
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// `POST /api/stay`: somebody is there. Answers with the seconds that are left.
pub async fn stay(State(services): State<Services>, who: Option<SignedIn>) -> Result<Response, Problem> {
    let Some(who) = who else { return Ok(StatusCode::UNAUTHORIZED.into_response()) };
    let ends = services.sessions.human(&who.session).await?;
    Ok(ends.seconds_since(services.clock.now()).to_string().into_response())
}

/// Which session is to end.
#[derive(Debug, serde::Deserialize)]
pub struct RevokeForm {
    session: Id<kind::Session>,
}

/// `POST /api/sessions/revoke`: one of the customer's own, behind a fresh proof. Somebody else's is not there.
pub async fn revoke(
    State(services): State<Services>,
    Proved { who, .. }: Proved<Devices>,
    form: Result<Form<RevokeForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&who.visitor, form)?;
    if !services.sessions.revoke(&who.session.scope, form.session).await? {
        return Err(Problem::new(Reason::NotFound, &who.visitor));
    }
    Ok(redirect_to("/profile#sessions"))
}

/// `POST /api/sessions/revoke-others`: all of the customer's own but this one, behind a fresh proof.
pub async fn revoke_others(
    State(services): State<Services>,
    Proved { who, .. }: Proved<Devices>,
) -> Result<Response, Problem> {
    services.sessions.revoke_others(&who.session.scope, who.session.id).await?;
    Ok(redirect_to("/profile#sessions"))
}

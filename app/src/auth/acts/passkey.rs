//! Passkey ceremonies: the browser asks for a challenge and sends back the authenticator's answer, as JSON. The one part of
//! sign-in that needs scripts.

use super::{
    super::{
        browser::{Asking, keep_session, let_in, to_step},
        proved::Proved,
    },
    goal,
};
use crate::{
    auth::proved::{Home as _, PURPOSES},
    web::{Problem, Reason, Services, SignedIn, Visitor},
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    response::{IntoResponse as _, Response},
};
use guichet_platform::identity::{
    Payout, PublicKeyCredential, Purpose as _, RegisterPublicKeyCredential, Security, SignIn, link,
};
use guichet_types::{Id, kind};
use http::header;

/// The authenticator's answer.
#[derive(serde::Deserialize)]
pub struct Answer<T> {
    ceremony: String,
    answer: T,
    #[serde(default)]
    next: String,
    #[serde(default)]
    name: String,
    /// The name of a purpose, or the id of an approval.
    #[serde(default)]
    purpose: String,
}

impl<T> std::fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<passkey answer>")
    }
}

/// Where the browser goes next, or that it was not right.
fn json(next: Option<&str>) -> Response {
    let body = match next {
        Some(next) => serde_json::json!({ "next": next }),
        None => serde_json::json!({ "refused": true }),
    };
    Json(body).into_response()
}

/// The browser goes where an answer would have sent it, with what the answer brought.
fn as_json(mut response: Response) -> Response {
    let next = response.headers_mut().remove(header::LOCATION);
    let mut answer = json(next.as_ref().and_then(|path| path.to_str().ok()));
    answer.headers_mut().extend(response.headers().clone());
    answer.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    answer
}

fn read<T>(visitor: &Visitor, body: Result<Json<Answer<T>>, JsonRejection>) -> Result<Answer<T>, Problem> {
    body.map(|Json(body)| body).map_err(|_| Problem::new(Reason::BadRequest, visitor))
}

/// `POST /api/passkey/begin`: a challenge to sign in with, or for the second factor.
pub async fn begin(State(services): State<Services>, asking: Asking) -> Result<Response, Problem> {
    let challenge = services.identity.begin_passkey_sign_in(asking.step.as_ref(), &asking.browser).await?;
    Ok(Json(challenge).into_response())
}

/// `POST /api/passkey/finish`
pub async fn finish(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    body: Result<Json<Answer<PublicKeyCredential>>, JsonRejection>,
) -> Result<Response, Problem> {
    let body = read(&visitor, body)?;
    let step = asking.step.clone();
    let next = step.as_ref().map_or(body.next.as_str(), |step| step.next()).to_owned();
    let outcome = services.identity.passkey_sign_in(&body.ceremony, &body.answer, step, asking.browser.clone()).await?;
    Ok(match outcome {
        SignIn::Refused => {
            services.metrics.sign_in("refused");
            json(None)
        }
        SignIn::Step(kind, token) => as_json(to_step(kind, &token)),
        SignIn::Entered(entered) => {
            services.metrics.sign_in("accepted");
            let mut response = json(Some(&crate::web::own_path(goal(&next))));
            let_in(&services, &mut response, &asking, &entered);
            response
        }
    })
}

/// `POST /api/passkey/add/begin`: for somebody who has proved who they are, or who must add a factor to come in.
pub async fn begin_add(
    State(services): State<Services>,
    asking: Asking,
    proved: Result<Proved<Security>, Response>,
) -> Result<Response, Problem> {
    let right = match proved {
        Ok(proved) => Some(proved.proof.right()),
        Err(_) => asking.step.as_ref().and_then(|step| step.right(asking.browser.clone())),
    };
    let Some(right) = right else { return Ok(json(Some("/profile#security"))) };
    Ok(Json(services.identity.begin_passkey(&right).await?).into_response())
}

/// `POST /api/passkey/add/finish`
pub async fn finish_add(
    State(services): State<Services>,
    visitor: Visitor,
    asking: Asking,
    proved: Result<Proved<Security>, Response>,
    body: Result<Json<Answer<RegisterPublicKeyCredential>>, JsonRejection>,
) -> Result<Response, Problem> {
    let body = read(&visitor, body)?;
    let (right, next) = match proved {
        Ok(proved) => (Some(proved.proof.right()), Security::PAGE.to_owned()),
        Err(_) => {
            let step = asking.step.as_ref();
            let next = step.map_or("", |step| step.next());
            (step.and_then(|step| step.right(asking.browser.clone())), goal(next).to_owned())
        }
    };
    let Some(right) = right else { return Ok(json(Some("/profile#security"))) };
    let name = if body.name.trim().is_empty() { visitor.agent.to_string() } else { body.name };
    match services.identity.add_passkey(&right, &body.ceremony, &body.answer, &name).await? {
        Err(_) => Ok(json(None)),
        Ok(changed) => {
            // New recovery codes are shown in place: they are in this answer and nowhere else.
            let mut response = match &changed.codes {
                Some(codes) => Json(serde_json::json!({ "codes": codes.0, "next": next })).into_response(),
                None => json(Some(&next)),
            };
            let_in(&services, &mut response, &asking, &changed.entered);
            Ok(response)
        }
    }
}

/// `POST /api/passkey/prove/begin`
pub async fn begin_proof(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    match services.identity.begin_passkey_proof(&who.session).await? {
        Some(challenge) => Ok(Json(challenge).into_response()),
        None => Ok(json(None)),
    }
}

/// `POST /api/passkey/prove/finish`
pub async fn finish_proof(
    State(services): State<Services>,
    who: SignedIn,
    body: Result<Json<Answer<PublicKeyCredential>>, JsonRejection>,
) -> Result<Response, Problem> {
    let body = read(&who.visitor, body)?;
    let plain = PURPOSES.into_iter().find(|purpose| *purpose == body.purpose);
    let (purpose, linked, next) = match plain {
        Some(purpose) => (purpose, None, body.next.clone()),
        None => {
            let approval: Option<Id<kind::Approval>> = body.purpose.parse().ok();
            let asked = match approval {
                Some(approval) => services.identity.approval(&who.session, approval).await?,
                None => None,
            };
            let Some(asked) = asked else { return Ok(json(None)) };
            (Payout::NAME, Some(link(&asked.amount, &asked.payee)), asked.back)
        }
    };
    let proof = services.identity.passkey_proof(&who.session, purpose, linked, &body.ceremony, &body.answer).await?;
    match proof {
        Err(_) => Ok(json(None)),
        Ok(token) => {
            let mut response = json(Some(&crate::web::own_path(&next)));
            keep_session(&services, &mut response, &token);
            Ok(response)
        }
    }
}

//! The institution's people in front of a page of the administration: a page says in its type what it takes to see it.

use super::{Fields, Problem, Reason, Services, Visitor, redirect_to};
use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse as _, Response},
};
use guichet_platform::{
    audit::{Action, Entry},
    identity::{Desk, Proven, Purpose as _},
    scope::{Grant, Right, StaffScope},
    session::Session,
    staff::act,
};
use http::request::Parts;

/// Somebody of the institution, whatever they may do.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The visitor.
    pub visitor: Visitor,
    /// Their session.
    pub session: Session,
    /// What they may do.
    pub scope: StaffScope,
}

impl Staff {
    /// An entry of the audit log: this person does this now, from where they are.
    #[must_use]
    pub fn act(&self, action: Action) -> Entry {
        act(action, &self.scope, self.visitor.now).from_where(&self.visitor.network, &self.visitor.agent)
    }
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let visitor = <Visitor as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        let Some(session) = visitor.session.clone() else { return Err(Problem::new(Reason::SignInFirst, &visitor)) };
        // In a customer's place there is no administration, and a customer is told that there is none.
        match session.staff.filter(|_| session.support.is_none()) {
            Some(scope) => Ok(Self { visitor, session, scope }),
            None => Err(Problem::new(Reason::NotFound, &visitor)),
        }
    }
}

/// Somebody of the institution whose role gives them a right. For anybody else there is nothing at this address.
#[derive(Debug)]
pub struct May<R: Right> {
    /// Who.
    pub who: Staff,
    /// The right.
    pub grant: Grant<R>,
}

impl<S: Sync, R: Right> FromRequestParts<S> for May<R> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let who = <Staff as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        match who.scope.grant::<R>() {
            Some(grant) => Ok(Self { who, grant }),
            None => Err(Problem::new(Reason::NotFound, &who.visitor)),
        }
    }
}

/// Bytes of a form of the administration that brings no files.
const FORM: usize = 256 << 10;

/// Somebody of the institution who has the right and has just proved who they are, and the form that they send. Whoever has not
/// is asked, and the form is kept meanwhile.
#[derive(Debug)]
pub struct Sure<R: Right> {
    /// Who, with the right.
    pub may: May<R>,
    /// The right, with the proof.
    pub proven: Proven<R>,
    /// The form.
    pub fields: Fields,
}

impl<R: Right> FromRequest<Services> for Sure<R> {
    type Rejection = Response;
    async fn from_request(request: Request, services: &Services) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let may = <May<R> as FromRequestParts<Services>>::from_request_parts(&mut parts, services).await;
        let may = may.map_err(axum::response::IntoResponse::into_response)?;
        let wrong = || Problem::new(Reason::BadRequest, &may.who.visitor).into_response();
        let body = to_bytes(body, FORM).await.map_err(|_| wrong())?;
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).map_err(|_| wrong())?;
        Self::or_ask(services, may, parts.uri.path(), fields).await
    }
}

impl<R: Right> Sure<R> {
    /// The same, for an act that is sent in another way than it is kept: what is kept is these fields, to be sent to `path`.
    ///
    /// # Errors
    /// The answer that asks for the proof, or says what failed.
    pub async fn or_ask(
        services: &Services,
        may: May<R>,
        path: &str,
        fields: Vec<(String, String)>,
    ) -> Result<Self, Response> {
        let (session, visitor) = (&may.who.session, &may.who.visitor);
        let failed = |error| Problem::of_identity(error, visitor).into_response();
        let proof = services.identity.proved::<Desk>(session).await.map_err(failed)?;
        if let Some(proven) = proof.and_then(|proof| proof.with(may.grant)) {
            return Ok(Self { proven, fields: fields.into_iter().collect(), may });
        }
        let body = serde_urlencoded::to_string(&fields).unwrap_or_default();
        services.identity.hold_until_proved(session, path, body.as_bytes()).await.map_err(failed)?;
        Err(redirect_to(&format!("/confirm?for={}&next=%2Fcontinue%3Ffor%3D{0}", Desk::NAME)))
    }
}

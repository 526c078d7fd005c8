//! The institution's people in front of a page of the administration: a page says in its type what it takes to see it.

use super::{Problem, Reason, Visitor};
use axum::extract::FromRequestParts;
use guichet_platform::{
    audit::{Action, Entry},
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

//! The door in front of what matters: a handler that takes a [`Proved`] cannot be reached without a fresh proof.

use crate::{
    ui::encode,
    web::{Problem, Services, SignedIn, redirect_to},
};
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse as _, Response},
};
use guichet_platform::identity::{Contact, Desk, Devices, Purpose, Security, StepUp};
use http::{Method, request::Parts};

/// What can be proved without an amount and a payee.
pub(super) const PURPOSES: [&str; 4] = [Security::NAME, Contact::NAME, Devices::NAME, Desk::NAME];

/// Where somebody is sent back to when a form came too late: the page that it stands on.
pub(super) trait Home: Purpose {
    const PAGE: &'static str;
}

impl Home for Security {
    const PAGE: &'static str = "/profile#security";
}
impl Home for Devices {
    const PAGE: &'static str = "/profile#sessions";
}
impl Home for Contact {
    const PAGE: &'static str = "/profile/email";
}

/// Somebody signed in who has just proved again who they are.
#[derive(Clone, Debug)]
pub(super) struct Proved<P> {
    pub who: SignedIn,
    pub proof: StepUp<P>,
}

impl<P: Home> FromRequestParts<Services> for Proved<P> {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Response> {
        let who = <SignedIn as FromRequestParts<Services>>::from_request_parts(parts, services).await;
        let who = who.map_err(axum::response::IntoResponse::into_response)?;
        let proof = services.identity.proved::<P>(&who.session).await;
        match proof.map_err(|error| Problem::from(error).into_response())? {
            Some(proof) => Ok(Self { who, proof }),
            None => {
                let back = if parts.method == Method::GET { who.visitor.path.as_ref() } else { P::PAGE };
                Err(redirect_to(&format!("/confirm?for={}&next={}", P::NAME, encode(back))))
            }
        }
    }
}

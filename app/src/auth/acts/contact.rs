//! The address that mail goes to.

use super::{super::proved::Proved, read};
use crate::{
    auth::pages::contact,
    web::{Problem, Services, SignedIn, redirect_to},
};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use guichet_platform::identity::{Contact, ContactCode, Refusal};

/// A new address, or a code that came to one.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct ContactForm {
    email: String,
    old: String,
    new: String,
}

impl std::fmt::Debug for ContactForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<contact form>")
    }
}

/// `POST /profile/email`: codes go to the old and to the new address.
pub async fn begin(
    State(services): State<Services>,
    proved: Proved<Contact>,
    form: Result<Form<ContactForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&proved.who.visitor, form)?;
    let outcome = services.identity.begin_contact(&proved.proof, &form.email).await;
    match outcome.map_err(|error| Problem::of_identity(error, &proved.who.visitor))? {
        Ok(()) => Ok(redirect_to("/profile/email")),
        Err(refusal) => contact::page(&services, &proved.who, Some(refusal)).await,
    }
}

/// `POST /profile/email/confirm`: whichever of the two codes is there.
pub async fn confirm(
    State(services): State<Services>,
    who: SignedIn,
    form: Result<Form<ContactForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&who.visitor, form)?;
    let codes = [(ContactCode::Old, form.old), (ContactCode::New, form.new)];
    for (which, code) in codes.into_iter().filter(|(_, code)| !code.trim().is_empty()) {
        let outcome = services.identity.confirm_contact(&who.session, which, &code).await;
        match outcome.map_err(|error| Problem::of_identity(error, &who.visitor))? {
            Ok(true) => return Ok(redirect_to("/profile")),
            Ok(false) => {}
            Err(Refusal::Gone) => return contact::page(&services, &who, Some(Refusal::Gone)).await,
            Err(refusal) => return contact::page(&services, &who, Some(refusal)).await,
        }
    }
    Ok(redirect_to("/profile/email"))
}

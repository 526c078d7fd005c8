//! The screens about who somebody is.

pub(super) mod activate;
pub(super) mod authenticator;
pub(super) mod codes;
pub(super) mod confirm;
pub(super) mod contact;
mod frame;
mod held;
pub(super) mod passkey;
pub(super) mod password;
mod profile;
pub(super) mod protect;
mod qr;
pub(super) mod reset;
pub(super) mod second;
mod sessions;
pub(super) mod sign_in;
mod ways;

use super::acts;
use crate::web::{Access, Routes, Visitor};
use axum::routing::{get, post};
use guichet_platform::{identity::Refusal, password::Weak};

/// The page of signing in, for a look at it.
pub(crate) fn sign_in_look(visitor: &crate::web::Visitor) -> axum::response::Response {
    sign_in::sign_in_page(visitor, &sign_in::SignInForm::default(), sign_in::Told::Nothing)
}

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    let (public, own) = (Access::Public, Access::Customer);
    Routes::default()
        .get("/sign-in", public, get(sign_in::get).post(acts::sign_in::sign_in))
        .get("/sign-in/second", public, get(second::code).post(acts::sign_in::code))
        .get("/sign-in/recovery", public, get(second::recovery).post(acts::sign_in::recovery))
        .get("/sign-in/protect", public, get(protect::get).post(acts::factors::protect))
        .get("/activate", public, get(activate::begin).post(acts::activate::begin))
        .get("/activate/access", public, get(activate::access).post(acts::activate::access))
        .get("/reset", public, get(reset::begin).post(acts::reset::begin))
        .get("/reset/code", public, get(reset::code).post(acts::reset::code))
        .get("/reset/password", public, get(reset::password).post(acts::reset::password))
        .post("/api/passkey/begin", public, post(acts::passkey::begin))
        .post("/api/passkey/finish", public, post(acts::passkey::finish))
        .post("/api/passkey/add/begin", public, post(acts::passkey::begin_add))
        .post("/api/passkey/add/finish", public, post(acts::passkey::finish_add))
        .post("/api/passkey/prove/begin", own, post(acts::passkey::begin_proof))
        .post("/api/passkey/prove/finish", own, post(acts::passkey::finish_proof))
        .get("/confirm", own, get(confirm::get).post(acts::confirm::confirm))
        .get("/continue", own, get(held::get))
        .get("/profile", own, get(profile::get))
        .get("/profile/password", own, get(password::get).post(acts::factors::password))
        .get("/profile/authenticator", own, get(authenticator::get).post(acts::factors::authenticator))
        .get(
            "/profile/authenticator/remove",
            own,
            get(ways::remove_authenticator).post(acts::factors::remove_authenticator),
        )
        .get("/profile/codes", own, get(codes::get).post(acts::factors::codes))
        .get("/profile/passkey", own, get(passkey::add))
        .get("/profile/passkey/{passkey}", own, get(passkey::one))
        .post("/profile/passkey/remove", own, post(acts::factors::remove_passkey))
        .get("/profile/email", own, get(contact::get).post(acts::contact::begin))
        .post("/profile/email/confirm", own, post(acts::contact::confirm))
        .post("/api/sign-out", public, post(acts::sessions::sign_out))
        .post("/api/stay", own, post(acts::sessions::stay))
        .post("/api/sessions/revoke", own, post(acts::sessions::revoke))
        .post("/api/sessions/revoke-others", own, post(acts::sessions::revoke_others))
        .post("/api/display", public, post(acts::display::display))
}

/// Why something was refused, for its owner.
fn refusal_text(visitor: &Visitor, refusal: Refusal) -> String {
    let w = visitor.words();
    match refusal {
        Refusal::Wrong => w.get("auth-wrong"),
        Refusal::Gone => w.get("auth-gone"),
        Refusal::Address => w.get("auth-no-address"),
        Refusal::LastFactor => w.get("auth-last-factor"),
        Refusal::Weak(Weak::Short) => w.get("auth-password-short"),
        Refusal::Weak(Weak::Long) => w.get("auth-password-long"),
        Refusal::Weak(Weak::Common) => w.get("auth-password-common"),
    }
}

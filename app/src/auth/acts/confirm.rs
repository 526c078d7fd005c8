//! `POST /confirm`: proving again who one is, with the password and a code where there is an authenticator.

use super::{
    super::browser::{Asking, keep_session},
    read,
};
use crate::{
    auth::pages::confirm::{Question, page},
    web::{Problem, Services, SignedIn, redirect_to},
};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use guichet_platform::identity::{Payout, Purpose as _, link};

/// What the page asks for.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    password: String,
    code: String,
    #[serde(rename = "for")]
    purpose: String,
    next: String,
}

impl std::fmt::Debug for ConfirmForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<confirm form>")
    }
}

/// `POST /confirm`
pub async fn confirm(
    State(services): State<Services>,
    who: SignedIn,
    asking: Asking,
    form: Result<Form<ConfirmForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(&who.visitor, form)?;
    let question = Question::find(&services, &who, &form.purpose, form.next).await?;
    let (purpose, linked) = match &question {
        Question::Plain { purpose, .. } => (*purpose, None),
        Question::Approval { asked, .. } => (Payout::NAME, Some(link(&asked.amount, &asked.payee))),
    };
    let proof = services
        .identity
        .prove(&who.session, purpose, linked, form.password, form.code, asking.browser.clone())
        .await
        .map_err(|error| Problem::of_identity(error, &who.visitor))?;
    match proof {
        Err(_) => page(&services, &who, &question, true).await,
        Ok(token) => {
            let mut response = redirect_to(question.next());
            keep_session(&services, &mut response, &token);
            Ok(response)
        }
    }
}

//! A message to the handler.

use super::{ActError, MESSAGE, Subject, rfc3339, sender};
use crate::{
    claims::store,
    web::{Problem, Reason, Services, SignedIn, redirect_to},
};
use axum::{
    Form,
    extract::{
        Path, State,
        rejection::{FormRejection, PathRejection},
    },
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{
    audit::{Action, Thing},
    outbox::{self, Destination},
};
use guichet_types::{Id, kind};
use serde_json::json;

/// Letters of one message.
const MOST: usize = 4_000;

/// What the form sends.
#[derive(Debug, serde::Deserialize)]
pub struct MessageForm {
    /// Made with the page: the same form twice is one message.
    token: Id<kind::Letter>,
    text: String,
}

/// `POST /claims/{claim}/messages`.
pub async fn message(
    State(services): State<Services>,
    who: SignedIn,
    claim: Result<Path<Id<kind::Claim>>, PathRejection>,
    form: Result<Form<MessageForm>, FormRejection>,
) -> Result<Response, Problem> {
    let Path(claim) = claim.map_err(|_| Problem::new(Reason::NotFound, &who.visitor))?;
    let back = format!("/claims/{claim}#messages");
    let scope = who.session.scope;
    let known = services.db.read(&scope, move |tx| async move { Subject::find(tx, &scope, claim).await }.boxed());
    if known.await?.is_none() {
        return Err(Problem::new(Reason::NotFound, &who.visitor));
    }
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    let text: String = form.text.replace(['\r', '\0'], "").trim().chars().take(MOST).collect();
    if text.is_empty() {
        return Ok(redirect_to(&back));
    }
    let (token, random, now, from) = (form.token, services.random.clone(), services.clock.now(), sender(&who));
    let entry = who.visitor.act(Action::MessageSent).about(Thing::Claim, claim);
    let written = services
        .db
        .write(&scope, move |tx| {
            async move {
                let subject = Subject::find(tx, &scope, claim).await?.ok_or(ActError::Missing)?;
                let data = json!({
                    "claim": subject.json(), "customer": from, "message": token.to_string(), "at": rfc3339(now), "text": text,
                });
                let message = outbox::Message {
                    destination: Destination::Insurer,
                    topic: MESSAGE,
                    subject: claim.as_bytes().to_vec(),
                    data,
                };
                let message = outbox::put(tx, &scope, &*random, message, now).await?;
                // Rolled back with its message when it was there before.
                if !store::insert_letter(tx, &scope, token, (claim, &text), message, now).await? {
                    return Err(ActError::Again);
                }
                tx.audit(entry);
                Ok(())
            }
            .boxed()
        })
        .await;
    match written.map_err(|error| error.problem(&who.visitor)) {
        Err(Some(problem)) => Err(problem),
        Ok(()) | Err(None) => Ok(redirect_to(&back)),
    }
}

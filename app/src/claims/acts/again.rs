//! Sends again what could not be passed on.

use super::{ActError, LINK_SECONDS, MESSAGE, REPORTED, UPLOAD};
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

/// Which message.
#[derive(Debug, serde::Deserialize)]
pub struct AgainForm {
    message: Id<kind::Message>,
}

/// `POST /claims/{claim}/again`: the same once more, in the place of what was given up.
pub async fn again(
    State(services): State<Services>,
    who: SignedIn,
    claim: Result<Path<Id<kind::Claim>>, PathRejection>,
    form: Result<Form<AgainForm>, FormRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(claim) = claim.map_err(|_| missing())?;
    let Form(form) = form.map_err(|_| missing())?;
    let (scope, random, now) = (who.session.scope, services.random.clone(), services.clock.now());
    let entry = who.visitor.act(Action::MessageResent).about(Thing::Claim, claim);
    let done = services
        .db
        .write(&scope, move |tx| {
            async move {
                store::lock_customer(tx, &scope).await?;
                let (topic, data) = store::dead_message(tx, &scope, form.message).await?.ok_or(ActError::Missing)?;
                let topic =
                    [REPORTED, UPLOAD, MESSAGE].into_iter().find(|own| *own == topic).ok_or(ActError::Missing)?;
                let subject = claim.as_bytes().to_vec();
                let message = outbox::Message { destination: Destination::Insurer, topic, subject, data };
                let to = outbox::put(tx, &scope, &*random, message, now).await?;
                let (from, until) = (form.message, now.plus_seconds(LINK_SECONDS));
                let mut found = store::resend_upload(tx, &scope, claim, from, to, until).await?;
                found |= store::resend_letter(tx, &scope, claim, from, to).await?;
                found |= store::resend_notice(tx, &scope, claim, from, to).await?;
                tx.audit(entry);
                // What somebody has sent again already has another message by now.
                if found { Ok(()) } else { Err(ActError::Missing) }
            }
            .boxed()
        })
        .await;
    match done.map_err(|error| error.problem(&who.visitor)) {
        Err(Some(problem)) => Err(problem),
        Ok(()) | Err(None) => Ok(redirect_to(&format!("/claims/{claim}"))),
    }
}

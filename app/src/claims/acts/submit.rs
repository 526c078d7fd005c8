//! A notice of loss is sent. Its draft's id makes the same submission twice one notice; a reference is there at once.

use super::{ActError, LINK_SECONDS, Link, REPORTED, rfc3339, sender};
use crate::{
    claims::{
        model::Moment,
        page::list_all,
        pages::report as screens,
        rules::{Cause, in_force, within_a_day},
        store::{self, Claim, Draft},
    },
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
    identity::Approval,
    outbox::{self, Destination},
};
use guichet_types::{Id, kind};
use serde_json::json;

/// What the last step sends.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct SubmitForm {
    /// The customer was asked whether it is the same loss as another, and says that it is not.
    sure: String,
}

/// What became of it.
enum Became {
    /// It is sent, now or before.
    Sent,
    /// Something is missing; the step where.
    Incomplete(u8),
    /// It looks like this claim: the customer is asked.
    Near(Id<kind::Claim>, String),
}

/// `POST /claims/report/{draft}/submit`.
pub async fn submit(
    State(services): State<Services>,
    who: SignedIn,
    draft: Result<Path<Id<kind::Claim>>, PathRejection>,
    form: Result<Form<SubmitForm>, FormRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(id) = draft.map_err(|_| missing())?;
    let sure = form.map(|Form(form)| form.sure == "1").unwrap_or_default();
    let asked = payment(&services, &who, id).await?;
    let proof = match &asked {
        None => None,
        Some((amount, payee)) => match services.identity.proved_for(&who.session, amount, payee).await? {
            Some(proof) => Some(proof),
            None => {
                let back = format!("/claims/report/{id}?step={}", super::report_last_step());
                let approval = Approval { amount: amount.clone(), payee: payee.clone(), back };
                let approval = services.identity.ask_approval(&who.session, approval).await?;
                return Ok(redirect_to(&format!("/confirm?for={approval}")));
            }
        },
    };
    let (scope, random, now) = (who.session.scope, services.random.clone(), services.clock.now());
    let (figures, from, origin) = (who.visitor.figures(&services), sender(&who), services.origin.clone());
    let entry = who.visitor.act(Action::ClaimReported).about(Thing::Claim, id);
    let became = services
        .db
        .write(&scope, move |tx| {
            async move {
                if !store::lock_draft(tx, &scope, id).await? {
                    // Sent before, perhaps a moment ago from another device.
                    return match store::find_notice(tx, &scope, id).await? {
                        Some(_) => Ok(Became::Sent),
                        None => Err(ActError::Missing),
                    };
                }
                let draft = store::find_draft(tx, &scope, id).await?.ok_or(ActError::Missing)?;
                let policy = store::find_policy(tx, &scope, draft.policy).await?.ok_or(ActError::Missing)?;
                let day = match (&draft.data.cause, draft.data.day) {
                    (Some(_), Some(day)) if in_force(&policy.head, day) => day,
                    _ => return Ok(Became::Incomplete(2)),
                };
                if draft.data.text.is_empty() {
                    return Ok(Became::Incomplete(3));
                }
                let others = list_all(tx, &scope, &figures).await?;
                if let Some(near) = near(&draft, &others).filter(|_| !sure) {
                    return Ok(Became::Near(near.id, near.head.number.clone()));
                }
                let reference = reference(&*random);
                let mut files = Vec::new();
                for upload in store::list_uploads(tx, &scope, id).await? {
                    let (Some(media), Some(_)) = (&upload.media, &upload.stored) else { continue };
                    let link = Link::new(&*random, &origin);
                    store::link_upload(tx, &scope, upload.id, link.hash, now.plus_seconds(LINK_SECONDS)).await?;
                    files.push(json!({
                        "id": upload.id.to_string(), "name": upload.name, "type": media, "bytes": upload.bytes,
                        "sha256": upload.sha256, "link": link.address,
                    }));
                }
                let data = &draft.data;
                if payment_of(data) != asked {
                    // Another device has changed it since it was proved.
                    return Ok(Became::Incomplete(super::report_last_step()));
                }
                let amount = data.amount.map(|money| {
                    json!({ "value": money.to_plain(), "currency": money.currency.to_string() })
                });
                let letter = json!({
                    "reference": reference, "customer": from, "reported_at": rfc3339(now),
                    "policy": { "number": policy.head.number, "insurer": policy.head.insurer, "line": policy.head.line },
                    "loss": {
                        "cause": data.cause, "date": day.to_string(), "at": data.at.map(rfc3339), "place": data.place,
                        "text": data.text, "others": data.others,
                    },
                    "amount": amount, "phone": data.phone, "pay_to": data.pay_to, "files": files,
                });
                let message = outbox::Message {
                    destination: Destination::Insurer,
                    topic: REPORTED,
                    subject: id.as_bytes().to_vec(),
                    data: letter,
                };
                let message = outbox::put(tx, &scope, &*random, message, now).await?;
                store::insert_notice(tx, &scope, &draft, &reference, message, now).await?;
                store::attach_to_notice(tx, &scope, id, message).await?;
                store::delete_draft(tx, &scope, id).await?;
                tx.audit(entry);
                Ok(Became::Sent)
            }
            .boxed()
        })
        .await;
    match became {
        Ok(Became::Sent) => {
            if let Some(proof) = proof {
                services.identity.spend(proof).await?;
            }
            Ok(redirect_to(&format!("/claims/{id}")))
        }
        Ok(Became::Incomplete(step)) => Ok(redirect_to(&format!("/claims/report/{id}?step={step}"))),
        Ok(Became::Near(other, number)) => screens::ask_again(&services, &who, id, other, number).await,
        Err(error) => Err(error.problem(&who.visitor).unwrap_or_else(missing)),
    }
}

/// The amount and the account that a notice asks to be paid to, where it names both: its sender proves who they are for
/// exactly these.
fn payment_of(data: &store::NoticeData) -> Option<(String, String)> {
    let amount = data.amount?;
    Some((format!("{} {}", amount.to_plain(), amount.currency), data.pay_to.clone()?))
}

/// The same of a draft; none when there is none.
async fn payment(
    services: &Services,
    who: &SignedIn,
    id: Id<kind::Claim>,
) -> Result<Option<(String, String)>, Problem> {
    let scope = who.session.scope;
    let draft =
        services.db.read(&scope, move |tx| async move { store::find_draft(tx, &scope, id).await }.boxed()).await?;
    Ok(draft.and_then(|draft| payment_of(&draft.data)))
}

/// A claim on the same policy, by the same cause, within a day.
fn near<'c>(draft: &Draft, others: &'c [Claim]) -> Option<&'c Claim> {
    let cause = draft.data.cause.as_deref().and_then(Cause::of)?;
    let loss = Moment { day: draft.data.day?, at: draft.data.at };
    others.iter().find(|claim| {
        claim.head.policy_no.as_ref() == Some(&draft.policy_number)
            && claim.head.cause.as_deref().and_then(Cause::in_words) == Some(cause)
            && claim.head.loss.is_some_and(|other| within_a_day(loss, other))
    })
}

/// A reference that can be read out: `N-7K3Q-9F2D`, of letters that are not taken for each other.
fn reference(random: &dyn guichet_platform::random::Random) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let (one, two): (String, String) = (letters[..4].iter().collect(), letters[4..].iter().collect());
    format!("N-{one}-{two}")
}

#[cfg(test)]
mod tests {
    use super::reference;
    use guichet_platform::random::SeededRandom;

    #[test]
    fn a_reference_can_be_read_out() {
        let reference = reference(&SeededRandom::new(1));
        assert_eq!(reference.len(), 11);
        assert!(reference.starts_with("N-") && !reference.contains(['I', 'L', 'O', 'U']), "{reference}");
    }
}

//! Takes the files of a form: streamed to the disk, looked into, kept or refused. Each gets its row, whatever becomes of it.

use super::{ActError, LINK_SECONDS, Link, Subject, UPLOAD, rfc3339, sender};
use crate::{
    claims::{
        store::{self, NewUpload, Usage},
        upload::{
            self, Clean, MAX_CLAIM_BYTES, MAX_CLAIM_FILES, MAX_CUSTOMER_BYTES, MAX_CUSTOMER_FILES, MAX_FILE_BYTES,
            Refused, clean_name,
        },
    },
    web::{Problem, Reason, Services, SignedIn},
};
use axum::extract::{Multipart, multipart::Field};
use futures::FutureExt as _;
use guichet_platform::{
    audit::{Action, Detail, Outcome, Thing},
    files::{Incoming, Kept},
    outbox::{self, Destination},
    random::random_id,
    scanner::Verdict,
};
use guichet_types::{Id, kind};
use serde_json::json;

/// What the files are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// A claim or a notice: the insurer hears of each.
    Claim,
    /// A draft: they go out with its notice.
    Draft,
}

/// The claim or draft that files are for, and the request that they answer.
type Target = (Id<kind::Claim>, For, Option<Id<kind::ClaimPart>>);

/// Takes every file of a form. False when there is no place for one more, not even as a refused one.
pub(super) async fn take_all(
    services: &Services,
    who: &SignedIn,
    claim: Id<kind::Claim>,
    what_for: For,
    mut form: Multipart,
) -> Result<bool, Problem> {
    let broken = |_| Problem::new(Reason::BadRequest, &who.visitor);
    let (mut request, mut has_place) = (None, true);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("request") => {
                request = field.text().await.map_err(broken)?.trim().parse().ok();
            }
            Some("file") => has_place &= take(services, who, (claim, what_for, request), field).await?,
            _ => {}
        }
    }
    Ok(has_place)
}

/// Takes one.
async fn take(services: &Services, who: &SignedIn, target: Target, mut field: Field<'_>) -> Result<bool, Problem> {
    let stated = field.file_name().unwrap_or_default().to_owned();
    let mut incoming = services.files.begin().await.map_err(Problem::fault)?;
    let mut size = 0_u64;
    loop {
        let piece = field.chunk().await.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
        let Some(piece) = piece else { break };
        size += piece.len() as u64;
        // What is over the bound is read to its end and let go, so that the browser gets an answer it can show.
        if size <= MAX_FILE_BYTES {
            incoming.write(&piece).await.map_err(Problem::fault)?;
        }
    }
    if stated.is_empty() && size == 0 {
        // A form that was sent without a file.
        return Ok(true);
    }
    let checked =
        if size > MAX_FILE_BYTES { Err(Refused::TooLarge) } else { look_into(services, &mut incoming).await? };
    drop(incoming);
    let file = match checked {
        Ok(clean) => {
            let kept = services.files.keep(&clean.bytes).await.map_err(Problem::fault)?;
            Ok((clean.media, kept))
        }
        Err(reason) => Err(reason),
    };
    let stored = file.as_ref().ok().map(|(_, kept)| kept.name.clone());
    let written = write(services, who, target, clean_name(&stated), size, file).await;
    match written {
        Ok(true) => Ok(true),
        // Refused after all, there before, or gone wrong: then nothing of it is kept.
        other => {
            if let Some(stored) = stored {
                services.files.remove(&stored).await.map_err(Problem::fault)?;
            }
            match other {
                Ok(_) | Err(ActError::Again) => Ok(true),
                Err(ActError::Full) => Ok(false),
                Err(error) => Err(error.problem(&who.visitor).unwrap_or_else(|| Problem::bare(Reason::Fault))),
            }
        }
    }
}

/// Has a file looked through by the scanner, and only then opened.
async fn look_into(services: &Services, incoming: &mut Incoming) -> Result<Result<Clean, Refused>, Problem> {
    match services.files.scan(incoming).await {
        Ok(Verdict::Clean) => {}
        Ok(Verdict::Infected(found)) => {
            tracing::warn!(found, "A file that a customer sent is infected and was not taken");
            return Ok(Err(Refused::Infected));
        }
        Err(error) => {
            tracing::error!(%error, "A file that a customer sent could not be looked through and was not taken");
            return Ok(Err(Refused::NotScanned));
        }
    }
    let _turn = services.files.check_turn().await;
    let bytes = incoming.read().await.map_err(Problem::fault)?;
    Ok(tokio::task::spawn_blocking(move || upload::check(bytes)).await.unwrap_or(Err(Refused::Damaged)))
}

/// Whether so many more bytes have room.
fn has_room(usage: Usage, bytes: i64) -> bool {
    usage.claim_bytes.saturating_add(bytes) <= MAX_CLAIM_BYTES
        && usage.all_bytes.saturating_add(bytes) <= MAX_CUSTOMER_BYTES
}

/// Gives the file its row and its message. True when its bytes are kept.
async fn write(
    services: &Services,
    who: &SignedIn,
    (claim, what_for, request): Target,
    name: String,
    size: u64,
    file: Result<(&'static str, Kept), Refused>,
) -> Result<bool, ActError> {
    let (scope, random, now) = (who.session.scope, services.random.clone(), services.clock.now());
    let (from, origin) = (sender(who), services.origin.clone());
    let entry = who.visitor.act(Action::FileUploaded);
    services
        .db
        .write(&scope, move |tx| {
            async move {
                store::lock_customer(tx, &scope).await?;
                let subject = match what_for {
                    For::Claim => Some(Subject::find(tx, &scope, claim).await?.ok_or(ActError::Missing)?),
                    For::Draft if store::lock_draft(tx, &scope, claim).await? => None,
                    For::Draft => return Err(ActError::Missing),
                };
                let asked = request
                    .and_then(|request| subject.as_ref()?.requests.iter().find(|(own, _)| *own == request).cloned());
                let usage = store::count_usage(tx, &scope, claim).await?;
                if usage.claim_files >= MAX_CLAIM_FILES || usage.all_files >= MAX_CUSTOMER_FILES {
                    return Err(ActError::Full);
                }
                let known = store::list_uploads(tx, &scope, claim).await?;
                let file = file.and_then(|(media, kept)| {
                    let bytes = i64::try_from(kept.bytes).unwrap_or(i64::MAX);
                    if has_room(usage, bytes) { Ok((media, kept, bytes)) } else { Err(Refused::NoRoom) }
                });
                let mut new = NewUpload {
                    id: random_id(&*random),
                    claim,
                    is_draft: what_for == For::Draft,
                    request: asked.as_ref().map(|(id, _)| *id),
                    name,
                    media: None,
                    bytes: i64::try_from(size).unwrap_or(i64::MAX),
                    sha256: None,
                    stored: None,
                    refused: None,
                    received_at: now,
                    message: None,
                    token_hash: None,
                    token_until: None,
                };
                match file {
                    Err(reason) => new.refused = Some(reason.as_str()),
                    Ok((media, kept, bytes)) => {
                        let hash: String = kept.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
                        // The same file for the same thing is there already.
                        if known.iter().any(|own| own.sha256.as_ref() == Some(&hash) && own.request == new.request) {
                            return Err(ActError::Again);
                        }
                        (new.media, new.bytes, new.stored) = (Some(media), bytes, Some(kept.name));
                        new.sha256 = Some(kept.sha256.to_vec());
                        if let Some(subject) = &subject {
                            let link = Link::new(&*random, &origin);
                            new.token_hash = Some(link.hash);
                            new.token_until = Some(now.plus_seconds(LINK_SECONDS));
                            let data = json!({
                                "claim": subject.json(), "customer": from, "request": asked.map(|(_, own)| own),
                                "at": rfc3339(now), "file": {
                                    "id": new.id.to_string(), "name": new.name, "type": media, "bytes": bytes,
                                    "sha256": hash, "link": link.address,
                                },
                            });
                            let message = outbox::Message {
                                destination: Destination::Insurer,
                                topic: UPLOAD,
                                subject: claim.as_bytes().to_vec(),
                                data,
                            };
                            new.message = Some(outbox::put(tx, &scope, &*random, message, now).await?);
                        }
                    }
                }
                store::insert_upload(tx, &scope, &new).await?;
                let entry = entry.about(Thing::Upload, new.id);
                tx.audit(match new.refused {
                    None => entry,
                    Some(reason) => entry.outcome(Outcome::Refused).detail(Detail::Reason(reason)),
                });
                Ok(new.stored.is_some())
            }
            .boxed()
        })
        .await
}

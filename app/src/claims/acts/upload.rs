//! The doors for files: of a claim, and of a notice in the making.

use super::{
    Subject,
    take::{For, take_all},
};
use crate::{
    claims::store,
    web::{Problem, Reason, Services, SignedIn, redirect_to},
};
use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection, rejection::PathRejection},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::audit::{Action, Thing};
use guichet_types::{Id, kind};

/// `POST /claims/{claim}/uploads`. Whether the claim is the customer's is asked before a byte is read.
pub async fn upload(
    State(services): State<Services>,
    who: SignedIn,
    claim: Result<Path<Id<kind::Claim>>, PathRejection>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(claim) = claim.map_err(|_| missing())?;
    let scope = who.session.scope;
    let known = services.db.read(&scope, move |tx| async move { Subject::find(tx, &scope, claim).await }.boxed());
    known.await?.ok_or_else(missing)?;
    let form = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    let has_place = take_all(&services, &who, claim, For::Claim, form).await?;
    let full = if has_place { "" } else { "?full=1" };
    Ok(redirect_to(&format!("/claims/{claim}{full}#documents")))
}

/// `POST /claims/report/{draft}/photos`.
pub async fn photos(
    State(services): State<Services>,
    who: SignedIn,
    draft: Result<Path<Id<kind::Claim>>, PathRejection>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(draft) = draft.map_err(|_| missing())?;
    let scope = who.session.scope;
    let known = services.db.read(&scope, move |tx| async move { store::find_draft(tx, &scope, draft).await }.boxed());
    known.await?.ok_or_else(missing)?;
    let form = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    let has_place = take_all(&services, &who, draft, For::Draft, form).await?;
    let full = if has_place { "" } else { "&full=1" };
    Ok(redirect_to(&format!("/claims/report/{draft}?step=4{full}")))
}

/// `POST /claims/{claim}/uploads/{upload}/remove`: a file of a draft, or one that was refused.
pub async fn remove(
    State(services): State<Services>,
    who: SignedIn,
    ids: Result<Path<(Id<kind::Claim>, Id<kind::Upload>)>, PathRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path((claim, upload)) = ids.map_err(|_| missing())?;
    let scope = who.session.scope;
    let entry = who.visitor.act(Action::FileRemoved).about(Thing::Upload, upload);
    let removed = services.db.write(&scope, move |tx| {
        async move {
            let draft = store::find_draft(tx, &scope, claim).await?.is_some();
            let gone = store::delete_upload(tx, &scope, claim, upload).await?;
            if gone.is_some() {
                tx.audit(entry);
            }
            Ok::<_, guichet_platform::db::DbError>((draft, gone))
        }
        .boxed()
    });
    let (draft, stored) = removed.await?;
    if let Some(stored) = stored.ok_or_else(missing)? {
        services.files.remove(&stored).await.map_err(Problem::fault)?;
    }
    Ok(redirect_to(&if draft {
        format!("/claims/report/{claim}?step=4")
    } else {
        format!("/claims/{claim}#documents")
    }))
}

//! Files on their way out: to the customer who sent them, and to the insurer by a link with a secret.
//!
//! Always as a file to be saved, never as something to be shown.

use crate::{
    claims::{store, upload::save_name},
    ui::encode,
    web::{Problem, Reason, Sandboxed, Services, SignedIn, Visitor},
};
use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{FutureExt as _, StreamExt as _};
use guichet_platform::{
    audit::{Action, Actor, Entry, Thing},
    scope::PublicScope,
};
use guichet_types::{Id, kind};
use http::{HeaderValue, header};
use sha2::{Digest, Sha256};

/// `GET /claims/{claim}/uploads/{upload}`: one of the customer's own files.
pub async fn download(
    State(services): State<Services>,
    who: SignedIn,
    ids: Result<Path<(Id<kind::Claim>, Id<kind::Upload>)>, PathRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path((claim, upload)) = ids.map_err(|_| missing())?;
    let scope = who.session.scope;
    let found = services
        .db
        .read(&scope, move |tx| async move { store::find_upload(tx, &scope, claim, upload).await }.boxed())
        .await?;
    let found = found.ok_or_else(missing)?;
    match (found.stored, found.media) {
        (Some(stored), Some(media)) => {
            services.note(&who.visitor, who.visitor.act(Action::FileDownloaded).about(Thing::Upload, upload)).await?;
            send(&services, &who.visitor, &stored, &media, &found.name).await
        }
        // Nothing of a refused file is kept.
        _ => Err(missing()),
    }
}

/// `GET /files/{token}`: the file of a link that the insurer was sent, while the link holds.
pub async fn fetch(
    State(services): State<Services>,
    visitor: Visitor,
    token: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &visitor);
    let Path(token) = token.map_err(|_| missing())?;
    let secret: [u8; 32] =
        URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(missing)?;
    let hash: [u8; 32] = Sha256::digest(secret).into();
    let (scope, now) = (PublicScope::of_share(hash), services.clock.now());
    let own = scope.clone();
    let found = services
        .db
        .read(&scope, move |tx| async move { store::fetch_shared(tx, &own, hash, now).await }.boxed())
        .await?;
    let found = found.ok_or_else(missing)?;
    // By whoever has the link: nobody whom the portal knows, even in a browser where somebody is signed in.
    let entry =
        Entry::new(Action::FileFetched, Actor::Anonymous, visitor.now).from_where(&visitor.network, &visitor.agent);
    services.note(&visitor, entry.about(Thing::Upload, found.id).concerning(found.customer)).await?;
    send(&services, &visitor, &found.stored, &found.media, "file").await
}

async fn send(
    services: &Services,
    visitor: &Visitor,
    stored: &str,
    media: &str,
    name: &str,
) -> Result<Response, Problem> {
    let Ok(place) = services.downloads.clone().try_acquire_owned() else {
        return Err(Problem::new(Reason::Busy, visitor));
    };
    let (size, stream) = services.files.open(stored).await.map_err(Problem::fault)?;
    // The place is given back when the last byte is sent or the reader is gone.
    let stream = stream.map(move |chunk| {
        let _held = &place;
        chunk
    });
    let name = save_name(name, media);
    let mut response = Body::from_stream(stream).into_response();
    response.extensions_mut().insert(Sandboxed);
    let headers = response.headers_mut();
    let disposition = format!("attachment; filename*=UTF-8''{}", encode(&name));
    for (header, value) in [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ] {
        headers.insert(header, HeaderValue::from_str(&value).map_err(Problem::fault)?);
    }
    Ok(response)
}

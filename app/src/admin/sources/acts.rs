//! Reading documents again.

use super::{May, hand};
use crate::web::{Problem, Reason, Services, redirect_to};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use guichet_platform::{
    audit::{Action, Detail, Thing},
    sources::{aside, documents::Of},
};
use guichet_types::{Id, kind};

/// Documents that are read again with one click.
const DOCUMENTS: usize = 50;

/// `POST /admin/sources/documents/{document}/replay`.
pub(super) async fn replay(
    State(services): State<Services>,
    may: May,
    document: Result<Path<Id<kind::Document>>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = document.map_err(|_| Problem::new(Reason::NotFound, &may.who.visitor))?;
    let entry = may.who.act(Action::DocumentReplayed).about(Thing::Document, id);
    match services.inbox.replay(id, entry).await {
        Ok(Some(_)) => Ok(redirect_to(&format!("/admin/sources/documents/{id}?said=replayed"))),
        Ok(None) => Err(Problem::new(Reason::NotFound, &may.who.visitor)),
        Err(error) => {
            tracing::error!(%error, document.id = %id, "A document could not be read again");
            Ok(redirect_to(&format!("/admin/sources/documents/{id}?said=failed")))
        }
    }
}

/// `POST /admin/sources/replay`: every document with pieces that wait.
pub(super) async fn replay_all(State(services): State<Services>, may: May) -> Result<Response, Problem> {
    let pieces = aside::list(&services.db, &hand(&may.grant), Of::All, 5_000).await?;
    let mut documents: Vec<Id<kind::Document>> =
        pieces.into_iter().filter_map(|piece| Id::try_from(piece.document_id).ok()).collect();
    documents.dedup();
    let mut word = "replayed";
    for id in documents.into_iter().take(DOCUMENTS) {
        let entry = may.who.act(Action::DocumentReplayed).about(Thing::Document, id).detail(Detail::Reason("all"));
        if let Err(error) = services.inbox.replay(id, entry).await {
            tracing::error!(%error, document.id = %id, "A document could not be read again");
            word = "failed";
        }
    }
    Ok(redirect_to(&format!("/admin/sources?said={word}")))
}

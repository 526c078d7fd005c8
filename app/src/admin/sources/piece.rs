//! One piece that was kept aside: what stands there, why it cannot be read, what is to be read instead, or that it is let go.

use super::{May, hand, parts::crumbs};
use crate::{
    admin::parts::said,
    ui::{Desk, icon, staff_page},
    web::{Fields, Problem, Reason, Services, redirect_to},
};
use axum::{
    extract::{Path, Query, State, rejection::PathRejection},
    response::Response,
};
use guichet_platform::{
    audit::{Action, Thing},
    sources::{
        aside::{self, Correction, Piece},
        documents,
    },
};
use guichet_types::{Id, Timestamp, kind};
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct PieceQuery {
    said: Option<String>,
}

async fn find(
    services: &Services,
    may: &May,
    piece: Result<Path<Id<()>>, PathRejection>,
) -> Result<(Id<()>, Piece, Option<String>), Problem> {
    let missing = || Problem::new(Reason::NotFound, &may.who.visitor);
    let Path(id) = piece.map_err(|_| missing())?;
    let piece = aside::find(&services.db, &hand(&may.grant), id).await?.ok_or_else(missing)?;
    let document = Id::<kind::Document>::try_from(piece.document_id.clone()).map_err(|_| missing())?;
    let document = documents::find(&services.db, &hand(&may.grant), document).await?.ok_or_else(missing)?;
    // A document whose bytes cannot be read now cannot be put right now.
    let stands = services.inbox.stands_at(&document.sha256, &piece.place, &piece.raw).await.unwrap_or_default();
    Ok((id, piece, stands))
}

/// `GET /admin/sources/pieces/{piece}`.
pub(super) async fn page(
    State(services): State<Services>,
    may: May,
    piece: Result<Path<Id<()>>, PathRejection>,
    Query(query): Query<PieceQuery>,
) -> Result<Response, Problem> {
    let (id, piece, stands) = find(&services, &may, piece).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.with("sources-at", &[("name", &piece.name), ("place", &piece.place)]);
    let document =
        Id::<kind::Document>::try_from(piece.document_id.clone()).map(|id| id.to_string()).unwrap_or_default();
    let told = said(
        visitor,
        query.said.as_deref(),
        &[("long", "sources-said-long", false), ("note", "sources-said-note", false)],
    );
    let open = piece.resolved_at.is_none();
    let heading = title.clone();
    Ok(staff_page(visitor, Desk::Sources, &title, || {
        let correct = match (&stands, open) {
            (_, false) => view! { <p class="panel__body muted">{w.get("sources-piece-done")}</p> }.into_any(),
            (None, true) => view! { <p class="panel__body">{w.get("sources-piece-fixed")}</p> }.into_any(),
            (Some(stands), true) => view! {
                <form class="panel__body stack" method="post" action=format!("/admin/sources/pieces/{id}")>
                    <div class="field"><label for="becomes">{w.get("sources-piece-becomes")}</label>
                        <textarea class="input ref" id="becomes" name="becomes" rows="6" spellcheck="false" aria-describedby="becomes-hint">{stands.clone()}</textarea>
                        <p class="hint" id="becomes-hint">{w.get("sources-piece-hint")}</p></div>
                    <button class="button button--primary">{icon(visitor, "check")}{w.get("sources-correct")}</button></form>
            }
            .into_any(),
        };
        view! {
            <div class="page-head"><div>{crumbs(w, piece.place.clone())}<h1>{heading}</h1></div></div>
            {told}
            <div class="grid"><div class="col-7 stack">
                <section class="panel" aria-labelledby="st"><div class="panel__head"><h2 id="st">{w.get("sources-piece-stands")}</h2></div>
                    <div class="panel__body stack"><p class="alert" data-tone="warning">{icon(visitor, "circle-alert")}<span>{piece.reason.clone()}</span></p>
                        <pre class="ref scroll">{stands.clone().unwrap_or_else(|| piece.raw.clone())}</pre></div></section>
                <section class="panel" aria-labelledby="co"><div class="panel__head"><h2 id="co">{w.get("sources-correct")}</h2></div>{correct}</section>
            </div><div class="col-5 stack">
                <section class="panel" aria-labelledby="wh"><div class="panel__head"><h2 id="wh">{w.get("sources-piece-where")}</h2></div>
                    <div class="panel__body"><dl class="kv">
                        <div><dt>{w.get("sources-document")}</dt><dd><a href=format!("/admin/sources/documents/{document}")>{piece.name.clone()}</a></dd></div>
                        <div><dt>{w.get("sources-place")}</dt><dd>{piece.place.clone()}</dd></div>
                        <div><dt>{w.get("sources-found")}</dt><dd>{figures.moment(Timestamp(piece.found_at))}</dd></div>
                        {piece.note.clone().map(|note| view! { <div><dt>{w.get("sources-note")}</dt><dd>{note}</dd></div> })}</dl></div></section>
                {open.then(|| view! {
                    <section class="panel" aria-labelledby="di"><div class="panel__head"><h2 id="di">{w.get("sources-discard")}</h2></div>
                        <form class="panel__body stack" method="post" action=format!("/admin/sources/pieces/{id}/discard")>
                            <div class="field"><label for="note">{w.get("sources-discard-why")}</label>
                                <input class="input" id="note" name="note" required maxlength="200"/></div>
                            <p class="hint">{w.get("sources-discard-hint")}</p>
                            <button class="button">{icon(visitor, "trash-2")}{w.get("sources-discard")}</button></form></section>
                })}
            </div></div>
        }
    }))
}

/// `POST /admin/sources/pieces/{piece}`: reads the document again with another text in its place.
pub(super) async fn correct(
    State(services): State<Services>,
    may: May,
    piece: Result<Path<Id<()>>, PathRejection>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (id, piece, stands) = find(&services, &may, piece).await?;
    let missing = || Problem::new(Reason::NotFound, &may.who.visitor);
    let was = stands.filter(|_| piece.resolved_at.is_none()).ok_or_else(missing)?;
    // A browser sends a line's end as two signs.
    let becomes = fields.get("becomes").replace("\r\n", "\n");
    if becomes.len() > aside::MOST {
        return Ok(redirect_to(&format!("/admin/sources/pieces/{id}?said=long")));
    }
    let document = Id::<kind::Document>::try_from(piece.document_id.clone()).map_err(|_| missing())?;
    let (place, now) = (piece.place.clone(), services.clock.now());
    let correction = Correction { place, was, becomes };
    let entry = may.who.act(Action::PieceCorrected).about(Thing::Document, document);
    let by = Some(*may.grant.who().as_bytes());
    aside::correct(&services.db, &hand(&may.grant), piece, correction, (now, by), entry).await?;
    let entry = may.who.act(Action::DocumentReplayed).about(Thing::Document, document);
    let word = match services.inbox.replay(document, entry).await {
        Ok(_) => match aside::find(&services.db, &hand(&may.grant), id).await? {
            Some(still) if still.resolved_at.is_none() => "still",
            _ => "corrected",
        },
        Err(error) => {
            tracing::error!(%error, document.id = %document, "A document could not be read again");
            "failed"
        }
    };
    Ok(redirect_to(&format!("/admin/sources/documents/{document}?said={word}")))
}

/// `POST /admin/sources/pieces/{piece}/discard`.
pub(super) async fn discard(
    State(services): State<Services>,
    may: May,
    piece: Result<Path<Id<()>>, PathRejection>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (id, piece, _) = find(&services, &may, piece).await?;
    let note: String = fields.get("note").trim().chars().take(200).collect();
    if note.is_empty() {
        return Ok(redirect_to(&format!("/admin/sources/pieces/{id}?said=note")));
    }
    let missing = || Problem::new(Reason::NotFound, &may.who.visitor);
    let document = Id::<kind::Document>::try_from(piece.document_id).map_err(|_| missing())?;
    let entry = may.who.act(Action::PieceDiscarded).about(Thing::Document, document);
    let done = aside::discard(&services.db, &hand(&may.grant), id, note, services.clock.now(), entry).await?;
    Ok(redirect_to(if done { "/admin/sources?said=discarded" } else { "/admin/sources?said=gone" }))
}

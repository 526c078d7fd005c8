//! A claim: what happens next, its papers, the messages, what it comes to, who handles it, what has happened.

use super::{
    documents::{documents, received, upload_form},
    side::{handler, history, settlement},
    slip::slip,
    thread::{composer, thread},
    words::{claim_title, line_word},
};
use crate::{
    claims::page::{ClaimPage, Found, read_page},
    ui::{Place, alert, app_page, live_lamp},
    web::{Problem, Reason, Services, SignedIn, redirect_to},
    whence,
    words::Figures,
};
use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, random::random_id, sources::Carries};
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ClaimQuery {
    full: Option<String>,
}

pub(super) async fn claim(
    State(services): State<Services>,
    who: SignedIn,
    claim: Result<Path<Id<kind::Claim>>, PathRejection>,
    query: Result<Query<ClaimQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let missing = || Problem::new(Reason::NotFound, visitor);
    let Path(id) = claim.map_err(|_| missing())?;
    let Query(query) = query.unwrap_or_default();
    let (scope, now, figures) = (who.session.scope, visitor.now, visitor.figures(&services));
    let own = figures.clone();
    let found = services
        .db
        .read(&scope, move |tx| {
            async move {
                let live = guichet_platform::live::cursor(tx, &scope).await?;
                let origin = whence::of(tx, &scope, whence::Value::Claim(id)).await?;
                let late = whence::late(tx, &scope, &[Carries::Claims], now).await?;
                Ok::<_, DbError>((read_page(tx, &scope, id, &own).await?, live, origin, late))
            }
            .boxed()
        })
        .await?;
    let (page, live, origin, late) = match found {
        (Some(Found::Page(page)), live, origin, late) => (page, live, origin, late),
        (Some(Found::Elsewhere(other)), ..) => return Ok(redirect_to(&format!("/claims/{other}"))),
        (None, ..) => return Err(missing()),
    };
    let w = visitor.words();
    let title = claim_title(w, &page.claim.head);
    let heading = title.clone();
    let number = page.claim.head.number.clone();
    let token: Id<kind::Letter> = random_id(&*services.random);
    let key = |what: &str| format!("{what}:{id}");
    Ok(app_page(visitor, Place::Claims, &title, Some(live), || {
        let full = query.full.is_some().then(|| alert(visitor, Some("critical"), "circle-alert", w.get("claims-full")));
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/claims">{w.get("nav-claims")}</a></li>
                    <li aria-current="page" data-live=key("claim-number")>{number}</li></ol>
                <h1 data-live=key("claim-title")>{heading}</h1><p class="muted">{about(visitor, &figures, &page)}</p></div>
                {live_lamp(visitor)}</div>
            {whence::late_note(visitor, &figures, late)}
            <div class="stack">
                <section class="panel slip" aria-label=w.get("claims-progress") data-live=key("claim-slip")>
                    {slip(visitor, &figures, &page)}
                </section>
                <div class="grid">
                    <div class="col-7 stack">
                        <section class="panel" aria-labelledby="documents">
                            <div class="panel__head"><h2 id="documents">{w.get("claims-documents")}</h2>
                                <span class="small muted" data-live=key("claim-received")>{received(w, &page)}</span></div>
                            {full}
                            <div data-live=key("claim-documents")>{documents(visitor, &figures, &page)}</div>
                            {upload_form(visitor, &page)}
                        </section>
                        <section class="panel" aria-labelledby="messages">
                            <div class="panel__head"><h2 id="messages">{w.get("claims-messages")}</h2></div>
                            <div class="panel__body stack gap-5">
                                <div data-live=key("claim-thread")>{thread(visitor, &figures, &page)}</div>
                                {composer(visitor, &page, token)}
                            </div>
                        </section>
                    </div>
                    <div class="col-5 stack">
                        <div data-live=key("claim-settlement")>{settlement(visitor, &figures, &page)}</div>
                        {whence::whence(w, &figures, origin)}
                        <div data-live=key("claim-handler")>{handler(visitor, &page)}</div>
                        <div data-live=key("claim-history")>{history(visitor, &figures, &page)}</div>
                    </div>
                </div>
            </div>
        }
    }))
}

/// What it is about, in one line: the insurance, the place, when it was reported.
fn about(visitor: &crate::web::Visitor, figures: &Figures, page: &ClaimPage) -> String {
    let w = visitor.words();
    let head = &page.claim.head;
    let line = page.policy.as_ref().and_then(|policy| policy.head.line.clone()).or_else(|| head.line.clone());
    let reported = head.reported.or_else(|| page.claim.milestones.first().and_then(|step| step.at));
    let reported = reported.map(|at| w.with("claims-reported-on", &[("day", &figures.short_weekday(at.day))]));
    let parts = [line.map(|line| line_word(w, &line)), head.loss_place.clone(), reported];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

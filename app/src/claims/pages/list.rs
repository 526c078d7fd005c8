//! The list of claims, with notices that wait and those that were begun.

use super::words::{claim_title, phase_word};
use crate::{
    claims::{
        page::list_all,
        phase::{Ended, State, way},
        store::{self, Claim, Draft},
    },
    ui::{Place, app_page, badge, icon, live_lamp},
    web::{Problem, Services, SignedIn, Visitor},
    whence,
    words::Figures,
};
use axum::{extract::State as Extract, response::Response};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, sources::Carries};
use leptos::prelude::*;

pub(super) async fn list(Extract(services): Extract<Services>, who: SignedIn) -> Result<Response, Problem> {
    let (scope, now, figures) = (who.session.scope, who.visitor.now, who.visitor.figures(&services));
    let own = figures.clone();
    let (claims, drafts, live, late) = services
        .db
        .read(&scope, move |tx| {
            async move {
                let live = guichet_platform::live::cursor(tx, &scope).await?;
                let late = whence::late(tx, &scope, &[Carries::Claims], now).await?;
                let claims = list_all(tx, &scope, &own).await?;
                Ok::<_, DbError>((claims, store::list_drafts(tx, &scope).await?, live, late))
            }
            .boxed()
        })
        .await?;
    let visitor = &who.visitor;
    let w = visitor.words();
    let title = w.get("nav-claims");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Claims, &title, Some(live), || {
        view! {
            <div class="page-head"><h1>{heading}</h1>{live_lamp(visitor)}</div>
            {whence::late_note(visitor, &figures, late)}
            <div class="stack">
                {tabs(visitor, false)}
                <div class="cluster"><a class="button button--primary" href="/claims/report">
                    {icon(visitor, "plus")}{w.get("claims-report")}</a></div>
                {(!drafts.is_empty()).then(|| begun(visitor, &figures, &drafts))}
                <section class="panel" aria-label=w.get("nav-claims")><div data-live="claims">
                    {claim_items(visitor, &figures, &claims)}
                </div></section>
            </div>
        }
    }))
}

/// Claims and policies, two views of one place.
pub(super) fn tabs(visitor: &Visitor, policies: bool) -> impl IntoView + use<> {
    let w = visitor.words();
    let current = |here: bool| here.then_some("page");
    view! {
        <nav class="tabs" aria-label=w.get("claims-views")>
            <a href="/claims" aria-current=current(!policies)>{w.get("nav-claims")}</a>
            <a href="/policies" aria-current=current(policies)>{w.get("claims-policies")}</a>
        </nav>
    }
}

/// Notices that were begun and can be gone on with, on any device.
pub(super) fn begun(visitor: &Visitor, figures: &Figures, drafts: &[Draft]) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = drafts.iter().map(|draft| {
        let saved = w.with("claims-draft-saved", &[("moment", &figures.moment(draft.changed_at))]);
        view! {
            <a class="item" href=format!("/claims/report/{}", draft.id)>
                <span class="glyph" data-tone="lamp" aria-hidden="true">{icon(visitor, "file-text")}</span>
                <span class="item__body"><b>{w.with("claims-draft-of", &[("number", &draft.policy_number)])}</b>
                    <small>{saved}</small></span>
                {badge(visitor, "warning", None, w.get("claims-draft-not-sent"))}
            </a>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="panel" aria-labelledby="begun">
            <div class="panel__head"><h2 id="begun">{w.get("claims-drafts")}</h2></div>
            <div class="list">{items}</div>
        </section>
    }
}

/// The claims as a list; follows the live stream.
pub fn claim_items(visitor: &Visitor, figures: &Figures, claims: &[Claim]) -> impl IntoView + use<> {
    let w = visitor.words();
    if claims.is_empty() {
        return view! {
            <div class="empty">
                <span class="glyph glyph--lg" aria-hidden="true">{icon(visitor, "umbrella")}</span>
                <h2>{w.get("claims-none")}</h2><p>{w.get("claims-none-text")}</p>
            </div>
        }
        .into_any();
    }
    let items = claims.iter().map(|claim| {
        let place = claim.head.loss_place.clone();
        let under = [Some(claim.head.number.clone()), place].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        view! {
            <a class="item" href=format!("/claims/{}", claim.id)>
                <span class="glyph" data-tone="brand" aria-hidden="true">{icon(visitor, "umbrella")}</span>
                <span class="item__body"><b>{claim_title(w, &claim.head)}</b><small>{under}</small></span>
                {standing(visitor, figures, claim)}
            </a>
        }
    });
    let items = items.collect_view();
    view! { <div class="list">{items}</div> }.into_any()
}

/// Where a claim stands, in a badge: who must act, or how it came out.
pub(super) fn standing(visitor: &Visitor, figures: &Figures, claim: &Claim) -> impl IntoView + use<> {
    let w = visitor.words();
    let way = way(claim);
    let (tone, name, word) = match (way.ended, claim.head.next_actor.as_deref()) {
        (Some(Ended::Declined), _) => ("critical", Some("circle-alert"), w.get("claims-declined")),
        (Some(Ended::Withdrawn), _) => ("outline", None, w.get("claims-withdrawn")),
        (Some(Ended::Closed), _) => ("outline", Some("check-check"), w.get("claims-closed")),
        (None, Some("customer")) => {
            let word = match claim.head.next_until {
                Some(until) => w.with("claims-your-turn-until", &[("day", &figures.short_weekday(until))]),
                None => w.get("claims-your-turn"),
            };
            ("warning", Some("upload"), word)
        }
        _ => {
            let current = way.steps.iter().find(|step| step.state == State::Current);
            ("info", None, current.map_or_else(|| w.get("claims-phase-payment"), |step| phase_word(w, step.phase)))
        }
    };
    badge(visitor, tone, name, word)
}

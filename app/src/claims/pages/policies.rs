//! The list of policies.

use super::{
    list::tabs,
    words::{frequency_word, line_word, policy_status, policy_title},
};
use crate::{
    claims::store::{self, Policy},
    ui::{Place, app_page, badge, icon, live_lamp},
    web::{Problem, Services, SignedIn, Visitor},
    whence,
    words::{Figures, Sign},
};
use axum::{extract::State, response::Response};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, sources::Carries};
use leptos::prelude::*;

pub(super) async fn list(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    let (scope, now) = (who.session.scope, who.visitor.now);
    let (policies, live, late) = services
        .db
        .read(&scope, move |tx| {
            async move {
                let live = guichet_platform::live::cursor(tx, &scope).await?;
                let late = whence::late(tx, &scope, &[Carries::Claims], now).await?;
                Ok::<_, DbError>((store::list_policies(tx, &scope).await?, live, late))
            }
            .boxed()
        })
        .await?;
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("claims-policies");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Claims, &title, Some(live), || {
        let body = if policies.is_empty() {
            view! {
                <div class="empty"><span class="glyph glyph--lg" aria-hidden="true">{icon(visitor, "shield-check")}</span>
                    <h2>{w.get("claims-policies-none")}</h2><p>{w.get("claims-policies-none-text")}</p></div>
            }
            .into_any()
        } else {
            let items = policies.iter().map(|policy| item(visitor, &figures, policy)).collect_view();
            view! { <div class="list">{items}</div> }.into_any()
        };
        view! {
            <div class="page-head"><h1>{heading.clone()}</h1>{live_lamp(visitor)}</div>
            {whence::late_note(visitor, &figures, late)}
            <div class="stack">{tabs(visitor, true)}<section class="panel" aria-label=heading>{body}</section></div>
        }
    }))
}

/// A policy as an entry of a list.
pub(super) fn item(visitor: &Visitor, figures: &Figures, policy: &Policy) -> impl IntoView + use<> {
    let w = visitor.words();
    let head = &policy.head;
    let line = head.line.as_deref().filter(|_| head.product.is_some()).map(|line| line_word(w, line));
    let what = policy.objects.first().and_then(|object| object.description.clone());
    let under = [line, Some(head.number.clone()), what].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let premium = head.premium_gross.map(|premium| {
        let often = head.frequency.as_deref().map(|often| frequency_word(w, often)).unwrap_or_default();
        view! { <b class="money">{figures.money(premium, Sign::Negative)}</b><small>{often}</small> }
    });
    let status = policy_status(w, head).map(|(tone, word)| badge(visitor, tone, None, word));
    view! {
        <a class="item" href=format!("/policies/{}", policy.id)>
            <span class="glyph" data-tone="brand" aria-hidden="true">{icon(visitor, glyph(head.line.as_deref()))}</span>
            <span class="item__body"><b>{policy_title(w, head)}</b><small>{under}</small></span>
            {status}<span class="item__end">{premium}</span>
        </a>
    }
}

/// The icon of a line of business.
pub(super) fn glyph(line: Option<&str>) -> &'static str {
    match line {
        Some("home" | "household") => "home",
        Some("car" | "motor") => "truck",
        Some("parcel") => "package",
        _ => "shield-check",
    }
}

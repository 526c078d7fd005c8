//! A policy: what is insured, against what and up to how much, what it costs, its papers, its claims.

use super::{
    policies::glyph,
    words::{claim_title, frequency_word, line_word, policy_status, policy_title, premium_status, when},
};
use crate::{
    claims::{
        page::list_all,
        store::{self, Claim, Policy},
    },
    ui::{Place, app_page, badge, icon, live_lamp, money},
    web::{Problem, Reason, Services, SignedIn, Visitor},
    whence,
    words::{Figures, Sign},
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, sources::Carries};
use guichet_types::{Id, kind};
use leptos::prelude::*;

pub(super) async fn policy(
    State(services): State<Services>,
    who: SignedIn,
    policy: Result<Path<Id<kind::Policy>>, PathRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let missing = || Problem::new(Reason::NotFound, visitor);
    let Path(id) = policy.map_err(|_| missing())?;
    let (scope, now, figures) = (who.session.scope, visitor.now, visitor.figures(&services));
    let own = figures.clone();
    let found = services
        .db
        .read(&scope, move |tx| {
            async move {
                let live = guichet_platform::live::cursor(tx, &scope).await?;
                let Some(policy) = store::find_policy(tx, &scope, id).await? else { return Ok(None) };
                let late = whence::late(tx, &scope, &[Carries::Claims], now).await?;
                Ok::<_, DbError>(Some((policy, list_all(tx, &scope, &own).await?, live, late)))
            }
            .boxed()
        })
        .await?;
    let (policy, claims, live, late) = found.ok_or_else(missing)?;
    let w = visitor.words();
    let title = policy_title(w, &policy.head);
    let heading = title.clone();
    Ok(app_page(visitor, Place::Claims, &title, Some(live), || {
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/policies">{w.get("claims-policies")}</a></li>
                    <li aria-current="page">{policy.head.number.clone()}</li></ol>
                <h1>{heading}</h1></div>{live_lamp(visitor)}</div>
            {whence::late_note(visitor, &figures, late)}
            <div data-live=format!("policy:{id}")>{policy_body(visitor, &figures, &policy, &claims)}</div>
        }
    }))
}

/// Everything under the heading; follows the live stream.
pub fn policy_body(visitor: &Visitor, figures: &Figures, policy: &Policy, claims: &[Claim]) -> impl IntoView + use<> {
    let w = visitor.words();
    let own: Vec<&Claim> =
        claims.iter().filter(|claim| claim.head.policy_no.as_ref() == Some(&policy.head.number)).collect();
    let claims = (!own.is_empty()).then(|| {
        let items = own.iter().map(|claim| {
            view! {
                <a class="item" href=format!("/claims/{}", claim.id)>
                    <span class="glyph" aria-hidden="true">{icon(visitor, "umbrella")}</span>
                    <span class="item__body"><b>{claim_title(w, &claim.head)}</b><small>{claim.head.number.clone()}</small></span></a>
            }
        });
        let items = items.collect_view();
        view! {
            <section class="panel" aria-labelledby="claims"><div class="panel__head"><h2 id="claims">{w.get("nav-claims")}</h2></div>
                <div class="list">{items}</div></section>
        }
    });
    view! {
        <div class="stack">
            {contract(visitor, figures, policy)}
            <div class="grid">
                <div class="col-7 stack">{cover(visitor, figures, policy)}{claims}</div>
                <div class="col-5 stack">{premiums(visitor, figures, policy)}{papers(visitor, figures, policy)}</div>
            </div>
        </div>
    }
}

fn contract(visitor: &Visitor, figures: &Figures, policy: &Policy) -> impl IntoView + use<> {
    let w = visitor.words();
    let head = &policy.head;
    let pair = |label: String, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
    };
    let premium = head.premium_gross.map(|gross| {
        let often = head.frequency.as_deref().map(|often| frequency_word(w, often)).unwrap_or_default();
        let tax = head.tax.map(|tax| w.with("claims-tax", &[("amount", &figures.money(tax, Sign::Negative))]));
        format!("{} {often} {}", figures.money(gross, Sign::Negative), tax.unwrap_or_default())
    });
    let status = policy_status(w, head).map(|(tone, word)| badge(visitor, tone, None, word));
    let date = |date: Option<guichet_types::Date>| date.map(|date| figures.date(date));
    let source = w.with(
        "claims-source",
        &[("file", &policy.source.file), ("moment", &figures.moment(policy.source.received_at))],
    );
    view! {
        <section class="panel slip" aria-label=w.get("claims-policy")>
            <div class="panel__body stack gap-5">
                <div class="cluster between"><span class="glyph glyph--lg" data-tone="brand" aria-hidden="true">
                    {icon(visitor, glyph(head.line.as_deref()))}</span>{status}</div>
                <dl class="kv">
                    {pair(w.get("claims-insurance"), head.line.as_deref().map(|line| line_word(w, line)))}
                    {pair(w.get("claims-insurer"), head.insurer.clone())}
                    {pair(w.get("claims-holder"), head.holder.clone())}
                    {pair(w.get("claims-start"), date(head.start))}
                    {pair(w.get("claims-end"), date(head.end))}
                    {pair(w.get("claims-renewal"), date(head.renewal))}
                    {pair(w.get("claims-premium"), premium)}
                    {pair(w.get("claims-next-due"), date(head.next_due))}
                    {pair(w.get("claims-intermediary"), head.intermediary.clone())}
                </dl>
                <div class="cluster"><a class="button button--primary" href=format!("/claims/report?policy={}", policy.id)>
                    {icon(visitor, "umbrella")}{w.get("claims-report")}</a></div>
            </div>
            <div class="slip__tear"></div>
            <div class="slip__stub"><span>{w.get("claims-policy")}" "<span class="ref">{head.number.clone()}</span></span>
                <span class="small faint">{source}</span></div>
        </section>
    }
}

fn cover(visitor: &Visitor, figures: &Figures, policy: &Policy) -> impl IntoView + use<> {
    let w = visitor.words();
    let objects = policy.objects.iter().map(|object| {
        let attributes = object.attributes.iter().map(|(name, value)| {
            view! { <div><dt>{name.clone()}</dt><dd>{value.clone()}</dd></div> }
        });
        let attributes = attributes.collect_view();
        let own = policy.coverages.iter().filter(|one| one.object_key.as_ref() == Some(&object.key)).cloned().collect();
        view! {
            <div class="panel__body stack gap-2"><h3>{object.description.clone().unwrap_or_else(|| object.kind.clone())}</h3>
                <dl class="kv">{attributes}</dl></div>
            {coverages(visitor, figures, own)}
        }
    });
    let objects = objects.collect_view();
    let known: Vec<&String> = policy.objects.iter().map(|object| &object.key).collect();
    let rest: Vec<_> = policy
        .coverages
        .iter()
        .filter(|one| one.object_key.as_ref().is_none_or(|key| !known.contains(&key)))
        .cloned()
        .collect();
    let nothing = (policy.objects.is_empty() && policy.coverages.is_empty())
        .then(|| view! { <p class="panel__body muted">{w.get("claims-no-cover")}</p> });
    view! {
        <section class="panel" aria-labelledby="cover"><div class="panel__head"><h2 id="cover">{w.get("claims-cover")}</h2></div>
            {objects}{coverages(visitor, figures, rest)}{nothing}</section>
    }
}

fn coverages(
    visitor: &Visitor,
    figures: &Figures,
    coverages: Vec<crate::claims::model::Coverage>,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = coverages.into_iter().map(|one| {
        let limit = one.limit.map(|limit| w.with("claims-limit", &[("amount", &figures.money(limit, Sign::Negative))]));
        let excess =
            one.deductible.map(|excess| w.with("claims-excess", &[("amount", &figures.money(excess, Sign::Negative))]));
        let from = one.from.map(|from| w.with("claims-from", &[("day", &figures.date(from))]));
        let to = one.to.map(|to| w.with("claims-to", &[("day", &figures.date(to))]));
        let under = [excess, from, to].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "shield-check")}</span>
                <span class="item__body"><b>{one.name.unwrap_or(one.code)}</b><small>{under}</small></span>
                <span class="item__end">{limit}</span></div>
        }
    });
    let items = items.collect_view();
    view! { <div class="list">{items}</div> }
}

fn premiums(visitor: &Visitor, figures: &Figures, policy: &Policy) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    if policy.premiums.is_empty() {
        return None;
    }
    let items = policy.premiums.iter().rev().take(12).map(|premium| {
        let state = premium.status.as_deref().map(|status| {
            let (tone, word) = premium_status(w, status);
            badge(visitor, tone, None, word)
        });
        view! {
            <div class="item"><span class="item__body"><b>{figures.date(premium.due)}</b></span>{state}
                <span class="item__end">{money(figures, premium.amount, Sign::Negative)}</span></div>
        }
    });
    let items = items.collect_view();
    Some(view! {
        <section class="panel" aria-labelledby="premiums">
            <div class="panel__head"><h2 id="premiums">{w.get("claims-premiums")}</h2></div><div class="list">{items}</div></section>
    })
}

fn papers(visitor: &Visitor, figures: &Figures, policy: &Policy) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = policy.papers.iter().map(|paper| {
        let at = paper.at.map(|at| when(figures, at));
        let under = [paper.kind.clone(), at].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "file-text")}</span>
                <span class="item__body"><b>{paper.name.clone()}</b><small>{under}</small></span></div>
        }
    });
    let items = items.collect_view();
    let text = if policy.papers.is_empty() { w.get("claims-no-papers") } else { w.get("claims-papers-note") };
    view! {
        <section class="panel" aria-labelledby="papers">
            <div class="panel__head"><h2 id="papers">{w.get("claims-papers")}</h2></div>
            <div class="list">{items}</div><p class="panel__body small muted">{text}</p></section>
    }
}

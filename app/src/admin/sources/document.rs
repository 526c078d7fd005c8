//! `GET /admin/sources/documents/{document}`: one document: where it came from, what became of it, what was found.

use super::{
    May, connector, hand,
    list::groups,
    parts::{class_badge, crumbs, key_name, length, nothing, source_href},
};
use crate::{
    admin::parts::said,
    ui::{Desk, icon, staff_page},
    web::{Problem, Reason, Services},
};
use axum::{
    extract::{Path, Query, State, rejection::PathRejection},
    response::Response,
};
use guichet_platform::sources::{
    aside,
    documents::{self, Of},
};
use guichet_types::{Id, kind};
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct DocumentQuery {
    said: Option<String>,
}

pub(super) async fn page(
    State(services): State<Services>,
    may: May,
    document: Result<Path<Id<kind::Document>>, PathRejection>,
    Query(query): Query<DocumentQuery>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &may.who.visitor);
    let Path(id) = document.map_err(|_| missing())?;
    let scope = hand(&may.grant);
    let document = documents::find(&services.db, &scope, id).await?.ok_or_else(missing)?;
    let findings = documents::findings(&services.db, &scope, Of::Document(id), 200).await?;
    let found = aside::group(aside::list(&services.db, &scope, Of::Document(id), 500).await?);
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let told = said(
        visitor,
        query.said.as_deref(),
        &[
            ("replayed", "sources-said-replayed", true),
            ("corrected", "sources-said-corrected", true),
            ("still", "sources-said-still", false),
            ("failed", "sources-said-failed", false),
        ],
    );
    let number = |number: u64| figures.number(i64::try_from(number).unwrap_or(i64::MAX));
    let took = document.applied_at.map(|at| length(w, &figures, (at.millis() - document.received_at.millis()).max(0)));
    let kind =
        [document.message_type.clone(), document.version.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    // The beginning is enough to find its bytes by.
    let hash: String =
        document.sha256.iter().take(8).map(|byte| format!("{byte:02x}")).chain(["…".to_owned()]).collect();
    let pair = |label: String, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
    };
    let title = document.name.clone();
    Ok(staff_page(visitor, Desk::Sources, &title.clone(), || {
        view! {
            <div class="page-head"><div>{crumbs(w, title.clone())}<h1>{title}</h1></div>{class_badge(visitor, &document)}</div>
            {told}
            <div class="grid"><div class="col-7 stack">
                <section class="panel" aria-labelledby="qu"><div class="panel__head"><h2 id="qu">{w.get("sources-quarantine")}</h2></div>
                    {found.is_empty().then(|| nothing(visitor, "check-check", w.get("sources-no-pieces")))}
                    <div class="list">{groups(visitor, &found)}</div></section>
                {connector::findings(visitor, &figures, &findings)}
            </div><div class="col-5 stack">
                <section class="panel" aria-labelledby="wh"><div class="panel__head"><h2 id="wh">{w.get("sources-lineage")}</h2></div>
                    <div class="panel__body stack"><dl class="kv">
                        <div><dt>{w.get("sources-connector")}</dt><dd><a href=source_href(&document.source)>{key_name(w, &document.source)}</a></dd></div>
                        {pair(w.get("sources-came"), Some(figures.moment(document.received_at)))}
                        {pair(w.get("sources-took"), took)}
                        {pair(w.get("sources-message"), Some(kind))}
                        {pair(w.get("sources-message-id"), document.message_id.clone())}
                        {pair(w.get("sources-accepted-records"), document.records.map(number))}
                        {pair(w.get("sources-bytes"), Some(number(document.bytes)))}
                        {pair(w.get("sources-readings"), Some(number(u64::from(document.readings))))}
                        {pair(w.get("sources-reason"), document.reason.clone())}
                        <div><dt>"SHA-256"</dt><dd class="ref">{hash}</dd></div></dl>
                        <form method="post" action=format!("/admin/sources/documents/{id}/replay")>
                            <button class="button">{icon(visitor, "rotate-cw")}{w.get("sources-replay")}</button></form>
                        <p class="hint">{w.get("sources-replay-hint")}</p></div></section>
            </div></div>
        }
    }))
}

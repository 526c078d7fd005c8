//! `GET /admin/sources/new`: a connector of one's own: a folder within the inbox, or a webhook with a secret that is made here.

use super::{
    May, Sure, connector, hand,
    parts::{carries_word, choice, crumbs, field, source_href, tick},
};
use crate::{
    admin::parts::said,
    ui::{Desk, staff_page},
    web::{Problem, Services, redirect_to},
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use guichet_platform::{
    audit::Action,
    sources::{self, Carries, SourceSettings, folder_key, hook_key, is_name, mapping, secret},
};
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct AddQuery {
    said: Option<String>,
}

pub(super) async fn page(
    State(services): State<Services>,
    may: May,
    Query(query): Query<AddQuery>,
) -> Result<Response, Problem> {
    let mappings = mapping::list(&services.db, &hand(&may.grant)).await?;
    let visitor = &may.who.visitor;
    let w = visitor.words();
    let title = w.get("sources-add");
    let told = said(
        visitor,
        query.said.as_deref(),
        &[
            ("form", "sources-said-form", false),
            ("key", "sources-said-key", false),
            ("known", "sources-said-known", false),
        ],
    );
    let kinds =
        vec![("folder".to_owned(), w.get("sources-kind-folder")), ("hook".to_owned(), w.get("sources-kind-hook"))];
    let mut options = vec![(String::new(), w.get("sources-no-mapping"))];
    options.extend(mappings.into_iter().map(|mapping| (mapping.id, mapping.name)));
    let ticks =
        Carries::ALL.map(|carries| tick("carries", carries.as_str().to_owned(), carries_word(w, carries), false));
    Ok(staff_page(visitor, Desk::Sources, &title.clone(), || {
        view! {
            <div class="page-head"><div>{crumbs(w, title.clone())}<h1>{title}</h1></div></div>
            {told}
            <section class="panel" aria-label=w.get("sources-add")><form class="panel__body stack" method="post" action="/admin/sources/new">
                {choice("kind", w.get("sources-kind"), "folder", kinds)}
                {field("key", w.get("sources-key"), String::new(), Some(w.get("sources-key-hint")))}
                {field("name", w.get("sources-name"), String::new(), Some(w.get("sources-name-hint")))}
                <fieldset class="stack gap-2"><legend>{w.get("sources-carries")}</legend>{ticks}</fieldset>
                {field("objective", w.get("sources-objective"), String::new(), Some(w.get("sources-objective-hint")))}
                {choice("mapping", w.get("sources-mapping"), "", options)}
                <button class="button button--primary">{w.get("sources-add")}</button></form></section>
        }
    }))
}

pub(super) async fn add(
    State(services): State<Services>,
    Sure { may, proven, fields }: Sure,
) -> Result<Response, Problem> {
    // From the set-up one goes back to it.
    let form = if fields.has("start") { "/admin/start" } else { "/admin/sources/new" };
    let name = fields.get("key").trim();
    if !is_name(name) {
        return Ok(redirect_to(&format!("{form}?said=key")));
    }
    let Some(settings) = connector::read_settings(&fields, &SourceSettings::default()) else {
        return Ok(redirect_to(&format!("{form}?said=form")));
    };
    let is_hook = fields.get("kind") == "hook";
    let key = if is_hook { hook_key(name) } else { folder_key(name) };
    let (scope, now) = (hand(&may.grant), services.clock.now());
    let entry = may.who.act(Action::SourceChanged);
    if !sources::add(&services.db, &scope, key.clone(), settings, (now, entry)).await? {
        return Ok(redirect_to(&format!("{form}?said=known")));
    }
    if is_hook {
        let entry = may.who.act(Action::SourceSecretMade);
        let (at, sealer) = ((key.clone(), now), services.identity.sealer());
        let made = secret::make(&services.db, &proven, sealer, &*services.random, at, entry).await?;
        // Shown in the answer, for it is shown once.
        return connector::show(&services, &may, &key, Some("added"), Some(made)).await;
    }
    if let Err(error) = services.inbox.make_folder(name).await {
        tracing::error!(%error, "The folder of a new source could not be made");
    }
    Ok(if fields.has("start") { redirect_to(form) } else { redirect_to(&format!("{}?said=added", source_href(&key))) })
}

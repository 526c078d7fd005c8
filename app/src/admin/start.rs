//! `/admin/start`: the second half of the set-up, for the first administrator: a first source, a test file, and a look at what
//! became of it as a customer. It is there while the portal has no customers.

use super::{parts::said, setup::stepper};
use crate::{
    admin::sources::parts::{choice, field, source_name, verdict},
    ui::{Desk, icon, staff_page},
    web::{Access, May, Problem, Reason, Routes, SentFile, Services, read_parts, redirect_to},
};
use axum::{
    extract::{Multipart, Query, State, multipart::MultipartRejection},
    response::Response,
    routing::{get, post},
};
use guichet_platform::{
    audit::{Action, Detail},
    inbox::{Imported, MOST_REHEARSED},
    sources::{self, Source},
    staff::{Capability, can, no_customer_yet},
};
use leptos::prelude::*;

type MaySources = May<can::Sources>;

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/admin/start", Access::Staff(Capability::Sources), get(page))
        .upload("/admin/start/file", Access::Staff(Capability::Sources), post(take))
        .post("/admin/start/look", Access::Staff(Capability::Configure), post(look))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct StartQuery {
    said: Option<String>,
}

async fn page(
    State(services): State<Services>,
    may: MaySources,
    Query(query): Query<StartQuery>,
) -> Result<Response, Problem> {
    if !no_customer_yet(&services.db).await? {
        return Ok(redirect_to("/admin"));
    }
    show(&services, &may, query.said.as_deref(), None).await
}

/// `POST /admin/start/file`: a file is taken in as if its source had sent it.
async fn take(
    State(services): State<Services>,
    may: MaySources,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let broken = || Problem::new(Reason::BadRequest, &may.who.visitor);
    if !no_customer_yet(&services.db).await? {
        return Ok(redirect_to("/admin"));
    }
    let (fields, files) = read_parts(form.map_err(|_| broken())?, MOST_REHEARSED).await.map_err(|_| broken())?;
    let Some(SentFile { bytes, .. }) = files.into_iter().find(|file| file.field == "file") else {
        return Err(broken());
    };
    if bytes.is_empty() || bytes.len() > MOST_REHEARSED {
        return Ok(redirect_to("/admin/start?said=file"));
    }
    let key = fields.get("source").to_owned();
    if sources::find(&services.db, &sources::hand(&may.grant), &key).await?.is_none() {
        return Err(broken());
    }
    let entry = may.who.act(Action::DocumentRehearsed).detail(Detail::Count(bytes.len() as u64));
    services.note(&may.who.visitor, entry).await?;
    match services.inbox.offer(&key, "test", bytes).await {
        Ok(taken) => show(&services, &may, None, Some(&taken)).await,
        Err(error) => {
            tracing::error!(%error, "A test file could not be taken in");
            show(&services, &may, Some("failed"), None).await
        }
    }
}

/// `POST /admin/start/look`.
async fn look(State(services): State<Services>, may: May<can::Configure>) -> Result<Response, Problem> {
    let begun = services.identity.begin_trial(&may.grant, &may.who.session).await;
    Ok(match begun.map_err(|error| Problem::of_identity(error, &may.who.visitor))? {
        Some(_) => redirect_to("/overview"),
        None => redirect_to("/admin"),
    })
}

/// The steps that are left, each with its form; the one to take now is open.
async fn show(
    services: &Services,
    may: &MaySources,
    word: Option<&str>,
    taken: Option<&Imported>,
) -> Result<Response, Problem> {
    let known = sources::list(&services.db, &sources::hand(&may.grant)).await?;
    let known: Vec<Source> = known.into_iter().filter(|source| source.key != sources::INBOX).collect();
    let has_file = taken.is_some_and(|taken| taken.outcome.class != "reject")
        || known.iter().any(|source| source.fresh_at.is_some());
    let step = match (known.is_empty(), has_file) {
        (true, _) => 3,
        (false, false) => 4,
        (false, true) => 5,
    };
    let visitor = &may.who.visitor;
    let w = visitor.words();
    let title = w.get("setup-title");
    let heading = title.clone();
    let told = said(
        visitor,
        word,
        &[
            ("file", "sources-said-file", false),
            ("failed", "sources-said-failed", false),
            ("key", "sources-said-key", false),
            ("known", "sources-said-known", false),
            ("form", "sources-said-form", false),
        ],
    );
    let outcome = taken.map(|taken| {
        let (tone, glyph, sentence) = verdict(w, &taken.outcome);
        view! { <p class="alert" data-tone=tone role="status">{icon(visitor, glyph)}<span>{sentence}</span>
        <a href=format!("/admin/sources/documents/{}", taken.document)>{w.get("setup-file-more")}</a></p> }
    });
    let kinds =
        vec![("folder".to_owned(), w.get("sources-kind-folder")), ("hook".to_owned(), w.get("sources-kind-hook"))];
    let options: Vec<(String, String)> =
        known.iter().map(|source| (source.key.clone(), source_name(w, source))).collect();
    let sources = known.iter().map(|source| view! { <li>{source_name(w, source)}</li> }).collect_view();
    let source_panel = view! {
        <section class="panel" aria-labelledby="s1"><div class="panel__head"><h2 id="s1">{w.get("setup-step-source")}</h2></div>
            <div class="panel__body stack"><p class="muted">{w.get("setup-next-source")}</p>
                {(step > 3).then(|| view! { <ul>{sources}</ul> })}
                {(step == 3).then(|| view! {
                    <form class="stack" method="post" action="/admin/sources/new">
                        <input r#type="hidden" name="start" value="1"/>
                        {choice("kind", w.get("sources-kind"), "folder", kinds)}
                        {field("key", w.get("sources-key"), String::new(), Some(w.get("sources-key-hint")))}
                        {field("name", w.get("sources-name"), String::new(), Some(w.get("sources-name-hint")))}
                        <button class="button button--primary">{w.get("sources-add")}</button></form>
                })}</div></section>
    };
    let file_panel = (step > 3).then(|| {
        let class = if step == 4 { "button button--primary" } else { "button" };
        view! {
            <section class="panel" aria-labelledby="s2"><div class="panel__head"><h2 id="s2">{w.get("setup-step-file")}</h2></div>
                <form class="panel__body stack" method="post" action="/admin/start/file" enctype="multipart/form-data">
                    <p class="muted">{w.get("setup-file-text")}</p>{outcome}
                    {choice("source", w.get("sources-dry-source"), "", options)}
                    <div class="field"><label for="file">{w.get("sources-dry-file")}</label><input class="input" id="file" name="file" r#type="file" required/></div>
                    <div class="cluster"><button class=class>{icon(visitor, "upload")}{w.get("setup-file-take")}</button>
                        <a class="button button--sm" href="/admin/sources/mapping">{w.get("setup-file-mapping")}</a></div></form></section>
        }
    });
    let may_look = may.who.scope.grant::<can::Configure>().is_some();
    let look_panel = (step == 5 && may_look).then(|| {
        view! {
            <section class="panel panel--tint" aria-labelledby="s3"><div class="panel__head"><h2 id="s3">{w.get("setup-step-look")}</h2></div>
                <form class="panel__body stack" method="post" action="/admin/start/look"><p>{w.get("setup-look-text")}</p>
                    <button class="button button--primary">{icon(visitor, "eye")}{w.get("setup-look")}</button></form></section>
        }
    });
    let steps = stepper(visitor, step);
    Ok(staff_page(visitor, Desk::Home, &title, || {
        view! {
            <div class="page-head"><div><h1>{heading}</h1><p class="muted">{w.get("setup-rest")}</p></div></div>
            <div class="stack gap-5">{steps}{told}{look_panel}{source_panel}{file_panel}
                <p><a href="/admin">{w.get("setup-later-link")}</a></p></div>
        }
    }))
}

//! How a bank's table is read: a mapping, made in a form against a sample, with what comes of it below.
//!
//! Everything is one form that is sent to its own page: with a file it proposes, with the button "preview" it shows what the
//! fields make of the sample, and with "save" it keeps them, once whoever saves has proved who they are. The sample goes with the
//! form and is kept nowhere.

mod form;
mod preview;

use super::{
    May, Sure, hand,
    parts::{crumbs, nothing},
};
use crate::{
    admin::parts::said,
    ui::{Desk, fragment, icon, staff_page},
    web::{Fields, Problem, Reason, Services, read_parts, redirect_to},
};
use axum::{
    extract::{Multipart, Query, State, multipart::MultipartRejection},
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use form::{Draft, editor};
use guichet_formats::bank_csv::{self, Mapping};
use guichet_platform::{audit::Action, random::random_id, sources::mapping};
use guichet_types::Id;
use leptos::prelude::*;

/// Where a mapping is kept.
pub(super) const KEEP: &str = "/admin/sources/mapping/keep";

/// Bytes of a file that go with the form.
const SAMPLE: usize = 24 << 10;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct MappingQuery {
    id: String,
    said: Option<String>,
}

/// `GET /admin/sources/mappings`.
pub(super) async fn list(State(services): State<Services>, may: May) -> Result<Response, Problem> {
    let mappings = mapping::list(&services.db, &hand(&may.grant)).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("sources-mappings");
    let none = mappings.is_empty();
    let items = mappings.into_iter().map(|mapping| {
        view! {
            <a class="item" href=format!("/admin/sources/mapping?id={}", mapping.id)><span class="glyph" aria-hidden="true">{icon(visitor, "table-2")}</span>
                <span class="item__body"><b>{mapping.name}</b><small>{figures.moment(mapping.changed_at)}</small></span></a>
        }
    });
    let items = items.collect_view();
    Ok(staff_page(visitor, Desk::Sources, &title.clone(), || {
        view! {
            <div class="page-head"><div>{crumbs(w, title.clone())}<h1>{title.clone()}</h1><p class="muted">{w.get("sources-mappings-intro")}</p></div>
                <a class="button button--primary" href="/admin/sources/mapping">{icon(visitor, "plus")}{w.get("sources-mapping-new")}</a></div>
            <section class="panel" aria-label=title>{none.then(|| nothing(visitor, "table-2", w.get("sources-mappings-none")))}
                <div class="list">{items}</div></section>
        }
    }))
}

/// `GET /admin/sources/mapping`.
pub(super) async fn page(
    State(services): State<Services>,
    may: May,
    Query(query): Query<MappingQuery>,
) -> Result<Response, Problem> {
    let mut draft = Draft::default();
    if !query.id.is_empty() {
        let all = mapping::list(&services.db, &hand(&may.grant)).await?;
        let found = all.into_iter().find(|mapping| mapping.id == query.id);
        let found = found.ok_or_else(|| Problem::new(Reason::NotFound, &may.who.visitor))?;
        draft.mapping = serde_json::from_str(&found.body).unwrap_or_default();
        (draft.id, draft.name, draft.shown) = (found.id, found.name, true);
    }
    Ok(show(&may, &draft, query.said.as_deref()))
}

fn show(may: &May, draft: &Draft, word: Option<&str>) -> Response {
    let visitor = &may.who.visitor;
    let w = visitor.words();
    let title = if draft.id.is_empty() { w.get("sources-mapping-new") } else { draft.name.clone() };
    let told = said(
        visitor,
        word,
        &[
            ("saved", "sources-said-mapping", true),
            ("file", "sources-said-file", false),
            ("none", "sources-said-none", false),
            ("name", "sources-said-name", false),
            ("faults", "sources-said-faults", false),
        ],
    );
    let heading = title.clone();
    staff_page(visitor, Desk::Sources, &title, || {
        view! {
            <div class="page-head"><div>{crumbs(w, heading.clone())}<h1>{heading}</h1><p class="muted">{w.get("sources-mapping-intro")}</p></div></div>
            <div class="stack">{told}{editor(visitor, draft)}</div>
        }
    })
}

/// `POST /admin/sources/mapping`.
pub(super) async fn edit(
    State(services): State<Services>,
    may: May,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let (mut draft, fields, file) = read(&may, form).await?;
    if !file.is_empty() {
        draft.sample = cut(file);
    }
    let act = fields.get("act");
    if act == "read" {
        if draft.sample.is_empty() {
            return Ok(show(&may, &draft, Some("file")));
        }
        let Some(guess) = bank_csv::guess(&draft.sample) else { return Ok(show(&may, &draft, Some("none"))) };
        let kept = (draft.mapping.account.take(), draft.mapping.currency.take());
        draft.mapping = guess.mapping;
        draft.mapping.account = draft.mapping.account.or(kept.0);
        draft.mapping.currency = draft.mapping.currency.or(kept.1);
        draft.shown = true;
        return Ok(show(&may, &draft, None));
    }
    draft.shown = true;
    if act != "save" {
        return Ok(show(&may, &draft, None));
    }
    if draft.name.is_empty() {
        return Ok(show(&may, &draft, Some("name")));
    }
    if !draft.mapping.faults().is_empty() {
        return Ok(show(&may, &draft, Some("faults")));
    }
    // The sample stays behind: what is kept until its sender has proved who they are is the mapping alone.
    let body = serde_json::to_vec(&draft.mapping).map_err(Problem::fault)?;
    let fields = [("id", draft.id), ("name", draft.name), ("mapping", packed(&body))];
    let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
    match Sure::or_ask(&services, may, KEEP, fields).await {
        Ok(sure) => keep(State(services), sure).await,
        Err(ask) => Ok(ask),
    }
}

/// `POST /admin/sources/mapping/keep`.
pub(super) async fn keep(
    State(services): State<Services>,
    Sure { may, proven, fields }: Sure,
) -> Result<Response, Problem> {
    let broken = || Problem::new(Reason::BadRequest, &may.who.visitor);
    let read: Mapping = serde_json::from_slice(&unpacked(fields.get("mapping"))).map_err(|_| broken())?;
    if fields.get("name").is_empty() || !read.faults().is_empty() {
        return Err(broken());
    }
    let id: Id<()> = fields.get("id").parse().unwrap_or_else(|_| random_id(&*services.random));
    let name: String = fields.get("name").chars().take(form::NAME).collect();
    let text = (name, serde_json::to_string(&read).map_err(Problem::fault)?);
    let entry = may.who.act(Action::MappingChanged);
    mapping::save(&services.db, &proven, id, text, services.clock.now(), entry).await?;
    Ok(redirect_to(&format!("/admin/sources/mapping?id={id}&said=saved")))
}

/// `POST /admin/sources/mapping/trial`: what the fields make of the sample now. Nothing is kept.
pub(super) async fn try_out(may: May, form: Result<Multipart, MultipartRejection>) -> Result<Response, Problem> {
    let (mut draft, ..) = read(&may, form).await?;
    draft.shown = true;
    Ok(Html(fragment(|| form::shown(&may.who.visitor, &draft))).into_response())
}

/// The form as it came: what is worked on, all fields, and the file.
async fn read(may: &May, form: Result<Multipart, MultipartRejection>) -> Result<(Draft, Fields, Vec<u8>), Problem> {
    let broken = || Problem::new(Reason::BadRequest, &may.who.visitor);
    let (fields, files) = read_parts(form.map_err(|_| broken())?, 2 * SAMPLE).await.map_err(|_| broken())?;
    let file = files.into_iter().find(|file| file.field == "file").unwrap_or_default().bytes;
    Ok((Draft::read(&fields), fields, file))
}

/// The beginning of a file, without half a row at its end.
fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() > SAMPLE {
        bytes.truncate(SAMPLE);
        if let Some(end) = bytes.iter().rposition(|&byte| byte == b'\n') {
            bytes.truncate(end + 1);
        }
    }
    bytes
}

/// A sample on its way through the form.
fn packed(sample: &[u8]) -> String {
    STANDARD.encode(sample)
}

fn unpacked(text: &str) -> Vec<u8> {
    STANDARD.decode(text.trim()).map(cut).unwrap_or_default()
}

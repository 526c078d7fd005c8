//! `GET /admin/sources/dry-run`: a file is read and applied as always, nothing comes of it, and what would be different is
//! listed.

use super::{
    May, hand,
    parts::{choice, crumbs, key_name, verdict},
};
use crate::{
    admin::parts::said,
    ui::{Desk, icon, staff_page},
    web::{Problem, Reason, Services, Visitor, read_parts},
    words::{Figures, Words},
};
use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    response::Response,
};
use guichet_platform::{
    audit::{Action, Detail},
    inbox::{Change, Different, MOST_REHEARSED, Rehearsed},
    sources,
};
use leptos::prelude::*;

pub(super) async fn page(State(services): State<Services>, may: May) -> Result<Response, Problem> {
    show(&services, &may, sources::INBOX, None, None).await
}

/// `POST /admin/sources/dry-run`.
pub(super) async fn run(
    State(services): State<Services>,
    may: May,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let broken = || Problem::new(Reason::BadRequest, &may.who.visitor);
    let (fields, files) = read_parts(form.map_err(|_| broken())?, MOST_REHEARSED).await.map_err(|_| broken())?;
    let source = if fields.has("source") { fields.get("source") } else { sources::INBOX }.to_owned();
    let file = files.into_iter().rfind(|file| file.field == "file").unwrap_or_default();
    let (name, bytes): (String, _) = (file.name.chars().take(200).collect(), file.bytes);
    if bytes.is_empty() || bytes.len() > MOST_REHEARSED {
        return show(&services, &may, &source, Some("file"), None).await;
    }
    if sources::find(&services.db, &hand(&may.grant), &source).await?.is_none() && source != sources::INBOX {
        return Err(broken());
    }
    let entry = may.who.act(Action::DocumentRehearsed).detail(Detail::Count(bytes.len() as u64));
    services.note(&may.who.visitor, entry).await?;
    match services.inbox.rehearse(source.clone(), name.clone(), bytes, None).await {
        Ok(told) => show(&services, &may, &source, None, Some((name, told))).await,
        Err(error) => {
            tracing::error!(%error, "A dry run did not come to its end");
            show(&services, &may, &source, Some("failed"), None).await
        }
    }
}

async fn show(
    services: &Services,
    may: &May,
    source: &str,
    word: Option<&str>,
    result: Option<(String, Rehearsed)>,
) -> Result<Response, Problem> {
    let known = sources::list(&services.db, &hand(&may.grant)).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let title = w.get("sources-dry-run");
    let told = said(visitor, word, &[("file", "sources-said-file", false), ("failed", "sources-said-failed", false)]);
    let mut options: Vec<(String, String)> =
        known.iter().map(|source| (source.key.clone(), super::parts::source_name(w, source))).collect();
    if !known.iter().any(|source| source.key == sources::INBOX) {
        options.insert(0, (sources::INBOX.to_owned(), key_name(w, sources::INBOX)));
    }
    Ok(staff_page(visitor, Desk::Sources, &title.clone(), || {
        view! {
            <div class="page-head"><div>{crumbs(w, title.clone())}<h1>{title}</h1><p class="muted">{w.get("sources-dry-intro")}</p></div></div>
            <div class="stack">{told}
                <section class="panel" aria-label=w.get("sources-dry-file")><form class="panel__body stack" method="post" action="/admin/sources/dry-run" enctype="multipart/form-data">
                    {choice("source", w.get("sources-dry-source"), source, options)}
                    <div class="field"><label for="file">{w.get("sources-dry-file")}</label><input class="input" id="file" name="file" r#type="file" required/></div>
                    <button class="button button--primary">{icon(visitor, "circle-play")}{w.get("sources-dry-run")}</button></form></section>
                {result.map(|(name, told)| outcome(visitor, &figures, &name, &told))}</div>
        }
    }))
}

fn outcome(visitor: &Visitor, figures: &Figures, name: &str, told: &Rehearsed) -> impl IntoView + use<> {
    let w = visitor.words();
    let (tone, glyph, sentence) = verdict(w, &told.outcome);
    let again = told.again.then(|| view! { <p class="muted">{w.get("sources-dry-again")}</p> });
    let tables = told.tables.iter().map(|table| different(visitor, figures, table)).collect_view();
    let unchanged = told.tables.iter().all(|table| table.new + table.changed + table.gone == 0);
    view! {
        <section class="panel" aria-labelledby="out"><div class="panel__head"><h2 id="out">{w.with("sources-dry-of", &[("name", name)])}</h2></div>
            <div class="panel__body stack"><p class="alert" data-tone=tone>{icon(visitor, glyph)}<span>{sentence}</span></p>{again}
                {unchanged.then(|| view! { <p>{w.get("sources-dry-nothing")}</p> })}
                <p class="hint">{w.get("sources-dry-kept")}</p></div>{tables}</section>
    }
}

/// A table, for people.
fn table_name(w: Words, table: &str) -> String {
    match table {
        "account" => w.get("sources-table-account"),
        "statement" => w.get("sources-table-statement"),
        "entry" => w.get("sources-table-entry"),
        "shipment" => w.get("sources-table-shipment"),
        "parcel_event" => w.get("sources-table-event"),
        "policy" | "policy_part" => w.get("sources-table-policy"),
        "claim" | "claim_part" => w.get("sources-table-claim"),
        "portfolio" | "portfolio_position" | "portfolio_cash" => w.get("sources-table-portfolio"),
        "security_transaction" => w.get("sources-table-transaction"),
        "instrument" => w.get("sources-table-instrument"),
        "quote" | "quote_daily" => w.get("sources-table-price"),
        "fx_rate" => w.get("sources-table-rate"),
        "finding" => w.get("sources-findings"),
        "quarantine" => w.get("sources-aside"),
        other => other.to_owned(),
    }
}

fn different(visitor: &Visitor, figures: &Figures, table: &Different) -> impl IntoView + use<> {
    let w = visitor.words();
    let number = |number: u64| figures.number(i64::try_from(number).unwrap_or(i64::MAX));
    let sums = w.with(
        "sources-dry-sums",
        &[
            ("new", &number(table.new)),
            ("changed", &number(table.changed)),
            ("gone", &number(table.gone)),
            ("same", &number(table.same)),
        ],
    );
    let rows = table.rows.iter().map(|change| line(w, change)).collect_view();
    view! {
        <details class="accordion panel__body" open=table.table == "account" || table.table == "entry">
            <summary><b>{table_name(w, table.table)}</b>" "<span class="small muted">{sums}</span></summary>
            <ul class="stack gap-2 small">{rows}</ul></details>
    }
}

/// A row: what would be new or gone in full, else what would be otherwise.
fn line(w: Words, change: &Change) -> impl IntoView + use<> {
    let is_new = change.columns.iter().all(|(_, was, _)| was.is_none());
    let is_gone = change.columns.iter().all(|(.., is)| is.is_none());
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let (word, text) = if is_new || is_gone {
        let values = change.columns.iter().filter_map(|(name, was, is)| {
            let value = is.clone().or_else(|| was.clone())?;
            Some(format!("{name} {value}"))
        });
        let word = if is_new { w.get("sources-dry-new") } else { w.get("sources-dry-gone") };
        (word, values.collect::<Vec<_>>().join(" · "))
    } else {
        let values = change.columns.iter().map(|(name, was, is)| format!("{name} {} → {}", shown(was), shown(is)));
        let about = change.about.iter().take(4).map(|(name, value)| format!("{name} {value}"));
        (w.get("sources-dry-changed"), values.chain(about).collect::<Vec<_>>().join(" · "))
    };
    view! { <li><span class="badge" data-tone="outline">{word}</span>" "<span class="small">{text}</span></li> }
}

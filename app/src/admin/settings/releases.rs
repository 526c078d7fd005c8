//! `GET /admin/releases`: what was published, by whom and when; what differs; the way back; and a release as a file.

use super::{brand::Said, faults_view, head, house_tabs, work};
use crate::{
    house::{Settings, store},
    ui::{Desk, badge, icon, staff_page},
    web::{May, Problem, Reason, Services, Visitor},
};
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, staff::can};
use http::header;
use leptos::prelude::*;

/// Releases in the list.
const LIST: i64 = 50;

pub(super) async fn get(
    State(services): State<Services>,
    may: May<can::Configure>,
    Query(query): Query<Said>,
) -> Result<Response, Problem> {
    let work = work(&services, &may).await?;
    let grant = may.grant;
    let list = services.db.read(&grant, move |tx| async move { store::list(tx, &grant, LIST).await }.boxed());
    let list: Vec<store::Release> = list.await.map_err(|error: DbError| Problem::from(error))?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-house");
    let empty = list.is_empty();
    let release = work.release;
    let rows = list.into_iter().map(|one| {
        let by = one.by.unwrap_or_else(|| w.get("house-by-set-up"));
        let what = match one.repeats {
            Some(number) => w.with("house-repeats", &[("number", &number.to_string())]),
            None => one.note,
        };
        let name = w.with("house-release", &[("number", &one.number.to_string())]);
        let holds = (one.number == release).then(|| badge(visitor, "positive", Some("check"), w.get("house-holds")));
        let back = (one.number != release).then(|| view! {
            <form method="post" action=format!("/admin/releases/{}/back", one.number)>
                <button class="button button--sm">{icon(visitor, "rotate-cw")}{w.get("house-back-to")}</button></form>
        });
        view! {
            <div class="item"><span class="item__body"><span class="cluster gap-2"><b><a href=format!("/admin/releases/{}", one.number)>{name}</a></b>{holds}</span>
                <small>{format!("{} · {by}", figures.moment(one.at))}</small><small>{what}</small></span>
                <span class="cluster gap-2"><a class="button button--sm" href=format!("/admin/releases/{}/export", one.number) download="">{icon(visitor, "download")}{w.get("house-export")}</a>{back}</span></div>
        }
    });
    let rows = rows.collect_view();
    Ok(staff_page(visitor, Desk::House, &title.clone(), || {
        view! {
            {head(visitor, &figures, &work, title, query.said.as_deref())}
            {house_tabs(visitor, "/admin/releases")}
            <div class="grid">
                <section class="panel col-8" aria-labelledby="re"><div class="panel__head"><h2 id="re">{w.get("house-tab-releases")}</h2></div>
                    {empty.then(|| view! { <p class="panel__body muted">{w.get("house-releases-none")}</p> })}
                    <div class="list">{rows}</div></section>
                <section class="panel col-4" aria-labelledby="im"><div class="panel__head"><h2 id="im">{w.get("house-import")}</h2></div>
                    <form class="panel__body stack" method="post" enctype="multipart/form-data" action="/admin/releases/import">
                        <div class="field"><label for="file">{w.get("house-import-file")}</label>
                            <input id="file" name="file" r#type="file" accept="application/json,.json" required/></div>
                        <p class="hint">{w.get("house-import-hint")}</p>
                        <button class="button">{icon(visitor, "upload")}{w.get("house-import-send")}</button></form></section>
            </div>
        }
    }))
}

/// `GET /admin/releases/draft`: what publishing would change, and what keeps it from being published.
pub(super) async fn draft(
    State(services): State<Services>,
    may: May<can::Configure>,
    Query(query): Query<Said>,
) -> Result<Response, Problem> {
    let work = work(&services, &may).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-house");
    let faults = work.settings.faults();
    let good = faults.is_empty() && work.draft.is_some();
    let difference = difference_view(visitor, &work.settings, &work.held);
    Ok(staff_page(visitor, Desk::House, &title.clone(), || {
        view! {
            {head(visitor, &figures, &work, title, query.said.as_deref())}
            {house_tabs(visitor, "/admin/releases")}
            <div class="stack">{faults_view(visitor, &faults)}
                <section class="panel" aria-labelledby="di"><div class="panel__head"><h2 id="di">{w.get("house-difference")}</h2></div>{difference}</section>
                {good.then(|| view! {
                    <section class="panel" aria-labelledby="pu"><div class="panel__head"><h2 id="pu">{w.get("house-publish")}</h2></div>
                        <form class="panel__body stack" method="post" action="/admin/releases/publish">
                            <div class="field"><label for="note">{w.get("house-note")}</label>
                                <input class="input" id="note" name="note" maxlength="200"/></div>
                            <p class="hint">{w.get("house-publish-hint")}</p>
                            <button class="button button--primary">{w.get("house-publish")}</button></form></section>
                })}</div>
        }
    }))
}

/// `GET /admin/releases/{number}`: what a release has changed.
pub(super) async fn one(
    State(services): State<Services>,
    may: May<can::Configure>,
    Path(number): Path<i64>,
) -> Result<Response, Problem> {
    let work = work(&services, &may).await?;
    let (settings, before) = both(&services, &may, number).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-house");
    let heading = w.with("house-release", &[("number", &number.to_string())]);
    let difference = difference_view(visitor, &settings, &before);
    Ok(staff_page(visitor, Desk::House, &title.clone(), || {
        view! {
            {head(visitor, &figures, &work, title, None)}
            {house_tabs(visitor, "/admin/releases")}
            <section class="panel" aria-labelledby="di"><div class="panel__head"><h2 id="di">{heading}</h2></div>{difference}</section>
        }
    }))
}

/// A release, and the one before it.
async fn both(services: &Services, may: &May<can::Configure>, number: i64) -> Result<(Settings, Settings), Problem> {
    let grant = may.grant;
    let read = services.db.read(&grant, move |tx| {
        async move {
                Ok((store::find(tx, &grant, number).await?, store::find(tx, &grant, number.saturating_sub(1)).await?))
            }
            .boxed()
    });
    let (this, before): (Option<Settings>, Option<Settings>) =
        read.await.map_err(|error: DbError| Problem::from(error))?;
    let this = this.ok_or_else(|| Problem::new(Reason::NotFound, &may.who.visitor))?;
    Ok((this, before.unwrap_or_else(|| services.house.ground().plain())))
}

fn difference_view(visitor: &Visitor, settings: &Settings, before: &Settings) -> impl IntoView + use<> {
    let w = visitor.words();
    let lines = settings.difference(before);
    let empty = lines.is_empty();
    let rows = lines.into_iter().map(|(path, before, after)| {
        let shown = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        view! { <tr><th scope="row"><span class="ref">{path}</span></th><td>{shown(before)}</td><td><b>{shown(after)}</b></td></tr> }
    });
    let rows = rows.collect_view();
    view! {
        {empty.then(|| view! { <p class="panel__body muted">{w.get("house-no-difference")}</p> })}
        {(!empty).then(|| view! {
            <div class="table-wrap" tabindex="0"><table class="table table--compact"><thead><tr><th scope="col">{w.get("house-setting")}</th>
                <th scope="col">{w.get("house-before")}</th><th scope="col">{w.get("house-after")}</th></tr></thead><tbody>{rows}</tbody></table></div>
        })}
    }
}

/// `GET /admin/releases/{number}/export`: a release as a file that another portal can take in.
pub(super) async fn export(
    State(services): State<Services>,
    may: May<can::Configure>,
    Path(number): Path<i64>,
) -> Result<Response, Problem> {
    let (settings, _) = both(&services, &may, number).await?;
    let name = format!("attachment; filename=\"guichet-settings-{number}.json\"");
    let headers = [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, settings.write()).into_response())
}

//! The list, newest first, a page at a time.

use super::words::{what, who};
use crate::{
    ui::{Place, app_page, icon},
    web::{Access, Problem, Reason, Routes, Services, SignedIn, Visitor},
    words::Figures,
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
    routing::get,
};
use futures::FutureExt as _;
use guichet_platform::{
    audit::{self, Seen, Thing},
    db::DbError,
    staff::{SupportRow, list_support},
};
use guichet_types::Timestamp;
use leptos::prelude::*;

/// Entries on a page.
const PAGE: usize = 30;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().get("/profile/activity", Access::Customer, get(activity))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct ActivityQuery {
    /// The last entry of the page before.
    before: Option<String>,
}

/// `GET /profile/activity`.
async fn activity(
    State(services): State<Services>,
    who: SignedIn,
    query: Result<Query<ActivityQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Query(query) = query.map_err(|_| missing())?;
    let before = query.before.map(|text| audit::Place::decode(&text).ok_or_else(missing)).transpose()?;
    let later = before.is_some();
    let scope = who.session.scope;
    let read = services.db.read(&scope, move |tx| {
        async move {
            let before = match before {
                None => i64::MAX,
                // Somebody else's entry is not there, like one that never was.
                Some(place) => match audit::find_place(tx, &scope, &place).await? {
                    Some(before) => before,
                    None => return Ok(None),
                },
            };
            let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
            let looks = if later { Vec::new() } else { list_support(tx, &scope).await? };
            Ok::<_, DbError>(Some((audit::list_own(tx, &scope, before, limit).await?, looks)))
        }
        .boxed()
    });
    let (mut rows, looks) = read.await?.ok_or_else(missing)?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| format!("/profile/activity?before={}", row.place.encode()));
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("activity-title");
    let heading = title.clone();
    let empty = rows.is_empty();
    let rows = rows.iter().map(|row| entry(visitor, &figures, row)).collect_view();
    Ok(app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><div><h1>{heading}</h1><p class="muted">{w.get("activity-intro")}</p></div>
                <a class="button" href="/profile">{w.get("activity-back")}</a></div>
            {looks_panel(visitor, &figures, &looks)}
            <section class="panel" aria-labelledby="activity">
                <div class="panel__head"><h2 id="activity">{if later { w.get("activity-earlier") } else { w.get("activity-latest") }}</h2>
                    {later.then(|| view! { <a href="/profile/activity">{w.get("activity-newest")}</a> })}</div>
                {empty.then(|| view! { <p class="panel__body muted">{w.get("activity-empty")}</p> })}
                {(!empty).then(|| view! {
                    <table class="table table--fold" role="table">
                        <thead role="rowgroup"><tr role="row">
                            <th scope="col" role="columnheader">{w.get("activity-what")}</th>
                            <th scope="col" role="columnheader">{w.get("activity-where")}</th>
                            <th scope="col" role="columnheader" class="num">{w.get("activity-when")}</th>
                            <th scope="col" role="columnheader" class="num">{w.get("activity-who")}</th></tr></thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                })}
                {next.map(|next| view! {
                    <div class="panel__body"><a class="button" href=next rel="next">{w.get("activity-more")}</a></div>
                })}
            </section>
        }
    }))
}

/// Who of the institution looked in the customer's place, when, and for what reason.
fn looks_panel(visitor: &Visitor, figures: &Figures, looks: &[SupportRow]) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let items = looks.iter().map(|look| {
        let when = w.with(
            "activity-look-when",
            &[("from", &moment(figures, look.begun_at)), ("until", &figures.time(look.ended_at))],
        );
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "eye")}</span>
                <span class="item__body"><b>{look.reason.clone()}</b><small>{when}</small></span></div>
        }
    });
    let items = items.collect_view();
    (!looks.is_empty()).then(|| view! {
        <section class="panel" aria-labelledby="looks"><div class="panel__head"><h2 id="looks">{w.get("activity-looks")}</h2></div>
            <div class="panel__body"><p class="muted">{w.get("activity-looks-intro")}</p></div><div class="list">{items}</div></section>
    })
}

fn entry(visitor: &Visitor, figures: &Figures, row: &Seen) -> impl IntoView + use<> {
    let (title, more) = what(visitor.words(), row);
    let title = match place(row) {
        Some(href) => view! { <a href=href>{title}</a> }.into_any(),
        None => title.into_any(),
    };
    let more = more.map(|more| view! { <small>{more}</small> });
    let from: Vec<String> = [&row.device, &row.network].into_iter().flatten().cloned().collect();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-fold="lead">{title}{more}</th>
            <td role="cell" data-fold="meta">{from.join(" · ")}</td>
            <td role="cell" class="num" data-fold="sub">
                <time datetime=Figures::machine(row.at)>{moment(figures, row.at)}</time></td>
            <td role="cell" class="num" data-fold="value">{who(visitor, row)}</td>
        </tr>
    }
}

/// Where the thing is shown.
fn place(row: &Seen) -> Option<String> {
    let (subject, id) = row.subject?;
    Some(match subject {
        Thing::Account => format!("/accounts/{id}"),
        Thing::Portfolio => format!("/portfolio/{id}"),
        Thing::Parcel => format!("/parcels/{id}"),
        Thing::Claim => format!("/claims/{id}"),
        _ => return None,
    })
}

/// When it was, with the year where it is not of these days.
fn moment(figures: &Figures, at: Timestamp) -> String {
    let (day, _) = figures.local(at);
    if figures.today().days() - day.days() <= 1 {
        return figures.moment(at);
    }
    format!("{}, {}", figures.date(day), figures.time(at))
}

/// The panel on the profile that leads to the list.
pub fn panel(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <section class="panel" aria-labelledby="your-data">
            <div class="panel__head"><h2 id="your-data">{w.get("activity-your-data")}</h2></div>
            <div class="list">
                <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "eye")}</span>
                    <span class="item__body"><b>{w.get("activity-title")}</b><small>{w.get("activity-hint")}</small></span>
                    <a class="button button--sm" href="/profile/activity" aria-label=w.get("activity-view-label")>{w.get("activity-view")}</a></div>
            </div>
        </section>
    }
}

//! `GET /admin/sources`: all connectors, how they are, what came, and what waits to be looked at.

use super::{
    May,
    chart::{Range, bars, chart, chart_rows, median},
    hand,
    parts::{carries_icon, class_badge, health_badge, length, nothing, source_href, source_name, way},
};
use crate::{
    admin::{
        live::{Glance, Watched, html, live, open, text},
        parts::said,
    },
    ui::{Desk, icon, live_lamp, live_staff_page},
    web::{Problem, Services, Visitor},
    words::{Figures, Words},
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use guichet_platform::{
    db::DbError,
    scope::{FeedScope, Grant},
    sources::{
        self, Facts, Health, Source,
        aside::{self, Group},
        counts::{self, Count},
        documents::{self, Document, Of},
    },
    staff::can,
};
use guichet_types::{Id, Timestamp};
use leptos::prelude::*;

/// Pieces that are looked at for the list.
const PIECES: u32 = 500;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    range: String,
    only: String,
    said: Option<String>,
}

/// A source with what is known of it now.
struct Line {
    source: Source,
    facts: Facts,
    /// Records of the last day, and by five minutes of the last hour.
    day: u64,
    hour: Vec<Count>,
}

impl Line {
    fn is_problem(&self) -> bool {
        matches!(self.facts.health, Health::Failed | Health::Lagging) || self.source.aside > 0
    }
}

/// Everything that the page shows.
struct Overview {
    range: Range,
    only: bool,
    now: Timestamp,
    lines: Vec<Line>,
    counted: Vec<Count>,
    /// When the oldest piece was kept aside.
    oldest: Option<Timestamp>,
    groups: Vec<Group>,
    latest: Vec<Document>,
}

impl Overview {
    async fn read(services: &Services, scope: &FeedScope, query: &ListQuery) -> Result<Self, DbError> {
        let (db, now) = (&services.db, services.clock.now());
        let range = Range::from_name(&query.range);
        let (minutes, bars) = range.bars();
        let counted = counts::throughput(db, scope, None, (range.from(now), minutes, bars)).await?;
        let mut lines = Vec::new();
        for source in sources::list(db, scope).await? {
            let of = || Some(source.key.clone());
            let day = counts::throughput(db, scope, of(), (now.plus_seconds(-86_400), 1_441, 1)).await?;
            let hour = counts::throughput(db, scope, of(), (now.plus_seconds(-3_540), 5, 12)).await?;
            let facts = sources::health::facts(&source, now);
            lines.push(Line { source, facts, day: day.iter().map(|count| count.accepted).sum(), hour });
        }
        let pieces = aside::list(db, scope, Of::All, PIECES).await?;
        let latest = documents::latest(db, scope, None, 8).await?;
        Ok(Self {
            range,
            only: query.only == "problems",
            now,
            lines,
            counted,
            oldest: pieces.first().map(|piece| Timestamp(piece.found_at)),
            groups: aside::group(pieces),
            latest,
        })
    }

    fn rows(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !self.only || line.is_problem())
    }

    fn stats(&self, w: Words, figures: &Figures) -> impl IntoView + use<> {
        stats(w, figures, &self.lines, self.oldest.map(|at| self.now.millis() - at.millis()))
    }
}

pub(super) async fn page(
    State(services): State<Services>,
    may: May,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let all = Overview::read(&services, &hand(&may.grant), &query).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-sources");
    let told = said(visitor, query.said.as_deref(), &SAID);
    let here = format!("?range={}&only={}", all.range.as_str(), if all.only { "problems" } else { "" });
    let live = live(&format!("/admin/sources/live{here}"), &format!("/admin/sources{here}"));
    Ok(live_staff_page(visitor, Desk::Sources, &title.clone(), live, || {
        view! {
            <div class="page-head"><div><div class="cluster gap-3"><h1>{title}</h1>{live_lamp(visitor)}</div>
                <p class="muted">{w.get("sources-intro")}</p></div>
                <div class="cluster gap-2"><a class="button" href="/admin/sources/mappings">{icon(visitor, "table-2")}{w.get("sources-mappings")}</a>
                    <a class="button" href="/admin/sources/dry-run">{icon(visitor, "circle-play")}{w.get("sources-dry-run")}</a>
                    <a class="button button--primary" href="/admin/sources/new">{icon(visitor, "plus")}{w.get("sources-add")}</a></div></div>
            <div class="stack house-notices" role="status" data-live="sources-alerts">{alerts(visitor, &figures, &all.lines)}</div>
            <div class="stack">
                {told}
                <section class="panel" aria-label=all.range.word(w)><div class="panel__body stack gap-5">
                    <div class="stats" data-live="sources-stats">{all.stats(w, &figures)}</div>
                    <div class="cluster between"><h2>{w.get("sources-records")}</h2>{ranges(w, all.range)}</div>
                    {chart(visitor, &figures, all.range, &all.counted)}
                </div></section>
                {table(visitor, &figures, &all)}
                <div class="grid" id="quarantine">
                    <section class="panel col-7" aria-labelledby="qu" data-live="sources-quarantine">{quarantine(visitor, &figures, &all.groups)}</section>
                    <section class="panel col-5" aria-labelledby="lo" data-live="sources-activity">{activity(visitor, &figures, &all.latest)}</section>
                </div>
            </div>
        }
    }))
}

/// `GET /admin/sources/live`: what the page shows, as it becomes different.
pub(super) async fn watch(State(services): State<Services>, may: May, Query(query): Query<ListQuery>) -> Response {
    open(services, may, query)
}

impl Watched for ListQuery {
    type Right = can::Sources;

    async fn look(
        &self,
        services: &Services,
        visitor: &Visitor,
        grant: &Grant<can::Sources>,
    ) -> Result<Glance, Problem> {
        let all = Overview::read(services, &hand(grant), self).await?;
        let (w, figures) = (visitor.words(), visitor.figures(services));
        let mut parts = vec![
            html("sources-alerts", || alerts(visitor, &figures, &all.lines)),
            html("sources-stats", || all.stats(w, &figures)),
            html("sources-chart", || bars(visitor, &figures, all.range, &all.counted)),
            html("sources-chart-rows", || chart_rows(&figures, &all.counted)),
            html("sources-chips", || chips(w, &figures, &all)),
            html("sources-quarantine", || quarantine(visitor, &figures, &all.groups)),
            html("sources-activity", || activity(visitor, &figures, &all.latest)),
        ];
        for line in all.rows() {
            let cells = Cells::of(visitor, &figures, line);
            let key = |cell: &str| format!("{cell} {}", line.source.key);
            parts.extend([
                html(key("health"), || health_badge(visitor, line.facts.health)),
                text(key("lag"), cells.lag),
                text(key("last"), cells.last),
                text(key("day"), cells.day),
                html(key("aside"), || aside_cell(&figures, line)),
                html(key("hour"), || spark(w, &figures, line)),
            ]);
        }
        let shape = all.rows().map(|line| format!("{} {}\n", line.source.key, source_name(w, &line.source))).collect();
        Ok(Glance { shape, parts })
    }
}

/// What the address may say that has just been done.
const SAID: [(&str, &str, bool); 6] = [
    ("replayed", "sources-said-replayed", true),
    ("corrected", "sources-said-corrected", true),
    ("still", "sources-said-still", false),
    ("discarded", "sources-said-discarded", true),
    ("failed", "sources-said-failed", false),
    ("gone", "sources-said-gone", false),
];

fn alerts(visitor: &Visitor, figures: &Figures, lines: &[Line]) -> impl IntoView + use<> {
    let w = visitor.words();
    let late = lines.iter().filter(|line| line.facts.health == Health::Failed).map(|line| {
        let name = source_name(w, &line.source);
        let rejected = line.source.last_class.as_deref() == Some("reject");
        let text = match line.source.fresh_at {
            _ if rejected => w.with("sources-alert-rejected", &[("name", &name)]),
            Some(at) => w.with("sources-alert-late", &[("name", &name), ("moment", &figures.moment(at))]),
            None => w.with("sources-alert-never", &[("name", &name)]),
        };
        view! {
            <p class="alert" data-tone="critical">{icon(visitor, "circle-alert")}<span>{text}</span>
                <a class="button button--sm" href=source_href(&line.source.key)>{w.get("sources-look")}</a></p>
        }
    });
    late.collect_view()
}

fn stats(w: Words, figures: &Figures, lines: &[Line], oldest: Option<i64>) -> impl IntoView + use<> {
    let number = |number: usize| figures.number(i64::try_from(number).unwrap_or(i64::MAX));
    let with = |health: Health| lines.iter().filter(|line| line.facts.health == health).count();
    let others = w.with(
        "sources-stat-others",
        &[
            ("lagging", &number(with(Health::Lagging))),
            ("failed", &number(with(Health::Failed))),
            ("paused", &number(with(Health::Paused))),
        ],
    );
    let lags = lines.iter().filter(|line| line.facts.health != Health::Paused).filter_map(|line| line.facts.lag);
    let day: u64 = lines.iter().map(|line| line.day).sum();
    let aside: u64 = lines.iter().map(|line| line.source.aside).sum();
    let stat = |label: String, figure: String, minor: String, note: String| {
        view! {
            <div class="stat"><span class="label">{label}</span>
                <span class="figure figure--md num">{figure}<span class="figure__minor">{minor}</span></span>
                <span class="small muted">{note}</span></div>
        }
    };
    let of = w.with("sources-stat-of", &[("n", &number(lines.len()))]);
    let oldest =
        oldest.map_or_else(String::new, |age| w.with("sources-stat-oldest", &[("age", &length(w, figures, age))]));
    view! {
        {stat(w.get("sources-healthy"), number(with(Health::Healthy)), of, others)}
        {stat(w.get("sources-stat-lag"), median(w, figures, lags.collect()), String::new(), w.get("sources-stat-lag-note"))}
        {stat(w.get("sources-stat-day"), figures.number(i64::try_from(day).unwrap_or(i64::MAX)), String::new(), w.get("sources-stat-day-note"))}
        {stat(w.get("sources-aside"), figures.number(i64::try_from(aside).unwrap_or(i64::MAX)), String::new(), oldest)}
    }
}

fn ranges(w: Words, now: Range) -> impl IntoView + use<> {
    let link = |range: Range| {
        let current = (range == now).then_some("true");
        view! { <a class="chip" href=format!("/admin/sources?range={}", range.as_str()) aria-current=current>{range.word(w)}</a> }
    };
    view! { <nav class="cluster gap-2" aria-label=w.get("sources-range")>{Range::ALL.map(link)}</nav> }
}

/// All sources or those with a problem, and how many there are of each.
fn chips(w: Words, figures: &Figures, all: &Overview) -> impl IntoView + use<> {
    let problems = all.lines.iter().filter(|line| line.is_problem()).count();
    let chip = |on: bool, href: &'static str, key: &str, count: usize| {
        let text = w.with(key, &[("n", &figures.number(i64::try_from(count).unwrap_or(0)))]);
        view! { <a class="chip" href=href aria-current=on.then_some("true")>{text}</a> }
    };
    view! {
        {chip(!all.only, "/admin/sources", "sources-chip-all", all.lines.len())}
        {chip(all.only, "/admin/sources?only=problems", "sources-chip-problems", problems)}
    }
}

fn table(visitor: &Visitor, figures: &Figures, all: &Overview) -> impl IntoView + use<> {
    let w = visitor.words();
    let rows = all.rows().map(|line| row(visitor, figures, line)).collect_view();
    view! {
        <section class="panel" aria-labelledby="co"><div class="panel__head"><h2 id="co">{w.get("sources-all")}</h2>
            <div class="cluster gap-2" data-live="sources-chips">{chips(w, figures, all)}</div></div>
            {all.lines.is_empty().then(|| nothing(visitor, "cable", w.get("sources-no-sources")))}
            <div class="table-wrap" tabindex="0"><table class="table table--compact table--fold"><thead><tr>
                <th scope="col"><span class="vh">{w.get("sources-kind")}</span></th><th scope="col">{w.get("sources-connector")}</th>
                <th scope="col">{w.get("sources-health")}</th><th scope="col" class="num">{w.get("sources-lag")}</th>
                <th scope="col" class="num">{w.get("sources-last")}</th><th scope="col" class="num">{w.get("sources-today")}</th>
                <th scope="col" class="num">{w.get("sources-aside")}</th><th scope="col">{w.get("sources-last-hour")}</th></tr></thead>
                <tbody>{rows}</tbody></table></div></section>
    }
}

/// The figures of a row.
struct Cells {
    lag: String,
    last: String,
    day: String,
}

impl Cells {
    fn of(visitor: &Visitor, figures: &Figures, line: &Line) -> Self {
        let w = visitor.words();
        Self {
            lag: line.facts.lag.map_or_else(|| w.get("sources-none"), |lag| length(w, figures, lag)),
            last: line.source.last_received_at.map_or_else(|| w.get("sources-none"), |at| figures.moment(at)),
            day: figures.number(i64::try_from(line.day).unwrap_or(i64::MAX)),
        }
    }
}

fn aside_cell(figures: &Figures, line: &Line) -> impl IntoView + use<> {
    let number = figures.number(i64::try_from(line.source.aside).unwrap_or(i64::MAX));
    if line.source.aside > 0 {
        view! { <a href="#quarantine">{number}</a> }.into_any()
    } else {
        view! { {number} }.into_any()
    }
}

/// The last hour as a line.
fn spark(w: Words, figures: &Figures, line: &Line) -> impl IntoView + use<> {
    let most = line.hour.iter().map(|count| count.accepted).max().unwrap_or(0);
    let points: Vec<String> = line
        .hour
        .iter()
        .enumerate()
        .map(|(at, count)| {
            let y = 96 - (count.accepted * 92).checked_div(most).unwrap_or(0).min(92);
            format!("{}{} {y}", if at == 0 { "M" } else { "L" }, at * 100 / 11)
        })
        .collect();
    let sum = line.hour.iter().map(|count| count.accepted).sum::<u64>();
    let label = w.with("sources-spark", &[("n", &figures.number(i64::try_from(sum).unwrap_or(i64::MAX)))]);
    view! {
        <svg class="spark" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=label>
            <path class="c-line" d=points.concat()></path></svg>
    }
}

fn row(visitor: &Visitor, figures: &Figures, line: &Line) -> impl IntoView + use<> {
    let w = visitor.words();
    let source = &line.source;
    let cells = Cells::of(visitor, figures, line);
    let key = |cell: &str| format!("{cell} {}", source.key);
    view! {
        <tr><td><span class="glyph" aria-hidden="true">{icon(visitor, carries_icon(source.settings.carries.first().copied()))}</span></td>
            <th scope="row" data-fold="lead"><a href=source_href(&source.key)>{source_name(w, source)}</a><small>{way(w, &source.key)}</small></th>
            <td data-fold="value" data-live=key("health")>{health_badge(visitor, line.facts.health)}</td>
            <td class="num" data-fold="meta" data-live=key("lag")>{cells.lag}</td>
            <td class="num" data-live=key("last")>{cells.last}</td><td class="num" data-fold="sub" data-live=key("day")>{cells.day}</td>
            <td class="num" data-live=key("aside")>{aside_cell(figures, line)}</td>
            <td data-live=key("hour")>{spark(w, figures, line)}</td></tr>
    }
}

/// Where the pieces of a group stand.
pub(super) fn group_place(w: Words, group: &Group) -> String {
    match &group.last_place {
        Some(last) => {
            w.with("sources-from-to", &[("name", &group.first.name), ("first", &group.first.place), ("last", last)])
        }
        None => w.with("sources-at", &[("name", &group.first.name), ("place", &group.first.place)]),
    }
}

/// Groups of pieces, with what can be done about them.
pub(super) fn groups(visitor: &Visitor, groups: &[Group]) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = groups.iter().map(|group| {
        let piece = Id::<()>::try_from(group.first.id.clone()).map(|id| id.to_string()).unwrap_or_default();
        let document = Id::<()>::try_from(group.first.document_id.clone()).map(|id| id.to_string()).unwrap_or_default();
        let count = w.count("sources-pieces", group.count, &[]);
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "file-x")}</span>
                <span class="item__body"><b>{group_place(w, group)}</b><small>{format!("{} {count}", group.first.reason)}</small></span>
                <span class="cluster gap-2"><a class="button button--sm" href=format!("/admin/sources/pieces/{piece}")>{w.get("sources-inspect")}</a>
                    <form method="post" action=format!("/admin/sources/documents/{document}/replay")>
                        <button class="button button--sm">{w.get("sources-replay")}</button></form></span></div>
        }
    });
    items.collect_view()
}

fn quarantine(visitor: &Visitor, figures: &Figures, found: &[Group]) -> impl IntoView + use<> {
    let w = visitor.words();
    let count: u64 = found.iter().map(|group| group.count).sum();
    let all = (count > 0).then(|| {
        let text = w.with("sources-replay-all", &[("n", &figures.number(i64::try_from(count).unwrap_or(0)))]);
        view! { <form method="post" action="/admin/sources/replay"><button class="button button--sm">{text}</button></form> }
    });
    view! {
        <div class="panel__head"><h2 id="qu">{w.get("sources-quarantine")}</h2>{all}</div>
        {found.is_empty().then(|| nothing(visitor, "check-check", w.get("sources-no-pieces")))}
        <div class="list">{groups(visitor, found)}</div>
    }
}

fn activity(visitor: &Visitor, figures: &Figures, latest: &[Document]) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = latest.iter().map(|document| {
        let records = w.count("sources-record-count", document.records.unwrap_or(0), &[]);
        view! {
            <a class="item" href=format!("/admin/sources/documents/{}", document.id)>
                <span class="item__body"><b>{document.name.clone()}</b><small>{format!("{} · {records}", figures.moment(document.received_at))}</small></span>
                {class_badge(visitor, document)}</a>
        }
    });
    let items = items.collect_view();
    view! {
        <div class="panel__head"><h2 id="lo">{w.get("sources-activity")}</h2></div>
        {latest.is_empty().then(|| nothing(visitor, "inbox", w.get("sources-no-documents")))}
        <div class="list">{items}</div>
    }
}

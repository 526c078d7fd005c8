//! One connector: what it is, what is asked of it, what came last, what was found.

use super::{
    May, Sure, hand,
    list::groups,
    parts::{
        carries_word, choice, class_badge, crumbs, field, health_badge, key_name, length, nothing, source_href,
        source_name, tick, way,
    },
};
use crate::{
    admin::{
        live::{Glance, Watched, html, live, open, text},
        parts::said,
    },
    ui::{Desk, Live, encode, icon, live_lamp, live_staff_page},
    web::{Fields, Problem, Reason, Services, Visitor, redirect_to},
    words::{Figures, Words},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use guichet_platform::{
    audit::Action,
    db::DbError,
    scope::{FeedScope, Grant},
    sources::{
        self, Carries, Facts, Source, SourceSettings,
        aside::{self, Group},
        documents::{self, Document, Finding, Of},
        mapping::{self, StoredMapping},
        secret,
    },
    staff::can,
};
use guichet_types::Timestamp;
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ConnectorQuery {
    said: Option<String>,
}

/// Everything that the page shows.
struct Sheet {
    source: Source,
    facts: Facts,
    documents: Vec<Document>,
    findings: Vec<Finding>,
    groups: Vec<Group>,
    mappings: Vec<StoredMapping>,
}

impl Sheet {
    async fn read(services: &Services, scope: &FeedScope, key: &str) -> Result<Option<Self>, DbError> {
        let (db, of) = (&services.db, Of::Source(key.to_owned()));
        let Some(source) = sources::find(db, scope, key).await? else { return Ok(None) };
        Ok(Some(Self {
            facts: sources::health::facts(&source, services.clock.now()),
            source,
            documents: documents::latest(db, scope, Some(key.to_owned()), 20).await?,
            findings: documents::findings(db, scope, of.clone(), 30).await?,
            groups: aside::group(aside::list(db, scope, of, 200).await?),
            mappings: mapping::list(db, scope).await?,
        }))
    }

    fn lag(&self, w: Words, figures: &Figures) -> String {
        self.facts.lag.map_or_else(|| w.get("sources-none"), |lag| length(w, figures, lag))
    }

    fn fresh(&self, w: Words, figures: &Figures) -> String {
        self.source.fresh_at.map_or_else(|| w.get("sources-none"), |at| figures.moment(at))
    }

    fn waiting(&self, figures: &Figures) -> String {
        figures.number(i64::try_from(self.source.waiting).unwrap_or(0))
    }
}

async fn find(services: &Services, may: &May, key: &str) -> Result<Source, Problem> {
    let found = sources::find(&services.db, &hand(&may.grant), key).await?;
    found.ok_or_else(|| Problem::new(Reason::NotFound, &may.who.visitor))
}

/// `GET /admin/sources/of/{source}`.
pub(super) async fn page(
    State(services): State<Services>,
    may: May,
    Path(key): Path<String>,
    Query(query): Query<ConnectorQuery>,
) -> Result<Response, Problem> {
    show(&services, &may, &key, query.said.as_deref(), None).await
}

/// The page; with a secret that was just made, which is never shown again.
pub(super) async fn show(
    services: &Services,
    may: &May,
    key: &str,
    word: Option<&str>,
    made: Option<String>,
) -> Result<Response, Problem> {
    let sheet = Sheet::read(services, &hand(&may.grant), key).await?;
    let sheet = sheet.ok_or_else(|| Problem::new(Reason::NotFound, &may.who.visitor))?;
    let visitor = &may.who.visitor;
    let tell = may.who.scope.grant::<can::Configure>().map(|_| {
        let w = visitor.words();
        view! { <a class="button button--sm" href=format!("/admin/notices?to={}", encode(key))>{icon(visitor, "send")}{w.get("sources-tell")}</a> }
    });
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let title = source_name(w, &sheet.source);
    let told = said(
        visitor,
        word,
        &[
            ("saved", "sources-said-saved", true),
            ("added", "sources-said-added", true),
            ("form", "sources-said-form", false),
        ],
    );
    let heading = title.clone();
    let door = door(visitor, services, &sheet.source.key);
    let here = source_href(key);
    let live = if made.is_some() { Live::Not } else { live(&format!("{here}/live"), &here) };
    Ok(live_staff_page(visitor, Desk::Sources, &title, live, || {
        view! {
            <div class="page-head"><div>{crumbs(w, heading.clone())}<h1>{heading}</h1>
                <p class="muted">{way(w, &sheet.source.key)}</p></div>
                <div class="cluster gap-3">{live_lamp(visitor)}<span data-live="source-health">{health_badge(visitor, sheet.facts.health)}</span></div></div>
            {told}
            <div class="stack">
                {made.map(|secret| view! {
                    <section class="panel" aria-labelledby="se"><div class="panel__head"><h2 id="se">{w.get("sources-secret")}</h2></div>
                        <div class="panel__body stack"><p>{w.get("sources-secret-once")}</p><pre class="ref scroll">{secret}</pre></div></section>
                })}
                <div class="grid"><div class="col-7 stack">
                    <section class="panel" aria-labelledby="now"><div class="panel__head"><h2 id="now">{w.get("sources-now-title")}</h2><div class="cluster gap-2">{tell}{pause(visitor, &sheet.source)}</div></div>
                        <div class="panel__body"><dl class="kv">
                            <div><dt>{w.get("sources-lag")}</dt><dd data-live="source-lag">{sheet.lag(w, &figures)}</dd></div>
                            <div><dt>{w.get("sources-fresh")}</dt><dd data-live="source-fresh">{sheet.fresh(w, &figures)}</dd></div>
                            <div><dt>{w.get("sources-waiting")}</dt><dd data-live="source-waiting">{sheet.waiting(&figures)}</dd></div>
                            <div><dt>{w.get("sources-door")}</dt><dd class="ref">{door}</dd></div></dl></div></section>
                    <div data-live="source-documents">{document_list(visitor, &figures, &sheet.documents)}</div>
                    <div data-live="source-findings">{findings(visitor, &figures, &sheet.findings)}</div>
                </div><div class="col-5 stack">
                    {settings(visitor, &sheet.source, &sheet.mappings)}
                    <section class="panel" aria-labelledby="qu"><div class="panel__head"><h2 id="qu">{w.get("sources-quarantine")}</h2></div>
                        <div data-live="source-quarantine">{quarantine(visitor, &sheet.groups)}</div></section>
                </div></div>
            </div>
        }
    }))
}

fn quarantine(visitor: &Visitor, found: &[Group]) -> impl IntoView + use<> {
    view! {
        {found.is_empty().then(|| nothing(visitor, "check-check", visitor.words().get("sources-no-pieces")))}
        <div class="list">{groups(visitor, found)}</div>
    }
}

/// `GET /admin/sources/of/{source}/live`: what the page shows, as it becomes different.
pub(super) async fn watch(
    State(services): State<Services>,
    may: May,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let source = find(&services, &may, &key).await?;
    Ok(open(services, may, Connector(source.key)))
}

/// The page of a connector, by its key.
struct Connector(String);

impl Watched for Connector {
    type Right = can::Sources;

    async fn look(
        &self,
        services: &Services,
        visitor: &Visitor,
        grant: &Grant<can::Sources>,
    ) -> Result<Glance, Problem> {
        let (w, figures) = (visitor.words(), visitor.figures(services));
        let sheet = Sheet::read(services, &hand(grant), &self.0).await?;
        let sheet = sheet.ok_or_else(|| Problem::new(Reason::NotFound, visitor))?;
        let parts = vec![
            html("source-health", || health_badge(visitor, sheet.facts.health)),
            text("source-lag", sheet.lag(w, &figures)),
            text("source-fresh", sheet.fresh(w, &figures)),
            text("source-waiting", sheet.waiting(&figures)),
            html("source-documents", || document_list(visitor, &figures, &sheet.documents)),
            html("source-findings", || findings(visitor, &figures, &sheet.findings)),
            html("source-quarantine", || quarantine(visitor, &sheet.groups)),
        ];
        // What somebody is setting in the form stays theirs until they save.
        Ok(Glance { shape: String::new(), parts })
    }
}

/// Where its documents go.
fn door(visitor: &Visitor, services: &Services, key: &str) -> String {
    match key.split_once(':') {
        Some(("hook", name)) => format!("{}/hooks/{name}", services.origin),
        Some(("folder", name)) => format!("inbox/{name}/"),
        _ if key == sources::INBOX => "inbox/".to_owned(),
        _ => key_name(visitor.words(), key),
    }
}

fn pause(visitor: &Visitor, source: &Source) -> impl IntoView + use<> {
    let w = visitor.words();
    let (to, glyph, word) = if source.settings.paused {
        ("on", "circle-play", w.get("sources-go-on"))
    } else {
        ("off", "pause", w.get("sources-pause"))
    };
    view! {
        <form method="post" action=format!("{}/pause", source_href(&source.key))>
            <button class="button button--sm" name="to" value=to>{icon(visitor, glyph)}{word}</button></form>
    }
}

fn settings(visitor: &Visitor, source: &Source, mappings: &[StoredMapping]) -> impl IntoView + use<> {
    let w = visitor.words();
    let own = &source.settings;
    let ticks = Carries::ALL.map(|carries| {
        tick("carries", carries.as_str().to_owned(), carries_word(w, carries), own.carries.contains(&carries))
    });
    let mut options = vec![(String::new(), w.get("sources-no-mapping"))];
    options.extend(mappings.iter().map(|mapping| (mapping.id.clone(), mapping.name.clone())));
    let minutes = own.objective_seconds.map_or_else(String::new, |seconds| (seconds / 60).to_string());
    let secret = source.key.starts_with("hook:").then(|| {
        let hint = if source.has_secret { w.get("sources-secret-made") } else { w.get("sources-secret-config") };
        view! {
            <form class="panel__body stack" method="post" action=format!("{}/secret", source_href(&source.key))>
                <p class="hint">{hint}</p><button class="button button--sm">{icon(visitor, "key-round")}{w.get("sources-secret-new")}</button></form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="set"><div class="panel__head"><h2 id="set">{w.get("sources-settings")}</h2></div>
            <form class="panel__body stack" method="post" action=source_href(&source.key)>
                {field("name", w.get("sources-name"), own.name.clone().unwrap_or_default(), Some(w.get("sources-name-hint")))}
                <fieldset class="stack gap-2"><legend>{w.get("sources-carries")}</legend>{ticks}</fieldset>
                {field("objective", w.get("sources-objective"), minutes, Some(w.get("sources-objective-hint")))}
                {choice("mapping", w.get("sources-mapping"), own.mapping.as_deref().unwrap_or_default(), options)}
                <button class="button button--primary">{w.get("sources-save")}</button></form>{secret}</section>
    }
}

pub(super) fn document_list(visitor: &Visitor, figures: &Figures, documents: &[Document]) -> impl IntoView + use<> {
    let w = visitor.words();
    let rows = documents.iter().map(|document| {
        let records = document.records.map_or_else(String::new, |n| figures.number(i64::try_from(n).unwrap_or(0)));
        view! {
            <tr><th scope="row" data-fold="lead"><a href=format!("/admin/sources/documents/{}", document.id)>{document.name.clone()}</a>
                <small>{figures.moment(document.received_at)}</small></th>
                <td data-fold="value">{class_badge(visitor, document)}</td><td class="num" data-fold="sub">{records}</td>
                <td class="num">{figures.number(i64::try_from(document.aside).unwrap_or(0))}</td>
                <td class="num">{figures.number(i64::try_from(document.findings).unwrap_or(0))}</td></tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel" aria-labelledby="docs"><div class="panel__head"><h2 id="docs">{w.get("sources-latest")}</h2></div>
            {documents.is_empty().then(|| nothing(visitor, "inbox", w.get("sources-no-documents")))}
            <div class="table-wrap" tabindex="0"><table class="table table--compact table--fold"><thead><tr><th scope="col">{w.get("sources-document")}</th>
                <th scope="col">{w.get("sources-became")}</th><th scope="col" class="num">{w.get("sources-accepted-records")}</th>
                <th scope="col" class="num">{w.get("sources-aside")}</th><th scope="col" class="num">{w.get("sources-findings")}</th></tr></thead>
                <tbody>{rows}</tbody></table></div></section>
    }
}

/// What was found, with the account and the file.
pub(super) fn findings(visitor: &Visitor, figures: &Figures, findings: &[Finding]) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = findings.iter().map(|finding| {
        let expected = finding.expected.as_ref().zip(finding.actual.as_ref()).map(|(expected, actual)| {
            w.with("sources-expected", &[("expected", expected), ("actual", actual)])
        });
        let mut about = vec![finding.name.clone()];
        about.extend(Some(finding.place.clone()).filter(|place| !place.is_empty()));
        about.extend(finding.account.as_deref().map(guichet_types::group_in_fours));
        about.push(figures.moment(Timestamp(finding.found_at)));
        if finding.resolved_at.is_some() {
            about.push(w.get("sources-resolved"));
        }
        let glyph = if finding.severity == "info" { "info" } else { "circle-alert" };
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, glyph)}</span>
                <span class="item__body"><b>{finding.message.clone()}</b>{expected.map(|text| view! { <small>{text}</small> })}
                    <small class="muted">{about.join(" · ")}</small></span></div>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="panel" aria-labelledby="fi"><div class="panel__head"><h2 id="fi">{w.get("sources-findings")}</h2></div>
            {findings.is_empty().then(|| nothing(visitor, "check-check", w.get("sources-no-findings")))}
            <div class="list">{items}</div></section>
    }
}

/// What a form says of a source; none when a figure in it is none.
pub(super) fn read_settings(fields: &Fields, before: &SourceSettings) -> Option<SourceSettings> {
    let name: String = fields.get("name").trim().chars().take(80).collect();
    let minutes = fields.get("objective").trim();
    let objective_seconds = match minutes {
        "" => None,
        minutes => Some(minutes.parse::<u32>().ok().filter(|minutes| (1..=527_040).contains(minutes))? * 60),
    };
    Some(SourceSettings {
        name: Some(name).filter(|name| !name.is_empty()),
        carries: fields.all("carries").filter_map(Carries::from_name).collect(),
        objective_seconds,
        paused: before.paused,
        mapping: Some(fields.get("mapping").to_owned()).filter(|mapping| !mapping.is_empty()),
    })
}

/// `POST /admin/sources/of/{source}`.
pub(super) async fn save(
    State(services): State<Services>,
    Path(key): Path<String>,
    Sure { may, fields, .. }: Sure,
) -> Result<Response, Problem> {
    let source = find(&services, &may, &key).await?;
    let Some(settings) = read_settings(&fields, &source.settings) else {
        return Ok(redirect_to(&format!("{}?said=form", source_href(&key))));
    };
    sources::save(&services.db, &hand(&may.grant), key.clone(), settings, may.who.act(Action::SourceChanged)).await?;
    Ok(redirect_to(&format!("{}?said=saved", source_href(&key))))
}

/// `POST /admin/sources/of/{source}/pause`: to wait, or to go on with what has waited.
pub(super) async fn pause_post(
    State(services): State<Services>,
    may: May,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let source = find(&services, &may, &key).await?;
    let settings = SourceSettings { paused: fields.get("to") == "off", ..source.settings };
    sources::save(&services.db, &hand(&may.grant), key.clone(), settings, may.who.act(Action::SourceChanged)).await?;
    services.inbox.wake();
    Ok(redirect_to(&format!("{}?said=saved", source_href(&key))))
}

/// `POST /admin/sources/of/{source}/secret`: a new one, shown once.
pub(super) async fn secret(
    State(services): State<Services>,
    Path(key): Path<String>,
    Sure { may, proven, .. }: Sure,
) -> Result<Response, Problem> {
    let source = find(&services, &may, &key).await?;
    if !source.key.starts_with("hook:") {
        return Err(Problem::new(Reason::NotFound, &may.who.visitor));
    }
    let (sealer, entry) = (services.identity.sealer(), may.who.act(Action::SourceSecretMade));
    let at = (key.clone(), services.clock.now());
    let made = secret::make(&services.db, &proven, sealer, &*services.random, at, entry).await?;
    show(&services, &may, &key, None, Some(made)).await
}

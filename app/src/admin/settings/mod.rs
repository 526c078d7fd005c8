//! Branding, modules, texts, notices and their releases: worked on in one draft, looked at, published, taken back.

mod acts;
mod brand;
mod look;
mod notices;
mod releases;
mod texts;

pub(super) use acts::{PRESETS, begin_from};

use super::parts::{said, tabs};
use crate::{
    house::{Settings, settings::Fault, store},
    ui::icon,
    web::{Access, May, Problem, Routes, Services, Visitor},
    words::Figures,
};
use axum::routing::{get, post};
use futures::FutureExt as _;
use guichet_platform::{
    db::DbError,
    staff::{Capability, can},
};
use leptos::prelude::*;

const CONFIGURE: Access = Access::Staff(Capability::Configure);

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/admin/brand", CONFIGURE, get(brand::get))
        .post("/admin/brand/save", CONFIGURE, post(acts::save_brand))
        .upload("/admin/brand/trial", CONFIGURE, post(acts::try_brand))
        .upload("/admin/brand/logo", CONFIGURE, post(acts::logo))
        .get("/admin/brand/draft.css", CONFIGURE, get(look::sheet))
        .get("/admin/brand/look/{page}", CONFIGURE, get(look::page))
        .get("/admin/texts", CONFIGURE, get(texts::get))
        .post("/admin/texts/save", CONFIGURE, post(texts::save))
        .get("/admin/notices", CONFIGURE, get(notices::get))
        .post("/admin/notices/save", CONFIGURE, post(notices::save))
        .get("/admin/releases", CONFIGURE, get(releases::get))
        .get("/admin/releases/draft", CONFIGURE, get(releases::draft))
        .post("/admin/releases/publish", CONFIGURE, post(acts::publish))
        .post("/admin/releases/discard", CONFIGURE, post(acts::discard))
        .get("/admin/releases/{number}", CONFIGURE, get(releases::one))
        .get("/admin/releases/{number}/export", CONFIGURE, get(releases::export))
        .post("/admin/releases/{number}/back", CONFIGURE, post(acts::back))
        .upload("/admin/releases/import", CONFIGURE, post(acts::import))
}

/// The settings that are worked on: the draft, or what holds while there is none.
pub(super) struct Work {
    pub settings: Settings,
    pub draft: Option<store::Draft>,
    /// The release that holds.
    pub release: i64,
    pub held: Settings,
}

pub(super) async fn work(services: &Services, may: &May<can::Configure>) -> Result<Work, Problem> {
    let grant = may.grant;
    let draft = services.db.read(&grant, move |tx| async move { store::draft(tx, &grant).await }.boxed());
    let draft: Option<store::Draft> = draft.await.map_err(|error: DbError| Problem::from(error))?;
    let (release, held) = match store::latest(&services.db).await? {
        Some((number, settings)) => (number, settings),
        None => (0, services.house.ground().plain()),
    };
    let settings = draft.as_ref().map_or_else(|| held.clone(), |draft| draft.settings.clone());
    Ok(Work { settings, draft, release, held })
}

/// The pages of this entry of the menu.
pub(super) fn house_tabs(visitor: &Visitor, here: &'static str) -> impl IntoView + use<> {
    tabs(
        visitor,
        "nav-house",
        here,
        &[
            ("/admin/brand", "house-tab-brand", true),
            ("/admin/texts", "house-tab-texts", true),
            ("/admin/notices", "house-tab-notices", true),
            ("/admin/releases", "house-tab-releases", true),
        ],
    )
}

/// The head of a page: what it is, where the draft stands, and what to do with it.
pub(super) fn head(
    visitor: &Visitor,
    figures: &Figures,
    work: &Work,
    title: String,
    word: Option<&str>,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let state = match &work.draft {
        Some(draft) => {
            let (time, by) = (figures.moment(draft.at), draft.by.clone().unwrap_or_default());
            w.with("house-draft-saved", &[("time", &time), ("name", &by)])
        }
        None if work.release == 0 => w.get("house-nothing-published"),
        None => w.with("house-release-holds", &[("number", &work.release.to_string())]),
    };
    let acts = work.draft.is_some().then(|| {
        view! {
            <div class="cluster">
                <form method="post" action="/admin/releases/discard"><button class="button">{w.get("house-discard")}</button></form>
                <a class="button button--primary" href="/admin/releases/draft">{w.get("house-review")}</a>
            </div>
        }
    });
    let told = said(
        visitor,
        word,
        &[
            ("saved", "house-said-saved", true),
            ("published", "house-said-published", true),
            ("discarded", "house-said-discarded", true),
            ("back", "house-said-back", true),
            ("imported", "house-said-imported", true),
            ("no-draft", "house-said-no-draft", false),
            ("overtaken", "house-said-overtaken", false),
            ("faults", "house-said-faults", false),
            ("logo-size", "house-said-logo-size", false),
            ("logo-kind", "house-said-logo-kind", false),
            ("logo-element", "house-said-logo-element", false),
            ("form", "house-said-form", false),
        ],
    );
    view! {
        <div class="page-head"><div><h1>{title}</h1><p class="muted">{state}</p></div>{acts}</div>
        {told}
    }
}

/// Why settings cannot be published, in words.
pub(super) fn faults_view(visitor: &Visitor, faults: &[Fault]) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let tenths = |tenths: &i64| format!("{}.{}", tenths / 10, tenths % 10);
    let line = |fault: &Fault| match fault {
        Fault::Name => w.get("house-fault-name"),
        Fault::Tagline => w.get("house-fault-tagline"),
        Fault::Languages => w.get("house-fault-languages"),
        Fault::Modules => w.get("house-fault-modules"),
        Fault::Round => w.get("house-fault-round"),
        Fault::Notice => w.get("house-fault-notice"),
        Fault::Logo => w.get("house-fault-logo"),
        Fault::Form(reason) => w.with("house-fault-form", &[("reason", reason)]),
        Fault::Text(key, reason) => w.with("house-fault-text", &[("key", key), ("reason", reason)]),
        Fault::Contrast { pair, tenths: has, least } => {
            let name = pair_name(visitor, pair);
            w.with("house-fault-contrast", &[("pair", &name), ("has", &tenths(has)), ("least", &tenths(least))])
        }
    };
    let mut lines: Vec<String> = faults.iter().map(line).collect();
    lines.dedup();
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! {
            <div class="alert" data-tone="critical" role="alert">{icon(visitor, "circle-alert")}
                <div><b>{w.get("house-faults")}</b><ul>{lines}</ul></div></div>
        }
    })
}

/// The words for two colours that stand on each other.
pub(super) fn pair_name(visitor: &Visitor, pair: &str) -> String {
    let w = visitor.words();
    match pair {
        "contrast-button" => w.get("contrast-button"),
        "contrast-link" => w.get("contrast-link"),
        "contrast-band" => w.get("contrast-band"),
        "contrast-lamp" => w.get("contrast-lamp"),
        "contrast-text" => w.get("contrast-text"),
        _ => w.get("contrast-mark"),
    }
}

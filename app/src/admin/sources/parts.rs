//! What the pages of sources have in common: names, words, links.

use crate::{
    ui::{badge, encode, icon},
    web::Visitor,
    words::{Figures, Words},
};
use guichet_platform::{
    inbox::Outcome,
    sources::{Carries, Health, Source, documents::Document},
};
use leptos::prelude::*;

/// The name of a source for people: what an operator called it, else what it is.
pub(in crate::admin) fn source_name(w: Words, source: &Source) -> String {
    match source.settings.name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => key_name(w, &source.key),
    }
}

/// What a key is.
pub(super) fn key_name(w: Words, key: &str) -> String {
    match key.split_once(':') {
        Some(("folder", name)) => w.with("sources-folder-named", &[("name", name)]),
        Some(("hook", name)) => w.with("sources-hook-named", &[("name", name)]),
        _ if key == "inbox" => w.get("sources-inbox"),
        _ if key == "command" => w.get("sources-command"),
        _ => key.to_owned(),
    }
}

/// How it brings what it brings.
pub(super) fn way(w: Words, key: &str) -> String {
    match key.split_once(':') {
        Some(("folder", _)) => w.get("sources-way-folder"),
        Some(("hook", _)) => w.get("sources-way-hook"),
        _ if key == "inbox" => w.get("sources-way-folder"),
        _ => w.get("sources-way-command"),
    }
}

pub(super) fn carries_word(w: Words, carries: Carries) -> String {
    match carries {
        Carries::Accounts => w.get("sources-carries-accounts"),
        Carries::Portfolio => w.get("sources-carries-portfolio"),
        Carries::Prices => w.get("sources-carries-prices"),
        Carries::Parcels => w.get("sources-carries-parcels"),
        Carries::Claims => w.get("sources-carries-claims"),
        Carries::People => w.get("sources-carries-people"),
    }
}

pub(super) const fn carries_icon(carries: Option<Carries>) -> &'static str {
    match carries {
        Some(Carries::Accounts) => "landmark",
        Some(Carries::Portfolio) => "briefcase",
        Some(Carries::Prices) => "chart-line",
        Some(Carries::Parcels) => "package",
        Some(Carries::Claims) => "umbrella",
        Some(Carries::People) => "users",
        None => "database",
    }
}

/// Health, by icon and word.
pub(super) fn health_badge(visitor: &Visitor, health: Health) -> impl IntoView + use<> {
    let w = visitor.words();
    match health {
        Health::Healthy => badge(visitor, "positive", Some("check"), w.get("sources-healthy")),
        Health::Lagging => badge(visitor, "warning", Some("clock"), w.get("sources-lagging")),
        Health::Failed => badge(visitor, "critical", Some("circle-alert"), w.get("sources-failed")),
        Health::Paused => badge(visitor, "outline", Some("pause"), w.get("sources-paused")),
    }
}

/// What became of a document, by icon and word.
pub(super) fn class_badge(visitor: &Visitor, document: &Document) -> impl IntoView + use<> {
    let w = visitor.words();
    match (document.state.as_str(), document.class.as_deref()) {
        ("received" | "applying", _) => badge(visitor, "outline", Some("clock"), w.get("sources-waits")),
        (_, Some("accept")) => badge(visitor, "positive", Some("check"), w.get("sources-accepted")),
        (_, Some("warn")) => badge(visitor, "warning", Some("circle-alert"), w.get("sources-warned")),
        _ => badge(visitor, "critical", Some("file-x"), w.get("sources-rejected")),
    }
}

/// What became of what was just read: its tone and icon, and a sentence with the reason.
pub(in crate::admin) fn verdict(w: Words, outcome: &Outcome) -> (&'static str, &'static str, String) {
    let (tone, glyph, word) = match outcome.class {
        "accept" => ("positive", "circle-check", w.get("sources-accepted")),
        "warn" => ("warning", "circle-alert", w.get("sources-warned")),
        _ => ("critical", "file-x", w.get("sources-rejected")),
    };
    let reason = outcome.reason.as_ref().map(|reason| format!(" {reason}")).unwrap_or_default();
    (tone, glyph, format!("{word}.{reason}"))
}

/// A length of time in its two largest units.
pub(super) fn length(w: Words, figures: &Figures, millis: i64) -> String {
    let n = |number: i64| figures.number(number);
    let seconds = millis.div_euclid(1_000);
    match seconds {
        ..=-1 => w.get("sources-none"),
        0 => w.with("sources-millis", &[("n", &n(millis))]),
        1..60 => w.with("sources-seconds", &[("n", &n(seconds))]),
        60..3_600 => w.with("sources-minutes", &[("n", &n(seconds / 60)), ("s", &n(seconds % 60))]),
        3_600..172_800 => w.with("sources-hours", &[("n", &n(seconds / 3_600)), ("m", &n(seconds % 3_600 / 60))]),
        _ => w.with("sources-days", &[("n", &n(seconds / 86_400)), ("h", &n(seconds % 86_400 / 3_600))]),
    }
}

/// The address of a source's page.
pub(super) fn source_href(key: &str) -> String {
    format!("/admin/sources/of/{}", encode(key))
}

/// Where one is, below the list.
pub(super) fn crumbs(w: Words, here: String) -> impl IntoView + use<> {
    view! {
        <ol class="crumbs"><li><a href="/admin/sources">{w.get("nav-sources")}</a></li>
            <li aria-current="page">{here}</li></ol>
    }
}

/// A field with its label.
pub(in crate::admin) fn field(
    id: &'static str,
    label: String,
    value: String,
    hint: Option<String>,
) -> impl IntoView + use<> {
    let described = hint.is_some().then(|| format!("{id}-hint"));
    view! {
        <div class="field"><label for=id>{label}</label>
            <input class="input" id=id name=id value=value maxlength="200" aria-describedby=described.clone()/>
            {hint.map(|hint| view! { <p class="hint" id=described>{hint}</p> })}</div>
    }
}

/// A choice of one.
pub(in crate::admin) fn choice(
    id: &'static str,
    label: String,
    now: &str,
    options: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let options = options.into_iter().map(|(value, word)| {
        let selected = value == now;
        view! { <option value=value selected=selected>{word}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="field"><label for=id>{label}</label>
            <div class="select"><select class="input" id=id name=id>{options}</select></div></div>
    }
}

/// A box to tick.
pub(super) fn tick(name: &'static str, value: String, label: String, checked: bool) -> impl IntoView + use<> {
    view! { <label class="choice"><input r#type="checkbox" name=name value=value checked=checked/><span>{label}</span></label> }
}

/// What there is nothing of.
pub(super) fn nothing(visitor: &Visitor, glyph: &'static str, text: String) -> impl IntoView + use<> {
    view! { <div class="empty"><span class="glyph" aria-hidden="true">{icon(visitor, glyph)}</span><p>{text}</p></div> }
}

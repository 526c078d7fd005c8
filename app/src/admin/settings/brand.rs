//! `GET /admin/brand`: identity, colour and shape, contrast, modules; and beside them how it looks.

use super::{Work, acts::PRESETS, faults_view, head, house_tabs, look::sheet_href, pair_name, work};
use crate::{
    house::{Brand, Face, Module, Settings, css},
    live::trial::Trial,
    ui::{Desk, badge, icon, logo_inside, staff_page},
    web::{Institution, May, Problem, Services, Visitor},
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use guichet_platform::staff::can;
use guichet_types::Locale;
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub said: Option<String>,
}

pub(super) async fn get(
    State(services): State<Services>,
    may: May<can::Configure>,
    Query(query): Query<Said>,
) -> Result<Response, Problem> {
    let work = work(&services, &may).await?;
    let visitor = &may.who.visitor;
    let figures = visitor.figures(&services);
    let title = visitor.words().get("nav-house");
    Ok(staff_page(visitor, Desk::House, &title.clone(), || {
        view! {
            {head(visitor, &figures, &work, title, query.said.as_deref())}
            {house_tabs(visitor, "/admin/brand")}
            <Trial url="/admin/brand/trial".to_owned() form="brand".to_owned()/>
            <div class="grid">
                <div class="col-5 stack">
                    <form class="stack" method="post" action="/admin/brand/save" id="brand">
                        {identity(visitor, &work)}
                        {colours(visitor, &work.settings.brand)}
                        {modules(visitor, &work)}
                        <button class="button button--primary">{visitor.words().get("house-save")}</button>
                    </form>
                    {logos(visitor, &work.settings.brand)}
                </div>
                <div class="col-7 stack" id="trial">{shown(visitor, &services, &work.settings)}</div>
            </div>
        }
    }))
}

/// What is wrong with settings, how they look, and whether that can be read.
pub(super) fn shown(visitor: &Visitor, services: &Services, settings: &Settings) -> impl IntoView + use<> {
    view! {
        <link rel="stylesheet" href=sheet_href(&settings.brand)/>
        {faults_view(visitor, &settings.faults())}
        {preview(visitor, services, settings)}
        {contrast(visitor, &settings.brand)}
    }
}

fn identity(visitor: &Visitor, work: &Work) -> impl IntoView + use<> {
    let w = visitor.words();
    let settings = work.settings.clone();
    let languages = Locale::ALL.map(|locale| {
        let on = settings.languages.contains(&locale);
        view! {
            <label class="check"><input r#type="checkbox" name="language" value=locale.tag() checked=on/>
                <span lang=locale.tag()>{locale.own_name()}</span></label>
        }
    });
    let first = settings.languages.first().copied();
    let options = Locale::ALL.map(|locale| {
        view! { <option value=locale.tag() selected=Some(locale) == first>{locale.own_name()}</option> }
    });
    view! {
        <section class="panel" aria-labelledby="id"><div class="panel__head"><h2 id="id">{w.get("house-identity")}</h2></div>
            <div class="panel__body stack">
                <div class="field"><label for="name">{w.get("house-name")}</label>
                    <input class="input" id="name" name="name" value=settings.name maxlength="40" required/></div>
                <div class="field"><label for="tagline">{w.get("house-tagline")}</label>
                    <input class="input" id="tagline" name="tagline" value=settings.tagline maxlength="90"/></div>
                <fieldset class="field"><legend class="label">{w.get("house-languages")}</legend>
                    <div class="cluster">{languages}</div></fieldset>
                <div class="field"><label for="first">{w.get("house-first-language")}</label>
                    <div class="select"><select class="input" id="first" name="first">{options}</select></div></div>
            </div></section>
    }
}

fn colours(visitor: &Visitor, brand: &Brand) -> impl IntoView + use<> {
    let w = visitor.words();
    let presets = PRESETS.map(|(word, ..)| {
        let name = match word {
            "petrol" => w.get("house-petrol"),
            "plum" => w.get("house-plum"),
            "signal" => w.get("house-signal"),
            _ => w.get("house-forest"),
        };
        view! { <button class="chip" name="preset" value=word>{name}</button> }
    });
    let faces = Face::ALL.map(|face| {
        let name = match face {
            Face::Plex => "IBM Plex Sans".to_owned(),
            Face::System => w.get("house-face-system"),
            Face::Serif => w.get("house-face-serif"),
        };
        view! { <option value=face.word() selected=face == brand.face>{name}</option> }
    });
    let (main, accent, round) = (brand.brand.to_string(), brand.accent.to_string(), brand.round.to_string());
    view! {
        <section class="panel" aria-labelledby="cl"><div class="panel__head"><h2 id="cl">{w.get("house-colour")}</h2></div>
            <div class="panel__body stack">
                <div class="field"><span class="label" id="from">{w.get("house-start-from")}</span>
                    <div class="cluster gap-2" role="group" aria-labelledby="from">{presets}</div></div>
                <div class="cluster">
                    <div class="field"><label for="brand-colour">{w.get("house-brand")}</label>
                        <input class="input swatch" id="brand-colour" name="brand" r#type="color" value=main/></div>
                    <div class="field"><label for="accent-colour">{w.get("house-accent")}</label>
                        <input class="input swatch" id="accent-colour" name="accent" r#type="color" value=accent/></div>
                </div>
                <div class="field"><label for="round">{w.get("house-corners")}</label>
                    <input id="round" name="round" r#type="range" min="0" max="20" value=round/></div>
                <div class="field"><label for="face">{w.get("house-typeface")}</label>
                    <div class="select"><select class="input" id="face" name="face">{faces}</select></div></div>
            </div></section>
    }
}

fn modules(visitor: &Visitor, work: &Work) -> impl IntoView + use<> {
    let w = visitor.words();
    let on = work.settings.modules;
    let items = Module::ALL.map(|module| {
        let (glyph, name, text) = match module {
            Module::Accounts => ("landmark", w.get("nav-accounts"), w.get("house-accounts")),
            Module::Portfolio => ("chart-line", w.get("nav-portfolio"), w.get("house-portfolio")),
            Module::Parcels => ("package", w.get("nav-parcels"), w.get("house-parcels")),
            Module::Claims => ("umbrella", w.get("nav-claims"), w.get("house-claims")),
        };
        let id = format!("module-{}", module.word());
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, glyph)}</span>
                <label class="item__body" for=id.clone()><b>{name}</b><small>{text}</small></label>
                <input class="switch" r#type="checkbox" role="switch" id=id name="module" value=module.word() checked=on.has(module)/></div>
        }
    });
    let count = w.with("house-modules-on", &[("on", &on.count().to_string()), ("all", &Module::ALL.len().to_string())]);
    view! {
        <section class="panel" aria-labelledby="mo">
            <div class="panel__head"><h2 id="mo">{w.get("house-modules")}</h2><span class="small muted">{count}</span></div>
            <div class="list">{items}</div></section>
    }
}

/// The logos have a form of their own: files cannot be sent with the rest.
fn logos(visitor: &Visitor, brand: &Brand) -> impl IntoView + use<> {
    let w = visitor.words();
    let one = |name: &'static str, label: String, hash: Option<&String>| {
        let shown = hash.map(|hash| {
            view! { <img class="logo__own" src=format!("/brand/picture/{hash}") alt=label.clone() height="32"/> }
        });
        view! {
            <div class="field"><label for=name>{label.clone()}</label>{shown}
                <input id=name name=name r#type="file" accept="image/svg+xml,image/png,image/jpeg"/></div>
        }
    };
    let drop = |word: &'static str, label: String| {
        view! { <button class="button button--sm" form="brand" name="drop" value=word>{label}</button> }
    };
    view! {
        <section class="panel" aria-labelledby="lg"><div class="panel__head"><h2 id="lg">{w.get("house-logo")}</h2></div>
            <form class="panel__body stack" method="post" enctype="multipart/form-data" action="/admin/brand/logo">
                {one("logo", w.get("house-logo-light"), brand.logo.as_ref())}
                {one("logo_dark", w.get("house-logo-dark"), brand.logo_dark.as_ref())}
                <p class="hint">{w.get("house-logo-hint")}</p>
                <div class="cluster"><button class="button">{icon(visitor, "upload")}{w.get("house-logo-send")}</button>
                    {brand.logo.is_some().then(|| drop("logo", w.get("house-logo-drop")))}
                    {brand.logo_dark.is_some().then(|| drop("logo_dark", w.get("house-logo-drop-dark")))}</div>
            </form></section>
    }
}

fn contrast(visitor: &Visitor, brand: &Brand) -> impl IntoView + use<> {
    let w = visitor.words();
    let pairs = css::contrasts(brand);
    let good = pairs.iter().all(|pair| pair.light >= pair.least && pair.dark >= pair.least);
    let ratio = |ratio: f64| {
        let tenths = css::tenths(ratio);
        format!("{}.{} : 1", tenths / 10, tenths % 10)
    };
    let row = |pair: &css::Pair| {
        view! { <tr><th scope="row">{pair_name(visitor, pair.name)}</th><td class="num">{ratio(pair.light)}</td>
        <td class="num">{ratio(pair.dark)}</td></tr> }
    };
    let rows = pairs.iter().map(row).collect_view();
    let verdict = if good {
        badge(visitor, "positive", Some("check"), w.get("house-contrast-good")).into_any()
    } else {
        badge(visitor, "critical", Some("circle-alert"), w.get("house-contrast-bad")).into_any()
    };
    view! {
        <section class="panel" aria-labelledby="co"><div class="panel__head"><h2 id="co">{w.get("house-contrast")}</h2>{verdict}</div>
            <div class="table-wrap" tabindex="0"><table class="table table--compact"><thead><tr><th scope="col">{w.get("house-pair")}</th>
                <th scope="col" class="num">{w.get("house-light")}</th><th scope="col" class="num">{w.get("house-dark")}</th></tr></thead>
                <tbody>{rows}</tbody></table></div>
            <div class="panel__foot"><span>{w.get("house-contrast-foot")}</span></div></section>
    }
}

/// Parts of real pages in the colours of the draft, light and dark, and the way to whole pages.
fn preview(visitor: &Visitor, services: &Services, settings: &Settings) -> impl IntoView + use<> {
    let w = visitor.words();
    let institution = Institution {
        name: settings.name.clone(),
        brand: settings.brand.clone(),
        ..Institution::clone(&services.house.now())
    };
    let device = |theme: &'static str| {
        view! {
            <div class="device" data-brand="draft" data-theme=theme>
                <div class="band cluster between"><span class="logo">{logo_inside(&institution)}</span>
                    <span class="button button--primary">{w.get("sign-in")}</span></div>
                <div class="stack">
                    <div class="panel slip"><div class="panel__body stack gap-2">
                        <span class="cluster gap-2">{badge(visitor, "info", Some("truck"), w.get("house-sample-badge"))}
                            <span class="live">{w.get("live")}</span></span>
                        <span class="small muted">{w.get("house-sample-window")}</span>
                        <span class="figure figure--md num">"15:10–16:40"</span>
                        <ol class="stepper stepper--mini" aria-label=w.get("house-sample-steps")>
                            <li data-state="done"></li><li data-state="done"></li><li data-state="current"></li><li data-state="todo"></li></ol>
                        </div><div class="slip__tear"></div>
                        <div class="slip__stub"><span class="ref">"GX 4471 0928 FR"</span>
                            <span class="button button--primary button--sm">{w.get("house-sample-follow")}</span></div></div>
                    <div class="panel"><div class="panel__body stack gap-2">
                        <span class="cluster between"><b>{w.get("house-sample-account")}</b><span class="delta" data-dir="up">"2.1%"</span></span>
                        <span class="figure figure--md money">"€4,812"<span class="figure__minor">".37"</span></span>
                        <p class="alert">{icon(visitor, "calendar")}<span>{w.get("house-sample-next")}</span></p></div></div>
                </div>
            </div>
        }
    };
    view! {
        <section class="stack" aria-labelledby="pv">
            <div class="cluster between"><h2 id="pv">{w.get("house-preview")}</h2>
                <div class="cluster gap-2">
                    <a class="chip" href="/admin/brand/look/home">{w.get("house-look-home")}</a>
                    <a class="chip" href="/admin/brand/look/sign-in">{w.get("house-look-sign-in")}</a>
                    <a class="chip" href="/admin/brand/look/track">{w.get("house-look-track")}</a></div></div>
            <div class="grid"><div class="col-6">{device("light")}</div><div class="col-6">{device("dark")}</div></div>
        </section>
    }
}

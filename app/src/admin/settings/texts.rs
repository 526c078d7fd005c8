//! `GET /admin/texts`: every text of the portal in one language, ours and the institution's own, with a look at how it reads.
//! Letters are texts like any other: their names begin with `letter-`.

use super::{head, house_tabs, look::LETTERS, work};
use crate::{
    house::store,
    ui::{Desk, alert, encode, icon, staff_page},
    web::{Fields, May, Problem, Services, Visitor, redirect_to},
    words::{check_text, keys, sample, source_text},
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use guichet_platform::staff::can;
use guichet_types::Locale;
use leptos::prelude::*;

/// Texts on a page.
const PAGE: usize = 20;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct TextQuery {
    language: Option<String>,
    q: String,
    page: usize,
    said: Option<String>,
    /// A text that was refused, and why is said beside it.
    wrong: Option<String>,
    text: Option<String>,
}

pub(super) async fn get(
    State(services): State<Services>,
    may: May<can::Configure>,
    Query(query): Query<TextQuery>,
) -> Result<Response, Problem> {
    let work = work(&services, &may).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let locale = query.language.as_deref().and_then(|tag| tag.parse().ok()).unwrap_or(visitor.locale);
    let own = work.settings.texts.get(&locale).cloned().unwrap_or_default();
    let sought = query.q.trim().to_lowercase();
    let found: Vec<String> = keys(locale)
        .into_iter()
        .filter(|key| {
            let hit = |text: &str| text.to_lowercase().contains(&sought);
            sought.is_empty() && own.contains_key(key)
                || !sought.is_empty()
                    && (hit(key)
                        || source_text(locale, key).is_some_and(|text| hit(&text))
                        || own.get(key).is_some_and(|text| hit(text)))
        })
        .collect();
    let (total, from) = (found.len(), query.page.saturating_mul(PAGE));
    let rows: Vec<_> = found.into_iter().skip(from).take(PAGE).collect();
    let more = from + rows.len() < total;
    let empty = rows.is_empty();
    let (q, tag) = (query.q.clone(), locale.tag());
    let rows = rows.into_iter().map(|key| {
        let typed = (query.wrong.as_deref() == Some(key.as_str())).then(|| query.text.clone().unwrap_or_default());
        row(visitor, locale, &key, own.get(&key).cloned(), typed, &q)
    });
    let rows = rows.collect_view();
    let languages = Locale::ALL.map(|one| {
        view! { <option value=one.tag() selected=one == locale>{one.own_name()}</option> }
    });
    let letters = LETTERS.map(|word| {
        let key = format!("letter-{word}-subject");
        let name = own.get(&key).cloned().or_else(|| source_text(locale, &key)).unwrap_or_default();
        view! { <a class="chip" href=format!("/admin/brand/look/letter-{word}?language={tag}")>{name}</a> }
    });
    let title = w.get("nav-house");
    let next = format!("/admin/texts?language={tag}&q={}&page={}", encode(&q), query.page.saturating_add(1));
    Ok(staff_page(visitor, Desk::House, &title.clone(), || {
        view! {
            {head(visitor, &figures, &work, title, query.said.as_deref())}
            {house_tabs(visitor, "/admin/texts")}
            <section class="panel" aria-labelledby="tx"><div class="panel__head"><h2 id="tx">{w.get("house-tab-texts")}</h2></div>
                <form class="panel__body cluster" method="get" action="/admin/texts">
                    <div class="field"><label for="language">{w.get("language-word")}</label>
                        <div class="select"><select class="input" id="language" name="language">{languages}</select></div></div>
                    <div class="field grow"><label for="q">{w.get("house-find-text")}</label>
                        <input class="input" id="q" name="q" r#type="search" value=q/></div>
                    <button class="button">{icon(visitor, "search")}{w.get("house-find")}</button>
                </form>
                <p class="panel__body hint">{w.get("house-texts-hint")}</p>
                <div class="panel__body cluster gap-2"><span class="small muted">{w.get("house-look-letters")}</span>{letters}</div>
                {empty.then(|| view! { <p class="panel__body muted">{w.get("house-texts-none")}</p> })}
                <div class="list">{rows}</div>
                {more.then(|| view! { <div class="panel__foot"><a class="button" href=next rel="next">{w.get("people-next")}</a></div> })}
            </section>
        }
    }))
}

fn row(
    visitor: &Visitor,
    locale: Locale,
    key: &str,
    own: Option<String>,
    typed: Option<String>,
    q: &str,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let ours = source_text(locale, key).unwrap_or_default();
    let fault = typed.as_ref().and_then(|text| check_text(locale, key, text).err());
    let shown = typed.or_else(|| own.clone()).unwrap_or_else(|| ours.clone());
    let reads = sample(locale, key, &shown).unwrap_or_default();
    let id = format!("t-{key}");
    let fault = fault.map(|reason| {
        alert(
            visitor,
            Some("critical"),
            "circle-alert",
            w.with("house-fault-text", &[("key", key), ("reason", &reason)]),
        )
    });
    let back = own.is_some().then(
        || view! { <button class="button button--sm" name="act" value="back">{w.get("house-text-back")}</button> },
    );
    view! {
        <form class="item" method="post" action="/admin/texts/save" id=key.to_owned()>
            <input r#type="hidden" name="language" value=locale.tag()/><input r#type="hidden" name="key" value=key.to_owned()/>
            <input r#type="hidden" name="q" value=q.to_owned()/>
            <div class="item__body stack gap-2"><label for=id.clone()><span class="ref">{key.to_owned()}</span></label>
                {fault}
                <textarea class="input" id=id name="text" rows="2" maxlength="4000" lang=locale.tag()>{shown}</textarea>
                <small>{w.with("house-text-reads", &[("text", &reads)])}</small>
                {own.is_some().then(|| view! { <small class="muted">{w.with("house-text-ours", &[("text", &ours)])}</small> })}
                <div class="cluster gap-2"><button class="button button--sm button--primary" name="act" value="save">{w.get("house-save")}</button>{back}</div>
            </div></form>
    }
}

/// `POST /admin/texts/save`.
pub(super) async fn save(
    State(services): State<Services>,
    may: May<can::Configure>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (key, text) = (fields.get("key").to_owned(), fields.get("text").replace("\r\n", "\n"));
    let locale: Locale = fields.get("language").parse().unwrap_or_default();
    let here = format!("/admin/texts?language={}&q={}", locale.tag(), encode(fields.get("q")));
    let mut settings = work(&services, &may).await?.settings;
    let texts = settings.texts.entry(locale).or_default();
    if fields.get("act") == "back" {
        texts.remove(&key);
    } else if check_text(locale, &key, &text).is_err() {
        // What was typed stays, beside the reason.
        let text: String = text.chars().take(600).collect();
        return Ok(redirect_to(&format!("{here}&wrong={}&text={}#{}", encode(&key), encode(&text), encode(&key))));
    } else if source_text(locale, &key).as_deref() == Some(text.trim()) {
        texts.remove(&key);
    } else {
        texts.insert(key.clone(), text.trim().to_owned());
    }
    settings.texts.retain(|_, texts| !texts.is_empty());
    store::save_draft(&services.db, &may.grant, &settings, may.who.visitor.now).await?;
    Ok(redirect_to(&format!("{here}&said=saved#{}", encode(&key))))
}

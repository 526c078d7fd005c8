//! `GET /admin/notices`: what everybody is to know for a while; of an outage, of something planned.

use super::{head, house_tabs, work};
use crate::{
    admin::sources::parts::source_name,
    house::{Module, Notice, Tone, store},
    ui::{Desk, badge, staff_page},
    web::{Fields, May, Problem, Services, Visitor, redirect_to},
    words::Figures,
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use guichet_platform::{
    sources::{self, Carries, Source},
    staff::can,
};
use guichet_types::{Locale, Timestamp};
use jiff::{civil::DateTime, tz::TimeZone};
use leptos::prelude::*;

/// What the choice of a back office begins with; a module is a word alone.
const OFFICE: &str = "source:";

pub(super) async fn get(
    State(services): State<Services>,
    may: May<can::Configure>,
    Query(query): Query<NoticesQuery>,
) -> Result<Response, Problem> {
    let work = work(&services, &may).await?;
    let visitor = &may.who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-house");
    let empty = work.settings.notices.is_empty();
    let offices = offices(&services, &may).await?;
    let rows = work.settings.notices.iter().enumerate();
    let rows = rows.map(|(index, notice)| row(visitor, &figures, (index, notice), &offices)).collect_view();
    let languages = work.settings.languages.clone();
    Ok(staff_page(visitor, Desk::House, &title.clone(), || {
        view! {
            {head(visitor, &figures, &work, title, query.said.as_deref())}
            {house_tabs(visitor, "/admin/notices")}
            <div class="grid">
                <section class="panel col-7" aria-labelledby="no"><div class="panel__head"><h2 id="no">{w.get("house-tab-notices")}</h2></div>
                    {empty.then(|| view! { <p class="panel__body muted">{w.get("house-notices-none")}</p> })}
                    <div class="list">{rows}</div></section>
                <div class="col-5">{form(visitor, &languages, &offices, &query.to)}</div>
            </div>
        }
    }))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NoticesQuery {
    said: Option<String>,
    /// The connector whose outage is to be told.
    to: String,
}

/// The back offices that a notice can be about, for whoever may look after them.
async fn offices(services: &Services, may: &May<can::Configure>) -> Result<Vec<Source>, Problem> {
    match may.who.scope.grant::<can::Sources>() {
        Some(grant) => Ok(sources::list(&services.db, &sources::hand(&grant)).await?),
        None => Ok(Vec::new()),
    }
}

/// The modules of what a back office brings; none when it does not say, or brings who the customers are.
fn brings(source: &Source) -> Vec<String> {
    let carries = &source.settings.carries;
    if carries.contains(&Carries::People) {
        return Vec::new();
    }
    let module = |one: &Carries| match one {
        Carries::Accounts => Some(Module::Accounts),
        Carries::Portfolio | Carries::Prices => Some(Module::Portfolio),
        Carries::Parcels => Some(Module::Parcels),
        Carries::Claims => Some(Module::Claims),
        Carries::People => None,
    };
    let mut words: Vec<String> = carries.iter().filter_map(module).map(|module| module.word().to_owned()).collect();
    words.sort();
    words.dedup();
    words
}

fn tone_name(visitor: &Visitor, tone: Tone) -> String {
    let w = visitor.words();
    match tone {
        Tone::Info => w.get("house-tone-info"),
        Tone::Warning => w.get("house-tone-warning"),
        Tone::Critical => w.get("house-tone-critical"),
    }
}

fn module_name(visitor: &Visitor, module: Module) -> String {
    let w = visitor.words();
    match module {
        Module::Accounts => w.get("nav-accounts"),
        Module::Portfolio => w.get("nav-portfolio"),
        Module::Parcels => w.get("nav-parcels"),
        Module::Claims => w.get("nav-claims"),
    }
}

fn row(
    visitor: &Visitor,
    figures: &Figures,
    (index, notice): (usize, &Notice),
    offices: &[Source],
) -> impl IntoView + use<> {
    let w = visitor.words();
    let office = notice.source.as_ref().map(|key| {
        offices.iter().find(|office| office.key == *key).map_or_else(|| key.clone(), |office| source_name(w, office))
    });
    let module = notice.module.as_deref().and_then(|word| Module::ALL.into_iter().find(|one| one.word() == word));
    let place = module.map_or_else(|| w.get("house-everywhere"), |module| module_name(visitor, module));
    let place = office.unwrap_or(place);
    let edge = |at: Option<i64>, key: String| at.map_or(key, |at| figures.moment(Timestamp(at)));
    let span = w.with(
        "house-from-until",
        &[
            ("from", &edge(notice.from, w.get("house-at-once"))),
            ("until", &edge(notice.until, w.get("house-until-taken"))),
        ],
    );
    let tone = if notice.tone == Tone::Info { "info" } else { notice.tone.word() };
    view! {
        <div class="item"><span class="item__body"><span class="cluster gap-2">{badge(visitor, tone, None, tone_name(visitor, notice.tone))}
            <b>{notice.words(visitor.locale).to_owned()}</b></span><small>{format!("{place} · {span}")}</small></span>
            <form method="post" action="/admin/notices/save"><input r#type="hidden" name="drop" value=index.to_string()/>
                <button class="button button--sm">{w.get("house-take-away")}</button></form></div>
    }
}

fn form(visitor: &Visitor, languages: &[Locale], offices: &[Source], about: &str) -> impl IntoView + use<> {
    let w = visitor.words();
    let tones = Tone::ALL.map(|tone| view! { <option value=tone.word()>{tone_name(visitor, tone)}</option> });
    let modules =
        Module::ALL.map(|module| view! { <option value=module.word()>{module_name(visitor, module)}</option> });
    let offices = offices.iter().map(|office| {
        let value = format!("{OFFICE}{}", office.key);
        view! { <option value=value selected=office.key == about>{source_name(w, office)}</option> }
    });
    let offices = offices.collect_view();
    let texts = languages.iter().map(|locale| {
        let id = format!("text-{}", locale.tag());
        view! {
            <div class="field"><label for=id.clone()>{w.with("house-notice-text", &[("language", locale.own_name())])}</label>
                <textarea class="input" id=id.clone() name=id rows="2" maxlength="400" lang=locale.tag()></textarea></div>
        }
    });
    let texts = texts.collect_view();
    view! {
        <section class="panel" aria-labelledby="nn"><div class="panel__head"><h2 id="nn">{w.get("house-new-notice")}</h2></div>
            <form class="panel__body stack" method="post" action="/admin/notices/save">
                <div class="field"><label for="tone">{w.get("house-tone")}</label>
                    <div class="select"><select class="input" id="tone" name="tone">{tones}</select></div></div>
                <div class="field"><label for="module">{w.get("house-where")}</label>
                    <div class="select"><select class="input" id="module" name="module">
                        <option value="">{w.get("house-everywhere")}</option>{modules}
                        <optgroup label=w.get("house-back-offices")>{offices}</optgroup></select></div></div>
                {texts}
                <div class="field"><label for="from">{w.get("house-from")}</label>
                    <input class="input" id="from" name="from" r#type="datetime-local"/></div>
                <div class="field"><label for="until">{w.get("house-until")}</label>
                    <input class="input" id="until" name="until" r#type="datetime-local"/></div>
                <button class="button button--primary">{w.get("house-add-notice")}</button>
            </form></section>
    }
}

/// A moment as a browser sends it, where the institution is.
fn moment(text: &str, zone: &TimeZone) -> Option<i64> {
    let local: DateTime = text.trim().parse().ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// `POST /admin/notices/save`.
pub(super) async fn save(
    State(services): State<Services>,
    may: May<can::Configure>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut settings = work(&services, &may).await?.settings;
    if let Ok(index) = fields.get("drop").parse::<usize>() {
        if index < settings.notices.len() {
            settings.notices.remove(index);
        }
    } else {
        let zone = &services.house.ground().zone;
        let text = Locale::ALL.into_iter().filter_map(|locale| {
            let text = fields.get(&format!("text-{}", locale.tag())).trim().to_owned();
            (!text.is_empty()).then_some((locale, text))
        });
        let key = fields.get("module").strip_prefix(OFFICE).unwrap_or_default();
        let office = offices(&services, &may).await?.into_iter().find(|office| office.key == key);
        let notice = Notice {
            tone: Tone::ALL.into_iter().find(|tone| tone.word() == fields.get("tone")).unwrap_or(Tone::Info),
            module: Module::ALL
                .into_iter()
                .find(|one| one.word() == fields.get("module"))
                .map(|one| one.word().to_owned()),
            modules: office.as_ref().map(brings).unwrap_or_default(),
            source: office.map(|office| office.key),
            from: moment(fields.get("from"), zone),
            until: moment(fields.get("until"), zone),
            text: text.collect(),
        };
        if notice.text.is_empty() {
            return Ok(redirect_to("/admin/notices?said=form"));
        }
        settings.notices.push(notice);
    }
    store::save_draft(&services.db, &may.grant, &settings, may.who.visitor.now).await?;
    Ok(redirect_to("/admin/notices?said=saved"))
}

//! How the draft looks: its stylesheet for the previews, whole pages of the portal as it would be, and letters.

use super::work;
use crate::{
    house::{Brand, Face, css::stylesheet},
    mail::{self, Factor, Occasion},
    ui::encode,
    web::{Institution, May, Problem, Reason, Services, Visitor},
    words::{Overrides, looking_at},
};
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use guichet_platform::staff::can;
use guichet_types::Timestamp;
use http::header;
use std::sync::Arc;

/// Colours and shape in the place of the draft's, for a trial of them.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct SheetQuery {
    brand: String,
    accent: String,
    round: Option<u8>,
    face: String,
}

/// The address of the stylesheet of a brand that is not kept.
pub(super) fn sheet_href(brand: &Brand) -> String {
    let (main, accent) = (encode(&brand.brand.to_string()), encode(&brand.accent.to_string()));
    format!("/admin/brand/draft.css?brand={main}&accent={accent}&round={}&face={}", brand.round, brand.face.word())
}

/// `GET /admin/brand/draft.css`: for parts that are marked with `data-brand="draft"`, and for whole pages of the draft.
pub(super) async fn sheet(
    State(services): State<Services>,
    may: May<can::Configure>,
    Query(query): Query<SheetQuery>,
) -> Result<Response, Problem> {
    let mut brand = work(&services, &may).await?.settings.brand;
    if let (Ok(main), Ok(accent)) = (query.brand.parse(), query.accent.parse()) {
        (brand.brand, brand.accent) = (main, accent);
        brand.round = query.round.unwrap_or(brand.round).min(20);
        brand.face = Face::ALL.into_iter().find(|face| face.word() == query.face).unwrap_or(brand.face);
    }
    let css = stylesheet(&brand, "[data-brand=draft],:root:has(>body>[data-look=draft])");
    Ok(([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response())
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct LookQuery {
    language: Option<String>,
}

/// `GET /admin/brand/look/{page}`: a page that everybody sees, or a letter, as the draft would have it.
pub(super) async fn page(
    State(services): State<Services>,
    may: May<can::Configure>,
    Path(page): Path<String>,
    Query(query): Query<LookQuery>,
) -> Result<Response, Problem> {
    let settings = work(&services, &may).await?.settings;
    let texts = Overrides::new(&settings.texts);
    let institution = Institution {
        name: settings.name,
        tagline: settings.tagline,
        languages: settings.languages,
        brand: settings.brand,
        modules: settings.modules,
        notices: settings.notices,
        release: Institution::DRAFT,
        ..Institution::clone(&services.house.now())
    };
    let now = may.who.visitor.now;
    if let Some(occasion) = letter_of(&page, now) {
        let locale = query.language.and_then(|tag| tag.parse().ok()).unwrap_or(may.who.visitor.locale);
        let rendered = looking_at(texts, || mail::letter(&occasion, locale, &institution, now));
        return Ok(mail::as_sent(rendered.html().to_owned()));
    }
    // As somebody sees it who is not signed in.
    let visitor = Visitor {
        session: None,
        ends: None,
        institution: Arc::new(institution),
        path: "/".into(),
        ..may.who.visitor.clone()
    };
    let render = || match page.as_str() {
        // Nothing is waited for in it.
        "home" => crate::home::pages::home(State(services), visitor).now_or_never(),
        "sign-in" => Some(crate::auth::pages::sign_in_look(&visitor)),
        "track" => Some(crate::parcels::pages::track_page(&visitor)),
        _ => None,
    };
    looking_at(texts, render).ok_or_else(|| Problem::new(Reason::NotFound, &may.who.visitor))
}

/// The letters that can be looked at: the keys of their subjects begin with `letter-` and this word.
pub(super) const LETTERS: [&str; 8] =
    ["reset", "confirm", "device", "factor", "blocked", "recovery", "activated", "taken"];

/// A letter of a kind, with something in every place.
fn letter_of(word: &str, now: Timestamp) -> Option<Occasion<'static>> {
    let until = now.plus_seconds(600);
    Some(match word.strip_prefix("letter-")? {
        "reset" => Occasion::ResetCode { code: "4932-0117", until },
        "confirm" => Occasion::AddressCode { code: "4932-0117", until },
        "device" => Occasion::NewDevice { device: "Firefox, Linux", at: now },
        "factor" => Occasion::FactorChanged { factor: Factor::Passkey, at: now },
        "blocked" => Occasion::Blocked { at: now },
        "recovery" => Occasion::RecoveryUsed { left: 3, at: now },
        "activated" => Occasion::Activated { at: now },
        "taken" => Occasion::AddressTaken,
        _ => return None,
    })
}

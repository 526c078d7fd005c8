//! How the draft looks: its stylesheet for the previews, and whole pages of the portal as it would be.

use super::work;
use crate::{
    house::css::stylesheet,
    web::{Institution, May, Problem, Reason, Services, Visitor},
};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use guichet_platform::staff::can;
use http::header;
use std::sync::Arc;

/// `GET /admin/brand/draft.css`: for parts that are marked with `data-brand="draft"`, and for whole pages of the draft.
pub(super) async fn sheet(State(services): State<Services>, may: May<can::Configure>) -> Result<Response, Problem> {
    let brand = work(&services, &may).await?.settings.brand;
    let css = stylesheet(&brand, "[data-brand=draft],:root:has(>body>[data-look=draft])");
    Ok(([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response())
}

/// `GET /admin/brand/look/{page}`: a page that everybody sees, as the draft would have it.
pub(super) async fn page(
    State(services): State<Services>,
    may: May<can::Configure>,
    Path(page): Path<String>,
) -> Result<Response, Problem> {
    let settings = work(&services, &may).await?.settings;
    let held = services.house.now();
    let institution = Institution {
        name: settings.name,
        tagline: settings.tagline,
        languages: settings.languages,
        brand: settings.brand,
        modules: settings.modules,
        notices: settings.notices,
        release: Institution::DRAFT,
        ..Institution::clone(&held)
    };
    // As somebody sees it who is not signed in.
    let visitor = Visitor {
        session: None,
        ends: None,
        institution: Arc::new(institution),
        path: "/".into(),
        ..may.who.visitor.clone()
    };
    match page.as_str() {
        "home" => Ok(crate::home::pages::home(State(services), visitor).await),
        "sign-in" => Ok(crate::auth::pages::sign_in_look(&visitor)),
        "track" => Ok(crate::parcels::pages::track_page(&visitor)),
        _ => Err(Problem::new(Reason::NotFound, &may.who.visitor)),
    }
}

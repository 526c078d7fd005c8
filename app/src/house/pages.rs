//! What every page needs of a brand: its stylesheet and its pictures.

use super::{css::stylesheet, store};
use crate::web::{Access, OwnPolicy, Problem, Reason, Routes, Services, Visitor};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;

/// A file whose name changes with its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A picture of an institution's own may do nothing, even where a browser opens it as a page.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().get("/brand/{file}", Access::Public, get(sheet)).get(
        "/brand/picture/{hash}",
        Access::Public,
        get(picture),
    )
}

/// `GET /brand/7.css`: the brand of the release that holds. Of another there is nothing: a page that names it is told anew.
async fn sheet(
    State(services): State<Services>,
    visitor: Visitor,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let institution = services.house.now();
    let number = file.strip_suffix(".css").and_then(|number| number.parse::<i64>().ok());
    if number != Some(institution.release) {
        return Err(Problem::new(Reason::NotFound, &visitor));
    }
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, FOR_EVER)];
    Ok((headers, stylesheet(&institution.brand, ":root")).into_response())
}

/// `GET /brand/picture/{hash}`: a logo.
async fn picture(
    State(services): State<Services>,
    visitor: Visitor,
    Path(hash): Path<String>,
) -> Result<Response, Problem> {
    let Some(picture) = store::picture(&services.db, &hash).await? else {
        return Err(Problem::new(Reason::NotFound, &visitor));
    };
    let headers = [(header::CONTENT_TYPE, picture.media_type), (header::CACHE_CONTROL, FOR_EVER.to_owned())];
    let mut response = (headers, picture.bytes).into_response();
    response.extensions_mut().insert(OwnPolicy(PICTURE_POLICY.into()));
    Ok(response)
}

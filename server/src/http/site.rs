//! The built files: hashed names for ever, the rest for an hour; compressed when they were built.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Response, header},
};
use guichet_app::web::Assets;
use std::path::{Path, PathBuf};
use tower::ServiceBuilder;
use tower_http::{
    services::{ServeDir, ServeFile, fs::ServeFileSystemResponseBody},
    set_header::SetResponseHeaderLayer,
};

/// Why the site cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The list of built files is not there.
    #[error("{path} cannot be read ({error}); build the site with `make site`, or point server.site_dir to it")]
    Missing {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The list of built files is not what this version expects.
    #[error("{path} is not a list of built files: {error}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: serde_json::Error,
    },
}

/// The names of the built files.
///
/// # Errors
/// When the site is not built.
pub fn read_assets(site_dir: &Path) -> Result<Assets, SiteError> {
    let path = site_dir.join("assets.json");
    let text = std::fs::read(&path).map_err(|error| SiteError::Missing { path: path.clone(), error })?;
    serde_json::from_slice(&text).map_err(|error| SiteError::Unreadable { path, error })
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// The routes of the built files.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(site_dir: &Path) -> Router<S> {
    let files = ServeDir::new(site_dir.join("pkg"))
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let hashed = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            |answer: &Response<ServeFileSystemResponseBody>| {
                // A name that is not there may be there after the next release.
                let there = !answer.status().is_client_error();
                there.then_some(HeaderValue::from_static("public, max-age=31536000, immutable"))
            },
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .service(files);
    let plain = |name: &str| {
        ServiceBuilder::new()
            .layer(header(header::CACHE_CONTROL, "public, max-age=3600"))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .service(ServeFile::new(site_dir.join(name)))
    };
    Router::new()
        .nest_service("/pkg", hashed)
        .route_service("/favicon.svg", plain("favicon.svg"))
        .route_service("/robots.txt", plain("robots.txt"))
        .route_service("/sw.js", plain("sw.js"))
        .route_service("/icon-192.png", plain("icon-192.png"))
        .route_service("/icon-512.png", plain("icon-512.png"))
}

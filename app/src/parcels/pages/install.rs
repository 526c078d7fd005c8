//! What makes the portal an application on a phone: its manifest, and the page for when there is no network. Neither holds
//! anything of anybody; the worker (`public/sw.js`) keeps this page and hashed files alone.

use crate::{
    ui::{Live, icon, public_page},
    web::{Services, Visitor},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use leptos::prelude::*;

/// `GET /manifest.webmanifest`, in the institution's name.
pub(super) async fn manifest(State(services): State<Services>, visitor: Visitor) -> Response {
    let institution = services.house.now();
    let name = &institution.name;
    let manifest = serde_json::json!({
        "id": "/",
        "name": name,
        "short_name": name,
        "description": visitor.words().get("meta-description"),
        "lang": visitor.locale.tag(),
        "start_url": "/overview",
        "scope": "/",
        "display": "standalone",
        "background_color": "#0b3a45",
        "theme_color": "#0c5a6b",
        "icons": [
            { "src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml" },
            { "src": "/icon-192.png", "sizes": "192x192", "type": "image/png" },
            { "src": "/icon-512.png", "sizes": "512x512", "type": "image/png" },
            { "src": "/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable" },
        ],
        "shortcuts": [{ "name": visitor.words().get("parcels-track-title"), "url": "/track" }],
    });
    let headers =
        [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, manifest.to_string()).into_response()
}

/// `GET /offline`.
pub(super) async fn offline(visitor: Visitor) -> Response {
    let w = visitor.words();
    let title = w.get("live-offline");
    let heading = title.clone();
    public_page(&visitor, &title, Live::Not, || {
        view! {
            <div class="wrap section"><div class="panel"><div class="empty">
                <span class="glyph glyph--lg" aria-hidden="true">{icon(&visitor, "wifi-off")}</span>
                <h1 class="h1">{heading}</h1>
                <p>{w.get("parcels-offline-text")}</p>
                <a class="button button--primary" href="/">{w.get("parcels-offline-again")}</a>
            </div></div></div>
        }
    })
}

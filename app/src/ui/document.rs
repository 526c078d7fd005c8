//! The HTML document around a page, and how a view becomes an answer.
//!
//! Pages are rendered in one piece from data that is already read: the first byte leaves when the last query is done, and
//! nothing in the document waits for a script.

use super::{parts::fragment, shell};
use crate::{
    web::{Institution, Visitor},
    words::Words,
};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;

/// Starts the islands: loads the module and calls the function of each island on the page. Then the worker that keeps the
/// offline page; a browser without one loses nothing else. `late`: once the page is there with its style and typeface, for
/// somebody's first visit on a slow line.
const LOADER: &str = r#"(async(js,wasm,late)=>{if(late&&document.readyState!=="complete")await new Promise(done=>addEventListener("load",done));const m=await import(js);await m.default({module_or_path:wasm});m.hydrate();for(const el of document.querySelectorAll("leptos-island")){const f=m[el.dataset.component];if(f)f(el);else console.warn(`Could not find WASM function for the island ${el.dataset.component}.`)}navigator.serviceWorker?.register("/sw.js").catch(()=>{})})"#;

/// Pages follow one another without a flash, though each is a document of its own. It stands in the page, and not in the
/// stylesheet, because Chromium asks when the page is first shown: one that came before its stylesheet was read would be taken
/// for one that does not want it, and the transition be broken off with an error. The policy names it by its hash.
pub const HEAD_STYLE: &str =
    "@view-transition{navigation:auto}@media (prefers-reduced-motion:reduce){@view-transition{navigation:none}}";

/// What keeps a page true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// Nothing: it says what it says.
    Not,
    /// The customer's events behind this number, the latest that the page knows; and what kind of page follows them.
    Events(i64, shell::Place),
    /// A stream of the page's own.
    Stream {
        /// Its address.
        url: String,
        /// Where the page goes when the stream says that it is over.
        back: String,
    },
}

/// A whole document as an answer.
pub fn page<V: IntoView + 'static>(visitor: &Visitor, title: &str, live: Live, body: impl FnOnce() -> V) -> Response {
    let assets = visitor.assets.clone();
    let title = format!("{title} · {}", visitor.institution.name);
    let channel = visitor.session.as_ref().map(|session| session.id.to_string());
    let loader = format!("{LOADER}({:?},{:?},{})", assets.js, assets.wasm, channel.is_none());
    // Without scripts nobody warns that the session ends; then the page itself goes away with it.
    let leave = visitor.ends.filter(|_| channel.is_some()).map(|ends| {
        let seconds = ends.at.seconds_since(visitor.now).max(30) + 15;
        view! { <noscript><meta http-equiv="refresh" content=format!("{seconds};url=/sign-in?ended=1")/></noscript> }
    });
    let look = (visitor.institution.release == Institution::DRAFT).then_some("draft");
    let nonce = visitor.nonce.to_string();
    let announces = channel.is_some() || live != Live::Not;
    let (cursor, kind, url, back) = match live {
        Live::Not => (None, None, None, None),
        Live::Events(cursor, place) => (Some(cursor.to_string()), Some(place.word()), None, None),
        Live::Stream { url, back } => (None, None, Some(url), Some(back)),
    };
    let html = fragment(move || {
        view! {
            <html
                lang=visitor.locale.tag()
                data-theme=visitor.theme.attribute()
                data-live-cursor=cursor
                data-live-page=kind
                data-live-channel=channel
                data-live-url=url
                data-live-back=back
                data-now=visitor.now.millis().to_string()
            >
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="description" content=Words(visitor.locale).get("meta-description")/>
                    <title>{title}</title>
                    <link rel="preload" href=assets.font.clone() r#as="font" r#type="font/woff2" crossorigin=""/>
                    <style>{HEAD_STYLE}</style>
                    <link rel="stylesheet" href=assets.css.clone()/>
                    <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
                    <link rel="manifest" href="/manifest.webmanifest"/>
                    <link rel="apple-touch-icon" href="/icon-192.png"/>
                    <meta name="theme-color" content=visitor.institution.brand.brand.to_string()/>
                    {leave}
                    <script r#type="module" nonce=nonce>{loader}</script>
                </head>
                <body>
                    <div data-live="house-brand" data-look=look hidden>{brand_links(visitor, None)}</div>
                    <a class="button button--primary skip" href="#content">{Words(visitor.locale).get("skip")}</a>
                    {body()}
                    {announces.then(|| view! { <p class="vh" role="status" aria-live="polite" id="announce"></p> })}
                </body>
            </html>
        }
    });
    Html(format!("<!DOCTYPE html>{html}")).into_response()
}

/// The stylesheet of the institution's brand; with the one from before it, when a page changes while it is open, so that it is
/// never without.
pub(super) fn brand_links(visitor: &Visitor, before: Option<i64>) -> impl IntoView + use<> {
    let institution = &visitor.institution;
    let link = |release: i64| {
        let href = match release {
            Institution::DRAFT => "/admin/brand/draft.css".to_owned(),
            number => format!("/brand/{number}.css"),
        };
        view! { <link rel="stylesheet" href=href/> }
    };
    let before = before.filter(|release| *release > 0 && *release != institution.release).map(link);
    // As the portal comes there is nothing to say, unless a page is to be told that it is so again.
    let plain = institution.release == 0 || institution.brand.is_plain() && before.is_none();
    view! { {before}{(!plain).then(|| link(institution.release))} }
}

/// A page that says what went wrong, in the visitor's own shell.
pub fn problem_page(visitor: &Visitor, title: String, text: String, code: &'static str) -> Response {
    let w = visitor.words();
    let (href, label) = match &visitor.session {
        Some(session) if session.staff.is_some() && session.support.is_none() => ("/admin", w.get("problem-to-desk")),
        Some(_) => ("/overview", w.get("problem-to-overview")),
        None => ("/", w.get("problem-to-home")),
    };
    let heading = title.clone();
    let icon = super::icon(visitor, "map");
    let reference = w.with("problem-code", &[("code", code)]);
    let body = move || {
        view! {
            <div class="panel"><div class="empty">
                <span class="glyph glyph--lg" aria-hidden="true">{icon}</span>
                <h1 class="h1">{heading}</h1>
                <p>{text}</p>
                <a class="button button--primary" href=href>{label}</a>
                <p class="small faint">{reference}</p>
            </div></div>
        }
    };
    match visitor.session {
        Some(_) => shell::app_page(visitor, shell::Place::Elsewhere, &title, None, body),
        None => {
            shell::public_page(visitor, &title, Live::Not, move || view! { <div class="wrap section">{body()}</div> })
        }
    }
}

/// A page before anything is known of the visitor: words alone.
pub fn bare_page<V: IntoView + 'static>(w: Words, body: V) -> Response {
    let html = fragment(move || {
        view! {
            <html lang=w.0.tag()>
                <head><meta charset="utf-8"/><title>"Guichet"</title></head>
                <body>{body}</body>
            </html>
        }
    });
    Html(format!("<!DOCTYPE html>{html}")).into_response()
}

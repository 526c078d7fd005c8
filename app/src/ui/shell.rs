//! The shell around a page: sidebar and top bar on a desktop, top bar and tab bar on a phone; the public head and foot.

use super::{Live, icon, logo, page};
use crate::{
    auth::islands::{SessionWatch, SessionWords},
    live::lamp::LiveLamp,
    web::Visitor,
};
use axum::response::Response;
use guichet_types::Locale;
use leptos::prelude::*;

/// Which entry of the menu a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The overview.
    Overview,
    /// The accounts.
    Accounts,
    /// The portfolio.
    Portfolio,
    /// Parcels.
    Parcels,
    /// Claims and policies.
    Claims,
    /// Profile and security.
    Profile,
    /// None of them.
    Elsewhere,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Overview, Self::Accounts, Self::Portfolio, Self::Parcels, Self::Claims, Self::Profile, Self::Elsewhere];

    /// Its word, by which the stream is told what a page shows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Accounts => "accounts",
            Self::Portfolio => "portfolio",
            Self::Parcels => "parcels",
            Self::Claims => "claims",
            Self::Profile => "profile",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// An entry of the menu: its place, its address, its icon, the key of its word.
type Entry = (Place, &'static str, &'static str, &'static str);

const MENU: [Entry; 5] = [
    (Place::Overview, "/overview", "layout-dashboard", "nav-overview"),
    (Place::Accounts, "/accounts", "landmark", "nav-accounts"),
    (Place::Portfolio, "/portfolio", "chart-line", "nav-portfolio"),
    (Place::Parcels, "/parcels", "package", "nav-parcels"),
    (Place::Claims, "/claims", "umbrella", "nav-claims"),
];

/// What stands below it.
const MORE: [Entry; 1] = [(Place::Profile, "/profile", "shield-check", "nav-profile")];

/// On a phone there is room for four; the rest is behind "More".
const COMPACT: [Place; 4] = [Place::Overview, Place::Accounts, Place::Parcels, Place::Claims];

/// A page of a signed-in customer.
pub fn app_page<V: IntoView + 'static>(
    visitor: &Visitor,
    place: Place,
    title: &str,
    cursor: Option<i64>,
    body: impl FnOnce() -> V,
) -> Response {
    let w = visitor.words();
    let name = visitor.session.as_ref().map(|session| session.name.clone()).unwrap_or_default();
    let initials = initials(&name);
    let current = move |here: Place| (here == place).then_some("page");
    let link = |class: &'static str, (here, href, name, key): (Place, &'static str, &'static str, &'static str)| {
        view! { <a class=class href=href aria-current=current(here)>{icon(visitor, name)}{w.get(key)}</a> }
    };
    let (tabs, rest): (Vec<_>, Vec<_>) = MENU.into_iter().chain(MORE).partition(|entry| COMPACT.contains(&entry.0));
    let more_current = rest.iter().any(|entry| entry.0 == place).then_some("true");
    let house = visitor.institution.name.clone();
    page(visitor, title, cursor.map_or(Live::Not, |cursor| Live::Events(cursor, place)), move || {
        view! {
            <div class="app">
                <aside class="sidebar" aria-label=w.get("nav-sidebar")>
                    {logo("/overview", house.clone())}
                    <nav class="stack gap-5 grow" aria-label=w.get("nav-main")>
                        <ul class="nav">
                            {MENU.into_iter().map(|entry| view! { <li>{link("nav__link", entry)}</li> }).collect_view()}
                        </ul>
                        <ul class="nav">
                            {MORE.into_iter().map(|entry| view! { <li>{link("nav__link", entry)}</li> }).collect_view()}
                        </ul>
                    </nav>
                    <div class="stack gap-1"><p><span class="live">{w.get("counter-open")}</span></p>
                        <p class="small faint">{w.get("counter-hours")}</p></div>
                </aside>
                <div>
                    <header class="topbar">
                        <span class="only-narrow">{logo("/overview", house)}</span>
                        <div class="topbar__end cluster nowrap gap-1">
                            {language_menu(visitor)}
                            <form method="post" action="/api/sign-out">
                                <button class="button button--quiet">{icon(visitor, "log-out")}
                                    <span class="only-wide">{w.get("sign-out")}</span>
                                    <span class="vh only-narrow">{w.get("sign-out")}</span></button>
                            </form>
                            <a class="button button--icon" href="/profile">
                                <span class="vh">{w.with("profile-of", &[("name", &name)])}</span>
                                <span class="glyph glyph--round" data-tone="brand" aria-hidden="true">{initials}</span>
                            </a>
                        </div>
                    </header>
                    <main class="main" id="content">{body()}</main>
                </div>
                <div class="notices" data-live="notices"></div>
                <nav class="tabbar" aria-label=w.get("nav-compact")>
                    {tabs.into_iter().map(|entry| link("", entry)).collect_view()}
                    <details class="menu tabbar__more">
                        <summary aria-current=more_current>{icon(visitor, "menu")}{w.get("nav-more")}</summary>
                        <ul class="list">
                            {rest.into_iter().map(|entry| view! { <li>{link("button button--quiet button--block", entry)}</li> }).collect_view()}
                        </ul>
                    </details>
                </nav>
            </div>
            {visitor.ends.map(|ends| view! {
                <SessionWatch
                    ends_at=ends.at.millis()
                    warning_seconds=ends.warning_seconds
                    words=SessionWords {
                        title: w.get("session-still-there"),
                        text: w.get("session-ends-in"),
                        stay: w.get("session-stay"),
                        leave: w.get("sign-out"),
                    }
                />
            })}
        }
    })
}

/// A page for anybody.
pub fn public_page<V: IntoView + 'static>(
    visitor: &Visitor,
    title: &str,
    live: Live,
    body: impl FnOnce() -> V,
) -> Response {
    let house = visitor.institution.name.clone();
    page(visitor, title, live, move || {
        view! {
            <div class="band"><header class="wrap site-head">
                {logo("/", house.clone())}
                <div class="cluster nowrap gap-2">{language_menu(visitor)}{sign_in_link(visitor)}</div>
            </header></div>
            <main id="content" class="cq">{body()}</main>
            {foot(visitor, house)}
        }
    })
}

/// The way in, or back in.
pub fn sign_in_link(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    let (href, label) = match visitor.session {
        Some(_) => ("/overview", w.get("nav-overview")),
        None => ("/sign-in", w.get("sign-in")),
    };
    view! { <a class="button button--primary" href=href>{label}</a> }
}

/// The foot of a public page.
pub fn foot(visitor: &Visitor, house: String) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <footer class="site-foot"><div class="wrap cluster between">
            {logo("/", house)}
            <span class="live">{w.get("services-running")}</span>
        </div></footer>
    }
}

/// The languages, each in its own words. A form, because the choice is kept.
pub fn language_menu(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    let now = visitor.locale;
    let back = visitor.path.to_string();
    let item = |locale: Locale| {
        view! {
            <li><button class="button button--quiet button--block" name="locale" value=locale.tag() lang=locale.tag()
                aria-current=(locale == now).then_some("true")>{locale.own_name()}</button></li>
        }
    };
    view! {
        <details class="menu">
            <summary class="button button--quiet">
                {icon(visitor, "globe")}<span class="vh">{w.with("language", &[("name", now.own_name())])}</span>
                <span class="only-wide" aria-hidden="true">{now.tag().to_uppercase()}</span>
            </summary>
            <form method="post" action="/api/display">
                <input r#type="hidden" name="back" value=back/>
                <ul class="list">{visitor.institution.languages.iter().copied().map(item).collect_view()}</ul>
            </form>
        </details>
    }
}

/// The live lamp of a page, with the words for each of its states.
pub fn live_lamp(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <LiveLamp
            live=w.get("live")
            delayed=w.get("live-delayed")
            offline=w.get("live-offline")
            seconds=w.with("age-seconds", &[("n", "{n}")])
            minutes=w.with("age-minutes", &[("n", "{n}")])
        />
    }
}

/// Two letters for a round glyph.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

//! The shell around a page: sidebar and top bar on a desktop, top bar and tab bar on a phone; the public head and foot.

use super::{Live, document::brand_links, fragment, icon, logo, logo_inside, page};
use crate::{
    auth::islands::{SessionWatch, SessionWords},
    house::{Module, Notice, Tone},
    live::lamp::LiveLamp,
    web::Visitor,
    words::Figures,
};
use axum::response::Response;
use guichet_platform::staff::{Capability, Support};
use guichet_types::{Locale, live::Op};
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

    /// The modules that its pages show something of.
    const fn modules(self) -> &'static [Module] {
        match self {
            Self::Overview => &Module::ALL,
            Self::Accounts => &[Module::Accounts],
            Self::Portfolio => &[Module::Portfolio],
            Self::Parcels => &[Module::Parcels],
            Self::Claims => &[Module::Claims],
            Self::Profile | Self::Elsewhere => &[],
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

/// What the institution offers of the menu.
fn offered(visitor: &Visitor) -> impl Iterator<Item = Entry> + use<> {
    let modules = visitor.institution.modules;
    MENU.into_iter().filter(move |entry| Module::of_path(entry.1).is_none_or(|module| modules.has(module)))
}

fn menu_link(
    visitor: &Visitor,
    place: Place,
    class: &'static str,
    (here, href, name, key): Entry,
) -> impl IntoView + use<> {
    let current = (here == place).then_some("page");
    let w = visitor.words();
    view! { <a class=class href=href aria-current=current>{icon(visitor, name)}{w.get(key)}</a> }
}

fn menu(visitor: &Visitor, place: Place) -> impl IntoView + use<> {
    offered(visitor).map(|entry| view! { <li>{menu_link(visitor, place, "nav__link", entry)}</li> }).collect_view()
}

fn tabs(visitor: &Visitor, place: Place) -> impl IntoView + use<> {
    let w = visitor.words();
    let (tabs, rest): (Vec<_>, Vec<_>) = offered(visitor).chain(MORE).partition(|entry| COMPACT.contains(&entry.0));
    let more_current = rest.iter().any(|entry| entry.0 == place).then_some("true");
    view! {
        {tabs.into_iter().map(|entry| menu_link(visitor, place, "", entry)).collect_view()}
        <details class="menu tabbar__more">
            <summary aria-current=more_current>{icon(visitor, "menu")}{w.get("nav-more")}</summary>
            <ul class="list">
                {rest.into_iter().map(|entry| view! {
                    <li>{menu_link(visitor, place, "button button--quiet button--block", entry)}</li>
                }).collect_view()}
            </ul>
        </details>
    }
}

/// What an open page of a signed-in customer changes when another release of the settings holds. Several pages can share a stream;
/// only for one alone it is known which entry of the menu is its own.
#[must_use]
pub fn house_ops(visitor: &Visitor, places: &[Place], before: i64) -> Vec<Op> {
    let place = if let [place] = places { *place } else { Place::Elsewhere };
    let modules: Vec<Module> = places.iter().flat_map(|place| place.modules()).copied().collect();
    let html = |key: &str, html: String| Op::Html { key: key.to_owned(), html };
    vec![
        html("house-brand", fragment(|| brand_links(visitor, Some(before)))),
        html("house-logo", fragment(|| logo_inside(&visitor.institution))),
        html("house-menu", fragment(|| menu(visitor, place))),
        html("house-tabs", fragment(|| tabs(visitor, place))),
        html("house-notices", fragment(|| house_notices(visitor, &modules))),
    ]
}

/// What the institution has everybody know who sees something of these modules.
fn house_notices(visitor: &Visitor, modules: &[Module]) -> impl IntoView + use<> {
    let house = &visitor.institution;
    let here: Vec<Module> = modules.iter().copied().filter(|module| house.modules.has(*module)).collect();
    let shown = house.notices.iter().filter(|notice| notice.holds(visitor.now, &here));
    let notice = |notice: &Notice| {
        let (tone, name) = match notice.tone {
            Tone::Info => (None, "info"),
            Tone::Warning => (Some("warning"), "clock"),
            Tone::Critical => (Some("critical"), "circle-alert"),
        };
        let text = notice.words(visitor.locale).to_owned();
        view! { <p class="alert" data-tone=tone>{icon(visitor, name)}<span>{text}</span></p> }
    };
    shown.map(notice).collect_view()
}

/// A page of a signed-in customer.
pub fn app_page<V: IntoView + 'static>(
    visitor: &Visitor,
    place: Place,
    title: &str,
    cursor: Option<i64>,
    body: impl FnOnce() -> V,
) -> Response {
    let (staff, support) = match &visitor.session {
        Some(session) => (session.staff.is_some(), session.support.clone()),
        None => (false, None),
    };
    // The institution's people look after their own access in their own shell.
    if staff && support.is_none() {
        return staff_page(visitor, Desk::Own, title, body);
    }
    let w = visitor.words();
    let name = visitor.session.as_ref().map(|session| session.name.clone()).unwrap_or_default();
    // Whoever looks in a customer's place gets no stream.
    let cursor = cursor.filter(|_| support.is_none());
    let place_notice = support.map(|support| support_bar(visitor, &name, &support));
    page(visitor, title, cursor.map_or(Live::Not, |cursor| Live::Events(cursor, place)), move || {
        view! {
            <div class="app">
                <aside class="sidebar" aria-label=w.get("nav-sidebar")>
                    {logo(&visitor.institution, "/overview")}
                    <nav class="stack gap-5 grow" aria-label=w.get("nav-main")>
                        <ul class="nav" data-live="house-menu">{menu(visitor, place)}</ul>
                        <ul class="nav">
                            {MORE.into_iter().map(|entry| view! { <li>{menu_link(visitor, place, "nav__link", entry)}</li> }).collect_view()}
                        </ul>
                    </nav>
                    <div class="stack gap-1"><p><span class="live">{w.get("counter-open")}</span></p>
                        <p class="small faint">{w.get("counter-hours")}</p></div>
                </aside>
                <div>
                    <header class="topbar">
                        <span class="only-narrow">{logo(&visitor.institution, "/overview")}</span>
                        {topbar_end(visitor, &name)}
                    </header>
                    <main class="main" id="content">
                        {place_notice}
                        <div class="stack house-notices" data-live="house-notices">{house_notices(visitor, place.modules())}</div>
                        {body()}
                    </main>
                </div>
                <div class="notices" data-live="notices"></div>
                <nav class="tabbar" aria-label=w.get("nav-compact") data-live="house-tabs">{tabs(visitor, place)}</nav>
            </div>
            {session_watch(visitor)}
        }
    })
}

/// The end of the top bar: language, the way out, and oneself.
fn topbar_end(visitor: &Visitor, name: &str) -> impl IntoView + use<> {
    let label = visitor.words().with("profile-of", &[("name", name)]);
    view! {
        <div class="topbar__end cluster nowrap gap-1">
            {language_menu(visitor)}
            {sign_out(visitor)}
            <a class="button button--icon" href="/profile">
                <span class="vh">{label}</span>
                <span class="glyph glyph--round" data-tone="brand" aria-hidden="true">{initials(name)}</span>
            </a>
        </div>
    }
}

fn sign_out(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <form method="post" action="/api/sign-out">
            <button class="button button--quiet">{icon(visitor, "log-out")}
                <span class="only-wide">{w.get("sign-out")}</span>
                <span class="vh only-narrow">{w.get("sign-out")}</span></button>
        </form>
    }
}

fn session_watch(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    visitor.ends.map(|ends| {
        view! {
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
        }
    })
}

/// Who looks in whose place, why and until when, on every page; and the way out.
fn support_bar(visitor: &Visitor, name: &str, support: &Support) -> impl IntoView + use<> {
    let w = visitor.words();
    let figures = Figures::new(visitor.locale, visitor.institution.zone.clone(), visitor.now);
    let text = w.with("support-bar", &[("name", name), ("time", &figures.time(support.ends_at))]);
    let reason = w.with("support-reason", &[("reason", &support.reason)]);
    view! {
        <div class="alert" data-tone="warning">{icon(visitor, "eye")}
            <span><b>{text}</b><br/>{reason}</span>
            <form method="post" action="/admin/support/end">
                <button class="button button--sm">{w.get("support-end")}</button></form></div>
    }
}

/// Which entry of the administration's menu a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// What there is to do.
    Home,
    /// Connectors.
    Sources,
    /// Brand, modules, texts, releases.
    House,
    /// Customers, staff, roles.
    People,
    /// The audit log.
    Audit,
    /// Health and queues.
    Operations,
    /// One's own access.
    Own,
}

/// An entry of the administration's menu, and what it takes to see it.
type DeskEntry = (Desk, &'static str, &'static str, &'static str, &'static [Capability]);

const DESKS: [DeskEntry; 6] = [
    (Desk::Home, "/admin", "layout-dashboard", "nav-desk", &[]),
    (Desk::Sources, "/admin/sources", "cable", "nav-sources", &[Capability::Sources]),
    (Desk::House, "/admin/brand", "palette", "nav-house", &[Capability::Configure]),
    (Desk::People, "/admin/people", "users", "nav-people", &[Capability::Customers, Capability::Staff]),
    (Desk::Audit, "/admin/audit", "scroll-text", "nav-audit", &[Capability::Audit]),
    (Desk::Operations, "/admin/operations", "sliders-horizontal", "nav-operations", &[Capability::Operate]),
];

/// A page of the administration.
pub fn staff_page<V: IntoView + 'static>(
    visitor: &Visitor,
    desk: Desk,
    title: &str,
    body: impl FnOnce() -> V,
) -> Response {
    live_staff_page(visitor, desk, title, Live::Not, body)
}

/// A page of the administration that changes while it is open.
pub fn live_staff_page<V: IntoView + 'static>(
    visitor: &Visitor,
    desk: Desk,
    title: &str,
    live: Live,
    body: impl FnOnce() -> V,
) -> Response {
    let w = visitor.words();
    let session = visitor.session.as_ref();
    let name = session.map(|session| session.name.clone()).unwrap_or_default();
    let may = session.and_then(|session| session.staff).map(|staff| staff.capabilities()).unwrap_or_default();
    let mine: Vec<DeskEntry> =
        DESKS.into_iter().filter(|(.., needs)| needs.is_empty() || needs.iter().any(|one| may.has(*one))).collect();
    let link = |class: &'static str, (here, href, name, key, _): DeskEntry| {
        let current = (here == desk).then_some("page");
        view! { <a class=class href=href aria-current=current>{icon(visitor, name)}{w.get(key)}</a> }
    };
    let compact: Vec<DeskEntry> = mine.iter().copied().take(4).collect();
    let rest: Vec<DeskEntry> = mine.iter().copied().skip(4).collect();
    let version = w.with("desk-version", &[("version", env!("CARGO_PKG_VERSION"))]);
    page(visitor, title, live, move || {
        view! {
            <div class="app app--staff">
                <aside class="sidebar" aria-label=w.get("nav-sidebar")>
                    {logo(&visitor.institution, "/admin")}
                    <nav class="stack gap-5 grow" aria-label=w.get("nav-main")>
                        <ul class="nav">
                            <li class="nav__label">{w.get("nav-administration")}</li>
                            {mine.into_iter().map(|entry| view! { <li>{link("nav__link", entry)}</li> }).collect_view()}
                        </ul>
                    </nav>
                    <div class="stack gap-1"><p class="small muted">{version}</p></div>
                </aside>
                <div>
                    <header class="topbar">
                        <span class="only-narrow">{logo(&visitor.institution, "/admin")}</span>
                        {topbar_end(visitor, &name)}
                    </header>
                    <main class="main" id="content">{body()}</main>
                </div>
                <nav class="tabbar" aria-label=w.get("nav-compact")>
                    {compact.into_iter().map(|entry| link("", entry)).collect_view()}
                    {(!rest.is_empty()).then(|| view! {
                        <details class="menu tabbar__more">
                            <summary>{icon(visitor, "menu")}{w.get("nav-more")}</summary>
                            <ul class="list">
                                {rest.into_iter().map(|entry| view! {
                                    <li>{link("button button--quiet button--block", entry)}</li>
                                }).collect_view()}
                            </ul>
                        </details>
                    })}
                </nav>
            </div>
            {session_watch(visitor)}
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
    let module = Module::of_path(&visitor.path);
    page(visitor, title, live, move || {
        view! {
            <div class="band"><header class="wrap site-head">
                {logo(&visitor.institution, "/")}
                <div class="cluster nowrap gap-2">{language_menu(visitor)}{sign_in_link(visitor)}</div>
            </header></div>
            <main id="content" class="cq"><div class="wrap stack house-notices">{house_notices(visitor, module.as_slice())}</div>{body()}</main>
            {foot(visitor)}
        }
    })
}

/// The way in, or back in.
pub fn sign_in_link(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    let (href, label) = match visitor.session {
        Some(ref session) if session.staff.is_some() => ("/admin", w.get("nav-administration")),
        Some(_) => ("/overview", w.get("nav-overview")),
        None => ("/sign-in", w.get("sign-in")),
    };
    view! { <a class="button button--primary" href=href>{label}</a> }
}

/// The foot of a public page.
pub fn foot(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <footer class="site-foot"><div class="wrap cluster between">
            {logo(&visitor.institution, "/")}
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

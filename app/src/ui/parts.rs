//! Small parts of the design: icons, badges, amounts. Each is a row of the design's table of components.

use crate::{
    web::{Institution, Visitor},
    words::{Figures, Sign},
};
use guichet_types::{Money, Timestamp};
use leptos::{either::Either, prelude::*};

/// Renders a view to HTML, outside any request's reactive graph.
pub fn fragment<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| view().into_view().to_html());
    owner.unset();
    html
}

/// Where an icon is in the sprite.
pub fn icon_href(visitor: &Visitor, name: &str) -> String {
    format!("{}#i-{name}", visitor.assets.icons)
}

/// An icon beside words; never alone.
pub fn icon(visitor: &Visitor, name: &str) -> impl IntoView + use<> {
    view! { <svg class="icon" aria-hidden="true"><use href=icon_href(visitor, name)></use></svg> }
}

/// A badge: icon and word, said by neither colour alone.
pub fn badge(visitor: &Visitor, tone: &'static str, icon_name: Option<&str>, word: String) -> impl IntoView + use<> {
    let icon = icon_name.map(|name| icon(visitor, name));
    view! { <span class="badge" data-tone=tone>{icon}{word}</span> }
}

/// An alert: icon, text, and what it leads to.
pub fn alert(visitor: &Visitor, tone: Option<&'static str>, icon_name: &str, text: String) -> impl IntoView + use<> {
    view! { <p class="alert" data-tone=tone role="alert">{icon(visitor, icon_name)}<span>{text}</span></p> }
}

/// An amount in running text or a table.
pub fn money(figures: &Figures, amount: Money, sign: Sign) -> impl IntoView + use<> {
    let class = if sign == Sign::Always && amount.minor > 0 { "money money--in" } else { "money" };
    view! { <span class=class>{figures.money(amount, sign)}</span> }
}

/// An amount as the hero of its panel, with its minor units set small; `key` makes it follow the live stream.
pub fn figure(figures: &Figures, amount: Money, class: &'static str, key: Option<String>) -> impl IntoView + use<> {
    let (whole, minor) = figures.figure(amount);
    view! { <span class=class data-live=key>{whole}<span class="figure__minor">{minor}</span></span> }
}

/// When something happened, in words that the browser keeps true: `2 s ago`.
pub fn live_time(figures: &Figures, at: Timestamp, key: Option<String>) -> impl IntoView + use<> {
    view! { <time datetime=Figures::machine(at) data-age=at.millis().to_string() data-live=key>{figures.age(at)}</time> }
}

/// The mark of the house and its name, with a link.
pub fn logo(institution: &Institution, href: &'static str) -> impl IntoView + use<> {
    view! { <a class="logo" href=href data-live="house-logo">{logo_inside(institution)}</a> }
}

/// The mark and the name: the institution's own picture, or the arch.
pub fn logo_inside(institution: &Institution) -> impl IntoView + use<> {
    let picture = |hash: &String, class: &'static str| {
        view! { <img class=class src=format!("/brand/picture/{hash}") alt=""/> }
    };
    let brand = &institution.brand;
    let mark = match (&brand.logo, &brand.logo_dark) {
        (None, _) => Either::Left(view! {
            <svg viewBox="0 0 28 32" aria-hidden="true">
                <path class="logo__arch" d="M0 32V14a14 14 0 0 1 28 0v18z"></path>
                <path class="logo__sill" d="M6 32a8 8 0 0 1 16 0z"></path>
                <circle class="logo__lamp" cx="14" cy="14" r="4.5"></circle>
            </svg>
        }),
        (Some(logo), None) => Either::Right(vec![picture(logo, "logo__own")]),
        (Some(logo), Some(dark)) => Either::Right(vec![picture(logo, "logo__light"), picture(dark, "logo__dark")]),
    };
    view! { {mark}<span>{institution.name.clone()}</span> }
}

/// A text as a value in a query (RFC 3986: everything but unreserved characters is encoded).
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
            out.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
        }
    }
    out
}

//! What the pages of the administration have in common.

use crate::{ui::alert, web::Visitor};
use leptos::prelude::*;

/// Links between the pages of one entry of the menu: address, key of the word, whether it is shown.
pub(super) fn tabs(
    visitor: &Visitor,
    label: &'static str,
    here: &'static str,
    entries: &[(&'static str, &'static str, bool)],
) -> impl IntoView + use<> {
    let w = visitor.words();
    let entries: Vec<_> = entries.iter().copied().filter(|entry| entry.2).collect();
    let link = |(href, key, _): (&'static str, &'static str, bool)| {
        view! { <a href=href aria-current=(href == here).then_some("page")>{w.get(key)}</a> }
    };
    let links = entries.into_iter().map(link).collect_view();
    view! { <nav class="tabs" aria-label=w.get(label)>{links}</nav> }
}

/// What has just been done, or why not, by a word in the address.
pub(super) fn said(
    visitor: &Visitor,
    word: Option<&str>,
    known: &[(&'static str, &'static str, bool)],
) -> impl IntoView + use<> {
    let w = visitor.words();
    let found = known.iter().find(|(name, ..)| Some(*name) == word).copied();
    found.map(|(_, key, good)| {
        let (tone, glyph) = if good { (Some("positive"), "circle-check") } else { (Some("critical"), "circle-alert") };
        alert(visitor, tone, glyph, w.get(key))
    })
}

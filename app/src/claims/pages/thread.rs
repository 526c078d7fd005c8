//! What was written, by both sides, in the order of time.

use super::{
    slip::again_form,
    words::{initials, sent_badge, when},
};
use crate::{
    claims::{
        model::Moment,
        page::ClaimPage,
        store::{Letter, Written},
    },
    ui::icon,
    web::Visitor,
    words::Figures,
};
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// One message.
enum One<'p> {
    Theirs(&'p Written),
    Own(&'p Letter),
}

/// When something was written, as the insurer says, or else when it came.
pub(super) fn at_of(figures: &Figures, written: &Written) -> Moment {
    written.note.at.unwrap_or(Moment { day: figures.local(written.seen_at).0, at: Some(written.seen_at) })
}

/// The messages; follows the live stream.
pub fn thread(visitor: &Visitor, figures: &Figures, page: &ClaimPage) -> impl IntoView + use<> {
    let w = visitor.words();
    let own_ids: Vec<String> = page.letters.iter().map(|letter| letter.id.to_string()).collect();
    // A letter of ours that the insurer gives back under its id is shown once.
    let theirs = page.claim.messages.iter().filter(|written| !own_ids.contains(&written.note.id));
    let mut all: Vec<(Moment, One<'_>)> =
        theirs.map(|written| (at_of(figures, written), One::Theirs(written))).collect();
    all.extend(page.letters.iter().map(|letter| {
        let at = Moment { day: figures.local(letter.sent_at).0, at: Some(letter.sent_at) };
        (at, One::Own(letter))
    }));
    all.sort_by_key(|(at, _)| at.order());
    let handler = page.claim.head.handler_name.clone().unwrap_or_else(|| w.get("claims-the-insurer"));
    let messages = all.into_iter().map(|(at, one)| {
        let moment = when(figures, at);
        match one {
            One::Theirs(written) if written.note.from.as_deref() == Some("customer") => view! {
                <article class="message message--own"><header>{w.get("claims-you")}" · "{moment}</header>
                    <div>{written.note.text.clone()}</div></article>
            }
            .into_any(),
            One::Theirs(written) => {
                let (name, letters) = match written.note.from.as_deref() {
                    Some("third_party") => (w.get("claims-third-party"), "–".to_owned()),
                    _ => (handler.clone(), initials(&handler)),
                };
                view! {
                    <article class="message"><span class="glyph" data-tone="brand" aria-hidden="true">{letters}</span>
                        <header><b>{name}</b>" · "{moment}</header><div>{written.note.text.clone()}</div></article>
                }
                .into_any()
            }
            One::Own(letter) => {
                let state = letter.sent.as_ref().map(|sent| sent_badge(visitor, sent));
                let again = letter.sent.as_ref().and_then(|sent| again_form(visitor, page.claim.id, sent));
                view! {
                    <article class="message message--own"><header>{w.get("claims-you")}" · "{moment}</header>
                        <div>{letter.body.clone()}</div><span class="cluster gap-2">{state}{again}</span></article>
                }
                .into_any()
            }
        }
    });
    let messages: Vec<AnyView> = messages.collect();
    let nothing = messages.is_empty().then(|| view! { <p class="muted">{w.get("claims-no-messages")}</p> });
    view! { <div class="thread">{messages}</div>{nothing} }
}

/// Where a message is written. `token` makes the same form twice one message.
pub(super) fn composer(visitor: &Visitor, page: &ClaimPage, token: Id<kind::Letter>) -> impl IntoView + use<> {
    let w = visitor.words();
    let label = match &page.claim.head.handler_name {
        Some(name) => w.with("claims-write-to", &[("name", name)]),
        None => w.get("claims-write-insurer"),
    };
    view! {
        <form class="composer" method="post" action=format!("/claims/{}/messages", page.claim.id)>
            <input r#type="hidden" name="token" value=token.to_string()/>
            <label class="vh" for="write">{label.clone()}</label>
            <textarea class="input" id="write" name="text" required maxlength="4000" placeholder=label></textarea>
            <div><button class="button button--primary button--sm">{icon(visitor, "send")}{w.get("claims-send")}</button></div>
        </form>
    }
}

//! What an event of this domain does to an open page.
//!
//! The words are found when the event is sent, from the database as it then is, by the same functions that render the page.

use super::{
    model::{About, Role},
    pages::{self, ParcelPage},
    store::{self, Parcel},
};
use crate::{
    live::shown::Shown,
    ui::{Place, fragment, live_time},
    web::Visitor,
    words::Figures,
};
use guichet_platform::{
    db::{DbError, Tx},
    live::StoredEvent,
    scope::CustomerScope,
};
use guichet_types::{Id, kind, live::Op};

/// There is news of a parcel. Subject: the parcel.
pub const MOVED: &str = "parcels.moved";
/// A wish of the customer's has come further. Subject: the parcel. Also the topic of the message to the carrier.
pub const INSTRUCTION: &str = "parcels.instruction";

/// Something that the customer wants to be told wherever they are. Subject: the parcel. Detail: the word of what.
pub const NOTICE: &str = "parcels.notice";

/// The instructions for an event; none when it says nothing any more.
///
/// # Errors
/// What the database says.
pub async fn render(
    tx: &mut Tx,
    scope: &CustomerScope,
    visitor: &Visitor,
    figures: &Figures,
    shown: &Shown,
    event: &StoredEvent,
) -> Result<Vec<Op>, DbError> {
    let Ok(id) = Id::<kind::Parcel>::try_from(event.subject.as_slice()) else { return Ok(Vec::new()) };
    let mut ops = Vec::new();
    if event.topic == MOVED && (shown.has(Place::Parcels) || shown.has(Place::Overview)) {
        let parcels = store::list_parcels(tx, scope).await?;
        if shown.has(Place::Parcels) {
            let list = fragment(|| pages::items(visitor, figures, &parcels));
            ops.push(Op::Html { key: "parcels".to_owned(), html: list });
        }
        if shown.has(Place::Overview) {
            let panel = fragment(|| pages::overview_panel(visitor, figures, &parcels));
            ops.push(Op::Html { key: "parcels-panel".to_owned(), html: panel });
        }
        ops.extend(parcels.iter().find(|parcel| parcel.id == id).map(|parcel| announced(visitor, parcel)));
    }
    // What somebody wants to be told is told wherever they are.
    if event.topic != NOTICE && !shown.has(Place::Parcels) {
        return Ok(ops);
    }
    let Some(page) = pages::read_page(tx, scope, id, figures.now()).await? else { return Ok(ops) };
    if event.topic == NOTICE {
        let about = event.detail.as_deref().and_then(|word| About::from_name(std::str::from_utf8(word).ok()?));
        ops.extend(about.map(|about| notice(visitor, figures, &page, about)).into_iter().flatten());
    } else if event.topic == INSTRUCTION {
        ops.extend(wish(visitor, figures, &page));
    } else {
        ops.extend(moved(visitor, figures, &page));
    }
    Ok(ops)
}

/// What has happened, in a sentence.
fn announced(visitor: &Visitor, parcel: &Parcel) -> Op {
    let w = visitor.words();
    let (name, status) = (pages::title(w, parcel), pages::status_word(w, parcel.status));
    Op::Announce { text: w.with("parcels-announce", &[("name", &name), ("status", &status)]) }
}

fn notice(visitor: &Visitor, figures: &Figures, page: &ParcelPage, about: About) -> Vec<Op> {
    let text = pages::notice_words(visitor.words(), figures, &page.parcel, about);
    let toast = fragment(|| pages::toast(visitor, &page.parcel, text.clone()));
    vec![Op::Html { key: "notices".to_owned(), html: toast }, Op::Announce { text: text.clone() }, Op::Notify { text }]
}

fn html(what: &str, page: &ParcelPage, html: String) -> Op {
    Op::Html { key: format!("{what}:{}", page.parcel.id), html }
}

fn moved(visitor: &Visitor, figures: &Figures, page: &ParcelPage) -> Vec<Op> {
    let (w, parcel, events) = (visitor.words(), &page.parcel, &page.events);
    let mut ops = vec![
        html("badge", page, fragment(|| pages::badge(visitor, parcel.status))),
        html("code", page, fragment(|| pages::code(visitor, parcel))),
        html("head", page, fragment(|| pages::head(visitor, figures, parcel, events, true))),
        html("journey", page, fragment(|| pages::journey(visitor, figures, parcel, events))),
        html("seen", page, fragment(|| live_time(figures, parcel.seen_at, None))),
    ];
    if parcel.role == Role::Recipient {
        let until = pages::until(w, figures, parcel);
        ops.push(Op::Text { key: format!("until:{}", parcel.id), text: until });
        // What somebody is filling in stays, until there is nothing left to choose.
        if pages::closing(parcel, figures.now()).is_none() {
            ops.push(html("choices", page, String::new()));
        }
    }
    ops
}

fn wish(visitor: &Visitor, figures: &Figures, page: &ParcelPage) -> Vec<Op> {
    let Some(instruction) = &page.instruction else { return Vec::new() };
    let state = fragment(|| pages::wish_state(visitor, figures, instruction));
    vec![html("wish", page, state)]
}

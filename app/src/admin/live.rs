//! What keeps a page of the administration true while somebody looks at it: every two seconds the page's own parts are drawn
//! again, and those that have become different are sent.
//!
//! A page says what can change ([`Watched`]); the stream looks each time whether the session and its right still hold, and
//! ends when they do not. It never counts as something that a person did.

use crate::{
    live::stream::{self, receive},
    ui::Live,
    web::{May, Problem, Services, StreamPlace, Visitor},
};
use axum::response::{IntoResponse as _, Response, sse::Event};
use guichet_platform::scope::{Grant, Right};
use guichet_types::{LiveQuotes, live::Op};
use http::StatusCode;
use std::{collections::HashMap, time::Duration};
use tokio::sync::mpsc;

/// How often a page is looked at again.
const LOOK: Duration = Duration::from_secs(2);

/// What a page shows now, of what can change.
pub(super) struct Glance {
    /// What it is made of. When this is another, the page is read again.
    pub shape: String,
    /// Its parts, each as the page would show it.
    pub parts: Vec<Op>,
}

/// A page that can be looked at again.
pub(super) trait Watched: Send + 'static {
    /// What it takes to see it.
    type Right: Right;

    /// What it shows now.
    fn look(
        &self,
        services: &Services,
        visitor: &Visitor,
        grant: &Grant<Self::Right>,
    ) -> impl Future<Output = Result<Glance, Problem>> + Send;
}

/// The live way of a page: its stream, and where it goes when that is over.
pub(super) fn live(url: &str, back: &str) -> Live {
    Live::Stream { url: url.to_owned(), back: back.to_owned() }
}

/// A fragment that takes the place of what stands under a key.
pub(super) fn html<V: leptos::prelude::IntoView>(key: impl Into<String>, view: impl FnOnce() -> V) -> Op {
    Op::Html { key: key.into(), html: crate::ui::fragment(view) }
}

/// A text that takes the place of what stands under a key.
pub(super) fn text(key: impl Into<String>, text: String) -> Op {
    Op::Text { key: key.into(), text }
}

/// Opens the stream of a page.
pub(super) fn open<W: Watched>(services: Services, may: May<W::Right>, page: W) -> Response {
    let Some(place) = services.streams.enter(may.who.session.id) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let (sender, receiver) = mpsc::channel(4);
    let keep_alive = services.keep_alive;
    tokio::spawn(run(services, may, page, sender, place));
    stream::respond(receive(receiver), keep_alive)
}

async fn run<W: Watched>(
    services: Services,
    may: May<W::Right>,
    page: W,
    sender: mpsc::Sender<Event>,
    _place: StreamPlace,
) {
    let (mut visitor, session, closing) = (may.who.visitor, may.who.session, services.closing.clone());
    if sender.send(stream::hello()).await.is_err() {
        return;
    }
    let mut shown = Shown::default();
    loop {
        // The browser comes back in two seconds.
        let Ok(now) = services.sessions.still(&session).await else { return };
        let grant = now.filter(|now| now.support.is_none()).and_then(|now| now.staff?.grant::<W::Right>());
        let Some(grant) = grant else {
            let _ = sender.send(stream::bye()).await;
            return;
        };
        visitor.now = services.clock.now();
        let Ok(glance) = page.look(&services, &visitor, &grant).await else { return };
        if let Some(event) = shown.news(glance) {
            services.metrics.live_events().inc();
            if sender.send(event).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = closing.cancelled() => return,
            () = sender.closed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// What the reader has been sent.
#[derive(Default)]
struct Shown {
    shape: Option<String>,
    parts: HashMap<String, Op>,
}

impl Shown {
    /// What is different from before; nothing when nothing is.
    fn news(&mut self, glance: Glance) -> Option<Event> {
        if self.shape.as_ref().is_some_and(|shape| *shape != glance.shape) {
            return Some(stream::reset());
        }
        self.shape = Some(glance.shape);
        let quotes: Vec<Op> = glance.parts.into_iter().filter(|op| self.is_news(op)).collect();
        if quotes.is_empty() {
            return None;
        }
        let data = serde_json::to_string(&LiveQuotes { quotes }).ok()?;
        Some(Event::default().event("quote").data(data))
    }

    fn is_news(&mut self, op: &Op) -> bool {
        let (Op::Text { key, .. } | Op::Html { key, .. }) = op else { return true };
        self.parts.insert(key.clone(), op.clone()).is_none_or(|before| before != *op)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glance(shape: &str, lag: &str) -> Glance {
        Glance { shape: shape.to_owned(), parts: vec![text("lag", lag.to_owned()), text("name", "Core".to_owned())] }
    }

    #[test]
    fn only_what_has_become_different_is_said_again() {
        let mut shown = Shown::default();
        let said = |shown: &mut Shown, lag| shown.news(glance("one", lag)).map(|event| format!("{event:?}"));
        let first = said(&mut shown, "1 s").unwrap_or_default();
        assert!(first.contains("lag") && first.contains("Core"), "{first}");
        assert_eq!(said(&mut shown, "1 s"), None);
        let next = said(&mut shown, "2 s").unwrap_or_default();
        assert!(next.contains("2 s") && !next.contains("Core"), "{next}");
    }

    #[test]
    fn a_page_of_another_shape_is_read_again() {
        let mut shown = Shown::default();
        assert!(shown.news(glance("one", "1 s")).is_some());
        let said = shown.news(glance("two", "1 s")).map(|event| format!("{event:?}")).unwrap_or_default();
        assert!(said.contains("reset"), "{said}");
    }
}

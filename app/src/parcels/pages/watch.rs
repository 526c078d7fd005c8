//! The streams of the pages that need no sign-in. Each tells what its page shows and nothing else, and only when that is
//! something new: by the number alone a word, a day and a country; with the proof of a postcode, or by a link, the journey.
//!
//! A stream of a number that nobody has, or of a proof that does not hold, is one that never says anything. How often one is
//! opened is counted like a look-up, and how many are open at once is bounded.

use super::{
    share::{moved, shared_until},
    track::{Fault, coarse_told, key, may_look},
};
use crate::{
    live::stream::{self, receive},
    parcels::{
        store::{self, Coarse, Look, Proof, Public, ShareSecret},
        when::Local,
    },
    ui::{encode, fragment},
    web::{Services, StreamPlace, Visitor},
};
use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::{IntoResponse as _, Response, sse::Event},
};
use futures::FutureExt as _;
use guichet_platform::{
    db::{DbError, Tx},
    identity::Sealer,
    scope::PublicScope,
};
use guichet_types::{Id, LiveQuotes, Timestamp, TrackingNumber, kind, live::Op};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use std::{fmt::Write as _, time::Duration};
use tokio::sync::mpsc;

/// A stream ends after so long; the browser opens it again, if somebody is still there.
const LIFE: Duration = Duration::from_secs(30 * 60);
/// How often a stream looks whatever happens.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How often it looks whether its right is over.
const END_CHECK: Duration = Duration::from_millis(500);
/// A postcode that was typed keeps a page live for so long.
const PROOF_SECONDS: i64 = 86_400;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct WatchQuery {
    number: String,
    seen: String,
    proof: String,
    until: i64,
}

/// By which right somebody watches.
#[derive(Clone, Debug)]
enum Right {
    /// The number alone.
    Number,
    /// Number and postcode.
    Postcode(Proof),
    /// A shared link, until it ends.
    Link(Timestamp),
}

impl Right {
    const fn ends(&self) -> Option<Timestamp> {
        match self {
            Self::Number => None,
            Self::Postcode(proof) => Some(proof.until),
            Self::Link(ends) => Some(*ends),
        }
    }
}

/// What the database says to that right.
enum Found {
    /// Nothing, or nothing for them.
    Nothing,
    Coarse(Coarse),
    Journey(Box<Public>),
    /// The right is over.
    Over,
}

/// Until when a postcode that is typed now keeps a page live.
pub(super) fn proof_until(now: Timestamp) -> Timestamp {
    now.plus_seconds(PROOF_SECONDS)
}

/// The stream of a page by number.
pub(super) fn number_url(number: &str, found: Option<&Coarse>) -> String {
    format!("/track/live?number={}&seen={}", encode(number), coarse_mark(found))
}

/// The stream of a page by number and postcode.
pub(super) fn proof_url(public: &Public, proof: &Proof) -> String {
    let (number, seen) = (encode(&public.parcel.number), journey_mark(public));
    format!("/track/live?number={number}&seen={seen}&proof={}&until={}", proof.seal, proof.until.millis())
}

/// The stream of a page by link.
pub(super) fn link_url(secret: &ShareSecret, public: &Public) -> String {
    format!("/s/{}/live?seen={}", secret.encode(), journey_mark(public))
}

/// What stands for everything that a page shows; another mark means news.
fn mark(shown: &str) -> String {
    Sha256::digest(shown)[..12].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn coarse_mark(found: Option<&Coarse>) -> String {
    let day = |coarse: &Coarse| coarse.at.map(|at| Local::new(at, coarse.offset.unwrap_or(0)).day);
    mark(&format!("{:?}", found.map(|coarse| (coarse.status, day(coarse), &coarse.country))))
}

fn journey_mark(public: &Public) -> String {
    mark(&format!("{public:?}"))
}

/// `GET /track/live`.
pub(super) async fn by_number(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    query: Result<Query<WatchQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return StatusCode::BAD_REQUEST.into_response() };
    if TrackingNumber::parse(&query.number).err().and_then(Fault::of).is_some() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let (right, look) = if query.proof.is_empty() {
        (Right::Number, Look::Coarse)
    } else {
        let Ok(seal) = query.proof.parse() else { return StatusCode::BAD_REQUEST.into_response() };
        (Right::Postcode(Proof { seal, until: Timestamp(query.until) }), Look::Stream)
    };
    let scope = PublicScope::of_parcel(&key(&query.number));
    match may_look(&services, &visitor, &scope, look).await {
        Ok(true) => {}
        Ok(false) => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        Err(problem) => return problem.into_response(),
    }
    open(services, visitor, scope, right, last_seen(&headers, query.seen))
}

/// `GET /s/{token}/live`.
pub(super) async fn by_link(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    token: Result<Path<String>, PathRejection>,
    query: Result<Query<WatchQuery>, QueryRejection>,
) -> Response {
    let (Ok(Path(token)), Ok(Query(query))) = (token, query) else { return StatusCode::NOT_FOUND.into_response() };
    let Some(secret) = ShareSecret::decode(&token) else { return StatusCode::NOT_FOUND.into_response() };
    let scope = PublicScope::of_share(secret.hash());
    match may_look(&services, &visitor, &scope, Look::Stream).await {
        Ok(true) => {}
        Ok(false) => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        Err(problem) => return problem.into_response(),
    }
    match shared_until(&services, &scope).await {
        Ok(Some(ends)) => open(services, visitor, scope, Right::Link(ends), last_seen(&headers, query.seen)),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// What the page shows: by what it heard last, else by what it was rendered with.
fn last_seen(headers: &HeaderMap, rendered: String) -> String {
    headers.get("last-event-id").and_then(|id| id.to_str().ok()).map_or(rendered, str::to_owned)
}

fn open(services: Services, visitor: Visitor, scope: PublicScope, right: Right, seen: String) -> Response {
    let Some(place) = services.streams.enter_public(&visitor.network) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let (sender, receiver) = mpsc::channel(4);
    let keep_alive = services.keep_alive;
    let watcher = Watcher { services, visitor, scope, right, seen, held: false };
    tokio::spawn(watcher.run(sender, place));
    stream::respond(receive(receiver), keep_alive)
}

struct Watcher {
    services: Services,
    visitor: Visitor,
    scope: PublicScope,
    right: Right,
    /// The mark of what the page shows.
    seen: String,
    /// The right has held once.
    held: bool,
}

impl Watcher {
    async fn run(mut self, sender: mpsc::Sender<Event>, _place: StreamPlace) {
        if sender.send(stream::hello()).await.is_err() {
            return;
        }
        let Ok(Some(thing)) = self.thing().await else { return };
        let mut bell = self.services.db.bus().listen_to(thing);
        let (closing, mut life) = (self.services.closing.clone(), std::pin::pin!(tokio::time::sleep(LIFE)));
        loop {
            let Ok(found) = self.find().await else { return };
            if let Some(said) = self.said(found) {
                self.services.metrics.live_events().inc();
                let (event, over) = said;
                if sender.send(event).await.is_err() || over {
                    return;
                }
            }
            let mut again = std::pin::pin!(tokio::time::sleep(LOOK_AGAIN));
            loop {
                tokio::select! {
                    () = closing.cancelled() => return,
                    () = sender.closed() => return,
                    () = &mut life => return,
                    changed = bell.changed() => if changed.is_err() { return } else { break },
                    () = &mut again => break,
                    () = tokio::time::sleep(END_CHECK), if self.right.ends().is_some() => {
                        if self.is_over() { break }
                    }
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.right.ends().is_some_and(|ends| ends <= self.services.clock.now())
    }

    /// What the bell hangs on.
    async fn thing(&self) -> Result<Option<Id<kind::Parcel>>, DbError> {
        let (scope, now) = (self.scope.clone(), self.services.clock.now());
        let read = self.services.db.read(&self.scope, move |tx| {
            async move {
                match store::bell_of(tx, &scope) {
                    Some(thing) => Ok(Some(thing)),
                    None => Ok::<_, DbError>(store::find_shared(tx, &scope, now).await?.map(|(thing, _)| thing)),
                }
            }
            .boxed()
        });
        read.await
    }

    async fn find(&self) -> Result<Found, DbError> {
        if self.is_over() {
            return Ok(Found::Over);
        }
        let (scope, right, now) = (self.scope.clone(), self.right.clone(), self.services.clock.now());
        let sealer = self.services.identity.sealer().clone();
        let read = self
            .services
            .db
            .read(&self.scope, move |tx| async move { found(tx, &scope, &sealer, &right, now).await }.boxed());
        read.await
    }

    /// What is to be said, and whether it is the last thing; nothing when the page shows it already.
    fn said(&mut self, found: Found) -> Option<(Event, bool)> {
        let figures = self.visitor.figures(&self.services);
        let (mark, quotes): (String, Vec<Op>) = match found {
            Found::Nothing if !self.held => return None,
            Found::Nothing | Found::Over => return Some((stream::bye(), true)),
            Found::Coarse(coarse) => (coarse_mark(Some(&coarse)), told(&self.visitor, &figures, &coarse)),
            Found::Journey(public) => {
                self.held = true;
                (journey_mark(&public), moved(&self.visitor, &figures, &public))
            }
        };
        if mark == self.seen {
            return None;
        }
        self.seen.clone_from(&mark);
        let data = serde_json::to_string(&LiveQuotes { quotes }).ok()?;
        Some((Event::default().event("quote").id(mark).data(data), false))
    }
}

async fn found(
    tx: &mut Tx,
    scope: &PublicScope,
    sealer: &Sealer,
    right: &Right,
    now: Timestamp,
) -> Result<Found, DbError> {
    let (id, none) = match right {
        Right::Number => return Ok(store::find_coarse(tx, scope).await?.map_or(Found::Nothing, Found::Coarse)),
        Right::Postcode(proof) => (store::holds(tx, scope, sealer, proof, now).await?, Found::Nothing),
        Right::Link(_) => (store::find_shared(tx, scope, now).await?.map(|(id, _)| id), Found::Over),
    };
    let Some(id) = id else { return Ok(none) };
    Ok(store::read_public(tx, scope, id).await?.map_or(Found::Nothing, |public| Found::Journey(Box::new(public))))
}

/// What a page by number alone is told.
fn told(visitor: &Visitor, figures: &crate::words::Figures, coarse: &Coarse) -> Vec<Op> {
    let html = fragment(|| coarse_told(visitor, figures, Some(coarse)));
    let text = super::status_word(visitor.words(), coarse.status);
    vec![Op::Html { key: "coarse".to_owned(), html }, Op::Announce { text }]
}

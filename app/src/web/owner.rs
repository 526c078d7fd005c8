//! The last layer: an answer that was made with the data of somebody who did not ask is not sent.
//!
//! The database and the sessions write into the answer's ledger ([`guichet_platform::owner`]); here it is compared, before the
//! head of an answer is sent and again before each piece of an answer that is written while it is sent, which is how a live
//! stream is checked event by event. It should never say no. When it does, the customer gets an error with a number, the log
//! and the metrics tell whoever is on duty, and nothing of the answer leaves.

use super::{Problem, Reason, SESSION_COOKIE, cookie, guard::dress};
use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt as _};
use guichet_platform::{
    alarm::{Alarms, Sign},
    audit::{Actor, Entry, Thing},
    owner::{Ledger, Verdict},
    session::SessionToken,
    telemetry::RequestId,
};
use guichet_types::{Id, kind};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

/// The layer.
pub async fn check_owner(State(alarms): State<Alarms>, request: Request, next: Next) -> Response {
    // Read here from the request itself, not taken from what other layers made of it.
    let token = cookie(request.headers(), SESSION_COOKIE).and_then(SessionToken::decode);
    let ledger = Ledger::new(token.as_ref());
    let incident = request.extensions().get::<RequestId>().copied();
    let route = request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let response = ledger.follow(next.run(request)).await;
    let watch = Watch { ledger, alarms, incident, route };
    if watch.refuses() {
        return dress(Problem::bare(Reason::Fault).into_response(), None);
    }
    // What is whole already was read before this.
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| Body::from_stream(Watched { body: body.into_data_stream(), watch, cut: false }))
}

/// What the check needs.
struct Watch {
    ledger: Ledger,
    alarms: Alarms,
    incident: Option<RequestId>,
    route: String,
}

impl Watch {
    fn refuses(&self) -> bool {
        let Verdict::Mixed { asker, owner } = self.ledger.verdict() else { return false };
        self.raise_the_alarm(asker, owner);
        true
    }

    /// Everything that happens at a mix-up: all are counted and logged, and one for each route and minute is in the audit log.
    fn raise_the_alarm(&self, asker: Option<Id<kind::Customer>>, owner: Option<Id<kind::Customer>>) {
        self.alarms.metrics().owner_mismatches().inc();
        let name = |id: Option<Id<kind::Customer>>| id.map_or_else(|| "nobody".to_owned(), |id| id.to_string());
        let incident = self.incident.map(|id| id.to_string()).unwrap_or_default();
        tracing::error!(
            incident,
            route = self.route,
            asker = name(asker),
            owner = name(owner),
            "An answer was made with another customer's data, and was not sent"
        );
        self.alarms.raise(Sign::Isolation, &self.route, |entry| {
            let entry = asker.map(Actor::Customer).into_iter().fold(entry, Entry::by);
            owner.into_iter().fold(entry, |entry, owner| entry.about(Thing::Customer, owner))
        });
    }
}

/// The pieces of a body, each checked before it is sent.
struct Watched {
    body: BodyDataStream,
    watch: Watch,
    cut: bool,
}

impl Stream for Watched {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.cut {
            return Poll::Ready(None);
        }
        let body = &mut this.body;
        let piece = this.watch.ledger.within(|| body.poll_next_unpin(cx));
        if matches!(piece, Poll::Ready(Some(Ok(_)))) && this.watch.refuses() {
            this.cut = true;
            // The connection is cut, so that the pieces before are not taken for a whole answer.
            return Poll::Ready(Some(Err(axum::Error::new(io::Error::other("not theirs")))));
        }
        piece
    }
}

//! `GET /live`: a customer's events from a cursor on, for as long as the session lasts.
//!
//! Woken by the bus, the stream reads behind its cursor, so nothing is lost between a page and its stream, across a cut, or
//! on another node. It carries words in the reader's language and never counts as a human act.

use super::shown::Shown;
use crate::{
    accounts, claims, parcels,
    portfolio::{self, quotes::PACE, ticker::Ticker},
    ui::{Place, house_ops},
    web::{Access, Problem, Routes, Services, SignedIn, StreamPlace, Visitor},
};
use axum::{
    extract::{Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use futures::{FutureExt as _, Stream, StreamExt as _};
use guichet_platform::{
    db::DbError,
    live::{self, Behind},
    owner,
};
use guichet_types::{Id, LiveEvent, LiveQuotes, kind};
use http::{HeaderMap, HeaderValue, header};
use std::{convert::Infallible, time::Duration};
use tokio::sync::mpsc;

/// Events that are read at once.
const BATCH: i64 = 50;
/// How often a stream looks whether its session still holds, whatever happens.
const SESSION_CHECK: Duration = Duration::from_secs(30);

/// The routes of the stream.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().get("/live", Access::Customer, get(stream))
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct LiveQuery {
    after: i64,
    once: Option<String>,
    page: Option<String>,
}

/// What a stream says.
enum Said {
    Event(LiveEvent),
    Quotes(LiveQuotes),
    Reset,
    Bye,
}

impl From<Said> for Event {
    fn from(said: Said) -> Self {
        match said {
            Said::Event(event) => {
                let data = serde_json::to_string(&event).unwrap_or_default();
                Self::default().id(event.seq.to_string()).data(data)
            }
            Said::Quotes(quotes) => {
                Self::default().event("quote").data(serde_json::to_string(&quotes).unwrap_or_default())
            }
            Said::Reset => reset(),
            Said::Bye => bye(),
        }
    }
}

async fn stream(
    State(services): State<Services>,
    who: Option<SignedIn>,
    headers: HeaderMap,
    query: Result<Query<LiveQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    // A browser opens its stream again by itself; a redirect to a page would only confuse it.
    let Some(who) = who else { return Ok(http::StatusCode::UNAUTHORIZED.into_response()) };
    let Ok(Query(query)) = query else { return Ok(http::StatusCode::BAD_REQUEST.into_response()) };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let after = last.unwrap_or(query.after);
    let (session, scope) = (who.session.id, who.session.scope);
    let shown = Shown::of(query.page.as_deref());
    let reader = Reader { services: services.clone(), visitor: who.visitor, session, scope, shown, after };
    if query.once.is_some() {
        return reader.once().await;
    }
    let Some(place) = services.streams.enter(who.session.id) else {
        return Ok(http::StatusCode::TOO_MANY_REQUESTS.into_response());
    };
    let (sender, receiver) = mpsc::channel(4);
    owner::spawn(reader.run(sender, place));
    Ok(respond(receive(receiver), services.keep_alive))
}

/// A stream as an answer that nobody on the way keeps or holds back.
pub(crate) fn respond(
    events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static,
    keep_alive: Duration,
) -> Response {
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(keep_alive)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// The first thing that a stream says.
pub(crate) fn hello() -> Event {
    Event::default().event("hello").data("live").retry(Duration::from_secs(2))
}

/// What was shown is not made of the same any more: it is read again.
pub(crate) fn reset() -> Event {
    Event::default().event("reset").data("reset")
}

/// The last one: what was shown is no longer for this reader.
pub(crate) fn bye() -> Event {
    Event::default().event("bye").data("bye")
}

/// The events of a channel.
pub(crate) fn receive(receiver: mpsc::Receiver<Event>) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(receiver, |mut receiver| async {
        let event = receiver.recv().await?;
        Some((Ok(event), receiver))
    })
    .fuse()
}

struct Reader {
    services: Services,
    visitor: Visitor,
    session: Id<kind::Session>,
    scope: guichet_platform::scope::CustomerScope,
    shown: Shown,
    after: i64,
}

/// What is behind a cursor: what to say, and whether something is held now that was not before.
#[derive(Default)]
struct News {
    said: Vec<Said>,
    holdings: bool,
}

impl Reader {
    /// What is behind the cursor now, as one answer.
    async fn once(mut self) -> Result<Response, Problem> {
        let mut text = String::new();
        for said in self.next().await?.said {
            match said {
                Said::Event(event) => {
                    text.push_str("data: ");
                    text.push_str(&serde_json::to_string(&event).map_err(Problem::fault)?);
                    text.push('\n');
                }
                Said::Quotes(_) | Said::Reset | Said::Bye => text.push_str("data: reset\n"),
            }
        }
        Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
    }

    async fn run(mut self, sender: mpsc::Sender<Event>, _place: StreamPlace) {
        let mut bell = self.services.db.bus().listen(self.scope.customer());
        if sender.send(hello()).await.is_err() {
            return;
        }
        let (db, quotes, closing) =
            (self.services.db.clone(), self.services.quotes.clone(), self.services.closing.clone());
        let shown = self.shown.clone();
        let mut house = self.services.house.listen();
        let Ok(mut ticker) = Ticker::start(&db, &quotes, self.scope, shown, self.today()).await else { return };
        loop {
            // The browser comes back in two seconds, with its cursor.
            let Ok(news) = self.next().await else { return };
            let full = news.said.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
            for said in news.said {
                let last = !matches!(said, Said::Event(_));
                self.services.metrics.live_events().inc();
                if sender.send(said.into()).await.is_err() || last {
                    return;
                }
            }
            if news.holdings
                && let Some(ticker) = &mut ticker
                && ticker.reload(&db, self.today()).await.is_err()
            {
                return;
            }
            if full {
                continue;
            }
            let mut check = std::pin::pin!(tokio::time::sleep(SESSION_CHECK));
            loop {
                tokio::select! {
                    () = closing.cancelled() => return,
                    () = sender.closed() => return,
                    changed = bell.changed() => if changed.is_err() { return } else { break },
                    changed = house.changed() => {
                        if changed.is_err() || sender.send(self.another_house().into()).await.is_err() {
                            return;
                        }
                    }
                    () = &mut check => {
                        // Another day may have begun, or something else be watched.
                        if let Some(ticker) = &mut ticker && ticker.freshen(&db, self.today()).await.is_err() {
                            return;
                        }
                        break;
                    }
                    () = prices(&mut ticker) => {}
                }
                if let Some(ticker) = &mut ticker {
                    self.tell_prices(ticker, &sender);
                }
            }
        }
    }

    /// What an open page changes when another release of the institution's settings holds.
    fn another_house(&mut self) -> Said {
        let before = std::mem::replace(&mut self.visitor.institution, self.services.house.now()).release;
        self.visitor.now = self.services.clock.now();
        let places: Vec<Place> = Place::ALL.into_iter().filter(|place| self.shown.has(*place)).collect();
        Said::Quotes(LiveQuotes { quotes: house_ops(&self.visitor, &places, before) })
    }

    fn today(&self) -> guichet_types::Date {
        self.visitor.figures(&self.services).today()
    }

    /// Sends the latest prices, if the reader has taken everything before them. Else they wait, and get newer.
    fn tell_prices(&self, ticker: &mut Ticker, sender: &mpsc::Sender<Event>) {
        if !ticker.is_due() || sender.capacity() < sender.max_capacity() {
            return;
        }
        let ops = ticker.ops(&self.visitor, &self.visitor.figures(&self.services));
        if !ops.is_empty() {
            // There is room: this task alone sends.
            let _ = sender.try_send(Said::Quotes(LiveQuotes { quotes: ops }).into());
        }
    }

    async fn next(&mut self) -> Result<News, DbError> {
        let (scope, session, after, visitor) = (self.scope, self.session, self.after, self.visitor.clone());
        let (shown, sessions) = (self.shown.clone(), self.services.sessions.clone());
        let figures = self.visitor.figures(&self.services);
        let news = self
            .services
            .db
            .read(&scope, move |tx| {
                async move {
                    let mut news = News::default();
                    if !sessions.holds(tx, &scope, session).await? {
                        news.said.push(Said::Bye);
                        return Ok(news);
                    }
                    let events = match live::behind(tx, &scope, after, BATCH).await? {
                        Behind::Reset(_) => {
                            news.said.push(Said::Reset);
                            return Ok(news);
                        }
                        Behind::Events(events) => events,
                    };
                    for event in events {
                        let (visitor, figures, shown) = (&visitor, &figures, &shown);
                        let domain = event.topic.split('.').next().unwrap_or_default();
                        let ops = match domain {
                            "accounts" => accounts::live::render(tx, &scope, visitor, figures, shown, &event).await?,
                            "parcels" => parcels::live::render(tx, &scope, visitor, figures, shown, &event).await?,
                            "portfolio" => portfolio::live::render(tx, &scope, visitor, figures, shown, &event).await?,
                            "claims" => claims::live::render(tx, &scope, visitor, figures, shown, &event).await?,
                            _ => Vec::new(),
                        };
                        // What accounts hold is in the total that prices move.
                        news.holdings |= domain == "portfolio" || domain == "accounts" && shown.has(Place::Overview);
                        news.said.push(Said::Event(LiveEvent { seq: event.seq, ops }));
                    }
                    Ok::<_, DbError>(news)
                }
                .boxed()
            })
            .await?;
        if let Some(Said::Event(last)) = news.said.last() {
            self.after = last.seq;
        }
        Ok(news)
    }
}

/// Takes new prices as they come. Where the last message has not been taken, returns to look again soon.
async fn prices(ticker: &mut Option<Ticker>) {
    let Some(ticker) = ticker else { return std::future::pending().await };
    let due = ticker.is_due();
    let news = tokio::select! {
        news = ticker.next() => news,
        () = tokio::time::sleep(PACE), if due => return,
    };
    ticker.take(&news);
}

//! The door for webhooks: `POST /hooks/{source}`, signed as Standard Webhooks 1.0 says.
//!
//! What is answered with 202 is on the disk and registered. The same `webhook-id` again is answered in the same way and does
//! nothing. A source that is not known, a signature that does not hold and a time that is too far off get one answer.

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use guichet_platform::{
    clock::SharedClock,
    config::{Config, Secret},
    db::{Db, DbError},
    identity::Sealer,
    inbox::{Delivery, Inbox, Received},
    sources,
    telemetry::Metrics,
    webhook,
};
use guichet_types::Timestamp;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// Webhooks that are read at once; each can be as large as a document.
const MAX_AT_ONCE: usize = 32;
/// How long one waits for its turn before its sender is told to come back.
const TURN: Duration = Duration::from_secs(10);

/// Everything behind the door.
#[derive(Clone, Debug)]
pub struct HookDoor {
    inbox: Inbox,
    /// Where the secrets are that were made in the portal.
    made: Option<(Db, Sealer)>,
    clock: SharedClock,
    metrics: Metrics,
    secrets: Arc<BTreeMap<String, Vec<Secret<String>>>>,
    max_bytes: usize,
    pace: Arc<Pace>,
    turns: Arc<Semaphore>,
}

impl HookDoor {
    /// The door as configured; without secrets it is shut.
    #[must_use]
    pub fn new(config: &Config, inbox: Inbox, clock: SharedClock, metrics: Metrics) -> Self {
        Self {
            inbox,
            made: None,
            clock,
            metrics,
            secrets: Arc::new(config.secrets.hooks.clone()),
            max_bytes: config.hooks.max_bytes(),
            pace: Arc::new(Pace::new(config.hooks.per_second)),
            turns: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        }
    }

    /// Open to sources that were added in the portal, too.
    #[must_use]
    pub fn with_made(self, db: Db, sealer: Sealer) -> Self {
        Self { made: Some((db, sealer)), ..self }
    }

    /// The secrets of a source: those of the configuration, else the one that was made in the portal.
    async fn secrets_of(&self, source: &str) -> Result<Vec<Secret<String>>, DbError> {
        if let Some(secrets) = self.secrets.get(source) {
            return Ok(secrets.clone());
        }
        match &self.made {
            Some((db, sealer)) if sources::is_name(source) => {
                let secret = sources::secret::of(db, sealer, sources::hook_key(source)).await?;
                Ok(secret.into_iter().map(Secret::new).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// A door without secrets: no webhook comes in here.
    #[must_use]
    pub fn shut(config: &Config, inbox: Inbox, clock: SharedClock, metrics: Metrics) -> Self {
        Self { secrets: Arc::default(), ..Self::new(config, inbox, clock, metrics) }
    }

    /// Its route. It stands outside the guard: a webhook comes from no page of ours and has no session.
    pub(super) fn router(self) -> Router {
        let limit = DefaultBodyLimit::max(self.max_bytes);
        Router::new().route("/hooks/{source}", post(receive)).layer(limit).with_state(self)
    }
}

async fn receive(State(door): State<HookDoor>, Path(source): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let (status, outcome) = door.take(source, &headers, body).await;
    door.metrics.hook(outcome);
    let mut response = (status, format!("{{\"outcome\":\"{outcome}\"}}")).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        answer.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

impl HookDoor {
    async fn take(&self, source: String, headers: &HeaderMap, body: Body) -> (StatusCode, &'static str) {
        let now = self.clock.now();
        let Ok(secrets) = self.secrets_of(&source).await else {
            return (StatusCode::SERVICE_UNAVAILABLE, "failed");
        };
        // Asked before the body is read, and for known sources alone: a made-up name takes no place in the table.
        if !secrets.is_empty() && !self.pace.allows(&source, now) {
            return (StatusCode::TOO_MANY_REQUESTS, "too_many");
        }
        // A burst waits here, where it holds no body yet.
        let Ok(Ok(_turn)) = timeout(TURN, self.turns.acquire()).await else {
            return (StatusCode::SERVICE_UNAVAILABLE, "busy");
        };
        let Ok(body) = axum::body::to_bytes(body, self.max_bytes).await else {
            return (StatusCode::PAYLOAD_TOO_LARGE, "too_large");
        };
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (id, stamp, signature) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"));
        // A source without secrets is tried against none, so that it takes the same way.
        let secrets: Vec<&str> = secrets.iter().map(|secret| secret.expose().as_str()).collect();
        let seconds = now.millis().div_euclid(1_000);
        if let Err(error) = webhook::verify(&secrets, id, stamp, signature, &body, seconds) {
            tracing::warn!(hook.reason = %error, "A webhook was refused");
            return (StatusCode::UNAUTHORIZED, "refused");
        }
        match self.inbox.receive(Delivery { source, id: id.to_owned(), body }).await {
            Ok(Received::Kept(_)) => (StatusCode::ACCEPTED, "kept"),
            Ok(Received::Again) => (StatusCode::ACCEPTED, "again"),
            Err(error) => {
                tracing::error!(%error, "A webhook could not be kept; its sender tries again");
                (StatusCode::SERVICE_UNAVAILABLE, "failed")
            }
        }
    }
}

/// So many a second from one source, and twice as many at once.
#[derive(Debug)]
struct Pace {
    per_second: i64,
    /// Thousandths of a webhook that each source has left, and when that was so.
    left: Mutex<HashMap<String, (i64, Timestamp)>>,
}

impl Pace {
    fn new(per_second: u32) -> Self {
        Self { per_second: i64::from(per_second), left: Mutex::default() }
    }

    fn allows(&self, source: &str, now: Timestamp) -> bool {
        let most = self.per_second * 2_000;
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (credit, at) = left.get(source).copied().unwrap_or((most, now));
        let since = (now.millis() - at.millis()).max(0);
        let credit = credit.saturating_add(since.saturating_mul(self.per_second)).min(most);
        let allowed = credit >= 1_000;
        left.insert(source.to_owned(), (if allowed { credit - 1_000 } else { credit }, now));
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_may_send_twice_its_rate_at_once_and_then_its_rate() {
        let pace = Pace::new(10);
        let at = |millis: i64| Timestamp(1_000_000 + millis);
        assert_eq!((0..30).filter(|_| pace.allows("a", at(0))).count(), 20);
        assert_eq!((0..30).filter(|_| pace.allows("a", at(1_000))).count(), 10);
        assert!(pace.allows("b", at(1_000)), "another source has its own");
        assert_eq!((0..30).filter(|_| pace.allows("a", at(60_000))).count(), 20);
    }
}

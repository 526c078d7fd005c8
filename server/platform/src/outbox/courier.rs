//! Forwards what waits in the outbox, and tries again with growing patience.

use super::{Destination, State, post::Poster, settle};
use crate::{
    clock::SharedClock,
    config::Secret,
    db::{Db, DbError},
    on,
    random::{SharedRandom, jittered},
    scope::FeedScope,
    telemetry::Metrics,
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};
use std::{collections::HashMap, fs, io::Write as _, path::PathBuf, time::Duration};
use tokio_util::sync::CancellationToken;

/// Messages that are forwarded in one go.
const BATCH: i64 = 32;
/// Who takes a message has so long to forward it before another node may try.
const LEASE_SECONDS: i64 = 60;
/// How often the outbox is looked at when nobody rings.
const LOOK: Duration = Duration::from_secs(1);
/// Seconds between attempts. Behind the last one a message is given up: three and a half days after the first.
const BACKOFF: [i64; 14] = [2, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 86_400];

/// Seconds until the next attempt after `attempts` have failed; none when it is time to give up.
#[must_use]
pub fn backoff_seconds(attempts: usize) -> Option<i64> {
    BACKOFF.get(attempts.checked_sub(1)?).copied()
}

/// How messages get to a destination.
#[derive(Clone, Debug)]
pub enum Route {
    /// A signed webhook (Standard Webhooks 1.0).
    Webhook {
        /// Where to.
        address: http::Uri,
        /// What it is signed with.
        secret: Secret<String>,
    },
    /// One file for each message, in this folder.
    Folder(PathBuf),
}

/// Forwards messages.
#[derive(Clone)]
pub struct Courier {
    db: Db,
    clock: SharedClock,
    random: SharedRandom,
    metrics: Metrics,
    routes: HashMap<&'static str, Route>,
    poster: Poster,
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Courier").field("routes", &self.routes).finish_non_exhaustive()
    }
}

/// A message that waits.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Waiting {
    id: Vec<u8>,
    destination: String,
    payload: String,
    attempts: i64,
}

impl Courier {
    /// A courier that knows these ways.
    ///
    /// # Errors
    /// When the system has no certificates to trust.
    pub fn new(
        db: Db,
        clock: SharedClock,
        random: SharedRandom,
        metrics: Metrics,
        routes: impl IntoIterator<Item = (Destination, Route)>,
    ) -> std::io::Result<Self> {
        let routes = routes.into_iter().map(|(destination, route)| (destination.as_str(), route)).collect();
        Ok(Self { db, clock, random, metrics, routes, poster: Poster::new()? })
    }

    /// Forwards what comes, as it comes, until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            match self.forward_due().await {
                // A full batch: there may be more.
                Ok(count) if count >= usize::try_from(BATCH).unwrap_or(usize::MAX) => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "The outbox cannot be worked off; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.db.outbox_bell().notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Tries every message that is due, once. Gives back how many were tried.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forward_due(&self) -> Result<usize, DbError> {
        let waiting = self.take_due().await?;
        let count = waiting.len();
        for message in waiting {
            let outcome = self.forward(&message).await;
            self.note(message, outcome).await?;
        }
        Ok(count)
    }

    /// Messages that are due, and ours for a while.
    pub(super) async fn take_due(&self) -> Result<Vec<Waiting>, DbError> {
        const DUE: &str = "update outbox set next_at = $2 where id in (
              select id from outbox where state = 'waiting' and next_at <= $1 order by next_at, id limit $3)
            and state = 'waiting' and next_at <= $1 returning id, destination, payload, attempts";
        let now = self.clock.now();
        self.db
            .write(&FeedScope::new(), move |tx| {
                async move {
                    let mut rows: Vec<Waiting> = on!(tx, c => sqlx::query_as(DUE).bind(now.millis())
                        .bind(now.plus_seconds(LEASE_SECONDS).millis()).bind(BATCH).fetch_all(&mut **c).await)?;
                    rows.sort_by(|a, b| a.id.cmp(&b.id));
                    Ok::<_, DbError>(rows)
                }
                .boxed()
            })
            .await
    }

    /// Once, or why not.
    async fn forward(&self, message: &Waiting) -> Result<(), String> {
        let id = Id::<kind::Message>::try_from(message.id.clone()).map_err(|_| "its id is damaged".to_owned())?;
        match self.routes.get(message.destination.as_str()) {
            None => Err("there is no way to this destination".to_owned()),
            Some(Route::Webhook { address, secret }) => {
                self.poster.post(address, secret, &id.to_string(), self.clock.now(), message.payload.clone()).await
            }
            Some(Route::Folder(folder)) => {
                let (folder, payload) = (folder.clone(), message.payload.clone());
                let written = tokio::task::spawn_blocking(move || write_file(&folder, &id.to_string(), &payload)).await;
                written.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
            }
        }
    }

    async fn note(&self, message: Waiting, outcome: Result<(), String>) -> Result<(), DbError> {
        const LATER: &str = "update outbox set attempts = $2, next_at = $3, last_error = $4
            where id = $1 and state = 'waiting'";
        let now = self.clock.now();
        let attempts = message.attempts + 1;
        let destination = message.destination;
        let again = backoff_seconds(usize::try_from(attempts).unwrap_or(usize::MAX));
        let state = match (&outcome, again) {
            (Ok(()), _) => Some(State::Forwarded),
            (Err(_), None) => Some(State::Dead),
            (Err(_), Some(_)) => None,
        };
        self.metrics.outbox(&destination, state.map_or("failed", State::as_str));
        match &outcome {
            Err(error) if state.is_some() => {
                tracing::error!(outbox.destination = %destination, %error, "A message was given up after {attempts} attempts");
            }
            Err(error) => {
                tracing::warn!(outbox.destination = %destination, %error, "A message could not be forwarded; attempt {attempts}");
            }
            Ok(()) => {}
        }
        let error = outcome.err();
        let next = now.plus_seconds(again.map_or(0, |seconds| jittered(&*self.random, seconds)));
        self.db
            .write(&FeedScope::new(), move |tx| {
                async move {
                    match state {
                        Some(state) => settle(tx, &message.id, state, None, error.as_deref(), now).await.map(|_| ()),
                        None => on!(tx, c => sqlx::query(LATER).bind(&message.id).bind(attempts).bind(next.millis())
                            .bind(error).execute(&mut **c).await.map(|_| ()))
                        .map_err(DbError::from),
                    }
                }
                .boxed()
            })
            .await
    }
}

/// A whole file under its final name, or none.
fn write_file(folder: &std::path::Path, id: &str, payload: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{id}.json"));
    let part = folder.join(format!(".{id}.part"));
    let mut file = fs::File::create(&part)?;
    file.write_all(payload.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, &path)?;
    fs::File::open(folder)?.sync_all()
}

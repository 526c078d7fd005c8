//! Sends the letters that are due, and tries again with growing patience.
//!
//! A letter is taken for as long as one attempt can last, and its try is counted when it is taken. A courier that dies behind
//! the server's word and before its own note sends the letter once more, with the same `Message-ID`; one that always dies
//! stops trying.

use super::{
    Address,
    message::Content,
    smtp::{Failure, Smtp},
};
use crate::{
    clock::SharedClock,
    db::{Db, DbError, Tx},
    on,
    outbox::backoff_seconds,
    random::{SharedRandom, jittered},
    scope::FeedScope,
    telemetry::Metrics,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Letters that are sent at once, each over a connection of its own.
const BATCH: i64 = 8;
/// How often letters are looked for when nobody rings.
const LOOK: Duration = Duration::from_secs(1);
/// What is added to the bound of one attempt before another node may try.
const LEASE_SECONDS: i64 = 30;

/// How letters get to their readers.
#[derive(Clone, Debug)]
pub enum Way {
    /// Through a server.
    Smtp(Arc<Smtp>),
    /// They stay where they are, and the demonstration's page shows them.
    Page,
    /// Mail is off: a letter that is put all the same is given up at once, and told.
    Off,
}

/// Sends letters.
#[derive(Clone, Debug)]
pub struct Courier {
    db: Db,
    clock: SharedClock,
    random: SharedRandom,
    metrics: Metrics,
    way: Way,
}

/// A letter that has been taken.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct Taken {
    id: Vec<u8>,
    address: String,
    kind: String,
    subject: String,
    text: Option<String>,
    html: Option<String>,
    tries: i64,
    created_at: i64,
}

impl Courier {
    /// A courier that knows this way.
    #[must_use]
    pub const fn new(db: Db, clock: SharedClock, random: SharedRandom, metrics: Metrics, way: Way) -> Self {
        Self { db, clock, random, metrics, way }
    }

    /// Sends what comes, as it comes, until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            match self.send_due().await {
                // A full batch: there may be more.
                Ok(count) if count >= usize::try_from(BATCH).unwrap_or(usize::MAX) && !stop.is_cancelled() => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "The letters cannot be worked off; trying again"),
            }
            self.rest().await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.db.mail_bell().notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn rest(&self) {
        if let Way::Smtp(smtp) = &self.way {
            smtp.rest().await;
        }
    }

    /// Tries a batch of letters that are due, each once. Gives back how many were tried.
    ///
    /// # Errors
    /// What the database says.
    pub async fn send_due(&self) -> Result<usize, DbError> {
        let taken = self.take_due().await?;
        let count = taken.len();
        let sending = taken.into_iter().map(|letter| async move {
            let outcome = self.send(&letter).await;
            self.note(letter, outcome).await
        });
        futures::future::join_all(sending).await.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(count)
    }

    /// Letters that are due, and ours for a while. What has expired is given up and wiped first.
    pub(super) async fn take_due(&self) -> Result<Vec<Taken>, DbError> {
        const DUE: &str = "update mail set next_at = $2, tries = tries + 1 where id in (
              select id from mail where state in ('waiting', 'failed') and next_at <= $1
              order by (expires_at is null), next_at limit $3)
            and state in ('waiting', 'failed') and next_at <= $1
            returning id, address, kind, subject, text, html, tries, created_at";
        let now = self.clock.now();
        let patience = match &self.way {
            Way::Smtp(smtp) => i64::try_from(smtp.timeout().as_secs()).unwrap_or(i64::MAX),
            Way::Page | Way::Off => 0,
        };
        let until = now.plus_seconds(patience.saturating_add(LEASE_SECONDS));
        let (expired, taken) = self
            .db
            .write(&FeedScope::new(), move |tx| {
                async move {
                    let expired = expire(tx, now).await?;
                    let taken: Vec<Taken> = on!(tx, c => sqlx::query_as(DUE).bind(now.millis()).bind(until.millis())
                        .bind(BATCH).fetch_all(&mut **c).await)?;
                    Ok::<_, DbError>((expired, taken))
                }
                .boxed()
            })
            .await?;
        for kind in expired {
            self.metrics.mail("expired");
            tracing::error!(mail.kind = %kind, "A letter could not be sent before what it says expired");
        }
        Ok(taken)
    }

    /// Once, or why not.
    pub(super) async fn send(&self, letter: &Taken) -> Result<(), Failure> {
        match &self.way {
            Way::Page => Ok(()),
            Way::Off => Err(Failure::Off),
            Way::Smtp(smtp) => {
                let id = Id::try_from(letter.id.clone()).map_err(|_| Failure::Unfit)?;
                let to: Address = letter.address.parse().map_err(|_| Failure::Unfit)?;
                let (text, html) = letter.text.as_deref().zip(letter.html.as_deref()).ok_or(Failure::Unfit)?;
                let created_at = Timestamp(letter.created_at);
                smtp.send(&Content { id, to: &to, subject: &letter.subject, text, html, created_at }).await
            }
        }
    }

    async fn note(&self, letter: Taken, outcome: Result<(), Failure>) -> Result<(), DbError> {
        // What was sent is wiped, but for the page, which shows it. The server's word overtakes an expiry.
        const SENT: &str = "update mail set state = 'sent', sent_at = $2, last_error = null,
              text = case when $3 = 1 then text end, html = case when $3 = 1 then html end
            where id = $1 and state <> 'sent'";
        // A letter that expires holds a code; any other stays for whoever looks into it.
        const GIVEN_UP: &str = "update mail set state = 'given_up', last_error = $2,
              text = case when expires_at is null then text end, html = case when expires_at is null then html end
            where id = $1 and state in ('waiting', 'failed')";
        const LATER: &str = "update mail set state = 'failed', next_at = $3, last_error = $2
            where id = $1 and state in ('waiting', 'failed')";
        let Taken { id, kind, tries, .. } = letter;
        let now = self.clock.now();
        let again = backoff_seconds(usize::try_from(tries).unwrap_or(usize::MAX));
        let keep = i64::from(matches!(self.way, Way::Page));
        let next = again.filter(|_| !outcome.is_err_and(Failure::is_final));
        match (outcome, next) {
            (Ok(()), _) => self.metrics.mail("sent"),
            (Err(failure), Some(_)) => {
                self.metrics.mail("failed");
                tracing::warn!(mail.kind = %kind, mail.failure = %failure, "A letter could not be sent; try {tries}");
            }
            (Err(failure), None) => {
                self.metrics.mail("given_up");
                tracing::error!(mail.kind = %kind, mail.failure = %failure, "A letter was given up after {tries} tries");
            }
        }
        let next = next.map(|seconds| now.plus_seconds(jittered(&*self.random, seconds)).millis());
        self.db
            .write(&FeedScope::new(), move |tx| {
                async move {
                    match (outcome, next) {
                        (Ok(()), _) => on!(tx, c => sqlx::query(SENT).bind(id).bind(now.millis()).bind(keep)
                            .execute(&mut **c).await.map(|_| ())),
                        (Err(failure), Some(next)) => {
                            on!(tx, c => sqlx::query(LATER).bind(id).bind(failure.to_string())
                            .bind(next).execute(&mut **c).await.map(|_| ()))
                        }
                        (Err(failure), None) => on!(tx, c => sqlx::query(GIVEN_UP).bind(id).bind(failure.to_string())
                            .execute(&mut **c).await.map(|_| ())),
                    }
                    .map_err(DbError::from)
                }
                .boxed()
            })
            .await
    }
}

/// Wipes what has expired, sent or not. Gives back the kinds of those that were never sent.
async fn expire(tx: &mut Tx, now: Timestamp) -> Result<Vec<String>, DbError> {
    const LATE: &str = "update mail set state = 'given_up', last_error = 'expired', text = null, html = null
        where expires_at <= $1 and text is not null and state in ('waiting', 'failed') returning kind";
    const WIPE: &str = "update mail set text = null, html = null where expires_at <= $1 and text is not null";
    let kinds: Vec<(String,)> = on!(tx, c => sqlx::query_as(LATE).bind(now.millis()).fetch_all(&mut **c).await)?;
    on!(tx, c => sqlx::query(WIPE).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(kinds.into_iter().map(|(kind,)| kind).collect())
}

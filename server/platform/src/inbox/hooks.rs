//! Documents that come by webhook: kept before they are acknowledged, applied afterwards.
//!
//! The id of the webhook is written in the transaction that registers its document, so that the same webhook a thousand times
//! at once is one document. What is acknowledged is on the disk; a program that dies in between takes it up at its next start.

use super::{Arrival, Inbox, InboxError, Sha256Hex};
use crate::{db::DbError, on, scope::FeedScope};
use bytes::Bytes;
use futures::FutureExt as _;
use guichet_types::{Id, kind};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long to wait before what failed is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// A webhook whose signature holds.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Who sent it, by the address it came to.
    pub source: String,
    /// Its `webhook-id`, which the sender keeps when it sends again.
    pub id: String,
    /// Its body.
    pub body: Bytes,
}

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is kept, and will be applied.
    Kept(Id<kind::Document>),
    /// Its id was there before: nothing was done.
    Again,
}

impl Inbox {
    /// Keeps a webhook. When this returns, it is on the disk and in the database.
    ///
    /// # Errors
    /// What the file system or the database says; the sender tries again.
    pub async fn receive(&self, delivery: Delivery) -> Result<Received, InboxError> {
        const KNOWN: &str = "select document_id from webhook where source = $1 and id = $2";
        const ADD: &str = "insert into webhook (source, id, document_id, received_at) values ($1, $2, $3, $4)
            on conflict (source, id) do nothing";
        let hash = Sha256Hex::of(&delivery.body);
        self.raw.put(&hash, delivery.body.clone()).await?;
        let at = self.clock.now();
        let received = self
            .db
            .write(&FeedScope::new(), move |tx| {
                async move {
                    let Delivery { source, id, body } = delivery;
                    let known: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(KNOWN).bind(&source).bind(&id)
                        .fetch_optional(&mut **c).await)?;
                    if known.is_some() {
                        return Ok::<_, DbError>(Received::Again);
                    }
                    let (name, bytes) = (format!("{source}/{id}"), body.len() as u64);
                    let arrival = Arrival {
                        source: format!("hook:{source}"),
                        sha256: hash.to_bytes(),
                        bytes,
                        name: name.chars().take(200).collect(),
                        at,
                    };
                    let document = arrival.note(tx).await?.document;
                    let added = on!(tx, c => sqlx::query(ADD).bind(&source).bind(&id)
                        .bind(document.as_bytes().as_slice()).bind(at.millis())
                        .execute(&mut **c).await.map(|done| done.rows_affected()))?;
                    Ok(if added == 0 { Received::Again } else { Received::Kept(document) })
                }
                .boxed()
            })
            .await?;
        if matches!(received, Received::Kept(_)) {
            self.bell.notify_one();
        }
        Ok(received)
    }

    /// Applies what webhooks bring, as it comes, until told to stop.
    pub async fn work_off(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.bell.notified() => {}
            }
            while let Err(error) = self.apply_received().await {
                tracing::error!(%error, "What came by webhook cannot be applied; trying again");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(RETRY) => {}
                }
            }
        }
    }

    /// Applies what is kept and not yet applied. Gives back how many documents that were.
    ///
    /// # Errors
    /// What the file system, the database or a feed says.
    pub async fn apply_received(&self) -> Result<u64, InboxError> {
        let _turn = self.raw.turn().await?;
        self.apply_open().await
    }
}

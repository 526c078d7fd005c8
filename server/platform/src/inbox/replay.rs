//! Reading a document again, on request: by today's reader and mapping, with what was put right.

use super::{Inbox, InboxError, Job, Outcome, Sha256Hex};
use crate::{
    audit::Entry,
    db::DbError,
    scope::FeedScope,
    sources::{aside::reopen, documents},
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

impl Inbox {
    /// Reads a document again and puts what it then says in the place of what it said. `entry` is noted when it begins. None
    /// where there is no such document, or it was never read to its end.
    ///
    /// # Errors
    /// What the file system, the database or the feed says. What was begun is taken up at the next start.
    pub async fn replay(&self, id: Id<kind::Document>, entry: Entry) -> Result<Option<Outcome>, InboxError> {
        let _turn = self.raw.turn().await?;
        let now = self.clock.now();
        let opened = self
            .db
            .write(&FeedScope::new(), move |tx| {
                async move {
                    let Some(reading) = reopen(tx, id, now).await? else { return Ok(None) };
                    tx.audit(entry);
                    let document = documents::get(tx, id).await?;
                    Ok::<_, DbError>(document.map(|document| (document, reading)))
                }
                .boxed()
            })
            .await?;
        let Some((document, reading)) = opened else { return Ok(None) };
        let path = self.raw.path(&Sha256Hex::from_bytes(&document.sha256));
        let job = Job {
            document: id,
            path,
            name: document.name,
            source: document.source,
            reading,
            applied_records: 0,
            received_at: document.received_at,
        };
        self.apply(job).await.map(Some)
    }

    /// Applies what waits, now that its source goes on.
    pub fn wake(&self) {
        self.bell.notify_one();
    }
}

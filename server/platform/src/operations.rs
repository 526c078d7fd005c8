//! Whether the portal is well, for whoever runs it: what waits, since when, and what failed for good. Counts and reasons; never
//! what a message says.

use crate::{
    db::{Db, DbError},
    on,
    scope::{Grant, operator},
    staff::can,
};
use futures::FutureExt as _;
use guichet_types::Timestamp;

/// What waits and what failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queues {
    /// Documents of the back office that are kept and not applied.
    pub documents_open: i64,
    /// The oldest of them.
    pub documents_oldest: Option<Timestamp>,
    /// Messages to the back office that wait.
    pub outbox_waiting: i64,
    /// The oldest of them.
    pub outbox_oldest: Option<Timestamp>,
    /// Letters that wait.
    pub mail_waiting: i64,
    /// The oldest of them.
    pub mail_oldest: Option<Timestamp>,
    /// What was given up, the latest first.
    pub failed: Vec<Failed>,
}

/// Something that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// `outbox` or `mail`.
    pub queue: &'static str,
    /// What it was: its topic, the kind of a letter.
    pub what: String,
    /// Why.
    pub error: String,
    /// When it was made.
    pub at: Timestamp,
}

/// Reads them.
///
/// # Errors
/// What the database says.
pub async fn queues(db: &Db, _grant: &Grant<can::Operate>) -> Result<Queues, DbError> {
    const DOCUMENTS: &str =
        "select count(*), min(received_at) from source_document where state in ('received', 'applying')";
    const OUTBOX: &str = "select count(*), min(created_at) from outbox where state = 'waiting'";
    const MAIL: &str = "select count(*), min(created_at) from mail where state in ('waiting', 'failed')";
    const DEAD: &str = "select topic, coalesce(last_error, ''), created_at from outbox where state = 'dead'
        order by created_at desc limit 20";
    const LOST: &str = "select kind, coalesce(last_error, ''), created_at from mail where state = 'given_up'
        order by created_at desc limit 20";
    let scope = operator();
    let read = db.read(&scope, |tx| {
        async move {
            let mut counts = [(0_i64, None::<i64>); 3];
            for (count, sql) in counts.iter_mut().zip([DOCUMENTS, OUTBOX, MAIL]) {
                *count = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
            }
            let mut failed = Vec::new();
            for (queue, sql) in [("outbox", DEAD), ("mail", LOST)] {
                let rows: Vec<(String, String, i64)> = on!(tx, c => sqlx::query_as(sql).fetch_all(&mut **c).await)?;
                failed.extend(rows.into_iter().map(|(what, error, at)| Failed {
                    queue,
                    what,
                    error,
                    at: Timestamp(at),
                }));
            }
            failed.sort_by_key(|one| std::cmp::Reverse(one.at));
            let [documents, outbox, mail] = counts;
            Ok::<_, DbError>(Queues {
                documents_open: documents.0,
                documents_oldest: documents.1.map(Timestamp),
                outbox_waiting: outbox.0,
                outbox_oldest: outbox.1.map(Timestamp),
                mail_waiting: mail.0,
                mail_oldest: mail.1.map(Timestamp),
                failed,
            })
        }
        .boxed()
    });
    read.await
}

//! The raw store read again into another database: every document in the order in which it came, by the mapping that it was
//! read by, and read again wherever somebody asked for that, with what was put right by then. So the same rows are made.
//!
//! What customers did is in no document. Of it, what decides how documents are applied is taken over: their notices of loss,
//! which give claims their ids, the messages that the back office answers, and that somebody was erased: what they are in the
//! documents does not come back.

use super::{Arrival, Inbox, InboxError, Job, Sha256Hex};
use crate::{
    audit::{Action, Actor, Entry},
    clock::{SharedClock, TestClock},
    db::{Db, DbError, Tx},
    on, privacy,
    scope::FeedScope,
    telemetry::Metrics,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};
use std::sync::Arc;

/// Makes the readers, with a clock.
pub type MakeFeeds = fn(SharedClock) -> Vec<Arc<dyn super::Feed>>;

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Documents.
    pub documents: u64,
    /// Readings that were asked for.
    pub readings: u64,
    /// Customers that were erased, and are so here as well.
    pub erased: u64,
    /// When the last of them was read: what is worked out day by day is known up to it.
    pub until: Timestamp,
}

/// A document, as the database that is played again has it.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Came {
    id: Vec<u8>,
    sha256: Vec<u8>,
    source: String,
    name: String,
    bytes: i64,
    received_at: i64,
    applied_at: Option<i64>,
    state: String,
    arrival: i64,
}

/// A reading that was noted.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Noted {
    document_id: Vec<u8>,
    reading: i64,
    mapping: Option<String>,
    asked_at: i64,
}

/// A correction.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Put {
    id: Vec<u8>,
    document_id: Vec<u8>,
    reading: i64,
    place: String,
    was: String,
    becomes: String,
    made_at: i64,
}

/// A notice of loss.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Notice {
    id: Vec<u8>,
    customer_id: Vec<u8>,
    policy_id: Vec<u8>,
    reference: String,
    data: String,
    submitted_at: i64,
    message_id: Vec<u8>,
}

/// A message to the back office.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Message {
    id: Vec<u8>,
    customer_id: Vec<u8>,
    destination: String,
    topic: String,
    subject: Vec<u8>,
    payload: String,
    created_at: i64,
}

enum Step {
    Document(Came),
    Reading(Id<kind::Document>, i64),
    Erasure(Id<kind::Customer>),
}

impl Inbox {
    /// Reads everything that this inbox has taken in into an empty database. It takes over this one's key for ids.
    ///
    /// # Errors
    /// When the database is not empty, a document's bytes are gone, or what the file system, a database or a feed says.
    pub async fn rebuild(&self, into: Db, feeds: MakeFeeds) -> Result<Rebuilt, InboxError> {
        let into = into.adopt(&self.db).await?;
        let clock = Arc::new(TestClock::new(Timestamp(0)));
        let other = Self {
            db: into,
            clock: clock.clone(),
            raw: self.raw.clone(),
            feeds: feeds(clock.clone()).into(),
            max_bytes: self.max_bytes,
            metrics: Metrics::new(&crate::random::OsRandom),
            bell: Arc::default(),
            folder: Arc::default(),
        };
        let scope = FeedScope::new();
        let (came, noted, put) = self.db.read(&scope, |tx| everything(tx).boxed()).await?;
        let (notices, messages) = self.db.read(&scope, |tx| asked(tx).boxed()).await?;
        // By time; of what came in the same moment, in the order in which it came, and readings behind documents.
        let mut steps: Vec<(i64, i64, Step)> = Vec::new();
        for document in &came {
            steps.push((document.received_at, document.arrival, Step::Document(document.clone())));
        }
        for reading in noted.iter().filter(|reading| reading.reading > 0) {
            let Ok(id) = Id::try_from(reading.document_id.clone()) else { continue };
            steps.push((reading.asked_at, i64::MAX, Step::Reading(id, reading.reading)));
        }
        for (customer, erased_at) in self.db.read(&scope, |tx| erased(tx).boxed()).await? {
            steps.push((erased_at, i64::MAX, Step::Erasure(customer)));
        }
        steps.sort_by(|one, two| {
            let id = |step: &Step| match step {
                Step::Document(came) => came.id.clone(),
                Step::Reading(id, reading) => [id.as_bytes().as_slice(), &reading.to_be_bytes()].concat(),
                Step::Erasure(customer) => customer.as_bytes().to_vec(),
            };
            (one.0, one.1, id(&one.2)).cmp(&(two.0, two.1, id(&two.2)))
        });
        let (mut rebuilt, mut notices, mut messages) = (Rebuilt::default(), notices, messages);
        for (at, _, step) in steps {
            clock.set(Timestamp(at));
            let due: Vec<Notice> = notices.extract_if(.., |notice| notice.submitted_at <= at).collect();
            let sent: Vec<Message> = messages.extract_if(.., |message| message.created_at <= at).collect();
            other.db.write(&scope, move |tx| take_over(tx, sent, due).boxed()).await?;
            match step {
                Step::Document(came) => {
                    let of = |id: &Vec<u8>| *id == came.id;
                    let first = noted.iter().find(|noted| of(&noted.document_id) && noted.reading == 0).cloned();
                    let put: Vec<Put> = put.iter().filter(|put| of(&put.document_id)).cloned().collect();
                    let waits = came.state == "received" || came.state == "applying";
                    rebuilt.documents += 1;
                    if let Some(done) = other.bring(came, (first, put), &clock, waits).await? {
                        rebuilt.until = rebuilt.until.max(done);
                    }
                }
                Step::Reading(id, reading) => {
                    let noted = noted.iter().find(|n| n.document_id == id.as_bytes() && n.reading == reading).cloned();
                    if let Some(noted) = noted {
                        other.db.write(&scope, move |tx| async move { note(tx, &noted).await }.boxed()).await?;
                    }
                    let entry = Entry::new(Action::DocumentReplayed, Actor::System, Timestamp(at));
                    other.replay(id, entry).await?;
                    rebuilt.readings += 1;
                    rebuilt.until = rebuilt.until.max(Timestamp(at));
                }
                Step::Erasure(customer) => {
                    privacy::take_out(&other.db, customer, Timestamp(at), None).await?;
                    rebuilt.erased += 1;
                    rebuilt.until = rebuilt.until.max(Timestamp(at));
                }
            }
        }
        Ok(rebuilt)
    }

    /// Takes a document in as it was taken in, at the time at which it was; gives back when it was applied.
    async fn bring(
        &self,
        came: Came,
        (first, put): (Option<Noted>, Vec<Put>),
        clock: &TestClock,
        waits: bool,
    ) -> Result<Option<Timestamp>, InboxError> {
        let received_at = Timestamp(came.received_at);
        let path = self.raw.path(&Sha256Hex::from_bytes(&came.sha256));
        let (name, source) = (came.name.clone(), came.source.clone());
        let arrival = Arrival {
            source: came.source,
            sha256: came.sha256,
            bytes: u64::try_from(came.bytes).unwrap_or(0),
            name: came.name,
            at: received_at,
        };
        let known = self
            .db
            .write(&FeedScope::new(), move |tx| {
                async move {
                    let known = arrival.note(tx).await?;
                    if let Some(first) = &first {
                        note(tx, first).await?;
                    }
                    for put in &put {
                        correct(tx, put).await?;
                    }
                    Ok::<_, DbError>(known)
                }
                .boxed()
            })
            .await?;
        if waits {
            return Ok(None);
        }
        let done = Timestamp(came.applied_at.unwrap_or(came.received_at));
        clock.set(done);
        let document = known.document;
        self.apply(Job { document, path, name, source, reading: 0, applied_records: 0, received_at }).await?;
        Ok(Some(done))
    }
}

async fn everything(tx: &mut Tx) -> Result<(Vec<Came>, Vec<Noted>, Vec<Put>), DbError> {
    const CAME: &str = "select id, sha256, source, name, bytes, received_at, applied_at, state, arrival
        from source_document";
    const NOTED: &str = "select document_id, reading, mapping, asked_at from reading";
    const PUT: &str = "select id, document_id, reading, place, was, becomes, made_at from correction";
    Ok((
        on!(tx, c => sqlx::query_as(CAME).fetch_all(&mut **c).await)?,
        on!(tx, c => sqlx::query_as(NOTED).fetch_all(&mut **c).await)?,
        on!(tx, c => sqlx::query_as(PUT).fetch_all(&mut **c).await)?,
    ))
}

async fn asked(tx: &mut Tx) -> Result<(Vec<Notice>, Vec<Message>), DbError> {
    const NOTICES: &str =
        "select id, customer_id, policy_id, reference, data, submitted_at, message_id from claim_notice
        order by submitted_at, id";
    const MESSAGES: &str = "select id, customer_id, destination, topic, subject, payload, created_at from outbox
        order by created_at, id";
    Ok((
        on!(tx, c => sqlx::query_as(NOTICES).fetch_all(&mut **c).await)?,
        on!(tx, c => sqlx::query_as(MESSAGES).fetch_all(&mut **c).await)?,
    ))
}

/// Who was erased, and when.
async fn erased(tx: &mut Tx) -> Result<Vec<(Id<kind::Customer>, i64)>, DbError> {
    const ALL: &str = "select id, erased_at from customer where erased_at is not null order by erased_at, id";
    let rows: Vec<(Vec<u8>, i64)> = on!(tx, c => sqlx::query_as(ALL).fetch_all(&mut **c).await)?;
    let customer = |(id, at): (Vec<u8>, i64)| Ok((id.try_into().map_err(|_| DbError::Value("customer.id"))?, at));
    rows.into_iter().map(customer).collect()
}

async fn take_over(tx: &mut Tx, messages: Vec<Message>, notices: Vec<Notice>) -> Result<(), DbError> {
    const MESSAGE: &str =
        "insert into outbox (id, customer_id, destination, topic, subject, payload, state, next_at, created_at)
        values ($1, $2, $3, $4, $5, $6, 'forwarded', $7, $7) on conflict (id) do nothing";
    const NOTICE: &str =
        "insert into claim_notice (id, customer_id, policy_id, reference, data, submitted_at, message_id)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    for message in messages {
        on!(tx, c => sqlx::query(MESSAGE).bind(message.id).bind(message.customer_id).bind(message.destination)
            .bind(message.topic).bind(message.subject).bind(message.payload).bind(message.created_at)
            .execute(&mut **c).await.map(|_| ()))?;
    }
    for notice in notices {
        on!(tx, c => sqlx::query(NOTICE).bind(notice.id).bind(notice.customer_id).bind(notice.policy_id)
            .bind(notice.reference).bind(notice.data).bind(notice.submitted_at).bind(notice.message_id)
            .execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

async fn note(tx: &mut Tx, noted: &Noted) -> Result<(), DbError> {
    const NOTE: &str = "insert into reading (document_id, reading, mapping, asked_at) values ($1, $2, $3, $4)
        on conflict (document_id, reading) do update set mapping = excluded.mapping";
    on!(tx, c => sqlx::query(NOTE).bind(&noted.document_id).bind(noted.reading).bind(&noted.mapping)
        .bind(noted.asked_at).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

async fn correct(tx: &mut Tx, put: &Put) -> Result<(), DbError> {
    const PUT: &str = "insert into correction (id, document_id, reading, place, was, becomes, made_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    on!(tx, c => sqlx::query(PUT).bind(&put.id).bind(&put.document_id).bind(put.reading).bind(&put.place).bind(&put.was)
        .bind(&put.becomes).bind(put.made_at).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

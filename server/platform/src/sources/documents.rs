//! Documents as an operator looks at them: which came, what became of each, what was found.

use crate::{
    db::{Db, DbError, Tx},
    on,
    scope::Scope,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: Id<kind::Document>,
    /// The SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// The source's key.
    pub source: String,
    /// The name that it came under.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// The message type, where it has one.
    pub message_type: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The sender's id of it.
    pub message_id: Option<String>,
    /// `accept`, `warn`, `reject`; none before it was read.
    pub class: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// `received`, `applying`, `applied`, `rejected`.
    pub state: String,
    /// When it was read to its end.
    pub applied_at: Option<Timestamp>,
    /// What its domain counts.
    pub records: Option<u64>,
    /// How often it was read again on request.
    pub readings: u32,
    /// Pieces that are kept aside and nobody has looked at.
    pub aside: u64,
    /// Findings that hold.
    pub findings: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Vec<u8>,
    sha256: Vec<u8>,
    source: String,
    name: String,
    bytes: i64,
    received_at: i64,
    message_type: Option<String>,
    version: Option<String>,
    message_id: Option<String>,
    class: Option<String>,
    reason: Option<String>,
    state: String,
    applied_at: Option<i64>,
    records: Option<i64>,
    readings: i64,
    aside: i64,
    findings: i64,
}

impl Row {
    fn document(self) -> Result<Document, DbError> {
        let number = |number: i64| u64::try_from(number).unwrap_or(0);
        Ok(Document {
            id: Id::try_from(self.id).map_err(|_| DbError::Value("source_document.id"))?,
            sha256: self.sha256,
            source: self.source,
            name: self.name,
            bytes: number(self.bytes),
            received_at: Timestamp(self.received_at),
            message_type: self.message_type,
            version: self.version,
            message_id: self.message_id,
            class: self.class,
            reason: self.reason,
            state: self.state,
            applied_at: self.applied_at.map(Timestamp),
            records: self.records.map(number),
            readings: u32::try_from(self.readings).unwrap_or(0),
            aside: number(self.aside),
            findings: number(self.findings),
        })
    }
}

/// The latest documents of a source, or of all.
///
/// # Errors
/// What the database says.
pub async fn latest(db: &Db, scope: &impl Scope, source: Option<String>, most: u32) -> Result<Vec<Document>, DbError> {
    const LATEST: &str =
        "select d.id, d.sha256, d.source, d.name, d.bytes, d.received_at, d.message_type, d.version, d.message_id,
          d.class, d.reason, d.state, d.applied_at, d.records, d.readings,
          (select count(*) from quarantine q where q.document_id = d.id and q.resolved_at is null) as aside,
          (select count(*) from finding f where f.document_id = d.id and f.resolved_at is null) as findings
        from source_document d where d.source = $1 or $2 = 1 order by d.received_at desc, d.id limit $3";
    let read = db.read(scope, move |tx| {
        async move {
            let (all, source) = (i64::from(source.is_none()), source.unwrap_or_default());
            let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LATEST).bind(source).bind(all).bind(i64::from(most))
                .fetch_all(&mut **c).await)?;
            rows.into_iter().map(Row::document).collect()
        }
        .boxed()
    });
    read.await
}

/// One document.
///
/// # Errors
/// What the database says.
pub async fn find(db: &Db, scope: &impl Scope, id: Id<kind::Document>) -> Result<Option<Document>, DbError> {
    db.read(scope, move |tx| async move { get(tx, id).await }.boxed()).await
}

/// One document, within a transaction.
pub(crate) async fn get(tx: &mut Tx, id: Id<kind::Document>) -> Result<Option<Document>, DbError> {
    const ONE: &str =
        "select d.id, d.sha256, d.source, d.name, d.bytes, d.received_at, d.message_type, d.version, d.message_id,
          d.class, d.reason, d.state, d.applied_at, d.records, d.readings,
          (select count(*) from quarantine q where q.document_id = d.id and q.resolved_at is null) as aside,
          (select count(*) from finding f where f.document_id = d.id and f.resolved_at is null) as findings
        from source_document d where d.id = $1";
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(ONE).bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Row::document).transpose()
}

/// A finding, with the account that it is about.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Finding {
    /// The document.
    pub document_id: Vec<u8>,
    /// Its name.
    pub name: String,
    /// What was checked.
    pub check_name: String,
    /// `info`, `warn`, `error`.
    pub severity: String,
    /// Where in the document.
    pub place: String,
    /// What should have been.
    pub expected: Option<String>,
    /// What was there.
    pub actual: Option<String>,
    /// One sentence.
    pub message: String,
    /// When it was found, milliseconds.
    pub found_at: i64,
    /// When it went away, milliseconds.
    pub resolved_at: Option<i64>,
    /// The account's identification.
    pub account: Option<String>,
}

/// Findings: of a document, of a source, or the latest of all; those that hold first.
///
/// # Errors
/// What the database says.
pub async fn findings(db: &Db, scope: &impl Scope, of: Of, most: u32) -> Result<Vec<Finding>, DbError> {
    const FINDINGS: &str = "select f.document_id, d.name, f.check_name, f.severity, f.place, f.expected, f.actual, f.message,
          f.found_at, f.resolved_at, coalesce(a.identification, (select min(b.identification) from statement s
            join account b on b.id = s.account_id where s.document_id = f.document_id having count(distinct b.id) = 1)) as account
        from finding f join source_document d on d.id = f.document_id left join account a on a.id = f.account_id
        where (f.document_id = $1 or $2 = 1) and (d.source = $3 or $4 = 1)
        order by case when f.resolved_at is null then 0 else 1 end, f.found_at desc, f.place, f.id limit $5";
    let read = db.read(scope, move |tx| {
        async move {
            let (document, source) = of.parts();
            let (any_document, any_source) = (i64::from(document.is_none()), i64::from(source.is_none()));
            let rows = on!(tx, c => sqlx::query_as(FINDINGS).bind(document.unwrap_or_default()).bind(any_document)
                .bind(source.unwrap_or_default()).bind(any_source).bind(i64::from(most)).fetch_all(&mut **c).await)?;
            Ok(rows)
        }
        .boxed()
    });
    read.await
}

/// Of what a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of everything.
    All,
    /// Of a source.
    Source(String),
    /// Of a document.
    Document(Id<kind::Document>),
}

impl Of {
    pub(super) fn parts(&self) -> (Option<Vec<u8>>, Option<String>) {
        match self {
            Self::All => (None, None),
            Self::Source(key) => (None, Some(key.clone())),
            Self::Document(id) => (Some(id.as_bytes().to_vec()), None),
        }
    }
}

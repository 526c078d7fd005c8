//! What an operator says of a source, and what is known of it.

use crate::{
    db::{Db, DbError, Tx},
    on,
    scope::Scope,
};
use futures::FutureExt as _;
use guichet_types::Timestamp;
use serde::{Deserialize, Serialize};

/// What a source brings. It decides which pages say that it is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// Statements and movements of accounts.
    Accounts,
    /// What is held in custody.
    Portfolio,
    /// Prices and rates.
    Prices,
    /// Parcels and what happens to them.
    Parcels,
    /// Policies and claims.
    Claims,
    /// Who the customers are.
    People,
}

impl Carries {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Accounts, Self::Portfolio, Self::Prices, Self::Parcels, Self::Claims, Self::People];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Portfolio => "portfolio",
            Self::Prices => "prices",
            Self::Parcels => "parcels",
            Self::Claims => "claims",
            Self::People => "people",
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|carries| carries.as_str() == name)
    }
}

/// What an operator says of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceSettings {
    /// The name that people see; none for its key.
    pub name: Option<String>,
    /// What it brings.
    pub carries: Vec<Carries>,
    /// At most so many seconds from one document to the next; none where it comes when it comes.
    pub objective_seconds: Option<u32>,
    /// Its documents are kept and not applied.
    pub paused: bool,
    /// By which mapping its tables are read: the id, in hexadecimal digits.
    pub mapping: Option<String>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its key.
    pub key: String,
    /// What an operator says.
    pub settings: SourceSettings,
    /// When it became known.
    pub created_at: Timestamp,
    /// The last document that came.
    pub last_document: Option<Vec<u8>>,
    /// When it came.
    pub last_received_at: Option<Timestamp>,
    /// When the last one that was read to its end was done with.
    pub last_applied_at: Option<Timestamp>,
    /// When the last one came that was applied.
    pub fresh_at: Option<Timestamp>,
    /// What became of the last one that was read: `accept`, `warn`, `reject`.
    pub last_class: Option<String>,
    /// When the oldest one came that waits to be applied.
    pub waiting_since: Option<Timestamp>,
    /// How many wait.
    pub waiting: u64,
    /// Pieces that are kept aside and nobody has looked at.
    pub aside: u64,
    /// Whether its secret was made here.
    pub has_secret: bool,
}

impl Source {
    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        self.settings.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.key)
    }
}

const ALL: &str =
    "select s.key, s.settings, s.created_at, s.last_document, s.last_received_at, s.last_applied_at, s.fresh_at,
      s.last_class, (select min(d.received_at) from source_document d
        where d.source = s.key and d.state in ('received', 'applying')),
      (select count(*) from source_document d where d.source = s.key and d.state in ('received', 'applying')),
      (select count(*) from quarantine q join source_document d on d.id = q.document_id
        where q.resolved_at is null and d.source = s.key),
      (select count(*) from source_secret x where x.key = s.key)
    from source s order by s.key";

type Row = (
    String,
    String,
    i64,
    Option<Vec<u8>>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<i64>,
    i64,
    i64,
    i64,
);

fn source(row: Row) -> Source {
    let (key, settings, created, document, received, applied, fresh, class, since, waiting, aside, secrets) = row;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Source {
        key,
        settings: serde_json::from_str(&settings).unwrap_or_default(),
        created_at: Timestamp(created),
        last_document: document,
        last_received_at: received.map(Timestamp),
        last_applied_at: applied.map(Timestamp),
        fresh_at: fresh.map(Timestamp),
        last_class: class,
        waiting_since: since.map(Timestamp),
        waiting: count(waiting),
        aside: count(aside),
        has_secret: secrets > 0,
    }
}

/// All sources, by their keys.
///
/// # Errors
/// What the database says.
pub async fn list(db: &Db, scope: &impl Scope) -> Result<Vec<Source>, DbError> {
    let read = db.read(scope, |tx| {
        async move {
            let rows: Vec<Row> = on!(tx, c => sqlx::query_as(ALL).fetch_all(&mut **c).await)?;
            Ok(rows.into_iter().map(source).collect())
        }
        .boxed()
    });
    read.await
}

/// One source.
///
/// # Errors
/// What the database says.
pub async fn find(db: &Db, scope: &impl Scope, key: &str) -> Result<Option<Source>, DbError> {
    let all = list(db, scope).await?;
    Ok(all.into_iter().find(|source| source.key == key))
}

/// Makes a source known; `entry` is noted in the same transaction. False when it was.
///
/// # Errors
/// What the database says.
pub async fn add(
    db: &Db,
    scope: &impl Scope,
    key: String,
    settings: SourceSettings,
    (at, entry): (Timestamp, crate::audit::Entry),
) -> Result<bool, DbError> {
    let write = db.write(scope, move |tx| {
        async move {
            let added = insert(tx, &key, &settings, at).await?;
            if added {
                tx.audit(entry);
            }
            Ok(added)
        }
        .boxed()
    });
    write.await
}

/// Makes a source known, within a transaction. False when it was.
pub(crate) async fn insert(tx: &mut Tx, key: &str, settings: &SourceSettings, at: Timestamp) -> Result<bool, DbError> {
    const ADD: &str = "insert into source (key, settings, paused, created_at) values ($1, $2, $3, $4)
        on conflict (key) do nothing";
    let text = serde_json::to_string(settings).map_err(|_| DbError::Value("source.settings"))?;
    let added = on!(tx, c => sqlx::query(ADD).bind(key).bind(text).bind(i64::from(settings.paused)).bind(at.millis())
        .execute(&mut **c).await.map(|done| done.rows_affected()))?;
    Ok(added > 0)
}

/// Puts new settings in place of those before; `entry` is noted in the same transaction. False when there is no such source.
///
/// # Errors
/// What the database says.
pub async fn save(
    db: &Db,
    scope: &impl Scope,
    key: String,
    settings: SourceSettings,
    entry: crate::audit::Entry,
) -> Result<bool, DbError> {
    const SAVE: &str = "update source set settings = $2, paused = $3 where key = $1";
    let write = db.write(scope, move |tx| {
        async move {
            let text = serde_json::to_string(&settings).map_err(|_| DbError::Value("source.settings"))?;
            let found = on!(tx, c => sqlx::query(SAVE).bind(&key).bind(text).bind(i64::from(settings.paused))
                .execute(&mut **c).await.map(|done| done.rows_affected()))?;
            if found > 0 {
                tx.audit(entry);
            }
            Ok(found > 0)
        }
        .boxed()
    });
    write.await
}

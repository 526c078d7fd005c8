//! Secrets of webhooks that were added in the portal. They are sealed, and shown once, when they are made.

use super::hand;
use crate::{
    audit::Entry,
    db::{Db, DbError},
    identity::{Proven, Sealer},
    on,
    random::Random,
    scope::{FeedScope, Scope, operator},
    staff::can,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::FutureExt as _;
use guichet_types::Timestamp;

/// What a secret is sealed for.
fn place(key: &str) -> Vec<u8> {
    [b"source secret ".as_slice(), key.as_bytes()].concat()
}

/// Makes a secret for a source, in place of the one before, and gives it back: `whsec_…`. `entry` is noted with it.
///
/// # Errors
/// What the database says.
pub async fn make(
    db: &Db,
    grant: &Proven<can::Sources>,
    sealer: &Sealer,
    random: &dyn Random,
    (key, at): (String, Timestamp),
    entry: Entry,
) -> Result<String, DbError> {
    const PUT: &str = "insert into source_secret (key, sealed, created_at) values ($1, $2, $3)
        on conflict (key) do update set sealed = excluded.sealed, created_at = excluded.created_at";
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    let secret = format!("whsec_{}", STANDARD.encode(bytes));
    let sealed = sealer.seal(&place(&key), secret.as_bytes());
    let scope = hand(grant);
    let write = db.write(&scope, move |tx| {
        async move {
            on!(tx, c => sqlx::query(PUT).bind(&key).bind(sealed).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
            tx.audit(entry);
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    write.await?;
    Ok(secret)
}

/// Whether the secret of a source was made in the portal.
///
/// # Errors
/// What the database says.
pub async fn is_made_here(db: &Db, scope: &impl Scope, key: String) -> Result<bool, DbError> {
    const COUNT: &str = "select count(*) from source_secret where key = $1";
    let read = db.read(scope, move |tx| {
        async move {
            let (count,): (i64,) = on!(tx, c => sqlx::query_as(COUNT).bind(key).fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(count > 0)
        }
        .boxed()
    });
    read.await
}

/// The secret of a source, for whoever checks a signature.
///
/// # Errors
/// What the database says.
pub async fn of(db: &Db, sealer: &Sealer, key: String) -> Result<Option<String>, DbError> {
    const GET: &str = "select sealed from source_secret where key = $1";
    let (asked, scope) = (key.clone(), operator());
    let read = db.read(&scope, move |tx| {
        async move {
            let row: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(GET).bind(asked).fetch_optional(&mut **c).await)?;
            Ok::<_, DbError>(row)
        }
        .boxed()
    });
    let sealed = read.await?;
    Ok(sealed
        .and_then(|(sealed,)| sealer.open(&place(&key), &sealed))
        .and_then(|text| String::from_utf8(text.to_vec()).ok()))
}

/// Seals the secrets of all sources anew: all of them or none. Gives back how many.
///
/// # Errors
/// What the database says; also when a secret opens with no key.
pub(crate) async fn reseal(db: &Db, operator: &FeedScope, sealer: &Sealer) -> Result<u64, DbError> {
    const ALL: &str = "select key, sealed from source_secret";
    const PUT: &str = "update source_secret set sealed = $2 where key = $1";
    let sealer = sealer.clone();
    let write = db.write(operator, move |tx| {
        async move {
            let secrets: Vec<(String, Vec<u8>)> = on!(tx, c => sqlx::query_as(ALL).fetch_all(&mut **c).await)?;
            let mut count = 0;
            for (key, sealed) in secrets {
                let sealed = sealer.again(&place(&key), &sealed)?;
                on!(tx, c => sqlx::query(PUT).bind(&key).bind(sealed).execute(&mut **c).await.map(|_| ()))?;
                count += 1;
            }
            Ok::<_, DbError>(count)
        }
        .boxed()
    });
    write.await
}

//! Releases, the draft and the pictures, in the database.

use super::settings::{Fault, Settings};
use futures::FutureExt as _;
use guichet_platform::{
    audit::{Action, Actor, Detail, Entry},
    db::{Db, DbError, Tx},
    identity::Proven,
    on,
    scope::{Grant, Scope, operator},
    staff::{act, can},
};
use guichet_types::{Id, Timestamp, kind};
use sha2::{Digest as _, Sha256};

/// A release in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its number; they follow each other.
    pub number: i64,
    /// What its maker says of it.
    pub note: String,
    /// The release that it repeats.
    pub repeats: Option<i64>,
    /// Who made it; nobody of the institution when it came with the set-up.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What is being worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The settings as they are to be.
    pub settings: Settings,
    /// The release that it began from.
    pub based_on: i64,
    /// When it was last saved.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<String>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/png` or `image/svg+xml`.
    pub media_type: String,
    /// Its bytes, as the portal wrote them.
    pub bytes: Vec<u8>,
    /// Points.
    pub width: i64,
    /// Points.
    pub height: i64,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// There is no draft.
    #[error("there is no draft")]
    NoDraft,
    /// Somebody has published since the draft was begun.
    #[error("release {0} has come since the draft was begun")]
    Overtaken(i64),
    /// It may not be published.
    #[error("the settings have {} faults", .0.len())]
    Faults(Vec<Fault>),
    /// There is no such release.
    #[error("there is no such release")]
    NoRelease,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The number of the latest release, and its settings; none while nothing has been set.
///
/// # Errors
/// What the database says, or that the settings are of another version.
pub async fn latest(db: &Db) -> Result<Option<(i64, Settings)>, DbError> {
    const FIND: &str = "select number, body from settings_release order by number desc limit 1";
    let scope = operator();
    let read = db.glance(&scope, |tx| {
        async move {
            let row: Option<(i64, String)> = on!(tx, c => sqlx::query_as(FIND).fetch_optional(&mut **c).await)?;
            Ok::<_, DbError>(row)
        }
        .boxed()
    });
    let Some((number, body)) = read.await? else { return Ok(None) };
    let settings = Settings::read(&body).map_err(|fault| {
        tracing::error!(%fault, "Release {number} of the settings cannot be read by this version");
        DbError::Value("settings_release.body")
    })?;
    Ok(Some((number, settings)))
}

/// The number of the latest release.
///
/// # Errors
/// What the database says.
pub async fn latest_number(db: &Db) -> Result<i64, DbError> {
    const FIND: &str = "select coalesce(max(number), 0) from settings_release";
    let scope = operator();
    let read = db.glance(&scope, |tx| {
        async move {
            let (number,): (i64,) = on!(tx, c => sqlx::query_as(FIND).fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(number)
        }
        .boxed()
    });
    read.await
}

async fn last_number(tx: &mut Tx) -> Result<i64, DbError> {
    const FIND: &str = "select coalesce(max(number), 0) from settings_release";
    let (number,): (i64,) = on!(tx, c => sqlx::query_as(FIND).fetch_one(&mut **c).await)?;
    Ok(number)
}

/// The releases, the latest first.
///
/// # Errors
/// What the database says.
pub async fn list(tx: &mut Tx, _grant: &Grant<can::Configure>, limit: i64) -> Result<Vec<Release>, DbError> {
    const LIST: &str = "select r.number, r.note, r.repeats, p.name, r.created_at from settings_release r
          left join customer c on c.id = r.created_by left join party p on p.id = c.party_id
        order by r.number desc limit $1";
    type Row = (i64, String, Option<i64>, Option<String>, i64);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(limit).fetch_all(&mut **c).await)?;
    let release = |(number, note, repeats, by, at): Row| Release { number, note, repeats, by, at: Timestamp(at) };
    Ok(rows.into_iter().map(release).collect())
}

/// The settings of a release; none when there is none of that number, or this version cannot read it.
///
/// # Errors
/// What the database says.
pub async fn find(tx: &mut Tx, _grant: &Grant<can::Configure>, number: i64) -> Result<Option<Settings>, DbError> {
    const FIND: &str = "select body from settings_release where number = $1";
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_optional(&mut **c).await)?;
    Ok(row.and_then(|(body,)| Settings::read(&body).ok()))
}

/// The draft.
///
/// # Errors
/// What the database says.
pub async fn draft(tx: &mut Tx, _grant: &Grant<can::Configure>) -> Result<Option<Draft>, DbError> {
    const FIND: &str = "select d.body, d.based_on, d.changed_at, p.name from settings_draft d
        left join customer c on c.id = d.changed_by left join party p on p.id = c.party_id";
    let row: Option<(String, i64, i64, Option<String>)> =
        on!(tx, c => sqlx::query_as(FIND).fetch_optional(&mut **c).await)?;
    Ok(row.and_then(|(body, based_on, at, by)| {
        Some(Draft { settings: Settings::read(&body).ok()?, based_on, at: Timestamp(at), by })
    }))
}

/// Saves the draft; the first time it begins from the latest release.
///
/// # Errors
/// What the database says.
pub async fn save_draft(
    db: &Db,
    grant: &Grant<can::Configure>,
    settings: &Settings,
    now: Timestamp,
) -> Result<(), DbError> {
    const SAVE: &str = "insert into settings_draft (only_row, body, based_on, changed_by, changed_at)
        values (1, $1, $2, $3, $4) on conflict (only_row) do update
        set body = excluded.body, changed_by = excluded.changed_by, changed_at = excluded.changed_at";
    let (body, scope) = (settings.write(), **grant);
    let saved = db.write(grant, move |tx| {
        async move {
            let based_on = last_number(tx).await?;
            on!(tx, c => sqlx::query(SAVE).bind(body).bind(based_on).bind(scope.who().as_bytes().as_slice())
                .bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    saved.await
}

/// Throws the draft away.
///
/// # Errors
/// What the database says.
pub async fn discard_draft(db: &Db, grant: &Grant<can::Configure>) -> Result<(), DbError> {
    let done = db.write(grant, |tx| drop_draft(tx).boxed());
    done.await
}

async fn drop_draft(tx: &mut Tx) -> Result<(), DbError> {
    const DROP: &str = "delete from settings_draft where only_row = 1";
    on!(tx, c => sqlx::query(DROP).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// A release that is to be added.
struct New<'a> {
    settings: &'a Settings,
    note: &'a str,
    repeats: Option<i64>,
    by: Option<Id<kind::Staff>>,
    at: Timestamp,
}

async fn add(tx: &mut Tx, new: New<'_>) -> Result<i64, DbError> {
    const ADD: &str = "insert into settings_release (number, body, note, repeats, created_by, created_at)
        values ($1, $2, $3, $4, $5, $6)";
    let number = last_number(tx).await? + 1;
    let note: String = new.note.trim().chars().take(200).collect();
    on!(tx, c => sqlx::query(ADD).bind(number).bind(new.settings.write()).bind(note).bind(new.repeats)
        .bind(new.by.map(|who| who.as_bytes().to_vec())).bind(new.at.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(number)
}

/// Publishes the draft: from then on it holds. Gives back the number of the release.
///
/// # Errors
/// Why not: no draft, a fault, or another release that has come in between.
pub async fn publish(db: &Db, grant: &Proven<can::Configure>, note: &str, now: Timestamp) -> Result<i64, PublishError> {
    let (copy, scope, note) = (**grant, ***grant, note.to_owned());
    let published = db.write(&copy, move |tx| {
        async move {
            let Some(draft) = draft(tx, &copy).await? else { return Err(PublishError::NoDraft) };
            let last = last_number(tx).await?;
            if draft.based_on != last {
                return Err(PublishError::Overtaken(last));
            }
            let faults = faults(tx, &draft.settings).await?;
            if !faults.is_empty() {
                return Err(PublishError::Faults(faults));
            }
            let new = New { settings: &draft.settings, note: &note, repeats: None, by: Some(scope.who()), at: now };
            let number = add(tx, new).await?;
            drop_draft(tx).await?;
            tx.audit(act(Action::ConfigPublished, &scope, now).detail(Detail::Count(number.unsigned_abs())));
            Ok(number)
        }
        .boxed()
    });
    published.await
}

/// Makes an earlier release hold again, as a new one.
///
/// # Errors
/// Why not.
pub async fn roll_back(db: &Db, grant: &Proven<can::Configure>, to: i64, now: Timestamp) -> Result<i64, PublishError> {
    let (copy, scope) = (**grant, ***grant);
    let done = db.write(&copy, move |tx| {
        async move {
            let Some(settings) = find(tx, &copy, to).await? else { return Err(PublishError::NoRelease) };
            let faults = faults(tx, &settings).await?;
            if !faults.is_empty() {
                return Err(PublishError::Faults(faults));
            }
            let new = New { settings: &settings, note: "", repeats: Some(to), by: Some(scope.who()), at: now };
            let number = add(tx, new).await?;
            tx.audit(act(Action::ConfigPublished, &scope, now).detail(Detail::Count(number.unsigned_abs())));
            Ok(number)
        }
        .boxed()
    });
    done.await
}

/// Makes a release without a draft: at the machine, by the demonstration, or when the portal is set up.
///
/// # Errors
/// Why not.
pub async fn publish_at_once(db: &Db, settings: &Settings, note: &str, now: Timestamp) -> Result<i64, PublishError> {
    let (settings, note) = (settings.clone(), note.to_owned());
    let scope = operator();
    let done = db.write(&scope, move |tx| {
        async move {
            let faults = faults(tx, &settings).await?;
            if !faults.is_empty() {
                return Err(PublishError::Faults(faults));
            }
            let new = New { settings: &settings, note: &note, repeats: None, by: None, at: now };
            let number = add(tx, new).await?;
            let entry = Entry::new(Action::ConfigPublished, Actor::Operator, now);
            tx.audit(entry.detail(Detail::Count(number.unsigned_abs())));
            Ok(number)
        }
        .boxed()
    });
    done.await
}

/// What keeps settings from being published, with what only the database knows.
async fn faults(tx: &mut Tx, settings: &Settings) -> Result<Vec<Fault>, DbError> {
    const KNOWN: &str = "select count(*) from settings_asset where sha256 = $1";
    let mut faults = settings.faults();
    for hash in [&settings.brand.logo, &settings.brand.logo_dark].into_iter().flatten() {
        let (count,): (i64,) = on!(tx, c => sqlx::query_as(KNOWN).bind(bytes_of(hash)).fetch_one(&mut **c).await)?;
        if count == 0 {
            faults.push(Fault::Logo);
        }
    }
    Ok(faults)
}

fn bytes_of(hash: &str) -> Vec<u8> {
    guichet_platform::inbox::Sha256Hex::parse(hash).map_or_else(Vec::new, |hash| hash.to_bytes())
}

/// Keeps a picture under its hash, which it gives back.
///
/// # Errors
/// What the database says.
pub async fn keep_picture(db: &Db, scope: &impl Scope, picture: Picture, now: Timestamp) -> Result<String, DbError> {
    const ADD: &str = "insert into settings_asset (sha256, media_type, bytes, width, height, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (sha256) do nothing";
    let hash = Sha256::digest(&picture.bytes).to_vec();
    let name = guichet_platform::inbox::Sha256Hex::from_bytes(&hash).to_string();
    let kept = db.write(scope, move |tx| {
        async move {
            on!(tx, c => sqlx::query(ADD).bind(hash).bind(&picture.media_type).bind(&picture.bytes).bind(picture.width)
                .bind(picture.height).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    kept.await?;
    Ok(name)
}

/// A picture by its hash.
///
/// # Errors
/// What the database says.
pub async fn picture(db: &Db, hash: &str) -> Result<Option<Picture>, DbError> {
    const FIND: &str = "select media_type, bytes, width, height from settings_asset where sha256 = $1";
    let key = bytes_of(hash);
    let scope = operator();
    let read = db.glance(&scope, move |tx| {
        async move {
            let row: Option<(String, Vec<u8>, i64, i64)> =
                on!(tx, c => sqlx::query_as(FIND).bind(key).fetch_optional(&mut **c).await)?;
            Ok::<_, DbError>(row)
        }
        .boxed()
    });
    let row = read.await?;
    Ok(row.map(|(media_type, bytes, width, height)| Picture { media_type, bytes, width, height }))
}

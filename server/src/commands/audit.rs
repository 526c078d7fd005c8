//! `guichet audit`: check, read and prove the audit log.

use super::{compose, say};
use anyhow::{Context as _, bail};
use futures::FutureExt as _;
use guichet_platform::{
    audit::{
        self, Action, Actor, Entry, Filter,
        chain::Row,
        head::{HeadKey, PublicKey, from_hex, to_hex},
    },
    config::Config,
    db::{Db, DbError},
    on,
    random::OsRandom,
    scope,
};
use guichet_types::{Date, Id, Timestamp, kind};
use jiff::{civil, tz::TimeZone};
use serde_json::json;
use std::{fs, path::PathBuf, process::ExitCode};

/// Entries that are read at once.
const PAGE: i64 = 1_000;

/// `guichet audit key`.
pub(super) fn key(config: &Config) -> anyhow::Result<()> {
    fs::create_dir_all(&config.data.dir).with_context(|| format!("{} cannot be made", config.data.dir.display()))?;
    let key = HeadKey::open(&config.audit_key(), &OsRandom).context("the key of the audit log")?;
    say(&to_hex(&key.public()));
    Ok(())
}

/// `guichet audit verify`.
pub(super) async fn verify(config: Config, heads: Option<PathBuf>, more: &[String]) -> anyhow::Result<ExitCode> {
    let parts = compose(&config).await?;
    let mut keys: Vec<PublicKey> = Vec::new();
    for text in more {
        let key = from_hex(text.trim()).and_then(|bytes| bytes.try_into().ok());
        keys.push(key.with_context(|| format!("{text} is no key; it takes 64 hexadecimal digits"))?);
    }
    let own = config.audit_key();
    if own.exists() {
        keys.push(HeadKey::open(&own, &OsRandom).context("the key of the audit log")?.public());
    }
    let file = match heads {
        Some(file) => Some(file),
        None => Some(config.audit_heads()).filter(|file| file.exists()),
    };
    let verdict = audit::verify(&parts.db, &scope::operator(), keys, file.as_deref()).await?;
    parts.db.close().await;
    match &file {
        Some(file) => say(&format!("Heads from the database and from {}.", file.display())),
        None => say(&format!("Heads from the database alone: there is no file {}.", config.audit_heads().display())),
    }
    let held = format!(
        "{} entries and {} signed heads hold; entry {} is the last that is signed.",
        verdict.entries, verdict.heads, verdict.signed
    );
    // A file that is gone would hide that the end was cut off.
    let lost = file.is_none() && verdict.signed > 0;
    match verdict.finding {
        Some(finding) => say(&format!("The log does NOT hold. First bad place: {finding}.\n{held}")),
        None if lost => say(&format!("The log does NOT hold: heads were signed, and their file is gone.\n{held}")),
        None => say(&format!("The log holds.\n{held}")),
    }
    Ok(if verdict.finding.is_some() || lost { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// `guichet audit list`.
pub(super) async fn list(
    config: Config,
    customer: Option<String>,
    (from, to): (Option<Date>, Option<Date>),
    json: bool,
) -> anyhow::Result<()> {
    let parts = compose(&config).await?;
    let zone = &config.institution.time_zone;
    let customer = match customer {
        Some(number) => Some(find_customer(&parts.db, &number).await?),
        None => None,
    };
    let filter = Filter {
        customer,
        from: from.map(|day| start(day, zone)).transpose()?.unwrap_or(Timestamp(i64::MIN)),
        to: to.map(|day| start(day.plus_days(1), zone)).transpose()?.unwrap_or(Timestamp(i64::MAX)),
    };
    let entry = Entry::new(Action::AuditRead, Actor::Operator, parts.clock.now());
    audit::note(&parts.db, customer.into_iter().fold(entry, Entry::concerning)).await?;
    let (mut after, feed) = (0, scope::operator());
    loop {
        let read =
            parts.db.read(&feed, move |tx| async move { audit::list(tx, &feed, filter, after, PAGE).await }.boxed());
        let rows = read.await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        rows.iter().for_each(|row| say(&if json { object(row) } else { line(row) }));
    }
    parts.db.close().await;
    Ok(())
}

async fn find_customer(db: &Db, number: &str) -> anyhow::Result<Id<kind::Customer>> {
    const FIND: &str = "select id from customer where number = $1";
    let asked: String = number.split_whitespace().collect();
    let feed = scope::operator();
    let read = db.read(&feed, move |tx| {
        async move {
            on!(tx, c => sqlx::query_as(FIND).bind(asked).fetch_optional(&mut **c).await).map_err(DbError::from)
        }
        .boxed()
    });
    let found: Option<(Vec<u8>,)> = read.await?;
    match found.and_then(|(id,)| Id::try_from(id).ok()) {
        Some(id) => Ok(id),
        None => bail!("there is no customer {number}"),
    }
}

/// When a day begins.
fn start(day: Date, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let (year, month, day_of_month) = day.ymd();
    let out = || format!("{day} is out of range");
    let day_of_month = i8::try_from(day_of_month).with_context(out)?;
    let date =
        civil::Date::new(i16::try_from(year).with_context(out)?, i8::try_from(month).with_context(out)?, day_of_month)
            .with_context(out)?;
    Ok(Timestamp(date.to_zoned(zone.clone()).with_context(out)?.timestamp().as_millisecond()))
}

fn moment(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_string()
}

fn thing(kind: Option<&str>, id: Option<&Vec<u8>>) -> Option<String> {
    kind.map(|kind| id.map_or_else(|| kind.to_owned(), |id| format!("{kind}:{}", to_hex(id))))
}

fn line(row: &Row) -> String {
    let actor = thing(Some(&row.actor_kind), row.actor_id.as_ref()).unwrap_or_default();
    let subject = thing(row.subject_kind.as_deref(), row.subject_id.as_ref());
    let customer = row.customer_id.as_ref().map(|id| format!("of customer:{}", to_hex(id)));
    let words = [subject, customer, row.detail.clone(), row.network.clone(), row.device.clone()];
    let words: Vec<String> = words.into_iter().flatten().collect();
    format!("{} {} {} {} by {actor} {}", row.seq, moment(row.at), row.action, row.outcome, words.join(" "))
}

fn object(row: &Row) -> String {
    let hex = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| to_hex(bytes));
    json!({
        "seq": row.seq, "at": moment(row.at), "action": row.action, "outcome": row.outcome,
        "actor": { "kind": row.actor_kind, "id": hex(&row.actor_id) },
        "subject": row.subject_kind.as_ref().map(|kind| json!({ "kind": kind, "id": hex(&row.subject_id) })),
        "customer": hex(&row.customer_id), "network": row.network, "device": row.device, "detail": row.detail,
        "hash": to_hex(&row.hash),
    })
    .to_string()
}

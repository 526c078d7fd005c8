//! Rows as the feed writes them, many at a time.

use super::super::store::fold;
use guichet_formats::record::{Entry, EntryDetail, EntryStatus, Finding, Quarantined, Severity};
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{Date, Id, Timestamp, kind};
use sha2::{Digest, Sha256};

/// SQLite binds at most 32,766 values in a statement; an entry has 24.
const CHUNK: usize = 1_000;

/// An entry, ready to be written.
#[derive(Clone, Debug)]
pub(super) struct EntryRow {
    pub id: Vec<u8>,
    pub place: String,
    pub day: i64,
    pub position: i64,
    pub status: &'static str,
    pub amount: i64,
    pub currency: String,
    pub reversal: i64,
    pub value_day: Option<i64>,
    pub booked_at: Option<i64>,
    pub counterparty: Option<String>,
    pub counterparty_account: Option<String>,
    pub remittance: Option<String>,
    pub code: Option<String>,
    pub servicer_ref: Option<String>,
    pub entry_ref: Option<String>,
    pub details: String,
    pub search: String,
    pub match_key: Vec<u8>,
    pub is_final: i64,
    pub superseded_by: Option<Vec<u8>>,
    pub shown: i64,
}

/// Days as the database has them.
pub(super) fn days(date: Date) -> i64 {
    i64::from(date.days())
}

pub(super) const fn status_name(status: EntryStatus) -> &'static str {
    match status {
        EntryStatus::Booked => "booked",
        EntryStatus::Pending => "pending",
        EntryStatus::Info => "info",
        EntryStatus::Future => "future",
    }
}

impl EntryRow {
    /// From a record whose amount is `minor` units; the caller adds what depends on its statement.
    pub(super) fn new(entry: Entry, minor: i64, day: i64) -> Self {
        let match_key = match_key(&entry, minor);
        let part = entry.details.first();
        let text = |get: fn(&EntryDetail) -> &Option<String>| part.and_then(|part| get(part).clone());
        let remittance = part.map(|part| part.remittance.join(" ")).filter(|text| !text.is_empty());
        let counterparty = text(|part| &part.counterparty);
        let counterparty_account = text(|part| &part.counterparty_account);
        let mut search = String::new();
        for piece in entry.details.iter().take(20).flat_map(words_of).chain(
            [&entry.additional_info, &entry.servicer_ref, &entry.entry_ref].into_iter().flatten().map(String::as_str),
        ) {
            search.push_str(piece);
            search.push(' ');
        }
        Self {
            id: Vec::new(),
            place: entry.place,
            day,
            position: 0,
            status: status_name(entry.status),
            amount: minor,
            currency: entry.currency.to_string(),
            reversal: i64::from(entry.reversal),
            value_day: entry.value_date.map(days),
            booked_at: entry.booked_at.map(Timestamp::millis),
            counterparty,
            counterparty_account,
            remittance: remittance.or(entry.additional_info),
            code: entry.domain_code.or(entry.proprietary_code),
            servicer_ref: entry.servicer_ref,
            entry_ref: entry.entry_ref,
            details: serde_json::to_string(&entry.details).unwrap_or_else(|_| "[]".to_owned()),
            search: fold(&search),
            match_key,
            is_final: 0,
            superseded_by: None,
            shown: 1,
        }
    }
}

/// The words of a transaction that somebody may look for.
fn words_of(part: &EntryDetail) -> impl Iterator<Item = &str> {
    [
        &part.counterparty,
        &part.counterparty_account,
        &part.end_to_end_id,
        &part.mandate_id,
        &part.ultimate_debtor,
        &part.ultimate_creditor,
    ]
    .into_iter()
    .flatten()
    .chain(&part.remittance)
    .chain(&part.creditor_references)
    .map(String::as_str)
}

/// What tells that a bank speaks of the same booking twice: its own reference and the amount; without a reference, the
/// amount and every word that both messages must share.
fn match_key(entry: &Entry, minor: i64) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(minor.to_le_bytes());
    hash.update(entry.currency.as_str());
    let part = entry.details.first();
    let reference = entry.servicer_ref.as_deref().or_else(|| part.and_then(|part| part.servicer_ref.as_deref()));
    match reference {
        Some(reference) => {
            hash.update(b"r");
            hash.update(reference);
        }
        None => {
            hash.update(b"w");
            if let Some(part) = part {
                for word in [&part.end_to_end_id, &part.transaction_id, &part.counterparty_account, &part.counterparty]
                {
                    hash.update(fold(word.as_deref().unwrap_or_default()));
                    hash.update([0]);
                }
                hash.update(fold(&part.remittance.join(" ")));
            }
        }
    }
    hash.finalize()[..16].to_vec()
}

/// Writes entries.
pub(super) async fn insert_entries(
    tx: &mut Tx,
    account: Id<kind::Account>,
    statement: Id<kind::Statement>,
    document: Id<kind::Document>,
    seen: Timestamp,
    rows: &[EntryRow],
) -> Result<(), DbError> {
    const INTO: &str =
        "insert into entry (id, account_id, statement_id, document_id, place, day, position, status, amount,
        currency, reversal, value_day, booked_at, counterparty, counterparty_account, remittance, code, servicer_ref,
        entry_ref, details, search, match_key, final, superseded_by, shown, first_seen_at) ";
    for chunk in rows.chunks(CHUNK) {
        on!(tx, c => {
            let mut insert = sqlx::QueryBuilder::new(INTO);
            insert.push_values(chunk, |mut row, entry| {
                row.push_bind(entry.id.as_slice())
                    .push_bind(account.as_bytes().as_slice())
                    .push_bind(statement.as_bytes().as_slice())
                    .push_bind(document.as_bytes().as_slice())
                    .push_bind(entry.place.as_str())
                    .push_bind(entry.day)
                    .push_bind(entry.position)
                    .push_bind(entry.status)
                    .push_bind(entry.amount)
                    .push_bind(entry.currency.as_str())
                    .push_bind(entry.reversal)
                    .push_bind(entry.value_day)
                    .push_bind(entry.booked_at)
                    .push_bind(entry.counterparty.as_deref())
                    .push_bind(entry.counterparty_account.as_deref())
                    .push_bind(entry.remittance.as_deref())
                    .push_bind(entry.code.as_deref())
                    .push_bind(entry.servicer_ref.as_deref())
                    .push_bind(entry.entry_ref.as_deref())
                    .push_bind(entry.details.as_str())
                    .push_bind(entry.search.as_str())
                    .push_bind(entry.match_key.as_slice())
                    .push_bind(entry.is_final)
                    .push_bind(entry.superseded_by.as_deref())
                    .push_bind(entry.shown)
                    .push_bind(seen.millis());
            });
            insert.build().execute(&mut **c).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Writes what was found, with ids of their own so that finding it again changes nothing.
pub(crate) async fn insert_findings(
    tx: &mut Tx,
    document: Id<kind::Document>,
    at: Timestamp,
    findings: &[Finding],
) -> Result<(), DbError> {
    const ADD: &str = "insert into finding
          (id, document_id, check_name, severity, place, expected, actual, message, found_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing";
    for (index, finding) in findings.iter().enumerate() {
        let id: Id<()> = tx.stable_id(&[b"finding", document.as_bytes(), &index.to_le_bytes()]);
        let check = serde_json::to_value(finding.check).ok();
        let check = check.as_ref().and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned();
        let severity = match finding.severity {
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
        };
        on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(document.as_bytes().as_slice()).bind(check)
            .bind(severity).bind(&finding.place).bind(&finding.expected).bind(&finding.actual).bind(&finding.message)
            .bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Keeps pieces aside, with ids of their own.
pub(crate) async fn insert_quarantined(
    tx: &mut Tx,
    document: Id<kind::Document>,
    at: Timestamp,
    pieces: &[Quarantined],
) -> Result<(), DbError> {
    const ADD: &str = "insert into quarantine (id, document_id, place, reason, raw, found_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    for piece in pieces {
        let id: Id<()> =
            tx.stable_id(&[b"aside", document.as_bytes(), piece.place.as_bytes(), piece.reason.as_bytes()]);
        // PostgreSQL's text holds everything but a nought byte.
        let raw = piece.raw.replace('\0', "\u{fffd}");
        on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(document.as_bytes().as_slice())
            .bind(&piece.place).bind(&piece.reason).bind(raw).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

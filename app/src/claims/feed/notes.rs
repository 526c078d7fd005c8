//! What was found and what was kept aside, with ids of their own, so that finding it again changes nothing.

use guichet_formats::record::{Finding, Quarantined, Severity};
use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{Id, Timestamp, kind};

/// Writes what was found.
pub(super) async fn insert_findings(
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

/// A thing that no customer of this portal may see: it is kept and shown to nobody.
pub(super) async fn insert_unmapped(
    tx: &mut Tx,
    document: Id<kind::Document>,
    at: Timestamp,
    place: &str,
    customer: Option<&str>,
) -> Result<(), DbError> {
    const ADD: &str = "insert into finding (id, document_id, check_name, severity, place, actual, message, found_at)
        values ($1, $2, 'unmapped_customer', 'info', $3, $4, 'No customer of this number: it is kept and shown to nobody.', $5)
        on conflict (id) do nothing";
    let id: Id<()> = tx.stable_id(&[b"unmapped", document.as_bytes(), place.as_bytes()]);
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(document.as_bytes().as_slice()).bind(place)
        .bind(customer).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Keeps pieces aside.
pub(super) async fn insert_quarantined(
    tx: &mut Tx,
    document: Id<kind::Document>,
    at: Timestamp,
    piece: &Quarantined,
) -> Result<(), DbError> {
    const ADD: &str = "insert into quarantine (id, document_id, place, reason, raw, found_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    let id: Id<()> = tx.stable_id(&[b"aside", document.as_bytes(), piece.place.as_bytes(), piece.reason.as_bytes()]);
    // PostgreSQL's text holds everything but a nought byte.
    let raw = piece.raw.replace('\0', "\u{fffd}");
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(document.as_bytes().as_slice())
        .bind(&piece.place).bind(&piece.reason).bind(raw).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

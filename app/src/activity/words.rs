//! An entry in the customer's language: what was done, and who did it.

use crate::{web::Visitor, words::Words};
use guichet_platform::audit::{Action, Seen};

/// What was done, and a little more.
pub(super) fn what(w: Words, row: &Seen) -> (String, Option<String>) {
    let (name, value) = row.detail.as_deref().and_then(|detail| detail.split_once('=')).unwrap_or_default();
    let form = (name == "form").then(|| match value {
        "positions" => w.get("activity-form-positions"),
        "transactions" => w.get("activity-form-transactions"),
        other => other.to_uppercase(),
    });
    let undone = (!row.done && !tells_itself(row.action)).then(|| w.get("activity-not-done"));
    (title(w, row.action, if name == "count" { value.parse().unwrap_or(1) } else { 1 }), undone.or(form))
}

/// That it was refused is what its title says.
const fn tells_itself(action: Option<Action>) -> bool {
    use Action as A;
    matches!(
        action,
        Some(A::SessionRefused | A::AccessRefused | A::HarvestAlarm | A::GuessingBlocked | A::PaceExceeded)
    )
}

/// What was done, in words; for the customer whom it is about, and for whoever reads the whole log.
pub(crate) fn title(w: Words, action: Option<Action>, count: u64) -> String {
    use Action as A;
    match action {
        Some(A::SessionBegun) => w.get("activity-session-begun"),
        Some(A::SessionRefused) => w.get("activity-session-refused"),
        Some(A::SessionEnded) => w.count("activity-session-ended", count, &[]),
        Some(A::PasswordChanged) => w.get("activity-password-changed"),
        Some(A::FactorAdded) => w.get("activity-factor-added"),
        Some(A::FactorRemoved) => w.get("activity-factor-removed"),
        Some(A::RecoveryUsed) => w.get("activity-recovery-used"),
        Some(A::EmailChanged) => w.get("activity-email-changed"),
        Some(A::ActivationUsed) => w.get("activity-activation-used"),
        Some(A::StepupPassed) => w.get("activity-stepup-passed"),
        Some(A::ShareMade) => w.get("activity-share-made"),
        Some(A::ShareEnded) => w.get("activity-share-ended"),
        Some(A::ParcelFollowed) => w.get("activity-parcel-followed"),
        Some(A::ParcelUnfollowed) => w.get("activity-parcel-unfollowed"),
        Some(A::InstructionSent) => w.get("activity-instruction-sent"),
        Some(A::ClaimReported) => w.get("activity-claim-reported"),
        Some(A::MessageSent) => w.get("activity-message-sent"),
        Some(A::MessageResent) => w.get("activity-message-resent"),
        Some(A::FileUploaded) => w.get("activity-file-uploaded"),
        Some(A::FileRemoved) => w.get("activity-file-removed"),
        Some(A::FileDownloaded) => w.get("activity-file-downloaded"),
        Some(A::FileFetched) => w.get("activity-file-fetched"),
        Some(A::StatementDownloaded) => w.get("activity-statement-downloaded"),
        Some(A::PortfolioDownloaded) => w.get("activity-portfolio-downloaded"),
        Some(A::PaperDownloaded) => w.get("activity-paper-downloaded"),
        Some(A::RequestSent) => w.get("activity-request-sent"),
        Some(A::DataExported) => w.get("activity-data-exported"),
        Some(A::SupportViewed) => w.get("activity-support-viewed"),
        Some(A::AuditRead) => w.get("activity-audit-read"),
        Some(A::SupportBegun) => w.get("activity-support-begun"),
        Some(A::SupportEnded) => w.get("activity-support-ended"),
        Some(A::CustomerInvited) => w.get("activity-customer-invited"),
        Some(A::CustomerDisabled) => w.get("activity-customer-disabled"),
        Some(A::CustomerEnabled) => w.get("activity-customer-enabled"),
        Some(A::DataErased) => w.get("activity-data-erased"),
        Some(A::StaffInvited) => w.get("activity-staff-invited"),
        Some(A::StaffSwitched) => w.get("activity-staff-switched"),
        Some(A::RoleProposed) => w.get("activity-role-proposed"),
        Some(A::RoleChanged) => w.get("activity-role-changed"),
        Some(A::RoleDeclined) => w.get("activity-role-declined"),
        Some(A::LogChanged) => w.get("activity-log-changed"),
        Some(A::DocumentRefused) => w.get("activity-document-refused"),
        Some(A::ConfigPublished) => w.get("activity-config-published"),
        Some(A::IsolationAlarm) => w.get("activity-isolation-alarm"),
        Some(A::AccessRefused) => w.get("activity-access-refused"),
        Some(A::HarvestAlarm) => w.get("activity-harvest-alarm"),
        Some(A::GuessingBlocked) => w.get("activity-guessing-blocked"),
        Some(A::PaceExceeded) => w.get("activity-pace-exceeded"),
        Some(A::ForeignPage) => w.get("activity-foreign-page"),
        Some(A::KeyRotated) => w.get("activity-key-rotated"),
        Some(A::DocumentReplayed) => w.get("activity-document-replayed"),
        Some(A::PieceCorrected) => w.get("activity-piece-corrected"),
        Some(A::PieceDiscarded) => w.get("activity-piece-discarded"),
        Some(A::DocumentRehearsed) => w.get("activity-document-rehearsed"),
        Some(A::SourceChanged) => w.get("activity-source-changed"),
        Some(A::SourceSecretMade) => w.get("activity-source-secret"),
        Some(A::MappingChanged) => w.get("activity-mapping-changed"),
        // Of a later version.
        None => w.get("activity-other"),
    }
}

/// Who did it.
pub(super) fn who(visitor: &Visitor, row: &Seen) -> String {
    let w = visitor.words();
    let house = visitor.institution.name.as_str();
    match row.actor.as_str() {
        "customer" if row.own => w.get("activity-you"),
        "customer" => w.get("activity-another"),
        "staff" => w.with("activity-staff", &[("house", house)]),
        "support" => w.with("activity-support", &[("house", house)]),
        "operator" => w.with("activity-operator", &[("house", house)]),
        "anonymous" => w.get("activity-anonymous"),
        _ => w.with("activity-systems", &[("house", house)]),
    }
}

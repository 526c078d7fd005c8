//! Words for the codes of insurance. A word that is not known is shown as the insurer writes it.

use crate::{
    claims::{
        model::{ClaimHead, Milestone, Moment, PolicyHead},
        phase::Phase,
        rules::Cause,
        store::Sent,
        upload::Refused,
    },
    ui::badge,
    web::Visitor,
    words::{Figures, Words},
};
use guichet_platform::outbox::State;
use leptos::prelude::*;

/// By what, in the reader's language.
pub(super) fn cause_word(w: Words, cause: Cause) -> String {
    match cause {
        Cause::Water => w.get("claims-cause-water"),
        Cause::Fire => w.get("claims-cause-fire"),
        Cause::Storm => w.get("claims-cause-storm"),
        Cause::Theft => w.get("claims-cause-theft"),
        Cause::Glass => w.get("claims-cause-glass"),
        Cause::Collision => w.get("claims-cause-collision"),
        Cause::Liability => w.get("claims-cause-liability"),
        Cause::Other => w.get("claims-cause-other"),
    }
}

/// What a claim is called: its cause, in the insurer's words where they are more than a code.
#[must_use]
pub fn claim_title(w: Words, head: &ClaimHead) -> String {
    match head.cause.as_deref() {
        Some(stated) => Cause::of(stated).map_or_else(|| stated.to_owned(), |cause| cause_word(w, cause)),
        None => w.with("claims-claim-of", &[("number", &head.number)]),
    }
}

/// The line of business.
pub(super) fn line_word(w: Words, line: &str) -> String {
    match line {
        "home" | "household" => w.get("claims-line-home"),
        "car" | "motor" => w.get("claims-line-motor"),
        "liability" => w.get("claims-line-liability"),
        "travel" => w.get("claims-line-travel"),
        "health" => w.get("claims-line-health"),
        "parcel" => w.get("claims-line-parcel"),
        other => other.to_owned(),
    }
}

/// What a policy is called.
pub(super) fn policy_title(w: Words, head: &PolicyHead) -> String {
    let line = head.line.as_deref().map(|line| line_word(w, line));
    head.product.clone().or(line).unwrap_or_else(|| w.with("claims-policy-of", &[("number", &head.number)]))
}

/// A phase.
pub(super) fn phase_word(w: Words, phase: Phase) -> String {
    match phase {
        Phase::Reported => w.get("claims-phase-reported"),
        Phase::Assessed => w.get("claims-phase-assessed"),
        Phase::Documents => w.get("claims-phase-documents"),
        Phase::Decision => w.get("claims-phase-decision"),
        Phase::Payment => w.get("claims-phase-payment"),
    }
}

/// A step that a claim has taken.
#[must_use]
pub fn milestone_word(w: Words, step: &Milestone) -> String {
    match step.code.as_deref() {
        Some("reported") => w.get("claims-step-reported"),
        Some("registered") => w.get("claims-step-registered"),
        Some("documents_requested") => w.get("claims-step-documents-requested"),
        Some("documents_received") => w.get("claims-step-documents-received"),
        Some("assessor_assigned") => w.get("claims-step-assessor-assigned"),
        Some("inspection_done") => w.get("claims-step-inspection-done"),
        Some("coverage_decided") => w.get("claims-step-coverage-decided"),
        Some("approved") => w.get("claims-step-approved"),
        Some("partly") => w.get("claims-step-partly"),
        Some("declined") => w.get("claims-step-declined"),
        Some("payment_issued") => w.get("claims-step-payment-issued"),
        Some("closed") => w.get("claims-step-closed"),
        Some("reopened") => w.get("claims-step-reopened"),
        Some("withdrawn") => w.get("claims-step-withdrawn"),
        _ => step.stated.clone(),
    }
}

/// When: the moment where there is one, else the day; the day in full when it is of another year.
pub(super) fn when(figures: &Figures, at: Moment) -> String {
    if at.day.ymd().0 != figures.today().ymd().0 {
        return figures.date(at.day);
    }
    at.at.map_or_else(|| figures.short_weekday(at.day), |at| figures.moment(at))
}

/// How far something that the customer sent has come, as a badge.
pub(super) fn sent_badge(visitor: &Visitor, sent: &Sent) -> impl IntoView + use<> {
    let w = visitor.words();
    let (tone, icon, word) = match sent.state {
        State::Waiting => ("outline", "clock", w.get("claims-sent-waiting")),
        State::Forwarded => ("info", "send", w.get("claims-sent-forwarded")),
        State::Accepted => ("positive", "check", w.get("claims-sent-accepted")),
        State::Refused => ("critical", "circle-alert", w.get("claims-sent-refused")),
        State::Dead => ("critical", "cloud-off", w.get("claims-sent-dead")),
    };
    badge(visitor, tone, Some(icon), word)
}

/// Why a file was not taken, and what to do.
pub(super) fn refused_text(w: Words, refused: Option<Refused>) -> String {
    match refused {
        Some(Refused::Empty) => w.get("claims-refused-empty"),
        Some(Refused::TooLarge) => w.get("claims-refused-too-large"),
        Some(Refused::UnknownType) => w.get("claims-refused-unknown-type"),
        Some(Refused::Active) => w.get("claims-refused-active"),
        Some(Refused::Encrypted) => w.get("claims-refused-encrypted"),
        Some(Refused::TooManyPixels) => w.get("claims-refused-too-many-pixels"),
        Some(Refused::NoRoom) => w.get("claims-refused-no-room"),
        Some(Refused::Infected) => w.get("claims-refused-infected"),
        Some(Refused::NotScanned) => w.get("claims-refused-not-scanned"),
        Some(Refused::Damaged) | None => w.get("claims-refused-damaged"),
    }
}

/// Where a policy stands: a tone and a word.
pub(super) fn policy_status(w: Words, head: &PolicyHead) -> Option<(&'static str, String)> {
    Some(match head.status.as_deref() {
        Some("active") => ("positive", w.get("claims-policy-active")),
        Some("paid_up") => ("positive", w.get("claims-policy-paid-up")),
        Some("quoted") => ("outline", w.get("claims-policy-quoted")),
        Some("lapsed") => ("critical", w.get("claims-policy-lapsed")),
        Some("cancelled") => ("outline", w.get("claims-policy-cancelled")),
        Some("expired") => ("outline", w.get("claims-policy-expired")),
        _ => ("outline", head.status_stated.clone()?),
    })
}

/// How often a premium is due.
pub(super) fn frequency_word(w: Words, frequency: &str) -> String {
    match frequency {
        "monthly" => w.get("claims-frequency-monthly"),
        "quarterly" => w.get("claims-frequency-quarterly"),
        "half_yearly" => w.get("claims-frequency-half-yearly"),
        "yearly" => w.get("claims-frequency-yearly"),
        "single" => w.get("claims-frequency-single"),
        other => other.to_owned(),
    }
}

/// Where a premium stands: a tone and a word.
pub(super) fn premium_status(w: Words, status: &str) -> (&'static str, String) {
    match status {
        "open" => ("outline", w.get("claims-premium-open")),
        "due" => ("warning", w.get("claims-premium-due")),
        "paid" => ("positive", w.get("claims-premium-paid")),
        "overdue" => ("critical", w.get("claims-premium-overdue")),
        "waived" => ("outline", w.get("claims-premium-waived")),
        other => ("outline", other.to_owned()),
    }
}

/// The size of a file.
pub(super) fn size(w: Words, figures: &Figures, bytes: i64) -> String {
    let (kilo, mega) = (1_000, 1_000_000);
    if bytes >= mega {
        let tenths = bytes / (mega / 10);
        let point = if w.0 == guichet_types::Locale::En { "." } else { "," };
        format!("{}{point}{} MB", figures.number(tenths / 10), tenths % 10)
    } else {
        format!("{} kB", figures.number((bytes / kilo).max(1)))
    }
}

/// Two letters of a name for a glyph.
pub(super) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

//! Which milestone may follow which: the outward list of data-standards 1.4 as a small state machine.

use crate::{
    Refusal,
    insurance::{
        Out,
        record::{Milestone, When},
    },
    out::Told,
    record::CheckKind,
};

/// A milestone of a claim, with where it stands in the file.
pub(super) struct Step {
    pub code: Milestone,
    pub at: When,
    pub place: String,
}

/// Instants in order; a day alone counts from its midnight.
fn order(when: When) -> i64 {
    when.at.map_or(i64::from(when.date.days()) * 86_400_000, guichet_types::Timestamp::millis)
}

/// Whether one comes before the other. A day alone is before nothing on the same day.
fn before(one: When, other: When) -> bool {
    match (one.at, other.at) {
        (Some(one), Some(other)) => one < other,
        _ => one.date < other.date,
    }
}

/// Checks the steps of one claim: their times, and that each may follow what was before.
pub(super) fn check(mut steps: Vec<Step>, out: &mut Out<'_>) -> Result<(), Refusal> {
    for pair in steps.windows(2) {
        if before(pair[1].at, pair[0].at) {
            let told = Told::new(&pair[1].place, "The milestones are not in the order of their times.");
            out.warn(CheckKind::EventOrder, told)?;
        }
    }
    steps.sort_by_key(|step| order(step.at));
    let mut seen: Vec<Milestone> = Vec::new();
    for step in &steps {
        if let Some(fault) = fault(step.code, &seen) {
            let told = Told::new(&step.place, fault).actual(step.code.as_str());
            out.warn(CheckKind::EventOrder, told)?;
        }
        seen.push(step.code);
    }
    Ok(())
}

/// Why a milestone may not follow what was before; none when it may.
fn fault(next: Milestone, seen: &[Milestone]) -> Option<&'static str> {
    use Milestone::{
        Approved, AssessorAssigned, Closed, CoverageDecided, Declined, InspectionDone, Partly, PaymentIssued,
        Registered, Reopened, Reported, Withdrawn,
    };
    let Some(&last) = seen.last() else {
        return (!matches!(next, Reported | Registered)).then_some("A claim begins with reported or registered.");
    };
    // What was decided before the claim was taken up again does not bind any more.
    let from = seen.iter().rposition(|&code| code == Reopened).unwrap_or(0);
    let since = |codes: &[Milestone]| seen[from..].iter().any(|code| codes.contains(code));
    let ever = |codes: &[Milestone]| seen.iter().any(|code| codes.contains(code));
    match (last, next) {
        (Closed, Reopened) | (Withdrawn, Reopened | Closed) => return None,
        (Closed, _) => return Some("Nothing follows closed but reopened."),
        (Withdrawn, _) => return Some("Nothing follows withdrawn but closed and reopened."),
        _ => {}
    }
    match next {
        Reopened => Some("Only a closed or withdrawn claim is reopened."),
        Reported => Some("A claim is reported once, and first."),
        Registered if ever(&[Registered, CoverageDecided, Approved, Partly, Declined, PaymentIssued]) => {
            Some("A claim is registered once, before anything is decided.")
        }
        InspectionDone if !ever(&[AssessorAssigned]) => Some("An inspection follows an assessor."),
        PaymentIssued if !ever(&[Approved, Partly]) => Some("A payment follows approved or partly."),
        PaymentIssued if since(&[Declined]) && !since(&[Approved, Partly]) => Some("A declined claim is not paid."),
        CoverageDecided if since(&[Approved, Partly, Declined]) => {
            Some("What is decided is decided, unless the claim is reopened.")
        }
        Declined if since(&[Approved, Partly, PaymentIssued]) => {
            Some("What is approved is declined only when the claim is reopened.")
        }
        Approved | Partly if since(&[Declined]) => {
            Some("What is declined is approved only when the claim is reopened.")
        }
        Withdrawn if since(&[PaymentIssued]) => Some("What is paid is not withdrawn."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legal(words: &str) -> bool {
        let mut seen = Vec::new();
        words.split(' ').all(|word| {
            let code = Milestone::of(word).unwrap();
            let fits = fault(code, &seen).is_none();
            seen.push(code);
            fits
        })
    }

    #[test]
    fn a_claim_takes_only_the_steps_that_it_may() {
        for good in [
            "reported registered documents_requested documents_received assessor_assigned inspection_done coverage_decided approved payment_issued closed",
            "registered documents_received declined closed reopened approved payment_issued payment_issued closed",
            "reported withdrawn closed reopened documents_requested",
            "reported registered partly approved payment_issued closed",
        ] {
            assert!(legal(good), "{good}");
        }
        for bad in [
            "approved",
            "reported reported",
            "reported payment_issued",
            "reported closed documents_received",
            "reported reopened",
            "reported approved declined",
            "reported declined payment_issued",
            "reported inspection_done",
            "reported approved registered",
            "reported approved payment_issued withdrawn",
            "reported withdrawn approved",
        ] {
            assert!(!legal(bad), "{bad}");
        }
    }
}

//! The five phases of a claim as a customer sees them, from its milestones, by when those happened and not by when they came.

use super::{
    model::{Milestone, Moment},
    store::Claim,
};

/// A phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The insurer knows of it.
    Reported,
    /// Somebody looks at the damage.
    Assessed,
    /// Papers are gathered.
    Documents,
    /// It is decided.
    Decision,
    /// Money goes out.
    Payment,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Reported, Self::Assessed, Self::Documents, Self::Decision, Self::Payment];

    /// The phase that a milestone is of; none of the words that end or reopen a claim.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Some(match code {
            "reported" | "registered" => Self::Reported,
            "assessor_assigned" | "inspection_done" => Self::Assessed,
            "documents_requested" | "documents_received" => Self::Documents,
            "coverage_decided" | "approved" | "partly" | "declined" => Self::Decision,
            "payment_issued" => Self::Payment,
            _ => return None,
        })
    }
}

/// Where a phase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Behind the claim.
    Done,
    /// Where it is.
    Current,
    /// Before it.
    Todo,
    /// Where it went wrong.
    Issue,
}

impl State {
    /// The word of `data-state`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "current",
            Self::Todo => "todo",
            Self::Issue => "issue",
        }
    }
}

/// How a claim has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is settled and closed.
    Closed,
    /// It was not accepted.
    Declined,
    /// The customer took it back.
    Withdrawn,
}

/// A phase of a claim.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which.
    pub phase: Phase,
    /// Where it stands.
    pub state: State,
    /// When it was last moved.
    pub at: Option<Moment>,
}

/// The way of a claim.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its phases.
    pub steps: Vec<Step>,
    /// How it ended, when it has.
    pub ended: Option<Ended>,
    /// It was taken up again after it had ended, and has not ended since.
    pub reopened: Option<Milestone>,
}

fn code(step: &Milestone) -> &str {
    step.code.as_deref().unwrap_or_default()
}

/// The way of a claim, from its milestones (oldest first) and what is asked for.
#[must_use]
pub fn way(claim: &Claim) -> Way {
    let reopened = claim.milestones.iter().rposition(|step| code(step) == "reopened");
    let since = &claim.milestones[reopened.map_or(0, |index| index + 1)..];
    let has = |codes: &[&str]| since.iter().any(|step| codes.contains(&code(step)));
    let ended = if has(&["withdrawn"]) || claim.head.outcome.as_deref() == Some("withdrawn") {
        Some(Ended::Withdrawn)
    } else if has(&["declined"]) {
        Some(Ended::Declined)
    } else if has(&["closed"]) || claim.head.outcome.as_deref() == Some("settled") {
        Some(Ended::Closed)
    } else {
        None
    };
    let open =
        |kind: &str| claim.requests.iter().any(|asked| asked.request.kind == kind && asked.request.state == "open");
    let current = if ended == Some(Ended::Closed) {
        None
    } else if ended == Some(Ended::Declined) {
        Some(Phase::Decision)
    } else if has(&["payment_issued", "approved", "partly"]) {
        Some(Phase::Payment)
    } else if open("document") || open("answer") {
        Some(Phase::Documents)
    } else if has(&["coverage_decided", "documents_received", "documents_requested", "inspection_done"]) {
        Some(Phase::Decision)
    } else if has(&["registered", "assessor_assigned"]) {
        Some(Phase::Assessed)
    } else {
        Some(Phase::Reported)
    };
    let steps = Phase::ALL.map(|phase| {
        let last = claim.milestones.iter().rev().find(|step| Phase::of(code(step)) == Some(phase));
        let paid = phase == Phase::Payment && has(&["payment_issued"]);
        let state = match current {
            None => State::Done,
            Some(current) if phase < current || paid => State::Done,
            Some(current) if phase == current && ended.is_some() => State::Issue,
            Some(current) if phase == current => State::Current,
            Some(_) => State::Todo,
        };
        let at = last.and_then(|step| step.at).or_else(|| {
            let own = if phase == Phase::Reported { claim.head.reported } else { None };
            own.or_else(|| claim.payments.last().filter(|_| phase == Phase::Payment && state == State::Done)?.at)
        });
        Step { phase, state, at: at.filter(|_| state != State::Todo) }
    });
    let taken_up = reopened.filter(|_| ended.is_none()).map(|index| claim.milestones[index].clone());
    Way { steps: steps.into(), ended, reopened: taken_up }
}

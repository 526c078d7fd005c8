//! The phases of a claim and what it comes to.

use crate::claims::{
    model::{ClaimHead, Item, Milestone, Moment, Payment, Request},
    phase::{Ended, State, way},
    settlement::{Line, settle},
    store::{Asked, Claim},
};
use guichet_types::{Currency, Date, Id, Money, Timestamp};

fn claim(steps: &[&str]) -> Claim {
    let day = Date::new(2026, 11, 1).unwrap();
    let milestones = steps.iter().enumerate().map(|(index, code)| Milestone {
        code: Some((*code).to_owned()),
        stated: (*code).to_owned(),
        at: Some(Moment { day: day.plus_days(i32::try_from(index).unwrap()), at: None }),
        ..Milestone::default()
    });
    Claim {
        id: Id::from_bytes([1; 16]),
        head: ClaimHead::default(),
        milestones: milestones.collect(),
        items: Vec::new(),
        payments: Vec::new(),
        requests: Vec::new(),
        papers: Vec::new(),
        messages: Vec::new(),
        source: None,
    }
}

fn states(claim: &Claim) -> String {
    way(claim)
        .steps
        .iter()
        .map(|step| match step.state {
            State::Done => 'd',
            State::Current => 'c',
            State::Todo => 't',
            State::Issue => 'i',
        })
        .collect()
}

#[test]
fn each_milestone_moves_the_claim_on() {
    for (steps, want) in [
        (&["reported"][..], "ctttt"),
        (&["reported", "registered"], "dcttt"),
        (&["reported", "registered", "assessor_assigned"], "dcttt"),
        (&["reported", "registered", "assessor_assigned", "inspection_done"], "dddct"),
        (&["reported", "registered", "documents_requested", "documents_received"], "dddct"),
        (&["reported", "registered", "approved"], "ddddc"),
        (&["reported", "registered", "approved", "payment_issued"], "ddddd"),
        (&["reported", "registered", "declined"], "dddit"),
        (&["reported", "registered", "approved", "payment_issued", "closed"], "ddddd"),
        (&["reported", "withdrawn"], "itttt"),
    ] {
        assert_eq!(states(&claim(steps)), want, "{steps:?}");
    }
}

#[test]
fn what_is_asked_for_holds_the_claim_at_the_documents() {
    let mut asked = claim(&["reported", "registered", "assessor_assigned", "inspection_done", "documents_requested"]);
    let request = Request { kind: "document".to_owned(), state: "open".to_owned(), ..Request::default() };
    asked.requests.push(Asked { id: Id::from_bytes([2; 16]), request, seen_at: Timestamp(0) });
    assert_eq!(states(&asked), "ddctt");
    asked.requests[0].request.state = "done".to_owned();
    assert_eq!(states(&asked), "dddct");
}

#[test]
fn a_claim_that_is_taken_up_again_goes_back_and_says_so() {
    let again = claim(&["reported", "registered", "declined", "closed", "reopened"]);
    let way_of = way(&again);
    assert_eq!(way_of.ended, None);
    assert!(way_of.reopened.is_some());
    assert_eq!(way(&claim(&["reported", "registered", "declined"])).ended, Some(Ended::Declined));
}

fn euros(cents: i64) -> Option<Money> {
    Some(Money::new(cents, Currency::EUR))
}

#[test]
fn the_settlement_of_the_design_adds_up() {
    let mut claim = claim(&["reported"]);
    let item = |text: &str, submitted, eligible, deductible, benefit| Item {
        description: Some(text.to_owned()),
        submitted: euros(submitted),
        eligible: euros(eligible),
        deductible: euros(deductible),
        benefit: euros(benefit),
        reason: (eligible < submitted).then(|| "Older than its cover".to_owned()),
        ..Item::default()
    };
    claim.items =
        vec![item("Floor and cabinets", 352_000, 352_000, 25_000, 327_000), item("Dishwasher", 32_000, 0, 0, 0)];
    claim.payments = vec![Payment { amount: Money::new(80_000, Currency::EUR), at: None, method: None, payee: None }];
    let settlement = settle(&claim);
    let rows: Vec<(Line, i64)> = settlement.rows.iter().map(|row| (row.line, row.amount.minor)).collect();
    assert_eq!(
        rows,
        [
            (Line::Claimed, 384_000),
            (Line::Cut, -32_000),
            (Line::Covered, 352_000),
            (Line::Excess, -25_000),
            (Line::Paid, -80_000),
            (Line::Expected, 247_000),
        ]
    );
    assert_eq!(settlement.rows[1].reason.as_deref(), Some("Older than its cover"));
    assert!(!settlement.is_final);
}

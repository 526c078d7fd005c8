//! Our own forms: what the documentation shows is what is read, and what must not be shown never comes out.

use guichet_formats::{
    Class, Limits,
    insurance::{
        Kind, Report, detect, read,
        record::{Milestone, Outcome, Record},
        report_bytes,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeMap, ops::ControlFlow};

fn records(bytes: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    read(bytes, detect(bytes).unwrap(), &Limits::default(), &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    })
    .unwrap();
    records
}

fn report(value: &Value) -> Report {
    report_bytes(value.to_string().as_bytes(), &Limits::default())
}

/// The examples of the documentation, by the name that stands behind `file=`.
fn examples() -> BTreeMap<String, String> {
    let text = include_str!("../../../../docs/formats-insurance.md");
    let blocks = text.split("\n```").filter_map(|block| block.split_once('\n'));
    blocks.filter_map(|(head, body)| Some((head.split_once("file=")?.1.to_owned(), format!("{body}\n")))).collect()
}

#[test]
fn every_example_of_the_documentation_is_accepted_whole() {
    let examples = examples();
    let names: Vec<&str> = examples.keys().map(String::as_str).collect();
    assert_eq!(names, ["claims.csv", "claims.json", "milestones.csv", "payments.csv", "policies.csv", "policies.json"]);
    for (name, text) in &examples {
        let report = report_bytes(text.as_bytes(), &Limits::default());
        assert_eq!(report.class, Class::Accept, "{name}: {} {:#?}", report.reason, report.findings);
        assert!(serde_json::to_value(&report).is_ok_and(|report| report["counts"].is_object()), "{name}");
        assert!(report.findings.is_empty() && report.format == Some("guichet"), "{name}: {:#?}", report.findings);
    }
    let counts = report_bytes(examples["claims.json"].as_bytes(), &Limits::default()).counts;
    let want = [
        ("claim_documents", 1),
        ("claim_items", 2),
        ("claim_messages", 1),
        ("claim_milestones", 7),
        ("claim_payments", 1),
        ("claim_requests", 1),
        ("claims", 1),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), want);
}

#[test]
fn a_csv_says_the_same_as_the_json() {
    let examples = examples();
    let whole = |name: &str, kind: Kind| {
        let bytes = examples[name].as_bytes();
        assert_eq!(detect(bytes), Some(kind));
        let first = records(bytes).into_iter().find_map(|record| match record {
            Record::Policy(mut policy) => {
                policy.place.clear();
                Some(format!("{policy:?}"))
            }
            Record::Claim(mut claim) => {
                claim.place.clear();
                Some(format!("{claim:?}"))
            }
            _ => None,
        });
        first.unwrap()
    };
    assert_eq!(whole("policies.csv", Kind::PlainCsv), whole("policies.json", Kind::Plain));
    assert_eq!(whole("claims.csv", Kind::PlainCsv), whole("claims.json", Kind::Plain));
    let payment = |name: &str| {
        records(examples[name].as_bytes()).into_iter().find_map(|record| match record {
            Record::ClaimPayment(payment) => {
                Some((payment.key, payment.claim_key, payment.amount, payment.payee_masked))
            }
            _ => None,
        })
    };
    assert_eq!(payment("payments.csv"), payment("claims.json"));
    assert_eq!(payment("payments.csv").unwrap().3.as_deref(), Some("•••• 0189"));
}

#[test]
fn an_internal_note_and_a_reserve_never_come_out() {
    const HIDDEN: &str = "topsecret";
    let claim = json!({"guichet": "claims/1", "reserve_total": HIDDEN, "claims": [{
        "number": "1", "reserve": HIDDEN, "note_internal": HIDDEN, "Internal": {"a": [HIDDEN]},
        "milestones": [{"code": "reported", "at": "2026-01-01", "note": "for you", "note_internal": HIDDEN}],
        "items": [{"id": "1", "reserve": HIDDEN, "benefit": "no amount"}],
        "messages": [{"id": "1", "text": "hello", "internal_text": HIDDEN}]
    }, {"no number": 1, "reserves": HIDDEN}]});
    let csv = format!("guichet:claims/1,cause,reserve\n1,water,{HIDDEN}\n,fire,{HIDDEN}\n");
    for bytes in [claim.to_string(), csv] {
        for record in records(bytes.as_bytes()) {
            assert!(!format!("{record:?}").contains(HIDDEN), "{record:?}");
        }
    }
    assert_eq!(report(&claim).quarantined_count, 2);
}

#[test]
fn a_part_that_cannot_be_read_is_kept_aside_and_the_rest_goes_on() {
    let file = json!({"guichet": "claims/1", "insurer": "X", "claims": [
        {"number": "1", "currency": "EUR", "payments": [
            {"id": "1", "amount": "10,00"}, {"id": "2", "amount": "1e2"}, {"id": "3", "amount": "-5"},
            {"id": "4", "amount": "10.001"}, {"id": "5", "amount": true}, {"amount": "1"}, {"id": "7"}, 8
        ]},
        {"number": "2", "payments": [{"id": "1", "amount": "1"}], "milestones": [{"code": "lost", "at": "2026-01-01"}]},
        {"number": "3", "currency": "eur"},
        {"number": "4", "requests": [{"id": "1", "kind": "document", "text": "x", "state": "maybe"}]}
    ]});
    let report = report(&file);
    let places: Vec<&str> = report.quarantined.iter().map(|piece| piece.place.as_str()).collect();
    let of_first = ["0", "2", "3", "4", "5", "6", "7"].map(|index| format!("/claims/0/payments/{index}"));
    let rest = ["/claims/1/milestones/0", "/claims/1/payments/0", "/claims/2", "/claims/3/requests/0"];
    let want: Vec<&str> = of_first.iter().map(String::as_str).chain(rest).collect();
    assert_eq!((places, report.class), (want, Class::Warn));
    assert_eq!((report.counts["claims"], report.counts["claim_payments"]), (3, 1));
}

#[test]
fn what_does_not_add_up_or_is_not_known_is_told() {
    for (file, check) in [
        (
            json!({"number": "1", "currency": "EUR", "premium_net": "1", "tax": "1", "premium_gross": "3"}),
            "ControlTotal",
        ),
        (json!({"number": "1", "start": "2026-02-01", "end": "2026-01-01"}), "InvalidDate"),
        (json!({"number": "1", "start": "2026-02-30"}), "InvalidDate"),
        (json!({"number": "1", "status": "alive"}), "UnknownCode"),
        (json!({"number": "1", "premum_net": "1"}), "SchemaDeviation"),
        (json!({"number": "1", "coverages": [{"code": "A", "object": "9"}]}), "UnresolvedReference"),
    ] {
        let report = report(&json!({"guichet": "policies/1", "policies": [file]}));
        assert_eq!(
            (report.class, report.finding_counts.get(check)),
            (Class::Warn, Some(&1)),
            "{check}: {:#?}",
            report.findings
        );
    }
    for (file, check) in [
        (
            json!({"number": "1", "currency": "EUR", "items": [{"eligible": "10", "deductible": "3", "benefit": "8"}]}),
            "ControlTotal",
        ),
        (
            json!({"number": "1", "currency": "EUR", "items": [{"benefit": "5"}], "payments": [{"id": "1", "amount": "6"}]}),
            "ControlTotal",
        ),
        (json!({"number": "1", "loss_at": "2026-02-01", "reported_at": "2026-01-01"}), "InvalidDate"),
        (json!({"number": "1", "loss_at": "2026-02-01T10:00:00"}), "InvalidDate"),
        (
            json!({"number": "1", "milestones": [{"code": "reported", "at": "2026-01-01"}, {"code": "payment_issued", "at": "2026-01-02"}]}),
            "EventOrder",
        ),
        (
            json!({"number": "1", "milestones": [{"code": "reported", "at": "2026-01-02"}, {"code": "registered", "at": "2026-01-01"}]}),
            "EventOrder",
        ),
    ] {
        let report = report(&json!({"guichet": "claims/1", "claims": [file]}));
        assert!(
            report.class == Class::Warn && report.finding_counts.contains_key(check),
            "{check}: {:#?}",
            report.findings
        );
    }
}

#[test]
fn a_number_twice_is_one_record_or_one_kept_aside() {
    let twice = |second: Value| {
        let report = report(&json!({"guichet": "policies/1", "policies": [{"number": "1", "line": "a"}, second]}));
        (report.counts["policies"], report.quarantined_count, report.class)
    };
    assert_eq!(twice(json!({"number": "1", "line": "a"})), (1, 0, Class::Accept));
    assert_eq!(twice(json!({"number": "1", "line": "a", "product": "x"})), (1, 1, Class::Warn));
    assert_eq!(twice(json!({"number": "1", "line": "b"})), (2, 0, Class::Accept));
}

#[test]
fn a_form_that_is_not_known_is_refused_with_its_name() {
    for text in [
        "{\"guichet\":\"policies/2\"}",
        "{\"guichet\":\"claims/1\"}",
        "guichet:policies/9;a\n1;2\n",
        "guichet:claims/1;a;a\n1;2;3\n",
    ] {
        let report = report_bytes(text.as_bytes(), &Limits::default());
        assert_eq!(
            (report.class, report.refusal),
            (Class::Reject, Some("unknown_format")),
            "{text}: {}",
            report.reason
        );
    }
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(
        number in "[A-Za-z0-9|/ -]{0,8}[A-Za-z0-9]",
        cents in 0_i64..1_000_000_000_000,
        place in "\\PC{0,30}",
        (outcome, milestone) in (0..Outcome::ALL.len(), 0..Milestone::ALL.len()),
        as_number in any::<bool>(),
    ) {
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let quoted = if as_number { amount.clone() } else { format!("\"{amount}\"") };
        let text = format!(
            "{{\"guichet\":\"claims/1\",\"claims\":[{{\"number\":{},\"currency\":\"EUR\",\"loss_place\":{},\"claimed\":{quoted},\"outcome\":\"{}\",\
             \"milestones\":[{{\"code\":\"{}\",\"at\":\"2026-01-01\"}}]}}]}}",
            json!(number), json!(place), Outcome::ALL[outcome].as_str(), Milestone::ALL[milestone].as_str(),
        );
        let records = records(text.as_bytes());
        let claim = records.iter().find_map(|record| if let Record::Claim(claim) = record { Some(claim) } else { None });
        let step = records.iter().find_map(|record| if let Record::ClaimMilestone(step) = record { Some(step) } else { None });
        let (claim, step) = (claim.unwrap(), step.unwrap());
        prop_assert_eq!(&claim.claim_no, number.trim());
        prop_assert_eq!(claim.claimed.unwrap().value, amount.parse().unwrap());
        prop_assert_eq!(claim.outcome, Some(Outcome::ALL[outcome]));
        prop_assert_eq!(step.code, Some(Milestone::ALL[milestone]));
        let place = place.trim();
        prop_assert_eq!(claim.loss_place.as_deref(), (!place.is_empty()).then_some(place));
    }
}

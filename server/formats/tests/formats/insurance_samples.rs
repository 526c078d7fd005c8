//! Real files of insurers, their suppliers and other projects' tests, with what is known to be true about them.

use crate::corpus::{Corpus, Faults, class_fault};
use guichet_formats::{Class, Limits, insurance::report_bytes};
use serde_json::Value;

const STANDARDS: [&str; 3] = ["fhir-claims", "gdv", "parcel-claims"];

/// Every value of the truth that the report does not have; numbers are compared as numbers.
fn differences(ours: &Value, truth: &Value, path: &str, found: &mut Vec<String>) {
    match (ours, truth) {
        (_, Value::Object(members)) if !ours.is_null() => {
            members.iter().for_each(|(name, truth)| differences(&ours[name], truth, &format!("{path}/{name}"), found));
        }
        (Value::Array(list), Value::Array(truths)) if list.len() == truths.len() => {
            let pairs = list.iter().zip(truths).enumerate();
            pairs.for_each(|(index, (ours, truth))| differences(ours, truth, &format!("{path}/{index}"), found));
        }
        (Value::Number(ours), Value::Number(truth)) if ours.as_f64() == truth.as_f64() => {}
        _ if ours == truth => {}
        _ => found.push(format!("{path}: {ours} instead of {truth}")),
    }
}

fn score(sample: &Value, bytes: &[u8]) -> Faults {
    let report = report_bytes(bytes, &Limits::default());
    let told = format!("{} {:#?}", report.reason, report.findings);
    let mut class = class_fault(sample, report.class, report.quarantined_count, &told);
    if sample["expect"] == "no_crash" && (report.class != Class::Reject || report.reason.is_empty()) {
        class.push(format!("not refused: {told}"));
    }
    let mut values = Vec::new();
    differences(&serde_json::to_value(&report).unwrap(), &sample["truth"], "", &mut values);
    Faults { class, values }
}

#[test]
fn every_real_file_is_classed_rightly_and_every_figure_of_it_is_right() {
    let corpus = Corpus::own("manifest-insurance.json", 40);
    STANDARDS.iter().for_each(|standard| corpus.of(&[standard]).score(standard, score));
}

#[test]
fn so_is_every_file_of_the_shared_corpus_where_it_is_at_hand() {
    let Some(corpus) = Corpus::shared() else { return };
    STANDARDS.iter().for_each(|standard| corpus.of(&[standard]).score(standard, score));
}

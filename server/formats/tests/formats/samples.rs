//! Real files of banks and of other projects' tests, with what is known to be true about them. Figures of a file that may be
//! refused (`either`) must be right when it is not.

use crate::corpus::{Corpus, Faults, class_fault};
use guichet_formats::{Class, Limits, report_bytes};
use serde_json::Value;

/// What is compared of the file and of each statement; the names are those of the manifest.
const FILE: [&str; 6] = ["message_type", "message_id", "statement_count", "entry_count", "accounts", "currencies"];
const NOT_COMPARED: [&str; 4] = ["invalid_balance_dates", "blank_entry_date", "invalid_value_dates", "unparsed_61"];

/// The difference between the report and the truth; empty when there is none.
fn differences(report: &Value, truth: &Value, signs: bool) -> Vec<String> {
    let mut found = Vec::new();
    for key in FILE {
        let truth = &truth[key];
        if !truth.is_null() && &report[key] != truth {
            found.push(format!("{key}: {} instead of {truth}", report[key]));
        }
    }
    let none = Vec::new();
    let (ours, theirs) =
        (report["statements"].as_array().unwrap_or(&none), truth["statements"].as_array().unwrap_or(&none));
    for (index, truth) in theirs.iter().enumerate() {
        let Some(ours) = ours.get(index) else { continue };
        for (key, truth) in truth.as_object().unwrap() {
            let signed = ["sum", "count", "closing", "opening", "balance_diff"].iter().any(|part| key.contains(part));
            if NOT_COMPARED.contains(&key.as_str()) || (!signs && signed) {
                continue;
            }
            let own = &ours[key];
            // Dates of a period are compared as dates; the manifest has the text of the file.
            let same = match (own, truth) {
                (Value::String(own), Value::String(truth)) if key.ends_with("_date") => truth.starts_with(own.as_str()),
                _ => own == truth,
            };
            if !same {
                found.push(format!("statement {index} {key}: {own} instead of {truth}"));
            }
        }
    }
    found
}

fn score(sample: &Value, bytes: &[u8]) -> Faults {
    let report = report_bytes(bytes, &Limits::default());
    let told = format!("{} {:?}", report.reason, report.finding_counts);
    let class = class_fault(sample, report.class, report.quarantined_count, &told);
    if report.class == Class::Reject || sample["expect"] == "reject" || sample["expect"] == "no_crash" {
        return Faults { class, ..Faults::default() };
    }
    let value = serde_json::to_value(&report).unwrap();
    let signs = !sample["adjudication"].as_str().unwrap_or_default().contains("Sign not scored");
    let mut values = differences(&value, &sample["truth"], signs);
    let other = &sample["alternative_truth"];
    if !other.is_null() && differences(&value, other, signs).is_empty() {
        values.clear();
    }
    Faults { class, values }
}

#[test]
fn every_real_file_is_classed_rightly_and_every_figure_of_it_is_right() {
    Corpus::own("manifest.json", 200).score("banks", score);
}

#[test]
fn so_is_every_file_of_the_shared_corpus_where_it_is_at_hand() {
    let Some(corpus) = Corpus::shared() else { return };
    corpus.of(&["camt", "mt94x"]).score("banks", score);
}

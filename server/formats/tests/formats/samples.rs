//! Real files of banks and of other projects' tests, with what is known to be true about them.
//!
//! `accept` must be accepted, `warn` imported with a warning; in both cases every figure must be right. `reject` must not be
//! imported silently. Figures of a file that may be refused (`either`) must be right when it is not.

use guichet_formats::{Class, Limits, report_bytes};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is compared of the file and of each statement; the names are those of the manifest.
const FILE: [&str; 6] = ["message_type", "message_id", "statement_count", "entry_count", "accounts", "currencies"];
const NOT_COMPARED: [&str; 4] = ["invalid_balance_dates", "blank_entry_date", "invalid_value_dates", "unparsed_61"];

fn own_samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

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

/// Scores one file: the faults of its class and of its values.
fn score(folder: &Path, sample: &Value, prefix: &str) -> (Vec<String>, Vec<String>) {
    let path = sample["path"].as_str().unwrap();
    let bytes = std::fs::read(folder.join(path.strip_prefix(prefix).unwrap_or(path))).unwrap();
    let report = report_bytes(&bytes, &Limits::default());
    let (class, expect) = (report.class, sample["expect"].as_str().unwrap());
    let class_fits = match expect {
        "accept" => class == Class::Accept,
        "warn" => class == Class::Warn || (class == Class::Reject && sample["strict_reject_ok"] == true),
        "reject" => class == Class::Reject || (sample["partial_ok"] == true && report.quarantined_count > 0),
        _ => true,
    };
    let mut class_faults = Vec::new();
    if !class_fits {
        class_faults.push(format!(
            "{path}: {} instead of {expect}: {} {:?}",
            class.as_str(),
            report.reason,
            report.finding_counts
        ));
    }
    if class == Class::Reject || matches!(expect, "reject" | "no_crash") {
        return (class_faults, Vec::new());
    }
    let value = serde_json::to_value(&report).unwrap();
    let signs = !sample["adjudication"].as_str().unwrap_or_default().contains("Sign not scored");
    let mut faults = differences(&value, &sample["truth"], signs);
    if !faults.is_empty()
        && !sample["alternative_truth"].is_null()
        && differences(&value, &sample["alternative_truth"], signs).is_empty()
    {
        faults.clear();
    }
    (class_faults, faults.into_iter().take(4).map(|fault| format!("{path}: {fault}")).collect())
}

/// Scores all files of a manifest and prints what is wrong.
fn score_all(folder: &Path, samples: &[Value], prefix: &str) -> usize {
    let (mut class_misses, mut value_misses) = (0, 0);
    for sample in samples {
        let (class, values) = score(folder, sample, prefix);
        class_misses += usize::from(!class.is_empty());
        value_misses += usize::from(!values.is_empty());
        class.iter().chain(&values).for_each(|fault| eprintln!("{fault}"));
    }
    let count = samples.len();
    eprintln!("class {} of {count}, values {} of {count}", count - class_misses, count - value_misses);
    class_misses + value_misses
}

#[test]
fn every_real_file_is_classed_rightly_and_every_figure_of_it_is_right() {
    let manifest = std::fs::read_to_string(own_samples().join("manifest.json")).unwrap();
    let samples: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    assert!(samples.len() > 200, "the samples are there");
    assert_eq!(score_all(&own_samples(), &samples, ""), 0);
}

#[test]
fn so_is_every_file_of_the_shared_corpus_where_it_is_at_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest-samples.json")) else { return };
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let ours = |sample: &&Value| matches!(sample["standard"].as_str(), Some("camt" | "mt94x"));
    let samples: Vec<Value> = manifest["files"].as_array().unwrap().iter().filter(ours).cloned().collect();
    assert_eq!(score_all(&folder, &samples, "samples/"), 0);
}

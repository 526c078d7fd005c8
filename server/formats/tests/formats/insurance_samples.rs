//! Real files of insurers, their suppliers and other projects' tests, with what is known to be true about them.

use guichet_formats::{Class, Limits, insurance::report_bytes};
use serde_json::Value;
use std::path::{Path, PathBuf};

const STANDARDS: [&str; 3] = ["fhir-claims", "gdv", "parcel-claims"];

fn own_samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

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

/// Scores one file: the fault of its class, and those of its values.
fn score(folder: &Path, sample: &Value, prefix: &str) -> (Vec<String>, Vec<String>) {
    let path = sample["path"].as_str().unwrap();
    let bytes = std::fs::read(folder.join(path.strip_prefix(prefix).unwrap_or(path))).unwrap();
    let report = report_bytes(&bytes, &Limits::default());
    let (class, expect) = (report.class, sample["expect"].as_str().unwrap());
    let fits = match expect {
        "accept" => class == Class::Accept,
        "warn" => class == Class::Warn || (class == Class::Reject && sample["strict_reject_ok"] == true),
        "no_crash" => class == Class::Reject && !report.reason.is_empty(),
        _ => true,
    };
    let mut faults = Vec::new();
    if !fits {
        faults.push(format!(
            "{path}: {} instead of {expect}: {} {:#?}",
            class.as_str(),
            report.reason,
            report.findings
        ));
    }
    let mut values = Vec::new();
    differences(&serde_json::to_value(&report).unwrap(), &sample["truth"], "", &mut values);
    (faults, values.into_iter().map(|fault| format!("{path}: {fault}")).collect())
}

fn score_all(folder: &Path, samples: &[Value], prefix: &str) -> usize {
    let mut misses = 0;
    for standard in STANDARDS {
        let of_it: Vec<&Value> = samples.iter().filter(|sample| sample["standard"] == standard).collect();
        let (mut class_misses, mut value_misses) = (0, 0);
        for sample in &of_it {
            let (class, values) = score(folder, sample, prefix);
            class_misses += usize::from(!class.is_empty());
            value_misses += usize::from(!values.is_empty());
            class.iter().chain(values.iter().take(5)).for_each(|fault| eprintln!("{fault}"));
        }
        let count = of_it.len();
        eprintln!("{standard}: class {} of {count}, values {} of {count}", count - class_misses, count - value_misses);
        misses += class_misses + value_misses;
    }
    misses
}

#[test]
fn every_real_file_is_classed_rightly_and_every_figure_of_it_is_right() {
    let manifest = std::fs::read_to_string(own_samples().join("manifest-insurance.json")).unwrap();
    let samples: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    assert!(samples.len() > 40, "the samples are there");
    assert_eq!(score_all(&own_samples(), &samples, ""), 0);
}

#[test]
fn so_is_every_file_of_the_shared_corpus_where_it_is_at_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest-samples.json")) else { return };
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let ours = |sample: &&Value| STANDARDS.iter().any(|standard| sample["standard"] == *standard);
    let samples: Vec<Value> = manifest["files"].as_array().unwrap().iter().filter(ours).cloned().collect();
    assert_eq!(score_all(&folder, &samples, "samples/"), 0);
}

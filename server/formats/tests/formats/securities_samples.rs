//! Real files of securities, prices, rates and identifiers, with what is known to be true about them; as `samples.rs` does it
//! for banks.

use guichet_formats::{
    Class, Limits,
    securities::{Report, report_bytes},
};
use guichet_types::{Iban, Isin};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn own_samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

/// Where the report differs from what is known; only what is known is compared.
fn differences(own: &Value, truth: &Value, place: &str, found: &mut Vec<String>) {
    match truth {
        Value::Object(pairs) => pairs.iter().for_each(|(key, truth)| {
            differences(&own[key], truth, &format!("{place}/{key}"), found);
        }),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let length = own.as_array().map_or(0, Vec::len);
            if length != items.len() {
                found.push(format!("{place}: {length} instead of {}", items.len()));
            }
            items
                .iter()
                .enumerate()
                .for_each(|(at, truth)| differences(&own[at], truth, &format!("{place}/{at}"), found));
        }
        _ if own == truth => {}
        _ => found.push(format!("{place}: {own} instead of {truth}")),
    }
}

fn fits(report: &Report, sample: &Value) -> bool {
    match sample["expect"].as_str().unwrap() {
        "accept" => report.class == Class::Accept,
        "warn" => report.class == Class::Warn || (report.class == Class::Reject && sample["strict_reject_ok"] == true),
        "reject" => report.class == Class::Reject || (sample["partial_ok"] == true && report.quarantined_count > 0),
        _ => true,
    }
}

/// Scores all files, says what is wrong, and gives the number of wrong ones.
fn score(folder: &Path, samples: &[Value], prefix: &str) -> usize {
    let (mut classes, mut values) = (0, 0);
    for sample in samples {
        let path = sample["path"].as_str().unwrap();
        let bytes = std::fs::read(folder.join(path.strip_prefix(prefix).unwrap_or(path))).unwrap();
        let report = report_bytes(&bytes, &Limits::default());
        if !fits(&report, sample) {
            classes += 1;
            eprintln!(
                "{path}: {:?} instead of {}: {} {:?}",
                report.class, sample["expect"], report.reason, report.findings
            );
        }
        let mut found = Vec::new();
        differences(&serde_json::to_value(&report).unwrap(), &sample["truth"], "", &mut found);
        values += usize::from(!found.is_empty());
        found.iter().for_each(|fault| eprintln!("{path}: {fault}"));
    }
    let count = samples.len();
    eprintln!("class {} of {count}, values {} of {count}", count - classes, count - values);
    classes + values
}

#[test]
fn every_real_file_is_classed_rightly_and_every_figure_of_it_is_right() {
    let manifest = std::fs::read_to_string(own_samples().join("manifest-securities.json")).unwrap();
    let samples: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    assert!(samples.len() > 20, "the samples are there");
    assert_eq!(score(&own_samples(), &samples, ""), 0);
}

#[test]
fn so_is_every_file_of_the_shared_corpus_where_it_is_at_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest-samples.json")) else { return };
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    for standard in ["ofx", "quotes", "fx-rates"] {
        eprintln!("{standard}:");
        let files = manifest["files"].as_array().unwrap().iter();
        let samples: Vec<Value> = files.filter(|sample| sample["standard"] == standard).cloned().collect();
        assert_eq!(score(&folder, &samples, "samples/"), 0, "{standard}");
    }
    let mut checked = 0;
    for sample in manifest["files"].as_array().unwrap().iter().filter(|sample| sample["standard"] == "identifiers") {
        for case in sample["truth"]["cases"].as_array().into_iter().flatten() {
            checked += check_identifier(sample["truth"]["kind"].as_str().unwrap_or_default(), case);
        }
    }
    eprintln!("identifiers: {checked} right");
    assert!(checked > 100);
}

/// Checks one labelled identifier; one that is contested says nothing.
fn check_identifier(kind: &str, case: &Value) -> usize {
    let text = case["value"].as_str().unwrap();
    let valid = match kind {
        "iban" => text.parse::<Iban>().is_ok(),
        "isin" => text.parse::<Isin>().is_ok(),
        "lei" => guichet_types::check_lei(text).is_ok(),
        "cusip" => guichet_types::check_cusip(text).is_ok(),
        "sedol" => guichet_types::check_sedol(text).is_ok(),
        "figi" => guichet_types::check_figi(text).is_ok(),
        _ => return 0,
    };
    if case["contested"] == true {
        return 0;
    }
    assert_eq!(valid, case["expect"] == "valid", "{kind} {text}");
    1
}

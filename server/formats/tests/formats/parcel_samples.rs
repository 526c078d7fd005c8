//! Real documents about parcels, of other projects' tests, with what is known to be true about them.
//!
//! As in `samples.rs`: `accept` must be accepted, `warn` imported with a warning or refused where that is right too; in both
//! cases every figure must be right. `reject` and `no_crash` must not be imported silently.

use guichet_formats::{Class, Limits, parcel::report_bytes};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn own_samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

/// The faults of a document's class and of its values.
fn score(folder: &Path, sample: &Value, prefix: &str) -> (Vec<String>, Vec<String>) {
    let path = sample["path"].as_str().unwrap();
    let bytes = std::fs::read(folder.join(path.strip_prefix(prefix).unwrap_or(path))).unwrap();
    let report = report_bytes(&bytes, &Limits::default());
    let (class, expect) = (report.class, sample["expect"].as_str().unwrap());
    let class_fits = match expect {
        "accept" => class == Class::Accept,
        "warn" => class == Class::Warn || (class == Class::Reject && sample["strict_reject_ok"] == true),
        "reject" => class == Class::Reject || (sample["partial_ok"] == true && report.quarantined_count > 0),
        "no_crash" => class == Class::Reject,
        _ => true,
    };
    let told = format!("{path}: {} instead of {expect}: {} {:?}", class.as_str(), report.reason, report.finding_counts);
    let class_faults = if class_fits { Vec::new() } else { vec![told] };
    if class == Class::Reject {
        return (class_faults, Vec::new());
    }
    let value = serde_json::to_value(&report).unwrap();
    let mut faults = Vec::new();
    for (key, truth) in sample["truth"].as_object().unwrap() {
        // Where the truth was found by the file's name, the name stands for the provider.
        let by_name = key == "provider" && truth.as_str().is_some_and(|name| name.ends_with(".json"));
        if !by_name && &value[key] != truth {
            faults.push(format!("{path}: {key}: {} instead of {truth}", value[key]));
        }
    }
    (class_faults, faults)
}

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
fn every_real_document_about_parcels_is_classed_rightly_and_every_figure_of_it_is_right() {
    let manifest = std::fs::read_to_string(own_samples().join("manifest-parcel.json")).unwrap();
    let samples: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    assert!(samples.len() > 90, "the samples are there");
    assert_eq!(score_all(&own_samples(), &samples, ""), 0);
}

#[test]
fn so_is_every_one_of_the_shared_corpus_where_it_is_at_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest-samples.json")) else { return };
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    for standard in ["epcis", "carrier-tracking"] {
        let ours = |sample: &&Value| sample["standard"] == standard;
        let samples: Vec<Value> = manifest["files"].as_array().unwrap().iter().filter(ours).cloned().collect();
        eprintln!("{standard}");
        assert_eq!(score_all(&folder, &samples, "samples/"), 0);
    }
}

#[test]
fn no_document_of_another_family_is_taken_for_one_about_parcels() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest-samples.json")) else { return };
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    for sample in manifest["files"].as_array().unwrap() {
        let standard = sample["standard"].as_str().unwrap();
        if matches!(standard, "epcis" | "carrier-tracking") {
            continue;
        }
        let path = sample["path"].as_str().unwrap().strip_prefix("samples/").unwrap();
        let bytes = std::fs::read(folder.join(path)).unwrap();
        assert_eq!(guichet_formats::parcel::detect(&bytes), None, "{path}");
    }
}

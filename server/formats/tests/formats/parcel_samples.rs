//! Real documents about parcels, of other projects' tests, with what is known to be true about them.

use crate::corpus::{Corpus, Faults, class_fault};
use guichet_formats::{Class, Limits, parcel};
use serde_json::Value;

fn score(sample: &Value, bytes: &[u8]) -> Faults {
    let report = parcel::report_bytes(bytes, &Limits::default());
    let told = format!("{} {:?}", report.reason, report.finding_counts);
    let mut class = class_fault(sample, report.class, report.quarantined_count, &told);
    if sample["expect"] == "no_crash" && report.class != Class::Reject {
        class.push(format!("not refused: {told}"));
    }
    if report.class == Class::Reject {
        return Faults { class, ..Faults::default() };
    }
    let value = serde_json::to_value(&report).unwrap();
    let mut values = Vec::new();
    for (key, truth) in sample["truth"].as_object().unwrap() {
        // Where the truth was found by the file's name, the name stands for the provider.
        let by_name = key == "provider" && truth.as_str().is_some_and(|name| name.ends_with(".json"));
        if !by_name && &value[key] != truth {
            values.push(format!("{key}: {} instead of {truth}", value[key]));
        }
    }
    Faults { class, values }
}

#[test]
fn every_real_document_about_parcels_is_classed_rightly_and_every_figure_of_it_is_right() {
    Corpus::own("manifest-parcel.json", 90).score("parcels", score);
}

#[test]
fn so_is_every_one_of_the_shared_corpus_where_it_is_at_hand() {
    let Some(corpus) = Corpus::shared() else { return };
    for standard in ["epcis", "carrier-tracking"] {
        corpus.of(&[standard]).score(standard, score);
    }
}

#[test]
fn no_document_of_another_family_is_taken_for_one_about_parcels() {
    let Some(corpus) = Corpus::shared() else { return };
    for (sample, bytes) in corpus.files() {
        if !matches!(sample["standard"].as_str().unwrap(), "epcis" | "carrier-tracking") {
            assert_eq!(parcel::detect(&bytes), None, "{}", sample["path"]);
        }
    }
}

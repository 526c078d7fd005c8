//! Real files of securities, prices, rates and identifiers, with what is known to be true about them.

use crate::corpus::{Corpus, Faults, class_fault};
use guichet_formats::{Limits, securities::report_bytes};
use guichet_types::{Iban, Isin};
use serde_json::Value;

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

fn score(sample: &Value, bytes: &[u8]) -> Faults {
    let report = report_bytes(bytes, &Limits::default());
    let told = format!("{} {:?}", report.reason, report.findings);
    let class = class_fault(sample, report.class, report.quarantined_count, &told);
    let mut values = Vec::new();
    differences(&serde_json::to_value(&report).unwrap(), &sample["truth"], "", &mut values);
    Faults { class, values }
}

#[test]
fn every_real_file_is_classed_rightly_and_every_figure_of_it_is_right() {
    Corpus::own("manifest-securities.json", 20).score("securities", score);
}

#[test]
fn so_is_every_file_of_the_shared_corpus_where_it_is_at_hand() {
    let Some(corpus) = Corpus::shared() else { return };
    for standard in ["ofx", "quotes", "fx-rates"] {
        corpus.of(&[standard]).score(standard, score);
    }
    let mut checked = 0;
    for (sample, _) in corpus.of(&["identifiers"]).files() {
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

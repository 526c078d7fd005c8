//! Broken and changed files: told, kept aside or refused, and never a panic.

use super::insurance_anything::insurance_anything;
use guichet_formats::{
    Class, Limits,
    insurance::{Kind, detect, report_bytes},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

const KINDS: [Kind; 5] = [Kind::Fhir, Kind::Gdv, Kind::Parcel, Kind::Plain, Kind::PlainCsv];

/// The samples of this repository, with what they are.
fn samples() -> Vec<(String, Kind, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let manifest = std::fs::read_to_string(folder.join("manifest-insurance.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    let of = |sample: &Value| {
        let path = sample["path"].as_str().unwrap().to_owned();
        let bytes = std::fs::read(folder.join(&path)).unwrap();
        (path, detect(&bytes).unwrap(), bytes)
    };
    manifest.iter().map(of).collect()
}

fn class(value: &Value) -> Class {
    report_bytes(value.to_string().as_bytes(), &Limits::default()).class
}

#[test]
fn a_json_that_ends_too_early_is_refused_and_a_gdv_file_told() {
    for (path, kind, bytes) in samples() {
        let step = (bytes.len() / 60).max(1);
        let whole = bytes.trim_ascii_end().len();
        for end in (0..whole).step_by(step) {
            let report = insurance_anything(&bytes[..end], kind);
            let want = if kind == Kind::Gdv && end > 0 { Class::Warn } else { Class::Reject };
            let told = report.class == want || (kind == Kind::Gdv && report.class == Class::Reject);
            assert!(told, "{path} cut after {end} of {whole} bytes: {:?} {}", report.class, report.reason);
        }
    }
}

#[test]
fn depth_size_and_encodings_do_no_harm() {
    for open in ["[", "{\"a\":", "{\"resourceType\":\"Claim\",\"item\":["] {
        let deep = open.repeat(100_000);
        for kind in KINDS {
            assert_eq!(insurance_anything(deep.as_bytes(), kind).class, Class::Reject, "{kind:?}");
        }
    }
    let huge = "9".repeat(5_000);
    let claim =
        format!("{{\"resourceType\":\"Claim\",\"id\":\"1\",\"total\":{{\"value\":{huge},\"currency\":\"EUR\"}}}}");
    let report = report_bytes(claim.as_bytes(), &Limits::default());
    assert!(report.quarantined_count == 1 && report.counts.is_empty(), "{report:#?}");
    let wide: Vec<u8> = "\u{feff}{\"guichet\":\"policies/1\",\"policies\":[{\"number\":\"Zürich\"}]}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(report_bytes(&wide, &Limits::default()).class, Class::Accept);
    let latin = b"{\"guichet\":\"policies/1\",\"policies\":[{\"number\":\"Z\xfcrich\"}]}";
    assert_eq!(report_bytes(latin, &Limits::default()).class, Class::Warn);
    for kind in KINDS {
        for bytes in [&b""[..], b" ", b"\0", b"\xff\xfe", b"null", b"[]", b"{}", b"0001", b"\n\n", b"guichet:", b"9999"]
        {
            insurance_anything(bytes, kind);
        }
    }
}

/// A claim as R4 wants it.
fn claim() -> Value {
    json!({
        "resourceType": "Claim", "id": "1", "status": "active", "use": "claim", "created": "2026-01-02",
        "type": {"coding": [{"code": "oral"}]}, "patient": {"reference": "Patient/1"}, "provider": {"reference": "Organization/1"},
        "priority": {"coding": [{"code": "normal"}]}, "identifier": [{"system": "urn:x", "value": "C1"}],
        "insurance": [{"sequence": 1, "focal": true, "coverage": {"reference": "Coverage/1"}}],
        "item": [
            {"sequence": 1, "productOrService": {"coding": [{"code": "a"}]}, "unitPrice": {"value": 10.10, "currency": "EUR"},
             "quantity": {"value": 2}, "net": {"value": 20.20, "currency": "EUR"}},
            {"sequence": 2, "productOrService": {"coding": [{"code": "b"}]}, "net": {"value": 0.1, "currency": "EUR"}}
        ],
        "total": {"value": 20.30, "currency": "EUR"}
    })
}

#[test]
fn every_rule_of_a_fhir_claim_bites() {
    assert_eq!(class(&claim()), Class::Accept);
    for name in ["status", "use", "created", "type", "patient", "provider", "priority", "insurance"] {
        let mut changed = claim();
        changed.as_object_mut().unwrap().remove(name);
        assert_eq!(class(&changed), Class::Warn, "without {name}");
    }
    for (pointer, value) in [
        ("/total/value", json!(20.31)),
        ("/total/value", json!("20.30")),
        ("/total/currency", json!("USD")),
        ("/item/0/net/value", json!(20.21)),
        ("/item/0/quantity/value", json!(3)),
        ("/item/0/sequence", json!(0)),
        ("/item/0/productOrService", json!(null)),
        ("/insurance/0/focal", json!("yes")),
        ("/insurance/0/coverage", json!({})),
        ("/status", json!("done")),
        ("/status", json!(" active")),
        ("/use", json!("")),
        ("/created", json!("2026-02-30")),
        ("/created", json!("2026-01-02T10:00:00")),
        ("/created", json!("02.01.2026")),
        ("/id", json!("a_b")),
        ("/patient/reference", json!("#nobody")),
        ("/patient/reference", json!("Patient / 1")),
        ("/item/1/sequence", json!(1)),
        ("/identifier", json!({"value": "C1"})),
        ("/patient", json!([{"reference": "Patient/1"}])),
    ] {
        let mut changed = claim();
        *changed.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(class(&changed), Class::Warn, "{pointer} as {value}");
    }
    for (pointer, value) in [
        ("/total/value", json!("x")),
        ("/total/value", json!(true)),
        ("/total/currency", json!("euro")),
        ("/item/1/net/value", json!("0,1")),
        ("/item/1/net/currency", json!(978)),
    ] {
        let mut changed = claim();
        *changed.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(class(&changed), Class::Reject, "{pointer} as {value}: the only resource is kept aside");
    }
    let mut changed = claim();
    changed["statuss"] = json!("active");
    assert_eq!(class(&changed), Class::Warn, "a name that is none");
}

#[test]
fn a_bundle_is_held_to_its_total_and_its_references() {
    let bundle = |total: Value, reference: &str| {
        let mut inner = claim();
        inner["patient"]["reference"] = json!(reference);
        let patient = json!({"resourceType": "Patient", "id": "1"});
        json!({"resourceType": "Bundle", "type": "searchset", "total": total, "entry": [
            {"fullUrl": "urn:uuid:7", "resource": inner}, {"resource": patient, "search": {"mode": "include"}}]})
    };
    assert_eq!(class(&bundle(json!(1), "Patient/1")), Class::Accept);
    assert_eq!(class(&bundle(json!(1), "Patient/2")), Class::Accept, "left out by the search");
    assert_eq!(class(&bundle(json!(1), "urn:uuid:8")), Class::Warn);
    for total in [json!(0), json!(2), json!("1"), json!(1.5)] {
        assert_eq!(class(&bundle(total.clone(), "Patient/1")), Class::Warn, "{total}");
    }
    let mut page = bundle(json!(9), "Patient/1");
    page["link"] = json!([{"relation": "next", "url": "http://x"}]);
    assert_eq!(class(&page), Class::Accept);
    let mut twice = bundle(json!(2), "Patient/1");
    let again = twice["entry"][0].clone();
    twice["entry"].as_array_mut().unwrap().push(again);
    assert_eq!(class(&twice), Class::Warn);
    let mut broken = bundle(json!(2), "Patient/1");
    broken["entry"].as_array_mut().unwrap().push(json!({"resource": {"id": "1"}}));
    let report = report_bytes(broken.to_string().as_bytes(), &Limits::default());
    assert_eq!((report.quarantined[0].place.as_str(), report.counts["claims"]), ("/entry/2/resource", 1));
}

#[test]
fn bulk_data_is_read_line_by_line() {
    let line = claim().to_string();
    let text = format!("{line}\n\n{}\r\n{{\"resourceType\":\"Patient\"}}\n", line.replace("C1", "C2"));
    let report = report_bytes(text.as_bytes(), &Limits::default());
    assert_eq!((report.class, report.counts["claims"]), (Class::Accept, 2), "{}", report.reason);
    let report = report_bytes(format!("{line}\n{}\n", &line[..line.len() - 9]).as_bytes(), &Limits::default());
    assert_eq!((report.class, report.quarantined[0].place.as_str()), (Class::Warn, "line 2"));
}

/// The large sample of GDV, line by line.
fn gdv() -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/gdv/gdv-xport/musterdatei_041222.txt");
    std::fs::read(path)
        .unwrap()
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn every_rule_of_a_gdv_file_bites() {
    let report = |lines: &[Vec<u8>], end: &[u8]| report_bytes(&lines.join(end), &Limits::default());
    let lines = gdv();
    let figures = |end: &[u8]| serde_json::to_value(report(&lines, end)).unwrap()["contracts_from_0200"].clone();
    for end in [&b"\r\n"[..], b"\r", b""] {
        assert_eq!((report(&lines, end).class, figures(end)), (Class::Accept, figures(b"\n")), "{end:?}");
    }
    let contract = lines.iter().position(|line| line.starts_with(b"0200")).unwrap();
    let changed = |column: usize, with: &[u8]| {
        let mut lines = lines.clone();
        lines[contract][column - 1..column - 1 + with.len()].copy_from_slice(with);
        report(&lines, b"\n")
    };
    // A digit of the premium: the total of the trailer tells.
    assert_eq!(changed(127, b"2").class, Class::Warn);
    for (column, with, quarantined) in [
        (116, &b"00000004114X"[..], 1),
        (113, b"EU1", 1),
        (14, b"                 ", 1),
        (44, b"31022004", 0),
        (44, b"0105200X", 0),
        (52, b"01051999", 0),
        (68, b"X", 0),
        (1, b"02X0", 1),
    ] {
        let report = changed(column, with);
        assert_eq!(
            (report.class, report.quarantined_count),
            (Class::Warn, quarantined),
            "column {column}: {}",
            report.reason
        );
    }
    let mut without = lines.clone();
    without.remove(contract);
    let mut twice = lines.clone();
    twice.insert(contract, lines[contract].clone());
    let mut shorter = lines.clone();
    shorter[contract].remove(20);
    let mut longer = lines.clone();
    longer[contract].insert(20, b'1');
    for (name, lines) in [("without", &without), ("twice", &twice), ("shorter", &shorter), ("longer", &longer)] {
        assert_eq!(report(lines, b"\n").class, Class::Warn, "{name}");
    }
    for shifted in [shorter, longer] {
        let value = serde_json::to_value(report(&shifted, b"\n")).unwrap();
        assert_eq!(
            value["contracts_from_0200"].as_array().unwrap().len(),
            13,
            "a record that is out of step is not taken"
        );
    }
}

#[test]
fn a_history_out_of_order_is_told_and_one_turned_round_is_not() {
    let step = |status: &str, at: &str| json!({"status": status, "timestamp": format!("2026-01-0{at}T00:00:00Z")});
    let of = |history: Value| json!({"object": "Claim", "id": "clm_1", "status": "approved", "requested_amount": "10.00", "approved_amount": "10.00", "history": history});
    let (one, two, three) = (step("submitted", "1"), step("in_review", "2"), step("approved", "3"));
    assert_eq!(class(&of(json!([one, two, three]))), Class::Accept);
    assert_eq!(class(&of(json!([three, two, one]))), Class::Accept);
    assert_eq!(class(&of(json!([two, one, three]))), Class::Warn);
    assert_eq!(class(&of(json!([step("submitted", "x")]))), Class::Warn);
    for (name, value, want) in [
        ("requested_amount", json!("ten"), Class::Reject),
        ("requested_amount", json!("-1"), Class::Reject),
        ("approved_amount", json!("10.01"), Class::Warn),
        ("id", json!(null), Class::Reject),
        ("status", json!(null), Class::Reject),
    ] {
        let mut changed = of(json!([one, three]));
        changed[name] = value.clone();
        assert_eq!(class(&changed), want, "{name} as {value}");
    }
    let list = json!({"claims": [of(json!([one, three])), {"object": "Claim"}], "has_more": true});
    let report = report_bytes(list.to_string().as_bytes(), &Limits::default());
    assert_eq!((report.class, report.quarantined[0].place.as_str()), (Class::Warn, "/claims/1"));
    let twice = json!({"claims": [of(json!([one, three])), of(json!([one, three]))], "has_more": false});
    assert_eq!(class(&twice), Class::Warn);
    let error = json!({"error": {"code": "NOT_FOUND", "message": "no such claim"}, "object": "Claim"});
    assert_eq!(class(&error), Class::Reject);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), kind in 0..KINDS.len()) {
        insurance_anything(&bytes, KINDS[kind]);
    }

    #[test]
    fn no_change_to_a_real_file_makes_it_panic(pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in 0_usize..3) {
        let all = samples();
        let (_, kind, mut bytes) = all[pick.index(all.len())].clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.drain(at..(at + cut).min(bytes.len()));
        insurance_anything(&bytes, kind);
    }
}

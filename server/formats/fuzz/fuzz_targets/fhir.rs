//! FHIR: what chance makes of a file.
#![no_main]

#[path = "../../tests/formats/insurance_anything.rs"]
mod insurance_anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Half of the inputs are put behind a true beginning.
    let begin = if bytes.first().is_some_and(|first| first % 2 == 0) { &b"{\"resourceType\":\"Claim\",\"id\":\"1\",\"item\":["[..] } else { b"" };
    insurance_anything::insurance_anything(&[begin, bytes].concat(), guichet_formats::insurance::Kind::Fhir);
});

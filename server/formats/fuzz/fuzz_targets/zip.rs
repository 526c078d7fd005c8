//! ZIP: what chance makes of an archive.
#![no_main]

#[path = "../../tests/formats/anything.rs"]
mod anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    anything::anything(&[&b"PK\x03\x04"[..], bytes].concat());
});

//! MT940 and MT942: what chance makes of a statement.
#![no_main]

#[path = "../../tests/formats/anything.rs"]
mod anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    anything::anything(&[&b":20:1\n:25:1\n:60F:C260101EUR1,\n"[..], bytes].concat());
});

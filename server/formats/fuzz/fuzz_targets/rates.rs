//! Rates of exchange: what chance makes of those of the European Central Bank.
#![no_main]

#[path = "../../tests/formats/securities_anything.rs"]
mod securities_anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Two thirds of the inputs are put into a frame, so that they get past the beginning.
    let frame: &[u8] = match bytes.first().map(|first| first % 3) {
        Some(0) => b"<Cube><Cube time='2026-11-17'>",
        Some(1) => b"Date,USD,JPY,\n",
        _ => b"",
    };
    securities_anything::anything(&[frame, bytes].concat());
});

//! Quotes: what chance makes of days and of our own form.
#![no_main]

#[path = "../../tests/formats/securities_anything.rs"]
mod securities_anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Two thirds of the inputs are put into a frame, so that they get past the beginning.
    let frame: &[u8] = match bytes.first().map(|first| first % 3) {
        Some(0) => b"Date,Open,High,Low,Close\n",
        Some(1) => b"{\"guichet\":\"quotes/1\",\"quotes\":[{",
        _ => b"",
    };
    securities_anything::anything(&[frame, bytes].concat());
});

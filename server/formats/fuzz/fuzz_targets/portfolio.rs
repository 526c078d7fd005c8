//! Portfolios: what chance makes of our own form.
#![no_main]

#[path = "../../tests/formats/securities_anything.rs"]
mod securities_anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Two thirds of the inputs are put into a frame, so that they get past the beginning.
    let frame: &[u8] = match bytes.first().map(|first| first % 3) {
        Some(0) => b"{\"guichet\":\"portfolio/1\",\"portfolios\":[{\"account\":\"1\",\"currency\":\"EUR\",",
        Some(1) => b"account,account_currency,instrument,quantity,as_of\n",
        _ => b"",
    };
    securities_anything::anything(&[frame, bytes].concat());
});

//! A bank's table: what chance makes of a file, by the mapping that is proposed for it and by odd ones.
#![no_main]

#[path = "../../tests/formats/bank_csv_anything.rs"]
mod bank_csv_anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Half of the inputs are put behind a true beginning.
    let begin = if bytes.first().is_some_and(|first| first % 2 == 0) {
        &b"Date;Description;Amount;Currency;Account\n2026-04-02;a;-1,5;EUR;1\n"[..]
    } else {
        b""
    };
    bank_csv_anything::bank_csv_anything(&[begin, bytes].concat());
});

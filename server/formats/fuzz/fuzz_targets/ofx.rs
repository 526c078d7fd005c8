//! OFX: what chance makes of a bank or investment statement.
#![no_main]

#[path = "../../tests/formats/securities_anything.rs"]
mod securities_anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Two thirds of the inputs are put into a frame, so that they get past the beginning.
    let frame: &[u8] = match bytes.first().map(|first| first % 3) {
        Some(0) => b"OFXHEADER:100\nVERSION:102\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>",
        Some(1) => b"<?OFX VERSION=\"211\"?><OFX><INVSTMTRS><CURDEF>USD<INVACCTFROM><ACCTID>1</INVACCTFROM>",
        _ => b"",
    };
    securities_anything::anything(&[frame, bytes].concat());
});

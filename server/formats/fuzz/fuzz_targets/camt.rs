//! camt: what chance makes of a message.
#![no_main]

#[path = "../../tests/formats/anything.rs"]
mod anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Half of the inputs are put into the frame of a message, so that they get past its beginning.
    if bytes.first().is_some_and(|first| first % 2 == 0) {
        let frame = b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>";
        anything::anything(&[&frame[..], bytes].concat());
    } else {
        anything::anything(bytes);
    }
});

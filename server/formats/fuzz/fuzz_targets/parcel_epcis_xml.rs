//! EPCIS in XML: what chance makes of a document.
#![no_main]

#[path = "../../tests/formats/parcel_anything.rs"]
mod parcel_anything;

use guichet_formats::parcel::Kind;
use parcel_anything::anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Half of the inputs are put behind the beginning of a document, so that they get past it.
    if bytes.first().is_some_and(|first| first % 2 == 0) {
        let frame = "<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0' creationDate='2026-01-01T00:00:00Z'><EPCISBody><EventList><ObjectEvent>";
        anything(&[frame.as_bytes(), bytes].concat(), Kind::EpcisXml);
    } else {
        anything(bytes, Kind::EpcisXml);
    }
});

//! The European Central Bank's rates in an archive, as it gives them away; and archives that are none.

use guichet_formats::{
    Limits,
    securities::{Kind, detect, report_bytes},
};
use std::io::{self, Write as _};
use zip::{ZipWriter, write::SimpleFileOptions};

const CSV: &[u8] = b"Date, USD, JPY, GBP, \n17 November 2026, 1.1620, 171.35, 0.87010, \n";

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn rates_in_an_archive_are_rates() {
    let archive = zip_of(&[("eurofxref.csv", CSV)]);
    assert_eq!(detect(&archive), Some(Kind::EcbZip));
    let (packed, plain) = (report_bytes(&archive, &Limits::default()), report_bytes(CSV, &Limits::default()));
    assert_eq!(packed.class.as_str(), "accept", "{}", packed.reason);
    assert_eq!(format!("{:?}", packed.figures), format!("{:?}", plain.figures));
}

#[test]
fn another_archive_is_somebody_elses_and_a_broken_one_is_refused() {
    assert_eq!(detect(&zip_of(&[("statement.xml", CSV)])), None);
    let two = zip_of(&[("eurofxref.csv", CSV), ("eurofxref-hist.csv", CSV)]);
    assert_eq!(report_bytes(&two, &Limits::default()).refusal, Some("zip"));
    let mut cut = zip_of(&[("eurofxref.csv", CSV)]);
    cut.truncate(60);
    assert_eq!(report_bytes(&cut, &Limits::default()).class.as_str(), "reject");
    let flood = vec![b' '; 4 << 20];
    let limits = Limits { max_unpacked: 1 << 10, ..Limits::default() };
    assert_eq!(report_bytes(&zip_of(&[("eurofxref.csv", &flood)]), &limits).class.as_str(), "reject");
}

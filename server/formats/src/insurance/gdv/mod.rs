//! GDV VUVM, the data exchange of German insurers and brokers: records of 256 bytes in ISO-8859-1.
//!
//! A package begins with the headers `0001`, ends with the trailer `9999`, and has contracts in between. Read are the address
//! `0100`, the contract `0200`, its line `0210` and its object `0220`; all others are counted. Places are columns from 1, as
//! the standard writes them.

mod contract;
mod figures;
mod lines;
mod package;

pub use figures::{ContractFigures, GdvFigures, PackageFigures, PolicyFigures};

use super::{
    Out,
    record::{Document, Record},
    report::Figures,
};
use crate::{Limits, Refusal, out::Told, record::CheckKind};
use contract::Contracts;
use lines::{Encoding, Line};
use package::Packages;

/// Bytes of a record.
const LENGTH: usize = 256;

/// Reads the file.
pub(crate) fn read(bytes: &[u8], limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
    if bytes.len() as u64 > limits.max_bytes {
        return Err(Refusal::TooLarge { what: "bytes", limit: limits.max_bytes });
    }
    let (records, encoding) = lines::split(bytes);
    let mut figures = GdvFigures::default();
    let (mut packages, mut contracts) = (Packages::default(), Contracts::default());
    let mut begun = false;
    for line in records {
        if line.raw_length > limits.max_text {
            return Err(Refusal::TooLong { line: line.number, what: "a record", limit: limits.max_text as u64 });
        }
        if !begun {
            begun = true;
            begin(&line, encoding, out)?;
        }
        let place = format!("line {}", line.number);
        let kind = line.raw(1, 4);
        if kind.len() != 4 || !kind.bytes().all(|byte| byte.is_ascii_digit()) {
            out.quarantine(&place, "The record does not begin with the four digits of its kind.", line.text())?;
            continue;
        }
        figures.count(&kind, &line);
        length(&line, &place, out)?;
        match kind.as_str() {
            "0001" => {
                figures.sender = figures.sender.take().or_else(|| line.field(10, 39));
                packages.header(&line, &place, out)?;
            }
            "9999" => packages.trailer(&line, &place, out)?,
            _ => {
                packages.record(&place, out)?;
                contracts.record(&kind, &line, &place, &mut figures, &mut packages, out)?;
            }
        }
    }
    if !begun {
        return Err(Refusal::UnknownFormat { found: "GDV without a record".to_owned() });
    }
    packages.end(out)?;
    figures.packages = packages.done;
    figures.finish();
    out.put(Record::Figures(Box::new(Figures::Gdv(figures))))
}

fn begin(first: &Line, encoding: Encoding, out: &mut Out<'_>) -> Result<(), Refusal> {
    let sender = if first.raw(1, 4) == "0001" { first.field(10, 39) } else { None };
    let version = "GDV VUVM".to_owned();
    out.put(Record::Document(Document { format: "gdv", version, sender, created_at: None }))?;
    if encoding == Encoding::Utf8 {
        let told = Told::new("line 1", "The file is in UTF-8; the standard wants ISO-8859-1.");
        out.warn(CheckKind::SchemaDeviation, told)?;
    }
    Ok(())
}

fn length(line: &Line, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    if line.length() == LENGTH {
        return Ok(());
    }
    let told = Told::new(place, "The record is not 256 letters long.").expected(LENGTH).actual(line.length());
    out.warn(CheckKind::SchemaDeviation, told)
}

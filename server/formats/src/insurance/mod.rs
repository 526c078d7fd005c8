//! Policies and claims: HL7 FHIR, GDV VUVM, parcel claims, and our own plain forms (data-standards 1.4, 4.6, 5.4).
//!
//! ```
//! use guichet_formats::{Limits, insurance};
//! let file = br#"{"guichet":"policies/1","insurer":"Example","policies":[{"number":"1","line":"household","status":"active"}]}"#;
//! let report = insurance::report_bytes(file, &Limits::default());
//! assert_eq!((report.class.as_str(), report.counts["policies"]), ("accept", 1));
//! ```

mod detect;
mod fhir;
mod gdv;
mod parcel;
mod plain;
pub mod record;
mod report;

pub use detect::{ENOUGH, detect};
pub use fhir::{FhirFigures, MoneyFigures, PaymentFigures, ResourceFigures, TotalFigures};
pub use gdv::{ContractFigures, GdvFigures, PackageFigures, PolicyFigures};
pub use parcel::{HistoryFigures, ParcelFigures, ParcelObject};
pub use report::{Figures, Report, Reporter};

use crate::{Limits, Refusal};
use record::Record;
use std::ops::ControlFlow;

/// The taker of the records. It may stop the reading.
pub type Sink<'a> = crate::Sink<'a, Record>;

/// Where the readers put them.
pub(crate) type Out<'a> = crate::out::Out<'a, Record>;

/// A format of this family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// HL7 FHIR in JSON: one resource, a Bundle, or one resource a line.
    Fhir,
    /// GDV VUVM, records of 256 bytes.
    Gdv,
    /// Claims and insurances of parcels, EasyPost API v2 in JSON.
    Parcel,
    /// `{"guichet": "policies/1", …}` or `{"guichet": "claims/1", …}`.
    Plain,
    /// The flat parts of the same as CSV.
    PlainCsv,
}

/// Reads one file and hands its records to `sink`, in document order.
///
/// # Errors
/// When the file cannot be understood as a whole. Records may have been handed on before; nothing of such a file may be used.
pub fn read(bytes: &[u8], kind: Kind, limits: &Limits, sink: Sink<'_>) -> Result<(), Refusal> {
    let mut out = Out::new(sink, Record::Finding, Record::Quarantined).at_most(limits.max_entries);
    match kind {
        Kind::Fhir => fhir::read(bytes, limits, &mut out)?,
        Kind::Gdv => gdv::read(bytes, limits, &mut out)?,
        Kind::Parcel => parcel::read(bytes, limits, &mut out)?,
        Kind::Plain => plain::read(bytes, limits, &mut out)?,
        Kind::PlainCsv => plain::read_csv(bytes, limits, &mut out)?,
    }
    out.finish()
}

/// Tells the format by itself, reads what is in memory and reports on it.
#[must_use]
pub fn report_bytes(bytes: &[u8], limits: &Limits) -> Report {
    let mut reporter = Reporter::default();
    let outcome = match detect(bytes) {
        Some(kind) => read(bytes, kind, limits, &mut |record| {
            reporter.take(&record);
            ControlFlow::Continue(())
        }),
        None => Err(Refusal::UnknownFormat {
            found: "neither FHIR nor GDV nor a parcel claim nor a form of ours".to_owned(),
        }),
    };
    reporter.finish(outcome)
}

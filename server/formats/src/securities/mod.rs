//! Securities: OFX, prices, rates of exchange, and our own plain forms for instruments, positions and transactions.
//!
//! Pure: bytes in, records and findings out. A bad record is kept aside with its place and reason and the rest goes on; a
//! file that cannot be understood at all is refused.
//!
//! ```
//! use guichet_formats::{Limits, securities};
//! let csv = b"Date,Close\n2026-11-16,10.5\n2026-11-17,10.75\n";
//! let report = securities::report_bytes(csv, &Limits::default());
//! assert_eq!((report.class.as_str(), report.format), ("accept", Some("quotes")));
//! ```

mod csv;
mod fields;
mod fx;
mod number;
mod portfolio;
mod quotes;
pub mod record;
mod report;
pub mod returns;
mod text;

pub use report::{Figures, OfxFigures, OfxPosition, OfxStatement, PortfolioFigures, QuoteFigures, RateFigures, Report};

use crate::{Limits, Refusal, json, ofx, zipped};
use csv::Table;
use record::Record;
use report::Reporter;
use std::ops::ControlFlow;
use text::whole;

/// The taker of the records. It may stop the reading.
pub type Sink<'a> = crate::Sink<'a, Record>;

/// Where the readers put them.
pub(crate) type Out<'a> = crate::out::Out<'a, Record>;

/// How many bytes are worth giving to [`detect`].
pub const ENOUGH: usize = 8 << 10;

/// A format of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// OFX 1 (SGML) or 2 (XML).
    Ofx,
    /// Prices as JSON: our own form, or a feed's.
    QuotesJson,
    /// Prices as CSV: our own form, or days with open, high, low and close.
    QuotesCsv,
    /// Reference rates of the European Central Bank as XML.
    EcbXml,
    /// The same as CSV.
    EcbCsv,
    /// The CSV in an archive, as the bank gives it away: `eurofxref.zip`, `eurofxref-hist.zip`.
    EcbZip,
    /// Daily rates of the Czech National Bank as text.
    CnbText,
    /// Rates of another central bank as XML; not read.
    OtherRates,
    /// Our own form for instruments, positions and transactions, as JSON.
    PortfolioJson,
    /// The same as CSV.
    PortfolioCsv,
}

impl Kind {
    /// The name of the standard: `ofx`, `quotes`, `fx-rates`, `portfolio`.
    #[must_use]
    pub const fn format(self) -> &'static str {
        match self {
            Self::Ofx => "ofx",
            Self::QuotesJson | Self::QuotesCsv => "quotes",
            Self::EcbXml | Self::EcbCsv | Self::EcbZip | Self::CnbText | Self::OtherRates => "fx-rates",
            Self::PortfolioJson | Self::PortfolioCsv => "portfolio",
        }
    }
}

/// Tells the format by its first bytes, which may be cut anywhere; give it [`ENOUGH`] or the whole. None when it is none.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Kind> {
    // An archive begins with the name of its first member.
    if head.starts_with(b"PK\x03\x04") {
        let name = head.get(30..).unwrap_or_default();
        return name.starts_with(b"eurofxref").then_some(Kind::EcbZip);
    }
    let head = crate::decode::head(&head[..head.len().min(ENOUGH)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if ofx::is_ofx(head) {
        return Some(Kind::Ofx);
    }
    match head.as_bytes().first()? {
        b'<' => fx::detect_xml(head),
        b'{' | b'[' if portfolio::is_json(head) => Some(Kind::PortfolioJson),
        b'{' | b'[' => quotes::is_json(head).then_some(Kind::QuotesJson),
        _ => fx::detect_text(head)
            .or_else(|| portfolio::is_csv(head).then_some(Kind::PortfolioCsv))
            .or_else(|| quotes::is_csv(head).then_some(Kind::QuotesCsv)),
    }
}

/// Reads one file and hands its records to `sink`, in document order.
///
/// # Errors
/// When the file cannot be read to its end. Records may have been handed on before; nothing of such a file may be used.
pub fn read(bytes: &[u8], kind: Kind, limits: &Limits, sink: Sink<'_>) -> Result<(), Refusal> {
    read_into(bytes, kind, limits, sink, &mut Gathered::default())
}

/// What a reader tells beside its records.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub figures: Figures,
    pub version: Option<String>,
}

fn read_into(
    bytes: &[u8],
    kind: Kind,
    limits: &Limits,
    sink: Sink<'_>,
    gathered: &mut Gathered,
) -> Result<(), Refusal> {
    if kind == Kind::EcbZip {
        return read_into(&zipped::only_member(bytes, limits)?, Kind::EcbCsv, limits, sink, gathered);
    }
    let out = &mut Out::new(sink, Record::Finding, Record::Quarantined).at_most(limits.max_entries);
    if bytes.len() as u64 > limits.max_bytes {
        return Err(Refusal::TooLarge { what: "bytes", limit: limits.max_bytes });
    }
    if kind == Kind::Ofx {
        ofx::read(bytes, limits, out, gathered)?;
        return out.finish();
    }
    let text = &whole(bytes, matches!(kind, Kind::EcbXml | Kind::OtherRates), limits, out)?;
    let json = || json::parse(text.trim_start_matches('\u{feff}'), &limits.into());
    match kind {
        Kind::Ofx | Kind::EcbZip => Ok(()),
        Kind::QuotesJson => quotes::read_json(&json()?, out, gathered),
        Kind::QuotesCsv => quotes::read_csv(Table::open(text, limits, out)?, out, gathered),
        Kind::EcbXml | Kind::OtherRates => fx::read_xml(text, limits, out, gathered),
        Kind::EcbCsv => fx::read_csv(Table::open(text, limits, out)?, out, gathered),
        Kind::CnbText => fx::read_cnb(text, out, gathered),
        Kind::PortfolioJson => portfolio::read_json(&json()?, out, gathered),
        Kind::PortfolioCsv => portfolio::read_csv(Table::open(text, limits, out)?, out, gathered),
    }?;
    out.finish()
}

/// Reads what is in memory and reports on it.
#[must_use]
pub fn report_bytes(bytes: &[u8], limits: &Limits) -> Report {
    read_and_report(bytes, limits, &mut |_| ControlFlow::Continue(()))
}

/// Hands the records of what is in memory to `sink`, in document order, and reports on them. Nothing of a file whose report
/// says reject may be used.
#[must_use]
pub fn read_and_report(bytes: &[u8], limits: &Limits, sink: Sink<'_>) -> Report {
    let kind = detect(bytes);
    let mut reporter = Reporter::new(kind);
    let mut gathered = Gathered::default();
    let outcome = match kind {
        None => Err(Refusal::UnknownFormat { found: "neither OFX nor prices nor rates nor a portfolio".to_owned() }),
        Some(kind) => {
            let mut both = |record| {
                reporter.take(&record);
                sink(record)
            };
            read_into(bytes, kind, limits, &mut both, &mut gathered)
        }
    };
    reporter.finish(outcome, gathered.figures, gathered.version)
}

//! Bytes in, canonical records out.
//!
//! Pure: no file, no clock, no database. Each reader is tolerant of what real senders write and strict about money: nothing
//! without a readable amount, direction, currency and account is ever handed on as an entry.
//!
//! ```
//! use guichet_formats::{Limits, report_bytes};
//! let report = report_bytes(b":20:1\n:25:DE89370400440532013000\n:60F:C260101EUR1,00\n:62F:C260101EUR1,00\n", &Limits::default());
//! assert_eq!(report.class.as_str(), "accept");
//! ```

pub mod bank_csv;
mod calendar;
mod camt;
mod chain;
pub mod correct;
mod csv;
mod decode;
mod detect;
mod guard;
mod ids;
pub mod insurance;
mod json;
mod limits;
mod mt;
mod number;
mod ofx;
mod out;
pub mod parcel;
pub mod record;
mod refusal;
mod report;
pub mod securities;
mod time;
mod totals;
pub mod write;
mod zipped;

pub use detect::{ENOUGH, Format, detect};
pub use limits::Limits;
pub use out::Sink;
pub use refusal::Refusal;
pub use report::{BalanceReport, Class, CurrencySums, Report, Reporter, StatementReport};
pub use zipped::read_zip;

use out::{Out, Told};
use record::{Check, CheckKind, Entry, Record, Severity, StatementEnd};
use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    io::BufRead,
    ops::ControlFlow,
};

/// Reads one file as a stream and hands its records to `sink`, in document order. Memory does not grow with the file.
///
/// # Errors
/// When the file cannot be read to its end. Records may have been handed on before; nothing of such a file may be booked.
pub fn read<R: BufRead>(input: R, format: Format, limits: &Limits, sink: Sink<'_>) -> Result<(), Refusal> {
    let mut out = Out::new(sink, Record::Finding, Record::Quarantined);
    read_into(input, format, limits, None, &mut out)?;
    out.finish()
}

/// Reads one file, or one member of an archive.
fn read_into<R: BufRead>(
    input: R,
    format: Format,
    limits: &Limits,
    member: Option<&str>,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    match format {
        // XML that does not tell at its beginning what it is may still be a message in a long envelope.
        Format::Camt | Format::Xml => camt::read(input, limits, member, out),
        Format::Mt94x => mt::read(input, limits, member, out),
        Format::Zip => Err(Refusal::UnknownFormat { found: "an archive".to_owned() }),
        Format::Unknown => Err(Refusal::UnknownFormat { found: "neither camt nor MT940 nor MT942".to_owned() }),
    }
}

/// Reads what is in memory, a ZIP too; tells the format by itself.
///
/// # Errors
/// As [`read`] and [`read_zip`].
pub fn read_bytes(bytes: &[u8], limits: &Limits, sink: Sink<'_>) -> Result<(), Refusal> {
    match detect(bytes) {
        Format::Zip => read_zip(std::io::Cursor::new(bytes), limits, sink),
        format => read(bytes, format, limits, sink),
    }
}

/// Reads what is in memory and reports on it.
#[must_use]
pub fn report_bytes(bytes: &[u8], limits: &Limits) -> Report {
    let mut reporter = Reporter::default();
    let outcome = read_bytes(bytes, limits, &mut |record| {
        reporter.take(&record);
        ControlFlow::Continue(())
    });
    reporter.finish(outcome)
}

/// A hash for remembering that something was seen; the same in every run.
fn hash64(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

/// Tells when a statement's balances do not fit its entries.
fn tell_balance(end: &StatementEnd, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let (Check::Mismatch, Some(opening), Some(closing)) = (end.balance_check, &end.opening, &end.closing) else {
        return Ok(());
    };
    out.finding(CheckKind::BalanceMismatch, Severity::Warn, || {
        let booked = opening.amount.checked_add(end.sum_credit).and_then(|sum| sum.checked_sub(end.sum_debit));
        let expected = booked.map_or_else(|error| error.to_string(), |sum| format!("{sum} {}", opening.currency));
        Told::new(place, "The opening balance and the booked entries do not make the closing balance.")
            .expected(expected)
            .actual(format!("{} {}", closing.amount, closing.currency))
    })
}

/// Tells what is odd about an entry that is booked all the same.
fn tell_entry(entry: &Entry, seen: totals::Seen, out: &mut Out<'_>) -> Result<(), Refusal> {
    if seen.duplicate {
        out.finding(CheckKind::DuplicateEntry, Severity::Info, || {
            Told::new(&entry.place, "Another entry of this statement has the same servicer reference.")
                .actual(entry.servicer_ref.as_deref().unwrap_or_default())
        })?;
    }
    if seen.other_currency {
        // Such an entry is left out of the balance check; that check has the last word.
        out.finding(CheckKind::MixedCurrency, Severity::Info, || {
            Told::new(&entry.place, "The entry is of another currency than the account.").actual(entry.currency)
        })?;
    }
    if entry.amount.scale() > entry.currency.digits() {
        out.finding(CheckKind::TooFine, Severity::Warn, || {
            Told::new(&entry.place, "The amount is finer than the currency's smallest unit.")
                .actual(format!("{} {}", entry.amount, entry.currency))
        })?;
    }
    Ok(())
}

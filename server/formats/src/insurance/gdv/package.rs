//! Headers and trailers: a package is whole when its trailer counts what is in it.
//!
//! `9999`: records without headers and trailer at 5–14, the sum of the contracts' premiums in cents at 25–39.

use super::{figures::PackageFigures, lines::Line};
use crate::{
    Refusal,
    insurance::{Out, record::Amount},
    out::Told,
    record::CheckKind,
};
use guichet_types::{Currency, Decimal};

/// The packages of a file, one after the other.
#[derive(Default)]
pub(super) struct Packages {
    pub done: Vec<PackageFigures>,
    open: Option<Open>,
}

/// The package that has begun.
#[derive(Default)]
struct Open {
    place: String,
    counted: u64,
    /// Number of the last header.
    header: Option<u32>,
    premiums: Decimal,
    currency: Option<Currency>,
    /// False when a premium cannot be read, or is of another currency.
    summable: bool,
}

impl Packages {
    /// `0001`. Its part is numbered at 256.
    pub fn header(&mut self, line: &Line, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        if self.open.as_ref().is_some_and(|open| open.counted > 0) {
            self.close_without_trailer(out)?;
        }
        let part = line.letter(256).and_then(|letter| letter.to_digit(10));
        let open = self.open.get_or_insert_with(|| Open { place: place.to_owned(), summable: true, ..Open::default() });
        let due = open.header.map_or(1, |last| last + 1);
        open.header = Some(part.unwrap_or(due));
        if part.is_some_and(|part| part != due) {
            let told = Told::new(place, "The parts of the header are not numbered one after the other.");
            out.warn(CheckKind::SequenceGap, told.expected(due).actual(part.unwrap_or_default()))?;
        }
        Ok(())
    }

    /// Any record between headers and trailer.
    pub fn record(&mut self, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        if self.open.is_none() {
            self.open = Some(Open { place: place.to_owned(), summable: true, ..Open::default() });
            let told = Told::new(place, "A record stands outside of a package: there is no header 0001 before it.");
            out.warn(CheckKind::SchemaDeviation, told)?;
        }
        if let Some(open) = &mut self.open {
            open.counted += 1;
        }
        Ok(())
    }

    /// The premium of a contract; none when it cannot be read.
    pub fn premium(&mut self, premium: Option<Amount>) {
        let Some(open) = &mut self.open else { return };
        match premium {
            Some(premium) if open.currency.is_none_or(|currency| currency == premium.currency) => {
                open.currency = Some(premium.currency);
                match open.premiums.checked_add(premium.value) {
                    Ok(sum) => open.premiums = sum,
                    Err(_) => open.summable = false,
                }
            }
            _ => open.summable = false,
        }
    }

    /// `9999`.
    pub fn trailer(&mut self, line: &Line, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let told = Told::new(place, "A trailer 9999 stands outside of a package.");
                out.warn(CheckKind::SchemaDeviation, told)?;
                Open::default()
            }
        };
        let declared = number(&line.raw(5, 14));
        self.done.push(PackageFigures { declared, counted: open.counted });
        if declared != Some(open.counted) {
            let told =
                Told::new(place, "The trailer does not count the records of the package.").expected(open.counted);
            let stated = line.raw(5, 14);
            out.warn(CheckKind::ControlTotal, told.actual(declared.map_or(stated, |count| count.to_string())))?;
        }
        let Some(total) = number(&line.raw(25, 39)).and_then(|cents| i64::try_from(cents).ok()) else { return Ok(()) };
        let total = Decimal::from_units(total, 2);
        if open.summable && open.currency.is_some() && !total.is_zero() && total != open.premiums {
            let told = Told::new(place, "The trailer's total premium is not the sum of the contracts.");
            out.warn(CheckKind::ControlTotal, told.expected(open.premiums).actual(total))?;
        }
        Ok(())
    }

    fn close_without_trailer(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        let Some(open) = self.open.take() else { return Ok(()) };
        self.done.push(PackageFigures { declared: None, counted: open.counted });
        let told =
            Told::new(open.place, "The package that begins here has no trailer 9999: it is not known to be whole.");
        out.warn(CheckKind::ControlTotal, told)
    }

    /// The file ends.
    pub fn end(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.close_without_trailer(out)
    }
}

/// Digits; none when there is anything else.
fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

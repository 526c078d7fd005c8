//! Where the parcel readers put their records.

use super::record::Record;
use crate::{
    Refusal,
    out::{Told, cut},
    record::{CheckKind, Severity},
};

/// The taker of the records. It may stop the reading.
pub type Sink<'a> = crate::Sink<'a, Record>;

/// Where the readers put them.
pub(super) type Out<'a> = crate::out::Out<'a, Record>;

impl Out<'_> {
    /// Tells that something is odd, with the beginning of what is there.
    pub(super) fn note(
        &mut self,
        (check, severity): (CheckKind, Severity),
        place: &str,
        message: impl Into<String>,
        actual: Option<&str>,
    ) -> Result<(), Refusal> {
        self.finding(check, severity, || {
            let told = Told::new(place, message);
            if let Some(actual) = actual { told.actual(cut(actual, 200)) } else { told }
        })
    }
}

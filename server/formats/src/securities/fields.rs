//! Reading the fields of one object or row of our own forms: every fault says which field it is.

use crate::json::Value;
use guichet_types::{Currency, Date, Decimal, Timestamp, quoted_currency};

/// An object of JSON, or a row of CSV with its header.
pub(super) enum Fields<'a> {
    Object(&'a Value),
    Row { header: &'a [String], cells: &'a [String] },
}

impl<'a> Fields<'a> {
    /// The text of a field, trimmed; none where it is missing, null or empty. A JSON number is its text.
    ///
    /// # Errors
    /// When it is neither text nor number.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, String> {
        let text = match *self {
            Self::Object(object) => match object.find(name) {
                None => None,
                Some(value) => Some(value.written().ok_or_else(|| format!("{name} is neither a text nor a number"))?),
            },
            Self::Row { header, cells } => {
                header.iter().position(|column| column == name).and_then(|at| cells.get(at)).map(String::as_str)
            }
        };
        Ok(text.map(str::trim).filter(|text| !text.is_empty()))
    }

    /// As [`Self::text`].
    ///
    /// # Errors
    /// When it is missing too.
    pub fn needed(&self, name: &str) -> Result<&'a str, String> {
        self.text(name)?.ok_or_else(|| format!("{name} is missing"))
    }

    /// A text as an own `String`.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn owned(&self, name: &str) -> Result<Option<String>, String> {
        self.text(name).map(|text| text.map(str::to_owned))
    }

    /// Whatever can be parsed.
    ///
    /// # Errors
    /// When it is there and cannot be.
    pub fn parsed<T>(&self, name: &str) -> Result<Option<T>, String>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let parse = |text: &str| text.parse().map_err(|error: T::Err| format!("{name} {text:.60?}: {error}"));
        self.text(name)?.map(parse).transpose()
    }

    /// A number, digits with at most one point.
    ///
    /// # Errors
    /// When it is there and is none.
    pub fn number(&self, name: &str) -> Result<Option<Decimal>, String> {
        self.parsed(name)
    }

    /// A day, `2026-11-17`.
    ///
    /// # Errors
    /// When it is there and is none.
    pub fn day(&self, name: &str) -> Result<Option<Date>, String> {
        self.parsed(name)
    }

    /// An instant, `2026-11-17T17:30:00+01:00`.
    ///
    /// # Errors
    /// When it is missing, is none, or has no offset.
    pub fn instant(&self, name: &str) -> Result<Timestamp, String> {
        let text = self.needed(name)?;
        let (_, at) = super::number::feed_time(text).ok_or_else(|| format!("{name} {text:.60?} is no time"))?;
        at.ok_or_else(|| format!("{name} {text:.60?} has no offset: write Z or +01:00 behind it"))
    }

    /// A currency.
    ///
    /// # Errors
    /// When it is there and is none.
    pub fn currency(&self, name: &str) -> Result<Option<Currency>, String> {
        self.parsed(name)
    }

    /// A currency of a price, which may be a minor unit (`GBp`), and its divisor.
    ///
    /// # Errors
    /// When it is there and is none.
    pub fn quoted(&self, name: &str) -> Result<Option<(Currency, u32)>, String> {
        let parse = |text: &str| quoted_currency(text).ok_or_else(|| format!("{name} {text:.20?} is no currency"));
        self.text(name)?.map(parse).transpose()
    }

    /// Fields that the form does not have: a mistyped name would otherwise be a value that is lost.
    pub fn unknown(&self, known: &[&str]) -> Vec<&'a str> {
        let names: Vec<&'a str> = match *self {
            Self::Object(object) => object.members().iter().map(|(name, _)| name.as_str()).collect(),
            Self::Row { .. } => Vec::new(),
        };
        names.into_iter().filter(|name| !known.contains(name)).collect()
    }

    /// The whole, for keeping aside.
    pub fn raw(&self) -> String {
        match *self {
            Self::Object(object) => object
                .members()
                .iter()
                .take(50)
                .map(|(name, value)| format!("{name}: {:.200}", value.written().unwrap_or("…")))
                .collect::<Vec<_>>()
                .join(", "),
            Self::Row { cells, .. } => cells.join(","),
        }
    }
}

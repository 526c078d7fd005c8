//! Fields of a record: texts, dates, exact amounts and codes, with the reason when one cannot be read.

use crate::{
    Refusal, calendar,
    insurance::{
        Out,
        record::{Amount, When},
    },
    json::Value,
    out::Told,
    record::CheckKind,
};
use guichet_types::{Currency, Date};

/// Why a record is not handed on.
pub(super) enum Aside {
    /// It is kept aside for this reason.
    Reason(String),
    /// The reading ends.
    Stop(Refusal),
}

impl From<Refusal> for Aside {
    fn from(refusal: Refusal) -> Self {
        Self::Stop(refusal)
    }
}

impl From<String> for Aside {
    fn from(reason: String) -> Self {
        Self::Reason(reason)
    }
}

/// Names of what must never be shown.
pub(super) fn is_internal(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("internal") || name.contains("reserve")
}

/// Takes every internal member out, wherever it stands, and tells that it did.
pub(super) fn drop_internal(value: &mut Value, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    match value {
        Value::Object(members) => {
            for (name, _) in members.iter().filter(|(name, _)| is_internal(name)) {
                let told = Told::new(format!("{place}/{name}"), "What is internal is not read.");
                out.info(CheckKind::SchemaDeviation, told)?;
            }
            members.retain(|(name, _)| !is_internal(name));
            members.iter_mut().try_for_each(|(name, inner)| drop_internal(inner, &format!("{place}/{name}"), out))
        }
        Value::List(list) => {
            let mut numbered = list.iter_mut().enumerate();
            numbered.try_for_each(|(index, inner)| drop_internal(inner, &format!("{place}/{index}"), out))
        }
        _ => Ok(()),
    }
}

/// A record with its place in the file.
pub(super) struct Fields<'a> {
    pub value: &'a Value,
    pub place: &'a str,
}

impl Fields<'_> {
    /// A text; a number is taken as it is written. None where it is not there or empty.
    pub fn text(&self, name: &str) -> Result<Option<String>, Aside> {
        match self.value.get(name) {
            Value::Null => Ok(None),
            Value::Text(text) | Value::Number(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            other => Err(Aside::Reason(format!("{name} is to be a text, and is {}.", other.to_json(60)))),
        }
    }

    /// A text that must be there.
    pub fn need(&self, name: &str) -> Result<String, Aside> {
        self.text(name)?.ok_or_else(|| Aside::Reason(format!("{name} is missing.")))
    }

    /// A date; one that is none is told and left out.
    pub fn date(&self, name: &str, out: &mut Out<'_>) -> Result<Option<Date>, Aside> {
        Ok(self.when(name, out)?.map(|when| when.date))
    }

    /// A date, or a date and time with its offset; one that is neither is told and left out.
    pub fn when(&self, name: &str, out: &mut Out<'_>) -> Result<Option<When>, Aside> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let when = when(&text);
        if when.is_none() {
            let told =
                Told::new(format!("{}/{name}", self.place), format!("{name} is no date, nor a time with an offset."));
            out.warn(CheckKind::InvalidDate, told.actual(text))?;
        }
        Ok(when)
    }

    /// An exact amount in `currency`, not below nought.
    pub fn amount(&self, name: &str, currency: Option<Currency>) -> Result<Option<Amount>, Aside> {
        let stated = self.value.get(name);
        if stated.is_null() || stated.text().is_some_and(|text| text.trim().is_empty()) {
            return Ok(None);
        }
        let value = stated.any_number().filter(|number| !number.is_negative());
        let value = value.ok_or_else(|| format!("{name} is no amount: {}.", stated.to_json(60)))?;
        let currency = currency.ok_or_else(|| format!("{name} has no currency."))?;
        if value.scale() > currency.digits() {
            return Err(Aside::Reason(format!("{name} is finer than the smallest unit of {currency}: {value}.")));
        }
        Ok(Some(Amount { value, currency }))
    }

    /// The record's own currency, else the one of what it is part of.
    pub fn currency(&self, outer: Option<Currency>) -> Result<Option<Currency>, Aside> {
        match self.text("currency")? {
            None => Ok(outer),
            Some(text) => text.parse().map(Some).map_err(|error| Aside::Reason(format!("currency {text:?}: {error}."))),
        }
    }

    /// A code of a list; one that is not in it is told and left out.
    pub fn code<T>(&self, name: &str, of: fn(&str) -> Option<T>, out: &mut Out<'_>) -> Result<Option<T>, Aside> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let code = of(&text);
        if code.is_none() {
            let told =
                Told::new(format!("{}/{name}", self.place), format!("{name} is no code of the list.")).actual(text);
            out.warn(CheckKind::UnknownCode, told)?;
        }
        Ok(code)
    }

    /// A code that must be there and in the list.
    pub fn need_code<T>(&self, name: &str, of: fn(&str) -> Option<T>) -> Result<T, Aside> {
        let text = self.need(name)?;
        of(&text).ok_or_else(|| Aside::Reason(format!("{name} is no code of the list: {text:?}.")))
    }

    /// Tells every name that is not in the form: most are slips of the pen.
    pub fn unknown(&self, known: &[&str], out: &mut Out<'_>) -> Result<(), Refusal> {
        for (name, _) in self.value.members().iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let told =
                Told::new(format!("{}/{name}", self.place), "The form has no field of this name; it is not read.");
            out.warn(CheckKind::SchemaDeviation, told)?;
        }
        Ok(())
    }

    /// A record is to be an object.
    pub fn is_object(&self) -> Result<(), Aside> {
        match self.value {
            Value::Object(_) => Ok(()),
            other => Err(Aside::Reason(format!("An object is due here, and there is {}.", other.to_json(60)))),
        }
    }
}

/// A day, or an instant with its offset. A time without one could be anywhere, so it is none.
pub(super) fn when(text: &str) -> Option<When> {
    if let Ok(date) = text.parse() {
        return Some(When { date, at: None });
    }
    let zoned = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    let moment = calendar::moment(text).filter(|_| zoned)?;
    Some(When { date: moment.date, at: Some(moment.at) })
}

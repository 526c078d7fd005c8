//! Tells what of a message is not as the schema has it: each kind of deviation once, with the line where it is first met.

use super::schema::{At, Fault, Schema, TypeId};
use crate::{
    Refusal, hash64,
    out::{Out, Told},
    record::{CheckKind, Severity},
};
use std::collections::HashSet;

/// Kinds of deviation that are remembered.
const REMEMBERED: usize = 1_000;

/// Holds a message against its schema.
#[derive(Default)]
pub(super) struct Walk {
    told: HashSet<u64>,
}

impl Walk {
    /// The walk at the root of a version, if its schema is known.
    pub fn root(version: &str) -> Option<At> {
        Schema::get().root(version).map(At::start)
    }

    /// A child begins.
    pub fn open(&mut self, at: &mut At, name: &str, line: u64, out: &mut Out<'_>) -> Result<At, Refusal> {
        let (child, fault) = at.child(Schema::get(), name);
        if let Some(fault) = fault {
            let (expected, message) = match fault {
                Fault::Unknown => (None, format!("The element {name:.60} is not known here.")),
                Fault::Misplaced => (None, format!("The element {name:.60} is not expected in this place.")),
                Fault::Missing(missing) => (Some(missing), format!("Something is missing before {name:.60}.")),
            };
            self.tell(at.of, &message, expected, None, line, out)?;
        }
        Ok(child)
    }

    /// The attributes of an element: those that the schema knows, and the currency of an amount.
    pub fn attributes(
        &mut self,
        at: At,
        name: &str,
        odd: Option<&str>,
        currency: Option<&str>,
        line: u64,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let schema = Schema::get();
        if schema.is_any(at.of) {
            return Ok(());
        }
        if let Some(odd) = odd {
            self.tell(at.of, &format!("The attribute {odd:.40} of {name:.60} is not known."), None, None, line, out)?;
        }
        match currency {
            Some(_) if !schema.is_amount(at.of) => {
                self.tell(at.of, &format!("The attribute Ccy of {name:.60} is not known."), None, None, line, out)
            }
            Some(currency) => match schema.currency_fault(at.of, currency) {
                Some(expected) => self.tell(
                    at.of,
                    &format!("The currency of {name:.60} is not one."),
                    Some(expected),
                    Some(currency),
                    line,
                    out,
                ),
                None => Ok(()),
            },
            None if schema.is_amount(at.of) => self.tell(
                at.of,
                &format!("The currency of {name:.60} is missing."),
                Some("Ccy".to_owned()),
                None,
                line,
                out,
            ),
            None => Ok(()),
        }
    }

    /// An element ends. `children`: it has elements in it.
    pub fn close(
        &mut self,
        at: At,
        name: &str,
        text: &str,
        children: bool,
        line: u64,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let schema = Schema::get();
        if schema.is_any(at.of) {
            return Ok(());
        }
        if schema.is_text(at.of) {
            if children {
                return self.tell(
                    at.of,
                    &format!("{name:.60} holds elements where a text is due."),
                    None,
                    None,
                    line,
                    out,
                );
            }
            return match schema.text_fault(at.of, text) {
                Some(expected) => self.tell(
                    at.of,
                    &format!("{name:.60} does not hold what it should."),
                    Some(expected),
                    Some(text),
                    line,
                    out,
                ),
                None => Ok(()),
            };
        }
        if !text.trim_ascii().is_empty() {
            self.tell(at.of, &format!("{name:.60} holds a text where elements are due."), None, Some(text), line, out)?;
        }
        match at.end(schema) {
            Some(Fault::Missing(missing)) => {
                self.tell(at.of, &format!("Something is missing in {name:.60}."), Some(missing), None, line, out)
            }
            _ => Ok(()),
        }
    }

    fn tell(
        &mut self,
        of: TypeId,
        message: &str,
        expected: Option<String>,
        actual: Option<&str>,
        line: u64,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let key = hash64(message) ^ u64::from(of);
        if self.told.contains(&key) || self.told.len() >= REMEMBERED {
            return Ok(());
        }
        self.told.insert(key);
        out.finding(CheckKind::SchemaDeviation, Severity::Warn, || Told {
            place: format!("line {line}"),
            message: message.to_owned(),
            expected,
            actual: actual.map(|text| text.trim().chars().take(80).collect()),
        })
    }
}

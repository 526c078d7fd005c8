//! CSV into the same objects as the JSON forms.
//!
//! The first column is named after the form, `guichet:policies/1`, and holds the number of the policy or claim. A column
//! `handler_name` is the field `name` of `handler`.

use super::fields::is_internal;
use crate::{
    Limits, Refusal,
    csv::{Row, Rows},
    insurance::Out,
    json::Value,
    out::Told,
    record::CheckKind,
};

/// Objects of a claim that a column name may begin with.
const INNER: [&str; 2] = ["handler", "next"];

/// A table whose header has been read.
pub(super) struct Table<'a> {
    /// `policies/1`.
    pub form: String,
    columns: Vec<String>,
    reader: Rows<'a>,
}

impl<'a> Table<'a> {
    /// Reads the header.
    pub fn open(text: &'a str, limits: &Limits) -> Result<Self, Refusal> {
        let mut reader = Rows::new(text, limits);
        let columns = reader.next().transpose()?.map(|row| row.cells).unwrap_or_default();
        let form = columns.first().and_then(|name| name.strip_prefix("guichet:")).unwrap_or_default().to_owned();
        Ok(Self { form, columns, reader })
    }

    /// All rows as objects, each with its place. A row that has another number of cells than the header is kept aside.
    pub fn rows(mut self, out: &mut Out<'_>) -> Result<Vec<(String, Value)>, Refusal> {
        let mut names: Vec<String> = self.columns.clone();
        if let Some(first) = names.first_mut() {
            *first =
                if matches!(self.form.as_str(), "policies/1" | "claims/1") { "number" } else { "claim" }.to_owned();
        }
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) || name.is_empty() {
                let reason = format!("the column {name:?} stands twice or has no name");
                return Err(Refusal::UnknownFormat { found: format!("CSV in which {reason}") });
            }
            if is_internal(name) {
                let told = Told::new(format!("line 1, column {name}"), "What is internal is not read.");
                out.info(CheckKind::SchemaDeviation, told)?;
            }
        }
        let mut rows = Vec::new();
        // Which cells behind a quote that is not closed are of which record is not known, so nothing is read.
        while let Some(Row { line, cells }) = self.reader.next().transpose()? {
            let place = format!("line {line}");
            if cells.len() != names.len() {
                let reason = format!("The row has {} cells; the header has {}.", cells.len(), names.len());
                out.quarantine(&place, reason, "")?;
                continue;
            }
            rows.push((place, object(&names, cells, self.form == "claims/1")));
        }
        Ok(rows)
    }
}

/// The row as an object: empty cells and internal columns are not there.
fn object(names: &[String], cells: Vec<String>, has_inner: bool) -> Value {
    let mut members: Vec<(String, Value)> = Vec::new();
    for (name, cell) in names.iter().zip(cells).filter(|(name, cell)| !is_internal(name) && !cell.is_empty()) {
        let inner = name.split_once('_').filter(|(outer, _)| has_inner && INNER.contains(outer));
        let value = Value::Text(cell);
        match inner {
            None => members.push((name.clone(), value)),
            Some((outer, name)) => match members.iter_mut().find(|(own, _)| own == outer) {
                Some((_, Value::Object(inner))) => inner.push((name.to_owned(), value)),
                _ => members.push((outer.to_owned(), Value::Object(vec![(name.to_owned(), value)]))),
            },
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insurance::record::Record;

    fn out<'a>(sink: crate::insurance::Sink<'a>) -> Out<'a> {
        Out::new(sink, Record::Finding, Record::Quarantined)
    }

    #[test]
    fn quotes_hold_separators_and_line_breaks() {
        let text = "guichet:claims/1;cause\r\n1;\"a;\"\"b\"\"\nc\"\r\n2;x";
        let table = Table::open(text, &Limits::default()).unwrap();
        let mut sink = |_| std::ops::ControlFlow::Continue(());
        let rows = table.rows(&mut out(&mut sink)).unwrap();
        let cause = |index: usize| rows[index].1.get("cause").owned();
        assert_eq!((cause(0), cause(1)), (Some("a;\"b\"\nc".to_owned()), Some("x".to_owned())));
        assert_eq!(rows[1].0, "line 4");
        let open = Table::open("guichet:claims/1;a\n1;\"x", &Limits::default()).unwrap();
        assert!(matches!(open.rows(&mut out(&mut sink)), Err(Refusal::Truncated { .. })));
    }
}

//! A document as a tree, the same for JSON, XML and CSV, with numbers as the document writes them.

use crate::{
    Limits, Refusal, decode,
    json::{self, Bounds, Value, quote},
    out::cut,
};
use std::collections::BTreeMap;

/// A parcel document is read as a whole. Carriers send kilobytes; this is far beyond, and still harmless in memory.
const MAX_BYTES: usize = 64 << 20;
/// Values of one document.
pub(super) const MAX_VALUES: usize = 4_000_000;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// `null`; XML: an element that says it is nil.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A text; XML: an element without children and attributes.
    Text(String),
    /// A list; XML: elements of the same name.
    List(Vec<Tree>),
    /// Named values; XML: children by local name, attributes as `@name`, text as `#`.
    Object(BTreeMap<String, Tree>),
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(truth),
            Value::Number(text) => Self::Number(text),
            Value::Text(text) => Self::Text(text),
            Value::List(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name, Self::from(value))).collect())
            }
        }
    }
}

impl Tree {
    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// Everything at a path, `a/b|c/d`: names within each other, lists opened. Of alternatives, the first that leads to
    /// something else than `null` and empty texts.
    pub fn all<'t>(&'t self, path: &str) -> Vec<&'t Self> {
        for way in path.split('|') {
            let mut found = vec![self];
            for name in way.split('/').filter(|name| !name.is_empty()) {
                found = found.into_iter().flat_map(Self::items).filter_map(|value| value.get(name)).collect();
            }
            let found: Vec<&Self> = found.into_iter().flat_map(Self::items).filter(|value| !value.is_blank()).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The first text or number at a path, trimmed; none when it is empty.
    pub fn text_at(&self, path: &str) -> Option<String> {
        if path.is_empty() {
            return None;
        }
        self.all(path)
            .into_iter()
            .find_map(Self::text)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    /// A text or a number; XML also the text of an element with attributes.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Object(members) => members.get("#").and_then(Self::text),
            _ => None,
        }
    }

    /// The values of a list; anything else is a list of one.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Object(members) => members.is_empty(),
            _ => false,
        }
    }

    /// As JSON, to be shown with a quarantined piece; cut off at `most` bytes.
    pub fn show(&self, most: usize) -> String {
        let mut out = String::new();
        self.write(&mut out, most);
        cut(&out, most).to_owned()
    }

    fn write(&self, out: &mut String, most: usize) {
        if out.len() >= most {
            return;
        }
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => quote(cut(text, most), out),
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    out.push(if at == 0 { '[' } else { ',' });
                    item.write(out, most);
                    if out.len() >= most {
                        return;
                    }
                }
                out.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                for (at, (key, value)) in members.iter().enumerate() {
                    out.push_str(if at == 0 { "{" } else { "," });
                    quote(cut(key, most), out);
                    out.push(':');
                    value.write(out, most);
                    if out.len() >= most {
                        return;
                    }
                }
                out.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

/// The tree of a JSON document.
pub(super) fn of_json(text: &str, limits: &Limits) -> Result<Tree, Refusal> {
    let bounds = Bounds { max_text: limits.max_text, max_values: MAX_VALUES, ..limits.into() };
    json::parse(text, &bounds).map(Tree::from)
}

/// The whole document as text, and whether bytes were not of the encoding that it claims.
pub(super) fn whole(bytes: &[u8], xml: bool, limits: &Limits) -> Result<(String, bool), Refusal> {
    let limit = limits.max_bytes.min(MAX_BYTES as u64);
    // Some carriers put a blank before the XML declaration; without it, the declared encoding would not be seen.
    let bytes =
        if xml && bytes.first().is_some_and(u8::is_ascii_whitespace) { bytes.trim_ascii_start() } else { bytes };
    decode::whole(bytes, xml, limit)
}

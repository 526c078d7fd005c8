//! Reads XML into a tree of elements: no document type, no entities, bounded depth, length and number.

use super::tree::{MAX_VALUES, Tree};
use crate::{Limits, Refusal};
use quick_xml::{
    Reader,
    errors::{Error, IllFormedError},
    events::{BytesStart, Event},
};
use std::collections::BTreeMap;

/// An element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    /// The name without its prefix.
    pub name: String,
    /// Its namespace; empty when it has none.
    pub namespace: String,
    /// Attributes without namespace declarations; a prefix stays.
    pub attributes: Vec<(String, String)>,
    /// The elements in it.
    pub children: Vec<Element>,
    /// The text in it.
    pub text: String,
    /// Where it begins, from 1.
    pub line: u64,
}

impl Element {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// As a tree: children by name, several of a name as a list, attributes as `@name`. Depth is bounded by the reading.
    pub fn tree(&self) -> Tree {
        if self.children.is_empty() && self.attributes.is_empty() {
            return Tree::Text(self.text.clone());
        }
        let mut members: BTreeMap<String, Tree> =
            self.attributes.iter().map(|(name, value)| (format!("@{name}"), Tree::Text(value.clone()))).collect();
        if !self.text.trim().is_empty() {
            members.insert("#".to_owned(), Tree::Text(self.text.clone()));
        }
        for child in &self.children {
            match members.get_mut(&child.name) {
                None => {
                    members.insert(child.name.clone(), child.tree());
                }
                Some(Tree::List(items)) => items.push(child.tree()),
                Some(first) => {
                    let before = std::mem::replace(first, Tree::Null);
                    *first = Tree::List(vec![before, child.tree()]);
                }
            }
        }
        Tree::Object(members)
    }
}

/// What is open while reading.
struct Builder<'t> {
    text: &'t str,
    limits: &'t Limits,
    open: Vec<(Element, usize)>,
    /// Prefixes and namespaces; each open element knows how many there were before it.
    namespaces: Vec<(String, String)>,
    root: Option<Element>,
    count: usize,
    /// Lines are counted up to this byte.
    counted: (usize, u64),
}

/// Reads one document.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Element, Refusal> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut builder =
        Builder { text, limits, open: Vec::new(), namespaces: Vec::new(), root: None, count: 0, counted: (0, 1) };
    loop {
        let event = reader.read_event();
        let line = builder.line(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        match event {
            Ok(Event::Start(tag)) => builder.start(&tag, line)?,
            Ok(Event::Empty(tag)) => {
                builder.start(&tag, line)?;
                builder.end();
            }
            Ok(Event::End(_)) => builder.end(),
            Ok(Event::Text(text)) => builder.push(&text.into_inner(), line)?,
            Ok(Event::CData(text)) => builder.push(&text.into_inner(), line)?,
            Ok(Event::GeneralRef(name)) => builder.reference(&name.into_inner(), line)?,
            Ok(Event::DocType(_)) => return Err(Refusal::Dtd { line }),
            Ok(Event::Decl(_)) if builder.count > 0 => {
                return Err(broken(line, "an XML declaration that is not at the beginning"));
            }
            Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => {}
            Ok(Event::Eof) => break,
            Err(Error::Syntax(_) | Error::IllFormed(IllFormedError::MissingEndTag(_))) => {
                return Err(Refusal::Truncated { line, open: builder.innermost() });
            }
            Err(error) => return Err(broken(line, error.to_string())),
        }
    }
    match builder.root.take() {
        Some(root) if builder.open.is_empty() => Ok(root),
        _ => Err(Refusal::Truncated { line: builder.counted.1, open: builder.innermost() }),
    }
}

fn broken(line: u64, reason: impl Into<String>) -> Refusal {
    Refusal::NotWellFormed { line, reason: reason.into() }
}

impl Builder<'_> {
    fn line(&mut self, position: usize) -> u64 {
        let end = position.min(self.text.len());
        let (from, line) = self.counted;
        if end > from {
            let fresh = &self.text.as_bytes()[from..end];
            self.counted = (end, line + fresh.iter().filter(|byte| **byte == b'\n').count() as u64);
        }
        self.counted.1
    }

    fn innermost(&self) -> String {
        self.open.last().map_or_else(|| "the document".to_owned(), |(element, _)| element.name.clone())
    }

    fn start(&mut self, tag: &BytesStart<'_>, line: u64) -> Result<(), Refusal> {
        if self.root.is_some() {
            return Err(broken(line, "a second root element"));
        }
        if self.open.len() >= self.limits.max_depth {
            return Err(Refusal::TooDeep { line, limit: self.limits.max_depth });
        }
        self.count += 1;
        if self.count > MAX_VALUES {
            return Err(Refusal::TooLarge { what: "elements", limit: MAX_VALUES as u64 });
        }
        let before = self.namespaces.len();
        let mut element = Element { line, ..Element::default() };
        for (count, attribute) in tag.attributes().enumerate() {
            let attribute = attribute.map_err(|error| broken(line, error.to_string()))?;
            if count >= self.limits.max_attributes {
                let limit = self.limits.max_attributes as u64;
                return Err(Refusal::TooLong { line, what: "the list of attributes", limit });
            }
            let raw: &str = &attribute.value;
            if raw.len() > self.limits.max_text {
                return Err(Refusal::TooLong { line, what: "an attribute", limit: self.limits.max_text as u64 });
            }
            if raw.contains('<') {
                return Err(broken(line, "a < in an attribute"));
            }
            let value = quick_xml::escape::unescape(raw)
                .map_err(|_| Refusal::Entity { line, name: raw.chars().take(40).collect() })?
                .into_owned();
            match attribute.key.into_inner() {
                "xmlns" => self.namespaces.push((String::new(), value)),
                key => match key.strip_prefix("xmlns:") {
                    Some(prefix) => self.namespaces.push((prefix.to_owned(), value)),
                    None => element.attributes.push((key.to_owned(), value)),
                },
            }
        }
        let full = tag.name().into_inner();
        let (prefix, name) = full.rsplit_once(':').unwrap_or(("", full));
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') || full.len() > 1_000 {
            return Err(broken(line, "a name that XML does not allow"));
        }
        let namespace = self.namespaces.iter().rev().find(|(known, _)| known == prefix);
        element.namespace = match namespace {
            Some((_, uri)) => uri.clone(),
            None if prefix.is_empty() => String::new(),
            None => return Err(broken(line, format!("the prefix {prefix:.40} is not declared"))),
        };
        element.name = name.to_owned();
        self.open.push((element, before));
        Ok(())
    }

    fn end(&mut self) {
        let Some((element, before)) = self.open.pop() else { return };
        self.namespaces.truncate(before);
        match self.open.last_mut() {
            Some((parent, _)) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn push(&mut self, text: &str, line: u64) -> Result<(), Refusal> {
        let Some((element, _)) = self.open.last_mut() else {
            let blank = text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty();
            return if blank { Ok(()) } else { Err(broken(line, "text outside of the root element")) };
        };
        if element.text.len() + text.len() > self.limits.max_text {
            return Err(Refusal::TooLong { line, what: "a text", limit: self.limits.max_text as u64 });
        }
        if text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
            return Err(broken(line, "a control character"));
        }
        element.text.push_str(text);
        Ok(())
    }

    fn reference(&mut self, name: &str, line: u64) -> Result<(), Refusal> {
        let reference = format!("&{};", name.trim_start_matches('&').trim_end_matches(';'));
        let refused = || Refusal::Entity { line, name: name.chars().take(40).collect() };
        let text = quick_xml::escape::unescape(&reference).map_err(|_| refused())?;
        if text.contains('\0') {
            return Err(refused());
        }
        self.push(&text, line)
    }
}

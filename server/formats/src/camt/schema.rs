//! The schemas of camt.052, camt.053 and camt.054, versions 02 to 14, as one table, and a walk along it.
//!
//! The table is made by `schema/gen.py`. It serves to say what is not as the standard has it; it never decides whether an
//! amount is readable.

use super::facets::Facets;
use std::sync::OnceLock;

/// The table as text.
const TABLE: &str = include_str!("schema/camt.schema");

/// A type by its number in the table.
pub(super) type TypeId = u16;

/// As often as one likes.
const UNBOUNDED: u16 = u16::MAX;

/// The number of a name that the table does not have.
const NO_NAME: u16 = u16::MAX;

#[derive(Debug)]
enum Type {
    Any,
    Text(Facets),
    Amount {
        text: TypeId,
        currency: TypeId,
    },
    /// Items `first..last`.
    Elements {
        first: u32,
        last: u32,
    },
}

/// A place in a sequence: one element, or a choice of several.
#[derive(Debug)]
struct Item {
    least: u16,
    most: u16,
    first: u32,
    last: u32,
}

/// All versions.
#[derive(Debug)]
pub(super) struct Schema {
    types: Vec<Type>,
    items: Vec<Item>,
    /// Name and type.
    choices: Vec<(u16, TypeId)>,
    names: Vec<&'static str>,
    /// Open addressing: numbers into `names`.
    slots: Vec<u16>,
    /// Version and type of `Document`.
    roots: Vec<(&'static str, TypeId)>,
}

/// Of the names in the table there are about eight hundred.
const SLOTS: usize = 4096;

impl Schema {
    /// The table, read once.
    pub fn get() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(Self::parse)
    }

    fn parse() -> Self {
        let mut schema = Self {
            types: Vec::new(),
            items: Vec::new(),
            choices: Vec::new(),
            names: Vec::new(),
            slots: vec![NO_NAME; SLOTS],
            roots: Vec::new(),
        };
        for line in TABLE.lines() {
            let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
            let mut words = rest.split_whitespace();
            let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
            match kind {
                "s" => schema.types.push(Type::Text(Facets::parse(rest))),
                "a" => {
                    let (text, currency) = (number(), number());
                    schema.types.push(Type::Amount { text, currency });
                }
                "c" => {
                    let first = schema.items.len() as u32;
                    rest.split_whitespace().for_each(|word| schema.item(word));
                    schema.types.push(Type::Elements { first, last: schema.items.len() as u32 });
                }
                "x" => schema.types.push(Type::Any),
                "r" => {
                    let version = rest.split(' ').next().unwrap_or_default();
                    let root = rest.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
                    schema.roots.push((version, root));
                }
                _ => {}
            }
        }
        schema
    }

    /// One item: `A:1|B:2` and how often.
    fn item(&mut self, word: &'static str) {
        let (body, least, most) = match word.as_bytes().last() {
            Some(b'?') => (&word[..word.len() - 1], 0, 1),
            Some(b'+') => (&word[..word.len() - 1], 1, UNBOUNDED),
            Some(b'*') => (&word[..word.len() - 1], 0, UNBOUNDED),
            Some(b'}') => {
                let (body, counts) = word.split_once('{').unwrap_or((word, ""));
                let (least, most) = counts.trim_end_matches('}').split_once(',').unwrap_or(("1", "1"));
                (body, least.parse().unwrap_or(1), most.parse().unwrap_or(1))
            }
            _ => (word, 1, 1),
        };
        let first = self.choices.len() as u32;
        for choice in body.split('|') {
            let (name, of) = choice.split_once(':').unwrap_or((choice, "0"));
            let name = self.intern(name);
            self.choices.push((name, of.parse().unwrap_or(0)));
        }
        self.items.push(Item { least, most, first, last: self.choices.len() as u32 });
    }

    fn intern(&mut self, name: &'static str) -> u16 {
        let mut slot = hash(name.as_bytes());
        while let Some(known) = self.names.get(usize::from(self.slots[slot])) {
            if *known == name {
                return self.slots[slot];
            }
            slot = (slot + 1) % SLOTS;
        }
        let number = self.names.len() as u16;
        self.names.push(name);
        self.slots[slot] = number;
        number
    }

    fn name(&self, name: &str) -> u16 {
        let mut slot = hash(name.as_bytes());
        while let Some(known) = self.names.get(usize::from(self.slots[slot])) {
            if *known == name {
                return self.slots[slot];
            }
            slot = (slot + 1) % SLOTS;
        }
        NO_NAME
    }

    /// The type of `Document` in a version, where there is one.
    pub fn root(&self, version: &str) -> Option<TypeId> {
        self.roots.iter().find(|(known, _)| *known == version).map(|(_, root)| *root)
    }

    /// Does the type have the attribute `Ccy`?
    pub fn is_amount(&self, of: TypeId) -> bool {
        matches!(self.types[usize::from(of)], Type::Amount { .. })
    }

    /// Must an element of the type hold a text and nothing else?
    pub fn is_text(&self, of: TypeId) -> bool {
        matches!(self.types[usize::from(of)], Type::Text(_) | Type::Amount { .. })
    }

    /// May anything stand in it?
    pub fn is_any(&self, of: TypeId) -> bool {
        matches!(self.types[usize::from(of)], Type::Any)
    }

    /// Why a text does not fit its type.
    pub fn text_fault(&self, of: TypeId, text: &str) -> Option<String> {
        match &self.types[usize::from(of)] {
            Type::Text(facets) => facets.fault(text),
            Type::Amount { text: inner, .. } => self.text_fault(*inner, text),
            _ => None,
        }
    }

    /// Why a currency does not fit the amount's type.
    pub fn currency_fault(&self, of: TypeId, currency: &str) -> Option<String> {
        match self.types[usize::from(of)] {
            Type::Amount { currency: inner, .. } => self.text_fault(inner, currency),
            _ => None,
        }
    }

    fn items_of(&self, of: TypeId) -> &[Item] {
        match self.types[usize::from(of)] {
            Type::Elements { first, last } => &self.items[first as usize..last as usize],
            _ => &[],
        }
    }

    fn names_of(&self, item: &Item) -> String {
        let names: Vec<_> = self.choices[item.first as usize..item.last as usize]
            .iter()
            .map(|(name, _)| self.names[usize::from(*name)])
            .collect();
        names.join(" or ")
    }

    /// The first type of the table where anything may stand.
    fn any(&self) -> TypeId {
        self.types.iter().position(|of| matches!(of, Type::Any)).unwrap_or(0) as TypeId
    }
}

/// FNV-1a, cut to the table's size. Names are short.
fn hash(name: &[u8]) -> usize {
    let full = name.iter().fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (full ^ (full >> 15)) as usize % SLOTS
}

/// Where the walk stands in one element.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub of: TypeId,
    item: u16,
    count: u16,
}

/// What an element's coming or going shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The element is not known here.
    Unknown,
    /// It is known, but not in this place, or too often.
    Misplaced,
    /// Before it, or at the end, this is missing.
    Missing(String),
}

impl At {
    /// At the beginning of an element of a type.
    pub fn start(of: TypeId) -> Self {
        Self { of, item: 0, count: 0 }
    }

    /// A child begins: the walk in it, and what is wrong with its coming.
    pub fn child(&mut self, schema: &Schema, name: &str) -> (Self, Option<Fault>) {
        if schema.is_any(self.of) {
            return (Self::start(self.of), None);
        }
        let items = schema.items_of(self.of);
        let number = schema.name(name);
        let find = |item: &Item| {
            schema.choices[item.first as usize..item.last as usize]
                .iter()
                .find(|(known, _)| *known == number)
                .map(|(_, of)| *of)
        };
        let mut missing = None;
        for (at, item) in items.iter().enumerate().skip(usize::from(self.item)) {
            let count = if at == usize::from(self.item) { self.count } else { 0 };
            if number != NO_NAME
                && let Some(of) = find(item)
                && (count < item.most || item.most == UNBOUNDED)
            {
                *self = Self { of: self.of, item: at as u16, count: count.saturating_add(1) };
                return (Self::start(of), missing.map(|item| Fault::Missing(schema.names_of(item))));
            }
            if count < item.least && missing.is_none() {
                missing = Some(item);
            }
        }
        // Not from here on: known elsewhere in this element, or not at all. The walk stays where it is.
        match items.iter().find_map(find) {
            Some(of) if number != NO_NAME => (Self::start(of), Some(Fault::Misplaced)),
            _ => (Self::start(schema.any()), Some(Fault::Unknown)),
        }
    }

    /// The element ends: what it lacks.
    pub fn end(self, schema: &Schema) -> Option<Fault> {
        let items = schema.items_of(self.of);
        let rest = items.iter().enumerate().skip(usize::from(self.item));
        let mut lacking = rest
            .filter(|(at, item)| if *at == usize::from(self.item) { self.count < item.least } else { item.least > 0 });
        lacking.next().map(|(_, item)| Fault::Missing(schema.names_of(item)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_a_document() {
        for message in ["052", "053", "054"] {
            for version in 2..=14 {
                let root = Schema::get().root(&format!("camt.{message}.001.{version:02}"));
                assert!(root.is_some_and(|root| !Schema::get().items_of(root).is_empty()), "{message} {version}");
            }
        }
    }

    #[test]
    fn the_walk_sees_what_is_missing_misplaced_and_unknown() {
        let schema = Schema::get();
        let mut document = At::start(schema.root("camt.053.001.08").unwrap_or(0));
        let (mut body, fault) = document.child(schema, "BkToCstmrStmt");
        assert_eq!(fault, None);
        let (mut header, fault) = body.child(schema, "GrpHdr");
        assert_eq!(fault, None);
        assert_eq!(header.child(schema, "CreDtTm").1, Some(Fault::Missing("MsgId".to_owned())));
        assert_eq!(header.child(schema, "MsgId").1, Some(Fault::Misplaced));
        assert_eq!(header.child(schema, "Nonsense").1, Some(Fault::Unknown));
        assert_eq!(header.end(schema), None);
        assert_eq!(body.end(schema), Some(Fault::Missing("Stmt".to_owned())));
        assert_eq!(body.child(schema, "Stmt").1, None);
        assert_eq!(body.child(schema, "Stmt").1, None);
    }
}

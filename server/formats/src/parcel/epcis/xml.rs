//! Brings an EPCIS event in XML, 1.x or 2.0, into the shape that it has in JSON, so that one reader serves both.

use super::schema::EventType;
use crate::parcel::{tree::Tree, xml::Element};
use std::collections::BTreeMap;

/// An event in the shape of JSON, and what is wrong with its XML.
#[derive(Default)]
pub(super) struct Shaped {
    pub members: BTreeMap<String, Tree>,
    /// Not as the XML schema of 2.0 has it.
    pub faults: Vec<String>,
    /// Odd, whatever the version is.
    pub odd: Vec<String>,
}

/// The namespace of the standard, in any version, or none at all: elements are unqualified.
pub(super) fn is_own(namespace: &str) -> bool {
    namespace.is_empty() || namespace.starts_with("urn:epcglobal:epcis")
}

/// Shapes one event. `strict`: the order of the schema of 2.0 counts.
pub(super) fn shape(event: &Element, kind: &EventType, strict: bool) -> Shaped {
    let mut shaped = Shaped::default();
    let mut last = (0, "");
    let mut foreign = false;
    for child in &event.children {
        if !is_own(&child.namespace) {
            foreign = true;
            continue;
        }
        let Some(place) = kind.place(&child.name) else { continue };
        if strict && (place < last.0 || foreign) {
            let before = if foreign { "an extension" } else { last.1 };
            shaped.faults.push(format!("{} is not expected behind {before}", child.name));
        }
        last = (place.max(last.0), if place >= last.0 { &child.name } else { last.1 });
    }
    members(event, kind, strict, &mut shaped, 0);
    shaped
}

/// Takes the children in; those of an extension, which 1.x puts newer properties into, as if they stood outside of it.
fn members(event: &Element, kind: &EventType, strict: bool, shaped: &mut Shaped, depth: usize) {
    for child in &event.children {
        let name = child.name.as_str();
        if !is_own(&child.namespace) {
            shaped.members.insert(format!("{}:{name}", child.namespace), child.tree());
            continue;
        }
        if matches!(name, "extension" | "baseExtension") && depth < 8 {
            members(child, kind, strict, shaped, depth + 1);
            continue;
        }
        if name == "certificationInfo" {
            let more = Tree::Text(child.text.trim().to_owned());
            match shaped.members.get_mut(name) {
                Some(Tree::List(items)) => items.push(more),
                _ => {
                    shaped.members.insert(name.to_owned(), Tree::List(vec![more]));
                }
            }
            continue;
        }
        if kind.name == "QuantityEvent" && matches!(name, "epcClass" | "quantity") {
            quantity(child, shaped);
            continue;
        }
        if kind.place(name).is_none() {
            let told = format!("the element {name:.60} is not known here");
            if strict {
                shaped.faults.push(told)
            } else {
                shaped.odd.push(told)
            }
            continue;
        }
        let value = value(child);
        if shaped.members.insert(name.to_owned(), value).is_some() {
            shaped.faults.push(format!("{name} stands twice"));
        }
    }
}

/// The class and the number of a `QuantityEvent` are what newer events have as a list of one.
fn quantity(child: &Element, shaped: &mut Shaped) {
    let list = shaped
        .members
        .entry("quantityList".to_owned())
        .or_insert_with(|| Tree::List(vec![Tree::Object(BTreeMap::new())]));
    let Tree::List(items) = list else { return };
    let Some(Tree::Object(members)) = items.first_mut() else { return };
    let text = Tree::Text(child.text.trim().to_owned());
    if members.insert(child.name.clone(), text).is_some() {
        shaped.faults.push(format!("{} stands twice", child.name));
    }
}

/// The value of a property.
fn value(element: &Element) -> Tree {
    let text = |element: &Element| Tree::Text(element.text.trim().to_owned());
    let list = |names: &[&str], make: &dyn Fn(&Element) -> Tree| {
        Tree::List(element.children.iter().filter(|child| names.contains(&child.name.as_str())).map(make).collect())
    };
    match element.name.as_str() {
        "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => list(&["epc"], &text),
        "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
            list(&["quantityElement"], &|quantity| {
                object(
                    quantity
                        .children
                        .iter()
                        .filter(|child| child.attribute("xsi:nil") != Some("true"))
                        .map(|child| (child.name.clone(), text(child))),
                )
            })
        }
        "bizTransactionList" => list(&["bizTransaction"], &|link| typed(link, "bizTransaction")),
        "sourceList" => list(&["source"], &|link| typed(link, "source")),
        "destinationList" => list(&["destination"], &|link| typed(link, "destination")),
        "sensorElementList" => list(&["sensorElement"], &sensor),
        "readPoint" | "bizLocation" => {
            object(element.children.iter().filter(|child| child.name == "id").map(|id| ("id".to_owned(), text(id))))
        }
        "persistentDisposition" => object(["set", "unset"].into_iter().filter_map(|name| {
            let items: Vec<Tree> = element.children.iter().filter(|child| child.name == name).map(text).collect();
            (!items.is_empty()).then(|| (name.to_owned(), Tree::List(items)))
        })),
        "errorDeclaration" => object(element.children.iter().filter(|child| is_own(&child.namespace)).map(|child| {
            let value = if child.name == "correctiveEventIDs" {
                Tree::List(child.children.iter().filter(|id| id.name == "correctiveEventID").map(text).collect())
            } else {
                text(child)
            };
            (child.name.clone(), value)
        })),
        "ilmd" => element.tree(),
        _ => text(element),
    }
}

fn object(members: impl Iterator<Item = (String, Tree)>) -> Tree {
    Tree::Object(members.collect())
}

/// An identifier with its type.
fn typed(link: &Element, name: &str) -> Tree {
    let kind = link.attribute("type").map(|kind| ("type".to_owned(), Tree::Text(kind.trim().to_owned())));
    object(kind.into_iter().chain([(name.to_owned(), Tree::Text(link.text.trim().to_owned()))]))
}

fn sensor(element: &Element) -> Tree {
    let attributes = |of: &Element| {
        object(of.attributes.iter().map(|(name, value)| (name.clone(), Tree::Text(value.trim().to_owned()))))
    };
    let metadata =
        element.children.iter().find(|child| matches!(child.name.as_str(), "sensorMetadata" | "sensorMetaData"));
    let reports: Vec<Tree> =
        element.children.iter().filter(|child| child.name == "sensorReport").map(attributes).collect();
    object(
        metadata
            .map(|metadata| ("sensorMetadata".to_owned(), attributes(metadata)))
            .into_iter()
            .chain((!reports.is_empty()).then(|| ("sensorReport".to_owned(), Tree::List(reports)))),
    )
}

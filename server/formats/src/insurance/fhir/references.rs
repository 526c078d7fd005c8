//! References: `#id` must be in the resource itself, `urn:uuid:` in the Bundle. One to another server, or to what a page of a
//! search left out, may stand alone.

use super::Resource;
use crate::{Refusal, insurance::Out, json::Value, out::Told, record::CheckKind};
use std::collections::{HashMap, HashSet};

/// What a Bundle has, by every name that it can be referred to by, with the key of each claim.
#[derive(Default)]
pub(super) struct Known {
    names: HashSet<String>,
    claims: HashMap<String, String>,
    in_bundle: bool,
    /// Entries that have the name of another one.
    twice: Vec<(usize, String)>,
}

impl Known {
    pub fn of_bundle(root: &Value) -> Self {
        let mut known = Self { in_bundle: true, ..Self::default() };
        for (index, entry) in root.get("entry").list().iter().enumerate() {
            let resource = entry.get("resource");
            let mut names: Vec<String> = entry.get("fullUrl").owned().into_iter().collect();
            if let (Some(kind), Some(id)) = (resource.get("resourceType").text(), resource.get("id").text()) {
                names.push(format!("{kind}/{id}"));
            }
            if resource.get("resourceType").text() == Some("Claim")
                && let Some((key, _)) = super::claim::own_key(resource, "Claim")
            {
                known.claims.extend(names.iter().map(|name| (name.clone(), key.clone())));
            }
            for name in names {
                if !known.names.insert(name.clone()) {
                    known.twice.push((index, name));
                }
            }
        }
        known
    }

    /// Tells the entries that have the name of another one. A history has each resource as often as it was changed.
    pub fn tell_twice(&self, root: &Value, out: &mut Out<'_>) -> Result<(), Refusal> {
        if root.get("type").text() == Some("history") {
            return Ok(());
        }
        for (index, name) in &self.twice {
            let told =
                Told::new(format!("/entry/{index}"), "Another entry of the Bundle has the same name.").actual(name);
            out.warn(CheckKind::DuplicateEntry, told)?;
        }
        Ok(())
    }

    /// The key of the claim that a reference names, if it is in the Bundle.
    pub fn claim(&self, reference: &str) -> Option<&str> {
        self.claims.get(reference).map(String::as_str)
    }
}

/// Checks every reference of a resource.
pub(super) fn check(resource: &Resource<'_>, known: &Known, out: &mut Out<'_>) -> Result<(), Refusal> {
    let contained: HashSet<&str> =
        resource.value.get("contained").list().iter().filter_map(|value| value.get("id").text()).collect();
    let mut found = Vec::new();
    collect(resource.value, &resource.place, &mut found);
    for (place, reference) in found {
        // Behind `|` or `/_history/` stands a version.
        let plain = reference.split("/_history/").next().unwrap_or(reference);
        if let Some(id) = plain.strip_prefix('#') {
            // The sender may write the sign before the id itself, too.
            if !id.is_empty() && !contained.contains(id) && !contained.contains(plain) {
                let told = Told::new(place, "The reference names nothing that is contained in the resource.");
                out.warn(CheckKind::UnresolvedReference, told.actual(reference))?;
            }
        } else if known.in_bundle && !known.names.contains(plain) {
            let told = Told::new(place, "The reference names nothing that is in the Bundle.").actual(reference);
            if plain.starts_with("urn:uuid:") || plain.starts_with("urn:oid:") {
                out.warn(CheckKind::UnresolvedReference, told)?;
            } else {
                out.info(CheckKind::UnresolvedReference, told)?;
            }
        }
    }
    Ok(())
}

fn collect<'a>(value: &'a Value, place: &str, found: &mut Vec<(String, &'a str)>) {
    for (name, inner) in value.members() {
        match inner {
            Value::Text(text) if name == "reference" => found.push((format!("{place}/reference"), text)),
            Value::Object(_) => collect(inner, &format!("{place}/{name}"), found),
            Value::List(list) => {
                for (index, inner) in list.iter().enumerate() {
                    collect(inner, &format!("{place}/{name}/{index}"), found);
                }
            }
            _ => {}
        }
    }
}

//! Whether every island of the source has made it into the WebAssembly. One that is not linked is a part of a page that
//! stays dead without an error anywhere: the loader only warns, in a console nobody reads.

use crate::project::{self, Project};
use crate::report::say;
use crate::site;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Lists the islands, and fails when the source has one that the WebAssembly or its loader has not.
pub fn check(project: &Project, out: &Path) -> Result<()> {
    let manifest = site::manifest(out)?;
    let exports = exports(&project::read(&site::path(out, &manifest, "wasm")?)?)?;
    let loader = String::from_utf8(project::read(&site::path(out, &manifest, "js")?)?)?;
    let islands: Vec<&str> = exports.iter().map(String::as_str).filter(|name| is_island(name)).collect();
    for island in &islands {
        say(island);
    }
    let mut missing: Vec<String> =
        islands.iter().filter(|island| !loader.contains(*island)).map(|island| format!("{island} (loader)")).collect();
    for name in written(&project.root.join("app/src"))? {
        if !islands.iter().any(|island| island.rsplit_once('_').is_some_and(|(start, _)| start == name)) {
            missing.push(name);
        }
    }
    if !missing.is_empty() {
        bail!(
            "not linked: {}. Is the module compiled for `hydrate`, and is the site built from this source?",
            missing.join(", ")
        );
    }
    Ok(())
}

/// Leptos exports an island as its name, an underscore and a number made of its source.
fn is_island(name: &str) -> bool {
    name.rsplit_once('_').is_some_and(|(start, number)| {
        start.starts_with(|first: char| first.is_ascii_uppercase())
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The names of the islands in the source: what follows `fn` after `#[island…]`.
fn written(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for path in project::files(folder)? {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = String::from_utf8(project::read(&path)?)?;
        names.extend(names_in(&text));
    }
    Ok(names)
}

fn names_in(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_next = false;
    for line in text.lines().map(str::trim_start) {
        is_next |= line.starts_with("#[island]") || line.starts_with("#[island(");
        let Some((_, rest)) = line.split_once("fn ").filter(|_| is_next && !line.starts_with("//")) else { continue };
        names.push(rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
        is_next = false;
    }
    names
}

/// The names a WebAssembly module exports. Its format is a row of sections, each with a number and a length; exports are
/// section 7.
fn exports(module: &[u8]) -> Result<Vec<String>> {
    const EXPORTS: u8 = 7;
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0").context("this is no WebAssembly module of version 1")?;
    while let Some((&id, after)) = rest.split_first() {
        rest = after;
        let length = number(&mut rest)?;
        let mut section = take(&mut rest, length)?;
        if id != EXPORTS {
            continue;
        }
        let mut names = Vec::new();
        for _ in 0..number(&mut section)? {
            let length = number(&mut section)?;
            names.push(
                String::from_utf8(take(&mut section, length)?.to_vec()).context("an export has no readable name")?,
            );
            take(&mut section, 1)?;
            number(&mut section)?;
        }
        return Ok(names);
    }
    Ok(Vec::new())
}

/// Reads a whole number as the format writes it: seven bits a byte, the lowest first.
fn number(bytes: &mut &[u8]) -> Result<usize> {
    let mut value: u32 = 0;
    for shift in (0..32).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(usize::try_from(value)?);
        }
    }
    bail!("the module is damaged: a number does not end")
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count).context("the module is damaged: it ends too soon")?;
    *bytes = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::{exports, is_island, names_in};

    #[test]
    fn exports_are_read_from_a_module() -> anyhow::Result<()> {
        // (module (memory (export "memory") 0) (func (export "Clock_12")))
        let module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\0\
            \x07\x15\x02\x06memory\x02\0\x08Clock_12\0\0\x0a\x04\x01\x02\0\x0b";
        assert_eq!(exports(module)?, ["memory", "Clock_12"]);
        assert!(exports(&module[..20]).is_err(), "a module cut short is an error");
        assert!(exports(b"<html>").is_err());
        Ok(())
    }

    #[test]
    fn islands_are_told_from_other_exports() {
        assert!(is_island("LiveClock_16234234"));
        for other in ["memory", "hydrate", "__wbindgen_malloc", "Clock", "Clock_", "clock_12"] {
            assert!(!is_island(other), "{other}");
        }
    }

    #[test]
    fn islands_are_found_in_source() {
        let text = "#[component]\npub fn Page() {}\n/// Time.\n#[island]\n// fn no\npub fn Clock(at: i64) {}\n#[island(lazy)] fn B() {}\nfn c() {}";
        assert_eq!(names_in(text), ["Clock", "B"]);
    }
}

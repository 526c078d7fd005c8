//! The whole site in one go: public files, stylesheet, islands, and `assets.json`, from which the server learns the names.

use crate::assets::{Names, Site};
use crate::project::{self, Project};
use crate::report::{Weight, say, step, table};
use crate::{style, wasm};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::path::Path;

/// The list of names, in the site's folder.
pub const MANIFEST: &str = "assets.json";

/// The typeface that every page needs, in `public/`.
const FONT: &str = "fonts/ibm-plex-sans-latin.woff2";

/// For whom the site is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For customers: as small as it gets.
    Release,
    /// For the person who is working on it: as soon as it gets.
    Dev,
}

/// Builds the site into a folder. Doing it twice changes nothing; doing it after a change does what the change needs.
pub fn build(project: &Project, out: &Path, mode: Mode) -> Result<()> {
    say(&format!("Building the site into {}", out.display()));
    let mut site = Site::new(out, mode == Mode::Release);
    let names = step("public", || publish(project, &mut site))?;
    let css = step("style", || style::build(project, mode, &names))?;
    let css = site.hashed("guichet", "css", css.as_bytes())?;

    let built = wasm::build(project, mode)?;
    let wasm = site.hashed("guichet_bg", "wasm", &built.wasm)?;
    if !built.js.contains(wasm::PLAIN_NAME) {
        bail!("the loader does not name {}: has wasm-bindgen changed what it writes?", wasm::PLAIN_NAME);
    }
    let name = wasm.rsplit('/').next().unwrap_or_default();
    let js = site.hashed("guichet", "js", built.js.replace(wasm::PLAIN_NAME, name).as_bytes())?;

    let named = |file: &str| names.get(file).with_context(|| format!("public/{file} is missing"));
    let manifest = json!({
        "js": js,
        "wasm": wasm,
        "css": css,
        "icons": named("icons.svg")?,
        "font": named(FONT)?,
        "static": names,
    });
    let manifest = serde_json::to_string_pretty(&manifest)? + "\n";
    project::write(&out.join(MANIFEST), manifest.as_bytes())?;
    let removed = site.sweep()?;
    if removed > 0 {
        say(&format!("  {removed} file(s) of earlier builds removed"));
    }
    let weights = site.written().iter().map(|path| Weight::of(path)).collect::<Result<Vec<_>>>()?;
    table(&weights);
    Ok(())
}

/// Copies `public/`. Pictures and fonts get hashed names; what is asked for by a fixed name (favicon, robots.txt, the
/// icons of the installed portal, its worker) and the licences keep theirs.
fn publish(project: &Project, site: &mut Site) -> Result<(Names, String)> {
    let folder = project.root.join("public");
    let mut names = Names::new();
    for path in project::files(&folder)? {
        let inside = path.strip_prefix(&folder)?.to_string_lossy().into_owned();
        let bytes = project::read(&path)?;
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_hashed = matches!(&*extension, "svg" | "woff2" | "png" | "webp" | "avif")
            && stem != "favicon"
            && !stem.starts_with("icon-");
        let url = if is_hashed { site.hashed(&stem, &extension, &bytes)? } else { site.plain(&inside, &bytes)? };
        names.insert(inside, url);
    }
    let words = format!("{} files", names.len());
    Ok((names, words))
}

/// Reads the list of names of a built site.
pub fn manifest(out: &Path) -> Result<serde_json::Value> {
    let path = out.join(MANIFEST);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("there is no built site in {}: run `cargo xtask site` first", out.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON: build the site again", path.display()))
}

/// Where a file of the list lies.
pub fn path(out: &Path, manifest: &serde_json::Value, kind: &str) -> Result<std::path::PathBuf> {
    let url = manifest[kind].as_str().with_context(|| format!("{MANIFEST} names no {kind}: build the site again"))?;
    Ok(out.join(url.trim_start_matches('/')))
}

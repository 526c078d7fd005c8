//! The loader: the JavaScript that wasm-bindgen writes, made one small file. esbuild does it, because the loader may import
//! snippets of other crates, and because a minifier that understands the language cannot break it.

use crate::project::{self, Project};
use crate::report::bytes;
use crate::site::Mode;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Bundles the loader. What it exports keeps its name: the page calls `hydrate` and every island by it.
pub fn bundle(project: &Project, entry: &Path, mode: Mode) -> Result<(String, String)> {
    let out = entry.with_extension("bundle.js");
    let mut esbuild = Command::new(project.tool("esbuild")?);
    esbuild.arg(entry).args([
        "--bundle",
        "--format=esm",
        "--target=es2022",
        "--legal-comments=none",
        "--log-level=warning",
    ]);
    if mode == Mode::Release {
        esbuild.arg("--minify");
    }
    let mut option = std::ffi::OsString::from("--outfile=");
    option.push(&out);
    project::run(esbuild.arg(option)).context("the loader cannot be bundled")?;
    let js = String::from_utf8(project::read(&out)?).context("esbuild wrote something that is not text")?;
    let words = format!("{} bytes", bytes(js.len() as u64));
    Ok((js, words))
}

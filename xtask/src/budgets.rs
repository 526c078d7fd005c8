//! The weight a page may have on the wire. A customer on a slow line waits for these files, so growing them is a decision
//! (change the figure here, and say why) and never an accident.

use crate::assets::FOLDER;
use crate::project;
use crate::report::{Weight, bytes, say, table};
use crate::site;
use anyhow::{Result, bail};
use std::path::Path;

/// What is weighed, by extension, and what all files with it may weigh together after brotli.
/// The WebAssembly had 70 KiB until forms could be tried while they are filled in (1.2 kB); typeface and icons gave 6.7 kB back
/// in the same change.
const BUDGETS: &[(&str, u64)] = &[("wasm", 71 * 1024), ("js", 8 * 1024), ("css", 14 * 1024)];

/// Weighs the built site, prints all of it, and fails when something is too heavy.
pub fn check(out: &Path) -> Result<()> {
    // Not to weigh the leftovers of a build that was cut short.
    site::manifest(out)?;
    let files: Vec<_> = project::files(&out.join(FOLDER))?
        .into_iter()
        .filter(|path| path.extension().is_none_or(|extension| extension != "br" && extension != "gz"))
        .collect();
    let weights = files.iter().map(|path| Weight::of(path)).collect::<Result<Vec<_>>>()?;
    table(&weights);
    say("");
    let mut heavy = Vec::new();
    for (extension, budget) in BUDGETS {
        let suffix = format!(".{extension}");
        let mut weight = 0;
        for file in weights.iter().filter(|file| file.name.ends_with(&suffix)) {
            let Some(brotli) = file.brotli else {
                bail!("{} is not compressed: budgets are for `cargo xtask site --release`", file.name);
            };
            weight += brotli;
        }
        let verdict = if weight > *budget { "too heavy" } else { "ok" };
        say(&format!("  {extension:<5} {:>8} of {:>8} bytes  {verdict}", bytes(weight), bytes(*budget)));
        if weight == 0 {
            bail!("the site has no .{extension} file: build it again");
        }
        if weight > *budget {
            heavy.push(*extension);
        }
    }
    if !heavy.is_empty() {
        bail!(
            "over budget: {}. Find what has grown, or raise the figure in xtask/src/budgets.rs with a reason",
            heavy.join(", ")
        );
    }
    Ok(())
}

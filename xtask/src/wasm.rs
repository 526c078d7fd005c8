//! From the `frontend` package to the two files a browser loads: the WebAssembly and its loader. Cargo compiles,
//! wasm-bindgen (as a library, of the very version the crates use) writes the loader, wasm-opt makes it small.

use crate::project::{self, Project};
use crate::report::{bytes, step};
use crate::site::Mode;
use crate::toolchain::{TARGET, Toolchain};
use crate::{assets, loader};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the compiler may use, said to wasm-opt in so many words: without them it refuses a module rather than guess.
const OPTIMISE: &[&str] = &[
    "-Oz",
    "--converge",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Counts up when the steps after the compiler change in a way the options above do not show.
const RECIPE: &str = "2";

/// The name in the loader that stands for the WebAssembly's hashed one.
pub const PLAIN_NAME: &str = "guichet_bg.wasm";

/// What a browser loads, before it has its hashed names.
pub struct Built {
    pub wasm: Vec<u8>,
    pub js: String,
}

/// Builds both, or takes them from the last build when the compiler's product is the same.
pub fn build(project: &Project, mode: Mode) -> Result<Built> {
    let compiled = compile(project, mode)?;
    let wasm_opt = project.tool("wasm-opt")?;
    let key = key(project, mode, &compiled)?;
    let prefix = if mode == Mode::Dev { "dev-" } else { "release-" };
    let kept = project.cache().join(format!("{prefix}{key}"));
    let (wasm_path, js_path) = (kept.join(PLAIN_NAME), kept.join("guichet.js"));
    if !js_path.is_file() {
        let work = project.cache().join("work");
        empty(&work)?;
        step("bindings", || bind(&compiled, &work, mode))?;
        let bound = work.join(PLAIN_NAME);
        if mode == Mode::Release {
            step("wasm-opt", || optimise(&wasm_opt, &bound))?;
        }
        let js = step("loader", || loader::bundle(project, &work.join("guichet.js"), mode))?;
        forget(&project.cache(), prefix)?;
        project::write(&wasm_path, &project::read(&bound)?)?;
        // Last, because its presence says that both are there.
        project::write(&js_path, js.as_bytes())?;
    }
    Ok(Built { wasm: project::read(&wasm_path)?, js: String::from_utf8(project::read(&js_path)?)? })
}

fn compile(project: &Project, mode: Mode) -> Result<PathBuf> {
    let toolchain = Toolchain::find()?;
    let (profile, folder) = match mode {
        Mode::Release => ("wasm-release", "wasm-release"),
        Mode::Dev => ("dev", "debug"),
    };
    // A folder of its own: the browser's half then never waits for the lock of a native build.
    let target = project.target.join("frontend");
    step("islands", || {
        let mut cargo = toolchain.cargo();
        cargo.current_dir(&project.root).args(["build", "--package", "guichet-frontend", "--target", TARGET]);
        cargo.args(["--profile", profile, "--target-dir"]).arg(&target);
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", remapped(project));
        project::run(&mut cargo).context("the islands do not compile")?;
        let words = format!("compiled by {} ({})", toolchain.name(), toolchain.version()?.trim());
        Ok(((), words))
    })?;
    let path = target.join(TARGET).join(folder).join("guichet_frontend.wasm");
    if !path.is_file() {
        bail!("cargo left no {}: is the frontend package still called guichet-frontend?", path.display());
    }
    Ok(path)
}

/// Lints what a browser gets; where the toolchain has no clippy, the compiler's own warnings have to do.
pub fn lint(project: &Project) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let mut cargo = toolchain.cargo();
    cargo.current_dir(&project.root);
    if toolchain.has_clippy() {
        cargo.args(["clippy", "--package", "guichet-frontend", "--target", TARGET, "--target-dir"]);
        cargo.arg(project.target.join("frontend")).args(["--", "--deny", "warnings"]);
    } else {
        crate::report::say(&format!("{} has no clippy: the islands are compiled only", toolchain.name()));
        cargo.args(["check", "--package", "guichet-frontend", "--target", TARGET, "--target-dir"]);
        cargo.arg(project.target.join("frontend"));
    }
    project::run(&mut cargo).context("the islands have warnings")
}

/// Panic messages carry the paths of source files. Without these, they would carry the builder's home folder to every
/// customer, and the same source would give another file on every machine.
fn remapped(project: &Project) -> String {
    let home = project::variable("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = project::variable("HOME")?;
        Some(Path::new(&home).join(".cargo"))
    });
    let mut flags = vec![format!("--remap-path-prefix={}=.", project.root.display())];
    if let Some(home) = home {
        flags.push(format!("--remap-path-prefix={}=crates", home.join("registry/src").display()));
    }
    // The variable is split at spaces; a path with one would break the build, so it keeps its full name instead.
    flags.retain(|flag| !flag.contains(' '));
    flags.join(" ")
}

fn bind(compiled: &Path, work: &Path, mode: Mode) -> Result<((), String)> {
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .typescript(false)
        // So that `init()` without an argument finds the module beside the loader.
        .omit_default_module_path(false)
        .out_name("guichet")
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(mode == Mode::Release)
        .generate(work)
        .context("wasm-bindgen does not understand the module; its version must be that of the wasm-bindgen crate")?;
    let size = std::fs::metadata(work.join(PLAIN_NAME))?.len();
    Ok(((), format!("{} bytes", bytes(size))))
}

fn optimise(wasm_opt: &Path, module: &Path) -> Result<((), String)> {
    let small = module.with_extension("small");
    project::run(Command::new(wasm_opt).args(OPTIMISE).arg(module).arg("--output").arg(&small))?;
    std::fs::rename(&small, module)?;
    Ok(((), format!("{} bytes", bytes(std::fs::metadata(module)?.len()))))
}

/// One short text for everything the steps after the compiler depend on.
fn key(project: &Project, mode: Mode, compiled: &Path) -> Result<String> {
    let mut input = project::read(compiled)?;
    for lock in ["scripts/tools/package-lock.json", "Cargo.lock"] {
        input.extend(project::read(&project.root.join(lock))?);
    }
    input.extend(format!("{RECIPE} {mode:?} {OPTIMISE:?}").bytes());
    Ok(assets::hash(&input))
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// Removes what earlier builds of the same kind have kept.
fn forget(cache: &Path, prefix: &str) -> Result<()> {
    for entry in std::fs::read_dir(cache)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

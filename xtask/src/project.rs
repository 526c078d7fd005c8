//! Where things are: the workspace, the folder for what is built, and the small files kept between two builds.

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The places a chore reads from and writes to.
pub struct Project {
    /// The workspace's own folder.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the caller has put it.
    pub target: PathBuf,
}

impl Project {
    /// Finds the workspace this program was built from and asks cargo for its target folder, so that
    /// `CARGO_TARGET_DIR` and cargo's own configuration are followed alike.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the xtask package has no folder above it")?
            .to_path_buf();
        if !root.join("Cargo.toml").is_file() {
            bail!("{} is gone: build xtask again in the checkout you want to work on", root.display());
        }
        let text = output(Command::new(cargo()).current_dir(&root).args([
            "metadata",
            "--format-version=1",
            "--no-deps",
            "--offline",
        ]))?;
        let metadata: serde_json::Value = serde_json::from_str(&text).context("cargo metadata printed no JSON")?;
        let target = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
        Ok(Self { root, target: target.into() })
    }

    /// The built site: where the caller says, or in the target folder.
    pub fn site(&self, out: Option<PathBuf>) -> PathBuf {
        out.unwrap_or_else(|| self.target.join("site"))
    }

    /// What a build keeps for the next one.
    pub fn cache(&self) -> PathBuf {
        self.target.join("site-cache")
    }

    /// A program from `scripts/tools`, which `scripts/bootstrap` fills.
    pub fn tool(&self, name: &str) -> Result<PathBuf> {
        let path = self.root.join("scripts/tools/node_modules/.bin").join(name);
        if !path.exists() {
            bail!("{name} is missing: run `scripts/bootstrap build` once (or `npm ci` in scripts/tools)");
        }
        Ok(path)
    }
}

/// The cargo that runs this chore, else the one on the PATH.
pub fn cargo() -> OsString {
    variable("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A variable of the environment; cargo and the bootstrap speak to the chores through it.
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Runs a program to its end, its words going straight to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{name} does not start: is it installed?"))?;
    if !status.success() {
        bail!("{name} failed ({status}); its own message is above");
    }
    Ok(())
}

/// Runs a program and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command.output().with_context(|| format!("{name} does not start: is it installed?"))?;
    if !out.status.success() {
        bail!("{name} failed ({}): {}", out.status, String::from_utf8_lossy(&out.stderr).trim());
    }
    String::from_utf8(out.stdout).with_context(|| format!("{name} printed something that is not text"))
}

/// Every file below a folder, sorted, so that the same tree gives the same hash everywhere.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a file, and says which one when it cannot.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file in one step, so that a running server never reads half of it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut half = path.as_os_str().to_owned();
    half.push(".part");
    std::fs::write(&half, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    std::fs::rename(&half, path).with_context(|| format!("cannot write {}", path.display()))
}

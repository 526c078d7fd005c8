//! Which Rust builds the WebAssembly. The one in use, when it has the standard library for it; else one that
//! `scripts/bootstrap` has linked under the name `debian`. Versions are found, never pinned.

use crate::project::{cargo, output, variable};
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

/// The target of the islands.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A Rust that can build for the browser.
pub enum Toolchain {
    /// The one that runs this chore.
    Own,
    /// Another one, by its name in rustup.
    Named(String),
}

impl Toolchain {
    /// Looks for one, the caller's wish first.
    pub fn find() -> Result<Self> {
        if let Some(name) = variable("GUICHET_WASM_TOOLCHAIN") {
            let toolchain = Self::Named(name.to_string_lossy().into_owned());
            if !toolchain.is_complete() {
                bail!("the toolchain {} of GUICHET_WASM_TOOLCHAIN has no {TARGET}", toolchain.name());
            }
            return Ok(toolchain);
        }
        for toolchain in [Self::Own, Self::Named("debian".into())] {
            if toolchain.is_complete() {
                return Ok(toolchain);
            }
        }
        bail!(
            "no Rust here can build for {TARGET}: run `rustup target add {TARGET}`, \
             or `scripts/bootstrap build` where that does not work"
        )
    }

    /// What to call it in a message.
    pub fn name(&self) -> &str {
        match self {
            Self::Own => "the toolchain in use",
            Self::Named(name) => name,
        }
    }

    /// A cargo of this toolchain.
    pub fn cargo(&self) -> Command {
        match self {
            Self::Own => Command::new(cargo()),
            Self::Named(name) => rustup(name, "cargo"),
        }
    }

    /// Whether it brings clippy; a distribution may package it apart.
    pub fn has_clippy(&self) -> bool {
        output(self.cargo().args(["clippy", "--version"])).is_ok()
    }

    /// The compiler's version, for people to read.
    pub fn version(&self) -> Result<String> {
        output(self.rustc().arg("--version"))
    }

    fn rustc(&self) -> Command {
        match self {
            Self::Own => Command::new("rustc"),
            Self::Named(name) => rustup(name, "rustc"),
        }
    }

    /// Whether the standard library for the browser lies in its place. The compiler names the folder even when it is empty.
    fn is_complete(&self) -> bool {
        let folder = output(self.rustc().args(["--print", "target-libdir", "--target", TARGET]));
        let Ok(entries) = folder.and_then(|folder| Ok(std::fs::read_dir(Path::new(folder.trim()))?)) else {
            return false;
        };
        entries.filter_map(Result::ok).any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    }
}

/// A program of a named toolchain, without what cargo has set for the one that runs this chore.
fn rustup(toolchain: &str, program: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", toolchain, program]);
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    command
}

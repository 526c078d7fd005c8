//! The project's chores: it builds the site the server serves (WebAssembly, loader, stylesheet, icons, fonts), holds it to
//! its weight, lists its islands and writes what the program is made of. People, `make` and the tests all come through here,
//! so there is one way to build it.

mod assets;
mod budgets;
mod islands;
mod loader;
mod project;
mod report;
mod sbom;
mod site;
mod style;
mod toolchain;
mod wasm;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// The chores of Guichet.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Builds everything a browser loads, and the list of its names, into one folder.
    Site {
        /// Where to; by default the `site` folder beside the build's other products.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Small and compressed, as it is served to customers (the default).
        #[arg(long, conflicts_with = "dev")]
        release: bool,
        /// Fast to build, large, not compressed.
        #[arg(long)]
        dev: bool,
    },
    /// Fails when the built site is heavier than it may be.
    Budgets {
        /// The built site.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Lints the islands as a browser gets them: compiled for WebAssembly, without the server's half.
    Lint,
    /// Writes the inventory of everything that the program is made of (CycloneDX).
    Sbom {
        /// Where to; by default `guichet.cdx.json` beside the build's other products.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Lists the islands in the built WebAssembly, and fails when one in the source is missing there.
    Islands {
        /// The built site.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Sentences for a person, without the trail through this program that nobody asked for.
            report::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<()> {
    let project = project::Project::find()?;
    match chore {
        Chore::Site { out, release: _, dev } => {
            let mode = if dev { site::Mode::Dev } else { site::Mode::Release };
            site::build(&project, &project.site(out), mode)
        }
        Chore::Sbom { out } => sbom::write(&project, out),
        Chore::Lint => wasm::lint(&project),
        Chore::Budgets { out } => budgets::check(&project.site(out)),
        Chore::Islands { out } => islands::check(&project, &project.site(out)),
    }
}

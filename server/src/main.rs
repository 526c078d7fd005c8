//! `guichet`: reads the command line and runs one command.

use clap::Parser as _;
use guichet::commands::{Cli, run};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::anyhow!("the system gives no threads: {error}")),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a command goes to whoever typed it")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("guichet: {error:#}");
    ExitCode::FAILURE
}

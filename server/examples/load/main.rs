//! A load client for `scripts/bench`: many open pages, what a back office sends, and when it is on each page.
//!
//! It speaks to a portal that runs, from outside, as browsers and back offices do. What it measures is in `docs/benchmarks.md`.

mod documents;
mod epcis;
mod figures;
mod pages;
mod streams;
mod ticks;
mod wire;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use std::{io::Write as _, net::SocketAddr, path::PathBuf};

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes customers with a parcel each and an account that all of them hold, as documents to import.
    PrepareStreams { folder: PathBuf, customers: usize },
    /// Writes customers with a portfolio each, as documents to import.
    PrepareTicks { folder: PathBuf, customers: usize, instruments: usize },
    /// Signs every customer in, and writes cookies and cursors.
    Sessions { database: String, customers: usize, file: PathBuf },
    /// From a webhook to open pages.
    Streams {
        #[command(flatten)]
        portal: Portal,
        #[arg(long)]
        sessions: PathBuf,
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// From a price to open portfolios.
    Ticks {
        #[command(flatten)]
        portal: Portal,
        #[arg(long)]
        sessions: PathBuf,
        #[arg(long)]
        instruments: usize,
        /// Into how many messages the instruments are divided; each is sent five times a second.
        #[arg(long, default_value_t = 1)]
        groups: usize,
        #[arg(long, default_value_t = 30)]
        seconds: u64,
        /// The first price, in cents, so that a second run is told from the first.
        #[arg(long, default_value_t = 10_000)]
        from: usize,
        /// The page that is open in every browser.
        #[arg(long, default_value = "portfolio")]
        page: String,
    },
    /// EPCIS events that are taken in.
    Epcis {
        #[command(flatten)]
        portal: Portal,
        #[arg(long)]
        database: String,
        #[arg(long)]
        events: usize,
        /// Events in a webhook.
        #[arg(long, default_value_t = 500)]
        each: usize,
        /// Connections at once.
        #[arg(long, default_value_t = 4)]
        connections: usize,
        /// The first event's number, so that a second run sends others.
        #[arg(long, default_value_t = 0)]
        from: usize,
    },
}

/// The portal that is measured.
#[derive(Clone, Debug, Args)]
pub struct Portal {
    /// Where it listens.
    #[arg(long)]
    server: SocketAddr,
    /// Its process, whose memory and processor time are read.
    #[arg(long)]
    pid: u32,
    /// The secret of its sources.
    #[arg(long)]
    secret: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::PrepareStreams { folder, customers } => documents::streams(&folder, customers),
        Command::PrepareTicks { folder, customers, instruments } => documents::ticks(&folder, customers, instruments),
        Command::Sessions { database, customers, file } => pages::sign_in(&database, customers, &file).await,
        Command::Streams { portal, sessions, rounds } => streams::run(&portal, &sessions, rounds).await,
        Command::Ticks { portal, sessions, instruments, groups, seconds, from, page } => {
            let load = ticks::Load { instruments, groups, seconds, from };
            ticks::run(&portal, &sessions, &load, &page).await
        }
        Command::Epcis { portal, database, events, each, connections, from } => {
            epcis::run(&portal, &database, &epcis::Load { events, each, connections, from }).await
        }
    }
}

/// Prints a line.
fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").context("standard output")
}

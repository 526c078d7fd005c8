//! The command line.

mod audit;
mod backup;
mod compose;
mod import;
mod keys;
mod replay;
mod serve;
mod simulate;
mod user;

use crate::simulate::Part;
use anyhow::Context as _;
use clap::{Parser, Subcommand};
use guichet_platform::config::Config;
use guichet_types::Date;
use std::{path::PathBuf, process::ExitCode};

pub use compose::{Parts, compose, feeds};

/// A customer portal that a bank, an insurer or a parcel carrier runs itself.
///
/// Configuration comes from a file and from the environment; `guichet check-config --reference` prints every key. Without
/// any, everything lives in the folder ./data and the portal answers at http://localhost:8080.
#[derive(Debug, Parser)]
#[command(name = "guichet", version, max_term_width = 100)]
pub struct Cli {
    /// The configuration file (TOML). Environment variables like GUICHET_SERVER__LISTEN win over it.
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the portal and take in what the back office puts into the inbox folder.
    Serve,
    /// Create the database, or bring its schema up to date, and stop.
    Migrate,
    /// Read files of the back office: bank statements (camt.052, .053, .054, MT940, MT942, alone or in a ZIP), parties.
    ///
    /// Each file is kept and hashed before it is read. The same file twice changes nothing. What cannot be read is kept aside
    /// with its place and its reason, and the rest goes on. Ends with status 1 when a file was rejected.
    Import {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print one JSON object for each file: what was read, what does not add up, and what became of it.
        #[arg(long)]
        json: bool,
        /// Only read and report; write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Read everything that was ever taken in once more, from the raw store, in the order in which it came.
    ///
    /// The raw store of this configuration is read; its database is not changed. Ends with status 1 when a check fails.
    Replay {
        /// Build this database, which must be empty: sqlite:FILE or postgres://USER@HOST/DATABASE.
        #[arg(long, value_name = "DATABASE")]
        into: Option<String>,
        /// Compare what comes out with the database of this configuration, table by table. Without --into, in a database
        /// that is made for it and taken away.
        #[arg(long, required_unless_present = "into")]
        check: bool,
    },
    /// People who sign in.
    #[command(subcommand)]
    User(User),
    /// The institution's own people.
    #[command(subcommand)]
    Staff(Staff),
    /// The audit log: what was done, by whom, to whose data.
    #[command(subcommand)]
    Audit(Audit),
    /// The keys that secrets in the database hang on.
    #[command(subcommand)]
    Keys(Keys),
    /// Write everything that the portal holds into one archive: the database, the back office's documents, customers' files.
    ///
    /// The portal may run meanwhile. The archive is read back and checked. Keys and secrets are not in it; which files have to
    /// be kept elsewhere is printed. What is in it is as confidential as the database.
    Backup {
        /// The archive, a gzip'd tar that must not be there yet.
        #[arg(value_name = "FILE")]
        archive: PathBuf,
    },
    /// Fill an empty database and data folder from an archive, SQLite or PostgreSQL whichever it came from.
    ///
    /// Nothing is written before every sum of the archive has held, and a cut leaves an empty database. No server may run on the
    /// database. Ends with status 1 when the audit log does not hold.
    Restore {
        /// The archive.
        #[arg(value_name = "FILE")]
        archive: PathBuf,
    },
    /// Check an archive: every sum, every row, every count, every document against its hash.
    ///
    /// Ends with status 1 when something is wrong, and says what and where.
    Verify {
        /// The archive.
        #[arg(value_name = "FILE")]
        archive: PathBuf,
        /// Also say table by table whether the live database is the same.
        #[arg(long)]
        live: bool,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Run the demonstration institution with a simulated back office.
    Demo {
        /// Seconds between two movements of the simulated bank.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=3600))]
        every: u64,
    },
    /// Play a back office against a portal that runs: real documents through its doors, until stopped with Ctrl-C.
    Simulate {
        /// Who is played.
        part: Part,
        /// Where its documents go: an address like http://localhost:8080/hooks/carrier, or a folder. Without it, where the
        /// portal of this configuration takes them.
        #[arg(long, value_name = "WHERE")]
        to: Option<String>,
        /// Seconds between two documents.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=3600))]
        every: u64,
    },
    /// Check the configuration and stop.
    CheckConfig {
        /// Print a configuration file with every key, what it means and what it is when nothing is said.
        #[arg(long)]
        reference: bool,
    },
}

#[derive(Debug, Subcommand)]
enum User {
    /// Give a customer an e-mail address and a password to sign in with, or new ones.
    ///
    /// The customer comes from the back office (a parties document). The password is read from standard input, so that it
    /// stands in no list of processes.
    Add {
        /// The customer number.
        #[arg(long)]
        customer: String,
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Print an activation code for a customer, to be handed over or sent by letter. Codes from before stop working.
    Invite {
        /// The customer number.
        #[arg(long)]
        customer: String,
    },
}

#[derive(Debug, Subcommand)]
enum Staff {
    /// Give somebody of the institution a first access: prints a number and an activation code.
    Invite {
        /// Their name.
        #[arg(long)]
        name: String,
        /// What they may do: administrator, operator, agent, lead, privacy, auditor, or a role of the institution's own.
        #[arg(long, default_value = "administrator")]
        role: String,
    },
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a new sealing key, and seal everything with it. Stop the portal first.
    Rotate,
    /// Print how many passwords and codes still need the pepper from before.
    Show,
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Check the whole log: every entry against the one before it, and every signed head.
    ///
    /// Prints how many entries hold and the first bad one with what is wrong. Ends with status 1 when something is.
    Verify {
        /// The file of signed heads, when it is another than audit.heads_file: a copy that was kept elsewhere.
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
        /// The public key of another machine that signs, or one from before, as `guichet audit key` prints it.
        #[arg(long, value_name = "KEY")]
        key: Vec<String>,
    },
    /// Print entries. That they were read is an entry itself.
    List {
        /// About this customer alone, by number.
        #[arg(long, value_name = "NUMBER")]
        customer: Option<String>,
        /// From this day on, like 2026-11-17, in the institution's time zone.
        #[arg(long, value_name = "DAY")]
        from: Option<Date>,
        /// Until this day, itself included.
        #[arg(long, value_name = "DAY")]
        to: Option<Date>,
        /// One JSON object for each entry.
        #[arg(long)]
        json: bool,
    },
    /// Print the public key that signed heads are checked with.
    Key,
}

/// Runs a command.
///
/// # Errors
/// In a sentence for whoever typed it.
#[expect(clippy::disallowed_methods, reason = "the environment is read here, once")]
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::CheckConfig { reference: true } = cli.command {
        say(&Config::reference());
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(cli.config.as_deref(), std::env::vars()).context("the configuration does not hold")?;
    match cli.command {
        Command::Serve => serve::serve(config, None).await.map(|()| ExitCode::SUCCESS),
        Command::Demo { every } => serve::serve(config, Some(every)).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate => {
            compose(&config).await?.db.close().await;
            say("The database is up to date.");
            Ok(ExitCode::SUCCESS)
        }
        Command::Import { files, json, dry_run } => import::import(config, files, json, dry_run).await,
        Command::Replay { into, check } => replay::replay(config, into, check).await,
        Command::Backup { archive } => backup::backup(config, archive).await,
        Command::Restore { archive } => backup::restore(config, archive).await,
        Command::Verify { archive, live, json } => backup::verify(config, archive, live, json).await,
        Command::User(User::Add { customer, email }) => {
            user::add(config, &customer, &email).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Keys(Keys::Rotate) => keys::rotate(config).await.map(|()| ExitCode::SUCCESS),
        Command::Keys(Keys::Show) => keys::show(config).await.map(|()| ExitCode::SUCCESS),
        Command::Audit(Audit::Verify { heads, key }) => audit::verify(config, heads, &key).await,
        Command::Audit(Audit::List { customer, from, to, json }) => {
            audit::list(config, customer, (from, to), json).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Audit(Audit::Key) => audit::key(&config).map(|()| ExitCode::SUCCESS),
        Command::Staff(Staff::Invite { name, role }) => {
            user::invite_person(config, name, role).await.map(|()| ExitCode::SUCCESS)
        }
        Command::User(User::Invite { customer }) => user::invite(config, &customer).await.map(|()| ExitCode::SUCCESS),
        Command::Simulate { part, to, every } => {
            simulate::simulate(config, part, to, every).await.map(|()| ExitCode::SUCCESS)
        }
        Command::CheckConfig { .. } => {
            say("The configuration holds.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A line for whoever typed the command.
#[expect(clippy::print_stdout, reason = "a command's answer goes to standard output")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

//! The demonstration institution: a few customers, thirteen months of accounts, and a bank behind them that goes on booking.
//!
//! Everything comes in by the same door as in production: files in the inbox folder. The bank keeps its own truth and sends
//! a statement for every day that has ended, so that the demonstration can be stopped and begun again on another day.

mod bank;
mod simulator;

use crate::commands::Parts;
use anyhow::Context as _;
use guichet_platform::{config, scope};
use std::{fs, io::Write as _, path::Path};

pub use simulator::Simulator;

/// The password of every demonstration sign-in.
const PASSWORD: &str = "le guichet ne ferme jamais";

/// The demonstration's sign-ins: customer number, e-mail address.
const SIGN_INS: [(&str, &str); 3] = [
    ("44712208", "ines.moreau@mail.example"),
    ("44712209", "hugo.moreau@mail.example"),
    ("51880314", "jonas.weber@mail.example"),
];

/// Who the customers are and what they hold; Inès and Hugo share an account.
const PARTIES: &str = r#"{
  "guichet": "parties/1",
  "customers": [
    {"number": "44712208", "name": "Inès Moreau", "given_name": "Inès", "since": "2017-03-04", "accounts": [
      {"identification": "FR7630009021440004812370152", "currency": "EUR", "kind": "current", "name": "Current account",
       "bic": "GUICFRPPXXX", "overdraft": "500"},
      {"identification": "FR7630009021440006018250096", "currency": "EUR", "role": "joint", "kind": "current",
       "label": "Household", "name": "Joint account", "bic": "GUICFRPPXXX"},
      {"identification": "FR7630009021440009018250091", "currency": "EUR", "kind": "savings", "name": "Savings",
       "bic": "GUICFRPPXXX"}]},
    {"number": "44712209", "name": "Hugo Moreau", "given_name": "Hugo", "since": "2019-09-16", "accounts": [
      {"identification": "FR7630009021440006018250096", "currency": "EUR", "role": "joint", "kind": "current",
       "label": "Maison", "name": "Joint account", "bic": "GUICFRPPXXX"}]},
    {"number": "51880314", "name": "Jonas Weber", "given_name": "Jonas", "since": "2021-01-11", "language": "de", "accounts": [
      {"identification": "DE89370400440532013000", "currency": "EUR", "kind": "current", "name": "Girokonto",
       "bic": "COBADEFFXXX", "overdraft": "1000"}]}
  ]
}
"#;

/// Puts a finished file into the inbox: written under a hidden name, then renamed.
pub(crate) fn drop_file(inbox: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let hidden = inbox.join(format!(".{name}"));
    let place = inbox.join(name);
    let write = || {
        let mut file = fs::File::create(&hidden)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&hidden, &place)
    };
    write().with_context(|| format!("{} cannot be written", place.display()))
}

/// Makes the customers and their sign-ins. Sessions from before end.
pub(crate) async fn prepare(parts: &Parts, data: &config::Data) -> anyhow::Result<()> {
    let file = data.dir.join("demo-parties.json");
    fs::write(&file, PARTIES).with_context(|| format!("{} cannot be written", file.display()))?;
    parts.inbox.import("demo", &file).await?;
    for (number, email) in SIGN_INS {
        if parts.sessions.find_credential(email).await?.is_none() {
            let hash = parts.passwords.hash(PASSWORD.to_owned()).await?;
            anyhow::ensure!(
                parts.sessions.set_credential(&scope::operator(), number, email, hash).await?,
                "the demonstration customer {number} is missing"
            );
        }
    }
    Ok(())
}

/// What is said when the demonstration is ready.
pub(crate) fn greeting(origin: &str) -> String {
    let mut text = format!("\n  Guichet, the counter that never closes\n\n  Open      {origin}\n");
    for (_, email) in SIGN_INS {
        text.push_str(&format!("  Sign in   {email}\n"));
    }
    text.push_str(&format!("  Password  {PASSWORD}\n\n"));
    text.push_str("  A simulated bank books every few seconds; watch it arrive on the statement. Stop with Ctrl-C.\n");
    text
}

//! The demonstration institution: a few customers, their sign-ins, and the back offices behind them that go on working.
//!
//! Everything comes in by the same doors as in production: files in the inbox folder, and signed webhooks. The players keep
//! their own truth, so that the demonstration can be stopped and begun again on another day.

use crate::{
    commands::Parts,
    simulate::{Door, Hook, Part, Stage},
};
use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use guichet_platform::{
    clock::SharedClock,
    config::{self, Config, MailTransport, Secret},
    outbox::Poster,
    random::Random,
    scope,
    staff::NewPerson,
};
use std::fs;

/// The password of every demonstration sign-in.
const PASSWORD: &str = "le guichet ne ferme jamais";

/// The demonstration's sign-ins: customer number, e-mail address.
const SIGN_INS: [(&str, &str); 3] = [
    ("44712208", "ines.moreau@mail.example"),
    ("44712209", "hugo.moreau@mail.example"),
    ("51880314", "jonas.weber@mail.example"),
];

/// The institution's people: name, role, what they do, e-mail address.
const STAFF: [(&str, &str, &str, &str); 4] = [
    ("Priya Natarajan", "administrator", "Digital channels", "priya.natarajan@bank.example"),
    ("Salim Benali", "agent", "Customer care", "salim.benali@bank.example"),
    ("Nadia Kaya", "lead", "Customer care", "nadia.kaya@bank.example"),
    ("Anke Vogt", "privacy", "Data protection", "anke.vogt@bank.example"),
];

/// Who the customers are and what they hold; Inès and Hugo share an account.
pub const PARTIES: &str = r#"{
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

/// Gives every back office that is played a secret to sign with, where the configuration names none.
///
/// Letters are shown on a page, unless the configuration sends them.
pub(crate) fn open_doors(config: &mut Config, random: &dyn Random) -> anyhow::Result<()> {
    if config.mail.transport == MailTransport::None {
        config.mail.transport = MailTransport::Page;
    }
    if config.hooks.secrets_dir.is_some() {
        return Ok(());
    }
    let folder = config.data.dir.join("hooks");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for part in Part::ALL {
        let path = folder.join(part.as_str());
        if !path.exists() {
            let mut key = [0; 32];
            random.fill(&mut key);
            let secret = format!("whsec_{}\n", STANDARD.encode(key));
            fs::write(&path, secret).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let secrets = text.lines().map(|line| Secret::new(line.trim().to_owned())).collect();
        config.secrets.hooks.insert(part.as_str().to_owned(), secrets);
    }
    config.hooks.secrets_dir = Some(folder);
    Ok(())
}

/// What a player needs, from the configuration: its documents go to `to`, or to this portal's own door.
pub(crate) fn stage(config: &Config, part: Part, to: Option<&str>, clock: SharedClock) -> anyhow::Result<Stage> {
    let door = match to {
        // The bank sends files, as banks do.
        None if part == Part::Bank => Door::Folder(config.data.inbox.clone()),
        None => hook(config, part, &format!("http://{}/hooks/{}", config.server.listen, part.as_str()), clock.clone())?,
        Some(to) if to.contains("://") => hook(config, part, to, clock.clone())?,
        Some(folder) => Door::Folder(folder.into()),
    };
    Ok(Stage {
        clock,
        zone: config.institution.time_zone.clone(),
        door,
        memory: config.data.dir.clone(),
        letters: config.outbox.dir.join(part.as_str()),
    })
}

fn hook(config: &Config, part: Part, address: &str, clock: SharedClock) -> anyhow::Result<Door> {
    let name = part.as_str();
    let secret = config.secrets.hooks.get(name).and_then(|secrets| secrets.first()).cloned().with_context(|| {
        format!("there is no secret to sign with: put one into a file named {name} in the folder hooks.secrets_dir")
    })?;
    let address = address.parse().with_context(|| format!("{address} is no address"))?;
    let poster = Poster::new().context("no certificates to trust were found")?;
    Ok(Door::Hook(Box::new(Hook { address, secret, poster, clock })))
}

/// Makes the customers and their sign-ins. Sessions from before end.
pub(crate) async fn prepare(parts: &Parts, data: &config::Data) -> anyhow::Result<()> {
    let file = data.dir.join("demo-parties.json");
    fs::write(&file, PARTIES).with_context(|| format!("{} cannot be written", file.display()))?;
    parts.inbox.import("demo", &file).await?;
    for (number, email) in SIGN_INS {
        if !parts.identity.knows(&scope::operator(), email).await? {
            let hash = parts.passwords.hash(PASSWORD.to_owned()).await?;
            anyhow::ensure!(
                parts.identity.set_credential(&scope::operator(), number, email, hash).await?,
                "the demonstration customer {number} is missing"
            );
        }
    }
    for (name, role, title, email) in STAFF {
        if !parts.identity.knows(&scope::operator(), email).await? {
            let person = NewPerson { name: name.to_owned(), role: role.to_owned(), title: title.to_owned() };
            let invitation = parts.identity.invite_first(&scope::operator(), person).await?;
            let number = invitation.with_context(|| format!("the role {role} is missing"))?.number;
            let hash = parts.passwords.hash(PASSWORD.to_owned()).await?;
            parts.identity.set_credential(&scope::operator(), &number, email, hash).await?;
        }
    }
    Ok(())
}

/// What is said when the demonstration is ready.
pub(crate) fn greeting(config: &Config) -> String {
    let origin = config.server.public_origin.as_str();
    let mut text = format!("\n  Guichet, the counter that never closes\n\n  Open      {origin}\n");
    for (_, email) in SIGN_INS {
        text.push_str(&format!("  Sign in   {email}\n"));
    }
    for (_, role, _, email) in STAFF {
        text.push_str(&format!("  Staff     {email} ({role}; asks for a second factor)\n"));
    }
    text.push_str(&format!("  Password  {PASSWORD}\n"));
    if config.mail.transport == MailTransport::Page {
        text.push_str(&format!("  Letters   {origin}/demo/mail\n"));
    }
    text.push('\n');
    text.push_str("  A simulated bank books every few seconds, and a carrier brings parcels; watch them arrive. Stop with Ctrl-C.\n");
    text
}

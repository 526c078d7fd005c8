//! Puts the parts together that every command needs: database, inbox, sessions, passwords.

use anyhow::Context as _;
use guichet_app::{
    accounts,
    auth::letters::HouseLetters,
    claims,
    house::{House, follow::Ground},
    parcels, people, portfolio,
};
use guichet_platform::{
    alarm::Alarms,
    clock::{SharedClock, SystemClock},
    config::{Config, Origin},
    db::{Db, DbOptions},
    identity::{self, Identity, Sealer},
    inbox::{Feed, Inbox},
    key_file,
    outbox::answers,
    password::{Breached, PasswordPolicy, Passwords},
    random::{OsRandom, SharedRandom},
    session::{SessionPolicy, Sessions},
    telemetry::Metrics,
};
use std::{fs, path::Path, sync::Arc};

/// The parts.
#[derive(Debug)]
pub struct Parts {
    /// The database, up to date.
    pub db: Db,
    /// The system's clock.
    pub clock: SharedClock,
    /// The system's randomness.
    pub random: SharedRandom,
    /// Takes documents in.
    pub inbox: Inbox,
    /// Keeps sessions.
    pub sessions: Sessions,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Keeps who everybody is.
    pub identity: Identity,
    /// Whose portal it is.
    pub house: House,
    /// What is counted.
    pub metrics: Metrics,
    /// What is done against the portal's controls.
    pub alarms: Alarms,
}

/// The readers of every domain, in the order in which they are asked. The bank's comes last: it takes any XML and any
/// archive, to say what is wrong with it.
#[must_use]
pub fn feeds(clock: SharedClock) -> Vec<Arc<dyn Feed>> {
    vec![
        people::feed::feed(clock.clone()),
        answers::feed(clock.clone()),
        parcels::feed::feed(clock.clone()),
        claims::feed::feed(clock.clone()),
        portfolio::feed::feed(clock.clone()),
        accounts::feed::feed(clock),
    ]
}

/// Opens the database that the configuration names, and makes the folders that it and the inbox need.
///
/// # Errors
/// When a folder or the database does not work.
pub(super) async fn open_database(config: &Config) -> anyhow::Result<Db> {
    for folder in [&config.data.dir, &config.data.inbox] {
        fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    if let Some(file) = database_file(config)
        && let Some(folder) = file.parent()
        && !folder.as_os_str().is_empty()
    {
        fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    let options = DbOptions {
        url: config.database.url.clone(),
        password: config.secrets.database_password.as_ref().map(|secret| secret.expose().clone()),
        client: config.database.client(),
        readers: config.database.readers(),
        schema: None,
    };
    Db::open(&options, &OsRandom).await.context("the database does not open")
}

/// The file of the database; none on PostgreSQL.
pub(super) fn database_file(config: &Config) -> Option<&Path> {
    let path = config.database.url.strip_prefix("sqlite:")?;
    Some(Path::new(path.split('?').next().unwrap_or(path).trim_start_matches("//")))
}

/// Opens what the configuration names.
///
/// # Errors
/// When a folder, the database or the parameters do not work.
pub async fn compose(config: &Config) -> anyhow::Result<Parts> {
    let clock: SharedClock = Arc::new(SystemClock);
    let random: SharedRandom = Arc::new(OsRandom);
    let db = open_database(config).await?;
    let metrics = Metrics::new(&*random);
    let max_bytes = config.data.max_file_bytes();
    let inbox =
        Inbox::new(db.clone(), clock.clone(), &config.data.dir, max_bytes, feeds(clock.clone()), metrics.clone())?;
    let policy = SessionPolicy {
        idle_seconds: config.session.idle_seconds(),
        absolute_seconds: config.session.absolute_seconds(),
        warning_seconds: i64::from(config.session.warning_seconds),
    };
    let sessions = Sessions::new(db.clone(), clock.clone(), random.clone(), policy);
    let pepper = config.secrets.pepper.as_ref().map(|secret| secret.expose().clone()).unwrap_or_default();
    let passwords = Passwords::new(PasswordPolicy::from(&config.password), pepper, random.clone())
        .context("the password parameters do not work")?;
    let previous = config.secrets.previous_pepper.as_ref().map(|secret| secret.expose().clone()).unwrap_or_default();
    let passwords = passwords.knowing(previous);
    let passwords = match &config.password.breached_file {
        None => passwords,
        Some(path) => {
            let breached =
                Breached::open(path).with_context(|| format!("password.breached_file, {}", path.display()))?;
            passwords.refusing(breached)
        }
    };
    let alarms = Alarms::new(db.clone(), clock.clone(), metrics.clone());
    let house = House::new(Ground::of(config));
    house.look(&db).await.context("the settings cannot be read")?;
    let makers = Makers {
        db: &db,
        clock: &clock,
        random: &random,
        sessions: &sessions,
        passwords: &passwords,
        house: &house,
        alarms: &alarms,
    };
    let identity = makers.identity(config, &config.server.public_origin)?;
    Ok(Parts { db, clock, random, inbox, sessions, passwords, identity, house, metrics, alarms })
}

/// What identity is made of.
struct Makers<'a> {
    db: &'a Db,
    clock: &'a SharedClock,
    random: &'a SharedRandom,
    sessions: &'a Sessions,
    passwords: &'a Passwords,
    house: &'a House,
    alarms: &'a Alarms,
}

impl Makers<'_> {
    fn identity(&self, config: &Config, origin: &Origin) -> anyhow::Result<Identity> {
        let path = config.sealing_key();
        let keys =
            key_file::open_ring(&path, &**self.random).with_context(|| format!("{} holds no key", path.display()))?;
        let (key, before) = keys.split_first().with_context(|| format!("{} holds no key", path.display()))?;
        Ok(Identity::new(identity::Parts {
            db: self.db.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            sessions: self.sessions.clone(),
            passwords: self.passwords.clone(),
            sealer: Sealer::new(key, self.random.clone())
                .by(config.session.seal_with)
                .opening(before.iter().map(|key| &**key)),
            profile: config.session.profile,
            institution: config.institution.name.clone(),
            origin: origin.as_str().to_owned(),
            letters: Arc::new(HouseLetters(self.house.clone())),
            alarms: self.alarms.clone(),
        })?)
    }
}

/// Identity at another origin: passkeys are for the one that they were made at.
///
/// # Errors
/// When the origin is none that a passkey can be for.
pub fn identity(config: &Config, parts: &Parts, origin: &Origin) -> anyhow::Result<Identity> {
    let Parts { db, clock, random, sessions, passwords, house, alarms, .. } = parts;
    Makers { db, clock, random, sessions, passwords, house, alarms }.identity(config, origin)
}

//! The settings that hold now, on this node. Read when the portal begins, and again when another release has come.

use super::{settings::Settings, store};
use crate::{
    web::Institution,
    words::{self, Overrides},
};
use guichet_platform::{
    config::Config,
    db::{Db, DbError},
};
use guichet_types::Locale;
use jiff::tz::TimeZone;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often a node looks whether another has published.
const LOOK: Duration = Duration::from_millis(700);

/// What the configuration file says of the institution, for what no release says.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Its name.
    pub name: String,
    /// Its languages, the default first.
    pub languages: Vec<Locale>,
    /// Where it is.
    pub zone: TimeZone,
    /// The host name that customers know it by.
    pub host: String,
}

impl Ground {
    /// From the configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let default = config.institution.default_language;
        let others = config.institution.languages.iter().copied().filter(|language| *language != default);
        Self {
            name: config.institution.name.clone(),
            languages: std::iter::once(default).chain(others).collect(),
            zone: config.institution.time_zone.clone(),
            host: config.server.public_origin.host().to_owned(),
        }
    }

    /// Settings that say nothing of their own.
    #[must_use]
    pub fn plain(&self) -> Settings {
        Settings::plain(&self.name, &self.languages)
    }

    fn with(&self, number: i64, settings: Settings) -> Institution {
        Institution {
            name: settings.name,
            tagline: settings.tagline,
            zone: self.zone.clone(),
            languages: settings.languages,
            host: self.host.clone(),
            release: number,
            brand: settings.brand,
            modules: settings.modules,
            notices: settings.notices,
        }
    }
}

/// The institution as it is now. Cheap to clone.
#[derive(Clone, Debug)]
pub struct House {
    ground: Arc<Ground>,
    now: Arc<watch::Sender<Arc<Institution>>>,
}

impl House {
    /// As the configuration has it, until something is read.
    #[must_use]
    pub fn new(ground: Ground) -> Self {
        let institution = ground.with(0, ground.plain());
        Self { now: Arc::new(watch::channel(Arc::new(institution)).0), ground: Arc::new(ground) }
    }

    /// The institution now.
    #[must_use]
    pub fn now(&self) -> Arc<Institution> {
        self.now.borrow().clone()
    }

    /// Hears of every release from now on.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<Arc<Institution>> {
        self.now.subscribe()
    }

    /// What the configuration says.
    #[must_use]
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// Reads the latest release, when it is another than the one that is known.
    ///
    /// # Errors
    /// What the database says.
    pub async fn look(&self, db: &Db) -> Result<(), DbError> {
        let known = self.now.borrow().release;
        if store::latest_number(db).await? == known {
            return Ok(());
        }
        if let Some((number, settings)) = store::latest(db).await? {
            words::replace(Overrides::new(&settings.texts));
            self.now.send_replace(Arc::new(self.ground.with(number, settings)));
            tracing::info!(settings.release = number, "Release {number} of the settings holds");
        }
        Ok(())
    }

    /// Follows what is published, on whichever node. Runs until told to stop.
    pub async fn follow(self, db: Db, stop: CancellationToken) {
        loop {
            if let Err(error) = self.look(&db).await {
                tracing::warn!(%error, "The settings could not be read; those from before go on");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

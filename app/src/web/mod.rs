//! What every page and action needs of the web: the services behind it, the visitor in front of it, and a table of routes
//! that code can list.

mod csp;
mod fields;
mod guard;
mod owner;
mod pace;
mod problem;
mod routes;
mod staff;
mod streams;
mod support;
mod visitor;

use crate::{
    house::{Brand, House, Modules, Notice},
    words::Figures,
};
use guichet_platform::{
    alarm::Alarms,
    audit::{self, Entry, head::PublicKey},
    clock::SharedClock,
    config::MailTransport,
    db::Db,
    files::FileStore,
    identity::Identity,
    inbox::Inbox,
    random::SharedRandom,
    session::Sessions,
    telemetry::{LogHandle, Metrics},
};
use guichet_types::Locale;
use jiff::tz::TimeZone;
use std::sync::Arc;
use tokio::sync::Semaphore;

pub use csp::{CspReport, CspReports, csp_report};
pub use fields::{Fields, SentFile, read_parts};
pub use guard::{
    LOCALE_COOKIE, OwnPolicy, Reflects, SESSION_COOKIE, Sandboxed, THEME_COOKIE, agent_in_words, cookie, guard,
    prefetched,
};
pub use owner::check_owner;
pub use pace::{Bound, Pace, PaceBounds};
pub use problem::{Problem, Reason};
pub use routes::{Access, RouteEntry, Routes};
pub use staff::{May, Staff, Sure};
pub use streams::{StreamLimits, StreamPlace, Streams, network_of};
pub use visitor::{SessionEnd, SignedIn, Visitor, own_path, redirect_to};

/// The names of the built files, each with the hash of its content.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Assets {
    /// The module that loads the islands.
    pub js: String,
    /// The islands.
    pub wasm: String,
    /// The stylesheet.
    pub css: String,
    /// The sprite of icons.
    pub icons: String,
    /// The typeface.
    #[serde(default)]
    pub font: String,
}

/// What the institution is called, where it is, and what it has made of its portal.
#[derive(Clone, Debug)]
pub struct Institution {
    /// Its name.
    pub name: String,
    /// What stands below its name.
    pub tagline: String,
    /// Its time zone: what "today" is.
    pub zone: TimeZone,
    /// The languages that a reader can choose; the first is the one for readers who ask for none of them.
    pub languages: Vec<Locale>,
    /// The host name that customers know it by.
    pub host: String,
    /// The release of its settings that holds; nought while there is none.
    pub release: i64,
    /// How it looks.
    pub brand: Brand,
    /// What it offers.
    pub modules: Modules,
    /// What everybody is to know for a while.
    pub notices: Vec<Notice>,
}

impl Institution {
    /// In the place of the release: a look at what is not published.
    pub const DRAFT: i64 = -1;
}

/// Everything behind the pages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
    /// Sessions.
    pub sessions: Sessions,
    /// Who everybody is.
    pub identity: Identity,
    /// The institution, as the latest release of its settings has it.
    pub house: House,
    /// The built files.
    pub assets: Arc<Assets>,
    /// `https://bank.example`, the only origin that may change anything.
    pub origin: Arc<str>,
    /// Live streams end when this is cancelled, so that they do not hold up a shutdown.
    pub closing: tokio_util::sync::CancellationToken,
    /// Downloads at once; each holds a reader for as long as the customer's line takes.
    pub downloads: Arc<Semaphore>,
    /// Files that customers send.
    pub files: FileStore,
    /// How letters get to customers, if they do.
    pub mail: MailTransport,
    /// Live streams that are open.
    pub streams: Streams,
    /// The latest prices, for open pages.
    pub quotes: crate::portfolio::quotes::Quotes,
    /// What is counted.
    pub metrics: Metrics,
    /// Takes documents in.
    pub inbox: Inbox,
    /// The keys that signed heads of the audit log are checked with.
    pub audit_keys: Arc<[PublicKey]>,
    /// Changes what is logged; none where the program does not log by itself.
    pub log: Option<LogHandle>,
    /// The administration answers here; else it has an address of its own, and its people sign in there alone.
    pub desk: bool,
    /// The door of the set-up, while nobody of the institution can sign in.
    pub setup: crate::admin::setup::Door,
    /// What is done against the portal's controls.
    pub alarms: Alarms,
    /// What browsers refused because of the policy.
    pub csp: CspReports,
    /// How fast a visitor may ask.
    pub pace: Pace,
    /// How often an idle stream says that it is there.
    pub keep_alive: std::time::Duration,
}

impl Services {
    /// Writes an entry of the audit log by itself, before something is told that only reads. Where that cannot be done, the
    /// reader is asked to come back, and nothing is told.
    ///
    /// # Errors
    /// When it is not written.
    pub async fn note(&self, visitor: &Visitor, entry: Entry) -> Result<(), Problem> {
        audit::note(&self.db, entry).await.map_err(|error| {
            tracing::error!(%error, "An entry of the audit log could not be written; what it is about was refused");
            Problem::new(Reason::Busy, visitor)
        })
    }

    /// Figures and dates for a reader of `locale`, now.
    #[must_use]
    pub fn figures(&self, locale: Locale) -> Figures {
        Figures::new(locale, self.house.ground().zone.clone(), self.clock.now())
    }
}

//! A database for a test, on SQLite and on PostgreSQL, and the parts that a test passes in: time and randomness.

pub mod clamd;
mod snapshot;
#[cfg(test)]
pub(crate) mod tls;

use crate::{
    alarm::Alarms,
    clock::TestClock,
    db::{Db, DbOptions},
    identity::{self, Identity, Letters, Notice, Profile, Proven, Rules, Sealer, SignIn},
    mail::Rendered,
    password::{PasswordPolicy, Passwords},
    random::SeededRandom,
    scope::{CustomerScope, Right, operator},
    session::{SessionPolicy, Sessions},
    staff::NewPerson,
    telemetry::Metrics,
};
#[cfg(test)]
use futures::FutureExt as _;
use guichet_types::{Locale, Timestamp};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub use snapshot::Snapshot;

/// The moment at which every test begins: Tuesday 17 November 2026, 14:32 in Rouen.
pub const NOW: Timestamp = Timestamp(1_794_922_320_000);

/// A world of a test's own.
#[derive(Debug)]
pub struct World {
    /// The database.
    pub db: Db,
    /// Time; it moves when the test says so.
    pub clock: Arc<TestClock>,
    /// Randomness that repeats.
    pub random: Arc<SeededRandom>,
    folder: tempfile::TempDir,
    place: DbOptions,
}

impl World {
    /// A folder that goes away with the test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Alarms, counted nowhere else.
    #[must_use]
    pub fn alarms(&self) -> Alarms {
        Alarms::new(self.db.clone(), self.clock.clone(), Metrics::new(&*self.random))
    }

    /// Sessions as a profile has them.
    #[must_use]
    pub fn sessions(&self, profile: Profile) -> Sessions {
        let Rules { idle_seconds, absolute_seconds, .. } = profile.rules();
        let policy = SessionPolicy { idle_seconds, absolute_seconds, warning_seconds: 60 };
        Sessions::new(self.db.clone(), self.clock.clone(), self.random.clone(), policy)
    }

    /// What a query of the back office's hand gives.
    #[cfg(test)]
    pub(crate) async fn ask<T>(&self, sql: &'static str) -> Vec<T>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>
            + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>
            + Send
            + Unpin
            + 'static,
    {
        let scope = operator();
        let read = self.db.read(&scope, move |tx| {
            async move {
                crate::on!(tx, c => sqlx::query_as(sql).fetch_all(&mut **c).await).map_err(crate::db::DbError::from)
            }
            .boxed()
        });
        read.await.unwrap()
    }

    /// A right of somebody of a role, who has just proved who they are.
    #[expect(clippy::unwrap_used, reason = "a test that has nobody has failed")]
    pub async fn proven<R: Right>(&self, role: &str) -> Proven<R> {
        let identity = self.identity(Profile::Insurer);
        let person = NewPerson { name: "Paul".to_owned(), role: role.to_owned(), title: String::new() };
        let number = identity.invite_first(&operator(), person).await.unwrap().unwrap().number;
        let email = format!("{}@bank.example", number.to_lowercase());
        identity.sign_up(&number, &email, "a password for the tests alone").await.unwrap();
        let token = identity.sessions.begin_unproved(&number).await.unwrap().unwrap();
        identity.sessions.resolve(&token).await.unwrap().unwrap().staff.unwrap().grant().unwrap().proven()
    }

    /// Identity as a profile has it, with passwords that cost little.
    #[must_use]
    pub fn identity(&self, profile: Profile) -> Identity {
        self.identity_with(profile, &[[7; 32]], ("", ""))
    }

    /// The same, with these sealing keys, the newest first, and this pepper and the one from before.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that has no identity has failed")]
    pub fn identity_with(&self, profile: Profile, keys: &[[u8; 32]], peppers: (&str, &str)) -> Identity {
        let (newest, before) = keys.split_first().expect("a key");
        let policy = PasswordPolicy { memory_kib: 64, passes: 1, lanes: 1, permits: 2 };
        let passwords = Passwords::new(policy, peppers.0.into(), self.random.clone());
        let passwords = passwords.expect("parameters that make sense").knowing(peppers.1.into());
        Identity::new(identity::Parts {
            db: self.db.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            sessions: self.sessions(profile),
            passwords,
            sealer: Sealer::new(newest, self.random.clone()).opening(before),
            profile,
            institution: "Guichet".to_owned(),
            origin: "http://localhost:8080".to_owned(),
            letters: Arc::new(PlainLetters),
            alarms: self.alarms(),
        })
        .expect("an origin that passkeys can be for")
    }

    /// The scope of a customer that the back office has told of, by way of a real session.
    #[expect(clippy::expect_used, reason = "a test whose customer cannot sign in has failed")]
    pub async fn scope_of(&self, number: &str) -> CustomerScope {
        const PASSWORD: &str = "a password for the tests alone";
        let identity = self.identity(Profile::Insurer);
        let email = format!("{number}@mail.example");
        identity.sign_up(number, &email, PASSWORD).await.expect("the customer is there");
        let browser = identity::Browser::default();
        let outcome = identity.sign_in(&email, PASSWORD.to_owned(), "", browser).await.expect("the database answers");
        let SignIn::Entered(entered) = outcome else { unreachable!("the right password lets its owner in") };
        let session = self.sessions(Profile::Insurer).resolve(&entered.session).await.expect("the database answers");
        session.expect("a session has begun").scope
    }
}

/// Letters that say what they are, and the code that they hold.
#[derive(Debug)]
struct PlainLetters;

impl Letters for PlainLetters {
    fn language(&self) -> Locale {
        Locale::En
    }

    fn write(&self, notice: &Notice, _: Locale, _: Timestamp) -> Rendered {
        let text = match notice {
            Notice::ResetCode { code } | Notice::ContactCode { code } => code,
            other => other.kind(),
        };
        Rendered::new(notice.kind(), text, text)
    }
}

#[expect(clippy::expect_used, reason = "a test that has no database has failed")]
async fn world(options: impl FnOnce(&Path) -> DbOptions, seed: u64) -> World {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let random = Arc::new(SeededRandom::new(seed));
    let place = options(folder.path());
    let db = Db::open(&place, &*random).await.expect("the test database opens");
    World { db, clock: Arc::new(TestClock::new(NOW)), random, folder, place }
}

/// A world on SQLite.
pub async fn sqlite() -> World {
    sqlite_of(4).await
}

/// A world on SQLite with so many readers.
pub async fn sqlite_of(readers: u32) -> World {
    world(|folder| DbOptions { readers, ..DbOptions::at(format!("sqlite:{}", folder.join("test.db").display())) }, 1)
        .await
}

/// A world on PostgreSQL, in a schema of its own. The server is named by `GUICHET_TEST_POSTGRES`, which `make test` sets;
/// `off` leaves PostgreSQL out for somebody who has none at hand.
pub async fn postgres() -> Option<World> {
    postgres_of(4).await
}

/// A world on PostgreSQL with so many connections, two at least.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration file")]
#[expect(clippy::expect_used, clippy::panic, reason = "a test that has no database has failed")]
pub async fn postgres_of(readers: u32) -> Option<World> {
    static SCHEMA: AtomicU64 = AtomicU64::new(0);
    let url = match std::env::var("GUICHET_TEST_POSTGRES") {
        Ok(off) if off == "off" => return None,
        Ok(url) => url,
        Err(_) => panic!("no PostgreSQL: run `make test`, or set GUICHET_TEST_POSTGRES to an address, or to `off`"),
    };
    let number = SCHEMA.fetch_add(1, Ordering::Relaxed);
    let schema = format!("t{}_{number}", std::process::id());
    let admin = sqlx::PgPool::connect(&url).await.expect("the test server answers");
    create_schema(&admin, &schema).await.expect("a schema for the test");
    admin.close().await;
    Some(world(|_| DbOptions { readers, schema: Some(schema), ..DbOptions::at(url) }, 2 + number).await)
}

/// Says that a test is left out on this machine, and what it needs.
#[cfg(test)]
#[expect(clippy::print_stderr, reason = "who runs the tests is to read it")]
pub(crate) fn left_out(what: &str, package: &str) {
    eprintln!("LEFT OUT: there is no {what} here; install the package {package}");
}

/// A customer, for what belongs to one.
#[cfg(test)]
pub(crate) async fn customer(world: &World) -> crate::scope::CustomerScope {
    const PARTY: &str = "insert into party (id, kind, name) values ($1, 'person', 'A')";
    const CUSTOMER: &str =
        "insert into customer (id, party_id, number, since_day, created_at) values ($1, $1, '1', 0, 0)";
    let id = vec![7_u8; 16];
    let scope = crate::scope::operator();
    let made = world.db.write(&scope, |tx| {
        async move {
            crate::on!(tx, c => sqlx::query(PARTY).bind(&id).execute(&mut **c).await.map(|_| ()))?;
            crate::on!(tx, c => sqlx::query(CUSTOMER).bind(&id).execute(&mut **c).await.map(|_| ()))?;
            Ok::<_, crate::db::DbError>(())
        }
        .boxed()
    });
    made.await.unwrap();
    crate::scope::CustomerScope::new(guichet_types::Id::from_bytes([7; 16]))
}

#[expect(clippy::disallowed_methods, reason = "the schema's name is made here")]
async fn create_schema(admin: &sqlx::PgPool, schema: &str) -> Result<(), sqlx::Error> {
    let sql = format!("drop schema if exists {schema} cascade; create schema {schema}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(admin).await.map(|_| ())
}

/// Makes one test for SQLite and one for PostgreSQL of a body that takes a [`World`].
///
/// `on_both_databases! { async fn a_customer_sees_their_account(world: World) { … } }`
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)+) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn story($world: $crate::testing::World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story($crate::testing::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(world) = $crate::testing::postgres().await {
                    story(world).await;
                }
            }
        }
    )+ };
}

/// How often a test that can go on for long tries: `few` times in every run, `many` times in a campaign (`make campaign`).
#[expect(clippy::disallowed_methods, reason = "tests have no configuration file")]
#[must_use]
pub fn attempts(few: usize, many: usize) -> usize {
    if std::env::var("GUICHET_CAMPAIGN").is_ok_and(|word| word == "full") { many } else { few }
}

/// Puts the figures of a campaign where `make campaign` shows them.
#[expect(clippy::print_stdout, reason = "the figures are what a campaign is for")]
pub fn figures(text: &str) {
    println!("FIGURES {text}");
}

//! A database for a test, on SQLite and on PostgreSQL, and the parts that a test passes in: time and randomness.

use crate::{
    clock::TestClock,
    db::{Db, DbOptions},
    random::SeededRandom,
    session::{SessionPolicy, Sessions},
};
use guichet_types::Timestamp;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

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
}

impl World {
    /// A folder that goes away with the test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sessions as a bank has them: five minutes idle, twelve hours in all.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        let policy = SessionPolicy { idle_seconds: 300, absolute_seconds: 43_200, warning_seconds: 60 };
        Sessions::new(self.db.clone(), self.clock.clone(), self.random.clone(), policy)
    }
}

#[expect(clippy::expect_used, reason = "a test that has no database has failed")]
async fn world(options: impl FnOnce(&Path) -> DbOptions, seed: u64) -> World {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let random = Arc::new(SeededRandom::new(seed));
    let db = Db::open(&options(folder.path()), &*random).await.expect("the test database opens");
    World { db, clock: Arc::new(TestClock::new(NOW)), random, folder }
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

//! Opening the database: connection settings, migrations, this installation's key.

use super::{Db, DbError, Pools, hex, migrate, seat::Doors};
use crate::{
    live::Bus,
    on,
    random::Random,
    scope::{FeedScope, Role},
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};
use sqlx::{
    ConnectOptions as _, Pool, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    fs::File,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

/// What the portal shows PostgreSQL in place of a password. Both are read anew for every connection, so that they can be
/// renewed while the portal runs.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// The file with its certificate, in PEM.
    pub certificate: PathBuf,
    /// The file with the key of it, in PEM.
    pub key: PathBuf,
}

/// Where the database is and how many read at once.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// `sqlite:data/guichet.db` or `postgres://user@host/database`.
    pub url: String,
    /// The PostgreSQL password, when it is not in the address.
    pub password: Option<String>,
    /// PostgreSQL: the certificate to sign in with.
    pub client: Option<ClientCertificate>,
    /// Readers of each role on SQLite, connections on PostgreSQL.
    pub readers: u32,
    /// PostgreSQL: the schema, when it is not the user's own.
    pub schema: Option<String>,
}

impl DbOptions {
    /// The database at `url`, with as many readers as suits a small machine.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into(), password: None, client: None, readers: 4, schema: None }
    }
}

impl Db {
    /// Opens the database, creates it where it can, and brings its schema up to date.
    ///
    /// # Errors
    /// When the address is unknown, nothing answers there, or the schema is newer than this program.
    pub async fn open(options: &DbOptions, random: &dyn Random) -> Result<Self, DbError> {
        let pools = if options.url.starts_with("sqlite:") {
            open_sqlite(options, random).await?
        } else if options.url.starts_with("postgres:") || options.url.starts_with("postgresql:") {
            open_postgres(options).await?
        } else {
            return Err(DbError::Address("database.url begins with sqlite: or postgres:".to_owned()));
        };
        let id_key = id_key(&pools, random).await?;
        Ok(Self {
            pools: Arc::new(pools),
            id_key,
            bus: Bus::default(),
            outbox_bell: Arc::default(),
            mail_bell: Arc::default(),
            stage: None,
        })
    }
}

async fn open_sqlite(options: &DbOptions, random: &dyn Random) -> Result<Pools, DbError> {
    let base = SqliteConnectOptions::from_str(&options.url)?
        .journal_mode(SqliteJournalMode::Wal)
        // In a measured power cut NORMAL lost 700 acknowledged rows and FULL none.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("cache_size", "-32000")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(256)
        .optimize_on_close(true, 400);
    let turn = turn(base.get_filename()).await?;
    let mut first = base.clone().create_if_missing(true).connect().await?;
    let version: String = sqlx::query("select sqlite_version()").fetch_one(&mut first).await?.get(0);
    // Versions before 3.51.3 can lose a commit in a race of two connections on the write-ahead log.
    if version.split('.').filter_map(|part| part.parse().ok()).collect::<Vec<u32>>() < vec![3, 51, 3] {
        return Err(DbError::Address(format!("SQLite {version} is older than 3.51.3 and can lose commits")));
    }
    migrate::sqlite(&mut first).await?;
    drop(turn);
    let mut secret = [0; 16];
    random.fill(&mut secret);
    Ok(Pools::Sqlite(Doors::new(&base, options.readers, &hex(&secret), first)))
}

/// Programs that open the same file at once make its schema one after another; PostgreSQL has a lock of its own for that.
async fn turn(database: &Path) -> Result<File, DbError> {
    let path = database.with_added_extension("lock");
    let shown = path.display().to_string();
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).append(true).open(path)?;
        file.lock().map(|()| file)
    });
    let refused = |error: std::io::Error| DbError::Address(format!("{shown} cannot be locked: {error}"));
    locked.await.map_err(|_| DbError::Fault)?.map_err(refused)
}

/// How PostgreSQL is spoken to.
pub(super) fn postgres(options: &DbOptions) -> Result<PgConnectOptions, DbError> {
    let mut connect = PgConnectOptions::from_str(&options.url)?.application_name("guichet");
    if let Some(password) = &options.password {
        connect = connect.password(password);
    }
    if let Some(ClientCertificate { certificate, key }) = &options.client {
        connect = connect.ssl_client_cert(certificate).ssl_client_key(key);
    }
    if let Some(schema) = &options.schema {
        connect = connect.options([("search_path", schema)]);
    }
    Ok(connect)
}

async fn open_postgres(options: &DbOptions) -> Result<Pools, DbError> {
    let pool: Pool<sqlx::Postgres> = PgPoolOptions::new()
        .max_connections(options.readers.max(2))
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(postgres(options)?)
        .await?;
    migrate::postgres(&pool).await?;
    Ok(Pools::Postgres { pool })
}

/// This installation's key for stable ids; made once, by whoever opens the database first.
async fn id_key(pools: &Pools, random: &dyn Random) -> Result<[u8; 32], DbError> {
    const ADD: &str = "insert into instance (only_row, id_key) values (1, $1) on conflict (only_row) do nothing";
    const GET: &str = "select id_key from instance";
    let mut fresh = [0; 32];
    random.fill(&mut fresh);
    let key: Vec<u8> = match pools {
        Pools::Sqlite(doors) => {
            let mut seat = doors.take(Role::Feed, true).await?;
            sqlx::query(ADD).bind(fresh.as_slice()).execute(&mut *seat).await?;
            sqlx::query(GET).fetch_one(&mut *seat).await?.get(0)
        }
        Pools::Postgres { pool } => {
            let mut tx = pool.begin().await?;
            sqlx::query("set local role guichet_feed").execute(&mut *tx).await?;
            sqlx::query(ADD).bind(fresh.as_slice()).execute(&mut *tx).await?;
            let key = sqlx::query(GET).fetch_one(&mut *tx).await?.get(0);
            tx.commit().await?;
            key
        }
    };
    key.try_into().map_err(|_| DbError::Value("instance.id_key"))
}

impl Db {
    /// This database with the key of another for ids: the same things get the same ids in both. Nothing may be in it.
    pub(crate) async fn adopt(self, other: &Self) -> Result<Self, DbError> {
        const EMPTY: &str = "select count(*) from source_document";
        const SET: &str = "update instance set id_key = $1";
        let key = other.id_key;
        self.write(&FeedScope::new(), move |tx| {
            async move {
                let (documents,): (i64,) = on!(tx, c => sqlx::query_as(EMPTY).fetch_one(&mut **c).await)?;
                if documents > 0 {
                    return Err(DbError::Address("the database to build is not empty".to_owned()));
                }
                on!(tx, c => sqlx::query(SET).bind(key.as_slice()).execute(&mut **c).await.map(|_| ()))?;
                Ok(())
            }
            .boxed()
        })
        .await?;
        Ok(Self { id_key: key, ..self })
    }

    /// Listens to what other processes commit, and rings the bus for it. Returns when the connection is lost.
    pub(crate) async fn hear(&self) -> Result<(), DbError> {
        match &*self.pools {
            Pools::Postgres { pool } => {
                let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
                listener.listen("guichet_live").await?;
                loop {
                    let heard = listener.recv().await?;
                    // `customer seq` for an event, a customer or a thing alone for anything else.
                    let (id, seq) = match heard.payload().split_once(' ') {
                        Some((id, seq)) => (id, seq.parse().ok()),
                        None => (heard.payload(), None),
                    };
                    if let Ok(id) = id.parse::<Id<()>>() {
                        self.bus.ring(id, seq);
                    }
                }
            }
            Pools::Sqlite(doors) => {
                let mut conn = doors.take(Role::Feed, false).await?;
                let (mut seen, mut since): (i64, i64) = (0, 0);
                let (mut looks, mut things_moved) = (0_u32, false);
                loop {
                    let version: i64 = sqlx::query("pragma data_version").fetch_one(&mut *conn).await?.get(0);
                    if version != seen {
                        things_moved = true;
                        seen = version;
                        let moved: Vec<(Vec<u8>, i64, i64)> = sqlx::query_as(
                            "select customer_id, max(at), max(seq) from live_event where at >= $1 group by customer_id",
                        )
                        .bind(since)
                        .fetch_all(&mut *conn)
                        .await?;
                        for (customer, at, seq) in moved {
                            since = since.max(at);
                            if let Ok(customer) = Id::<kind::Customer>::try_from(customer) {
                                self.bus.ring(customer, Some(seq));
                            }
                        }
                    }
                    // Which things have moved is written nowhere: all of them, once a second at most.
                    looks = looks.wrapping_add(1);
                    if things_moved && looks % 5 == 0 {
                        things_moved = false;
                        self.bus.ring_things();
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }
}

//! Every row of every table, as bytes: so that a test can say that nothing but this was changed.

use super::World;
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Row as _, postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr as _,
};

/// The rows of each table. A row is its columns' names and values, one after the other.
pub type Snapshot = BTreeMap<String, BTreeSet<Vec<u8>>>;

macro_rules! read_all {
    ($connection:ident, $tables:expr) => {{
        let tables: Vec<(String,)> = sqlx::query_as($tables).fetch_all(&mut $connection).await.expect("the tables");
        let mut snapshot = Snapshot::new();
        for (table,) in tables {
            // The name comes from the database's own list.
            let all = AssertSqlSafe(format!("select * from \"{table}\""));
            let rows = sqlx::query(all).fetch_all(&mut $connection).await.expect("the rows");
            let bytes = rows.iter().map(|row| {
                let mut bytes = Vec::new();
                for (at, column) in row.columns().iter().enumerate() {
                    bytes.extend(column.name().as_bytes());
                    bytes.push(b'=');
                    // Unchecked: whatever it is, as the database sends it.
                    let value: Option<Vec<u8>> = row.try_get_unchecked(at).expect("a value");
                    bytes.extend(value.unwrap_or_else(|| b"null".to_vec()));
                    bytes.push(b';');
                }
                bytes
            });
            snapshot.insert(table, bytes.collect());
        }
        snapshot
    }};
}

impl World {
    /// Everything that is in the database now, past every role and fence.
    #[expect(clippy::disallowed_methods, reason = "the database's own names of its tables, in a test")]
    #[expect(clippy::expect_used, reason = "a test that cannot read its database has failed")]
    pub async fn snapshot(&self) -> Snapshot {
        const SQLITE: &str = "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'";
        const POSTGRES: &str = "select tablename::text from pg_tables where schemaname = current_schema()";
        if let Some(schema) = &self.place.schema {
            let options = PgConnectOptions::from_str(&self.place.url).expect("an address");
            let options = options.options([("search_path", schema)]);
            let mut connection = options.connect().await.expect("the test server answers");
            return read_all!(connection, POSTGRES);
        }
        let options = SqliteConnectOptions::from_str(&self.place.url).expect("an address").read_only(true);
        let mut connection = options.connect().await.expect("the test database opens");
        read_all!(connection, SQLITE)
    }
}

//! Migrations: two folders with the same names, embedded in the program, applied at start.

use super::DbError;
use sqlx::{Pool, Postgres, SqliteConnection, migrate::Migrator};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

pub(super) async fn sqlite(conn: &mut SqliteConnection) -> Result<(), DbError> {
    Ok(SQLITE.run(conn).await?)
}

pub(super) async fn postgres(pool: &Pool<Postgres>) -> Result<(), DbError> {
    Ok(POSTGRES.run(pool).await?)
}

/// The names of the migrations, of SQLite and of PostgreSQL. A test holds them equal.
#[must_use]
pub fn migration_names() -> (Vec<String>, Vec<String>) {
    let names = |migrator: &Migrator| migrator.iter().map(|m| format!("{:04} {}", m.version, m.description)).collect();
    (names(&SQLITE), names(&POSTGRES))
}

/// The numbers of the migrations that this program has; the database has the same ones once it is open.
pub(crate) fn migration_numbers() -> Vec<i64> {
    SQLITE.iter().map(|migration| migration.version).collect()
}

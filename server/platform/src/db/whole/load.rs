//! An empty database filled anew, in one transaction: what only lets itself be added to is put out of the way, and back.
//!
//! The triggers that refuse changes would refuse the removal of what the migrations put in, and forced row-level security hides
//! the rows from the owner. Both databases change their schema within a transaction, so whoever comes before the commit, or
//! after a cut, finds everything in its place.

use super::{
    catalogue::{Kind, Table},
    quoted,
    read::Cell,
};
use crate::{
    db::{DbError, Dialect, Tx},
    on,
};
use sqlx::AssertSqlSafe;

/// Tables that the migrations, or the first start, put rows into.
const PLANTED: [&str; 4] = ["audit_tail", "instance", "quote_clock", "role"];

/// Rows that go in with one statement.
const BATCH: usize = 64;

/// What shuts again what [`open_up`] has opened.
#[derive(Debug)]
pub(crate) struct Opened(Vec<String>);

/// Puts triggers and forced row-level security out of the way, for this transaction alone.
///
/// # Errors
/// What the database says.
pub(crate) async fn open_up(tx: &mut Tx, tables: &[Table]) -> Result<Opened, DbError> {
    const TRIGGERS: &str = "select name, sql from sqlite_schema where type = 'trigger' order by name";
    let (mut open, mut shut) = (Vec::new(), Vec::new());
    match tx.dialect() {
        Dialect::Sqlite => {
            let triggers: Vec<(String, String)> = on!(tx, c => sqlx::query_as(TRIGGERS).fetch_all(&mut **c).await)?;
            for (name, sql) in triggers {
                open.push(format!("drop trigger {}", quoted(&name)));
                shut.push(sql);
            }
        }
        Dialect::Postgres => {
            for name in tables.iter().map(|table| quoted(&table.name)) {
                open.push(format!("alter table {name} no force row level security, disable trigger user"));
                shut.push(format!("alter table {name} force row level security, enable trigger user"));
            }
        }
    }
    for sql in open {
        run(tx, sql).await?;
    }
    Ok(Opened(shut))
}

/// Puts everything back.
///
/// # Errors
/// What the database says.
pub(crate) async fn shut(tx: &mut Tx, opened: Opened) -> Result<(), DbError> {
    for sql in opened.0 {
        run(tx, sql).await?;
    }
    Ok(())
}

/// The first table with a row that somebody put there; none in a fresh database.
///
/// # Errors
/// What the database says.
#[expect(clippy::disallowed_methods, reason = "the name of a table out of the catalogue, quoted")]
pub(crate) async fn not_empty<'t>(tx: &mut Tx, tables: &'t [Table]) -> Result<Option<&'t str>, DbError> {
    for table in tables.iter().filter(|table| !PLANTED.contains(&table.name.as_str())) {
        let sql = format!("select count(*) from (select 1 from {} limit 1) as one", quoted(&table.name));
        let (rows,): (i64,) = on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut **c).await)?;
        if rows > 0 {
            return Ok(Some(&table.name));
        }
    }
    Ok(None)
}

/// Takes out what the migrations and the first start have put in.
///
/// # Errors
/// What the database says.
pub(crate) async fn clear(tx: &mut Tx, tables: &[Table]) -> Result<(), DbError> {
    for table in tables.iter().rev().filter(|table| PLANTED.contains(&table.name.as_str())) {
        run(tx, format!("delete from {}", quoted(&table.name))).await?;
    }
    Ok(())
}

/// Puts rows into a table, each with a value for every column of [`Table::columns`].
///
/// # Errors
/// What the database says, or when a value is not of its column's kind.
#[expect(clippy::disallowed_methods, reason = "names out of the catalogue, quoted; the values are bound")]
pub(crate) async fn insert(tx: &mut Tx, table: &Table, rows: &[Vec<Cell>]) -> Result<(), DbError> {
    for batch in rows.chunks(BATCH) {
        if batch.iter().any(|row| row.len() != table.columns.len()) {
            return Err(DbError::Value("a row with more or fewer values than its table has columns"));
        }
        let sql = statement(table, batch.len());
        // A whole batch has the same text each time, and is prepared once.
        let whole = batch.len() == BATCH;
        on!(tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(whole);
            for (cell, column) in batch.iter().flat_map(|row| row.iter().zip(&table.columns)) {
                query = match (cell, column.kind) {
                    (Cell::Int(number), Kind::Int) => query.bind(*number),
                    (Cell::Text(text), Kind::Text) => query.bind(text.clone()),
                    (Cell::Bytes(bytes), Kind::Bytes) => query.bind(bytes.clone()),
                    (Cell::Null, Kind::Int) => query.bind(None::<i64>),
                    (Cell::Null, Kind::Text) => query.bind(None::<String>),
                    (Cell::Null, Kind::Bytes) => query.bind(None::<Vec<u8>>),
                    _ => return Err(DbError::Value("a value of another kind than its column")),
                };
            }
            query.execute(&mut **c).await.map(|_| ())
        })?;
    }
    Ok(())
}

fn statement(table: &Table, rows: usize) -> String {
    let columns: Vec<_> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let width = columns.len();
    let row = |row: usize| {
        let values: Vec<_> = (1..=width).map(|at| format!("${}", row * width + at)).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    format!("insert into {} ({}) values {}", quoted(&table.name), columns.join(", "), rows.join(", "))
}

#[expect(clippy::disallowed_methods, reason = "names out of the catalogue, quoted, and SQLite's own texts of triggers")]
async fn run(tx: &mut Tx, sql: String) -> Result<(), DbError> {
    on!(tx, c => sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **c).await.map(|_| ())).map_err(DbError::from)
}

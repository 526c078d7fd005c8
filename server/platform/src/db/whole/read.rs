//! Every row of a table, in an order that both databases give alike.

use super::{
    catalogue::{Column, Kind, Table},
    quoted,
};
use crate::{
    db::{DbError, Dialect, Tx},
    on,
};
use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, Row, Type};

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// How many rows a table has.
///
/// # Errors
/// What the database says.
#[expect(clippy::disallowed_methods, reason = "the name of a table out of the catalogue, quoted")]
pub(crate) async fn count(tx: &mut Tx, table: &Table) -> Result<i64, DbError> {
    let sql = format!("select count(*) from {}", quoted(&table.name));
    let (count,): (i64,) = on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut **c).await)?;
    Ok(count)
}

/// Gives every row to `each`, by primary key. The rows come as the database sends them: a few are in memory at a time, however
/// many there are.
///
/// # Errors
/// What the database or `each` says.
#[expect(clippy::disallowed_methods, reason = "names out of the catalogue, quoted")]
pub(crate) async fn rows<E: From<DbError>>(
    tx: &mut Tx,
    table: &Table,
    each: &mut (dyn FnMut(Vec<Cell>) -> Result<(), E> + Send),
) -> Result<(), E> {
    let sql = select(table, tx.dialect());
    let sql_error = |error: sqlx::Error| E::from(DbError::Sql(error));
    on!(tx, c => {
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **c);
        while let Some(row) = rows.try_next().await.map_err(sql_error)? {
            each(cells(&row, &table.columns).map_err(sql_error)?)?;
        }
        Ok(())
    })
}

fn select(table: &Table, dialect: Dialect) -> String {
    let columns: Vec<_> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let key = table.key().into_iter().map(|column| match (dialect, column.kind) {
        // By the bytes of the text, as SQLite has it, not as the server's language has it.
        (Dialect::Postgres, Kind::Text) => format!("{} collate \"C\"", quoted(&column.name)),
        _ => quoted(&column.name),
    });
    let key: Vec<_> = key.collect();
    format!("select {} from {} order by {}", columns.join(", "), quoted(&table.name), key.join(", "))
}

fn cells<'r, R>(row: &'r R, columns: &[Column]) -> Result<Vec<Cell>, sqlx::Error>
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
{
    let cell = |(at, column): (usize, &Column)| {
        Ok(match column.kind {
            Kind::Int => row.try_get::<Option<i64>, _>(at)?.map_or(Cell::Null, Cell::Int),
            Kind::Text => row.try_get::<Option<String>, _>(at)?.map_or(Cell::Null, Cell::Text),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map_or(Cell::Null, Cell::Bytes),
        })
    };
    columns.iter().enumerate().map(cell).collect()
}

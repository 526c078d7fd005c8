//! Whole tables as JSON, for what hands out everything.

#![expect(clippy::disallowed_methods, reason = "this module is the home of raw SQL")]

use super::{Conn, DbError, Tx};
use serde_json::{Map, Value, json};

/// Every row of a table that a transaction sees, as JSON: bytes in hexadecimal.
///
/// # Errors
/// What the database says.
pub(crate) async fn rows_of(tx: &mut Tx, table: &'static str) -> Result<Vec<Value>, DbError> {
    use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};
    macro_rules! values {
        ($rows:expr) => {{
            let mut all = Vec::new();
            for row in $rows {
                let mut fields = Map::new();
                for (index, column) in row.columns().iter().enumerate() {
                    let raw = row.try_get_raw(index)?;
                    let value = if raw.is_null() {
                        Value::Null
                    } else {
                        match raw.type_info().name() {
                            "INTEGER" | "INT8" | "BIGINT" => json!(row.try_get::<i64, _>(index)?),
                            "BLOB" | "BYTEA" => {
                                let bytes = row.try_get::<Vec<u8>, _>(index)?;
                                Value::String(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
                            }
                            _ => json!(row.try_get::<String, _>(index)?),
                        }
                    };
                    fields.insert(column.name().to_owned(), value);
                }
                all.push(Value::Object(fields));
            }
            all
        }};
    }
    // The name comes from the list of tables in this program.
    let sql = || sqlx::AssertSqlSafe(format!("select * from {table}"));
    Ok(match tx.conn() {
        Conn::Sqlite(c) => values!(sqlx::query(sql()).fetch_all(&mut **c).await?),
        Conn::Postgres(c) => values!(sqlx::query(sql()).fetch_all(&mut **c).await?),
    })
}

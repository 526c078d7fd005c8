//! The views and triggers that stand before the tables on a fenced connection, made of [`super::policy`].
//!
//! A temporary view has the very name of its table, and SQLite looks for a name there first: so one SQL text is right on both
//! databases, and shows the rows of the transaction's own customer. Behind it is a second view with a name that nobody can
//! guess; SQLite tells the authoriser only the name through which a table is read, and a statement could give that name to a
//! part of itself. Triggers do for changes what PostgreSQL's USING and WITH CHECK do: a row of somebody else is passed over,
//! and a row that would be somebody else's fails the statement.

use super::{
    fence::Fence,
    policy::{Act, Fenced},
};
use sqlx::{Row, SqliteConnection};
use std::{collections::HashMap, fmt::Write as _};

/// Puts the views and triggers of `role` onto a connection. Gives back the fence that fits them.
///
/// # Errors
/// What SQLite says.
pub(super) async fn put_up(conn: &mut SqliteConnection, role: Fenced, secret: &str) -> Result<Fence, sqlx::Error> {
    const TABLES: &str = "select name from main.sqlite_schema where type in ('table', 'view')";
    let mut fence = Fence::default();
    for row in sqlx::query(TABLES).fetch_all(&mut *conn).await? {
        fence.tables.insert(row.get(0));
    }
    for (child, column, parent, key) in references(conn).await? {
        let children = fence.references.entry(parent.clone()).or_default();
        children.insert((child.clone(), column));
        let parents = fence.references.entry(child).or_default();
        parents.insert((parent, key));
    }
    let keys = keys(conn).await?;
    let mut sql = String::new();
    for table in role.tables() {
        let none = Vec::new();
        let key = keys.get(table).unwrap_or(&none);
        let open = role.rules().iter().filter(|rule| rule.table == table).all(super::policy::Rule::is_open);
        let inner = format!("{table}_{secret}");
        for act in Act::ALL {
            let Some(rows) = role.condition(table, act) else { continue };
            if open {
                fence.open.insert((table.to_owned(), act));
                continue;
            }
            if act == Act::Select {
                fence.viewed.insert(table.to_owned());
            } else {
                fence.guarded.insert((table.to_owned(), act));
            }
            stand_before(&mut sql, (table, &inner), act, &rows, key);
        }
        if !open {
            fence.inner.insert(table.to_owned(), inner);
        }
    }
    run(conn, sql).await?;
    Ok(fence)
}

/// The columns that name a row, of every table.
async fn keys(conn: &mut SqliteConnection) -> Result<HashMap<String, Vec<String>>, sqlx::Error> {
    const KEYS: &str = "select t.name, c.name from main.sqlite_schema t join pragma_table_info(t.name) c
        where t.type = 'table' and c.pk > 0 order by t.name, c.pk";
    let mut keys = HashMap::<String, Vec<String>>::new();
    for (table, column) in sqlx::query_as::<_, (String, String)>(KEYS).fetch_all(conn).await? {
        keys.entry(table).or_default().push(column);
    }
    Ok(keys)
}

/// The references of every table: table, column, table and column that it refers to.
async fn references(conn: &mut SqliteConnection) -> Result<Vec<(String, String, String, String)>, sqlx::Error> {
    const REFERENCES: &str = "select t.name, f.\"from\", f.\"table\", f.\"to\"
        from main.sqlite_schema t join pragma_foreign_key_list(t.name) f where t.type = 'table'";
    sqlx::query_as(REFERENCES).fetch_all(conn).await
}

fn stand_before(sql: &mut String, (table, inner): (&str, &str), act: Act, rows: &str, key: &[String]) {
    let same =
        |row: &str| key.iter().map(|column| format!("{column} = {row}.{column}")).collect::<Vec<_>>().join(" and ");
    let mut trigger = |when: &str, row: &str, otherwise: &str| {
        let name = act.name();
        // Writing into a text does not fail.
        let _ = writeln!(
            sql,
            "create temp trigger {inner}_{name}_{when} {when} {name} on main.{table} \
             when not exists (select 1 from main.{table} where {} and ({rows})) begin select {otherwise}; end;",
            same(row)
        );
    };
    let refused = format!("raise(abort, 'row-level security: {table}')");
    match act {
        Act::Select => {
            let _ = writeln!(
                sql,
                "create temp view {inner} as select * from main.{table} where {rows};
                 create temp view {table} as select * from {inner};"
            );
        }
        Act::Insert => trigger("after", "new", &refused),
        Act::Update => {
            trigger("before", "old", "raise(ignore)");
            trigger("after", "new", &refused);
        }
        Act::Delete => trigger("before", "old", "raise(ignore)"),
    }
}

#[expect(clippy::disallowed_methods, reason = "made of the list in `policy` and the names of columns alone")]
async fn run(conn: &mut SqliteConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(conn).await.map(|_| ())
}

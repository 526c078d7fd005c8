//! A connection to SQLite behind its fence: what statements go through.
//!
//! A name without a schema is a view of the transaction's own rows, see [`super::views`]. A statement that changes a table has
//! to reach the table itself, where the triggers are: its target, and nothing else, gets the schema's name here. A statement
//! that writes that name itself is refused, so there is no other way to a table.

use super::fence::Fence;
use crate::scope::Role;
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, Describe, Either, Error, Execute, Executor, SqlSafeStr as _, SqlStr, Sqlite, SqliteConnection,
    sqlite::{SqliteArguments, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo},
};
use std::sync::Arc;

/// One connection. The back office's hand has no fence.
#[derive(Debug)]
pub struct Line {
    pub(super) conn: SqliteConnection,
    pub(super) fence: Option<Arc<Fence>>,
}

impl Line {
    /// For whom the connection works from now on.
    pub(super) fn enter(&self, role: Option<Role>) {
        if let Some(fence) = &self.fence {
            fence.enter(role);
        }
    }

    /// The statement as SQLite gets it.
    #[expect(clippy::disallowed_methods, reason = "a statement of ours, with the name of its schema before its target")]
    fn ready<'q, E: Execute<'q, Sqlite>>(&self, mut query: E) -> Result<(SqlStr, Option<SqliteArguments>), Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        let sql = query.sql();
        let Some(fence) = &self.fence else { return Ok((sql, arguments)) };
        if names_the_schema(sql.as_str()) {
            return Err(Error::Protocol("a statement names tables without a schema".to_owned()));
        }
        let Some((before, target)) = target(sql.as_str()) else {
            fence.aim(None);
            return Ok((sql, arguments));
        };
        fence.aim(Some(target));
        let guarded = fence.inner.contains_key(target);
        let sql = if guarded { AssertSqlSafe(in_schema(sql.as_str(), before)).into_sql_str() } else { sql };
        Ok((sql, arguments))
    }
}

fn in_schema(sql: &str, before: usize) -> String {
    format!("{}main.{}", &sql[..before], &sql[before..])
}

/// Whether the word `main` stands in a statement, in whatever quotes.
fn names_the_schema(sql: &str) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let lower = sql.to_ascii_lowercase();
    // Nearly always no; the standard library looks for it faster than the loop below.
    lower.contains("main")
        && lower.match_indices("main").any(|(at, word)| {
            !lower[..at].ends_with(part_of_a_word) && !lower[at + word.len()..].starts_with(part_of_a_word)
        })
}

/// The table that a statement changes, and where its name begins. A statement of another shape than `insert into t`,
/// `update t` and `delete from t` has none, and then SQLite says that a view cannot be changed.
fn target(sql: &str) -> Option<(usize, &str)> {
    let mut rest = sql;
    let mut word = || {
        rest = rest.trim_start();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let at = sql.len() - rest.len();
        rest = behind;
        (at, word)
    };
    let (_, verb) = word();
    let found = if verb.eq_ignore_ascii_case("update") {
        word()
    } else {
        let between = match verb.to_ascii_lowercase().as_str() {
            "insert" => "into",
            "delete" => "from",
            _ => return None,
        };
        word().1.eq_ignore_ascii_case(between).then(word)?
    };
    (!found.1.is_empty()).then_some(found)
}

impl<'c> Executor<'c> for &'c mut Line {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        match self.ready(query) {
            Ok(query) => self.conn.fetch_many(query),
            Err(error) => stream::once(async move { Err(error) }).boxed(),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<SqliteRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        match self.ready(query) {
            Ok(query) => self.conn.fetch_optional(query),
            Err(error) => async move { Err(error) }.boxed(),
        }
    }

    fn prepare_with<'e>(self, sql: SqlStr, _: &'e [SqliteTypeInfo]) -> BoxFuture<'e, Result<SqliteStatement, Error>>
    where
        'c: 'e,
    {
        async move {
            let (sql, _) = self.ready(sql)?;
            self.conn.prepare_with(sql, &[]).await
        }
        .boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>, Error>>
    where
        'c: 'e,
    {
        async move {
            let (sql, _) = self.ready(sql)?;
            self.conn.describe(sql).await
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::{names_the_schema, target};

    #[test]
    fn the_target_of_a_change_is_found_and_of_nothing_else() {
        for (sql, found) in [
            ("insert into watched (a) values (1)", Some("watched")),
            ("\n  UPDATE session\nset a = 1", Some("session")),
            ("delete from claim_draft where id = 1", Some("claim_draft")),
            ("select 1 from session", None),
            ("insert or replace into session values (1)", None),
            ("update or ignore session set a = 1", Some("or")),
            ("replace into session values (1)", None),
            ("update \"session\" set a = 1", None),
            ("with w as (select 1) delete from session", None),
            ("insert", None),
            ("", None),
        ] {
            assert_eq!(target(sql).map(|(_, name)| name), found, "{sql}");
        }
    }

    #[test]
    fn the_name_of_the_schema_is_seen_in_any_writing() {
        for sql in [
            "main.entry",
            "MAIN . entry",
            "\"main\".entry",
            "[Main].entry",
            "`main`.entry",
            "'main'.entry",
            "x=main/**/.entry",
        ] {
            assert!(names_the_schema(sql), "{sql}");
        }
        for sql in ["select remains from entry", "domain.x", "main_x", "mainé", "mai", ""] {
            assert!(!names_the_schema(sql), "{sql}");
        }
    }
}

//! Which tables there are, out of the database's own catalogue: columns, keys, and an order in which references hold.

use crate::{
    db::{DbError, Dialect, Tx},
    on,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a column holds; the schema has no other kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    Bytes,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: String,
    pub kind: Kind,
    /// Its place in the primary key, from one; nought when it is not part of it.
    pub key: i64,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub name: String,
    /// By their names, so that both databases give them in the same order.
    pub columns: Vec<Column>,
    /// The tables that it refers to.
    pub refers: BTreeSet<String>,
}

impl Table {
    /// The primary key.
    pub(crate) fn key(&self) -> Vec<&Column> {
        let mut key: Vec<_> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        key
    }

    /// The names of its columns.
    pub(crate) fn column_names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }
}

/// Every table of the portal, each behind those that it refers to.
///
/// # Errors
/// What the database says, or when a table is of a shape that a backup cannot keep: no primary key, a column of another kind,
/// references in a circle.
pub(crate) async fn tables(tx: &mut Tx) -> Result<Vec<Table>, DbError> {
    const SQLITE: &str = "select t.name, c.name, lower(c.type), cast(c.pk as bigint)
        from sqlite_schema t join pragma_table_info(t.name) c
        where t.type = 'table' and t.name not like '\\_sqlx%' escape '\\' and t.name not like 'sqlite\\_%' escape '\\'";
    const POSTGRES: &str = "select t.relname::text, a.attname::text, y.typname::text,
          coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)::bigint
        from pg_class t join pg_namespace n on n.oid = t.relnamespace
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        join pg_type y on y.oid = a.atttypid
        left join pg_index i on i.indrelid = t.oid and i.indisprimary
        where t.relkind = 'r' and n.nspname = current_schema() and t.relname not like '\\_sqlx%'";
    const SQLITE_REFERS: &str = "select distinct t.name, f.\"table\"
        from sqlite_schema t join pragma_foreign_key_list(t.name) f where t.type = 'table'";
    const POSTGRES_REFERS: &str = "select distinct t.relname::text, f.relname::text
        from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_class f on f.oid = k.confrelid
        join pg_namespace n on n.oid = t.relnamespace where k.contype = 'f' and n.nspname = current_schema()";
    let (columns, refers) = match tx.dialect() {
        Dialect::Sqlite => (SQLITE, SQLITE_REFERS),
        Dialect::Postgres => (POSTGRES, POSTGRES_REFERS),
    };
    let columns: Vec<(String, String, String, i64)> = on!(tx, c => sqlx::query_as(columns).fetch_all(&mut **c).await)?;
    let refers: Vec<(String, String)> = on!(tx, c => sqlx::query_as(refers).fetch_all(&mut **c).await)?;
    let mut tables = BTreeMap::<String, Table>::new();
    for (name, column, kind, key) in columns {
        let empty = || Table { name: name.clone(), columns: Vec::new(), refers: BTreeSet::new() };
        let table = tables.entry(name.clone()).or_insert_with(empty);
        table.columns.push(Column { name: column, kind: kind_of(&kind)?, key });
    }
    for (from, to) in refers {
        if let Some(table) = tables.get_mut(&from) {
            table.refers.insert(to);
        }
    }
    for table in tables.values_mut() {
        table.columns.sort_by(|one, other| one.name.cmp(&other.name));
        if table.key().is_empty() {
            return Err(DbError::Value("a table without a primary key, whose rows have no order for a backup"));
        }
    }
    in_order(tables)
}

fn kind_of(word: &str) -> Result<Kind, DbError> {
    match word {
        "int" | "integer" | "bigint" | "int8" => Ok(Kind::Int),
        "text" => Ok(Kind::Text),
        "blob" | "bytea" => Ok(Kind::Bytes),
        _ => Err(DbError::Value("a column that is neither a bigint nor text nor bytes, which no backup keeps")),
    }
}

/// Each behind those that it refers to, otherwise by name.
fn in_order(mut left: BTreeMap<String, Table>) -> Result<Vec<Table>, DbError> {
    let (mut ordered, mut done) = (Vec::new(), BTreeSet::new());
    while !left.is_empty() {
        let next = left.values().find(|table| table.refers.is_subset(&done)).map(|table| table.name.clone());
        let Some(table) = next.and_then(|name| left.remove(&name)) else {
            return Err(DbError::Value("tables that refer to each other in a circle, which no backup can fill"));
        };
        done.insert(table.name.clone());
        ordered.push(table);
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::{Table, in_order};
    use std::collections::BTreeMap;

    fn tables(list: &[(&str, &[&str])]) -> BTreeMap<String, Table> {
        let table = |(name, refers): &(&str, &[&str])| Table {
            name: (*name).to_owned(),
            columns: Vec::new(),
            refers: refers.iter().map(|name| (*name).to_owned()).collect(),
        };
        list.iter().map(table).map(|table| (table.name.clone(), table)).collect()
    }

    #[test]
    fn a_table_stands_behind_those_that_it_refers_to_and_a_circle_is_told() {
        let ordered = in_order(tables(&[("a", &["c"]), ("b", &[]), ("c", &["d", "b"]), ("d", &[])])).unwrap();
        assert_eq!(ordered.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["b", "d", "c", "a"]);
        assert!(in_order(tables(&[("a", &["b"]), ("b", &["a"])])).is_err());
        assert!(in_order(tables(&[("a", &["a"])])).is_err());
    }
}

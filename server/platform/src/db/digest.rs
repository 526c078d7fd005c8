//! Rows of the back office's tables as texts, whatever the database: to hash them all, and to tell what would change.
//!
//! The list says which tables count and which of their columns do not: those that say at which moment this program did
//! something, which is another one when the same documents are read again.

#![expect(
    clippy::disallowed_methods,
    reason = "names of tables and columns can only be put into SQL as text; they come from the list below"
)]

use super::{DbError, Dialect, Tx};
use crate::on;
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Row as _};

/// A table that is made from documents alone.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Its name.
    pub table: &'static str,
    /// Columns that do not count.
    pub without: &'static [&'static str],
    /// Rows that count, as a condition.
    pub rows: &'static str,
    /// Rows that the document `$1` has made or touched, as a condition; none where that is not told.
    pub touched: Option<&'static str>,
}

const fn counted(table: &'static str, without: &'static [&'static str], touched: Option<&'static str>) -> Counted {
    Counted { table, without, rows: "1 = 1", touched }
}

const BY_DOCUMENT: Option<&str> = Some("document_id = $1");

/// The tables that documents make, in the order in which people care for them.
pub const COUNTED: &[Counted] = &[
    counted("account", &["booked_at", "created_at"], Some("id in (select account_id from statement where document_id = $1)")),
    counted("statement", &[], BY_DOCUMENT),
    counted("balance", &[], None),
    counted(
        "entry",
        &["first_seen_at"],
        Some("document_id = $1 or (final = 0 and account_id in (select account_id from statement where document_id = $1))"),
    ),
    counted("account_day", &[], None),
    counted("holder", &[], None),
    // The institution's people are in no document.
    Counted {
        table: "party",
        without: &[],
        rows: "not exists (select 1 from staff m join customer p on p.id = m.customer_id where p.party_id = party.id)",
        touched: None,
    },
    Counted {
        table: "customer",
        without: &["locale", "theme", "live_seq", "created_at", "disabled_at", "erased_at"],
        rows: "not exists (select 1 from staff m where m.customer_id = customer.id)",
        touched: None,
    },
    counted(
        "shipment",
        &["seen_at"],
        Some("document_id = $1 or id in (select s.shipment_id from shipment_event s join parcel_event e on e.id = s.event_id
            where e.document_id = $1)"),
    ),
    counted("parcel_event", &[], BY_DOCUMENT),
    counted("shipment_told", &[], None),
    counted("parcel_event_number", &[], None),
    counted("parcel_containment", &[], None),
    counted("shipment_event", &[], None),
    counted("parcel_code", &[], None),
    Counted {
        table: "parcel_follower",
        without: &["since_at"],
        rows: "role <> 'shared'",
        touched: None,
    },
    counted("policy", &["changed_at"], BY_DOCUMENT),
    counted("policy_part", &[], BY_DOCUMENT),
    counted("policy_holder", &[], None),
    counted("claim", &["changed_at"], BY_DOCUMENT),
    counted("claim_part", &["seen_at"], BY_DOCUMENT),
    counted("claim_party", &[], None),
    counted("portfolio", &["changed_at"], BY_DOCUMENT),
    counted("portfolio_position", &[], BY_DOCUMENT),
    counted("portfolio_cash", &[], BY_DOCUMENT),
    counted("security_transaction", &[], BY_DOCUMENT),
    counted("portfolio_holder", &[], None),
    counted("portfolio_snapshot", &[], None),
    counted("holding", &[], None),
    counted("holding_cash", &[], None),
    counted("portfolio_day", &[], None),
    counted("instrument", &[], BY_DOCUMENT),
    counted("instrument_name", &[], None),
    counted("instrument_split", &[], None),
    counted("quote", &["version"], BY_DOCUMENT),
    counted("quote_daily", &[], BY_DOCUMENT),
    counted("fx_rate", &[], BY_DOCUMENT),
    counted("source_document", &["applied_at", "arrival"], None),
    Counted {
        table: "finding",
        without: &["found_at", "resolved_at"],
        // That the same bytes came again is told by whoever brought them, not by a document.
        rows: "check_name <> 'duplicate_document' or account_id is not null",
        touched: BY_DOCUMENT,
    },
    counted("quarantine", &["found_at", "resolved_at", "resolution", "note"], BY_DOCUMENT),
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bytes,
    Number,
    Text,
}

/// A table's columns that count, in the order of their names.
#[derive(Clone, Debug)]
pub struct Shape {
    table: &'static str,
    columns: Vec<(String, Kind)>,
    key: Vec<usize>,
}

/// A row: its columns as texts, in the order of the shape; none for null.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// What tells the row from others.
    pub key: Vec<Option<String>>,
    /// Its columns.
    pub cells: Vec<Option<String>>,
}

impl Shape {
    /// The table's name.
    #[must_use]
    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// The names of its columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Looks at a table.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(tx: &mut Tx, counted: &Counted) -> Result<Self, DbError> {
        const SQLITE: &str = "select name, lower(type), pk from pragma_table_info($1) order by name";
        const POSTGRES: &str = "select a.attname::text, format_type(a.atttypid, a.atttypmod),
              coalesce(array_position(i.indkey::int2[], a.attnum), -1)::bigint + 1
            from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
            where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attname collate \"C\"";
        let sql = if tx.dialect() == Dialect::Sqlite { SQLITE } else { POSTGRES };
        let rows: Vec<(String, String, i64)> =
            on!(tx, c => sqlx::query_as(sql).bind(counted.table).fetch_all(&mut **c).await)?;
        let mut key = Vec::new();
        let columns: Vec<(String, Kind)> = rows
            .into_iter()
            .filter(|(name, ..)| !counted.without.contains(&name.as_str()))
            .enumerate()
            .map(|(at, (name, kind, place))| {
                if place > 0 {
                    key.push(at);
                }
                let kind = match kind.as_str() {
                    "blob" | "bytea" => Kind::Bytes,
                    "text" => Kind::Text,
                    _ => Kind::Number,
                };
                (name, kind)
            })
            .collect();
        if columns.is_empty() || key.is_empty() {
            return Err(DbError::Value("a table that counts and is not there, or has no key"));
        }
        Ok(Self { table: counted.table, columns, key })
    }

    fn select(&self, dialect: Dialect, rows: &str) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(name, kind)| match (kind, dialect) {
                (Kind::Bytes, Dialect::Sqlite) => format!("lower(hex(\"{name}\"))"),
                (Kind::Bytes, Dialect::Postgres) => format!("encode(\"{name}\", 'hex')"),
                (Kind::Number, _) => format!("cast(\"{name}\" as text)"),
                (Kind::Text, _) => format!("\"{name}\""),
            })
            // SQLite's hex of nothing is an empty text.
            .zip(&self.columns)
            .map(|(text, (name, _))| format!("case when \"{name}\" is null then null else {text} end"))
            .collect();
        format!("select {} from {} where {rows}", columns.join(", "), self.table)
    }

    fn line(&self, cells: Vec<Option<String>>) -> Line {
        Line { key: self.key.iter().map(|&at| cells.get(at).cloned().flatten()).collect(), cells }
    }

    /// The rows that a document has touched, at most so many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn touched(
        &self,
        tx: &mut Tx,
        condition: &'static str,
        document: &[u8],
        most: u32,
    ) -> Result<Vec<Line>, DbError> {
        let sql = format!("{} limit {most}", self.select(tx.dialect(), &format!("({condition})")));
        let width = self.columns.len();
        // Names come from the schema and the condition from the list above.
        on!(tx, c => {
            let rows = sqlx::query(AssertSqlSafe(sql)).bind(document).fetch_all(&mut **c).await?;
            rows.iter().map(|row| {
                let cells: Result<Vec<Option<String>>, sqlx::Error> = (0..width).map(|at| row.try_get(at)).collect();
                Ok(self.line(cells?))
            }).collect()
        })
    }

    /// The row with the key of another; none where there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn same_key(&self, tx: &mut Tx, line: &Line) -> Result<Option<Line>, DbError> {
        let keys: Vec<String> = self
            .key
            .iter()
            .enumerate()
            .map(|(nth, &at)| format!("\"{}\" = ${}", self.columns[at].0, nth + 1))
            .collect();
        let sql = self.select(tx.dialect(), &keys.join(" and "));
        let width = self.columns.len();
        on!(tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (&at, value) in self.key.iter().zip(&line.key) {
                let value = value.clone().unwrap_or_default();
                query = match self.columns[at].1 {
                    Kind::Bytes => query.bind(unhex(&value)),
                    Kind::Number => query.bind(value.parse::<i64>().unwrap_or(0)),
                    Kind::Text => query.bind(value),
                };
            }
            let row = query.fetch_optional(&mut **c).await?;
            row.map(|row| {
                let cells: Result<Vec<Option<String>>, sqlx::Error> = (0..width).map(|at| row.try_get(at)).collect();
                Ok(self.line(cells?))
            }).transpose()
        })
    }
}

/// What a table comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The table.
    pub table: &'static str,
    /// Rows.
    pub rows: u64,
    /// The sum of the hashes of its rows: whatever their order.
    pub hash: [u8; 32],
}

/// What every table that counts comes to.
///
/// # Errors
/// What the database says.
pub async fn sums(tx: &mut Tx) -> Result<Vec<Sum>, DbError> {
    let mut sums = Vec::with_capacity(COUNTED.len());
    for counted in COUNTED {
        let shape = Shape::of(tx, counted).await?;
        let sql = shape.select(tx.dialect(), counted.rows);
        let width = shape.columns.len();
        let mut sum = Sum { table: counted.table, rows: 0, hash: [0; 32] };
        on!(tx, c => {
            let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **c);
            while let Some(row) = rows.try_next().await? {
                let cells: Result<Vec<Option<String>>, sqlx::Error> = (0..width).map(|at| row.try_get(at)).collect();
                sum.add(&cells?);
            }
            Ok::<_, DbError>(())
        })?;
        sums.push(sum);
    }
    Ok(sums)
}

/// One hash over all tables: of their names and sums.
#[must_use]
pub fn hash(sums: &[Sum]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for sum in sums {
        hash.update(sum.table);
        hash.update([0]);
        hash.update(sum.rows.to_le_bytes());
        hash.update(sum.hash);
    }
    hash.finalize().into()
}

impl Sum {
    fn add(&mut self, cells: &[Option<String>]) {
        let mut hash = Sha256::new();
        for cell in cells {
            // A length before each, and none for null, so that no two rows make one text.
            match cell {
                Some(text) => {
                    hash.update((text.len() as u64 + 1).to_le_bytes());
                    hash.update(text);
                }
                None => hash.update(0_u64.to_le_bytes()),
            }
        }
        self.rows += 1;
        let mut carry = 0_u16;
        for (byte, more) in self.hash.iter_mut().zip(hash.finalize()) {
            let [low, high] = (u16::from(*byte) + u16::from(more) + carry).to_le_bytes();
            (*byte, carry) = (low, u16::from(high));
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).filter_map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[Option<&str>]) -> Vec<Option<String>> {
        texts.iter().map(|text| text.map(str::to_owned)).collect()
    }

    #[test]
    fn the_order_of_rows_does_not_count_and_everything_else_does() {
        let sum = |rows: &[&[Option<&str>]]| {
            let mut sum = Sum { table: "t", rows: 0, hash: [0; 32] };
            rows.iter().for_each(|row| sum.add(&cells(row)));
            hash(&[sum])
        };
        let (one, two): (&[Option<&str>], &[Option<&str>]) = (&[Some("a"), None], &[Some("b"), Some("")]);
        assert_eq!(sum(&[one, two]), sum(&[two, one]));
        assert_ne!(sum(&[one, two]), sum(&[one, one, two]));
        assert_ne!(sum(&[one]), sum(&[&[Some("a"), Some("")]]), "nothing is not an empty text");
        assert_ne!(sum(&[&[Some("ab"), Some("c")]]), sum(&[&[Some("a"), Some("bc")]]));
        assert_ne!(sum(&[one, one]), sum(&[]), "two of a kind do not take each other away");
    }
}

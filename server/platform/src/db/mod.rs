//! The database: two typed pools behind one enum, and transactions that belong to a scope.
//!
//! There is no way to a connection but [`Db::read`] and [`Db::write`]. Both run their body in a task of its own, so that a
//! request that goes away cannot leave a transaction open (sqlx 0.9.0 hands such a connection to the next borrower), and a
//! connection that comes back from anything but a clean end is closed. On SQLite one writes at a time beside several
//! `query_only` readers, and each role but the back office's works behind views and a fence of its own ([`views`], [`fence`]);
//! on PostgreSQL every transaction runs as a role that owns nothing, under forced row-level security. Both give a transaction
//! the rows of its own customer, whatever the statement asks for; `policy` is the list.

pub mod digest;
mod fence;
mod line;
mod migrate;
mod open;
mod policy;
mod rehearsal;
mod rows;
mod seat;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
mod views;
pub(crate) mod whole;

use crate::{
    audit::{self, Entry},
    live::Bus,
    owner,
    scope::{Named, Role, Scope},
};
use futures::future::BoxFuture;
use guichet_types::Id;
use seat::{Doors, Seat};
use sha2::{Digest, Sha256};
use sqlx::{Pool, Postgres, pool::PoolConnection};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Notify;

pub use migrate::migration_names;
pub(crate) use migrate::migration_numbers;
pub use open::{ClientCertificate, DbOptions};
pub(crate) use policy::tables_of_customers;
pub(crate) use rows::rows_of;

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// sqlx's own word.
    #[error("the database refused: {0}")]
    Sql(#[from] sqlx::Error),
    /// A migration does not fit.
    #[error("the database schema cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The address names no database that Guichet knows.
    #[error("{0}")]
    Address(String),
    /// A value in the database that this version cannot read.
    #[error("the database holds a value that cannot be read: {0}")]
    Value(&'static str),
    /// A change by somebody who may only look.
    #[error("a change by somebody who may only look")]
    LooksOnly,
    /// The task that ran the transaction panicked; it was rolled back.
    #[error("the transaction was given up after a fault")]
    Fault,
}

impl DbError {
    /// Whether it is what was to be written that is at fault, so that trying again would end in the same way.
    #[must_use]
    pub fn is_of_the_data(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::Database(error)) => {
                let constraint = !matches!(error.kind(), sqlx::error::ErrorKind::Other);
                // PostgreSQL's class 22: a value that a column cannot hold, like a text with a NUL in it.
                constraint || error.code().is_some_and(|code| code.len() == 5 && code.starts_with("22"))
            }
            Self::Fault => true,
            _ => false,
        }
    }
}

/// Either kind of connection. [`on!`](crate::on) runs one body for whichever it is.
#[derive(Debug)]
pub enum Conn {
    /// SQLite.
    Sqlite(Seat),
    /// PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// Runs one query body against whichever database it is; the body is type-checked once for each driver.
/// `on!(tx, c => sqlx::query(SQL).bind(id).execute(&mut **c).await)`
#[macro_export]
macro_rules! on {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx.conn() {
            $crate::db::Conn::Sqlite($c) => $body,
            $crate::db::Conn::Postgres($c) => $body,
        }
    };
}

/// Which database it is, for the few texts where the dialects differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A transaction in progress. It ends with the body that was given it: committed when that returns `Ok`, else rolled back.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    id_key: [u8; 32],
    moved: BTreeMap<[u8; 16], Option<i64>>,
    sends: bool,
    writes_letters: bool,
    acts: Vec<Entry>,
    clean: bool,
}

impl Tx {
    /// The connection, for [`on!`](crate::on).
    pub const fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Which database it is.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        match self.conn {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The id of a thing that its parts name: the same for the same parts, and not to be guessed without this
    /// installation's key. So the same file twice makes the same rows, and replaying the raw store the same database.
    #[must_use]
    pub fn stable_id<K>(&self, parts: &[&[u8]]) -> Id<K> {
        let mut hash = Sha256::new_with_prefix(self.id_key);
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        Id::from_bytes(id)
    }

    /// Notes that a customer has a new event, by its number, or that a customer or a thing has something else that streams must
    /// look at; they are woken after the commit.
    pub(crate) fn moved<K>(&mut self, id: Id<K>, seq: Option<i64>) {
        let known = self.moved.entry(*id.as_bytes()).or_insert(seq);
        *known = known.zip(seq).map(|(known, seq)| known.max(seq));
    }

    /// Notes an act. Its entry is written into the audit log with this transaction, as the last thing before the commit: so
    /// the end of the log is held for a moment only, and nothing else is waited for while it is. A transaction that cannot
    /// write its entries is rolled back.
    pub fn audit(&mut self, entry: Entry) {
        self.acts.push(entry);
    }

    /// Notes that there is a new message in the outbox, so that it is forwarded after the commit.
    pub(crate) const fn sends(&mut self) {
        self.sends = true;
    }

    /// Notes that there is a new letter, so that it is sent after the commit.
    pub(crate) const fn writes_letters(&mut self) {
        self.writes_letters = true;
    }

    #[expect(clippy::disallowed_methods, reason = "this module is the home of raw SQL")]
    async fn begin(&mut self, role: Role, write: bool) -> Result<(), sqlx::Error> {
        match &mut self.conn {
            Conn::Sqlite(c) => {
                // Whose it is stands on the connection since it was borrowed.
                sqlx::raw_sql(if write { "begin immediate" } else { "begin" }).execute(&mut **c).await?;
            }
            Conn::Postgres(c) => {
                let mode = if write { "begin" } else { "begin isolation level repeatable read read only" };
                let whose = match role {
                    Role::Customer(id) => {
                        format!("{mode}; set local role guichet_customer; set local guichet.customer = '{id}'")
                    }
                    Role::Auth => format!("{mode}; set local role guichet_auth"),
                    Role::Staff(_) => format!("{mode}; set local role guichet_staff"),
                    Role::Feed => format!("{mode}; set local role guichet_feed"),
                    Role::Keeper => format!("{mode}; set local role guichet_keeper"),
                    // The role that signed in: it owns the tables.
                    Role::Owner => mode.to_owned(),
                    Role::Public(named) => {
                        let (setting, value) = match named {
                            Named::Parcel(number) => ("parcel", hex(number.as_bytes())),
                            Named::Share(hash) => ("share", hex(&hash)),
                        };
                        format!("{mode}; set local role guichet_public; set local guichet.{setting} = '{value}'")
                    }
                };
                // The only text that is put together: hexadecimal digits, by the type of an id or made here.
                sqlx::raw_sql(sqlx::AssertSqlSafe(whose)).execute(&mut **c).await?;
            }
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "this module is the home of raw SQL")]
    async fn end(&mut self, commit: bool) -> Result<(), sqlx::Error> {
        let sql = if commit { "commit" } else { "rollback" };
        on!(self, c => sqlx::raw_sql(sql).execute(&mut **c).await.map(|_| ()))?;
        self.clean = true;
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.clean {
            on!(self, c => c.close_on_drop());
        }
    }
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// One question.
    Glance,
    /// Several, of one state.
    Read,
    /// A change.
    Write,
}

#[derive(Debug)]
enum Pools {
    Sqlite(Doors),
    Postgres { pool: Pool<Postgres> },
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Arc<Pools>,
    id_key: [u8; 32],
    bus: Bus,
    outbox_bell: Arc<Notify>,
    mail_bell: Arc<Notify>,
    /// Where everything is done within one transaction that is rolled back at the end.
    stage: Option<rehearsal::Stage>,
}

impl Db {
    /// The bus that is rung when a commit has moved a customer.
    #[must_use]
    pub const fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Rings when a commit has put a message into the outbox.
    #[must_use]
    pub fn outbox_bell(&self) -> &Notify {
        &self.outbox_bell
    }

    /// Rings when a commit has put a letter to a customer.
    #[must_use]
    pub fn mail_bell(&self) -> &Notify {
        &self.mail_bell
    }

    /// Which database it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match *self.pools {
            Pools::Sqlite(_) => Dialect::Sqlite,
            Pools::Postgres { .. } => Dialect::Postgres,
        }
    }

    async fn borrow(&self, role: Role, write: bool) -> Result<Tx, sqlx::Error> {
        let conn = match &*self.pools {
            Pools::Sqlite(doors) => Conn::Sqlite(doors.take(role, write).await?),
            Pools::Postgres { pool } => Conn::Postgres(pool.acquire().await?),
        };
        Ok(Tx {
            conn,
            id_key: self.id_key,
            moved: BTreeMap::new(),
            sends: false,
            writes_letters: false,
            acts: Vec::new(),
            clean: true,
        })
    }

    async fn run<T, E>(
        self,
        role: Role,
        access: Access,
        body: impl for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        E: From<DbError>,
    {
        if let Some(stage) = &self.stage {
            return rehearsal::step(stage, body).await;
        }
        let sql = |error: sqlx::Error| E::from(DbError::Sql(error));
        let write = access == Access::Write;
        let mut tx = self.borrow(role.clone(), write).await.map_err(sql)?;
        // On SQLite a statement alone is a transaction; on PostgreSQL it still has to say whose it is.
        let alone = access == Access::Glance && tx.dialect() == Dialect::Sqlite;
        tx.clean = false;
        if !alone {
            tx.begin(role, write).await.map_err(sql)?;
        }
        let mut result = body(&mut tx).await;
        let acts = std::mem::take(&mut tx.acts);
        if result.is_ok() && !acts.is_empty() {
            let written = match write {
                true => audit::chain::append(&mut tx, acts).await,
                false => Err(DbError::Value("an act in a transaction that only reads")),
            };
            if let Err(error) = written {
                result = Err(E::from(error));
            }
        }
        if alone {
            tx.clean = true;
        } else {
            tx.end(result.is_ok()).await.map_err(sql)?;
        }
        if result.is_ok() {
            for (id, seq) in std::mem::take(&mut tx.moved) {
                self.bus.ring(Id::<()>::from_bytes(id), seq);
            }
            if tx.sends {
                self.outbox_bell.notify_one();
            }
            if tx.writes_letters {
                self.mail_bell.notify_one();
            }
        }
        result
    }

    /// Notes for whom, in the task of whoever asks, and runs the body in one of its own.
    async fn asked<T, E>(
        &self,
        role: Role,
        access: Access,
        body: impl for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        owner::note(&role);
        shielded(self.clone().run(role, access, body)).await
    }

    /// Runs `body` in a transaction that sees one state of the database and changes nothing.
    ///
    /// # Errors
    /// What the body returns, or what the database says.
    pub async fn read<T, E>(
        &self,
        scope: &impl Scope,
        body: impl for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.asked(scope.role(), Access::Read, body).await
    }

    /// Runs `body`, which asks one question alone and changes nothing. What asks more than one needs [`Db::read`], for there
    /// would be other states between them.
    ///
    /// # Errors
    /// What the body returns, or what the database says.
    pub async fn glance<T, E>(
        &self,
        scope: &impl Scope,
        body: impl for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.asked(scope.role(), Access::Glance, body).await
    }

    /// Runs `body` in a transaction that is committed when it returns `Ok` and rolled back when it does not. It goes on to
    /// its end even when the caller is dropped.
    ///
    /// # Errors
    /// What the body returns, or what the database says.
    pub async fn write<T, E>(
        &self,
        scope: &impl Scope,
        body: impl for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        if !scope.may_write() {
            return Err(E::from(DbError::LooksOnly));
        }
        self.asked(scope.role(), Access::Write, body).await
    }

    /// Answers when a connection answers.
    ///
    /// # Errors
    /// When none does.
    pub async fn ping(&self) -> Result<(), DbError> {
        let mut tx = self.borrow(Role::Feed, false).await?;
        on!(tx, c => sqlx::query("select 1").execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// Closes every connection, after SQLite's write-ahead log is folded in.
    pub async fn close(&self) {
        match &*self.pools {
            Pools::Sqlite(doors) => doors.close().await,
            Pools::Postgres { pool } => pool.close().await,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// In a task of its own: dropping the caller drops only the handle.
async fn shielded<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    tokio::spawn(work).await.unwrap_or_else(|_| Err(E::from(DbError::Fault)))
}

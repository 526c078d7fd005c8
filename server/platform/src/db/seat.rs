//! Connections to SQLite, kept for one role each. A connection that comes back from anything but a clean end is closed.
//!
//! A role has its own connections because its views are its own, and so that no statement prepared for one role is ever used
//! for another. Whoever writes waits for their turn: one writer at a time, whatever the role.

use super::{fence, line::Line, policy::Fenced, views};
use crate::scope::Role;
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};
use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whoever waits longer than this for a connection is told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// The connections of one role, of one kind.
#[derive(Debug)]
pub(super) struct Door {
    pub options: SqliteConnectOptions,
    /// None for the back office's hand and for backups.
    pub role: Option<Fenced>,
    pub query_only: bool,
    /// The part of the names of views that nobody can guess.
    pub secret: Arc<str>,
    pub permits: Arc<Semaphore>,
    pub idle: Mutex<Vec<Line>>,
}

impl Door {
    /// A connection that works for `role` until it is given back.
    ///
    /// # Errors
    /// When none comes free in time, or what SQLite says.
    pub(super) async fn take(self: &Arc<Self>, role: Role) -> Result<Seat, sqlx::Error> {
        let permit = match tokio::time::timeout(PATIENCE, self.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(sqlx::Error::PoolClosed),
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        };
        let idle = self.lines().pop();
        let line = match idle {
            Some(line) => line,
            None => self.connect().await?,
        };
        line.enter(Some(role));
        Ok(Seat { line: Some(line), door: self.clone(), keep: true, _permit: permit })
    }

    async fn connect(&self) -> Result<Line, sqlx::Error> {
        let mut conn = self.options.connect().await?;
        let mut line_fence = None;
        if let Some(role) = self.role {
            let fence = Arc::new(views::put_up(&mut conn, role, &self.secret).await?);
            fence::give_functions(&mut conn, &fence).await?;
            line_fence = Some(fence);
        }
        if self.query_only {
            sqlx::query("pragma query_only = on").execute(&mut conn).await?;
        }
        if let Some(fence) = &line_fence {
            fence::close(&mut conn, fence).await?;
        }
        Ok(Line { conn, fence: line_fence })
    }

    pub(super) fn lines(&self) -> std::sync::MutexGuard<'_, Vec<Line>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes what is idle; what is not is closed when it comes back.
    pub(super) async fn close(&self) {
        self.permits.close();
        let lines: Vec<Line> = self.lines().drain(..).collect();
        for line in lines {
            if let Err(error) = line.conn.close().await {
                tracing::warn!(%error, "A connection to the database did not close well");
            }
        }
    }
}

/// A borrowed connection.
#[derive(Debug)]
pub struct Seat {
    /// There until it is given back.
    line: Option<Line>,
    door: Arc<Door>,
    keep: bool,
    _permit: OwnedSemaphorePermit,
}

impl Seat {
    /// Something went wrong on it: nobody gets it again.
    pub(super) const fn close_on_drop(&mut self) {
        self.keep = false;
    }
}

impl Deref for Seat {
    type Target = Line;
    #[expect(clippy::expect_used, reason = "taken in `drop` alone")]
    fn deref(&self) -> &Line {
        self.line.as_ref().expect("a seat has its line until it is dropped")
    }
}

impl DerefMut for Seat {
    #[expect(clippy::expect_used, reason = "taken in `drop` alone")]
    fn deref_mut(&mut self) -> &mut Line {
        self.line.as_mut().expect("a seat has its line until it is dropped")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(line) = self.line.take() else { return };
        line.enter(None);
        if self.keep && !self.door.permits.is_closed() {
            self.door.lines().push(line);
        }
    }
}

/// The readers and the writer of one role.
#[derive(Debug)]
pub(super) struct Pair {
    pub readers: Arc<Door>,
    pub writer: Arc<Door>,
}

/// Every connection to one SQLite file.
#[derive(Debug)]
pub(super) struct Doors {
    pub customer: Pair,
    auth: Pair,
    public: Pair,
    staff: Pair,
    pub feed: Pair,
}

impl Doors {
    /// For `base`, with so many `readers` of each role. Connections are opened when they are needed first; `first` is one that
    /// has been already.
    pub(super) fn new(base: &SqliteConnectOptions, readers: u32, secret: &str, first: sqlx::SqliteConnection) -> Self {
        let secret: Arc<str> = secret.into();
        // One permit for the writers of all roles: whoever has it writes.
        let turn = Arc::new(Semaphore::new(1));
        let most = readers.max(1) as usize;
        let pair = |role: Option<Fenced>| {
            let door = |options: SqliteConnectOptions, query_only: bool, permits: Arc<Semaphore>| {
                Arc::new(Door { options, role, query_only, secret: secret.clone(), permits, idle: Mutex::default() })
            };
            // A fenced connection may not run the pragmas that optimise, and a reader cannot; the operator's writer does.
            let base = if role.is_some() { base.clone().optimize_on_close(false, None) } else { base.clone() };
            // Mapped memory is for reading; a writer that maps the file holds as much of it as it touches.
            let read =
                base.clone().pragma("mmap_size", "268435456").row_buffer_size(256).optimize_on_close(false, None);
            // One more where a connection is held for good, see `Db::hear`.
            let readers = Arc::new(Semaphore::new(most + usize::from(role.is_none())));
            Pair { readers: door(read, true, readers), writer: door(base, false, turn.clone()) }
        };
        let feed = pair(None);
        feed.writer.lines().push(Line { conn: first, fence: None });
        Self {
            customer: pair(Some(Fenced::Customer)),
            auth: pair(Some(Fenced::Auth)),
            public: pair(Some(Fenced::Public)),
            staff: pair(Some(Fenced::Staff)),
            feed,
        }
    }

    /// A connection for `role`.
    ///
    /// # Errors
    /// When none comes free in time, or what SQLite says.
    pub(super) async fn take(&self, role: Role, write: bool) -> Result<Seat, sqlx::Error> {
        let pair = match role {
            Role::Customer(_) => &self.customer,
            Role::Auth => &self.auth,
            Role::Public(_) => &self.public,
            Role::Staff(_) => &self.staff,
            Role::Feed | Role::Keeper | Role::Owner => &self.feed,
        };
        if write { &pair.writer } else { &pair.readers }.take(role).await
    }

    /// Closes every connection, the operator's writer last: it folds the write-ahead log in.
    pub(super) async fn close(&self) {
        let pairs = [&self.customer, &self.auth, &self.public, &self.staff, &self.feed];
        // Whoever has a connection now comes to an end first.
        let turn = self.feed.writer.permits.clone().acquire_owned().await;
        for pair in pairs {
            pair.readers.close().await;
        }
        drop(turn);
        for pair in pairs {
            pair.writer.close().await;
        }
    }
}

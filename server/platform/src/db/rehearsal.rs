//! A rehearsal: work that is done as always and then has never been. Everything happens in one transaction, which is rolled
//! back; each transaction of the work is a step within it. Nobody is woken and no act is noted.
//!
//! Nobody else writes meanwhile on SQLite, so what is rehearsed must be short.

use super::{Db, DbError, Tx, shielded};
use crate::{on, scope::Scope};
use futures::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The transaction that everything is done in.
pub(super) type Stage = Arc<Mutex<Option<Tx>>>;

impl Db {
    /// Gives `body` a database on which whatever it does is done for it alone, and undoes it all. Whatever others have
    /// committed can meanwhile be asked of this database itself.
    ///
    /// # Errors
    /// What the body returns, or what the database says.
    pub async fn rehearse<T, E>(
        &self,
        scope: &impl Scope,
        body: impl FnOnce(Self) -> BoxFuture<'static, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (db, role) = (self.clone(), scope.role());
        shielded(async move {
            let sql = |error: sqlx::Error| E::from(DbError::Sql(error));
            let mut tx = db.borrow(role.clone(), true).await.map_err(sql)?;
            tx.clean = false;
            tx.begin(role, true).await.map_err(sql)?;
            let stage: Stage = Arc::new(Mutex::new(Some(tx)));
            let result = body(Self { stage: Some(stage.clone()), ..db }).await;
            if let Some(mut tx) = stage.lock().await.take() {
                tx.end(false).await.map_err(sql)?;
            }
            result
        })
        .await
    }
}

/// One transaction of the work, as a step of the one that is rolled back.
#[expect(clippy::disallowed_methods, reason = "savepoints have no other form")]
pub(super) async fn step<T, E>(
    stage: &Stage,
    body: impl for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>,
) -> Result<T, E>
where
    E: From<DbError>,
{
    let sql = |error: sqlx::Error| E::from(DbError::Sql(error));
    let mut held = stage.lock().await;
    let Some(tx) = held.as_mut() else { return Err(E::from(DbError::Fault)) };
    on!(tx, c => sqlx::raw_sql("savepoint step").execute(&mut **c).await.map(|_| ())).map_err(sql)?;
    let result = body(tx).await;
    let end = if result.is_ok() { "release savepoint step" } else { "rollback to savepoint step" };
    on!(tx, c => sqlx::raw_sql(end).execute(&mut **c).await.map(|_| ())).map_err(sql)?;
    tx.acts.clear();
    tx.moved.clear();
    (tx.sends, tx.writes_letters) = (false, false);
    result
}

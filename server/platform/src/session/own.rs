//! A customer's own sessions: the list, and ending them.

use super::{Session, SessionRow, Sessions, id};
use crate::{
    audit::{Action, Detail, Entry},
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

impl Sessions {
    /// The customer's sessions that hold, the latest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<SessionRow>, DbError> {
        const LIST: &str = "select id, agent, network, created_at, last_human_at from session
            where customer_id = $1 and revoked_at is null and expires_at > $2 and last_human_at > $3
            order by last_human_at desc, id limit 100";
        let now = self.clock.now();
        let idle = now.plus_seconds(-self.policy.idle_seconds);
        let rows: Vec<(Vec<u8>, String, String, i64, i64)> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes())
            .bind(now.millis()).bind(idle.millis()).fetch_all(&mut **c).await)?;
        rows.into_iter()
            .map(|(session, agent, network, created, human)| {
                Ok(SessionRow {
                    id: id(session)?,
                    agent,
                    network,
                    created_at: Timestamp(created),
                    last_human_at: Timestamp(human),
                })
            })
            .collect()
    }

    /// Whether a session of the customer's own holds now, in the transaction of whatever they are shown.
    ///
    /// # Errors
    /// What the database says.
    pub async fn holds(&self, tx: &mut Tx, scope: &CustomerScope, session: Id<kind::Session>) -> Result<bool, DbError> {
        const HOLDS: &str = "select count(*) from session
            where id = $1 and customer_id = $2 and revoked_at is null and expires_at > $3 and last_human_at > $4";
        let now = self.clock.now();
        let idle = now.plus_seconds(-self.policy.idle_seconds);
        let (count,): (i64,) = on!(tx, c => sqlx::query_as(HOLDS).bind(session.as_bytes().as_slice()).bind(scope.bytes())
            .bind(now.millis()).bind(idle.millis()).fetch_one(&mut **c).await)?;
        Ok(count > 0)
    }

    /// Ends one session of the customer's own. False when there is none such.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke(&self, scope: &CustomerScope, session: Id<kind::Session>) -> Result<bool, DbError> {
        const END: &str =
            "update session set revoked_at = $3 where customer_id = $1 and id = $2 and revoked_at is null";
        self.end(scope, END, session).await.map(|ended| ended > 0)
    }

    /// Ends a session for whoever it is of, also while they look in somebody else's place.
    ///
    /// # Errors
    /// What the database says.
    pub async fn leave(&self, session: &Session) -> Result<bool, DbError> {
        self.revoke(&CustomerScope::new(session.who()), session.id).await
    }

    /// Ends every session of the customer's own but this one. Gives back how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_others(&self, scope: &CustomerScope, but: Id<kind::Session>) -> Result<u64, DbError> {
        const END: &str =
            "update session set revoked_at = $3 where customer_id = $1 and id <> $2 and revoked_at is null";
        self.end(scope, END, but).await
    }

    async fn end(&self, scope: &CustomerScope, sql: &'static str, session: Id<kind::Session>) -> Result<u64, DbError> {
        let (scope, now) = (*scope, self.clock.now());
        self.db
            .write(&scope, move |tx| {
                async move {
                    let ended = on!(tx, c => sqlx::query(sql).bind(scope.bytes()).bind(session.as_bytes().as_slice())
                        .bind(now.millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
                    if ended > 0 {
                        let entry = Entry::by_customer(Action::SessionEnded, scope.customer(), now);
                        tx.audit(entry.detail(Detail::Count(ended)));
                    }
                    crate::live::wake(tx, scope.customer()).await?;
                    Ok::<_, DbError>(ended)
                }
                .boxed()
            })
            .await
    }
}

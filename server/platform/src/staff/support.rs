//! Looking at the portal in a customer's place: with a reason, for a quarter of an hour, without a change, and so that the
//! customer sees who did it, when and why.

use super::{act, can, id};
use crate::{
    audit::{Action, Thing},
    db::{Db, DbError, Tx},
    identity::{Identity, IdentityError},
    on,
    random::random_id,
    scope::{AUTH, CustomerScope, Grant, StaffScope},
    session::Session,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// For how long, in minutes.
pub const SUPPORT_MINUTES: i64 = 15;
/// Letters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 8..=300;

/// A look that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// Which.
    pub id: Id<kind::SupportView>,
    /// The customer whose place it is.
    pub customer: Id<kind::Customer>,
    /// Why.
    pub reason: String,
    /// Until when.
    pub ends_at: Timestamp,
}

/// A look, as the customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportRow {
    /// Why.
    pub reason: String,
    /// From when.
    pub begun_at: Timestamp,
    /// Until when.
    pub ended_at: Timestamp,
}

impl Identity {
    /// Begins to look in a customer's place, in this session. None when the reason is too short or too long, when there is
    /// no such customer, or when it is somebody of the institution.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin_support(
        &self,
        grant: &Grant<can::Customers>,
        session: Id<kind::Session>,
        customer: Id<kind::Customer>,
        reason: &str,
    ) -> Result<Option<Support>, IdentityError> {
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if !REASON.contains(&reason.chars().count()) {
            return Ok(None);
        }
        self.look(**grant, session, customer, reason).await
    }

    /// Looks in a customer's place, for a reason that fits.
    pub(super) async fn look(
        &self,
        scope: StaffScope,
        session: Id<kind::Session>,
        customer: Id<kind::Customer>,
        reason: String,
    ) -> Result<Option<Support>, IdentityError> {
        const FIND: &str = "select count(*) from customer where id = $1";
        const ADD: &str = "insert into support_view (id, session_id, staff_id, customer_id, reason, begun_at, ends_at)
            values ($1, $2, $3, $4, $5, $6, $7)";
        let now = self.clock.now();
        let support =
            Support { id: random_id(&*self.random), customer, reason, ends_at: now.plus_seconds(SUPPORT_MINUTES * 60) };
        let begun = self.db.write(&AUTH, move |tx| {
            async move {
                let key = customer.as_bytes().as_slice();
                let (known,): (i64,) = on!(tx, c => sqlx::query_as(FIND).bind(key).fetch_one(&mut **c).await)?;
                if known == 0 || super::people::is_staff(tx, customer).await? {
                    return Ok(None);
                }
                end(tx, session, now).await?;
                on!(tx, c => sqlx::query(ADD).bind(support.id.as_bytes().as_slice()).bind(session.as_bytes().as_slice())
                    .bind(scope.who().as_bytes().as_slice()).bind(key).bind(&support.reason).bind(now.millis())
                    .bind(support.ends_at.millis()).execute(&mut **c).await.map(|_| ()))?;
                tx.audit(act(Action::SupportBegun, &scope, now).about(Thing::Customer, customer).concerning(customer));
                Ok::<_, DbError>(Some(support))
            }
            .boxed()
        });
        Ok(begun.await?)
    }

    /// Ends a look.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_support(&self, session: &Session) -> Result<(), IdentityError> {
        let (Some(staff), Some(support)) = (session.staff, session.support.clone()) else { return Ok(()) };
        let (session, now) = (session.id, self.clock.now());
        let ended = self.db.write(&AUTH, move |tx| {
            async move {
                end(tx, session, now).await?;
                let entry = act(Action::SupportEnded, &staff, now).about(Thing::Customer, support.customer);
                tx.audit(entry.concerning(support.customer));
                Ok::<_, DbError>(())
            }
            .boxed()
        });
        Ok(ended.await?)
    }
}

async fn end(tx: &mut Tx, session: Id<kind::Session>, now: Timestamp) -> Result<(), DbError> {
    const END: &str = "update support_view set ended_at = $2 where session_id = $1 and ended_at is null";
    on!(tx, c => sqlx::query(END).bind(session.as_bytes().as_slice()).bind(now.millis())
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// The look that goes on in a session.
pub(crate) async fn support_of(
    db: &Db,
    session: Id<kind::Session>,
    now: Timestamp,
) -> Result<Option<Support>, DbError> {
    const FIND: &str = "select id, customer_id, reason, ends_at from support_view
        where session_id = $1 and ended_at is null and ends_at > $2 order by begun_at desc limit 1";
    let found = db.glance(&AUTH, move |tx| {
        async move {
            let row: Option<(Vec<u8>, Vec<u8>, String, i64)> = on!(tx, c => sqlx::query_as(FIND)
                .bind(session.as_bytes().as_slice()).bind(now.millis()).fetch_optional(&mut **c).await)?;
            Ok::<_, DbError>(row)
        }
        .boxed()
    });
    let Some((view, customer, reason, ends)) = found.await? else { return Ok(None) };
    Ok(Some(Support { id: id(view)?, customer: id(customer)?, reason, ends_at: Timestamp(ends) }))
}

/// Who of the institution looked in the customer's place, the latest first.
///
/// # Errors
/// What the database says.
pub async fn list_support(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<SupportRow>, DbError> {
    const LIST: &str = "select reason, begun_at, coalesce(ended_at, ends_at) from support_view
        where customer_id = $1 order by begun_at desc limit 50";
    let rows: Vec<(String, i64, i64)> =
        on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    let row = |(reason, begun, ended)| SupportRow { reason, begun_at: Timestamp(begun), ended_at: Timestamp(ended) };
    Ok(rows.into_iter().map(row).collect())
}

//! The institution's people: the list, and who is in or out.

use super::{
    Change, ProposalKind, can, id,
    roles::{Wish, count_with, one_at_a_time, still_may},
};
use crate::{
    audit::{Action, Detail, Thing},
    db::{Db, DbError, Tx},
    identity::{Identity, IdentityError, Proven},
    on,
    scope::{AUTH, StaffScope},
    staff::act,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// Somebody of the institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: Id<kind::Staff>,
    /// Their name.
    pub name: String,
    /// What they type to sign in, when they have no address yet: `S-1042`.
    pub number: String,
    /// The id of their role.
    pub role: String,
    /// What they do: `Home claims`.
    pub title: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub seen_at: Option<Timestamp>,
    /// Since when they may come in no more.
    pub inactive_at: Option<Timestamp>,
}

type Row = (Vec<u8>, String, String, String, String, i64, Option<i64>, Option<i64>);

fn person((who, name, number, role, title, created, seen, inactive): Row) -> Result<Person, DbError> {
    Ok(Person {
        id: id(who)?,
        name,
        number,
        role,
        title,
        created_at: Timestamp(created),
        seen_at: seen.map(Timestamp),
        inactive_at: inactive.map(Timestamp),
    })
}

/// Everybody of the institution, by name.
///
/// # Errors
/// What the database says.
pub async fn list_people(tx: &mut Tx, _scope: &StaffScope) -> Result<Vec<Person>, DbError> {
    const LIST: &str = "select m.customer_id, p.name, c.number, m.role, m.title, m.created_at, m.seen_at, m.inactive_at
        from staff m join customer c on c.id = m.customer_id join party p on p.id = c.party_id
        order by p.name, m.customer_id";
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).fetch_all(&mut **c).await)?;
    rows.into_iter().map(person).collect()
}

/// How many can sign in who may look after the others.
///
/// # Errors
/// What the database says.
pub async fn count_people(db: &Db) -> Result<i64, DbError> {
    db.read(&AUTH, |tx| count_with(tx, super::Capability::Staff).boxed()).await
}

impl Identity {
    /// Shuts somebody of the institution out at once, whoever asks; or lets them in again, to which a second person has to agree
    /// where there is one. Refused when there is nobody such, when it is the person who asks, or when nobody would be left to
    /// look after the others.
    ///
    /// # Errors
    /// What the database says.
    pub async fn switch_person(
        &self,
        grant: &Proven<can::Staff>,
        who: Id<kind::Staff>,
        active: bool,
    ) -> Result<Change, IdentityError> {
        const SWITCH: &str = "update staff set inactive_at = $2 where customer_id = $1 and inactive_at is null";
        const BACK: &str = "update staff set inactive_at = null where customer_id = $1";
        const NUMBER: &str = "select c.number from staff m join customer c on c.id = m.customer_id
            where m.customer_id = $1";
        if who == grant.who() {
            return Ok(Change::Refused);
        }
        let (this, scope, now) = (self.clone(), ***grant, self.clock.now());
        let key = who.as_bytes().to_vec();
        if active {
            let number = self.db.read(&AUTH, move |tx| {
                async move {
                    let row: Option<(String,)> =
                        on!(tx, c => sqlx::query_as(NUMBER).bind(key).fetch_optional(&mut **c).await)?;
                    Ok::<_, DbError>(row)
                }
                .boxed()
            });
            let Some((subject,)) = number.await? else { return Ok(Change::Refused) };
            return self.wish(grant, Wish { kind: ProposalKind::Entry, subject, value: "in".to_owned() }).await;
        }
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                one_at_a_time(tx).await?;
                if !still_may(tx, scope.who()).await? {
                    return Ok(Change::Refused);
                }
                let changed = on!(tx, c => sqlx::query(SWITCH).bind(&key).bind(now.millis())
                    .execute(&mut **c).await.map(|done| done.rows_affected()))?;
                if changed == 0 {
                    return Ok(Change::Refused);
                }
                if count_with(tx, super::Capability::Staff).await? == 0 {
                    on!(tx, c => sqlx::query(BACK).bind(&key).execute(&mut **c).await.map(|_| ()))?;
                    return Ok(Change::Refused);
                }
                this.sessions.end_all(tx, super::sign_in_of(who), None).await?;
                tx.audit(
                    act(Action::StaffSwitched, &scope, now).about(Thing::Customer, who).detail(Detail::Form("out")),
                );
                Ok::<_, DbError>(Change::Done)
            }
            .boxed()
        });
        Ok(done.await?)
    }
}

/// Notes that somebody of the institution came in.
pub(crate) async fn seen(tx: &mut Tx, customer: Id<kind::Customer>, now: Timestamp) -> Result<(), DbError> {
    const SEEN: &str = "update staff set seen_at = $2 where customer_id = $1";
    on!(tx, c => sqlx::query(SEEN).bind(customer.as_bytes().as_slice()).bind(now.millis())
        .execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Whether a customer's row is that of somebody of the institution.
pub(crate) async fn is_staff(tx: &mut Tx, customer: Id<kind::Customer>) -> Result<bool, DbError> {
    const FIND: &str = "select count(*) from staff where customer_id = $1";
    let (count,): (i64,) =
        on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
    Ok(count > 0)
}

//! A customer who is nobody, for whoever sets the portal up: to see what a first file looks like to a customer.
//!
//! There is one only while there are no others, so that nobody of the institution sees with it what a customer holds: it is given
//! what is nobody's, and loses it when the first customer comes ([`end_trial`]).

use super::can;
use crate::{
    db::{Db, DbError, Tx},
    identity::{Identity, IdentityError},
    on,
    scope::{Grant, operator},
    session::Session,
    staff::support::Support,
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

/// What numbers that are no customer's begin with.
pub const TRIAL: &str = "TRIAL-";
const NUMBER: &str = "TRIAL-1";
/// Why, as the page says it.
const REASON: &str = "set-up of the portal";

/// Whether there is nobody yet whose records could be seen.
///
/// # Errors
/// What the database says.
pub async fn no_customer_yet(db: &Db) -> Result<bool, DbError> {
    let scope = operator();
    db.read(&scope, |tx| async move { is_empty(tx).await }.boxed()).await
}

async fn is_empty(tx: &mut Tx) -> Result<bool, DbError> {
    // The institution's own people have numbers that no customer has.
    const OTHER: &str = "select number from customer where number <> $1 and number not like 'S-%' limit 1";
    let other: Option<(String,)> = on!(tx, c => sqlx::query_as(OTHER).bind(NUMBER).fetch_optional(&mut **c).await)?;
    Ok(other.is_none())
}

impl Identity {
    /// Looks at the portal as a customer who has whatever has come so far. None when there are customers already.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin_trial(
        &self,
        grant: &Grant<can::Configure>,
        session: &Session,
    ) -> Result<Option<Support>, IdentityError> {
        const PARTY: &str = "insert into party (id, kind, name, given_name) values ($1, 'person', 'Trial', 'Customer')
            on conflict (id) do nothing";
        const CUSTOMER: &str = "insert into customer (id, party_id, number, since_day, created_at)
            values ($1, $2, $3, 0, $4) on conflict (id) do nothing";
        const HOLD: [&str; 4] = [
            "insert into holder (account_id, customer_id, role, since_day) select a.id, $1, 'owner', 0 from account a
               where not exists (select 1 from holder h where h.account_id = a.id) limit 50",
            "insert into policy_holder (customer_id, policy_id, role) select $1, p.id, 'holder' from policy p
               where not exists (select 1 from policy_holder h where h.policy_id = p.id) limit 50",
            "insert into claim_party (customer_id, claim_id, role) select $1, m.id, 'claimant' from claim m
               where not exists (select 1 from claim_party h where h.claim_id = m.id) limit 50",
            "insert into portfolio_holder (portfolio_id, number) select p.id, c.number from portfolio p, customer c
               where c.id = $1 and not exists (select 1 from portfolio_holder h where h.portfolio_id = p.id) limit 50",
        ];
        const FOLLOW: &str = "insert into parcel_follower (customer_id, shipment_id, role, since_at)
            select $1, s.id, 'recipient', $2 from shipment s
            where not exists (select 1 from parcel_follower f where f.shipment_id = s.id) limit 50";
        let (scope, now) = (operator(), self.clock.now());
        let made = self.db.write(&scope, move |tx| {
            async move {
                if !is_empty(tx).await? {
                    return Ok(None);
                }
                let customer = trial_id(tx);
                let party: Id<kind::Party> = tx.stable_id(&[b"party", NUMBER.as_bytes()]);
                let (key, party) = (customer.as_bytes().as_slice(), party.as_bytes().as_slice());
                on!(tx, c => sqlx::query(PARTY).bind(party).execute(&mut **c).await.map(|_| ()))?;
                on!(tx, c => sqlx::query(CUSTOMER).bind(key).bind(party).bind(NUMBER).bind(now.millis())
                    .execute(&mut **c).await.map(|_| ()))?;
                for sql in HOLD {
                    on!(tx, c => sqlx::query(sql).bind(key).execute(&mut **c).await.map(|_| ()))?;
                }
                on!(tx, c => sqlx::query(FOLLOW).bind(key).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
                Ok::<_, DbError>(Some(customer))
            }
            .boxed()
        });
        match made.await? {
            Some(customer) => self.look(**grant, session.id, customer, REASON.to_owned()).await,
            None => Ok(None),
        }
    }
}

fn trial_id(tx: &Tx) -> Id<kind::Customer> {
    tx.stable_id(&[b"customer", NUMBER.as_bytes()])
}

/// Takes everything from the customer who is nobody: the first real one has come.
///
/// # Errors
/// What the database says.
pub async fn end_trial(tx: &mut Tx) -> Result<(), DbError> {
    const THERE: &str = "select count(*) from customer where id = $1";
    const DROP: [&str; 5] = [
        "delete from holder where customer_id = $1",
        "delete from policy_holder where customer_id = $1",
        "delete from claim_party where customer_id = $1",
        "delete from parcel_follower where customer_id = $1",
        "delete from portfolio_holder where number = (select number from customer where id = $1)",
    ];
    let customer = trial_id(tx);
    let key = customer.as_bytes().as_slice();
    let (there,): (i64,) = on!(tx, c => sqlx::query_as(THERE).bind(key).fetch_one(&mut **c).await)?;
    if there > 0 {
        for sql in DROP {
            on!(tx, c => sqlx::query(sql).bind(key).execute(&mut **c).await.map(|_| ()))?;
        }
    }
    Ok(())
}

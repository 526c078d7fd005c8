//! New keys for what is kept: everything that is sealed is sealed anew, and what hangs on an older pepper is counted.

use super::{Identity, IdentityError, authenticator, held, id};
use crate::{
    audit::{Action, Actor, Detail, Entry},
    db::DbError,
    on,
    scope::{AUTH, FeedScope},
    sources::secret,
};
use futures::FutureExt as _;

/// What was hashed with another pepper than the one of today, and cannot be checked without the one from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OlderPepper {
    /// Passwords; each is hashed anew when its owner signs in.
    pub passwords: i64,
    /// Codes that were not used yet.
    pub codes: i64,
}

impl Identity {
    /// Seals everything with the newest key of the ring, by the algorithm of today. Gives back how many values were sealed. The
    /// secrets of sources first, then everything else; each of the two whole or not at all, and doing it again does no harm.
    ///
    /// # Errors
    /// What the database says; also when a value opens with no key of the ring.
    pub async fn reseal(&self, operator: &FeedScope) -> Result<u64, IdentityError> {
        const SEEDS: &str = "select customer_id, seed from authenticator";
        const SEED: &str = "update authenticator set seed = $2 where customer_id = $1";
        const FORMS: &str = "select id, customer_id, body from held_form";
        const FORM: &str = "update held_form set body = $2 where id = $1";
        let this = self.clone();
        let of_sources = secret::reseal(&self.db, operator, &self.sealer).await?;
        let sealed = self.db.write(&AUTH, move |tx| {
            async move {
                let seeds: Vec<(Vec<u8>, Vec<u8>)> = on!(tx, c => sqlx::query_as(SEEDS).fetch_all(&mut **c).await)?;
                let forms: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> =
                    on!(tx, c => sqlx::query_as(FORMS).fetch_all(&mut **c).await)?;
                let count = u64::try_from(seeds.len() + forms.len()).unwrap_or(u64::MAX) + of_sources;
                for (customer, seed) in seeds {
                    let seed = this.sealer.again(&authenticator::place(id(customer.clone())?), &seed)?;
                    on!(tx, c => sqlx::query(SEED).bind(&customer).bind(seed).execute(&mut **c).await.map(|_| ()))?;
                }
                for (form, customer, body) in forms {
                    let body = this.sealer.again(&held::place(id(customer)?, id(form.clone())?), &body)?;
                    on!(tx, c => sqlx::query(FORM).bind(&form).bind(body).execute(&mut **c).await.map(|_| ()))?;
                }
                let entry = Entry::new(Action::KeyRotated, Actor::Operator, this.clock.now());
                tx.audit(entry.detail(Detail::Count(count)));
                Ok::<_, DbError>(count)
            }
            .boxed()
        });
        Ok(sealed.await?)
    }

    /// What still hangs on a pepper from before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn older_pepper(&self, _operator: &FeedScope) -> Result<OlderPepper, IdentityError> {
        const COUNT: &str = "select
            (select count(*) from credential where password_hash like '%keyid=%' and password_hash not like $1),
            (select count(*) from recovery_code
                where used_at is null and code_hash like '%keyid=%' and code_hash not like $1)
            + (select count(*) from activation
                where used_at is null and code_hash like '%keyid=%' and code_hash not like $1)";
        // Base64 has no sign that means something in a pattern; without a pepper every hash with one is an older one.
        let current = self.passwords.pepper_id().map_or_else(|| "no pepper".to_owned(), |id| format!("%keyid={id}%"));
        let counted = self.db.glance(&AUTH, move |tx| {
            async move {
                on!(tx, c => sqlx::query_as(COUNT).bind(current).fetch_one(&mut **c).await).map_err(DbError::from)
            }
            .boxed()
        });
        let (passwords, codes): (i64, i64) = counted.await?;
        Ok(OlderPepper { passwords, codes })
    }
}

//! What somebody sees of their own access.

use super::{Factors, Identity, IdentityError, Step};
use crate::{db::DbError, on, scope::AUTH, session::Session};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// A customer's own access, without a secret.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The address, when its owner has confirmed it.
    pub email: Option<String>,
    /// When the password was last changed.
    pub password_changed_at: Option<Timestamp>,
    /// What there is to sign in with.
    pub factors: Factors,
    /// Recovery codes, used or not.
    pub recovery_codes: i64,
}

impl Identity {
    pub(super) async fn factors_of(&self, customer: Id<kind::Customer>) -> Result<Factors, IdentityError> {
        let this = self.clone();
        let read = self.db.read(&AUTH, move |tx| async move { this.factors(tx, customer).await }.boxed());
        Ok(read.await?)
    }

    /// What the customer of a step can prove who they are with; nothing when there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn factors_of_step(&self, step: &Step) -> Result<Factors, IdentityError> {
        match step.customer {
            Some(customer) => self.factors_of(customer).await,
            None => Ok(Factors::default()),
        }
    }

    /// What the customer of a session can prove who they are with.
    ///
    /// # Errors
    /// What the database says.
    pub async fn own_factors(&self, session: &Session) -> Result<Factors, IdentityError> {
        self.factors_of(session.scope.customer()).await
    }

    /// A customer's own access.
    ///
    /// # Errors
    /// What the database says.
    pub async fn own_access(&self, session: &Session) -> Result<Access, IdentityError> {
        const FIND: &str = "select email, email_confirmed_at, password_changed_at,
              (select count(*) from recovery_code where customer_id = $1)
            from credential where customer_id = $1";
        let (this, customer) = (self.clone(), session.scope.customer());
        let read = self.db.read(&AUTH, move |tx| {
            async move {
                let factors = this.factors(tx, customer).await?;
                let row: Option<(String, Option<i64>, Option<i64>, i64)> = on!(tx, c => sqlx::query_as(FIND)
                    .bind(customer.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
                Ok::<_, DbError>(match row {
                    Some((email, confirmed, changed, codes)) => Access {
                        email: confirmed.map(|_| email),
                        password_changed_at: changed.map(Timestamp).filter(|_| factors.password),
                        factors,
                        recovery_codes: codes,
                    },
                    None => Access { factors, ..Access::default() },
                })
            }
            .boxed()
        });
        Ok(read.await?)
    }
}

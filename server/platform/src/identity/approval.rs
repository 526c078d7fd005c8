//! Dynamic linking (RTS Art. 5): what is paid and to whom is kept here, shown on the page that asks for the proof, and the
//! proof is bound to both. Whoever changes either needs another proof.

use super::{Identity, IdentityError};
use crate::{db::DbError, on, random::random_id, scope::AUTH, session::Session};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

/// Seconds for which a question stands.
const ASK_SECONDS: i64 = 600;

/// What its owner is asked to prove who they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The amount with its currency, as the act has it.
    pub amount: String,
    /// Who is paid, as the act has it.
    pub payee: String,
    /// The page to go back to.
    pub back: String,
}

impl Identity {
    /// Asks for a proof for this amount and this payee.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ask_approval(
        &self,
        session: &Session,
        approval: Approval,
    ) -> Result<Id<kind::Approval>, IdentityError> {
        const ADD: &str = "insert into approval (id, customer_id, session_id, amount, payee, back, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7)";
        let id: Id<kind::Approval> = random_id(&*self.random);
        let (customer, session, ends) =
            (session.scope.customer(), session.id, self.clock.now().plus_seconds(ASK_SECONDS).millis());
        let asked = self.db.write(&AUTH, move |tx| {
            async move {
                on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(customer.as_bytes().as_slice())
                    .bind(session.as_bytes().as_slice()).bind(approval.amount).bind(approval.payee).bind(approval.back)
                    .bind(ends).execute(&mut **c).await.map(|_| ()))
                .map_err(DbError::from)
            }
            .boxed()
        });
        asked.await?;
        Ok(id)
    }

    /// What was asked of this very session.
    ///
    /// # Errors
    /// What the database says.
    pub async fn approval(
        &self,
        session: &Session,
        approval: Id<kind::Approval>,
    ) -> Result<Option<Approval>, IdentityError> {
        const FIND: &str = "select amount, payee, back from approval
            where id = $1 and customer_id = $2 and session_id = $3 and expires_at > $4";
        let (customer, session, now) = (session.scope.customer(), session.id, self.clock.now().millis());
        let row: Option<(String, String, String)> = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(approval.as_bytes().as_slice())
                        .bind(customer.as_bytes().as_slice()).bind(session.as_bytes().as_slice()).bind(now)
                        .fetch_optional(&mut **c).await)
                    .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        Ok(row.map(|(amount, payee, back)| Approval { amount, payee, back }))
    }
}

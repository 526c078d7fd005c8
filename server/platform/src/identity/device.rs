//! Browsers that customers sign in from: told from others so that strangers cannot lock their owner out, and so that the
//! owner hears of a new one.

use super::{Browser, Desk, Entered, Identity, Notice, Security, id};
use crate::{
    db::{DbError, Tx},
    on,
    random::random_id,
    session::{Method, NewSession, SessionToken},
};
use guichet_types::{Id, Timestamp, kind};

/// A browser that a customer has signed in from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub id: Id<kind::Device>,
    /// Until when a password is enough here.
    pub trusted_until: Option<Timestamp>,
}

impl Identity {
    /// The browser, when this customer has signed in from it.
    pub(super) async fn known_device(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        browser: &Browser,
    ) -> Result<Option<Known>, DbError> {
        const FIND: &str = "select id, trusted_until from device where customer_id = $1 and token_hash = $2";
        for token in &browser.devices {
            let row: Option<(Vec<u8>, Option<i64>)> = on!(tx, c => sqlx::query_as(FIND)
                .bind(customer.as_bytes().as_slice()).bind(token.hash()).fetch_optional(&mut **c).await)?;
            if let Some((device, trusted)) = row {
                return Ok(Some(Known { id: id(device)?, trusted_until: trusted.map(Timestamp) }));
            }
        }
        Ok(None)
    }

    /// Lets somebody in who has proved who they are.
    pub(super) async fn enter(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        browser: Browser,
        method: Method,
        trust: bool,
    ) -> Result<Entered, DbError> {
        const SEEN: &str = "update device set last_seen_at = $2, network = $3, agent = $4,
            trusted_until = coalesce($5, trusted_until) where id = $1";
        const OTHERS: &str = "select count(*) from device where customer_id = $1";
        const ADD: &str = "insert into device
            (id, customer_id, token_hash, agent, network, first_seen_at, last_seen_at, trusted_until)
            values ($1, $2, $3, $4, $5, $6, $6, $7)";
        let (now, rules) = (self.clock.now(), self.rules_of(tx, customer).await?);
        let trusted = (trust && rules.trusted_days > 0).then(|| now.plus_seconds(rules.trusted_days * 86_400).millis());
        let (device, token) = match self.known_device(tx, customer, &browser).await? {
            Some(known) => {
                on!(tx, c => sqlx::query(SEEN).bind(known.id.as_bytes().as_slice()).bind(now.millis())
                    .bind(&browser.network).bind(&browser.agent).bind(trusted).execute(&mut **c).await.map(|_| ()))?;
                (known.id, None)
            }
            None => {
                let (others,): (i64,) = on!(tx, c => sqlx::query_as(OTHERS).bind(customer.as_bytes().as_slice())
                    .fetch_one(&mut **c).await)?;
                let (device, token) = (random_id(&*self.random), SessionToken::fresh(&*self.random));
                on!(tx, c => sqlx::query(ADD).bind(device.as_bytes().as_slice()).bind(customer.as_bytes().as_slice())
                    .bind(token.hash()).bind(&browser.agent).bind(&browser.network).bind(now.millis()).bind(trusted)
                    .execute(&mut **c).await.map(|_| ()))?;
                if others > 0 {
                    let notice = Notice::NewDevice { agent: browser.agent.clone(), network: browser.network.clone() };
                    self.tell(tx, customer, &notice).await?;
                }
                (device, Some(token))
            }
        };
        self.trust_network(tx, &browser.network).await?;
        let session = NewSession {
            customer,
            before: browser.before,
            agent: browser.agent,
            network: browser.network,
            method,
            device,
        };
        let (session, id) = self.sessions.begin(tx, session).await?;
        if method == Method::PasswordAndRecovery {
            // Whoever had to use a recovery code has lost a factor: they may add another one at once.
            self.prove_now::<Security>(tx, id, customer).await?;
        }
        let both = !matches!(method, Method::Password | Method::PasswordOnTrusted);
        if both && crate::staff::is_staff(tx, customer).await? {
            // They have just shown all that there is to show.
            self.prove_now::<Desk>(tx, id, customer).await?;
        }
        Ok(Entered { session, device: token, customer })
    }

    /// No browser is trusted any more, but this one may stay known.
    pub(super) async fn distrust(&self, tx: &mut Tx, customer: Id<kind::Customer>) -> Result<(), DbError> {
        const DISTRUST: &str = "update device set trusted_until = null where customer_id = $1";
        on!(tx, c => sqlx::query(DISTRUST).bind(customer.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }
}

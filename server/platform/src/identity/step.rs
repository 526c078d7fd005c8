//! A sign-in that is under way: what was proved so far, kept on the server under a token of its own for ten minutes.

use super::{Identity, IdentityError, id};
use crate::{
    db::{DbError, Tx},
    on,
    scope::AUTH,
    session::SessionToken,
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};
use serde::{Deserialize, Serialize};

/// Seconds for a step; a code by mail is good for as long (ASVS 6.5.5).
pub(super) const STEP_SECONDS: i64 = 600;
/// Wrong answers after which a step is over.
const STEP_TRIES: i64 = 5;

/// What is asked for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// The second factor, after a password.
    Second,
    /// A second factor must be added, for the profile demands one.
    Protect,
    /// The code that was sent by mail, to choose another password.
    Reset,
    /// The second factor, before another password may be chosen.
    ResetSecond,
    /// Another password, after a reset.
    NewPassword,
    /// An address and a password, after an activation code.
    Activate,
}

impl StepKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Protect => "protect",
            Self::Reset => "reset",
            Self::ResetSecond => "reset-second",
            Self::NewPassword => "new-password",
            Self::Activate => "activate",
        }
    }
}

/// What a step carries on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StepState {
    /// Where the visitor was going.
    pub next: String,
    /// A second factor stands behind it already.
    pub second: bool,
    /// The hash of a code that was sent.
    pub code_hash: Option<String>,
}

/// A step that holds.
#[derive(Clone, Debug)]
pub struct Step {
    pub(super) token: SessionToken,
    /// What is asked for.
    pub kind: StepKind,
    /// Who it is about; none when nobody has the name that was typed, which looks the same from outside.
    pub(super) customer: Option<Id<kind::Customer>>,
    pub(super) state: StepState,
}

impl Step {
    /// Where the visitor was going.
    #[must_use]
    pub fn next(&self) -> &str {
        &self.state.next
    }
}

impl Identity {
    /// Begins a step.
    pub(super) async fn begin_step(
        &self,
        tx: &mut Tx,
        kind: StepKind,
        customer: Option<Id<kind::Customer>>,
        state: &StepState,
    ) -> Result<SessionToken, DbError> {
        const ADD: &str = "insert into sign_in_step (token_hash, customer_id, kind, state, expires_at)
            values ($1, $2, $3, $4, $5)";
        let token = SessionToken::fresh(&*self.random);
        let state = serde_json::to_string(state).map_err(|_| DbError::Value("a step that cannot be written"))?;
        let ends = self.clock.now().plus_seconds(STEP_SECONDS).millis();
        let customer = customer.map(|customer| customer.as_bytes().to_vec());
        on!(tx, c => sqlx::query(ADD).bind(token.hash()).bind(customer).bind(kind.name()).bind(state).bind(ends)
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(token)
    }

    /// The step of a token, when it holds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn step(&self, token: &SessionToken) -> Result<Option<Step>, IdentityError> {
        const FIND: &str = "select customer_id, kind, state from sign_in_step
            where token_hash = $1 and expires_at > $2 and tries < $3";
        let (hash, now) = (token.hash(), self.clock.now().millis());
        let row: Option<(Option<Vec<u8>>, String, String)> = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(hash).bind(now).bind(STEP_TRIES)
                        .fetch_optional(&mut **c).await)
                    .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        let Some((customer, kind, state)) = row else { return Ok(None) };
        let kind = serde_json::from_value(serde_json::Value::String(kind));
        let kind = kind.map_err(|_| DbError::Value("a step of an unknown kind"))?;
        let state = serde_json::from_str(&state).map_err(|_| DbError::Value("a step that cannot be read"))?;
        Ok(Some(Step { token: token.clone(), kind, customer: customer.map(id).transpose()?, state }))
    }

    /// Counts a try; false when there were too many, or the step is over.
    pub(super) async fn try_step(&self, tx: &mut Tx, step: &Step) -> Result<bool, DbError> {
        const TRY: &str = "update sign_in_step set tries = tries + 1
            where token_hash = $1 and expires_at > $2 and tries < $3";
        let done = on!(tx, c => sqlx::query(TRY).bind(step.token.hash()).bind(self.clock.now().millis()).bind(STEP_TRIES)
            .execute(&mut **c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// Takes a step away; false when somebody else was faster. What follows happens once.
    pub(super) async fn end_step(&self, tx: &mut Tx, step: &Step) -> Result<bool, DbError> {
        const END: &str = "delete from sign_in_step where token_hash = $1";
        let done = on!(tx, c => sqlx::query(END).bind(step.token.hash())
            .execute(&mut **c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// Takes away what is over: steps, ceremonies, meters, held forms, replaced tokens. Gives back how many rows went.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep(&self) -> Result<u64, IdentityError> {
        const SWEEPS: [(&str, i64); 6] = [
            ("delete from approval where expires_at < $1", 0),
            ("delete from sign_in_step where expires_at < $1", 0),
            ("delete from ceremony where expires_at < $1", 0),
            ("delete from held_form where expires_at < $1", 0),
            ("delete from throttle where last_at < $1 and blocked_until < $1", 2 * 86_400),
            ("delete from superseded_token where superseded_at < $1", 31 * 86_400),
        ];
        let now = self.clock.now();
        let swept = self
            .db
            .write(&AUTH, move |tx| {
                async move {
                    let mut swept = 0;
                    for (sql, age) in SWEEPS {
                        let before = now.plus_seconds(-age).millis();
                        swept += on!(tx, c => sqlx::query(sql).bind(before).execute(&mut **c).await
                            .map(|done| done.rows_affected()))?;
                    }
                    Ok::<_, DbError>(swept)
                }
                .boxed()
            })
            .await?;
        Ok(swept)
    }
}

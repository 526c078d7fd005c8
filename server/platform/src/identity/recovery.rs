//! Recovery codes: ten of them, eighty bits each, hashed like passwords, each good once. They stand in for a second factor
//! that was lost, never for a password.

use super::{
    Browser, Changed, FactorRight, Identity, IdentityError, Notice, Refusal, SignIn, Step, StepKind,
    throttle::{Account, Admission, Guess},
    typed_code,
};
use crate::{
    db::{DbError, Tx},
    on,
    scope::AUTH,
    session::Method,
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

/// How many there are.
const CODES: usize = 10;
/// Letters of a code behind its number: 17 of 31 are 84 bits.
const LETTERS: usize = 17;

/// Codes to be shown once.
#[derive(Clone)]
pub struct RecoveryCodes(pub Vec<String>);

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<recovery codes>")
    }
}

/// Codes with their hashes, before they are kept.
#[derive(Clone)]
pub(super) struct FreshCodes(Vec<(String, String)>);

impl FreshCodes {
    pub fn shown(&self) -> RecoveryCodes {
        RecoveryCodes(self.0.iter().map(|(code, _)| code.clone()).collect())
    }
}

/// The number of a code and what is secret of it. The number is its first figure, so that one hash is enough to check it.
fn parts(typed: &str) -> Option<(i64, String)> {
    let typed = typed_code(typed);
    let slot = typed.chars().next()?.to_digit(10)?;
    (typed.len() == LETTERS + 1).then(|| (i64::from(slot), typed[1..].to_owned()))
}

impl Identity {
    /// Ten codes and their hashes.
    pub(super) async fn fresh_codes(&self) -> Result<FreshCodes, IdentityError> {
        let mut codes = Vec::with_capacity(CODES);
        for slot in 0..CODES {
            let secret = typed_code(&self.code(LETTERS));
            let hash = self.passwords.hash(secret.clone()).await?;
            // Eighteen letters read well in three groups of six.
            let all = format!("{slot}{secret}");
            let shown = [&all[..6], &all[6..12], &all[12..]].join("-");
            codes.push((shown, hash));
        }
        Ok(FreshCodes(codes))
    }

    /// Codes for somebody who has none that are good: ten hashes are not made for nothing.
    pub(super) async fn codes_if_none(
        &self,
        customer: Id<kind::Customer>,
    ) -> Result<Option<FreshCodes>, IdentityError> {
        if self.factors_of(customer).await?.recovery_codes > 0 {
            return Ok(None);
        }
        self.fresh_codes().await.map(Some)
    }

    /// Keeps them, unless there are good ones by now. Gives back those that were kept, and so are to be shown.
    pub(super) async fn keep_codes_if_none(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        codes: Option<&FreshCodes>,
    ) -> Result<Option<RecoveryCodes>, DbError> {
        let Some(codes) = codes else { return Ok(None) };
        if self.factors(tx, customer).await?.recovery_codes > 0 {
            return Ok(None);
        }
        self.keep_codes(tx, customer, codes).await.map(|()| Some(codes.shown()))
    }

    async fn keep_codes(&self, tx: &mut Tx, customer: Id<kind::Customer>, codes: &FreshCodes) -> Result<(), DbError> {
        const CLEAR: &str = "delete from recovery_code where customer_id = $1";
        const ADD: &str = "insert into recovery_code (customer_id, slot, code_hash, made_at) values ($1, $2, $3, $4)";
        on!(tx, c => sqlx::query(CLEAR).bind(customer.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
        for (slot, (_, hash)) in (0_i64..).zip(&codes.0) {
            on!(tx, c => sqlx::query(ADD).bind(customer.as_bytes().as_slice()).bind(slot).bind(hash)
                .bind(self.clock.now().millis()).execute(&mut **c).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// New codes; the old ones are worth nothing from here on.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn renew_codes(&self, right: &FactorRight) -> Result<Result<Changed, Refusal>, IdentityError> {
        let codes = self.fresh_codes().await?;
        let (this, right) = (self.clone(), right.clone());
        let changed = self.db.write(&AUTH, move |tx| {
            async move {
                this.keep_codes(tx, right.customer, &codes).await?;
                let notice = Notice::CodesRenewed;
                let entered = this.factor_changed(tx, right, Method::PasswordAndRecovery, &notice).await?;
                Ok::<_, DbError>(entered.map(|entered| Changed { entered, codes: Some(codes.shown()) }))
            }
            .boxed()
        });
        Ok(changed.await?)
    }

    /// A recovery code, at a step that asks for a second factor.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub async fn second_recovery(&self, step: Step, typed: &str, browser: Browser) -> Result<SignIn, IdentityError> {
        let (StepKind::Second | StepKind::ResetSecond, Some(customer)) = (step.kind, step.customer) else {
            return Ok(SignIn::Refused);
        };
        let parts = parts(typed);
        let slot = parts.as_ref().map_or(-1, |parts| parts.0);
        let (this, asked, by) = (self.clone(), step.clone(), browser.clone());
        let found = self.db.write(&AUTH, move |tx| {
            async move {
                const FIND: &str = "select code_hash from recovery_code
                    where customer_id = $1 and slot = $2 and used_at is null";
                if !this.try_step(tx, &asked).await? {
                    return Ok::<_, DbError>((None, None));
                }
                let device = this.known_device(tx, customer, &by).await?.map(|known| known.id);
                let account = Account::Of(customer);
                let Admission::Allowed(attempt) =
                    this.admit(tx, Guess::Recovery, &account, device, &by.network).await?
                else {
                    return Ok((None, None));
                };
                this.warn_of_block(tx, Some(customer), &attempt).await?;
                let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice())
                    .bind(slot).fetch_optional(&mut **c).await)?;
                Ok((Some(attempt), row.map(|row| row.0)))
            }
            .boxed()
        });
        let (attempt, hash) = found.await?;
        let secret = parts.map(|parts| parts.1).unwrap_or_default();
        let verdict = self.passwords.verify(secret, hash).await?;
        let (Some(attempt), true) = (attempt, verdict.ok) else { return self.refuse(Some(customer), &browser).await };
        let (this, by) = (self.clone(), browser.clone());
        let outcome = self.db.write(&AUTH, move |tx| {
            async move {
                const USE: &str = "update recovery_code set used_at = $3
                    where customer_id = $1 and slot = $2 and used_at is null";
                let used = on!(tx, c => sqlx::query(USE).bind(customer.as_bytes().as_slice()).bind(slot)
                    .bind(this.clock.now().millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
                if used != 1 {
                    return Ok(SignIn::Refused);
                }
                this.forgive(tx, &attempt).await?;
                let left = this.factors(tx, customer).await?.recovery_codes;
                this.tell(tx, customer, &Notice::RecoveryUsed { left }).await?;
                this.after_second(tx, &step, browser, Method::PasswordAndRecovery, false).await
            }
            .boxed()
        });
        self.noted(outcome.await?, Some(customer), &by).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let expected = Some((3, "ABCDEFGHJKMNPQRST".to_owned()));
        for typed in ["3ABCDE-FGHJKM-NPQRST", "3abcdefghjkmnpqrst", " 3ABCDE FGHJKM NPQRST "] {
            assert_eq!(parts(typed), expected, "{typed}");
        }
        for wrong in ["", "ABCDE", "3ABCDE-FGHJKM-NPQRS", "XABCDE-FGHJKM-NPQRST"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}

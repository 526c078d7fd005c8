//! Authenticator apps: RFC 6238 with SHA-1, six figures, thirty seconds, one step of tolerance either way, because that is
//! what every app can do. Each step serves once.

use super::{
    Browser, Changed, FactorRight, Identity, IdentityError, Notice, Refusal, SignIn, Step, StepKind,
    throttle::{Account, Admission, Guess},
};
use crate::{
    db::{DbError, Tx},
    on,
    scope::AUTH,
    session::Method,
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use futures::FutureExt as _;
use guichet_types::{Id, kind};
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

/// A seed: 160 bits, as RFC 4226 section 4 asks for.
const SEED: usize = 20;

/// An authenticator that is to be added: what its owner's app needs.
#[derive(Clone)]
pub struct NewAuthenticator {
    /// `otpauth://totp/…`, for the picture that an app reads.
    pub address: String,
    /// The seed in base32, for those who type it.
    pub seed: String,
    /// Sealed, for the form that comes back with the first code.
    pub sealed: String,
}

impl std::fmt::Debug for NewAuthenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<new authenticator>")
    }
}

fn place(customer: Id<kind::Customer>) -> Vec<u8> {
    [b"authenticator ", customer.as_bytes().as_slice()].concat()
}

impl Identity {
    fn totp(&self, seed: &[u8], account: &str) -> Option<Totp> {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(30)
            .with_secret(Secret::new(seed.into()))
            .with_issuer(Some(self.institution.replace(':', " ")))
            .with_account_name(account.replace(':', " "))
            .build()
            .ok()
    }

    /// Makes a seed for somebody who may add an authenticator. Nothing is kept until its first code has come.
    ///
    /// # Errors
    /// What the database says.
    pub async fn new_authenticator(&self, right: &FactorRight) -> Result<NewAuthenticator, IdentityError> {
        const NUMBER: &str = "select number from customer where id = $1";
        let customer = right.customer;
        let number: (String,) = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(NUMBER).bind(customer.as_bytes().as_slice()).fetch_one(&mut **c).await)
                        .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        let mut seed = Zeroizing::new([0; SEED]);
        self.random.fill(&mut *seed);
        let unusable = || IdentityError::Fault("an authenticator cannot be made".to_owned());
        let totp = self.totp(&*seed, &number.0).ok_or_else(unusable)?;
        Ok(NewAuthenticator {
            address: totp.to_url().map_err(|_| unusable())?,
            seed: Secret::new(seed.to_vec().into()).to_base32(),
            sealed: STANDARD_NO_PAD.encode(self.sealer.seal(&place(customer), &*seed)),
        })
    }

    /// Adds an authenticator once its first code shows that the app has the seed. Replaces one that was there. Gives back
    /// recovery codes when there were none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_authenticator(
        &self,
        right: &FactorRight,
        sealed: &str,
        code: &str,
    ) -> Result<Result<Changed, Refusal>, IdentityError> {
        const SET: &str = "insert into authenticator (customer_id, seed, last_step, added_at) values ($1, $2, $3, $4)
            on conflict (customer_id) do update
            set seed = excluded.seed, last_step = excluded.last_step, added_at = excluded.added_at, used_at = null";
        let customer = right.customer;
        let sealed = STANDARD_NO_PAD.decode(sealed).unwrap_or_default();
        let Some(seed) = self.sealer.open(&place(customer), &sealed) else { return Ok(Err(Refusal::Gone)) };
        let Some(step) = self.step_of(&seed, code) else { return Ok(Err(Refusal::Wrong)) };
        let codes = self.codes_if_none(customer).await?;
        let (this, right) = (self.clone(), right.clone());
        let kept = self.db.write(&AUTH, move |tx| {
            async move {
                on!(tx, c => sqlx::query(SET).bind(customer.as_bytes().as_slice()).bind(sealed).bind(step)
                    .bind(this.clock.now().millis()).execute(&mut **c).await.map(|_| ()))?;
                let codes = this.keep_codes_if_none(tx, customer, codes.as_ref()).await?;
                let notice = Notice::AuthenticatorAdded;
                let entered = this.factor_changed(tx, right, Method::PasswordAndCode, &notice).await?;
                Ok::<_, DbError>(entered.map(|entered| Changed { entered, codes }))
            }
            .boxed()
        });
        Ok(kept.await?)
    }

    /// Takes the authenticator away.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remove_authenticator(&self, right: &FactorRight) -> Result<Result<Changed, Refusal>, IdentityError> {
        const REMOVE: &str = "delete from authenticator where customer_id = $1";
        let (this, right) = (self.clone(), right.clone());
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                if this.rules_of(tx, right.customer).await?.two_factors
                    && this.factors(tx, right.customer).await?.passkeys == 0
                {
                    return Ok(Err(Refusal::LastFactor));
                }
                on!(tx, c => sqlx::query(REMOVE).bind(right.customer.as_bytes().as_slice())
                    .execute(&mut **c).await.map(|_| ()))?;
                let notice = Notice::AuthenticatorRemoved;
                let entered = this.factor_changed(tx, right, Method::PasswordAndCode, &notice).await?;
                Ok::<_, DbError>(entered.map(|entered| Changed { entered, codes: None }))
            }
            .boxed()
        });
        Ok(done.await?)
    }

    /// The step that a code is of, now.
    fn step_of(&self, seed: &[u8], code: &str) -> Option<i64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let seconds = u64::try_from(self.clock.now().millis() / 1_000).ok()?;
        let step = self.totp(seed, "-")?.check(&code, seconds)?;
        i64::try_from(step).ok()
    }

    /// Takes a code of a customer's authenticator, once.
    pub(super) async fn use_code(
        &self,
        tx: &mut Tx,
        customer: Id<kind::Customer>,
        code: &str,
    ) -> Result<bool, DbError> {
        const FIND: &str = "select seed from authenticator where customer_id = $1";
        const USE: &str =
            "update authenticator set last_step = $2, used_at = $3 where customer_id = $1 and last_step < $2";
        let row: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice())
            .fetch_optional(&mut **c).await)?;
        let Some((sealed,)) = row else { return Ok(false) };
        let Some(seed) = self.sealer.open(&place(customer), &sealed) else {
            return Err(DbError::Value("an authenticator seed that this key does not open"));
        };
        let Some(step) = self.step_of(&seed, code) else { return Ok(false) };
        let done = on!(tx, c => sqlx::query(USE).bind(customer.as_bytes().as_slice()).bind(step)
            .bind(self.clock.now().millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// The code of an authenticator, at a step that asks for a second factor.
    ///
    /// # Errors
    /// What the database says.
    pub async fn second_code(
        &self,
        step: Step,
        code: &str,
        trust: bool,
        browser: Browser,
    ) -> Result<SignIn, IdentityError> {
        let (this, code, whose, by) = (self.clone(), code.to_owned(), step.customer, browser.clone());
        let outcome = self.db.write(&AUTH, move |tx| {
            async move {
                let (StepKind::Second | StepKind::ResetSecond, Some(customer)) = (step.kind, step.customer) else {
                    return Ok(SignIn::Refused);
                };
                if !this.try_step(tx, &step).await? {
                    return Ok(SignIn::Refused);
                }
                let device = this.known_device(tx, customer, &browser).await?.map(|known| known.id);
                let account = Account::Of(customer);
                let Admission::Allowed(attempt) =
                    this.admit(tx, Guess::Code, &account, device, &browser.network).await?
                else {
                    return Ok(SignIn::Refused);
                };
                if !this.use_code(tx, customer, &code).await? {
                    this.warn_of_block(tx, Some(customer), &attempt).await?;
                    return Ok(SignIn::Refused);
                }
                this.forgive(tx, &attempt).await?;
                this.after_second(tx, &step, browser, Method::PasswordAndCode, trust).await
            }
            .boxed()
        });
        self.noted(outcome.await?, whose, &by).await
    }
}

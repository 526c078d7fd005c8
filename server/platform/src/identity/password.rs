//! Another password: by choice, or after one was forgotten. A reset never skips a factor: who has a second one shows it
//! before a new password may be chosen.

use super::{
    Browser, Changed, FactorRight, Identity, IdentityError, Notice, Refusal, SignIn, Step, StepKind, id, normal_email,
    step::StepState,
    throttle::{Account, Admission, Guess},
    typed_code,
};
use crate::{
    audit::{Action, Actor, Entry},
    db::{DbError, Tx},
    on,
    password::check_new,
    scope::{AUTH, FeedScope},
    session::{Method, SessionToken},
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

/// Letters of a code that is sent by mail: eight of 31 are 39 bits, for ten minutes and five tries.
const LETTERS: usize = 8;

impl Identity {
    /// What a stranger could guess of somebody: names, address, number.
    pub(super) async fn context(&self, tx: &mut Tx, customer: Id<kind::Customer>) -> Result<Vec<String>, DbError> {
        const FIND: &str = "select p.name, c.number, r.email from customer c join party p on p.id = c.party_id
            left join credential r on r.customer_id = c.id where c.id = $1";
        let (name, number, email): (String, String, Option<String>) = on!(tx, c => sqlx::query_as(FIND)
            .bind(customer.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
        Ok([Some(name), Some(number), email, Some(self.institution.to_string())].into_iter().flatten().collect())
    }

    /// Looks at a new password and hashes it.
    pub(super) async fn new_hash(
        &self,
        customer: Id<kind::Customer>,
        password: String,
    ) -> Result<Result<String, Refusal>, IdentityError> {
        let this = self.clone();
        let context = self.db.read(&AUTH, move |tx| async move { this.context(tx, customer).await }.boxed());
        let context = context.await?;
        let context: Vec<&str> = context.iter().map(String::as_str).collect();
        if let Err(weak) = check_new(&password, &context) {
            return Ok(Err(Refusal::Weak(weak)));
        }
        Ok(Ok(self.passwords.hash(password).await?))
    }

    async fn set_password(&self, tx: &mut Tx, customer: Id<kind::Customer>, hash: &str) -> Result<(), DbError> {
        const SET: &str = "update credential set password_hash = $2, password_changed_at = $3 where customer_id = $1";
        on!(tx, c => sqlx::query(SET).bind(customer.as_bytes().as_slice()).bind(hash).bind(self.clock.now().millis())
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// Another password for somebody who has just proved who they are; the password was part of that proof or there was none.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn change_password(
        &self,
        right: &FactorRight,
        password: String,
        end_others: bool,
    ) -> Result<Result<Changed, Refusal>, IdentityError> {
        let hash = match self.new_hash(right.customer, password).await? {
            Ok(hash) => hash,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (this, right) = (self.clone(), right.clone());
        let changed = self.db.write(&AUTH, move |tx| {
            async move {
                this.set_password(tx, right.customer, &hash).await?;
                if end_others && right.session.is_some() {
                    this.sessions.end_all(tx, right.customer, right.session).await?;
                }
                let entered = this.factor_changed(tx, right, Method::Password, &Notice::PasswordChanged).await?;
                Ok::<_, DbError>(entered.map(|entered| Changed { entered, codes: None }))
            }
            .boxed()
        });
        Ok(changed.await?)
    }

    /// Somebody has forgotten a password. Whoever has the address gets a code; the answer is the same when nobody has it.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn begin_reset(&self, email: &str, browser: Browser) -> Result<SessionToken, IdentityError> {
        let email = normal_email(email);
        let code = self.code(LETTERS);
        // Hashed whether or not it will be used, so that both take the same time.
        let hash = self.passwords.hash(typed_code(&code)).await?;
        let this = self.clone();
        let token = self.db.write(&AUTH, move |tx| {
            async move {
                const FIND: &str =
                    "select customer_id from credential where email = $1 and email_confirmed_at is not null";
                let row: Option<(Vec<u8>,)> =
                    on!(tx, c => sqlx::query_as(FIND).bind(&email).fetch_optional(&mut **c).await)?;
                let customer = row.map(|row| id(row.0)).transpose()?;
                let device = match customer {
                    Some(customer) => this.known_device(tx, customer, &browser).await?.map(|known| known.id),
                    None => None,
                };
                let account = customer.map_or(Account::Named(email), Account::Of);
                let admission = this.admit(tx, Guess::Mailed, &account, device, &browser.network).await?;
                if let (Some(customer), Admission::Allowed(_)) = (customer, &admission) {
                    this.tell(tx, customer, &Notice::ResetCode { code }).await?;
                }
                let state = StepState { code_hash: Some(hash), ..StepState::default() };
                this.begin_step(tx, StepKind::Reset, customer, &state).await
            }
            .boxed()
        });
        Ok(token.await?)
    }

    /// The code that was sent.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub async fn reset_code(
        &self,
        step: Step,
        typed: &str,
        browser: &Browser,
    ) -> Result<Result<SignIn, Refusal>, IdentityError> {
        if step.kind != StepKind::Reset {
            return Ok(Err(Refusal::Gone));
        }
        let (this, asked) = (self.clone(), step.clone());
        let tried = self.db.write(&AUTH, move |tx| async move { this.try_step(tx, &asked).await }.boxed());
        let tried = tried.await?;
        let verdict = self.passwords.verify(typed_code(typed), step.state.code_hash.clone()).await?;
        let (true, Some(customer), true) = (tried, step.customer, verdict.ok) else {
            self.refuse(step.customer, browser).await?;
            return Ok(Err(Refusal::Wrong));
        };
        let this = self.clone();
        let outcome = self.db.write(&AUTH, move |tx| {
            async move {
                if !this.end_step(tx, &step).await? {
                    return Ok(Err(Refusal::Gone));
                }
                let second = this.factors(tx, customer).await?.second();
                let kind = if second { StepKind::ResetSecond } else { StepKind::NewPassword };
                this.next_step(tx, kind, customer, &StepState::default()).await.map(Ok::<_, Refusal>)
            }
            .boxed()
        });
        Ok(outcome.await.map_err(|error: DbError| error)?)
    }

    /// The new password after a reset. Every session ends but the one that begins here.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn finish_reset(
        &self,
        step: Step,
        password: String,
        browser: Browser,
    ) -> Result<Result<SignIn, Refusal>, IdentityError> {
        let (StepKind::NewPassword, Some(customer)) = (step.kind, step.customer) else { return Ok(Err(Refusal::Gone)) };
        let hash = match self.new_hash(customer, password).await? {
            Ok(hash) => hash,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let this = self.clone();
        let outcome = self.db.write(&AUTH, move |tx| {
            async move {
                if !this.end_step(tx, &step).await? {
                    return Ok(Err(Refusal::Gone));
                }
                this.set_password(tx, customer, &hash).await?;
                this.distrust(tx, customer).await?;
                this.sessions.end_all(tx, customer, None).await?;
                this.tell(tx, customer, &Notice::PasswordChanged).await?;
                if step.state.second {
                    let entered = this.enter(tx, customer, browser, Method::PasswordAndCode, false).await?;
                    return Ok(Ok(SignIn::Entered(entered)));
                }
                if this.rules_of(tx, customer).await?.two_factors {
                    return this.next_step(tx, StepKind::Protect, customer, &step.state).await.map(Ok);
                }
                this.enter(tx, customer, browser, Method::Password, false)
                    .await
                    .map(|entered| Ok(SignIn::Entered(entered)))
            }
            .boxed()
        });
        Ok(outcome.await.map_err(|error: DbError| error)?)
    }

    /// Gives a customer number an address and a password, or new ones: for whoever sits at the machine. False when there is
    /// no such customer. All sessions of the customer end.
    ///
    /// # Errors
    /// What the database says; a unique violation when another customer has the address.
    pub async fn set_credential(
        &self,
        _operator: &FeedScope,
        number: &str,
        email: &str,
        hash: String,
    ) -> Result<bool, IdentityError> {
        const FIND: &str = "select id from customer where number = $1";
        const SET: &str = "insert into credential
            (customer_id, email, password_hash, password_changed_at, email_confirmed_at)
            values ($1, $2, $3, $4, $4) on conflict (customer_id) do update
            set email = excluded.email, password_hash = excluded.password_hash,
                password_changed_at = excluded.password_changed_at, email_confirmed_at = excluded.email_confirmed_at";
        let (this, number, email) = (self.clone(), number.to_owned(), normal_email(email));
        let set = self.db.write(&AUTH, move |tx| {
            async move {
                let found: Option<(Vec<u8>,)> =
                    on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_optional(&mut **c).await)?;
                let Some((customer,)) = found else { return Ok::<_, DbError>(false) };
                on!(tx, c => sqlx::query(SET).bind(&customer).bind(email).bind(hash).bind(this.clock.now().millis())
                    .execute(&mut **c).await.map(|_| ()))?;
                let customer = id(customer)?;
                this.sessions.end_all(tx, customer, None).await?;
                let now = this.clock.now();
                tx.audit(Entry::new(Action::PasswordChanged, Actor::Operator, now).concerning(customer));
                Ok(true)
            }
            .boxed()
        });
        Ok(set.await?)
    }

    /// Whether anybody has this address: for whoever sits at the machine.
    ///
    /// # Errors
    /// What the database says.
    pub async fn knows(&self, _operator: &FeedScope, email: &str) -> Result<bool, IdentityError> {
        const FIND: &str = "select count(*) from credential where email = $1";
        let email = normal_email(email);
        let count: (i64,) = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(email).fetch_one(&mut **c).await).map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        Ok(count.0 > 0)
    }

    /// Gives a customer of a test an address and a password. Fails when there is no such customer.
    ///
    /// # Errors
    /// When there is no such customer.
    #[cfg(feature = "testing")]
    pub async fn sign_up(&self, number: &str, email: &str, password: &str) -> Result<(), IdentityError> {
        let hash = self.passwords.hash(password.to_owned()).await?;
        match self.set_credential(&crate::scope::operator(), number, email, hash).await? {
            true => Ok(()),
            false => Err(IdentityError::Fault(format!("there is no customer {number}"))),
        }
    }

    /// Gives a customer of a test a passkey that nothing can sign in with, for what lists and removes them.
    ///
    /// # Errors
    /// What the database says.
    #[cfg(feature = "testing")]
    pub async fn plant_passkey(&self, number: &str, name: &str) -> Result<(), IdentityError> {
        const ADD: &str = "insert into passkey (id, customer_id, credential_id, name, record, added_at)
            select $1, id, $1, $2, $5, $3 from customer where number = $4";
        let id: Id<kind::Passkey> = crate::random::random_id(&*self.random);
        let (now, name, number) = (self.clock.now().millis(), name.to_owned(), number.to_owned());
        let planted = self.db.write(&AUTH, move |tx| {
            async move {
                on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(name).bind(now).bind(number)
                    .bind(include_str!("tests/passkey.json")).execute(&mut **c).await.map(|_| ()))
                .map_err(DbError::from)
            }
            .boxed()
        });
        Ok(planted.await?)
    }
}

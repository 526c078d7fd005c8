//! Passkeys (Web Authentication level 3), with user verification always: something that its owner has, and what opens it.
//!
//! The state of a ceremony stays here, in a row that serves once and for five minutes; the browser gets the challenge and
//! the row's id.

use super::{Browser, Changed, FactorRight, Identity, IdentityError, Notice, Refusal, SignIn, Step, StepKind, id};
use crate::{
    db::{DbError, Tx},
    on,
    random::random_id,
    scope::{AUTH, CustomerScope},
    session::{Method, Session, SessionToken},
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};
use serde::{Serialize, de::DeserializeOwned};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Uuid,
};

/// Seconds for a ceremony.
const CEREMONY_SECONDS: i64 = 300;
/// Passkeys of one customer.
const MOST: i64 = 20;

/// A ceremony for the browser.
#[derive(Clone, Debug, Serialize)]
pub struct Challenge {
    /// To be sent back with the answer.
    pub ceremony: String,
    /// What `navigator.credentials` takes, with bytes in base64url.
    pub options: serde_json::Value,
}

/// A passkey in its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its public id.
    pub id: Id<kind::Passkey>,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// What a ceremony is for; its answer is taken for nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    SignIn,
    Second,
    Add,
    Proof,
}

impl For {
    const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Second => "second",
            Self::Add => "add",
            Self::Proof => "proof",
        }
    }
}

struct Row {
    id: Id<kind::Passkey>,
    customer: Id<kind::Customer>,
    key: Passkey,
}

fn fault(error: impl std::fmt::Display) -> IdentityError {
    IdentityError::Fault(format!("a passkey ceremony cannot be made: {error}"))
}

impl Identity {
    async fn begin_ceremony(
        &self,
        purpose: For,
        customer: Option<Id<kind::Customer>>,
        session: Option<Id<kind::Session>>,
        options: impl Serialize,
        state: impl Serialize,
    ) -> Result<Challenge, IdentityError> {
        const ADD: &str = "insert into ceremony (id, customer_id, session_id, kind, state, expires_at)
            values ($1, $2, $3, $4, $5, $6)";
        let ceremony: Id<kind::Ceremony> = random_id(&*self.random);
        let ends = self.clock.now().plus_seconds(CEREMONY_SECONDS).millis();
        let state = serde_json::to_string(&state).map_err(fault)?;
        let options = serde_json::to_value(options).map_err(fault)?;
        self.db
            .write(&AUTH, move |tx| {
                async move {
                    let bytes = |id: &[u8; 16]| id.to_vec();
                    on!(tx, c => sqlx::query(ADD).bind(ceremony.as_bytes().as_slice())
                        .bind(customer.as_ref().map(|id| bytes(id.as_bytes())))
                        .bind(session.as_ref().map(|id| bytes(id.as_bytes()))).bind(purpose.name()).bind(state).bind(ends)
                        .execute(&mut **c).await.map(|_| ()))
                    .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        Ok(Challenge { ceremony: ceremony.to_string(), options })
    }

    /// Takes a ceremony away and gives its state, when it was for this, these and now.
    async fn end_ceremony<S: DeserializeOwned>(
        &self,
        tx: &mut Tx,
        ceremony: &str,
        purpose: For,
        customer: Option<Id<kind::Customer>>,
        session: Option<Id<kind::Session>>,
    ) -> Result<Option<S>, DbError> {
        const END: &str =
            "delete from ceremony where id = $1 returning customer_id, session_id, kind, state, expires_at";
        type Found = (Option<Vec<u8>>, Option<Vec<u8>>, String, String, i64);
        let Ok(ceremony) = ceremony.parse::<Id<kind::Ceremony>>() else { return Ok(None) };
        let row: Option<Found> = on!(tx, c => sqlx::query_as(END).bind(ceremony.as_bytes().as_slice())
            .fetch_optional(&mut **c).await)?;
        let Some((whose, of, kind, state, ends)) = row else { return Ok(None) };
        let is =
            |stored: Option<Vec<u8>>, given: Option<&[u8; 16]>| stored.as_deref() == given.map(<[u8; 16]>::as_slice);
        let holds = kind == purpose.name()
            && ends > self.clock.now().millis()
            && is(whose, customer.as_ref().map(Id::as_bytes))
            && is(of, session.as_ref().map(Id::as_bytes));
        if !holds {
            return Ok(None);
        }
        serde_json::from_str(&state).map(Some).map_err(|_| DbError::Value("a ceremony that cannot be read"))
    }

    async fn keys(&self, customer: Id<kind::Customer>) -> Result<Vec<Passkey>, IdentityError> {
        const FIND: &str = "select record from passkey where customer_id = $1 order by added_at, id";
        let rows: Vec<(String,)> = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice()).fetch_all(&mut **c).await)
                        .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        rows.iter().map(|(record,)| serde_json::from_str(record).map_err(fault)).collect()
    }

    /// Begins to add a passkey.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn begin_passkey(&self, right: &FactorRight) -> Result<Challenge, IdentityError> {
        const WHO: &str = "select c.number, p.name from customer c join party p on p.id = c.party_id where c.id = $1";
        let customer = right.customer;
        let (number, name): (String, String) = self
            .db
            .glance(&AUTH, move |tx| {
                async move {
                    on!(tx, c => sqlx::query_as(WHO).bind(customer.as_bytes().as_slice()).fetch_one(&mut **c).await)
                        .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
        let known = self.keys(customer).await?.iter().map(|key| key.cred_id().clone()).collect();
        let user = Uuid::from_bytes(*customer.as_bytes());
        let (options, state) =
            self.passkeys.start_passkey_registration(user, &number, &name, Some(known)).map_err(fault)?;
        let mut options = serde_json::to_value(options).map_err(fault)?;
        // Kept by the authenticator where it can, so that its owner signs in without typing a name.
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            selection["residentKey"] = "preferred".into();
        }
        self.begin_ceremony(For::Add, Some(customer), right.session, options, state).await
    }

    /// Adds the passkey that the browser has made.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn add_passkey(
        &self,
        right: &FactorRight,
        ceremony: &str,
        answer: &RegisterPublicKeyCredential,
        name: &str,
    ) -> Result<Result<Changed, Refusal>, IdentityError> {
        let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(60).collect();
        let codes = self.codes_if_none(right.customer).await?;
        let (this, right, ceremony, answer) = (self.clone(), right.clone(), ceremony.to_owned(), answer.clone());
        let changed = self.db.write(&AUTH, move |tx| {
            async move {
                const ADD: &str = "insert into passkey (id, customer_id, credential_id, name, record, added_at)
                    values ($1, $2, $3, $4, $5, $6) on conflict (credential_id) do nothing";
                let (customer, session) = (right.customer, right.session);
                let state = this.end_ceremony(tx, &ceremony, For::Add, Some(customer), session).await?;
                let Some(state): Option<PasskeyRegistration> = state else { return Ok(Err(Refusal::Gone)) };
                let Ok(key) = this.passkeys.finish_passkey_registration(&answer, &state) else {
                    return Ok(Err(Refusal::Wrong));
                };
                if this.factors(tx, customer).await?.passkeys >= MOST {
                    return Ok(Err(Refusal::Wrong));
                }
                let record =
                    serde_json::to_string(&key).map_err(|_| DbError::Value("a passkey that cannot be written"))?;
                let row: Id<kind::Passkey> = random_id(&*this.random);
                let credential: &[u8] = key.cred_id().as_ref();
                let added = on!(tx, c => sqlx::query(ADD).bind(row.as_bytes().as_slice())
                    .bind(customer.as_bytes().as_slice()).bind(credential).bind(&name).bind(record)
                    .bind(this.clock.now().millis()).execute(&mut **c).await.map(|done| done.rows_affected()))?;
                if added != 1 {
                    return Ok(Err(Refusal::Wrong));
                }
                let codes = this.keep_codes_if_none(tx, customer, codes.as_ref()).await?;
                let entered = this.factor_changed(tx, right, Method::Passkey, &Notice::PasskeyAdded { name }).await?;
                Ok::<_, DbError>(entered.map(|entered| Changed { entered, codes }))
            }
            .boxed()
        });
        Ok(changed.await?)
    }

    /// Takes a passkey away.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn remove_passkey(
        &self,
        right: &FactorRight,
        passkey: Id<kind::Passkey>,
    ) -> Result<Result<Changed, Refusal>, IdentityError> {
        let (this, right) = (self.clone(), right.clone());
        let changed = self.db.write(&AUTH, move |tx| {
            async move {
                const REMOVE: &str = "delete from passkey where customer_id = $1 and id = $2 returning name";
                let factors = this.factors(tx, right.customer).await?;
                let last = factors.passkeys == 1 && !factors.authenticator;
                if last && (!factors.password || this.rules_of(tx, right.customer).await?.two_factors) {
                    return Ok(Err(Refusal::LastFactor));
                }
                let row: Option<(String,)> = on!(tx, c => sqlx::query_as(REMOVE)
                    .bind(right.customer.as_bytes().as_slice()).bind(passkey.as_bytes().as_slice())
                    .fetch_optional(&mut **c).await)?;
                let Some((name,)) = row else { return Ok(Err(Refusal::Gone)) };
                let entered = this.factor_changed(tx, right, Method::Passkey, &Notice::PasskeyRemoved { name }).await?;
                Ok::<_, DbError>(entered.map(|entered| Changed { entered, codes: None }))
            }
            .boxed()
        });
        Ok(changed.await?)
    }

    /// Begins to sign in with a passkey: any that the browser has for us, or one of the customer's at a step.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn begin_passkey_sign_in(&self, step: Option<&Step>) -> Result<Challenge, IdentityError> {
        let second = step.filter(|step| matches!(step.kind, StepKind::Second | StepKind::ResetSecond));
        if let Some(customer) = second.and_then(|step| step.customer) {
            let keys = self.keys(customer).await?;
            if !keys.is_empty() {
                let (options, state) = self.passkeys.start_passkey_authentication(&keys).map_err(fault)?;
                return self.begin_ceremony(For::Second, Some(customer), None, options, state).await;
            }
        }
        let (options, state) = self.passkeys.start_discoverable_authentication().map_err(fault)?;
        let mut options = serde_json::to_value(options).map_err(fault)?;
        if let Some(object) = options.as_object_mut() {
            // A button was pressed; nothing waits behind a field.
            object.remove("mediation");
        }
        self.begin_ceremony(For::SignIn, None, None, options, state).await
    }

    /// Signs in with a passkey's answer.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn passkey_sign_in(
        &self,
        ceremony: &str,
        answer: &PublicKeyCredential,
        step: Option<Step>,
        browser: Browser,
    ) -> Result<SignIn, IdentityError> {
        let (this, ceremony, answer, by) = (self.clone(), ceremony.to_owned(), answer.clone(), browser.clone());
        let outcome = self.db.write(&AUTH, move |tx| {
            async move {
                let Some(row) = this.find_passkey(tx, answer.get_credential_id()).await? else {
                    return Ok(SignIn::Refused);
                };
                let second = step.filter(|step| matches!(step.kind, StepKind::Second | StepKind::ResetSecond));
                if let Some(step) = second.filter(|step| step.customer == Some(row.customer)) {
                    let state = this.end_ceremony(tx, &ceremony, For::Second, Some(row.customer), None).await?;
                    let Some(state): Option<PasskeyAuthentication> = state else { return Ok(SignIn::Refused) };
                    let Ok(result) = this.passkeys.finish_passkey_authentication(&answer, &state) else {
                        return Ok(SignIn::Refused);
                    };
                    this.passkey_used(tx, row, &result).await?;
                    return this.after_second(tx, &step, browser, Method::Passkey, false).await;
                }
                let state = this.end_ceremony(tx, &ceremony, For::SignIn, None, None).await?;
                let Some(state): Option<DiscoverableAuthentication> = state else { return Ok(SignIn::Refused) };
                // The key must be one that this very customer's authenticator has kept for us.
                let claimed = this.passkeys.identify_discoverable_authentication(&answer).map(|(user, _)| user);
                if claimed.ok() != Some(Uuid::from_bytes(*row.customer.as_bytes())) {
                    return Ok(SignIn::Refused);
                }
                let key = DiscoverableKey::from(&row.key);
                let Ok(result) = this.passkeys.finish_discoverable_authentication_v2(&answer, state, &key) else {
                    return Ok(SignIn::Refused);
                };
                let customer = row.customer;
                this.passkey_used(tx, row, &result).await?;
                this.enter(tx, customer, browser, Method::Passkey, false).await.map(SignIn::Entered)
            }
            .boxed()
        });
        self.noted(outcome.await?, None, &by).await
    }

    /// Begins to prove with a passkey who one is.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn begin_passkey_proof(&self, session: &Session) -> Result<Option<Challenge>, IdentityError> {
        let customer = session.scope.customer();
        let keys = self.keys(customer).await?;
        if keys.is_empty() {
            return Ok(None);
        }
        let (options, state) = self.passkeys.start_passkey_authentication(&keys).map_err(fault)?;
        self.begin_ceremony(For::Proof, Some(customer), Some(session.id), options, state).await.map(Some)
    }

    /// Proves it. What the proof is for, and the amount and payee that it is bound to, were shown before.
    ///
    /// # Errors
    /// When it cannot be done now.
    pub async fn passkey_proof(
        &self,
        session: &Session,
        purpose: &'static str,
        linked: Option<Vec<u8>>,
        ceremony: &str,
        answer: &PublicKeyCredential,
    ) -> Result<Result<SessionToken, Refusal>, IdentityError> {
        let (this, customer, session) = (self.clone(), session.scope.customer(), session.id);
        let (ceremony, answer) = (ceremony.to_owned(), answer.clone());
        let proved = self.db.write(&AUTH, move |tx| {
            async move {
                let state = this.end_ceremony(tx, &ceremony, For::Proof, Some(customer), Some(session)).await?;
                let Some(state): Option<PasskeyAuthentication> = state else { return Ok(Err(Refusal::Gone)) };
                let found = this.find_passkey(tx, answer.get_credential_id()).await?;
                let Some(row) = found.filter(|row| row.customer == customer) else { return Ok(Err(Refusal::Wrong)) };
                let Ok(result) = this.passkeys.finish_passkey_authentication(&answer, &state) else {
                    return Ok(Err(Refusal::Wrong));
                };
                this.passkey_used(tx, row, &result).await?;
                this.keep_proof(tx, session, customer, purpose, linked).await.map(Ok::<_, Refusal>)
            }
            .boxed()
        });
        Ok(proved.await.map_err(|error: DbError| error)?)
    }

    async fn find_passkey(&self, tx: &mut Tx, credential: &[u8]) -> Result<Option<Row>, DbError> {
        const FIND: &str = "select id, customer_id, record from passkey where credential_id = $1";
        let row: Option<(Vec<u8>, Vec<u8>, String)> = on!(tx, c => sqlx::query_as(FIND).bind(credential)
            .fetch_optional(&mut **c).await)?;
        row.map(|(passkey, customer, record)| {
            let key = serde_json::from_str(&record).map_err(|_| DbError::Value("a passkey that cannot be read"))?;
            Ok(Row { id: id(passkey)?, customer: id(customer)?, key })
        })
        .transpose()
    }

    async fn passkey_used(
        &self,
        tx: &mut Tx,
        mut row: Row,
        result: &webauthn_rs::prelude::AuthenticationResult,
    ) -> Result<(), DbError> {
        const USED: &str = "update passkey set record = $2, used_at = $3 where id = $1";
        row.key.update_credential(result);
        let record = serde_json::to_string(&row.key).map_err(|_| DbError::Value("a passkey that cannot be written"))?;
        on!(tx, c => sqlx::query(USED).bind(row.id.as_bytes().as_slice()).bind(record).bind(self.clock.now().millis())
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// A customer's passkeys, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_passkeys(&self, tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<PasskeyRow>, DbError> {
        const LIST: &str =
            "select id, name, added_at, used_at from passkey where customer_id = $1 order by added_at, id";
        let rows: Vec<(Vec<u8>, String, i64, Option<i64>)> =
            on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
        rows.into_iter()
            .map(|(passkey, name, added, used)| {
                Ok(PasskeyRow { id: id(passkey)?, name, added_at: Timestamp(added), used_at: used.map(Timestamp) })
            })
            .collect()
    }
}

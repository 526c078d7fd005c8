//! Signing in, factor by factor, and what never works.

mod factors;
mod keys;
mod model;
mod recovery;
mod strangers;

use super::{Browser, Changed, Entered, Identity, NewAuthenticator, Profile, Security, SignIn, Step, StepKind, StepUp};
use crate::{
    db::DbError,
    on,
    scope::operator,
    session::{Session, SessionToken, Sessions},
    testing::{World, customer},
};
use futures::FutureExt as _;
use guichet_types::Timestamp;
use totp_rs::{Algorithm, Builder, Secret};

pub(super) const EMAIL: &str = "ines@mail.example";
pub(super) const PASSWORD: &str = "the counter never closes";
pub(super) const OTHER: &str = "another one, a little longer";

/// A customer who can sign in, and everything to watch them with.
pub(super) struct Desk {
    pub world: World,
    pub identity: Identity,
    pub sessions: Sessions,
    pub home: Browser,
}

impl Desk {
    pub async fn new(world: World, profile: Profile) -> Self {
        customer(&world).await;
        let identity = world.identity(profile);
        identity.sign_up("1", EMAIL, PASSWORD).await.unwrap();
        let sessions = world.sessions(profile);
        let home = Browser { agent: "Firefox, Linux".into(), network: "192.0.2.1".into(), ..Browser::default() };
        Self { world, identity, sessions, home }
    }

    pub fn stranger(&self) -> Browser {
        Browser { network: "198.51.100.7".into(), devices: Vec::new(), ..self.home.clone() }
    }

    pub async fn try_password(&self, password: &str, browser: &Browser) -> SignIn {
        self.identity.sign_in(EMAIL, password.to_owned(), "", browser.clone()).await.unwrap()
    }

    /// In, with the password alone; the browser is known from here on.
    pub async fn enter(&mut self) -> SessionToken {
        let SignIn::Entered(entered) = self.try_password(PASSWORD, &self.home.clone()).await else {
            panic!("the password lets its owner in")
        };
        self.keep(&entered);
        entered.session
    }

    pub fn keep(&mut self, entered: &Entered) {
        self.home.devices.extend(entered.device.clone());
    }

    pub async fn session(&self, token: &SessionToken) -> Option<Session> {
        self.sessions.resolve(token).await.unwrap()
    }

    /// Proves it with the password and gives the new token.
    pub async fn prove(&self, token: &SessionToken, code: &str) -> (SessionToken, Option<StepUp<Security>>) {
        let session = self.session(token).await.unwrap();
        let proof =
            self.identity.prove(&session, "security", None, PASSWORD.to_owned(), code.to_owned(), self.home.clone());
        let token = proof.await.unwrap().unwrap_or_else(|_| token.clone());
        let proof = self.identity.proved::<Security>(&session).await.unwrap();
        (token, proof)
    }

    /// Adds an authenticator; gives its seed, the recovery codes and the session's token.
    pub async fn add_app(&self, token: &SessionToken) -> (String, Vec<String>, SessionToken) {
        let (_, proof) = self.prove(token, "").await;
        let right = proof.unwrap().right();
        let NewAuthenticator { seed, sealed, .. } = self.identity.new_authenticator(&right).await.unwrap();
        let code = self.app_code(&seed);
        let Changed { entered, codes } =
            self.identity.add_authenticator(&right, &sealed, &code).await.unwrap().unwrap();
        // The first code is used up.
        self.world.clock.advance_seconds(30);
        (seed, codes.map(|codes| codes.0).unwrap_or_default(), entered.session)
    }

    /// What the app shows now.
    pub fn app_code(&self, seed: &str) -> String {
        use crate::clock::Clock as _;
        let now = u64::try_from(self.world.clock.now().millis() / 1_000).unwrap();
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(30)
            .with_secret(Secret::try_from_base32(seed).unwrap())
            .with_account_name("1")
            .with_issuer(Some("Guichet"))
            .build()
            .unwrap();
        totp.generate(now).to_string()
    }

    pub async fn step(&self, outcome: SignIn, kind: StepKind) -> Step {
        let SignIn::Step(is, token) = outcome else { panic!("a step was due: {outcome:?}") };
        assert_eq!(is, kind);
        self.identity.step(&token).await.unwrap().unwrap()
    }

    /// The letters of a kind, the latest first: to whom and what.
    pub async fn letters(&self, kind: &'static str) -> Vec<(String, String)> {
        const LIST: &str = "select address, text from mail where kind = $1 order by created_at desc, id";
        let scope = operator();
        let rows = self.world.db.read(&scope, move |tx| {
            async move {
                on!(tx, c => sqlx::query_as(LIST).bind(kind).fetch_all(&mut **c).await).map_err(DbError::from)
            }
            .boxed()
        });
        rows.await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        use crate::clock::Clock as _;
        self.world.clock.now()
    }
}

//! New keys: what was sealed and hashed under the old ones stays good, and needs them no more when it has been renewed.

use super::*;
use crate::{
    audit,
    clock::Clock as _,
    identity::{IdentityError, OlderPepper},
    on_both_databases,
    sources::{self, SourceSettings, secret},
};

const OLD: [u8; 32] = [7; 32];
const NEW: [u8; 32] = [8; 32];

const HOOK: &str = "hook:core";

/// A secret that is made at the desk.
async fn webhook_secret(desk: &Desk) -> String {
    let entry = |action| audit::Entry::new(action, audit::Actor::Operator, desk.world.clock.now());
    let (db, at) = (&desk.world.db, (HOOK.to_owned(), desk.world.clock.now()));
    let (settings, added) = (SourceSettings::default(), entry(audit::Action::SourceChanged));
    sources::add(db, &operator(), at.0.clone(), settings, (at.1, added)).await.unwrap();
    let grant = desk.world.proven("administrator").await;
    let made = entry(audit::Action::SourceSecretMade);
    secret::make(db, &grant, desk.identity.sealer(), &*desk.world.random, at, made).await.unwrap()
}

on_both_databases! {
    async fn what_was_sealed_with_the_old_key_opens_with_the_ring_and_then_with_the_new_one_alone(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, _, token) = desk.add_app(&token).await;
        let session = desk.session(&token).await.unwrap();
        desk.identity.hold_until_proved(&session, "/claims", b"a form").await.unwrap();
        let webhook = webhook_secret(&desk).await;
        // The new key alone opens nothing from before: the ring does.
        let stranger = desk.world.identity_with(Profile::Insurer, &[NEW], ("", ""));
        assert!(matches!(stranger.reseal(&operator()).await, Err(IdentityError::Db(DbError::Value(_)))));
        let ring = desk.world.identity_with(Profile::Insurer, &[NEW, OLD], ("", ""));
        assert_eq!(ring.reseal(&operator()).await.unwrap(), 3, "a seed, a form, the secret of a webhook");
        assert_eq!(ring.reseal(&operator()).await.unwrap(), 3, "again does no harm");
        // What is sealed now needs the new key and no other.
        desk.identity = desk.world.identity_with(Profile::Insurer, &[NEW], ("", ""));
        let outcome = desk.try_password(PASSWORD, &desk.stranger()).await;
        let step = desk.step(outcome, StepKind::Second).await;
        let code = desk.app_code(&seed);
        let outcome = desk.identity.second_code(step, &code, false, desk.stranger()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)), "{outcome:?}");
        assert_eq!(desk.identity.held(&session).await.unwrap().unwrap().body, "a form");
        let known = secret::of(&desk.world.db, desk.identity.sealer(), HOOK.to_owned()).await.unwrap();
        assert_eq!(known, Some(webhook), "the back office is still believed");
        // And the old key opens it no more.
        let before = desk.world.identity_with(Profile::Insurer, &[OLD], ("", ""));
        assert!(before.reseal(&operator()).await.is_err());
    }

    async fn a_password_under_an_older_pepper_is_hashed_anew_when_its_owner_signs_in(world: World) {
        const KEY: &[[u8; 32]] = &[OLD];
        let mut desk = Desk::new(world, Profile::Insurer).await;
        desk.identity = desk.world.identity_with(Profile::Insurer, KEY, ("the first pepper", ""));
        desk.identity.sign_up("1", EMAIL, PASSWORD).await.unwrap();
        // Another pepper alone: the hash cannot be checked, and it is said to be a fault and no wrong password.
        let alone = desk.world.identity_with(Profile::Insurer, KEY, ("the second pepper", ""));
        assert!(matches!(
            alone.sign_in(EMAIL, PASSWORD.to_owned(), "", desk.stranger()).await,
            Err(IdentityError::Fault(_))
        ));
        let both = desk.world.identity_with(Profile::Insurer, KEY, ("the second pepper", "the first pepper"));
        assert_eq!(both.older_pepper(&operator()).await.unwrap(), OlderPepper { passwords: 1, codes: 0 });
        for (password, right) in [("not the password", false), (PASSWORD, true)] {
            let outcome = both.sign_in(EMAIL, password.to_owned(), "", desk.stranger()).await.unwrap();
            assert_eq!(matches!(outcome, SignIn::Entered(_)), right, "{password}");
        }
        assert_eq!(both.older_pepper(&operator()).await.unwrap(), OlderPepper { passwords: 0, codes: 0 });
        let outcome = alone.sign_in(EMAIL, PASSWORD.to_owned(), "", desk.stranger()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)), "the old pepper is needed no more");
    }
}

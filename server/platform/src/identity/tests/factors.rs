//! Passwords, authenticators, proofs, browsers.

use super::*;
use crate::{identity::Refusal, on_both_databases, password::Weak};

on_both_databases! {
    async fn a_password_is_enough_for_an_insurer_and_not_for_a_bank(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        assert_eq!(desk.session(&token).await.unwrap().factors, 1);
        let bank = desk.world.identity(Profile::BankPsd2);
        let outcome = bank.sign_in(EMAIL, PASSWORD.to_owned(), "/accounts", desk.home.clone()).await.unwrap();
        let step = desk.step(outcome, StepKind::Protect).await;
        // The step lets its owner add a factor, and with it in.
        let right = step.right(desk.home.clone()).unwrap();
        let new = bank.new_authenticator(&right).await.unwrap();
        assert_eq!(bank.add_authenticator(&right, &new.sealed, "000000").await.unwrap().unwrap_err(), Refusal::Wrong);
        let code = desk.app_code(&new.seed);
        let changed = bank.add_authenticator(&right, &new.sealed, &code).await.unwrap().unwrap();
        assert_eq!(changed.codes.map(|codes| codes.0.len()), Some(10));
        assert_eq!(desk.session(&changed.entered.session).await.unwrap().factors, 2);
        // It serves once.
        let again = bank.add_authenticator(&right, &new.sealed, &code).await.unwrap();
        assert_eq!(again.unwrap_err(), Refusal::Gone);
    }

    async fn a_code_of_an_authenticator_serves_once(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, ..) = desk.add_app(&token).await;
        let code = desk.app_code(&seed);
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        let outcome = desk.identity.second_code(step.clone(), &code, false, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)));
        // Neither the step nor the code opens anything again.
        desk.world.clock.advance_seconds(1);
        let outcome = desk.identity.second_code(step, &code, false, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused));
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        let outcome = desk.identity.second_code(step.clone(), &code, false, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused), "the same code");
        desk.world.clock.advance_seconds(31);
        let code = desk.app_code(&seed);
        let outcome = desk.identity.second_code(step, &code, false, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)), "the next code");
    }

    async fn sixty_four_at_once_use_a_code_once(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, ..) = desk.add_app(&token).await;
        let code = desk.app_code(&seed);
        let mut steps = Vec::new();
        for _ in 0..8 {
            steps.push(desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await);
        }
        let tries = steps.iter().cycle().take(64).map(|step| {
            desk.identity.second_code(step.clone(), &code, false, desk.home.clone())
        });
        let outcomes = futures::future::join_all(tries).await;
        let entered = outcomes.iter().filter(|outcome| matches!(outcome, Ok(SignIn::Entered(_)))).count();
        assert_eq!(entered, 1);
    }

    async fn a_step_dies_after_five_wrong_codes_and_after_ten_minutes(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, ..) = desk.add_app(&token).await;
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        for _ in 0..5 {
            desk.world.clock.advance_seconds(40);
            let outcome = desk.identity.second_code(step.clone(), "12345", false, desk.home.clone()).await.unwrap();
            assert!(matches!(outcome, SignIn::Refused));
        }
        desk.world.clock.advance_seconds(40);
        let right = desk.app_code(&seed);
        let outcome = desk.identity.second_code(step, &right, false, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused), "five tries are all there are");
        desk.world.clock.advance_seconds(3_600);
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        desk.world.clock.advance_seconds(601);
        let right = desk.app_code(&seed);
        let outcome = desk.identity.second_code(step, &right, false, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused), "ten minutes are over");
    }

    async fn a_trusted_browser_needs_a_password_alone_until_a_factor_changes(world: World) {
        let mut desk = Desk::new(world, Profile::BankPsd2).await;
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Protect).await;
        let right = step.right(desk.home.clone()).unwrap();
        let new = desk.identity.new_authenticator(&right).await.unwrap();
        let code = desk.app_code(&new.seed);
        let changed = desk.identity.add_authenticator(&right, &new.sealed, &code).await.unwrap().unwrap();
        desk.keep(&changed.entered);
        desk.world.clock.advance_seconds(60);
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        let code = desk.app_code(&new.seed);
        let outcome = desk.identity.second_code(step, &code, true, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)));
        let SignIn::Entered(entered) = desk.try_password(PASSWORD, &desk.home).await else { panic!("trusted") };
        assert_eq!(desk.session(&entered.session).await.unwrap().factors, 1, "to look at things");
        desk.step(desk.try_password(PASSWORD, &desk.stranger()).await, StepKind::Second).await;
        // Another password, and nobody is trusted any more.
        desk.world.clock.advance_seconds(60);
        let (_, proof) = desk.prove(&entered.session, &desk.app_code(&new.seed)).await;
        let right = proof.unwrap().right();
        desk.identity.change_password(&right, OTHER.to_owned(), false).await.unwrap().unwrap();
        desk.step(desk.try_password(OTHER, &desk.home).await, StepKind::Second).await;
    }

    async fn a_proof_holds_five_minutes_for_one_purpose_and_one_session(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let (first, second) = (desk.enter().await, desk.enter().await);
        assert!(desk.identity.proved::<Security>(&desk.session(&first).await.unwrap()).await.unwrap().is_none());
        let (token, proof) = desk.prove(&first, "").await;
        assert!(proof.is_some() && token != first, "and the token is another one");
        let session = desk.session(&token).await.unwrap();
        assert!(desk.identity.proved::<crate::identity::Contact>(&session).await.unwrap().is_none());
        let other = desk.session(&second).await.unwrap();
        assert!(desk.identity.proved::<Security>(&other).await.unwrap().is_none());
        desk.world.clock.advance_seconds(301);
        assert!(desk.identity.proved::<Security>(&session).await.unwrap().is_none());
        let session = desk.session(&token).await.unwrap();
        let wrong = desk.identity.prove(&session, "security", None, OTHER.into(), String::new(), desk.home.clone());
        assert_eq!(wrong.await.unwrap().unwrap_err(), Refusal::Wrong);
    }

    async fn a_proof_for_an_amount_is_for_that_amount_and_that_payee_and_serves_once(world: World) {
        use crate::identity::{Payout, Purpose as _, link};
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let session = desk.session(&token).await.unwrap();
        let (amount, payee) = ("EUR 1250.00", "FR7630009021440004812370152");
        let linked = Some(link(amount, payee));
        let proof = desk.identity.prove(&session, Payout::NAME, linked, PASSWORD.into(), String::new(), desk.home.clone());
        proof.await.unwrap().unwrap();
        for (amount, payee) in [("EUR 12500.00", payee), (amount, "DE89370400440532013000"), ("EUR 1250.0", payee)] {
            assert!(desk.identity.proved_for(&session, amount, payee).await.unwrap().is_none(), "{amount} {payee}");
        }
        assert!(desk.identity.proved::<Payout>(&session).await.unwrap().is_none(), "not without an amount");
        let proof = desk.identity.proved_for(&session, amount, payee).await.unwrap().unwrap();
        assert!(desk.identity.spend(proof).await.unwrap());
        assert!(desk.identity.proved_for(&session, amount, payee).await.unwrap().is_none());
    }

    async fn a_replaced_token_holds_for_what_was_under_way_and_then_ends_the_session(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let old = desk.enter().await;
        let (new, _) = desk.prove(&old, "").await;
        desk.world.clock.advance_seconds(29);
        assert!(desk.session(&old).await.is_some(), "a request that was under way");
        assert!(desk.session(&new).await.is_some());
        desk.world.clock.advance_seconds(2);
        assert!(desk.session(&new).await.is_some());
        assert!(desk.session(&old).await.is_none(), "somebody has a copy");
        assert!(desk.session(&new).await.is_none(), "so it ends for both");
    }

    async fn wrong_passwords_block_a_stranger_and_never_the_owner_at_home(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        desk.enter().await;
        for _ in 0..12 {
            desk.world.clock.advance_seconds(300);
            assert!(matches!(desk.try_password("wrong in every way", &desk.stranger()).await, SignIn::Refused));
        }
        assert!(matches!(desk.try_password(PASSWORD, &desk.stranger()).await, SignIn::Refused), "even when it is right");
        assert!(matches!(desk.try_password(PASSWORD, &desk.home).await, SignIn::Entered(_)), "on the own browser");
        assert!(!desk.letters("blocked").await.is_empty(), "and its owner hears of it");
        desk.world.clock.advance_seconds(25 * 3_600);
        assert!(matches!(desk.try_password(PASSWORD, &desk.stranger()).await, SignIn::Entered(_)), "not for ever");
    }

    async fn many_tries_at_once_are_no_more_than_one_after_the_other(world: World) {
        let desk = Desk::new(world, Profile::BankPsd2).await;
        let browser = desk.stranger();
        let tries = (0..64).map(|_| desk.try_password("wrong in every way", &browser));
        futures::future::join_all(tries).await;
        // Three were looked at: the third is held for a second, and all came within it.
        let (failures,): (i64,) = {
            let read = desk.world.db.read(&crate::scope::AUTH, |tx| {
                async move {
                    on!(tx, c => sqlx::query_as("select max(failures) from throttle").fetch_one(&mut **c).await)
                        .map_err(DbError::from)
                }
                .boxed()
            });
            read.await.unwrap()
        };
        assert_eq!(failures, 3);
    }

    async fn a_new_browser_is_told_of_and_a_known_one_is_not(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        desk.enter().await;
        desk.enter().await;
        assert!(desk.letters("new-device").await.is_empty(), "the first one, and again");
        let stranger = desk.stranger();
        assert!(matches!(desk.try_password(PASSWORD, &stranger).await, SignIn::Entered(_)));
        assert_eq!(desk.letters("new-device").await.len(), 1);
    }

    async fn a_changed_password_ends_what_its_owner_wants_ended(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let (here, there) = (desk.enter().await, desk.enter().await);
        let (here, proof) = desk.prove(&here, "").await;
        let right = proof.unwrap().right();
        for (password, weak) in [("short", Weak::Short), ("passwordpassword", Weak::Common)] {
            let refused = desk.identity.change_password(&right, password.to_owned(), true).await.unwrap();
            assert_eq!(refused.unwrap_err(), Refusal::Weak(weak));
        }
        let changed = desk.identity.change_password(&right, OTHER.to_owned(), true).await.unwrap().unwrap();
        assert!(desk.session(&there).await.is_none());
        assert!(desk.session(&changed.entered.session).await.is_some() && changed.entered.session != here);
        assert!(matches!(desk.try_password(PASSWORD, &desk.home).await, SignIn::Refused));
        assert!(matches!(desk.try_password(OTHER, &desk.home).await, SignIn::Entered(_)));
        assert_eq!(desk.letters("password-changed").await[0].0, EMAIL);
    }

    async fn the_last_second_factor_stays_where_two_are_demanded(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, _, token) = desk.add_app(&token).await;
        let (_, proof) = desk.prove(&token, &desk.app_code(&seed)).await;
        let right = proof.unwrap().right();
        let bank = desk.world.identity(Profile::BankPsd2);
        assert_eq!(bank.remove_authenticator(&right).await.unwrap().unwrap_err(), Refusal::LastFactor);
        desk.identity.remove_authenticator(&right).await.unwrap().unwrap();
        assert!(matches!(desk.try_password(PASSWORD, &desk.home).await, SignIn::Entered(_)));
        assert_eq!(desk.letters("authenticator-removed").await.len(), 1);
    }

    async fn a_proof_with_an_authenticator_takes_its_code(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, _, token) = desk.add_app(&token).await;
        desk.world.clock.advance_seconds(301);
        let fresh = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        let code = desk.app_code(&seed);
        let SignIn::Entered(entered) = desk.identity.second_code(fresh, &code, false, desk.home.clone()).await.unwrap()
        else { panic!("in") };
        assert!(desk.prove(&entered.session, "").await.1.is_none(), "a password is not enough");
        assert!(desk.prove(&entered.session, &code).await.1.is_none(), "nor a code that was used");
        desk.world.clock.advance_seconds(31);
        assert!(desk.prove(&entered.session, &desk.app_code(&seed)).await.1.is_some());
        let _ = token;
    }
}

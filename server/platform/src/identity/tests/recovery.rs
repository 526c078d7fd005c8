//! Access that was lost: recovery codes, a reset by mail, an activation code; and the address that mail goes to.

use super::*;
use crate::{
    identity::{Contact, ContactCode, Refusal},
    on_both_databases,
};

on_both_databases! {
    async fn a_recovery_code_stands_in_once_and_lets_its_owner_add_a_factor(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (_, codes, _) = desk.add_app(&token).await;
        assert_eq!(codes.len(), 10);
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        let typed = codes[3].to_lowercase().replace('-', " ");
        let outcome = desk.identity.second_recovery(step, &typed, desk.home.clone()).await.unwrap();
        let SignIn::Entered(entered) = outcome else { panic!("a recovery code lets its owner in") };
        let session = desk.session(&entered.session).await.unwrap();
        assert!(desk.identity.proved::<Security>(&session).await.unwrap().is_some(), "to replace what was lost");
        assert_eq!(desk.letters("recovery-used").await.len(), 1);
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        let outcome = desk.identity.second_recovery(step.clone(), &codes[3], desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused), "once");
        let outcome = desk.identity.second_recovery(step, &codes[4], desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)));
    }

    async fn a_recovery_code_is_used_once_by_sixty_four_at_once(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (_, codes, _) = desk.add_app(&token).await;
        let mut steps = Vec::new();
        for _ in 0..16 {
            steps.push(desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await);
        }
        let tries = steps.iter().cycle().take(64).map(|step| {
            desk.identity.second_recovery(step.clone(), &codes[0], desk.home.clone())
        });
        let outcomes = futures::future::join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(SignIn::Entered(_)))).count(), 1);
    }

    async fn new_recovery_codes_make_the_old_ones_worthless(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, old, token) = desk.add_app(&token).await;
        let (_, proof) = desk.prove(&token, &desk.app_code(&seed)).await;
        let new = desk.identity.renew_codes(&proof.unwrap().right()).await.unwrap().unwrap();
        let step = desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Second).await;
        let outcome = desk.identity.second_recovery(step.clone(), &old[0], desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused));
        let code = new.codes.unwrap().0.remove(0);
        let outcome = desk.identity.second_recovery(step, &code, desk.home.clone()).await.unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)));
    }

    async fn no_code_and_no_seed_is_kept_as_somebody_could_type_it(world: World) {
        const CODES: &str = "select code_hash from recovery_code";
        const SEED: &str = "select seed from authenticator";
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, codes, _) = desk.add_app(&token).await;
        let read = desk.world.db.read(&crate::scope::AUTH, |tx| {
            async move {
                let hashes: Vec<(String,)> = on!(tx, c => sqlx::query_as(CODES).fetch_all(&mut **c).await)?;
                let sealed: (Vec<u8>,) = on!(tx, c => sqlx::query_as(SEED).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>((hashes, sealed.0))
            }
            .boxed()
        });
        let (hashes, sealed) = read.await.unwrap();
        assert_eq!((hashes.len(), codes.len()), (10, 10));
        for (hash,) in &hashes {
            assert!(hash.starts_with("$argon2id$"), "{hash}");
            assert!(codes.iter().all(|code| !hash.contains(&code[1..6]) && !hash.contains(&code[7..13])), "{hash}");
        }
        let plain = Secret::try_from_base32(&seed).unwrap();
        let plain: &[u8] = plain.as_ref();
        assert!(sealed.len() > plain.len() && !sealed.windows(plain.len()).any(|part| part == plain));
    }

    async fn a_forgotten_password_is_replaced_by_mail_and_ends_every_session(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let step = desk.identity.begin_reset(EMAIL, desk.home.clone()).await.unwrap();
        let step = desk.identity.step(&step).await.unwrap().unwrap();
        let (to, code) = desk.letters("reset-code").await.remove(0);
        assert_eq!(to, EMAIL);
        assert_eq!(desk.identity.reset_code(step.clone(), "AAAA-AAAA", &desk.home).await.unwrap().unwrap_err(), Refusal::Wrong);
        let outcome = desk.identity.reset_code(step.clone(), &code, &desk.home).await.unwrap().unwrap();
        let set = desk.step(outcome, StepKind::NewPassword).await;
        let outcome = desk.identity.finish_reset(set, OTHER.to_owned(), desk.home.clone()).await.unwrap().unwrap();
        let SignIn::Entered(entered) = outcome else { panic!("in") };
        assert!(desk.session(&token).await.is_none() && desk.session(&entered.session).await.is_some());
        assert!(matches!(desk.try_password(PASSWORD, &desk.home).await, SignIn::Refused));
        // The code was used up with its step.
        assert!(desk.identity.reset_code(step, &code, &desk.home).await.unwrap().is_err());
    }

    async fn a_reset_never_skips_the_second_factor(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let (seed, ..) = desk.add_app(&token).await;
        let step = desk.identity.begin_reset(EMAIL, desk.home.clone()).await.unwrap();
        let step = desk.identity.step(&step).await.unwrap().unwrap();
        let code = desk.letters("reset-code").await.remove(0).1;
        let second = desk.step(desk.identity.reset_code(step, &code, &desk.home).await.unwrap().unwrap(), StepKind::ResetSecond).await;
        let refused = desk.identity.finish_reset(second.clone(), OTHER.to_owned(), desk.home.clone()).await.unwrap();
        assert_eq!(refused.unwrap_err(), Refusal::Gone, "not from this step");
        let code = desk.app_code(&seed);
        let outcome = desk.identity.second_code(second, &code, true, desk.home.clone()).await.unwrap();
        let set = desk.step(outcome, StepKind::NewPassword).await;
        let outcome = desk.identity.finish_reset(set, OTHER.to_owned(), desk.home.clone()).await.unwrap().unwrap();
        assert!(matches!(outcome, SignIn::Entered(_)));
    }

    async fn a_reset_for_an_address_that_nobody_has_looks_the_same_and_leads_nowhere(world: World) {
        let desk = Desk::new(world, Profile::Insurer).await;
        let step = desk.identity.begin_reset("nobody@mail.example", desk.home.clone()).await.unwrap();
        let step = desk.identity.step(&step).await.unwrap().unwrap();
        assert_eq!(step.kind, StepKind::Reset);
        for _ in 0..6 {
            assert_eq!(desk.identity.reset_code(step.clone(), "AAAA-AAAA", &desk.home).await.unwrap().unwrap_err(), Refusal::Wrong);
        }
        assert!(desk.letters("reset-code").await.is_empty());
    }

    async fn an_activation_code_opens_a_first_access_once(world: World) {
        let desk = Desk::new(world, Profile::Insurer).await;
        assert!(desk.identity.invite(&operator(), "2").await.unwrap().is_none(), "nobody has this number");
        let code = desk.identity.invite(&operator(), "1").await.unwrap().unwrap().code;
        for (number, code) in [("1", "AAAA-BBBB-CCCC"), ("2", code.as_str())] {
            let refused = desk.identity.begin_activation(number, code, desk.home.clone()).await.unwrap();
            assert_eq!(refused.unwrap_err(), Refusal::Wrong, "{number}");
        }
        let token = desk.identity.begin_activation("1", &code.to_lowercase(), desk.home.clone()).await.unwrap().unwrap();
        let step = desk.identity.step(&token).await.unwrap().unwrap();
        let refused = desk.identity.activate(step.clone(), "nowhere", OTHER.into(), desk.home.clone()).await.unwrap();
        assert_eq!(refused.unwrap_err(), Refusal::Address);
        let outcome = desk.identity.activate(step.clone(), "new@mail.example", OTHER.into(), desk.home.clone()).await;
        let SignIn::Entered(entered) = outcome.unwrap().unwrap() else { panic!("in") };
        let session = desk.session(&entered.session).await.unwrap();
        assert_eq!(desk.letters("activated").await[0].0, EMAIL, "whoever had the access before hears of it");
        // The address counts when its code has come back.
        assert_eq!(desk.identity.own_access(&session).await.unwrap().email, None);
        let (to, mailed) = desk.letters("contact-code").await.remove(0);
        assert_eq!(to, "new@mail.example");
        assert!(desk.identity.confirm_contact(&session, ContactCode::New, &mailed).await.unwrap().unwrap());
        assert_eq!(desk.identity.own_access(&session).await.unwrap().email.as_deref(), Some("new@mail.example"));
        // Code and step are used up.
        assert!(desk.identity.begin_activation("1", &code, desk.home.clone()).await.unwrap().is_err());
        let again = desk.identity.activate(step, "new@mail.example", OTHER.into(), desk.home.clone()).await.unwrap();
        assert_eq!(again.unwrap_err(), Refusal::Gone);
    }

    async fn an_activation_code_is_over_after_its_day(world: World) {
        let desk = Desk::new(world, Profile::Insurer).await;
        let code = desk.identity.invite(&operator(), "1").await.unwrap().unwrap().code;
        desk.world.clock.advance_seconds(14 * 86_400 + 1);
        assert!(desk.identity.begin_activation("1", &code, desk.home.clone()).await.unwrap().is_err());
    }

    async fn an_address_changes_when_both_the_old_and_the_new_one_have_answered(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let session = desk.session(&token).await.unwrap();
        let contact = "contact";
        let proof = desk.identity.prove(&session, contact, None, PASSWORD.into(), String::new(), desk.home.clone());
        proof.await.unwrap().unwrap();
        let proof = desk.identity.proved::<Contact>(&session).await.unwrap().unwrap();
        desk.identity.begin_contact(&proof, "New@Mail.example").await.unwrap().unwrap();
        let letters = desk.letters("contact-code").await;
        let code = |to: &str| letters.iter().find(|letter| letter.0 == to).unwrap().1.clone();
        let (old, new) = (code(EMAIL), code("new@mail.example"));
        assert_ne!(old, new);
        let crossed = desk.identity.confirm_contact(&session, ContactCode::Old, &new).await.unwrap();
        assert_eq!(crossed.unwrap_err(), Refusal::Wrong, "each code is for its own address");
        assert!(!desk.identity.confirm_contact(&session, ContactCode::New, &new).await.unwrap().unwrap());
        assert_eq!(desk.identity.own_access(&session).await.unwrap().email.as_deref(), Some(EMAIL), "not yet");
        assert!(desk.identity.confirm_contact(&session, ContactCode::Old, &old).await.unwrap().unwrap());
        assert_eq!(desk.identity.own_access(&session).await.unwrap().email.as_deref(), Some("new@mail.example"));
        let told: Vec<String> = desk.letters("contact-changed").await.into_iter().map(|letter| letter.0).collect();
        assert!(told.contains(&EMAIL.to_owned()) && told.contains(&"new@mail.example".to_owned()), "{told:?}");
    }

    async fn a_form_that_came_too_late_is_kept_for_its_sender_alone(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        desk.world.clock.advance_seconds(901);
        assert!(desk.session(&token).await.is_none());
        assert!(desk.identity.hold(&token, "/claims/1/message", b"text=a+long+story").await.unwrap());
        let token = desk.enter().await;
        let session = desk.session(&token).await.unwrap();
        let held = desk.identity.held(&session).await.unwrap().unwrap();
        assert_eq!((held.path.as_str(), held.body.as_str()), ("/claims/1/message", "text=a+long+story"));
        desk.sessions.revoke(&session.scope, session.id).await.unwrap();
        assert!(!desk.identity.hold(&token, "/x", b"a=b").await.unwrap(), "a session that was ended on purpose keeps nothing");
        let made_up = SessionToken::fresh(&*desk.world.random);
        assert!(!desk.identity.hold(&made_up, "/x", b"a=b").await.unwrap());
    }

    async fn a_wrong_code_of_any_kind_is_in_the_log(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        let token = desk.enter().await;
        let session = desk.session(&token).await.unwrap();
        desk.identity.begin_activation("1", "AAAA-BBBB-CCCC", desk.home.clone()).await.unwrap().unwrap_err();
        let step = desk.identity.begin_reset(EMAIL, desk.home.clone()).await.unwrap();
        let step = desk.identity.step(&step).await.unwrap().unwrap();
        desk.identity.reset_code(step, "AAAA-AAAA", &desk.home).await.unwrap().unwrap_err();
        let proof = desk.identity.prove(&session, "security", None, OTHER.into(), String::new(), desk.home.clone());
        proof.await.unwrap().unwrap_err();
        let scope = operator();
        let refused = desk.world.db.read(&scope, |tx| {
            async move {
                const COUNT: &str = "select count(*) from audit where action = 'session.refused' and customer_id is not null";
                on!(tx, c => sqlx::query_as(COUNT).fetch_one(&mut **c).await).map_err(DbError::from)
            }
            .boxed()
        });
        let (refused,): (i64,) = refused.await.unwrap();
        assert_eq!(refused, 3);
    }

    async fn what_is_over_is_swept_away(world: World) {
        let desk = Desk::new(world, Profile::BankPsd2).await;
        desk.step(desk.try_password(PASSWORD, &desk.home).await, StepKind::Protect).await;
        assert_eq!(desk.identity.sweep().await.unwrap(), 0);
        desk.world.clock.advance_seconds(3 * 86_400);
        assert!(desk.identity.sweep().await.unwrap() >= 2, "the step and the meters");
        assert!(desk.now().millis() > 0);
    }
}

//! The session model: random histories of what people, copies and clocks do, held against a model of a few lines. Each
//! history says after every act which tokens open something.

use super::*;
use crate::testing;
use proptest::{prelude::*, test_runner::Config};

/// What can happen.
#[derive(Clone, Debug)]
enum Act {
    SignIn,
    WrongPassword,
    Prove(usize),
    ChangePassword(usize, bool),
    Revoke(usize),
    RevokeOthers(usize),
    Human(usize),
    ShowOld(usize),
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::SignIn),
        1 => Just(Act::WrongPassword),
        3 => (0_usize..6).prop_map(Act::Prove),
        2 => (0_usize..6, any::<bool>()).prop_map(|(which, others)| Act::ChangePassword(which, others)),
        1 => (0_usize..6).prop_map(Act::Revoke),
        1 => (0_usize..6).prop_map(Act::RevokeOthers),
        3 => (0_usize..6).prop_map(Act::Human),
        2 => (0_usize..6).prop_map(Act::ShowOld),
        4 => prop_oneof![Just(1), Just(20), Just(31), Just(300), Just(899), Just(901), Just(43_201)].prop_map(Act::Wait),
    ]
}

/// What the model knows of a session: its tokens, the latest last, and when each was replaced.
struct Known {
    tokens: Vec<(SessionToken, Option<i64>)>,
    begun: i64,
    human: i64,
    ended: bool,
}

impl Known {
    fn holds(&self, now: i64) -> bool {
        !self.ended && now < self.human + 900_000 && now < self.begun + 43_200_000
    }
}

async fn play(acts: Vec<Act>) {
    let mut desk = Desk::new(testing::sqlite().await, Profile::Insurer).await;
    let (mut known, mut password, mut turn): (Vec<Known>, String, u32) = (Vec::new(), PASSWORD.to_owned(), 0);
    for act in acts {
        let now = desk.now().millis();
        let pick = |which: usize| known.len().checked_sub(1).map(|last| which.min(last));
        match act {
            Act::Wait(seconds) => desk.world.clock.advance_seconds(seconds),
            Act::SignIn => {
                let outcome = desk.try_password(&password, &desk.home.clone()).await;
                // A browser that is not known yet may have to wait after wrong passwords; then nothing has begun.
                if let SignIn::Entered(entered) = outcome {
                    desk.keep(&entered);
                    let tokens = vec![(entered.session, None)];
                    known.push(Known { tokens, begun: now, human: now, ended: false });
                }
            }
            Act::WrongPassword => {
                let outcome = desk.try_password("wrong in every way", &desk.home.clone()).await;
                assert!(matches!(outcome, SignIn::Refused));
                desk.world.clock.advance_seconds(90_000);
            }
            Act::Prove(which) | Act::ChangePassword(which, _) if pick(which).is_some() => {
                let at = pick(which).unwrap_or_default();
                let token = known[at].tokens.last().map(|token| token.0.clone()).unwrap();
                let Some(session) = desk.session(&token).await else { continue };
                let proof =
                    desk.identity.prove(&session, "security", None, password.clone(), String::new(), desk.home.clone());
                let Ok(mut next) = proof.await.unwrap() else { continue };
                known[at].tokens.last_mut().unwrap().1 = Some(now);
                known[at].tokens.push((next.clone(), None));
                if let Act::ChangePassword(_, others) = act {
                    let right = desk.identity.proved::<Security>(&session).await.unwrap().unwrap().right();
                    turn += 1;
                    password = format!("a new password, number {turn}");
                    let changed =
                        desk.identity.change_password(&right, password.clone(), others).await.unwrap().unwrap();
                    next = changed.entered.session;
                    known[at].tokens.last_mut().unwrap().1 = Some(now);
                    known[at].tokens.push((next, None));
                    if others {
                        for (index, other) in known.iter_mut().enumerate() {
                            other.ended |= index != at;
                        }
                    }
                }
            }
            Act::Revoke(which) | Act::RevokeOthers(which) | Act::Human(which) if pick(which).is_some() => {
                let at = pick(which).unwrap_or_default();
                let token = known[at].tokens.last().map(|token| token.0.clone()).unwrap();
                let Some(session) = desk.session(&token).await else { continue };
                match act {
                    Act::Revoke(_) => {
                        desk.sessions.revoke(&session.scope, session.id).await.unwrap();
                        known[at].ended = true;
                    }
                    Act::RevokeOthers(_) => {
                        desk.sessions.revoke_others(&session.scope, session.id).await.unwrap();
                        for (index, other) in known.iter_mut().enumerate() {
                            other.ended |= index != at;
                        }
                    }
                    _ => {
                        desk.sessions.human(&session).await.unwrap();
                        if now - known[at].human >= 10_000 {
                            known[at].human = now;
                        }
                    }
                }
            }
            Act::ShowOld(which) if pick(which).is_some() => {
                let at = pick(which).unwrap_or_default();
                let Some((token, Some(replaced))) = known[at].tokens.first().cloned() else { continue };
                let holds = known[at].holds(now);
                let in_grace = now - replaced <= 30_999;
                assert_eq!(desk.session(&token).await.is_some(), holds && in_grace, "an old token");
                known[at].ended |= !in_grace;
            }
            _ => {}
        }
        let now = desk.now().millis();
        for session in &known {
            let token = &session.tokens.last().unwrap().0;
            assert_eq!(desk.session(token).await.is_some(), session.holds(now), "after {act:?}");
        }
    }
}

/// Histories: a few in every run, as many as `GUICHET_MODEL_HISTORIES` says in a campaign.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration file")]
fn histories() -> u32 {
    std::env::var("GUICHET_MODEL_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(48)
}

#[test]
fn sessions_do_what_the_model_says_in_every_history() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: histories(), failure_persistence: None, ..Config::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let strategy = proptest::collection::vec(act(), 1..24);
    runner
        .run(&strategy, |acts| {
            runtime.block_on(play(acts));
            Ok(())
        })
        .unwrap();
}

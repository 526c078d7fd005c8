//! What strangers can fill, and whom they can shut out: nothing, and nobody.

use super::*;
use crate::{
    identity::{IdentityError, throttle::network_of},
    on_both_databases,
    scope::AUTH,
};

/// A browser on a network of its own.
fn from(number: usize) -> Browser {
    Browser { network: format!("203.0.{}.{}", number / 200 + 1, number % 200 + 1), ..Browser::default() }
}

async fn rows(desk: &Desk, sql: &'static str) -> i64 {
    let count = desk.world.db.read(&AUTH, move |tx| {
        async move {
            let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(count)
        }
        .boxed()
    });
    count.await.unwrap()
}

on_both_databases! {
    async fn what_a_network_begins_is_bounded_and_goes_away_again(world: World) {
        let mut desk = Desk::new(world, Profile::Insurer).await;
        desk.enter().await;
        let stranger = desk.stranger();
        for kind in ["passkeys", "resets"] {
            let browser = Browser { network: format!("{}{}", stranger.network, kind.len()), ..stranger.clone() };
            let mut begun = 0;
            for number in 0..60 {
                let outcome = match kind {
                    "passkeys" => desk.identity.begin_passkey_sign_in(None, &browser).await.map(|_| ()),
                    _ => desk.identity.begin_reset(&format!("{number}@mail.example"), browser.clone()).await.map(|_| ()),
                };
                match outcome {
                    Ok(()) => begun += 1,
                    Err(IdentityError::TooMany) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            assert_eq!(begun, 30, "{kind}");
        }
        assert_eq!(rows(&desk, "select count(*) from ceremony").await, 30);
        assert_eq!(rows(&desk, "select count(*) from sign_in_step").await, 30);
        // An address that somebody has is refused like one that nobody has, and its owner at home is not held up.
        let full = Browser { network: format!("{}6", stranger.network), ..stranger };
        assert!(matches!(desk.identity.begin_reset(EMAIL, full.clone()).await, Err(IdentityError::TooMany)));
        let home = Browser { network: full.network.clone(), ..desk.home.clone() };
        desk.identity.begin_reset(EMAIL, home.clone()).await.unwrap();
        desk.identity.begin_passkey_sign_in(None, &home).await.unwrap();
        assert_eq!(desk.letters("reset-code").await.len(), 1);
        // Ten seconds later there is room for one; ten minutes later all of it is gone.
        desk.world.clock.advance_seconds(10);
        desk.identity.begin_reset("x@mail.example", full).await.unwrap();
        desk.world.clock.advance_seconds(601);
        desk.identity.sweep().await.unwrap();
        assert_eq!(rows(&desk, "select (select count(*) from ceremony) + (select count(*) from sign_in_step)").await, 0);
    }

    async fn in_a_storm_of_wrong_passwords_a_newcomer_still_comes_in(world: World) {
        let desk = Desk::new(world, Profile::Insurer).await;
        let guess = |browser: Browser, number: usize| {
            let identity = desk.identity.clone();
            async move { identity.sign_in(&format!("{number}@nowhere.example"), "a wrong one, long enough".into(), "", browser).await.unwrap() }
        };
        // Thirty networks fill everybody's meter.
        for network in 0..30 {
            for number in 0..20 {
                guess(from(network), network * 100 + number).await;
            }
        }
        let tried = "select count(*) from throttle where failures > 0";
        assert_eq!(rows(&desk, tried).await, 600, "each was looked at");
        // From here on a new network has three tries, and leaves no more rows than that behind.
        for network in 30..40 {
            for number in 0..20 {
                guess(from(network), network * 100 + number).await;
            }
        }
        assert_eq!(rows(&desk, tried).await, 630);
        // Whoever comes from a network of their own, with a slip or two, comes in.
        let newcomer = from(90);
        for _ in 0..2 {
            assert!(matches!(desk.try_password("not the password", &newcomer).await, SignIn::Refused));
        }
        assert!(matches!(desk.try_password(PASSWORD, &newcomer).await, SignIn::Entered(_)));
        // A network that somebody has signed in from has more than those three: of twenty tries of twenty seconds each, what the
        // two wrong ones of a minute each have left.
        for number in 0..18 {
            guess(newcomer.clone(), 9_000 + number).await;
        }
        assert_eq!(rows(&desk, tried).await, 644);
        assert_eq!(network_of(&newcomer.network), [203, 0, 1, 91]);
    }
}

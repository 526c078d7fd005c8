//! What the table promises, on both databases: with the act or not at all, codes first, wiped in time.

use super::*;
use crate::{
    mail::{Shown, forget, latest, one},
    on_both_databases,
    scope::AuthScope,
    testing::{self, customer},
};

async fn shown(world: &World, id: Id<kind::Mail>) -> Shown {
    let read = world.db.read(&operator(), move |tx| async move { one(tx, &operator(), id).await }.boxed()).await;
    read.unwrap().unwrap()
}

async fn fails_after_putting(world: &World, scope: &impl Scope, letter: Letter) {
    let (random, now) = (world.random.clone(), world.clock.now());
    let failed: Result<(), DbError> = world
        .db
        .write(scope, move |tx| {
            async move {
                put(tx, &*random, &letter, now).await?;
                Err(DbError::Value("on purpose"))
            }
            .boxed()
        })
        .await;
    assert!(failed.is_err());
}

on_both_databases! {
    async fn a_letter_is_there_with_its_act_or_not_at_all(world: World) {
        let scope = customer(&world).await;
        let made = || letter(&scope, "ines@mail.example", None, &world);
        fails_after_putting(&world, &scope, made()).await;
        fails_after_putting(&world, &AuthScope::new(), made()).await;
        fails_after_putting(&world, &operator(), made()).await;
        assert_eq!(rows(&world).await.len(), 0);
        put_as(&world, &scope, made()).await;
        put_as(&world, &AuthScope::new(), made()).await;
        put_as(&world, &operator(), made()).await;
        assert_eq!(rows(&world).await, vec![state("waiting", 0, None, true); 3]);
    }

    async fn a_letter_on_the_page_is_shown_until_its_code_expires(world: World) {
        let scope = customer(&world).await;
        let id = put_code(&world, &scope).await;
        let (courier, metrics) = courier(&world, Way::Page);
        assert_eq!(courier.send_due().await.unwrap(), 1);
        assert_eq!(courier.send_due().await.unwrap(), 0, "once");
        assert_eq!(row(&world).await, state("sent", 1, None, true));
        assert_eq!(counted(&metrics, "sent"), 1);
        assert!(shown(&world, id).await.text.unwrap().contains("493 201"));
        world.clock.advance_seconds(CODE_MINUTES * 60);
        courier.send_due().await.unwrap();
        assert_eq!(row(&world).await, state("sent", 1, None, false));
        let letter = shown(&world, id).await;
        assert_eq!((letter.text, letter.html, letter.address.as_str()), (None, None, "ines@mail.example"));
    }

    async fn the_page_lists_the_newest_letter_first(world: World) {
        let scope = customer(&world).await;
        let mut put = Vec::new();
        for _ in 0..3 {
            put.insert(0, put_code(&world, &scope).await);
            world.clock.advance_seconds(1);
        }
        let listed = world.db.read(&operator(), |tx| async move { latest(tx, &operator(), 2).await }.boxed()).await;
        let ids: Vec<_> = listed.unwrap().iter().map(|letter| letter.id().unwrap()).collect();
        assert_eq!(ids, put[..2]);
    }

    async fn with_mail_off_a_letter_is_given_up_and_told(world: World) {
        let scope = customer(&world).await;
        put_code(&world, &scope).await;
        world.clock.advance_seconds(1);
        put_as(&world, &scope, letter(&scope, "ines@mail.example", None, &world)).await;
        let (courier, metrics) = courier(&world, Way::Off);
        assert_eq!(courier.send_due().await.unwrap(), 2);
        // What holds a code is wiped; the rest stays for whoever looks into it.
        let given_up = |held| state("given_up", 1, Some("off"), held);
        assert_eq!(rows(&world).await, [given_up(false), given_up(true)]);
        assert_eq!(counted(&metrics, "given_up"), 2);
        assert_eq!(courier.send_due().await.unwrap(), 0);
    }

    async fn a_code_that_has_expired_is_never_sent(world: World) {
        let scope = customer(&world).await;
        put_code(&world, &scope).await;
        world.clock.advance_seconds(CODE_MINUTES * 60);
        let (courier, metrics) = courier(&world, Way::Page);
        assert_eq!(courier.send_due().await.unwrap(), 0);
        assert_eq!(row(&world).await, state("given_up", 0, Some("expired"), false));
        assert_eq!((counted(&metrics, "expired"), counted(&metrics, "sent")), (1, 0));
    }

    async fn a_code_goes_before_what_can_wait(world: World) {
        let scope = customer(&world).await;
        for _ in 0..20 {
            put_as(&world, &scope, letter(&scope, "ines@mail.example", None, &world)).await;
        }
        world.clock.advance_seconds(60);
        put_code(&world, &scope).await;
        let (courier, _) = courier(&world, Way::Page);
        assert_eq!(courier.send_due().await.unwrap(), 8);
        assert_eq!(rows(&world).await[20].0, "sent");
    }

    async fn what_is_done_with_is_forgotten_and_what_waits_is_not(world: World) {
        let scope = customer(&world).await;
        put_as(&world, &scope, letter(&scope, "ines@mail.example", None, &world)).await;
        let (courier, _) = courier(&world, Way::Page);
        courier.send_due().await.unwrap();
        put_as(&world, &scope, letter(&scope, "ines@mail.example", None, &world)).await;
        let later = world.clock.now().plus_seconds(1);
        world.db.write(&operator(), move |tx| forget(tx, later).boxed()).await.unwrap();
        assert_eq!(row(&world).await.0, "waiting");
    }
}

/// With the application's own care left out, PostgreSQL still lets a customer write to nobody else, and read no letter.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_puts_letters_to_themselves_alone() {
    let Some(world) = testing::postgres().await else { return };
    let scope = customer(&world).await;
    put_code(&world, &scope).await;
    let mut other = letter(&scope, "ines@mail.example", None, &world);
    other.customer = Id::from_bytes([8; 16]);
    let (random, now) = (world.random.clone(), world.clock.now());
    let put = world.db.write(&scope, move |tx| async move { put(tx, &*random, &other, now).await }.boxed());
    assert!(put.await.is_err());
    let read: Result<(i64,), DbError> = world
        .db
        .read(&scope, |tx| {
            async move {
                on!(tx, c => sqlx::query_as("select count(*) from mail").fetch_one(&mut **c).await)
                    .map_err(DbError::from)
            }
            .boxed()
        })
        .await;
    assert!(read.is_err(), "a customer read a letter");
}

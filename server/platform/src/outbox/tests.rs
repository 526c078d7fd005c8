//! A message on its way: with the act or not at all, forwarded, tried again, answered.

use super::{Courier, Destination, Message, Route, State, answers, backoff_seconds, put};
use crate::{
    db::DbError,
    inbox::Inbox,
    on, on_both_databases,
    scope::{CustomerScope, operator},
    telemetry::Metrics,
    testing::{World, customer},
};
use futures::FutureExt as _;
use guichet_types::{Id, kind};

async fn send(world: &World, scope: CustomerScope) -> Id<kind::Message> {
    let (random, now) = (world.random.clone(), world.clock.as_ref().now());
    world
        .db
        .write(&scope, move |tx| {
            async move {
                let data = serde_json::json!({ "number": "X" });
                let message = Message {
                    destination: Destination::Carrier,
                    topic: "parcels.instruction",
                    subject: vec![1; 16],
                    data,
                };
                put(tx, &scope, &*random, message, now).await
            }
            .boxed()
        })
        .await
        .unwrap()
}

async fn state(world: &World) -> (State, i64) {
    let row: (String, i64) = world
        .db
        .read(&operator(), |tx| {
            async move {
                on!(tx, c => sqlx::query_as("select state, attempts from outbox").fetch_one(&mut **c).await)
                    .map_err(DbError::from)
            }
            .boxed()
        })
        .await
        .unwrap();
    (State::from_name(&row.0).unwrap(), row.1)
}

fn courier(world: &World, route: Route) -> Courier {
    let metrics = Metrics::new(&*world.random);
    Courier::new(world.db.clone(), world.clock.clone(), world.random.clone(), metrics, [(Destination::Carrier, route)])
        .unwrap()
}

/// Nothing listens there.
fn nowhere() -> Route {
    let secret = crate::config::Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    Route::Webhook { address: "http://127.0.0.1:9/".parse().unwrap(), secret }
}

use crate::clock::Clock as _;

on_both_databases! {
    async fn a_message_is_forwarded_as_a_file_and_accepted_by_an_answer(world: World) {
        let scope = customer(&world).await;
        let id = send(&world, scope).await;
        let folder = world.folder().join("outbox/carrier");
        let courier = courier(&world, Route::Folder(folder.clone()));
        assert_eq!(courier.forward_due().await.unwrap(), 1);
        assert_eq!(state(&world).await, (State::Forwarded, 0));
        let text = std::fs::read_to_string(folder.join(format!("{id}.json"))).unwrap();
        let message: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&message["type"], &message["data"]["number"]), (&"parcels.instruction".into(), &"X".into()));
        assert_eq!(courier.forward_due().await.unwrap(), 0, "once");

        let feeds = vec![answers::feed(world.clock.clone())];
        let data = world.folder().join("data");
        let inbox = Inbox::new(world.db.clone(), world.clock.clone(), &data, 1 << 20, feeds, Metrics::new(&*world.random));
        let inbox = inbox.unwrap();
        let file = world.folder().join("answer.json");
        for (reason, class) in [("as asked", "accept"), ("once more", "warn")] {
            let answer = format!(
                r#"{{"guichet": "answers/1", "answers": [{{"id": "{id}", "state": "accepted", "reason": "{reason}"}}]}}"#
            );
            std::fs::write(&file, answer).unwrap();
            assert_eq!(inbox.import("test", &file).await.unwrap().outcome.class, class);
            assert_eq!(state(&world).await.0, State::Accepted);
        }
    }

    async fn what_cannot_be_forwarded_is_tried_again_and_given_up_at_last(world: World) {
        let scope = customer(&world).await;
        send(&world, scope).await;
        let courier = courier(&world, nowhere());
        let mut attempts = 0;
        while state(&world).await.0 == State::Waiting {
            assert_eq!(courier.forward_due().await.unwrap(), 1);
            attempts += 1;
            assert_eq!(courier.forward_due().await.unwrap(), 0, "not before its time");
            if let Some(seconds) = backoff_seconds(attempts) {
                world.clock.advance_seconds(seconds + seconds / 10 + 1);
            }
        }
        assert_eq!((attempts, state(&world).await.0), (15, State::Dead));
        assert_eq!(courier.forward_due().await.unwrap(), 0);
    }

    async fn an_act_that_fails_sends_no_message(world: World) {
        let scope = customer(&world).await;
        let (random, now) = (world.random.clone(), world.clock.as_ref().now());
        let failed: Result<(), DbError> = world
            .db
            .write(&scope, move |tx| {
                async move {
                    let message = Message {
                        destination: Destination::Carrier,
                        topic: "parcels.instruction",
                        subject: vec![1; 16],
                        data: serde_json::Value::Null,
                    };
                    put(tx, &scope, &*random, message, now).await?;
                    Err(DbError::Value("on purpose"))
                }
                .boxed()
            })
            .await;
        assert!(failed.is_err());
        let courier = courier(&world, Route::Folder(world.folder().join("outbox")));
        assert_eq!(courier.forward_due().await.unwrap(), 0);
    }

    async fn a_message_whose_courier_died_is_taken_up_by_another(world: World) {
        let scope = customer(&world).await;
        send(&world, scope).await;
        let courier = courier(&world, Route::Folder(world.folder().join("outbox")));
        // One that takes it and dies before it is forwarded.
        assert_eq!(courier.take_due().await.unwrap().len(), 1);
        assert_eq!(courier.forward_due().await.unwrap(), 0, "it is somebody's");
        world.clock.advance_seconds(61);
        assert_eq!(courier.forward_due().await.unwrap(), 1);
        assert_eq!(state(&world).await.0, State::Forwarded);
    }
}

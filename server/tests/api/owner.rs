//! An answer that was made with another customer's data is not sent, and somebody is told.

use crate::portal::Portal;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{Request, StatusCode, header},
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures::{FutureExt as _, StreamExt as _};
use guichet_app::web::{Services, SignedIn, check_owner, guard};
use guichet_platform::{
    alarm::Alarms,
    db::{Db, DbError},
    on, on_both_databases, owner,
    scope::CustomerScope,
    session::SessionToken,
    telemetry::Metrics,
};
use tower::ServiceExt as _;

/// The name of whoever the scope is of.
async fn name(db: &Db, scope: CustomerScope) -> String {
    let read = db.read(&scope, |tx| {
        async move {
            let (name,): (String,) = on!(tx, c => sqlx::query_as("select name from party").fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(name)
        }
        .boxed()
    });
    read.await.unwrap()
}

/// What a mix-up would be: the handler works with the scope of another session.
#[derive(Clone)]
struct Mixed {
    services: Services,
    other: CustomerScope,
}

async fn wrong(State(mixed): State<Mixed>, _who: SignedIn) -> String {
    name(&mixed.services.db, mixed.other).await
}

async fn right(State(mixed): State<Mixed>, who: SignedIn) -> String {
    name(&mixed.services.db, who.session.scope).await
}

async fn wrong_in_a_task(State(mixed): State<Mixed>, _who: SignedIn) -> String {
    owner::spawn(async move { name(&mixed.services.db, mixed.other).await }).await.unwrap()
}

/// Personal data for whoever comes.
async fn open(State(mixed): State<Mixed>) -> String {
    name(&mixed.services.db, mixed.other).await
}

/// A stream whose second piece is somebody else's.
async fn stream(State(mixed): State<Mixed>, who: SignedIn) -> Response {
    let pieces = futures::stream::iter([who.session.scope, mixed.other, who.session.scope]).then(move |scope| {
        let db = mixed.services.db.clone();
        async move { Ok::<_, std::io::Error>(Bytes::from(name(&db, scope).await)) }
    });
    Body::from_stream(pieces).into_response()
}

async fn ask(router: &Router, path: &str, cookie: &str) -> (StatusCode, Result<String, axum::Error>, bool) {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, incident) = (response.status(), response.headers().contains_key("x-request-id"));
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
    (status, body.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()), incident)
}

on_both_databases! {
    async fn a_planted_mix_up_is_refused_and_counted(world: World) {
        let portal = Portal::new(world).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let token = SessionToken::decode(hugo.split('=').nth(1).unwrap()).unwrap();
        let other = portal.services.sessions.resolve(&token).await.unwrap().unwrap().scope;
        let mixed = Mixed { services: portal.services.clone(), other };
        let metrics = Metrics::new(&*portal.world.random);
        let alarms = Alarms::new(portal.world.db.clone(), portal.world.clock.clone(), metrics.clone());
        let pages = Router::new().route("/wrong", get(wrong)).route("/right", get(right)).route("/task", get(wrong_in_a_task))
            .route("/open", get(open)).route("/stream", get(stream)).with_state(mixed)
            .layer(from_fn_with_state(portal.services.clone(), guard))
            .layer(from_fn_with_state(alarms.clone(), check_owner))
            .layer(from_fn_with_state(metrics.clone(), guichet_platform::telemetry::observe));
        let (status, body, _) = ask(&pages, "/right", &ines).await;
        assert_eq!((status, body.unwrap().as_str()), (StatusCode::OK, "Inès Moreau"));
        assert_eq!(metrics.owner_mismatches().get(), 0);
        for (path, alarms) in [("/wrong", 1), ("/task", 2), ("/open", 3)] {
            let (status, body, incident) = ask(&pages, path, &ines).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
            assert!(!body.unwrap().contains("Hugo") && incident, "{path}");
            assert_eq!(metrics.owner_mismatches().get(), alarms, "{path}");
        }
        // Nobody is signed in, and the page is somebody's all the same.
        assert_eq!(ask(&pages, "/open", "").await.0, StatusCode::INTERNAL_SERVER_ERROR);
        // A stream had begun; it is cut before the foreign piece.
        let (status, body, _) = ask(&pages, "/stream", &ines).await;
        assert!(status == StatusCode::OK && body.is_err(), "{body:?}");
        assert_eq!(metrics.owner_mismatches().get(), 5);
        assert!(metrics.encode().contains("guichet_owner_mismatches_total 5"));
        // All are counted; one for each route and minute is in the audit log, with who asked and whose it was.
        let entries = "select count(*) from audit where action = 'isolation.alarm'";
        portal.counts(entries, 4).await;
        let told = "select count(*) from audit where action = 'isolation.alarm' and outcome = 'refused' and subject_kind = 'customer'
            and subject_id = (select id from customer where number = '2') and customer_id is null";
        assert_eq!(portal.count(told).await, 4);
        let asker = "select count(*) from audit where action = 'isolation.alarm'
            and actor_id = (select id from customer where number = '1')";
        assert_eq!(portal.count(asker).await, 4);
        for _ in 0..40 {
            assert_eq!(ask(&pages, "/wrong", &ines).await.0, StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert_eq!((metrics.owner_mismatches().get(), metrics.alarms("isolation")), (45, 45));
        portal.world.clock.advance_seconds(61);
        assert_eq!(ask(&pages, "/wrong", &ines).await.0, StatusCode::INTERNAL_SERVER_ERROR);
        portal.counts(entries, 5).await;
        // For Hugo it is no mix-up.
        assert_eq!(ask(&pages, "/wrong", &hugo).await.0, StatusCode::OK);
    }
}

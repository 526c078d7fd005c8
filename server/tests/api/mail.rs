//! The demonstration's letters: there for whoever tries it, and nowhere else.

use crate::portal::Portal;
use axum::http::StatusCode;
use futures::FutureExt as _;
use guichet_app::mail::{Occasion, Reader, put};
use guichet_platform::{
    config::MailTransport,
    db::DbError,
    mail::{Courier, Way},
    on, on_both_databases,
    scope::operator,
    telemetry::Metrics,
    testing::NOW,
};
use guichet_types::{Id, Locale};

/// Puts a code for customer 1; gives back the address of its page.
async fn put_code(portal: &Portal) -> String {
    let (random, institution) = (portal.world.random.clone(), portal.services.house.now());
    let scope = operator();
    let put = portal.world.db.write(&scope, move |tx| {
        async move {
            const CUSTOMER: &str = "select id from customer where number = '1'";
            let (id,): (Vec<u8>,) = on!(tx, c => sqlx::query_as(CUSTOMER).fetch_one(&mut **c).await)?;
            let customer = Id::try_from(id).unwrap();
            let reader = Reader { customer, address: "1@mail.example".parse().unwrap(), locale: Locale::De };
            let occasion = Occasion::ResetCode { code: "4932-0117", until: NOW.plus_seconds(600) };
            put(tx, &*random, &institution, &reader, &occasion, NOW).await
        }
        .boxed()
    });
    let id: Result<_, DbError> = put.await;
    format!("/demo/mail/{}", id.unwrap())
}

on_both_databases! {
    async fn whoever_tries_the_demonstration_finds_the_code(world: World) {
        let portal = Portal::with_mail(world, MailTransport::Page).await;
        assert!(portal.get("/sign-in", "").await.body.contains("href=\"/demo/mail\""));
        let empty = portal.get("/demo/mail", "").await;
        assert!(empty.status == StatusCode::OK && empty.body.contains("No letters yet"), "{}", empty.body);
        let page = put_code(&portal).await;
        let list = portal.get("/demo/mail", "").await.body;
        assert!(list.contains("exists only in the demonstration"), "{list}");
        assert_eq!(portal.links("/demo/mail", "", "/demo/mail/").await, std::slice::from_ref(&page));
        assert!(!list.contains("4932-0117"));
        let letter = portal.get(&page, "").await;
        assert!(letter.body.contains("4932-0117") && letter.body.contains("exists only in the demonstration"));
        assert!(letter.body.contains("Ein Code für ein neues Passwort"), "{}", letter.body);
        let html = portal.get(&format!("{page}/html"), "").await;
        assert!(html.body.starts_with("<!DOCTYPE html><html lang=\"de\">") && html.body.contains("4932-0117"));
        let policy = html.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.ends_with("; sandbox"), "{policy}");
        assert_eq!(html.header("speculation-rules"), "");
        for nothing in ["/demo/mail/x", "/demo/mail/00000000000000000000000000000000", "/demo/mail/x/html"] {
            assert_eq!(portal.get(nothing, "").await.status, StatusCode::NOT_FOUND, "{nothing}");
        }

        // When the code has expired the letter says so, and nothing else.
        let world = &portal.world;
        let metrics = Metrics::new(&*world.random);
        let courier =
            Courier::new(world.db.clone(), world.clock.clone(), world.random.clone(), metrics, Way::Page);
        courier.send_due().await.unwrap();
        assert!(portal.get(&page, "").await.body.contains("4932-0117"));
        world.clock.advance_seconds(600);
        courier.send_due().await.unwrap();
        let wiped = portal.get(&page, "").await;
        assert!(wiped.status == StatusCode::OK && !wiped.body.contains("4932-0117") && wiped.body.contains("was wiped"));
        assert_eq!(portal.get(&format!("{page}/html"), "").await.status, StatusCode::NOT_FOUND);
    }

    async fn without_the_demonstration_its_letters_are_not_there(world: World) {
        let portal = Portal::with_mail(world, MailTransport::Smtp).await;
        let page = put_code(&portal).await;
        let html = format!("{page}/html");
        let nowhere = portal.get("/nowhere", "").await.body_without_nonces();
        for path in ["/demo/mail", &page, &html] {
            let answer = portal.get(path, "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.body_without_nonces(), nowhere, "{path}");
        }
        assert!(!portal.get("/sign-in", "").await.body.contains("/demo/mail"));
    }
}

//! Walking through what is not one's own, and asking faster than a person does (T08): nothing is to be had, whoever does it is
//! slowed down, and the operators hear of it before two hundred attempts.

use crate::{
    matrix::addresses,
    portal::{Answer, Portal},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use guichet_platform::{on_both_databases, serve::Peer, testing::figures};
use std::net::SocketAddr;

/// Attempts after which the alarm must have been raised.
const SEEN_BY: usize = 200;

const HARVEST: &str = "select count(*) from audit where action = 'harvest.alarm' and outcome = 'refused'";

/// Asks from a network.
async fn from(portal: &Portal, network: &str, method: &str, path: &str, cookie: &str, form: &str) -> Answer {
    let address: SocketAddr = format!("{network}:40000").parse().unwrap();
    let mut request = Request::builder().method(method).uri(path).extension(Peer(address));
    if !cookie.is_empty() {
        request = request.header(header::COOKIE, cookie);
    }
    if method == "POST" {
        request = request.header("sec-fetch-site", "same-origin");
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    portal.ask_with(request.body(Body::from(form.to_owned())).unwrap()).await
}

/// An id that was never given out.
fn made_up(number: usize) -> String {
    format!("{number:032x}")
}

/// A number of the carrier's, with its check digit (UPU S10).
fn tracking(serial: u32) -> String {
    let serial = format!("{serial:08}");
    let sum: u32 =
        serial.bytes().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    };
    format!("GX{serial}{check}FR")
}

on_both_databases! {
    async fn a_session_that_walks_ids_gets_nothing_and_is_seen_before_two_hundred(world: World) {
        let portal = Portal::new(world).await;
        crate::claims::insure(&portal).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        portal.plant_passkeys().await;
        let mine: Vec<String> = addresses(&portal, &hugo).await.into_iter().map(|(_, path, _)| path).collect();
        // Half of what he asks for is hers, half is nobody's.
        let hers = addresses(&portal, &ines).await.into_iter();
        // An instrument is everybody's to look at.
        let foreign = hers.filter(|(method, path, _)| *method == "GET" && !mine.contains(path) && !path.starts_with("/portfolio/instruments/"));
        let hers: Vec<String> = foreign.map(|row| row.1).collect();
        let kinds = ["accounts", "parcels", "policies", "claims", "portfolio"];
        let (mut objects, mut missed, mut slowed, mut first) = (0, 0, 0, 0);
        for attempt in 1..=300 {
            let path = match attempt % 2 {
                0 => hers[attempt / 2 % hers.len()].clone(),
                _ => format!("/{}/{}", kinds[attempt % kinds.len()], made_up(attempt)),
            };
            let answer = from(&portal, "192.0.2.7", "GET", &path, &hugo, "").await;
            assert!(!answer.body.contains("INESSECRET"), "{path}");
            match answer.status {
                StatusCode::NOT_FOUND => missed += 1,
                StatusCode::TOO_MANY_REQUESTS => slowed += 1,
                _ => objects += usize::from(answer.status.is_success()),
            }
            if portal.metrics.alarms("harvest") > 0 && first == 0 {
                first = attempt;
            }
        }
        figures(&format!("T08 {:?}: 300 attempts, {objects} objects, {missed} answered, {slowed} slowed, alarm at {first}", portal.world.db.dialect()));
        assert_eq!(objects, 0);
        assert!((1..=SEEN_BY).contains(&first), "the alarm came at {first}");
        assert!(missed <= 41 && missed + slowed == 300, "{missed} {slowed}");
        portal.counts(HARVEST, 1).await;
        let his = "select count(*) from audit where action = 'harvest.alarm' and network = '192.0.2.7'
            and customer_id = (select id from customer where number = '2') and actor_kind = 'customer'";
        assert_eq!(portal.count(his).await, 1);
        // Each kind of page is noted once a minute, not each attempt.
        let refused = portal.count("select count(*) from audit where action = 'access.refused'").await;
        assert!((3..=20).contains(&refused), "{refused}");
        assert!(portal.metrics.alarms("access-refused") >= 40);
        // What names nothing stays open to him, and everything to her; he reads in his own list what was noticed.
        assert_eq!(portal.get("/overview", &hugo).await.status, StatusCode::OK);
        assert!(portal.get("/profile/activity", &hugo).await.body.contains("Many things asked for that are not yours"));
        assert_eq!(portal.get(&hers[0], &ines).await.status, StatusCode::OK);
        // After the wait that he was told of there is room for one more.
        let told = portal.get(&mine[0], &hugo).await;
        let seconds: i64 = told.header("retry-after").parse().unwrap();
        assert!(told.status == StatusCode::TOO_MANY_REQUESTS && (1..=6).contains(&seconds), "{seconds}");
        portal.world.clock.advance_seconds(seconds);
        assert_eq!(portal.get(&mine[0], &hugo).await.status, StatusCode::OK);
        assert_eq!(portal.get(&mine[0], &hugo).await.status, StatusCode::OK, "what is there costs nothing");
    }

    async fn many_sessions_of_one_network_are_one_walker(world: World) {
        let portal = Portal::new(world).await;
        let mut cookies = vec![String::new(), String::new()];
        for customer in ["1", "2"] {
            for _ in 0..3 {
                cookies.push(portal.sign_in(customer).await);
            }
        }
        let (mut missed, mut first) = (0, 0);
        for attempt in 1..=400 {
            let cookie = &cookies[attempt % cookies.len()];
            let path = if cookie.is_empty() { format!("/s/{}", made_up(attempt)) } else { format!("/parcels/{}", made_up(attempt)) };
            let answer = from(&portal, "198.51.100.9", "GET", &path, cookie, "").await;
            missed += usize::from(answer.status == StatusCode::NOT_FOUND);
            let seen = "select count(*) from audit where action = 'harvest.alarm' and network = '198.51.100.9' and actor_kind = 'anonymous'";
            if first == 0 && attempt % 50 == 0 && portal.count(seen).await > 0 {
                first = missed;
            }
        }
        assert!(missed <= 151, "{missed} were answered");
        assert!((1..=SEEN_BY).contains(&first), "the alarm came at {first}");
        // Another network has its own share.
        let elsewhere = from(&portal, "198.51.100.10", "GET", &format!("/s/{}", made_up(1)), "", "").await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    }

    async fn whoever_walks_tracking_numbers_is_told_to_wait_and_seen(world: World) {
        let portal = Portal::new(world).await;
        for (kind, bound) in [("number", 120), ("postcode", 30)] {
            let network = format!("203.0.113.{bound}");
            let (mut looked, mut first) = (0, 0);
            for attempt in 1..=200_u32 {
                let number = tracking(10_000_000 + attempt);
                let answer = match kind {
                    "number" => from(&portal, &network, "GET", &format!("/track/{number}"), "", "").await,
                    _ => from(&portal, &network, "POST", "/track", "", &format!("number={number}&postcode=76000")).await,
                };
                assert!(!answer.body.contains("SECRET"));
                looked += u32::from(answer.status == StatusCode::OK);
                if first == 0 && answer.status == StatusCode::TOO_MANY_REQUESTS {
                    first = attempt;
                }
            }
            assert_eq!((looked, first), (bound, bound + 1), "{kind}");
        }
        portal.counts("select count(*) from audit where action = 'harvest.alarm' and detail = 'reason=tracking'", 2).await;
    }

    async fn a_customer_who_asks_like_a_machine_is_slowed_down(world: World) {
        let portal = Portal::new(world).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let mut answered = 0;
        for _ in 0..700 {
            answered += usize::from(portal.get("/offline", &ines).await.status == StatusCode::OK);
        }
        assert!((590..=600).contains(&answered), "{answered}");
        let mut changed = 0;
        for _ in 0..140 {
            let answer = portal.ask("POST", "/api/display", &hugo, "theme=dark&back=%2F").await;
            changed += usize::from(answer.status == StatusCode::SEE_OTHER);
            assert!(answer.status != StatusCode::TOO_MANY_REQUESTS || answer.body.contains("faster than a person"));
        }
        assert_eq!(changed, 120);
        assert_eq!(portal.get("/overview", &hugo).await.status, StatusCode::OK, "who writes too much still reads");
        portal.counts("select count(*) from audit where action = 'pace.exceeded'", 2).await;
        portal.world.clock.advance_seconds(1);
        assert_eq!(portal.get("/overview", &ines).await.status, StatusCode::OK);
        assert_eq!(portal.ask("POST", "/api/display", &hugo, "theme=light&back=%2F").await.status, StatusCode::SEE_OTHER);
    }

    async fn what_is_done_against_the_controls_is_told_apart_and_fills_nothing(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for round in 0..50 {
            let request = Request::post("/api/display").header("sec-fetch-site", "cross-site").header(header::COOKIE, &ines)
                .extension(Peer("192.0.2.9:1".parse().unwrap())).body(Body::from("theme=dark")).unwrap();
            assert_eq!(portal.ask_with(request).await.status, StatusCode::FORBIDDEN, "{round}");
        }
        assert_eq!(portal.metrics.alarms("foreign-page"), 50);
        portal.counts("select count(*) from audit where action = 'page.foreign' and network = '192.0.2.9'", 1).await;
        assert!(portal.metrics.encode().contains("guichet_security_events_total{sign=\"foreign-page\"} 50"));
        // Ten wrong passwords block the account for a stranger, and it is noted for its owner.
        for _ in 0..10 {
            portal.ask("POST", "/sign-in", "", "name=1%40mail.example&password=not+the+password").await;
            portal.world.clock.advance_seconds(300);
        }
        let blocked = "select count(*) from audit where action = 'guessing.blocked'
            and customer_id = (select id from customer where number = '1')";
        portal.counts(blocked, 1).await;
    }
}

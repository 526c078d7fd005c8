//! Parcels as customers and strangers ask for them.

use crate::portal::{Answer, PARCELS, Portal};
use axum::http::StatusCode;
use guichet_platform::on_both_databases;
use std::time::Duration;

const NUMBER: &str = PARCELS[0].0;
/// A number that is written right and that nobody has.
const NOBODYS: &str = "GX111111115FR";

async fn look_up(portal: &Portal, number: &str, postcode: &str) -> Answer {
    portal.ask("POST", "/track", "", &format!("number={number}&postcode={postcode}")).await
}

/// An answer but for what was typed and what is another for every request.
fn told(answer: &Answer, number: &str) -> String {
    answer.body_without_nonces().replace(number, "NUMBER")
}

/// The headers of an answer, but for what is another for every request.
fn headers(answer: &Answer) -> Vec<String> {
    let mut lines: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["content-security-policy", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    lines.sort();
    lines
}

/// The form token of a parcel's page.
fn form_token(page: &str) -> String {
    page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

on_both_databases! {
    async fn a_stranger_is_told_nothing_before_the_postcode_is_right(world: World) {
        let portal = Portal::new(world).await;
        let known = look_up(&portal, NUMBER, "99999").await;
        let unknown = look_up(&portal, NOBODYS, "99999").await;
        assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
        assert_eq!(told(&known, NUMBER), told(&unknown, NOBODYS));
        assert_eq!(headers(&known), headers(&unknown));
        assert!(!known.body.contains("99999"), "a postcode is not shown again");
        assert!(!known.body.contains("Rouen") && !known.body.contains("Leipzig"));
        let right = look_up(&portal, "gx%204471%200928%204fr", "76+000").await;
        assert_eq!(right.status, StatusCode::OK);
        assert!(right.body.contains("Leipzig") && right.body.contains("class=\"map\""), "{}", right.body);
        for secret in ["SECRET", "76000", "51341", "49443"] {
            assert!(!right.body.contains(secret), "{secret}");
        }
    }

    async fn the_time_of_an_answer_tells_no_more_than_its_words(world: World) {
        let portal = Portal::new(world).await;
        // A machine that is busy with something else tells them apart once by chance; what really tells them apart does so always.
        let mut apart = Vec::new();
        while apart.len() < 4 && apart.last().is_none_or(|apart| *apart >= Duration::from_millis(2)) {
            let mut times: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
            for _ in 0..60 {
                // Behind the throttle, which is a test of its own.
                portal.world.clock.advance_seconds(601);
                for (index, number) in [NUMBER, NOBODYS].into_iter().enumerate() {
                    let begun = tokio::time::Instant::now();
                    look_up(&portal, number, "99999").await;
                    times[index].push(begun.elapsed());
                }
            }
            let [known, unknown] = times.map(|mut times| {
                times.sort();
                times[times.len() / 2]
            });
            apart.push(known.max(unknown) - known.min(unknown));
        }
        assert!(apart.last().is_some_and(|apart| *apart < Duration::from_millis(2)), "{apart:?}");
    }

    async fn a_number_alone_tells_a_word_a_day_and_a_country(world: World) {
        let portal = Portal::new(world).await;
        let answer = portal.get(&format!("/track/{NUMBER}"), "").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("At depot") && answer.body.contains("FR") && answer.body.contains("17 November"));
        for secret in ["SECRET", "Rouen", "Leipzig", "76000", "Express", "15:10", "06:12", "class=\"map\""] {
            assert!(!answer.body.contains(secret), "{secret}");
        }
        assert_eq!(portal.get(&format!("/track/{NOBODYS}"), "").await.status, StatusCode::OK);
    }

    async fn a_mistyped_digit_is_said_before_anything_is_looked_up(world: World) {
        let portal = Portal::new(world).await;
        let wrong = "GX447109285FR";
        for path in [format!("/track/{wrong}"), format!("/track?number={wrong}"), format!("/track/check?number={wrong}")] {
            assert!(portal.get(&path, "").await.body.contains("is mistyped"), "{path}");
        }
        assert!(look_up(&portal, wrong, "76000").await.body.contains("is mistyped"));
        assert!(portal.get(&format!("/track/check?number={NUMBER}"), "").await.body.is_empty());
        assert_eq!(portal.count("select count(*) from parcel_lookup").await, 0);
        let found = portal.get("/track?number=gx+4471+0928+4fr", "").await;
        assert_eq!(found.header("location"), format!("/track/{NUMBER}"));
        assert!(!portal.get(&format!("/track?number={NUMBER}&postcode=76000"), "").await.header("location").contains("76000"));
    }

    async fn who_asks_too_often_is_told_the_same_for_every_number(world: World) {
        let portal = Portal::new(world).await;
        for _ in 0..10 {
            assert_eq!(look_up(&portal, NUMBER, "99999").await.status, StatusCode::OK);
        }
        let known = look_up(&portal, NUMBER, "76000").await;
        assert_eq!(known.status, StatusCode::TOO_MANY_REQUESTS, "even with the right postcode");
        assert_eq!(known.header("retry-after"), "600");
        for _ in 0..10 {
            look_up(&portal, NOBODYS, "99999").await;
        }
        let unknown = look_up(&portal, NOBODYS, "76000").await;
        assert_eq!((unknown.status, told(&unknown, NOBODYS)), (known.status, told(&known, NUMBER)));
        portal.world.clock.advance_seconds(601);
        assert!(look_up(&portal, NUMBER, "76000").await.body.contains("Leipzig"));
    }

    async fn a_shared_link_shows_the_journey_until_it_is_taken_back(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let parcel = portal.links("/parcels", &ines, "/parcels/").await.remove(0);
        let page = portal.get(&parcel, &ines).await.body;
        let form = format!("form={}&days=7", form_token(&page));
        let made = portal.ask("POST", &format!("{parcel}/share"), &ines, &form).await;
        let link = made.body.split("/s/").nth(1).unwrap()[..32].to_owned();
        let again = portal.ask("POST", &format!("{parcel}/share"), &ines, &form).await;
        assert!(again.body.contains(&link));
        let seen = portal.get(&format!("/s/{link}"), "").await;
        assert_eq!(seen.status, StatusCode::OK);
        assert!(seen.body.contains("Leipzig") && !seen.body.contains("SECRET") && !seen.body.contains("76000"));
        let none = portal.get(&format!("/s/{}", "0".repeat(32)), "").await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        let share = made.body.split("name=\"share\" value=\"").nth(1).unwrap()[..32].to_owned();
        let hugo = portal.sign_in("2").await;
        let revoke = format!("share={share}");
        assert_eq!(portal.ask("POST", &format!("{parcel}/share/revoke"), &hugo, &revoke).await.status, StatusCode::NOT_FOUND);
        assert_eq!(portal.get(&format!("/s/{link}"), "").await.status, StatusCode::OK);
        assert_eq!(portal.ask("POST", &format!("{parcel}/share/revoke"), &ines, &revoke).await.status, StatusCode::SEE_OTHER);
        let gone = portal.get(&format!("/s/{link}"), "").await;
        assert_eq!(gone.body_without_nonces().replace(&link, &"0".repeat(32)), none.body_without_nonces());
    }

    async fn a_link_ends_on_its_day(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let parcel = portal.links("/parcels", &ines, "/parcels/").await.remove(0);
        let form = format!("form={}&days=1", form_token(&portal.get(&parcel, &ines).await.body));
        let made = portal.ask("POST", &format!("{parcel}/share"), &ines, &form).await;
        let link = format!("/s/{}", &made.body.split("/s/").nth(1).unwrap()[..32]);
        portal.world.clock.advance_seconds(86_399);
        assert_eq!(portal.get(&link, "").await.status, StatusCode::OK);
        portal.world.clock.advance_seconds(2);
        assert_eq!(portal.get(&link, "").await.status, StatusCode::NOT_FOUND);
    }

    async fn a_wish_is_sent_once_and_its_state_comes_to_the_open_page(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let parcel = portal.links("/parcels", &ines, "/parcels/").await.remove(0);
        let token = form_token(&portal.get(&parcel, &ines).await.body);
        let address = format!("{parcel}/instruction");
        let nobody = portal.ask("POST", &address, &ines, &format!("form={token}&wish=neighbour")).await;
        assert!(nobody.body.contains("Say who, or where"), "words are missing");
        for day in ["2026-11-17", "2027-01-01", "someday"] {
            let refused = portal.ask("POST", &address, &ines, &format!("form={token}&wish=another_day&day={day}")).await;
            assert!(refused.body.contains("one of the next seven days"), "{day}");
        }
        assert_eq!(portal.count("select count(*) from outbox").await, 0);
        let form = format!("form={token}&wish=neighbour&neighbour=Mme+Petit");
        for _ in 0..2 {
            assert_eq!(portal.ask("POST", &address, &ines, &form).await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(portal.count("select count(*) from outbox").await, 1);
        assert!(portal.get(&parcel, &ines).await.body.contains("A neighbour: Mme Petit"));
        // The carrier refuses.
        let page = portal.get(&parcel, &ines).await.body;
        assert!(page.contains("Received"));
        let id = portal.message_id().await;
        portal.send(&format!(r#"{{"guichet": "answers/1", "answers": [{{"id": "{id}", "state": "refused", "reason": "Nobody opens"}}]}}"#)).await;
        let live = portal.get("/live?after=0&once=1", &ines).await.body;
        assert!(live.contains("Refused") && live.contains("Nobody opens") && live.contains("\"key\":\"wish:"), "{live}");
        // Too late, ten minutes before the window begins.
        portal.world.clock.advance_seconds(28 * 60 + 60);
        let late = portal.sign_in("1").await;
        let refused = portal.ask("POST", &address, &late, &form.replace(&token, &"7".repeat(32))).await;
        assert!(refused.body.contains("too late"), "{}", refused.status);
        assert_eq!(portal.count("select count(*) from outbox").await, 1);
    }

    async fn the_code_for_the_driver_is_for_the_recipient_while_the_van_has_the_parcel(world: World) {
        let portal = Portal::new(world).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let parcel = portal.links("/parcels", &ines, "/parcels/").await.remove(0);
        let told = |event: &str| {
            format!(
                r#"{{"guichet": "parcels/1", "created": "2026-11-17T14:00:00+01:00", "carrier": "gx", "shipments": [{{"number": "{NUMBER}",
                  "weight_kg": "2.4", "size": {{"length_cm": 40, "width_cm": 30, "height_cm": "17.5"}}, "handover_code": "4092",
                  "insured": {{"amount": "500.00", "currency": "EUR"}}, "sender": {{"customer": "2"}}, "events": [{event}]}}]}}"#
            )
        };
        portal.send(&told("")).await;
        let page = portal.get(&parcel, &ines).await.body;
        for fact in ["2.4 kg", "40 × 30 × 17.5 cm", "€500.00"] {
            assert!(page.contains(fact), "{fact}");
        }
        assert!(!page.contains("4 0 9 2") && !page.contains("4092"), "the van does not have it yet");
        portal.send(&told(r#"{"id": "c", "at": "2026-11-17T14:20:00+01:00", "status": "out_for_delivery"}"#)).await;
        assert!(portal.get(&parcel, &ines).await.body.contains("4 0 9 2"));
        assert!(portal.get("/live?after=0&once=1", &ines).await.body.contains("4 0 9 2"));
        // The sender, and whoever knows number and postcode.
        let page = portal.get(&parcel, &hugo).await;
        assert_eq!(page.status, StatusCode::OK);
        let public = look_up(&portal, NUMBER, "76000").await.body;
        assert!(public.contains("Leipzig"));
        let live = portal.get("/live?after=0&once=1", &hugo).await.body;
        for text in [page.body, public, live] {
            assert!(!text.contains("4 0 9 2") && !text.contains("4092"), "{text}");
        }
        portal.send(&told(r#"{"id": "d", "at": "2026-11-17T14:30:00+01:00", "status": "delivered"}"#)).await;
        assert!(!portal.get(&parcel, &ines).await.body.contains("4 0 9 2"));
    }

    async fn a_customer_is_told_what_they_asked_to_be_told_and_nothing_else(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let parcel = portal.links("/parcels", &ines, "/parcels/").await.remove(0);
        let keep = format!("{parcel}/notices");
        assert_eq!(portal.ask("POST", &keep, &ines, "near=on&moved=on").await.status, StatusCode::SEE_OTHER);
        let page = portal.get(&parcel, &ines).await.body;
        assert_eq!(page.matches("role=\"switch\"").count(), 3);
        let notify = page.split("id=\"notify\"").nth(1).unwrap().split("</form>").next().unwrap();
        assert_eq!(notify.matches(" checked").count(), 2, "{notify}");
        let told = async |id: &str, minute: u32, status: &str, more: &str, shipment: &str| {
            portal.send(&format!(r#"{{"guichet": "parcels/1", "created": "2026-11-17T14:{minute}:00+01:00", "carrier": "gx", "shipments": [{{"number": "{NUMBER}"{shipment},
              "events": [{{"id": "{id}", "at": "2026-11-17T14:{minute}:00+01:00", "status": "{status}"{more}}}]}}]}}"#)).await;
            let live = portal.get("/live?after=0&once=1", &ines).await.body;
            live.matches("\"op\":\"notify\"").count()
        };
        let window = r#", "estimated": {"from": "2026-11-17T15:10:00+01:00", "to": "2026-11-17T16:40:00+01:00"}"#;
        assert_eq!(told("s6", 10, "out_for_delivery", r#", "stops": 6"#, window).await, 0);
        assert_eq!(told("s3", 12, "out_for_delivery", r#", "stops": 3"#, "").await, 1);
        assert_eq!(told("s2", 14, "out_for_delivery", r#", "stops": 2"#, "").await, 1, "once is enough");
        let later = window.replace("15:10", "17:10").replace("16:40", "18:40");
        assert_eq!(told("s1", 16, "out_for_delivery", r#", "stops": 1"#, &later).await, 2);
        let live = portal.get("/live?after=0&once=1", &ines).await.body;
        assert!(live.contains("17:10") && live.contains("\"key\":\"notices\""), "{live}");
        assert_eq!(told("de", 20, "delivered", "", "").await, 2, "that was not asked for");
        let hugo = portal.sign_in("2").await;
        assert_eq!(portal.ask("POST", &keep, &hugo, "near=on").await.status, StatusCode::NOT_FOUND);
        assert_eq!(portal.count("select count(*) from parcel_notice").await, 2);
    }

    async fn a_parcel_is_added_by_number_and_postcode_alone(world: World) {
        let portal = Portal::new(world).await;
        let hugo = portal.sign_in("2").await;
        let add = async |postcode: &str| portal.ask("POST", "/parcels", &hugo, &format!("number={NUMBER}&postcode={postcode}")).await;
        assert!(add("99999").await.body.contains("find no parcel"));
        assert_eq!(portal.links("/parcels", &hugo, "/parcels/").await.len(), 1);
        let added = add("76000").await;
        assert_eq!(added.status, StatusCode::SEE_OTHER);
        let parcel = added.header("location").to_owned();
        let page = portal.get(&parcel, &hugo).await;
        assert_eq!(page.status, StatusCode::OK);
        // He follows it; what is done with it is for its recipient to say.
        assert!(!page.body.contains("Not at home?"));
        let form = format!("form={}&wish=hand", "7".repeat(32));
        assert_eq!(portal.ask("POST", &format!("{parcel}/instruction"), &hugo, &form).await.status, StatusCode::NOT_FOUND);
        assert_eq!(portal.ask("POST", &format!("{parcel}/unfollow"), &hugo, "").await.status, StatusCode::SEE_OTHER);
        assert_eq!(portal.get(&parcel, &hugo).await.status, StatusCode::NOT_FOUND);
    }

    async fn news_of_a_parcel_comes_to_the_open_page_in_the_readers_language(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        portal.ask("POST", "/api/display", &ines, "locale=fr&back=%2Fparcels").await;
        let before = portal.get("/parcels", &ines).await.body;
        let cursor = before.split("data-live-cursor=\"").nth(1).unwrap().split('"').next().unwrap();
        portal.send(&format!(r#"{{"guichet": "parcels/1", "created": "2026-11-17T08:30:00+01:00", "carrier": "gx", "shipments": [{{"number": "{NUMBER}",
            "events": [{{"id": "c", "at": "2026-11-17T08:26:00+01:00", "status": "out_for_delivery", "stops": 6}}]}}]}}"#)).await;
        let live = portal.get(&format!("/live?after={cursor}&once=1"), &ines).await.body;
        assert!(live.contains("6 arrêts avant le vôtre") && live.contains("En cours de livraison"), "{live}");
        assert!(live.contains("\"key\":\"parcels\"") && live.contains("\"key\":\"journey:"));
    }

    async fn the_portal_can_be_installed_and_says_nothing_of_anybody_offline(world: World) {
        let portal = Portal::new(world).await;
        let manifest = portal.get("/manifest.webmanifest", "").await;
        assert_eq!(manifest.header("content-type"), "application/manifest+json");
        let manifest: serde_json::Value = serde_json::from_str(&manifest.body).unwrap();
        assert_eq!((manifest["display"].as_str(), manifest["icons"].as_array().map(Vec::len)), (Some("standalone"), Some(4)));
        assert!(portal.get("/", "").await.body.contains("rel=\"manifest\" href=\"/manifest.webmanifest\""));
        let offline = portal.get("/offline", "").await;
        assert!(offline.body.contains("You are offline"));
    }
}

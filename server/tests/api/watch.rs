//! The streams of public pages: each tells what its page shows, to whoever has the right to it, until that is over.

use crate::portal::{PARCELS, Portal};
use axum::http::StatusCode;
use guichet_platform::on_both_databases;
use std::time::Duration;

const NUMBER: &str = PARCELS[0].0;
const NOBODYS: &str = "GX111111115FR";
/// Long enough for what has happened to arrive, on a busy machine.
const WHILE_MILLIS: u64 = 1_500;

/// The address of the stream that a page names.
fn stream_of(page: &str) -> String {
    let url = page.split("data-live-url=\"").nth(1).unwrap().split('"').next().unwrap();
    url.replace("&amp;", "&")
}

/// A document with one event of the parcel.
fn told(id: &str, at: &str, status: &str, more: &str) -> String {
    format!(
        r#"{{"guichet": "parcels/1", "created": "2026-11-17T14:30:00+01:00", "carrier": "gx", "shipments": [
          {{"number": "{NUMBER}"{more}, "events": [{{"id": "{id}", "at": "{at}", "status": "{status}", "place": {{"city": "Rouen", "country": "FR"}}}}]}}]}}"#
    )
}

/// What each stream says while `act` happens and a while after.
async fn while_listening<const N: usize>(
    portal: &Portal,
    urls: [&str; N],
    act: impl Future<Output = ()>,
) -> Vec<String> {
    let listening = futures::future::join_all(urls.map(|url| portal.listen(url, "", WHILE_MILLIS)));
    let acting = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        act.await;
    };
    futures::join!(listening, acting).0
}

/// What a quiet stream says.
fn is_quiet(said: &str) -> bool {
    said.starts_with("event: hello") && !said.contains("quote") && !said.contains("bye")
}

async fn postcode_page(portal: &Portal, postcode: &str) -> String {
    portal.ask("POST", "/track", "", &format!("number={NUMBER}&postcode={postcode}")).await.body
}

on_both_databases! {
    async fn a_stream_tells_what_its_page_shows_and_no_more(world: World) {
        let portal = Portal::new(world).await;
        let coarse = stream_of(&portal.get(&format!("/track/{NUMBER}"), "").await.body);
        let unknown = stream_of(&portal.get(&format!("/track/{NOBODYS}"), "").await.body);
        let detail = stream_of(&postcode_page(&portal, "76000").await);
        assert!(!detail.contains("76000"), "{detail}");
        let urls = [&*coarse, &*unknown, &*detail];
        // Nothing has happened since the pages were read.
        let said = while_listening(&portal, urls, async {}).await;
        assert!(said.iter().all(|said| is_quiet(said)), "{said:?}");
        assert_eq!(said[0], said[1]);
        // The window moves and the parcel is seen again; in a word it is where it was, on the same day.
        let estimated = r#", "estimated": {"from": "2026-11-17T18:10:00+01:00", "to": "2026-11-17T19:40:00+01:00"}"#;
        let news = told("c", "2026-11-17T09:00:00+01:00", "at_depot", estimated);
        let said = while_listening(&portal, urls, portal.send(&news)).await;
        assert_eq!(said[0], said[1], "the number alone is not woken by what it may not see");
        assert!(said[2].contains("18:10") && said[2].contains("\"key\":\"journey\""), "{}", said[2]);
        // Now the word is another one.
        let news = told("d", "2026-11-17T14:20:00+01:00", "out_for_delivery", "");
        let said = while_listening(&portal, urls, portal.send(&news)).await;
        assert!(said[0].contains("Out for delivery") && said[0].contains("17 November"), "{}", said[0]);
        for secret in ["SECRET", "Rouen", "Leipzig", "76000", "Express", "18:10", "14:20"] {
            assert!(!said[0].contains(secret), "{secret}: {}", said[0]);
        }
        assert!(is_quiet(&said[1]), "{}", said[1]);
        assert!(said[2].contains("18:10") && !said[2].contains("SECRET") && !said[2].contains("76000"), "{}", said[2]);
    }

    async fn a_stream_that_was_cut_tells_what_the_page_has_missed_and_nothing_twice(world: World) {
        let portal = Portal::new(world).await;
        let coarse = stream_of(&portal.get(&format!("/track/{NUMBER}"), "").await.body);
        portal.send(&told("d", "2026-11-17T14:20:00+01:00", "out_for_delivery", "")).await;
        let said = portal.listen(&coarse, "", WHILE_MILLIS).await;
        assert_eq!(said.matches("event: quote").count(), 1, "{said}");
        let mark = said.split("id: ").nth(1).unwrap().split('\n').next().unwrap();
        let (head, _) = coarse.split_once("&seen=").unwrap();
        assert!(is_quiet(&portal.listen(&format!("{head}&seen={mark}"), "", WHILE_MILLIS).await));
    }

    async fn a_proof_that_is_not_right_is_a_stream_that_never_says_anything(world: World) {
        let portal = Portal::new(world).await;
        let detail = stream_of(&postcode_page(&portal, "76000").await);
        let proof = detail.split("&proof=").nth(1).unwrap().split('&').next().unwrap();
        let until = detail.split("&until=").nth(1).unwrap();
        let later = (until.parse::<i64>().unwrap() + 1).to_string();
        let made = [
            detail.replace(proof, &"0".repeat(32)),
            detail.replace(until, &later),
            detail.replace(NUMBER, PARCELS[1].0),
            detail.replace(NUMBER, NOBODYS),
        ];
        let urls = [&*made[0], &*made[1], &*made[2], &*made[3]];
        // From one network there are three at a time.
        for urls in [[urls[0], urls[1]], [urls[2], urls[3]]] {
            let news = told("e", "2026-11-17T14:20:00+01:00", "out_for_delivery", "");
            let said = while_listening(&portal, urls, portal.send(&news)).await;
            assert!(said.iter().all(|said| is_quiet(said)), "{said:?}");
        }
        // The postcode is corrected: what the old one opened is over.
        let corrected = r#", "recipient": {"postcode": "76100"}"#;
        let news = told("f", "2026-11-17T14:25:00+01:00", "out_for_delivery", corrected);
        let said = while_listening(&portal, [&detail], portal.send(&news)).await;
        assert!(said[0].contains("event: bye") && !said[0].contains("14:25"), "{}", said[0]);
        assert!(is_quiet(&portal.listen(&detail, "", WHILE_MILLIS).await));
        // After a day a proof is none any more.
        portal.world.clock.advance_seconds(86_401);
        assert!(portal.listen(&detail, "", WHILE_MILLIS).await.contains("event: bye"));
    }

    async fn a_link_is_live_until_it_ends_or_is_taken_back(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let parcel = portal.links("/parcels", &ines, "/parcels/").await.remove(0);
        let mut links = Vec::new();
        for token in ["1", "2"] {
            let form = format!("form={}&days=1", token.repeat(32));
            let made = portal.ask("POST", &format!("{parcel}/share"), &ines, &form).await.body;
            links.push(format!("/s/{}", &made.split("/s/").nth(1).unwrap()[..32]));
        }
        let mut urls = Vec::new();
        for link in &links {
            urls.push(stream_of(&portal.get(link, "").await.body));
        }
        let page = portal.get(&parcel, &ines).await.body;
        // The latest stands first.
        let share = page.split("name=\"share\" value=\"").nth(1).unwrap()[..32].to_owned();
        let (address, form) = (format!("{parcel}/share/revoke"), format!("share={share}"));
        let said = while_listening(&portal, [&*urls[0], &*urls[1]], async {
            portal.send(&told("d", "2026-11-17T14:20:00+01:00", "out_for_delivery", "")).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(portal.ask("POST", &address, &ines, &form).await.status, StatusCode::SEE_OTHER);
        })
        .await;
        assert!(said.iter().all(|said| said.contains("14:20") && !said.contains("SECRET")), "{said:?}");
        assert_eq!(said.iter().filter(|said| said.ends_with("event: bye\ndata: bye\n\n")).count(), 1, "{said:?}");
        let open = usize::from(said[0].contains("event: bye"));
        assert_eq!(portal.get(&urls[1 - open], "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(portal.get(&format!("/s/{}/live", "0".repeat(32)), "").await.status, StatusCode::NOT_FOUND);
        // The other one ends.
        portal.world.clock.advance_seconds(86_399);
        let said = while_listening(&portal, [&*urls[open]], async { portal.world.clock.advance_seconds(2) }).await;
        assert!(said[0].contains("event: bye"), "{said:?}");
        assert_eq!(portal.get(&urls[open], "").await.status, StatusCode::NOT_FOUND);
    }

    async fn streams_are_counted_like_look_ups_and_bounded(world: World) {
        let portal = Portal::new(world).await;
        let detail = stream_of(&postcode_page(&portal, "76000").await);
        // Three at a time from one network, whatever they are of.
        let unknown = format!("/track/live?number={NOBODYS}");
        let said = while_listening(&portal, [&*detail, &*unknown, &*unknown, &*detail], async {}).await;
        assert_eq!(said.iter().filter(|said| said.starts_with("event: hello")).count(), 3, "{said:?}");
        assert_eq!(said.iter().filter(|said| said.is_empty()).count(), 1);
        // As many openings as look-ups, and then the same for every number.
        portal.world.clock.advance_seconds(601);
        let mut places = Vec::new();
        // Those that were left give their places back as soon as they notice.
        while places.len() < 3 {
            match portal.services.streams.enter_public("") {
                Some(place) => places.push(place),
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        for number in [NUMBER, NOBODYS] {
            for _ in 0..60 {
                let answer = portal.get(&format!("/track/live?number={number}"), "").await;
                assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            }
        }
        let page = portal.get(&format!("/track/{NUMBER}"), "").await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "pages and streams are counted together");
        assert_eq!(portal.get(&format!("/track/{NOBODYS}"), "").await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(portal.get("/track/live?number=GX447109285FR", "").await.status, StatusCode::BAD_REQUEST);
    }
}

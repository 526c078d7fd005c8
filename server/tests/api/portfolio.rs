//! Portfolios as a browser sees them: pages, files, the watch list, prices by webhook and over the live stream.

use crate::{
    matrix::holdings,
    portal::{HOOK_SECRETS, Portal},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use guichet_platform::{on_both_databases, testing::NOW, webhook};

/// A portfolio for one customer.
pub fn portfolio_of(customer: &str, word: &str) -> String {
    format!(
        r#"{{"guichet": "portfolio/1", "portfolios": [{{"account": "D-{word}", "currency": "EUR", "name": "{word}", "holders": ["{customer}"],
          "as_of": "2026-11-16", "positions": [{{"instrument": "FR0014GUI0H6", "quantity": 10, "price": "100.00", "price_currency": "EUR", "cost": "900.00"}}],
          "transactions": [{{"reference": "T1", "type": "deposit", "trade_date": "2026-11-02", "net": "900.00", "text": "{word}"}}]}}]}}"#
    )
}

/// What every test portal has: an instrument of each customer's own, one that both hold, and rates.
pub fn documents() -> Vec<String> {
    let portfolio = |account: &str, name: &str, holders: &str, isin: &str| {
        format!(
            r#"{{"account": "{account}", "currency": "EUR", "name": "{name}", "holders": [{holders}], "as_of": "2026-11-16",
              "positions": [{{"instrument": "{isin}", "quantity": 10, "price": "100.00", "price_currency": "EUR", "cost": "900.00"}}],
              "transactions": [{{"reference": "T1", "type": "deposit", "trade_date": "2026-11-02", "net": "900.00", "text": "=1+1 {name}"}},
                {{"reference": "T2", "type": "buy", "instrument": "{isin}", "trade_date": "2026-11-03", "quantity": 10,
                 "price": "90.00", "gross": "900.00", "net": "-900.00"}}]}}"#
        )
    };
    let list = [
        portfolio("D1", "INESSECRET", r#""1""#, "FR0014GUI0H6"),
        portfolio("D2", "HUGOSECRET", r#""2""#, "DE000KRANZ09"),
        portfolio("D3", "SHARED", r#""1", "2""#, "NO0010GUI840"),
    ];
    let instrument = |isin: &str, name: &str| {
        format!(r#"{{"isin": "{isin}", "name": "{name}", "class": "equity", "currency": "EUR", "country": "FR"}}"#)
    };
    let instruments = [
        instrument("FR0014GUI0H6", "Osmia Health"),
        instrument("DE000KRANZ09", "Kranz Robotics"),
        instrument("NO0010GUI840", "=HYPERLINK(1) Nordlys"),
    ];
    vec![format!(
        r#"{{"guichet": "portfolio/1", "instruments": [{}], "portfolios": [{}]}}"#,
        instruments.join(","),
        list.join(",")
    )]
}

pub fn quotes(isin: &str, price: &str, seconds: i64) -> String {
    let at = guichet_app::words::Figures::machine(NOW.plus_seconds(seconds));
    format!(
        r#"{{"guichet": "quotes/1", "quotes": [{{"isin": "{isin}", "currency": "EUR", "price": "{price}", "at": "{at}",
          "source": "Test market"}}]}}"#
    )
}

async fn hook(portal: &Portal, id: &str, body: &str) -> StatusCode {
    let seconds = NOW.millis() / 1_000;
    let request = Request::post("/hooks/carrier")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", webhook::sign(HOOK_SECRETS[0], id, seconds, body.as_bytes()).unwrap())
        .body(Body::from(body.to_owned()))
        .unwrap();
    let status = portal.ask_with(request).await.status;
    portal.inbox.apply_received().await.unwrap();
    status
}

on_both_databases! {
    async fn a_price_by_webhook_is_on_the_page_and_a_bad_one_is_not(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let (page, _) = own(&portal, &ines, "INESSECRET").await;
        assert!(portal.get(&page, &ines).await.body.contains("€1,000<"));
        assert_eq!(hook(&portal, "q1", &quotes("FR0014GUI0H6", "101.50", 0)).await, StatusCode::ACCEPTED);
        let body = portal.get(&page, &ines).await.body;
        assert!(body.contains("€1,015<") && body.contains("101.50\u{a0}EUR") && body.contains("Real-time · 14:32:00"), "{body}");
        for (id, price) in [("q2", "10150"), ("q3", "1.015"), ("q4", "0"), ("q5", "400")] {
            assert_eq!(hook(&portal, id, &quotes("FR0014GUI0H6", price, 1)).await, StatusCode::ACCEPTED);
            let body = portal.get(&page, &ines).await.body;
            assert!(body.contains("€1,015<") && body.contains("101.50\u{a0}EUR"), "{price}");
        }
        assert!(portal.get(&page, &ines).await.body.contains("Last good price"));
        assert_eq!(portal.count("select count(*) from finding where check_name like 'quote_%'").await, 3);
        assert_eq!(portal.count("select count(*) from quarantine").await, 1);
    }

    async fn every_page_is_in_three_languages_and_strict(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let (page, instrument) = own(&portal, &ines, "INESSECRET").await;
        let paths = [
            "/portfolio".to_owned(), page.clone(), format!("{page}?range=1w&by=currency"), format!("{page}/holdings/{instrument}"),
            format!("/portfolio/instruments/{instrument}"), "/portfolio/find?q=osmia".to_owned(), "/overview".to_owned(),
        ];
        for (locale, word) in [("en", "Value now"), ("fr", "Valeur actuelle"), ("de", "Wert jetzt")] {
            let cookie = format!("{ines}; __Host-locale={locale}");
            for path in &paths {
                let answer = portal.get(path, &cookie).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}");
                assert!(!answer.body.contains(" style=\""), "{path}");
                assert!(!answer.body.contains("portfolio-"), "{path} shows a key");
                assert_eq!(answer.header("cache-control"), "no-store");
            }
            let body = portal.get(&page, &cookie).await.body;
            assert!(body.contains(word), "{locale}");
        }
    }

    async fn no_cell_of_a_file_is_a_formula(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let (page, _) = own(&portal, &ines, "SHARED").await;
        let positions = portal.get(&format!("{page}/download/csv"), &ines).await;
        assert_eq!(positions.status, StatusCode::OK);
        assert!(positions.header("content-disposition").starts_with("attachment; filename=\"D3-positions-"));
        assert!(positions.body.contains(",'=HYPERLINK(1) Nordlys,NO0010GUI840,equity,10,100,EUR,"), "{}", positions.body);
        let moves = portal.get(&format!("{page}/download/transactions"), &ines).await;
        assert!(moves.body.contains(",'=1+1 SHARED\r\n"), "{}", moves.body);
        assert!(moves.body.contains(",-900,EUR"), "a number stays a number: {}", moves.body);
        assert_eq!(portal.get(&format!("{page}/download/pdf"), &ines).await.status, StatusCode::NOT_FOUND);
    }

    async fn what_is_hers_is_not_on_a_portfolio_of_his(world: World) {
        let portal = Portal::new(world).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let (_, instrument) = own(&portal, &ines, "INESSECRET").await;
        let (page, _) = own(&portal, &hugo, "HUGOSECRET").await;
        let crossed = portal.get(&format!("{page}/holdings/{instrument}"), &hugo).await;
        let none = portal.get(&format!("{page}/holdings/{}", "0".repeat(32)), &hugo).await;
        assert_eq!((crossed.status, none.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(crossed.body_without_nonces(), none.body_without_nonces());
        // What the market says of it is nobody's.
        let public = portal.get(&format!("/portfolio/instruments/{instrument}"), &hugo).await;
        assert_eq!(public.status, StatusCode::OK);
        assert!(!public.body.contains("INESSECRET"));
    }

    async fn the_watch_list_is_changed_by_posts_alone(world: World) {
        let portal = Portal::new(world).await;
        let hugo = portal.sign_in("2").await;
        let found = portal.links("/portfolio/find?q=osmia", &hugo, "/portfolio/instruments/").await;
        let id = found[0].rsplit('/').next().unwrap();
        let form = format!("instrument={id}");
        assert_eq!(portal.ask("POST", "/portfolio/watch", &hugo, &form).await.status, StatusCode::SEE_OTHER);
        assert!(portal.get("/portfolio", &hugo).await.body.contains("Osmia Health"));
        let ines = portal.sign_in("1").await;
        assert!(!portal.get("/portfolio", &ines).await.body.contains("Stop watching"));
        let none = format!("instrument={}", "0".repeat(32));
        assert_eq!(portal.ask("POST", "/portfolio/watch", &hugo, &none).await.status, StatusCode::NOT_FOUND);
        assert_eq!(portal.ask("POST", "/portfolio/watch", &hugo, "instrument=x").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(portal.ask("POST", "/portfolio/watch", "", &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(portal.ask("POST", "/portfolio/unwatch", &hugo, &form).await.status, StatusCode::SEE_OTHER);
        assert!(!portal.get("/portfolio", &hugo).await.body.contains("Osmia Health"));
    }

    async fn the_stream_tells_the_latest_price_without_a_number_and_only_of_what_is_theirs(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let source = async {
            for step in 1..=20_i64 {
                portal.send(&quotes("FR0014GUI0H6", &format!("{}.25", 100 + step), step)).await;
                portal.send(&quotes("DE000KRANZ09", &format!("{}.75", 100 + step), step)).await;
                guichet_app::portfolio::quotes::look(&portal.services.db, &portal.services.quotes).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let (said, ()) = tokio::join!(portal.listen("/live?after=0", &ines, 2_500), source);
        let ticks: Vec<&str> = said.split("\n\n").filter(|message| message.contains("event: quote")).collect();
        assert!(ticks.iter().all(|tick| !tick.contains("id:") && tick.contains("{\"quotes\":[")), "{said}");
        assert!(ticks.last().is_some_and(|tick| tick.contains("120.25\u{a0}EUR") || said.contains("120.25\u{a0}EUR")), "{said}");
        assert!((2..=11).contains(&ticks.len()), "{} messages", ticks.len());
        assert!(said.contains("\"op\":\"quote\"") && said.contains("\"dir\":\"up\""), "{said}");
        assert!(said.contains("pf-total:"), "the total moves with it");
        assert!(!said.contains(".75\u{a0}EUR"), "Hugo's share is not hers");
    }
}

/// A customer's portfolio by its name: its address, and an instrument that it holds.
async fn own(portal: &Portal, cookie: &str, name: &str) -> (String, String) {
    for (page, instrument) in holdings(portal, cookie).await {
        if portal.get(&page, cookie).await.body.contains(&format!("<h1>{name}</h1>")) {
            return (page, instrument);
        }
    }
    unreachable!("{name}")
}

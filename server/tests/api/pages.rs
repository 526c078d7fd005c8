//! What pages say, and what every answer carries.

use crate::portal::{JOINT, Portal};
use axum::http::StatusCode;
use guichet_platform::on_both_databases;

on_both_databases! {
    async fn every_page_carries_the_headers_of_a_bank(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let account = portal.links("/accounts", &ines, "/accounts/").await.remove(0);
        for path in ["/", "/sign-in", "/overview", "/accounts", &account, "/profile", "/nowhere"] {
            // Whoever is signed in is sent on from the sign-in page.
            let answer = portal.get(path, if path == "/sign-in" { "" } else { &ines }).await;
            let policy = answer.header("content-security-policy").to_owned();
            assert!(policy.starts_with("default-src 'none'; script-src 'self' 'nonce-"), "{path}: {policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            for (name, value) in [
                ("cache-control", "no-store"), ("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"), ("x-frame-options", "DENY"),
            ] {
                assert_eq!(answer.header(name), value, "{path} {name}");
            }
            assert!(!answer.body.contains(" style=\""), "{path} has a style attribute");
            // One style stands in a page, and the policy names it by its hash.
            let style = answer.body.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
            assert_eq!((style, answer.body.matches("<style").count()), (guichet_app::ui::HEAD_STYLE, 1), "{path}");
            assert!(policy.contains("style-src 'self' 'sha256-"), "{policy}");
            assert!(answer.body.contains("<html lang=\"en\""), "{path}");
        }
    }

    async fn the_cookie_is_bound_to_the_host_and_hidden_from_scripts(world: World) {
        let portal = Portal::new(world).await;
        let form = "name=1%40mail.example&password=a+password+for+the+tests+alone";
        let answer = portal.ask("POST", "/sign-in", "", form).await;
        let cookie = answer.header("set-cookie").to_owned();
        assert!(cookie.starts_with("__Host-guichet=") && cookie.contains("; Path=/; Secure; SameSite=Lax") && cookie.contains("HttpOnly"), "{cookie}");
        assert!(!cookie.contains("Domain"));
    }

    async fn a_wrong_password_and_an_unknown_name_look_the_same(world: World) {
        let portal = Portal::new(world).await;
        let known = portal.ask("POST", "/sign-in", "", "name=1%40mail.example&password=wrong").await;
        let unknown = portal.ask("POST", "/sign-in", "", "name=9%40mail.example&password=wrong").await;
        assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
        assert_eq!(known.body_without_nonces().replace("1@mail", "9@mail"), unknown.body_without_nonces());
        assert!(known.header("set-cookie").is_empty());
    }

    async fn a_session_ends_by_idleness_and_only_a_person_keeps_it(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for _ in 0..3 {
            portal.world.clock.advance_seconds(600);
            assert_eq!(portal.get("/overview", &ines).await.status, StatusCode::OK);
        }
        for _ in 0..2 {
            portal.world.clock.advance_seconds(440);
            assert_eq!(portal.get("/live?after=0&once=1", &ines).await.status, StatusCode::OK);
        }
        portal.world.clock.advance_seconds(30);
        assert_eq!(portal.get("/overview", &ines).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_session_ends_for_good_after_twelve_hours(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for _ in 0..(12 * 3_600 / 240 - 1) {
            portal.world.clock.advance_seconds(240);
            assert_eq!(portal.ask("POST", "/api/stay", &ines, "").await.status, StatusCode::OK);
        }
        portal.world.clock.advance_seconds(240);
        assert_eq!(portal.ask("POST", "/api/stay", &ines, "").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn a_prefetch_is_no_human_act(world: World) {
        use axum::{body::Body, http::Request};
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        portal.world.clock.advance_seconds(600);
        let request = Request::builder().uri("/overview").header("cookie", &ines).header("sec-purpose", "prefetch").body(Body::empty()).unwrap();
        assert_eq!(portal.ask_with(request).await.status, StatusCode::OK);
        portal.world.clock.advance_seconds(350);
        assert_eq!(portal.get("/overview", &ines).await.status, StatusCode::SEE_OTHER);
    }

    async fn the_reader_chooses_the_language(world: World) {
        use axum::{body::Body, http::Request};
        let portal = Portal::new(world).await;
        for (asked, lang) in [("fr-CH, en;q=0.5", "fr"), ("de", "de"), ("pt", "en")] {
            let request = Request::builder().uri("/").header("accept-language", asked).body(Body::empty()).unwrap();
            assert!(portal.ask_with(request).await.body.contains(&format!("<html lang=\"{lang}\"")), "{asked}");
        }
        let ines = portal.sign_in("1").await;
        portal.ask("POST", "/api/display", &ines, "locale=de&back=%2Foverview").await;
        assert!(portal.get("/overview", &ines).await.body.contains("<html lang=\"de\""));
        let away = portal.ask("POST", "/api/display", &ines, "locale=de&back=https%3A%2F%2Fevil.example").await;
        assert_eq!(away.header("location"), "/");
    }

    async fn text_from_the_bank_cannot_become_markup(world: World) {
        let portal = Portal::new(world).await;
        let evil = "</script><img src=x onerror=alert(1)>\"'";
        portal.send(&format!(
            ":20:S2\n:25:{JOINT}\n:28C:2/1\n:60F:C261117EUR1012,50\n:61:2611171117C1,00NTRFEVIL//EVIL\n:86:{evil}\n:62F:C261117EUR1013,50\n-\n"
        )).await;
        let ines = portal.sign_in("1").await;
        for account in portal.links("/accounts", &ines, "/accounts/").await {
            let page = portal.get(&account, &ines).await.body;
            assert!(!page.contains("<img src=x"), "{account}");
        }
        let live = portal.get("/live?after=0&once=1", &ines).await.body;
        assert!(live.contains("data: ") && !live.contains("<img src=x"));
    }

    async fn a_spreadsheet_gets_no_formula_from_a_bank(world: World) {
        let portal = Portal::new(world).await;
        portal.send(&format!(
            ":20:S2\n:25:{JOINT}\n:28C:2/1\n:60F:C261117EUR1012,50\n:61:2611171117D1,00NTRFEVIL//EVIL\n:86:166?20SVWZ+=HYPERLINK(1)?32@SUM(A1)\n:62F:C261117EUR1011,50\n-\n"
        )).await;
        let ines = portal.sign_in("1").await;
        let mut found = false;
        for account in portal.links("/accounts", &ines, "/accounts/").await {
            let csv = portal.get(&format!("{account}/download/csv"), &ines).await.body;
            assert!(!csv.contains(",=") && !csv.contains(",@") && !csv.contains(",\"="), "{csv}");
            found |= csv.contains("'=HYPERLINK") && csv.contains("'@SUM") && csv.contains(",-1,EUR,");
            if csv.contains("HYPERLINK") {
                assert!(found, "{csv}");
            }
        }
        assert!(found);
    }

    async fn what_is_downloaded_as_camt_reads_back_and_adds_up(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for account in portal.links("/accounts", &ines, "/accounts/").await {
            let camt = portal.get(&format!("{account}/download/camt"), &ines).await.body;
            let report = guichet_formats::report_bytes(camt.as_bytes(), &guichet_formats::Limits::default());
            assert_eq!(report.class.as_str(), "accept", "{camt}\n{:?}", report.findings);
            assert_eq!(report.entry_count, 1);
        }
    }

    async fn an_address_that_cannot_be_read_is_a_bad_request(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let account = portal.links("/accounts", &ines, "/accounts/").await.remove(0);
        for query in ["from=yesterday", "dir=sideways", "before=1", "before=2026-11-31.4", "to=2026-02-30"] {
            assert_eq!(portal.get(&format!("{account}?{query}"), &ines).await.status, StatusCode::BAD_REQUEST, "{query}");
        }
    }

    async fn the_machine_says_that_it_is_well(world: World) {
        let portal = Portal::new(world).await;
        assert_eq!(portal.get("/healthz", "").await.body, "ok");
        assert_eq!(portal.get("/readyz", "").await.body, "ready");
        portal.services.closing.cancel();
        assert_eq!(portal.get("/readyz", "").await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
}

//! Who may ask for what. Every route is listed by code; each is named here, and tried as another customer, as nobody and
//! after revocation. A route that is not named fails the test.

use crate::portal::Portal;
use axum::http::StatusCode;
use guichet::http::{MACHINE_ROUTES, routes};
use guichet_app::web::Access;
use guichet_platform::on_both_databases;
use std::collections::BTreeSet;

/// How a route is tried: with whose things its address is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    /// The same for everybody; holds nothing of anybody.
    Public,
    /// A customer's own page, without an id in its address.
    Own,
    /// An id of the customer's in its address.
    Theirs,
    /// A change to what is the customer's own.
    Change,
    /// A form that is sent to the address of its page.
    Form,
}

const MATRIX: [(&str, &str, Try); 43] = [
    ("GET", "/", Try::Public),
    ("GET", "/sign-in", Try::Public),
    ("GET", "/profile", Try::Own),
    ("GET", "/overview", Try::Own),
    ("GET", "/accounts", Try::Own),
    ("GET", "/accounts/{account}", Try::Theirs),
    ("GET", "/accounts/{account}/details", Try::Theirs),
    ("GET", "/accounts/{account}/entries/{entry}", Try::Theirs),
    ("GET", "/accounts/{account}/download/{format}", Try::Theirs),
    ("GET", "/portfolio", Try::Own),
    ("GET", "/portfolio/find", Try::Own),
    ("GET", "/portfolio/instruments/{instrument}", Try::Own),
    ("GET", "/portfolio/{portfolio}", Try::Theirs),
    ("GET", "/portfolio/{portfolio}/holdings/{instrument}", Try::Theirs),
    ("GET", "/portfolio/{portfolio}/download/{format}", Try::Theirs),
    ("POST", "/portfolio/watch", Try::Change),
    ("POST", "/portfolio/unwatch", Try::Change),
    ("GET", "/parcels", Try::Own),
    ("POST", "/parcels", Try::Form),
    ("GET", "/parcels/{parcel}", Try::Theirs),
    ("POST", "/parcels/{parcel}/instruction", Try::Theirs),
    ("POST", "/parcels/{parcel}/share", Try::Theirs),
    ("POST", "/parcels/{parcel}/share/revoke", Try::Theirs),
    ("POST", "/parcels/{parcel}/unfollow", Try::Theirs),
    ("GET", "/track", Try::Public),
    ("POST", "/track", Try::Form),
    ("GET", "/track/check", Try::Public),
    ("GET", "/track/{number}", Try::Public),
    ("GET", "/s/{token}", Try::Public),
    ("GET", "/offline", Try::Public),
    ("GET", "/manifest.webmanifest", Try::Public),
    ("GET", "/live", Try::Own),
    ("POST", "/api/sign-out", Try::Change),
    ("POST", "/api/stay", Try::Change),
    ("POST", "/api/sessions/revoke", Try::Change),
    ("POST", "/api/sessions/revoke-others", Try::Change),
    ("POST", "/api/display", Try::Change),
    ("GET", "/healthz", Try::Public),
    ("GET", "/readyz", Try::Public),
    ("GET", "/speculation.json", Try::Public),
    ("POST", "/csp-report", Try::Public),
    ("POST", "/hooks/{source}", Try::Public),
    ("GET", "/pkg/{file}", Try::Public),
];

#[test]
fn every_route_is_named_in_the_matrix_and_no_other() {
    let served = routes();
    let served: BTreeSet<_> =
        served.list().iter().chain(&MACHINE_ROUTES).map(|route| (route.method, route.path)).collect();
    let named: BTreeSet<_> = MATRIX.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(served, named);
}

#[test]
fn a_route_that_is_said_to_be_public_holds_nothing_of_anybody() {
    for route in routes().list() {
        let named = MATRIX.iter().find(|(method, path, _)| (*method, *path) == (route.method, route.path)).unwrap().2;
        if matches!(named, Try::Own | Try::Theirs) {
            assert_eq!(route.access, Access::Customer, "{}", route.path);
        }
    }
}

/// Every address of the matrix with the things of the customer of `cookie` in it.
async fn addresses(portal: &Portal, cookie: &str) -> Vec<(&'static str, String, Try)> {
    let accounts = portal.links("/accounts", cookie, "/accounts/").await;
    let mut own = Vec::new();
    for parcel in portal.links("/parcels", cookie, "/parcels/").await {
        let theirs = MATRIX.iter().filter(|(_, path, attempt)| *attempt == Try::Theirs && path.contains("{parcel}"));
        own.extend(
            theirs.map(|(method, path, attempt)| (*method, path.replace("/parcels/{parcel}", &parcel), *attempt)),
        );
    }
    assert!(!own.is_empty());
    for account in &accounts {
        let entries = portal.links(account, cookie, &format!("{account}/entries/")).await;
        assert!(!entries.is_empty());
        for (method, path, attempt) in MATRIX {
            if attempt == Try::Theirs && path.contains("{account}") {
                let formats = if path.contains("{format}") { &["csv", "json", "ofx", "camt"][..] } else { &[""] };
                for format in formats {
                    let entry = entries[0].rsplit('/').next().unwrap();
                    let path = path
                        .replace("/accounts/{account}", account)
                        .replace("{entry}", entry)
                        .replace("{format}", format);
                    own.push((method, path, attempt));
                }
            }
        }
    }
    let holdings = holdings(portal, cookie).await;
    for (portfolio, instrument) in &holdings {
        for (method, path, attempt) in MATRIX {
            if attempt == Try::Theirs && path.starts_with("/portfolio/") {
                let formats = if path.contains("{format}") { &["csv", "transactions"][..] } else { &[""] };
                for format in formats {
                    let path = path.replace("/portfolio/{portfolio}", portfolio);
                    own.push((method, path.replace("{instrument}", instrument).replace("{format}", format), attempt));
                }
            }
        }
    }
    own.extend(MATRIX.iter().filter(|(.., attempt)| *attempt == Try::Own).map(|(method, path, attempt)| {
        let path = if *path == "/live" { "/live?after=0&once=1" } else { path };
        (*method, path.replace("{instrument}", &holdings[0].1), *attempt)
    }));
    own
}

/// Each portfolio of a customer, by its address, with an instrument that it holds.
pub async fn holdings(portal: &Portal, cookie: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let pages: BTreeSet<String> = portfolios(portal, cookie).await.into_iter().collect();
    for page in pages {
        let links = portal.links(&page, cookie, &format!("{page}/holdings/")).await;
        found.push((page, links[0].rsplit('/').next().unwrap().to_owned()));
    }
    found
}

/// The addresses of a customer's portfolios.
async fn portfolios(portal: &Portal, cookie: &str) -> Vec<String> {
    let links = portal.links("/portfolio", cookie, "/portfolio/").await;
    let mut pages: Vec<String> = links
        .iter()
        .filter_map(|link| link.split(['/', '?']).nth(2))
        .filter(|id| id.len() == 32)
        .map(|id| format!("/portfolio/{id}"))
        .collect();
    pages.sort();
    pages.dedup();
    pages
}

on_both_databases! {
    async fn nobody_gets_what_is_somebodys(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for (method, path, _) in addresses(&portal, &ines).await {
            for cookie in ["", "__Host-guichet=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "__Host-guichet=%00"] {
                let answer = portal.ask(method, &path, cookie, "").await;
                assert!(matches!(answer.status, StatusCode::SEE_OTHER | StatusCode::UNAUTHORIZED), "{path}: {}", answer.status);
                assert!(!answer.body.contains("SECRET") && !answer.body.contains("SHARED"), "{path}");
            }
        }
    }

    async fn another_customer_gets_the_answer_of_what_does_not_exist(world: World) {
        let portal = Portal::new(world).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let mut mine: BTreeSet<String> = BTreeSet::new();
        for (page, prefix) in [("/accounts", "/accounts/"), ("/parcels", "/parcels/")] {
            mine.extend(portal.links(page, &hugo, prefix).await);
        }
        mine.extend(portfolios(&portal, &hugo).await);
        let mut tried = 0;
        for (method, path, attempt) in addresses(&portal, &ines).await {
            let foreign = attempt == Try::Theirs && !mine.iter().any(|account| path.starts_with(account.as_str()));
            let answer = portal.ask(method, &path, &hugo, "").await;
            assert!(!answer.body.contains("INESSECRET"), "{path}");
            if foreign {
                tried += 1;
                let account = path.split('/').nth(2).unwrap();
                let of_his = mine.iter().find(|own| own.split('/').nth(1) == path.split('/').nth(1)).unwrap();
                let none = portal.ask(method, &path.replace(account, &"0".repeat(32)), &hugo, "").await;
                assert_eq!((answer.status, none.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{path}");
                assert_eq!(answer.body_without_nonces(), none.body_without_nonces(), "{path}");
                // An entry of hers on an account of his is not there either.
                let crossed = portal.ask(method, &path.replace(account, of_his.rsplit('/').next().unwrap()), &hugo, "").await;
                if path.contains("/entries/") {
                    assert_eq!(crossed.status, StatusCode::NOT_FOUND, "{path}");
                }
            } else {
                assert_eq!(answer.status, StatusCode::OK, "{path}");
            }
        }
        assert!(tried >= 10, "{tried}");
    }

    async fn odd_ids_are_not_there(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for id in ["*", "%25", "1", "0", "-1", "null", "%00", "..%2f..", "FR7630009021440004812370152", "a,b", "[]", "%F0%9F%92%A3"] {
            let portfolio = [format!("/portfolio/{id}"), format!("/portfolio/{id}/holdings/{id}"), format!("/portfolio/instruments/{id}")];
            for path in portfolio.into_iter().chain([format!("/parcels/{id}"), format!("/s/{id}"), format!("/accounts/{id}"), format!("/accounts/{id}/entries/{id}"), format!("/accounts/{id}/download/csv")]) {
                let answer = portal.get(&path, &ines).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
                assert!(!answer.body.contains("SECRET"), "{path}");
            }
        }
    }

    async fn after_revocation_a_session_gets_nothing(world: World) {
        let portal = Portal::new(world).await;
        let (ines, other) = (portal.sign_in("1").await, portal.sign_in("1").await);
        let own = addresses(&portal, &ines).await;
        assert_eq!(portal.ask("POST", "/api/sessions/revoke-others", &other, "").await.status, StatusCode::SEE_OTHER);
        for (method, path, _) in own {
            let answer = portal.ask(method, &path, &ines, "").await;
            assert!(matches!(answer.status, StatusCode::SEE_OTHER | StatusCode::UNAUTHORIZED), "{path}: {}", answer.status);
        }
        assert_eq!(portal.get("/overview", &other).await.status, StatusCode::OK);
    }

    async fn a_session_of_somebody_else_cannot_be_ended(world: World) {
        let portal = Portal::new(world).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let second = portal.sign_in("1").await;
        let page = portal.get("/profile", &ines).await.body;
        let session = page.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let form = format!("session={session}");
        assert_eq!(portal.ask("POST", "/api/sessions/revoke", &hugo, &form).await.status, StatusCode::NOT_FOUND);
        assert_eq!(portal.get("/overview", &second).await.status, StatusCode::OK);
        assert_eq!(portal.ask("POST", "/api/sessions/revoke", &ines, &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(portal.get("/overview", &second).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_change_from_a_foreign_page_changes_nothing(world: World) {
        use axum::{body::Body, http::Request};
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for (method, path, attempt) in MATRIX {
            if !matches!(attempt, Try::Change | Try::Form) && path != "/sign-in" {
                continue;
            }
            for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("x-none", "")] {
                let request = Request::builder().method("POST").uri(path).header("cookie", &ines).header(name, value)
                    .header("content-type", "application/x-www-form-urlencoded").body(Body::from("locale=de")).unwrap();
                assert_eq!(portal.ask_with(request).await.status, StatusCode::FORBIDDEN, "{method} {path} {name}");
            }
        }
        assert_eq!(portal.get("/overview", &ines).await.status, StatusCode::OK);
    }

    async fn nothing_is_changed_by_reading(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for (_, path, attempt) in MATRIX {
            if attempt == Try::Change {
                assert_eq!(portal.get(path, &ines).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            }
        }
    }
}

//! Who may ask for what. Every route is listed by code; each is named here, and tried as another customer, as nobody and
//! after revocation. A route that is not named fails the test.

use crate::{claims, portal::Portal};
use axum::http::StatusCode;
use guichet::http::{MACHINE_ROUTES, routes};
use guichet_app::web::{Access, RouteEntry};
use guichet_platform::on_both_databases;
use std::collections::BTreeSet;

/// How a route is tried: with whose things its address is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
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
    /// A page of a customer's own, behind a fresh proof of who they are.
    Proof,
    /// The same for a change.
    ProofChange,
}

const MATRIX: [(&str, &str, Try); 100] = [
    ("GET", "/", Try::Public),
    ("GET", "/sign-in", Try::Public),
    ("GET", "/sign-in/second", Try::Public),
    ("GET", "/sign-in/recovery", Try::Public),
    ("GET", "/sign-in/protect", Try::Public),
    ("GET", "/activate", Try::Public),
    ("GET", "/activate/access", Try::Public),
    ("GET", "/reset", Try::Public),
    ("GET", "/reset/code", Try::Public),
    ("GET", "/reset/password", Try::Public),
    ("POST", "/api/passkey/begin", Try::Change),
    ("POST", "/api/passkey/finish", Try::Change),
    ("POST", "/api/passkey/add/begin", Try::Change),
    ("POST", "/api/passkey/add/finish", Try::Change),
    ("POST", "/api/passkey/prove/begin", Try::Change),
    ("POST", "/api/passkey/prove/finish", Try::Change),
    ("GET", "/confirm", Try::Public),
    ("GET", "/continue", Try::Public),
    ("GET", "/profile/password", Try::Proof),
    ("GET", "/profile/authenticator", Try::Proof),
    ("GET", "/profile/authenticator/remove", Try::Proof),
    ("GET", "/profile/codes", Try::Proof),
    ("GET", "/profile/passkey", Try::Proof),
    ("GET", "/profile/passkey/{passkey}", Try::Theirs),
    ("POST", "/profile/passkey/remove", Try::ProofChange),
    ("GET", "/profile/email", Try::Own),
    ("POST", "/profile/email/confirm", Try::Change),
    ("GET", "/profile", Try::Own),
    ("GET", "/profile/activity", Try::Own),
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
    ("POST", "/parcels/{parcel}/notices", Try::Theirs),
    ("POST", "/parcels/{parcel}/share", Try::Theirs),
    ("POST", "/parcels/{parcel}/share/revoke", Try::Theirs),
    ("POST", "/parcels/{parcel}/unfollow", Try::Theirs),
    ("GET", "/track", Try::Public),
    ("POST", "/track", Try::Form),
    ("GET", "/track/check", Try::Public),
    // What its page shows; tried for each right in the tests of parcels.
    ("GET", "/track/live", Try::Public),
    ("GET", "/track/{number}", Try::Public),
    ("GET", "/s/{token}", Try::Public),
    ("GET", "/s/{token}/live", Try::Public),
    ("GET", "/offline", Try::Public),
    ("GET", "/manifest.webmanifest", Try::Public),
    ("GET", "/claims", Try::Own),
    ("GET", "/claims/report", Try::Own),
    ("POST", "/claims/report/begin", Try::Change),
    ("GET", "/claims/report/{draft}", Try::Theirs),
    ("POST", "/claims/report/{draft}/save", Try::Theirs),
    ("POST", "/claims/report/{draft}/photos", Try::Theirs),
    ("POST", "/claims/report/{draft}/discard", Try::Theirs),
    ("POST", "/claims/report/{draft}/submit", Try::Theirs),
    ("GET", "/claims/{claim}", Try::Theirs),
    ("POST", "/claims/{claim}/messages", Try::Theirs),
    ("POST", "/claims/{claim}/again", Try::Theirs),
    ("POST", "/claims/{claim}/uploads", Try::Theirs),
    ("GET", "/claims/{claim}/uploads/{upload}", Try::Theirs),
    ("POST", "/claims/{claim}/uploads/{upload}/remove", Try::Theirs),
    ("GET", "/policies", Try::Own),
    ("GET", "/policies/{policy}", Try::Theirs),
    // Whoever has the secret of the link; without it there is nothing.
    ("GET", "/files/{token}", Try::Public),
    // The demonstration alone; elsewhere there is nothing (see `mail`).
    ("GET", "/demo/mail", Try::Public),
    ("GET", "/demo/mail/{id}", Try::Public),
    ("GET", "/demo/mail/{id}/html", Try::Public),
    ("GET", "/live", Try::Own),
    ("POST", "/api/sign-out", Try::Change),
    ("POST", "/api/stay", Try::Change),
    ("POST", "/api/sessions/revoke", Try::Change),
    ("POST", "/api/sessions/revoke-others", Try::Change),
    ("POST", "/api/display", Try::Change),
    ("GET", "/brand/{file}", Try::Public),
    ("GET", "/brand/picture/{hash}", Try::Public),
    // For whoever has the code that the server has printed; to anybody else there is nothing (see `staff`).
    ("GET", "/setup", Try::Public),
    ("GET", "/setup/house", Try::Public),
    ("GET", "/setup/person", Try::Public),
    ("POST", "/setup/open", Try::Change),
    ("POST", "/setup/house/save", Try::Change),
    ("POST", "/setup/person/save", Try::Change),
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
    // What is for the institution's people has a matrix of its own: see `staff`.
    let open = |route: &&RouteEntry| matches!(route.access, Access::Public | Access::Customer);
    let served: BTreeSet<_> =
        served.list().iter().chain(&MACHINE_ROUTES).filter(open).map(|route| (route.method, route.path)).collect();
    let named: BTreeSet<_> = MATRIX.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(served, named);
}

#[test]
fn a_route_that_is_said_to_be_public_holds_nothing_of_anybody() {
    for route in routes().list().iter().filter(|route| matches!(route.access, Access::Public | Access::Customer)) {
        let named = MATRIX.iter().find(|(method, path, _)| (*method, *path) == (route.method, route.path)).unwrap().2;
        if matches!(named, Try::Own | Try::Theirs) {
            assert_eq!(route.access, Access::Customer, "{}", route.path);
        }
    }
}

/// A thing of a customer's: what the open places of an address are filled with.
pub type Thing = Vec<(&'static str, String)>;

/// The last part of an address: an id.
fn last(address: &str) -> String {
    address.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The things of the customer of `cookie`.
pub async fn things(portal: &Portal, cookie: &str) -> Vec<Thing> {
    let mut things = Vec::new();
    for account in portal.links("/accounts", cookie, "/accounts/").await {
        let entries = portal.links(&account, cookie, &format!("{account}/entries/")).await;
        let entry = last(entries.first().unwrap());
        for format in ["csv", "json", "ofx", "camt"] {
            let format = ("format", format.to_owned());
            things.push(vec![("account", last(&account)), ("entry", entry.clone()), format]);
        }
    }
    for parcel in portal.links("/parcels", cookie, "/parcels/").await {
        things.push(vec![("parcel", last(&parcel))]);
    }
    for (portfolio, instrument) in holdings(portal, cookie).await {
        for format in ["csv", "transactions"] {
            let format = ("format", format.to_owned());
            things.push(vec![("portfolio", last(&portfolio)), ("instrument", instrument.clone()), format]);
        }
    }
    for passkey in portal.links("/profile", cookie, "/profile/passkey/").await {
        things.push(vec![("passkey", last(&passkey))]);
    }
    things.extend(claims::things(portal, cookie).await);
    things
}

/// An address with a thing in it; none where the thing has not what the address asks for.
fn filled(path: &str, thing: &Thing) -> Option<String> {
    let filled = thing.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
    (!filled.contains('{')).then_some(filled)
}

/// Every address of the matrix with the things of the customer of `cookie` in it.
pub async fn addresses(portal: &Portal, cookie: &str) -> Vec<(&'static str, String, Try)> {
    let things = things(portal, cookie).await;
    let mut own = Vec::new();
    for (method, path, attempt) in MATRIX {
        match attempt {
            Try::Theirs => {
                let paths: Vec<String> = things.iter().filter_map(|thing| filled(path, thing)).collect();
                assert!(!paths.is_empty(), "nobody has anything to try {path} with");
                own.extend(paths.into_iter().map(|path| (method, path, attempt)));
            }
            Try::Own => {
                let path = if path == "/live" { "/live?after=0&once=1" } else { path };
                let path = things.iter().find_map(|thing| filled(path, thing)).unwrap_or_else(|| path.to_owned());
                own.push((method, path, attempt));
            }
            Try::Public | Try::Change | Try::Form | Try::Proof | Try::ProofChange => {}
        }
    }
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

/// The id in an address.
fn id_in(path: &str) -> &str {
    path.split(['/', '?']).find(|part| part.len() == 32).unwrap()
}

on_both_databases! {
    async fn nobody_gets_what_is_somebodys(world: World) {
        let portal = Portal::new(world).await;
        claims::insure(&portal).await;
        let ines = portal.sign_in("1").await;
        portal.plant_passkeys().await;
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
        claims::insure(&portal).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        portal.plant_passkeys().await;
        let accounts = portal.links("/accounts", &hugo, "/accounts/").await;
        let mine: BTreeSet<String> = addresses(&portal, &hugo).await.into_iter().map(|(_, path, _)| path).collect();
        let mut tried = 0;
        for (method, path, attempt) in addresses(&portal, &ines).await {
            let foreign = attempt == Try::Theirs && !mine.contains(&path) && !accounts.iter().any(|own| path.starts_with(own.as_str()));
            let answer = portal.ask(method, &path, &hugo, "").await;
            assert!(!answer.body.contains("INESSECRET"), "{path}");
            if foreign {
                tried += 1;
                let id = id_in(&path);
                let none = portal.ask(method, &path.replace(id, &"0".repeat(32)), &hugo, "").await;
                assert_eq!((answer.status, none.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{method} {path}");
                assert_eq!(answer.body_without_nonces(), none.body_without_nonces(), "{method} {path}");
                // An entry of hers on an account of his is not there either.
                if path.contains("/entries/") {
                    let crossed = portal.ask(method, &path.replace(id, &last(&accounts[0])), &hugo, "").await;
                    assert_eq!(crossed.status, StatusCode::NOT_FOUND, "{path}");
                }
            } else {
                assert_eq!(answer.status, StatusCode::OK, "{path}");
            }
        }
        assert!(tried >= 16, "{tried}");
        // Nothing of hers was changed by any of it.
        assert_eq!(claims::things(&portal, &ines).await.len(), 3);
    }

    async fn what_needs_a_proof_is_behind_one(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let guarded = MATRIX.iter().filter(|row| matches!(row.2, Try::Proof | Try::ProofChange));
        let mut tried = 0;
        for (method, path, _) in guarded {
            let nobody = portal.ask(method, path, "", "").await;
            assert!(nobody.header("location").starts_with("/sign-in?next="), "{method} {path}");
            let owner = portal.ask(method, path, &ines, "").await;
            assert_eq!(owner.status, StatusCode::SEE_OTHER, "{method} {path}");
            assert!(owner.header("location").starts_with("/confirm?for=security&next="), "{}", owner.header("location"));
            tried += 1;
        }
        for path in ["/profile/password", "/profile/authenticator", "/profile/authenticator/remove", "/profile/codes", "/profile/email"] {
            let purpose = if path == "/profile/email" { "contact" } else { "security" };
            let answer = portal.ask("POST", path, &ines, "password=a+new+password+for+the+tests&email=x%40mail.example").await;
            assert!(answer.header("location").starts_with(&format!("/confirm?for={purpose}&next=")), "{path}");
        }
        assert_eq!(tried, 6);
        // Nothing was changed by any of it.
        assert!(!portal.sign_in("1").await.is_empty());
    }

    async fn odd_ids_are_not_there(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for id in ["*", "%25", "1", "0", "-1", "null", "%00", "..%2f..", "FR7630009021440004812370152", "a,b", "[]", "%F0%9F%92%A3"] {
            for path in [
                format!("/accounts/{id}"), format!("/accounts/{id}/entries/{id}"), format!("/accounts/{id}/download/csv"),
                format!("/claims/{id}"), format!("/claims/{id}/uploads/{id}"), format!("/claims/report/{id}"), format!("/policies/{id}"),
                format!("/files/{id}"), format!("/parcels/{id}"), format!("/s/{id}"), format!("/s/{id}/live"), format!("/portfolio/{id}"),
                format!("/portfolio/{id}/holdings/{id}"), format!("/portfolio/instruments/{id}"),
            ] {
                let answer = portal.get(&path, &ines).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
                assert!(!answer.body.contains("SECRET"), "{path}");
            }
        }
    }

    async fn after_revocation_a_session_gets_nothing(world: World) {
        let portal = Portal::new(world).await;
        claims::insure(&portal).await;
        let (ines, other) = (portal.sign_in("1").await, portal.sign_in("1").await);
        portal.plant_passkeys().await;
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
            let own_form = ["/sign-in", "/reset", "/activate", "/confirm", "/profile/p", "/profile/a", "/profile/c", "/profile/e"];
            let form = own_form.iter().any(|prefix| path.starts_with(prefix)) && path != "/profile/activity";
            if !matches!(attempt, Try::Change | Try::Form | Try::ProofChange) && !form {
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

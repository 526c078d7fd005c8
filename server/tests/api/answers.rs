//! What every answer carries at every address that there is, what cookies and forms promise, and what changes of access ask for.

use crate::portal::{Answer, PASSWORD, Portal};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use guichet::http::{MACHINE_ROUTES, routes};
use guichet_app::web::Access;
use guichet_platform::on_both_databases;
use std::collections::BTreeSet;

/// The address of a template, with an id of nobody's where one stands.
fn filled(template: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "0".repeat(32) } else { part.to_owned() };
    let path = template.split('/').map(part).collect::<Vec<_>>().join("/");
    if path == "/live" { "/live?after=0&once=1".to_owned() } else { path }
}

async fn ask(portal: &Portal, method: &str, path: &str, cookie: &str, more: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !cookie.is_empty() {
        request = request.header(header::COOKIE, cookie);
    }
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    portal.ask_with(request.body(Body::empty()).unwrap()).await
}

/// The cookies that an answer sets.
fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// The session's part of an answer's cookies.
fn session(answer: &Answer) -> String {
    let all = cookies(answer);
    let own = all.iter().find(|cookie| cookie.starts_with("__Host-guichet=")).unwrap();
    own.split(';').next().unwrap().to_owned()
}

fn form(name: &str, password: &str) -> String {
    format!("name={name}%40mail.example&password={}", password.replace(' ', "+"))
}

/// The elements of a page that begin with `tag`.
fn elements<'p>(page: &'p str, tag: &str) -> Vec<&'p str> {
    page.match_indices(tag).map(|(at, _)| page[at..].split('>').next().unwrap()).collect()
}

on_both_databases! {
    async fn every_answer_at_every_address_carries_what_it_must(world: World) {
        let portal = Portal::unpaced(world).await;
        let ines = portal.sign_in("1").await;
        let served = routes();
        let mut asked = 0;
        for route in served.list().iter().chain(&MACHINE_ROUTES) {
            let path = filled(route.path);
            for (method, cookie) in [("GET", ""), ("GET", ines.as_str()), ("POST", ines.as_str()), ("TRACE", ines.as_str())] {
                let answer = ask(&portal, method, &path, cookie, &[]).await;
                let at = format!("{method} {path}: {}", answer.status);
                assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains", "{at}");
                assert_eq!(answer.header("x-content-type-options"), "nosniff", "{at}");
                assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{at}");
                assert_eq!(answer.header("access-control-allow-origin"), "", "{at}");
                assert!(!answer.status.is_server_error(), "{at}");
                let kind = answer.header("content-type");
                assert!(answer.body.is_empty() || !kind.is_empty(), "{at}: of no type");
                // A stream of events is UTF-8 by its own standard.
                if kind.starts_with("text/") && !kind.starts_with("text/event-stream") {
                    assert!(kind.ends_with("; charset=utf-8"), "{at}: {kind}");
                }
                if kind.starts_with("text/html") {
                    let policy = answer.header("content-security-policy");
                    assert!(policy.contains("object-src 'none'") && policy.contains("base-uri 'none'"), "{at}: {policy}");
                }
                if kind.starts_with("text/html") || route.access == Access::Customer {
                    assert_eq!(answer.header("cache-control"), "no-store", "{at}");
                }
                if method == "TRACE" {
                    assert!(matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED), "{at}");
                    assert!(!answer.body.contains(&ines), "{at}: said back");
                }
                asked += 1;
            }
        }
        assert!(asked > 300, "{asked}");
    }

    async fn only_built_files_are_handed_out_and_no_folder_is_listed(world: World) {
        let portal = Portal::new(world).await;
        let site = portal.world.folder();
        for folder in ["pkg", "pkg/more", ".git"] {
            std::fs::create_dir_all(site.join(folder)).unwrap();
        }
        for file in ["pkg/a.js", "pkg/more/b.js", ".git/HEAD", "beside.txt"] {
            std::fs::write(site.join(file), "SECRET").unwrap();
        }
        assert_eq!(portal.get("/pkg/a.js", "").await.body, "SECRET");
        for path in [
            "/pkg", "/pkg/", "/pkg/.", "/pkg/more", "/pkg/more/", "/pkg/..", "/pkg/../beside.txt", "/pkg/%2e%2e/beside.txt", "/pkg/..%2fbeside.txt",
            "/beside.txt", "/.git/HEAD", "/.git/", "/pkg/%2e%2e/.git/HEAD", "/assets.json", "/metrics", "/test.db", "/uploads/",
        ] {
            let answer = portal.get(path, "").await;
            assert!(!answer.status.is_success(), "{path}: {}", answer.status);
            assert!(!answer.body.contains("SECRET") && !answer.body.contains("a.js") && !answer.body.contains("b.js"), "{path}");
        }
    }

    async fn no_address_takes_a_change_from_a_foreign_page(world: World) {
        let portal = Portal::unpaced(world).await;
        let ines = portal.sign_in("1").await;
        let served = routes();
        let paths: BTreeSet<&str> = served.list().iter().map(|route| route.path).collect();
        for template in &paths {
            let path = filled(template);
            for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("origin", "null")] {
                    let answer = ask(&portal, method, &path, &ines, &[(name, value)]).await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} {name}: {value}");
                }
            }
        }
        assert!(paths.len() > 60, "{}", paths.len());
        assert_eq!(portal.get("/overview", &ines).await.status, StatusCode::OK);
    }

    async fn every_cookie_is_bound_to_this_host(world: World) {
        let portal = Portal::new(world).await;
        let signed = portal.ask("POST", "/sign-in", "", &form("1", PASSWORD)).await;
        let ines = session(&signed);
        let mut all = cookies(&signed);
        all.extend(cookies(&portal.ask("POST", "/reset", "", "email=1%40mail.example").await));
        all.extend(cookies(&portal.ask("POST", "/api/display", "", "locale=de&theme=dark&back=%2F").await));
        let names: BTreeSet<&str> = all.iter().filter_map(|cookie| cookie.split('=').next()).collect();
        let expected = ["__Host-guichet", "__Host-guichet-device", "__Host-guichet-step", "__Host-locale", "__Host-theme"];
        assert_eq!(names, BTreeSet::from(expected));
        for cookie in &all {
            assert!(["; Path=/;", "; Secure;", "; HttpOnly"].iter().all(|part| cookie.contains(part)), "{cookie}");
            assert!(cookie.contains("SameSite=Lax") || cookie.contains("SameSite=Strict"), "{cookie}");
            assert!(!cookie.contains("Domain") && cookie.len() < 4_096, "{cookie}");
        }
        // Thirty-two bytes in base64url, another one each time, and in no page.
        let token = ines.split('=').nth(1).unwrap();
        assert!(token.len() == 43 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
        assert_ne!(ines, portal.sign_in("1").await);
        for path in ["/overview", "/profile", "/accounts"] {
            assert!(!portal.get(path, &ines).await.body.contains(token), "{path}");
        }
    }

    async fn signing_in_again_ends_the_session_before(world: World) {
        let portal = Portal::new(world).await;
        let before = portal.sign_in("1").await;
        let again = portal.ask("POST", "/sign-in", &before, &form("1", PASSWORD)).await;
        let after = session(&again);
        assert_ne!(before, after);
        assert_eq!(portal.get("/overview", &before).await.status, StatusCode::SEE_OTHER);
        assert_eq!(portal.get("/overview", &after).await.status, StatusCode::OK);
    }

    async fn every_page_of_a_customer_has_the_way_out_and_it_clears_the_browser(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for path in ["/overview", "/accounts", "/portfolio", "/parcels", "/claims", "/policies", "/profile", "/profile/activity"] {
            let page = portal.get(path, &ines).await;
            assert!(page.status == StatusCode::OK && page.body.contains("action=\"/api/sign-out\""), "{path}");
        }
        let out = portal.ask("POST", "/api/sign-out", &ines, "").await;
        assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(cookies(&out).iter().any(|cookie| cookie.starts_with("__Host-guichet=;") && cookie.contains("Max-Age=0")));
        assert_eq!(portal.get("/overview", &ines).await.status, StatusCode::SEE_OTHER);
    }

    async fn what_changes_access_asks_for_a_proof_first(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let security = ["/profile/password", "/profile/authenticator", "/profile/authenticator/remove", "/profile/codes", "/profile/passkey/remove"];
        let others = [("/profile/email", "contact"), ("/api/sessions/revoke", "devices"), ("/api/sessions/revoke-others", "devices")];
        for (path, purpose) in security.map(|path| (path, "security")).into_iter().chain(others) {
            let nobody = "0".repeat(32);
            let form = format!("password=another+long+password&email=new%40mail.example&seed=x&code=000000&passkey={nobody}&session={nobody}");
            let answer = portal.ask("POST", path, &ines, &form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(answer.header("location").starts_with(&format!("/confirm?for={purpose}&")), "{path}: {}", answer.header("location"));
        }
        // A proof for one purpose is none for the other, and a wrong password is none at all.
        let wrong = portal.ask("POST", "/confirm", &ines, "for=security&next=%2Fprofile&password=wrong").await;
        assert!(wrong.status == StatusCode::OK && cookies(&wrong).is_empty());
        let ines = portal.prove(&ines, "contact").await;
        assert!(portal.get("/profile/password", &ines).await.header("location").starts_with("/confirm?for=security&"));
        assert_eq!(portal.get("/profile/email", &ines).await.status, StatusCode::OK);
    }

    async fn a_password_is_typed_unseen_and_taken_as_it_is(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let ines = portal.prove(&ines, "security").await;
        for (path, cookie, auto) in [
            ("/sign-in", "", "current-password"), ("/confirm?for=contact&next=%2Fprofile", ines.as_str(), "current-password"),
            ("/profile/password", ines.as_str(), "new-password"),
        ] {
            let page = portal.get(path, cookie).await;
            let fields = elements(&page.body, "<input");
            let own: Vec<_> = fields.iter().filter(|field| field.contains("name=\"password\"")).collect();
            assert!(own.len() == 1 && own[0].contains("type=\"password\"") && own[0].contains(&format!("autocomplete=\"{auto}\"")), "{path}: {own:?}");
            // Nothing stands in the way of pasting or of a password manager.
            assert!(!page.body.contains("onpaste") && fields.iter().any(|field| field.contains("autocomplete=\"username\"")), "{path}");
        }
        // Eighty-eight characters, of which the last counts, and the case of each, and the space behind.
        let long = "Seventeen Lanterns over the Harbour and none of them is lit when the Ferry comes in Late ";
        let encoded = |text: &str| text.replace(' ', "+");
        let changed = portal.ask("POST", "/profile/password", &ines, &format!("password={}", encoded(long))).await;
        assert_eq!(changed.header("location"), "/profile#security", "{}", changed.body);
        assert_eq!(portal.ask("POST", "/sign-in", "", &form("1", long)).await.status, StatusCode::SEE_OTHER);
        for other in [long.trim_end().to_owned(), long.to_lowercase(), long[..72].to_owned(), PASSWORD.to_owned()] {
            let answer = portal.ask("POST", "/sign-in", "", &form("1", &other)).await;
            assert!(answer.status == StatusCode::OK && cookies(&answer).is_empty(), "{other:?}");
            portal.world.clock.advance_seconds(60);
        }
    }

    async fn a_field_that_stands_twice_is_refused_and_one_in_the_address_is_none(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        for (path, form) in [
            ("/api/display", "locale=de&locale=fr&back=%2F".to_owned()), ("/sign-in", format!("name=2%40mail.example&{}", form("1", PASSWORD))),
            ("/parcels", "number=GX447109284FR&number=GX000000005FR&postcode=76000".to_owned()),
        ] {
            let answer = portal.ask("POST", path, &ines, &form).await;
            assert_eq!((answer.status, cookies(&answer).len()), (StatusCode::BAD_REQUEST, 0), "{path}");
        }
        let answer = portal.ask("POST", &format!("/sign-in?{}", form("1", PASSWORD)), "", "").await;
        assert!(answer.status == StatusCode::OK && cookies(&answer).is_empty());
    }
}

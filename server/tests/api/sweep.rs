//! Whoever is nobody, at every address with every method (T05): what is public answers, and nothing else does.

use crate::portal::Portal;
use axum::http::StatusCode;
use guichet::http::routes;
use guichet_app::web::Access;
use guichet_platform::on_both_databases;

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

/// What is often left lying about, and what other programs of the house answer at.
const FORGOTTEN: [&str; 24] = [
    "/api",
    "/api/v1",
    "/api/v1/accounts",
    "/v1/accounts",
    "/v2/accounts",
    "/graphql",
    "/metrics",
    "/debug",
    "/debug/pprof",
    "/actuator",
    "/actuator/env",
    "/health",
    "/status",
    "/server-status",
    "/.git/config",
    "/.env",
    "/config",
    "/config.toml",
    "/guichet.db",
    "/data/raw",
    "/uploads",
    "/backup",
    "/admin/login",
    "/swagger",
];

on_both_databases! {
    async fn nobody_gets_anything_but_what_is_public_at_any_address_with_any_method(world: World) {
        // Once with nobody in it, as it is installed, and once with customers.
        let fresh = Portal::empty(world).await;
        let (mut tried, mut open) = (0, 0);
        for round in ["as installed", "with customers"] {
            if round == "with customers" {
                fresh.send(&crate::portal::parties()).await;
                fresh.send(&crate::portal::statement(crate::portal::OWN[0], "INESSECRET")).await;
            }
            for route in routes().list() {
                let path = filled(route.path);
                // A form is sent to the page that it stands on.
                let public = routes().list().iter().any(|one| one.path == route.path && one.access == Access::Public);
                let is_public = |method: &str| public && ["GET", "HEAD", "POST"].contains(&method);
                for method in METHODS {
                    // A stream has no end; it is asked once.
                    let path = if path.contains("live") { format!("{path}?once=1") } else { path.clone() };
                    let answer = fresh.ask(method, &path, "", "").await;
                    tried += 1;
                    open += usize::from(answer.status.is_success());
                    assert!(!answer.status.is_success() || is_public(method), "{round}: {method} {path}: {}", answer.status);
                    assert!(!answer.status.is_server_error() || answer.status == StatusCode::SERVICE_UNAVAILABLE, "{method} {path}: {}", answer.status);
                    assert!(!answer.body.contains("INESSECRET"), "{method} {path}");
                    fresh.world.clock.advance_seconds(60);
                }
            }
            for path in FORGOTTEN {
                for method in METHODS {
                    let answer = fresh.ask(method, path, "", "").await;
                    assert!(!answer.status.is_success(), "{method} {path}: {}", answer.status);
                    tried += 1;
                    fresh.world.clock.advance_seconds(60);
                }
            }
        }
        assert!(tried > 3_000 && open > 20, "{tried} asked, {open} answered");
    }
}

/// An address with an id that was never given out in every open place.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    for (index, part) in path.split(['{', '}']).enumerate() {
        filled.push_str(if index % 2 == 0 { part } else { "00000000000000000000000000000000" });
    }
    filled
}

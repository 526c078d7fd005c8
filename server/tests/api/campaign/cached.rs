//! What a cache between would keep: nothing personal, by whatever name a personal page is asked for.

use super::crowd::{crowd, foreign, words_in};
use crate::{matrix::addresses, portal::Portal};
use axum::http::StatusCode;
use guichet_platform::{
    on_both_databases,
    testing::{attempts, figures},
};

/// Ways to make a page look like a file that a cache may keep.
const TRICKS: [&str; 20] = [
    ".css",
    ".js",
    ".png",
    ".ico",
    "/x.css",
    "/.css",
    "/a/b.js",
    ";x.css",
    ";.js",
    "%3Bx.css",
    "%2Fx.css",
    "%2fx.js",
    "%00.css",
    "%0a.css",
    "%23.css",
    "%3Fx.css",
    "/..%2fx.css",
    "/%2e%2e/x.css",
    "/.",
    "%2e",
];

on_both_databases! {
    async fn nothing_personal_is_left_in_a_cache(world: World) {
        let dialect = world.db.dialect();
        let portal = Portal::unpaced(world).await;
        let members = crowd(&portal, attempts(2, 12).try_into().unwrap()).await;
        let (mut tried, mut kept) = (0_usize, 0_usize);
        for (at, member) in members.iter().enumerate() {
            let other = &members[(at + 1) % members.len()];
            for (method, path, _) in addresses(&portal, &member.cookie).await {
                if method != "GET" {
                    continue;
                }
                let answer = portal.get(&path, &member.cookie).await;
                assert_eq!(answer.header("cache-control"), "no-store", "{path}");
                let plain = path.split('?').next().unwrap();
                for trick in TRICKS {
                    let tricked = format!("{plain}{trick}");
                    for (who, cookie) in [(Some(member), member.cookie.as_str()), (Some(other), other.cookie.as_str()), (None, "")] {
                        let answer = portal.get(&tricked, cookie).await;
                        tried += 1;
                        assert!(foreign(who, &answer.body).is_empty(), "{tricked}");
                        if answer.header("cache-control") != "no-store" {
                            kept += words_in(&answer.body).len();
                        }
                        let nothing = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::SEE_OTHER | StatusCode::UNAUTHORIZED);
                        assert!(nothing, "{tricked}: {}", answer.status);
                    }
                }
                // As a query it is the same page, and not for keeping either.
                for trick in ["?x.css", "?.js", "?v=1.png"] {
                    let answer = portal.get(&format!("{plain}{trick}"), &member.cookie).await;
                    tried += 1;
                    assert_eq!(answer.header("cache-control"), "no-store", "{plain}{trick}");
                }
                let doubled = portal.get(&format!("/{plain}"), &member.cookie).await;
                assert!(foreign(Some(member), &doubled.body).is_empty() && doubled.status == StatusCode::NOT_FOUND, "/{plain}: {}", doubled.status);
            }
        }
        figures(&format!("T04 {dialect:?}: {tried} probes of {} customers, personal words that a cache may keep {kept}", members.len()));
        assert_eq!(kept, 0);
    }
}

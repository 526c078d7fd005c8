//! What customers do is in the audit log, once each, and they can read it; what cannot be noted is not done.

use crate::{
    claims::{self, PDF},
    matrix::holdings,
    portal::{Answer, PARCELS, PASSWORD, Portal},
};
use axum::http::StatusCode;
use futures::FutureExt as _;
use guichet_platform::{
    audit::{Verdict, verify},
    db::{DbError, Dialect},
    on, on_both_databases,
    scope::operator,
};
use std::collections::BTreeMap;

/// How often each act is in the log, with how it came out.
async fn acts(portal: &Portal) -> BTreeMap<String, i64> {
    const COUNT: &str = "select action || ' ' || outcome, count(*) from audit group by 1";
    let feed = operator();
    let read = portal.world.db.read(&feed, |tx| {
        async move { on!(tx, c => sqlx::query_as(COUNT).fetch_all(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let rows: Vec<(String, i64)> = read.await.unwrap();
    rows.into_iter().collect()
}

async fn holds(portal: &Portal) -> Verdict {
    verify(&portal.world.db, &operator(), Vec::new(), None).await.unwrap()
}

/// Takes the log away, or puts it back.
async fn rename(portal: &Portal, sql: &'static str) {
    let feed = operator();
    let write = portal.world.db.write(&feed, move |tx| {
        async move {
            if tx.dialect() == Dialect::Postgres {
                on!(tx, c => sqlx::query("reset role").execute(&mut **c).await.map(|_| ()))?;
            }
            on!(tx, c => sqlx::query(sql).execute(&mut **c).await.map(|_| ())).map_err(DbError::from)
        }
        .boxed()
    });
    write.await.unwrap();
}

fn value(page: &str, before: &str) -> String {
    page.split(before).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn done(portal: &Portal, path: &str, cookie: &str, form: &str) -> Answer {
    let answer = portal.ask("POST", path, cookie, form).await;
    assert!(matches!(answer.status, StatusCode::SEE_OTHER | StatusCode::OK), "{path}: {}", answer.status);
    answer
}

on_both_databases! {
    async fn every_act_is_noted_once_and_the_customer_reads_it(world: World) {
        let portal = Portal::new(world).await;
        claims::insure(&portal).await;
        portal.ask("POST", "/sign-in", "", "name=1%40mail.example&password=wrong+wrong+wrong").await;
        portal.ask("POST", "/sign-in", "", "name=nobody%40mail.example&password=wrong+wrong+wrong").await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        // A parcel: asked for, shared, taken back.
        let parcel = portal.links("/parcels", &ines, "/parcels/").await.remove(0);
        let form = value(&portal.get(&parcel, &ines).await.body, "name=\"form\" value=\"");
        for _ in 0..2 {
            done(&portal, &format!("{parcel}/instruction"), &ines, &format!("form={form}&wish=neighbour&neighbour=Somebody")).await;
            done(&portal, &format!("{parcel}/share"), &ines, &format!("form={form}&days=7")).await;
        }
        let share = value(&portal.get(&parcel, &ines).await.body, "name=\"share\" value=\"");
        done(&portal, &format!("{parcel}/share/revoke"), &ines, &format!("share={share}")).await;
        done(&portal, "/parcels", &ines, &format!("number={}&postcode=76000", PARCELS[1].0)).await;
        // A claim: a file that is taken and one that is not, a message twice sent, a notice.
        let claim = claims::claims(&portal, &ines).await.remove(0);
        portal.send_files(&format!("{claim}/uploads"), &ines, &[], &[("mine.pdf", PDF), ("x.svg", b"<svg/>")]).await;
        let token = value(&portal.get(&claim, &ines).await.body, "name=\"token\" value=\"");
        for _ in 0..2 {
            done(&portal, &format!("{claim}/messages"), &ines, &format!("token={token}&text=Hello")).await;
        }
        let upload = portal.links(&claim, &ines, &format!("{claim}/uploads/")).await.remove(0);
        assert_eq!(portal.get(&upload, &ines).await.status, StatusCode::OK);
        let letters = claims::forward(&portal).await;
        let link = letters.iter().find_map(|letter| letter["data"]["file"]["link"].as_str()).unwrap();
        assert_eq!(portal.get(&link[crate::portal::ORIGIN.len()..], "").await.status, StatusCode::OK);
        let policy = portal.links("/policies", &ines, "/policies/").await.remove(0);
        let draft = claims::begin(&portal, &ines, policy.rsplit('/').next().unwrap()).await;
        claims::fill(&portal, &ines, &draft, "fire", "2026-11-16").await;
        claims::approve(&portal, &ines, &draft).await;
        for _ in 0..2 {
            done(&portal, &format!("{draft}/submit"), &ines, "sure=1").await;
        }
        // Files out.
        let account = portal.links("/accounts", &ines, "/accounts/").await.remove(0);
        for format in ["csv", "camt"] {
            assert_eq!(portal.get(&format!("{account}/download/{format}"), &ines).await.status, StatusCode::OK);
        }
        let portfolio = holdings(&portal, &ines).await.remove(0).0;
        assert_eq!(portal.get(&format!("{portfolio}/download/csv"), &ines).await.status, StatusCode::OK);
        // What is not his he does not get, and what was not told is no entry.
        assert_eq!(portal.get(&upload, &hugo).await.status, StatusCode::NOT_FOUND);
        let file = portal.world.folder().join("broken");
        std::fs::write(&file, "nothing that anybody reads").unwrap();
        portal.inbox.import("test", &file).await.unwrap();
        done(&portal, "/api/sign-out", &hugo, "").await;
        let again = portal.sign_in("1").await;
        let again = portal.end_others(&again).await;

        // Written beside the request that was refused.
        portal.counts("select count(*) from audit where action = 'access.refused'", 1).await;
        let expected = [
            ("access.refused refused", 1), ("claim.reported done", 1), ("document.refused refused", 1), ("file.downloaded done", 1), ("file.fetched done", 1),
            ("file.uploaded done", 1), ("file.uploaded refused", 1), ("instruction.sent done", 1), ("message.sent done", 1),
            ("parcel.followed done", 1), ("password.changed done", 2), ("portfolio.downloaded done", 1), ("session.begun done", 3),
            ("session.ended done", 2), ("session.refused refused", 2), ("share.ended done", 1), ("share.made done", 1),
            ("statement.downloaded done", 2), ("stepup.passed done", 2),
        ];
        let expected: BTreeMap<String, i64> = expected.into_iter().map(|(act, count)| (act.to_owned(), count)).collect();
        assert_eq!(acts(&portal).await, expected);
        let verdict = holds(&portal).await;
        assert_eq!((verdict.finding, verdict.entries), (None, expected.values().sum()));

        let page = portal.get("/profile/activity", &again).await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
        for words in ["Password changed", "Operators of Guichet", "Sign-in refused", "Somebody not signed in", "Signed in", "You",
            "Statement downloaded", "CSV", "Positions", "File fetched by the insurer", "Claim reported", "Was not carried out",
            "Signed out on a device", "Today, 14:32"] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(page.body.contains(&format!("href=\"{account}\"")) && !page.body.contains(" style=\""));
        assert_eq!(page.body.matches("Sign-in refused").count(), 1, "the other try named nobody");
        assert!(portal.get("/profile", &again).await.body.contains("href=\"/profile/activity\""));
        for language in ["fr", "de"] {
            portal.ask("POST", "/api/display", &again, &format!("locale={language}&back=%2F")).await;
            assert!(!portal.get("/profile/activity", &again).await.body.contains("activity-"), "{language}: a text is missing");
        }
        let hugo = portal.sign_in("2").await;
        let his = portal.get("/profile/activity", &hugo).await.body;
        assert!(his.contains("Signed in") && !his.contains("Statement downloaded") && !his.contains("Claim reported"));
    }

    async fn a_long_list_is_read_page_by_page_and_nobody_elses(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let account = portal.links("/accounts", &ines, "/accounts/").await.remove(0);
        for _ in 0..64 {
            assert_eq!(portal.get(&format!("{account}/download/csv"), &ines).await.status, StatusCode::OK);
        }
        // Password, sign-in and downloads: thirty, thirty and six.
        let (mut path, mut seen) = ("/profile/activity".to_owned(), Vec::new());
        loop {
            let page = portal.get(&path, &ines).await.body;
            seen.push(page.matches("role=\"rowheader\"").count());
            match page.split("href=\"/profile/activity?before=").nth(1) {
                Some(rest) => path = format!("/profile/activity?before={}", rest.split('"').next().unwrap()),
                None => break,
            }
        }
        assert_eq!(seen, [30, 30, 6]);
        let hugo = portal.sign_in("2").await;
        let none = format!("/profile/activity?before={}", "0".repeat(64));
        for odd in [path.as_str(), none.as_str(), "/profile/activity?before=x", "/profile/activity?before=1"] {
            assert_eq!(portal.get(odd, &hugo).await.status, StatusCode::NOT_FOUND, "{odd}");
        }
        let (foreign, missing) = (portal.get(&path, &hugo).await, portal.get(&none, &hugo).await);
        assert_eq!(foreign.body_without_nonces(), missing.body_without_nonces());
    }

    async fn what_cannot_be_noted_is_not_done(world: World) {
        let portal = Portal::new(world).await;
        claims::insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let account = portal.links("/accounts", &ines, "/accounts/").await.remove(0);
        let portfolio = holdings(&portal, &ines).await.remove(0).0;
        let claim = claims::claims(&portal, &ines).await.remove(0);
        portal.send_files(&format!("{claim}/uploads"), &ines, &[], &[("mine.pdf", PDF)]).await;
        let upload = portal.links(&claim, &ines, &format!("{claim}/uploads/")).await.remove(0);
        rename(&portal, "alter table audit rename to audit_gone").await;
        for path in [format!("{account}/download/csv"), format!("{portfolio}/download/csv"), upload.clone()] {
            let answer = portal.get(&path, &ines).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(!answer.body.contains("INESSECRET") && !answer.body.contains("%PDF"), "{path}");
        }
        let form = format!("name=1%40mail.example&password={}", PASSWORD.replace(' ', "+"));
        let sign_in = portal.ask("POST", "/sign-in", "", &form).await;
        assert!(sign_in.status.is_server_error() && sign_in.header("set-cookie").is_empty(), "{}", sign_in.status);
        let sessions = portal.count("select count(*) from audit_gone where action = 'session.begun'").await;
        assert_eq!(sessions, 1);
        // Pages that only show stay.
        assert_eq!(portal.get(&account, &ines).await.status, StatusCode::OK);
        rename(&portal, "alter table audit_gone rename to audit").await;
        assert_eq!(portal.get(&upload, &ines).await.status, StatusCode::OK);
        assert_eq!(holds(&portal).await.finding, None);
    }
}

//! What customers do about claims, over HTTP: notices of loss, files, messages, and how far each has come.

use crate::portal::{Answer, ORIGIN, PASSWORD, Portal};
use axum::http::StatusCode;
use futures::FutureExt as _;
use guichet_platform::{
    db::DbError,
    on, on_both_databases,
    outbox::{Courier, Destination, Route},
    scope::operator,
    telemetry::Metrics,
    testing::clamd::{Clamd, EICAR, Manner},
};

/// A file that a customer may send: a PDF that only shows something.
pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

pub fn claim_of(customer: &str, secret: &str) -> String {
    format!(
        r#"{{"guichet": "claims/1", "insurer": "Prévoyance", "as_of": "2026-11-17T06:00:00Z", "claims": [
          {{"number": "CL-{secret}", "policy": "HO-{customer}", "line": "home", "customer": "{customer}", "cause": "water", "currency": "EUR",
            "loss_at": "2026-11-02T18:30:00+01:00", "reported_at": "2026-11-02T21:14:00+01:00", "loss_place": "Place {secret}",
            "handler": {{"name": "Mathilde Roux"}}, "next": {{"who": "customer", "what": "send the invoice", "until": "2026-11-20"}},
            "milestones": [{{"code": "reported", "at": "2026-11-02T21:14:00+01:00"}}, {{"code": "registered", "at": "2026-11-03T08:00:00+01:00"}}],
            "requests": [{{"id": "R-7", "kind": "document", "text": "Invoice", "due": "2026-11-20", "state": "open"}}],
            "items": [{{"id": "1", "text": "Floor", "submitted": "900.00", "eligible": "800.00", "deductible": "250.00", "benefit": "550.00", "reason": "Worn <b>out</b>"}}],
            "messages": [{{"id": "M", "from": "insurer", "at": "2026-11-16T17:02:00+01:00", "text": "<script>alert('{secret}')</script>"}}]}}]}}"#
    )
}

pub fn policy_of(customer: &str, secret: &str) -> String {
    format!(
        r#"{{"guichet": "policies/1", "insurer": "Prévoyance", "as_of": "2026-11-17T06:00:00Z", "policies": [
          {{"number": "HO-{customer}", "line": "home", "product": "Home {secret}", "status": "active", "customer": "{customer}",
            "start": "2024-01-01", "objects": [{{"id": "1", "kind": "building", "description": "Street {secret}"}}],
            "coverages": [{{"code": "WATER", "object": "1"}}]}}]}}"#
    )
}

/// Both customers have a policy and a claim.
pub async fn insure(portal: &Portal) {
    for (customer, secret) in [("1", "INESSECRET"), ("2", "HUGOSECRET")] {
        portal.send(&policy_of(customer, secret)).await;
        portal.send(&claim_of(customer, secret)).await;
    }
}

/// The claims, policies and drafts of a customer, with a file on each claim. Asking again makes nothing new.
pub async fn things(portal: &Portal, cookie: &str) -> Vec<Vec<(&'static str, String)>> {
    let last = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    let mut things = Vec::new();
    for policy in portal.links("/policies", cookie, "/policies/").await {
        let begun = begin(portal, cookie, &last(&policy)).await;
        things.push(vec![("policy", last(&policy))]);
        things.push(vec![("draft", last(&begun))]);
    }
    for claim in claims(portal, cookie).await {
        let sent = portal.send_files(&format!("{claim}/uploads"), cookie, &[], &[("mine.pdf", PDF)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        let upload = portal.links(&claim, cookie, &format!("{claim}/uploads/")).await;
        things.push(vec![("claim", last(&claim)), ("upload", last(&upload[0]))]);
    }
    things
}

pub async fn claims(portal: &Portal, cookie: &str) -> Vec<String> {
    let links = portal.links("/claims", cookie, "/claims/").await;
    links.into_iter().filter(|link| link.len() == "/claims/".len() + 32).collect()
}

/// Begins a notice; the draft's address.
pub async fn begin(portal: &Portal, cookie: &str, policy: &str) -> String {
    let begun = portal.ask("POST", "/claims/report/begin", cookie, &format!("policy={policy}")).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    begun.header("location").to_owned()
}

async fn own_policy(portal: &Portal, cookie: &str) -> String {
    portal.links("/policies", cookie, "/policies/").await.remove(0).rsplit('/').next().unwrap().to_owned()
}

/// Says everything that a notice needs.
pub async fn fill(portal: &Portal, cookie: &str, draft: &str, cause: &str, day: &str) -> Answer {
    let step = portal
        .ask(
            "POST",
            &format!("{draft}/save"),
            cookie,
            &format!("step=2&cause={cause}&day={day}&time=09%3A30&place=Kitchen"),
        )
        .await;
    let details = "step=3&text=The+pipe+under+the+sink+burst.&amount=1200%2C50&phone=0612345678&pay_to=FR7630009021440004812370152";
    let saved = portal.ask("POST", &format!("{draft}/save"), cookie, details).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    step
}

async fn scalar(portal: &Portal, sql: &'static str) -> String {
    let scope = operator();
    let read = portal.world.db.read(&scope, move |tx| {
        async move {
            let (text,): (String,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(text)
        }
        .boxed()
    });
    read.await.unwrap()
}

async fn set(portal: &Portal, sql: &'static str) {
    let scope = operator();
    let write = portal.world.db.write(&scope, move |tx| {
        async move { on!(tx, c => sqlx::query(sql).execute(&mut **c).await.map(|_| ())).map_err(DbError::from) }.boxed()
    });
    write.await.unwrap();
}

/// The insurer takes what waits; the payloads.
pub async fn forward(portal: &Portal) -> Vec<serde_json::Value> {
    let folder = portal.world.folder().join("outbox");
    let _ = std::fs::remove_dir_all(&folder);
    let courier = Courier::new(
        portal.world.db.clone(),
        portal.world.clock.clone(),
        portal.world.random.clone(),
        Metrics::new(&*portal.world.random),
        [(Destination::Insurer, Route::Folder(folder.clone()))],
    )
    .unwrap();
    courier.forward_due().await.unwrap();
    let files = std::fs::read_dir(&folder).map(|files| files.flatten().collect()).unwrap_or_else(|_| Vec::new());
    files
        .iter()
        .filter(|file| file.path().extension().is_some_and(|end| end == "json"))
        .map(|file| serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap())
        .collect()
}

async fn answer(portal: &Portal, letter: &serde_json::Value, state: &str, reason: &str) {
    portal
        .send(&format!(
            r#"{{"guichet": "answers/1", "answers": [{{"id": {}, "state": "{state}", "reason": "{reason}"}}]}}"#,
            letter["id"]
        ))
        .await;
}

/// Proves who one is for the amount and the account that a draft names, when it names both.
pub async fn approve(portal: &Portal, cookie: &str, draft: &str) {
    let asked = portal.ask("POST", &format!("{draft}/submit"), cookie, "").await;
    let Some(approval) = asked.header("location").strip_prefix("/confirm?for=") else { return };
    let page = portal.get(asked.header("location"), cookie).await.body;
    assert!(page.contains("Paid to") && page.contains("FR7630009021440004812370152"), "both are shown");
    let form = format!("for={approval}&password={}", PASSWORD.replace(' ', "+"));
    let proved = portal.ask("POST", "/confirm", cookie, &form).await;
    assert!(proved.header("location").starts_with(draft), "{}", proved.header("location"));
}

on_both_databases! {
    async fn a_claims_page_says_what_is_next_and_what_it_comes_to_and_runs_nothing(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        let page = portal.get(&claim, &ines).await;
        for words in ["CL-INESSECRET", "Your turn: send the invoice", "Friday 20 November", "Needed from you", "€550.00", "Mathilde Roux", "Worn &lt;b&gt;out"] {
            assert!(page.body.contains(words), "{words}");
        }
        assert!(!page.body.contains("<script>alert") && !page.body.contains(" style=\""));
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(portal.get("/overview", &ines).await.body.contains("Send the invoice"));
        assert!(portal.get(&format!("/policies/{}", own_policy(&portal, &ines).await), &ines).await.body.contains("Street INESSECRET"));
        for language in ["fr", "de"] {
            portal.ask("POST", "/api/display", &ines, &format!("locale={language}&back=%2Foverview")).await;
            for path in ["/claims", "/policies", "/claims/report", claim.as_str()] {
                let page = portal.get(path, &ines).await;
                assert!(!page.body.contains("claims-"), "{language} {path}: a text is missing");
            }
        }
    }

    async fn a_notice_is_saved_at_every_step_sent_once_and_becomes_a_claim(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let (ines, elsewhere) = (portal.sign_in("1").await, portal.sign_in("1").await);
        let policy = own_policy(&portal, &ines).await;
        let draft = begin(&portal, &ines, &policy).await;
        assert_eq!(begin(&portal, &ines, &policy).await, draft, "the same form twice is one draft");
        assert!(portal.get(&draft, &ines).await.body.contains("Street INESSECRET"), "prefilled from the policy");
        fill(&portal, &ines, &draft, "fire", "2026-11-16").await;
        let photos = portal.send_files(&format!("{draft}/photos"), &ines, &[], &[("a.pdf", PDF), ("a.pdf", PDF), ("x.svg", b"<svg/>")]).await;
        assert_eq!(photos.status, StatusCode::SEE_OTHER);
        // On another device everything is there.
        assert!(portal.get("/claims", &elsewhere).await.body.contains(&draft));
        let details = portal.get(&format!("{draft}?step=3"), &elsewhere).await.body;
        assert!(details.contains("The pipe under the sink burst.") && details.contains("1200.50"), "{details}");
        let step = portal.get(&format!("{draft}?step=4"), &elsewhere).await.body;
        assert_eq!((step.matches("a.pdf</b>").count(), step.matches("x.svg</b>").count()), (1, 1));
        portal.ask("POST", &format!("{draft}/save"), &elsewhere, "step=4").await;
        let review = portal.get(&draft, &elsewhere).await.body;
        assert!(review.contains("€1,200.50") && review.contains("Send the notice"), "{review}");
        // Sent from both at once, and once more.
        let submit = format!("{draft}/submit");
        for cookie in [&ines, &elsewhere] {
            approve(&portal, cookie, &draft).await;
        }
        let (one, two) = tokio::join!(portal.ask("POST", &submit, &ines, ""), portal.ask("POST", &submit, &elsewhere, ""));
        let three = portal.ask("POST", &submit, &ines, "").await;
        let claim = one.header("location").to_owned();
        assert!([&one, &two, &three].iter().all(|answer| answer.status == StatusCode::SEE_OTHER && answer.header("location") == claim));
        assert_eq!(portal.count("select count(*) from claim_notice").await, 1);
        assert_eq!(portal.count("select count(*) from outbox where topic = 'claims.reported'").await, 1);
        let reference = scalar(&portal, "select reference from claim_notice").await;
        let page = portal.get(&claim, &ines).await.body;
        assert!(page.contains(&reference) && page.contains("is with us"), "{page}");
        assert_eq!(portal.get(&draft, &ines).await.header("location"), claim, "an old address leads on");

        let letters = forward(&portal).await;
        let data = &letters[0]["data"];
        assert_eq!((&data["reference"], &data["customer"]["number"], &data["loss"]["cause"]), (&reference.as_str().into(), &"1".into(), &"fire".into()));
        assert_eq!(data["loss"]["at"], "2026-11-16T08:30:00Z");
        assert_eq!(data["files"].as_array().unwrap().len(), 1);
        assert!(portal.get(&claim, &ines).await.body.contains("passed on"));
        let link = data["files"][0]["link"].as_str().unwrap().strip_prefix(ORIGIN).unwrap().to_owned();
        let file = portal.get(&link, "").await;
        assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/pdf"));
        answer(&portal, &letters[0], "accepted", "").await;
        assert!(portal.get(&claim, &ines).await.body.contains("The insurer has your notice"));

        // The insurer's claim takes the place of the notice, under the same address.
        portal.send(&claim_of("1", "NEW").replace("\"cause\"", &format!("\"notice\": \"{reference}\", \"cause\""))).await;
        let page = portal.get(&claim, &ines).await.body;
        assert!(page.contains("CL-NEW") && page.contains(&reference), "{page}");
        assert_eq!(claims(&portal, &ines).await.len(), 2);
    }

    async fn a_notice_needs_a_policy_in_force_on_its_day(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let policy = own_policy(&portal, &ines).await;
        let draft = begin(&portal, &ines, &policy).await;
        for (day, words) in [("2023-12-31", "was not in force"), ("2026-11-18", "Choose the day"), ("yesterday", "Choose the day"), ("", "Choose the day")] {
            let answer = portal.ask("POST", &format!("{draft}/save"), &ines, &format!("step=2&cause=fire&day={day}")).await;
            assert!(answer.status == StatusCode::OK && answer.body.contains(words), "{day}: {}", answer.body);
        }
        // What was typed stays, and nothing can be sent.
        let again = portal.ask("POST", &format!("{draft}/save"), &ines, "step=2&cause=fire&day=2023-12-31&place=Cellar").await.body;
        assert!(again.contains("2023-12-31") && again.contains("Cellar") && again.contains("aria-invalid=\"true\""));
        approve(&portal, &ines, &draft).await;
        let sent = portal.ask("POST", &format!("{draft}/submit"), &ines, "").await;
        assert!(sent.header("location").contains("?step=2"));
        assert_eq!(portal.count("select count(*) from outbox").await, 0);
        // Somebody else's policy is none.
        let hugo = portal.sign_in("2").await;
        let foreign = portal.ask("POST", "/claims/report/begin", &hugo, &format!("policy={policy}")).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    }

    async fn what_looks_like_the_same_loss_is_asked_about_and_not_refused(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let draft = begin(&portal, &ines, &own_policy(&portal, &ines).await).await;
        fill(&portal, &ines, &draft, "water", "2026-11-03").await;
        approve(&portal, &ines, &draft).await;
        let asked = portal.ask("POST", &format!("{draft}/submit"), &ines, "").await;
        assert!(asked.status == StatusCode::OK && asked.body.contains("Is this the same damage?"), "{}", asked.body);
        assert_eq!(portal.count("select count(*) from claim_notice").await, 0);
        let sure = portal.ask("POST", &format!("{draft}/submit"), &ines, "sure=1").await;
        assert_eq!(sure.status, StatusCode::SEE_OTHER);
        assert_eq!(portal.count("select count(*) from claim_notice").await, 1);
    }

    async fn a_draft_can_be_thrown_away_with_its_files(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let draft = begin(&portal, &ines, &own_policy(&portal, &ines).await).await;
        portal.send_files(&format!("{draft}/photos"), &ines, &[], &[("a.pdf", PDF)]).await;
        let stored = scalar(&portal, "select stored from claim_upload").await;
        assert_eq!(portal.ask("POST", &format!("{draft}/discard"), &ines, "").await.status, StatusCode::SEE_OTHER);
        assert_eq!(portal.get(&draft, &ines).await.status, StatusCode::NOT_FOUND);
        assert!(!portal.world.folder().join("uploads").join(&stored[..2]).join(&stored).exists());
    }

    async fn a_file_is_checked_kept_passed_on_and_accepted_and_each_step_is_shown(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        let page = portal.get(&claim, &ines).await.body;
        let request = page.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let doors = format!("{claim}/uploads");
        let sent = portal.send_files(&doors, &ines, &[("request", &request)], &[("../../Rechnung \u{202e}fdp.exe", PDF)]).await;
        assert_eq!((sent.status, sent.header("location").split('#').next().unwrap()), (StatusCode::SEE_OTHER, claim.as_str()));
        // The same once more is the same.
        portal.send_files(&doors, &ines, &[("request", &request)], &[("again.pdf", PDF)]).await;
        assert_eq!(portal.count("select count(*) from claim_upload").await, 1);
        let page = portal.get(&claim, &ines).await.body;
        assert!(page.contains("Rechnung fdp.exe") && page.contains("waits to be passed on") && page.contains("You have sent it"), "{page}");
        let letters = forward(&portal).await;
        let data = &letters[0]["data"];
        assert_eq!((&data["claim"]["number"], &data["request"], &data["file"]["type"]), (&"CL-INESSECRET".into(), &"R-7".into(), &"application/pdf".into()));
        let cursor = portal.get("/live?after=0&once=1", &ines).await.body;
        assert!(cursor.contains("passed on"), "{cursor}");
        let link = data["file"]["link"].as_str().unwrap().strip_prefix(ORIGIN).unwrap().to_owned();
        let mine = portal.links(&claim, &ines, &format!("{claim}/uploads/")).await.remove(0);
        for (path, cookie) in [(link.as_str(), ""), (mine.as_str(), ines.as_str())] {
            let file = portal.get(path, cookie).await;
            assert_eq!((file.status, file.body.as_bytes()), (StatusCode::OK, PDF), "{path}");
            assert!(file.header("content-disposition").starts_with("attachment; filename*=UTF-8''"), "{}", file.header("content-disposition"));
            assert!(file.header("content-disposition").ends_with(".pdf"));
            assert_eq!(file.header("x-content-type-options"), "nosniff");
            assert!(file.header("content-security-policy").ends_with("; sandbox"), "{}", file.header("content-security-policy"));
            assert_eq!(file.header("cache-control"), "no-store");
        }
        answer(&portal, &letters[0], "accepted", "").await;
        assert!(portal.get(&claim, &ines).await.body.contains("accepted by the insurer"));
        // The link ends; the file stays the customer's.
        portal.world.clock.advance_seconds(31 * 86_400);
        assert_eq!(portal.get(&link, "").await.status, StatusCode::NOT_FOUND);
        let hugo = portal.sign_in("2").await;
        assert_eq!(portal.get(&mine, &hugo).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_file_that_the_scanner_has_not_found_clean_is_not_taken(world: World) {
        const KEPT: &str = "select count(*) from claim_upload where stored is not null";
        const INFECTED: &str = "select count(*) from claim_upload where refused = 'infected' and stored is null and sha256 is null";
        const NOT_SCANNED: &str = "select count(*) from claim_upload where refused = 'not_scanned' and stored is null";
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        let door = format!("{claim}/uploads");
        // Down, hanging, hanging up, full, or of another mind: then a good file waits as well.
        let mut portal = portal.with_scanner("127.0.0.1:1".parse().unwrap());
        for manner in [Manner::Hangs, Manner::HangsUp, Manner::HangsUpAtOnce, Manner::Says("stream: OK\n"), Manner::Says("PONG\0")] {
            portal.send_files(&door, &ines, &[], &[("good.pdf", PDF)]).await;
            portal = portal.with_scanner(Clamd::start(manner).await.address());
        }
        portal.send_files(&door, &ines, &[], &[("good.pdf", PDF)]).await;
        assert_eq!((portal.count(NOT_SCANNED).await, portal.count(KEPT).await), (6, 0));
        assert!(portal.get(&claim, &ines).await.body.contains("could not be checked for viruses just now"));

        let clamd = Clamd::start(Manner::Good).await;
        let portal = portal.with_scanner(clamd.address());
        let hidden = [PDF, b"% ", EICAR.as_bytes(), b"\n%%EOF\n"].concat();
        let files: [(&str, &[u8]); 3] = [("eicar.pdf", EICAR.as_bytes()), ("hidden.pdf", &hidden), ("good.pdf", PDF)];
        assert_eq!(portal.send_files(&door, &ines, &[], &files).await.status, StatusCode::SEE_OTHER);
        assert_eq!(clamd.scanned(), [EICAR.len(), hidden.len(), PDF.len()]);
        assert_eq!((portal.count(INFECTED).await, portal.count(KEPT).await), (2, 1));
        assert_eq!(portal.count("select count(*) from audit where action = 'file.uploaded' and detail = 'reason=infected'").await, 2);
        assert_eq!(portal.count("select count(*) from outbox").await, 1, "the insurer hears of the clean one");
        for (language, words) in [("en", "It contains a virus"), ("fr", "Il contient un virus"), ("de", "Sie enthält ein Virus")] {
            portal.ask("POST", "/api/display", &ines, &format!("locale={language}&back=%2Foverview")).await;
            assert!(portal.get(&claim, &ines).await.body.contains(words), "{language}");
        }
        // On the disk there is the clean one and nothing else.
        let uploads = portal.world.folder().join("uploads");
        let folders = std::fs::read_dir(&uploads).unwrap().map(|folder| folder.unwrap().path());
        let found: Vec<Vec<u8>> = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        assert_eq!(found, [PDF]);
    }

    async fn what_is_not_taken_says_why_and_is_not_kept(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        let large = vec![b'x'; (20 << 20) + 1];
        let files: [(&str, &[u8]); 6] = [
            ("page.html", b"<html><script>alert(1)</script>"), ("picture.svg", b"<svg onload=\"alert(1)\"/>"), ("movie.gif", b"GIF89a=1;alert(1)"),
            ("nothing.jpg", b""), ("cut.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"), ("large.pdf", &large),
        ];
        let sent = portal.send_files(&format!("{claim}/uploads"), &ines, &[], &files).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        let page = portal.get(&claim, &ines).await.body;
        for words in ["It can do something by itself", "neither PDF nor JPG nor PNG", "There is nothing in it", "cut off or damaged", "larger than 20 MB"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(portal.count("select count(*) from claim_upload where refused is not null and stored is null").await, 6);
        assert_eq!(portal.count("select count(*) from outbox").await, 0);
        let parts = std::fs::read_dir(portal.world.folder().join("uploads/part")).unwrap().count();
        assert_eq!(parts, 0, "nothing is left on its way");
        let refused = page.split("/remove\"").next().unwrap().rsplit('"').next().unwrap().to_owned() + "/remove";
        assert_eq!(portal.ask("POST", &refused, &ines, "").await.status, StatusCode::SEE_OTHER);
        assert_eq!(portal.count("select count(*) from claim_upload").await, 5);
    }

    async fn there_is_an_end_to_the_room_and_it_is_said(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        let doors = format!("{claim}/uploads");
        portal.send_files(&doors, &ines, &[], &[("a.pdf", PDF)]).await;
        set(&portal, "update claim_upload set bytes = 104857600").await;
        let more = [PDF, b"\n"].concat();
        portal.send_files(&doors, &ines, &[], &[("b.pdf", &more)]).await;
        assert!(portal.get(&claim, &ines).await.body.contains("There is no room left for it"));
        assert_eq!(portal.count("select count(*) from claim_upload where stored is not null").await, 1);
        // Sixty files of a claim, whatever became of them.
        for round in 0..6 {
            let names: Vec<String> = (0..10).map(|n| format!("{round}-{n}.gif")).collect();
            let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"GIF89a".as_slice())).collect();
            portal.send_files(&doors, &ines, &[], &files).await;
        }
        assert_eq!(portal.count("select count(*) from claim_upload").await, 60);
        let full = portal.send_files(&doors, &ines, &[], &[("z.gif", b"GIF89a")]).await;
        assert!(full.header("location").contains("?full=1"));
        assert!(portal.get(&full.header("location").replace("#documents", ""), &ines).await.body.contains("no room for more files"));
    }

    async fn a_message_is_sent_once_and_shown_once_with_its_answer(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        let form = format!("token={}&text=May+I+start+the+floor%3F", "a".repeat(32));
        for _ in 0..2 {
            assert_eq!(portal.ask("POST", &format!("{claim}/messages"), &ines, &form).await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(portal.count("select count(*) from claim_letter").await, 1);
        assert_eq!(portal.count("select count(*) from outbox where topic = 'claims.message'").await, 1);
        let letters = forward(&portal).await;
        assert_eq!(letters[0]["data"]["text"], "May I start the floor?");
        // The insurer gives it back under its id, with an answer behind it.
        let back = format!(
            r#"{{"id": "{}", "from": "customer", "at": "2026-11-17T14:33:00+01:00", "text": "May I start the floor?"}}, {{"id": "A", "from": "insurer", "at": "2026-11-17T14:40:00+01:00", "text": "Yes, go ahead."}}, {{"id": "M""#,
            letters[0]["data"]["message"].as_str().unwrap()
        );
        portal.send(&claim_of("1", "INESSECRET").replace("{\"id\": \"M\"", &back).replace("06:00:00Z", "14:00:00Z")).await;
        let page = portal.get(&claim, &ines).await.body;
        assert_eq!(page.matches("May I start the floor?").count(), 1);
        assert!(page.contains("Yes, go ahead."));
    }

    async fn what_could_not_be_passed_on_says_so_and_can_be_sent_again(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        portal.ask("POST", &format!("{claim}/messages"), &ines, &format!("token={}&text=Hello+there", "b".repeat(32))).await;
        portal.send_files(&format!("{claim}/uploads"), &ines, &[], &[("a.pdf", PDF)]).await;
        let draft = begin(&portal, &ines, &own_policy(&portal, &ines).await).await;
        fill(&portal, &ines, &draft, "fire", "2026-11-16").await;
        approve(&portal, &ines, &draft).await;
        let notice = portal.ask("POST", &format!("{draft}/submit"), &ines, "").await.header("location").to_owned();
        set(&portal, "update outbox set state = 'dead'").await;
        let hugo = portal.sign_in("2").await;
        for (address, count) in [(&claim, 2), (&notice, 1)] {
            let page = portal.get(address, &ines).await.body;
            assert!(page.contains("could not pass"), "{page}");
            let messages: Vec<String> = page.split("name=\"message\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
            assert_eq!(messages.len(), count);
            for message in messages {
                let form = format!("message={message}");
                assert_eq!(portal.ask("POST", &format!("{address}/again"), &hugo, &form).await.status, StatusCode::NOT_FOUND);
                assert_eq!(portal.ask("POST", &format!("{address}/again"), &ines, &form).await.status, StatusCode::SEE_OTHER);
                assert_eq!(portal.ask("POST", &format!("{address}/again"), &ines, &form).await.status, StatusCode::NOT_FOUND, "once");
            }
            assert!(!portal.get(address, &ines).await.body.contains("could not pass"));
        }
        assert_eq!(forward(&portal).await.len(), 3);
    }

    async fn nobody_writes_on_somebody_elses_claim(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let claim = claims(&portal, &ines).await.remove(0);
        let draft = begin(&portal, &ines, &own_policy(&portal, &ines).await).await;
        fill(&portal, &ines, &draft, "fire", "2026-11-16").await;
        let form = format!("token={}&text=Hello+there", "c".repeat(32));
        for (path, form) in [
            (format!("{claim}/messages"), form.as_str()), (format!("{draft}/save"), "step=2&cause=fire&day=2026-11-01"),
            (format!("{draft}/submit"), ""), (format!("{draft}/discard"), ""),
        ] {
            assert_eq!(portal.ask("POST", &path, &hugo, form).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in [format!("{claim}/uploads"), format!("{draft}/photos")] {
            assert_eq!(portal.send_files(&path, &hugo, &[], &[("a.pdf", PDF)]).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for table in ["select count(*) from claim_letter", "select count(*) from claim_upload", "select count(*) from outbox", "select count(*) from claim_notice"] {
            assert_eq!(portal.count(table).await, 0, "{table}");
        }
        assert!(portal.get(&draft, &ines).await.status == StatusCode::OK);
    }

    async fn files_from_a_foreign_page_are_not_taken(world: World) {
        use axum::{body::Body, http::Request};
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let ines = portal.sign_in("1").await;
        let claim = claims(&portal, &ines).await.remove(0);
        let request = Request::post(format!("{claim}/uploads")).header("cookie", &ines).header("sec-fetch-site", "cross-site")
            .header("content-type", "multipart/form-data; boundary=x").body(Body::from("--x--")).unwrap();
        assert_eq!(portal.ask_with(request).await.status, StatusCode::FORBIDDEN);
        let broken = Request::post(format!("{claim}/uploads")).header("cookie", &ines).header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data").body(Body::from("x")).unwrap();
        assert_eq!(portal.ask_with(broken).await.status, StatusCode::BAD_REQUEST);
    }
}

//! Canaries: each personal field of each customer holds a token of its own. The portal is used from end to end with everything
//! logged that can be logged, and then no token may be where it does not belong: in the log, in the metrics, in an address that
//! the portal sends a browser to, in the audit log, in a letter, or on a page of somebody else.

use crate::{
    claims::{self, PDF},
    portal::{Answer, HOOK_SECRETS, Portal},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use futures::FutureExt as _;
use guichet_platform::{
    config::{Log, LogFormat},
    db::DbError,
    on, on_both_databases,
    scope::operator,
    telemetry, webhook,
};
use std::{
    io,
    sync::{Mutex, OnceLock},
};

const SESSION: &str = "__Host-guichet=";

/// Everything that was logged by this process.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Page;

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn listen_to_the_log() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let log = Log { format: LogFormat::Json, filter: "trace".to_owned() };
        telemetry::init_into(&log, || Page, false).unwrap();
    });
}

/// A customer whose every field is a token.
struct Canary {
    number: &'static str,
    /// The fields by their names.
    fields: Vec<(&'static str, String)>,
}

fn iban(account: u64) -> String {
    let bban = format!("37040044{account:010}");
    let rest = format!("{bban}131400").bytes().fold(0_u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    format!("DE{:02}{bban}", 98 - rest)
}

/// A number of the postal kind (S10), with its check digit.
fn tracking(serial: u32) -> String {
    let digits = format!("{serial:08}");
    let sum: u32 =
        digits.bytes().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    };
    format!("GX{digits}{check}FR")
}

impl Canary {
    fn new(number: &'static str, mark: &str, seed: u32) -> Self {
        let token = |field: &str| format!("c7Q{field}{mark}x");
        let fields = vec![
            ("name", token("nam")),
            ("given", token("giv")),
            ("email", format!("{}@mail.example", token("eml").to_lowercase())),
            ("password", format!("{} is a long password", token("pwd"))),
            ("wrong", format!("{} is a wrong password", token("bad"))),
            ("iban", iban(7_700_000_000 + u64::from(seed))),
            ("counterparty", token("cpt")),
            ("counteriban", iban(6_600_000_000 + u64::from(seed))),
            ("remittance", token("rem")),
            ("tracking", tracking(83_000_000 + seed)),
            ("postcode", format!("Q{mark}Z9")),
            ("recipient", token("rec")),
            ("claim", token("clm")),
            ("phone", format!("06998877{seed:03}")),
            ("loss", token("los")),
            ("letter", token("let")),
            ("filename", token("fil")),
            ("neighbour", token("ngb")),
            ("query", token("qry")),
        ];
        Self { number, fields }
    }

    fn get(&self, field: &str) -> &str {
        &self.fields.iter().find(|(name, _)| *name == field).unwrap().1
    }

    /// What is looked for: the first word of each, as it is written and as an address would have it.
    fn tokens(&self) -> Vec<(&'static str, String)> {
        let first = |text: &str| text.split([' ', '@']).next().unwrap_or_default().to_lowercase();
        self.fields.iter().map(|(name, value)| (*name, first(value))).collect()
    }

    async fn come(&self, portal: &Portal) {
        let (number, name, iban) = (self.number, self.get("name"), self.get("iban"));
        portal
            .send(&format!(
                r#"{{"guichet": "parties/1", "customers": [{{"number": "{number}", "name": "{name}", "given_name": "{}",
                  "since": "2020-01-01", "accounts": [{{"identification": "{iban}", "currency": "EUR"}}]}}]}}"#,
                self.get("given")
            ))
            .await;
        let (who, text) = (self.get("counterparty"), self.get("remittance"));
        portal
            .send(&format!(
                ":20:S{number}\n:25:{iban}\n:28C:1/1\n:60F:C261116EUR1000,00\n:61:2611161116C12,50NTRFREF{number}//BANK{number}\n\
                 :86:166?00GUTSCHRIFT?20SVWZ+{text}?31{}?32{who}\n:62F:C261116EUR1012,50\n-\n",
                self.get("counteriban")
            ))
            .await;
        portal.send(&self.parcel()).await;
        portal.send(&claims::policy_of(number, self.get("claim"))).await;
        portal.send(&claims::claim_of(number, self.get("claim"))).await;
        portal.services.identity.sign_up(number, self.get("email"), self.get("password")).await.unwrap();
    }

    fn parcel(&self) -> String {
        format!(
            r#"{{"guichet": "parcels/1", "created": "2026-11-17T08:00:00+01:00", "carrier": "gx", "shipments": [{{
              "number": "{}", "sender": {{"name": "Atelier", "city": "Leipzig"}},
              "recipient": {{"name": "{}", "customer": "{}", "postcode": "{}", "city": "Rouen", "country": "FR"}},
              "estimated": {{"from": "2026-11-17T15:10:00+01:00", "to": "2026-11-17T16:40:00+01:00"}},
              "events": [{{"id": "a{}", "at": "2026-11-17T06:12:00+01:00", "status": "at_depot", "place": {{"city": "Rouen", "country": "FR"}}}}]}}]}}"#,
            self.get("tracking"),
            self.get("recipient"),
            self.number,
            self.get("postcode"),
            self.number
        )
    }
}

/// Asks, and keeps where the portal sends the browser to.
struct Browser<'p> {
    portal: &'p Portal,
    cookie: String,
    /// Every header, with the address that was asked for; but for those of a look-up by number, which leads to the number
    /// that was typed.
    places: Vec<(String, String)>,
    /// Everything that was shown.
    shown: String,
}

impl Browser<'_> {
    async fn ask(&mut self, method: &str, path: &str, form: &str) -> Answer {
        let answer = self.portal.ask(method, path, &self.cookie, form).await;
        self.keep(path, &answer);
        answer
    }

    fn keep(&mut self, path: &str, answer: &Answer) {
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            match name.as_str() {
                "set-cookie" => {}
                "location" if path.starts_with("/track") => assert!(value.starts_with("/track/"), "{value}"),
                "content-disposition" => {}
                _ => self.places.push((path.to_lowercase(), format!("{name}: {value}"))),
            }
        }
        self.shown.push_str(&answer.body);
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }
}

fn value(page: &str, before: &str) -> String {
    page.split(before).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A customer does everything that there is to do. The secret of the session, and of the shared link.
async fn live(browser: &mut Browser<'_>, canary: &Canary) -> Vec<(&'static str, String)> {
    let portal = browser.portal;
    let plus = |field: &str| canary.get(field).replace(' ', "+").replace('@', "%40");
    for who in [plus("email"), plus("name")] {
        let refused = browser.ask("POST", "/sign-in", &format!("name={who}&password={}", plus("wrong"))).await;
        assert_eq!(refused.status, StatusCode::OK);
    }
    let sign_in = format!("name={}&password={}&next=%2Foverview", plus("email"), plus("password"));
    let signed = browser.ask("POST", "/sign-in", &sign_in).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    browser.cookie = signed.header("set-cookie").split(';').next().unwrap().to_owned();
    let token = browser.cookie.split('=').nth(1).unwrap().to_owned();
    let mut pages: Vec<String> =
        ["/", "/overview", "/profile", "/accounts", "/portfolio", "/parcels", "/claims", "/policies", "/claims/report"]
            .map(str::to_owned)
            .into();
    let cookie = browser.cookie.clone();
    for (page, prefix) in
        [("/accounts", "/accounts/"), ("/parcels", "/parcels/"), ("/claims", "/claims/"), ("/policies", "/policies/")]
    {
        pages.extend(portal.links(page, &cookie, prefix).await);
    }
    let account = portal.links("/accounts", &cookie, "/accounts/").await.remove(0);
    pages.extend(portal.links(&account, &cookie, &format!("{account}/entries/")).await);
    pages.extend(["csv", "json", "ofx", "camt"].map(|format| format!("{account}/download/{format}")));
    pages.push(format!("{account}?q={}", canary.get("query")));
    pages.push(format!("/{}", canary.get("query")));
    pages.push(format!("/accounts/{}", canary.get("iban")));
    pages.push(format!("/track/{}", canary.get("tracking")));
    pages.push(format!("/sign-in?next=%2Foverview%3Fq%3D{}", canary.get("query")));
    pages.push("/live?after=0&once=1".to_owned());
    for page in &pages {
        browser.get(page).await;
    }
    // Parcels: looked up, asked for, shared, opened.
    for postcode in ["99999", canary.get("postcode")] {
        browser.ask("POST", "/track", &format!("number={}&postcode={postcode}", canary.get("tracking"))).await;
    }
    browser.ask("POST", "/track", &format!("number={}", canary.get("tracking"))).await;
    browser
        .ask("POST", "/parcels", &format!("number={}&postcode={}", canary.get("tracking"), canary.get("postcode")))
        .await;
    let parcel = portal.links("/parcels", &cookie, "/parcels/").await.remove(0);
    let page = browser.get(&parcel).await.body;
    let form = value(&page, "name=\"form\" value=\"");
    browser
        .ask(
            "POST",
            &format!("{parcel}/instruction"),
            &format!("form={form}&wish=neighbour&neighbour={}", plus("neighbour")),
        )
        .await;
    let shared = browser.ask("POST", &format!("{parcel}/share"), &format!("form={form}&days=7")).await.body;
    let secret = value(&shared, "http://localhost:8080/s/");
    browser.get(&format!("/s/{secret}")).await;
    // Claims: files, messages, a notice; what is wrong as well as what is right.
    let claim = claims::claims(portal, &cookie).await.remove(0);
    let (good, bad) = (format!("{}.pdf", canary.get("filename")), format!("{}.svg", canary.get("filename")));
    let sent = portal.send_files(&format!("{claim}/uploads"), &cookie, &[], &[(&good, PDF), (&bad, b"<svg/>")]).await;
    browser.keep(&claim, &sent);
    let token_of = value(&browser.get(&claim).await.body, "name=\"token\" value=\"");
    browser.ask("POST", &format!("{claim}/messages"), &format!("token={token_of}&text={}", plus("letter"))).await;
    browser.ask("POST", &format!("{claim}/messages"), &format!("token={}&text=x", plus("letter"))).await;
    let upload = portal.links(&claim, &cookie, &format!("{claim}/uploads/")).await.remove(0);
    browser.get(&upload).await;
    let policy = portal.links("/policies", &cookie, "/policies/").await.remove(0);
    let draft = claims::begin(portal, &cookie, policy.rsplit('/').next().unwrap()).await;
    for step in [
        format!("step=2&cause=fire&day={}", plus("loss")),
        format!("step=2&cause=fire&day=2026-11-16&time=09%3A30&place={}", plus("loss")),
        format!("step=3&text={}&amount={}&phone={}&pay_to={}", plus("loss"), plus("loss"), plus("phone"), plus("iban")),
        format!("step=3&text={}&amount=1200%2C50&phone={}&pay_to={}", plus("loss"), plus("phone"), plus("iban")),
    ] {
        browser.ask("POST", &format!("{draft}/save"), &step).await;
    }
    let asked = browser.ask("POST", &format!("{draft}/submit"), "sure=1").await;
    let approval = asked.header("location").strip_prefix("/confirm?for=").unwrap().to_owned();
    browser.get(&format!("/confirm?for={approval}")).await;
    browser.ask("POST", "/confirm", &format!("for={approval}&password={}", plus("password"))).await;
    let submitted = browser.ask("POST", &format!("{draft}/submit"), "sure=1").await;
    assert!(submitted.header("location").starts_with("/claims/"), "{}", submitted.header("location"));
    claims::forward(portal).await;
    for path in ["/profile/activity", "/profile", "/live?after=0&once=1"] {
        browser.get(path).await;
    }
    // Forms that are none, from pages that are not ours.
    for path in ["/sign-in", "/track", "/parcels", "/api/display", "/api/sessions/revoke"] {
        browser
            .ask("POST", path, &format!("{}=%FF&session={}&locale={}", plus("query"), plus("query"), plus("query")))
            .await;
        let foreign =
            Request::post(path).header("origin", "https://evil.example").body(Body::from(plus("password"))).unwrap();
        portal.ask_with(foreign).await;
    }
    browser.ask("POST", "/api/sign-out", "").await;
    // What letters are written about: a code to begin anew with, a device that is new, another address, another password.
    browser.ask("POST", "/reset", &format!("email={}", plus("email"))).await;
    browser.cookie.clear();
    for (path, form) in [
        ("/sign-in", sign_in),
        ("/confirm", format!("for=contact&next=%2Fprofile&password={}", plus("password"))),
        ("/profile/email", format!("email=new-{}", plus("email"))),
        ("/confirm", format!("for=security&next=%2Fprofile&password={}", plus("password"))),
        ("/profile/password", format!("password={}+and+longer", plus("password"))),
    ] {
        let answer = browser.ask("POST", path, &form).await;
        let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let session = cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with(SESSION));
        browser.cookie = session.map_or_else(|| browser.cookie.clone(), str::to_owned);
    }
    browser.ask("POST", "/api/sign-out", "").await;
    browser.get(&format!("{account}?q={}", canary.get("counterparty"))).await;
    vec![("session", token.to_lowercase()), ("share", secret)]
}

/// Documents that are wrong, with canaries in them, by the folder and by webhook.
async fn send_what_is_wrong(portal: &Portal, canary: &Canary) {
    let broken = [
        canary.parcel().replace("parcels/1", "parcels/9"),
        canary.parcel().replace("2026-11-17T06:12:00+01:00", canary.get("recipient")),
        format!(r#"{{"guichet": "parties/1", "customers": [{{"number": "{}"}}]}}"#, canary.get("name")),
        format!(":20:X\n:25:{}\n:60F:{}\n-\n", canary.get("iban"), canary.get("name")),
        canary.get("name").to_owned(),
    ];
    for text in broken {
        let file = portal.world.folder().join("document");
        std::fs::write(&file, &text).unwrap();
        let _ = portal.inbox.import("test", &file).await;
        for secret in [HOOK_SECRETS[0], "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LTEyMw=="] {
            let seconds = portal.services.clock.now().millis() / 1_000;
            let signature = webhook::sign(secret, "one", seconds, text.as_bytes()).unwrap();
            let hook = Request::post("/hooks/carrier")
                .header("webhook-id", "one")
                .header("webhook-timestamp", seconds.to_string())
                .header("webhook-signature", signature)
                .body(Body::from(text.clone()))
                .unwrap();
            portal.ask_with(hook).await;
        }
    }
}

async fn audit_rows(portal: &Portal) -> String {
    const ALL: &str =
        "select actor_kind || ' ' || action || ' ' || coalesce(subject_kind, '') || ' ' || outcome || ' ' ||
        coalesce(network, '') || ' ' || coalesce(device, '') || ' ' || coalesce(detail, '') from audit order by seq";
    let feed = operator();
    let read = portal.world.db.read(&feed, |tx| {
        async move { on!(tx, c => sqlx::query_as(ALL).fetch_all(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let rows: Vec<(String,)> = read.await.unwrap();
    rows.into_iter().map(|(row,)| row + "\n").collect()
}

/// Every letter that was put, each as one line: nothing in it but its subject and what it says.
async fn letters(portal: &Portal) -> Vec<String> {
    const ALL: &str = "select subject, coalesce(text, ''), coalesce(html, '') from mail order by created_at, id";
    let feed = operator();
    let read = portal.world.db.read(&feed, |tx| {
        async move { on!(tx, c => sqlx::query_as(ALL).fetch_all(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let rows: Vec<(String, String, String)> = read.await.unwrap();
    rows.into_iter().map(|(subject, text, html)| format!("{subject} {text} {html}").replace('\n', " ")).collect()
}

/// The lines of a text in which one of the tokens is.
fn found(text: &str, tokens: &[(&'static str, String)]) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let small = line.to_lowercase();
        for (name, token) in tokens {
            assert!(token.len() >= 5, "{name}: {token} is no token");
            if small.contains(token.as_str()) {
                lines.push(format!("{name} ({token}): {}", line.chars().take(400).collect::<String>()));
            }
        }
    }
    lines
}

on_both_databases! {
    async fn no_word_of_a_customer_is_where_it_does_not_belong(world: World) {
        listen_to_the_log();
        let portal = Portal::new(world).await;
        let canaries = [Canary::new("7001", "Ak3v", 11), Canary::new("7002", "Bw8t", 22)];
        for canary in &canaries {
            canary.come(&portal).await;
        }
        let mut secrets: Vec<Vec<(&'static str, String)>> = Vec::new();
        let mut shown = Vec::new();
        let mut places = Vec::new();
        for canary in &canaries {
            let mut browser = Browser { portal: &portal, cookie: String::new(), places: Vec::new(), shown: String::new() };
            let mut tokens = canary.tokens();
            tokens.extend(live(&mut browser, canary).await);
            places.extend(browser.places);
            secrets.push(tokens);
            shown.push(browser.shown);
            send_what_is_wrong(&portal, canary).await;
        }
        let log = String::from_utf8_lossy(&LOG.lock().unwrap().clone()).into_owned();
        let (metrics, audit) = (portal.metrics.encode(), audit_rows(&portal).await);
        let letters = letters(&portal).await;
        let tokens: Vec<_> = secrets.concat();
        // The oracle itself: every canary was there to be seen by its owner, and the log was listened to.
        for (own, canary) in shown.iter().zip(&canaries) {
            for field in ["name", "iban", "counterparty", "remittance", "recipient", "claim", "loss", "filename", "letter", "neighbour"] {
                assert!(own.to_lowercase().contains(&canary.get(field).to_lowercase()), "{field} was never shown");
            }
        }
        assert!(log.contains("A customer signed in") && log.contains("sqlx::query") && log.len() > 100_000, "{}", log.len());
        assert!(letters.len() >= 10 && letters.iter().all(|letter| letter.len() > 200), "{} letters: {:?}", letters.len(), letters.iter().map(|l| l.chars().take(50).collect::<String>()).collect::<Vec<_>>());
        assert!(metrics.contains("guichet_http_requests_total") && audit.lines().count() > 30, "{audit}");
        let mut leaks = Vec::new();
        for (path, line) in &places {
            // What was typed into an address may be in the next one.
            let others: Vec<_> = tokens.iter().filter(|(_, token)| !path.contains(token)).cloned().collect();
            leaks.extend(found(line, &others).into_iter().map(|line| format!("an address or header: {line}")));
        }
        // A letter names nobody, not even its own reader.
        let post = letters.join("\n");
        for (place, text) in [("the log", &log), ("the metrics", &metrics), ("the audit log", &audit), ("a letter", &post)] {
            leaks.extend(found(text, &tokens).into_iter().map(|line| format!("{place}: {line}")));
        }
        for (own, other) in [(0, 1), (1, 0)] {
            leaks.extend(found(&shown[own], &secrets[other]).into_iter().map(|line| format!("a page of somebody else: {line}")));
        }
        let looked = log.len() + metrics.len() + places.iter().map(|(_, line)| line.len()).sum::<usize>() + audit.len() + post.len() + shown.iter().map(String::len).sum::<usize>();
        assert!(leaks.is_empty(), "{} leaks in {looked} bytes:\n{}", leaks.len(), leaks.join("\n"));
    }
}

//! A portal for a test: two customers, one account each and one together, and a way to ask as one of them.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use futures::FutureExt as _;
use guichet::{
    commands::feeds,
    http::{HookDoor, router},
};
use guichet_app::{
    auth::letters::HouseLetters,
    house::{House, follow::Ground},
    web::{Assets, CspReports, Pace, PaceBounds, Services, StreamLimits, Streams},
};
use guichet_platform::{
    alarm::Alarms,
    config::{Config, MailTransport, Secret},
    db::DbError,
    files::FileStore,
    identity::Profile,
    inbox::Inbox,
    on,
    scanner::{Scanner, ScannerAddress},
    scope::operator,
    telemetry::Metrics,
    testing::World,
};
use guichet_types::Locale;
use jiff::tz::TimeZone;
use std::{sync::Arc, time::Duration};
use tower::ServiceExt as _;

pub const ORIGIN: &str = "http://localhost:8080";
pub const PASSWORD: &str = "a password for the tests alone";
pub const OWN: [&str; 2] = ["FR7630009021440004812370152", "DE89370400440532013000"];
pub const JOINT: &str = "FR7630009021440006018250096";

/// A parcel for each customer: number, customer, and a word that only they may read.
pub const PARCELS: [(&str, &str, &str); 2] =
    [("GX447109284FR", "1", "INESSECRET"), ("GX000000005FR", "2", "HUGOSECRET")];

/// The secrets of the source `carrier`, the new one and the old one.
pub const HOOK_SECRETS: [&str; 2] =
    ["whsec_bmV3LXNlY3JldC1mb3ItdGVzdHMtMTIzNA==", "whsec_b2xkLXNlY3JldC1mb3ItdGVzdHMtMTIzNA=="];

/// The portal.
pub struct Portal {
    pub world: World,
    pub services: Services,
    pub inbox: Inbox,
    pub metrics: Metrics,
    router: Router,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body without what is another for every request.
    pub fn body_without_nonces(&self) -> String {
        let mut text = self.body.clone();
        for (from, to) in
            [("nonce=\"", "\""), ("data-now=\"", "\""), ("data-props=\"", "\""), ("name=\"back\" value=\"", "\"")]
        {
            let mut rest = text.as_str();
            let mut clean = String::new();
            while let Some(at) = rest.find(from) {
                clean.push_str(&rest[..at + from.len()]);
                rest = &rest[at + from.len()..];
                rest = &rest[rest.find(to).unwrap_or(0)..];
            }
            clean.push_str(rest);
            text = clean;
        }
        text
    }
}

pub fn parties() -> String {
    let customer = |number: usize, name: &str, own: &str| {
        format!(
            r#"{{"number": "{number}", "name": "{name}", "since": "2020-01-01", "accounts": [
              {{"identification": "{own}", "currency": "EUR"}},
              {{"identification": "{JOINT}", "currency": "EUR", "role": "joint"}}]}}"#
        )
    };
    let one = customer(1, "Inès Moreau", OWN[0]);
    let two = customer(2, "Hugo Moreau", OWN[1]);
    format!(r#"{{"guichet": "parties/1", "customers": [{one}, {two}]}}"#)
}

pub fn statement(account: &str, name: &str) -> String {
    format!(
        ":20:S1\n:25:{account}\n:28C:1/1\n:60F:C261116EUR1000,00\n:61:2611161116C12,50NTRFREF{name}//BANK{name}\n:86:166?00GUTSCHRIFT?20SVWZ+Text {name}?32{name}\n:62F:C261116EUR1012,50\n-\n"
    )
}

/// A parcel on its way, expected this afternoon; its postcode is 76000.
pub fn parcel(number: &str, customer: &str, secret: &str) -> String {
    format!(
        r#"{{"guichet": "parcels/1", "created": "2026-11-17T08:00:00+01:00", "carrier": "gx", "shipments": [{{
          "number": "{number}", "service": "Express", "sender": {{"name": "Atelier {secret}", "city": "Leipzig"}},
          "recipient": {{"name": "{secret}", "customer": "{customer}", "postcode": "76000", "city": "Rouen", "country": "FR"}},
          "estimated": {{"from": "2026-11-17T15:10:00+01:00", "to": "2026-11-17T16:40:00+01:00"}},
          "events": [
            {{"id": "a{number}", "at": "2026-11-16T16:20:00+01:00", "status": "picked_up", "text": "From {secret}",
              "place": {{"name": "Shop {secret}", "city": "Leipzig", "country": "DE", "lat": 51.3412, "lon": 12.3747}}}},
            {{"id": "b{number}", "at": "2026-11-17T06:12:00+01:00", "status": "at_depot",
              "place": {{"city": "Rouen", "country": "FR", "lat": 49.4431, "lon": 1.0993}}}}]}}]}}"#
    )
}

impl Portal {
    /// A portal on the database of `world`.
    pub async fn new(world: World) -> Self {
        Self::with_mail(world, MailTransport::None).await
    }

    /// The same, with letters sent this way.
    pub async fn with_mail(world: World, mail: MailTransport) -> Self {
        Self::build(world, mail, Profile::Insurer, Some(PaceBounds::HOUSE)).await
    }

    /// The same, under the rules of a profile.
    pub async fn under(world: World, profile: Profile) -> Self {
        Self::build(world, MailTransport::Page, profile, Some(PaceBounds::HOUSE)).await
    }

    /// The same, for attempts by the thousand in no time: nobody is slowed down.
    pub async fn unpaced(world: World) -> Self {
        Self::build(world, MailTransport::None, Profile::Insurer, None).await
    }

    /// The same before anybody has sent anything.
    pub async fn empty(world: World) -> Self {
        Self::bare(world, MailTransport::None, Profile::Insurer, Some(PaceBounds::HOUSE)).await
    }

    async fn build(world: World, mail: MailTransport, profile: Profile, bounds: Option<PaceBounds>) -> Self {
        let portal = Self::bare(world, mail, profile, bounds).await;
        portal.send(&parties()).await;
        for number in ["1", "2"] {
            let email = format!("{number}@mail.example");
            portal.services.identity.sign_up(number, &email, PASSWORD).await.unwrap();
        }
        portal.send(&statement(OWN[0], "INESSECRET")).await;
        portal.send(&statement(OWN[1], "HUGOSECRET")).await;
        portal.send(&statement(JOINT, "SHARED")).await;
        for document in crate::portfolio::documents() {
            portal.send(&document).await;
        }
        for (number, customer, secret) in PARCELS {
            portal.send(&parcel(number, customer, secret)).await;
        }
        portal
    }

    async fn bare(world: World, mail: MailTransport, profile: Profile, bounds: Option<PaceBounds>) -> Self {
        let feeds = feeds(world.clock.clone());
        let metrics = Metrics::new(&*world.random);
        let inbox = {
            let data = world.folder().join("data");
            Inbox::new(world.db.clone(), world.clock.clone(), &data, 1 << 20, feeds, metrics.clone()).unwrap()
        };
        let alarms = Alarms::new(world.db.clone(), world.clock.clone(), metrics.clone());
        let house = House::new(Ground {
            name: "Guichet".to_owned(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
            languages: Locale::ALL.to_vec(),
            host: "localhost".to_owned(),
        });
        let services = Services {
            db: world.db.clone(),
            clock: world.clock.clone(),
            random: world.random.clone(),
            sessions: world.sessions(profile),
            identity: world.identity(profile).writing(Arc::new(HouseLetters(house.clone()))),
            house,
            assets: Arc::new(Assets::default()),
            origin: ORIGIN.into(),
            closing: tokio_util::sync::CancellationToken::new(),
            downloads: Arc::new(tokio::sync::Semaphore::new(4)),
            files: FileStore::new(&world.folder().join("uploads"), world.random.clone()),
            mail,
            streams: Streams::new(StreamLimits { session: 8, network: 3, public: 5 }, metrics.clone()),
            quotes: guichet_app::portfolio::quotes::Quotes::default(),
            metrics: metrics.clone(),
            inbox: inbox.clone(),
            audit_keys: Arc::new([]),
            log: None,
            desk: true,
            setup: guichet_app::admin::setup::Door::default(),
            pace: Pace::new(world.clock.clone(), alarms.clone(), bounds.unwrap_or(PaceBounds::NONE)),
            alarms,
            csp: CspReports::new(world.clock.clone(), metrics.clone(), ORIGIN.into()),
            keep_alive: Duration::from_secs(15),
        };
        let mut config = Config::default();
        if bounds.is_none() {
            config.hooks.per_second = 10_000;
        }
        config
            .secrets
            .hooks
            .insert("carrier".to_owned(), HOOK_SECRETS.map(|text| Secret::new(text.to_owned())).to_vec());
        let hooks = HookDoor::new(&config, inbox.clone(), world.clock.clone(), metrics.clone())
            .with_made(world.db.clone(), services.identity.sealer().clone());
        let router = router(services.clone(), hooks, world.folder(), metrics.clone());
        Self { world, services, inbox, metrics, router }
    }

    /// The same portal as customers see it where the administration has an address of its own.
    pub fn without_desk(mut self) -> Self {
        self.services.desk = false;
        self.routed_again()
    }

    /// With a router for what it is made of now, and no webhooks.
    fn routed_again(self) -> Self {
        let hooks =
            HookDoor::new(&Config::default(), self.inbox.clone(), self.world.clock.clone(), self.metrics.clone());
        let router = router(self.services.clone(), hooks, self.world.folder(), self.metrics.clone());
        Self { router, ..self }
    }

    /// Another node: what it knows is its own, and the database is the same.
    pub fn second_node(&self) -> House {
        House::new(self.services.house.ground().clone())
    }

    /// The same portal, with a set-up that can be opened.
    pub fn with_door(mut self, door: guichet_app::admin::setup::Door) -> Self {
        self.services.setup = door;
        self.routed_again()
    }

    /// The same portal, with the files of customers looked through there.
    pub fn with_scanner(mut self, address: ScannerAddress) -> Self {
        let scanner = Scanner::new(address, Duration::from_secs(1));
        self.services.files = self.services.files.with_scanner(Some(scanner));
        self.routed_again()
    }

    /// Gives each customer a passkey; from then on they sign in with one.
    pub async fn plant_passkeys(&self) {
        for (number, name) in [("1", "INESSECRET"), ("2", "HUGOSECRET")] {
            self.services.identity.plant_passkey(number, name).await.unwrap();
        }
    }

    /// The router, as it is served.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Takes a document in.
    pub async fn send(&self, text: &str) {
        let file = self.world.folder().join("document");
        std::fs::write(&file, text).unwrap();
        let class = self.inbox.import("test", &file).await.unwrap().outcome.class;
        assert_ne!(class, "reject", "{text}");
    }

    /// What a counting query says, as the back office's hand.
    pub async fn count(&self, sql: &'static str) -> usize {
        let scope = operator();
        let count = self.world.db.read(&scope, move |tx| {
            async move {
                let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>(count)
            }
            .boxed()
        });
        usize::try_from(count.await.unwrap()).unwrap()
    }

    /// Waits until a counting query says so much: for what is written beside a request.
    pub async fn counts(&self, sql: &'static str, expected: usize) {
        for _ in 0..100 {
            if self.count(sql).await == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(self.count(sql).await, expected, "{sql}");
    }

    /// The id of the one message in the outbox, as it is told to the back office.
    pub async fn message_id(&self) -> String {
        const GET: &str = "select payload from outbox";
        let scope = operator();
        let read = self.world.db.read(&scope, move |tx| {
            async move {
                let (payload,): (String,) = on!(tx, c => sqlx::query_as(GET).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>(payload)
            }
            .boxed()
        });
        let payload: serde_json::Value = serde_json::from_str(&read.await.unwrap()).unwrap();
        payload["id"].as_str().unwrap().to_owned()
    }

    /// Asks; `cookie` as somebody. A change says that it comes from our own pages.
    pub async fn ask(&self, method: &str, path: &str, cookie: &str, form: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, cookie);
        }
        if method == "POST" {
            request = request
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        self.ask_with(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// Asks with a request of one's own making.
    pub async fn ask_with(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = tokio::time::timeout(Duration::from_millis(700), axum::body::to_bytes(body, 1 << 24)).await;
        // A live stream has no end; what it has said by then is what counts, and is asked for with `once`.
        let body = bytes.map(|bytes| String::from_utf8_lossy(&bytes.unwrap()).into_owned()).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// What a stream says within so many milliseconds.
    pub async fn listen(&self, path: &str, cookie: &str, millis: u64) -> String {
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let mut body = self.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
        let mut said = String::new();
        let reading = async {
            while let Some(Ok(bytes)) = futures::StreamExt::next(&mut body).await {
                said.push_str(&String::from_utf8_lossy(&bytes));
            }
        };
        let _ = tokio::time::timeout(Duration::from_millis(millis), reading).await;
        said
    }

    /// Sends files by a form, as somebody: what the form says, then each file by its name.
    pub async fn send_files(
        &self,
        path: &str,
        cookie: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        const MARK: &str = "----guichet-test";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--{MARK}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, bytes) in files {
            let head = format!(
                "--{MARK}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: image/jpeg\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{MARK}--\r\n").bytes());
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={MARK}"))
            .body(Body::from(body))
            .unwrap();
        self.ask_with(request).await
    }

    /// Reads a page as somebody.
    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask("GET", path, cookie, "").await
    }

    /// Signs in; the cookie.
    pub async fn sign_in(&self, number: &str) -> String {
        let form = format!("name={number}%40mail.example&password={}", PASSWORD.replace(' ', "+"));
        let answer = self.ask("POST", "/sign-in", "", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// Proves again who it is, for a purpose; the cookie from then on.
    pub async fn prove(&self, cookie: &str, purpose: &str) -> String {
        let form = format!("for={purpose}&next=%2Fprofile&password={}", PASSWORD.replace(' ', "+"));
        let answer = self.ask("POST", "/confirm", cookie, &form).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/profile"), "{}", answer.body);
        let all = answer.headers.get_all(header::SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        all.filter_map(|value| value.split(';').next())
            .find(|value| value.starts_with("__Host-guichet="))
            .unwrap()
            .to_owned()
    }

    /// Ends every other session of the customer; the cookie from then on.
    pub async fn end_others(&self, cookie: &str) -> String {
        let cookie = self.prove(cookie, "devices").await;
        let answer = self.ask("POST", "/api/sessions/revoke-others", &cookie, "").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/profile#sessions"));
        cookie
    }

    /// The addresses on a page that begin with `prefix`.
    pub async fn links(&self, page: &str, cookie: &str, prefix: &str) -> Vec<String> {
        let answer = self.get(page, cookie).await;
        let mut links: Vec<String> = answer
            .body
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| link.starts_with(prefix) && link.len() > prefix.len())
            .map(str::to_owned)
            .collect();
        links.dedup();
        links
    }
}

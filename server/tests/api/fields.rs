//! Fields that no form has (T06): every address that takes a form gets its own fields, and beside them the names of columns, of
//! roles and of other customers' things. Nothing comes of the extra ones: only the tables of the route's own effect change, no
//! row of somebody else does, and what the extra fields say stands in no row.

use crate::{
    claims,
    matrix::Thing,
    portal::{Answer, PASSWORD, Portal},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use guichet::http::routes;
use guichet_app::web::{Access, RouteEntry};
use guichet_platform::{
    on_both_databases,
    testing::{Snapshot, figures},
};
use std::collections::BTreeSet;

/// A word that no form says by itself.
const MARK: &str = "F0REIGNW0RD";
/// A file that was not sent before.
const ANOTHER: &[u8] =
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Another true >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
/// A number likewise.
const NUMBER: i64 = 987_654_321;

/// How an address is tried.
struct Row {
    path: &'static str,
    /// Its own fields. `@name` is what the page at `page` has in a field of that name; a body that begins with a brace is JSON;
    /// `file` is a file.
    form: &'static str,
    page: &'static str,
    /// Further names that its forms have.
    names: &'static str,
    /// The tables that are its effect, and must change.
    changes: &'static str,
}

const fn row(
    path: &'static str,
    page: &'static str,
    form: &'static str,
    names: &'static str,
    changes: &'static str,
) -> Row {
    Row { path, form, page, names, changes }
}

/// In an order in which each finds what it needs. Nobody is signed in for the first ones.
const STRANGERS: usize = 12;
const ROWS: [Row; 43] = [
    row("/sign-in", "", "name=1%40mail.example&password=a+password+for+the+tests+alone", "next", "session device"),
    row("/sign-in/second", "", "code=123456", "trust", ""),
    row("/sign-in/recovery", "", "code=123456", "trust", ""),
    row("/sign-in/protect", "", "seed=x&code=123456", "", ""),
    row("/activate", "", "number=1&code=ABCD-EFGH-JKMN", "email password", ""),
    row("/activate/access", "", "email=1%40mail.example&password=another+of+fifteen+letters", "number code", ""),
    row("/reset", "", "email=1%40mail.example", "code password", "sign_in_step mail"),
    row("/reset/code", "", "code=ABCD-EFGH", "email password", ""),
    row("/reset/password", "", "password=another+of+fifteen+letters", "email code", ""),
    row("/track", "", "number=GX447109284FR&postcode=76000", "", "parcel_lookup"),
    row("/api/passkey/begin", "", "{}", "", "ceremony"),
    row("/api/passkey/finish", "", "{\"ceremony\": \"x\", \"answer\": {}}", "", ""),
    row("/confirm", "", "for=security&next=%2Fprofile&password=a+password+for+the+tests+alone", "code", "step_up"),
    row("/api/display", "", "locale=de&theme=dark&back=%2Fprofile", "", "customer"),
    row("/api/stay", "", "", "", ""),
    row("/parcels", "/parcels", "number=GX000000005FR&postcode=76000", "", "parcel_follower"),
    row(
        "/parcels/{parcel}/instruction",
        "/parcels/{parcel}",
        "form=@form&wish=neighbour&neighbour=Mme+Petit",
        "safe_place pickup_point day",
        "parcel_instruction outbox",
    ),
    row("/parcels/{parcel}/notices", "", "near=on", "moved delivered", "parcel_notice"),
    row("/parcels/{parcel}/share", "/parcels/{parcel}", "form=@form&days=7", "", "parcel_share"),
    row("/parcels/{parcel}/share/revoke", "/parcels/{parcel}", "share=@share", "", "parcel_share"),
    row("/parcels/{parcel}/unfollow", "", "", "", ""),
    row("/portfolio/watch", "", "instrument={instrument}", "", "watched"),
    row("/portfolio/unwatch", "", "instrument={instrument}", "", "watched"),
    row("/claims/report/begin", "", "policy={policy}", "", ""),
    row(
        "/claims/report/{draft}/save",
        "",
        "step=2&cause=fire&day=2026-11-01&time=09%3A30&place=Kitchen",
        "text amount others phone pay_to",
        "claim_draft",
    ),
    row(
        "/claims/report/{draft}/save",
        "",
        "step=3&text=The+pipe+burst&amount=1200%2C50&phone=0612345678&pay_to=FR7630009021440004812370152",
        "cause day time place others",
        "claim_draft",
    ),
    row("/claims/report/{draft}/photos", "", "file", "request", "claim_upload"),
    row("/claims/{claim}/uploads/{upload}/remove", "/claims/report/{draft}?step=4", "", "", "claim_upload"),
    row("/claims/report/{draft}/submit", "", "", "sure", "approval"),
    row("/claims/report/{draft}/discard", "", "", "", "claim_draft"),
    row(
        "/claims/{claim}/messages",
        "/claims/{claim}",
        "token=@token&text=The+invoice+comes+tomorrow",
        "",
        "claim_letter outbox",
    ),
    row("/claims/{claim}/again", "", "message=00000000000000000000000000000000", "", ""),
    row("/claims/{claim}/uploads", "", "file", "request", "claim_upload outbox"),
    row("/profile/email", "", "email=ines%40mail.example", "old new", "email_change"),
    row("/profile/email/confirm", "", "old=AAAA-BBBB", "email new", "email_change"),
    row("/profile/passkey/remove", "", "passkey={passkey}", "", "passkey"),
    row("/profile/authenticator", "", "seed=x&code=123456", "", ""),
    row("/profile/authenticator/remove", "", "", "", ""),
    row("/profile/codes", "", "", "", "recovery_code"),
    row("/profile/password", "", "password=seven+lanterns+over+the+harbour", "others", "credential"),
    row("/api/sessions/revoke", "/profile", "session=@session", "", "session"),
    row("/api/sessions/revoke-others", "", "", "", ""),
    row("/api/sign-out", "", "", "", "session"),
];

/// Beside their own effect, requests may write here: who asked how often, what is told, when somebody was last there.
const BESIDE: [&str; 11] = [
    "audit",
    "audit_tail",
    "audit_head",
    "throttle",
    "session",
    "superseded_token",
    "live_event",
    "mail",
    "parcel_lookup",
    "held_form",
    "customer_seq",
];

/// Addresses that are tried elsewhere for what they take: the ceremonies that need an authenticator in the browser.
const CEREMONIES: [&str; 4] =
    ["/api/passkey/add/begin", "/api/passkey/add/finish", "/api/passkey/prove/begin", "/api/passkey/prove/finish"];

/// Names of columns, of rights and of owners, with what is somebody else's or nobody's.
fn extras(hugo: &str) -> Vec<(&'static str, String)> {
    let number = NUMBER.to_string();
    let mut extras = Vec::new();
    for name in [
        "customer",
        "customer_id",
        "owner",
        "owner_id",
        "party_id",
        "actor_id",
        "id",
        "shipment_id",
        "claim_id",
        "account_id",
        "portfolio_id",
        "session_id",
    ] {
        extras.push((name, hugo.to_owned()));
    }
    for name in [
        "role",
        "user",
        "account",
        "state",
        "status",
        "method",
        "password_hash",
        "source",
        "profile",
        "label",
        "kind",
        "destination",
        "payload",
        "topic",
        "subject",
        "name",
        "email",
        "text",
        "number",
        "locale",
        "network",
        "agent",
    ] {
        extras.push((name, MARK.to_owned()));
    }
    for name in [
        "amount",
        "amount_minor",
        "balance",
        "price",
        "created_at",
        "expires_at",
        "email_confirmed_at",
        "trusted_until",
        "until_at",
        "ends_at",
        "proved_at",
        "failures",
        "revoked_at",
    ] {
        extras.push((name, number.clone()));
    }
    for name in ["admin", "is_admin", "verified", "approved", "two_factors", "trusted", "staff"] {
        extras.push((name, "true".to_owned()));
    }
    extras
}

fn contains(row: &[u8], part: &[u8]) -> bool {
    row.windows(part.len()).any(|window| window == part)
}

/// What the field of a name holds on a page.
fn field(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    page.split(&mark).nth(1).unwrap_or_else(|| panic!("no field {name}")).split('"').next().unwrap().to_owned()
}

/// A customer's browser, as far as the session goes.
struct Asker<'p> {
    portal: &'p Portal,
    cookie: String,
}

impl Asker<'_> {
    /// Sends a form with further fields.
    async fn send(&mut self, path: &str, form: &str, more: &[(&'static str, String)]) -> Answer {
        let extra: String = more.iter().map(|(name, value)| format!("&{name}={value}")).collect();
        let answer = if form == "file" {
            let fields: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.portal.send_files(path, &self.cookie, &fields, &[("another.pdf", ANOTHER)]).await
        } else if form.starts_with('{') {
            let mut body: serde_json::Value = serde_json::from_str(form).unwrap();
            for (name, value) in more {
                body[*name] = value.clone().into();
            }
            let request =
                Request::post(path).header("sec-fetch-site", "same-origin").header(header::COOKIE, &self.cookie);
            let request = request.header(header::CONTENT_TYPE, "application/json");
            self.portal.ask_with(request.body(Body::from(body.to_string())).unwrap()).await
        } else {
            self.portal.ask("POST", path, &self.cookie, format!("{form}{extra}").trim_start_matches('&')).await
        };
        let set = answer.headers.get_all(header::SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let own = set
            .filter_map(|value| value.split(';').next())
            .find(|value| value.len() > 30 && value.starts_with("__Host-guichet="));
        if let Some(own) = own.filter(|_| !self.cookie.is_empty()) {
            self.cookie = own.to_owned();
        }
        answer
    }

    async fn prove(&mut self, password: &str) {
        for purpose in ["security", "contact", "devices"] {
            let form = format!("for={purpose}&next=%2Fprofile&password={}", password.replace(' ', "+"));
            assert_eq!(self.send("/confirm", &form, &[]).await.header("location"), "/profile");
        }
    }
}

fn fill(text: &str, things: &[Thing]) -> String {
    let mut text = text.to_owned();
    for (name, id) in things.iter().flatten() {
        text = text.replace(&format!("{{{name}}}"), id);
    }
    text
}

/// What came of a form with extra fields, when something did.
fn wrongs(row: &Row, before: &Snapshot, after: &Snapshot, hugo: &str) -> Vec<String> {
    let raw: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&hugo[2 * at..2 * at + 2], 16).unwrap()).collect();
    let marks = [
        MARK.as_bytes().to_vec(),
        NUMBER.to_string().into_bytes(),
        NUMBER.to_be_bytes().to_vec(),
        hugo.as_bytes().to_vec(),
    ];
    let effect: BTreeSet<&str> = row.changes.split(' ').filter(|table| !table.is_empty()).collect();
    let mut wrong = Vec::new();
    for (table, rows) in after {
        let old = &before[table];
        let of_hugo =
            |rows: &BTreeSet<Vec<u8>>| rows.iter().filter(|row| contains(row, &raw)).cloned().collect::<BTreeSet<_>>();
        if of_hugo(old) != of_hugo(rows) {
            wrong.push(format!("{}: a row of somebody else's in {table} is another one", row.path));
        }
        let marked = rows.difference(old).any(|row| marks.iter().any(|mark| contains(row, mark)));
        if marked {
            wrong.push(format!("{}: an extra field stands in {table}", row.path));
        }
        let changed = rows != old;
        if effect.contains(table.as_str()) && !changed {
            wrong.push(format!("{}: nothing came of it in {table}", row.path));
        }
        if changed && !effect.contains(table.as_str()) && !BESIDE.contains(&table.as_str()) {
            wrong.push(format!("{}: {table} was changed", row.path));
        }
    }
    wrong
}

on_both_databases! {
    async fn every_address_that_takes_a_form_is_tried_with_fields_that_it_has_not(world: World) {
        let portal = Portal::unpaced(world).await;
        let listed: BTreeSet<&str> = ROWS.iter().map(|row| row.path).chain(CEREMONIES).collect();
        let served = routes();
        let mut forms = BTreeSet::new();
        // Forms of the institution's people, and of the first start, are tried in `staff`.
        let open = |route: &&RouteEntry| {
            matches!(route.access, Access::Public | Access::Customer) && !route.path.starts_with("/setup")
        };
        for route in served.list().iter().filter(open) {
            let path: String = route.path.split('/').map(|part| if part.starts_with('{') { "0".repeat(32) } else { part.to_owned() }).collect::<Vec<_>>().join("/");
            if portal.ask("POST", &path, "", "").await.status != StatusCode::METHOD_NOT_ALLOWED {
                forms.insert(route.path);
            }
        }
        assert_eq!(forms, listed, "an address takes a form and has no row here");
    }

    async fn what_a_form_has_not_changes_nothing(world: World) {
        let portal = Portal::unpaced(world).await;
        claims::insure(&portal).await;
        let hugo_cookie = portal.sign_in("2").await;
        portal.sign_in("1").await;
        let mut ines = Asker { portal: &portal, cookie: portal.sign_in("1").await };
        let mut things = Vec::new();
        let hugo = portal.services.sessions.resolve(&guichet_platform::session::SessionToken::decode(hugo_cookie.split('=').nth(1).unwrap()).unwrap()).await.unwrap().unwrap().scope.customer().to_string();
        let extras = extras(&hugo);
        let (mut tried, mut wrong) = (0, Vec::new());
        for (at, row) in ROWS.iter().enumerate() {
            let stranger = at < STRANGERS;
            if at == STRANGERS + 1 {
                ines.prove(PASSWORD).await;
                // Whoever has a passkey proves it with that, so it comes behind.
                portal.plant_passkeys().await;
                let found = portal.links("/portfolio/find?q=osmia", &ines.cookie, "/portfolio/instruments/").await;
                things.push(vec![("instrument", found[0].rsplit('/').next().unwrap().to_owned())]);
                things.extend(crate::matrix::things(&portal, &ines.cookie).await);
            }
            let page = match row.page {
                "" => String::new(),
                page => portal.get(&fill(page, &things), &ines.cookie).await.body,
            };
            let mut form = fill(row.form, &things);
            while let Some(name) = form.split('@').nth(1).map(|rest| rest.split('&').next().unwrap().to_owned()).filter(|_| !form.contains("%40") && !form.starts_with('{')) {
                form = form.replace(&format!("@{name}"), &field(&page, &name));
            }
            let mut path = fill(row.path, &things);
            if row.path.ends_with("{upload}/remove") {
                // A file of the draft's, which may still be taken away.
                let actions = page.split("action=\"").filter_map(|rest| rest.split('"').next());
                path = actions.into_iter().find(|action| action.ends_with("/remove")).unwrap().to_owned();
            }
            let own: BTreeSet<&str> = row.form.split('&').filter_map(|pair| pair.split('=').next()).chain(row.names.split(' ')).collect();
            let more: Vec<_> = extras.iter().filter(|(name, _)| !own.contains(name)).cloned().collect();
            let before = portal.world.snapshot().await;
            let answer = if stranger {
                Asker { portal: &portal, cookie: String::new() }.send(&path, &form, &more).await
            } else {
                ines.send(&path, &form, &more).await
            };
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
            assert!(!answer.body.contains(MARK) && !answer.body.contains("HUGOSECRET"), "{path}: an extra field is said back");
            // A form is never refused for them either: they are nothing.
            if !row.changes.is_empty() && answer.status.is_client_error() {
                wrong.push(format!("{path}: {}", answer.status));
            }
            tried += more.len();
            wrong.extend(wrongs(row, &before, &portal.world.snapshot().await, &hugo));
        }
        figures(&format!("T06 {:?}: {} forms, {tried} extra fields, {} wrong", portal.world.db.dialect(), ROWS.len(), wrong.len()));
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
        assert!(tried > 2_000, "{tried}");
    }
}

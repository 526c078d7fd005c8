//! The institution's people: role by function by field, a brand that open pages follow, a look in a customer's place, and the
//! first start.

use crate::portal::{OWN, Portal, parties, statement};
use axum::http::StatusCode;
use guichet::http::routes;
use guichet_app::{
    admin::setup::Door,
    house::{Module, store},
    web::Access,
};
use guichet_platform::{
    clock::Clock as _,
    identity::{Browser, Desk, SignIn, StepKind},
    on_both_databases,
    scope::operator,
    session::SessionToken,
    staff::{Capabilities, Capability, NewPerson},
};

const PASSWORD: &str = "a password for the tests alone";
/// The roles that come with the portal, and what each may do (migration 0011).
const ROLES: [(&str, &str); 6] = [
    ("administrator", "sources configure staff audit operate"),
    ("operator", "sources operate"),
    ("agent", "customers"),
    ("lead", "customers access"),
    ("privacy", "customers privacy audit"),
    ("auditor", "customers audit"),
];

impl Portal {
    /// Somebody of the institution who has just proved who they are; the cookie.
    pub async fn staff(&self, role: &str) -> String {
        let cookie = self.staff_unproved(role).await;
        self.plant_proof(&cookie).await;
        cookie
    }

    async fn plant_proof(&self, cookie: &str) {
        let token = SessionToken::decode(cookie.trim_start_matches("__Host-guichet=")).unwrap();
        let session = self.services.sessions.resolve(&token).await.unwrap().unwrap();
        self.services.identity.plant_proof::<Desk>(&session).await.unwrap();
    }

    /// Somebody of the institution, signed in; the cookie.
    async fn staff_unproved(&self, role: &str) -> String {
        let person = NewPerson { name: format!("The {role}"), role: role.to_owned(), title: String::new() };
        let identity = &self.services.identity;
        let number = identity.invite_first(&operator(), person).await.unwrap().unwrap().number;
        let email = format!("{}@bank.example", number.to_lowercase());
        identity.sign_up(&number, &email, PASSWORD).await.unwrap();
        identity.plant_passkey(&number, role).await.unwrap();
        let token = self.services.sessions.begin_unproved(&number).await.unwrap().unwrap();
        format!("__Host-guichet={}", token.encode())
    }

    /// The id of a customer, as an agent finds it.
    pub async fn customer_id(&self, agent: &str, name: &str) -> String {
        let links = self.links(&format!("/admin/people?q={name}"), agent, "/admin/people/customers/").await;
        links[0].rsplit('/').next().unwrap().to_owned()
    }
}

/// An address with something in every open place.
fn filled(path: &str, customer: &str, person: &str) -> String {
    path.replace("{customer}", customer)
        .replace("{person}", person)
        .replace("{number}", "1")
        .replace("{page}", "home")
        .replace("{role}", "spare")
        .replace("{proposal}", &"0".repeat(32))
}

on_both_databases! {
    async fn every_page_of_the_administration_is_for_whom_it_says_and_nobody_else(world: World) {
        let portal = Portal::new(world).await;
        let agent = portal.staff("agent").await;
        let customer = portal.customer_id(&agent, "Hugo").await;
        let administrator = portal.staff("administrator").await;
        portal.ask("POST", "/admin/people/roles/add", &administrator, "word=spare&name=Spare").await;
        // A release, so that there is one to look at.
        let plain = portal.services.house.ground().plain();
        store::publish_at_once(&portal.services.db, &plain, "", portal.world.clock.now()).await.unwrap();
        let mut cookies = vec![("nobody", String::new(), None), ("customer", portal.sign_in("1").await, None)];
        for (role, words) in ROLES {
            cookies.push((role, portal.staff(role).await, Some(Capabilities::of_words(words))));
        }
        let (mut tried, mut let_in) = (0, 0);
        for route in routes().list() {
            let needs = match route.access {
                Access::Staff(capability) => Some(capability),
                Access::AnyStaff => None,
                Access::Public | Access::Customer => continue,
            };
            // What ends sessions is tried below; a source has ids of its own, tried in its own tests.
            if ["/admin/support/end", "/admin/operations/sessions"].contains(&route.path) || route.path.starts_with("/admin/sources") {
                continue;
            }
            let path = filled(route.path, &customer, &"0".repeat(32));
            assert!(!path.contains('{'), "{path}");
            for (name, cookie, may) in &cookies {
                let answer = portal.ask(route.method, &path, cookie, "").await;
                let wanted = match (may, needs) {
                    (None, _) => false,
                    (Some(may), Some(capability)) => may.has(capability),
                    // The list of people is for whoever may see one kind of them.
                    (Some(may), None) => {
                        route.path != "/admin/people" || may.has(Capability::Customers) || may.has(Capability::Staff)
                    }
                };
                tried += 1;
                let_in += usize::from(wanted);
                let status = answer.status;
                if *name == "nobody" {
                    assert!(answer.header("location").starts_with("/sign-in?next="), "{} {path}: {status}", route.method);
                } else if wanted {
                    assert!(status.is_success() || status.is_redirection() || status == StatusCode::BAD_REQUEST
                        || status == StatusCode::NOT_FOUND && route.path.contains("{person}"), "{name} {} {path}: {status}", route.method);
                } else {
                    assert_eq!(status, StatusCode::NOT_FOUND, "{name} {} {path}", route.method);
                }
                // What is handed out on purpose is the customer's own.
                let handed_out = *name == "privacy" && path.ends_with("/export");
                for secret in ["INESSECRET", "HUGOSECRET", "SHARED"].into_iter().filter(|_| !handed_out) {
                    assert!(!answer.body.contains(secret), "{name} {path}");
                }
                assert!(!handed_out || !answer.body.contains("INESSECRET"), "the data of another");
            }
        }
        assert!(tried > 250 && let_in > 60, "{tried} {let_in}");
    }

    async fn what_lets_in_hands_out_or_holds_for_all_asks_who_it_is_first_and_loses_nothing(world: World) {
        /// What asks for a proof: all that lets somebody in, hands out, cannot be taken back, or holds for every customer.
        const ASKS: [&str; 18] = [
            "/admin/people/customers/{customer}/invite", "/admin/people/customers/{customer}/switch",
            "/admin/people/customers/{customer}/export", "/admin/people/customers/{customer}/erase",
            "/admin/people/staff/invite", "/admin/people/staff/{person}/again", "/admin/people/staff/{person}/switch",
            "/admin/people/staff/{person}/role", "/admin/people/roles/add", "/admin/people/roles/{role}",
            "/admin/people/proposals/{proposal}", "/admin/releases/publish", "/admin/releases/{number}/back",
            "/admin/operations/sessions", "/admin/sources/new", "/admin/sources/of/{source}", "/admin/sources/of/{source}/secret",
            "/admin/sources/mapping/keep",
        ];
        let portal = Portal::new(world).await;
        let agent = portal.staff_unproved("agent").await;
        let customer = portal.customer_id(&agent, "Hugo").await;
        let mut cookies = Vec::new();
        for (role, words) in ROLES {
            cookies.push((portal.staff_unproved(role).await, Capabilities::of_words(words)));
        }
        let mut asked = 0;
        for route in routes().list().iter().filter(|route| route.method == "POST") {
            let Access::Staff(needs) = route.access else { continue };
            let path = filled(route.path, &customer, &"0".repeat(32)).replace("{source}", "test");
            let (cookie, _) = cookies.iter().find(|(_, may)| may.has(needs)).unwrap();
            let answer = portal.ask("POST", &path, cookie, "").await;
            let asks = answer.header("location") == "/confirm?for=desk&next=%2Fcontinue%3Ffor%3Ddesk";
            assert_eq!(asks, ASKS.contains(&route.path), "{}: {}", route.path, answer.status);
            asked += usize::from(asks);
        }
        assert_eq!(asked, ASKS.len());
        // What was to be done waits for its sender, and is done when they say so.
        let administrator = portal.staff_unproved("administrator").await;
        let form = "name=Ada+Vogel&role=agent&title=Desk+7";
        portal.ask("POST", "/admin/people/staff/invite", &administrator, form).await;
        assert!(!portal.get("/admin/people/staff", &administrator).await.body.contains("Ada Vogel"));
        portal.plant_proof(&administrator).await;
        let page = portal.get("/continue?for=desk", &administrator).await.body;
        assert!(page.contains("Ada Vogel") && page.contains("Desk 7") && page.contains("action=\"/admin/people/staff/invite\""));
        let done = portal.ask("POST", "/admin/people/staff/invite", &administrator, form).await;
        assert!(done.status.is_success() && done.body.contains("Ada Vogel"), "{}", done.body);
        // A proof holds five minutes.
        portal.world.clock.advance_seconds(301);
        let late = portal.ask("POST", "/admin/people/staff/invite", &administrator, form).await;
        assert!(late.header("location").starts_with("/confirm?for=desk"), "{}", late.status);
    }

    async fn a_mapping_is_kept_for_whoever_has_proved_who_they_are(world: World) {
        let portal = Portal::new(world).await;
        let administrator = portal.staff_unproved("administrator").await;
        let fields = [
            ("name", "Kasse"), ("delimiter", ";"), ("header_rows", "1"), ("booking_date", "Tag"), ("amount", "Betrag"),
            ("remittance", "Text"), ("account_fixed", "DE02120300000000202051"), ("currency_fixed", "EUR"), ("act", "save"),
        ];
        let save = || portal.send_files("/admin/sources/mapping", &administrator, &fields, &[]);
        assert!(save().await.header("location").starts_with("/confirm?for=desk"));
        let list = async || portal.get("/admin/sources/mappings", &administrator).await.body;
        assert!(!list().await.contains("Kasse"), "nothing is kept before the proof");
        portal.plant_proof(&administrator).await;
        let page = portal.get("/continue?for=desk", &administrator).await.body;
        assert!(page.contains("Kasse") && page.contains("action=\"/admin/sources/mapping/keep\""), "{page}");
        let kept = page.split("name=\"mapping\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let kept = kept.replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
        let form = format!("id=&name=Kasse&mapping={kept}");
        let done = portal.ask("POST", "/admin/sources/mapping/keep", &administrator, &form).await;
        assert!(done.header("location").ends_with("&said=saved"), "{}", done.body);
        assert!(list().await.contains("Kasse"));
        // With the proof it is kept at once; what is no mapping is not, whatever was proved.
        assert!(save().await.header("location").ends_with("&said=saved"));
        for wrong in ["", "e30", "bm9uc2Vuc2U"] {
            let form = format!("id=&name=Kasse&mapping={wrong}");
            let answer = portal.ask("POST", "/admin/sources/mapping/keep", &administrator, &form).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
    }

    async fn every_customer_is_signed_out_at_once_and_nobody_of_the_house(world: World) {
        let portal = Portal::new(world).await;
        let (ines, hugo) = (portal.sign_in("1").await, portal.sign_in("2").await);
        let (operator, agent) = (portal.staff("operator").await, portal.staff("agent").await);
        for other in [&agent, &ines] {
            let refused = portal.ask("POST", "/admin/operations/sessions", other, "").await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND);
        }
        let end = async {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            portal.ask("POST", "/admin/operations/sessions", &operator, "").await
        };
        let (said, done) = tokio::join!(portal.listen("/live?after=0&page=accounts", &ines, 1_250), end);
        assert_eq!(done.header("location"), "/admin/operations?said=ended");
        assert!(said.contains("event: bye"), "an open page hears of it within a second: {said}");
        for cookie in [&ines, &hugo] {
            assert!(portal.get("/accounts", cookie).await.header("location").starts_with("/sign-in"));
        }
        assert_eq!(portal.get("/admin/operations", &operator).await.status, StatusCode::OK);
        assert_eq!(portal.get("/admin/people", &agent).await.status, StatusCode::OK);
        assert_eq!(portal.get("/accounts", &portal.sign_in("1").await).await.status, StatusCode::OK, "and may come in again");
    }

    async fn each_right_shows_its_own_fields_and_no_role_a_field_that_no_right_of_it_shows(world: World) {
        /// A field of a page: where, what stands for it, and the right that shows it.
        const FIELDS: [(&str, &str, Capability); 30] = [
            ("/admin/people", "Hugo Moreau", Capability::Customers),
            ("/admin/people", "2@mail.example", Capability::Customers),
            ("{file}", "Hugo Moreau", Capability::Customers),
            ("{file}", "2@mail.example", Capability::Customers),
            ("{file}", "action=\"{file}/look\"", Capability::Customers),
            ("{file}", "action=\"{file}/invite\"", Capability::Access),
            ("{file}", "action=\"{file}/sessions\"", Capability::Access),
            ("{file}", "action=\"{file}/switch\"", Capability::Access),
            ("{file}", "action=\"{file}/export\"", Capability::Privacy),
            ("{file}", "action=\"{file}/erase\"", Capability::Privacy),
            ("/admin/people/staff", "The first", Capability::Staff),
            ("/admin/people/staff", "Desk 7", Capability::Staff),
            ("/admin/people/staff", "action=\"/admin/people/staff/invite\"", Capability::Staff),
            ("/admin/people/staff", "action=\"/admin/people/roles/add\"", Capability::Staff),
            ("/admin/audit", "class=\"ref\">staff.invited<", Capability::Audit),
            ("/admin/audit", "<td role=\"cell\" data-fold=\"meta\">", Capability::Audit),
            ("/admin/audit/verify", "The chain holds", Capability::Audit),
            ("/admin/sources", "Core banking", Capability::Sources),
            ("/admin/sources/of/hook:core", "action=\"/admin/sources/of/hook%3Acore/secret\"", Capability::Sources),
            ("/admin/sources/of/hook:core", "/hooks/core", Capability::Sources),
            ("/admin/sources/dry-run", "name=\"file\"", Capability::Sources),
            ("/admin/brand", "name=\"tagline\"", Capability::Configure),
            ("/admin/texts", "name=\"language\"", Capability::Configure),
            ("/admin/notices", "name=\"tone\"", Capability::Configure),
            ("/admin/releases", "action=\"/admin/releases/import\"", Capability::Configure),
            ("/admin/releases/draft", "Nordhavn", Capability::Configure),
            ("/admin/operations", "data-live=\"operations-queues\"", Capability::Operate),
            ("/admin/operations", "action=\"/admin/operations/log\"", Capability::Operate),
            ("/admin/operations", "action=\"/admin/operations/sessions\"", Capability::Operate),
            ("/admin", "href=\"/admin/operations\"", Capability::Operate),
        ];
        let portal = Portal::new(world).await;
        let first = portal.staff("administrator").await;
        let mut roles: Vec<(String, Capabilities)> =
            ROLES.iter().map(|(role, words)| ((*role).to_owned(), Capabilities::of_words(words))).collect();
        // A role for each right alone, made while the first administrator is alone.
        for capability in Capability::ALL {
            let (role, word) = (format!("only-{}", capability.word()), capability.word());
            portal.ask("POST", "/admin/people/roles/add", &first, &format!("word={role}&name={role}")).await;
            portal.ask("POST", &format!("/admin/people/roles/{role}"), &first, &format!("can={word}")).await;
            roles.push((role, Capabilities::of_words(word)));
        }
        portal.ask("POST", "/admin/people/staff/invite", &first, "name=The+first&role=agent&title=Desk+7").await;
        portal.ask("POST", "/admin/sources/new", &first, "kind=hook&key=core&name=Core+banking").await;
        portal.ask("POST", "/admin/brand/save", &first, "name=Nordhavn&language=en&first=en&module=accounts").await;
        let agent = portal.staff("agent").await;
        let file = format!("/admin/people/customers/{}", portal.customer_id(&agent, "Hugo").await);
        portal.get(&file, &agent).await;
        let (mut shown, mut hidden, mut wrong) = (0, 0, Vec::new());
        for (role, may) in &roles {
            let cookie = portal.staff(role).await;
            for (page, marker, right) in FIELDS {
                let (page, marker) = (page.replace("{file}", &file), marker.replace("{file}", &file));
                let answer = portal.get(&page, &cookie).await;
                // A page asks for a right of its own; a field of a file for both.
                let opens = !page.starts_with(&file) || may.has(Capability::Customers);
                let wanted = may.has(right) && opens;
                if answer.body.contains(&marker) != wanted {
                    wrong.push(format!("{role}: {marker} on {page}, {}: wanted {wanted}", answer.status));
                }
                shown += usize::from(wanted);
                hidden += usize::from(!wanted);
                for never in ["INESSECRET", "HUGOSECRET", "SHARED", "FR76", "DE89", "argon2", "whsec_"] {
                    assert!(!answer.body.contains(never), "{role}: {never} on {page}");
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(shown > 80 && hidden > 250, "{shown} {hidden}");
    }

    async fn a_customers_file_shows_each_role_what_it_may_do(world: World) {
        let portal = Portal::new(world).await;
        let agent = portal.staff("agent").await;
        let file = format!("/admin/people/customers/{}", portal.customer_id(&agent, "Hugo").await);
        for (role, access, privacy) in
            [("agent", false, false), ("auditor", false, false), ("lead", true, false), ("privacy", false, true)]
        {
            let page = portal.get(&file, &portal.staff(role).await).await.body;
            assert_eq!(page.contains("/switch\""), access, "{role}");
            assert_eq!(page.contains("/erase\""), privacy, "{role}");
            // How somebody comes in, and nothing of what they hold or of where they were.
            for never in ["SECRET", "SHARED", "FR76", "127.0.0.1", "argon2"] {
                assert!(!page.contains(never), "{role}: {never}");
            }
        }
        // And the customer sees that their file was opened, by whom of all.
        let activity = portal.get("/profile/activity", &portal.sign_in("2").await).await.body;
        assert!(activity.contains("Looked at your data"), "{activity}");
    }

    async fn a_look_in_a_customers_place_is_masked_changes_nothing_and_is_seen_by_the_customer(world: World) {
        let portal = Portal::new(world).await;
        let agent = portal.staff("agent").await;
        let file = format!("/admin/people/customers/{}", portal.customer_id(&agent, "In%C3%A8s").await);
        let refused = portal.ask("POST", &format!("{file}/look"), &agent, "reason=short").await;
        assert!(refused.header("location").ends_with("said=reason"));
        let begun = portal.ask("POST", &format!("{file}/look"), &agent, "reason=complaint+RQ-88213").await;
        assert_eq!(begun.header("location"), "/overview");
        let page = portal.get("/accounts", &agent).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("You see the portal as") && page.body.contains("complaint RQ-88213"));
        assert!(!page.body.contains("FR76") && page.body.contains("••••"), "{}", page.body);
        let own = portal.get("/accounts", &portal.sign_in("1").await).await;
        assert!(own.body.contains("FR76"), "the mask is for who looks");
        for (method, path) in [
            ("POST", "/api/display"), ("POST", "/claims/report/begin"), ("GET", "/profile"), ("GET", "/admin/people"),
            ("GET", "/live?after=0&once=1"), ("POST", "/portfolio/watch"),
        ] {
            assert_eq!(portal.ask(method, path, &agent, "").await.status, StatusCode::FORBIDDEN, "{method} {path}");
        }
        for account in portal.links("/accounts", &agent, "/accounts/").await {
            let file = portal.get(&format!("{account}/download/csv"), &agent).await;
            assert_eq!(file.status, StatusCode::FORBIDDEN, "{account}");
            assert!(!file.body.contains("INESSECRET"));
        }
        let ended = portal.ask("POST", "/admin/support/end", &agent, "").await;
        assert_eq!(ended.header("location"), file);
        assert_eq!(portal.get("/accounts", &agent).await.header("location"), "/admin", "their own shell again");
        let activity = portal.get("/profile/activity", &portal.sign_in("1").await).await.body;
        assert!(activity.contains("in your place"), "{activity}");
    }

    async fn an_open_page_follows_a_brand_and_a_module_within_seconds(world: World) {
        let portal = Portal::new(world).await;
        let administrator = portal.staff("administrator").await;
        let ines = portal.sign_in("1").await;
        let form = "name=Banque+Lumen&language=en&language=fr&first=en&brand=%235a2a82&accent=%23ff9d6c&round=14&face=serif\
            &module=accounts&module=parcels&module=claims";
        let saved = portal.ask("POST", "/admin/brand/save", &administrator, form).await;
        assert_eq!(saved.header("location"), "/admin/brand?said=saved");
        assert!(!portal.get("/accounts", &ines).await.body.contains("Lumen"), "a draft is seen by nobody");
        let look = portal.get("/admin/brand/look/home", &administrator).await.body;
        assert!(look.contains("Banque Lumen") && look.contains("/admin/brand/draft.css"));
        portal.ask("POST", "/admin/texts/save", &administrator, "language=en&key=letter-reset&text=Type+this+at+Lumen&act=save").await;
        let letter = portal.get("/admin/brand/look/letter-reset?language=en", &administrator).await;
        assert!(letter.body.contains("Type this at Lumen") && letter.header("content-security-policy").ends_with("; sandbox"));
        assert!(portal.get("/admin/texts", &administrator).await.body.contains("letter-reset"));
        let review = portal.get("/admin/releases/draft", &administrator).await.body;
        assert!(review.contains("brand.brand") && review.contains("#5a2a82") && review.contains("modules.portfolio"));
        let publish = async {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            portal.ask("POST", "/admin/releases/publish", &administrator, "note=New+colours").await
        };
        let (said, published) = tokio::join!(portal.listen("/live?after=0&page=accounts", &ines, 1_500), publish);
        assert_eq!(published.header("location"), "/admin/releases?said=published");
        assert!(said.contains("/brand/1.css") && said.contains("Banque Lumen") && said.contains("house-menu"), "{said}");
        let sheet = portal.get("/brand/1.css", "").await;
        assert!(sheet.body.contains("--brand:#5a2a82") && sheet.header("cache-control").contains("immutable"));
        assert_eq!(portal.get("/brand/2.css", "").await.status, StatusCode::NOT_FOUND);
        let page = portal.get("/overview", &ines).await.body;
        assert!(page.contains("Banque Lumen") && !page.contains("href=\"/portfolio\""), "{page}");
        let off = portal.get("/portfolio", &ines).await;
        assert!(off.status == StatusCode::NOT_FOUND && off.body.contains("not offered here"));

        // And back at once, as a release of its own.
        portal.ask("POST", "/admin/brand/save", &administrator, "preset=signal").await;
        portal.ask("POST", "/admin/releases/publish", &administrator, "").await;
        let back = portal.ask("POST", "/admin/releases/1/back", &administrator, "").await;
        assert_eq!(back.header("location"), "/admin/releases?said=back");
        assert_eq!(portal.services.house.now().release, 3);
        assert!(!portal.services.house.now().modules.has(Module::Portfolio));
        assert!(portal.get("/brand/3.css", "").await.body.contains("#5a2a82"));
        let export = portal.get("/admin/releases/1/export", &administrator).await;
        assert!(export.header("content-disposition").contains("guichet-settings-1.json"));
        let taken = portal.send_files("/admin/releases/import", &administrator, &[], &[("s.json", export.body.as_bytes())]).await;
        assert_eq!(taken.header("location"), "/admin/releases/draft?said=imported");
        assert!(portal.get("/admin/releases/draft", &administrator).await.body.contains("Nothing differs"));
    }

    async fn every_node_follows_a_release_and_the_way_back(world: World) {
        let portal = Portal::new(world).await;
        let administrator = portal.staff("administrator").await;
        let stop = tokio_util::sync::CancellationToken::new();
        let nodes: Vec<_> = (0..3).map(|_| portal.second_node()).collect();
        for node in &nodes {
            tokio::spawn(node.clone().follow(portal.services.db.clone(), stop.clone()));
        }
        let all_have = async |name: &str| {
            for node in &nodes {
                let mut heard = node.listen();
                let wanted = heard.wait_for(|institution| institution.name == name);
                tokio::time::timeout(std::time::Duration::from_secs(5), wanted).await.unwrap().unwrap();
            }
        };
        for name in ["Nordhavn", "Lumen"] {
            let form = format!("name={name}&language=en&first=en&module=accounts");
            portal.ask("POST", "/admin/brand/save", &administrator, &form).await;
            portal.ask("POST", "/admin/releases/publish", &administrator, "").await;
            all_have(name).await;
        }
        portal.ask("POST", "/admin/releases/1/back", &administrator, "").await;
        all_have("Nordhavn").await;
        assert!(nodes.iter().all(|node| node.now().release == 3 && !node.now().modules.has(Module::Claims)));
        stop.cancel();
    }

    async fn where_the_administration_has_its_own_address_there_is_none_of_it_anywhere_else(world: World) {
        let portal = Portal::new(world).await;
        let (administrator, agent) = (portal.staff("administrator").await, portal.staff("agent").await);
        let (door, _) = Door::open(&*portal.world.random);
        let portal = portal.with_door(door).without_desk();
        let mut tried = 0;
        for route in routes().list() {
            let of_desk = matches!(route.access, Access::Staff(_) | Access::AnyStaff) || route.path.starts_with("/setup");
            if !of_desk {
                continue;
            }
            let path = filled(route.path, &"0".repeat(32), &"0".repeat(32)).replace("{source}", "test").replace("{piece}", "0");
            for cookie in ["", administrator.as_str(), agent.as_str()] {
                let answer = portal.ask(route.method, &path.replace("{document}", "0"), cookie, "").await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} {path}", route.method);
                tried += 1;
            }
        }
        assert!(tried > 150, "{tried}");
        // Its people are nobody there, and customers are who they are.
        assert!(portal.get("/overview", &agent).await.header("location").starts_with("/sign-in"));
        assert_eq!(portal.get("/overview", &portal.sign_in("1").await).await.status, StatusCode::OK);
    }

    async fn what_could_not_be_read_is_not_published(world: World) {
        let portal = Portal::new(world).await;
        let administrator = portal.staff("administrator").await;
        portal.ask("POST", "/admin/brand/save", &administrator, "name=&language=en&first=en&module=accounts").await;
        let done = portal.ask("POST", "/admin/releases/publish", &administrator, "").await;
        assert_eq!(done.header("location"), "/admin/releases/draft?said=faults");
        let page = portal.get("/admin/releases/draft", &administrator).await.body;
        assert!(page.contains("The name has 1 to 40 letters") && !page.contains("action=\"/admin/releases/publish\""));
        assert_eq!(portal.services.house.now().release, 0);
        // A text that would ask for what is not there is refused beside its field, with what was typed.
        let wrong = portal.ask("POST", "/admin/texts/save", &administrator, "language=en&key=good-morning&text=Hi+%7B+%24secret+%7D&act=save&q=good-morning").await;
        let page = portal.get(wrong.header("location").split('#').next().unwrap(), &administrator).await.body;
        assert!(page.contains("cannot be used") && page.contains("$secret"), "{page}");
    }

    async fn a_notice_is_on_every_page_while_it_holds(world: World) {
        let portal = Portal::new(world).await;
        let administrator = portal.staff("administrator").await;
        let form = "tone=critical&module=accounts&text-en=Card+payments+are+slow&until=2026-11-17T18%3A00";
        portal.ask("POST", "/admin/notices/save", &administrator, form).await;
        portal.ask("POST", "/admin/releases/publish", &administrator, "").await;
        let ines = portal.sign_in("1").await;
        assert!(portal.get("/accounts", &ines).await.body.contains("Card payments are slow"));
        assert!(!portal.get("/parcels", &ines).await.body.contains("Card payments are slow"));
        assert!(portal.get("/overview", &ines).await.body.contains("Card payments are slow"), "where the accounts are shown too");
        portal.world.clock.advance_seconds(4 * 3_600);
        let ines = portal.sign_in("1").await;
        assert!(!portal.get("/accounts", &ines).await.body.contains("Card payments are slow"));
    }

    async fn the_outage_of_a_back_office_is_told_on_the_pages_of_what_it_brings(world: World) {
        let portal = Portal::new(world).await;
        let administrator = portal.staff("administrator").await;
        let added = "kind=folder&key=claims-core&name=Claims+core&carries=claims&carries=parcels";
        portal.ask("POST", "/admin/sources/new", &administrator, added).await;
        let connector = portal.get("/admin/sources/of/folder:claims-core", &administrator).await.body;
        assert!(connector.contains("/admin/notices?to=folder%3Aclaims-core"), "{connector}");
        let page = portal.get("/admin/notices?to=folder%3Aclaims-core", &administrator).await.body;
        assert!(page.contains("Claims core") && page.contains("selected"), "{page}");
        let form = "tone=warning&module=source%3Afolder%3Aclaims-core&text-en=Claims+are+an+hour+behind";
        portal.ask("POST", "/admin/notices/save", &administrator, form).await;
        portal.ask("POST", "/admin/releases/publish", &administrator, "").await;
        let ines = portal.sign_in("1").await;
        for (page, told) in [("/claims", true), ("/policies", true), ("/parcels", true), ("/overview", true), ("/accounts", false), ("/portfolio", false), ("/profile", false)] {
            let page_said = portal.get(page, &ines).await.body;
            assert_eq!(page_said.contains("Claims are an hour behind"), told, "{page}");
        }
        let page = portal.get("/admin/notices", &administrator).await.body;
        assert!(page.contains("Claims core"), "{page}");
    }

    async fn the_first_administrator_sees_a_test_file_as_a_customer_while_there_is_no_customer(world: World) {
        let portal = Portal::empty(world).await;
        let administrator = portal.staff("administrator").await;
        assert!(portal.get("/admin", &administrator).await.body.contains("href=\"/admin/start\""));
        let early = portal.ask("POST", "/admin/sources/new", &administrator, "start=1&kind=folder&key=..&name=Core").await;
        assert_eq!(early.header("location"), "/admin/start?said=key");
        let added = portal.ask("POST", "/admin/sources/new", &administrator, "start=1&kind=folder&key=core&name=Core").await;
        assert_eq!(added.header("location"), "/admin/start");
        let take = async |text: &str| {
            let fields = [("source", "folder:core")];
            portal.send_files("/admin/start/file", &administrator, &fields, &[("test.sta", text.as_bytes())]).await.body
        };
        let nothing = take("no statement").await;
        assert!(nothing.contains("data-tone=\"critical\"") && !nothing.contains("/admin/start/look"), "{nothing}");
        let read = take(&statement(OWN[0], "TESTENTRY")).await;
        assert!(read.contains("data-tone=\"positive\"") && read.contains("/admin/start/look"), "{read}");
        let look = portal.ask("POST", "/admin/start/look", &administrator, "").await;
        assert_eq!(look.header("location"), "/overview");
        let account = portal.links("/accounts", &administrator, "/accounts/").await.remove(0);
        let page = portal.get(&account, &administrator).await;
        assert!(page.status == StatusCode::OK && page.body.contains("TESTENTRY"), "{}", page.body);
        // It changes nothing and gives nothing out, as every look in a customer's place.
        assert_eq!(portal.ask("POST", "/claims/report/begin", &administrator, "").await.status, StatusCode::FORBIDDEN);
        assert_eq!(portal.ask("POST", "/admin/support/end", &administrator, "").await.header("location"), "/admin");
        // The first customer ends it, and nobody sees with it what a customer holds.
        portal.ask("POST", "/admin/start/look", &administrator, "").await;
        portal.send(&parties()).await;
        assert!(!portal.get("/accounts", &administrator).await.body.contains(&account), "taken away at once");
        assert_eq!(portal.get(&account, &administrator).await.status, StatusCode::NOT_FOUND);
        portal.ask("POST", "/admin/support/end", &administrator, "").await;
        assert_eq!(portal.get("/admin/start", &administrator).await.header("location"), "/admin");
        assert_eq!(portal.ask("POST", "/admin/start/look", &administrator, "").await.header("location"), "/admin");
        assert!(!portal.get("/admin", &administrator).await.body.contains("/admin/start"));
        let stolen = portal.inbox.offer("folder:core", "x", br#"{"guichet": "parties/1", "customers": [{"number": "TRIAL-1", "name": "X", "since": "2020-01-01"}]}"#.to_vec()).await.unwrap();
        assert_eq!(stolen.outcome.class, "reject", "its number is nobody else's");
    }

    async fn the_first_start_is_for_whoever_has_the_code_that_was_printed(world: World) {
        let portal = Portal::new(world).await;
        assert_eq!(portal.get("/setup", "").await.status, StatusCode::NOT_FOUND, "there is no set-up unless it was opened");
        let (door, code) = Door::open(&*portal.world.random);
        let portal = portal.with_door(door);
        assert_eq!(portal.get("/setup", "").await.status, StatusCode::OK);
        assert_eq!(portal.get("/setup/house", "").await.status, StatusCode::NOT_FOUND);
        let wrong = portal.ask("POST", "/setup/open", "", "code=AAAA").await;
        assert_eq!(wrong.header("location"), "/setup?said=wrong");
        let open = portal.ask("POST", "/setup/open", "", &format!("code={code}")).await;
        let cookie = open.header("set-cookie").split(';').next().unwrap().to_owned();
        let form = "name=Nordhavn&tagline=Always+there&language=en&language=de&preset=forest&module=claims&module=accounts";
        let saved = portal.ask("POST", "/setup/house/save", &cookie, form).await;
        assert_eq!(saved.header("location"), "/setup/person");
        assert!(portal.get("/", "").await.body.contains("Nordhavn"));
        let done = portal.ask("POST", "/setup/person/save", &cookie, "name=Priya+Natarajan").await;
        assert_eq!(done.status, StatusCode::OK);
        let refs: Vec<&str> = done.body.split("class=\"ref\">").skip(1).map(|piece| piece.split('<').next().unwrap()).collect();
        assert!(refs[0].starts_with("S-"), "{refs:?}");
        assert_eq!(portal.get("/setup", &cookie).await.status, StatusCode::NOT_FOUND, "the door is shut for good");
        // With the code the first administrator goes on as everybody does, and needs a second factor.
        let identity = &portal.services.identity;
        let step = identity.begin_activation(refs[0], refs[1], Browser::default()).await.unwrap().unwrap();
        let step = identity.step(&step).await.unwrap().unwrap();
        let outcome = identity.activate(step, "priya@bank.example", PASSWORD.to_owned(), Browser::default()).await.unwrap().unwrap();
        assert!(matches!(outcome, SignIn::Step(StepKind::Protect, _)), "{outcome:?}");
    }
}

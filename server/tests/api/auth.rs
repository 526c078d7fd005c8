//! Signing in over HTTP: every path of every profile, and what never tells anybody anything.

use crate::portal::{Answer, PASSWORD, Portal};
use axum::http::StatusCode;
use guichet_platform::{clock::Clock as _, identity::Profile, on, on_both_databases, scope::operator};
use totp_rs::{Algorithm, Builder, Secret};

const NEW: &str = "another password of fifteen letters";

/// A browser: its cookies, as the answers set them.
#[derive(Default)]
struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn ask(&mut self, portal: &Portal, method: &str, path: &str, form: &str) -> Answer {
        let answer = portal.ask(method, path, &self.header(), form).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.starts_with("__Host-")
                    && cookie.contains("; Secure; SameSite=")
                    && cookie.ends_with("; HttpOnly"),
                "{cookie}"
            );
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    async fn post(&mut self, portal: &Portal, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = fields.iter().map(|(name, value)| format!("{name}={}", guichet_app::ui::encode(value)));
        let form = form.collect::<Vec<_>>().join("&");
        self.ask(portal, "POST", path, &form).await
    }

    async fn get(&mut self, portal: &Portal, path: &str) -> Answer {
        self.ask(portal, "GET", path, "").await
    }

    async fn password(&mut self, portal: &Portal, number: &str, password: &str) -> Answer {
        self.post(portal, "/sign-in", &[("name", number), ("password", password), ("next", "/accounts?a=1")]).await
    }

    /// Sets up an authenticator on a page that offers it; gives its seed and what the last answer was.
    async fn set_up_app(&mut self, portal: &Portal, path: &str) -> (String, Answer) {
        let page = self.get(portal, path).await.body;
        let sealed = between(&page, "name=\"seed\" value=\"", "\"").to_owned();
        let seed: String = between(&page, "num seed\">", "<").split(' ').collect();
        assert!(page.contains("class=\"qr\""), "a picture for the app");
        let code = code(portal, &seed);
        let answer = self.post(portal, path, &[("seed", &sealed), ("code", &code)]).await;
        portal.world.clock.advance_seconds(31);
        (seed, answer)
    }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let at = text.find(from).unwrap_or_else(|| panic!("{from} is not in {text}")) + from.len();
    &text[at..at + text[at..].find(to).unwrap()]
}

fn code(portal: &Portal, seed: &str) -> String {
    let now = u64::try_from(portal.world.clock.now().millis() / 1_000).unwrap();
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(Secret::try_from_base32(seed).unwrap())
        .with_account_name("1")
        .with_issuer(Some("Guichet"))
        .build()
        .unwrap();
    totp.generate(now).to_string()
}

/// The code of the latest letter of a kind to an address.
async fn mailed(portal: &Portal, kind: &'static str, to: &str) -> String {
    use futures::FutureExt as _;
    const FIND: &str = "select text from mail where kind = $1 and address = $2 order by created_at desc limit 1";
    let (scope, to) = (operator(), to.to_owned());
    let read = portal.world.db.read(&scope, move |tx| {
        async move {
            let (text,): (String,) = on!(tx, c => sqlx::query_as(FIND).bind(kind).bind(to).fetch_one(&mut **c).await)?;
            Ok::<_, guichet_platform::db::DbError>(text)
        }
        .boxed()
    });
    read.await.unwrap()
}

/// The ten recovery codes on a page.
fn codes(page: &str) -> Vec<String> {
    page.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

on_both_databases! {
    async fn a_bank_lets_nobody_in_with_a_password_alone(world: World) {
        let portal = Portal::under(world, Profile::BankPsd2).await;
        let mut browser = Browser::default();
        let answer = browser.password(&portal, "1", PASSWORD).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/sign-in/protect"));
        // What is begun opens nothing.
        assert!(browser.get(&portal, "/accounts").await.header("location").starts_with("/sign-in"));
        let (seed, answer) = browser.set_up_app(&portal, "/sign-in/protect").await;
        assert_eq!(codes(&answer.body).len(), 10);
        assert!(answer.body.contains("href=\"/accounts?a=1\""), "and on to where the visitor was going");
        assert_eq!(browser.get(&portal, "/accounts").await.status, StatusCode::OK);
        // From here on a code is asked for, and the browser may be trusted.
        let answer = browser.password(&portal, "1", PASSWORD).await;
        assert_eq!(answer.header("location"), "/sign-in/second");
        let wrong = browser.post(&portal, "/sign-in/second", &[("code", "123")]).await;
        assert!(wrong.body.contains("That was not right"), "{}", wrong.status);
        let right = code(&portal, &seed);
        let answer = browser.post(&portal, "/sign-in/second", &[("code", &right), ("trust", "yes")]).await;
        assert_eq!(answer.header("location"), "/accounts?a=1");
        let answer = browser.password(&portal, "1", PASSWORD).await;
        assert_eq!(answer.header("location"), "/accounts?a=1", "a trusted browser");
        let mut other = Browser::default();
        assert_eq!(other.password(&portal, "1", PASSWORD).await.header("location"), "/sign-in/second");
    }

    async fn a_recovery_code_leads_to_where_a_factor_is_added(world: World) {
        let portal = Portal::under(world, Profile::Insurer).await;
        let mut browser = Browser::default();
        browser.password(&portal, "1", PASSWORD).await;
        browser.post(&portal, "/confirm", &[("for", "security"), ("next", "/profile"), ("password", PASSWORD)]).await;
        let (_, answer) = browser.set_up_app(&portal, "/profile/authenticator").await;
        let codes = codes(&answer.body);
        let mut other = Browser::default();
        other.password(&portal, "1", PASSWORD).await;
        let page = other.get(&portal, "/sign-in/recovery").await;
        assert!(page.body.contains("name=\"code\""));
        let answer = other.post(&portal, "/sign-in/recovery", &[("code", &codes[7])]).await;
        assert_eq!(answer.header("location"), "/profile#security");
        assert_eq!(other.get(&portal, "/profile/authenticator").await.status, StatusCode::OK, "without asking again");
        let profile = other.get(&portal, "/profile").await.body;
        assert!(profile.contains("1 of 10 used"), "and the profile counts it");
    }

    async fn a_proof_is_asked_for_and_the_token_changes_with_it(world: World) {
        let portal = Portal::under(world, Profile::Insurer).await;
        let mut browser = Browser::default();
        browser.password(&portal, "1", PASSWORD).await;
        let before = browser.header();
        let answer = browser.get(&portal, "/profile/password").await;
        assert_eq!(answer.header("location"), "/confirm?for=security&next=%2Fprofile%2Fpassword");
        let page = browser.get(&portal, answer.header("location")).await;
        assert!(page.body.contains("action=\"/confirm\"") && page.body.contains("value=\"/profile/password\""));
        let fields = [("for", "security"), ("next", "/profile/password"), ("password", "not the password")];
        assert!(browser.post(&portal, "/confirm", &fields).await.body.contains("That was not right"));
        let fields = [("for", "security"), ("next", "/profile/password"), ("password", PASSWORD)];
        let answer = browser.post(&portal, "/confirm", &fields).await;
        assert_eq!(answer.header("location"), "/profile/password");
        assert_ne!(browser.header(), before);
        assert!(browser.post(&portal, "/profile/password", &[("password", "short")]).await.body.contains("15 characters"));
        let answer = browser.post(&portal, "/profile/password", &[("password", NEW), ("others", "yes")]).await;
        assert_eq!(answer.header("location"), "/profile#security");
        assert!(Browser::default().password(&portal, "1", PASSWORD).await.body.contains("That does not match"));
        assert_eq!(Browser::default().password(&portal, "1", NEW).await.status, StatusCode::SEE_OTHER);
        // A copy of the token from before ends the session.
        portal.world.clock.advance_seconds(60);
        assert_eq!(browser.get(&portal, "/profile").await.status, StatusCode::OK);
        assert_eq!(portal.get("/profile", &before).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get(&portal, "/profile").await.status, StatusCode::SEE_OTHER);
    }

    async fn a_forgotten_password_is_replaced_page_by_page(world: World) {
        let portal = Portal::under(world, Profile::Insurer).await;
        let mut browser = Browser::default();
        let answer = browser.post(&portal, "/reset", &[("email", "1@mail.example")]).await;
        assert_eq!(answer.header("location"), "/reset/code");
        let letter = mailed(&portal, "reset-code", "1@mail.example").await;
        let code = letter.split_whitespace().find(|word| word.len() == 9 && word.contains('-')).unwrap();
        assert!(browser.post(&portal, "/reset/code", &[("code", "AAAA-BBBB")]).await.body.contains("That was not right"));
        let answer = browser.post(&portal, "/reset/code", &[("code", code)]).await;
        assert_eq!(answer.header("location"), "/reset/password");
        assert!(browser.post(&portal, "/reset/password", &[("password", "passwordpassword")]).await.body.contains("Many people"));
        let answer = browser.post(&portal, "/reset/password", &[("password", NEW)]).await;
        assert_eq!(answer.header("location"), "/overview");
        assert_eq!(browser.get(&portal, "/overview").await.status, StatusCode::OK);
    }

    async fn a_first_access_is_set_up_with_the_code_of_a_letter(world: World) {
        let portal = Portal::under(world, Profile::BankPsd2).await;
        let code = portal.services.identity.invite(&operator(), "2").await.unwrap().unwrap().code;
        let mut browser = Browser::default();
        let wrong = browser.post(&portal, "/activate", &[("number", "2"), ("code", "ABCD-EFGH-JKMN")]).await;
        assert!(wrong.body.contains("That was not right"));
        let answer = browser.post(&portal, "/activate", &[("number", "2"), ("code", &code)]).await;
        assert_eq!(answer.header("location"), "/activate/access");
        let answer = browser.post(&portal, "/activate/access", &[("email", "hugo@mail.example"), ("password", NEW)]).await;
        assert_eq!(answer.header("location"), "/sign-in/protect", "a bank asks for a second factor");
        let (_, answer) = browser.set_up_app(&portal, "/sign-in/protect").await;
        assert_eq!(codes(&answer.body).len(), 10);
        let page = browser.get(&portal, "/profile/email").await.body;
        assert!(page.contains("Confirm hugo@mail.example"));
        let letter = mailed(&portal, "contact-code", "hugo@mail.example").await;
        let code = letter.split_whitespace().find(|word| word.len() == 9 && word.contains('-')).unwrap();
        let answer = browser.post(&portal, "/profile/email/confirm", &[("new", code)]).await;
        assert_eq!(answer.header("location"), "/profile");
        assert!(browser.get(&portal, "/profile").await.body.contains("hugo@mail.example"));
    }

    async fn a_form_that_comes_too_late_waits_for_its_sender(world: World) {
        let portal = Portal::under(world, Profile::Insurer).await;
        let mut browser = Browser::default();
        browser.password(&portal, "1", PASSWORD).await;
        portal.world.clock.advance_seconds(901);
        let text = "It fell <from> the table; I caught it late.";
        let answer = browser.post(&portal, "/claims/00000000000000000000000000000000/messages", &[("text", text)]).await;
        assert_eq!(answer.header("location"), "/sign-in?held=1&next=/continue");
        assert!(browser.get(&portal, "/sign-in?held=1&next=/continue").await.body.contains("Nothing is lost"));
        let fields = [("name", "1"), ("password", PASSWORD), ("next", "/continue")];
        assert_eq!(browser.post(&portal, "/sign-in", &fields).await.header("location"), "/continue");
        let page = browser.get(&portal, "/continue").await.body;
        assert!(page.contains("It fell &lt;from&gt; the table"), "what was written is shown");
        assert!(page.contains("action=\"/claims/00000000000000000000000000000000/messages\""));
        // Nobody else gets it, and no form with a secret is kept.
        let mut hugo = Browser::default();
        hugo.password(&portal, "2", PASSWORD).await;
        assert_eq!(hugo.get(&portal, "/continue").await.header("location"), "/overview");
        portal.world.clock.advance_seconds(901);
        let secret = hugo.post(&portal, "/profile/password", &[("password", NEW)]).await;
        assert!(secret.header("location").starts_with("/sign-in?next="), "{}", secret.header("location"));
    }

    async fn nothing_tells_a_known_name_from_an_unknown_one(world: World) {
        let portal = Portal::under(world, Profile::BankPsd2).await;
        let same = |one: &Answer, two: &Answer, what: &str| {
            assert_eq!(one.status, two.status, "{what}");
            let plain = |answer: &Answer, name: &str| {
                answer.body_without_nonces().replace(&format!("value=\"{name}\""), "value=\"\"")
            };
            assert_eq!(plain(one, "1"), plain(two, "nobody"), "{what}");
            let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(names(one), names(two), "{what}");
        };
        for (path, field) in [("/sign-in", "password"), ("/activate", "code"), ("/reset", "email")] {
            let form = |who: &str| match path {
                "/reset" => vec![("email", if who == "1" { "1@mail.example".to_owned() } else { "x@mail.example".to_owned() })],
                "/activate" => vec![("number", who.to_owned()), (field, "ABCD-EFGH-JKMN".to_owned())],
                _ => vec![("name", who.to_owned()), (field, "not the password".to_owned())],
            };
            // Also when either is blocked.
            for round in 0..7 {
                let mut answers = Vec::new();
                for who in ["1", "nobody"] {
                    let form = form(who);
                    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    answers.push(Browser::default().post(&portal, path, &fields).await);
                }
                same(&answers[0], &answers[1], &format!("{path}, round {round}"));
                portal.world.clock.advance_seconds(3);
            }
        }
        // The step behind a reset is the same for both, and so is a wrong code there.
        let (mut known, mut unknown) = (Browser::default(), Browser::default());
        known.post(&portal, "/reset", &[("email", "2@mail.example")]).await;
        unknown.post(&portal, "/reset", &[("email", "y@mail.example")]).await;
        for _ in 0..7 {
            let one = known.post(&portal, "/reset/code", &[("code", "AAAA-BBBB")]).await;
            let two = unknown.post(&portal, "/reset/code", &[("code", "AAAA-BBBB")]).await;
            same(&one, &two, "/reset/code");
        }
    }

    async fn no_step_of_signing_in_can_be_skipped(world: World) {
        let portal = Portal::under(world, Profile::BankPsd2).await;
        let mut fresh = Browser::default();
        for (path, home) in [
            ("/sign-in/second", "/sign-in?ended=1"), ("/sign-in/recovery", "/sign-in?ended=1"),
            ("/sign-in/protect", "/sign-in?ended=1"), ("/activate/access", "/activate"),
            ("/reset/code", "/reset"), ("/reset/password", "/reset"),
        ] {
            for method in ["GET", "POST"] {
                let answer = fresh.ask(&portal, method, path, "code=123456&password=a+password+of+fifteen&email=a%40b.example").await;
                assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, home), "{method} {path}");
            }
        }
        // A step opens its own page alone.
        let mut reset = Browser::default();
        reset.post(&portal, "/reset", &[("email", "1@mail.example")]).await;
        for path in ["/sign-in/second", "/sign-in/protect", "/reset/password", "/activate/access"] {
            assert_eq!(reset.get(&portal, path).await.status, StatusCode::SEE_OTHER, "{path}");
            let form = "code=123456&password=a+password+of+fifteen&email=a%40b.example&seed=x";
            assert_eq!(reset.ask(&portal, "POST", path, form).await.status, StatusCode::SEE_OTHER, "{path}");
        }
        assert!(reset.get(&portal, "/overview").await.header("location").starts_with("/sign-in"));
    }

    async fn a_redirect_after_signing_in_never_leaves_the_portal(world: World) {
        let portal = Portal::under(world, Profile::Insurer).await;
        for next in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "\\\\evil", "javascript:alert(1)"] {
            let fields = [("name", "1"), ("password", PASSWORD), ("next", next)];
            let answer = Browser::default().post(&portal, "/sign-in", &fields).await;
            assert_eq!(answer.header("location"), "/overview", "{next}");
            let mut browser = Browser::default();
            browser.password(&portal, "1", PASSWORD).await;
            let fields = [("for", "security"), ("next", next), ("password", PASSWORD)];
            assert_eq!(browser.post(&portal, "/confirm", &fields).await.header("location"), "/", "{next}");
        }
    }

    async fn sessions_end_everywhere_within_a_second_of_being_ended(world: World) {
        let portal = Portal::under(world, Profile::Insurer).await;
        let (mut here, mut there) = (Browser::default(), Browser::default());
        here.password(&portal, "1", PASSWORD).await;
        there.password(&portal, "1", PASSWORD).await;
        let cookie = there.header();
        here.post(&portal, "/confirm", &[("for", "devices"), ("next", "/profile"), ("password", PASSWORD)]).await;
        let stream = portal.listen("/live?after=0", &cookie, 1_500);
        let end = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            here.post(&portal, "/api/sessions/revoke-others", &[]).await;
        };
        let (said, ()) = tokio::join!(stream, end);
        assert!(said.contains("event: bye"), "{said}");
        assert_eq!(there.get(&portal, "/overview").await.status, StatusCode::SEE_OTHER);
        assert_eq!(here.get(&portal, "/overview").await.status, StatusCode::OK);
    }
}

//! The pages of sources: for whom they are, and each act on them through its form.

use crate::portal::{OWN, Portal};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use guichet::http::routes;
use guichet_app::web::Access;
use guichet_platform::{on_both_databases, testing::NOW, webhook};

const TABLE: &str = "Buchungstag;Text;Betrag;Saldo\n18.11.2026;Kaffee;-4,50;1008,00\n19.11.2026;Miete;-1..00;908,00\n20.11.2026;Lohn;2.000,00;2908,00\n";

/// What stands between two marks, the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |(inside, _)| inside)
}

/// What somebody fills in for [`TABLE`].
fn mapping_fields(act: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("act", act),
        ("name", "Kassa"),
        ("delimiter", "semicolon"),
        ("quote", "\""),
        ("header", "yes"),
        ("decimal", ","),
        ("thousands", "."),
        ("date_order", "dmy"),
        ("booking_date", "Buchungstag"),
        ("sign", "signed"),
        ("amount", "Betrag"),
        ("balance", "Saldo"),
        ("remittance", "Text"),
        ("account_fixed", OWN[0]),
        ("currency_fixed", "EUR"),
        ("holds", "statement"),
    ]
}

/// Puts a file into a source's hands.
async fn take(portal: &Portal, source: &str, name: &str, text: &str) {
    let path = portal.world.folder().join(name);
    std::fs::write(&path, text).unwrap();
    portal.inbox.take(source, &path).await.unwrap();
}

on_both_databases! {
    async fn sources_are_for_whoever_has_the_right_and_there_is_nothing_for_anybody_else(world: World) {
        let portal = Portal::new(world).await;
        let mut cookies = vec![("customer", portal.sign_in("1").await, false)];
        for (role, may) in [("administrator", true), ("operator", true), ("agent", false), ("lead", false), ("privacy", false), ("auditor", false)] {
            cookies.push((role, portal.staff(role).await, may));
        }
        let operator = portal.staff("operator").await;
        let document = portal.links("/admin/sources", &operator, "/admin/sources/documents/").await.remove(0);
        let document = document.rsplit('/').next().unwrap().to_owned();
        let mut tried = 0;
        for route in routes().list().iter().filter(|route| route.path.starts_with("/admin/sources")) {
            assert!(matches!(route.access, Access::Staff(_)), "{}", route.path);
            let path = route.path.replace("{document}", &document).replace("{source}", "test").replace("{piece}", &"0".repeat(32));
            for (name, cookie, may) in &cookies {
                let answer = portal.ask(route.method, &path, cookie, "").await;
                tried += 1;
                let status = answer.status;
                if *may {
                    let fits = status.is_success() || status.is_redirection() || status == StatusCode::BAD_REQUEST;
                    assert!(fits || (status == StatusCode::NOT_FOUND && (path.contains("pieces") || path.ends_with("secret"))), "{name} {} {path}: {status}", route.method);
                } else {
                    assert_eq!(status, StatusCode::NOT_FOUND, "{name} {} {path}", route.method);
                }
                for secret in ["INESSECRET", "HUGOSECRET", "SHARED"] {
                    assert!(!answer.body.contains(secret), "{name} {path}");
                }
            }
            let nobody = portal.ask(route.method, &path, "", "").await;
            assert!(nobody.header("location").starts_with("/sign-in"), "{path}");
        }
        assert!(tried > 100, "{tried}");
        for page in ["/admin/sources?range=7d", "/admin/sources?only=problems", "/admin/sources/of/test"] {
            for language in ["en", "fr", "de"] {
                portal.ask("POST", "/api/display", &operator, &format!("locale={language}&back=%2Fadmin")).await;
                assert_eq!(portal.get(page, &operator).await.status, StatusCode::OK, "{page} {language}");
            }
        }
    }

    async fn a_table_is_mapped_read_put_right_and_on_the_customers_statement(world: World) {
        let portal = Portal::new(world).await;
        let operator = portal.staff("operator").await;
        // A folder of its own.
        let added = portal.ask("POST", "/admin/sources/new", &operator, "kind=folder&key=kasse&name=Kasse&carries=accounts&objective=60").await;
        assert_eq!(added.header("location"), "/admin/sources/of/folder%3Akasse?said=added");
        let again = portal.ask("POST", "/admin/sources/new", &operator, "kind=folder&key=kasse").await;
        assert_eq!(again.header("location"), "/admin/sources/new?said=known");
        for (form, word) in [("kind=folder&key=..%2Fup", "key"), ("kind=hook&key=x&objective=soon", "form")] {
            let refused = portal.ask("POST", "/admin/sources/new", &operator, form).await;
            assert_eq!(refused.header("location"), format!("/admin/sources/new?said={word}"));
        }
        // A file proposes its mapping; the account is for somebody to say.
        let proposed = portal.send_files("/admin/sources/mapping", &operator, &[("act", "read")], &[("kasse.csv", TABLE.as_bytes())]).await;
        assert_eq!(proposed.status, StatusCode::OK);
        assert!(proposed.body.contains("Neither a column nor a fixed text names the account."), "{}", proposed.body);
        let sample = between(&proposed.body, "name=\"sample\" value=\"", "\"").to_owned();
        assert!(!sample.is_empty());
        // The preview shows what the fields make of it.
        let mut fields = mapping_fields("preview");
        fields.push(("sample", &sample));
        let shown = portal.send_files("/admin/sources/mapping", &operator, &fields, &[]).await;
        assert!(shown.body.contains("2 entries, 1 kept aside."), "{}", shown.body);
        assert!(shown.body.contains("line 3: The amount &quot;-1..00&quot; cannot be read.") || shown.body.contains("line 3: The amount \"-1..00\" cannot be read."));
        // A name is asked for; then it is there to be chosen.
        fields[0] = ("act", "save");
        fields[1] = ("name", "");
        assert!(portal.send_files("/admin/sources/mapping", &operator, &fields, &[]).await.body.contains("Give the mapping a name."));
        fields[1] = ("name", "Kassa");
        let saved = portal.send_files("/admin/sources/mapping", &operator, &fields, &[]).await;
        let id = between(saved.header("location"), "id=", "&").to_owned();
        let page = portal.get(&format!("/admin/sources/mapping?id={id}"), &operator).await;
        assert!(page.status == StatusCode::OK && page.body.contains("Buchungstag"));
        let set = portal.ask("POST", "/admin/sources/of/folder%3Akasse", &operator, &format!("name=Kasse&carries=accounts&objective=60&mapping={id}")).await;
        assert_eq!(set.header("location"), "/admin/sources/of/folder%3Akasse?said=saved");
        // A dry run tells, and leaves everything as it was.
        let dry = portal.send_files("/admin/sources/dry-run", &operator, &[("source", "folder:kasse")], &[("kasse.csv", TABLE.as_bytes())]).await;
        assert!(dry.body.contains("2 new, 0 changed, 0 gone, 0 stay"), "{}", dry.body);
        assert_eq!(portal.count("select count(*) from source_document where source = 'folder:kasse'").await, 0);
        // The file itself, its piece, and what is read instead.
        take(&portal, "folder:kasse", "kasse.csv", TABLE).await;
        let piece = portal.links("/admin/sources", &operator, "/admin/sources/pieces/").await.remove(0);
        let looked = portal.get(&piece, &operator).await;
        assert!(looked.body.contains("19.11.2026;Miete;-1..00;908,00"), "{}", looked.body);
        let still = portal.ask("POST", &piece, &operator, "becomes=19.11.2026%3BMiete%3Balles%3B908%2C00").await;
        assert!(still.header("location").contains("/admin/sources/documents/"));
        let piece = portal.links("/admin/sources", &operator, "/admin/sources/pieces/").await.remove(0);
        let right = portal.ask("POST", &piece, &operator, "becomes=19.11.2026%3BMiete%3B-100%2C00%3B908%2C00").await;
        assert!(right.header("location").ends_with("?said=corrected"), "{}", right.header("location"));
        assert!(portal.links("/admin/sources", &operator, "/admin/sources/pieces/").await.is_empty());
        // The customer has it, and is told where it comes from.
        let ines = portal.sign_in("1").await;
        let account = portal.links("/accounts", &ines, "/accounts/").await.remove(0);
        let statement = portal.get(&account, &ines).await.body;
        assert!(statement.contains("Miete") && statement.contains("2,908.00"), "{statement}");
        assert!(statement.contains("Where does this come from?") && statement.contains("Kasse"));
        let entry = portal.links(&account, &ines, &format!("{account}/entries/")).await.remove(0);
        let entry = portal.get(&entry, &ines).await.body;
        assert!(entry.contains("<dd>Kasse</dd>") && entry.contains("kasse.csv") && entry.contains("<dd>line "), "{entry}");
        // And when nothing comes any more, that it is late.
        assert!(!statement.contains("is late"));
        portal.world.clock.advance_seconds(3_700);
        let ines = portal.sign_in("1").await;
        for path in ["/overview", "/accounts", &account] {
            assert!(portal.get(path, &ines).await.body.contains("is late."), "{path}");
        }
        let hugo = portal.sign_in("2").await;
        assert!(!portal.get("/parcels", &hugo).await.body.contains("is late."));
    }

    async fn a_webhook_is_added_with_a_secret_that_is_shown_once_and_works_at_once(world: World) {
        let portal = Portal::new(world).await;
        let operator = portal.staff("operator").await;
        let added = portal.ask("POST", "/admin/sources/new", &operator, "kind=hook&key=core").await;
        assert_eq!(added.status, StatusCode::OK);
        let secret = between(&added.body, "<pre class=\"ref scroll\">", "</pre>").to_owned();
        assert!(secret.starts_with("whsec_"), "{}", added.body);
        let page = portal.get("/admin/sources/of/hook%3Acore", &operator).await;
        assert!(page.status == StatusCode::OK && !page.body.contains("whsec_"));
        let seconds = NOW.millis() / 1_000;
        let send = |secret: String, id: &'static str| {
            let body = ":20:X\n:25:DE89370400440532013000\n:60F:C261116EUR1,00\n:62F:C261116EUR1,00\n-\n";
            let request = Request::post("/hooks/core")
                .header("webhook-id", id)
                .header("webhook-timestamp", seconds.to_string())
                .header("webhook-signature", webhook::sign(&secret, id, seconds, body.as_bytes()).unwrap())
                .body(Body::from(body))
                .unwrap();
            portal.ask_with(request)
        };
        assert_eq!(send(secret.clone(), "1").await.status, StatusCode::ACCEPTED);
        let renewed = portal.ask("POST", "/admin/sources/of/hook%3Acore/secret", &operator, "").await;
        let other = between(&renewed.body, "<pre class=\"ref scroll\">", "</pre>").to_owned();
        assert_eq!(send(secret, "2").await.status, StatusCode::UNAUTHORIZED, "the old one is worth nothing any more");
        // Paused, it is kept and not applied.
        portal.ask("POST", "/admin/sources/of/hook%3Acore/pause", &operator, "to=off").await;
        assert_eq!(send(other, "3").await.status, StatusCode::ACCEPTED);
        assert_eq!(portal.inbox.apply_received().await.unwrap(), 0);
        portal.ask("POST", "/admin/sources/of/hook%3Acore/pause", &operator, "to=on").await;
        assert_eq!(portal.inbox.apply_received().await.unwrap(), 1);
    }

    async fn what_is_let_go_needs_a_reason_and_does_not_come_back(world: World) {
        let portal = Portal::new(world).await;
        let operator = portal.staff("operator").await;
        portal.ask("POST", "/admin/sources/new", &operator, "kind=folder&key=kasse").await;
        let mut fields = mapping_fields("save");
        fields.push(("sample", ""));
        let saved = portal.send_files("/admin/sources/mapping", &operator, &fields, &[]).await;
        let id = between(saved.header("location"), "id=", "&").to_owned();
        portal.ask("POST", "/admin/sources/of/folder%3Akasse", &operator, &format!("mapping={id}")).await;
        take(&portal, "folder:kasse", "kasse.csv", TABLE).await;
        let piece = portal.links("/admin/sources", &operator, "/admin/sources/pieces/").await.remove(0);
        let asked = portal.ask("POST", &format!("{piece}/discard"), &operator, "note=+").await;
        assert!(asked.header("location").ends_with("?said=note"));
        let gone = portal.ask("POST", &format!("{piece}/discard"), &operator, "note=the+bank+booked+it+twice").await;
        assert_eq!(gone.header("location"), "/admin/sources?said=discarded");
        let replayed = portal.ask("POST", "/admin/sources/replay", &operator, "").await;
        assert_eq!(replayed.header("location"), "/admin/sources?said=replayed");
        let document = portal.links("/admin/sources", &operator, "/admin/sources/documents/").await.remove(0);
        let read = portal.ask("POST", &format!("{document}/replay"), &operator, "").await;
        assert!(read.header("location").ends_with("?said=replayed"));
        assert!(portal.links("/admin/sources", &operator, "/admin/sources/pieces/").await.is_empty());
        assert_eq!(portal.count("select count(*) from audit where action in ('piece.discarded', 'document.replayed')").await, 2);
    }
}

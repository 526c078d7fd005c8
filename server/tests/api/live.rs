//! What a stream says: what the pages show that follow it, and nothing else.

use crate::portal::{JOINT, Portal};
use guichet_platform::on_both_databases;

/// A booking on the joint account, told ahead of its statement.
fn booking(name: &str) -> String {
    format!(
        ":20:{name}\n:25:{JOINT}\n:28C:1/1\n:34F:EUR0,\n:13D:2611171400+0100\n:61:2611171117C7,00NTRF{name}//B{name}\n:86:166?20SVWZ+{name}?32{name}\n-\n"
    )
}

async fn cursor(portal: &Portal, cookie: &str) -> String {
    let page = portal.get("/overview", cookie).await.body;
    page.split("data-live-cursor=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

on_both_databases! {
    async fn a_page_says_what_kind_it_is_and_hears_of_what_it_shows(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let after = cursor(&portal, &ines).await;
        for (path, word) in [("/overview", "overview"), ("/accounts", "accounts"), ("/portfolio", "portfolio"), ("/parcels", "parcels"), ("/claims", "claims")] {
            let body = portal.get(path, &ines).await.body;
            assert!(body.contains(&format!("data-live-page=\"{word}\"")), "{path}");
        }
        portal.send(&booking("NEWS")).await;
        let seen = async |page: &str| portal.get(&format!("/live?once=1&after={after}{page}"), &ines).await.body;
        let (overview, accounts) = (seen("&page=overview").await, seen("&page=accounts").await);
        for key in ["\"everything\"", "\"latest\"", "\"booked:"] {
            assert!(overview.contains(key), "{key}: {overview}");
        }
        assert!(!overview.contains("\"balances:") && !overview.contains("\"movements:"), "{overview}");
        assert!(accounts.contains("\"balances:") && !accounts.contains("\"everything\""), "{accounts}");
        assert!(accounts.contains("\"movements:") || accounts.contains("\"op\":\"row\""), "{accounts}");
        for page in [&overview, &accounts] {
            assert_eq!(page.matches("\"op\":\"announce\"").count(), 1, "said once: {page}");
        }
        // Two tabs share one stream, and who does not say what it shows gets everything.
        for all in [seen("&page=overview,accounts").await, seen("").await] {
            assert!(all.contains("\"everything\"") && all.contains("\"balances:"), "{all}");
        }
        // The number comes in any case: the cursor of a page must not stay behind.
        for other in ["claims", "parcels", "portfolio", "profile", "no-such-page"] {
            let body = seen(&format!("&page={other}")).await;
            let seq: i64 = after.parse().unwrap();
            assert_eq!(body.trim(), format!("data: {{\"seq\":{},\"ops\":[]}}", seq + 1), "{other}");
        }
    }

    async fn prices_go_to_pages_that_show_them_and_move_the_total_of_everything(world: World) {
        let portal = Portal::new(world).await;
        let ines = portal.sign_in("1").await;
        let source = async {
            for step in 1..=3_i64 {
                portal.send(&crate::portfolio::quotes("FR0014GUI0H6", &format!("{}.25", 100 + step), step)).await;
                guichet_app::portfolio::quotes::look(&portal.services.db, &portal.services.quotes).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            }
        };
        let (overview, portfolio, claims, ()) = tokio::join!(
            portal.listen("/live?after=0&page=overview", &ines, 2_500),
            portal.listen("/live?after=0&page=portfolio", &ines, 2_500),
            portal.listen("/live?after=0&page=claims", &ines, 2_500),
            source
        );
        let prices = |said: &str| said.split("\n\n").filter(|message| message.contains("event: quote")).map(str::to_owned).collect::<Vec<_>>();
        let (overview, portfolio) = (prices(&overview), prices(&portfolio));
        // What the page has when everything has arrived: the accounts' 1,012.50 twice, the shared portfolio's 1,000.00, and 10 × 103.25.
        let last = overview.iter().rfind(|message| message.contains("everything-total")).unwrap();
        assert!(last.contains("\"key\":\"everything-total\",\"html\":\"€4,057<span class=\\\"figure__minor\\\">.50</span>\""), "{last}");
        assert!(last.contains("everything-moved"), "{last}");
        let page = portal.get("/overview", &ines).await.body;
        assert!(page.contains("€4,057<") && page.contains(">.50</span>"), "the page says the same");
        assert!(overview.iter().all(|message| !message.contains("pf-lamp:") && !message.contains("pf-part:")));
        assert!(portfolio.iter().any(|message| message.contains("pf-lamp:") && message.contains("103.25\u{a0}EUR")), "{portfolio:?}");
        assert!(portfolio.iter().all(|message| !message.contains("everything-total")));
        assert!(prices(&claims).is_empty(), "{claims}");
    }

    async fn a_session_that_is_ended_hears_nothing_more(world: World) {
        let portal = Portal::new(world).await;
        let (ines, elsewhere) = (portal.sign_in("1").await, portal.sign_in("1").await);
        let after = cursor(&portal, &ines).await;
        let ending = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            portal.end_others(&elsewhere).await;
            portal.send(&booking("SECRET")).await;
        };
        let path = format!("/live?after={after}&page=accounts");
        let (said, ()) = tokio::join!(portal.listen(&path, &ines, 2_000), ending);
        assert!(said.contains("event: bye"), "{said}");
        assert!(!said.contains("SECRET"), "{said}");
    }
}

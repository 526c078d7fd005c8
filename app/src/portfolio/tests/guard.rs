//! A price that looks wrong changes nothing and leaves a finding; the page has the last good one, and the flag.

use super::{House, INSTRUMENTS, RATES, d, day, quote, quotes};
use guichet_platform::on_both_databases;

const HELD: &str = r#"{"guichet": "portfolio/1", "portfolios": [
  {"account": "D3", "currency": "EUR", "holders": ["1"], "as_of": "2026-11-13", "positions": [
    {"instrument": "GB0002634946", "quantity": 100, "price": "1200", "price_currency": "GBp", "cost": "1000.00",
     "cost_currency": "GBP"},
    {"instrument": "US0378331005", "quantity": 10, "price": "200", "price_currency": "USD"}]}]}"#;

fn pence(price: &str, kind: &str, on: i32, minutes: i64) -> String {
    quotes(&[quote("GB0002634946", "GBp", price, kind, day(on), minutes)])
}

on_both_databases! {
    async fn no_bad_price_moves_a_valuation(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, HELD, &pence("1210", "close", 16, 990), &pence("1215", "last", 17, 600)]).await;
        let ines = house.scope("1").await;
        let before = house.seen(ines).await;
        let bad = [
            ("quote_hundredfold", pence("12.16", "last", 17, 700)),
            ("quote_hundredfold", quotes(&[quote("GB0002634946", "GBP", "1216", "last", day(17), 701)])),
            ("quote_jump", pence("2500", "last", 17, 702)),
            ("quote_closed", pence("1300", "last", 14, 702)),
            ("quote_future", pence("1216", "last", 17, 1_400)),
            ("quote_stale", pence("1190", "last", 17, 500)),
            ("quote_currency", quotes(&[quote("GB0002634946", "USD", "1216", "last", day(17), 703)])),
            ("quote_jump", pence("400", "close", 13, 990)),
        ];
        for (check, text) in &bad {
            house.send(text).await;
            assert_eq!(house.seen(ines).await, before, "{check}: {text}");
        }
        const FINDINGS: &str = "select count(*) from finding where check_name like 'quote_%'";
        assert_eq!(house.count(FINDINGS).await, 8);
        // A price of nought does not even come that far: it is kept aside with its place.
        house.send(&pence("0", "last", 17, 704)).await;
        assert_eq!(house.seen(ines).await, before);
        assert_eq!(house.count("select count(*) from quarantine").await, 1);
        let book = house.book(ines).await;
        let latest = book.holdings.iter().find_map(|holding| holding.latest.clone().filter(|l| l.price.minor_divisor == 100));
        let latest = latest.unwrap();
        assert!(latest.in_doubt(), "{latest:?}");
        assert_eq!(latest.refused.clone().unwrap().reason, "future");
        // A good one takes the doubt away.
        house.world.clock.advance_seconds(600);
        house.send(&pence("1217", "last", 17, 820)).await;
        let book = house.book(ines).await;
        let latest = book.holdings.iter().find_map(|holding| holding.latest.clone().filter(|l| l.price.minor_divisor == 100));
        assert_eq!(latest.map(|latest| (latest.price.amount, latest.in_doubt())), Some((d("1217"), false)));
    }

    async fn a_wrong_price_of_the_same_second_casts_doubt_and_the_same_price_again_does_not(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, HELD, &pence("1215", "last", 17, 600)]).await;
        let ines = house.scope("1").await;
        let before = house.seen(ines).await;
        let doubt = async || {
            let book = house.book(ines).await;
            book.holdings.iter().any(|holding| holding.latest.as_ref().is_some_and(|latest| latest.in_doubt()))
        };
        house.send(&format!("{}\n", pence("1215", "last", 17, 600))).await;
        assert!(!doubt().await);
        house.send(&pence("121500", "last", 17, 600)).await;
        assert!(doubt().await);
        assert_eq!(house.seen(ines).await, before);
    }

    async fn a_real_jump_is_taken_when_a_second_price_says_the_same(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, HELD, &pence("1215", "last", 17, 600)]).await;
        let price = async || {
            let book = house.book(house.scope("1").await).await;
            book.holdings.iter().find(|holding| holding.instrument.name == "BAE Systems").unwrap().latest.clone().unwrap().price.amount
        };
        house.send(&pence("600", "last", 17, 601)).await;
        assert_eq!(price().await, d("1215"));
        house.send(&pence("605", "last", 17, 602)).await;
        assert_eq!(price().await, d("605"));
    }

    async fn a_split_is_no_jump(world: World) {
        let house = House::new(&world).await;
        let split = HELD.replace("\"positions\": [", r#""transactions": [{"reference": "S1", "type": "split",
            "instrument": "US0378331005", "trade_date": "2026-11-17", "ratio": "10:1"}], "positions": ["#);
        house.send_all(&[RATES, INSTRUMENTS, &split]).await;
        let us = |price: &str| quotes(&[quote("US0378331005", "USD", price, "last", day(17), 810)]);
        house.send_all(&[&us("20.1")]).await;
        let book = house.book(house.scope("1").await).await;
        let holding = book.holdings.iter().find(|holding| holding.instrument.name == "Apple Inc.").unwrap();
        assert_eq!((holding.quantity, holding.latest.clone().unwrap().price.amount), (d("100"), d("20.1")));
        // 20.1 against 200 / 10 at the end of yesterday.
        assert_eq!(book.worth(holding).day_ratio, Some(d("0.005")));
        assert_eq!(house.count("select count(*) from finding where check_name like 'quote_%'").await, 0);
    }

    async fn a_rate_out_of_proportion_is_not_used(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, HELD]).await;
        let ines = house.scope("1").await;
        let before = house.seen(ines).await;
        let bad = RATES.replace("2026-11-16", "2026-11-17").replace("1.2000", "120.00").replace("2026-11-09", "2026-11-10");
        house.send(&bad).await;
        assert_eq!(house.seen(ines).await, before);
        assert_eq!(house.count("select count(*) from finding where check_name = 'price_jump' and message like '%not used%'").await, 1);
    }

    async fn a_hub_has_what_the_database_has(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, HELD]).await;
        let hub = house.hub().await;
        let book = house.book(house.scope("1").await).await;
        let mut reader = hub.listen(book.holdings.iter().map(|holding| holding.instrument.id).collect());
        assert_eq!(reader.next().await.len(), 2, "a reconnect starts from the latest");
        house.send_all(&[&pence("1215", "last", 17, 600)]).await;
        crate::portfolio::quotes::look(&world.db, &hub).await.unwrap();
        let news = reader.next().await;
        assert_eq!(news.iter().map(|latest| latest.price.amount).collect::<Vec<_>>(), [d("1215")]);
    }

    async fn many_prices_of_one_message_end_as_if_each_had_come_alone(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, HELD, &pence("1215", "last", 17, 600)]).await;
        let ines = house.scope("1").await;
        let pence = |price: &str, minutes| quote("GB0002634946", "GBp", price, "last", day(17), minutes);
        let many = [
            pence("1216", 610),
            pence("1217", 611),
            // A hundredfold, and one that is older than the last good one.
            pence("121700", 612),
            pence("1211", 595),
            pence("1218", 613),
            quote("US0378331005", "USD", "201", "last", day(17), 610),
            quote("US0378331005", "USD", "202", "last", day(17), 611),
            // Nobody has described it: it is named and kept.
            quote("NL0000235190", "EUR", "7", "last", day(17), 611),
            pence("1219", 614),
        ];
        house.send(&quotes(&many)).await;
        let prices = async || {
            let book = house.book(ines).await;
            let mut prices: Vec<String> =
                book.holdings.iter().filter_map(|holding| Some(holding.latest.as_ref()?.price.amount.to_string())).collect();
            prices.sort();
            prices
        };
        assert_eq!(prices().await, ["1219", "202"]);
        assert_eq!(house.count("select count(*) from finding where check_name = 'quote_hundredfold'").await, 1);
        assert_eq!(house.count("select count(*) from finding where check_name = 'quote_stale'").await, 1);
        const DAY: &str = "select count(*) from quote_daily where day = 20774 and price in ('1219', '202', '7')";
        assert_eq!(house.count(DAY).await, 3);
        assert_eq!(house.count("select count(*) from quote where price is not null and document_id is not null").await, 3);
        // A close counts more than a running price of the same day, whichever is later.
        house.send(&quotes(&[quote("US0378331005", "USD", "203", "close", day(17), 620)])).await;
        house.send(&quotes(&[quote("US0378331005", "USD", "204", "last", day(17), 630)])).await;
        assert_eq!(prices().await, ["1219", "204"]);
        assert_eq!(house.count("select count(*) from quote_daily where day = 20774 and price = '203'").await, 1);
    }
}

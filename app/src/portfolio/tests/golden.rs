//! Golden portfolios: every figure is worked by hand in the comment beside it.

use super::{House, INSTRUMENTS, RATES, d, day, quote, quotes};
use crate::portfolio::book::{Aspect, Part};
use guichet_platform::on_both_databases;
use guichet_types::{Currency, Money};

/// A year in a week: paid in, bought, split four for one, a dividend, paid out.
const TRANSACTIONS: &str = r#"{"guichet": "portfolio/1", "portfolios": [
  {"account": "D1", "currency": "EUR", "name": "Custody", "holders": ["1"], "transactions": [
    {"reference": "T1", "type": "deposit", "trade_date": "2026-11-09", "net": "10000.00"},
    {"reference": "T2", "type": "buy", "instrument": "US0378331005", "trade_date": "2026-11-10", "quantity": 10,
     "price": "200", "gross": "1600.00", "fees": "5.00", "net": "-1605.00", "currency": "EUR"},
    {"reference": "T3", "type": "split", "instrument": "US0378331005", "trade_date": "2026-11-12", "ratio": "4:1"},
    {"reference": "T4", "type": "dividend", "instrument": "US0378331005", "trade_date": "2026-11-13", "quantity": 40,
     "gross": "9.00", "taxes": "1.00", "net": "8.00", "currency": "EUR"},
    {"reference": "T5", "type": "withdrawal", "trade_date": "2026-11-13", "net": "-195.00"}]}]}"#;

fn closes() -> String {
    let close = |on: i32, price: &str| quote("US0378331005", "USD", price, "close", day(on), 1_260);
    quotes(&[close(10, "200"), close(11, "220"), close(12, "55"), close(13, "56"), close(16, "57")])
}

/// What a custodian without transactions says: pence, and a bond in percent.
const POSITIONS: &str = r#"{"guichet": "portfolio/1", "portfolios": [
  {"account": "D2", "currency": "EUR", "holders": ["2"], "as_of": "2026-11-16", "positions": [
    {"instrument": "GB0002634946", "quantity": 150, "price": "1234.5", "price_currency": "GBp", "cost": "2000.00",
     "cost_currency": "GBP"},
    {"instrument": "DE000A1B2C35", "quantity": 10000, "price": "98.125", "cost": "9900.00"}],
   "cash": [{"name": "Settlement", "amount": "100.00", "currency": "USD"}]}]}"#;

on_both_databases! {
    async fn a_week_with_a_split_a_dividend_and_money_in_and_out(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, TRANSACTIONS, &closes()]).await;
        house.send_all(&[&quotes(&[quote("US0378331005", "USD", "60", "last", day(17), 800)])]).await;
        let book = house.book(house.scope("1").await).await;
        // 40 after the split; the money: 10000 − 1605 + 8 − 195.
        assert_eq!((book.holdings[0].quantity, book.cash.clone()), (d("40"), vec![(Currency::EUR, d("8208"))]));
        let days: Vec<_> = book.days.iter().map(|value| (value.day, value.value, value.flow)).collect();
        let expected = [
            (day(9), 1_000_000, 1_000_000),
            // 8395 + 10 × 200 / 1.25
            (day(10), 999_500, 0),
            // 8395 + 10 × 220 / 1.25
            (day(11), 1_015_500, 0),
            // 8395 + 40 × 55 / 1.25: the split changes nothing
            (day(12), 1_015_500, 0),
            // 8208 + 40 × 56 / 1.25
            (day(13), 1_000_000, -19_500),
            (day(14), 1_000_000, 0),
            (day(15), 1_000_000, 0),
            // 8208 + 40 × 57 / 1.20
            (day(16), 1_010_800, 0),
        ];
        assert_eq!(days, expected);
        let total = book.total();
        // 8208 + 40 × 60 / 1.20
        assert_eq!(total.value, Money::new(1_020_800, Currency::EUR));
        assert_eq!(total.today, Some(Money::new(10_000, Currency::EUR)));
        // Nobody's money but the market's: 10155/10000 × (10000 + 195)/10155 × 10208/10000 = 1.0195 × 1.0208.
        assert_eq!(total.returns.all, Some(d("0.0407056")));
        // 10208 / 10108 − 1 = 100 / 10108
        assert_eq!(total.returns.day, Some(d("0.0098931539")));
        // Since the 10th: 10195/9995 × 1.0208 − 1 = 10407.056/9995 − 1
        assert_eq!(total.returns.week, Some(d("0.0412262131")));
        let worth = book.worth(&book.holdings[0]);
        // 2000 less 1605 with the fee; 395 / 1605; 60 / 57 − 1.
        assert_eq!(worth.gain, Some(Money::new(39_500, Currency::EUR)));
        assert_eq!(worth.gain_ratio, Some(d("0.246106")));
        assert_eq!(worth.day_ratio, Some(d("0.052632")));
        assert_eq!(worth.own, Some(Money::new(240_000, "USD".parse().unwrap())));
        assert_eq!(worth.rate.and_then(|rate| rate.day), Some(day(16)));
    }

    async fn pence_percent_and_foreign_money_come_to_one_sum(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[INSTRUMENTS, POSITIONS, RATES]).await;
        let book = house.book(house.scope("2").await).await;
        let value = |name: &str| {
            let holding = book.holdings.iter().find(|holding| holding.instrument.name.starts_with(name)).unwrap();
            let worth = book.worth(holding);
            (worth.value.unwrap().minor, worth.gain.unwrap().minor)
        };
        // 150 × 12.345 GBP = 1851.75; / 0.80 = 2314.6875. Less 2000 GBP: −148.25 / 0.80 = −185.3125.
        assert_eq!(value("BAE"), (231_469, -18_531));
        // 10000 × 98.125 %
        assert_eq!(value("Hafen"), (981_250, -8_750));
        let total = book.total();
        // 2314.69 + 9812.50 + 100 / 1.20
        assert_eq!((total.value.minor, total.cash.minor, total.gain.map(|gain| gain.minor)), (1_221_052, 8_333, Some(-27_281)));
        let parts = |aspect| book.parts(aspect).into_iter().map(|Part { key, permille, .. }| (key, permille)).collect::<Vec<_>>();
        let part = |key: &str, permille| (key.to_owned(), permille);
        // 9812.50, 2314.69 and 83.33 of 12210.52
        assert_eq!(parts(Aspect::Class), [part("bond", 804), part("equity", 190), part("cash", 7)]);
        assert_eq!(parts(Aspect::Currency), [part("EUR", 804), part("GBP", 190), part("USD", 7)]);
        assert_eq!(parts(Aspect::Region), [part("DE", 804), part("Europe", 190), part("cash", 7)]);
    }

    async fn without_a_rate_nothing_is_guessed(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[INSTRUMENTS, POSITIONS]).await;
        let book = house.book(house.scope("2").await).await;
        let total = book.total();
        assert_eq!((total.value.minor, total.missing, total.returns.all), (981_250, 2, None));
    }

    async fn what_a_snapshot_has_and_no_trade_explains_came_from_outside(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, POSITIONS]).await;
        let next = POSITIONS.replace("2026-11-16", "2026-11-17").replace("10000,", "20000,").replace("9900", "19800");
        house.send_all(&[&next]).await;
        let book = house.book(house.scope("2").await).await;
        // Ten thousand more of face value at 98.125 %: no gain of today.
        assert_eq!((book.flow_today, book.total().today.unwrap().minor), (981_250, 0));
        assert_eq!(book.total().returns.day, Some(d("0")));
    }
}

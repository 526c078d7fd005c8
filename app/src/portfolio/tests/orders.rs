//! The same twice changes nothing; any order gives the same end; older news never takes the place of newer; nobody sees what is
//! not theirs.

use super::{House, INSTRUMENTS, RATES, d, day, quote, quotes};
use crate::portfolio::store;
use futures::FutureExt as _;
use guichet_platform::{
    live::{self, Behind},
    on_both_databases,
    testing::World,
};

const JOINT: &str = r#"{"guichet": "portfolio/1", "portfolios": [
  {"account": "J1", "currency": "EUR", "name": "Joint", "holders": ["1", "2"], "as_of": "2026-11-13", "positions": [
    {"instrument": "US0378331005", "quantity": 10, "price": "200", "price_currency": "USD", "cost": "1500.00"}],
   "cash": [{"name": "Settlement", "amount": "500.00", "currency": "EUR"}]}]}"#;
const LATER: &str = r#"{"guichet": "portfolio/1", "portfolios": [
  {"account": "J1", "currency": "EUR", "holders": ["1"], "as_of": "2026-11-16", "positions": [
    {"instrument": "US0378331005", "quantity": 12, "price": "205", "price_currency": "USD", "cost": "1830.00"}]}]}"#;
const TRADES: &str = "account,account_currency,reference,type,instrument,trade_date,quantity,price,net,currency,text
J1,EUR,T1,buy,US0378331005,2026-11-16,2,206,-330.00,EUR,
J1,EUR,T2,fee,,2026-11-16,,,-7.50,EUR,=Custody fee
";

fn closes() -> String {
    let close = |on: i32, price: &str| quote("US0378331005", "USD", price, "close", day(on), 1_260);
    quotes(&[close(12, "198"), close(13, "201"), close(16, "206")])
}

on_both_databases! {
    async fn the_same_documents_twice_change_nothing(world: World) {
        let house = House::new(&world).await;
        let closes = closes();
        let all = [RATES, INSTRUMENTS, JOINT, TRADES, closes.as_str()];
        house.send_all(&all).await;
        let ines = house.scope("1").await;
        let once = house.seen(ines).await;
        assert!(once.len() > 8, "{once:?}");
        for text in all {
            assert!(house.send(text).await.duplicate);
            // The same in other bytes.
            assert!(!house.send(&format!("{text}\n")).await.duplicate);
        }
        assert_eq!(house.seen(ines).await, once);
        assert_eq!(house.count("select count(*) from security_transaction").await, 2);
        assert_eq!(house.count("select count(*) from instrument").await, 3);
    }

    async fn any_order_gives_the_same_end(world: World) {
        let house = House::new(&world).await;
        let closes = closes();
        let forwards = [RATES, INSTRUMENTS, JOINT, TRADES, closes.as_str(), LATER];
        house.send_all(&forwards).await;
        let ines = house.scope("1").await;
        let expected = house.seen(ines).await;
        for turn in [[5, 4, 3, 2, 1, 0], [2, 5, 0, 4, 3, 1], [4, 3, 5, 1, 2, 0]] {
            let Some(other) = again(&world).await else { return };
            let house = House::new(&other).await;
            for index in turn {
                house.send_all(&[forwards[index]]).await;
            }
            let ines = house.scope("1").await;
            assert_eq!(house.seen(ines).await, expected, "{turn:?}");
        }
    }

    async fn a_later_snapshot_stays_and_gives_up_the_other_holder(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, LATER]).await;
        let (ines, hugo) = (house.scope("1").await, house.scope("2").await);
        house.send_all(&[JOINT]).await;
        assert_eq!(house.book(ines).await.holdings[0].quantity, d("12"));
        assert!(house.portfolios(hugo).await.is_empty(), "the later document names Inès alone");
    }

    async fn a_customer_sees_only_what_carries_their_number(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, LATER, TRADES]).await;
        let (ines, hugo) = (house.scope("1").await, house.scope("2").await);
        let id = house.portfolios(ines).await[0].id;
        assert!(house.open(hugo, id, day(17)).await.is_none());
        let found = world.db.read(&hugo, move |tx| {
            async move {
                let holdings = store::list_holdings(tx, &hugo, id).await?.len();
                let transactions = store::list_transactions(tx, &hugo, id, None, 10).await?.len();
                Ok::<_, guichet_platform::db::DbError>((
                    holdings, transactions, store::list_days(tx, &hugo, id).await?.len(), store::list_cash(tx, &hugo, id).await?.len(),
                ))
            }
            .boxed()
        });
        assert_eq!(found.await.unwrap(), (0, 0, 0, 0));
    }

    async fn a_portfolio_of_nobody_is_kept_and_shown_when_the_customer_comes(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, &JOINT.replace(r#"["1", "2"]"#, r#"["77"]"#)]).await;
        assert_eq!(house.count("select count(*) from finding where check_name = 'unmapped_customer'").await, 1);
        house.send(r#"{"guichet": "parties/1", "customers": [{"number": "77", "name": "Noé", "since": "2026-01-01"}]}"#).await;
        assert_eq!(house.portfolios(house.scope("77").await).await.len(), 1);
    }

    async fn both_holders_hear_of_a_change_and_of_nothing_when_nothing_changed(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, JOINT]).await;
        let scopes = [house.scope("1").await, house.scope("2").await];
        let events = async || {
            let mut counts = Vec::new();
            for scope in scopes {
                let read = world.db.read(&scope, move |tx| async move { live::behind(tx, &scope, 0, 100).await }.boxed());
                let Behind::Events(events) = read.await.unwrap() else { unreachable!() };
                counts.push(events.iter().filter(|event| event.topic == "portfolio.changed").count());
            }
            counts
        };
        let before = events().await;
        house.send(&format!("{JOINT}\n")).await;
        let trades = events().await;
        house.send(TRADES).await;
        let after = events().await;
        house.send(&format!("{TRADES}\n")).await;
        assert_eq!(after, events().await);
        assert!(after[0] > trades[0] && after[1] > before[1], "{before:?} {trades:?} {after:?}");
        // A price of today is no event.
        house.send(&quotes(&[quote("US0378331005", "USD", "207", "last", day(17), 810)])).await;
        assert_eq!(after, events().await);
    }

    async fn one_bad_line_is_kept_aside_and_the_rest_goes_on(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[RATES, INSTRUMENTS, LATER]).await;
        let bad = TRADES.replace("J1,EUR,T1,buy,US0378331005,2026-11-16", "J1,EUR,T1,buy,US0378331005,2026-11-99");
        house.send(&bad).await;
        assert_eq!(house.count("select count(*) from quarantine").await, 1);
        assert_eq!(house.count("select count(*) from security_transaction").await, 1);
    }

    async fn ofx_gives_its_bank_part_to_the_accounts(world: World) {
        const BANK: &str = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261116<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>123456<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261116<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261110<TRNAMT>12.50<FITID>F1<NAME>Librairie</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>100.00<DTASOF>20261116</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";
        let house = House::new(&world).await;
        house.send_all(&[BANK]).await;
        assert_eq!(house.count("select count(*) from account").await, 1);
        assert_eq!(house.count("select count(*) from entry where amount = 1250").await, 1);
        house.send(&format!("{BANK}\n")).await;
        assert_eq!(house.count("select count(*) from entry").await, 1);
    }

    async fn the_watch_list_takes_what_there_is_and_gives_it_up(world: World) {
        let house = House::new(&world).await;
        house.send_all(&[INSTRUMENTS]).await;
        let (ines, hugo) = (house.scope("1").await, house.scope("2").await);
        let found = async |words: &'static str| {
            let read = world.db.read(&ines, move |tx| async move { store::search_instruments(tx, &ines, words).await }.boxed());
            read.await.unwrap()
        };
        assert_eq!(found("%").await.len(), 1, "the bond has a percent sign in its name");
        assert_eq!((found("apple").await.len(), found("BA.").await.len(), found("GB0002634946").await.len()), (1, 1, 1));
        let share = found("apple").await[0].id;
        let now = guichet_platform::testing::NOW;
        for _ in 0..2 {
            let add = world.db.write(&ines, move |tx| async move { store::watch(tx, &ines, share, now).await }.boxed());
            assert!(add.await.unwrap());
        }
        let none = guichet_types::Id::from_bytes([0; 16]);
        let add = world.db.write(&ines, move |tx| async move { store::watch(tx, &ines, none, now).await }.boxed());
        assert!(!add.await.unwrap());
        let list = async |scope: guichet_platform::scope::CustomerScope| {
            world.db.read(&scope, move |tx| async move { store::list_watched(tx, &scope).await }.boxed()).await.unwrap().len()
        };
        assert_eq!((list(ines).await, list(hugo).await), (1, 0));
        world.db.write(&ines, move |tx| async move { store::unwatch(tx, &ines, share).await }.boxed()).await.unwrap();
        assert_eq!(list(ines).await, 0);
    }
}

/// Another world on the same kind of database.
async fn again(world: &World) -> Option<World> {
    match world.db.dialect() {
        guichet_platform::db::Dialect::Sqlite => Some(guichet_platform::testing::sqlite().await),
        guichet_platform::db::Dialect::Postgres => guichet_platform::testing::postgres().await,
    }
}

//! Clients that go away at any microsecond, with next to no connections to the database: whoever borrows one next finds
//! nothing on it.

use super::{
    crowd::{Dice, crowd, words_in},
    same_instant::{Line, served},
};
use crate::portal::Portal;
use axum::http::StatusCode;
use futures::FutureExt as _;
use guichet_platform::{
    db::{DbError, Dialect},
    on,
    random::SeededRandom,
    scope::operator,
    testing::{self, World, attempts, figures},
};
use std::time::Duration;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_borrows_a_connection_after_a_cut_finds_nothing_on_sqlite() {
    story(testing::sqlite_of(1).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_borrows_a_connection_after_a_cut_finds_nothing_on_postgres() {
    if let Some(world) = testing::postgres_of(2).await {
        story(world).await;
    }
}

async fn story(world: World) {
    let dialect = world.db.dialect();
    let portal = Portal::unpaced(world).await;
    let members = crowd(&portal, 4).await;
    let (address, stop) = served(&portal).await;
    let random = SeededRandom::new(4_711);
    let dice = Dice(&random);
    let cuts = attempts(150, 10_000);
    let mut next = Line::own(address).await;
    let (mut looked, mut marked) = (0_usize, 0_usize);
    for at in 0..cuts {
        let (cut, follows) = (&members[at % 4], &members[(at + 1 + dice.roll(3)) % 4]);
        let page =
            *dice.pick(&["/overview", "/accounts", "/parcels", "/claims", "/portfolio", "/profile", "/live?after=0"]);
        let mut line = TcpStream::connect(address).await.unwrap();
        let head = if dice.roll(4) == 0 {
            let form = "locale=en&back=%2F";
            format!(
                "POST /api/display HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\ncookie: {}\r\n\r\n{form}",
                form.len(),
                cut.cookie
            )
        } else {
            format!("GET {page} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\r\n", cut.cookie)
        };
        line.write_all(head.as_bytes()).await.unwrap();
        let wait = u64::try_from(dice.roll(4_000)).unwrap();
        if wait > 200 {
            tokio::time::sleep(Duration::from_micros(wait)).await;
        }
        drop(line);
        if at % 2 == 0 {
            let page = *dice.pick(&["/overview", "/accounts", "/parcels"]);
            let (status, _, body) = next.get(page, &follows.cookie).await;
            assert_eq!(status, StatusCode::OK, "{page} after cut {at}: {body}");
            let words = words_in(&body);
            assert!(!words.is_empty(), "{page}: {body}");
            assert!(words.iter().all(|word| *word == follows.word), "{page}: {words:?}");
            looked += 1;
            marked += words.len();
        }
        if at % 16 == 0 {
            nothing_is_left(&portal).await;
        }
    }
    nothing_is_left(&portal).await;
    figures(&format!(
        "T03 {dialect:?}: {cuts} requests cut off, {looked} next borrowers looked at, own words {marked}, foreign words 0, poisoned connections 0"
    ));
    stop.cancel();
}

/// Every connection to the database, one after the other: no transaction of somebody's, no customer.
async fn nothing_is_left(portal: &Portal) {
    for _ in 0..3 {
        let scope = operator();
        let read = portal.world.db.glance(&scope, |tx| {
            async move {
                let sql = match tx.dialect() {
                    Dialect::Sqlite => "select cast(count(*) as text) from customer",
                    Dialect::Postgres => "select coalesce(current_setting('guichet.customer', true), '') || coalesce(pg_current_xact_id_if_assigned()::text, '')",
                };
                let (left,): (String,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>((left, tx.dialect()))
            }
            .boxed()
        });
        let (left, dialect) = read.await.unwrap();
        assert_eq!(left, if dialect == Dialect::Sqlite { "6" } else { "" });
    }
    // A writer that was left in its transaction would hold up this one.
    let scope = operator();
    let write = portal.world.db.write(&scope, |tx| {
        async move {
            on!(tx, c => sqlx::query("update customer set live_seq = live_seq").execute(&mut **c).await.map(|_| ()))
                .map_err(DbError::from)
        }
        .boxed()
    });
    tokio::time::timeout(Duration::from_secs(10), write).await.unwrap().unwrap();
}

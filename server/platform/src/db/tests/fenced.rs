//! What only SQLite has: views, triggers and an authoriser in the place of roles. Each of its locks alone, a scope that does
//! not stay behind on a connection, and plans that still use the indexes.

#![expect(clippy::disallowed_methods, reason = "statements made of the names in the list")]

use crate::{
    db::{
        Conn, Db, DbError, DbOptions, Pools, Tx,
        policy::{Act, Fenced},
    },
    on,
    random::SeededRandom,
    scope::{CustomerScope, operator},
    testing::{self, World},
};
use futures::FutureExt as _;
use guichet_types::Id;

/// As customer 1, past the lock of `line`: the statement reaches SQLite as it is.
async fn straight(world: &World, sql: &'static str) -> Result<(), sqlx::Error> {
    let scope = CustomerScope::new(Id::from_bytes([1; 16]));
    let asked = world.db.write(&scope, move |tx| {
        async move {
            let Conn::Sqlite(seat) = tx.conn() else { unreachable!() };
            sqlx::query(sql).fetch_all(&mut seat.conn).await.map(|_| ()).map_err(DbError::from)
        }
        .boxed()
    });
    match asked.await {
        Ok(()) => Ok(()),
        Err(DbError::Sql(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn the_authoriser_alone_keeps_a_statement_from_a_table() {
    let world = testing::sqlite().await;
    for sql in [
        "select remittance from main.entry",
        "select count(*) from main.entry",
        "select 1 from main.entry",
        "select rowid from main.entry",
        "select (select max(remittance) from main.entry)",
        "select * from account a join main.entry e on e.account_id = a.id",
        // A part of a statement may be called like a view; SQLite then gives the authoriser that name.
        "with entry as (select * from main.entry) select * from entry",
        "with sqlite_returning as (select * from main.entry) select * from sqlite_returning",
        "select * from main.credential",
        "select count(*) from credential",
        "select count(*) from finding",
        "select * from main.sqlite_schema",
        "select * from sqlite_temp_schema",
        "select count(*) from sqlite_schema",
        "update main.entry set amount = 0",
        "update main.session set agent = 'x'",
        "delete from main.claim_draft",
        "insert into main.holder select * from main.holder",
        "insert or replace into main.session select * from session",
        "attach database ':memory:' as other",
        "detach database main",
        "pragma query_only = off",
        "pragma writable_schema = on",
        "select * from pragma_table_info('entry')",
        "create temp view mine as select * from main.entry",
        "create view mine as select 1",
        "create temp table mine (x)",
        "create temp trigger mine after update on main.session begin select 1; end",
        "drop view entry",
        "drop table main.entry",
        "alter table main.entry rename to mine",
        "reindex",
        "analyze",
        "vacuum",
        "savepoint x",
        "select load_extension('x')",
    ] {
        let refused = straight(&world, sql).await;
        assert!(refused.is_err(), "{sql}");
    }
    // What it lets through, it lets through.
    straight(&world, "select remittance, count(*) from entry group by 1").await.unwrap();
}

#[tokio::test]
async fn a_statement_that_names_the_schema_is_refused_before_sqlite_sees_it() {
    let world = testing::sqlite().await;
    let scope = CustomerScope::new(Id::from_bytes([1; 16]));
    for sql in [
        "update session set agent = (select max(agent) from main.session)",
        "update session set agent = 'x' from \"main\" . session o returning o.agent",
        "select 1 from [MAIN].entry",
    ] {
        let asked = world.db.write(&scope, move |tx| {
            async move { on!(tx, c => sqlx::query(sql).execute(&mut **c).await.map(|_| ())).map_err(DbError::from) }
                .boxed()
        });
        assert!(matches!(asked.await, Err(DbError::Sql(sqlx::Error::Protocol(_)))), "{sql}");
    }
}

/// The same statement, prepared once, on the same connection, for one customer after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_prepared_statement_carries_no_scope_to_the_next_customer() {
    let folder = tempfile::tempdir().unwrap();
    let at = format!("sqlite:{}", folder.path().join("one.db").display());
    let options = DbOptions { readers: 1, ..DbOptions::at(at) };
    let db = Db::open(&options, &SeededRandom::new(9)).await.unwrap();
    db.write(&operator(), |tx| {
        async move {
            for of in 1..=5_u8 {
                on!(tx, c => sqlx::query("insert into party (id, kind, name) values ($1, 'person', $2)").bind(vec![of; 16])
                    .bind(format!("P{of}")).execute(&mut **c).await.map(|_| ()))?;
                on!(tx, c => sqlx::query("insert into customer (id, party_id, number, since_day, created_at)
                    values ($1, $1, $2, 0, 0)").bind(vec![of; 16]).bind(format!("C{of}")).execute(&mut **c).await.map(|_| ()))?;
            }
            Ok::<_, DbError>(())
        }
        .boxed()
    })
    .await
    .unwrap();
    for round in 0..300_u32 {
        let of = u8::try_from(1 + round % 6).unwrap();
        let scope = CustomerScope::new(Id::from_bytes([of; 16]));
        let names = db.glance(&scope, |tx| {
            async move {
                let names: Vec<(String, String)> = on!(tx, c => sqlx::query_as("select p.name, c.number from party p, customer c")
                    .fetch_all(&mut **c).await)?;
                Ok::<_, DbError>(names)
            }
            .boxed()
        });
        // The sixth is nobody.
        let expected = if of == 6 { Vec::new() } else { vec![(format!("P{of}"), format!("C{of}"))] };
        assert_eq!(names.await.unwrap(), expected);
    }
    // Given back, the connection works for nobody.
    let Pools::Sqlite(doors) = &*db.pools else { unreachable!() };
    let mut line = doors.customer.readers.lines().pop().unwrap();
    let (none,): (i64,) = sqlx::query_as("select count(*) from customer").fetch_one(&mut line.conn).await.unwrap();
    assert_eq!(none, 0);
}

#[tokio::test]
async fn every_view_can_be_read_and_every_table_of_the_list_be_changed_as_it_says() {
    let world = testing::sqlite().await;
    for table in Fenced::Customer.tables() {
        for act in Act::ALL {
            let allowed = Fenced::Customer.condition(table, act).is_some();
            let sql = match act {
                Act::Select => format!("select count(*) from {table}"),
                Act::Insert => format!("insert into {table} select * from {table} where false"),
                Act::Update => {
                    let column = if matches!(
                        table,
                        "claim_draft" | "claim_notice" | "claim_upload" | "claim_letter" | "session" | "parcel_share"
                    ) {
                        "customer_id"
                    } else if table == "customer" {
                        "locale"
                    } else {
                        continue;
                    };
                    format!("update {table} set {column} = {column} where false")
                }
                Act::Delete => format!("delete from {table} where false"),
            };
            let scope = CustomerScope::new(Id::from_bytes([1; 16]));
            let done: Result<(), DbError> = world
                .db
                .write(&scope, move |tx| {
                    async move {
                        on!(tx, c => sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut **c).await.map(|_| ()))
                            .map_err(DbError::from)
                    }
                    .boxed()
                })
                .await;
            assert_eq!(done.is_ok(), allowed, "{act:?} {table}: {done:?}");
        }
    }
}

/// How SQLite goes about a question of the statement page.
#[tokio::test]
async fn the_views_keep_the_indexes_in_use() {
    let world = testing::sqlite().await;
    let scope = CustomerScope::new(Id::from_bytes([1; 16]));
    for (sql, uses) in [
        (
            "explain query plan select e.id from entry e join holder h on h.account_id = e.account_id
          where h.customer_id = $1 and h.until_day is null and e.account_id = $1 and e.shown = 1
          and e.status = 'booked' and (e.day, e.position) < ($2, $3) order by e.day desc, e.position desc limit 50",
            "INDEX entry_by_day (account_id=? AND (day,position)<(?,?))",
        ),
        ("explain query plan select e.id from entry e where e.id = $1", "(id=?)"),
        // A list of what is the customer's, made from their side: never of everything that there is.
        ("explain query plan select name from source_document where id = $1", "(id=?)"),
        ("explain query plan select words from parcel_event where id = $1", "(id=?)"),
        ("explain query plan select data from claim_part where id = $1", "(id=?)"),
        ("explain query plan select name from portfolio where id = $1", "(id=?)"),
        (
            "explain query plan select s.id from shipment s where s.number = $1",
            "INDEX sqlite_autoindex_shipment_2 (number=?)",
        ),
        (
            "explain query plan select seq from live_event where customer_id = $1 and seq > $2 order by seq limit 5",
            "(customer_id=? AND seq>?)",
        ),
    ] {
        let plan = world.db.read(&scope, move |tx| {
            async move {
                let rows: Vec<(i64, i64, i64, String)> = on!(tx, c => sqlx::query_as(sql).bind(vec![1_u8; 16]).bind(9_i64).bind(9_i64).fetch_all(&mut **c).await)?;
                Ok::<_, DbError>(rows.into_iter().map(|row| row.3).collect::<Vec<_>>().join("\n"))
            }
            .boxed()
        });
        let plan = plan.await.unwrap();
        assert!(plan.contains(uses), "{sql}\n{plan}");
        assert!(!["USE TEMP B-TREE", "MATERIALIZE", "SCAN "].iter().any(|word| plan.contains(word)), "{sql}\n{plan}");
    }
}

/// The statement page's question for fifty entries out of ten thousand, through the fence and without. Figures for a campaign.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_fence_costs() {
    const PAGE: &str = "select e.id, e.day, e.position, e.status, e.amount, e.reversal, e.booked_at, e.counterparty, e.remittance, e.code
        from entry e join holder h on h.account_id = e.account_id
        where h.customer_id = $1 and h.until_day is null and e.account_id = $1 and e.shown = 1
        and e.status = 'booked' and (e.day, e.position) < ($2, $3) order by e.day desc, e.position desc limit 50";
    let world = testing::sqlite().await;
    world
        .db
        .write(&operator(), |tx| {
            async move {
                for sql in [
                    "insert into party (id, kind, name) values ($1, 'person', 'X')",
                    "insert into customer (id, party_id, number, since_day, created_at) values ($1, $1, 'X', 0, 0)",
                    "insert into account (id, identification, scheme, currency, kind, created_at) values ($1, 'X', 'OTHER', 'EUR', 'current', 0)",
                    "insert into holder (account_id, customer_id, role, since_day) values ($1, $1, 'owner', 0)",
                    "insert into source_document (id, sha256, source, name, bytes, received_at, state) values ($1, $1, 'x', 'x', 1, 0, 'applied')",
                    "insert into statement (id, account_id, document_id, kind, currency, entry_count, sum_credit, sum_debit, balance_check, place) values ($1, $1, $1, 'statement', 'EUR', 1, 1, 0, 'ok', '')",
                    "with recursive n (n) as (select 1 union all select n + 1 from n where n < 10000)
                     insert into entry (id, account_id, statement_id, document_id, place, day, position, status, amount, currency, reversal, counterparty, remittance, details, search, match_key, final, shown, first_seen_at)
                     select randomblob(16), $1, $1, $1, '', n / 9, n, 'booked', n, 'EUR', 0, 'Librairie', 'Rent', '', '', randomblob(16), 1, 1, 0 from n",
                ] {
                    on!(tx, c => sqlx::query(sql).bind(vec![1_u8; 16]).execute(&mut **c).await.map(|_| ()))?;
                }
                Ok::<_, DbError>(())
            }
            .boxed()
        })
        .await
        .unwrap();
    let rounds = testing::attempts(50, 4_000);
    let mut best = [f64::MAX; 2];
    // In turns, the best of each: what else the machine does falls on both.
    for _ in 0..testing::attempts(1, 8) {
        for (at, fenced) in [false, true].into_iter().enumerate() {
            let begun = processor_time();
            if fenced {
                let scope = CustomerScope::new(Id::from_bytes([1; 16]));
                world.db.read(&scope, move |tx| ask_page(tx, PAGE, rounds).boxed()).await.unwrap();
            } else {
                world.db.read(&operator(), move |tx| ask_page(tx, PAGE, rounds).boxed()).await.unwrap();
            }
            best[at] = best[at].min((processor_time() - begun) / rounds as f64);
        }
    }
    testing::figures(&format!(
        "fence: the statement page's question for 50 of 10000 entries takes {:.0} µs of processor time without it and {:.0} µs behind it (best of 8 rounds, unoptimised build)",
        best[0], best[1]
    ));
}

/// Microseconds of processor time of this process: what else the machine does falls out. Linux counts in hundredths of a second.
#[expect(clippy::float_arithmetic, reason = "a figure that is printed")]
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(|n| n.parse().unwrap_or(0.0)).collect();
    fields.iter().skip(11).take(2).sum::<f64>() * 10_000.0
}

async fn ask_page(tx: &mut Tx, sql: &'static str, rounds: usize) -> Result<(), DbError> {
    for _ in 0..rounds {
        let rows = on!(tx, c => sqlx::query(sql).bind(vec![1_u8; 16]).bind(i64::MAX).bind(0_i64).fetch_all(&mut **c).await
            .map(|rows| rows.len()))?;
        assert_eq!(rows, 50);
    }
    Ok(())
}

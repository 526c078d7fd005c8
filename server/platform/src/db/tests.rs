//! What the database promises, whichever it is.

mod fenced;
mod policies;
mod tls;
mod unfiltered;

use super::{DbError, Dialect, migration_names};
use crate::{on, on_both_databases, scope::operator, testing};
use futures::FutureExt as _;
use std::collections::BTreeSet;

#[test]
fn both_databases_have_the_same_migrations() {
    let (sqlite, postgres) = migration_names();
    assert_eq!(sqlite, postgres);
    assert!(!sqlite.is_empty());
}

/// Tables that nobody but sign-in may read.
const SIGN_INS_OWN: [&str; 18] = [
    "approval",
    "authenticator",
    "ceremony",
    "credential",
    "device",
    "email_change",
    "held_form",
    "passkey",
    "recovery_code",
    "role",
    "session",
    "sign_in_step",
    "staff",
    "staff_proposal",
    "step_up",
    "superseded_token",
    "support_view",
    "throttle",
];

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    const SQLITE: &str = "select m.name, p.name from sqlite_master m join pragma_table_info(m.name) p
        where m.type = 'table' and m.name not like '\\_sqlx%' escape '\\' and m.name not like 'sqlite%'";
    const POSTGRES: &str = "select table_name::text, column_name::text from information_schema.columns
        where table_schema = current_schema() and table_name not like '\\_sqlx%'";
    let Some(postgres) = testing::postgres().await else { return };
    let mut seen = Vec::new();
    for (world, sql) in [(testing::sqlite().await, SQLITE), (postgres, POSTGRES)] {
        let rows: Vec<(String, String)> = world
            .db
            .read(&operator(), move |tx| {
                async move { on!(tx, c => sqlx::query_as(sql).fetch_all(&mut **c).await).map_err(DbError::from) }
                    .boxed()
            })
            .await
            .unwrap();
        seen.push(rows.into_iter().collect::<BTreeSet<_>>());
    }
    // The feed's role sees the columns of what it may touch; what sign-in keeps for itself is not among them.
    let shown = |pair: &&(String, String)| !SIGN_INS_OWN.contains(&pair.0.as_str());
    let sqlite: BTreeSet<_> = seen[0].iter().filter(shown).collect();
    // Of the institution's people it sees who they are.
    let (own, postgres): (BTreeSet<_>, BTreeSet<_>) = seen[1].iter().partition(|pair| pair.0 == "staff");
    assert_eq!(own, BTreeSet::from([&("staff".to_owned(), "customer_id".to_owned())]));
    assert_eq!(sqlite, postgres);
    assert!(sqlite.len() > 80);
}

on_both_databases! {
    async fn a_body_that_fails_leaves_nothing_behind(world: World) {
        const ADD: &str = "insert into party (id, kind, name) values ($1, 'person', 'X')";
        let failed: Result<(), DbError> = world.db.write(&operator(), |tx| {
            async move {
                on!(tx, c => sqlx::query(ADD).bind(vec![1_u8; 16]).execute(&mut **c).await.map(|_| ()))?;
                Err(DbError::Value("on purpose"))
            }
            .boxed()
        }).await;
        assert!(failed.is_err());
        assert_eq!(parties(&world.db).await, 0);
    }

    async fn a_caller_that_goes_away_does_not_stop_a_transaction_half_way(world: World) {
        const ADD: &str = "insert into party (id, kind, name) values ($1, 'person', 'X')";
        for n in 0..40_u8 {
            let db = world.db.clone();
            let call = tokio::spawn(async move {
                db.write(&operator(), move |tx| {
                    async move {
                        for part in 0..2_u8 {
                            let id = vec![n, part, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                            on!(tx, c => sqlx::query(ADD).bind(id).execute(&mut **c).await.map(|_| ()))?;
                            tokio::task::yield_now().await;
                        }
                        Ok::<_, DbError>(())
                    }
                    .boxed()
                })
                .await
            });
            tokio::time::sleep(std::time::Duration::from_micros(u64::from(n) * 40)).await;
            call.abort();
        }
        // Whatever was begun was finished: halves would be odd, and a connection left open would hold up the next.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(parties(&world.db).await % 2, 0);
    }

    async fn a_body_that_panics_is_rolled_back_and_the_next_one_runs(world: World) {
        const ADD: &str = "insert into party (id, kind, name) values ($1, 'person', 'X')";
        let failed: Result<(), DbError> = world.db.write(&operator(), |tx| {
            async move {
                on!(tx, c => sqlx::query(ADD).bind(vec![2_u8; 16]).execute(&mut **c).await.map(|_| ()))?;
                panic!("on purpose")
            }
            .boxed()
        }).await;
        assert!(matches!(failed, Err(DbError::Fault)));
        assert_eq!(parties(&world.db).await, 0);
    }

    async fn reading_cannot_write(world: World) {
        const ADD: &str = "insert into party (id, kind, name) values ($1, 'person', 'X')";
        let wrote: Result<(), DbError> = world.db.read(&operator(), |tx| {
            async move {
                on!(tx, c => sqlx::query(ADD).bind(vec![3_u8; 16]).execute(&mut **c).await.map(|_| ())).map_err(DbError::from)
            }
            .boxed()
        }).await;
        assert!(wrote.is_err());
    }
}

async fn parties(db: &super::Db) -> i64 {
    db.read(&operator(), |tx| {
        async move {
            let (count,): (i64,) =
                on!(tx, c => sqlx::query_as("select count(*) from party").fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(count)
        }
        .boxed()
    })
    .await
    .unwrap()
}

/// With the application's own filter left out, PostgreSQL still gives no foreign row.
#[tokio::test(flavor = "multi_thread")]
async fn row_level_security_holds_without_any_filter() {
    let Some(world) = testing::postgres().await else { return };
    assert_eq!(world.db.dialect(), Dialect::Postgres);
    let ids: Vec<Vec<u8>> = (1..=2_u8).map(|n| vec![n; 16]).collect();
    let made = ids.clone();
    world
        .db
        .write(&operator(), move |tx| {
            async move {
                for id in made {
                    on!(tx, c => sqlx::query("insert into party (id, kind, name) values ($1, 'person', 'X')").bind(&id)
                        .execute(&mut **c).await.map(|_| ()))?;
                    on!(tx, c => sqlx::query("insert into customer (id, party_id, number, since_day, created_at)
                        values ($1, $1, $2, 0, 0)").bind(&id).bind(format!("{}", id[0])).execute(&mut **c).await.map(|_| ()))?;
                    on!(tx, c => sqlx::query("insert into account (id, identification, scheme, currency, kind, created_at)
                        values ($1, $2, 'OTHER', 'EUR', 'current', 0)").bind(&id).bind(format!("{}", id[0])).execute(&mut **c).await.map(|_| ()))?;
                    on!(tx, c => sqlx::query("insert into holder (account_id, customer_id, role, since_day)
                        values ($1, $1, 'owner', 0)").bind(&id).execute(&mut **c).await.map(|_| ()))?;
                }
                Ok::<_, DbError>(())
            }
            .boxed()
        })
        .await
        .unwrap();
    let scope = crate::scope::CustomerScope::new(guichet_types::Id::from_bytes([1; 16]));
    for (sql, rows) in [
        ("select count(*) from account", 1_i64),
        ("select count(*) from holder", 1),
        ("select count(*) from customer", 1),
        ("select count(*) from party", 1),
        ("select count(*) from session", 0),
    ] {
        let seen: (i64,) = world
            .db
            .read(&scope, move |tx| {
                async move { on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await).map_err(DbError::from) }
                    .boxed()
            })
            .await
            .unwrap();
        assert_eq!(seen.0, rows, "{sql}");
    }
    let refused: Result<(), DbError> = world
        .db
        .write(&scope, |tx| {
            async move {
                on!(tx, c => sqlx::query("insert into holder (account_id, customer_id, role, since_day)
                    values ($1, $2, 'owner', 0)").bind(vec![2_u8; 16]).bind(vec![1_u8; 16]).execute(&mut **c).await.map(|_| ()))
                    .map_err(DbError::from)
            }
            .boxed()
        })
        .await;
    assert!(refused.is_err(), "a customer gave themselves an account");
    let secret: Result<(i64,), DbError> = world
        .db
        .read(&scope, |tx| {
            async move {
                on!(tx, c => sqlx::query_as("select count(*) from credential").fetch_one(&mut **c).await)
                    .map_err(DbError::from)
            }
            .boxed()
        })
        .await;
    assert!(secret.is_err(), "a customer read the credentials");
}

//! The log in a real database: who may do what with it, and what many at once do to it.

use super::{
    super::{Action, Actor, Entry, Fault, Outcome, chain::BEGINNING, head::HeadKey, list_own, verify},
    all, auth, customer, scope, signer, some_entry, write,
};
use crate::{
    db::{Db, DbError, Dialect},
    on, on_both_databases,
    scope::{Scope, operator},
    testing::{NOW, World},
};
use futures::FutureExt as _;
use std::path::Path;

async fn run(db: &Db, scope: &impl Scope, sql: &'static [&'static str]) -> Result<(), DbError> {
    let write = db.write(scope, move |tx| {
        async move {
            for sql in sql {
                on!(tx, c => sqlx::query(*sql).execute(&mut **c).await.map(|_| ()))?;
            }
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    write.await
}

/// As whoever owns the tables, with what holds them off taken away.
async fn as_owner(db: &Db, sqlite: &'static [&'static str], postgres: &'static [&'static str]) {
    let sql = if db.dialect() == Dialect::Sqlite { sqlite } else { postgres };
    run(db, &operator(), sql).await.unwrap();
}

async fn verdict(world: &World, file: Option<&Path>) -> super::super::Verdict {
    let key = HeadKey::open(&world.folder().join("audit.key"), &*world.random).unwrap().public();
    verify(&world.db, &operator(), vec![key], file).await.unwrap()
}

on_both_databases! {
    async fn sixty_four_writers_at_once_leave_no_hole_and_no_fork(world: World) {
        let mut tasks = Vec::new();
        for number in 0..64_u64 {
            let db = world.db.clone();
            tasks.push(tokio::spawn(async move {
                for part in 0..4_u64 {
                    let n = number * 4 + part;
                    // Customers, sign-in and the command line write side by side; one body in four fails.
                    let by = u8::try_from(n % 5).unwrap();
                    let body = move |tx: &mut crate::db::Tx| {
                        tx.audit(Entry::by_customer(Action::ShareMade, customer(by), NOW));
                        tx.audit(Entry::by_customer(Action::ShareEnded, customer(by), NOW));
                        futures::future::ready(if n % 4 == 3 { Err(DbError::Value("on purpose")) } else { Ok(()) })
                    };
                    let done = match n % 3 {
                        0 => db.write(&scope(by), move |tx| body(tx).boxed()).await,
                        1 => db.write(&auth(), move |tx| body(tx).boxed()).await,
                        _ => db.write(&operator(), move |tx| body(tx).boxed()).await,
                    };
                    assert_eq!(done.is_ok(), n % 4 != 3, "{done:?}");
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        signer(&world).sign().await.unwrap().unwrap();
        let rows = all(&world.db).await;
        assert_eq!(rows.len(), 2 * 256 * 3 / 4);
        let mut prev = BEGINNING.to_vec();
        for (row, seq) in rows.iter().zip(1..) {
            assert_eq!((row.seq, &row.prev), (seq, &prev));
            prev.clone_from(&row.hash);
        }
        let verdict = verdict(&world, Some(&world.folder().join("audit-heads"))).await;
        assert_eq!((verdict.finding, verdict.entries, verdict.signed, verdict.heads), (None, 384, 384, 2));
    }

    async fn an_act_that_is_rolled_back_has_no_entry_and_one_that_cannot_be_noted_is_rolled_back(world: World) {
        const ADD: &str = "insert into party (id, kind, name) values ($1, 'person', 'X')";
        let feed = operator();
        let act = |fails: bool| {
            world.db.write(&feed, move |tx| {
                async move {
                    on!(tx, c => sqlx::query(ADD).bind(vec![9_u8; 16]).execute(&mut **c).await.map(|_| ()))?;
                    tx.audit(some_entry(1));
                    if fails { Err(DbError::Value("on purpose")) } else { Ok(()) }
                }
                .boxed()
            })
        };
        let parties = || world.db.read(&feed, |tx| {
            async move { on!(tx, c => sqlx::query_as::<_, (i64,)>("select count(*) from party").fetch_one(&mut **c).await).map_err(DbError::from) }.boxed()
        });
        act(true).await.unwrap_err();
        assert!(all(&world.db).await.is_empty());
        // The log is out of order: nothing more can be done that must be noted.
        as_owner(&world.db,
            &["alter table audit rename to audit_gone"],
            &["reset role", "alter table audit rename to audit_gone"]).await;
        act(false).await.unwrap_err();
        assert_eq!(parties().await.unwrap().0, 0);
        as_owner(&world.db,
            &["alter table audit_gone rename to audit"],
            &["reset role", "alter table audit_gone rename to audit"]).await;
        act(false).await.unwrap();
        assert_eq!((parties().await.unwrap().0, all(&world.db).await.len()), (1, 1));
        let reading: Result<(), DbError> = world.db.read(&operator(), |tx| {
            async move { tx.audit(some_entry(1)); Ok(()) }.boxed()
        }).await;
        reading.unwrap_err();
    }

    async fn nobody_changes_or_deletes_an_entry(world: World) {
        for number in 0..6 {
            write(&world.db, some_entry(number)).await.unwrap();
        }
        signer(&world).sign().await.unwrap().unwrap();
        const TRIED: [&[&str]; 8] = [
            &["update audit set action = 'x'"], &["update audit set customer_id = null where seq = 1"],
            &["delete from audit"], &["delete from audit where seq = 6"],
            &["update audit_head set at = 0"], &["delete from audit_head"],
            &["delete from audit_tail"], &["update audit_tail set seq = 0"],
        ];
        for sql in TRIED {
            assert!(run(&world.db, &operator(), sql).await.is_err(), "{sql:?}");
            assert!(run(&world.db, &auth(), sql).await.is_err(), "{sql:?}");
            assert!(run(&world.db, &scope(0), sql).await.is_err(), "{sql:?}");
        }
        assert_eq!(verdict(&world, None).await.finding, None);
    }

    async fn what_an_owner_of_the_database_does_is_found(world: World) {
        let signer = signer(&world);
        let file = world.folder().join("audit-heads");
        for number in 1..=2_500 {
            world.db.write(&operator(), move |tx| {
                async move { tx.audit(some_entry(number)); Ok::<_, DbError>(()) }.boxed()
            }).await.unwrap();
            if number % 500 == 0 {
                signer.sign().await.unwrap().unwrap();
            }
        }
        let whole = verdict(&world, Some(&file)).await;
        assert_eq!((whole.finding, whole.entries, whole.signed, whole.heads), (None, 2_500, 2_500, 10));
        as_owner(&world.db,
            &["drop trigger audit_stays", "drop trigger audit_is_kept", "drop trigger audit_head_is_kept", "drop trigger audit_tail_grows"],
            &["reset role", "alter table audit disable trigger user", "alter table audit_head disable trigger user", "alter table audit_tail disable trigger user"]).await;
        let found = |world: &World| {
            let file = file.clone();
            let key = HeadKey::open(&world.folder().join("audit.key"), &*world.random).unwrap().public();
            let db = world.db.clone();
            async move { verify(&db, &operator(), vec![key], Some(&file)).await.unwrap().finding.unwrap() }
        };
        // Behind the first page that is read at once.
        as_owner(&world.db,
            &["update audit set outcome = outcome || '!' where seq = 1733"],
            &["reset role", "update audit set outcome = outcome || '!' where seq = 1733"]).await;
        let finding = found(&world).await;
        assert_eq!((finding.seq, finding.fault), (1_733, Fault::Changed));
        as_owner(&world.db,
            &["update audit set outcome = replace(outcome, '!', '') where seq = 1733"],
            &["reset role", "update audit set outcome = replace(outcome, '!', '') where seq = 1733"]).await;
        assert_eq!(verdict(&world, Some(&file)).await.finding, None);
        // A signed head taken out of the table is still in the file.
        as_owner(&world.db,
            &["create table spare as select * from audit_head where seq = 1000", "delete from audit_head where seq = 1000"],
            &["reset role", "create table spare as select * from audit_head where seq = 1000", "delete from audit_head where seq = 1000"]).await;
        let finding = found(&world).await;
        assert_eq!((finding.seq, finding.fault), (1_000, Fault::HeadMissing));
        as_owner(&world.db,
            &["insert into audit_head select * from spare"],
            &["reset role", "insert into audit_head select * from spare"]).await;
        assert_eq!(verdict(&world, Some(&file)).await.finding, None);
        as_owner(&world.db,
            &["delete from audit where seq = 1000"],
            &["reset role", "delete from audit where seq = 1000"]).await;
        let finding = found(&world).await;
        assert_eq!((finding.seq, finding.fault), (1_000, Fault::Missing));
        // The end cut off, with everything in the database made to fit: only the file knows.
        as_owner(&world.db,
            &["delete from audit where seq > 900", "delete from audit_head where seq > 900",
              "update audit_tail set seq = 900, hash = (select hash from audit where seq = 900)"],
            &["reset role", "delete from audit where seq > 900", "delete from audit_head where seq > 900",
              "update audit_tail set seq = 900, hash = (select hash from audit where seq = 900)"]).await;
        assert_eq!(verdict(&world, None).await.finding, None);
        let finding = found(&world).await;
        assert_eq!((finding.seq, finding.fault), (901, Fault::CutOff));
    }

    async fn a_customer_reads_what_is_about_them_and_nothing_else(world: World) {
        for number in 0..40 {
            write(&world.db, some_entry(number)).await.unwrap();
        }
        let own = async |number: u8| {
            let scope = scope(number);
            world.db.read(&scope, move |tx| async move { list_own(tx, &scope, i64::MAX, 100).await }.boxed()).await
        };
        for number in 0..5_u8 {
            let rows = own(number).await.unwrap();
            let there = all(&world.db).await;
            let mine: Vec<_> = there.iter().rev().filter(|row| row.customer_id.as_deref() == Some(customer(number).as_bytes())).collect();
            assert_eq!(rows.len(), mine.len());
            assert!(rows.len() >= 4);
            assert!(rows.iter().zip(&mine).all(|(seen, row)| seen.at.millis() == row.at));
            // Where somebody else was is theirs.
            assert!(rows.iter().all(|seen| seen.own || seen.network.is_none()));
        }
        // Without the query's own filter, PostgreSQL still gives no foreign row; and nobody notes an act in another's name.
        if world.db.dialect() == Dialect::Postgres {
            let one = scope(1);
            let seen: (i64,) = world.db.read(&one, |tx| {
                async move { on!(tx, c => sqlx::query_as("select count(*) from audit").fetch_one(&mut **c).await).map_err(DbError::from) }.boxed()
            }).await.unwrap();
            assert_eq!(usize::try_from(seen.0).unwrap(), own(1).await.unwrap().len());
            for entry in [some_entry(2), Entry::by_customer(Action::ShareMade, customer(2), NOW)] {
                let forged: Result<(), DbError> = world.db.write(&one, |tx| async move { tx.audit(entry); Ok(()) }.boxed()).await;
                forged.unwrap_err();
            }
            let auth_reads: Result<(), DbError> = run(&world.db, &auth(), &["select * from audit"]).await;
            auth_reads.unwrap_err();
        }
    }

    async fn a_head_is_signed_when_there_is_something_new_and_by_its_own_key(world: World) {
        let signer = signer(&world);
        assert!(signer.sign().await.unwrap().is_none());
        write(&world.db, Entry::new(Action::SessionRefused, Actor::Anonymous, NOW).outcome(Outcome::Refused)).await.unwrap();
        assert!(signer.sign().await.unwrap().is_some());
        assert!(signer.sign().await.unwrap().is_none());
        let (key, file) = (world.folder().join("audit.key"), world.folder().join("audit-heads"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // What a power cut left of a line is taken away by the next, and is no fault.
        std::fs::write(&file, format!("{}guichet-audit-head/1 2 17", std::fs::read_to_string(&file).unwrap())).unwrap();
        write(&world.db, some_entry(1)).await.unwrap();
        assert!(signer.sign().await.unwrap().is_some());
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert_eq!(verdict(&world, Some(&file)).await.finding, None);
        // Somebody else's key signs nothing here, and a line that is none is not passed over.
        let foreign = HeadKey::from_seed(&[7; 32]).unwrap().public();
        let with_foreign = verify(&world.db, &operator(), vec![foreign], Some(&file)).await.unwrap();
        assert_eq!(with_foreign.finding.map(|found| (found.seq, found.fault)), Some((1, Fault::Signature)));
        std::fs::write(&file, text.replacen("guichet-audit-head/1 1", "guichet-audit-head/1 one", 1)).unwrap();
        assert_eq!(verdict(&world, Some(&file)).await.finding.map(|found| found.fault), Some(Fault::HeadUnreadable));
        std::fs::write(&key, "no key").unwrap();
        assert!(HeadKey::open(&key, &*world.random).is_err());
    }
}

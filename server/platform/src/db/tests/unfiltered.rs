//! With the application's own filter left out, the database still gives no foreign row and changes none. The same texts run on
//! SQLite and on PostgreSQL.

#![expect(clippy::disallowed_methods, reason = "statements that no program would make are made here")]

use crate::{
    db::{Conn, DbError, Dialect, Tx},
    on_both_databases,
    random::{Random as _, SeededRandom},
    scope::{AuthScope, CustomerScope, PublicScope, Scope, operator},
    testing::{World, attempts, figures},
};
use futures::FutureExt as _;
use guichet_types::Id;
use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _, ValueRef as _};

/// A word that stands in every personal field of a customer.
fn canary(of: u8) -> String {
    format!("c7Q{:09}", u32::from(of) * 111)
}

fn id(of: u8) -> String {
    format!("{of:02x}").repeat(16)
}

/// Bytes as a statement writes them.
fn blob(dialect: Dialect, hex: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("x'{hex}'"),
        Dialect::Postgres => format!("'\\x{hex}'::bytea"),
    }
}

/// What belongs to one customer: a row in most of the tables that customers read, every text a canary.
fn rows_of(dialect: Dialect, of: u8) -> Vec<String> {
    let (id, word) = (blob(dialect, &id(of)), canary(of));
    let key = blob(dialect, &format!("{:02x}", of ^ 0x55).repeat(16));
    [
        format!("insert into source_document (id, sha256, source, name, bytes, received_at, state) values ({id}, {id}, 'x', '{word}', 1, 0, 'applied')"),
        format!("insert into party (id, kind, name) values ({id}, 'person', '{word}')"),
        format!("insert into customer (id, party_id, number, since_day, created_at) values ({id}, {id}, '{word}', 0, 0)"),
        format!("insert into account (id, identification, scheme, currency, kind, name, created_at) values ({id}, '{word}', 'OTHER', 'EUR', 'current', '{word}', 0)"),
        format!("insert into holder (account_id, customer_id, role, label, since_day) values ({id}, {id}, 'owner', '{word}', 0)"),
        format!("insert into statement (id, account_id, document_id, kind, reference, currency, entry_count, sum_credit, sum_debit, balance_check, place) values ({id}, {id}, {id}, 'statement', '{word}', 'EUR', 1, 1, 0, 'ok', '{word}')"),
        format!("insert into entry (id, account_id, statement_id, document_id, place, day, position, status, amount, currency, reversal, remittance, details, search, match_key, final, shown, first_seen_at) values ({id}, {id}, {id}, {id}, '{word}', 1, 1, 'booked', 1, 'EUR', 0, '{word}', '{word}', '{word}', {id}, 1, 1, 0)"),
        format!("insert into live_event (customer_id, seq, topic, subject, at) values ({id}, 1, '{word}', {id}, 0)"),
        format!("insert into outbox (id, customer_id, destination, topic, subject, payload, state, next_at, created_at) values ({id}, {id}, 'carrier', '{word}', {id}, '{word}', 'dead', 0, 0)"),
        format!("insert into parcel_event (id, key, at, whole_day, status, words, withdrawn, told_at, content, document_id, source, received_at) values ({id}, '{word}', 0, 0, 'x', '{word}', 0, 0, {id}, {id}, 'x', 0)"),
        format!("insert into shipment (id, number, carrier, status, recipient_name, seen_at, digest) values ({id}, '{word}', 'x', 'x', '{word}', 0, {id})"),
        format!("insert into shipment_event (shipment_id, event_id) values ({id}, {id})"),
        format!("insert into parcel_follower (customer_id, shipment_id, role, since_at) values ({id}, {id}, 'recipient', 0)"),
        format!("insert into parcel_share (id, token_hash, shipment_id, customer_id, created_at, ends_at) values ({id}, {id}, {id}, {id}, 0, 9)"),
        format!("insert into portfolio (id, account, currency, name, head_day, head_at, document_id, origin, changed_at) values ({id}, '{word}', 'EUR', '{word}', 0, 0, {id}, '{word}', 0)"),
        format!("insert into portfolio_holder (portfolio_id, number) values ({id}, '{word}')"),
        format!("insert into policy (id, number, data, as_of, document_id, place, changed_at) values ({id}, '{word}', '{word}', 0, {id}, '', 0)"),
        format!("insert into policy_part (id, policy_id, kind, data, position, as_of, document_id, place) values ({id}, {id}, 'object', '{word}', 0, 0, {id}, '')"),
        format!("insert into policy_holder (customer_id, policy_id, role) values ({id}, {id}, 'holder')"),
        format!("insert into claim (id, key_id, number, data, as_of, document_id, place, changed_at) values ({id}, {key}, '{word}', '{word}', 0, {id}, '', 0)"),
        format!("insert into claim_part (id, claim_key, kind, data, position, as_of, document_id, place, seen_at) values ({id}, {key}, 'item', '{word}', 0, 0, {id}, '', 0)"),
        format!("insert into claim_party (customer_id, claim_id, role) values ({id}, {id}, 'claimant')"),
        format!("insert into claim_draft (id, customer_id, policy_id, data, created_at, changed_at) values ({id}, {id}, {id}, '{word}', 0, 0)"),
        format!("insert into claim_notice (id, customer_id, policy_id, reference, data, submitted_at, message_id) values ({id}, {id}, {id}, '{word}', '{word}', 0, {id})"),
        format!("insert into claim_upload (id, customer_id, name, bytes, received_at, token_hash) values ({id}, {id}, '{word}', 0, 0, {id})"),
        format!("insert into claim_letter (id, customer_id, claim_id, body, sent_at, message_id) values ({id}, {id}, {id}, '{word}', 0, {id})"),
    ]
    .into()
}

/// A table with a text of a customer's in it, and a column of bytes.
const TABLES: [(&str, &str, &str); 22] = [
    ("source_document", "name", "id"),
    ("party", "name", "id"),
    ("customer", "number", "id"),
    ("account", "name", "id"),
    ("holder", "label", "account_id"),
    ("statement", "reference", "id"),
    ("entry", "remittance", "account_id"),
    ("live_event", "topic", "customer_id"),
    ("outbox", "payload", "customer_id"),
    ("parcel_event", "words", "id"),
    ("shipment", "recipient_name", "id"),
    ("session", "agent", "customer_id"),
    ("portfolio", "name", "id"),
    ("portfolio_holder", "number", "portfolio_id"),
    ("policy", "data", "id"),
    ("policy_part", "data", "policy_id"),
    ("claim", "data", "id"),
    ("claim_part", "data", "id"),
    ("claim_draft", "data", "customer_id"),
    ("claim_notice", "data", "customer_id"),
    ("claim_upload", "name", "customer_id"),
    ("claim_letter", "body", "customer_id"),
];

/// Every value of every row as text, or why there is none.
async fn run(tx: &mut Tx, sql: String) -> Result<String, sqlx::Error> {
    fn text<R: sqlx::Row>(rows: &[R], value: impl Fn(&R, usize) -> Option<String>) -> String {
        rows.iter().flat_map(|row| (0..row.len()).filter_map(|at| value(row, at))).collect::<Vec<_>>().join("|")
    }
    let query = AssertSqlSafe(sql);
    match tx.conn() {
        Conn::Sqlite(c) => {
            let rows = sqlx::query(query).persistent(false).fetch_all(&mut **c).await?;
            Ok(text(&rows, |row, at| {
                let raw = row.try_get_raw(at).ok().filter(|raw| !raw.is_null())?;
                Some(match raw.type_info().name() {
                    "BLOB" => row
                        .try_get::<Vec<u8>, _>(at)
                        .map_or_else(|error| error.to_string(), |bytes| crate::db::hex(&bytes)),
                    "INTEGER" => {
                        row.try_get::<i64, _>(at).map_or_else(|error| error.to_string(), |number| number.to_string())
                    }
                    _ => row.try_get_unchecked::<String, _>(at).unwrap_or_else(|error| error.to_string()),
                })
            }))
        }
        Conn::Postgres(c) => {
            let rows = sqlx::query(query).persistent(false).fetch_all(&mut **c).await?;
            Ok(text(&rows, |row, at| {
                let null = row.try_get_raw(at).ok()?.is_null();
                (!null).then(|| match row.column(at).type_info().name() {
                    "BYTEA" => row
                        .try_get::<Vec<u8>, _>(at)
                        .map_or_else(|error| error.to_string(), |bytes| crate::db::hex(&bytes)),
                    "INT8" => {
                        row.try_get::<i64, _>(at).map_or_else(|error| error.to_string(), |number| number.to_string())
                    }
                    _ => row.try_get_unchecked::<String, _>(at).unwrap_or_else(|error| error.to_string()),
                })
            }))
        }
    }
}

async fn write(world: &World, scope: &impl Scope, statements: Vec<String>) -> Result<String, DbError> {
    let written = world.db.write(scope, move |tx| {
        async move {
            let mut said = String::new();
            for sql in statements {
                said.push_str(&run(tx, sql).await?);
            }
            Ok::<_, DbError>(said)
        }
        .boxed()
    });
    written.await
}

async fn read(world: &World, scope: &impl Scope, sql: String) -> Result<String, DbError> {
    world.db.glance(scope, move |tx| async move { run(tx, sql).await.map_err(DbError::from) }.boxed()).await
}

/// Three customers; each has a session.
async fn settle(world: &World) {
    let dialect = world.db.dialect();
    for of in 1..=3 {
        write(world, &operator(), rows_of(dialect, of)).await.unwrap();
        let (id, word) = (blob(dialect, &id(of)), canary(of));
        let session = format!(
            "insert into session (id, token_hash, customer_id, created_at, last_human_at, expires_at, agent, network) values ({id}, {id}, {id}, 0, 0, 9, '{word}', '{word}')"
        );
        let secret = format!(
            "insert into credential (customer_id, email, password_hash, password_changed_at) values ({id}, '{word}', '{word}', 0)"
        );
        write(world, &AuthScope::new(), vec![session, secret]).await.unwrap();
    }
}

fn scope(of: u8) -> CustomerScope {
    CustomerScope::new(Id::from_bytes([of; 16]))
}

/// Everything that is there of a customer, as the operator and the sign-in see it.
async fn all_of(world: &World, of: u8) -> String {
    let mut all = String::new();
    for (table, text, key) in TABLES {
        let sql = format!("select {text}, {key} from {table} where {text} = '{}' order by 1, 2", canary(of));
        let part = if table == "session" {
            read(world, &AuthScope::new(), sql).await
        } else {
            read(world, &operator(), sql).await
        };
        all.push_str(&part.unwrap());
    }
    all
}

on_both_databases! {
    async fn no_statement_without_a_filter_reads_a_foreign_row(world: World) {
        settle(&world).await;
        for (table, text, key) in TABLES {
            let own = read(&world, &scope(1), format!("select {text} from {table}")).await.unwrap();
            assert_eq!(own, canary(1), "{table}");
            for sql in [
                format!("select count(*) from {table}"),
                format!("select count(*) from (select 1 from {table}) x"),
                format!("select (select count({text}) from {table})"),
            ] {
                assert_eq!(read(&world, &scope(1), sql.clone()).await.unwrap(), "1", "{sql}");
            }
            for sql in [
                format!("select max({text}) from {table}"),
                format!("select {text} from {table} where 1 = 1 or {text} = '{}'", canary(2)),
                format!("select {text} from {table} where {key} = {}", blob(world.db.dialect(), &id(2))),
                format!("select a.{text}, b.{text} from {table} a left join {table} b on a.{key} <> b.{key}"),
                format!("select (select max(o.{text}) from {table} o where o.{key} <> a.{key}) from {table} a"),
                format!("with {table} as (select * from {table}) select * from {table}"),
                format!("with x as (select * from {table}) select {text} from x union all select {text} from {table}"),
                format!("select {text}, count(*) over () from {table} group by {text} having count(*) > 0"),
                format!("select {text} from {table} where exists (select 1 from {table} o where o.{key} > {table}.{key}) or true"),
                format!("select rowid, {text} from {table}"),
                format!("select * from {table} order by {text} desc limit 3"),
            ] {
                // It may be refused; it may not tell.
                let said = read(&world, &scope(1), sql.clone()).await.unwrap_or_default();
                assert!(!said.contains(&canary(2)) && !said.contains(&id(2)), "{sql}: {said}");
            }
        }
    }

    async fn a_table_that_is_not_for_the_role_cannot_be_named(world: World) {
        settle(&world).await;
        for table in ["credential", "finding", "quarantine", "webhook", "shipment_told", "parcel_lookup", "instance"] {
            for sql in [format!("select * from {table}"), format!("select count(*) from {table}"), format!("delete from {table}")] {
                assert!(write(&world, &scope(1), vec![sql.clone()]).await.is_err(), "{sql}");
            }
        }
        for table in ["entry", "account", "finding", "live_event", "outbox"] {
            assert!(read(&world, &AuthScope::new(), format!("select * from {table}")).await.is_err(), "{table}");
            let anybody = PublicScope::of_parcel(&canary(1));
            assert!(read(&world, &anybody, format!("select count(*) from {table}")).await.is_err(), "{table}");
        }
    }

    async fn anybody_sees_the_one_thing_that_they_name(world: World) {
        settle(&world).await;
        let number = PublicScope::of_parcel(&canary(2));
        assert_eq!(read(&world, &number, "select number from shipment".into()).await.unwrap(), canary(2));
        assert_eq!(read(&world, &number, "select words from parcel_event".into()).await.unwrap(), canary(2));
        assert_eq!(read(&world, &number, "select count(*) from claim_upload".into()).await.unwrap(), "0");
        let share = PublicScope::of_share([3; 32]);
        assert_eq!(read(&world, &share, "select count(*) from shipment".into()).await.unwrap(), "0");
        let none = PublicScope::of_parcel("");
        assert_eq!(read(&world, &none, "select count(*) from shipment_event".into()).await.unwrap(), "0");
    }

    async fn no_statement_without_a_filter_changes_a_foreign_row(world: World) {
        settle(&world).await;
        let (dialect, other) = (world.db.dialect(), blob(world.db.dialect(), &id(2)));
        let before = (all_of(&world, 2).await, all_of(&world, 3).await);
        for sql in [
            "update session set network = 'taken'".to_owned(),
            "update session set agent = agent, revoked_at = 5 returning agent".to_owned(),
            "update claim_draft set changed_at = 7".to_owned(),
            "update claim_upload set claim_id = id".to_owned(),
            "update parcel_share set revoked_at = 5".to_owned(),
            "update customer set locale = 'de'".to_owned(),
            format!("update claim_letter set body = body where customer_id = {other}"),
            format!("delete from claim_draft where customer_id = {other}"),
            format!("delete from claim_upload where id = {other} returning name"),
            format!("delete from watched where customer_id <> {other} or customer_id = {other}"),
            "delete from parcel_follower".to_owned(),
        ] {
            let said = write(&world, &scope(1), vec![sql.clone()]).await.unwrap();
            assert!(!said.contains(&canary(2)), "{sql}: {said}");
        }
        // Their own was changed by it, so the statements do what they say.
        assert_eq!(read(&world, &AuthScope::new(), "select count(*) from session where network = 'taken'".into()).await.unwrap(), "1");
        let key = blob(dialect, &"99".repeat(16));
        for sql in [
            format!("insert into holder (account_id, customer_id, role, since_day) values ({other}, {}, 'owner', 0)", blob(dialect, &id(1))),
            format!("insert into claim_draft (id, customer_id, policy_id, data, created_at, changed_at) values ({key}, {other}, {other}, 'x', 0, 0)"),
            format!("insert into claim_letter (id, customer_id, claim_id, body, sent_at, message_id) values ({key}, {other}, {key}, 'x', 0, {key}) on conflict (id) do nothing"),
            format!("insert into parcel_follower (customer_id, shipment_id, role, since_at) values ({}, {other}, 'recipient', 0)", blob(dialect, &id(1))),
            format!("insert into claim_draft (id, customer_id, policy_id, data, created_at, changed_at) values ({other}, {}, {other}, 'x', 0, 0) on conflict (id) do update set data = 'x'", blob(dialect, &id(1))),
            format!("update session set customer_id = {other}"),
            format!("update claim_draft set customer_id = {other}"),
            format!("update claim_upload set customer_id = {other} returning name"),
            format!("insert into parcel_share (id, token_hash, shipment_id, customer_id, created_at, ends_at) values ({key}, {key}, {other}, {}, 0, 9)", blob(dialect, &id(1))),
            "update account set name = 'x'".to_owned(),
            "update entry set amount = 0".to_owned(),
            "delete from live_event".to_owned(),
            "delete from session".to_owned(),
            "insert into session select * from session".to_owned(),
            "drop table entry".to_owned(),
            "alter table entry add column x text".to_owned(),
            "create table mine (x text)".to_owned(),
        ] {
            let refused = write(&world, &scope(1), vec![sql.clone()]).await;
            // A conflict with a row that one does not see may also end as nothing changed.
            assert!(refused.is_err() || refused.is_ok_and(|said| said.is_empty()) && sql.contains("do update"), "{sql}");
        }
        assert_eq!(before, (all_of(&world, 2).await, all_of(&world, 3).await));
        assert_eq!(read(&world, &AuthScope::new(), format!("select count(*) from session where customer_id = {other} and revoked_at is null")).await.unwrap(), "1");
        assert_eq!(read(&world, &operator(), "select count(*) from claim_draft where changed_at = 7".into()).await.unwrap(), "1");
    }

    async fn random_statements_without_a_filter_tell_nothing_foreign(world: World) {
        settle(&world).await;
        let random = SeededRandom::new(20_261_125);
        let tries = attempts(2_000, 100_000);
        let (mut told, mut refused) = (0_usize, 0_usize);
        for at in 0..tries {
            let of = u8::try_from(1 + at % 3).unwrap();
            let sql = random_statement(&random, world.db.dialect());
            let done = if sql.starts_with("update") || sql.starts_with("delete") {
                // Kept from being committed, so that there is something to take next time.
                let text = sql.clone();
                let undone: Result<String, DbError> = world.db.write(&scope(of), move |tx| async move {
                    let said = run(tx, text).await?;
                    let left = run(tx, "select count(*) from claim_upload".to_owned()).await?;
                    assert!(matches!(left.as_str(), "0" | "1"));
                    Err(DbError::Address(said))
                }.boxed()).await;
                match undone { Err(DbError::Address(said)) => Ok(said), other => other }
            } else {
                read(&world, &scope(of), sql.clone()).await
            };
            match done {
                Ok(said) => {
                    told += usize::from(said.contains(&canary(of)));
                    for other in (1..=3).filter(|other| *other != of) {
                        assert!(!said.contains(&canary(other)) && !said.contains(&id(other)), "{sql}: {said}");
                    }
                }
                Err(_) => refused += 1,
            }
        }
        figures(&format!("unfiltered statements on {:?}: {tries}, with own rows {told}, refused {refused}, foreign rows 0", world.db.dialect()));
        assert!(told > tries / 4 && refused < tries / 2, "{told} {refused}");
    }
}

/// A statement over one or two tables, without any filter that keeps to a customer.
fn random_statement(random: &SeededRandom, dialect: Dialect) -> String {
    let mut bytes = [0_u8; 8];
    random.fill(&mut bytes);
    let pick = |at: usize, of: usize| usize::from(bytes[at]) % of;
    let ((t, c, k), (t2, c2, k2)) = (TABLES[pick(0, TABLES.len())], TABLES[pick(1, TABLES.len())]);
    let other = blob(dialect, &id(1 + bytes[2] % 3));
    let word = canary(1 + bytes[3] % 3);
    let condition = match pick(4, 8) {
        0 => "true".to_owned(),
        1 => format!("a.{c} = '{word}'"),
        2 => format!("a.{k} = {other}"),
        3 => format!("a.{c} like 'c7Q%'"),
        4 => format!("a.{k} in (select b.{k2} from {t2} b)"),
        5 => format!("exists (select 1 from {t2} b where b.{c2} >= a.{c})"),
        6 => format!("a.{c} is not null or a.{k} <> {other}"),
        _ => format!("not (a.{c} = '{word}' and a.{k} = {other})"),
    };
    match pick(5, 14) {
        0 => format!("select a.* from {t} a where {condition}"),
        1 => format!("select a.{c}, b.{c2} from {t} a, {t2} b where {condition}"),
        2 => format!("select a.{c}, b.{c2} from {t} a left join {t2} b on a.{k} <> b.{k2} where {condition}"),
        3 => format!("select max(a.{c}), min(a.{c}), count(*) from {t} a where {condition}"),
        4 => format!("select a.{c} from {t} a where {condition} union select b.{c2} from {t2} b"),
        5 => format!("select (select max(b.{c2}) from {t2} b where b.{c2} <> a.{c}) from {t} a where {condition}"),
        6 => format!("with x as (select * from {t} a where {condition}) select x.{c} from x"),
        7 => format!("select a.{c}, row_number() over (order by a.{k}) from {t} a where {condition} order by 1 desc"),
        8 => format!("select coalesce(a.{c}, b.{c2}) from {t} a full join {t2} b on a.{c} = b.{c2} where {condition}"),
        9 => format!("select a.{c} from {t} a where {condition} except select '{word}'"),
        10 => format!(
            "select * from (select a.{c} as v from {t} a where {condition}) q cross join (select {c2} from {t2}) r"
        ),
        11 => format!(
            "update session set agent = (select max(a.{c}) from {t} a where {condition}) where true returning agent, network"
        ),
        12 => format!(
            "update claim_upload set stored = (select a.{c} from {t} a where {condition} limit 1) returning stored, name"
        ),
        _ => format!(
            "delete from claim_upload where exists (select 1 from {t} a where {condition}) returning name, token_hash"
        ),
    }
}

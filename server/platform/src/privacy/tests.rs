//! What is kept, what goes at once and what goes later, table by table.

use super::*;
use crate::{
    clock::Clock as _,
    config::{Config, Retention},
    files::FileStore,
    identity::{Browser, Profile, Proven, SignIn},
    on_both_databases,
    scope::operator,
    staff::can,
    testing::World,
};
use futures::StreamExt as _;
use guichet_types::Timestamp;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
};

const DAY: i64 = 86_400_000;

fn store(world: &World) -> FileStore {
    FileStore::new(&world.folder().join("uploads"), world.random.clone())
}

fn retention() -> Retention {
    Config::default().retention
}

async fn count(world: &World, sql: &'static str) -> i64 {
    world.ask::<(i64,)>(sql).await[0].0
}

/// Does statements that each take an id.
async fn make(world: &World, statements: Vec<(&'static str, [u8; 16])>) {
    let scope = operator();
    let made = world.db.write(&scope, move |tx| {
        async move {
            for (sql, id) in statements {
                on!(tx, c => sqlx::query(sql).bind(id.as_slice()).execute(&mut **c).await.map(|_| ()))?;
            }
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    made.await.unwrap();
}

async fn unpack(export: Export) -> BTreeMap<String, Vec<u8>> {
    let (size, stream) = export.open().await.unwrap();
    let bytes: Vec<u8> = Box::pin(stream).map(|chunk| chunk.unwrap().to_vec()).collect::<Vec<_>>().await.concat();
    assert_eq!(size, bytes.len() as u64);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().to_owned(), content)
        })
        .collect()
}

async fn whole(world: &World, grant: &Proven<can::Privacy>, customer: Id<kind::Customer>) -> (String, Value) {
    let export = export(&world.db, &store(world), grant, customer, world.clock.now()).await.unwrap().unwrap();
    let text = String::from_utf8(unpack(export).await.remove("customer.json").unwrap()).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

/// Columns in which something personal stands: whoever makes a table with one has to think of erasure.
const PERSONAL: [&str; 24] = [
    "customer_id",
    "email",
    "address",
    "name",
    "given_name",
    "owner_name",
    "agent",
    "network",
    "recipient_name",
    "sender_name",
    "recipient_postcode",
    "signed_by",
    "words",
    "facts",
    "data",
    "payload",
    "body",
    "detail",
    "remittance",
    "counterparty",
    "reason",
    "raw",
    "actual",
    "label",
];
/// Tables with such a column that are nobody's all the same: the name of an instrument, of a file that is removed, of a price
/// list; why a quote was refused.
const NOT_PERSONAL: [&str; 3] = ["instrument", "instrument_name", "file_to_remove"];

#[tokio::test]
async fn every_table_has_a_decision_on_what_becomes_of_it_when_a_customer_is_erased() {
    const COLUMNS: &str = "select t.name, c.name from sqlite_schema t join pragma_table_info(t.name) c
        where t.type = 'table' and t.name not like '\\_sqlx%' escape '\\' and t.name not like 'sqlite%'";
    let world = crate::testing::sqlite().await;
    let columns: Vec<(String, String)> = world.ask(COLUMNS).await;
    let there: BTreeSet<&str> = columns.iter().map(|(table, _)| table.as_str()).collect();
    let decided: BTreeMap<&str, Fate> = DECISIONS.iter().copied().collect();
    assert_eq!(decided.len(), DECISIONS.len(), "a table stands twice in DECISIONS");
    let missing: Vec<_> = there.iter().filter(|table| !decided.contains_key(**table)).collect();
    assert!(missing.is_empty(), "not in DECISIONS of server/platform/src/privacy/decisions.rs: {missing:?}");
    let gone: Vec<_> = decided.keys().filter(|table| !there.contains(**table)).collect();
    assert!(gone.is_empty(), "in DECISIONS, and no table: {gone:?}");
    for table in crate::db::tables_of_customers() {
        assert!(!matches!(decided[table], Fate::Nobody | Fate::House), "{table} has rows of customers");
    }
    for (table, column) in &columns {
        let personal = PERSONAL.contains(&column.as_str()) && !NOT_PERSONAL.contains(&table.as_str());
        assert!(!personal || decided[table.as_str()] != Fate::Nobody, "{table}.{column} says something of somebody");
        let of_customers = column == "customer_id" && table != "staff" && table != "audit";
        assert!(
            !of_customers || decided[table.as_str()] == Fate::Erase,
            "{table} has rows of customers, and they stay"
        );
    }
    // And what is decided is done: by a statement, or with the parcels.
    let done: BTreeSet<&str> = erase::SIGN_IN.iter().chain(&erase::OWN).map(|(table, _)| *table).collect();
    for (table, sql) in erase::SIGN_IN.iter().chain(&erase::OWN) {
        assert!(sql.contains(&format!(" {table} ")), "{table}: {sql}");
    }
    for (table, fate) in DECISIONS {
        let with_parcels = ["shipment", "shipment_told", "parcel_event", "parcel_code"].contains(table);
        let wanted = matches!(fate, Fate::Erase | Fate::Anonymise);
        assert!(!wanted || with_parcels || done.contains(table), "{table} is to be erased, and nothing does it");
    }
}

on_both_databases! {
    async fn everything_of_a_customer_comes_as_one_file_and_nothing_of_another(world: World) {
        const UPLOAD: &str = "insert into claim_upload (id, customer_id, name, media, bytes, stored, received_at, token_hash)
            values ($1, $2, '../../evil \"name\".pdf', 'application/pdf', 5, $3, 0, $1)";
        let scope = crate::testing::customer(&world).await;
        let identity = world.identity(Profile::Insurer);
        identity.sign_up("1", "1@mail.example", "a password for the tests alone").await.unwrap();
        let grant: Proven<can::Privacy> = world.proven("privacy").await;
        let kept = store(&world).keep(b"a pdf").await.unwrap().name;
        let customer = scope.customer();
        for (id, stored) in [([3_u8; 16], kept), ([4; 16], "0".repeat(64))] {
            let scope = operator();
    let made = world.db.write(&scope, move |tx| {
                async move {
                    on!(tx, c => sqlx::query(UPLOAD).bind(id.as_slice()).bind(customer.as_bytes().as_slice()).bind(stored)
                        .execute(&mut **c).await.map(|_| ()))?;
                    Ok::<_, DbError>(())
                }
                .boxed()
            });
            made.await.unwrap();
        }
        let archive = export(&world.db, &store(&world), &grant, customer, world.clock.now()).await.unwrap().unwrap();
        let files = unpack(archive).await;
        assert_eq!(files.len(), 2, "{:?}", files.keys());
        assert_eq!(files[&format!("files/{}.pdf", "03".repeat(16))], b"a pdf");
        let text = String::from_utf8(files["customer.json"].clone()).unwrap();
        let whole: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(whole["number"], "1");
        assert_eq!(whole["sign_in"]["email"], "1@mail.example");
        assert_eq!(whole["tables"]["customer"].as_array().unwrap().len(), 1);
        assert_eq!(whole["tables"]["party"][0]["name"], "A");
        let listed: Vec<_> = whole["files"].as_array().unwrap().iter().map(|file| file["file"].is_string()).collect();
        assert_eq!(listed.iter().filter(|there| **there).count(), 1, "one is on the disk, and one is not");
        for table in crate::db::tables_of_customers() {
            assert!(whole["tables"][table].is_array(), "{table}");
        }
        assert!(!text.contains("@bank.example") && !text.contains("argon2") && !text.contains("token_hash"), "{text}");
        // Nothing of the archive is left where it was made.
        assert_eq!(std::fs::read_dir(world.folder().join("uploads/part")).unwrap().count(), 0);
        let nobody = Id::from_bytes([9; 16]);
        assert!(export(&world.db, &store(&world), &grant, nobody, world.clock.now()).await.unwrap().is_none());
    }

    async fn what_is_erased_is_gone_and_the_log_says_so(world: World) {
        let scope = crate::testing::customer(&world).await;
        let identity = world.identity(Profile::Insurer);
        identity.sign_up("1", "1@mail.example", "a password for the tests alone").await.unwrap();
        let grant: Proven<can::Privacy> = world.proven("privacy").await;
        let (now, files) = (world.clock.now(), store(&world));
        let erase_as =
            async |number: &str| erase(&world.db, &files, &grant, scope.customer(), number, now).await.unwrap();
        assert_eq!(erase_as("2").await, Erased::Unconfirmed);
        assert_eq!(erase_as("1").await, Erased::Done);
        let password = "a password for the tests alone".to_owned();
        let outcome = identity.sign_in("1@mail.example", password, "", Browser::default()).await.unwrap();
        assert!(matches!(outcome, SignIn::Refused), "{outcome:?}");
        let (_, whole) = whole(&world, &grant, scope.customer()).await;
        assert_eq!(whole["tables"]["party"][0]["name"], "–");
        assert_eq!(whole["sign_in"]["email"], "");
        let acts = whole["tables"]["audit"].as_array().unwrap();
        assert!(acts.iter().any(|act| act["action"] == "data.erased"));
    }

    async fn statements_that_nobody_holds_stay_for_as_long_as_the_law_wants_and_go_then(world: World) {
        const ADD: &str = "insert into account (id, identification, scheme, currency, kind, created_at)
            values ($1, 'held', 'OTHER', 'EUR', 'current', 0)";
        const OTHER: &str = "insert into account (id, identification, scheme, currency, kind, created_at)
            values ($1, 'nobody''s', 'OTHER', 'EUR', 'current', 0)";
        const LEFT: &str = "insert into account (id, identification, scheme, currency, kind, created_at)
            values ($1, 'left', 'OTHER', 'EUR', 'current', 0)";
        const HOLD: &str = "insert into holder (account_id, customer_id, role, since_day)
            select $1, id, 'owner', 0 from customer where number = '1'";
        const UNTIL: &str = "insert into holder (account_id, customer_id, role, since_day, until_day)
            select $1, id, 'owner', 0, 30 from customer where number = '1'";
        crate::testing::customer(&world).await;
        make(&world, vec![(ADD, [1; 16]), (OTHER, [2; 16]), (LEFT, [3; 16]), (HOLD, [1; 16]), (UNTIL, [3; 16])]).await;
        let kept = retention();
        let after = |days: i64| Timestamp((i64::from(kept.statements_years) * 366 + days) * DAY);
        assert_eq!(sweep(&world.db, &store(&world), &kept, after(-1)).await.unwrap().of("accounts"), 0, "not yet");
        assert_eq!(sweep(&world.db, &store(&world), &kept, after(10)).await.unwrap().of("accounts"), 1);
        assert_eq!(sweep(&world.db, &store(&world), &kept, after(50)).await.unwrap().of("accounts"), 1, "held until then");
        assert_eq!(count(&world, "select count(*) from account").await, 1, "what somebody holds stays");
    }

    async fn what_is_done_with_goes_when_its_time_has_come_and_not_before(world: World) {
        const PARTY: &str = "insert into policy (id, number, data, as_of, document_id, place, changed_at)
            values ($1, 'P', '{}', 0, $1, '', 0)";
        const DOCUMENT: &str = "insert into source_document (id, sha256, source, name, bytes, received_at, state)
            values ($1, $1, 'test', 'x', 1, 0, 'applied')";
        const DRAFT: &str = "insert into claim_draft (id, customer_id, policy_id, data, created_at, changed_at)
            select $1, c.id, p.id, '{}', 0, 0 from customer c, policy p where c.number = '1'";
        const UPLOAD: &str = "insert into claim_upload (id, customer_id, draft_id, name, bytes, stored, received_at)
            select $1, c.id, d.id, 'n', 1, '0000000000000000000000000000000000000000000000000000000000000000', 0 from customer c, claim_draft d where c.number = '1'";
        const MAIL: &str = "insert into mail (id, customer_id, address, locale, kind, subject, state, next_at, created_at)
            select $1, id, 'a@b.example', 'en', 'k', 's', 'sent', 0, 0 from customer where number = '1'";
        const MESSAGE: &str = "insert into outbox
              (id, customer_id, destination, topic, subject, payload, state, next_at, created_at, answer)
            select $1, id, 'insurer', 't', $1, '{\"word\": 1}', 'accepted', 0, 0, 'thanks' from customer where number = '1'";
        const PENDING: &str = "insert into outbox
              (id, customer_id, destination, topic, subject, payload, state, next_at, created_at)
            select $1, id, 'insurer', 't', $1, '{\"word\": 2}', 'waiting', 0, 0 from customer where number = '1'";
        const FINDING: &str = "insert into finding (id, document_id, check_name, severity, place, message, found_at)
            values ($1, $1, 'c', 'info', '', 'm', 0)";
        const PIECE: &str = "insert into quarantine (id, document_id, place, reason, raw, found_at)
            values ($1, $1, '', 'r', 'words', 0)";
        const PUT_RIGHT: &str = "insert into correction (id, document_id, reading, place, was, becomes, made_at)
            values ($1, $1, 1, '', 'a', 'b', 0)";
        const PARCEL: &str = "insert into shipment (id, number, carrier, status, seen_at, digest)
            values ($1, 'N', 'gx', 'delivered', 0, $1)";
        const TOLD: &str = "insert into shipment_told (id, number, document_id, told_at, facts) values ($1, 'N', $1, 0, '{}')";
        const EVENT: &str = "insert into parcel_event
              (id, key, at, whole_day, status, withdrawn, told_at, content, document_id, source, received_at)
            values ($1, 'k', 0, 0, 'delivered', 0, 0, $1, $1, 's', 0)";
        const NUMBER: &str = "insert into parcel_event_number (number, event_id) values ('N', $1)";
        const COUNTED: &str = "insert into shipment_event (shipment_id, event_id) values ($1, $1)";
        crate::testing::customer(&world).await;
        let one = [5_u8; 16];
        let all = [
            DOCUMENT, PARTY, DRAFT, UPLOAD, MAIL, MESSAGE, FINDING, PIECE, PUT_RIGHT, PARCEL, TOLD, EVENT, NUMBER, COUNTED,
        ];
        make(&world, all.into_iter().map(|sql| (sql, one)).chain([(PENDING, [6; 16])]).collect()).await;
        let (kept, files) = (retention(), store(&world));
        let at = |days: u32| Timestamp(i64::from(days) * DAY + 1);
        let years = |years: u32| years * 366;
        let gone = |days: u32| sweep(&world.db, &files, &kept, at(days));
        assert_eq!(gone(kept.drafts_days - 1).await.unwrap().total(), 0);
        let swept = gone(kept.drafts_days).await.unwrap();
        assert_eq!((swept.of("drafts"), swept.of("letters"), swept.of("files")), (1, 1, 1), "{swept}");
        assert_eq!(count(&world, "select count(*) from claim_upload").await, 0);
        assert_eq!(count(&world, "select count(*) from file_to_remove").await, 0);
        assert_eq!(gone(kept.messages_days).await.unwrap().of("messages"), 1);
        assert_eq!(count(&world, "select count(*) from outbox where payload = '{}' and answer is null").await, 1);
        assert_eq!(count(&world, "select count(*) from outbox").await, 2, "what waits stays as it is");
        assert_eq!(gone(kept.parcels_days).await.unwrap().of("parcels"), 1);
        for table in [
            "select count(*) from shipment", "select count(*) from shipment_told", "select count(*) from parcel_event",
            "select count(*) from parcel_event_number", "select count(*) from shipment_event",
        ] {
            assert_eq!(count(&world, table).await, 0, "{table}");
        }
        assert_eq!(gone(years(kept.documents_years) - 1).await.unwrap().total(), 0);
        let swept = gone(years(kept.documents_years)).await.unwrap();
        assert_eq!((swept.of("findings"), swept.of("pieces"), swept.of("corrections"), swept.of("policies")), (1, 1, 1, 1));
    }

    async fn sessions_and_browsers_go_some_time_after_they_were_last_good_for_anything(world: World) {
        crate::testing::customer(&world).await;
        let scope = world.scope_of("1").await;
        let kept = retention();
        let later = |days: u32| world.clock.now().plus_seconds(i64::from(days) * 86_400);
        let swept = sweep(&world.db, &store(&world), &kept, later(kept.sessions_days - 1)).await.unwrap();
        assert_eq!(swept.of("sessions"), 0);
        let swept = sweep(&world.db, &store(&world), &kept, later(kept.sessions_days + 40)).await.unwrap();
        assert_eq!((swept.of("sessions"), swept.of("browsers")), (1, 0), "{swept} {scope:?}");
        let swept = sweep(&world.db, &store(&world), &kept, later(kept.devices_days + 40)).await.unwrap();
        assert_eq!(swept.of("browsers"), 1, "{swept}");
    }
}

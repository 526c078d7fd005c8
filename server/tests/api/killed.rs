//! The program itself, killed at any moment while it takes a large file in: same final state, nothing lost, nothing twice.

use guichet_formats::{
    record::{AccountRef, Balance, Entry, EntryDetail, EntryStatus, MessageType},
    write::{Message, Statement, camt},
};
use guichet_types::{Currency, Date, Decimal, Timestamp};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

pub const ENTRIES: u32 = 12_000;

pub fn statement() -> Vec<u8> {
    let day = Date::new(2026, 11, 16).unwrap();
    let balance = |code: &str, cents| Balance {
        code: code.to_owned(),
        subtype: None,
        amount: Decimal::from_units(cents, 2),
        currency: Currency::EUR,
        date: Some(day),
        tag: None,
        direction_stated: true,
    };
    let created_at = Timestamp(1_794_922_320_000);
    let message = Message { message_type: MessageType::Camt053, message_id: "LARGE".to_owned(), created_at };
    let mut writer = camt::Writer::new(Vec::new(), &message).unwrap();
    let sum: i64 = (0..i64::from(ENTRIES)).map(|n| n + 1).sum();
    writer
        .statement(&Statement {
            reference: "LARGE".to_owned(),
            electronic_seq: Some(1),
            created_at,
            from: Some(day),
            to: Some(day),
            account: AccountRef {
                id: "FR7630009021440004812370152".to_owned(),
                scheme: "IBAN".to_owned(),
                currency: Some(Currency::EUR),
                ..AccountRef::default()
            },
            currency: Currency::EUR,
            balances: vec![balance("OPBD", 0), balance("CLBD", sum)],
        })
        .unwrap();
    for ordinal in 0..ENTRIES {
        writer
            .entry(&Entry {
                ordinal,
                amount: Decimal::from_units(i64::from(ordinal) + 1, 2),
                currency: Currency::EUR,
                reversal: false,
                status: EntryStatus::Booked,
                status_stated: true,
                booking_date: Some(day),
                booked_at: None,
                value_date: Some(day),
                entry_ref: None,
                servicer_ref: Some(format!("R{ordinal}")),
                domain_code: Some("PMNT/RCDT/ESCT".to_owned()),
                proprietary_code: None,
                additional_info: None,
                details: vec![EntryDetail {
                    counterparty: Some(format!("Payer {ordinal}")),
                    remittance: vec!["Invoice".to_owned()],
                    ..EntryDetail::default()
                }],
                place: String::new(),
            })
            .unwrap();
    }
    writer.finish().unwrap()
}

fn import(folder: &Path, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guichet"));
    command
        .args(["import", "--json"])
        .arg(file)
        .env("GUICHET_DATABASE__URL", format!("sqlite:{}", folder.join("guichet.db").display()))
        .env("GUICHET_DATA__DIR", folder)
        .env("GUICHET_DATA__INBOX", folder.join("inbox"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

/// What is in the database: entries, their sum, nets of days, the booked balance.
async fn state(folder: &Path) -> Vec<i64> {
    use futures::FutureExt as _;
    use guichet_platform::{
        db::{Db, DbError, DbOptions},
        on,
        random::SeededRandom,
        scope::operator,
    };
    const STATE: &str = "select (select count(*) from entry), (select cast(sum(amount) as bigint) from entry),
        (select count(*) from statement), (select cast(sum(net) as bigint) from account_day),
        (select cast(sum(entries) as bigint) from account_day), (select booked from account),
        (select count(distinct position) from entry)";
    let url = format!("sqlite:{}", folder.join("guichet.db").display());
    let db = Db::open(&DbOptions::at(url), &SeededRandom::new(1)).await.unwrap();
    let row: (i64, i64, i64, i64, i64, i64, i64) = db
        .read(&operator(), |tx| {
            async move { on!(tx, c => sqlx::query_as(STATE).fetch_one(&mut **c).await).map_err(DbError::from) }.boxed()
        })
        .await
        .unwrap();
    db.close().await;
    vec![row.0, row.1, row.2, row.3, row.4, row.5, row.6]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_at_any_moment_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.xml");
    std::fs::write(&file, statement()).unwrap();
    let whole = folder.path().join("whole");
    assert!(import(&whole, &file).status().unwrap().success());
    let expected = state(&whole).await;
    assert_eq!(expected[0], i64::from(ENTRIES));
    let mut cut = 0;
    for attempt in 0..2_u64 {
        let place = folder.path().join(format!("cut-{attempt}"));
        let mut wait = 60 + attempt * 35;
        loop {
            let mut child = import(&place, &file).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            wait += wait / 3;
            if child.try_wait().unwrap().is_some() {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            cut += 1;
        }
        assert!(import(&place, &file).status().unwrap().success());
        assert_eq!(state(&place).await, expected);
    }
    assert!(cut >= 3, "the program was too quick to be killed: {cut}");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_import_at_once_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.xml");
    std::fs::write(&file, statement()).unwrap();
    let place = folder.path().join("one");
    let many: Vec<_> = (0..4).map(|_| import(&place, &file).spawn().unwrap()).collect();
    for mut child in many {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(state(&place).await[0], i64::from(ENTRIES));
}

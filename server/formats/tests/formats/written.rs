//! What the writers write: the readers read it back the same, and the standard's own schema finds nothing in it.

use guichet_formats::{
    Class, Limits, read_bytes,
    record::{AccountRef, Balance, Entry, EntryDetail, EntryStatus, MessageType, Record},
    report_bytes, securities,
    write::{Message, Statement, camt, csv, ofx},
};
use guichet_types::{Currency, Date, Decimal, Timestamp};
use proptest::prelude::*;
use std::{io::Write, ops::ControlFlow, path::Path, process::Command};

fn text(most: usize) -> impl Strategy<Value = String> {
    // Letters that XML must escape, letters of several bytes, and no spaces at the ends.
    proptest::string::string_regex(&format!(
        "[A-Za-z0-9&<>\"'äé€/+-]([A-Za-z0-9 &<>\"'äé€/+-]{{0,{}}}[A-Za-z0-9&<>äé€])?",
        most.saturating_sub(2)
    ))
    .unwrap()
}

fn detail(amount: Decimal) -> impl Strategy<Value = EntryDetail> {
    let some = |most| proptest::option::of(text(most));
    let refs = (some(35), some(35), some(35), some(35), some(35));
    let people = (
        some(140),
        prop_oneof![Just(None), Just(Some("FR7630006000011234567890189".to_owned())), Just(Some("12/345".to_owned()))],
        some(140),
        some(140),
    );
    let rest = (
        proptest::collection::vec(text(140), 0..3),
        proptest::collection::vec(text(35), 0..2),
        any::<bool>(),
        some(35),
    );
    (refs, people, rest).prop_map(move |(refs, people, rest)| EntryDetail {
        amount: rest.2.then_some(amount),
        currency: rest.2.then_some(Currency::EUR),
        end_to_end_id: refs.0.filter(|id| id != "NOTPROVIDED"),
        instruction_id: refs.1,
        transaction_id: refs.2,
        mandate_id: refs.3,
        servicer_ref: refs.4,
        uetr: rest.2.then(|| "0a4a47c3-f846-4729-8a1b-5df620f00000".to_owned()),
        creditor_id: if amount.is_negative() { rest.3 } else { None },
        counterparty: people.0,
        counterparty_account: people.1,
        counterparty_bic: rest.2.then(|| "AGRIFRPP".to_owned()),
        ultimate_debtor: people.2,
        ultimate_creditor: people.3,
        remittance: rest.0,
        creditor_references: rest.1,
        purpose: rest.2.then(|| "SALA".to_owned()),
        return_reason: (!rest.2).then(|| "AC04".to_owned()),
        exchange: rest.2.then(|| "100 USD, 1.0921".to_owned()),
        charges: (!rest.2).then(|| "2.5 EUR".to_owned()),
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let amount =
        (-1_000_000_000_i64..1_000_000_000, 0_u8..3).prop_map(|(units, digits)| Decimal::from_units(units, digits));
    amount.prop_flat_map(|amount| {
        let status = prop_oneof![
            Just(EntryStatus::Booked),
            Just(EntryStatus::Pending),
            Just(EntryStatus::Info),
            Just(EntryStatus::Future)
        ];
        let some = |most| proptest::option::of(text(most));
        (
            status,
            any::<bool>(),
            20_000_i32..21_000,
            (some(35), some(35), some(35), some(500)),
            proptest::option::of(0_i64..86_400_000),
            proptest::collection::vec(detail(amount), 0..3),
        )
            .prop_map(move |(status, reversal, day, texts, time, details)| Entry {
                ordinal: 0,
                amount,
                currency: Currency::EUR,
                reversal,
                status,
                status_stated: true,
                booking_date: Some(Date::from_days(day)),
                booked_at: time.map(|time| Timestamp(i64::from(day) * 86_400_000 + time)),
                value_date: Some(Date::from_days(day + 1)),
                entry_ref: texts.0,
                servicer_ref: texts.1,
                domain_code: Some("PMNT/RCDT/ESCT".to_owned()).filter(|_| reversal),
                proprietary_code: texts.2,
                additional_info: texts.3,
                details,
                place: String::new(),
            })
    })
}

fn balance(code: &str, cents: i64) -> Balance {
    Balance {
        code: code.to_owned(),
        subtype: None,
        amount: Decimal::from_units(cents, 2),
        currency: Currency::EUR,
        date: Some(Date::from_days(20_700)),
        tag: None,
        direction_stated: true,
    }
}

fn statement(balances: Vec<Balance>) -> Statement {
    Statement {
        reference: "STMT-1".to_owned(),
        electronic_seq: Some(7),
        created_at: Timestamp(1_794_900_000_123),
        from: Some(Date::from_days(20_700)),
        to: Some(Date::from_days(20_701)),
        account: AccountRef {
            id: "DE89370400440532013000".to_owned(),
            scheme: "IBAN".to_owned(),
            currency: Some(Currency::EUR),
            name: Some("Erika <Muster> & Söhne".to_owned()),
            bic: Some("COBADEFFXXX".to_owned()),
            stated: None,
        },
        currency: Currency::EUR,
        balances,
    }
}

fn write(message_type: MessageType, entries: &[Entry]) -> Vec<u8> {
    let message = Message { message_type, message_id: "MSG-1".to_owned(), created_at: Timestamp(1_794_900_000_000) };
    let mut writer = camt::Writer::new(Vec::new(), &message).unwrap();
    writer.statement(&statement(vec![balance("OPBD", -150), balance("CLAV", 5)])).unwrap();
    entries.iter().for_each(|entry| writer.entry(entry).unwrap());
    writer.finish().unwrap()
}

/// Everything that is read back, with the places taken out.
fn read_back(bytes: &[u8]) -> (Vec<Entry>, Vec<Statement>) {
    let (mut entries, mut statements) = (Vec::new(), Vec::new());
    read_bytes(bytes, &Limits::default(), &mut |record| {
        match record {
            Record::Entry(entry) => entries.push(Entry { ordinal: 0, place: String::new(), ..entry }),
            Record::Statement(head) => statements.push(Statement {
                reference: head.reference.unwrap_or_default(),
                electronic_seq: head.electronic_seq.and_then(|number| number.parse().ok()),
                created_at: head.created_at.unwrap_or_default(),
                from: head.from,
                to: head.to,
                account: head.account.unwrap_or_default(),
                currency: Currency::EUR,
                balances: head.balances,
            }),
            _ => {}
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    (entries, statements)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_reads_back_the_same(entries in proptest::collection::vec(entry(), 0..6)) {
        for message_type in [MessageType::Camt052, MessageType::Camt053, MessageType::Camt054] {
            let bytes = write(message_type, &entries);
            let (read, statements) = read_back(&bytes);
            prop_assert_eq!(&read, &entries, "{}", String::from_utf8_lossy(&bytes));
            let balances = if message_type == MessageType::Camt054 { Vec::new() } else { vec![balance("OPBD", -150), balance("CLAV", 5)] };
            prop_assert_eq!(&statements, &[statement(balances)]);
            // The reader's own table of the schema finds nothing either.
            let report = report_bytes(&bytes, &Limits::default());
            prop_assert!(!report.finding_counts.contains_key("SchemaDeviation"), "{:?}", report.findings);
        }
    }
}

/// A few entries that have everything.
fn full() -> Vec<Entry> {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    (0..40).map(|_| entry().new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn the_schema_of_the_standard_finds_nothing_in_what_is_written() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/xsd/iso20022");
    for message_type in [MessageType::Camt052, MessageType::Camt053, MessageType::Camt054] {
        let bytes = write(message_type, &full());
        let report = report_bytes(&bytes, &Limits::default());
        assert!(
            report.entry_count == 40 && report.quarantined_count == 0 && report.class == Class::Accept,
            "{}: {:?}",
            report.reason,
            report.findings
        );
        let schema = schemas.join(format!("{}.001.08.xsd", message_type.as_str()));
        if !schema.exists() {
            continue;
        }
        let Ok(mut child) = Command::new("xmllint")
            .args(["--noout", "--schema"])
            .arg(&schema)
            .arg("-")
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
        else {
            continue;
        };
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_statement_without_a_balance_or_an_amount_too_fine_is_not_written() {
    let message = Message { message_type: MessageType::Camt053, message_id: "1".to_owned(), created_at: Timestamp(0) };
    let mut writer = camt::Writer::new(Vec::new(), &message).unwrap();
    assert!(writer.statement(&statement(Vec::new())).is_err());
    assert!(writer.entry(&full()[0]).is_err(), "no statement was begun");
    writer.statement(&statement(vec![balance("CLBD", 1)])).unwrap();
    assert!(writer.entry(&Entry { amount: Decimal::new(1, 6), ..full()[0].clone() }).is_err());
}

#[test]
fn ofx_has_every_transaction_once_and_the_old_form_is_windows_1252() {
    let entries = full();
    for form in [ofx::Form::Xml, ofx::Form::Sgml] {
        let mut writer =
            ofx::Writer::new(Vec::new(), form, Timestamp(1_794_900_000_000), &statement(vec![balance("CLBD", 12_345)]))
                .unwrap();
        entries.iter().for_each(|entry| writer.entry(entry).unwrap());
        let bytes = writer.finish().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(text.matches("<STMTTRN>").count(), entries.len());
        assert!(text.contains("<BALAMT>123.45"));
        assert_eq!(read_as_ofx(&bytes), entries.iter().map(|entry| entry.amount).collect::<Vec<_>>());
        match form {
            ofx::Form::Xml => {
                assert!(std::str::from_utf8(&bytes).is_ok() && text.contains("</TRNAMT>"));
                let mut reader = quick_xml::Reader::from_str(&text);
                while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
            }
            ofx::Form::Sgml => assert!(
                text.starts_with("OFXHEADER:100\r\n") && !text.contains("</TRNAMT>") && bytes.contains(&0x80),
                "the euro sign is one byte"
            ),
        }
    }
}

/// The amounts of an OFX file, by our own reader, which must keep nothing aside.
fn read_as_ofx(bytes: &[u8]) -> Vec<Decimal> {
    let mut amounts = Vec::new();
    assert_eq!(securities::detect(bytes), Some(securities::Kind::Ofx));
    securities::read(bytes, securities::Kind::Ofx, &Limits::default(), &mut |record| {
        match record.into_bank() {
            Some(Record::Entry(entry)) => amounts.push(entry.amount),
            Some(Record::Quarantined(piece)) => panic!("{piece:?}"),
            _ => {}
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    amounts
}

#[test]
fn csv_has_a_row_for_each_entry_and_numbers_are_numbers() {
    let entries = full();
    let mut writer = csv::Writer::with_delimiter(Vec::new(), b';', &csv::HEADER).unwrap();
    let account = statement(Vec::new()).account;
    entries.iter().for_each(|entry| writer.entry(&account, entry).unwrap());
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(text.lines().count(), entries.len() + 1);
    assert!(
        text.starts_with("Account;Booking date;")
            && text.lines().nth(1).unwrap().contains(&format!(";{};EUR;", entries[0].amount))
    );
}

//! Files that want to do harm, and files that are broken: refused with a reason, within bounds, and never half believed.

use guichet_formats::{
    Class, Format, Limits, Refusal, detect, read, read_bytes, read_zip, record::Record, report_bytes,
};
use std::{
    io::{self, BufReader, Read, Write},
    ops::ControlFlow,
};
use zip::{ZipWriter, write::SimpleFileOptions};

const HEAD: &str = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-01-01T00:00:00</CreDtTm></GrpHdr>";
const STATEMENT: &str = "<Stmt><Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>";
const ENTRY: &str =
    "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/></Ntry>";
const TAIL: &str = "</Stmt></BkToCstmrStmt></Document>";

fn refused(bytes: &[u8]) -> Refusal {
    let mut records = 0;
    let outcome = read_bytes(bytes, &Limits::default(), &mut |_| {
        records += 1;
        ControlFlow::Continue(())
    });
    assert!(records < 1_000, "what is refused does not flood");
    outcome.err().unwrap()
}

fn message(inside: &str) -> Vec<u8> {
    format!("{HEAD}{STATEMENT}{inside}{TAIL}").into_bytes()
}

#[test]
fn the_plain_message_of_these_tests_is_accepted() {
    let report = report_bytes(&message(ENTRY), &Limits::default());
    assert_eq!((report.class, report.entry_count), (Class::Accept, 1), "{:?}", report.findings);
}

#[test]
fn a_document_type_declaration_and_its_entities_are_refused() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol1 \"&lol;&lol;&lol;&lol;\">]><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">&lol1;</Document>";
    assert!(matches!(refused(laughs.as_bytes()), Refusal::Dtd { line: 1 }));
    let external = "<?xml version=\"1.0\"?>\n<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Document>camt.053&x;</Document>";
    assert!(matches!(refused(external.as_bytes()), Refusal::Dtd { line: 2 }));
    assert!(matches!(refused(&message("<Ntry>&lol;</Ntry>")), Refusal::Entity { .. }));
    assert!(matches!(refused(&message("<Ntry>&#0;</Ntry>")), Refusal::Entity { .. }));
}

#[test]
fn elements_a_hundred_thousand_deep_are_refused() {
    let deep = format!("{HEAD}{}", "<a>".repeat(100_000));
    assert!(matches!(refused(deep.as_bytes()), Refusal::TooDeep { limit: 64, .. }));
}

/// `before`, then a letter a hundred million times; nothing of it is ever in memory.
fn endless(before: &str, letter: u8, times: u64) -> BufReader<io::Chain<io::Cursor<Vec<u8>>, io::Take<io::Repeat>>> {
    BufReader::new(io::Cursor::new(before.as_bytes().to_vec()).chain(io::repeat(letter).take(times)))
}

#[test]
fn a_text_an_attribute_a_comment_and_a_name_of_a_hundred_megabytes_are_refused_at_once() {
    for before in ["<Stmt><Id>", "<Stmt x=\"", "<!-- ", "<Stmt><", "<Stmt><![CDATA[", "<?x ", "&"] {
        let start = memory();
        let input = endless(&format!("{HEAD}{before}"), b'a', 100_000_000);
        let outcome = read(input, Format::Camt, &Limits::default(), &mut |_| ControlFlow::Continue(()));
        assert!(matches!(outcome, Err(Refusal::TooLong { .. })), "{before} {outcome:?}");
        assert!(memory() < start + 20_000, "{before}: no more than 20 MB were taken");
    }
    let outcome =
        read(endless(":20:1\n:25:1\n:86:", b'a', 100_000_000), Format::Mt94x, &Limits::default(), &mut |_| {
            ControlFlow::Continue(())
        });
    assert!(matches!(outcome, Err(Refusal::TooLong { .. })), "{outcome:?}");
}

/// The memory of this process that is in use, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[test]
fn a_tag_with_a_thousand_attributes_is_refused() {
    let attributes: String = (0..1_000).map(|number| format!(" a{number}=\"\"")).collect();
    assert!(matches!(refused(&message(&format!("<Ntry{attributes}/>"))), Refusal::TooLong { limit: 64, .. }));
}

#[test]
fn a_file_that_ends_too_early_is_never_taken_for_complete() {
    let whole = message(&ENTRY.repeat(3));
    for end in 0..whole.len() {
        let report = report_bytes(&whole[..end], &Limits::default());
        assert_eq!(report.class, Class::Reject, "cut after {end} of {} bytes", whole.len());
    }
    let swift = b"{1:F01AAAABBCC0000000000}{2:I940AAAABBCCXXXXN}{4:\r\n:20:1\r\n:25:DE89370400440532013000\r\n:28C:1/1\r\n:60F:C260101EUR1,00\r\n:61:2601010101C1,00NTRFNONREF//7\r\n:86:166?00GUT?20SVWZ+x\r\n:62F:C260101EUR2,00\r\n-}";
    let closing = swift.windows(5).position(|five| five == b":62F:").unwrap();
    // From `:62F:C260101EUR2,` on it is complete.
    for end in 0..closing + 17 {
        let class = report_bytes(&swift[..end], &Limits::default()).class;
        assert_ne!(class, Class::Accept, "cut after {end} bytes: {}", String::from_utf8_lossy(&swift[..end]));
    }
}

#[test]
fn xml_that_is_not_well_formed_is_refused() {
    for inside in [
        "<Ntry></Bal>",
        "<Ntry",
        "<Ntry a=\"1\" a=\"2\"/>",
        "<Ntry a=1/>",
        "</Stmt></BkToCstmrStmt></Document><Document/>x",
        "<1/>",
        "\u{1}",
        "<Ntry>&lt</Ntry>",
        "<a b=\"<\"/>",
    ] {
        let refusal = refused(&message(inside));
        assert!(matches!(refusal.code(), "not_well_formed" | "truncated" | "entity"), "{inside}: {refusal}");
    }
}

#[test]
fn an_encoding_that_lies_does_not_break_the_reading() {
    let mut bytes = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_vec();
    bytes.extend(message(&ENTRY.replace("<BkTxCd/>", "<BkTxCd/><AddtlNtryInf>Z#rich</AddtlNtryInf>")));
    bytes.iter_mut().filter(|byte| **byte == b'#').for_each(|byte| *byte = 0xfc);
    let mut info = None;
    let outcome = read_bytes(&bytes, &Limits::default(), &mut |record| {
        if let Record::Entry(entry) = record {
            info = entry.additional_info;
        }
        ControlFlow::Continue(())
    });
    assert!(outcome.is_ok() && info.as_deref() == Some("Zürich"), "{info:?}");
    assert_eq!(report_bytes(&bytes, &Limits::default()).class, Class::Warn);
    assert!(matches!(
        refused(b"<?xml version='1.0' encoding='x-klingon'?><Document>camt.053</Document>"),
        Refusal::Encoding { .. }
    ));
}

#[test]
fn nothing_without_a_clear_amount_direction_currency_and_account_is_booked() {
    for (from, to) in [
        ("1.00<", "1,00<"),
        ("1.00<", "-1.00<"),
        ("1.00<", "1.00 EUR<"),
        ("1.00<", "<"),
        ("1.00<", "1e3<"),
        (" Ccy=\"EUR\">1.00", ">1.00"),
        ("\"EUR\">1.00", "\"eur\">1.00"),
        ("CRDT", "CREDIT"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>", ""),
        ("<CdtDbtInd>CRDT</CdtDbtInd>", "<CdtDbtInd>CRDT</CdtDbtInd><CdtDbtInd>DBIT</CdtDbtInd>"),
        ("<Sts>", "<Amt Ccy=\"EUR\">2.00</Amt><Sts>"),
    ] {
        let report = report_bytes(&message(&format!("{ENTRY}{}", ENTRY.replacen(from, to, 1))), &Limits::default());
        assert_eq!((report.entry_count, report.quarantined_count, report.class), (1, 1, Class::Warn), "{from} -> {to}");
        assert!(
            report.quarantined[0].raw.starts_with("<Ntry>") && report.quarantined[0].raw.ends_with("</Ntry>"),
            "{:?}",
            report.quarantined
        );
    }
    let nobody = String::from_utf8(message(ENTRY))
        .unwrap()
        .replace("<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>", "");
    let report = report_bytes(nobody.as_bytes(), &Limits::default());
    assert_eq!((report.entry_count, report.class), (0, Class::Reject));
}

#[test]
fn the_reading_stops_when_the_taker_wants_no_more() {
    let outcome = read_bytes(&message(&ENTRY.repeat(10)), &Limits::default(), &mut |_| ControlFlow::Break(()));
    assert!(matches!(outcome, Err(Refusal::Stopped)));
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_zip_is_read_member_by_member_and_names_are_made_harmless() {
    let zip = zip_of(&[
        ("../../etc/passwd", &message(ENTRY)),
        ("C:\\x\\<b>.xml", &message(ENTRY)),
        ("a.sta", b":20:1\n:25:1/2\n:60F:C260101EUR1,\n:62F:C260101EUR1,\n"),
    ]);
    assert_eq!(detect(&zip), Format::Zip);
    let mut members = Vec::new();
    read_zip(io::Cursor::new(&zip), &Limits::default(), &mut |record| {
        if let Record::Document(document) = record {
            members.extend(document.member);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(members, ["passwd", "_b_.xml", "a.sta"]);
}

#[test]
fn a_zip_bomb_a_nested_zip_and_too_many_members_are_refused() {
    let bomb = zip_of(&[("a.xml", &[HEAD.as_bytes(), &vec![b' '; 50 << 20]].concat())]);
    assert!(bomb.len() < 100_000);
    let refusal = refused(&bomb);
    assert!(matches!(refusal.code(), "zip" | "too_long"), "{refusal}");
    let spaced: String = HEAD.to_owned() + &"<!-- -->".repeat(6 << 20);
    assert!(matches!(refused(&zip_of(&[("a.xml", spaced.as_bytes())])), Refusal::Zip { .. }));
    let inner = zip_of(&[("a.xml", &message(ENTRY))]);
    assert!(matches!(refused(&zip_of(&[("b.zip", &inner)])), Refusal::Zip { .. }));
    let names: Vec<String> = (0..1_001).map(|number| format!("{number}.xml")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert!(matches!(refused(&zip_of(&many)), Refusal::Zip { .. }));
    assert!(matches!(refused(&zip_of(&[("a.txt", b"hello")])), Refusal::Member { .. }));
    let mut broken = zip_of(&[("a.xml", &message(ENTRY))]);
    let at = broken.len() / 3;
    broken[at] ^= 0xff;
    assert_eq!(report_bytes(&broken, &Limits::default()).class, Class::Reject);
}

#[test]
fn more_bytes_or_entries_than_allowed_are_refused() {
    let small = Limits { max_bytes: 300, ..Limits::default() };
    let outcome = read_bytes(&message(ENTRY), &small, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(outcome, Err(Refusal::TooLarge { what: "bytes", .. })), "{outcome:?}");
    let few = Limits { max_entries: 2, ..Limits::default() };
    let outcome = read_bytes(&message(&ENTRY.repeat(3)), &few, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(outcome, Err(Refusal::TooLarge { what: "entries", .. })), "{outcome:?}");
}

#[test]
fn ten_thousand_broken_entries_are_told_in_a_hundred_words() {
    let odd = ENTRY.replace("<BkTxCd/>", "<BkTxCd/><Nonsense/>").replace("<Sts><Cd>BOOK", "<Sts><Cd>WHAT");
    let report = report_bytes(&message(&odd.repeat(10_000)), &Limits::default());
    assert_eq!((report.class, report.entry_count), (Class::Warn, 10_000));
    assert!(report.findings.len() < 250, "{}", report.findings.len());
}

//! One message in every dress that senders put it into.

use guichet_formats::{Class, Limits, report_bytes};

const BODY: &str = "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-01-01T00:00:00</CreDtTm></GrpHdr><Stmt><Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal><Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/></Ntry></Stmt></BkToCstmrStmt>";
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

fn check(name: &str, bytes: &[u8], class: Class) {
    let report = report_bytes(bytes, &Limits::default());
    assert_eq!(report.class, class, "{name}: {} {:?}", report.reason, report.findings);
    assert_eq!(report.entry_count, 1, "{name}");
    assert_eq!(report.statements[0].credit_sum.to_string(), "1", "{name}");
    assert_eq!(report.accounts.first().map(String::as_str), Some("DE89370400440532013000"), "{name}");
}

#[test]
fn an_envelope_a_prefix_or_another_encoding_changes_nothing() {
    let plain = format!("<Document xmlns=\"{NAMESPACE}\">{BODY}</Document>");
    check("plain", plain.as_bytes(), Class::Accept);
    let header = "<h:AppHdr xmlns:h=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\"><h:Fr>x</h:Fr></h:AppHdr>";
    check("envelope", format!("<BizMsgEnvlp xmlns=\"urn:x\">{header}{plain}</BizMsgEnvlp>").as_bytes(), Class::Accept);
    let prefixed = BODY.replace("</", "\u{1}").replace('<', "<n:").replace('\u{1}', "</n:");
    let prefixed = format!("<n:Document xmlns:n=\"{NAMESPACE}\">{prefixed}</n:Document>");
    check("prefix", prefixed.as_bytes(), Class::Accept);
    let wide: Vec<u8> = format!("\u{feff}{plain}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    check("UTF-16", &wide, Class::Accept);
    let national = plain.replace(NAMESPACE, "http://www.six-interbank-clearing.com/de/camt.053.001.08.ch.02.xsd");
    check("national namespace", national.as_bytes(), Class::Accept);
}

#[test]
fn a_missing_namespace_or_an_old_shape_is_read_and_shown() {
    check("no namespace", format!("<Document>{BODY}</Document>").as_bytes(), Class::Warn);
    check("no document", BODY.as_bytes(), Class::Warn);
    let old = BODY.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>");
    check("old status", format!("<Document xmlns=\"{NAMESPACE}\">{old}</Document>").as_bytes(), Class::Warn);
    // Version 02 wants the time of the statement, and the status as a text.
    let old = old.replace("<Id>1</Id><Acct>", "<Id>1</Id><CreDtTm>2026-01-01T00:00:00</CreDtTm><Acct>");
    let of_02 = NAMESPACE.replace(".08", ".02");
    check("02", format!("<Document xmlns=\"{of_02}\">{old}</Document>").as_bytes(), Class::Accept);
}

#[test]
fn swift_in_fints_lines_is_the_same_as_in_a_file() {
    let text = ":20:1\r\n:25:DE89370400440532013000\r\n:28C:1/1\r\n:60F:C260101EUR0,\r\n:61:2601010101CR1,00NTRFNONREF\r\n:86:166?00a@b?20x\r\n:62F:C260101EUR1,\r\n-\r\n";
    check("file", text.as_bytes(), Class::Accept);
    check("FinTS", format!("\r\n{text}").replace("\r\n", "@@").as_bytes(), Class::Accept);
    check("LF", text.replace("\r\n", "\n").as_bytes(), Class::Accept);
}

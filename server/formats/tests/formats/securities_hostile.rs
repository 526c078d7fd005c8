//! Files of securities that are cut, changed or made to do harm: refused, kept aside or told, and never half believed.

use guichet_formats::{
    Class, Limits,
    record::Record as Bank,
    securities::{self, Figures, Kind, Report, detect, record::Record, report_bytes},
};
use std::{collections::BTreeSet, ops::ControlFlow};

const OFX: &str = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261117</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>123<ACCTID>456<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261117\n<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261103<TRNAMT>-12.34<FITID>a1<NAME>Bakery</STMTTRN>\n<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261104<TRNAMT>100.00<FITID>a2<NAME>Work & Co</STMTTRN>\n</BANKTRANLIST><LEDGERBAL><BALAMT>987.65<DTASOF>20261117</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";

const INVEST: &str = "<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\" VERSION=\"202\" SECURITY=\"NONE\" OLDFILEUID=\"NONE\" NEWFILEUID=\"NONE\"?><OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS><TRNUID>1</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS><INVSTMTRS><DTASOF>20261117</DTASOF><CURDEF>USD</CURDEF><INVACCTFROM><BROKERID>b</BROKERID><ACCTID>7</ACCTID></INVACCTFROM><INVTRANLIST><DTSTART>20261101</DTSTART><DTEND>20261117</DTEND><BUYSTOCK><INVBUY><INVTRAN><FITID>t1</FITID><DTTRADE>20261105</DTTRADE></INVTRAN><SECID><UNIQUEID>037833100</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><UNITS>10</UNITS><UNITPRICE>50.25</UNITPRICE><COMMISSION>4.95</COMMISSION><TOTAL>-507.45</TOTAL><SUBACCTSEC>CASH</SUBACCTSEC><SUBACCTFUND>CASH</SUBACCTFUND></INVBUY><BUYTYPE>BUY</BUYTYPE></BUYSTOCK></INVTRANLIST><INVPOSLIST><POSSTOCK><INVPOS><SECID><UNIQUEID>037833100</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><HELDINACCT>CASH</HELDINACCT><POSTYPE>LONG</POSTYPE><UNITS>10</UNITS><UNITPRICE>51.50</UNITPRICE><MKTVAL>515.00</MKTVAL><DTPRICEASOF>20261117</DTPRICEASOF></INVPOS></POSSTOCK></INVPOSLIST><INVBAL><AVAILCASH>12.50</AVAILCASH></INVBAL></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1><SECLISTMSGSRSV1><SECLIST><STOCKINFO><SECINFO><SECID><UNIQUEID>037833100</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><SECNAME>Apple</SECNAME><TICKER>AAPL</TICKER></SECINFO></STOCKINFO></SECLIST></SECLISTMSGSRSV1></OFX>";

const ECB: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\"><Cube><Cube time='2026-11-17'><Cube currency='USD' rate='1.1790'/><Cube currency='JPY' rate='129.62'/></Cube>\n<Cube time='2026-11-16'><Cube currency='USD' rate='1.1801'/><Cube currency='JPY' rate='129.10'/></Cube></Cube></gesmes:Envelope>";

const ECB_CSV: &str = "Date,USD,JPY,CYP,\n2026-11-17,1.1790,129.62,N/A,\n2026-11-16,1.1801,129.10,N/A,\n";

const OHLC: &str = "Date,Open,High,Low,Close,Volume\n2026-11-16,10.00,11.00,9.50,10.50,1000\n2026-11-17,10.50,11.25,10.25,10.75,1200\n";

const QUOTES: &str = "{\"guichet\":\"quotes/1\",\"quotes\":[{\"isin\":\"US0378331005\",\"currency\":\"USD\",\"price\":231.5,\"at\":\"2026-11-17T21:00:00Z\"}]}";

const PORTFOLIO: &str = "{\"guichet\":\"portfolio/1\",\"instruments\":[{\"isin\":\"US0378331005\",\"name\":\"Apple\",\"class\":\"equity\",\"currency\":\"USD\"}],\"portfolios\":[{\"account\":\"7\",\"currency\":\"USD\",\"as_of\":\"2026-11-17\",\"positions\":[{\"instrument\":\"US0378331005\",\"quantity\":10,\"price\":\"51.50\",\"market_value\":\"515.00\"}],\"transactions\":[{\"reference\":\"t1\",\"type\":\"buy\",\"instrument\":\"US0378331005\",\"trade_date\":\"2026-11-05\",\"quantity\":10,\"price\":\"50.25\",\"gross\":\"502.50\",\"fees\":\"4.95\",\"net\":\"-507.45\"}]}]}";

const CNB: &str = "05.04.2016 #65\nzemě|měna|množství|kód|kurz\nJaponsko|jen|100|JPY|21,487\nUSA|dolar|1|USD|23,774\n";

fn report(text: &str) -> Report {
    report_bytes(text.as_bytes(), &Limits::default())
}

/// Every amount, price, rate and quantity that is handed on.
fn figures(bytes: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Some(kind) = detect(bytes) else { return found };
    let _ = securities::read(bytes, kind, &Limits::default(), &mut |record| {
        match record {
            Record::Bank(Bank::Entry(entry)) => found.extend([entry.amount.to_string()]),
            Record::Position(p) => {
                found.extend([Some(p.quantity.0), p.price, p.market_value].into_iter().flatten().map(|n| n.to_string()))
            }
            Record::Transaction(t) => {
                found.extend([t.quantity.map(|q| q.0), t.price, t.net].into_iter().flatten().map(|n| n.to_string()))
            }
            Record::Quote(quote) => found.extend([quote.price.to_string()]),
            Record::Daily(day) => found.extend([day.close.to_string()]),
            Record::Rate(rate) => found.extend([rate.rate.to_string()]),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    found
}

#[test]
fn the_plain_files_of_these_tests_are_accepted_and_known_by_their_content() {
    for (text, kind) in [
        (OFX, Kind::Ofx),
        (INVEST, Kind::Ofx),
        (ECB, Kind::EcbXml),
        (ECB_CSV, Kind::EcbCsv),
        (OHLC, Kind::QuotesCsv),
        (QUOTES, Kind::QuotesJson),
        (PORTFOLIO, Kind::PortfolioJson),
        (CNB, Kind::CnbText),
    ] {
        assert_eq!(detect(text.as_bytes()), Some(kind));
        let report = report(text);
        assert_eq!(report.class, Class::Accept, "{kind:?}: {} {:?}", report.reason, report.findings);
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused_where_its_form_has_an_end() {
    for text in [OFX, INVEST, ECB, QUOTES, PORTFOLIO] {
        for end in 0..text.len() {
            let report = report_bytes(&text.as_bytes()[..end], &Limits::default());
            assert_eq!(report.class, Class::Reject, "{}", &text[..end]);
        }
    }
}

#[test]
fn a_table_that_is_cut_hands_on_no_other_figure_unless_its_open_end_is_told() {
    for text in [ECB_CSV, OHLC, CNB] {
        let whole = figures(text.as_bytes());
        for end in 0..text.len() {
            let bytes = &text.as_bytes()[..end];
            let extra: Vec<_> = figures(bytes).difference(&whole).cloned().collect();
            // The last cell of the last line can be cut without another trace.
            let told = report_bytes(bytes, &Limits::default()).finding_counts.contains_key("SchemaDeviation");
            assert!(extra.is_empty() || told, "{extra:?} out of {}", String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn nothing_without_a_clear_amount_date_currency_and_account_is_booked() {
    for (from, to) in [
        ("-12.34", ""),
        ("-12.34", "12.3.4"),
        ("-12.34", "-1e3"),
        ("-12.34", "1,234"),
        ("-12.34", "EUR 5"),
        ("20261103", "20261131"),
        ("20261103", ""),
        ("<DTPOSTED>20261103", ""),
        ("<TRNAMT>-12.34", ""),
        ("<TRNAMT>-12.34", "<TRNAMT>-12.34<TRNAMT>-99.00"),
        ("Bakery</STMTTRN>", "Bakery"),
        ("<NAME>Bakery", "<CURRENCY><CURRATE>1<CURSYM>eur</CURRENCY>"),
    ] {
        let report = report(&OFX.replacen(from, to, 1));
        assert_eq!((report.class, report.quarantined_count), (Class::Warn, 1), "{from} -> {to}: {}", report.reason);
        assert_eq!(figures(OFX.replacen(from, to, 1).as_bytes()), BTreeSet::from(["100".to_owned()]), "{from} -> {to}");
    }
    for (from, to) in [
        ("<CURDEF>EUR", ""),
        ("<CURDEF>EUR", "<CURDEF>euro"),
        ("<ACCTID>456", ""),
        ("<ACCTID>456", "<ACCTID>1<ACCTID>2"),
    ] {
        let changed = OFX.replacen(from, to, 1);
        assert_eq!(report(&changed).class, Class::Reject, "{from} -> {to}");
        assert!(figures(changed.as_bytes()).is_empty());
    }
    let other = OFX.replacen("<NAME>Bakery", "<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>", 1);
    assert_eq!(report(&other).finding_counts.get("MixedCurrency"), Some(&1), "the amount is of the other currency");
}

#[test]
fn an_answer_with_an_error_is_refused_with_the_words_of_the_sender() {
    let failed = "OFXHEADER:100\nVERSION:102\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Signon invalid</STATUS></SONRS></SIGNONMSGSRSV1></OFX>";
    let report = report(failed);
    assert_eq!((report.class, report.refusal), (Class::Reject, Some("no_statement")));
    assert!(report.reason.contains("15500") && report.reason.contains("Signon invalid"), "{}", report.reason);
}

#[test]
fn a_fitid_that_is_there_twice_is_told_and_both_entries_are_booked() {
    let report = report(&OFX.replace("<FITID>a2", "<FITID>a1"));
    let Figures::Ofx(figures) = &report.figures else { panic!("{:?}", report.figures) };
    assert_eq!((figures.entry_count, figures.statements[0].duplicate_fitids), (2, 1));
    assert_eq!(report.finding_counts.get("DuplicateEntry"), Some(&1));
    assert_eq!(report.class, Class::Accept);
}

#[test]
fn a_changed_figure_of_a_holding_is_told() {
    for (from, to, check) in [
        ("<MKTVAL>515.00", "<MKTVAL>516.00", "ValueMismatch"),
        ("<UNITPRICE>51.50", "<UNITPRICE>51.60", "ValueMismatch"),
        ("<UNITS>10</UNITS><UNITPRICE>51", "<UNITS>11</UNITS><UNITPRICE>51", "ValueMismatch"),
        ("<TOTAL>-507.45", "<TOTAL>-517.45", "ValueMismatch"),
        (
            "<POSSTOCK><INVPOS><SECID><UNIQUEID>037833100",
            "<POSSTOCK><INVPOS><SECID><UNIQUEID>037833101",
            "UnknownInstrument",
        ),
    ] {
        let report = report(&INVEST.replacen(from, to, 1));
        assert_eq!(report.class, Class::Warn, "{from}");
        assert_eq!(report.finding_counts.get(check), Some(&1), "{from} {:?}", report.findings);
    }
    for (from, to) in [
        ("<UNITS>10</UNITS><UNITPRICE>51", "<UNITPRICE>51"),
        ("<MKTVAL>515.00", "<MKTVAL>5l5.00"),
        ("<MKTVAL>515.00", "<MKTVAL>5,150"),
        ("<TOTAL>-507.45", "<TOTAL>-507,450"),
        ("<DTTRADE>20261105", "<DTTRADE>20261305"),
        ("<FITID>t1</FITID>", ""),
        ("<TOTAL>-507.45</TOTAL>", ""),
    ] {
        let report = report(&INVEST.replacen(from, to, 1));
        assert_eq!((report.class, report.quarantined_count), (Class::Warn, 1), "{from} -> {to}");
    }
}

#[test]
fn bonds_are_in_percent_and_options_by_the_contract() {
    let bond = INVEST
        .replace("POSSTOCK", "POSDEBT")
        .replace("STOCKINFO", "DEBTINFO")
        .replace("<MKTVAL>515.00", "<MKTVAL>5.15");
    let option = INVEST
        .replace("POSSTOCK", "POSOPT")
        .replace("STOCKINFO", "OPTINFO")
        .replace("</SECINFO>", "</SECINFO><SHPERCTRCT>100</SHPERCTRCT>")
        .replace("<MKTVAL>515.00", "<MKTVAL>51500");
    for text in [bond, option] {
        let report = report(&text);
        assert_eq!(report.class, Class::Accept, "{:?}", report.findings);
    }
}

#[test]
fn a_changed_field_of_a_portfolio_is_kept_aside_or_told() {
    for (from, to, aside) in [
        ("\"isin\":\"US0378331005\"", "\"isin\":\"US0378331006\"", true),
        ("\"quantity\":10,\"price\":\"51.50\"", "\"price\":\"51.50\"", true),
        ("\"quantity\":10,\"price\":\"51.50\"", "\"quantity\":\"1O\",\"price\":\"51.50\"", true),
        ("\"quantity\":10,\"price\":\"51.50\"", "\"quantity\":1e1,\"price\":\"51.50\"", true),
        ("\"quantity\":10,\"price\":\"51.50\"", "\"quantity\":[10],\"price\":\"51.50\"", true),
        ("\"trade_date\":\"2026-11-05\"", "\"trade_date\":\"2026-11-31\"", true),
        ("\"net\":\"-507.45\"", "\"net\":\"507.45\"", true),
        ("\"type\":\"buy\"", "\"type\":\"bought\"", true),
        ("\"reference\":\"t1\",", "", true),
        ("\"class\":\"equity\"", "\"class\":\"share\"", true),
        ("\"positions\":[", "\"positions\":[{\"instrument\":\"US0378331005\",\"quantity\":11},", true),
        ("\"market_value\":\"515.00\"", "\"market_value\":\"551.00\"", false),
        ("\"net\":\"-507.45\"", "\"net\":\"-507.54\"", false),
        ("\"gross\":\"502.50\"", "\"gross\":\"502.60\"", false),
        ("\"market_value\"", "\"marketvalue\"", false),
        ("\"instrument\":\"US0378331005\",\"quantity\"", "\"instrument\":\"DE000BAY0017\",\"quantity\"", false),
    ] {
        let report = report(&PORTFOLIO.replacen(from, to, 1));
        assert_eq!(report.class, Class::Warn, "{from} -> {to}: {}", report.reason);
        assert_eq!(report.quarantined_count > 0, aside, "{from} -> {to}: {:?}", report.quarantined);
    }
    let nobody = PORTFOLIO.replace("\"account\":\"7\",", "");
    assert!(figures(nobody.as_bytes()).is_empty());
}

#[test]
fn a_bad_rate_or_day_is_kept_aside_and_the_rest_goes_on() {
    for (from, to) in [
        ("1.1790", "0"),
        ("1.1790", "-1.1790"),
        ("1.1790", "1,1790"),
        ("1.1790", "NaN"),
        ("currency='USD' rate='1.1790'", "currency='USD'"),
        ("currency='USD' rate='1.1790'", "currency='usd' rate='1.1790'"),
        ("currency='USD' rate='1.1790'", "currency='JPY' rate='1.1790'"),
        ("2026-11-17", "2026-11-31"),
    ] {
        let report = report(&ECB.replacen(from, to, 1));
        assert_eq!(
            (report.class, report.quarantined_count),
            (Class::Warn, 1),
            "{from} -> {to} {:?}",
            report.quarantined
        );
    }
    let far = report(&ECB.replacen("1.1790", "11.790", 1));
    assert_eq!((far.class, far.finding_counts.get("PriceJump")), (Class::Warn, Some(&1)));
    let table = report(&ECB_CSV.replacen("1.1790", "x", 1));
    assert_eq!((table.class, table.quarantined_count), (Class::Warn, 1));
    let czech = report(&CNB.replacen("23,774", "", 1));
    assert_eq!((czech.class, czech.quarantined_count), (Class::Warn, 1));
    for text in
        ["<!DOCTYPE x [<!ENTITY a \"b\">]><Cube><Cube time='2026-11-17'/></Cube>", "<Cube><x></Cube>", "<Cube/><Cube/>"]
    {
        assert_eq!(report(text).class, Class::Reject, "{text}");
    }
    let deep = format!("<Cube>{}", "<a>".repeat(100_000));
    assert_eq!(report(&deep).refusal, Some("too_deep"));
}

#[test]
fn a_price_that_is_missing_twice_or_no_price_at_all_is_never_taken() {
    for (from, to, class, aside) in [
        ("10.50,1000", ",1000", Class::Accept, 0),
        ("10.50,1000", "null,1000", Class::Accept, 0),
        ("10.50,1000", "0,1000", Class::Warn, 1),
        ("10.50,1000", "-10.50,1000", Class::Warn, 1),
        ("10.50,1000", "10.5O,1000", Class::Warn, 1),
        ("10.50,1000", "10.50", Class::Warn, 1),
        ("2026-11-17", "2026-11-16", Class::Warn, 1),
        ("2026-11-17", "11/17/2026", Class::Warn, 1),
        ("2026-11-17", "2026-02-30", Class::Warn, 1),
        ("10.50,1000", "1050,1000", Class::Accept, 0),
    ] {
        let report = report(&OHLC.replacen(from, to, 1));
        assert_eq!((report.class, report.quarantined_count), (class, aside), "{from} -> {to} {:?}", report.findings);
    }
    let jump = report(&OHLC.replacen("10.50,1000", "1050,1000", 1));
    assert_eq!(jump.finding_counts.get("PriceJump"), Some(&1));
    for (from, to) in [
        ("231.5", "0"),
        ("231.5", "-1"),
        ("21:00:00Z", "21:00:00"),
        ("US0378331005", "US0378331004"),
        ("\"USD\"", "\"usd\""),
    ] {
        assert_eq!(report(&QUOTES.replacen(from, to, 1)).class, Class::Reject, "{from} -> {to}");
    }
}

#[test]
fn nothing_that_lies_deep_or_is_long_harms_the_reader() {
    for text in [
        format!("{{\"guichet\":\"quotes/1\",\"quotes\":{}", "[".repeat(1_000_000)),
        format!("{{\"guichet\":\"portfolio/1\",\"a\":{}", "{\"a\":".repeat(1_000_000)),
        format!("OFXHEADER:100\n<OFX>{}", "<STMTRS>".repeat(100_000)),
        format!("OFXHEADER:100\n<OFX>{}", "<A>".repeat(1_000_000)),
        format!("OFXHEADER:100\n<OFX><A>{}", "x".repeat(1_000_000)),
        format!("OFXHEADER:100\n<OFX>{}>", "< ".repeat(100_000)),
        format!("OFXHEADER:100\n<OFX><MEMO>{}</MEMO></OFX>", "<&".repeat(30_000)),
        format!("Date,Close\n{}", ",".repeat(1_000_000)),
        format!("Date,Close\n\"{}", "\n\"".repeat(100_000)),
        format!("Date,USD,\n2026-11-17,{},", "9".repeat(1_000_000)),
    ] {
        let report = report(&text);
        assert_ne!(report.class, Class::Accept, "{:.40}", text);
    }
    let few = Limits { max_entries: 3, ..Limits::default() };
    assert_eq!(report_bytes(OFX.as_bytes(), &few).refusal, Some("too_large"));
    let small = Limits { max_bytes: 100, ..Limits::default() };
    assert_eq!(report_bytes(OFX.as_bytes(), &small).refusal, Some("too_large"));
}

#[test]
fn the_reading_stops_when_the_taker_wants_no_more() {
    let outcome = securities::read(OFX.as_bytes(), Kind::Ofx, &Limits::default(), &mut |_| ControlFlow::Break(()));
    assert!(matches!(outcome, Err(guichet_formats::Refusal::Stopped)));
}

#[test]
fn one_byte_of_a_file_may_be_anything() {
    for text in [OFX, INVEST, ECB, ECB_CSV, OHLC, QUOTES, PORTFOLIO, CNB] {
        for place in (0..text.len()).step_by(5) {
            for byte in [b'<', b'"', b'9', 0xff] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[place] = byte;
                crate::securities_anything::anything(&bytes);
            }
        }
    }
}

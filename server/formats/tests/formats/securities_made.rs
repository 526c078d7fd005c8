//! Made-up documents of securities: what is written is what is read. And the examples of the manual are read.

use guichet_formats::{
    Class, Limits,
    record::Record as Bank,
    securities::{self, Figures, detect, record::Record, report_bytes},
};
use guichet_types::{Date, Decimal};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// The records of a file that must be readable.
fn records(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let kind = detect(text.as_bytes()).unwrap();
    securities::read(text.as_bytes(), kind, &Limits::default(), &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    })
    .unwrap();
    records
}

fn day(days: i32) -> Date {
    Date::from_days(20_000 + days)
}

#[test]
fn every_example_of_the_manual_is_read_without_a_warning() {
    let manual = include_str!("../../../../docs/formats-portfolio.md");
    let mut count = 0;
    for block in manual.split("```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        if !matches!(kind, "json" | "csv") {
            continue;
        }
        let report = report_bytes(text.as_bytes(), &Limits::default());
        assert_eq!(report.class, Class::Accept, "{} {:?} {:?}", report.reason, report.findings, report.quarantined);
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        if let Figures::Portfolio(figures) = &report.figures {
            assert!(figures.instrument_count + figures.position_count + figures.transaction_count >= 3, "{figures:?}");
        }
        count += 1;
    }
    assert_eq!(count, 6);
}

#[test]
fn the_manual_s_portfolio_says_what_it_says() {
    let manual = include_str!("../../../../docs/formats-portfolio.md");
    let text = manual.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut seen = (0, 0, 0, 0);
    for record in records(text) {
        match record {
            Record::Instrument(i) if i.name.starts_with("BAE") => {
                assert_eq!((i.currency.unwrap().as_str(), i.minor_unit_divisor), ("GBP", 100));
            }
            Record::Instrument(_) => seen.0 += 1,
            Record::Portfolio(p) => assert_eq!(p.holders, ["K-1001", "K-1002"]),
            Record::Position(p) => {
                seen.1 += 1;
                if p.instrument == "GB0002634946" {
                    assert_eq!((p.price_currency.as_str(), p.price_minor_divisor), ("GBP", 100));
                }
            }
            Record::Transaction(t) => {
                seen.2 += 1;
                if t.reference == "T-9003" {
                    assert_eq!(t.ratio, Some((Decimal::new(4, 0), Decimal::new(1, 0))));
                }
            }
            Record::Cash(_) => seen.3 += 1,
            _ => {}
        }
    }
    assert_eq!(seen, (3, 4, 5, 1));
}

proptest! {
    #[test]
    fn bank_entries_are_read_as_they_are_written(
        entries in proptest::collection::vec((any::<i32>(), 0_i32..400, "[A-Za-z0-9 &<>'é€]{1,30}"), 0..20),
        xml in any::<bool>(), comma in any::<bool>(),
    ) {
        let close = |name: &str| if xml { format!("</{name}>") } else { String::new() };
        let mut text = String::from(if xml {
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><?OFX OFXHEADER=\"200\" VERSION=\"203\" SECURITY=\"NONE\"?>\n"
        } else {
            "OFXHEADER:100\nDATA:OFXSGML\nVERSION:103\nENCODING:UTF-8\nCHARSET:NONE\n\n"
        });
        text += &format!("<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR{}<BANKACCTFROM><BANKID>1{}<ACCTID>2{}</BANKACCTFROM><BANKTRANLIST>",
            close("CURDEF"), close("BANKID"), close("ACCTID"));
        for (number, (cents, days, name)) in entries.iter().enumerate() {
            let amount = Decimal::from_units(i64::from(*cents), 2);
            let amount = if comma { amount.to_string().replace('.', ",") } else { amount.to_string() };
            let name = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let date = day(*days).to_string().replace('-', "");
            text += &format!("<STMTTRN><TRNTYPE>OTHER{}<DTPOSTED>{date}{}<TRNAMT>{amount}{}<FITID>f{number}{}<MEMO>m{name}{}</STMTTRN>\n",
                close("TRNTYPE"), close("DTPOSTED"), close("TRNAMT"), close("FITID"), close("MEMO"));
        }
        text += "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";
        let read: Vec<_> = records(&text).into_iter().filter_map(|record| match record {
            Record::Bank(Bank::Entry(entry)) => Some((entry.amount, entry.booking_date, entry.details[0].remittance[0].clone())),
            _ => None,
        }).collect();
        let written: Vec<_> = entries.iter().map(|(cents, days, name)| {
            (Decimal::from_units(i64::from(*cents), 2), Some(day(*days)), format!("m{name}").trim().to_owned())
        }).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn days_and_quotes_are_read_as_they_are_written(
        rows in proptest::collection::vec((1_i64..i64::from(u32::MAX), 0_u8..8), 1..30), delimiter in prop_oneof![Just(','), Just(';'), Just('\t')],
    ) {
        let prices: Vec<Decimal> = rows.iter().map(|(price, scale)| Decimal::from_units(*price, *scale)).collect();
        let mut csv = format!("Date{delimiter}Close{delimiter}Volume\n");
        let mut own = format!("isin{delimiter}currency{delimiter}price{delimiter}at\n");
        let mut json = Vec::new();
        for (number, price) in prices.iter().enumerate() {
            let date = day(number as i32);
            csv += &format!("{date}{delimiter}{price}{delimiter}5\n");
            own += &format!("US0378331005{delimiter}GBp{delimiter}{price}{delimiter}{date}T16:00:00+01:00\n");
            json.push(format!("{{\"symbol\":\"X\",\"currency\":\"EUR\",\"price\":{price},\"at\":\"{date}T00:00:00Z\"}}"));
        }
        let json = format!("{{\"guichet\":\"quotes/1\",\"quotes\":[{}]}}", json.join(","));
        for text in [csv, own, json] {
            let read: Vec<_> = records(&text).into_iter().filter_map(|record| match record {
                Record::Daily(daily) => Some(daily.close),
                Record::Quote(quote) => Some(quote.price),
                _ => None,
            }).collect();
            prop_assert_eq!(&read, &prices);
        }
    }

    #[test]
    fn rates_are_read_as_they_are_written(rows in proptest::collection::vec((1_i64..i64::from(u32::MAX), 1_i64..1_000_000), 1..20)) {
        let mut xml = String::from("<gesmes:Envelope xmlns:gesmes='g'><Cube>");
        let mut csv = String::from("Date,USD,JPY,\n");
        let mut written = Vec::new();
        for (number, (usd, jpy)) in rows.iter().enumerate() {
            let (date, usd, jpy) = (day(number as i32), Decimal::from_units(*usd, 4), Decimal::from_units(*jpy, 2));
            xml += &format!("<Cube time='{date}'><Cube currency='USD' rate='{usd}'/><Cube rate='{jpy}' currency='JPY'></Cube></Cube>");
            csv += &format!("{date},{usd},{jpy},\n");
            written.extend([(date, usd), (date, jpy)]);
        }
        xml += "</Cube></gesmes:Envelope>";
        for text in [xml, csv] {
            let read: Vec<_> = records(&text).into_iter().filter_map(|record| match record {
                Record::Rate(rate) => Some((rate.as_of, rate.rate)),
                _ => None,
            }).collect();
            prop_assert_eq!(&read, &written);
        }
    }

    #[test]
    fn positions_are_read_as_they_are_written_and_their_value_holds(
        rows in proptest::collection::vec((1_i64..1_000_000_000, 0_u8..5, 1_i64..10_000_000, 0_u8..5), 1..20),
    ) {
        let mut csv = String::from("account,account_currency,instrument,quantity,as_of,price,market_value\n");
        let mut written = Vec::new();
        for (number, (quantity, q, price, p)) in rows.iter().enumerate() {
            let (quantity, price) = (Decimal::from_units(*quantity, *q), Decimal::from_units(*price, *p));
            let value = quantity.checked_mul(price).unwrap().rounded(2);
            csv += &format!("A,EUR,I{number},{quantity},2026-11-17,{price},{value}\n");
            written.push((quantity, Some(price), Some(value)));
        }
        let mut read = Vec::new();
        for record in records(&csv) {
            match record {
                Record::Position(position) => read.push((position.quantity.0, position.price, position.market_value)),
                Record::Finding(finding) => prop_assert!(false, "{:?}", finding),
                _ => {}
            }
        }
        prop_assert_eq!(read, written);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), frame in 0_usize..6) {
        let frames: [&[u8]; 6] = [b"", b"OFXHEADER:100\nVERSION:102\n<OFX>", b"Date,Open,Close\n", b"{\"guichet\":\"portfolio/1\",\"portfolios\":[", b"Date,USD,\n", b"<Cube><Cube time='"];
        crate::securities_anything::anything(&[frames[frame], &bytes].concat());
    }
}

//! Files that chance makes: nothing panics, and what is true of a statement is found to be true.

use crate::anything::anything;
use guichet_formats::{Class, record::Check};
use proptest::prelude::*;
use std::path::Path;

/// All samples, read once.
fn samples() -> &'static [Vec<u8>] {
    static SAMPLES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    SAMPLES.get_or_init(|| {
        let mut found = Vec::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|name| name != "manifest.json" && name != "NOTICE") {
                    found.push(std::fs::read(path).unwrap());
                }
            }
        }
        found.sort();
        found
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        anything(&bytes);
        anything(&[&b":20:1\n:25:1\n:60F:C260101EUR1,\n"[..], &bytes].concat());
        anything(&[&b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>"[..], &bytes].concat());
        anything(&[&b"PK\x03\x04"[..], &bytes].concat());
    }

    #[test]
    fn no_change_to_a_real_file_makes_it_panic(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..8),
    ) {
        let mut bytes = which.get(samples()).clone();
        for (at, byte, how) in changes {
            if bytes.is_empty() { break; }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                2 => bytes.insert(at, byte),
                _ => bytes.truncate(at),
            }
        }
        anything(&bytes);
    }

    #[test]
    fn a_statement_is_found_balanced_if_and_only_if_it_is(
        opening in -1_000_000_i64..1_000_000,
        entries in proptest::collection::vec(-100_000_i64..100_000, 0..20),
        off in prop_oneof![3 => Just(0_i64), 1 => -500_i64..500],
        swift in any::<bool>(),
    ) {
        let closing = opening + entries.iter().sum::<i64>() + off;
        let text = if swift { mt940(opening, &entries, closing) } else { camt053(opening, &entries, closing) };
        let report = anything(text.as_bytes());
        let statement = &report.statements[0];
        prop_assert_eq!(statement.entry_count, entries.len() as u64);
        prop_assert_eq!(statement.balance_check, if off == 0 { Check::Ok } else { Check::Mismatch });
        prop_assert_eq!(report.class, if off == 0 { Class::Accept } else { Class::Warn }, "{:?}", report.findings);
        let cents = |amount: i64| guichet_types::Decimal::from_units(amount, 2);
        prop_assert_eq!(statement.credit_sum, cents(entries.iter().filter(|e| **e >= 0).sum()));
        prop_assert_eq!(statement.debit_sum, cents(-entries.iter().filter(|e| **e < 0).sum::<i64>()));
        prop_assert_eq!(statement.balance_diff, (off != 0).then(|| cents(off)));
    }
}

fn mt940(opening: i64, entries: &[i64], closing: i64) -> String {
    let sign = |cents: i64| if cents < 0 { 'D' } else { 'C' };
    let amount = |cents: i64| format!("{},{:02}", cents.abs() / 100, cents.abs() % 100);
    let lines: String =
        entries.iter().map(|e| format!(":61:2611171117{}{}NTRFNONREF\n:86:text\n", sign(*e), amount(*e))).collect();
    format!(
        ":20:1\n:25:DE89370400440532013000\n:28C:1/1\n:60F:{}261117EUR{}\n{lines}:62F:{}261117EUR{}\n-\n",
        sign(opening),
        amount(opening),
        sign(closing),
        amount(closing)
    )
}

fn camt053(opening: i64, entries: &[i64], closing: i64) -> String {
    let amount = |cents: i64| {
        let direction = if cents < 0 { "DBIT" } else { "CRDT" };
        format!(
            "<Amt Ccy=\"EUR\">{}.{:02}</Amt><CdtDbtInd>{direction}</CdtDbtInd>",
            cents.abs() / 100,
            cents.abs() % 100
        )
    };
    let balance = |code: &str, cents: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>2026-11-17</Dt></Dt></Bal>",
            amount(cents)
        )
    };
    let lines: String =
        entries.iter().map(|e| format!("<Ntry>{}<Sts><Cd>BOOK</Cd></Sts><BkTxCd/></Ntry>", amount(*e))).collect();
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-17T00:00:00</CreDtTm></GrpHdr><Stmt><Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}{lines}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", closing)
    )
}

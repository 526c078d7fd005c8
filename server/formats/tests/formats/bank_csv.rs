//! Banks' tables: real ones against what is known to be true of them, made ones through a mapping and back, and anything.

use crate::{
    bank_csv_anything::bank_csv_anything,
    corpus::{Corpus, Faults},
};
use guichet_formats::{
    Class, Limits, Report,
    bank_csv::{Column, DateOrder, Given, Holds, Mapping, Sign, guess, report_bytes},
};
use guichet_types::{Date, Decimal};
use proptest::prelude::*;
use serde_json::Value;

fn sums(report: &Report) -> (Decimal, Decimal) {
    report.statements.iter().fold((Decimal::ZERO, Decimal::ZERO), |(credit, debit), statement| {
        (credit.checked_add(statement.credit_sum).unwrap(), debit.checked_add(statement.debit_sum).unwrap())
    })
}

/// By the mapping that is proposed: what the manifest knows was found by hand.
fn score(sample: &Value, bytes: &[u8]) -> Faults {
    let report = report_bytes(bytes, None, &Limits::default());
    let (mut faults, truth) = (Faults::default(), &sample["truth"]);
    let told = format!("{} {:?}", report.reason, report.finding_counts);
    let class = report.class;
    let fits = match sample["expect"].as_str().unwrap() {
        "accept" => class == Class::Accept,
        "reject" => class == Class::Reject || (class == Class::Warn && report.quarantined_count > 0),
        _ => true,
    };
    if !fits {
        faults.class.push(format!("{} instead of {}: {told}", class.as_str(), sample["expect"]));
    }
    let (inflow, outflow) = sums(&report);
    let mut compare = |what: &str, own: String, truth: &Value| {
        let known = truth.as_str().map(str::to_owned).or_else(|| truth.as_u64().map(|number| number.to_string()));
        if known.as_ref().is_some_and(|known| *known != own) {
            faults.values.push(format!("{what}: {own} instead of {truth}"));
        }
    };
    compare("entries", report.entry_count.to_string(), &truth["entry_count"]);
    compare("kept aside", report.quarantined_count.to_string(), &truth["unusable_rows"]);
    compare("inflow", inflow.to_string(), &truth["inflow_sum"]);
    compare("outflow", outflow.to_string(), &truth["outflow_sum"]);
    faults
}

#[test]
fn every_real_table_is_read_rightly_by_the_mapping_that_is_proposed_for_it() {
    Corpus::own("manifest-bank-csv.json", 15).score("tables of banks", score);
}

#[test]
fn so_is_every_table_of_the_shared_corpus_where_it_is_at_hand() {
    let Some(corpus) = Corpus::shared() else { return };
    corpus.of(&["bank-csv"]).score("tables of banks", score);
}

/// Files as banks of several countries write them, with what their mapping must be. Made here, after published descriptions.
const BANKS: [(&str, &str, &str); 12] = [
    (
        "German savings bank",
        "\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Buchungstext\";\"Verwendungszweck\";\"Beguenstigter/Zahlungspflichtiger\";\"Kontonummer/IBAN\";\"BIC (SWIFT-Code)\";\"Betrag\";\"Waehrung\";\"Info\"\n\
         \"DE89370400440532013000\";\"28.02.18\";\"28.02.18\";\"LASTSCHRIFT\";\"Strom Februar\";\"Stadtwerke\";\"DE02120300000000202051\";\"BYLADEM1001\";\"-84,50\";\"EUR\";\"Umsatz gebucht\"\n\
         \"DE89370400440532013000\";\"27.02.18\";\"27.02.18\";\"GUTSCHRIFT\";\"Gehalt\";\"Firma AG\";\"DE02500105170137075030\";\"INGDDEFF\";\"2.345,67\";\"EUR\";\"Umsatz gebucht\"\n",
        "2 entries, +2345.67 -84.5, EUR, DE89370400440532013000, Stadtwerke | DE02120300000000202051 | Strom Februar",
    ),
    (
        "Dutch bank with two words",
        "\"Datum\",\"Naam / Omschrijving\",\"Rekening\",\"Tegenrekening\",\"Code\",\"Af Bij\",\"Bedrag (EUR)\",\"MutatieSoort\",\"Mededelingen\"\n\
         \"20180302\",\"Albert Heijn\",\"NL91ABNA0417164300\",\"\",\"BA\",\"Af\",\"12,34\",\"Betaalautomaat\",\"Pas 001\"\n\
         \"20180301\",\"Werkgever BV\",\"NL91ABNA0417164300\",\"NL20INGB0001234567\",\"GT\",\"Bij\",\"1500,00\",\"Internetbankieren\",\"Salaris\"\n",
        "2 entries, +1500 -12.34, EUR, NL91ABNA0417164300, Albert Heijn |  | Pas 001",
    ),
    (
        "Dutch bank with a running balance",
        "\"IBAN/BBAN\",\"Munt\",\"BIC\",\"Volgnr\",\"Datum\",\"Rentedatum\",\"Bedrag\",\"Saldo na trn\",\"Tegenrekening IBAN/BBAN\",\"Naam tegenpartij\",\"Omschrijving-1\"\n\
         \"NL44RABO0123456789\",\"EUR\",\"RABONL2U\",\"000000000000007213\",\"2018-03-01\",\"2018-03-01\",\"-10,00\",\"+90,00\",\"NL20INGB0001234567\",\"Jan\",\"Taart\"\n\
         \"NL44RABO0123456789\",\"EUR\",\"RABONL2U\",\"000000000000007214\",\"2018-03-02\",\"2018-03-02\",\"+25,00\",\"+115,00\",\"NL20INGB0001234568\",\"Piet\",\"Terug\"\n",
        "2 entries, +25 -10, EUR, NL44RABO0123456789, Jan | NL20INGB0001234567 | Taart, 100 to 115 ok",
    ),
    (
        "British bank with two columns",
        "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance\n\
         02/03/2018,DEB,'11-22-33,12345678,TESCO STORES,12.50,,1087.50\n\
         01/03/2018,FPI,'11-22-33,12345678,J SMITH,,100.00,1100.00\n",
        "2 entries, +100 -12.5, none, 12345678,  |  | TESCO STORES, 1000 to 1087.5 ok",
    ),
    (
        "American bank, month first",
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n\
         DEBIT,03/02/2018,\"GROCERY, INC\",-45.10,DEBIT_CARD,954.90,,\n\
         DEBIT,03/01/2018,COFFEE,-4.00,DEBIT_CARD,1000.00,,\n\
         CREDIT,02/28/2018,PAYROLL,504.00,ACH_CREDIT,1004.00,,\n",
        "3 entries, +504 -49.1, none, none,  |  | DEBIT GROCERY, INC, 500 to 954.9 ok",
    ),
    (
        "French bank, tabs, a preamble and a footer",
        "Compte courant\tFR7630006000011234567890189\n\nDate opération\tDate valeur\tLibellé\tDébit\tCrédit\n\
         02/03/2018\t03/03/2018\tPRLV EDF\t84,50\t\n01/03/2018\t01/03/2018\tVIR SALAIRE\t\t2\u{a0}345,67\nTotal\t\t\t84,50\t2 345,67\n",
        "2 entries, +2345.67 -84.5, EUR, FR7630006000011234567890189,  |  | PRLV EDF",
    ),
    (
        "Swiss bank, apostrophes",
        "IBAN:;CH93 0076 2011 6238 5295 7\nWährung:;CHF\n\nDatum;Buchungstext;Belastung;Gutschrift;Valuta;Saldo\n\
         02.03.2018;Miete März;1'850.00;;02.03.2018;3'150.00\n01.03.2018;Lohn;;5'000.00;01.03.2018;5'000.00\n",
        "2 entries, +5000 -1850, CHF, CH9300762011623852957,  |  | Miete März, 0 to 3150 ok",
    ),
    (
        "Swedish bank, value and currency called alike",
        "Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Rubrik;Saldo;Valuta\n\
         2018/03/02;-120,00;1234567;;;ICA;880,00;SEK\n2018/03/01;1000,00;;1234567;;Lön;1000,00;SEK\n",
        "2 entries, +1000 -120, SEK, none,  |  | ICA, 0 to 880 ok",
    ),
    (
        "Spanish bank",
        "Fecha;Concepto;Importe;Divisa;Saldo\n02/03/2018;Luz;-45,20;EUR;1.954,80\n01/03/2018;Nómina;2.000,00;EUR;2.000,00\n",
        "2 entries, +2000 -45.2, EUR, none,  |  | Luz, 0 to 1954.8 ok",
    ),
    (
        "Polish bank",
        "Data operacji,Data waluty,Typ transakcji,Kwota,Waluta,Saldo po transakcji,Opis transakcji\n\
         2018-03-02,2018-03-02,Płatność kartą,-12.99,PLN,87.01,ZABKA\n2018-03-01,2018-03-01,Przelew,100.00,PLN,100.00,MAMA\n",
        "2 entries, +100 -12.99, PLN, none,  |  | ZABKA",
    ),
    (
        "German bank, one word for debit and credit",
        "Buchungstag;Valuta;Auftraggeber/Zahlungsempfänger;Vorgang/Verwendungszweck;Kundenreferenz;Währung;Umsatz;Soll/Haben\n\
         02.03.2018;02.03.2018;Amt;Steuer;x;EUR;1.100,00;S\n01.03.2018;01.03.2018;Kundin;Rechnung 7;y;EUR;2.200,00;H\n",
        "2 entries, +2200 -1100, EUR, none, Amt |  | Steuer",
    ),
    (
        "no header at all",
        "2018-03-01|Coffee and cake|-3.50|EUR\n2018-03-02|Book|-12.00|EUR\n",
        "2 entries, +0 -15.5, EUR, none,  |  | Coffee and cake",
    ),
];

fn describe(text: &str) -> String {
    let report = report_bytes(text.as_bytes(), None, &Limits::default());
    let Some(guess) = guess(text.as_bytes()) else { return "nothing".to_owned() };
    let fixed = |given: &Option<Given>, at: &dyn Fn(&Column) -> String| match given {
        None => "none".to_owned(),
        Some(Given::Fixed(text)) => text.clone(),
        Some(Given::Column(column)) => at(column),
    };
    let mut entries = Vec::new();
    let mapping = Mapping {
        account: guess.mapping.account.clone().or(Some(Given::Fixed("none".to_owned()))),
        currency: guess.mapping.currency.clone().or(Some(Given::Fixed("XXX".to_owned()))),
        ..guess.mapping.clone()
    };
    let _ = guichet_formats::bank_csv::read(text.as_bytes(), &mapping, &Limits::default(), &mut |record| {
        if let guichet_formats::record::Record::Entry(entry) = record {
            entries.push(entry);
        }
        std::ops::ControlFlow::Continue(())
    });
    // The newest entry is the one that the descriptions name, but where there is no balance and no date to turn by.
    let entry =
        if text.starts_with("2018-03-01|") || text.contains("IBAN/BBAN") { entries.first() } else { entries.last() };
    let part = entry.and_then(|entry| entry.details.first()).cloned().unwrap_or_default();
    let text_of = |text: Option<String>| text.unwrap_or_default();
    let (credit, debit) = sums(&report);
    let statement = report.statements.first().cloned().unwrap_or_default();
    let currency = fixed(&guess.mapping.currency, &|_| entry.map_or(String::new(), |entry| entry.currency.to_string()));
    let account = fixed(&guess.mapping.account, &|_| statement.account.clone().unwrap_or_default());
    let balance = statement.opening.zip(statement.closing).map_or(String::new(), |(opening, closing)| {
        let check = serde_json::to_value(statement.balance_check).unwrap();
        format!(", {opening} to {closing} {}", check.as_str().unwrap())
    });
    format!(
        "{} entries, +{credit} -{debit}, {currency}, {account}, {} | {} | {}{balance}",
        report.entry_count,
        text_of(part.counterparty),
        text_of(part.counterparty_account),
        part.remittance.join(" ")
    )
}

#[test]
fn tables_as_banks_of_many_countries_write_them_are_understood() {
    let wrong: Vec<_> =
        BANKS.iter().map(|(name, text, known)| (name, describe(text), *known)).filter(|row| row.1 != row.2).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn one_bad_row_is_kept_aside_with_its_line_and_its_reason_and_the_rest_goes_on() {
    let text = "Date,Text,Amount,Currency,Account\n2026-04-01,a,1.00,EUR,7\n2026-04-02,b,1..0,EUR,7\n2026-02-30,c,1.00,EUR,7\n\
        2026-04-03,d,1.00,euro,7\n2026-04-03,e,1.00,EUR,\n,f,1.00,EUR,7\n2026-04-03,\"g,1.00,EUR,7\n2026-04-04,h,2.00,EUR,7\n2026-04-04,i,2.00,EUR,7,8\n\
        2026-04-05,j,£3.00,EUR,7\n";
    let report = report_bytes(text.as_bytes(), None, &Limits::default());
    assert_eq!((report.class, report.entry_count), (Class::Warn, 2));
    let aside: Vec<_> = report
        .quarantined
        .iter()
        .map(|piece| (piece.place.as_str(), piece.reason.as_str(), piece.raw.as_str()))
        .collect();
    assert_eq!(
        aside,
        [
            ("line 3", "The amount \"1..0\" cannot be read.", "2026-04-02,b,1..0,EUR,7"),
            ("line 4", "The date \"2026-02-30\" cannot be read.", "2026-02-30,c,1.00,EUR,7"),
            ("line 5", "\"EURO\" is no currency code.", "2026-04-03,d,1.00,euro,7"),
            ("line 6", "The row names no account.", "2026-04-03,e,1.00,EUR,"),
            ("line 7", "The row has no date.", ",f,1.00,EUR,7"),
            ("line 8", "The row cannot be read: a quote is not closed.", "2026-04-03,\"g,1.00,EUR,7"),
            ("line 10", "The row has 6 cells and the header 5.", "2026-04-04,i,2.00,EUR,7,8"),
            ("line 11", "The amount is in GBP and the row in EUR.", "2026-04-05,j,£3.00,EUR,7"),
        ]
    );
}

#[test]
fn a_bad_cell_does_not_change_what_the_others_are() {
    let text = "Buchungstag;Text;Betrag\n18.11.2026;a;-4,50\n19.11.2026;b;-1..00\n20.11.2026;c;2.000,00\n";
    let report = report_bytes(text.as_bytes(), None, &Limits::default());
    assert_eq!((report.entry_count, report.quarantined_count), (2, 1));
    assert_eq!(sums(&report).0.to_string(), "2000");
}

#[test]
fn balances_that_do_not_fit_the_amounts_are_told_with_the_row() {
    let text = "Date,Text,Amount,Balance,Currency,Account\n2026-04-01,a,1.00,101.00,EUR,7\n2026-04-02,b,1.00,103.00,EUR,7\n2026-04-03,c,1.00,104.00,EUR,7\n";
    let report = report_bytes(text.as_bytes(), None, &Limits::default());
    assert_eq!(report.class, Class::Warn);
    let finding = &report.findings[0];
    assert_eq!(
        (finding.place.as_str(), finding.expected.as_deref(), finding.actual.as_deref()),
        ("line 3", Some("102"), Some("103"))
    );
    assert_eq!(report.statements[0].balance_diff.unwrap().to_string(), "1");
}

#[test]
fn a_mapping_for_another_file_is_refused_and_nothing_is_read() {
    let mapping = Mapping {
        booking_date: Some(Column::Name("Day".to_owned())),
        amount: Some(Column::Name("Amount".to_owned())),
        account: Some(Given::Fixed("7".to_owned())),
        currency: Some(Given::Fixed("EUR".to_owned())),
        ..Mapping::default()
    };
    let report = report_bytes(b"Date,Amount\n2026-04-01,1.00\n", Some(&mapping), &Limits::default());
    assert_eq!((report.class, report.refusal, report.entry_count), (Class::Reject, Some("mapping"), 0));
    assert!(report.reason.contains("Day"), "{}", report.reason);
}

/// An entry of a made file.
#[derive(Clone, Debug)]
struct Made {
    day: i32,
    minor: i64,
    text: String,
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    let entry = (15_000..23_000_i32, -9_999_999..9_999_999_i64, "[A-Za-z ;,\"'ü€]{0,20}");
    proptest::collection::vec(entry.prop_map(|(day, minor, text)| Made { day, minor, text }), 1..30)
}

fn dialects() -> impl Strategy<Value = (char, bool, DateOrder, Sign, bool, bool)> {
    let order = prop_oneof![Just(DateOrder::Dmy), Just(DateOrder::Mdy), Just(DateOrder::Ymd)];
    let sign = prop_oneof![Just(Sign::Signed), Just(Sign::Inverted), Just(Sign::Columns), Just(Sign::Indicator)];
    (prop_oneof![Just(','), Just(';'), Just('\t'), Just('|')], any::<bool>(), order, sign, any::<bool>(), any::<bool>())
}

proptest! {
    #[test]
    fn whatever_a_bank_writes_by_a_mapping_is_read_back_by_it(
        entries in made(), (delimiter, comma, order, sign, header, balances) in dialects(), begin in -9_999_999..9_999_999_i64,
    ) {
        let mut entries = entries;
        entries.sort_by_key(|entry| entry.day);
        let decimal = if comma { ',' } else { '.' };
        let figure = |minor: i64| Decimal::from_units(minor, 2).to_string().replace('.', &decimal.to_string());
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut text = String::from("A bank\n");
        let names = ["Day", "What", "One", "Two", "After"];
        if header {
            text.push_str(&format!("{}\n", names.join(&delimiter.to_string())));
        }
        let mut balance = begin;
        for Made { day, minor, text: words } in &entries {
            balance += minor;
            let (y, m, d) = Date::from_days(*day).ymd();
            let day = match order {
                DateOrder::Dmy => format!("{d}.{m}.{y}"),
                DateOrder::Mdy => format!("{m}/{d}/{y}"),
                DateOrder::Ymd => format!("{y}-{m:02}-{d:02}"),
            };
            let (one, two) = match sign {
                Sign::Signed => (figure(*minor), String::new()),
                Sign::Inverted => (figure(-minor), String::new()),
                Sign::Columns if *minor < 0 => (figure(-minor), String::new()),
                Sign::Columns => (String::new(), figure(*minor)),
                Sign::Indicator => (figure(minor.abs()), if *minor < 0 { "Soll" } else { "" }.to_owned()),
            };
            let cells = [day, quoted(words), quoted(&one), two, quoted(&figure(balance))];
            // A figure with a comma needs its quotes where the comma divides cells.
            let cells: Vec<String> = cells.iter().map(|cell| if cell.starts_with('"') || !cell.contains(delimiter) { cell.clone() } else { quoted(cell) }).collect();
            text.push_str(&cells.join(&delimiter.to_string()));
            text.push('\n');
        }
        let column = |at: usize| Some(if header { Column::Name(names[at].to_owned()) } else { Column::Number(at as u16 + 1) });
        let mapping = Mapping {
            delimiter,
            skip_lines: 1,
            header,
            date_order: order,
            decimal,
            booking_date: column(0),
            remittance: column(1).into_iter().collect(),
            sign,
            amount: column(2),
            debit: column(2),
            credit: column(3),
            indicator: column(3),
            debit_words: vec!["soll".to_owned()],
            credit_words: vec![String::new()],
            balance: if balances { column(4) } else { None },
            holds: if balances { Holds::Statement } else { Holds::Movements },
            account: Some(Given::Fixed("7".to_owned())),
            currency: Some(Given::Fixed("EUR".to_owned())),
            ..Mapping::default()
        };
        let stored: Mapping = serde_json::from_str(&serde_json::to_string(&mapping).unwrap()).unwrap();
        let report = report_bytes(text.as_bytes(), Some(&stored), &Limits::default());
        prop_assert_eq!(report.class, Class::Accept, "{} {:?} {:?}\n{}", report.reason, report.quarantined, report.findings, text);
        let (credit, debit) = sums(&report);
        let of = |came: bool| entries.iter().map(|e| e.minor).filter(|minor| (*minor > 0) == came).map(i64::abs).sum::<i64>();
        prop_assert_eq!((credit, debit), (Decimal::from_units(of(true), 2), Decimal::from_units(of(false), 2)));
        prop_assert_eq!(report.entry_count, entries.len() as u64);
        if balances {
            let statement = &report.statements[0];
            prop_assert_eq!(statement.opening, Some(Decimal::from_units(begin, 2)));
            prop_assert_eq!(statement.closing, Some(Decimal::from_units(balance, 2)));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), near in "[0-9.,;|\"'\n\ta-zDH€+-]{0,400}") {
        bank_csv_anything(&bytes);
        bank_csv_anything(near.as_bytes());
        bank_csv_anything(format!("Date;Description;Amount;Currency;Account\n2026-04-02;a;-1,5;EUR;1\n{near}").as_bytes());
    }
}

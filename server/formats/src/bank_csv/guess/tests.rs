//! What is told of a file before it is read.

use super::*;
use crate::bank_csv::{Column, DateOrder, Given, Sign};

fn mapping(text: &[u8]) -> Mapping {
    guess(text).map(|guess| guess.mapping).unwrap_or_default()
}

#[test]
fn the_order_of_a_date_is_told_by_what_can_be_read_and_by_what_lies_nearer_together() {
    let order = |days: &[&str]| {
        let rows: String = days.iter().map(|day| format!("{day};x;1,50\n")).collect();
        mapping(format!("Datum;Text;Betrag\n{rows}").as_bytes()).date_order
    };
    assert_eq!(order(&["28.02.2018", "01.03.2018"]), DateOrder::Dmy);
    assert_eq!(order(&["02/28/2018", "03/01/2018"]), DateOrder::Mdy);
    assert_eq!(order(&["03/01/2018", "03/02/2018", "03/05/2018"]), DateOrder::Mdy);
    assert_eq!(order(&["01/03/2018", "02/03/2018", "05/03/2018"]), DateOrder::Dmy);
    assert_eq!(order(&["03/04/2018"]), DateOrder::Dmy, "where nothing tells, the day comes first");
    assert_eq!(order(&["20180228"]), DateOrder::Ymd);
}

#[test]
fn bytes_of_the_east_of_europe_are_read_as_such() {
    let (east, _, _) = encoding_rs::WINDOWS_1250.encode("Datum zaúčtování;Částka;Měna\n27.05.2018;-1,00;CZK\n");
    let found = mapping(&east);
    assert_eq!(found.encoding.as_deref(), Some("windows-1250"));
    assert_eq!(found.amount, Some(Column::Name("Částka".to_owned())));
    let (west, _, _) = encoding_rs::WINDOWS_1252.encode("Buchungstag;Währung;Betrag\n27.05.2018;EUR;-1,00\n");
    assert_eq!(mapping(&west).encoding.as_deref(), Some("windows-1252"));
    let wide: Vec<u8> =
        "Date\tAmount\tText\n2018-05-27\t-1.00\tx\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(mapping(&wide).encoding.as_deref(), Some("utf-16le"));
}

#[test]
fn a_word_in_some_rows_tells_the_direction_of_all() {
    let found = mapping(b"Date,Text,Amount,\n2018-03-01,a,5.00,\n2018-03-02,b,7.00,CR\n2018-03-03,c,1.00,\n");
    assert_eq!((found.sign, found.indicator), (Sign::Indicator, Some(Column::Number(4))));
    assert!(found.debit_words.contains(&String::new()) && !found.credit_words.contains(&String::new()));
}

#[test]
fn what_is_no_table_of_days_and_amounts_is_left_alone() {
    for text in [
        "",
        "a",
        "Dear customer,\nyour letter, of last week, arrived.\n",
        "name;town\nAnna;Bern\nBo;Basel\n",
        "{\"date\": \"2018-01-01\", \"amount\": 5.0}",
        "<a>2018-01-01;1,00</a>",
        "date,open,close\n",
        "1;2;3\n4;5;6\n",
    ] {
        assert!(!guess(text.as_bytes()).is_some_and(|guess| guess.sure), "{text}");
    }
    let unknown = guess(b"Xyz;Abc;Def\n27.05.2018;-1,00;words and words\n");
    assert!(unknown.is_some_and(|guess| !guess.sure), "it is a try, for somebody to look at");
}

#[test]
fn account_and_currency_are_found_above_the_table() {
    let found = mapping(
        "Kontonummer;\"1234567 / Giro\"\nKontostand in EUR;1,00\n\nBuchungstag;Zweck;Betrag\n27.05.2018;x;-1,00\n"
            .as_bytes(),
    );
    assert_eq!(found.account, Some(Given::Fixed("1234567 / Giro".to_owned())));
    assert_eq!((found.currency, found.skip_lines), (Some(Given::Fixed("EUR".to_owned())), 3));
}

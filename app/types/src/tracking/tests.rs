//! Every labelled number of the corpus, and what must always be true of any text.

use super::*;
use proptest::prelude::*;

/// The numbers, their format, and whether they are valid in it.
fn cases() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    include_str!("cases.txt").lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('|');
        Some((cells.next()?, cells.next()?, cells.next()? == "valid"))
    })
}

#[test]
fn every_labelled_number_is_told_to_be_valid_or_not() {
    let mut count = 0;
    for (number, format, valid) in cases() {
        let parsed = TrackingNumber::parse(number);
        let fits = parsed
            .as_ref()
            .is_ok_and(|number| number.candidates().iter().any(|candidate| candidate.format.as_str() == format));
        assert_eq!(fits, valid, "{number} as {format}: {parsed:?}");
        count += 1;
    }
    assert_eq!(count, 143);
}

#[test]
fn a_mistyped_digit_is_said_at_once_with_what_it_should_be() {
    assert_eq!(
        TrackingNumber::parse("rb 123456786 us"),
        Err(TrackingError::CheckDigit { format: NumberFormat::S10, expected: '5', found: '6' })
    );
    assert_eq!(
        TrackingNumber::parse("1Z5R89390357567128"),
        Err(TrackingError::CheckDigit { format: NumberFormat::Ups, expected: '7', found: '8' })
    );
    assert_eq!(TrackingNumber::parse("RB123456785XX"), Err(TrackingError::UnknownCountry));
    assert_eq!(TrackingNumber::parse("AAAAAAAAAAAAAAAAAA"), Err(TrackingError::UnknownShape));
    assert_eq!(TrackingNumber::parse(" - "), Err(TrackingError::Empty));
    assert_eq!(TrackingNumber::parse("1Z5R8939<script>"), Err(TrackingError::Syntax));
}

#[test]
fn a_postal_number_tells_its_country_and_its_operator() {
    let number = TrackingNumber::parse("RB 1234 5678 5 GB");
    assert_eq!(number.as_ref().map(TrackingNumber::as_str), Ok("RB123456785GB"));
    assert_eq!(number.as_ref().map(|number| number.country()), Ok(Some("GB")));
    assert_eq!(number.map(|number| number.candidates()[0].carrier), Ok(Carrier::RoyalMail));
}

#[test]
fn a_number_of_two_carriers_has_two_candidates() {
    let carriers = |text: &str| {
        let number = TrackingNumber::parse(text);
        number.map(|number| number.candidates().iter().map(|candidate| candidate.carrier).collect::<Vec<_>>())
    };
    let both = carriers("4201028200009261290113185417468510");
    assert!(
        both.as_ref().is_ok_and(|both| both.contains(&Carrier::Usps) && both.contains(&Carrier::FedEx)),
        "{both:?}"
    );
    let both = carriers("61299998245239562042");
    assert!(both.as_ref().is_ok_and(|both| both.contains(&Carrier::FedEx)), "{both:?}");
    assert_eq!(carriers("TBA010000000000"), Ok(vec![Carrier::Amazon]));
    assert_eq!(carriers("1371 1345 8376 9923"), Ok(vec![Carrier::CanadaPost]));
    assert_eq!(carriers("C11031500001879"), Ok(vec![Carrier::OnTrac]));
    assert_eq!(carriers("0081 827 0998 0000 0200 33 350 276 C"), Ok(vec![Carrier::Dpd]));
}

#[test]
fn an_sscc_is_read_with_and_without_its_application_identifier() {
    for text in ["040123451111111127", "00040123451111111127", "(00) 0 4012345 111111112 7"] {
        assert_eq!(text.parse::<Sscc>().map(|sscc| sscc.to_string()), Ok("040123451111111127".to_owned()), "{text}");
        assert!(TrackingNumber::parse(text).is_ok(), "{text}");
    }
    assert_eq!(
        "040123451111111128".parse::<Sscc>(),
        Err(TrackingError::CheckDigit { format: NumberFormat::Sscc, expected: '7', found: '8' })
    );
    assert_eq!(
        Sscc::from_seventeen("04012345111111112").map(|sscc| sscc.to_string()),
        Ok("040123451111111127".to_owned())
    );
}

#[test]
fn every_single_wrong_digit_of_a_ups_number_is_found() {
    let good = "1Z5R89390357567127";
    for place in 12..good.len() {
        for digit in b'0'..=b'9' {
            let mut bytes = good.as_bytes().to_vec();
            if bytes[place] == digit {
                continue;
            }
            bytes[place] = digit;
            let text = String::from_utf8(bytes).unwrap_or_default();
            // Doubling without adding the digits up cannot tell a digit from one five above it.
            let blind = (place - 2) % 2 == 1 && place + 1 < good.len();
            let parsed = TrackingNumber::parse(&text);
            assert!(blind || matches!(parsed, Err(TrackingError::CheckDigit { .. })), "{text} {parsed:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}") {
        let _ = TrackingNumber::parse(&text);
        let _ = text.parse::<Sscc>();
    }

    #[test]
    fn what_is_a_number_stays_one_however_it_is_spaced(text in "[0-9A-Z]{8,34}") {
        let spaced: String = text.chars().flat_map(|c| [' ', c.to_ascii_lowercase()]).collect();
        prop_assert_eq!(TrackingNumber::parse(&text), TrackingNumber::parse(&spaced));
    }

    #[test]
    fn seventeen_digits_make_an_sscc(text in "[0-9]{17}") {
        let sscc = Sscc::from_seventeen(&text);
        prop_assert!(sscc.is_ok_and(|sscc| sscc.as_str().parse::<Sscc>() == Ok(sscc.clone())));
    }
}

//! `:61:`, the statement line: `YYMMDD[MMDD](R|E)(C|D)[funds]amount Ntype reference[//bank reference]`.

use crate::calendar;
use guichet_types::{Date, Decimal};

/// A statement line, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line61 {
    /// None: the date is not in the calendar.
    pub value_date: Option<Date>,
    /// None: not given, or not in the calendar.
    pub entry_date: Option<Date>,
    /// A date is written that is not in the calendar.
    pub bad_date: Option<String>,
    /// Signed: C and RD above nought, D and RC below.
    pub amount: Decimal,
    pub credit: bool,
    pub reversal: bool,
    /// `EC`, `ED`: expected, not booked.
    pub expected: bool,
    /// `NTRF`, if there is one.
    pub code: Option<String>,
    pub customer_ref: Option<String>,
    pub bank_ref: Option<String>,
}

/// Takes a line apart; an error says what cannot be read. `more`: the field has more lines, so this one may be cut.
pub(super) fn parse(text: &str, more: bool) -> Result<Line61, String> {
    let text = text.trim();
    let digits = |text: &str, count: usize| text.len() >= count && text.bytes().take(count).all(|b| b.is_ascii_digit());
    if !digits(text, 6) {
        return Err("it does not begin with a date".to_owned());
    }
    let (value_text, rest) = text.split_at(6);
    let value_date = calendar::swift_day(value_text);
    let mut bad_date = value_date.is_none().then(|| value_text.to_owned());
    let (entry_text, rest) = if digits(rest, 4) { rest.split_at(4) } else { ("", rest.trim_start()) };
    let entry_date = match (entry_text, value_date.or_else(|| year_and_month(value_text))) {
        ("", _) | (_, None) => None,
        (entry, Some(near)) => {
            let date = calendar::swift_day_near(entry, near);
            bad_date = bad_date.or_else(|| date.is_none().then(|| entry.to_owned()));
            date
        }
    };
    let (mark, rest) = mark(rest).ok_or_else(|| "it has neither C nor D where they should be".to_owned())?;
    let (reversal, expected) = (mark.0 == Some(b'R'), mark.0 == Some(b'E'));
    // C and RD are credits, D and RC are debits.
    let credit = mark.1 != reversal;
    let bytes = rest.as_bytes();
    let funds = bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.get(1).is_some_and(|b| b.is_ascii_digit() || *b == b',');
    let rest = if funds { &rest[1..] } else { rest };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    if rest.is_empty() && (more || !number.contains(',')) {
        // Something must follow an amount; where nothing does, the amount itself may go on.
        return Err(format!("the amount may be cut off: {number:.40?}"));
    }
    let size = Decimal::parse(number, b',').map_err(|error| format!("{error}: {number:.40?}"))?;
    let (code, rest) = type_code(rest);
    let (customer, bank) = rest.split_once("//").map_or((rest, None), |(customer, bank)| (customer, Some(bank)));
    Ok(Line61 {
        value_date,
        entry_date,
        bad_date,
        amount: if credit { size } else { size.negate() },
        credit,
        reversal,
        expected,
        code,
        customer_ref: reference(customer),
        bank_ref: bank.and_then(reference),
    })
}

/// The first of the month, for a day that the month does not have.
fn year_and_month(text: &str) -> Option<Date> {
    calendar::swift_day(&format!("{}01", text.get(..4)?))
}

/// `R` or `E` and whether it says C; the rest. Some senders write small letters.
fn mark(text: &str) -> Option<((Option<u8>, bool), &str)> {
    let bytes = text.as_bytes();
    let side = |byte: Option<&u8>| match byte?.to_ascii_uppercase() {
        b'C' => Some(true),
        b'D' => Some(false),
        _ => None,
    };
    if let Some(credit) = side(bytes.first()) {
        return Some(((None, credit), &text[1..]));
    }
    let before = bytes.first()?.to_ascii_uppercase();
    let credit = side(bytes.get(1))?;
    matches!(before, b'R' | b'E').then(|| ((Some(before), credit), &text[2..]))
}

/// The transaction type: a letter and three more. Some senders leave it out and begin with the reference.
fn type_code(text: &str) -> (Option<String>, &str) {
    let is_code = text.is_char_boundary(4)
        && text.len() >= 4
        && text.as_bytes()[0].is_ascii_uppercase()
        && text.bytes().skip(1).take(3).all(|b| b.is_ascii_alphanumeric() || b == b' ');
    if !is_code || text.starts_with("NONREF") {
        return (None, text);
    }
    let (code, rest) = text.split_at(4);
    (Some(code.trim_end().to_owned()), rest)
}

/// A reference that says something.
fn reference(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text != "NONREF").then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> String {
        parse(text, false).map_or_else(|error| error, |line| line.amount.to_string())
    }

    #[test]
    fn a_reversal_of_a_credit_is_a_debit() {
        assert_eq!(amount("2002010219RC1027,25N068NONREF"), "-1027.25");
        assert_eq!(amount("2002010219RD1027,25N068NONREF"), "1027.25");
        assert_eq!(amount("2002010219RCR1027,25N068NONREF"), "-1027.25");
        assert_eq!(amount("0211021102CR3000,NTRFNONREF//55555"), "3000");
        assert_eq!(amount("100722d25,03NTRFNONREF"), "-25.03");
    }

    #[test]
    fn every_dress_of_the_line_is_read() {
        let line = parse("240312    DD212,39NMSCNONREF//", false).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(
            (line.entry_date, line.amount.to_string(), line.customer_ref, line.bank_ref),
            (None, "-212.39".to_owned(), None, None)
        );
        let line = parse("2011301130CN220000,00//19239782213", false).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((line.code, line.bank_ref.as_deref()), (None, Some("19239782213")));
        let line = parse("2001020102D2000,00NOVBNL29INGB0006475121", false).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((line.code.as_deref(), line.customer_ref.as_deref()), (Some("NOVB"), Some("NL29INGB0006475121")));
        let line = parse("1602300301DR6,00N024NONREF", false).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((line.value_date, line.entry_date.map(|d| d.to_string()).as_deref()), (None, Some("2016-03-01")));
        assert_eq!(line.bad_date.as_deref(), Some("160230"));
    }

    #[test]
    fn what_has_no_clear_amount_or_direction_is_not_guessed() {
        for text in [
            "",
            "2002010219",
            "2002010219X5,00NTRF",
            "2002010219C",
            "2002010219C1.234,00NTRF",
            "2002010219C1,2,3NTRF",
            "2002010219C,NTRF",
            "2002010219C12",
            "20020",
        ] {
            assert!(parse(text, false).is_err(), "{text}");
        }
        assert!(parse("2002010219C3,", true).is_err(), "the cents may be on the next line");
    }
}

//! One cell: an amount or a day, as people and banks write them. What can be read in two ways is not read at all.

use super::{fold::fold, mapping::DateOrder};
use guichet_types::{Currency, Date, Decimal};

/// An amount that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// Not below nought.
    pub size: Decimal,
    /// The sign that is written: true for below nought. None where there is none.
    pub minus: Option<bool>,
    /// The currency that is written with it.
    pub currency: Option<Currency>,
}

impl Amount {
    /// With its sign; without one it is above nought.
    pub fn signed(self) -> Decimal {
        if self.minus == Some(true) { self.size.negate() } else { self.size }
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{feff}')
}

/// Whether a cell has nothing in it.
pub(super) fn blank(text: &str) -> bool {
    text.chars().all(is_blank)
}

/// Reads an amount: `-1.234,56`, `£67.40`, `+ 1 100.00`, `12,50-`, `(3.00)`, `20.00 CR`, `EUR 5,00`.
pub(super) fn amount(text: &str, decimal: char, thousands: Option<char>) -> Option<Amount> {
    let text = text.trim_matches(is_blank);
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let last = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    // `.50` begins with its point.
    let first = if text[..first].ends_with(decimal) { first - decimal.len_utf8() } else { first };
    let (before, body, behind) = (&text[..first], &text[first..last], &text[last..]);
    let size = size(body, decimal, thousands)?;
    let (minus, currency) = around(before, behind)?;
    Some(Amount { size, minus, currency })
}

/// The digits of an amount. Groups of thousands have three digits; in India those before the last have two.
fn size(body: &str, decimal: char, thousands: Option<char>) -> Option<Decimal> {
    let (whole, fraction) = match body.split_once(decimal) {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (body, ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let divides = |c: char| Some(c) == thousands || is_blank(c) || matches!(c, '\'' | '’');
    let groups: Vec<&str> = whole.split(divides).collect();
    let digits = |group: &&str| group.bytes().all(|b| b.is_ascii_digit());
    if !groups.iter().all(digits) {
        return None;
    }
    if let [first, middle @ .., last] = groups.as_slice() {
        let even = middle.iter().all(|group| group.len() == 3) && (1..=3).contains(&first.len());
        let indian =
            thousands == Some(',') && middle.iter().all(|group| group.len() == 2) && (1..=2).contains(&first.len());
        if last.len() != 3 || !(even || indian) {
            return None;
        }
        let marks: Vec<char> = whole.chars().filter(|c| divides(*c)).collect();
        if marks.windows(2).any(|pair| pair[0] != pair[1]) {
            return None;
        }
    }
    Decimal::parse(&format!("0{}.{fraction}", groups.concat()), b'.').ok()
}

/// Sign and currency out of what stands before and behind the digits. None when there is a word that nobody knows.
fn around(before: &str, behind: &str) -> Option<(Option<bool>, Option<Currency>)> {
    let (mut minus, mut currency) = (None, None);
    let mut say = |sign: bool| minus.replace(sign).is_none();
    let (before, behind) = match (before.trim_matches(is_blank), behind.trim_matches(is_blank)) {
        (before, behind) if before.contains('(') && behind.contains(')') => {
            say(true);
            (before.replacen('(', "", 1), behind.replacen(')', "", 1))
        }
        (before, behind) => (before.to_owned(), behind.to_owned()),
    };
    for (text, is_behind) in [(before, false), (behind, true)] {
        let mut words: Vec<String> = vec![String::new()];
        for letter in text.chars() {
            match letter {
                '-' | '−' | '–' if !say(true) => return None,
                '+' if !say(false) => return None,
                '-' | '−' | '–' | '+' => words.push(String::new()),
                letter if is_blank(letter) => words.push(String::new()),
                letter => words.last_mut()?.push(letter),
            }
        }
        for word in words.iter().filter(|word| !word.is_empty()) {
            match (word.as_str(), word.to_ascii_uppercase().as_str()) {
                ("€", _) => currency = Some(Currency::EUR),
                ("£", _) => currency = "GBP".parse().ok(),
                // What many countries call theirs.
                (
                    "$" | "¥" | "₹" | "Fr." | "Fr" | "kr" | "kr." | "Kč" | "zł" | "Ft" | "lei" | "Rs." | "Rs" | "R$",
                    _,
                ) => {}
                (_, "CR" | "C" | "H" | "HABEN") if is_behind && say(false) => {}
                (_, "DR" | "DB" | "D" | "S" | "SOLL") if is_behind && say(true) => {}
                (code, _) => currency = Some(code.parse().ok()?),
            }
        }
    }
    Some((minus, currency))
}

/// The month that a folded word begins with, in the languages of Europe.
fn month(word: &str) -> Option<u8> {
    const FOUR: [(&str, u8); 4] = [("juin", 6), ("juil", 7), ("maer", 3), ("marz", 3)];
    const MONTHS: [(&str, u8); 33] = [
        ("jan", 1),
        ("ene", 1),
        ("gen", 1),
        ("led", 1),
        ("feb", 2),
        ("fev", 2),
        ("fer", 2),
        ("mar", 3),
        ("mrt", 3),
        ("apr", 4),
        ("avr", 4),
        ("abr", 4),
        ("may", 5),
        ("mai", 5),
        ("mei", 5),
        ("mag", 5),
        ("maj", 5),
        ("jun", 6),
        ("giu", 6),
        ("jul", 7),
        ("lug", 7),
        ("aug", 8),
        ("aou", 8),
        ("ago", 8),
        ("sep", 9),
        ("set", 9),
        ("oct", 10),
        ("okt", 10),
        ("ott", 10),
        ("out", 10),
        ("nov", 11),
        ("dec", 12),
        ("dez", 12),
    ];
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let of = |table: &[(&str, u8)]| table.iter().find(|(name, _)| word.starts_with(name)).map(|(_, month)| *month);
    of(&FOUR).or_else(|| of(&MONTHS)).or_else(|| word.starts_with("dic").then_some(12))
}

/// Reads a day, with or without a time behind it: `28.02.2018`, `27 Feb 2018`, `12-Dec-2019`, `2018-02-25 12:34:56 +0000`.
pub(super) fn date(text: &str, order: DateOrder) -> Option<Date> {
    let text = text.trim_matches(is_blank);
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return compact(text, order);
    }
    let mut parts: Vec<&str> = Vec::with_capacity(3);
    let mut rest = text;
    while parts.len() < 3 {
        rest = rest.trim_start_matches(|c: char| is_blank(c) || matches!(c, '.' | '/' | '-' | ','));
        let digits = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest.find(|c: char| if digits { !c.is_ascii_digit() } else { !c.is_alphabetic() });
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        if part.is_empty() || part.len() > 12 {
            return None;
        }
        rest = after;
        // A day of the week in front says nothing new.
        if digits || month(&fold(part)).is_some() {
            parts.push(part);
        } else if !parts.is_empty() {
            return None;
        }
    }
    if !is_time(rest) {
        return None;
    }
    let named = |at: usize| month(&fold(parts[at]));
    let (day, month, year) = match (named(0), named(1)) {
        (None, Some(month)) if parts[0].len() == 4 => (number(parts[2])?, month, parts[0]),
        (None, Some(month)) => (number(parts[0])?, month, parts[2]),
        (Some(month), None) => (number(parts[1])?, month, parts[2]),
        (Some(_), Some(_)) => return None,
        (None, None) => {
            let numbers = (number(parts[0]), number(parts[1])?, number(parts[2]));
            match order {
                _ if parts[0].len() == 4 => (numbers.2?, numbers.1, parts[0]),
                DateOrder::Ymd if parts[2].len() <= 2 => (numbers.2?, numbers.1, parts[0]),
                DateOrder::Ymd => return None,
                DateOrder::Dmy => (numbers.0?, numbers.1, parts[2]),
                DateOrder::Mdy => (numbers.1, numbers.0?, parts[2]),
            }
        }
    };
    Date::new(full_year(year)?, month, day).ok()
}

/// Eight or six digits and nothing else.
fn compact(text: &str, order: DateOrder) -> Option<Date> {
    let at = |from: usize, to: usize| text.get(from..to);
    let (day, month, year) = match (text.len(), order) {
        (8, DateOrder::Ymd) => (at(6, 8)?, at(4, 6)?, at(0, 4)?),
        (8, DateOrder::Dmy) => (at(0, 2)?, at(2, 4)?, at(4, 8)?),
        (8, DateOrder::Mdy) => (at(2, 4)?, at(0, 2)?, at(4, 8)?),
        (6, DateOrder::Ymd) => (at(4, 6)?, at(2, 4)?, at(0, 2)?),
        (6, DateOrder::Dmy) => (at(0, 2)?, at(2, 4)?, at(4, 6)?),
        (6, DateOrder::Mdy) => (at(2, 4)?, at(0, 2)?, at(4, 6)?),
        _ => return None,
    };
    Date::new(full_year(year)?, number(month)?, number(day)?).ok()
}

fn number(text: &str) -> Option<u8> {
    (text.len() <= 2).then(|| text.parse().ok()).flatten()
}

/// Four digits, or two: those below 70 are of this century.
fn full_year(text: &str) -> Option<i32> {
    let year: i32 = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()?;
    match text.len() {
        4 => Some(year),
        2 if year < 70 => Some(2_000 + year),
        2 => Some(1_900 + year),
        _ => None,
    }
}

/// Whether what stands behind a day is nothing, or a time of it.
fn is_time(rest: &str) -> bool {
    let rest = rest.trim_matches(|c: char| is_blank(c) || matches!(c, ',' | '.'));
    let time = rest.trim_start_matches(['T', 't']).trim_start_matches(is_blank);
    rest.is_empty()
        || (time.starts_with(|c: char| c.is_ascii_digit())
            && time.len() <= 30
            && time.contains([':', '.'])
            && time.chars().all(|c| c.is_ascii_alphanumeric() || " :.,+-".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, decimal: char, thousands: Option<char>) -> Option<String> {
        let amount = amount(text, decimal, thousands)?;
        let currency = amount.currency.map_or(String::new(), |code| format!(" {code}"));
        Some(format!("{}{currency}", amount.signed()))
    }

    #[test]
    fn amounts_are_read_in_every_dress() {
        for (text, decimal, thousands, value) in [
            ("-1.234,56", ',', Some('.'), Some("-1234.56")),
            ("3.500,00", ',', Some('.'), Some("3500")),
            ("1,183.23", '.', Some(','), Some("1183.23")),
            ("£67.40", '.', None, Some("67.4 GBP")),
            ("+ £1,100.00", '.', Some(','), Some("1100 GBP")),
            ("-£1.00", '.', None, Some("-1 GBP")),
            ("12,50-", ',', None, Some("-12.5")),
            ("(3.00)", '.', None, Some("-3")),
            ("($3.00)", '.', None, Some("-3")),
            ("20.00 CR", '.', None, Some("20")),
            ("20.00DR", '.', None, Some("-20")),
            ("EUR 5,00", ',', None, Some("5 EUR")),
            ("5,00 €", ',', None, Some("5 EUR")),
            ("1 234,56", ',', None, Some("1234.56")),
            ("1\u{a0}234,56", ',', None, Some("1234.56")),
            ("1'234.56", '.', None, Some("1234.56")),
            ("1,00,000.00", '.', Some(','), Some("100000")),
            (".50", '.', None, Some("0.5")),
            ("−7", '.', None, Some("-7")),
            ("1.234", '.', None, Some("1.234")),
            ("12..34", '.', None, None),
            ("1.240,00", '.', Some(','), None),
            ("1,2,3", '.', Some(','), None),
            ("1.23.456", ',', Some('.'), None),
            ("12,", ',', None, None),
            ("--1", '.', None, None),
            ("-1-", '.', None, None),
            ("1 apple", '.', None, None),
            ("n/a", '.', None, None),
            ("", '.', None, None),
            ("99999999999999999999999999999999999999999", '.', None, None),
        ] {
            assert_eq!(read(text, decimal, thousands).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn days_are_read_in_every_dress_and_never_guessed() {
        use DateOrder::{Dmy, Mdy, Ymd};
        for (text, order, day) in [
            ("28.02.2018", Dmy, Some("2018-02-28")),
            ("28/2/18", Dmy, Some("2018-02-28")),
            ("2/28/2018", Mdy, Some("2018-02-28")),
            ("2018-02-28", Dmy, Some("2018-02-28")),
            ("1111/11/11", Ymd, Some("1111-11-11")),
            ("27 Feb 2018", Dmy, Some("2018-02-27")),
            ("10 Feb 18", Dmy, Some("2018-02-10")),
            ("12-Dec-2019", Mdy, Some("2019-12-12")),
            ("Feb 27, 2018", Dmy, Some("2018-02-27")),
            ("27. Februar 2018", Dmy, Some("2018-02-27")),
            ("27 févr. 2018", Dmy, Some("2018-02-27")),
            ("3 août 2019", Dmy, Some("2019-08-03")),
            ("1 juillet 2019", Dmy, Some("2019-07-01")),
            ("Mon 27 Feb 2018", Dmy, Some("2018-02-27")),
            ("Fri, 27 Feb 2018", Dmy, Some("2018-02-27")),
            ("2018-02-25 12:34:56 +0000", Dmy, Some("2018-02-25")),
            ("2018-02-25T12:34:56.123Z", Dmy, Some("2018-02-25")),
            ("25.02.2018 12.34", Dmy, Some("2018-02-25")),
            ("20180227", Ymd, Some("2018-02-27")),
            ("27022018", Dmy, Some("2018-02-27")),
            ("180227", Ymd, Some("2018-02-27")),
            ("30.02.2018", Dmy, None),
            ("28/02/2018", Mdy, None),
            ("02-28-2018", Ymd, None),
            ("28.02.2018 5 apples", Dmy, None),
            ("Pending", Dmy, None),
            ("28.02", Dmy, None),
            ("2018", Dmy, None),
            ("", Dmy, None),
        ] {
            let read = date(text, order).map(|date| date.to_string());
            assert_eq!(read.as_deref(), day, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(minor in -99_999_999_999_i64..99_999_999_999, days in -20_000_i32..40_000) {
            let plain = Decimal::from_units(minor, 2);
            let (whole, cents) = (minor.abs() / 100, minor.abs() % 100);
            let mut grouped = whole.to_string();
            let mut at = grouped.len();
            while at > 3 {
                at -= 3;
                grouped.insert(at, '.');
            }
            let sign = if minor < 0 { "-" } else { "" };
            let read = amount(&format!("{sign}{grouped},{cents:02} EUR"), ',', Some('.')).map(Amount::signed);
            prop_assert_eq!(read, Some(plain));
            let day = Date::from_days(days);
            let (y, m, d) = day.ymd();
            if (1_970..2_070).contains(&y) {
                prop_assert_eq!(date(&format!("{d:02}.{m:02}.{:02}", y % 100), DateOrder::Dmy), Some(day));
            }
            prop_assert_eq!(date(&format!("{m}/{d}/{y:04}"), DateOrder::Mdy), Some(day));
            prop_assert_eq!(date(&format!("{y:04}{m:02}{d:02}"), DateOrder::Ymd), Some(day));
        }

        #[test]
        fn no_cell_makes_it_panic(text in ".{0,30}", near in "[0-9.,'()+ £€CDRjanfeb/-]{0,24}") {
            for text in [&text, &near] {
                for order in [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd] {
                    let _ = date(text, order);
                }
                let _ = (amount(text, '.', Some(',')), amount(text, ',', Some('.')), fold(text));
            }
        }
    }
}

//! Whether a new password may be used: long enough, and not what everybody thinks of. Nothing else is asked of it: no
//! figures, no capitals, no signs.

use std::{collections::HashSet, sync::LazyLock};

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Fewer than 15 characters.
    Short,
    /// More than 256 characters.
    Long,
    /// Everybody's: common words, the reader's own name, a row of keys, one thing over and over.
    Common,
    /// A program that guesses would have it soon.
    Guessable,
    /// It stands in the operator's file of passwords that have leaked.
    Breached,
}

/// The commonest passwords and what they are made of, a line each, in lower case.
const COMMON: &str = include_str!("common.txt");

/// Rows that fingers run along, forwards and backwards.
const ROWS: [&str; 11] = [
    "12345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "1234567890azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "zaq12wsxcde34rfvbgt56yhnmju78ik",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Fewer characters of one's own than this are none.
const OWN: usize = 8;

/// Guesses that a program must need at least: ten thousand million, the estimate's own border of "very unguessable".
const GUESSES: u64 = 10_000_000_000;

/// Checks a new password; it takes a few milliseconds. `context` is what a stranger could guess: the customer's names and e-mail address, the
/// institution's name.
///
/// # Errors
/// Why it may not be used.
pub fn check_new(password: &str, context: &[&str]) -> Result<(), Weak> {
    match password.chars().count() {
        0..15 => Err(Weak::Short),
        257.. => Err(Weak::Long),
        _ if is_common(password, context) => Err(Weak::Common),
        _ if guesses(password, context) < GUESSES => Err(Weak::Guessable),
        _ => Ok(()),
    }
}

/// How many guesses a program needs that knows the 30,000 commonest passwords, names, words of English, rows of keys, days,
/// and what stands for which letter. Of what is longer than 100 characters it looks at so many.
fn guesses(password: &str, context: &[&str]) -> u64 {
    zxcvbn::zxcvbn(password, context).guesses()
}

fn is_common(password: &str, context: &[&str]) -> bool {
    let mut own = fold(password);
    if is_repeated(&own) {
        return true;
    }
    let words = context.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric())).map(fold);
    for word in words.filter(|word| word.chars().count() >= 3) {
        own = own.replace(&word, "");
    }
    let is_two = |text: &str| text.char_indices().any(|(at, _)| is_listed(&text[..at]) && is_listed(&text[at..]));
    // A year or a row of figures at either end is everybody's idea of making it longer; some words begin or end with one.
    let bare = own.trim_matches(is_figure);
    let readings = cuts(&own).flat_map(cuts_behind);
    bare.chars().count() < OWN || is_row(bare) || readings.into_iter().any(|text| is_listed(text) || is_two(text))
}

const fn is_figure(letter: char) -> bool {
    letter.is_ascii_digit()
}

fn is_listed(text: &str) -> bool {
    static LIST: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.lines().collect());
    LIST.contains(text)
}

/// A text without none, one, two, three, four or all of the figures that it begins with.
fn cuts(text: &str) -> impl Iterator<Item = &str> {
    let figures = text.len() - text.trim_start_matches(is_figure).len();
    (0..=figures.min(4)).chain([figures]).map(|cut| &text[cut..])
}

/// The same with those that it ends on.
fn cuts_behind(text: &str) -> impl Iterator<Item = &str> {
    let figures = text.len() - text.trim_end_matches(is_figure).len();
    (0..=figures.min(4)).chain([figures]).map(|cut| &text[..text.len() - cut])
}

/// Letters and figures alone, in lower case: `Pass-word` is `password`.
fn fold(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Something of at most eight characters, over and over.
fn is_repeated(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=OWN.min(letters.len() / 2)).any(|unit| letters.iter().zip(&letters[unit..]).all(|(left, right)| left == right))
}

fn is_row(text: &str) -> bool {
    let back: String = text.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(text) || row.contains(&back))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_long_and_nothing_else_is_asked_of_it() {
        assert_eq!(check_new("fourteen chars", &[]), Err(Weak::Short));
        assert_eq!(check_new(&"ab cd".repeat(60), &[]), Err(Weak::Long));
        for good in [
            "un mot de passe à moi seule",
            "grapefruit lantern over",
            "五六七八九十百千万亿兆京垓秭穣",
            "sunshine dragon monkey football",
        ] {
            assert_eq!(check_new(good, &["Camille Morel", "camille.morel@example.fr", "Guichet"]), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_everybody_thinks_of_is_refused() {
        for common in [
            "CorrectHorseBatteryStaple",
            "passwordpassword",
            "Pass-word Pass-word 2026",
            "123456789012345",
            "iloveyou-sunshine!",
            "éééééééééééééééééééé",
            "abcabcabcabcabc",
            "qwertyuiopasdfghjkl",
            "0987654321poiuytrewq",
            "2026letmein1234567",
            "Motdepasse2026!!!!!",
            "passwort passwort1",
            "1q2w3e4r5t6y7u8i",
        ] {
            assert_eq!(check_new(common, &[]), Err(Weak::Common), "{common}");
        }
    }

    #[test]
    fn the_readers_own_names_add_nothing() {
        let context = ["Camille Morel", "camille.morel@example.fr", "Banque de Rouen"];
        for own in ["Camille-Morel-1990", "banquederouen2026", "MorelCamilleRouen!", "camillepassword1990"] {
            assert_eq!(check_new(own, &context), Err(Weak::Common), "{own}");
        }
        assert_eq!(check_new("Camille fears no lamppost", &context), Ok(()));
    }

    #[test]
    fn no_common_password_that_is_long_enough_passes() {
        // All of the 30,000 commonest that have 15 characters.
        let all = [
            "mailcreated5240",
            "polniypizdec0211",
            "123456789987654321",
            "1qaz2wsx3edc4rfv",
            "momsanaladventure",
            "hd764nw5d7e1vb1",
            "qazwsxedcrfvtgb",
            "23176djivanfros",
            "123456789qwerty",
            "12345678900987654321",
            "qwerty123456789",
            "polniypizdec110211",
            "12345678987654321",
            "q1w2e3r4t5y6u7i8",
            "zqjphsyf6ctifgu",
            "lhbjkjubz2957704",
            "1qazxsw23edcvfr4",
            "nemvxyheqdd5oqxyxyzi",
            "1234qwerasdfzxcv",
            "q1w2e3r4t5y6u7i8o9p0",
            "passwordstandard",
            "1234567890qwerty",
            "1234567890987654321",
            "bpgjldsgjldthnf",
            "1qa2ws3ed4rf5tg",
            "qwertyuiop12345",
            "1234567887654321",
            "111222333444555",
            "122333444455555",
            "zxcvbnm123456789",
            "qwertasdfgzxcvb",
        ];
        for common in all {
            assert!(check_new(common, &[]).is_err(), "{common}");
            assert!(check_new(&format!("{common}!"), &[]).is_err(), "{common}!");
        }
    }

    #[test]
    fn what_is_made_of_common_passwords_is_refused() {
        // The commonest of the two lists together, with what people put between and behind them.
        let words: Vec<&str> = COMMON.lines().step_by(7).collect();
        let mut tried = 0;
        for one in &words {
            for other in &words {
                for text in [format!("{one}{other}"), format!("{one} {other}!"), format!("{other}_{one}1")] {
                    if text.chars().count() >= 15 {
                        tried += 1;
                        assert!(check_new(&text, &[]).is_err(), "{text}");
                    }
                }
            }
        }
        assert!(tried > 3_000, "{tried}");
        // Words of neither list of ours, days, and letters written as figures.
        for (text, context) in [
            ("liverpoolfootball", None),
            ("manchesterunited1", None),
            ("superman superman1", None),
            ("P@ssw0rdP@ssw0rd1", None),
            ("Tr0ub4dourdragon", None),
            ("13.11.1984 13.11.1984", None),
            ("qwertyuiop[]asdfghjkl", None),
            ("zaq12wsxcde34rfvbgt5", None),
            ("administration12", None),
            ("lantern lantern lantern", None),
            ("Grenouille-2026!!!", Some("Grenouille")),
        ] {
            assert!(check_new(text, context.as_slice()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_list_is_written_as_it_is_compared() {
        let words: Vec<&str> = COMMON.lines().collect();
        assert!(words.len() > 250);
        assert!(words.iter().all(|word| fold(word) == *word && word.len() > 2), "lower case, letters and figures");
        assert!(words.is_sorted() && words.windows(2).all(|pair| pair[0] != pair[1]));
    }
}

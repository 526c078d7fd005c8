//! Whether a new password may be used: long enough, and not what everybody thinks of. Nothing else is asked of it: no
//! figures, no capitals, no signs.

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Fewer than 15 characters.
    Short,
    /// More than 256 characters.
    Long,
    /// Everybody's: common words, the reader's own name, a row of keys, one thing over and over.
    Common,
}

/// The commonest passwords and what they are made of, a line each, in lower case.
const COMMON: &str = include_str!("common.txt");

/// Rows that fingers run along, forwards and backwards.
const ROWS: [&str; 10] = [
    "12345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "1234567890azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Fewer characters of one's own than this are none.
const OWN: usize = 8;

/// Checks a new password. `context` is what a stranger could guess: the customer's names and e-mail address, the
/// institution's name.
///
/// # Errors
/// Why it may not be used.
pub fn check_new(password: &str, context: &[&str]) -> Result<(), Weak> {
    match password.chars().count() {
        0..15 => Err(Weak::Short),
        257.. => Err(Weak::Long),
        _ if is_common(password, context) => Err(Weak::Common),
        _ => Ok(()),
    }
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
    // A year or a row of figures at either end is everybody's idea of making it longer.
    let own = own.trim_matches(|letter: char| letter.is_ascii_digit());
    let is_listed = |text: &str| COMMON.lines().any(|common| common == text);
    let is_two = || own.char_indices().any(|(at, _)| is_listed(&own[..at]) && is_listed(&own[at..]));
    own.chars().count() < OWN || is_listed(own) || is_two() || is_row(own)
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
    fn the_list_is_written_as_it_is_compared() {
        let words: Vec<&str> = COMMON.lines().collect();
        assert!(words.len() > 250);
        assert!(words.iter().all(|word| fold(word) == *word && word.len() > 2), "lower case, letters and figures");
        assert!(words.is_sorted() && words.windows(2).all(|pair| pair[0] != pair[1]));
    }
}

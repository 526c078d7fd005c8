//! The other identifiers of the securities trade, checked by their check digits: LEI (ISO 17442), CUSIP, SEDOL and FIGI.

use std::fmt;

/// Why a text is not such an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityIdError {
    /// Too long, too short, or with a character that has no place in it.
    Syntax,
    /// The check digit does not fit: something is mistyped.
    CheckDigit,
}

impl fmt::Display for SecurityIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not written as such an identifier",
            Self::CheckDigit => "the check digit does not fit",
        })
    }
}

impl std::error::Error for SecurityIdError {}

/// Passes on whether the check digit fits.
fn verdict(fits: bool) -> Result<(), SecurityIdError> {
    if fits { Ok(()) } else { Err(SecurityIdError::CheckDigit) }
}

/// The number of a letter or digit: A is 10, Z is 35.
fn number(letter: u8) -> u32 {
    match letter {
        b'0'..=b'9' => u32::from(letter - b'0'),
        b'A'..=b'Z' => u32::from(letter - b'A') + 10,
        b'*' => 36,
        b'@' => 37,
        _ => 38,
    }
}

/// Modulus 10, every second number doubled, the digits of each summed; counted from the left, the second is doubled.
fn double_add_double(letters: &[u8]) -> u32 {
    letters.iter().enumerate().fold(0, |sum, (place, &letter)| {
        let weighed = number(letter) * if place % 2 == 1 { 2 } else { 1 };
        sum + weighed / 10 + weighed % 10
    })
}

/// Legal Entity Identifier: eighteen capital letters or digits and two check digits; modulus 97-10 over all is 1.
///
/// # Errors
/// When it is not written like that, or the check digits do not fit.
pub fn check_lei(text: &str) -> Result<(), SecurityIdError> {
    let letters = text.as_bytes();
    let shaped = letters.len() == 20
        && letters.iter().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
        && letters[18..].iter().all(u8::is_ascii_digit);
    if !shaped {
        return Err(SecurityIdError::Syntax);
    }
    let rest = letters.iter().fold(0, |rest, &letter| {
        let number = number(letter);
        (rest * if number < 10 { 10 } else { 100 } + number) % 97
    });
    verdict(rest == 1)
}

/// CUSIP of North America: eight letters or digits (`*`, `@`, `#` too) and a check digit.
///
/// # Errors
/// When it is not written like that, or the check digit does not fit.
pub fn check_cusip(text: &str) -> Result<(), SecurityIdError> {
    let letters = text.as_bytes();
    let fits = |letter: &u8| letter.is_ascii_uppercase() || letter.is_ascii_digit() || b"*@#".contains(letter);
    if letters.len() != 9 || !letters.iter().all(fits) || !letters[8].is_ascii_digit() {
        return Err(SecurityIdError::Syntax);
    }
    verdict((10 - double_add_double(&letters[..8]) % 10) % 10 == number(letters[8]))
}

/// SEDOL of London: six consonants or digits and a check digit, weights 1 3 1 7 3 9 1.
///
/// # Errors
/// When it is not written like that, or the check digit does not fit.
pub fn check_sedol(text: &str) -> Result<(), SecurityIdError> {
    let letters = text.as_bytes();
    let fits = |letter: &u8| (letter.is_ascii_uppercase() || letter.is_ascii_digit()) && !b"AEIOU".contains(letter);
    if letters.len() != 7 || !letters.iter().all(fits) || !letters[6].is_ascii_digit() {
        return Err(SecurityIdError::Syntax);
    }
    let sum: u32 = letters.iter().zip([1, 3, 1, 7, 3, 9, 1]).map(|(&letter, weight)| number(letter) * weight).sum();
    verdict(sum.is_multiple_of(10))
}

/// Financial Instrument Global Identifier: two consonants that are no ISIN prefix, `G`, eight consonants or digits and a
/// check digit.
///
/// # Errors
/// When it is not written like that, or the check digit does not fit.
pub fn check_figi(text: &str) -> Result<(), SecurityIdError> {
    let letters = text.as_bytes();
    let consonant = |letter: &u8| letter.is_ascii_uppercase() && !b"AEIOU".contains(letter);
    let shaped = letters.len() == 12
        && letters[..2].iter().all(consonant)
        && ![&b"BS"[..], b"BM", b"GG", b"GB", b"GH", b"KY", b"VG"].contains(&&letters[..2])
        && letters[2] == b'G'
        && letters[3..11].iter().all(|letter| consonant(letter) || letter.is_ascii_digit())
        && letters[11].is_ascii_digit();
    if !shaped {
        return Err(SecurityIdError::Syntax);
    }
    verdict((10 - double_add_double(&letters[..11]) % 10) % 10 == number(letters[11]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_identifiers_hold_and_every_other_check_digit_does_not() {
        type Check = fn(&str) -> Result<(), SecurityIdError>;
        let known: [(Check, &[&str]); 4] = [
            (check_lei, &["HWUPKR0MPOU8FGXBT394", "7LTWFZYICNSX8D621K86", "5493001KJTIIGC8Y1R12"]),
            (check_cusip, &["037833100", "17275R102", "38259P508", "594918104", "912810RW0"]),
            (check_sedol, &["0263494", "B0WNLY7", "2046251"]),
            (check_figi, &["BBG000B9XRY4", "BBG000BLNNH6"]),
        ];
        for (check, texts) in known {
            for text in texts {
                assert_eq!(check(text), Ok(()), "{text}");
                let (body, digit) = text.split_at(text.len() - 1);
                for other in ('0'..='9').filter(|other| !digit.starts_with(*other)) {
                    assert_eq!(check(&format!("{body}{other}")), Err(SecurityIdError::CheckDigit), "{body}{other}");
                }
                assert_eq!(check(body), Err(SecurityIdError::Syntax));
                assert_eq!(check(&format!("{body}é")), Err(SecurityIdError::Syntax));
            }
        }
    }
}

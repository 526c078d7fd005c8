//! The International Bank Account Number, ISO 13616-1.

use std::{fmt, str::FromStr};

/// From the IBAN registry of SWIFT, release 99: country, number of characters, and what stands behind the check digits: so
/// many digits (`n`), capital letters (`a`) or either (`c`).
const COUNTRIES: &[(&[u8; 2], usize, &str)] = &[
    (b"AD", 24, "8n12c"),
    (b"AE", 23, "19n"),
    (b"AL", 28, "8n16c"),
    (b"AT", 20, "16n"),
    (b"AZ", 28, "4a20c"),
    (b"BA", 20, "16n"),
    (b"BE", 16, "12n"),
    (b"BG", 22, "4a6n8c"),
    (b"BH", 22, "4a14c"),
    (b"BI", 27, "23n"),
    (b"BR", 29, "23n1a1c"),
    (b"BY", 28, "4c4n16c"),
    (b"CH", 21, "5n12c"),
    (b"CR", 22, "18n"),
    (b"CY", 28, "8n16c"),
    (b"CZ", 24, "20n"),
    (b"DE", 22, "18n"),
    (b"DJ", 27, "23n"),
    (b"DK", 18, "14n"),
    (b"DO", 28, "4c20n"),
    (b"EE", 20, "16n"),
    (b"EG", 29, "25n"),
    (b"ES", 24, "20n"),
    (b"FI", 18, "14n"),
    (b"FK", 18, "2a12n"),
    (b"FO", 18, "14n"),
    (b"FR", 27, "10n11c2n"),
    (b"GB", 22, "4a14n"),
    (b"GE", 22, "2a16n"),
    (b"GI", 23, "4a15c"),
    (b"GL", 18, "14n"),
    (b"GR", 27, "7n16c"),
    (b"GT", 28, "24c"),
    (b"HN", 28, "4a20n"),
    (b"HR", 21, "17n"),
    (b"HU", 28, "24n"),
    (b"IE", 22, "4a14n"),
    (b"IL", 23, "19n"),
    (b"IQ", 23, "4a15n"),
    (b"IS", 26, "22n"),
    (b"IT", 27, "1a10n12c"),
    (b"JO", 30, "4a4n18c"),
    (b"KW", 30, "4a22c"),
    (b"KZ", 20, "3n13c"),
    (b"LB", 28, "4n20c"),
    (b"LC", 32, "4a24c"),
    (b"LI", 21, "5n12c"),
    (b"LT", 20, "16n"),
    (b"LU", 20, "3n13c"),
    (b"LV", 21, "4a13c"),
    (b"LY", 25, "21n"),
    (b"MC", 27, "10n11c2n"),
    (b"MD", 24, "20c"),
    (b"ME", 22, "18n"),
    (b"MK", 19, "3n10c2n"),
    (b"MN", 20, "16n"),
    (b"MR", 27, "23n"),
    (b"MT", 31, "4a5n18c"),
    (b"MU", 30, "4a19n3a"),
    (b"NI", 28, "4a20n"),
    (b"NL", 18, "4a10n"),
    (b"NO", 15, "11n"),
    (b"OM", 23, "3n16c"),
    (b"PK", 24, "4a16c"),
    (b"PL", 28, "24n"),
    (b"PS", 29, "4a21c"),
    (b"PT", 25, "21n"),
    (b"QA", 29, "4a21c"),
    (b"RO", 24, "4a16c"),
    (b"RS", 22, "18n"),
    (b"RU", 33, "14n15c"),
    (b"SA", 24, "2n18c"),
    (b"SC", 31, "4a20n3a"),
    (b"SD", 18, "14n"),
    (b"SE", 24, "20n"),
    (b"SI", 19, "15n"),
    (b"SK", 24, "20n"),
    (b"SM", 27, "1a10n12c"),
    (b"SO", 23, "19n"),
    (b"ST", 25, "21n"),
    (b"SV", 28, "4a20n"),
    (b"TL", 23, "19n"),
    (b"TN", 24, "20n"),
    (b"TR", 26, "6n16c"),
    (b"UA", 29, "6n19c"),
    (b"VA", 22, "18n"),
    (b"VG", 24, "4a16n"),
    (b"XK", 20, "16n"),
    (b"YE", 30, "4a4n18c"),
];

/// A checked IBAN: capital letters and digits, without spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Iban(String);

/// Why a text is not an IBAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IbanError {
    /// Not two letters, two digits and up to thirty letters and digits, or a letter where the country has digits.
    Syntax,
    /// The country is not in the registry: not verifiable, which is not the same as wrong.
    UnknownCountry,
    /// Another length than the country's.
    Length,
    /// The check digits do not fit: something is mistyped.
    CheckDigits,
}

impl fmt::Display for IbanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not written as an IBAN",
            Self::UnknownCountry => "a country that the IBAN registry does not have",
            Self::Length => "not as long as an IBAN of this country",
            Self::CheckDigits => "the check digits do not fit",
        })
    }
}

impl std::error::Error for IbanError {}

impl Iban {
    /// Without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four, as it is printed.
    #[must_use]
    pub fn grouped(&self) -> String {
        group_in_fours(&self.0)
    }
}

/// Four characters, a space, four characters: how a reference is read out.
#[must_use]
pub fn group_in_fours(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (index, letter) in text.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

/// Spaces are taken out and small letters made large; then structure, length by country and check digits (ISO 7064
/// modulus 97-10) are checked.
impl FromStr for Iban {
    type Err = IbanError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let iban: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let bytes = iban.as_bytes();
        let shaped = (5..=34).contains(&bytes.len())
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..4].iter().all(u8::is_ascii_digit)
            && bytes.iter().all(u8::is_ascii_alphanumeric);
        if !shaped {
            return Err(IbanError::Syntax);
        }
        let country = COUNTRIES.iter().find(|(country, ..)| country.as_slice() == &bytes[..2]);
        let rest = bytes[4..].iter().chain(&bytes[..4]).fold(0_u32, |rest, &byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        });
        match country {
            None => Err(IbanError::UnknownCountry),
            Some((_, length, _)) if *length != bytes.len() => Err(IbanError::Length),
            Some(_) if rest != 1 || !(2..=98).contains(&((bytes[2] - b'0') * 10 + bytes[3] - b'0')) => {
                Err(IbanError::CheckDigits)
            }
            Some((.., structure)) if !has_structure(&bytes[4..], structure) => Err(IbanError::Syntax),
            Some(_) => Ok(Self(iban)),
        }
    }
}

/// Whether letters and digits stand where the country has them; `4a14n` is four letters and fourteen digits.
fn has_structure(mut rest: &[u8], structure: &str) -> bool {
    let mut count = 0;
    for letter in structure.bytes() {
        let fits: fn(&u8) -> bool = match letter {
            b'0'..=b'9' => {
                count = count * 10 + usize::from(letter - b'0');
                continue;
            }
            b'n' => u8::is_ascii_digit,
            b'a' => u8::is_ascii_uppercase,
            _ => u8::is_ascii_alphanumeric,
        };
        match rest.split_at_checked(count) {
            Some((part, behind)) if part.iter().all(fits) => rest = behind,
            _ => return false,
        }
        count = 0;
    }
    rest.is_empty()
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_small_letters_are_forgiven() {
        let iban = "de89 3704 0044 0532 0130 00".parse::<Iban>();
        assert_eq!(iban.as_ref().map(Iban::grouped), Ok("DE89 3704 0044 0532 0130 00".to_owned()));
    }

    #[test]
    fn every_single_mistyped_digit_is_found() {
        let good = "GB29NWBK60161331926819";
        assert!(good.parse::<Iban>().is_ok());
        for place in 2..good.len() {
            for digit in b'0'..=b'9' {
                let mut bytes = good.as_bytes().to_vec();
                if !bytes[place].is_ascii_digit() || bytes[place] == digit {
                    continue;
                }
                bytes[place] = digit;
                let text = String::from_utf8(bytes).unwrap_or_default();
                assert_eq!(text.parse::<Iban>(), Err(IbanError::CheckDigits), "{text}");
            }
        }
    }

    #[test]
    fn a_letter_where_the_country_has_digits_is_refused_although_the_check_digits_fit() {
        assert_eq!("GB12BARC20201530093A59".parse::<Iban>(), Err(IbanError::Syntax));
        for (_, length, structure) in COUNTRIES {
            let counts = structure.split(['n', 'a', 'c']).filter_map(|count| count.parse::<usize>().ok());
            assert_eq!(counts.sum::<usize>() + 4, *length, "{structure}");
        }
    }

    #[test]
    fn an_unknown_country_is_not_called_wrong() {
        assert_eq!("ZZ8237040044053201300".parse::<Iban>(), Err(IbanError::UnknownCountry));
        assert_eq!("DE893704004405320130".parse::<Iban>(), Err(IbanError::Length));
        assert_eq!("DE89370400440532O13000".parse::<Iban>(), Err(IbanError::CheckDigits));
    }
}

//! The International Bank Account Number, ISO 13616-1.

use std::{fmt, str::FromStr};

/// Lengths from the IBAN registry of SWIFT, release 99: country and number of characters.
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// A checked IBAN: capital letters and digits, without spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Iban(String);

/// Why a text is not an IBAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IbanError {
    /// Not two letters, two digits and up to thirty letters and digits.
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
        let length = LENGTHS.iter().find(|(country, _)| country.as_slice() == &bytes[..2]);
        let rest = bytes[4..].iter().chain(&bytes[..4]).fold(0_u32, |rest, &byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        });
        match length {
            None => Err(IbanError::UnknownCountry),
            Some((_, length)) if *length != bytes.len() => Err(IbanError::Length),
            Some(_) if rest != 1 || !(2..=98).contains(&((bytes[2] - b'0') * 10 + bytes[3] - b'0')) => {
                Err(IbanError::CheckDigits)
            }
            Some(_) => Ok(Self(iban)),
        }
    }
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
    fn an_unknown_country_is_not_called_wrong() {
        assert_eq!("ZZ8237040044053201300".parse::<Iban>(), Err(IbanError::UnknownCountry));
        assert_eq!("DE893704004405320130".parse::<Iban>(), Err(IbanError::Length));
        assert_eq!("DE89370400440532O13000".parse::<Iban>(), Err(IbanError::CheckDigits));
    }
}

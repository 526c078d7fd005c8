//! The International Securities Identification Number, ISO 6166: what ties an instrument to its quotes, whoever sends them.

use std::{fmt, str::FromStr};

/// Country codes of ISO 3166-1, which most prefixes are.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Prefixes that are no country: EU and XS (international), EZ (derivatives), XT (digital tokens), XK (Kosovo), XA to XF
/// and QS to QW (substitute numbers of numbering agencies), and countries that are no more but whose papers are.
const OTHERS: &str = "EU EZ XS XT XK XA XB XC XD XE XF QS QT QW AN CS YU SU DD ZR BU TP";

/// A checked ISIN: two letters, nine letters or digits, a check digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isin([u8; 12]);

/// Why a text is not an ISIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsinError {
    /// Not two letters, nine letters or digits and one digit.
    Syntax,
    /// The check digit does not fit: something is mistyped.
    CheckDigit,
    /// The prefix is neither a country nor one of the special ones: not verifiable.
    UnknownPrefix,
}

impl fmt::Display for IsinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not written as an ISIN",
            Self::CheckDigit => "the check digit of the ISIN does not fit",
            Self::UnknownPrefix => "a prefix that no numbering agency has",
        })
    }
}

impl std::error::Error for IsinError {}

impl Isin {
    /// The twelve characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The country of the issuer by the prefix; none for `XS` and the other prefixes that are no country.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        let prefix = &self.as_str()[..2];
        COUNTRIES.split(' ').any(|country| country == prefix).then_some(prefix)
    }
}

/// Blanks around it are taken off and small letters made large; then structure, check digit and prefix are checked.
impl FromStr for Isin {
    type Err = IsinError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = <[u8; 12]>::try_from(text.trim().as_bytes()).map_err(|_| IsinError::Syntax)?;
        let letters = letters.map(|letter| letter.to_ascii_uppercase());
        let shaped = letters[..2].iter().all(u8::is_ascii_uppercase)
            && letters.iter().all(u8::is_ascii_alphanumeric)
            && letters[11].is_ascii_digit();
        if !shaped {
            return Err(IsinError::Syntax);
        }
        if !luhn_holds(&letters) {
            return Err(IsinError::CheckDigit);
        }
        let known = |list: &str| list.split(' ').any(|prefix| prefix.as_bytes() == &letters[..2]);
        if known(COUNTRIES) || known(OTHERS) { Ok(Self(letters)) } else { Err(IsinError::UnknownPrefix) }
    }
}

/// Luhn over the digits that the letters stand for (A is 10, Z is 35), the check digit being the last.
fn luhn_holds(letters: &[u8]) -> bool {
    let (mut sum, mut double) = (0_u32, false);
    let mut add = |digit: u32| {
        let weighed = if double { digit * 2 } else { digit };
        sum += weighed / 10 + weighed % 10;
        double = !double;
    };
    for &letter in letters.iter().rev() {
        if letter.is_ascii_digit() {
            add(u32::from(letter - b'0'));
        } else {
            let number = u32::from(letter - b'A') + 10;
            add(number % 10);
            add(number / 10);
        }
    }
    sum.is_multiple_of(10)
}

impl fmt::Display for Isin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Isin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Isin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Isin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_numbers_hold_and_mistyped_ones_do_not() {
        for good in ["US0378331005", "DE000BAY0017", "GB0002634946", "AU0000XVGZA3", " us0378331005 "] {
            assert!(good.parse::<Isin>().is_ok(), "{good}");
        }
        assert_eq!("DE000BAY0018".parse::<Isin>(), Err(IsinError::CheckDigit));
        assert_eq!("US037833100X".parse::<Isin>(), Err(IsinError::Syntax));
        assert_eq!("5398228707871528".parse::<Isin>(), Err(IsinError::Syntax));
        assert_eq!("".parse::<Isin>(), Err(IsinError::Syntax));
    }

    /// The number with the check digit that fits.
    fn completed(eleven: &str) -> String {
        let whole = |digit: &u8| luhn_holds(format!("{eleven}{digit}").as_bytes());
        format!("{eleven}{}", (0..10_u8).find(whole).unwrap_or_default())
    }

    #[test]
    fn a_prefix_is_a_country_or_one_of_the_special_ones() {
        let country = |eleven: &str| completed(eleven).parse::<Isin>().map(|isin| isin.country().map(str::to_owned));
        assert_eq!(country("FR000012007"), Ok(Some("FR".to_owned())));
        for special in ["XS", "EU", "XA", "XF", "EZ", "QS", "QT"] {
            assert_eq!(country(&format!("{special}000012007")), Ok(None), "{special}");
        }
        assert_eq!(country("ZZ000012007"), Err(IsinError::UnknownPrefix));
    }

    proptest! {
        #[test]
        fn every_single_mistyped_digit_is_found(middle in "[A-Z0-9]{9}", place in 2_usize..12, digit in b'0'..=b'9') {
            let good = completed(&format!("FR{middle}"));
            let mut bytes = good.clone().into_bytes();
            prop_assume!(bytes[place].is_ascii_digit() && bytes[place] != digit);
            bytes[place] = digit;
            let bad = String::from_utf8(bytes).unwrap_or_default();
            prop_assert!(good.parse::<Isin>().is_ok());
            prop_assert_eq!(bad.parse::<Isin>(), Err(IsinError::CheckDigit));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,14}") {
            let _ = text.parse::<Isin>();
        }
    }
}

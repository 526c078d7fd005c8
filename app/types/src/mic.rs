//! The Market Identifier Code, ISO 10383, and when the main markets trade: a quote is of a market, and a market has hours.

use std::{fmt, str::FromStr};

/// Four capital letters or digits: `XPAR`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mic([u8; 4]);

/// The text is not four letters or digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MicError;

impl fmt::Display for MicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a market identifier is four letters or digits")
    }
}

impl std::error::Error for MicError {}

/// What is worth knowing of a market. Hours are those of its main session in local time; holidays are not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// Its operating code.
    pub mic: &'static str,
    /// Where it is, in English.
    pub city: &'static str,
    /// Its name in the time zone database.
    pub zone: &'static str,
    /// Minutes after local midnight when trading opens and closes.
    pub hours: (u16, u16),
}

const fn market(mic: &'static str, city: &'static str, zone: &'static str, open: u16, close: u16) -> Market {
    // `930` is half past nine.
    Market { mic, city, zone, hours: (open / 100 * 60 + open % 100, close / 100 * 60 + close % 100) }
}

/// The main operating markets. All of them trade from Monday to Friday.
const MARKETS: [Market; 36] = [
    market("XAMS", "Amsterdam", "Europe/Amsterdam", 900, 1730),
    market("XASX", "Sydney", "Australia/Sydney", 1000, 1600),
    market("XATH", "Athens", "Europe/Athens", 1015, 1720),
    market("XBOM", "Mumbai", "Asia/Kolkata", 915, 1530),
    market("XBRU", "Brussels", "Europe/Brussels", 900, 1730),
    market("XBUD", "Budapest", "Europe/Budapest", 900, 1700),
    market("XCSE", "Copenhagen", "Europe/Copenhagen", 900, 1700),
    market("XDUB", "Dublin", "Europe/Dublin", 800, 1630),
    market("XETR", "Frankfurt", "Europe/Berlin", 900, 1730),
    market("XFRA", "Frankfurt", "Europe/Berlin", 800, 2200),
    market("XHEL", "Helsinki", "Europe/Helsinki", 1000, 1830),
    market("XHKG", "Hong Kong", "Asia/Hong_Kong", 930, 1600),
    market("XIST", "Istanbul", "Europe/Istanbul", 1000, 1800),
    market("XJSE", "Johannesburg", "Africa/Johannesburg", 900, 1700),
    market("XKRX", "Seoul", "Asia/Seoul", 900, 1530),
    market("XLIS", "Lisbon", "Europe/Lisbon", 800, 1630),
    market("XLON", "London", "Europe/London", 800, 1630),
    market("XLUX", "Luxembourg", "Europe/Luxembourg", 900, 1735),
    market("XMAD", "Madrid", "Europe/Madrid", 900, 1735),
    market("XMEX", "Mexico City", "America/Mexico_City", 830, 1500),
    market("XMIL", "Milan", "Europe/Rome", 900, 1730),
    market("XNAS", "New York", "America/New_York", 930, 1600),
    market("XNSE", "Mumbai", "Asia/Kolkata", 915, 1530),
    market("XNYS", "New York", "America/New_York", 930, 1600),
    market("XNZE", "Wellington", "Pacific/Auckland", 1000, 1645),
    market("XOSL", "Oslo", "Europe/Oslo", 900, 1620),
    market("XPAR", "Paris", "Europe/Paris", 900, 1730),
    market("XPRA", "Prague", "Europe/Prague", 900, 1625),
    market("XSES", "Singapore", "Asia/Singapore", 900, 1700),
    market("XSHE", "Shenzhen", "Asia/Shanghai", 930, 1500),
    market("XSHG", "Shanghai", "Asia/Shanghai", 930, 1500),
    market("XSTO", "Stockholm", "Europe/Stockholm", 900, 1730),
    market("XSWX", "Zurich", "Europe/Zurich", 900, 1730),
    market("XTKS", "Tokyo", "Asia/Tokyo", 900, 1530),
    market("XTSE", "Toronto", "America/Toronto", 930, 1600),
    market("XWBO", "Vienna", "Europe/Vienna", 900, 1730),
];

impl Mic {
    /// The four characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// What is known of the market; none says nothing against the code.
    #[must_use]
    pub fn market(&self) -> Option<&'static Market> {
        MARKETS.iter().find(|market| market.mic == self.as_str())
    }
}

/// Blanks around it are taken off and small letters made large.
impl FromStr for Mic {
    type Err = MicError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = <[u8; 4]>::try_from(text.trim().as_bytes()).map_err(|_| MicError)?;
        if letters.iter().all(u8::is_ascii_alphanumeric) {
            Ok(Self(letters.map(|l| l.to_ascii_uppercase())))
        } else {
            Err(MicError)
        }
    }
}

impl fmt::Display for Mic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Mic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Mic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Mic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_market_of_it_opens_before_it_closes() {
        assert!(MARKETS.is_sorted_by_key(|market| market.mic));
        for market in MARKETS {
            assert!(market.hours.0 < market.hours.1 && market.hours.1 < 1_440, "{}", market.mic);
            assert_eq!(market.mic.parse::<Mic>().ok().and_then(|mic| mic.market().copied()), Some(market));
        }
    }

    #[test]
    fn a_code_that_the_table_does_not_have_is_still_a_code() {
        assert_eq!("XLOM".parse::<Mic>().map(|mic| mic.market().is_none()), Ok(true));
        assert_eq!("360t".parse::<Mic>().map(|mic| mic.to_string()), Ok("360T".to_owned()));
        for text in ["", "XPA", "XPARI", "XP-R", "XÄR"] {
            assert_eq!(text.parse::<Mic>(), Err(MicError), "{text:?}");
        }
    }
}

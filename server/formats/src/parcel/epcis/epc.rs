//! Identifiers of GS1: EPC URIs and Digital Links, and what their check digits say.

use guichet_types::{Sscc, TrackingError};

/// An identifier of a thing, and what is wrong with it.
pub(super) struct Named {
    /// An SSCC as its eighteen digits, anything else as written.
    pub number: String,
    /// Why it cannot be right.
    pub fault: Option<String>,
}

/// Reads an identifier as it stands in an event.
pub(super) fn read(text: &str) -> Named {
    let named = |number: String, fault: Option<String>| Named { number, fault };
    if let Some(rest) = text.strip_prefix("urn:epc:id:") {
        let Some((scheme, value)) = rest.split_once(':') else {
            return named(text.to_owned(), Some("the EPC has no value".to_owned()));
        };
        let parts: Vec<&str> = value.split('.').collect();
        return match (scheme, parts.as_slice()) {
            ("sscc", [company, serial]) => match sscc(company, serial) {
                Some(sscc) => named(sscc, None),
                None => named(text.to_owned(), Some("an SSCC has seventeen digits before its check digit".to_owned())),
            },
            ("sgtin", [company, item, _serial]) => named(text.to_owned(), count(&[company, item], 13, "an SGTIN")),
            ("sgln", [company, place, _extension]) => named(text.to_owned(), count(&[company, place], 12, "an SGLN")),
            ("pgln", [company, party]) => named(text.to_owned(), count(&[company, party], 12, "a PGLN")),
            ("sscc" | "sgtin" | "sgln" | "pgln", _) => {
                named(text.to_owned(), Some(format!("the parts of the {scheme} are not complete")))
            }
            _ => named(text.to_owned(), None),
        };
    }
    if let Some((key, value)) = digital_link(text) {
        return match key {
            "00" => match value.parse::<Sscc>() {
                Ok(sscc) => named(sscc.as_str().to_owned(), None),
                Err(error) => named(text.to_owned(), Some(format!("the SSCC is wrong: {}", plain(error)))),
            },
            _ => named(text.to_owned(), check(key, value)),
        };
    }
    named(text.to_owned(), None)
}

/// Whether a text is written as a URI: a scheme, a colon, and no blanks.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
        && !rest.is_empty()
        && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

fn sscc(company: &str, serial: &str) -> Option<String> {
    let (extension, rest) = serial.split_at_checked(1)?;
    (6..=12).contains(&company.len()).then_some(())?;
    Sscc::from_seventeen(&format!("{extension}{company}{rest}")).ok().map(|sscc| sscc.as_str().to_owned())
}

fn count(parts: &[&&str], digits: usize, what: &str) -> Option<String> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let numeric = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    (length != digits || !numeric).then(|| format!("{what} has {digits} digits in its first two parts"))
}

/// The primary key of a Digital Link and its value: `https://id.gs1.org/01/…/21/…`.
fn digital_link(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let path = rest.split(['?', '#']).next()?;
    let mut parts = path.split('/').skip(1).peekable();
    while let Some(key) = parts.next() {
        if matches!(key, "00" | "01" | "414" | "417")
            && let Some(value) = parts.peek()
            && value.len() >= 8
            && value.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Some((key, value));
        }
    }
    None
}

/// GTIN and GLN carry a check digit that is made as that of an SSCC.
fn check(key: &str, value: &str) -> Option<String> {
    let fits = match key {
        "01" => matches!(value.len(), 8 | 12..=14),
        _ => value.len() == 13,
    };
    if !fits {
        return Some(format!("{value} is not as long as a {} is", if key == "01" { "GTIN" } else { "GLN" }));
    }
    match format!("{value:0>18}").parse::<Sscc>() {
        Ok(_) => None,
        Err(error) => Some(plain(error)),
    }
}

fn plain(error: TrackingError) -> String {
    match error {
        TrackingError::CheckDigit { expected, found, .. } => {
            format!("the check digit is {found} where it should be {expected}")
        }
        _ => "it does not have the right number of digits".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sscc_is_the_same_number_in_every_form() {
        for text in [
            "urn:epc:id:sscc:4012345.0111111112",
            "https://id.gs1.org/00/040123451111111127",
            "https://example.com/some/path/00/040123451111111127?x=1",
        ] {
            let named = read(text);
            assert_eq!((named.number.as_str(), named.fault), ("040123451111111127", None), "{text}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_told_and_the_number_is_not_believed() {
        let named = read("https://id.gs1.org/00/040123451111111128");
        assert!(named.number.starts_with("https:") && named.fault.is_some_and(|fault| fault.contains("should be 7")));
        for text in [
            "https://id.gs1.org/01/04012345999991/21/1",
            "https://id.gs1.org/414/4012345000055",
            "urn:epc:id:sscc:4012345.01111111",
            "urn:epc:id:sgtin:0614141.10734.2017",
            "urn:epc:id:sgln:0614141.07346",
        ] {
            assert!(read(text).fault.is_some(), "{text}");
        }
        for text in [
            "https://id.gs1.org/01/04012345999990/21/1",
            "https://id.gs1.org/414/4012345000054",
            "urn:epc:id:sgtin:0614141.107346.2017",
            "urn:epc:id:giai:4000001.12345",
            "https://example.com/253/4012345000054987",
        ] {
            assert!(read(text).fault.is_none(), "{text}");
        }
    }

    #[test]
    fn a_uri_has_a_scheme_and_no_blanks() {
        assert!(is_uri("urn:epc:id:sscc:1.2") && is_uri("ext1:thing") && is_uri("https://x.org/00/1"));
        for text in ["12345", "urn: epc", "", ":x", "x:", "1x:y"] {
            assert!(!is_uri(text), "{text}");
        }
    }
}

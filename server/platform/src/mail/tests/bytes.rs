//! No text that a person gives makes a header, whatever it is.

use crate::mail::{
    Address, Rendered,
    message::{Content, compose},
    tests::peer::sender,
};
use guichet_types::{Id, Timestamp};
use proptest::prelude::*;

/// The names of the headers of a letter, those of its parts included, and its envelope's recipients.
fn headers(rendered: &Rendered, to: &Address) -> (Vec<String>, Vec<String>) {
    let content = Content {
        id: Id::from_bytes([0xa7; 16]),
        to,
        subject: rendered.subject(),
        text: rendered.text(),
        html: rendered.html(),
        created_at: Timestamp(1_794_922_320_000),
    };
    let (envelope, bytes) = compose(&sender(), &content).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a lone CR or LF: {text:?}");
    assert!(text.split("\r\n").all(|line| line.len() < 998), "{text:?}");
    // A head goes to the first empty line; what begins with a space belongs to the line above.
    let head = text.split("\r\n\r\n").next().unwrap().to_owned();
    let names = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let names = names.map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    (names, envelope.to().iter().map(ToString::to_string).collect())
}

const NAMES: [&str; 8] =
    ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];

/// Texts in which the ends of lines and what looks like headers are likelier than by chance.
fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            Just("\r\n".to_owned()),
            Just("\n".to_owned()),
            Just("\r".to_owned()),
            Just("\u{2028}\u{85}\u{b}".to_owned()),
            Just("Bcc: b@evil.example".to_owned()),
            Just("\r\n.\r\n".to_owned()),
            Just("=?utf-8?q?=0D=0ABcc:?=".to_owned()),
            Just("--guichet-a7".to_owned()),
            any::<String>(),
            "[ -~]{0,40}",
        ],
        0..8,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_a_letter_says_its_headers_are_ours(subject in hostile(), text in hostile(), html in hostile()) {
        let (names, to) = headers(&Rendered::new(&subject, &text, &html), &"a@mail.example".parse().unwrap());
        prop_assert_eq!(names, NAMES);
        prop_assert_eq!(to, ["a@mail.example"]);
    }

    #[test]
    fn whatever_becomes_an_address_is_one(user in hostile(), domain in hostile()) {
        for text in [format!("{user}@{domain}"), format!("a{user}@mail.example"), format!("a@mail.example{domain}")] {
            if let Ok(address) = text.parse::<Address>() {
                let (names, to) = headers(&Rendered::new("s", "t", "h"), &address);
                prop_assert_eq!(names, NAMES);
                prop_assert_eq!(to, [text]);
            }
        }
    }
}

//! What can happen to a parcel, in one set of words for all carriers: the status, and the reason for it.
//!
//! A carrier's own code and text are kept beside these; a code that nobody here knows is [`ParcelStatus::Unknown`], shown as
//! "update", and never refused. The words are stored and are the keys of the texts (`parcel-status-…`, `parcel-reason-…`), so
//! they do not change.

mod reason;
mod status;

pub use reason::{Cause, ParcelReason};
pub use status::ParcelStatus;

use std::fmt;

/// A word that is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord;

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not one of the known words")
    }
}

impl std::error::Error for UnknownWord {}

/// An enum whose values have a word each, so that the word is written once.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $value,)*
        }

        impl $name {
            /// All of them, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$value),*];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::parcel::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$value),)*
                    _ => Err($crate::parcel::UnknownWord),
                }
            }
        }
    };
}
use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_is_what_serde_writes() {
        for &status in ParcelStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_string(&status).ok(), Some(format!("\"{status}\"")));
        }
        for &reason in ParcelReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert_eq!(serde_json::to_string(&reason).ok(), Some(format!("\"{reason}\"")));
        }
    }

    #[test]
    fn every_word_has_a_text_in_every_language() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/parcels/text");
        for language in ["en", "fr", "de"] {
            let text = std::fs::read_to_string(format!("{folder}/{language}.ftl")).unwrap_or_default();
            let has = |key: String| {
                text.lines().any(|line| line.strip_prefix(&key).is_some_and(|rest| rest.starts_with(" = ")))
            };
            for &status in ParcelStatus::ALL {
                assert!(has(format!("parcel-status-{}", status.as_str().replace('_', "-"))), "{language} {status}");
            }
            for &reason in ParcelReason::ALL {
                assert!(has(format!("parcel-reason-{}", reason.as_str().replace('_', "-"))), "{language} {reason}");
            }
        }
    }
}

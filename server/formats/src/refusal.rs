//! Why a file was not read to its end.

use std::io;

/// Why a file was refused. The sentence is for the operator; nothing of such a file may be booked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The XML is broken.
    #[error("line {line}: the XML is not well-formed: {reason}")]
    NotWellFormed {
        /// The line, from 1.
        line: u64,
        /// What is broken.
        reason: String,
    },
    /// There is a document type declaration.
    #[error("line {line}: a document type declaration (DTD) is not accepted")]
    Dtd {
        /// The line, from 1.
        line: u64,
    },
    /// There is an entity that XML does not define by itself.
    #[error("line {line}: the entity &{name}; is not accepted")]
    Entity {
        /// The line, from 1.
        line: u64,
        /// Its name, cut off at 40 letters.
        name: String,
    },
    /// Elements lie too deep.
    #[error("line {line}: more than {limit} elements lie within each other")]
    TooDeep {
        /// The line, from 1.
        line: u64,
        /// The bound.
        limit: usize,
    },
    /// A text, tag, line or field is too long, or has too many attributes.
    #[error("line {line}: {what} is longer than {limit} is allowed to be")]
    TooLong {
        /// The line, from 1.
        line: u64,
        /// What is too long.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// The file is too large, or has too many entries.
    #[error("the file has more than {limit} {what}")]
    TooLarge {
        /// What there is too much of: bytes, entries.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// No format that is read here.
    #[error("the content is of no format that is read here: {found}")]
    UnknownFormat {
        /// What it looks like.
        found: String,
    },
    /// An encoding that is not known.
    #[error("the encoding {label:?} is not known")]
    Encoding {
        /// The name that the file gives.
        label: String,
    },
    /// The file ends in the middle.
    #[error("line {line}: the file ends in the middle: {open} is not closed")]
    Truncated {
        /// The last line.
        line: u64,
        /// What is open.
        open: String,
    },
    /// The format is known, but there is no statement in it.
    #[error("there is no statement, report or notification in it")]
    NoStatement,
    /// The ZIP cannot be unpacked, or tries to harm.
    #[error("the ZIP is refused: {reason}")]
    Zip {
        /// Why.
        reason: String,
    },
    /// The JSON is broken.
    #[error("line {line}: the JSON is broken: {reason}")]
    Json {
        /// The line, from 1.
        line: u64,
        /// What is broken.
        reason: String,
    },
    /// The document as a whole is not what the standard asks for.
    #[error("{place}: {reason}")]
    Invalid {
        /// Where: a line or a path.
        place: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// The document is the sender's word that it has nothing to tell.
    #[error("the sender answers with an error: {reason}")]
    SenderError {
        /// In the sender's words.
        reason: String,
    },
    /// A member of the ZIP is refused, and so the whole.
    #[error("{member}: {refusal}")]
    Member {
        /// The name of the member, harmless letters only.
        member: String,
        /// Why.
        refusal: Box<Self>,
    },
    /// The file's mapping does not fit it.
    #[error("the mapping does not fit: {reason}")]
    Mapping {
        /// What of it.
        reason: String,
    },
    /// The taker of the records wanted no more.
    #[error("the reading was stopped")]
    Stopped,
    /// The input failed.
    #[error("the input cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl Refusal {
    /// A word that does not change, to store and to translate by.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotWellFormed { .. } => "not_well_formed",
            Self::Dtd { .. } => "dtd",
            Self::Entity { .. } => "entity",
            Self::TooDeep { .. } => "too_deep",
            Self::TooLong { .. } => "too_long",
            Self::TooLarge { .. } => "too_large",
            Self::UnknownFormat { .. } => "unknown_format",
            Self::Encoding { .. } => "encoding",
            Self::Truncated { .. } => "truncated",
            Self::NoStatement => "no_statement",
            Self::Zip { .. } => "zip",
            Self::Json { .. } => "json",
            Self::Invalid { .. } => "invalid",
            Self::SenderError { .. } => "sender_error",
            Self::Member { refusal, .. } => refusal.code(),
            Self::Mapping { .. } => "mapping",
            Self::Stopped => "stopped",
            Self::Io(_) => "io",
        }
    }
}

//! Whether a file of a customer's is taken, and what of it is kept.
//!
//! The type is told by the content, never by the name or by what the browser says. Pictures are decoded within bounds and
//! written anew, so that nothing but what can be seen is left: no place, no camera, no second file behind the first. A PDF is
//! kept as it came, if it can do nothing. Everything else is refused.

mod jpeg;
mod pdf;
mod picture;

/// The largest file.
pub const MAX_FILE_BYTES: u64 = 20 << 20;
/// What may be kept for one claim.
pub const MAX_CLAIM_BYTES: i64 = 100 << 20;
/// Files of one claim, refused ones too.
pub const MAX_CLAIM_FILES: i64 = 60;
/// What may be kept for one customer.
pub const MAX_CUSTOMER_BYTES: i64 = 500 << 20;
/// Files of one customer, refused ones too.
pub const MAX_CUSTOMER_FILES: i64 = 600;
/// What a file field offers; a telephone turns its own format into one of these.
pub const ACCEPT: &str = "image/jpeg,image/png,application/pdf";

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing in it.
    Empty,
    /// More than [`MAX_FILE_BYTES`].
    TooLarge,
    /// Neither JPEG nor PNG nor PDF.
    UnknownType,
    /// It could do something: a script, a program, a page, a PDF with an action or a file in it.
    Active,
    /// A PDF under a password, which nobody can look into.
    Encrypted,
    /// A picture of more points than any camera takes.
    TooManyPixels,
    /// Cut off, or otherwise not what it says.
    Damaged,
    /// There is no room left for the claim or the customer.
    NoRoom,
    /// The scanner has found something in it.
    Infected,
    /// The scanner did not say whether it is clean.
    NotScanned,
}

impl Refused {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Empty,
        Self::TooLarge,
        Self::UnknownType,
        Self::Active,
        Self::Encrypted,
        Self::TooManyPixels,
        Self::Damaged,
        Self::NoRoom,
        Self::Infected,
        Self::NotScanned,
    ];

    /// The database's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::UnknownType => "unknown_type",
            Self::Active => "active",
            Self::Encrypted => "encrypted",
            Self::TooManyPixels => "too_many_pixels",
            Self::Damaged => "damaged",
            Self::NoRoom => "no_room",
            Self::Infected => "infected",
            Self::NotScanned => "not_scanned",
        }
    }

    /// From the database's word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// What is kept of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean {
    /// Its type.
    pub media: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sniffed {
    Jpeg,
    Png,
    Pdf,
    Active,
    Unknown,
}

fn sniff(bytes: &[u8]) -> Sniffed {
    const PROGRAMS: [&[u8]; 6] = [b"MZ", b"#!", b"\x7fELF", b"PK\x03\x04", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"];
    let begins = |mark: &[u8]| bytes.starts_with(mark);
    if begins(b"\xff\xd8\xff") {
        return Sniffed::Jpeg;
    }
    if begins(b"\x89PNG\r\n\x1a\n") {
        return Sniffed::Png;
    }
    if begins(b"%PDF-") {
        return Sniffed::Pdf;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let utf16 = begins(b"\xff\xfe<\0") || begins(b"\xfe\xff\0<");
    if utf16 || text.starts_with(b"<") || PROGRAMS.iter().any(|mark| begins(mark)) {
        return Sniffed::Active;
    }
    Sniffed::Unknown
}

/// Looks into a file. It takes time and memory: not for a thread that serves.
///
/// # Errors
/// Why it is not taken.
pub fn check(bytes: Vec<u8>) -> Result<Clean, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Refused::TooLarge);
    }
    match sniff(&bytes) {
        Sniffed::Jpeg if !jpeg::is_whole(&bytes) => Err(Refused::Damaged),
        Sniffed::Jpeg => picture::rewrite_jpeg(&bytes).map(|bytes| Clean { media: "image/jpeg", bytes }),
        Sniffed::Png => picture::rewrite_png(&bytes).map(|bytes| Clean { media: "image/png", bytes }),
        Sniffed::Pdf => pdf::check(&bytes).map(|()| Clean { media: "application/pdf", bytes }),
        Sniffed::Active => Err(Refused::Active),
        Sniffed::Unknown => Err(Refused::UnknownType),
    }
}

/// The name of a file as people may read it: the last part of a path, without what hides or turns letters, at most a
/// hundred letters.
#[must_use]
pub fn clean_name(name: &str) -> String {
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !hidden(*letter)).take(100).collect();
    let clean = clean.trim().to_owned();
    if clean.is_empty() { "file".to_owned() } else { clean }
}

/// The name that a kept file is saved under: with the ending of what it is.
#[must_use]
pub fn save_name(name: &str, media: &str) -> String {
    let (ending, others): (&str, &[&str]) = match media {
        "image/jpeg" => ("jpg", &["jpg", "jpeg", "jpe"]),
        "image/png" => ("png", &["png"]),
        _ => ("pdf", &["pdf"]),
    };
    match name.rsplit_once('.') {
        Some((_, own)) if others.contains(&own.to_ascii_lowercase().as_str()) => name.to_owned(),
        _ => format!("{name}.{ending}"),
    }
}

//! Keys for events that have none of their own, and what a tracking number may look like.

use sha2::{Digest as _, Sha256};

/// SHA-256 over the parts, each with its length before it, as 64 hexadecimal digits.
pub(super) fn key_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a normalised text can be a tracking number of anybody: letters, digits, and the marks that some put between.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.chars().all(|c| c.is_alphanumeric() || "._/#:+*".contains(c))
}

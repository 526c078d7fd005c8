//! Standard Webhooks 1.0: who sent a message, and that nobody changed it. Pure: the time is passed in.
//!
//! The signature `v1` is HMAC-SHA256 over `id.timestamp.body`, with a secret that both sides have. Several secrets may be in
//! force while one is being replaced, and a message may carry several signatures. `v1a` (ed25519) is not supported, and a
//! message that has no other signature is refused with that reason.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use guichet_types::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2_011::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// How far the sender's clock may be off, in seconds, to either side.
pub const TOLERANCE: i64 = 300;
/// Fewest bytes of a secret (section "Signature scheme": between 24 and 64).
pub const SHORTEST_SECRET: usize = 24;
/// Most signatures of one message that are looked at. A sender has two while it replaces a secret.
const MOST_SIGNATURES: usize = 16;
/// Longest id.
const LONGEST_ID: usize = 256;

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is nothing.
    #[error("the webhook secret is empty")]
    Empty,
    /// It is not base64, with or without `whsec_` before it.
    #[error("the webhook secret is not base64")]
    NotBase64,
    /// It has fewer than 24 bytes.
    #[error("the webhook secret has fewer than {SHORTEST_SECRET} bytes")]
    TooShort,
}

/// A secret. It is wiped from memory when it goes, and never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Reads `whsec_` and base64; the prefix may be left out.
    ///
    /// # Errors
    /// When it is empty, no base64, or too short.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        let coded = text.strip_prefix("whsec_").unwrap_or(text);
        if coded.is_empty() {
            return Err(SecretError::Empty);
        }
        let bytes = Zeroizing::new(STANDARD.decode(coded).map_err(|_| SecretError::NotBase64)?);
        if bytes.len() < SHORTEST_SECRET { Err(SecretError::TooShort) } else { Ok(Self(bytes)) }
    }

    /// The keyed hash of a message.
    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<Hmac<Sha256>, WebhookError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| WebhookError::NoSecret)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Ok(mac)
    }
}

/// Why a message is refused, or cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// No secret is in force for the source.
    #[error("no webhook secret is configured")]
    NoSecret,
    /// A header is missing, or stands there twice.
    #[error("the header {0} is missing, or stands there twice")]
    Header(&'static str),
    /// The id is empty, longer than 256 bytes, or has a dot or a sign that is no letter in it. A dot would let a part of the
    /// timestamp pass as a part of the body.
    #[error("the webhook-id is malformed")]
    Id,
    /// The timestamp is no whole number of seconds.
    #[error("the webhook-timestamp is no number of seconds")]
    Timestamp,
    /// The message is older than five minutes: it may be sent again by somebody else.
    #[error("the message is too old")]
    TooOld,
    /// The message is more than five minutes from the future.
    #[error("the message is from the future")]
    TooNew,
    /// There is no `v1` signature, only others, as `v1a`.
    #[error("the message has no v1 signature; v1a is not supported")]
    Unsupported,
    /// No signature fits.
    #[error("no signature fits the message")]
    Signature,
}

/// The three headers of a message, as they came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `webhook-id`: also the key by which the same message is known again.
    pub id: Option<&'a str>,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: Option<&'a str>,
    /// `webhook-signature`: `v1,…`, several with blanks between them.
    pub signature: Option<&'a str>,
}

impl<'a> Headers<'a> {
    /// Takes them out of a request. One that stands there twice, or has odd letters, counts as missing.
    #[must_use]
    pub fn of(map: &'a http::HeaderMap) -> Self {
        let one = |name: &str| {
            let mut values = map.get_all(name).iter();
            let value = values.next()?.to_str().ok()?;
            values.next().is_none().then_some(value)
        };
        Self { id: one("webhook-id"), timestamp: one("webhook-timestamp"), signature: one("webhook-signature") }
    }
}

/// What a verified message is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The id: take a message of one id once.
    pub id: String,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// Checks a message against every secret in force. `body` is the raw body, before anything has read it. How long it takes does
/// not tell which signature or secret was nearly right.
///
/// # Errors
/// When the message is malformed, too old, from the future, or signed by nobody who has a secret.
pub fn verify(headers: Headers<'_>, body: &[u8], secrets: &[Secret], now: Timestamp) -> Result<Verified, WebhookError> {
    if secrets.is_empty() {
        return Err(WebhookError::NoSecret);
    }
    let id = headers.id.ok_or(WebhookError::Header("webhook-id"))?;
    let timestamp = headers.timestamp.ok_or(WebhookError::Header("webhook-timestamp"))?;
    let signatures = headers.signature.ok_or(WebhookError::Header("webhook-signature"))?;
    check_id(id)?;
    let seconds = seconds(timestamp)?;
    let age = now.millis().div_euclid(1_000).saturating_sub(seconds);
    if age > TOLERANCE {
        return Err(WebhookError::TooOld);
    }
    if age < -TOLERANCE {
        return Err(WebhookError::TooNew);
    }
    let mut known = 0_usize;
    let mut fits = false;
    let versioned = signatures.split(' ').take(MOST_SIGNATURES).filter_map(|one| one.strip_prefix("v1,"));
    for coded in versioned {
        known += 1;
        let Ok(signature) = STANDARD.decode(coded) else { continue };
        for secret in secrets {
            // The comparison takes the same time whatever the bytes are; every pair is compared.
            fits |= secret.mac(id, seconds, body)?.verify_slice(&signature).is_ok();
        }
    }
    match (known, fits) {
        (0, _) => Err(WebhookError::Unsupported),
        (_, false) => Err(WebhookError::Signature),
        (_, true) => Ok(Verified { id: id.to_owned(), sent_at: Timestamp(seconds.saturating_mul(1_000)) }),
    }
}

/// The headers of a message that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`: one signature for each secret, the first one first.
    pub signature: String,
}

/// Signs a message with every secret that the receiver may have: two while one is being replaced.
///
/// # Errors
/// When there is no secret, or the id is malformed.
pub fn sign(id: &str, body: &[u8], secrets: &[Secret], now: Timestamp) -> Result<Signed, WebhookError> {
    if secrets.is_empty() {
        return Err(WebhookError::NoSecret);
    }
    check_id(id)?;
    let seconds = now.millis().div_euclid(1_000);
    let mut signature = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let bytes = secret.mac(id, seconds, body)?.finalize().into_bytes();
        signature.push(format!("v1,{}", STANDARD.encode(bytes)));
    }
    Ok(Signed { id: id.to_owned(), timestamp: seconds.to_string(), signature: signature.join(" ") })
}

fn check_id(id: &str) -> Result<(), WebhookError> {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
    if (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(fits) { Ok(()) } else { Err(WebhookError::Id) }
}

/// Digits without a sign, without noughts before them: one number has one writing, which is what was signed.
fn seconds(text: &str) -> Result<i64, WebhookError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten().ok_or(WebhookError::Timestamp)
}

#[cfg(test)]
mod tests;

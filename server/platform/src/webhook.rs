//! Standard Webhooks 1.0: how a message that comes is checked and one that goes is signed.
//!
//! What is signed is `id.timestamp.body`, the body as it came, byte for byte. Several secrets are tried, so that one can be
//! replaced without a gap; several signatures may come, so that a sender can do the same. Time is passed in.

use base64::{
    Engine as _,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How far a timestamp may be off, seconds, in either direction.
pub const TOLERANCE_SECONDS: i64 = 300;
/// The shortest secret, bytes (section "Symmetric signatures": 24 to 64).
const MIN_SECRET: usize = 24;
/// Longest id that is kept, bytes.
const MAX_ID: usize = 200;
/// Signatures that are tried; a sender who is replacing a secret has two.
const MAX_SIGNATURES: usize = 16;

/// Secrets are written with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a webhook is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// `webhook-id` is missing, too long, or has signs that cannot be.
    #[error("the webhook-id is missing or cannot be")]
    Id,
    /// `webhook-timestamp` is missing or no number.
    #[error("the webhook-timestamp is missing or no whole number of seconds")]
    Timestamp,
    /// Older or newer than is allowed.
    #[error("the webhook-timestamp is more than {TOLERANCE_SECONDS} seconds off")]
    TooFarOff,
    /// No secret to check with, or none that is one.
    #[error("there is no secret of at least {MIN_SECRET} bytes in base64")]
    Secret,
    /// No signature holds.
    #[error("no signature holds")]
    Signature,
}

/// Checks a webhook: its three headers, its body, and the time of now in seconds. Any of the secrets may hold.
///
/// # Errors
/// Why it must not be taken. What the sender is told is one answer for all.
pub fn verify(
    secrets: &[&str],
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now_seconds: i64,
) -> Result<(), WebhookError> {
    check_id(id)?;
    let digits = !timestamp.is_empty() && timestamp.len() <= 12 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = timestamp.parse::<i64>().ok().filter(|_| digits).ok_or(WebhookError::Timestamp)?;
    if (now_seconds - seconds).abs() > TOLERANCE_SECONDS {
        return Err(WebhookError::TooFarOff);
    }
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(|secret| key(secret)).collect();
    if keys.is_empty() {
        return Err(WebhookError::Secret);
    }
    // Only v1; v1a is asymmetric and nobody's secret here.
    let given = signatures.split(' ').filter_map(|part| part.strip_prefix("v1,")).take(MAX_SIGNATURES);
    let given: Vec<Vec<u8>> = given.filter_map(|text| STANDARD.decode(text).ok()).collect();
    let mut holds = false;
    for key in &keys {
        let mac = mac(key, id, timestamp, body)?;
        // The comparison takes the same time wherever they differ.
        holds |= given.iter().any(|signature| mac.clone().verify_slice(signature).is_ok());
    }
    if holds { Ok(()) } else { Err(WebhookError::Signature) }
}

/// Signs a message: the value of `webhook-signature`.
///
/// # Errors
/// When the secret is none or the id cannot be one.
pub fn sign(secret: &str, id: &str, timestamp_seconds: i64, body: &[u8]) -> Result<String, WebhookError> {
    check_id(id)?;
    let key = key(secret).ok_or(WebhookError::Secret)?;
    let mac = mac(&key, id, &timestamp_seconds.to_string(), body)?;
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Signed are `id.timestamp.body`: an id that itself ends in a full stop and digits could be another split of the same bytes.
fn check_id(id: &str) -> Result<(), WebhookError> {
    let fits = !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    let stamped = id.rsplit_once('.').is_some_and(|(_, last)| last.bytes().all(|byte| byte.is_ascii_digit()));
    if fits && !stamped { Ok(()) } else { Err(WebhookError::Id) }
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let text = secret.trim();
    let key = LENIENT.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok()?;
    (key.len() >= MIN_SECRET).then_some(key)
}

fn mac(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Result<Hmac<Sha256>, WebhookError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| WebhookError::Secret)?;
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const AT: i64 = 1_614_265_330;

    #[test]
    fn the_vector_of_the_specification_is_made_and_holds() {
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(sign(SECRET, id, AT, body).as_deref(), Ok(signature));
        let stamp = AT.to_string();
        for (secret, signatures) in [
            (SECRET, signature.to_owned()),
            (&SECRET[6..], signature.to_owned()),
            (SECRET, format!("v1,AAAA v1a,BBBB v2,CCCC {signature}")),
        ] {
            assert_eq!(verify(&[secret], id, &stamp, &signatures, body, AT), Ok(()), "{signatures}");
        }
    }

    #[test]
    fn any_of_the_secrets_may_hold_and_none_is_no_way_in() {
        let signature = sign(SECRET, "a", AT, b"x").unwrap();
        let check = |secrets: &[&str]| verify(secrets, "a", &AT.to_string(), &signature, b"x", AT);
        assert_eq!(check(&["whsec_b3RoZXItc2VjcmV0LW9mLTI0LWJ5dGVzISEh", SECRET]), Ok(()));
        assert_eq!(check(&["whsec_b3RoZXItc2VjcmV0LW9mLTI0LWJ5dGVzISEh"]), Err(WebhookError::Signature));
        for none in [&[][..], &[""], &["whsec_"], &["whsec_c2hvcnQ="], &["not base64 at all!"]] {
            assert_eq!(check(none), Err(WebhookError::Secret), "{none:?}");
        }
    }

    #[test]
    fn five_minutes_are_allowed_and_no_second_more() {
        let check = |now| {
            let signature = sign(SECRET, "a", AT, b"x").unwrap();
            verify(&[SECRET], "a", &AT.to_string(), &signature, b"x", now)
        };
        assert_eq!((check(AT + 300), check(AT - 300)), (Ok(()), Ok(())));
        assert_eq!((check(AT + 301), check(AT - 301)), (Err(WebhookError::TooFarOff), Err(WebhookError::TooFarOff)));
    }

    #[test]
    fn headers_that_are_missing_or_odd_are_refused() {
        let signature = sign(SECRET, "a", AT, b"x").unwrap();
        let check = |id: &str, stamp: &str, signature: &str| verify(&[SECRET], id, stamp, signature, b"x", AT);
        let stamp = AT.to_string();
        assert_eq!(check("", &stamp, &signature), Err(WebhookError::Id));
        assert_eq!(check(&"a".repeat(201), &stamp, &signature), Err(WebhookError::Id));
        assert_eq!(check("a\n", &stamp, &signature), Err(WebhookError::Id));
        for odd in ["", "now", "-1", "+1614265330", " 1614265330", "1614265330.0", "99999999999999999999"] {
            assert_eq!(check("a", odd, &signature), Err(WebhookError::Timestamp), "{odd}");
        }
        for odd in ["", "v1", "v1,", &signature[3..], &signature.replace("v1,", "v1a,"), "v1,not base64"] {
            assert_eq!(check("a", &stamp, odd), Err(WebhookError::Signature), "{odd}");
        }
    }

    #[test]
    fn the_bytes_that_are_signed_cannot_be_split_in_another_way() {
        let signature = sign(SECRET, "a", AT, b"1.body").unwrap();
        let shifted = format!("a.{AT}");
        assert_eq!(verify(&[SECRET], &shifted, "1", &signature, b"body", AT), Err(WebhookError::Id));
    }

    #[test]
    fn the_vectors_of_other_implementations_come_out_as_theirs() {
        let text = include_str!("../tests/samples/webhooks/standard-webhooks/vectors.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut tried = 0;
        for case in vectors["cases"].as_array().unwrap() {
            let header = |name: &str| case["headers"][name].as_str().unwrap_or_default();
            let (secret, payload) = (case["secret"].as_str().unwrap(), case["payload"].as_str().unwrap());
            let outcome = verify(
                &[secret],
                header("webhook-id"),
                header("webhook-timestamp"),
                header("webhook-signature"),
                payload.as_bytes(),
                case["now"].as_i64().unwrap(),
            );
            assert_eq!(outcome.is_ok(), case["expect"] == "valid", "{}: {outcome:?}", case["name"]);
            tried += 1;
        }
        assert_eq!(tried, 5);
    }
}

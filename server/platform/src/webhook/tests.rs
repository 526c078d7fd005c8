//! The vectors of Standard Webhooks, and what must never pass.

use super::*;
use serde_json::Value;

const BODY: &[u8] = b"{\"test\": 2432232314}";
const NOW: Timestamp = Timestamp(1_614_265_330_000);

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

fn first() -> Secret {
    secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
}

fn second() -> Secret {
    secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
}

fn headers(signed: &Signed) -> Headers<'_> {
    Headers { id: Some(&signed.id), timestamp: Some(&signed.timestamp), signature: Some(&signed.signature) }
}

#[test]
fn every_vector_of_the_standard_comes_out_as_it_should() {
    let text = include_str!("../../tests/samples/webhooks/standard-webhooks/vectors.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        let header = |name: &str| case["headers"][name].as_str();
        let headers = Headers {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
        };
        let secrets = Secret::parse(case["secret"].as_str().unwrap()).map(|secret| vec![secret]).unwrap_or_default();
        let now = Timestamp(case["now"].as_i64().unwrap() * 1_000);
        let outcome = verify(headers, case["payload"].as_str().unwrap().as_bytes(), &secrets, now);
        assert_eq!(outcome.is_ok(), case["expect"] == "valid", "{}: {outcome:?}", case["name"]);
    }
}

#[test]
fn what_is_signed_is_verified() {
    let signed = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", BODY, &[first()], NOW).unwrap();
    assert_eq!(signed.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    let verified = verify(headers(&signed), BODY, &[first()], NOW).unwrap();
    assert_eq!(verified, Verified { id: signed.id.clone(), sent_at: NOW });
}

/// Every text that differs in one byte, as far as it is text.
fn mutations(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for at in 0..text.len() {
        for byte in 0..=0x7f_u8 {
            let mut bytes = text.as_bytes().to_vec();
            if std::mem::replace(&mut bytes[at], byte) != byte {
                all.extend(String::from_utf8(bytes));
            }
        }
    }
    all
}

#[test]
fn no_single_byte_can_be_changed() {
    let signed = sign("msg_1", BODY, &[first()], NOW).unwrap();
    let refused = |headers: Headers<'_>, body: &[u8]| verify(headers, body, &[first(), second()], NOW).is_err();
    let whole = headers(&signed);
    for at in 0..BODY.len() {
        for byte in (0..=u8::MAX).filter(|byte| *byte != BODY[at]) {
            let mut body = BODY.to_vec();
            body[at] = byte;
            assert!(refused(whole, &body), "byte {at} of the body as {byte}");
        }
    }
    assert!(refused(whole, &BODY[1..]) && refused(whole, &[BODY, b" "].concat()) && refused(whole, b""));
    for id in mutations(&signed.id) {
        assert!(refused(Headers { id: Some(&id), ..whole }, BODY), "{id:?}");
    }
    for timestamp in mutations(&signed.timestamp) {
        assert!(refused(Headers { timestamp: Some(&timestamp), ..whole }, BODY), "{timestamp:?}");
    }
    for signature in mutations(&signed.signature) {
        assert!(refused(Headers { signature: Some(&signature), ..whole }, BODY), "{signature:?}");
    }
}

#[test]
fn a_secret_is_replaced_without_a_message_lost() {
    let (old, new) = (first(), second());
    let before = sign("msg_1", BODY, std::slice::from_ref(&old), NOW).unwrap();
    let between = sign("msg_1", BODY, &[new.clone(), old.clone()], NOW).unwrap();
    let after = sign("msg_1", BODY, std::slice::from_ref(&new), NOW).unwrap();
    let both = [new.clone(), old.clone()];
    for signed in [&before, &between, &after] {
        assert!(verify(headers(signed), BODY, &both, NOW).is_ok());
    }
    assert!(verify(headers(&between), BODY, std::slice::from_ref(&old), NOW).is_ok());
    assert_eq!(verify(headers(&after), BODY, &[old], NOW), Err(WebhookError::Signature));
    assert_eq!(verify(headers(&before), BODY, &[new], NOW), Err(WebhookError::Signature));
}

#[test]
fn a_message_is_good_for_five_minutes_to_either_side() {
    let signed = sign("msg_1", BODY, &[first()], NOW).unwrap();
    let at = |seconds: i64| verify(headers(&signed), BODY, &[first()], NOW.plus_seconds(seconds)).map(|_| ());
    assert_eq!((at(300), at(-300)), (Ok(()), Ok(())));
    assert_eq!((at(301), at(-301)), (Err(WebhookError::TooOld), Err(WebhookError::TooNew)));
    for text in ["", "-1", "+1614265330", "01614265330", "1614265330.0", " 1614265330", "99999999999999999999"] {
        let headers = Headers { timestamp: Some(text), ..headers(&signed) };
        assert_eq!(verify(headers, BODY, &[first()], NOW), Err(WebhookError::Timestamp), "{text:?}");
    }
}

#[test]
fn a_dot_in_the_id_cannot_move_the_border_to_the_body() {
    // Both would be signed as `msg.1614265330.1614265330.x`.
    assert_eq!(sign("msg.1614265330", b"x", &[first()], NOW), Err(WebhookError::Id));
    let signed = sign("msg", b"1614265330.x", &[first()], NOW).unwrap();
    let headers = Headers { id: Some("msg.1614265330"), ..headers(&signed) };
    assert_eq!(verify(headers, b"x", &[first()], NOW), Err(WebhookError::Id));
}

#[test]
fn a_weak_secret_is_none() {
    assert_eq!(Secret::parse("").map(|_| ()), Err(SecretError::Empty));
    assert_eq!(Secret::parse("whsec_").map(|_| ()), Err(SecretError::Empty));
    assert_eq!(Secret::parse("whsec_AAAA").map(|_| ()), Err(SecretError::TooShort));
    assert_eq!(Secret::parse("whsec_not base64!").map(|_| ()), Err(SecretError::NotBase64));
    assert_eq!(format!("{:?}", first()), "Secret");
    let signed = sign("msg_1", BODY, &[first()], NOW).unwrap();
    assert_eq!(verify(headers(&signed), BODY, &[], NOW), Err(WebhookError::NoSecret));
    assert_eq!(sign("msg_1", BODY, &[], NOW), Err(WebhookError::NoSecret));
}

#[test]
fn only_v1_counts_and_one_that_fits_is_enough() {
    let signed = sign("msg_1", BODY, &[first()], NOW).unwrap();
    let with = |signature: &str| {
        verify(Headers { signature: Some(signature), ..headers(&signed) }, BODY, &[first()], NOW).map(|_| ())
    };
    let good = &signed.signature;
    assert_eq!(with(&format!("v1a,AAAA v1,AAAA {good} v2,x")), Ok(()));
    assert_eq!(with(&good.replace("v1,", "v1a,")), Err(WebhookError::Unsupported));
    assert_eq!(with(""), Err(WebhookError::Unsupported));
    assert_eq!(with("v1,"), Err(WebhookError::Signature));
    assert_eq!(with(&good[..good.len() - 4]), Err(WebhookError::Signature));
}

#[test]
fn a_header_that_stands_twice_counts_as_missing() {
    let signed = sign("msg_1", BODY, &[first()], NOW).unwrap();
    let mut map = http::HeaderMap::new();
    map.insert("Webhook-Id", signed.id.parse().unwrap());
    map.insert("webhook-timestamp", signed.timestamp.parse().unwrap());
    map.insert("webhook-signature", signed.signature.parse().unwrap());
    assert!(verify(Headers::of(&map), BODY, &[first()], NOW).is_ok());
    map.append("webhook-id", "msg_2".parse().unwrap());
    let outcome = verify(Headers::of(&map), BODY, &[first()], NOW);
    assert_eq!(outcome, Err(WebhookError::Header("webhook-id")));
}

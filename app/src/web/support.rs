//! Somebody of the institution in a customer's place: pages alone, masked, each noted in the audit log before it leaves.
//!
//! The mask is over the finished page, so that no page can forget it: account numbers and card numbers but for their last
//! digits, and addresses of e-mail.

use super::{Problem, Reason, Services, Visitor};
use axum::{
    body::{Body, to_bytes},
    response::{IntoResponse, Response},
};
use guichet_platform::audit::Action;
use guichet_types::Iban;
use http::{Method, header};

/// Bytes of the largest page.
const MAX_PAGE: usize = 8 << 20;
/// Characters of a number that stay.
const LAST: usize = 4;

/// What somebody who only looks may ask for.
pub(super) fn may(method: &Method, path: &str) -> bool {
    const OWN: [&str; 5] = ["/profile", "/confirm", "/continue", "/admin", "/live"];
    if *method != Method::GET && *method != Method::HEAD {
        return matches!(path, "/admin/support/end" | "/api/sign-out");
    }
    !OWN.iter().any(|prefix| path == *prefix || path.starts_with(&format!("{prefix}/")))
}

/// A page as somebody sees it who looks in a customer's place. What is no page is not given out.
pub(super) async fn shown(services: &Services, visitor: &Visitor, answer: Response) -> Response {
    let page = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if answer.status().is_redirection() || answer.status().is_client_error() {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let public = parts.headers.get(header::CACHE_CONTROL).is_some_and(|kept| kept.as_bytes().starts_with(b"public"));
    if public {
        return Response::from_parts(parts, body);
    }
    if !page {
        return Problem::new(Reason::LooksOnly, visitor).into_response();
    }
    if let Err(problem) = services.note(visitor, visitor.act(Action::SupportViewed)).await {
        return problem.into_response();
    }
    let Ok(bytes) = to_bytes(body, MAX_PAGE).await else {
        return Problem::fault("a page too large to mask").into_response();
    };
    let text = masked(&String::from_utf8_lossy(&bytes));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text))
}

/// A page without what identifies accounts and people elsewhere. Tags stay as they are.
fn masked(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&masked_text(&rest[..start]));
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
        out.push_str(&masked_tag(&rest[start..end]));
        rest = &rest[end..];
    }
    out.push_str(&masked_text(rest));
    out
}

/// A tag: what it links to stays, what it says is masked.
fn masked_tag(tag: &str) -> String {
    let says = ["value=\"", "aria-label=\"", "title=\"", "content=\""];
    let mut tag = tag.to_owned();
    for name in says {
        let Some(start) = tag.find(name).map(|at| at + name.len()) else { continue };
        let Some(length) = tag[start..].find('"') else { continue };
        let masked = masked_text(&tag[start..start + length]);
        tag.replace_range(start..start + length, &masked);
    }
    tag
}

/// Words with long numbers and addresses masked.
fn masked_text(text: &str) -> String {
    let gap = |c: char| c == ' ' || c == '\u{a0}' || c == '\u{202f}' || c == '-';
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_alphanumeric() || at > 0 && letters[at - 1].is_ascii_alphanumeric() {
            out.push(letters[at]);
            at += 1;
            continue;
        }
        match number(&letters[at..], gap).or_else(|| address(&letters[at..])) {
            Some((length, shown)) => {
                out.push_str(&shown);
                at += length;
            }
            None => {
                out.push(letters[at]);
                at += 1;
            }
        }
    }
    out
}

/// An IBAN, or twelve digits and more: how long it is as written, and what is shown of it.
fn number(letters: &[char], gap: impl Fn(char) -> bool) -> Option<(usize, String)> {
    let (mut compact, mut best) = (String::new(), None);
    for (index, letter) in letters.iter().enumerate().take(50) {
        if letter.is_ascii_alphanumeric() {
            compact.push(*letter);
        } else if !gap(*letter) {
            break;
        }
        let ends = letters.get(index + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
        let digits = compact.bytes().all(|byte| byte.is_ascii_digit());
        let long = digits && (12..=24).contains(&compact.len());
        if letter.is_ascii_alphanumeric() && ends && (long || compact.parse::<Iban>().is_ok()) {
            best = Some((index + 1, compact.clone()));
        }
    }
    let (length, compact) = best?;
    Some((length, format!("•••• {}", &compact[compact.len() - LAST..])))
}

/// An address of e-mail.
fn address(letters: &[char]) -> Option<(usize, String)> {
    let part = |c: &char| c.is_alphanumeric() || "._+-".contains(*c);
    let local = letters.iter().take_while(|c| part(c)).count();
    if letters.get(local) != Some(&'@') {
        return None;
    }
    let domain = letters[local + 1..].iter().take_while(|c| part(c)).count();
    (domain > 2).then(|| (local + 1 + domain, format!("{}•••@•••", letters[0])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_cards_and_addresses_are_masked_and_amounts_are_not() {
        for (page, seen) in [
            ("<b>FR76 3000 9021 4400 0481 2370 152</b>", "<b>•••• 0152</b>"),
            ("FR7630009021440004812370152, EUR", "•••• 0152, EUR"),
            ("card 4539 1488 0343 6467 today", "card •••• 6467 today"),
            ("ines.moreau@mail.example", "i•••@•••"),
            ("−1 234 567.89 EUR on 17 November 2026", "−1 234 567.89 EUR on 17 November 2026"),
            (
                "<a href=\"/accounts/0123456789abcdef0123456789abcdef\">x</a>",
                "<a href=\"/accounts/0123456789abcdef0123456789abcdef\">x</a>",
            ),
            ("<input value=\"DE89370400440532013000\">", "<input value=\"•••• 3000\">"),
            ("reference 2026-11-17/0001", "reference 2026-11-17/0001"),
        ] {
            assert_eq!(masked(page), seen);
        }
    }

    #[test]
    fn whoever_only_looks_asks_for_pages_alone() {
        assert!(may(&Method::GET, "/accounts"));
        assert!(may(&Method::POST, "/admin/support/end"));
        for (method, path) in [
            (Method::POST, "/claims/report/begin"),
            (Method::POST, "/api/display"),
            (Method::GET, "/profile"),
            (Method::GET, "/profile/email"),
            (Method::GET, "/admin/people"),
            (Method::GET, "/live"),
        ] {
            assert!(!may(&method, path), "{method} {path}");
        }
    }
}

//! Somebody of the institution in a customer's place: pages alone, masked, each noted in the audit log before it leaves.
//!
//! The mask is over the finished page, so that no page can forget it: account numbers and card numbers but for their last
//! digits, and addresses of e-mail. Numbers of accounts that are no IBAN are looked up, for nothing in them says what they are.

use super::{Problem, Reason, Services, Visitor};
use crate::accounts::store::{Account, list_accounts};
use axum::{
    body::{Body, to_bytes},
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use guichet_platform::{audit::Action, db::DbError};
use guichet_types::Iban;
use http::{Method, header};
use serde_json::Value;

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
    let known = match accounts_of(services, visitor).await {
        Ok(known) => known,
        Err(error) => return Problem::from(error).into_response(),
    };
    let text = Mask { known }.page(&String::from_utf8_lossy(&bytes));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text))
}

/// The customer's accounts that are no IBAN, as letters and figures alone.
async fn accounts_of(services: &Services, visitor: &Visitor) -> Result<Vec<String>, DbError> {
    let Some(session) = &visitor.session else { return Ok(Vec::new()) };
    let scope = session.scope;
    let read = services.db.read(&scope, move |tx| async move { list_accounts(tx, &scope).await }.boxed());
    let other = |account: Account| (account.scheme != "IBAN").then(|| compact(&account.identification));
    Ok(read.await?.into_iter().filter_map(other).filter(|number| number.len() > LAST).collect())
}

fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// What is not shown.
struct Mask {
    /// Numbers that nothing tells by themselves.
    known: Vec<String>,
}

impl Mask {
    /// A page without what identifies accounts and people elsewhere.
    fn page(&self, html: &str) -> String {
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            out.push_str(&self.text(&rest[..start]));
            let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
            out.push_str(&self.tag(&rest[start..end]));
            rest = &rest[end..];
        }
        out.push_str(&self.text(rest));
        out
    }

    /// A tag: what it is and where it leads stays, whatever else it says is masked.
    fn tag(&self, tag: &str) -> String {
        const STAY: [&str; 13] = [
            "href", "src", "id", "class", "for", "action", "name", "d", "points", "viewbox", "datetime", "width",
            "type",
        ];
        let mut out = String::with_capacity(tag.len());
        let mut rest = tag;
        while let Some(at) = rest.find("=\"") {
            let (before, value) = (&rest[..at], &rest[at + 2..]);
            let name = before.rsplit(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default().to_ascii_lowercase();
            let end = value.find('"').unwrap_or(value.len());
            let says = &value[..end];
            out.push_str(before);
            out.push_str("=\"");
            match name.as_str() {
                "data-props" => out.push_str(&self.props(says)),
                name if STAY.contains(&name) || name.starts_with("data-") => out.push_str(says),
                _ => out.push_str(&self.text(says)),
            }
            rest = &value[end..];
        }
        out.push_str(rest);
        out
    }

    /// What an island is given: JSON, escaped. Its texts are masked and its numbers stay, times among them.
    fn props(&self, escaped: &str) -> String {
        let plain = escaped.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        match serde_json::from_str::<Value>(&plain) {
            Ok(mut value) => {
                self.value(&mut value);
                let text = value.to_string();
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
            }
            Err(_) => self.text(escaped),
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.value(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Words with long numbers and addresses masked.
    fn text(&self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while at < letters.len() {
            if !letters[at].is_ascii_alphanumeric() || at > 0 && letters[at - 1].is_ascii_alphanumeric() {
                out.push(letters[at]);
                at += 1;
                continue;
            }
            match self.number(&letters[at..]).or_else(|| address(&letters[at..])) {
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

    /// An IBAN, twelve digits and more, or an account that is known: how long it is as written, and what is shown of it.
    fn number(&self, letters: &[char]) -> Option<(usize, String)> {
        let gap = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '/' | '.');
        let (mut whole, mut best) = (String::new(), None);
        for (index, letter) in letters.iter().enumerate().take(60) {
            if letter.is_ascii_alphanumeric() {
                whole.push(*letter);
            } else if !gap(*letter) {
                break;
            }
            let ends = letters.get(index + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
            let digits = whole.bytes().all(|byte| byte.is_ascii_digit());
            let long =
                digits && (12..=24).contains(&whole.len()) && !letters[..=index].iter().any(|c| "/.".contains(*c));
            let known = || self.known.contains(&whole);
            if letter.is_ascii_alphanumeric() && ends && (long || whole.parse::<Iban>().is_ok() || known()) {
                best = Some((index + 1, whole.clone()));
            }
        }
        let (length, whole) = best?;
        Some((length, format!("•••• {}", &whole[whole.len() - LAST..])))
    }
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

    fn mask() -> Mask {
        Mask { known: vec!["001234X".to_owned()] }
    }

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
            assert_eq!(mask().page(page), seen);
        }
    }

    #[test]
    fn what_a_button_would_copy_is_masked_like_what_is_read_and_times_stay() {
        let island = "<leptos-island data-props=\"{&quot;text&quot;:&quot;FR7630009021440004812370152&quot;,&quot;ends_at&quot;:1794922320123}\">";
        let seen = mask().page(island);
        assert!(seen.contains("&quot;•••• 0152&quot;") && seen.contains("1794922320123"), "{seen}");
        assert!(!seen.contains("3000902144"), "{seen}");
        assert_eq!(
            mask().page("<b data-age=\"1794922320123\" alt=\"4539148803436467\">"),
            "<b data-age=\"1794922320123\" alt=\"•••• 6467\">"
        );
    }

    #[test]
    fn a_number_that_only_the_bank_knows_for_an_account_is_masked_however_it_is_grouped() {
        for written in ["00-1234-X", "00 1234 X", "001234X"] {
            assert_eq!(mask().page(&format!("<td>{written}, EUR</td>")), "<td>•••• 234X, EUR</td>");
        }
        assert_eq!(mask().page("<td>001234</td>"), "<td>001234</td>");
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

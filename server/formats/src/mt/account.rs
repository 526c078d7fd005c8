//! `:25:`, in the ways banks write it: IBAN, bank code and number, BIC and number, with a currency behind.

use crate::record::AccountRef;
use guichet_types::{Currency, Iban, IbanError};

/// The account of a `:25:`; none when it is empty.
pub(super) fn account(text: &str) -> Option<AccountRef> {
    let stated = text.trim();
    if stated.is_empty() {
        return None;
    }
    let (number, currency) = split_currency(stated);
    let (bank, tail) = number.rsplit_once('/').unwrap_or(("", number));
    let whole = AccountRef { id: stated.to_owned(), scheme: "OTHER".to_owned(), currency, ..AccountRef::default() };
    let iban: String = tail.chars().filter(|c| !c.is_whitespace()).collect();
    // Of the right length for its country: an IBAN, even if somebody mistyped it.
    if !matches!(iban.parse::<Iban>(), Ok(_) | Err(IbanError::CheckDigits)) {
        return Some(whole);
    }
    let is_bic = matches!(bank.len(), 8 | 11) && bank.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let stated = (iban != stated).then(|| stated.to_owned());
    Some(AccountRef { id: iban, scheme: "IBAN".to_owned(), bic: is_bic.then(|| bank.to_owned()), stated, ..whole })
}

/// A currency behind the number: `NL62INGB0001212121EUR`, `2121.21.211EUR`, `NL10BUNQ2290325473 EUR`.
fn split_currency(text: &str) -> (&str, Option<Currency>) {
    let at = text.len().saturating_sub(3);
    let Some((number, tail)) = text.split_at_checked(at) else { return (text, None) };
    let after_digit = number.trim_end().ends_with(|c: char| c.is_ascii_digit());
    // The IBANs of some countries end in letters; what is complete is not cut.
    let complete = text.parse::<Iban>().is_ok();
    match tail.parse() {
        Ok(currency) if after_digit && !complete => (number.trim_end(), Some(currency)),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_found_in_every_dress_and_the_text_is_kept() {
        for (text, id, scheme, currency) in [
            ("NL91ABNA0417164300", "NL91ABNA0417164300", "IBAN", None),
            ("NL91 ABNA 0417 1643 00", "NL91ABNA0417164300", "IBAN", None),
            ("NL91ABNA0417164300EUR", "NL91ABNA0417164300", "IBAN", Some("EUR")),
            ("ABNANL2A/NL91ABNA0417164300", "NL91ABNA0417164300", "IBAN", None),
            ("10020030/1234567", "10020030/1234567", "OTHER", None),
            ("2121.21.211EUR", "2121.21.211EUR", "OTHER", Some("EUR")),
            ("TRIODOSBANK/0666666666", "TRIODOSBANK/0666666666", "OTHER", None),
        ] {
            let account = account(text).unwrap_or_default();
            assert_eq!((account.id.as_str(), account.scheme.as_str()), (id, scheme), "{text}");
            assert_eq!(account.currency.map(|c| c.to_string()).as_deref(), currency, "{text}");
            assert_eq!(account.stated.unwrap_or(account.id), text);
        }
        assert_eq!(account(" "), None);
    }
}

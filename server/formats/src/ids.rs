//! Identifiers that check themselves.

use guichet_types::{Iban, IbanError};

/// Why a text is not an IBAN. A country outside of the registry is not verifiable, which is no fault.
pub(crate) fn iban_fault(text: &str) -> Option<IbanError> {
    match text.parse::<Iban>() {
        Ok(_) | Err(IbanError::UnknownCountry) => None,
        Err(error) => Some(error),
    }
}

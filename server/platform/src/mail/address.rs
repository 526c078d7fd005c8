//! An e-mail address, as a type: what a person typed becomes one or is refused, and one is never more than an address.

use std::{fmt, str::FromStr};

/// Bytes of the longest address that SMTP carries (RFC 5321, 4.5.3.1.3, without the brackets).
const MAX_BYTES: usize = 254;

/// An e-mail address. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(lettre::Address);

/// Why a text is no address that a letter can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Longer than SMTP carries.
    #[error("an e-mail address has at most 254 characters")]
    TooLong,
    /// Many servers cannot take it; a domain has a spelling in ASCII (`xn--…`).
    #[error("an e-mail address is written in ASCII here")]
    NotAscii,
    /// Not of the form.
    #[error("this is not an e-mail address")]
    Form,
}

impl Address {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    pub(super) const fn inner(&self) -> &lettre::Address {
        &self.0
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.len() > MAX_BYTES {
            return Err(AddressError::TooLong);
        }
        if !text.is_ascii() {
            return Err(AddressError::NotAscii);
        }
        // A quoted local part could hold anything; nobody's address needs one.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains(['"', '\\', '<', '>', ',', ';']) {
            return Err(AddressError::Form);
        }
        text.parse().map(Self).map_err(|_| AddressError::Form)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<address>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_address_and_nothing_more() {
        for good in ["ines.moreau@mail.example", "a+b@x.example", "o'neil@xn--mller-kva.example", "a@localhost"] {
            assert_eq!(good.parse::<Address>().unwrap().as_str(), good);
        }
        assert_eq!("a@mail.example".parse::<Address>().unwrap().domain(), "mail.example");
        for (bad, why) in [
            ("", AddressError::Form),
            ("ines", AddressError::Form),
            ("@mail.example", AddressError::Form),
            ("a@", AddressError::Form),
            ("a@b@c.example", AddressError::Form),
            ("a b@mail.example", AddressError::Form),
            ("a@mail.example\r\nBcc: b@mail.example", AddressError::Form),
            ("\"a\r\nb\"@mail.example", AddressError::Form),
            ("\"a b\"@mail.example", AddressError::Form),
            ("a@mail.example, b@mail.example", AddressError::Form),
            ("Inès <a@mail.example>", AddressError::NotAscii),
            ("Ines <a@mail.example>", AddressError::Form),
            ("a@müller.example", AddressError::NotAscii),
            (&format!("a@{}.example", "b".repeat(260)), AddressError::TooLong),
        ] {
            assert_eq!(bad.parse::<Address>(), Err(why), "{bad:?}");
        }
        assert_eq!(format!("{:?}", "a@mail.example".parse::<Address>().unwrap()), "<address>");
    }
}

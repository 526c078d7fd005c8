//! The origin that customers know the portal by.

use serde::Deserialize;
use std::{fmt, str::FromStr};

/// Scheme, host and port as a browser writes them in `Origin`: lower case, no default port, no slash at the end.
///
/// `https`, unless the host is this very machine: a browser keeps a `Secure` cookie over plain HTTP only there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin {
    text: String,
    host: std::ops::Range<usize>,
}

/// The text is not an origin that the portal can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin is scheme, host and port, https unless the host is this machine")]
pub struct OriginError;

impl Origin {
    /// `https://portal.bank.example`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `portal.bank.example`, without scheme and port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.text[self.host.clone()]
    }

    /// Whether it is `https`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.text.starts_with("https:")
    }
}

impl FromStr for Origin {
    type Err = OriginError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: http::Uri = text.parse().map_err(|_| OriginError)?;
        let (scheme, authority) = uri.scheme_str().zip(uri.authority()).ok_or(OriginError)?;
        let host = uri.host().ok_or(OriginError)?.to_ascii_lowercase();
        let bare =
            uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@') && !text.contains('#');
        let here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        let default_port = match scheme {
            "https" => 443,
            "http" if here => 80,
            _ => return Err(OriginError),
        };
        // `https://host:` and `https://host:99999` have no port that can be read.
        let port_is_read = authority.port_u16().is_some() || !authority.as_str()[host.len()..].contains(':');
        if !bare || host.is_empty() || !port_is_read {
            return Err(OriginError);
        }
        let start = scheme.len() + "://".len();
        let port = authority.port_u16().filter(|port| *port != default_port).map(|port| format!(":{port}"));
        let text = format!("{scheme}://{host}{}", port.unwrap_or_default());
        Ok(Self { text, host: start..start + host.len() })
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_a_browser_writes_it() {
        let origin: Origin = "https://Portal.Bank.example:443/".parse().unwrap();
        assert_eq!((origin.as_str(), origin.host()), ("https://portal.bank.example", "portal.bank.example"));
        let local: Origin = "http://[::1]:8080".parse().unwrap();
        assert_eq!((local.as_str(), local.host(), local.is_secure()), ("http://[::1]:8080", "[::1]", false));
    }

    #[test]
    fn plain_http_is_for_this_machine_only_and_an_origin_has_no_path() {
        for text in [
            "http://bank.example",
            "https://bank.example/portal",
            "https://bank.example/?a",
            "https://u@bank.example",
            "ftp://localhost",
            "bank.example",
            "https://",
            "",
            "http://localhost.bank.example",
            "https://bank.example:99999",
            "https://bank.example/#a",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError), "{text:?}");
        }
    }
}

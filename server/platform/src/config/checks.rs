//! The checks that a text must pass to be the value of a key. What they let through is said in `keys`.

use crate::mail::Address;
use guichet_types::Locale;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{net::SocketAddr, str::FromStr as _};

pub(super) fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 80 && !text.chars().any(char::is_control)
}

pub(super) fn is_filled(text: &str) -> bool {
    !text.trim().is_empty()
}

pub(super) fn is_path_or_nothing(text: &str) -> bool {
    !text.contains(['\0', '\n'])
}

pub(super) fn is_locale(text: &str) -> bool {
    text.parse::<Locale>().is_ok()
}

pub(super) fn is_address(text: &str) -> bool {
    text.parse::<SocketAddr>().is_ok()
}

pub(super) fn is_database(text: &str) -> bool {
    if let Some(path) = text.strip_prefix("sqlite:") {
        return !path.trim().is_empty();
    }
    let Some(rest) = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")) else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let has_password =
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || rest.contains("password=");
    !rest.is_empty() && !has_password
}

/// `https://host/path`, or `http://` to this machine alone; no user, no fragment.
pub(super) fn is_web_address(text: &str) -> bool {
    let Ok(address) = text.parse::<http::Uri>() else { return false };
    let own = matches!(address.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let scheme = address.scheme_str();
    (scheme == Some("https") || (scheme == Some("http") && own)) && !text.contains(['@', '#', '\n'])
}

/// A name or an address as it stands in a certificate; an IPv6 address without brackets.
pub(super) fn is_host_or_nothing(text: &str) -> bool {
    text.len() <= 253 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'))
}

pub(super) fn is_mail_address_or_nothing(text: &str) -> bool {
    text.is_empty() || text.parse::<Address>().is_ok()
}

/// Whether nobody on the way can read along: SQLite, a socket, this very machine, or TLS with a certificate that is verified.
pub(super) fn is_protected(url: &str) -> bool {
    if url.starts_with("sqlite:") {
        return true;
    }
    // As the driver itself reads it, with what the environment says.
    let Ok(options) = PgConnectOptions::from_str(url) else { return false };
    let own = options.get_socket().is_some()
        || options.get_host().starts_with('/')
        || is_this_machine(options.get_host().trim_matches(['[', ']']));
    let rooted = ["sslrootcert=", "ssl-root-cert=", "ssl-ca="].iter().any(|key| url.contains(key));
    own || match options.get_ssl_mode() {
        PgSslMode::VerifyFull => true,
        PgSslMode::VerifyCa => rooted,
        _ => false,
    }
}

/// The names of this very machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]")
}

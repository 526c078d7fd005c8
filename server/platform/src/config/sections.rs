//! The sections, as the program gets them. What may be written in the file is in `keys`.

use super::{Origin, Secret};
use crate::{
    db::ClientCertificate,
    identity::{Algorithm, Profile},
    mail::Address,
    scanner::{Scanner, ScannerAddress},
    serve::{Cidr, ForwardedHeader},
};
use guichet_types::Locale;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

/// Who runs the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Institution {
    /// The name that customers know it by.
    pub name: String,
    /// What "today" is, and the hours on every screen.
    #[serde(deserialize_with = "zone")]
    pub time_zone: TimeZone,
    /// What readers can choose from; never empty, none twice.
    pub languages: Vec<Locale>,
    /// For readers who ask for none of them; it is one of them.
    pub default_language: Locale,
}

/// Where and how the portal answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port of the portal.
    pub listen: SocketAddr,
    /// The origin that customers type; the only one that may change anything.
    pub public_origin: Origin,
    /// The built files: scripts, styles, icons.
    pub site_dir: PathBuf,
    /// Address and port of the administration, when it has its own.
    #[serde(deserialize_with = "optional")]
    pub admin_listen: Option<SocketAddr>,
    /// The origin that the institution's people type, when the administration has its own address.
    #[serde(deserialize_with = "optional")]
    pub admin_origin: Option<Origin>,
    /// Address and port of the metrics; none when they are off.
    #[serde(deserialize_with = "optional")]
    pub metrics_listen: Option<SocketAddr>,
    /// Connections at once.
    pub max_connections: u32,
    /// Connections at once from one network: an IPv4 /24 or an IPv6 /64.
    pub max_connections_per_network: u32,
    /// Seconds in which the head of a request must have come.
    pub header_timeout_seconds: u32,
    /// Seconds that requests under way get at a shutdown.
    pub drain_seconds: u32,
    /// The networks of the proxies whose word about the client is believed.
    pub trusted_proxies: Vec<Cidr>,
    /// The header in which they give it.
    pub forwarded_header: ForwardedHeader,
}

/// Where the records are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:…` or `postgres://…`, without a password.
    pub url: String,
    /// The file with the password of PostgreSQL.
    #[serde(deserialize_with = "optional")]
    pub password_file: Option<PathBuf>,
    /// The file with the certificate that the portal shows PostgreSQL.
    #[serde(deserialize_with = "optional")]
    pub client_cert_file: Option<PathBuf>,
    /// The file with its key.
    #[serde(deserialize_with = "optional")]
    pub client_key_file: Option<PathBuf>,
    /// Whether a PostgreSQL elsewhere may be spoken to without a verified certificate.
    pub allow_plaintext: bool,
    /// As written; nought means "as suits the machine". See [`Database::readers`].
    pub readers: u32,
}

impl Database {
    /// What the portal shows PostgreSQL in place of a password.
    #[must_use]
    pub fn client(&self) -> Option<ClientCertificate> {
        let (certificate, key) = (self.client_cert_file.clone()?, self.client_key_file.clone()?);
        Some(ClientCertificate { certificate, key })
    }

    /// Readers at once: as written, or two for each core.
    #[must_use]
    pub fn readers(&self) -> u32 {
        if self.readers == 0 { cores().saturating_mul(2) } else { self.readers }
    }
}

/// Files and the back office's inbox.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Where the portal keeps its own files.
    pub dir: PathBuf,
    /// Where the back office puts files for the portal.
    pub inbox: PathBuf,
    /// Milliseconds between two looks into the inbox.
    pub poll_millis: u32,
    /// Mebibytes of the largest file that is taken.
    pub max_file_mebibytes: u32,
}

impl Data {
    /// Bytes of the largest file that is taken.
    #[must_use]
    pub fn max_file_bytes(&self) -> u64 {
        u64::from(self.max_file_mebibytes) << 20
    }
}

/// What the back office sends by webhook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hooks {
    /// The folder with the secrets of each source.
    #[serde(deserialize_with = "optional")]
    pub secrets_dir: Option<PathBuf>,
    /// Mebibytes of the largest webhook.
    pub max_mebibytes: u32,
    /// Webhooks a second from one source.
    pub per_second: u32,
}

impl Hooks {
    /// Bytes of the largest webhook.
    #[must_use]
    pub fn max_bytes(&self) -> usize {
        usize::try_from(u64::from(self.max_mebibytes) << 20).unwrap_or(usize::MAX)
    }
}

/// Files that customers send.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uploads {
    /// The scanner that looks through them; none when they are not looked through.
    #[serde(deserialize_with = "optional")]
    pub scanner: Option<ScannerAddress>,
    /// Seconds for one file.
    pub scanner_timeout_seconds: u32,
}

impl Uploads {
    /// The way to the scanner, where there is one.
    #[must_use]
    pub fn scanner(&self) -> Option<Scanner> {
        let limit = Duration::from_secs(self.scanner_timeout_seconds.into());
        self.scanner.clone().map(|address| Scanner::new(address, limit))
    }
}

/// Where what customers do goes to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// The carrier's address; none for files.
    #[serde(deserialize_with = "optional")]
    pub carrier: Option<http::Uri>,
    /// The insurer's address; none for files.
    #[serde(deserialize_with = "optional")]
    pub insurer: Option<http::Uri>,
    /// Where files are put.
    pub dir: PathBuf,
}

/// Letters to customers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// How they get there.
    pub transport: MailTransport,
    /// The SMTP server; never empty where it is needed.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// The name to sign in with; empty when nobody signs in.
    pub username: String,
    /// The file with its password.
    #[serde(deserialize_with = "optional")]
    pub password_file: Option<PathBuf>,
    /// The file with the certificate that the portal shows the server.
    #[serde(deserialize_with = "optional")]
    pub client_cert_file: Option<PathBuf>,
    /// The file with its key.
    #[serde(deserialize_with = "optional")]
    pub client_key_file: Option<PathBuf>,
    /// The file with the authorities to trust in place of the system's.
    #[serde(deserialize_with = "optional")]
    pub ca_file: Option<PathBuf>,
    /// The name that letters come from, as written; empty means the institution's.
    pub from_name: String,
    /// The address that they come from; there where it is needed.
    #[serde(deserialize_with = "optional")]
    pub from_address: Option<Address>,
    /// Seconds for one letter.
    pub timeout_seconds: u32,
}

/// How letters get to customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// Through an SMTP server.
    Smtp,
    /// They are shown on a page of the demonstration.
    Page,
    /// Not at all.
    None,
}

/// How the connection to the SMTP server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Encrypted from the first byte.
    Tls,
    /// Encrypted before anything is said, or given up.
    Starttls,
    /// Not at all: to this very machine alone.
    None,
}

/// Whose rules hold for signing in, and how long a customer stays signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Whose rules.
    pub profile: Profile,
    /// Minutes without a human act; nought means "as the profile says". See [`Session::idle_seconds`].
    pub idle_minutes: u32,
    /// Seconds before the idle end at which the customer is warned.
    pub warning_seconds: u32,
    /// Hours in all; nought means "as the profile says". See [`Session::absolute_seconds`].
    pub absolute_hours: u32,
    /// Requests a second from one customer.
    pub requests_per_second: u32,
    /// The file with the key that seals secrets; none for the one in the data folder. See [`super::Config::sealing_key`].
    #[serde(deserialize_with = "optional")]
    pub key_file: Option<PathBuf>,
    /// By what they are sealed.
    pub seal_with: Algorithm,
}

impl Session {
    /// Seconds without a human act.
    #[must_use]
    pub fn idle_seconds(&self) -> i64 {
        match self.idle_minutes {
            0 => self.profile.rules().idle_seconds,
            minutes => i64::from(minutes) * 60,
        }
    }

    /// Seconds in all.
    #[must_use]
    pub fn absolute_seconds(&self) -> i64 {
        match self.absolute_hours {
            0 => self.profile.rules().absolute_seconds,
            hours => i64::from(hours) * 3_600,
        }
    }
}

/// What a password hash costs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// KiB of memory.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// As written; nought means "as suits the machine". See [`Password::permits`].
    pub permits: u32,
    /// The file with the pepper.
    #[serde(deserialize_with = "optional")]
    pub pepper_file: Option<PathBuf>,
    /// The file with the pepper from before.
    #[serde(deserialize_with = "optional")]
    pub previous_pepper_file: Option<PathBuf>,
    /// The file with the hashes of leaked passwords.
    #[serde(deserialize_with = "optional")]
    pub breached_file: Option<PathBuf>,
}

impl Password {
    /// Hashes at once: as written, or one for each core but one.
    #[must_use]
    pub fn permits(&self) -> usize {
        let permits = if self.permits == 0 { cores().saturating_sub(1).max(1) } else { self.permits };
        usize::try_from(permits).unwrap_or(usize::MAX)
    }
}

/// The audit log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// The file with the key; none for the one in the data folder. See [`super::Config::audit_key`].
    #[serde(deserialize_with = "optional")]
    pub key_file: Option<PathBuf>,
    /// The file of signed heads; none for the one in the data folder. See [`super::Config::audit_heads`].
    #[serde(deserialize_with = "optional")]
    pub heads_file: Option<PathBuf>,
}

/// What is logged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// What is worth a line: `info`, or `info,sqlx=warn`.
    pub filter: String,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Live streams.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Live {
    /// Hours for which a stream that was cut can be resumed without loss.
    pub retention_hours: u32,
    /// Seconds between two signs of life on a quiet stream.
    pub keep_alive_seconds: u32,
    /// Streams at once in one session.
    pub max_streams_per_session: u32,
    /// Streams at once of pages that need no sign-in.
    pub max_public_streams: u32,
    /// Of those, from one network address.
    pub max_public_streams_per_network: u32,
}

/// How long what is kept of customers stays. A year has 366 days here, so that nothing goes too early.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Years for accounts that nobody holds, with their statements, after the last entry.
    pub statements_years: u32,
    /// Years for portfolios that nobody holds, after the last news.
    pub portfolios_years: u32,
    /// Years for policies and claims that are nobody's, after the last news.
    pub insurance_years: u32,
    /// Days for parcels, after the last news.
    pub parcels_days: u32,
    /// Years for what was found in documents and kept aside of them.
    pub documents_years: u32,
    /// Days for notices of loss that were begun and not sent.
    pub drafts_days: u32,
    /// Days for letters that are done with.
    pub letters_days: u32,
    /// Days for what messages to the back office said.
    pub messages_days: u32,
    /// Days for sessions, after their end.
    pub sessions_days: u32,
    /// Days for browsers, after they were last seen.
    pub devices_days: u32,
    /// Days for looks in a customer's place.
    pub support_days: u32,
}

/// What the `…_file` keys lead to. Never printed.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// From `database.password_file`.
    pub database_password: Option<Secret<String>>,
    /// From `password.pepper_file`.
    pub pepper: Option<Secret<Vec<u8>>>,
    /// From `password.previous_pepper_file`.
    pub previous_pepper: Option<Secret<Vec<u8>>>,
    /// From `mail.password_file`.
    pub mail_password: Option<Secret<String>>,
    /// From `mail.client_cert_file` and `mail.client_key_file`: PEM.
    pub mail_client: Option<(Vec<u8>, Secret<Vec<u8>>)>,
    /// From `mail.ca_file`: PEM.
    pub mail_authority: Option<Vec<u8>>,
    /// From `hooks.secrets_dir`: the secrets of each source, in the order of its file.
    pub hooks: BTreeMap<String, Vec<Secret<String>>>,
}

fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    TimeZone::get(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// An empty text stands for nothing: TOML has no null.
fn optional<'de, D: Deserializer<'de>, T: FromStr<Err: std::fmt::Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

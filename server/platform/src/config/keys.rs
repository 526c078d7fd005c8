//! The table of keys: what may be written, in one place. The reader checks by it and the reference is printed from it.

use super::{
    Origin,
    checks::{
        is_address, is_database, is_filled, is_host_or_nothing, is_locale, is_mail_address_or_nothing, is_name,
        is_path_or_nothing, is_web_address,
    },
};
use crate::{
    identity::{Algorithm, Profile},
    scanner::ScannerAddress,
    serve::{Cidr, ForwardedHeader},
    telemetry,
};
use jiff::tz::TimeZone;
use std::ops::RangeInclusive;

/// What a value looks like.
pub(super) enum Shape {
    /// A text that passes the check.
    Text(fn(&str) -> bool),
    /// A whole number.
    Number(RangeInclusive<u32>),
    /// A list of texts that each pass the check.
    List(fn(&str) -> bool),
    /// Yes or no.
    Flag,
}

/// A key of the file.
pub(super) struct Key {
    /// Its section.
    pub section: &'static str,
    /// Its name in the section.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Its default, as TOML.
    pub default: &'static str,
    /// What it is for; a sentence or a few.
    pub meaning: &'static str,
    /// What it may be, to follow "It takes"; empty for a number, whose range says it.
    pub allowed: &'static str,
}

impl Key {
    /// What it may be, to follow "it takes".
    pub fn takes(&self) -> String {
        match &self.shape {
            Shape::Number(range) => format!("a whole number from {} to {}{}", range.start(), range.end(), self.allowed),
            Shape::Text(_) | Shape::List(_) => self.allowed.to_owned(),
            Shape::Flag => "true or false".to_owned(),
        }
    }

    /// Whether its value could hold a secret by mistake, and so is never repeated.
    pub fn is_delicate(&self) -> bool {
        self.name == "url" || self.name.ends_with("_file") || self.section == "outbox"
    }
}

/// The sections in their order, with what they are for.
pub(super) const SECTIONS: [(&str, &str); 14] = [
    ("institution", "Who runs the portal."),
    ("server", "Where and how the portal answers."),
    ("database", "Where the records are."),
    ("data", "Files and the back office's inbox."),
    ("hooks", "What the back office sends by webhook, signed as Standard Webhooks 1.0 says."),
    ("uploads", "Files that customers send."),
    ("outbox", "Where what customers do goes to: signed webhooks, or files."),
    ("mail", "Letters to customers by e-mail."),
    ("session", "Whose rules hold for signing in, and how long a customer stays signed in."),
    ("password", "What a password hash (argon2id) costs."),
    ("audit", "The audit log: signed every minute, so that nobody can change it unseen."),
    ("log", "What is logged. No personal data is, at any level."),
    ("live", "Live streams to the customers' screens."),
    (
        "retention",
        "How long what is kept of customers stays. What is due goes once an hour, a little at a time. The audit log stays.",
    ),
];

const fn key(
    section: &'static str,
    name: &'static str,
    shape: Shape,
    default: &'static str,
    meaning: &'static str,
    allowed: &'static str,
) -> Key {
    Key { section, name, shape, default, meaning, allowed }
}

use Shape::{Flag, List, Number, Text};

/// All of them, in the order of the reference.
pub(super) const KEYS: [Key; 80] = [
    key(
        "institution",
        "name",
        Text(is_name),
        "\"Guichet\"",
        "The name that customers know the institution by.",
        "a name of at most 80 characters",
    ),
    key(
        "institution",
        "time_zone",
        Text(|text| TimeZone::get(text).is_ok()),
        "\"Europe/Paris\"",
        "What \"today\" is, and the hours on every screen.",
        "a name of the IANA time zone database, like \"Europe/Paris\"",
    ),
    key(
        "institution",
        "languages",
        List(is_locale),
        "[\"en\", \"fr\", \"de\"]",
        "What readers can choose from, in the order of the menu.",
        "one or more of \"en\", \"fr\", \"de\"",
    ),
    key(
        "institution",
        "default_language",
        Text(is_locale),
        "\"en\"",
        "For readers whose browser asks for none of them.",
        "one of institution.languages",
    ),
    key(
        "server",
        "listen",
        Text(is_address),
        "\"127.0.0.1:8080\"",
        "Where the portal listens.",
        "an address and a port, like \"127.0.0.1:8080\" or \"[::]:8080\"",
    ),
    key(
        "server",
        "public_origin",
        Text(|text| text.parse::<Origin>().is_ok()),
        "\"http://localhost:8080\"",
        "What customers type to come here. Only pages of this origin may change anything.",
        "scheme, host and port without a path, like \"https://portal.bank.example\"; http only for localhost, 127.0.0.1 and [::1]",
    ),
    key(
        "server",
        "site_dir",
        Text(is_filled),
        "\"target/site\"",
        "The built files: scripts, styles, icons.",
        "a folder",
    ),
    key(
        "server",
        "admin_listen",
        Text(|text| text.is_empty() || is_address(text)),
        "\"\"",
        "Where the administration listens, apart from the portal: for a network that customers cannot reach. There the \
            institution's people sign in, and nowhere else. Empty: at the same address as the portal.",
        "an address and a port, or nothing",
    ),
    key(
        "server",
        "admin_origin",
        Text(|text| text.is_empty() || text.parse::<Origin>().is_ok()),
        "\"\"",
        "What the institution's people type to come there, where server.admin_listen names an address.",
        "scheme, host and port without a path, or nothing",
    ),
    key(
        "server",
        "metrics_listen",
        Text(|text| text.is_empty() || is_address(text)),
        "\"127.0.0.1:9090\"",
        "Where the metrics are served, in the Prometheus format, apart from the portal. They are for the inside of the house.",
        "an address and a port, or nothing to leave them off",
    ),
    key(
        "server",
        "max_connections",
        Number(1..=1_000_000),
        "10000",
        "Connections at once. Who comes when all are taken is told to come back later. \
         The system must allow the process as many open files and some more.",
        "",
    ),
    key(
        "server",
        "max_connections_per_network",
        Number(1..=1_000_000),
        "1000",
        "Connections at once from one network, an IPv4 /24 or an IPv6 /64. Trusted proxies are not counted.",
        "",
    ),
    key(
        "server",
        "header_timeout_seconds",
        Number(1..=120),
        "10",
        "Seconds in which the head of a request must have come, from the first byte on.",
        "",
    ),
    key(
        "server",
        "drain_seconds",
        Number(0..=600),
        "25",
        "Seconds that requests under way get to finish at a shutdown.",
        "",
    ),
    key(
        "server",
        "trusted_proxies",
        List(|text| text.parse::<Cidr>().is_ok()),
        "[]",
        "The networks of the proxies in front of the portal. Only their word about a client's address is believed.",
        "addresses and networks, like \"10.0.0.0/8\" or \"::1\"",
    ),
    key(
        "server",
        "forwarded_header",
        Text(|text| text.parse::<ForwardedHeader>().is_ok()),
        "\"x-forwarded-for\"",
        "The header in which those proxies write the client's address. The other one is not looked at, because a proxy \
         passes on what it does not know.",
        "\"x-forwarded-for\" or \"forwarded\"",
    ),
    key(
        "database",
        "url",
        Text(is_database),
        "\"sqlite:data/guichet.db\"",
        "The database. SQLite is built in; PostgreSQL is for more than one machine.",
        "\"sqlite:\" and a path, or \"postgres://user@host/name?sslmode=verify-full\" without a password, which belongs into \
         database.password_file",
    ),
    key(
        "database",
        "password_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file that holds the password of PostgreSQL and nothing else.",
        "a file, or nothing",
    ),
    key(
        "database",
        "client_cert_file",
        Text(is_path_or_nothing),
        "\"\"",
        "A certificate in PEM that the portal signs in to PostgreSQL with, in place of a password. It is read for every \
         connection, and so can be renewed while the portal runs.",
        "a file, or nothing",
    ),
    key(
        "database",
        "client_key_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file with its key, in PEM and without a passphrase.",
        "a file, or nothing",
    ),
    key(
        "database",
        "allow_plaintext",
        Flag,
        "false",
        "Whether a PostgreSQL on another machine may be spoken to without a verified certificate. Only where something else \
         protects the way there.",
        "",
    ),
    key(
        "database",
        "readers",
        Number(0..=1_000),
        "0",
        "Readers at once on SQLite, connections on PostgreSQL. Nought is two for each core.",
        "",
    ),
    key("data", "dir", Text(is_filled), "\"data\"", "Where the portal keeps its own files.", "a folder"),
    key(
        "data",
        "inbox",
        Text(is_filled),
        "\"data/inbox\"",
        "Where the back office puts files for the portal.",
        "a folder",
    ),
    key("data", "poll_millis", Number(10..=60_000), "200", "Milliseconds between two looks into the inbox.", ""),
    key(
        "data",
        "max_file_mebibytes",
        Number(1..=65_536),
        "4096",
        "Mebibytes of the largest file that is taken from the inbox.",
        "",
    ),
    key(
        "hooks",
        "secrets_dir",
        Text(is_path_or_nothing),
        "\"\"",
        "The folder with one file for each source, named after it (`carrier` for /hooks/carrier), that holds its secrets, one on \
         a line, each with or without whsec_. All of them are good for what comes in, so that one can be replaced without a \
         gap; the first signs what goes out. Without a folder no webhook is taken.",
        "a folder, or nothing",
    ),
    key("hooks", "max_mebibytes", Number(1..=256), "8", "Mebibytes of the largest webhook.", ""),
    key(
        "hooks",
        "per_second",
        Number(1..=100_000),
        "50",
        "Webhooks a second from one source; twice as many may come at once. Who sends more is told to come back.",
        "",
    ),
    key(
        "uploads",
        "scanner",
        Text(|text| text.is_empty() || text.parse::<ScannerAddress>().is_ok()),
        "\"\"",
        "Where clamd listens, the server of the virus scanner ClamAV. With one, no file is taken that it has not found clean; while \
         it does not answer, none is. It speaks in the clear, so it is on this machine.",
        "a socket like \"unix:/run/clamav/clamd.ctl\", a port of this machine like \"127.0.0.1:3310\", or nothing",
    ),
    key(
        "uploads",
        "scanner_timeout_seconds",
        Number(1..=300),
        "30",
        "Seconds for one file to be looked through, its turn included.",
        "",
    ),
    key(
        "outbox",
        "carrier",
        Text(|text| text.is_empty() || is_web_address(text)),
        "\"\"",
        "Where the carrier takes delivery instructions. Without it they are written as files.",
        "an address like \"https://carrier.example/guichet\" (http only for this machine), or nothing",
    ),
    key(
        "outbox",
        "insurer",
        Text(|text| text.is_empty() || is_web_address(text)),
        "\"\"",
        "Where the insurer takes notices of loss, documents and messages. Without it they are written as files.",
        "an address like \"https://insurer.example/guichet\" (http only for this machine), or nothing",
    ),
    key(
        "outbox",
        "dir",
        Text(is_filled),
        "\"data/outbox\"",
        "Where messages are put as files, in one folder for each destination.",
        "a folder",
    ),
    key(
        "mail",
        "transport",
        Text(|text| matches!(text, "smtp" | "page" | "none")),
        "\"none\"",
        "How letters get to customers: through an SMTP server, or not at all. \"page\" is the demonstration's: it shows every \
         letter, codes and all, to whoever asks, and is refused unless server.public_origin is this very machine.",
        "\"smtp\", \"page\" or \"none\"",
    ),
    key(
        "mail",
        "host",
        Text(is_host_or_nothing),
        "\"\"",
        "The SMTP server. Its certificate must bear this name.",
        "the name or the address of a host, or nothing",
    ),
    key("mail", "port", Number(1..=65_535), "465", "Its port: 465 for \"tls\", mostly 587 for \"starttls\".", ""),
    key(
        "mail",
        "security",
        Text(|text| matches!(text, "tls" | "starttls" | "none")),
        "\"tls\"",
        "How the connection is protected: encrypted from the first byte; encrypted before anything is said, or given up; not at \
         all, which is for a server on this very machine. There is no way from one to another.",
        "\"tls\", \"starttls\" or, where mail.host is localhost, 127.0.0.1 or ::1, \"none\"",
    ),
    key(
        "mail",
        "username",
        Text(|text| text.len() <= 254 && !text.contains(char::is_control)),
        "\"\"",
        "The name to sign in to the server with. Without one nobody signs in.",
        "a name, or nothing",
    ),
    key("mail", "password_file", Text(is_path_or_nothing), "\"\"", "The file with its password.", "a file, or nothing"),
    key(
        "mail",
        "client_cert_file",
        Text(is_path_or_nothing),
        "\"\"",
        "A certificate in PEM that the portal shows the server, which may take its letters for it and ask for no password.",
        "a file, or nothing",
    ),
    key(
        "mail",
        "client_key_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file with its key, in PEM and without a passphrase.",
        "a file, or nothing",
    ),
    key(
        "mail",
        "ca_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The certificates, in PEM, of the authorities that may sign the server's. They take the place of those that the system \
         trusts: no other counts.",
        "a file, or nothing for those of the system",
    ),
    key(
        "mail",
        "from_name",
        Text(|text| text.is_empty() || is_name(text)),
        "\"\"",
        "The name that letters come from. Nothing is institution.name.",
        "a name of at most 80 characters, or nothing",
    ),
    key(
        "mail",
        "from_address",
        Text(is_mail_address_or_nothing),
        "\"\"",
        "The address that letters come from. What bounces comes back to it.",
        "an e-mail address, or nothing",
    ),
    key(
        "mail",
        "timeout_seconds",
        Number(2..=300),
        "30",
        "Seconds for one letter, from the connection to the server's word that it has it.",
        "",
    ),
    key(
        "session",
        "profile",
        Text(|text| text.parse::<Profile>().is_ok()),
        "\"bank-psd2\"",
        "Whose rules hold for signing in: factors, tries, time-outs.",
        "\"bank-psd2\", \"insurer\", \"parcel\" or \"admin\"",
    ),
    key(
        "session",
        "idle_minutes",
        Number(0..=1_440),
        "0",
        "Minutes without a human act after which a customer is signed out; 0 is what the profile says.",
        ", no more than the profile's",
    ),
    key(
        "session",
        "warning_seconds",
        Number(20..=3_600),
        "60",
        "Seconds before that at which the customer is warned.",
        ", less than the idle time",
    ),
    key(
        "session",
        "absolute_hours",
        Number(0..=720),
        "0",
        "Hours after which a customer signs in again, whatever they do; 0 is what the profile says.",
        ", no less than the idle time and no more than the profile's",
    ),
    key(
        "session",
        "requests_per_second",
        Number(1..=1_000_000),
        "10",
        "Requests a second from one customer; sixty times as many may come at once. Who asks faster is told to wait.",
        "",
    ),
    key(
        "session",
        "key_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file with the key that seals authenticator seeds and secrets of webhooks; it is made at the first start. Without it they are lost: keep a copy apart.",
        "a file, or nothing for sealing.key in data.dir",
    ),
    key(
        "session",
        "seal_with",
        Text(|text| text.parse::<Algorithm>().is_ok()),
        "\"aes-256-gcm\"",
        "By what they are sealed. What was sealed by the other one still opens; guichet keys rotate seals it anew.",
        "\"aes-256-gcm\" or \"chacha20-poly1305\"",
    ),
    key("password", "memory_kib", Number(19_456..=4_194_304), "65536", "KiB of memory for one hash.", ""),
    key(
        "password",
        "passes",
        Number(1..=64),
        "3",
        "Passes over that memory. One alone needs password.memory_kib of 47104 or more.",
        "",
    ),
    key("password", "lanes", Number(1..=64), "1", "Lanes of one hash.", ""),
    key(
        "password",
        "permits",
        Number(0..=1_024),
        "0",
        "Hashes at once; their memory is taken together. Nought is one for each core but one.",
        "",
    ),
    key(
        "password",
        "pepper_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file with a secret of 16 bytes or more that goes into every hash, kept apart from the database. \
         Without it no password that was set under it can be checked.",
        "a file, or nothing",
    ),
    key(
        "password",
        "previous_pepper_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file with the pepper from before, when there is a new one. Passwords under it still work and are renewed at the next \
         sign-in; `guichet keys show` says how many are left.",
        "a file, or nothing",
    ),
    key(
        "password",
        "breached_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file with the SHA-1 hashes of passwords that have leaked, one on a line and in their order, as the public download \
         \"Pwned Passwords, ordered by hash\" has them. None of them can be chosen.",
        "a file, or nothing",
    ),
    key(
        "audit",
        "key_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file with the key that signs the end of the audit log; it is made at the first start. Keep a copy apart.",
        "a file, or nothing for audit.key in data.dir",
    ),
    key(
        "audit",
        "heads_file",
        Text(is_path_or_nothing),
        "\"\"",
        "The file that every signed end of the audit log is added to. Best where the portal can only add, or copied away.",
        "a file, or nothing for audit-heads in data.dir",
    ),
    key(
        "log",
        "format",
        Text(|text| matches!(text, "text" | "json")),
        "\"text\"",
        "How a line looks: for people, or one JSON object.",
        "\"text\" or \"json\"",
    ),
    key(
        "log",
        "filter",
        Text(telemetry::is_filter),
        "\"info\"",
        "What is worth a line.",
        "a level (off, error, warn, info, debug, trace), and levels for parts, like \"info,sqlx=warn\"",
    ),
    key(
        "live",
        "retention_hours",
        Number(1..=8_760),
        "72",
        "Hours for which a stream that was cut can be resumed without loss.",
        "",
    ),
    key(
        "live",
        "keep_alive_seconds",
        Number(1..=300),
        "15",
        "Seconds between two signs of life on a quiet stream, less than any proxy's patience.",
        "",
    ),
    key("live", "max_streams_per_session", Number(1..=1_000), "8", "Streams at once in one session.", ""),
    key(
        "live",
        "max_public_streams",
        Number(1..=100_000),
        "1000",
        "Streams at once of pages that need no sign-in: public tracking, shared links.",
        "",
    ),
    key(
        "live",
        "max_public_streams_per_network",
        Number(1..=100_000),
        "20",
        "Of those, streams at once from one network address.",
        "",
    ),
    key(
        "retention",
        "statements_years",
        Number(1..=100),
        "10",
        "Years for which an account that nobody holds any more is kept, with its statements and entries, after the last entry.",
        "",
    ),
    key(
        "retention",
        "portfolios_years",
        Number(1..=100),
        "10",
        "Years for which a portfolio that nobody holds any more is kept, with all that is in it, after the last news of it.",
        "",
    ),
    key(
        "retention",
        "insurance_years",
        Number(1..=100),
        "10",
        "Years for which a policy or a claim that is nobody's any more is kept, with its parts, letters and files, after the last news of it.",
        "",
    ),
    key(
        "retention",
        "parcels_days",
        Number(1..=36500),
        "730",
        "Days for which a parcel is kept after the last news of it, whoever follows it.",
        "",
    ),
    key(
        "retention",
        "documents_years",
        Number(1..=100),
        "10",
        "Years for which findings, pieces that were kept aside and corrections are kept. The documents themselves stay in data.dir, in raw.",
        "",
    ),
    key(
        "retention",
        "drafts_days",
        Number(1..=3650),
        "90",
        "Days for which a notice of loss that was begun and not sent is kept, with its files, after it was last changed.",
        "",
    ),
    key(
        "retention",
        "letters_days",
        Number(1..=3650),
        "90",
        "Days for which it can be looked up to whom a letter went, what it was about and what became of it.",
        "",
    ),
    key(
        "retention",
        "messages_days",
        Number(1..=3650),
        "365",
        "Days after which what a message to the back office said is taken out of it, once it is passed on or given up. That it was sent, and what became of it, stays.",
        "",
    ),
    key("retention", "sessions_days", Number(1..=3650), "90", "Days for which a session is kept after its end.", ""),
    key(
        "retention",
        "devices_days",
        Number(1..=3650),
        "400",
        "Days for which a browser is known that somebody has signed in from, after it was last seen.",
        "",
    ),
    key(
        "retention",
        "support_days",
        Number(1..=3650),
        "1095",
        "Days for which a look in a customer's place is kept, with its reason.",
        "",
    ),
];

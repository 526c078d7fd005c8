//! From a file and an environment to a [`Config`]: every key and value checked, every mistake told with its place.

use super::{
    Config, ConfigError, Database, MailSecurity, MailTransport, Secret, Secrets,
    checks::{is_protected, is_this_machine},
    keys::{KEYS, Key, SECTIONS, Shape},
};
use std::{collections::BTreeMap, ops::Range, path::Path};
use toml::{
    Spanned, Table, Value,
    de::{DeString, DeTable, DeValue},
};

/// The shortest pepper that is worth the name, bytes.
const PEPPER_BYTES: usize = 16;

pub(super) fn load(path: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    let mut reading = Reading { values: Table::new(), problems: Vec::new() };
    for key in &KEYS {
        // Every default is a TOML value of its own, under its own name.
        match format!("v = {}", key.default).parse::<Table>().ok().and_then(|mut table| table.remove("v")) {
            Some(value) => reading.set(key, value),
            None => reading.problems.push(format!("{}.{} has no default", key.section, key.name)),
        }
    }
    if let Some(path) = path {
        match std::fs::read_to_string(path) {
            Ok(text) => reading.file(&path.display().to_string(), &text),
            Err(error) => reading.problems.push(format!("{}: cannot be read: {error}", path.display())),
        }
    }
    let mut env: Vec<_> = env.collect();
    env.sort();
    for (name, value) in env {
        reading.variable(&name, &value);
    }
    reading.finish()
}

struct Reading {
    values: Table,
    problems: Vec<String>,
}

impl Reading {
    fn set(&mut self, key: &Key, value: Value) {
        let section = self.values.entry(key.section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(key.name.to_owned(), value);
        }
    }

    fn file(&mut self, name: &str, text: &str) {
        let at = |span: Range<usize>| {
            let before = text.get(..span.start).unwrap_or(text);
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            format!("{name}:{}:{column}", before.matches('\n').count() + 1)
        };
        let document = match DeTable::parse(text) {
            Ok(document) => document,
            // The parser's own picture of the line could show a secret; its message does not.
            Err(error) => {
                let place = error.span().map_or_else(|| name.to_owned(), at);
                return self.problems.push(format!("{place}: this is not TOML: {}", error.message()));
            }
        };
        for (section, entries) in in_order(document.get_ref()) {
            let title = section.get_ref().as_ref();
            let DeValue::Table(entries) = entries.get_ref() else {
                let hint = nearest(title, KEYS.iter().map(|key| (key.name, format!("{}.{}", key.section, key.name))));
                self.problems.push(format!("{}: {title} stands outside any section{hint}", at(section.span())));
                continue;
            };
            if !SECTIONS.iter().any(|known| known.0 == title) {
                let hint = nearest(title, SECTIONS.iter().map(|known| (known.0, format!("[{}]", known.0))));
                self.problems.push(format!("{}: there is no section [{title}]{hint}", at(section.span())));
                continue;
            }
            for (name, value) in in_order(entries) {
                let place = at(name.span());
                if let Some(key) = self.known(&place, title, name.get_ref()) {
                    self.check(&place, key, plain(value.get_ref()));
                }
            }
        }
    }

    fn variable(&mut self, variable: &str, text: &str) {
        let Some((section, name)) = variable.strip_prefix("GUICHET_").and_then(|rest| rest.split_once("__")) else {
            return;
        };
        let Some(key) = self.known(variable, &section.to_ascii_lowercase(), &name.to_ascii_lowercase()) else { return };
        let value = match key.shape {
            Shape::Text(_) => Value::String(text.to_owned()),
            Shape::Number(_) => text.trim().parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer),
            Shape::Flag => text.trim().parse().map_or_else(|_| Value::String(text.to_owned()), Value::Boolean),
            Shape::List(_) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
            }
        };
        self.check(variable, key, Some(value));
    }

    /// The key, or a problem.
    fn known(&mut self, place: &str, section: &str, name: &str) -> Option<&'static Key> {
        let found = KEYS.iter().find(|key| key.section == section && key.name == name);
        if found.is_none() {
            let full = format!("{section}.{name}");
            let names: Vec<_> = KEYS.iter().map(|key| format!("{}.{}", key.section, key.name)).collect();
            let hint = nearest(&full, names.iter().map(|known| (known.as_str(), known.clone())));
            self.problems.push(format!("{place}: there is no key {full}{hint}"));
        }
        found
    }

    fn check(&mut self, place: &str, key: &Key, value: Option<Value>) {
        let good = match (&key.shape, &value) {
            (Shape::Text(check), Some(Value::String(text))) => check(text),
            (Shape::Number(range), Some(Value::Integer(number))) => {
                u32::try_from(*number).is_ok_and(|n| range.contains(&n))
            }
            (Shape::List(check), Some(Value::Array(items))) => {
                items.iter().all(|item| item.as_str().is_some_and(check))
            }
            (Shape::Flag, Some(Value::Boolean(_))) => true,
            _ => false,
        };
        match value {
            Some(value) if good => self.set(key, value),
            value => {
                let shown =
                    value.filter(|_| !key.is_delicate()).map_or_else(|| "not right".to_owned(), |value| shown(&value));
                self.problems.push(format!(
                    "{place}: {}.{} is {shown}; it takes {}",
                    key.section,
                    key.name,
                    key.takes()
                ));
            }
        }
    }

    /// What only shows when everything is together: rules between keys, and files that must be there.
    fn finish(mut self) -> Result<Config, ConfigError> {
        let config = std::mem::take(&mut self.values).try_into::<Config>();
        let mut config = match config {
            Ok(config) => config,
            Err(error) => {
                self.problems.push(error.message().to_owned());
                return Err(ConfigError { problems: self.problems });
            }
        };
        self.rules(&config);
        self.database_rules(&config);
        self.mail_rules(&config);
        config.secrets = self.secrets(&config);
        if self.problems.is_empty() { Ok(config) } else { Err(ConfigError { problems: self.problems }) }
    }

    fn rules(&mut self, config: &Config) {
        let Config { institution, server, session, password, .. } = config;
        let mut rule = |broken: bool, problem: String| {
            if broken {
                self.problems.push(problem)
            }
        };
        let languages = &institution.languages;
        let tags = languages.iter().map(|locale| locale.tag()).collect::<Vec<_>>().join(", ");
        rule(languages.is_empty(), "institution.languages is empty; it takes at least one language".to_owned());
        rule(
            languages.iter().enumerate().any(|(index, locale)| languages[..index].contains(locale)),
            format!("institution.languages is {tags}; it takes each language once"),
        );
        let default = institution.default_language;
        rule(
            !languages.is_empty() && !languages.contains(&default),
            format!(
                "institution.default_language is \"{}\"; it takes one of institution.languages: {tags}",
                default.tag()
            ),
        );
        let listen = server.listen;
        rule(
            server.admin_listen.is_some() != server.admin_origin.is_some(),
            "server.admin_listen and server.admin_origin belong together: both, or neither".to_owned(),
        );
        rule(
            server.admin_listen == Some(listen) && listen.port() != 0
                || server.admin_origin.as_ref().is_some_and(|origin| origin.as_str() == server.public_origin.as_str()),
            "server.admin_listen and server.admin_origin are those of the portal; the administration takes its own"
                .to_owned(),
        );
        rule(
            server.metrics_listen == Some(listen) && listen.port() != 0,
            format!("server.metrics_listen is \"{listen}\", where the portal listens; it takes an address of its own"),
        );
        let (idle, warning, rules) = (session.idle_seconds(), session.warning_seconds, session.profile.rules());
        let profile = session.profile.name();
        rule(
            i64::from(warning) >= idle,
            format!(
                "session.warning_seconds is {warning}; it takes less than the {idle} seconds of session.idle_minutes"
            ),
        );
        rule(
            session.absolute_seconds() < idle,
            format!("session.absolute_hours is {}; it takes no less than session.idle_minutes", session.absolute_hours),
        );
        rule(
            idle > rules.idle_seconds,
            format!(
                "session.idle_minutes is {}; session.profile \"{profile}\" takes no more than {}",
                session.idle_minutes,
                rules.idle_seconds / 60
            ),
        );
        rule(
            session.absolute_seconds() > rules.absolute_seconds,
            format!(
                "session.absolute_hours is {}; session.profile \"{profile}\" takes no more than {}",
                session.absolute_hours,
                rules.absolute_seconds / 3_600
            ),
        );
        let memory = password.memory_kib;
        rule(
            password.passes == 1 && memory < 47_104,
            format!("password.passes is 1; with password.memory_kib of {memory} it takes at least 2"),
        );
    }

    fn database_rules(&mut self, config: &Config) {
        if !config.database.allow_plaintext && !is_protected(&config.database.url) {
            self.problems.push(
                "database.url names a PostgreSQL on another machine without sslmode=verify-full, or sslmode=verify-ca with \
                 sslrootcert; it takes one of the two, or database.allow_plaintext of true"
                    .to_owned(),
            );
        }
        let Database { url, client_cert_file, client_key_file, .. } = &config.database;
        if client_cert_file.is_some() != client_key_file.is_some() {
            let text =
                "database.client_cert_file and database.client_key_file go together; there is one without the other";
            self.problems.push(text.to_owned());
        }
        if client_cert_file.is_some() && url.starts_with("sqlite:") {
            self.problems.push("database.client_cert_file is for PostgreSQL; database.url names SQLite".to_owned());
        }
    }

    fn mail_rules(&mut self, config: &Config) {
        let Config { mail, server, .. } = config;
        let smtp = mail.transport == MailTransport::Smtp;
        let rules = [
            (
                mail.transport == MailTransport::Page && !is_this_machine(server.public_origin.host()),
                "mail.transport is \"page\", which shows every letter to whoever asks; \
                 it takes a server.public_origin of this very machine",
            ),
            (smtp && mail.host.is_empty(), "mail.host is empty; with mail.transport of \"smtp\" it takes a host"),
            (
                smtp && mail.from_address.is_none(),
                "mail.from_address is empty; with mail.transport of \"smtp\" it takes an address",
            ),
            (
                smtp && mail.security == MailSecurity::None && !is_this_machine(&mail.host),
                "mail.security is \"none\"; that takes a mail.host of localhost, 127.0.0.1 or ::1",
            ),
            (
                mail.username.is_empty() != mail.password_file.is_none(),
                "mail.username and mail.password_file go together; there is one without the other",
            ),
            (
                mail.client_cert_file.is_some() != mail.client_key_file.is_some(),
                "mail.client_cert_file and mail.client_key_file go together; there is one without the other",
            ),
            (
                mail.client_cert_file.is_some() && mail.security == MailSecurity::None,
                "mail.client_cert_file takes a mail.security of \"tls\" or \"starttls\"",
            ),
        ];
        self.problems.extend(rules.into_iter().filter(|rule| rule.0).map(|rule| rule.1.to_owned()));
    }

    fn secrets(&mut self, config: &Config) -> Secrets {
        let mut read = |key: &str, path: Option<&Path>| {
            let path = path?;
            match std::fs::read(path) {
                // An editor ends the last line; the secret does not.
                Ok(bytes) => Some(Secret::new(bytes.trim_ascii_end().to_vec())),
                // Who writes the secret itself here by mistake must not read it in the log.
                Err(error) => {
                    self.problems.push(format!("{key}: the file cannot be read: {error}"));
                    None
                }
            }
        };
        let password = read("database.password_file", config.database.password_file.as_deref());
        let pepper = read("password.pepper_file", config.password.pepper_file.as_deref());
        let previous = read("password.previous_pepper_file", config.password.previous_pepper_file.as_deref());
        let letters = read("mail.password_file", config.mail.password_file.as_deref());
        let authority = read("mail.ca_file", config.mail.ca_file.as_deref());
        let certificate = read("mail.client_cert_file", config.mail.client_cert_file.as_deref());
        let key = read("mail.client_key_file", config.mail.client_key_file.as_deref());
        // The driver reads these by itself; that they are what they should be is seen now and not at the first connection.
        let own = read("database.client_cert_file", config.database.client_cert_file.as_deref());
        let own_key = read("database.client_key_file", config.database.client_key_file.as_deref());
        let text = password.as_ref().map(|bytes| String::from_utf8(bytes.expose().clone()).unwrap_or_default());
        if text.as_ref().is_some_and(String::is_empty) {
            self.problems.push("database.password_file: the file holds no text".to_owned());
        }
        let letters = letters.map(|bytes| String::from_utf8(bytes.expose().clone()).unwrap_or_default());
        if letters.as_ref().is_some_and(String::is_empty) {
            self.problems.push("mail.password_file: the file holds no text".to_owned());
        }
        for (key, pepper) in [("pepper_file", &pepper), ("previous_pepper_file", &previous)] {
            if pepper.as_ref().is_some_and(|pepper| pepper.expose().len() < PEPPER_BYTES) {
                self.problems.push(format!("password.{key}: the file holds fewer than {PEPPER_BYTES} bytes"));
            }
        }
        let certificates = [
            ("mail.ca_file", &authority),
            ("mail.client_cert_file", &certificate),
            ("database.client_cert_file", &own),
        ];
        for (name, pem) in certificates {
            if pem.as_ref().is_some_and(|pem| !holds(pem, "-----BEGIN CERTIFICATE-----")) {
                self.problems.push(format!("{name}: the file holds no certificate in PEM"));
            }
        }
        for (name, pem) in [("mail.client_key_file", &key), ("database.client_key_file", &own_key)] {
            if pem.as_ref().is_some_and(|pem| !holds(pem, " PRIVATE KEY-----") || holds(pem, "ENCRYPTED")) {
                self.problems.push(format!("{name}: the file holds no key in PEM without a passphrase"));
            }
        }
        let hooks = config.hooks.secrets_dir.as_deref().map(|folder| self.hook_secrets(folder)).unwrap_or_default();
        Secrets {
            database_password: text.map(Secret::new),
            pepper,
            previous_pepper: previous,
            mail_password: letters.map(Secret::new),
            mail_client: certificate.map(|pem| pem.expose().clone()).zip(key),
            mail_authority: authority.map(|pem| pem.expose().clone()),
            hooks,
        }
    }

    /// One file for each source, one secret on a line. What a file holds is checked where it is used.
    fn hook_secrets(&mut self, folder: &Path) -> BTreeMap<String, Vec<Secret<String>>> {
        let mut secrets = BTreeMap::new();
        let files = match std::fs::read_dir(folder) {
            Ok(files) => files,
            Err(error) => {
                self.problems.push(format!("hooks.secrets_dir: the folder cannot be read: {error}"));
                return secrets;
            }
        };
        for file in files.flatten() {
            let source = file.file_name().to_string_lossy().into_owned();
            if source.starts_with('.') {
                continue;
            }
            if !source.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
                self.problems.push(format!(
                    "hooks.secrets_dir: {source:?} is no name of a source; it takes small letters, digits and hyphens"
                ));
                continue;
            }
            match std::fs::read_to_string(file.path()) {
                Ok(text) => {
                    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                    secrets.insert(source, lines.map(|line| Secret::new(line.to_owned())).collect());
                }
                Err(error) => self.problems.push(format!("hooks.secrets_dir: {source}: cannot be read: {error}")),
            }
        }
        secrets
    }
}

/// Whether a text stands in a file.
fn holds(file: &Secret<Vec<u8>>, text: &str) -> bool {
    file.expose().windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

/// The entries in the order in which they are written; the parser has them by name.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

/// Texts, whole numbers and lists of texts; nothing else is the value of a key.
fn plain(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::Integer),
        DeValue::Boolean(truth) => Some(Value::Boolean(*truth)),
        DeValue::Array(items) => {
            items.iter().map(|item| plain(item.get_ref())).collect::<Option<_>>().map(Value::Array)
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    let short: String = text.chars().take(80).collect();
    if short.len() < text.len() { short + "…" } else { text }
}

/// `; did you mean …?` when one of the candidates, each a name and how to show it, is near.
fn nearest<'n>(wrong: &str, candidates: impl Iterator<Item = (&'n str, String)>) -> String {
    // Who leaves off the unit means the key all the same.
    let far = |name: &str| if wrong.len() > 3 && name.starts_with(wrong) { 1 } else { distance(wrong, name) };
    let best = candidates.map(|(name, shown)| (far(name), shown)).min_by_key(|(distance, _)| *distance);
    match best {
        Some((distance, shown)) if distance <= (wrong.chars().count() / 3).max(2) => format!("; did you mean {shown}?"),
        _ => String::new(),
    }
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (index, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[index + 1];
            row[index + 1] = changed.min(diagonal + 1).min(row[index] + 1);
        }
    }
    row[right.len()]
}

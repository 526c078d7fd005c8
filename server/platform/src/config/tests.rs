//! What an operator meets: defaults, files, variables, and sentences about mistakes.

use super::*;
use guichet_types::Locale;

fn with(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.toml");
    std::fs::write(&path, text).unwrap();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(Some(&path), env).map_err(|mut error| {
        for problem in &mut error.problems {
            *problem = problem.replace(&format!("{}/", folder.path().display()), "");
        }
        error
    })
}

fn problems(text: &str, env: &[(&str, &str)]) -> Vec<String> {
    with(text, env).unwrap_err().problems
}

#[test]
fn without_a_file_everything_has_its_default() {
    // Fields without a key and keys without a field would both fail here: nothing in the structs has a default of its own.
    let config = Config::default();
    assert_eq!(config.institution.name, "Guichet");
    assert_eq!(config.institution.time_zone.iana_name(), Some("Europe/Paris"));
    assert_eq!(config.institution.languages, Locale::ALL);
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.metrics_listen.unwrap().port(), 9090);
    assert_eq!(config.data.max_file_bytes(), 4 << 30);
    assert_eq!((config.session.idle_seconds(), config.session.absolute_seconds()), (300, 43_200));
    assert!(config.database.readers() >= 2 && config.password.permits() >= 1);
    assert!(config.secrets.pepper.is_none());
}

#[test]
fn the_reference_is_the_defaults_and_names_every_key() {
    let reference = Config::reference();
    assert!(with(&reference, &[]).is_ok());
    let set: String = reference
        .lines()
        .map(|line| line.strip_prefix('#').filter(|key| !key.starts_with('#')).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    let config = with(&set, &[]).unwrap();
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    for key in &keys::KEYS {
        let line = format!("{} = {}", key.name, key.default);
        let section = set.split(&format!("\n[{}]\n", key.section)).nth(1).unwrap().split("\n[").next().unwrap();
        assert_eq!(section.lines().filter(|written| *written == line).count(), 1, "{}.{}", key.section, key.name);
        assert!(key.meaning.ends_with('.') && !key.takes().ends_with('.'), "{}.{}", key.section, key.name);
        assert!(keys::SECTIONS.iter().any(|section| section.0 == key.section), "{}", key.section);
    }
}

#[test]
fn the_environment_wins_over_the_file() {
    let config = with(
        "[server]\nlisten = '[::]:80'\nmax_connections = 1_000\n[institution]\nname = 'Banque de Rouen'",
        &[
            ("GUICHET_SERVER__LISTEN", "127.0.0.1:81"),
            ("GUICHET_INSTITUTION__LANGUAGES", "fr, en"),
            ("GUICHET_SERVER__METRICS_LISTEN", ""),
            ("GUICHET_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,::1"),
            ("GUICHET_LIVE__KEEP_ALIVE_SECONDS", "5"),
            ("GUICHET_TEST_POSTGRES", "off"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen.port(), 81);
    assert_eq!(config.server.max_connections, 1_000);
    assert_eq!(config.server.metrics_listen, None);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert_eq!(config.institution.name, "Banque de Rouen");
    assert_eq!(config.institution.languages, [Locale::Fr, Locale::En]);
    assert_eq!(config.live.keep_alive_seconds, 5);
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let found = problems(
        "color = 1\n[sever]\n[server]\nlisten = \"eight\"\n  listn = 1\nmax_connections = 0\n[log]\nfilter = \"inof\"\n",
        &[
            ("GUICHET_SESSION__IDLE_MINUTES", "soon"),
            ("GUICHET_LIVE__RETENTION", "1"),
            ("GUICHET_DATA__POLL_MILLIS", "-1"),
        ],
    );
    let told = [
        "guichet.toml:1:1: color stands outside any section",
        "guichet.toml:2:2: there is no section [sever]; did you mean [server]?",
        "guichet.toml:4:1: server.listen is \"eight\"; it takes an address and a port, like \"127.0.0.1:8080\" or \"[::]:8080\"",
        "guichet.toml:5:3: there is no key server.listn; did you mean server.listen?",
        "guichet.toml:6:1: server.max_connections is 0; it takes a whole number from 1 to 1000000",
        "guichet.toml:8:1: log.filter is \"inof\"; it takes a level (off, error, warn, info, debug, trace), and levels for \
         parts, like \"info,sqlx=warn\"",
        "GUICHET_DATA__POLL_MILLIS: data.poll_millis is -1; it takes a whole number from 10 to 60000",
        "GUICHET_LIVE__RETENTION: there is no key live.retention; did you mean live.retention_hours?",
        "GUICHET_SESSION__IDLE_MINUTES: session.idle_minutes is \"soon\"; it takes a whole number from 0 to 1440, no more than the profile's",
    ];
    assert_eq!(found, told);
}

#[test]
fn what_is_not_toml_is_told_without_showing_the_line() {
    let found = problems("[database]\nurl = \"postgres://u:hunter2@h/d\n", &[]);
    assert!(found.len() == 1 && found[0].starts_with("guichet.toml:2:"), "{found:?}");
    assert!(!found[0].contains("hunter2"));
    assert_eq!(
        Config::load(Some(Path::new("/nowhere/guichet.toml")), std::iter::empty()).unwrap_err().problems.len(),
        1
    );
}

#[test]
fn keys_that_depend_on_each_other_are_checked_together() {
    let found = problems(
        "[institution]\nlanguages = ['fr', 'fr']\n[server]\nmetrics_listen = '127.0.0.1:8080'\n[session]\nidle_minutes = 61\n\
         warning_seconds = 3600\nabsolute_hours = 1\n[password]\npasses = 1\nmemory_kib = 20000",
        &[],
    );
    let starts = [
        "institution.languages is fr, fr; it takes each",
        "institution.default_language is \"en\"; it takes one of",
        "server.metrics_listen is \"127.0.0.1:8080\"",
        "session.absolute_hours is 1;",
        "session.idle_minutes is 61; session.profile \"bank-psd2\" takes no more than 5",
        "password.passes is 1; with",
    ];
    assert_eq!(found.len(), starts.len(), "{found:?}");
    assert!(found.iter().zip(starts).all(|(problem, start)| problem.starts_with(start)), "{found:?}");
    assert!(problems("[session]\nidle_minutes = 1\nwarning_seconds = 60", &[])[0].contains("less than the 60 seconds"));
    assert!(problems("[institution]\nlanguages = []", &[])[0].contains("at least one language"));
}

#[test]
fn a_secret_is_read_from_its_file_and_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let password = file("password", "hunter2\n");
    let pepper = file("pepper", "0123456789abcdef\n");
    let env = [("GUICHET_DATABASE__PASSWORD_FILE", password.as_str()), ("GUICHET_PASSWORD__PEPPER_FILE", &pepper)];
    let config = with("[database]\nurl = 'postgres://guichet@db/guichet?sslmode=verify-full'", &env).unwrap();
    assert_eq!(config.secrets.database_password.as_ref().unwrap().expose(), "hunter2");
    assert_eq!(config.secrets.pepper.as_ref().unwrap().expose(), b"0123456789abcdef");
    assert!(!format!("{config:?}").contains("hunter2"));

    let short = file("short", "pepper\n");
    let empty = file("empty", "\n");
    let wrong = [("GUICHET_DATABASE__PASSWORD_FILE", empty.as_str()), ("GUICHET_PASSWORD__PEPPER_FILE", &short)];
    assert_eq!(problems("", &wrong).len(), 2);
    let told = problems(
        "",
        &[("GUICHET_PASSWORD__PEPPER_FILE", "hunter2 itself"), ("GUICHET_DATABASE__URL", "postgres://u:hunter2@h/d")],
    );
    assert!(told.len() == 2 && told.iter().all(|problem| !problem.contains("hunter2")), "{told:?}");
}

#[test]
fn letters_need_a_server_that_is_told_nothing_in_the_clear() {
    let smtp = "[mail]\ntransport = 'smtp'\nhost = 'mail.bank.example'\nfrom_address = 'portal@bank.example'\n";
    let config = with(smtp, &[]).unwrap();
    assert_eq!((config.mail.security, config.mail.port), (MailSecurity::Tls, 465));
    assert_eq!(config.mail.from_address.unwrap().as_str(), "portal@bank.example");
    assert!(problems("[mail]\ntransport = 'smtp'\nport = 70000", &[])[0].contains("from 1 to 65535"));
    let starts = ["mail.host is empty", "mail.from_address is empty"];
    let found = problems("[mail]\ntransport = 'smtp'", &[]);
    assert!(found.len() == 2 && found.iter().zip(starts).all(|(told, start)| told.starts_with(start)), "{found:?}");
    for (host, refused) in
        [("mail.bank.example", true), ("10.0.0.7", true), ("localhost", false), ("127.0.0.1", false), ("::1", false)]
    {
        let text = format!("{smtp}security = 'none'\n");
        let found = with(&text, &[("GUICHET_MAIL__HOST", host)]);
        assert_eq!(found.is_err_and(|error| error.problems[0].contains("mail.security")), refused, "{host}");
    }
    for wrong in
        ["from_address = 'nobody'", "host = 'a b'", "security = 'maybe'", "transport = 'dove'", "username = 'ana'"]
    {
        assert_eq!(problems(&format!("[mail]\n{wrong}\n"), &[]).len(), 1, "{wrong}");
    }
    // An authority that is none would leave nobody to trust.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, "not a certificate\n").unwrap();
    let found = problems(&format!("{smtp}ca_file = '{}'\n", file.display()), &[]);
    assert_eq!(found, ["mail.ca_file: the file holds no certificate in PEM"]);
}

#[test]
fn the_page_of_letters_is_for_this_machine_alone() {
    let page = ("GUICHET_MAIL__TRANSPORT", "page");
    assert_eq!(with("", &[page]).unwrap().mail.transport, MailTransport::Page);
    let found = problems("", &[page, ("GUICHET_SERVER__PUBLIC_ORIGIN", "https://portal.bank.example")]);
    assert!(found.len() == 1 && found[0].starts_with("mail.transport is \"page\""), "{found:?}");
}

#[test]
fn a_database_elsewhere_is_reached_by_verified_tls_or_not_at_all() {
    let tried = |url: &str, more: &str| with(&format!("[database]\nurl = \"{url}\"\n{more}"), &[]);
    for url in [
        "sqlite:data/guichet.db",
        "postgres://guichet@localhost/guichet",
        "postgres://guichet@127.0.0.1:5433/guichet?sslmode=disable",
        "postgres://guichet@[::1]/guichet",
        "postgres://guichet@localhost/guichet?host=/run/postgresql",
        "postgres://guichet@%2Frun%2Fpostgresql/guichet",
        "postgres://guichet@db.internal/guichet?sslmode=verify-full",
        "postgres://guichet@db.internal/guichet?sslmode=verify-ca&sslrootcert=/etc/guichet/ca.pem",
    ] {
        assert!(tried(url, "").is_ok(), "{url}: {:?}", tried(url, "").err());
    }
    for url in [
        "postgres://guichet@db.internal/guichet",
        "postgresql://guichet@db.internal/guichet?sslmode=disable",
        "postgres://guichet@10.0.0.4/guichet?sslmode=prefer",
        "postgres://guichet@db.internal/guichet?sslmode=require",
        "postgres://guichet@db.internal/guichet?sslmode=verify-ca",
        "postgres://guichet@localhost/guichet?host=db.internal",
    ] {
        let problems = tried(url, "").unwrap_err().problems;
        assert!(problems.len() == 1 && problems[0].contains("sslmode=verify-full"), "{url}: {problems:?}");
        assert!(tried(url, "allow_plaintext = true").is_ok(), "{url}");
    }
    let found = problems("[database]\nallow_plaintext = 'yes'", &[("GUICHET_DATABASE__ALLOW_PLAINTEXT", "maybe")]);
    assert_eq!(
        found,
        [
            "guichet.toml:2:1: database.allow_plaintext is \"yes\"; it takes true or false",
            "GUICHET_DATABASE__ALLOW_PLAINTEXT: database.allow_plaintext is \"maybe\"; it takes true or false",
        ]
    );
    assert!(with("", &[("GUICHET_DATABASE__ALLOW_PLAINTEXT", "true")]).unwrap().database.allow_plaintext);
}

#[test]
fn a_certificate_to_sign_in_with_is_one_and_has_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let certificate = file("own.crt", "-----BEGIN CERTIFICATE-----\n");
    let key = file("own.key", "-----BEGIN PRIVATE KEY-----\n");
    let shut = file("shut.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    let database = |url: &str, certificate: &str, key: &str| {
        let text =
            format!("[database]\nurl = '{url}'\nclient_cert_file = '{certificate}'\nclient_key_file = '{key}'\n");
        with(&text, &[])
    };
    let url = "postgres://guichet@db.internal/guichet?sslmode=verify-full";
    let client = database(url, &certificate, &key).unwrap().database.client().unwrap();
    assert_eq!(
        (client.certificate.display().to_string(), client.key.display().to_string()),
        (certificate.clone(), key.clone())
    );
    assert!(Config::default().database.client().is_none());
    let mail = |security: &str, certificate: &str, key: &str| {
        let text = format!(
            "[mail]\ntransport = 'smtp'\nhost = 'localhost'\nfrom_address = 'portal@bank.example'\nsecurity = '{security}'\n\
             client_cert_file = '{certificate}'\nclient_key_file = '{key}'\n"
        );
        with(&text, &[])
    };
    assert!(mail("starttls", &certificate, &key).unwrap().secrets.mail_client.is_some());
    for (tried, words) in [
        (database("sqlite:x.db", &certificate, &key), "database.client_cert_file is for PostgreSQL"),
        (database(url, &certificate, ""), "database.client_cert_file and database.client_key_file go together"),
        (database(url, &key, &key), "database.client_cert_file: the file holds no certificate in PEM"),
        (
            database(url, &certificate, &shut),
            "database.client_key_file: the file holds no key in PEM without a passphrase",
        ),
        (database(url, &certificate, "/nowhere/own.key"), "database.client_key_file: the file cannot be read"),
        (mail("none", &certificate, &key), "mail.client_cert_file takes a mail.security of"),
        (mail("tls", "", &key), "mail.client_cert_file and mail.client_key_file go together"),
        (mail("tls", &certificate, &certificate), "mail.client_key_file: the file holds no key in PEM"),
    ] {
        let problems = tried.unwrap_err().problems;
        assert!(problems.len() == 1 && problems[0].starts_with(words), "{words}: {problems:?}");
    }
}

#[test]
fn a_scanner_is_a_socket_or_a_port_of_this_machine() {
    assert!(Config::default().uploads.scanner().is_none());
    let config = with("[uploads]\nscanner = 'unix:/run/clamav/clamd.ctl'\n", &[]).unwrap();
    assert!(config.uploads.scanner().is_some() && config.uploads.scanner_timeout_seconds == 30);
    let found = problems("[uploads]\nscanner = 'clamd.internal:3310'\nscanner_timeout_seconds = 0\n", &[]);
    assert!(
        found.len() == 2 && found[0].contains("uploads.scanner is \"clamd.internal:3310\"; it takes a socket"),
        "{found:?}"
    );
}

//! A PostgreSQL whose certificate does not hold is told nothing: not the user's name, not the database's, and no password.

use crate::{
    db::{ClientCertificate, Db, DbOptions, open::postgres},
    random::SeededRandom,
    testing::{
        self,
        tls::{self, Flaw, Peer, Speaks},
    },
};
use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr as _,
};

/// Connects as the portal does; what the server heard.
async fn said_to(speaks: Speaks, flaw: Flaw, mode: &str) -> (usize, String) {
    let peer = Peer::start(speaks, flaw).await;
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, &peer.authority).unwrap();
    let url = format!(
        "postgres://somebody@localhost:{}/something?sslmode={mode}&sslrootcert={}",
        peer.port,
        authority.display()
    );
    let options = PgConnectOptions::from_str(&url).unwrap().password("hunter2");
    let error = options.connect().await.unwrap_err().to_string();
    (peer.heard(), error)
}

#[tokio::test]
async fn a_database_whose_certificate_does_not_hold_is_told_nothing() {
    let (heard, _) = said_to(Speaks::Postgres, Flaw::None, "verify-full").await;
    assert!(heard > 20, "a good one is spoken to: {heard}");
    for flaw in Flaw::ALL {
        let (heard, error) = said_to(Speaks::Postgres, flaw, "verify-full").await;
        assert_eq!(heard, 0, "{flaw:?}");
        assert!(error.to_lowercase().contains("certificate"), "{flaw:?}: {error}");
    }
    // An authority of one's own stands for the name.
    assert!(said_to(Speaks::Postgres, Flaw::Name, "verify-ca").await.0 > 20);
    assert_eq!(said_to(Speaks::Postgres, Flaw::Authority, "verify-ca").await.0, 0);
}

#[tokio::test]
async fn a_database_without_tls_is_told_nothing_either() {
    for mode in ["verify-full", "verify-ca", "require"] {
        assert_eq!(said_to(Speaks::PlainPostgres, Flaw::None, mode).await.0, 0, "{mode}");
    }
}

#[tokio::test]
async fn a_house_whose_own_authorities_stand_for_the_systems_trusts_no_other() {
    let test = "db::tests::tls::a_house_whose_own_authorities_stand_for_the_systems_trusts_no_other";
    let Some(system) = tls::with_a_system_of_its_own(test) else { return };
    for own in [true, false] {
        let peer = Peer::start(Speaks::Postgres, Flaw::None).await;
        std::fs::write(&system, if own { peer.authority.clone() } else { tls::another_authority() }).unwrap();
        let url = format!("postgres://somebody@localhost:{}/something?sslmode=verify-full", peer.port);
        let options = PgConnectOptions::from_str(&url).unwrap().password("hunter2");
        let error = options.connect().await.unwrap_err().to_string();
        if own {
            assert!(peer.heard() > 20, "{error}");
        } else {
            assert!(peer.heard() == 0 && error.to_lowercase().contains("certificate"), "{error}");
        }
    }
}

/// Writes a certificate and its key where they can be named.
fn shown(folder: &Path, (certificate, key): &(String, String)) -> ClientCertificate {
    let files = ClientCertificate { certificate: folder.join("client.crt"), key: folder.join("client.key") };
    std::fs::write(&files.certificate, certificate).unwrap();
    std::fs::write(&files.key, key).unwrap();
    files
}

#[tokio::test]
async fn a_database_that_asks_for_a_certificate_is_shown_it_and_needs_no_password() {
    let peer = Peer::start(Speaks::AskingPostgres, Flaw::None).await;
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, &peer.authority).unwrap();
    let url = format!(
        "postgres://portal@localhost:{}/portal?sslmode=verify-full&sslrootcert={}",
        peer.port,
        authority.display()
    );
    let mut options = DbOptions::at(url);
    let (mut heard, stranger) = (0, peer.stranger.clone());
    for (identity, is_good) in
        [(None, false), (Some(&stranger), false), (Some(&peer.client), true), (Some(&stranger), false)]
    {
        // The same two files: what is in them is read for every connection.
        options.client = identity.map(|identity| shown(folder.path(), identity));
        postgres(&options).unwrap().connect().await.unwrap_err();
        assert_eq!(peer.heard() > heard, is_good, "{options:?}");
        heard = peer.heard();
    }
}

/// A PostgreSQL of the test's own that lets somebody in by a certificate and by nothing else. It ends with the test.
struct Strict {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
}

impl Strict {
    /// Starts one with these for its own; nothing where there is no PostgreSQL.
    fn start(authority: &str, (certificate, key): &(String, String)) -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
        let Some(programs) = versions.map(|version| version.path().join("bin")).find(|bin| bin.join("initdb").exists())
        else {
            testing::left_out("PostgreSQL to start", "postgresql");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let strict = Self { folder, programs, port };
        let settings = format!(
            "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\nssl_ca_file = 'authority.crt'\nfsync = off\n\
             listen_addresses = 'localhost'\nport = {port}\nunix_socket_directories = '{}'\n",
            strict.folder.path().display()
        );
        strict.run(
            "initdb",
            &["--pgdata=data", "--username=owner", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
        );
        for (name, text) in [
            ("server.crt", certificate.as_str()),
            ("server.key", key.as_str()),
            ("authority.crt", authority),
            ("pg_hba.conf", "local all owner trust\nhostssl all all all cert clientcert=verify-full\n"),
            ("postgresql.conf", settings.as_str()),
        ] {
            std::fs::write(strict.folder.path().join("data").join(name), text).unwrap();
        }
        strict.lend();
        strict.run("pg_ctl", &["start", "--wait", "--silent", "--pgdata=data", "--log=server.log"]);
        for statement in
            ["create role portal login createrole", "create role other login", "create database portal owner portal"]
        {
            let here = strict.folder.path().to_str().unwrap();
            strict.run(
                "psql",
                &["--host", here, "--port", &port.to_string(), "--user=owner", "--dbname=postgres", "-qc", statement],
            );
        }
        Some(strict)
    }

    /// Whether this is root, which PostgreSQL refuses to run as.
    fn is_root() -> bool {
        std::fs::metadata("/proc/self").unwrap().uid() == 0
    }

    /// Gives the folder to whom the server runs as; a key must be readable for nobody else.
    fn lend(&self) {
        let folder = self.folder.path();
        let modes = Command::new("chmod").args(["-R", "go="]).arg(folder).status().unwrap();
        assert!(
            modes.success()
                && (!Self::is_root()
                    || Command::new("chown").args(["-R", "postgres"]).arg(folder).status().unwrap().success())
        );
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        self.lend();
        let status = self.command(program).args(arguments).status().unwrap();
        assert!(status.success(), "{program} {arguments:?}");
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = Command::new(if Self::is_root() { Path::new("runuser") } else { program.as_path() });
        if Self::is_root() {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        command.current_dir(self.folder.path()).stdout(Stdio::null());
        command
    }
}

impl Drop for Strict {
    fn drop(&mut self) {
        let _ = self.command("pg_ctl").args(["stop", "--mode=immediate", "--silent", "--pgdata=data"]).status();
    }
}

#[tokio::test]
async fn postgresql_lets_the_portal_in_by_its_certificate_and_nobody_else() {
    let (authority, [server, portal, other]) = tls::household(["localhost", "portal", "other"]);
    let Some(strict) = Strict::start(&authority, &server) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &authority).unwrap();
    let address = format!("localhost:{}/portal?sslmode=verify-full&sslrootcert={}", strict.port, file.display());
    let mut options = DbOptions::at(format!("postgres://portal@{address}"));
    let (_, [stranger]) = tls::household(["portal"]);
    for (identity, password) in [(None, None), (None, Some("hunter2")), (Some(&other), None), (Some(&stranger), None)] {
        options.client = identity.map(|identity| shown(folder.path(), identity));
        options.password = password.map(str::to_owned);
        assert!(postgres(&options).unwrap().connect().await.is_err(), "{options:?}");
    }
    options.password = None;
    options.client = Some(shown(folder.path(), &portal));
    let db = Db::open(&options, &SeededRandom::new(1)).await.unwrap();
    db.close().await;
    options.url = format!("postgres://other@{address}");
    assert!(postgres(&options).unwrap().connect().await.is_err(), "a certificate is for one name");
}

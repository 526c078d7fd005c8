//! A real SMTP server for a test, in a process of its own, with certificates made for the moment.

use super::super::{Sender, Smtp, SmtpOptions};
use crate::config::{MailSecurity, Secret};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair};
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/mail/tests/smtp_peer.py");

/// How a server is set up.
#[derive(Clone, Copy)]
pub struct Manner {
    /// `takes`, `later`, `refuses`, `refuses-data`, `tarpit`, `cut`.
    pub behaviour: &'static str,
    /// `starttls`, `tls`, `stripped`.
    pub tls: &'static str,
    /// The host that its certificate is for.
    pub named: &'static str,
    /// Name and password, where it asks for them.
    pub sign_in: Option<(&'static str, &'static str)>,
    /// Whether it takes letters of nobody but who shows a certificate.
    pub asks: bool,
}

pub const GOOD: Manner = Manner { behaviour: "takes", tls: "starttls", named: "localhost", sign_in: None, asks: false };

/// A letter as the server got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    pub sender: String,
    pub recipients: Vec<String>,
    pub bytes: String,
}

impl Got {
    /// The head, without folds.
    pub fn headers(&self) -> Vec<String> {
        let head = self.bytes.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        head.split("\r\n").map(str::to_owned).collect()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        self.headers().iter().find_map(|line| line.strip_prefix(&start)).unwrap_or_default().to_owned()
    }
}

/// A running server. It ends with the test.
pub struct Peer {
    child: Child,
    said: Arc<Mutex<Vec<serde_json::Value>>>,
    pub port: u16,
    pub authority: Vec<u8>,
    /// A certificate that it takes letters for, where it asks for one, and its key.
    client: Option<(Vec<u8>, Secret<Vec<u8>>)>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python that has aiosmtpd; Debian's package brings it to the system's own.
fn python() -> &'static str {
    let found = ["/usr/bin/python3", "python3"].into_iter().find(|python| {
        let tried = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    });
    found
        .expect("no SMTP server to test against: run `scripts/bootstrap test`, or install the package python3-aiosmtpd")
}

/// A certificate for `named` and its key, another one for a client, and the authority that has signed both: all in PEM.
fn certificates(named: &str) -> [String; 5] {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let signed = |named: &str| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![named.to_owned()]).unwrap();
        // Who is called what the authority is called has signed itself, for some readers.
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, named);
        (params.signed_by(&key, &issuer).unwrap().pem(), key.serialize_pem())
    };
    let ((certificate, key), (client, client_key)) = (signed(named), signed("portal.bank.example"));
    [certificate, key, client, client_key, issuer.pem()]
}

impl Peer {
    /// Starts a server on a free port.
    pub fn start(folder: &Path, manner: Manner) -> Self {
        Self::start_at(folder, manner, 0)
    }

    /// Starts a server on this port.
    pub fn start_at(folder: &Path, manner: Manner, port: u16) -> Self {
        let [certificate, key, client, client_key, authority] = certificates(manner.named);
        let file = |name: &str, text: &str| -> PathBuf {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut command = Command::new(python());
        command.arg(PROGRAM).arg(port.to_string()).args([manner.behaviour, manner.tls]);
        command.args([file("peer.crt", &certificate), file("peer.key", &key)]);
        if let Some((name, password)) = manner.sign_in {
            command.args([name, password]);
        }
        if manner.asks {
            command.env("CLIENT_AUTHORITY", file("authority.crt", &authority));
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.next().expect("the SMTP server starts").unwrap();
        let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
        let said = Arc::<Mutex<Vec<serde_json::Value>>>::default();
        let heard = said.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                heard.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        let port = u16::try_from(ready["port"].as_u64().unwrap()).unwrap();
        let client = manner.asks.then(|| (client.into_bytes(), Secret::new(client_key.into_bytes())));
        Self { child, said, port, authority: authority.into_bytes(), client }
    }

    /// Everything that was said to it, after it has had the time to say so.
    pub fn said(&self) -> Vec<serde_json::Value> {
        std::thread::sleep(Duration::from_millis(150));
        self.said.lock().unwrap().clone()
    }

    /// The letters that it got.
    pub fn letters(&self) -> Vec<Got> {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let said = self.said();
        let letters = said.iter().filter(|what| what["said"] == "letter").map(|what| Got {
            sender: text(&what["sender"]),
            recipients: what["recipients"].as_array().unwrap().iter().map(text).collect(),
            bytes: String::from_utf8(STANDARD.decode(what["bytes"].as_str().unwrap()).unwrap()).unwrap(),
        });
        letters.collect()
    }

    /// The way to it, as a portal that trusts its authority goes.
    pub fn way(&self, security: MailSecurity) -> SmtpOptions {
        SmtpOptions {
            host: "localhost".to_owned(),
            port: self.port,
            security,
            sign_in: None,
            client: self.client.clone(),
            authority: Some(self.authority.clone()),
            sender: sender(),
            hello: "portal.bank.example".to_owned(),
            timeout: Duration::from_secs(5),
        }
    }
}

/// Who the tests' letters come from.
pub fn sender() -> Sender {
    Sender { name: "Banque des Quais".to_owned(), address: "portal@bank.example".parse().unwrap() }
}

/// A name and a password to sign in with.
pub fn sign_in(name: &str, password: &str) -> Option<(String, Secret<String>)> {
    Some((name.to_owned(), Secret::new(password.to_owned())))
}

/// The way of these options.
pub fn smtp(options: SmtpOptions) -> Arc<Smtp> {
    Arc::new(Smtp::new(options).unwrap())
}

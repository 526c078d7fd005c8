//! Hands letters to an SMTP server, with its certificate validated, or on this very machine. There is no way from a
//! connection that should be encrypted to one that is not.
//!
//! Connections are this module's own and not lettre's pool: a letter that is given up in the middle takes its connection with
//! it, so that nothing of it can get into the next one; and every step is within one bound of time.

use super::{
    Sender,
    message::{Content, compose},
};
use crate::config::Secret;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, CertificateStore, Identity, TlsParameters},
    extension::ClientId,
};
use std::{error::Error as _, fmt, io, time::Duration};
use tokio::sync::Mutex;

pub use crate::config::MailSecurity as Security;

/// How long a server may take to say good-bye.
const GOODBYE: Duration = Duration::from_secs(2);

/// Which server, and how.
#[derive(Clone, Debug)]
pub struct SmtpOptions {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Name and password.
    pub sign_in: Option<(String, Secret<String>)>,
    /// The certificate that the portal shows the server, and its key, in PEM.
    pub client: Option<(Vec<u8>, Secret<Vec<u8>>)>,
    /// The authorities to trust, in PEM, and no other; those of the system when there is none.
    pub authority: Option<Vec<u8>>,
    /// Who letters come from.
    pub sender: Sender,
    /// What the portal calls itself to the server.
    pub hello: String,
    /// For one letter, from the connection to the server's word that it has it.
    pub timeout: Duration,
}

/// Why there is no way to the server.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The certificate to trust is none, or the name of the server cannot stand in one.
    #[error("mail.ca_file or mail.host cannot be used: {0}")]
    Tls(Error),
    /// The certificate to show is none, or its key is none.
    #[error("mail.client_cert_file or mail.client_key_file cannot be used: {0}")]
    Client(String),
}

/// Why a letter was not sent: a class and a number, never what anybody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server refuses it for good: 5xx.
    Refused(u16),
    /// The server does not take it now: 4xx.
    Later(u16),
    /// The server does not let us in: a matter of the configuration, not of the letter.
    SignIn(u16),
    /// The connection cannot be encrypted, or the certificate does not hold.
    Tls,
    /// It took too long.
    Timeout,
    /// There is no connection, or it broke.
    Connection,
    /// The server hangs up in the middle, or says something that is not SMTP.
    Answer,
    /// The letter cannot be put on its way: its address or its row is damaged.
    Unfit,
    /// Mail is off.
    Off,
}

impl Failure {
    /// Whether trying again is of no use.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Refused(_) | Self::Unfit | Self::Off)
    }

    fn of(error: &Error) -> Self {
        let code = error.status().map_or(0, u16::from);
        if error.is_permanent() {
            return Self::Refused(code);
        }
        if error.is_transient() {
            return Self::Later(code);
        }
        if error.is_response() {
            return Self::Answer;
        }
        if error.is_client() {
            return Self::Unfit;
        }
        let mut source = error.source();
        while let Some(cause) = source {
            // What rustls finds wrong with a certificate comes as an I/O error of this kind.
            if cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::InvalidData) {
                return Self::Tls;
            }
            source = cause.source();
        }
        if error.is_tls() { Self::Tls } else { Self::Connection }
    }

    /// The same before there is a letter: whatever the server says then, it is not about the letter.
    fn before_a_letter(error: &Error) -> Self {
        match Self::of(error) {
            Self::Refused(code) => Self::Later(code),
            Self::Unfit => Self::Answer,
            other => other,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => write!(f, "refused {code}"),
            Self::Later(code) => write!(f, "later {code}"),
            Self::SignIn(code) => write!(f, "sign-in {code}"),
            Self::Tls => f.write_str("tls"),
            Self::Timeout => f.write_str("timeout"),
            Self::Connection => f.write_str("connection"),
            Self::Answer => f.write_str("answer"),
            Self::Unfit => f.write_str("unfit"),
            Self::Off => f.write_str("off"),
        }
    }
}

/// What the portal shows the server. Despite its name, the library takes the certificate for DER with this TLS (0.11.23); a test
/// notices when it no longer does.
fn identity(certificate: &[u8], key: &Secret<Vec<u8>>) -> Result<Identity, SmtpError> {
    let text = str::from_utf8(certificate).unwrap_or_default();
    let inner = text.split("-----BEGIN CERTIFICATE-----").nth(1).and_then(|rest| rest.split("-----END").next());
    let digits: String = inner.unwrap_or_default().split_whitespace().collect();
    let der = STANDARD.decode(digits).map_err(|error| SmtpError::Client(error.to_string()))?;
    Identity::from_pem(&der, key.expose()).map_err(|error| SmtpError::Client(error.to_string()))
}

/// A way to an SMTP server.
pub struct Smtp {
    options: SmtpOptions,
    tls: Option<TlsParameters>,
    hello: ClientId,
    /// Connections that a letter went over whole.
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("host", &self.options.host).finish_non_exhaustive()
    }
}

impl Smtp {
    /// A way to the server of the options. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When the name or the certificate cannot be used.
    pub fn new(options: SmtpOptions) -> Result<Self, SmtpError> {
        let tls = match options.security {
            Security::None => None,
            Security::Tls | Security::Starttls => {
                let mut tls = TlsParameters::builder(options.host.clone());
                if let Some(pem) = &options.authority {
                    let authorities = Certificate::from_pem(pem).map_err(SmtpError::Tls)?;
                    // In place of those of the system: who has an authority of one's own has not asked for a hundred others.
                    tls = tls.certificate_store(CertificateStore::None).add_root_certificate(authorities);
                }
                if let Some((certificate, key)) = &options.client {
                    tls = tls.identify_with(identity(certificate, key)?);
                }
                Some(tls.build_rustls().map_err(SmtpError::Tls)?)
            }
        };
        let hello = ClientId::Domain(options.hello.clone());
        Ok(Self { options, tls, hello, idle: Mutex::default() })
    }

    /// How long one letter may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.options.timeout
    }

    /// Sends a letter, once.
    pub(super) async fn send(&self, content: &Content<'_>) -> Result<(), Failure> {
        let (envelope, bytes) = compose(&self.options.sender, content)?;
        let sending = async {
            let idle = self.idle.lock().await.pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            connection.send(&envelope, &bytes).await.map_err(|error| Failure::of(&error))?;
            Ok(connection)
        };
        let connection = tokio::time::timeout(self.options.timeout, sending).await.unwrap_or(Err(Failure::Timeout))?;
        self.idle.lock().await.push(connection);
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let SmtpOptions { host, port, security, sign_in, .. } = &self.options;
        let at_once = self.tls.clone().filter(|_| *security == Security::Tls);
        // A name may have several addresses, and the first may be silent.
        let patience = Some(self.options.timeout / 2);
        let to = (host.as_str(), *port);
        let connecting = AsyncSmtpConnection::connect_tokio1(to, patience, &self.hello, at_once, None);
        let mut connection = connecting.await.map_err(|error| Failure::before_a_letter(&error))?;
        if let Some(tls) = self.tls.clone().filter(|_| *security == Security::Starttls) {
            // A server that does not offer it, or somebody in between who says so, is told nothing.
            connection.starttls(tls, &self.hello).await.map_err(|error| match Failure::before_a_letter(&error) {
                Failure::Connection => Failure::Connection,
                _ => Failure::Tls,
            })?;
        }
        if self.tls.is_some() && !connection.is_encrypted() {
            return Err(Failure::Tls);
        }
        if let Some((name, password)) = sign_in {
            let credentials = Credentials::new(name.clone(), password.expose().clone());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(|error| {
                match Failure::of(&error) {
                    Failure::Refused(code) => Failure::SignIn(code),
                    Failure::Unfit => Failure::SignIn(0),
                    other => other,
                }
            })?;
        }
        Ok(connection)
    }

    /// Says good-bye on every idle connection.
    pub(super) async fn rest(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().await);
        let goodbyes = idle.into_iter().map(|mut connection| async move {
            // It has every letter; how it ends is its own affair.
            let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        });
        futures::future::join_all(goodbyes).await;
    }
}

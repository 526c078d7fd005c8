//! A server that speaks TLS with a certificate of a test's choice, and notes whether a client said anything once the connection
//! was up. What a client says to a server whose certificate does not hold, it has said to anybody.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, date_time_ymd,
};
use std::{
    net::Ipv4Addr,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
        server::WebPkiClientVerifier,
    },
};

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    None,
    /// It is over.
    Expired,
    /// It has not begun.
    Early,
    /// It is another host's.
    Name,
    /// An authority that nobody trusts has signed it.
    Authority,
    /// It has signed itself.
    Itself,
}

impl Flaw {
    /// All that is wrong.
    pub(crate) const ALL: [Self; 5] = [Self::Expired, Self::Early, Self::Name, Self::Authority, Self::Itself];
}

/// What the server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// TLS from the first byte, and thanks for whatever is sent.
    Https,
    /// PostgreSQL: TLS after it was asked for.
    Postgres,
    /// PostgreSQL that lets nobody in without a certificate of the same authority.
    AskingPostgres,
    /// PostgreSQL that has no TLS.
    PlainPostgres,
}

/// Runs the test of this name once more in a process of its own, for which a file holds all authorities that the system trusts.
/// There the file is given back, to be filled before anything is connected to; the test that asked for it has nothing more to do.
pub(crate) fn with_a_system_of_its_own(test: &str) -> Option<PathBuf> {
    if let Some(file) = std::env::var_os("GUICHET_TEST_SYSTEM") {
        return Some(file.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("system.pem");
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", test, "--nocapture"]).env("SSL_CERT_FILE", &file).env("GUICHET_TEST_SYSTEM", &file);
    let output = again.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
    None
}

/// An authority that has signed nothing, in PEM.
pub(crate) fn another_authority() -> String {
    authority().pem()
}

/// An authority, and a certificate for each name with its key, which it has signed: all in PEM.
pub(crate) fn household<const N: usize>(names: [&str; N]) -> (String, [(String, String); N]) {
    let issuer = authority();
    let signed = names.map(|name| identity(&issuer, name));
    (issuer.pem(), signed)
}

/// A certificate of an authority that nobody knows, and its key, in PEM.
pub(crate) fn another_identity() -> (Vec<u8>, crate::config::Secret<Vec<u8>>) {
    let (certificate, key) = identity(&authority(), "portal");
    (certificate.into_bytes(), crate::config::Secret::new(key.into_bytes()))
}

/// A running server.
pub(crate) struct Peer {
    pub port: u16,
    /// The authority that a client is to trust, in PEM.
    pub authority: String,
    /// A certificate for a client that the server takes, and its key, in PEM.
    pub client: (String, String),
    /// The same of an authority that the server does not know.
    pub stranger: (String, String),
    heard: Arc<AtomicUsize>,
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate that `issuer` has signed for somebody, and its key, in PEM.
fn identity(issuer: &CertifiedIssuer<'static, KeyPair>, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    // PostgreSQL goes by the common name.
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.signed_by(&key, issuer).unwrap().pem(), key.serialize_pem())
}

impl Peer {
    /// Starts one.
    pub(crate) async fn start(speaks: Speaks, flaw: Flaw) -> Self {
        let (trusted, other) = (authority(), authority());
        let name = if flaw == Flaw::Name { "elsewhere.example" } else { "localhost" };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match flaw {
            Flaw::Expired => {
                (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1))
            }
            Flaw::Early => {
                (params.not_before, params.not_after) = (date_time_ymd(2090, 1, 1), date_time_ymd(2091, 1, 1))
            }
            _ => {}
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match flaw {
            Flaw::Itself => params.self_signed(&key),
            Flaw::Authority => params.signed_by(&key, &other),
            _ => params.signed_by(&key, &trusted),
        };
        let chain = vec![CertificateDer::from(certificate.unwrap().der().to_vec())];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let config = if speaks == Speaks::AskingPostgres {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(trusted.der().to_vec())).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            config.with_no_client_auth()
        };
        let config = config.with_single_cert(chain, key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let counter = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, speaks, acceptor.clone(), counter.clone()));
            }
        });
        Self {
            port,
            authority: trusted.pem(),
            client: identity(&trusted, "portal"),
            stranger: identity(&other, "portal"),
            heard,
        }
    }

    /// Bytes that clients have said inside, or in the clear where there is no inside.
    pub(crate) fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, speaks: Speaks, acceptor: TlsAcceptor, heard: Arc<AtomicUsize>) {
    if speaks != Speaks::Https {
        // The request for TLS: eight bytes that say nothing of anybody.
        let mut request = [0; 8];
        if stream.read_exact(&mut request).await.is_err() {
            return;
        }
        let answer: &[u8] = if speaks == Speaks::PlainPostgres { b"N" } else { b"S" };
        if stream.write_all(answer).await.is_err() {
            return;
        }
        if speaks == Speaks::PlainPostgres {
            return listen(&mut stream, &heard, b"").await;
        }
    }
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let thanks: &[u8] = if speaks == Speaks::Https { b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" } else { b"" };
    listen(&mut stream, &heard, thanks).await;
}

async fn listen(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), heard: &AtomicUsize, thanks: &[u8]) {
    let mut bytes = [0; 4_096];
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        heard.fetch_add(count, Ordering::SeqCst);
        if thanks.is_empty() || stream.write_all(thanks).await.is_err() {
            return;
        }
    }
}

//! One signed request to the back office, within bounds of time and size.

use crate::{config::Secret, webhook};
use bytes::Bytes;
use guichet_types::Timestamp;
use http::{Method, Request, header};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{io, time::Duration};

/// From the first byte of the request to the head of the answer.
const PATIENCE: Duration = Duration::from_secs(15);

impl std::fmt::Debug for Poster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Poster").finish_non_exhaustive()
    }
}

/// Posts signed messages. Redirects are not followed: a back office is where the configuration says.
#[derive(Clone)]
pub struct Poster {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Poster {
    /// With the certificates that this system trusts.
    ///
    /// # Errors
    /// When it has none.
    pub fn new() -> io::Result<Self> {
        let connector = HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector);
        Ok(Self { client })
    }

    /// With this authority alone, in PEM.
    #[cfg(all(test, feature = "testing"))]
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    pub(super) fn trusting(authority: &str) -> Self {
        use tokio_rustls::rustls::{
            ClientConfig, RootCertStore,
            crypto::ring,
            pki_types::{CertificateDer, pem::PemObject as _},
        };
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(std::sync::Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build();
        Self { client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Posts a message, stamped with `now` and signed. Whatever is not a status of success is a failure.
    ///
    /// # Errors
    /// Why it was not taken, in a sentence for the operator.
    pub async fn post(
        &self,
        address: &http::Uri,
        secret: &Secret<String>,
        id: &str,
        now: Timestamp,
        payload: impl Into<Bytes>,
    ) -> Result<(), String> {
        let payload = payload.into();
        let seconds = now.millis().div_euclid(1_000);
        let signature = webhook::sign(secret.expose(), id, seconds, &payload).map_err(|error| error.to_string())?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(Full::new(payload))
            .map_err(|error| error.to_string())?;
        let answer = tokio::time::timeout(PATIENCE, self.client.request(request)).await;
        let answer = answer.map_err(|_| format!("no answer within {} seconds", PATIENCE.as_secs()))?;
        let status = answer.map_err(|error| error.to_string())?.status();
        if status.is_success() { Ok(()) } else { Err(format!("answered {status}")) }
    }
}

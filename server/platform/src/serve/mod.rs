//! The server loop: connections are accepted, limited, watched, and let go at a shutdown.
//!
//! `axum::serve` sets no timer, so one slow client holds a connection for ever and a shutdown never ends. This loop gives
//! every connection a deadline for the head of a request and for idling (`connection`), for a body that drips and for a
//! reader that does not read (`slow`); it refuses a request that leaves unclear where it ends (`framing`); it bounds how many
//! connections there are, in all and from one network (`limits`); and it drains: no new connection, `GOAWAY` or
//! `connection: close` on the open ones, what is under way may finish, and what has not finished in time is cut.

mod connection;
mod framing;
mod limits;
mod overload;
mod peer;
mod slow;
#[cfg(test)]
mod tests;

use crate::config;
use axum::Router;
use connection::Shared;
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto,
};
use limits::Limits;
use prometheus_client::metrics::gauge::Gauge;
use std::{
    io::{self, Write as _},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use overload::{Overload, Overloadable, overload};
pub use peer::{Cidr, CidrError, ForwardedHeader, ForwardedHeaderError, Peer};

/// The largest head of a request, bytes.
const HEAD_BYTES: u32 = 16 * 1_024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 100;
/// How often an HTTP/2 client is asked whether it is still there, and how long it has to say so.
const PING: Duration = Duration::from_secs(20);
/// What a connection is told for which there is no place.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// How connections are treated.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// In which the head of a request must have come.
    pub header_timeout: Duration,
    /// After which a connection without a request is closed.
    pub idle_timeout: Duration,
    /// After which a client that takes nothing of what it asked for is cut, and that a request's body has before it must
    /// come at a kibibyte a second.
    pub stall_timeout: Duration,
    /// That requests under way get at a shutdown.
    pub drain: Duration,
    /// Connections at once.
    pub max_connections: usize,
    /// Connections at once from one network: an IPv4 /24 or an IPv6 /64. Trusted proxies are not counted.
    pub max_connections_per_network: usize,
    /// The proxies whose word about the client is believed.
    pub trusted_proxies: Vec<Cidr>,
    /// The header in which they give it.
    pub forwarded_header: ForwardedHeader,
    /// Says how many connections are open.
    pub open_connections: Gauge,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            // Longer than the 60 seconds for which proxies keep a connection: who closes first races with the next request.
            idle_timeout: Duration::from_secs(75),
            stall_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(25),
            max_connections: 10_000,
            max_connections_per_network: 1_000,
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
            open_connections: Gauge::default(),
        }
    }
}

impl From<&config::Server> for ServeOptions {
    fn from(server: &config::Server) -> Self {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            header_timeout: Duration::from_secs(server.header_timeout_seconds.into()),
            drain: Duration::from_secs(server.drain_seconds.into()),
            max_connections: size(server.max_connections),
            max_connections_per_network: size(server.max_connections_per_network),
            trusted_proxies: server.trusted_proxies.clone(),
            forwarded_header: server.forwarded_header,
            ..Self::default()
        }
    }
}

/// Why the loop ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listening socket is no longer one.
    #[error("connections can no longer be accepted")]
    Listener(#[source] io::Error),
}

/// Serves `app` over HTTP/1.1 and HTTP/2 (with prior knowledge) until `shutdown`, then drains and returns. Every request
/// carries its [`Peer`]. Streams that go on for ever must end at `shutdown` themselves, or they are cut at the end of the
/// drain.
///
/// # Errors
/// When the listener breaks. Running out of open files is not that: the loop waits and goes on.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    options: ServeOptions,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let ServeOptions { max_connections, max_connections_per_network, .. } = options;
    let proxies = options.trusted_proxies.clone();
    let limits = Limits::new(max_connections, max_connections_per_network, proxies, options.open_connections.clone());
    let drain = options.drain;
    let cut = CancellationToken::new();
    let shared = Arc::new(Shared { app, builder: builder(), options, shutdown: shutdown.clone(), cut: cut.clone() });
    let connections = TaskTracker::new();
    let mut refused = Refused::default();
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => match limits.enter(address.ip()) {
                Some(place) => {
                    let shared = shared.clone();
                    connections.spawn(async move {
                        connection::run(stream, address, &shared).await;
                        drop(place);
                    });
                }
                None => refused.say_no(stream, address),
            },
            Err(error) if is_clients_fault(&error) => {}
            Err(error) if is_listener_gone(&error) => return Err(ServeError::Listener(error)),
            Err(error) => {
                // Most likely no file is left to open. Connections that end give some back; trying at once would only spin.
                tracing::error!(%error, "no connection can be accepted just now");
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                }
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(drain, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests did not finish in time and are cut");
        cut.cancel();
        connections.wait().await;
    }
    Ok(())
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // hyper's own time-out for heads also runs while a connection idles and not before the protocol is known; the watch in
    // `connection` tells the three apart.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD_BYTES);
    builder
}

/// The client went away between knocking and being let in.
fn is_clients_fault(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// `EBADF`, `EINVAL`, `ENOTSOCK`: no later try can succeed.
fn is_listener_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(9 | 22 | 88))
}

/// Turns connections away, and says so in the log, but not for each of a flood.
#[derive(Default)]
struct Refused {
    since: u64,
    told: Option<Instant>,
}

impl Refused {
    fn say_no(&mut self, stream: TcpStream, address: SocketAddr) {
        self.since += 1;
        if self.told.is_none_or(|told| told.elapsed() > Duration::from_secs(10)) {
            tracing::warn!(
                refused = self.since,
                ipv6 = address.is_ipv6(),
                "connections are refused, all places are taken"
            );
            *self = Self { since: 0, told: Some(Instant::now()) };
        }
        // The socket does not block: what it does not take at once is not said.
        if let Ok(mut stream) = stream.into_std() {
            let _ = stream.write(NO_PLACE);
        }
    }
}

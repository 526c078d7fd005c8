//! One connection: its requests are handed to the app, and it is watched, so that nobody holds it by doing nothing.

use super::{
    ServeOptions, peer,
    slow::{Paced, Watched},
};
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
};
use http::{Request, Response, Version};
use hyper::{
    body::{Frame, Incoming, SizeHint},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// What all connections share.
pub(super) struct Shared {
    pub app: Router,
    pub builder: auto::Builder<TokioExecutor>,
    pub options: ServeOptions,
    /// Finish what is under way, take nothing new.
    pub shutdown: CancellationToken,
    /// Stop at once.
    pub cut: CancellationToken,
}

/// Serves one connection to its end.
pub(super) async fn run(stream: TcpStream, address: SocketAddr, shared: &Shared) {
    let Shared { options, .. } = shared;
    // Answers are written whole; waiting for more to send would only delay live events.
    let _ = stream.set_nodelay(true);
    let watch = Watch::new();
    let io = TokioIo::new(Watched::new(stream, watch.clone(), options.stall_timeout));
    let service = service_fn(|request| answer(request, address, shared, &watch));
    let mut connection = pin!(shared.builder.serve_connection(io, service));
    // Told to finish; asked for nothing more.
    let mut leaving = false;
    loop {
        let wake = match watch.deadline(options) {
            Some((deadline, _)) if !leaving => deadline,
            _ => Instant::now() + options.header_timeout,
        };
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = shared.cut.cancelled() => return,
            () = shared.shutdown.cancelled(), if !leaving => {
                leaving = true;
                connection.as_mut().graceful_shutdown();
            }
            () = sleep_until(wake) => match watch.deadline(options) {
                Some((deadline, _)) if deadline > Instant::now() => {}
                // Between requests: a polite end, and after that an end.
                Some((_, Waits::Idle)) if !leaving => {
                    leaving = true;
                    connection.as_mut().graceful_shutdown();
                }
                Some(_) => return,
                None => {}
            },
        }
    }
}

fn answer(
    request: Request<Incoming>,
    address: SocketAddr,
    shared: &Shared,
    watch: &Watch,
) -> impl Future<Output = Result<Response<Counted>, Infallible>> + use<> {
    let under_way = watch.begin(request.version());
    let mut request = request.map(|body| Body::new(Paced::new(body, shared.options.stall_timeout)));
    let ServeOptions { trusted_proxies, forwarded_header, .. } = &shared.options;
    let peer = peer::client(address, request.headers(), trusted_proxies, *forwarded_header);
    request.extensions_mut().insert(peer);
    let app = shared.app.clone();
    async move {
        let response = app.oneshot(request).await?;
        Ok(response.map(|body| Counted { body, _under_way: under_way }))
    }
}

/// What a connection is waiting for while no request is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// The rest of a head.
    Head,
    /// The next request.
    Idle,
}

/// What is going on on a connection.
#[derive(Clone)]
pub(super) struct Watch(Arc<Mutex<State>>);

struct State {
    under_way: usize,
    /// When the first byte of a head came; a new connection must send one at once, so it counts as begun.
    head: Option<Instant>,
    /// When the last request was done.
    quiet: Instant,
    /// Bytes between requests are not heads but the protocol's own housekeeping.
    http2: bool,
}

impl Watch {
    fn new() -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(State { under_way: 0, head: Some(now), quiet: now, http2: false })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when something must happen, and what; none while a request is under way.
    fn deadline(&self, options: &ServeOptions) -> Option<(Instant, Waits)> {
        let state = self.state();
        match (state.under_way, state.head) {
            (0, Some(begun)) => Some((begun + options.header_timeout, Waits::Head)),
            (0, None) => Some((state.quiet + options.idle_timeout, Waits::Idle)),
            _ => None,
        }
    }

    /// Something came in.
    pub(super) fn heard(&self) {
        let mut state = self.state();
        if state.under_way == 0 && !state.http2 && state.head.is_none() {
            state.head = Some(Instant::now());
        }
    }

    fn begin(&self, version: Version) -> UnderWay {
        let mut state = self.state();
        state.under_way += 1;
        state.head = None;
        state.http2 |= version == Version::HTTP_2;
        UnderWay(self.clone())
    }
}

/// A request that is under way until its answer has been handed over to the last byte.
struct UnderWay(Watch);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way = state.under_way.saturating_sub(1);
        state.quiet = Instant::now();
    }
}

/// The body of an answer. While it lives, its request is under way.
pub(super) struct Counted {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

//! One line and one count for each request: what was asked for as a template, how it came out, how long it took.

use super::Metrics;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use std::fmt;
use tracing::Instrument as _;

/// What a request is called in the log, in `x-request-id` and to a customer who reports a fault. It is in the extensions of
/// every observed request. It says nothing about who asked, and what a client sends as its own is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    process: u32,
    number: u64,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:x}", self.process, self.number)
    }
}

/// A middleware that logs, counts and names every request; everything that is logged while it is worked on carries its id.
///
/// `router.layer(from_fn_with_state(metrics, observe))`: it must be a layer of the router, for the route to be known.
#[expect(clippy::disallowed_methods, reason = "a duration for a metric; nothing is decided by it")]
pub async fn observe(
    State(metrics): State<Metrics>,
    route: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let (process, number) = metrics.next_request();
    let id = RequestId { process, number };
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    // What matches nothing is one line in the metrics, whatever was asked for.
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    // Of the highest level, so that no filter takes the id off a line that it lets through.
    let span = tracing::error_span!("request", %id);
    let begun = std::time::Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let duration = begun.elapsed();
    let status = response.status();
    metrics.http_request(route, &method, status, duration);
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status.is_server_error() {
            tracing::warn!(%method, route, status = status.as_u16(), duration_ms, "answered");
        } else {
            tracing::info!(%method, route, status = status.as_u16(), duration_ms, "answered");
        }
    });
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::LogFormat,
        random::SeededRandom,
        telemetry::{log::tests::Page, metrics_router},
    };
    use axum::{Extension, Router, body::Body, middleware::from_fn_with_state, routing::get};
    use http::StatusCode;
    use tower::ServiceExt as _;

    fn ask(path: &str) -> Request {
        Request::get(path).body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_request_is_told_of_by_its_template_and_never_by_what_was_asked_for() {
        let metrics = Metrics::new(&SeededRandom::new(1));
        let inside = |Extension(id): Extension<RequestId>| async move {
            tracing::info!("at work");
            id.to_string()
        };
        let app = Router::new()
            .route("/accounts/{id}", get(inside))
            .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
            .layer(from_fn_with_state(metrics.clone(), observe));
        let page = Page::default();
        let (logging, _handle) = page.logging(LogFormat::Json, "info");
        let guard = tracing::subscriber::set_default(logging);
        let answer = app.clone().oneshot(ask("/accounts/4711?q=camille")).await.unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        assert_eq!(body, id.as_bytes());
        let other = app.clone().oneshot(ask("/secret/4712?q=camille")).await.unwrap();
        assert_ne!(other.headers()["x-request-id"], id.as_str());
        app.oneshot(ask("/broken")).await.unwrap();
        drop(guard);

        let log = page.text();
        assert!(!log.contains("471") && !log.contains("camille") && !log.contains("secret"), "{log}");
        let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            (lines.len(), &lines[0]["message"], &lines[0]["span"]["id"]),
            (4, &"at work".into(), &id.as_str().into())
        );
        assert_eq!((&lines[1]["route"], &lines[1]["status"]), (&"/accounts/{id}".into(), &200.into()));
        assert_eq!((&lines[1]["method"], &lines[1]["span"]["id"]), (&"GET".into(), &id.as_str().into()));
        assert_eq!((&lines[2]["route"], &lines[2]["status"]), (&"unmatched".into(), &404.into()));
        assert_eq!(lines[3]["level"], "WARN");

        let counted = metrics_router(metrics).oneshot(ask("/metrics")).await.unwrap();
        assert!(counted.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
        let counted = axum::body::to_bytes(counted.into_body(), 100_000).await.unwrap();
        let counted = String::from_utf8(counted.to_vec()).unwrap();
        assert!(counted.contains("{route=\"/accounts/{id}\",method=\"GET\",status=\"200\"} 1"), "{counted}");
        assert!(!counted.contains("4711") && !counted.contains("secret"));
    }
}

//! The portal's HTTP face: every domain's routes behind the guard, built files beside it, and the questions of whoever runs
//! the machine.

mod hooks;
mod site;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use guichet_app::web::{Access, Problem, Reason, RouteEntry, Routes, Services, Visitor, check_owner, guard};
use guichet_platform::{
    serve::overload,
    telemetry::{Metrics, observe},
};
use std::path::Path;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate},
    limit::RequestBodyLimitLayer,
};

pub use hooks::HookDoor;
pub use site::{SiteError, read_assets};

/// Forms are small; files have doors of their own.
const MAX_FORM_BYTES: usize = 64 * 1024;
/// One sending of files. Each file has its own bound, which its handler counts while it streams.
const MAX_UPLOAD_BYTES: usize = 128 << 20;
/// Pages in the making at once; whoever comes on top is told to come back, before anything is looked up.
const MAX_IN_FLIGHT: usize = 512;

/// Every page, file and action of every domain.
#[must_use]
pub fn routes() -> Routes {
    guichet_app::home::pages::routes()
        .and(guichet_app::auth::pages::routes())
        .and(guichet_app::activity::pages::routes())
        .and(guichet_app::overview::pages::routes())
        .and(guichet_app::accounts::pages::routes())
        .and(guichet_app::portfolio::pages::routes())
        .and(guichet_app::parcels::pages::routes())
        .and(guichet_app::claims::pages::routes())
        .and(guichet_app::live::stream::routes())
        .and(guichet_app::mail::routes())
        .and(guichet_app::house::pages::routes())
        .and(guichet_app::admin::routes())
}

/// The routes that belong to no domain, for the list.
pub const MACHINE_ROUTES: [RouteEntry; 6] = [
    RouteEntry { method: "GET", path: "/healthz", access: Access::Public },
    RouteEntry { method: "GET", path: "/readyz", access: Access::Public },
    RouteEntry { method: "GET", path: "/speculation.json", access: Access::Public },
    RouteEntry { method: "POST", path: "/csp-report", access: Access::Public },
    RouteEntry { method: "POST", path: "/hooks/{source}", access: Access::Public },
    RouteEntry { method: "GET", path: "/pkg/{file}", access: Access::Public },
];

/// The whole portal.
pub fn router(services: Services, hooks: HookDoor, site_dir: &Path, metrics: Metrics) -> Router {
    let (forms, uploads) = routes().into_routers(services.desk);
    let uploads = uploads.layer(DefaultBodyLimit::disable()).layer(RequestBodyLimitLayer::new(MAX_UPLOAD_BYTES));
    let pages = forms
        .fallback(not_found)
        .layer(RequestBodyLimitLayer::new(MAX_FORM_BYTES))
        .merge(uploads)
        .layer(from_fn_with_state(services.clone(), guard))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Precise(4))
                .compress_when(DefaultPredicate::new().and(nothing_reflected)),
        )
        .layer(overload(MAX_IN_FLIGHT))
        .with_state(services.clone());
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready).with_state(services.clone()))
        .route("/speculation.json", get(speculation))
        .route("/csp-report", axum::routing::post(csp_report))
        .merge(site::routes(site_dir))
        .merge(hooks.router())
        .merge(pages)
        // The last that sees an answer before it is counted and sent.
        .layer(from_fn_with_state(metrics.clone(), check_owner))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| Problem::bare(Reason::Fault).into_response()))
        .layer(from_fn(at_least))
        .layer(from_fn_with_state(metrics, observe))
}

/// What every answer carries, also where no page stands behind it: built files, health, webhooks, refusals, faults. What a
/// page says itself stays. The policy forbids no more than being framed, because it holds for the worker and its requests too.
async fn at_least(request: Request, next: Next) -> Response {
    const ALL: [(HeaderName, &str); 3] = [
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in ALL {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A page that repeats what stands in its address is not compressed beside the customer's figures: the length would tell.
fn nothing_reflected(
    _: StatusCode,
    _: axum::http::Version,
    _: &axum::http::HeaderMap,
    extensions: &axum::http::Extensions,
) -> bool {
    extensions.get::<guichet_app::web::Reflects>().is_none()
}

async fn not_found(visitor: Visitor) -> Problem {
    Problem::new(Reason::NotFound, &visitor)
}

/// Ready when the database answers.
async fn ready(State(services): State<Services>) -> Response {
    if services.closing.is_cancelled() || services.db.ping().await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response();
    }
    "ready".into_response()
}

/// Which links a browser may fetch ahead. A prefetch counts neither as an act nor as reading.
async fn speculation() -> Response {
    const RULES: &str = r#"{"prefetch":[{"where":{"and":[{"href_matches":"/*"},{"not":{"href_matches":"/api/*"}},{"not":{"href_matches":"/live*"}},{"not":{"href_matches":"/*/download/*"}}]},"eagerness":"moderate"}]}"#;
    ([("content-type", "application/speculationrules+json"), ("cache-control", "public, max-age=3600")], RULES)
        .into_response()
}

/// What a browser refused because of the policy. Noted without what could be personal.
async fn csp_report(body: axum::body::Bytes) -> StatusCode {
    let report: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
    let directive = report
        .as_ref()
        .and_then(|report| report.get("csp-report")?.get("effective-directive")?.as_str())
        .filter(|word| word.len() < 40 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
        .unwrap_or("unknown");
    tracing::warn!(csp.directive = directive, "A browser refused something because of the content security policy");
    StatusCode::NO_CONTENT
}

//! Metrics in the Prometheus text format. Labels come from short lists that the program or the institution (its sources) knows,
//! never from what was asked for, so that nobody can grow them and nothing personal gets in.

use crate::random::Random;
use axum::{Router, extract::State, routing::get};
use http::{Method, StatusCode, header::CONTENT_TYPE};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Upper bounds of the histogram of durations, seconds. A page should be within 50 ms.
const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How a source is, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    /// Seconds behind its objective; nought while it is not, and where it has none.
    pub late_seconds: i64,
    /// Documents that came and are not applied.
    pub waiting: i64,
    /// Records kept aside that nobody has seen to.
    pub aside: i64,
}

/// Everything that is counted. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    live_streams: Gauge,
    live_events: Counter,
    documents: Family<ClassLabels, Counter>,
    entries: Counter,
    sign_ins: Family<OutcomeLabels, Counter>,
    hooks: Family<OutcomeLabels, Counter>,
    outbox: Family<OutboxLabels, Counter>,
    mail: Family<OutcomeLabels, Counter>,
    owner_mismatches: Counter,
    alarms: Family<SignLabels, Counter>,
    csp_reports: Family<CspLabels, Counter>,
    connections: Gauge,
    sources_late: Family<SourceLabels, Gauge>,
    sources_waiting: Family<SourceLabels, Gauge>,
    sources_aside: Family<SourceLabels, Gauge>,
    memory: Gauge,
    /// Tells this process's requests from those of the one before.
    process: u32,
    number: AtomicU64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabels {
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CspLabels {
    directive: &'static str,
    page: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignLabels {
    sign: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SourceLabels {
    source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutboxLabels {
    destination: String,
    outcome: &'static str,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// All at nought. The randomness tells this process's request ids from another's.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        let mut process = [0; 4];
        random.fill(&mut process);
        let mut inner = Inner {
            registry: Registry::default(),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            live_streams: Gauge::default(),
            live_events: Counter::default(),
            documents: Family::default(),
            entries: Counter::default(),
            sign_ins: Family::default(),
            hooks: Family::default(),
            outbox: Family::default(),
            mail: Family::default(),
            owner_mismatches: Counter::default(),
            alarms: Family::default(),
            csp_reports: Family::default(),
            connections: Gauge::default(),
            sources_late: Family::default(),
            sources_waiting: Family::default(),
            sources_aside: Family::default(),
            memory: Gauge::default(),
            process: u32::from_be_bytes(process),
            number: AtomicU64::new(1),
        };
        // The encoder itself writes `_total` behind a counter and a full stop behind a text.
        let registry = &mut inner.registry;
        registry.register("guichet_http_requests", "Requests answered", inner.requests.clone());
        registry.register("guichet_http_request_seconds", "Seconds until an answer began", inner.seconds.clone());
        registry.register("guichet_live_streams", "Live streams open", inner.live_streams.clone());
        registry.register("guichet_live_events", "Live events sent", inner.live_events.clone());
        registry.register(
            "guichet_import_documents",
            "Documents taken in, by what became of them",
            inner.documents.clone(),
        );
        registry.register("guichet_import_entries", "Entries taken in", inner.entries.clone());
        registry.register("guichet_sign_in", "Attempts to sign in, by how they came out", inner.sign_ins.clone());
        registry.register("guichet_hooks", "Webhooks that came, by how they came out", inner.hooks.clone());
        registry.register(
            "guichet_outbox",
            "Attempts to forward a message, by how they came out",
            inner.outbox.clone(),
        );
        registry.register("guichet_mail", "Attempts to send a letter, by how they came out", inner.mail.clone());
        registry.register(
            "guichet_owner_mismatches",
            "Answers refused because they were made with somebody else's data; always nought",
            inner.owner_mismatches.clone(),
        );
        registry.register(
            "guichet_security_events",
            "Things done against the portal's controls, by what they were",
            inner.alarms.clone(),
        );
        registry.register(
            "guichet_csp_reports",
            "What browsers refused because of the policy, by directive and kind of page",
            inner.csp_reports.clone(),
        );
        registry.register(
            "guichet_source_late_seconds",
            "How far a source is behind its objective",
            inner.sources_late.clone(),
        );
        registry.register(
            "guichet_source_waiting_documents",
            "Documents of a source that are not applied yet",
            inner.sources_waiting.clone(),
        );
        registry.register(
            "guichet_source_kept_aside",
            "Records of a source that are kept aside",
            inner.sources_aside.clone(),
        );
        registry.register("guichet_open_connections", "Connections open", inner.connections.clone());
        registry.register("process_resident_memory_bytes", "Memory in use", inner.memory.clone());
        Self(Arc::new(inner))
    }

    /// A request has been answered. `route` is a template, `/accounts/{id}`.
    pub fn http_request(&self, route: &str, method: &Method, status: StatusCode, duration: Duration) {
        let labels = RequestLabels { route: route.to_owned(), method: known(method), status: status.as_u16() };
        self.0.requests.get_or_create(&labels).inc();
        self.0.seconds.get_or_create(&RouteLabels { route: route.to_owned() }).observe(duration.as_secs_f64());
    }

    /// A webhook came: `kept`, `again`, `refused`, `too_many`, `failed`.
    pub fn hook(&self, outcome: &'static str) {
        self.0.hooks.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// An attempt to forward a message to one of the destinations that the program knows.
    pub fn outbox(&self, destination: &str, outcome: &'static str) {
        self.0.outbox.get_or_create(&OutboxLabels { destination: destination.to_owned(), outcome }).inc();
    }

    /// An attempt to send a letter: `sent`, `failed`, `given_up`, `expired`.
    pub fn mail(&self, outcome: &'static str) {
        self.0.mail.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// Live streams open.
    #[must_use]
    pub fn live_streams(&self) -> &Gauge {
        &self.0.live_streams
    }

    /// Live events sent.
    #[must_use]
    pub fn live_events(&self) -> &Counter {
        &self.0.live_events
    }

    /// A document has been taken in. `class` is what became of it: `applied`, `quarantined`, `duplicate`.
    pub fn import_document(&self, class: &'static str) {
        self.0.documents.get_or_create(&ClassLabels { class }).inc();
    }

    /// Entries taken in.
    #[must_use]
    pub fn import_entries(&self) -> &Counter {
        &self.0.entries
    }

    /// Somebody tried to sign in. `outcome` is how it came out: `ok`, `refused`, `throttled`, `busy`.
    pub fn sign_in(&self, outcome: &'static str) {
        self.0.sign_ins.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// Answers that were refused because they were made with somebody else's data.
    #[must_use]
    pub fn owner_mismatches(&self) -> &Counter {
        &self.0.owner_mismatches
    }

    /// Something was done against the portal's controls; its code is one of a short list.
    pub fn alarm(&self, sign: &'static str) {
        self.0.alarms.get_or_create(&SignLabels { sign }).inc();
    }

    /// A browser refused something because of the policy; both words are of short lists.
    pub fn csp_report(&self, directive: &'static str, page: &'static str) {
        self.0.csp_reports.get_or_create(&CspLabels { directive, page }).inc();
    }

    /// How often it was seen.
    #[must_use]
    pub fn alarms(&self, sign: &'static str) -> u64 {
        self.0.alarms.get_or_create(&SignLabels { sign }).get()
    }

    /// How a source is: one of those that the institution has made known.
    pub fn source(&self, key: &str, state: SourceState) {
        let labels = SourceLabels { source: key.to_owned() };
        self.0.sources_late.get_or_create(&labels).set(state.late_seconds);
        self.0.sources_waiting.get_or_create(&labels).set(state.waiting);
        self.0.sources_aside.get_or_create(&labels).set(state.aside);
    }

    /// Connections open; the server loop keeps it.
    #[must_use]
    pub fn open_connections(&self) -> &Gauge {
        &self.0.connections
    }

    /// A number that no other request of this process has, and the process's own.
    pub(super) fn next_request(&self) -> (u32, u64) {
        (self.0.process, self.0.number.fetch_add(1, Ordering::Relaxed))
    }

    /// Everything as text, for `/metrics`.
    #[must_use]
    pub fn encode(&self) -> String {
        self.0.memory.set(resident_bytes().unwrap_or_default());
        let mut page = String::new();
        // Writing into a text does not fail.
        let _ = text::encode(&mut page, &self.0.registry);
        page
    }
}

/// The methods that a label may name; a client can invent others.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What the kernel says this process holds; none where it does not say so.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<i64>().ok()?.checked_mul(1_024)
}

/// `GET /metrics`, for a listener that only the inside of the house can reach.
pub fn metrics_router(metrics: Metrics) -> Router {
    const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let page = |State(metrics): State<Metrics>| async move { ([(CONTENT_TYPE, FORMAT)], metrics.encode()) };
    Router::new().route("/metrics", get(page)).with_state(metrics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn what_is_counted_is_on_the_page() {
        let metrics = Metrics::new(&SeededRandom::new(1));
        metrics.http_request("/accounts/{id}", &Method::GET, StatusCode::OK, Duration::from_millis(7));
        metrics.http_request(
            "/accounts/{id}",
            &Method::from_bytes(b"BREW").unwrap(),
            StatusCode::NOT_FOUND,
            Duration::ZERO,
        );
        metrics.live_streams().inc();
        metrics.live_events().inc_by(3);
        metrics.import_document("applied");
        metrics.import_entries().inc_by(12);
        metrics.sign_in("refused");
        let page = metrics.encode();
        for line in [
            "guichet_http_requests_total{route=\"/accounts/{id}\",method=\"GET\",status=\"200\"} 1",
            "guichet_http_requests_total{route=\"/accounts/{id}\",method=\"other\",status=\"404\"} 1",
            "guichet_http_request_seconds_bucket{le=\"0.01\",route=\"/accounts/{id}\"} 2",
            "guichet_live_streams 1",
            "guichet_live_events_total 3",
            "guichet_import_documents_total{class=\"applied\"} 1",
            "guichet_import_entries_total 12",
            "guichet_sign_in_total{outcome=\"refused\"} 1",
            "guichet_open_connections 0",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
        assert!(page.contains("\nprocess_resident_memory_bytes ") && page.ends_with("# EOF\n"));
    }
}

//! What browsers refused because of the content security policy: counted by directive and kind of page, and the latest kept in
//! memory for whoever administers the portal. What a report says of addresses, scripts and lines is not kept, for it may be
//! personal, and anybody can send one.

use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri},
};
use guichet_platform::{clock::SharedClock, telemetry::Metrics};
use guichet_types::Timestamp;
use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Reports that are kept.
const KEPT: usize = 100;
/// Seconds in which the same thing on the same kind of page is logged once.
const SPAN_SECONDS: i64 = 60;

/// The directives that the policy has, or that stand for what it says nothing of.
const DIRECTIVES: [&str; 18] = [
    "base-uri",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "worker-src",
];
/// Kinds of pages, by the first part of their address.
const PAGES: [&str; 13] = [
    "accounts",
    "activate",
    "claims",
    "confirm",
    "demo",
    "overview",
    "parcels",
    "policies",
    "portfolio",
    "profile",
    "reset",
    "sign-in",
    "track",
];

/// A report, without what could be personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CspReport {
    /// When it came.
    pub at: Timestamp,
    /// The directive that was broken, or `other`.
    pub directive: &'static str,
    /// The kind of page: `accounts`, `home`, `other`.
    pub page: &'static str,
    /// What was refused: `inline`, `eval`, `data`, `own` for an address of ours, `elsewhere`.
    pub blocked: &'static str,
}

/// The reports. Cheap to clone.
#[derive(Clone)]
pub struct CspReports(Arc<Inner>);

struct Inner {
    clock: SharedClock,
    metrics: Metrics,
    origin: Arc<str>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    latest: VecDeque<CspReport>,
    logged: HashMap<(&'static str, &'static str), Timestamp>,
}

impl fmt::Debug for CspReports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CspReports").finish_non_exhaustive()
    }
}

impl CspReports {
    /// None yet, of pages of this origin.
    #[must_use]
    pub fn new(clock: SharedClock, metrics: Metrics, origin: Arc<str>) -> Self {
        Self(Arc::new(Inner { clock, metrics, origin, kept: Mutex::default() }))
    }

    /// The latest ones, the newest first.
    #[must_use]
    pub fn latest(&self) -> Vec<CspReport> {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.latest.iter().rev().copied().collect()
    }

    fn take(&self, body: &[u8]) {
        let at = self.0.clock.now();
        let CspReport { directive, page, .. } = {
            let report = read(body, &self.0.origin, at);
            let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.latest.len() == KEPT {
                kept.latest.pop_front();
            }
            kept.latest.push_back(report);
            let key = (report.directive, report.page);
            let is_due = kept.logged.get(&key).is_none_or(|before| at.seconds_since(*before) >= SPAN_SECONDS);
            if is_due {
                kept.logged.insert(key, at);
                let CspReport { directive, page, blocked, .. } = report;
                tracing::warn!(
                    csp.directive = directive,
                    csp.page = page,
                    csp.blocked = blocked,
                    "A browser refused something because of the content security policy"
                );
            }
            report
        };
        self.0.metrics.csp_report(directive, page);
    }
}

/// The word of a list that a text is, or `other`.
fn known(list: &[&'static str], text: &str) -> &'static str {
    list.iter().copied().find(|word| *word == text).unwrap_or("other")
}

fn read(body: &[u8], origin: &str, at: Timestamp) -> CspReport {
    let report: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let text = |name: &str| report.as_ref().and_then(|report| report.get("csp-report")?.get(name)?.as_str());
    let path = text("document-uri").and_then(|address| address.parse::<Uri>().ok());
    let first = path.as_ref().and_then(|address| address.path().strip_prefix('/')?.split('/').next());
    CspReport {
        at,
        directive: known(&DIRECTIVES, text("effective-directive").unwrap_or_default()),
        page: match first {
            Some("") => "home",
            Some(first) => known(&PAGES, first),
            None => "other",
        },
        blocked: match text("blocked-uri").unwrap_or_default() {
            "inline" => "inline",
            "eval" | "wasm-eval" => "eval",
            address if address.starts_with("data") => "data",
            address if address.starts_with(origin) || address == "self" => "own",
            _ => "elsewhere",
        },
    }
}

/// `POST /csp-report`: whatever it says, it is thanked for.
pub async fn csp_report(State(reports): State<CspReports>, body: Bytes) -> StatusCode {
    reports.take(&body);
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_platform::{clock::TestClock, random::SeededRandom};

    fn reports() -> (CspReports, Metrics, Arc<TestClock>) {
        let metrics = Metrics::new(&SeededRandom::new(1));
        let clock = Arc::new(TestClock::new(Timestamp(1_000)));
        (CspReports::new(clock.clone(), metrics.clone(), "https://bank.example".into()), metrics, clock)
    }

    #[test]
    fn a_report_is_told_by_words_of_lists_alone() {
        let (reports, metrics, _) = reports();
        let said = |directive: &str, page: &str, blocked: &str| {
            let body = serde_json::json!({ "csp-report": {
                "effective-directive": directive, "document-uri": page, "blocked-uri": blocked,
                "script-sample": "let iban = 'FR76SECRET'", "source-file": "https://bank.example/accounts/SECRET"
            }});
            reports.take(body.to_string().as_bytes());
            let CspReport { directive, page, blocked, .. } = reports.latest()[0];
            (directive, page, blocked)
        };
        assert_eq!(
            said("script-src-elem", "https://bank.example/accounts/0123", "inline"),
            ("script-src-elem", "accounts", "inline")
        );
        assert_eq!(
            said("img-src", "https://bank.example/", "https://evil.example/x.png?SECRET"),
            ("img-src", "home", "elsewhere")
        );
        assert_eq!(
            said("SECRET-src", "https://bank.example/SECRET", "https://bank.example/y"),
            ("other", "other", "own")
        );
        assert_eq!(said("style-src", "about:blank", "data"), ("style-src", "other", "data"));
        reports.take(b"not json");
        assert_eq!(reports.latest()[0].directive, "other");
        let page = metrics.encode();
        assert!(page.contains("guichet_csp_reports_total{directive=\"img-src\",page=\"home\"} 1"), "{page}");
        assert!(!page.contains("SECRET") && !format!("{:?}", reports.latest()).contains("SECRET"));
    }

    #[test]
    fn a_flood_of_reports_is_counted_and_keeps_the_latest_hundred() {
        let (reports, metrics, clock) = reports();
        for number in 0..5_000 {
            clock.advance_seconds(1);
            let body = format!(
                r#"{{"csp-report": {{"effective-directive": "d{number}-src", "document-uri": "https://x/p{number}"}}}}"#
            );
            reports.take(body.as_bytes());
        }
        assert_eq!(reports.latest().len(), KEPT);
        assert_eq!(metrics.encode().matches("guichet_csp_reports_total{").count(), 1, "one line, whatever was sent");
        assert!(reports.0.kept.lock().unwrap().logged.len() <= (DIRECTIVES.len() + 1) * (PAGES.len() + 2));
        let page = metrics.encode();
        assert!(page.contains("guichet_csp_reports_total{directive=\"other\",page=\"other\"} 5000"), "{page}");
    }
}

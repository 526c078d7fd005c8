//! What a document about parcels says, in figures: for the operator, and for holding readers against known truth.

use super::record::{Document, Record, ShipmentUpdate, TrackingEvent};
use crate::{
    Class, Refusal,
    record::{CheckKind, Finding, Quarantined},
    report::Head,
};
use guichet_types::{ParcelStatus, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Shipments and events that are told one by one. Beyond them only the totals grow.
const LISTED: usize = 10_000;

/// A document.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Import it or not.
    pub class: Class,
    /// Why, one sentence.
    pub reason: String,
    /// The stable word of the refusal, if there is one.
    pub refusal: Option<&'static str>,
    /// `epcis`, `carrier-tracking`, `parcels`; none when nothing was read.
    pub standard: Option<&'static str>,
    /// How it is written: `json`, `xml`, `csv`.
    pub format: Option<&'static str>,
    /// EPCIS: the schema version; own form: `parcels/1`.
    pub version: Option<String>,
    /// Shipments that it names, EPCIS: none.
    pub shipment_count: u64,
    /// Events, in document order, those of refused documents too.
    pub event_count: u64,
    /// Tracking numbers as written, in document order, each once. EPCIS: SSCCs and other identifiers of things.
    pub tracking_numbers: Vec<String>,
    /// Whether something in it is delivered.
    pub delivered: bool,
    /// Events by status.
    pub statuses: BTreeMap<&'static str, u64>,
    /// What is particular to the standard or the carrier; the names are in `docs/formats-parcels.md`.
    #[serde(flatten)]
    pub figures: BTreeMap<&'static str, Value>,
    /// The first hundred of each kind.
    pub findings: Vec<Finding>,
    /// How many there are of each kind.
    pub finding_counts: BTreeMap<String, u64>,
    /// The first hundred pieces that were kept aside.
    pub quarantined: Vec<Quarantined>,
    /// How many were kept aside.
    pub quarantined_count: u64,
}

/// A shipment with what its events add up to.
#[derive(Debug, Default)]
struct Listed {
    update: ShipmentUpdate,
    codes: Vec<Option<String>>,
    last: Option<(Timestamp, String)>,
}

/// Builds a report out of the records as they come.
#[derive(Debug, Default)]
pub struct Reporter {
    report: Report,
    document: Document,
    shipments: Vec<Listed>,
    seen: BTreeSet<String>,
    head: Head,
    by_type: BTreeMap<&'static str, u64>,
    by_action: BTreeMap<&'static str, u64>,
    event_ids: Vec<String>,
    biz_steps: BTreeSet<String>,
    dispositions: BTreeSet<String>,
    event_times: Vec<String>,
    event_codes: Vec<String>,
    status_codes: Vec<(Option<String>, Option<String>)>,
    first_words: Option<String>,
    withdrawn: u64,
    sender_errors: u64,
}

impl Reporter {
    /// Takes the next record.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::Document(document) => {
                self.document = document.clone();
                self.report.standard = Some(document.standard);
                self.report.format = Some(document.format);
                self.report.version.clone_from(&document.version);
            }
            Record::Shipment(update) => self.shipment(update),
            Record::Event(event) => self.event(event),
            Record::Finding(finding) => {
                self.sender_errors += u64::from(finding.check == CheckKind::SenderError);
                self.head.finding(finding);
            }
            Record::Quarantined(piece) => self.head.aside(piece),
        }
    }

    fn number(&mut self, number: &str) {
        if self.report.tracking_numbers.len() < LISTED && self.seen.insert(number.to_owned()) {
            self.report.tracking_numbers.push(number.to_owned());
        }
    }

    fn shipment(&mut self, update: &ShipmentUpdate) {
        self.report.shipment_count += 1;
        self.number(&update.stated_number);
        self.report.delivered |= update.status == Some(ParcelStatus::Delivered);
        if self.shipments.len() < LISTED {
            self.shipments.push(Listed { update: update.clone(), ..Listed::default() });
        }
    }

    fn event(&mut self, event: &TrackingEvent) {
        self.report.event_count += 1;
        self.report.delivered |= event.status == ParcelStatus::Delivered && !event.withdrawn;
        *self.report.statuses.entry(event.status.as_str()).or_default() += 1;
        self.withdrawn += u64::from(event.withdrawn);
        if self.event_times.len() >= LISTED {
            return;
        }
        self.event_times.push(event.stated_time.clone());
        if let Some(facts) = &event.epcis {
            for number in &event.numbers {
                self.number(number);
            }
            *self.by_type.entry(facts.event_type).or_default() += 1;
            if let Some(action) = facts.action {
                *self.by_action.entry(action.as_str()).or_default() += 1;
            }
            self.event_ids.extend(facts.event_id.clone());
            self.biz_steps.extend(facts.biz_step.clone());
            self.dispositions.extend(facts.disposition.clone());
            return;
        }
        self.status_codes.push((event.code.clone(), event.subcode.clone()));
        self.event_codes.extend(event.code.clone());
        self.first_words.get_or_insert_with(|| {
            // Of UPS, where a delivered parcel was left says more than that it was delivered.
            let place = event.place.name.clone().filter(|_| self.document.provider == Some("ups"));
            place.or_else(|| event.text.clone()).unwrap_or_default()
        });
        if let Some(listed) = self.shipments.last_mut() {
            listed.codes.push(event.code.clone());
            if listed.last.as_ref().is_none_or(|(at, _)| event.at >= *at) {
                listed.last = Some((event.at, event.stated_time.clone()));
            }
        }
    }

    /// The report, with what reading came to.
    #[must_use]
    pub fn finish(mut self, outcome: Result<(), Refusal>) -> Report {
        self.figures();
        let report = &mut self.report;
        let nothing = self.head.quarantined_count > 0 && report.event_count + report.shipment_count == 0;
        let nothing = nothing.then_some("Nothing can be taken: every piece is kept aside.");
        (report.class, report.reason, report.refusal) = self.head.verdict(outcome, nothing);
        (report.findings, report.finding_counts) = (self.head.findings, self.head.finding_counts);
        (report.quarantined, report.quarantined_count) = (self.head.quarantined, self.head.quarantined_count);
        self.report
    }

    fn figures(&mut self) {
        let document = std::mem::take(&mut self.document);
        let figures = match (document.standard, document.provider) {
            ("epcis", _) => self.epcis(&document),
            (_, Some(provider)) => self.carrier(provider, &document),
            _ => Vec::new(),
        };
        self.report.figures.extend(figures);
    }

    fn epcis(&self, document: &Document) -> Vec<(&'static str, Value)> {
        vec![
            ("root_type", json!(document.root_type)),
            ("by_type", json!(self.by_type)),
            ("by_action", json!(self.by_action)),
            ("event_ids", json!(self.event_ids)),
            ("biz_steps", json!(self.biz_steps)),
            ("dispositions", json!(self.dispositions)),
            ("event_times", json!(self.event_times)),
            ("error_declarations", json!(self.withdrawn)),
        ]
    }

    fn carrier(&self, provider: &'static str, document: &Document) -> Vec<(&'static str, Value)> {
        let updates = || self.shipments.iter().map(|listed| &listed.update);
        let codes: Vec<&String> = updates().filter_map(|update| update.code.as_ref()).collect();
        let texts: Vec<&String> =
            updates().filter(|update| update.event_count > 0).filter_map(|update| update.text.as_ref()).collect();
        let first_words: Vec<&String> = self.first_words.iter().collect();
        let times = || self.event_times.iter();
        match provider {
            "easypost" => vec![("provider", json!(provider)), ("trackers", self.trackers())],
            "aftership" => {
                let code = document.outcome.as_deref().and_then(|code| code.parse::<u32>().ok());
                vec![("provider", json!(provider)), ("meta_code", json!(code)), ("trackings", self.trackings())]
            }
            "canadapost" => vec![
                ("carrier", json!(provider)),
                ("event_ids", json!(self.event_codes)),
                ("latest_status", json!(first_words)),
                ("latest_time", json!(self.event_times.first())),
                ("actual_delivery_date", json!(updates().find_map(|update| update.delivered_at.clone()))),
            ],
            "fedex" => vec![
                ("carrier", json!(provider)),
                ("latest_status", json!(codes)),
                ("highest_severity", json!(document.outcome)),
                ("event_codes", json!(self.event_codes)),
                (
                    "detail_severities",
                    json!(updates().filter_map(|update| update.outcome.as_ref()).collect::<Vec<_>>()),
                ),
            ],
            "usps" => vec![
                ("carrier", json!(provider)),
                ("error_count", json!(self.sender_errors)),
                ("latest_status", json!(texts)),
                ("event_codes", json!(self.event_codes)),
            ],
            "ups" => vec![
                ("carrier", json!(provider)),
                ("latest_status", json!(first_words)),
                ("status_codes", json!(self.status_codes)),
                ("response", json!(document.outcome)),
            ],
            _ => vec![
                ("carrier", json!(provider)),
                ("provider", json!(provider)),
                ("event_codes", json!(self.event_codes)),
                ("first_time", json!(times().min())),
                ("last_time", json!(times().max())),
                ("longest_event_list", json!(updates().map(|update| update.event_count).max().unwrap_or(0))),
            ],
        }
    }

    fn trackers(&self) -> Value {
        let tracker = |listed: &Listed| {
            let update = &listed.update;
            json!({
                "id": update.id,
                "tracking_number": update.stated_number,
                "carrier": update.carrier,
                "status": update.code,
                "event_count": update.event_count,
                "last_event_time": listed.last.as_ref().map(|(_, stated)| stated),
                "est_delivery_date": update.estimated.as_ref().map(|window| &window.stated),
            })
        };
        self.shipments.iter().map(tracker).collect()
    }

    fn trackings(&self) -> Value {
        let tracking = |listed: &Listed| {
            let update = &listed.update;
            json!({
                "id": update.id,
                "tracking_number": update.stated_number,
                "slug": update.carrier,
                "tag": update.code,
                "subtag": update.subcode,
                "event_count": update.event_count,
                "checkpoint_tags": listed.codes,
            })
        };
        self.shipments.iter().map(tracking).collect()
    }
}

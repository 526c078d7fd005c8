//! What an insurance file says, in figures: for the operator, and for holding readers against known truth.

use super::{fhir::FhirFigures, gdv::GdvFigures, parcel::ParcelFigures, record::Record};
use crate::{
    Class, Refusal,
    record::{Finding, Quarantined},
    report::Head,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a format itself counts, beside the records.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figures {
    /// HL7 FHIR.
    Fhir(FhirFigures),
    /// GDV VUVM.
    Gdv(GdvFigures),
    /// Parcel claims and insurances.
    Parcel(ParcelFigures),
    /// Our own forms: the counts of records say it all.
    #[default]
    Plain,
}

/// A file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Import it or not.
    pub class: Class,
    /// Why, one sentence.
    pub reason: String,
    /// The stable word of the refusal, if there is one.
    pub refusal: Option<&'static str>,
    /// `fhir-claims`, `gdv`, `parcel-claims`, `guichet`; none when nothing was read.
    pub format: Option<&'static str>,
    /// `FHIR R4`, `GDV VUVM`, `EasyPost API v2`, `policies/1`.
    pub version: Option<String>,
    /// How many records there are of each kind.
    pub counts: BTreeMap<&'static str, u64>,
    /// What the format itself counts, as fields of its own.
    #[serde(flatten)]
    pub figures: Option<Box<Figures>>,
    /// The first hundred of each kind.
    pub findings: Vec<Finding>,
    /// How many there are of each kind.
    pub finding_counts: BTreeMap<String, u64>,
    /// The first hundred pieces that were kept aside.
    pub quarantined: Vec<Quarantined>,
    /// How many were kept aside.
    pub quarantined_count: u64,
}

/// Builds a report out of the records as they come.
#[derive(Debug, Default)]
pub struct Reporter {
    report: Report,
    head: Head,
}

impl Reporter {
    /// Takes the next record.
    pub fn take(&mut self, record: &Record) {
        let kind = match record {
            Record::Document(document) => {
                self.report.format = Some(document.format);
                self.report.version = Some(document.version.clone());
                return;
            }
            Record::Figures(figures) => {
                self.report.figures = Some(figures.clone());
                return;
            }
            Record::Finding(finding) => return self.head.finding(finding),
            Record::Quarantined(piece) => return self.head.aside(piece),
            Record::Policy(_) => "policies",
            Record::Party(_) => "parties",
            Record::InsuredObject(_) => "insured_objects",
            Record::Coverage(_) => "coverages",
            Record::PremiumItem(_) => "premium_items",
            Record::PolicyDocument(_) => "policy_documents",
            Record::Claim(_) => "claims",
            Record::ClaimMilestone(_) => "claim_milestones",
            Record::ClaimItem(_) => "claim_items",
            Record::ClaimPayment(_) => "claim_payments",
            Record::ClaimRequest(_) => "claim_requests",
            Record::ClaimDocument(_) => "claim_documents",
            Record::ClaimMessage(_) => "claim_messages",
        };
        *self.report.counts.entry(kind).or_default() += 1;
    }

    /// The report, with what reading came to.
    #[must_use]
    pub fn finish(mut self, outcome: Result<(), Refusal>) -> Report {
        let report = &mut self.report;
        let nothing = report.counts.is_empty() && self.head.quarantined_count > 0;
        let nothing = nothing.then_some("Nothing can be imported: every record is kept aside.");
        (report.class, report.reason, report.refusal) = self.head.verdict(outcome, nothing);
        (report.findings, report.finding_counts) = (self.head.findings, self.head.finding_counts);
        (report.quarantined, report.quarantined_count) = (self.head.quarantined, self.head.quarantined_count);
        self.report
    }
}

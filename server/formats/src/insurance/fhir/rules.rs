//! What the standard asks of each resource: mandatory elements (cardinality 1..), codes of required value sets, and element
//! names that exist. FHIR R4 4.0.1, sections 13.3 (Coverage), 13.6 (Claim), 13.7 (ClaimResponse), 13.10 (EOB).

use super::version::Version;
use crate::{Refusal, insurance::Out, json::Value, out::Told, record::CheckKind};
use std::collections::HashSet;

/// Paths that must be there, by resource; an inner one only where the outer is.
const CLAIM: &[&str] = &[
    "status",
    "type",
    "use",
    "patient",
    "created",
    "provider",
    "priority",
    "insurance",
    "insurance.sequence",
    "insurance.focal",
    "insurance.coverage",
    "careTeam.sequence",
    "careTeam.provider",
    "supportingInfo.sequence",
    "supportingInfo.category",
    "diagnosis.sequence",
    "procedure.sequence",
    "payee.type",
    "accident.date",
    "item.sequence",
    "item.productOrService",
    "item.detail.sequence",
    "item.detail.productOrService",
    "item.detail.subDetail.sequence",
    "item.detail.subDetail.productOrService",
];
const RESPONSE: &[&str] = &[
    "status",
    "type",
    "use",
    "patient",
    "created",
    "insurer",
    "outcome",
    "item.itemSequence",
    "item.adjudication",
    "item.adjudication.category",
    "item.detail.detailSequence",
    "item.detail.adjudication",
    "addItem.productOrService",
    "addItem.adjudication",
    "adjudication.category",
    "total.category",
    "total.amount",
    "payment.type",
    "payment.amount",
    "processNote.text",
    "insurance.sequence",
    "insurance.focal",
    "insurance.coverage",
    "error.code",
];
const EOB: &[&str] = &[
    "status",
    "type",
    "use",
    "patient",
    "created",
    "insurer",
    "provider",
    "outcome",
    "insurance",
    "insurance.focal",
    "insurance.coverage",
    "careTeam.sequence",
    "careTeam.provider",
    "supportingInfo.sequence",
    "supportingInfo.category",
    "diagnosis.sequence",
    "procedure.sequence",
    "item.sequence",
    "item.productOrService",
    "item.adjudication.category",
    "item.detail.sequence",
    "item.detail.productOrService",
    "addItem.productOrService",
    "adjudication.category",
    "total.category",
    "total.amount",
    "benefitBalance.category",
    "benefitBalance.financial.type",
];
const COVERAGE: &[&str] = &["status", "beneficiary", "payor", "class.type", "class.value"];
const BUNDLE: &[&str] =
    &["type", "link.relation", "link.url", "entry.request.method", "entry.request.url", "entry.response.status"];

/// R5 made several of them optional.
const CLAIM_5: &[&str] = &[
    "status",
    "type",
    "use",
    "patient",
    "created",
    "item.sequence",
    "diagnosis.sequence",
    "insurance.sequence",
    "insurance.focal",
    "insurance.coverage",
];
const RESPONSE_5: &[&str] = &[
    "status",
    "type",
    "use",
    "patient",
    "created",
    "outcome",
    "item.itemSequence",
    "adjudication.category",
    "total.category",
    "total.amount",
    "payment.type",
    "payment.amount",
    "processNote.text",
];
const EOB_5: &[&str] = &[
    "status",
    "type",
    "use",
    "patient",
    "created",
    "outcome",
    "insurance.focal",
    "insurance.coverage",
    "item.sequence",
    "total.category",
    "total.amount",
];
const COVERAGE_5: &[&str] = &["status", "kind", "beneficiary", "class.type", "class.value"];

/// STU3 asks for little.
const CLAIM_3: &[&str] = &[
    "item.sequence",
    "diagnosis.sequence",
    "procedure.sequence",
    "information.sequence",
    "information.category",
    "insurance.sequence",
    "insurance.focal",
    "insurance.coverage",
];
const RESPONSE_3: &[&str] = &["item.sequenceLinkId", "item.adjudication.category", "error.code"];
const EOB_3: &[&str] = &[
    "item.sequence",
    "diagnosis.sequence",
    "procedure.sequence",
    "information.sequence",
    "information.category",
    "item.adjudication.category",
];

fn mandatory(kind: &str, version: Version) -> &'static [&'static str] {
    match (kind, version) {
        ("Claim", Version::R4) => CLAIM,
        ("Claim", Version::R5) => CLAIM_5,
        ("Claim", Version::Stu3) => CLAIM_3,
        ("ClaimResponse", Version::R4) => RESPONSE,
        ("ClaimResponse", Version::R5) => RESPONSE_5,
        ("ClaimResponse", Version::Stu3) => RESPONSE_3,
        ("ExplanationOfBenefit", Version::R4) => EOB,
        ("ExplanationOfBenefit", Version::R5) => EOB_5,
        ("ExplanationOfBenefit", Version::Stu3) => EOB_3,
        ("Coverage", Version::R4) => COVERAGE,
        ("Coverage", Version::R5) => COVERAGE_5,
        ("Bundle", _) => BUNDLE,
        _ => &[],
    }
}

/// Codes of the value sets that are required; STU3's own words are let through.
fn codes(kind: &str, name: &str) -> &'static [&'static str] {
    match (kind, name) {
        ("Bundle", "type") => &[
            "document",
            "message",
            "transaction",
            "transaction-response",
            "batch",
            "batch-response",
            "history",
            "searchset",
            "collection",
            "subscription-notification",
        ],
        (_, "status") if kind != "Bundle" => &["active", "cancelled", "draft", "entered-in-error"],
        (_, "use") if kind != "Bundle" => {
            &["claim", "preauthorization", "predetermination", "complete", "proposed", "exploratory", "other"]
        }
        (_, "outcome") if kind != "Bundle" => &["queued", "complete", "error", "partial"],
        _ => &[],
    }
}

/// Elements that may come more than once, and are lists even when they come once.
const LISTS: &[&str] = &[
    "identifier",
    "contained",
    "extension",
    "modifierExtension",
    "item",
    "addItem",
    "careTeam",
    "supportingInfo",
    "information",
    "diagnosis",
    "procedure",
    "insurance",
    "payor",
    "class",
    "costToBeneficiary",
    "processNote",
    "benefitBalance",
    "entry",
    "link",
    "related",
    "adjudication",
    "error",
];
/// Elements that come once.
const SINGLE: &[&str] = &[
    "id",
    "meta",
    "status",
    "type",
    "use",
    "patient",
    "created",
    "provider",
    "insurer",
    "priority",
    "outcome",
    "disposition",
    "billablePeriod",
    "payment",
    "payee",
    "facility",
    "accident",
    "period",
    "subscriber",
    "beneficiary",
    "request",
    "claim",
    "claimResponse",
    "policyHolder",
    "relationship",
    "enterer",
];

/// Element names of every resource.
const ANY: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "extension",
    "modifierExtension",
    "identifier",
];
/// Of the three claim-like resources, in STU3, R4 and R5 together.
const CLAIM_LIKE: &[&str] = &[
    "traceNumber",
    "status",
    "type",
    "subType",
    "use",
    "patient",
    "billablePeriod",
    "created",
    "enterer",
    "insurer",
    "provider",
    "priority",
    "fundsReserve",
    "fundsReserveRequested",
    "related",
    "prescription",
    "originalPrescription",
    "payee",
    "referral",
    "encounter",
    "facility",
    "diagnosisRelatedGroup",
    "event",
    "careTeam",
    "supportingInfo",
    "diagnosis",
    "procedure",
    "insurance",
    "accident",
    "patientPaid",
    "item",
    "total",
    "organization",
    "information",
    "employmentImpacted",
    "hospitalization",
    "request",
    "requestor",
    "outcome",
    "decision",
    "disposition",
    "preAuthRef",
    "preAuthPeriod",
    "payeeType",
    "addItem",
    "adjudication",
    "payment",
    "form",
    "formCode",
    "processNote",
    "communicationRequest",
    "error",
    "requestProvider",
    "requestOrganization",
    "totalCost",
    "unallocDeductable",
    "totalBenefit",
    "reserved",
    "claim",
    "claimResponse",
    "preAuthRefPeriod",
    "precedence",
    "benefitPeriod",
    "benefitBalance",
    "relatedClaim",
];
const COVERAGE_NAMES: &[&str] = &[
    "status",
    "kind",
    "paymentBy",
    "type",
    "policyHolder",
    "subscriber",
    "subscriberId",
    "beneficiary",
    "dependent",
    "relationship",
    "period",
    "insurer",
    "payor",
    "class",
    "order",
    "network",
    "costToBeneficiary",
    "subrogation",
    "contract",
    "insurancePlan",
    "grouping",
    "sequence",
];
const BUNDLE_NAMES: &[&str] = &["type", "timestamp", "total", "link", "entry", "signature", "issues"];

/// Checks one resource against the rules of its type.
pub(super) fn check(
    kind: &str,
    value: &Value,
    version: Version,
    place: &str,
    out: &mut Out<'_>,
) -> Result<(), Refusal> {
    for path in mandatory(kind, version) {
        let mut missing = Vec::new();
        find_missing(value, path, place.to_owned(), &mut missing);
        for place in missing {
            let told = Told::new(place, format!("The standard asks for {path} in a {kind}; it is not there."));
            out.warn(CheckKind::SchemaDeviation, told)?;
        }
    }
    for name in ["status", "use", "outcome", "type"] {
        let allowed = codes(kind, name);
        let Some(code) = value.get(name).text().filter(|_| !allowed.is_empty()) else { continue };
        if !allowed.contains(&code) {
            let told = Told::new(format!("{place}/{name}"), format!("The {name} is no code of the standard."));
            out.warn(CheckKind::UnknownCode, told.expected(allowed.join(", ")).actual(code))?;
        }
    }
    for (name, inner) in value.members() {
        let is_list = matches!(inner, Value::List(_));
        let many = LISTS.contains(&name.as_str()) && !(name == "insurance" && version == Version::Stu3);
        if (many && !is_list) || (is_list && SINGLE.contains(&name.as_str())) {
            let due = if many { "a list" } else { "no list" };
            let told = Told::new(format!("{place}/{name}"), format!("This is to be {due}."));
            out.warn(CheckKind::SchemaDeviation, told)?;
        }
    }
    let mut seen = HashSet::new();
    for (index, item) in value.get("item").list().iter().enumerate() {
        if let Value::Number(number) = item.get("sequence")
            && !seen.insert(number)
        {
            let told = Told::new(format!("{place}/item/{index}/sequence"), "Another item has this number.");
            out.warn(CheckKind::DuplicateEntry, told.actual(number))?;
        }
    }
    let own = match kind {
        "Coverage" => COVERAGE_NAMES,
        "Bundle" => BUNDLE_NAMES,
        _ => CLAIM_LIKE,
    };
    for (name, _) in value.members() {
        let plain = name.strip_prefix('_').unwrap_or(name);
        if !ANY.contains(&plain) && !own.contains(&plain) && name != "fhir_comments" {
            let told = Told::new(format!("{place}/{name}"), format!("A {kind} has no element of this name."));
            out.warn(CheckKind::SchemaDeviation, told)?;
        }
    }
    Ok(())
}

/// Follows the path; notes where its last step is due and not there.
fn find_missing(value: &Value, path: &str, place: String, missing: &mut Vec<String>) {
    match path.split_once('.') {
        None => {
            if !present(value, path) {
                missing.push(format!("{place}/{path}"));
            }
        }
        Some((step, rest)) => match value.get(step) {
            Value::List(list) => {
                for (index, inner) in list.iter().enumerate() {
                    find_missing(inner, rest, format!("{place}/{step}/{index}"), missing);
                }
            }
            inner @ Value::Object(_) => find_missing(inner, rest, format!("{place}/{step}"), missing),
            _ => {}
        },
    }
}

/// There with a value, or with an extension that says why there is none.
fn present(value: &Value, name: &str) -> bool {
    let there = |value: &Value| match value {
        Value::Null => false,
        Value::List(list) => !list.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    there(value.get(name)) || there(value.get(&format!("_{name}")))
}

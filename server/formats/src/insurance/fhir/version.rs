//! Which release of FHIR a resource is of. It does not say so itself; the names of its elements do.

use crate::json::Value;

/// A release of FHIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Stu3,
    R4,
    R5,
}

/// Names that only STU3 has.
const STU3: [&str; 15] = [
    "information",
    "totalCost",
    "totalBenefit",
    "employmentImpacted",
    "hospitalization",
    "grouping",
    "organization",
    "originalPrescription",
    "requestOrganization",
    "requestProvider",
    "paymentAdjustment",
    "claimTotal",
    "unallocDeductable",
    "forms",
    "relatedTransaction",
];
/// Names that only R5 has.
const R5: [&str; 9] = [
    "traceNumber",
    "diagnosisRelatedGroup",
    "event",
    "decision",
    "kind",
    "paymentBy",
    "insurancePlan",
    "encounter",
    "reviewOutcome",
];

impl Version {
    /// As reports write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stu3 => "FHIR STU3",
            Self::R4 => "FHIR R4",
            Self::R5 => "FHIR R5",
        }
    }

    /// The release whose shape it has; R4 when nothing tells.
    pub fn of(resource: &Value) -> Self {
        let profiles = resource.get("meta").get("profile");
        let says = |word: &str| profiles.list().iter().filter_map(Value::text).any(|url| url.contains(word));
        let has = |names: &[&str]| resource.members().iter().any(|(name, _)| names.contains(&name.as_str()));
        let in_items = |name: &str| resource.get("item").list().iter().any(|item| !item.get(name).is_null());
        let old_money =
            |value: &Value| value.get("system").text().is_some_and(|system| system.ends_with("iso:std:iso:4217"));
        let old = says("/3.0/")
            || says("STU3")
            || has(&STU3)
            || in_items("service")
            || in_items("careTeamLinkId")
            || !resource.get("insurance").members().is_empty()
            || !resource.get("outcome").members().is_empty()
            || old_money(resource.get("total"))
            || old_money(resource.get("payment").get("amount"));
        if old {
            Self::Stu3
        } else if says("/5.0/") || has(&R5) || in_items("reviewOutcome") || in_items("traceNumber") {
            Self::R5
        } else {
            Self::R4
        }
    }
}

//! What a GDV file counts.

use super::lines::Line;
use guichet_types::{Date, Decimal};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a GDV file counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GdvFigures {
    /// Records of all kinds.
    pub record_count: u64,
    /// By kind.
    pub by_satzart: BTreeMap<String, u64>,
    /// Packages.
    pub package_count: u64,
    /// What each trailer says, and what there is.
    pub packages: Vec<PackageFigures>,
    /// Every contract that a record names, with each of its lines, sorted.
    pub policies: BTreeSet<PolicyFigures>,
    /// How many contracts, whatever lines they have.
    pub policy_count: u64,
    /// The contracts that have a record of their own, in the order of the file.
    pub contracts_from_0200: Vec<ContractFigures>,
    /// Records by their length in bytes.
    pub record_lengths: BTreeMap<String, u64>,
    /// Of the first header.
    pub sender: Option<String>,
}

/// A package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackageFigures {
    /// Records that the trailer counts, without headers and trailer.
    pub declared: Option<u64>,
    /// Records that there are.
    pub counted: u64,
}

/// A contract by its names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct PolicyFigures {
    pub insurer: String,
    pub line: String,
    pub policy_number: String,
}

/// A contract's own record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it; codes are as the file writes them")]
pub struct ContractFigures {
    pub insurer: String,
    pub line: String,
    pub policy_number: String,
    pub start: Option<Date>,
    pub end: Option<Date>,
    pub payment_frequency: Option<String>,
    pub status: Option<String>,
    pub currency: Option<String>,
    pub net_premium: Option<Decimal>,
}

impl GdvFigures {
    /// Takes a record.
    pub(super) fn count(&mut self, kind: &str, line: &Line) {
        self.record_count += 1;
        *self.by_satzart.entry(kind.to_owned()).or_default() += 1;
        *self.record_lengths.entry(line.raw_length.to_string()).or_default() += 1;
    }

    /// Counts what is known only at the end.
    pub(super) fn finish(&mut self) {
        self.package_count = self.packages.len() as u64;
        // The lines of a bundle are one contract.
        let contracts: BTreeSet<_> =
            self.policies.iter().map(|policy| (&policy.insurer, &policy.policy_number)).collect();
        self.policy_count = contracts.len() as u64;
    }
}

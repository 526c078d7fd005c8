//! Reads anything at all as a format of insurance. The fuzz targets run it too.

use guichet_formats::{
    Limits,
    insurance::{Kind, Report, Reporter, read, record::Record},
};
use std::ops::ControlFlow;

/// Reads anything, and holds the records to what must always be true of them.
pub fn insurance_anything(bytes: &[u8], kind: Kind) -> Report {
    let mut reporter = Reporter::default();
    let limits = Limits { max_entries: 10_000, ..Limits::default() };
    let outcome = read(bytes, kind, &limits, &mut |record| {
        match &record {
            Record::Policy(policy) => assert!(!policy.policy_no.is_empty(), "a policy without a number"),
            Record::Claim(claim) => assert!(!claim.claim_no.is_empty(), "a claim without a number"),
            Record::ClaimPayment(payment) => assert!(!payment.claim_key.is_empty(), "a payment of nothing"),
            Record::Quarantined(piece) => assert!(!piece.reason.is_empty() && piece.raw.len() <= 4 << 10),
            _ => {}
        }
        reporter.take(&record);
        ControlFlow::Continue(())
    });
    reporter.finish(outcome)
}

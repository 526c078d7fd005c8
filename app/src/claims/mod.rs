//! Claims and policies: what a customer is insured for, how far each claim has come, and what the customer does about it.
//!
//! Screens: the list of claims, a claim, the steps of a notice of loss, the list of policies, a policy. Events:
//! `claims.claim` and `claims.policy` for what the insurer told; `claims.reported`, `claims.upload` and `claims.message` for
//! how far something that the customer sent has come. What the insurer says is never written by anybody else; what the
//! customer sends is kept beside it, with the state of its message.

#[cfg(feature = "ssr")]
pub mod acts;
#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod live;
#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod phase;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod settlement;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(all(test, feature = "ssr"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
#[cfg(feature = "ssr")]
pub mod upload;

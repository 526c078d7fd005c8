//! Parcels: what is on its way to a customer or from one, and where it is.
//!
//! Screens: the list, one parcel with its journey, the look-up for anybody, and a parcel behind a shared link. Events:
//! `parcels.moved` for news of a parcel, `parcels.instruction` for a customer's wish on its way to the carrier,
//! `parcels.notice` for what a customer wants to be told wherever they are in the portal. What carriers
//! tell is kept as it was told, and where a parcel stands is worked out from all of it; so the order in which documents come
//! does not matter.

pub mod check;
pub mod model;
pub mod notify;

#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod live;
#[cfg(feature = "ssr")]
pub mod map;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod when;

#[cfg(all(test, feature = "ssr"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
